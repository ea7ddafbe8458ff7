// Who would be suspended, and by what (X01, X03, B42).
#include "projections/access.h"
#include "projections/holdings.h"
#include "projections/losses.h"
#include "tests/support/play.h"
#include "tests/support/random.h"

#include <stdio.h>
#include <stdlib.h>

static const struct turn base[] = {
    {"license sip 100 per-server; mob 100 per-server; web feature", "ok"},
    {"eula 1",                                                      "ok"},
    {"allocate / oversubscribed",                                   "ok"},
    {"group G",                                                     "ok"},
    {"group G/A",                                                   "ok"},
    {"group G/B",                                                   "ok"},
    {"group H",                                                     "ok"},
    {"group H/C",                                                   "ok"},
    {"user maria H/C",                                              "ok"},
};

static void play_it(const struct turn *turns, size_t count)
{
    struct company *company = company_open();
    company_rehearse(company);
    play_on(company, TURNS(base));
    play_on(company, turns, count);
    const char *fault = state_check(company_state(company));
    cr_expect(fault == NULL, "%s", fault);
    cr_expect(company_is_intact(company));
    company_close(company);
}

Test(losses, x01_a_shrink_names_the_newest_beyond_the_limit)
{
    static const struct turn turns[] = {
        {"8 x consume G sip n#",                          "ok"                                          },
        {"preview allocate G restricted p : sip=8",       "ok"                                          },
        {"preview allocate G restricted p : sip=7",       "LIMIT_BELOW_USED G 8 of 7 sip suspends 1: n8"},
        {"preview allocate G restricted p : sip=6",
         "LIMIT_BELOW_USED G 8 of 6 sip suspends 2: n7 n8"                                              },
        {"preview allocate G restricted force p : sip=6", "ok suspends 2: n7 n8"                        },
        {"allocate G restricted force p : sip=6",         "ok"                                          },
        {"preview allocate G restricted force p : sip=5", "ok suspends 1: n6"                           },
        {"preview allocate G restricted force p : sip=6", "ok"                                          },
        {"preview allocate G restricted p : sip=7",       "ok"                                          },
        {"preview allocate G restricted",
         "LIMIT_BELOW_USED G 8 of 0 sip suspends 6: n1 n2 n3 n4 n5 n6"                                  },
    };
    play_it(TURNS(turns));
}

// As many are kept as before, but others: the older ones below a limit that rises.
static const struct turn crowded[] = {
    {"allocate G restricted p : sip=4",         "ok"},
    {"3 x consume G/A sip a#",                  "ok"},
    {"consume G/B sip b1",                      "ok"},
    {"allocate G/A restricted force p : sip=1", "ok"},
    {"allocate G restricted force p : sip=2",   "ok"},
};

Test(losses, x01_raising_one_limit_may_suspend_a_sibling)
{
    static const struct turn turns[] = {
        {"held sip",                                        "a1 (a2) (a3) b1"                             },
        {"allocate G/A restricted p : sip=2",               "LIMIT_BELOW_USED G 4 of 2 sip"               },
        {"preview allocate G/A restricted p : sip=2",
         "LIMIT_BELOW_USED G 4 of 2 sip suspends 1: b1"                                                   },
        {"preview allocate G/A restricted force p : sip=2", "ok suspends 1: b1"                           },
        {"held sip",                                        "a1 (a2) (a3) b1"                             },
        {"allocate G/A restricted force p : sip=2",         "ok"                                          },
        {"held sip",                                        "a1 a2 (a3) (b1)"                             },
        {"allocate G/A restricted force p : sip=1",         "ok"                                          },
        {"preview allocate G/A",                            "LIMIT_BELOW_USED G 4 of 2 sip suspends 1: b1"},
        {"release sip a3",                                  "ok"                                          },
        {"allocate G restricted p : sip=3",                 "ok"                                          },
        {"preview allocate G/A restricted p : sip=2",       "ok"                                          },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(crowded));
    play_on(company, TURNS(turns));
    const char *fault = state_check(company_state(company));
    cr_expect(fault == NULL, "%s", fault);
    company_close(company);
}

