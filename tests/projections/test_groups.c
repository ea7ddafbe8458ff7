// The tree of groups (B03).
#include "projections/groups.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 5 per-server", "ok"},
    {"eula 1",                   "ok"},
    {"group b",                  "ok"},
    {"group a",                  "ok"},
    {"group b/x",                "ok"},
    {"group b/x/y",              "ok"},
    {"group a/x",                "ok"},
};

Test(groups, b03_a_group_stands_below_one_that_is_there_under_a_name_of_its_own)
{
    static const struct turn turns[] = {
        {"group a/x",   "NAME_TAKEN a/x"   },
        {"group a/y",   "ok"               },
        {"group c/x",   "UNKNOWN_GROUP c"  },
        {"group a/z/x", "UNKNOWN_GROUP a/z"},
        {"group A",     "ok"               },
        {"group /",     "MALFORMED group"  },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}

Test(groups, b14_a_new_group_is_unrestricted)
{
    static const struct turn turns[] = {
        {"more b/x/y sip",  "on own unlimited at /"},
        {"state b/x/y sip", "5/0/5"                },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    company_close(company);
}

static uint32_t find(const struct state *state, const char *path)
{
    return group_find(state, bytes_of_text(path));
}

Test(groups, a_walk_meets_every_group_below_its_root_once_parents_first)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    const struct state *state = company_state(company);
    const char *const   all[] = {"/", "b", "b/x", "b/x/y", "a", "a/x"};
    uint32_t            group = SERVER_GROUP;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cr_expect(eq(u32, group, find(state, all[i])), "%s", all[i]);
        group = group_walk(state, group, SERVER_GROUP);
    }
    cr_expect(eq(u32, group, 0));
    group = group_walk(state, find(state, "b/x"), find(state, "b/x"));
    cr_expect(eq(u32, group, find(state, "b/x/y")));
    cr_expect(eq(u32, group_walk(state, group, find(state, "b/x")), 0));
    cr_expect(group_is_within(state, find(state, "b/x/y"), find(state, "b")));
    cr_expect(group_is_within(state, find(state, "b"), find(state, "b")));
    cr_expect(not(group_is_within(state, find(state, "a/x"), find(state, "b"))));
    cr_expect(eq(u32, find(state, "a/x/y"), 0));
    company_close(company);
}

// Each path beside the others leads where it leads alone.
Test(groups, many_paths_are_found_as_one_is)
{
    static const char *const all[] = {"/",       "b", "b/x", "b/x/y", "a",     "a/x",
                                      "a/x/y",   "c", "c/d", "b/y",   "b/x/z", "ab",
                                      "b/x/y/z", "A", "x",   ""};
    struct company          *company = company_open();
    struct bytes             paths[GROUP_FIND_MAX];
    uint32_t                 groups[GROUP_FIND_MAX];
    play_on(company, TURNS(base));
    const struct state *state = company_state(company);
    for (uint32_t i = 0; i < GROUP_FIND_MAX; i++)
        paths[i] = bytes_of_text(all[i]);
    for (uint32_t count = 0; count <= GROUP_FIND_MAX; count++) {
        group_find_many(state, paths, groups, count);
        for (uint32_t i = 0; i < count; i++)
            cr_expect(eq(u32, groups[i], find(state, all[i])), "%s of %u", all[i], count);
    }
    company_close(company);
}