Test(losses, x01_of_what_lies_elsewhere_a_reader_is_told_nothing)
{
    static const struct turn turns[] = {
        {"enrol boss site_admin G",                   "ok"                           },
        {"group G/A/X",                               "ok"                           },
        {"enrol chief site_admin G/A",                "ok"                           },
        {"allocate G/A",                              "LIMIT_BELOW_USED G 4 of 2 sip"},
        {"allocate G/A/X restricted p : sip=1",       "ok"                           },
        {"as boss",                                   "ok"                           },
        {"preview allocate G/A restricted p : sip=2",
         "LIMIT_BELOW_USED G 4 of 2 sip suspends 1: b1"                              },
    };
    static const struct turn hidden[] = {
        {"as admin",                                    "ok"                                              },
        {"release sip a1",                              "ok"                                              },
        {"consume G/A/X sip x1",                        "LIMIT_REACHED G/A 2 of 1; LIMIT_REACHED G 3 of 2"},
        {"allocate G restricted force p : sip=5",       "ok"                                              },
        {"allocate G/A restricted force p : sip=5",     "ok"                                              },
        {"consume G/A/X sip x1",                        "ok"                                              },
        {"consume G/B sip b2",                          "ok"                                              },
        {"allocate G/A/X restricted force",             "ok"                                              },
        {"allocate G restricted force p : sip=4",       "ok"                                              },
        {"held sip",                                    "a2 a3 b1 (x1) b2"                                },
        {"preview allocate G/A/X restricted p : sip=1",
         "LIMIT_BELOW_USED G 5 of 4 sip suspends 1: b2"                                                   },
        {"as chief",                                    "ok"                                              },
        {"preview allocate G/A/X restricted p : sip=1", "LIMIT_BELOW_USED G 5 of 4 sip"                   },
        {"allocate G/A/X restricted p : sip=1",         "LIMIT_BELOW_USED G 5 of 4 sip"                   },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(crowded));
    play_on(company, TURNS(turns));
    play_on(company, TURNS(hidden));
    company_close(company);
}

Test(losses, x01_b42_a_limit_that_falls_where_a_user_is_a_member_too)
{
    static const struct turn turns[] = {
        {"3 x consume H/C sip c# user=maria",                                                  "ok"                                                  },
        {"member add maria G/A",                                                               "ok"                                                  },
        {"allocate G restricted p : sip=3",                                                    "ok"                                                  },
        {"preview allocate G restricted p : sip=2",
         "LIMIT_BELOW_USED G/A 3 of 2 sip suspends 1: c3"                                                                                            },
        {"preview allocate G/A restricted p : sip=1",
         "LIMIT_BELOW_USED G/A 3 of 1 sip suspends 2: c2 c3"                                                                                         },
        {"preview allocate G/B restricted",                                                    "ok"                                                  },
        {"preview allocate G/A restricted",                                                    "LIMIT_BELOW_USED G/A 3 of 0 sip suspends 3: c1 c2 c3"},
        {"preview allocate H/C restricted p : sip=3",                                          "ok"                                                  },
        {"allocate G/A restricted force p : sip=1",                                            "ok"                                                  },
        {"access sip c2",                                                                      "STRICTEST_GROUP G/A 3 of 1"                          },
        {"preview allocate G restricted force p : sip=1",                                      "ok"                                                  },
        {"preview plan allocate G/A restricted force | allocate G restricted force p : sip=3",
         "ok suspends 1: c1"                                                                                                                         },
    };
    play_it(TURNS(turns));
}

Test(losses, x01_an_assignment_that_falls)
{
    static const struct turn turns[] = {
        {"3 x consume H/C sip c# user=maria",          "ok"                     },
        {"consume H/C mob m1 user=maria",              "ok"                     },
        {"preview assign maria H/C sip=3 mob=1",       "ok"                     },
        {"preview assign maria H/C sip=1 mob=1",
         "LIMIT_BELOW_USED H/C 3 of 1 sip suspends 2: c2 c3"                    },
        {"preview assign maria H/C force sip=1",       "ok suspends 3: c2 c3 m1"},
        {"assign maria H/C force sip=2 mob=1",         "ok"                     },
        {"preview assign maria H/C force sip=1 mob=1", "ok suspends 1: c2"      },
        {"preview assign maria H/C sip=2 mob=2",       "ok"                     },
        {"preview unassign maria H/C",                 "ok"                     },
        {"preview member add maria G/A",               "ok"                     },
        {"allocate G/A restricted p : sip=1",          "ok"                     },
        {"preview member add maria G/A",               "ok suspends 2: c2 m1"   },
    };
    play_it(TURNS(turns));
}

Test(losses, x01_who_has_no_access_loses_none)
{
    static const struct turn turns[] = {
        {"3 x consume G/A sip a#",                                                  "ok"                           },
        {"block G/A",                                                               "ok"                           },
        {"preview allocate G restricted p : sip=1",                                 "LIMIT_BELOW_USED G 3 of 1 sip"},
        {"unblock G/A",                                                             "ok"                           },
        {"allocate G/A restricted force p : sip=2",                                 "ok"                           },
        {"preview allocate G restricted force p : sip=1",                           "ok suspends 1: a2"            },
        {"preview plan consume G/B sip b1 | allocate G restricted force p : sip=1",
         "ok suspends 1: a2"                                                                                       },
        {"preview plan release sip a2 | allocate G restricted force p : sip=1",     "ok"                           },
    };
    play_it(TURNS(turns));
}

// In a plan each is asked of the state after the former; what only the plan itself took has no
// name.
Test(losses, x01_x14_a_plan_that_would_suspend_is_refused_where_it_does)
{
    static const struct turn turns[] = {
        {"plan consume G sip n1 | consume G sip n2 | allocate G restricted p : sip=1",
         "2: LIMIT_BELOW_USED G 2 of 1 sip"                                                             },
        {"preview plan consume G sip n1 | consume G sip n2 | allocate G restricted p : sip=1",
         "2: LIMIT_BELOW_USED G 2 of 1 sip"                                                             },
        {"plan consume G sip n1 | consume G sip n2 | allocate G restricted force p : sip=1",   "ok"     },
        {"held sip",                                                                           "n1 (n2)"},
    };
    play_it(TURNS(turns));
}

Test(losses, x01_the_first_hundred_are_told_and_all_are_counted)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=100 ; q : mob=100", "ok"},
        {"100 x consume G sip n#",                          "ok"},
        {"100 x consume G mob m#",                          "ok"},
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    expect_begin(
        company, "preview allocate G restricted p : sip=1",
        "LIMIT_BELOW_USED G 100 of 1 sip; LIMIT_BELOW_USED G 100 of 0 mob suspends 199: n2 n3 ");
    const struct losses *losses = &company_decision(company)->losses;
    cr_expect(eq(u64, losses->total, 199));
    cr_expect(eq(u32, losses->count, LOSS_MAX));
    company_close(company);
}

// Beyond a small subtree the resource's own list is looked through.
Test(losses, x01_in_a_large_subtree_too)
{
    static const struct turn turns[] = {
        {"license sip 4000 per-server",                     "ok"        },
        {"eula 1",                                          "ok"        },
        {"1500 x consume G/A sip a#",                       "ok"        },
        {"5 x consume H/C sip c# user=maria",               "ok"        },
        {"2 x consume G/B sip b#",                          "ok"        },
        {"preview allocate G restricted p : sip=1500",
         "LIMIT_BELOW_USED G 1502 of 1500 sip suspends 2: b1 b2"        },
        {"preview allocate G/A restricted p : sip=1498",
         "LIMIT_BELOW_USED G/A 1500 of 1498 sip suspends 2: a1499 a1500"},
        {"member add maria G/A",                            "ok"        },
        {"preview allocate G/A restricted force p : sip=4", "ok"        },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, turns, 8);
    expect_begin(company, turns[8].say, "ok suspends 1497: a5 a6 ");
    cr_expect(eq(u64, company_decision(company)->losses.total, 1496 + 1));
    company_close(company);
}