// A path is looked for where it was found last: not where a plan was taken back, a group was
// removed or one above has another name.
Test(groups, what_was_found_last_is_found_no_more_when_it_is_gone)
{
    static const char *const taken_back[] = {"group b/new", "consume b/new sip n1",
                                             "group no/such"};
    static const struct turn turns[] = {
        {"state b/new sip",      "unknown"            },
        {"consume b/x/y sip n1", "ok"                 },
        {"rename b c",           "ok"                 },
        {"consume b/x/y sip n2", "UNKNOWN_GROUP b/x/y"},
        {"consume c/x/y sip n2", "ok"                 },
        {"group a/x/y",          "ok"                 },
        {"state a/x/y sip",      "5/0/3"              },
        {"drop a/x/y",           "ok"                 },
        {"consume a/x/y sip n3", "UNKNOWN_GROUP a/x/y"},
        {"group a/x/y",          "ok"                 },
        {"consume a/x/y sip n3", "ok"                 },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    cr_expect(eq(int, company_plan(company, taken_back, 3), UNKNOWN_GROUP));
    play_on(company, TURNS(turns));
    company_close(company);
}

Test(groups, another_name_or_label_leaves_all_else_as_it_is)
{
    static const struct turn turns[] = {
        {"allocate b/x restricted p : sip=2",         "ok"                         },
        {"consume b/x/y sip n1",                      "ok"                         },
        {"rename b/x z",                              "ok"                         },
        {"state b/z sip",                             "2/1/1"                      },
        {"state b/x sip",                             "unknown"                    },
        {"consume b/z/y sip n1",                      "ok already"                 },
        {"allocate b/z version=0",                    "VERSION_CONFLICT b/z 0 of 1"},
        {"rename b/z z",                              "ok already"                 },
        {"label b/z dealer",                          "ok"                         },
        {"label b/z dealer",                          "ok already"                 },
        {"group b/x",                                 "ok"                         },
        {"rename b/x z",                              "NAME_TAKEN z"               },
        {"rename b/z a",                              "ok"                         },
        {"rename b a",                                "NAME_TAKEN a"               },
        {"rename b/q r",                              "UNKNOWN_GROUP b/q"          },
        {"rename / r",                                "MALFORMED group"            },
        {"plan rename a c | rename b a | rename c b", "ok"                         },
        {"state a/a/y sip",                           "2/1/1"                      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(groups, b19_a_site_admin_changes_what_stands_strictly_below)
{
    static const struct turn turns[] = {
        {"enrol boss site_admin b", "ok"       },
        {"enrol helper agent b",    "ok"       },
        {"as boss",                 "ok"       },
        {"rename b c",              "FORBIDDEN"},
        {"block b",                 "FORBIDDEN"},
        {"rename a/x c",            "FORBIDDEN"},
        {"block a/q",               "FORBIDDEN"},
        {"rename b/x c",            "ok"       },
        {"block b/c",               "ok"       },
        {"unblock b/c",             "ok"       },
        {"as helper",               "ok"       },
        {"rename b/c d",            "FORBIDDEN"},
        {"block b/c",               "FORBIDDEN"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(groups, t13_limited_mode_refuses_names_and_blocks)
{
    static const struct turn turns[] = {
        {"license sip 5 per-server", "ok"            },
        {"rename b/x c",             "LIMITED_MODE /"},
        {"label b/x c",              "LIMITED_MODE /"},
        {"block b/x",                "LIMITED_MODE /"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(groups, x12_a_block_takes_access_and_nothing_else)
{
    static const struct turn turns[] = {
        {"allocate b restricted p : sip=2", "ok"                                 },
        {"user maria b/x",                  "ok"                                 },
        {"consume b/x/y sip n1",            "ok"                                 },
        {"consume b/x sip n2 user=maria",   "ok"                                 },
        {"block b/x",                       "ok"                                 },
        {"block b/x",                       "ok already"                         },
        {"access sip n1",                   "BLOCKED b/x"                        },
        {"access sip n2",                   "BLOCKED b/x"                        },
        {"held sip",                        "n1 n2"                              },
        {"state b/x sip",                   "2/2/0"                              },
        {"more b/x/y sip",                  "blocked own unlimited at b"         },
        {"more b sip",                      "on own 2 unallocated 2 at b"        },
        {"consume b/x/y sip n3",            "BLOCKED b/x; LIMIT_REACHED b 2 of 2"},
        {"consume b/x/y sip n1",            "ok already"                         },
        {"release sip n2",                  "ok"                                 },
        {"state b/x sip",                   "2/1/1"                              },
        {"consume b/x sip n3 user=maria",   "BLOCKED b/x"                        },
        {"consume b sip n3",                "ok"                                 },
        {"access sip n3",                   "yes"                                },
        {"unblock b/x",                     "ok"                                 },
        {"unblock b/x",                     "ok already"                         },
        {"access sip n1",                   "yes"                                },
        {"block b/q",                       "UNKNOWN_GROUP b/q"                  },
        {"block /",                         "MALFORMED group"                    },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(groups, x12_nested_blocks_are_lifted_one_by_one)
{
    static const struct turn turns[] = {
        {"consume b/x/y sip n1", "ok"                      },
        {"block b",              "ok"                      },
        {"block b/x/y",          "ok"                      },
        {"access sip n1",        "BLOCKED b/x/y"           },
        {"consume b/x/y sip n2", "BLOCKED b/x/y; BLOCKED b"},
        {"unblock b/x",          "ok already"              },
        {"unblock b/x/y",        "ok"                      },
        {"access sip n1",        "BLOCKED b"               },
        {"consume b/x/y sip n2", "BLOCKED b"               },
        {"unblock b",            "ok"                      },
        {"access sip n1",        "yes"                     },
        {"consume b/x/y sip n2", "ok"                      },
    };
    play_after(TURNS(base), TURNS(turns));
}