// --- Random companies -------------------------------------------------------

enum { LINE_COUNT = 70, HELD_MAX = 256 };

// Who has access, in log order of each resource.
struct access_list {
    uint32_t  count;
    uint32_t  holdings[HELD_MAX];
    entity_id ids[HELD_MAX];
};

static void list_access(const struct company *company, struct access_list *list)
{
    const struct state *state = company_state(company);
    uint32_t            name = server_at(state)->newest_resource;
    list->count = 0;
    for (; name != 0; name = resource_at(state, name)->next) {
        for (uint32_t at = resource_at(state, name)->first_holding; at != 0;
             at = holding_at(state, at)->next) {
            if (holding_access(state, at, company_now(company)).code != ACCEPTED) continue;
            cr_assert(lt(u32, list->count, HELD_MAX));
            list->holdings[list->count] = at;
            list->ids[list->count++] = holding_at(state, at)->id;
        }
    }
}

static bool is_held(const struct state *state, uint32_t holding, entity_id id)
{
    uint32_t name = server_at(state)->newest_resource;
    for (; name != 0; name = resource_at(state, name)->next) {
        uint32_t at = resource_at(state, name)->first_holding;
        while (at != 0 && at != holding)
            at = holding_at(state, at)->next;
        if (at != 0) return holding_at(state, at)->id == id;
    }
    return false;
}

// Of those who had access, how many are suspended now, and whether the losses have each of them.
static uint32_t count_lost(const struct company *company, const struct access_list *before,
                           const struct losses *told)
{
    const struct state *state = company_state(company);
    uint32_t            count = 0;
    for (uint32_t i = 0; i < before->count; i++) {
        const uint32_t at = before->holdings[i];
        bool           is_told = false;
        if (!is_held(state, at, before->ids[i])) continue;
        const enum refusal code = holding_access(state, at, company_now(company)).code;
        if (code == ACCEPTED || code == BLOCKED) continue;
        count++;
        for (uint32_t j = 0; j < told->count; j++)
            is_told = is_told || told->holdings[j] == at;
        cr_expect(is_told, "a loss is not told");
    }
    return count;
}

static void preview_one(uint64_t seed)
{
    struct random             random = {seed};
    struct company           *company = company_open();
    static struct access_list before;
    char                      line[RANDOM_LINE_SIZE];
    random_begin(&random, company);
    for (int i = 0; i < LINE_COUNT; i++) {
        random_line(&random, company, line);
        if (strncmp(line, "clock", 5) == 0) {
            (void)company_say(company, line);
            continue;
        }
        company_preview(company, true);
        (void)company_say(company, line);
        company_preview(company, false);
        const struct losses told = company_decision(company)->losses;
        list_access(company, &before);
        (void)company_say(company, line);
        if (company_decision(company)->verdict.code != ACCEPTED) continue;
        const uint32_t lost = count_lost(company, &before, &told);
        cr_expect(eq(u64, told.total, lost), "STATE_SEED=%llu, line %d, %s",
                  (unsigned long long)seed, i, line);
    }
    company_close(company);
}

Test(losses, x13_what_a_preview_names_is_what_is_suspended_then, .timeout = 600)
{
    const char    *seed = getenv("STATE_SEED"), *many = getenv("STATE_COUNT");
    const uint64_t first = seed == NULL ? 1 : strtoull(seed, NULL, 10);
    const uint64_t count = many == NULL ? 200 : strtoull(many, NULL, 10);
    for (uint64_t i = 0; i < (seed == NULL ? count : 1); i++)
        preview_one(first + i);
}
