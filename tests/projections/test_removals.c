// A group goes, if need be with all that is below it (X09).
#include "projections/actors.h"
#include "projections/digest.h"
#include "projections/groups.h"
#include "projections/removals.h"
#include "projections/users.h"
#include "tests/support/play.h"

#include <stdio.h>

static const struct turn base[] = {
    {"license sip 30 per-server; mob 30 per-server; web feature", "ok"},
    {"eula 1",                                                    "ok"},
    {"group D",                                                   "ok"},
    {"group D/E",                                                 "ok"},
    {"group D/E/F",                                               "ok"},
    {"group K",                                                   "ok"},
};

Test(removals, x09_only_an_empty_group_goes_without_cascade)
{
    static const struct turn turns[] = {
        {"drop D/E",                                                 "GROUP_NOT_EMPTY D/E"          },
        {"user maria D/E/F",                                         "ok"                           },
        {"drop D/E/F",                                               "GROUP_NOT_EMPTY D/E/F"        },
        {"member add maria K",                                       "ok"                           },
        {"member remove maria D/E/F",                                "ok"                           },
        {"consume D/E/F sip f1",                                     "ok"                           },
        {"drop D/E/F",                                               "GROUP_NOT_EMPTY D/E/F"        },
        {"release sip f1",                                           "ok"                           },
        {"allocate D/E/F restricted p until=2026-12-01 : sip=2 web", "ok"                           },
        {"drop D/E/F",                                               "ok"                           },
        {"drop D/E/F",                                               "UNKNOWN_GROUP D/E/F"          },
        {"drop D/E",                                                 "ok"                           },
        {"drop /",                                                   "MALFORMED group"              },
        {"drop / cascade",                                           "MALFORMED group"              },
        {"more / sip",                                               "on own 30 unallocated 30 at /"},
        {"clock 2026-12-02",                                         "ok"                           },
        {"license sip 5 per-server",                                 "ok"                           },
        {"drop D",                                                   "LIMITED_MODE /"               },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(removals, x09_with_cascade_all_goes_at_once)
{
    static const struct turn turns[] = {
        {"allocate / oversubscribed",                   "ok"                         },
        {"allocate D restricted p : sip=5 mob=5",       "ok"                         },
        {"allocate D/E/F restricted p : sip=5",         "ok"                         },
        {"user maria D/E/F",                            "ok"                         },
        {"user paul D/E/F",                             "ok"                         },
        {"member add paul K",                           "ok"                         },
        {"assign paul D/E/F sip=1",                     "ok"                         },
        {"enrol boss site_admin D/E",                   "ok"                         },
        {"enrol helper agent D/E/F",                    "ok"                         },
        {"enrol chief site_admin D",                    "ok"                         },
        {"consume D/E/F sip f1 user=maria",             "ok"                         },
        {"consume D/E/F sip f2 user=paul",              "ok"                         },
        {"consume D/E mob e1",                          "ok"                         },
        {"2 x consume D sip d#",                        "ok"                         },
        {"consume D sip d3",                            "ok"                         },
        {"allocate D restricted force p : sip=3 mob=5", "ok"                         },
        {"held sip",                                    "f1 f2 d1 (d2) (d3)"         },
        {"person paul sip",                             "1/1/0 assigned in D/E/F"    },
        {"drop D/E cascade",                            "ok"                         },
        {"held sip",                                    "d1 d2 d3"                   },
        {"state D sip",                                 "3/3/0"                      },
        {"state / sip",                                 "30/3/27"                    },
        {"state D mob",                                 "5/0/5"                      },
        {"more D sip",                                  "on own 3 unallocated 3 at D"},
        {"access sip f1",                               "NOT_HELD"                   },
        {"release sip f1",                              "NOT_HELD f1"                },
        {"consume K sip f1",                            "ok"                         },
        {"consume K sip f2 user=paul",                  "ok"                         },
        {"person paul sip",                             "30/1/25 by K"               },
        {"consume K sip m1 user=maria",                 "NOT_A_MEMBER K"             },
        {"member add maria K",                          "ok"                         },
        {"consume K sip m1 user=maria",                 "ok"                         },
        {"group D/E",                                   "ok"                         },
        {"state D/E mob",                               "5/0/5"                      },
        {"consume D/E/F sip g1",                        "UNKNOWN_GROUP D/E/F"        },
        {"enrol helper agent D/E",                      "ok"                         },
        {"remove boss",                                 "UNKNOWN_ACTOR boss"         },
        {"as chief",                                    "ok"                         },
        {"drop D/E",                                    "ok"                         },
        {"drop D cascade",                              "FORBIDDEN"                  },
        {"drop K cascade",                              "FORBIDDEN"                  },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(removals, x09_x14_within_a_plan)
{
    static const struct turn turns[] = {
        {"consume D/E sip e1",                                                                "ok"     },
        {"plan drop D cascade | group D | group D/E | consume D/E sip e1 | group K",
         "4: NAME_TAKEN K"                                                                             },
        {"state D/E sip",                                                                     "30/1/29"},
        {"plan drop D cascade | group D | group D/E | consume D/E sip e1 | drop D/E cascade", "ok"     },
        {"state D sip",                                                                       "30/0/30"},
        {"preview drop D cascade",                                                            "ok"     },
    };
    play_after(TURNS(base), TURNS(turns));
}

// --- In slices --------------------------------------------------------------

enum { FLOOR_COUNT = 20, DOOR_COUNT = 15 };

// A building: a group, a user, a package and a unit behind every door.
static void build(struct company *company, const char *path)
{
    char line[1024];
    (void)snprintf(line, sizeof line, "group %s", path);
    expect_said(company, line, "ok");
    for (int floor = 0; floor < FLOOR_COUNT; floor++) {
        (void)snprintf(line, sizeof line, "group %s/f%d", path, floor);
        expect_said(company, line, "ok");
        for (int door = 0; door < DOOR_COUNT; door++) {
            (void)snprintf(line, sizeof line,
                           "plan group %s/f%d/d%d | user u%d-%d %s/f%d/d%d | member add u%d-%d K | "
                           "allocate %s/f%d/d%d restricted p until=2026-12-01 : sip=2 web | "
                           "consume %s/f%d/d%d sip n%d-%d user=u%d-%d",
                           path, floor, door, floor, door, path, floor, door, floor, door, path,
                           floor, door, path, floor, door, floor, door, floor, door);
            expect_said(company, line, "ok");
        }
    }
}

static struct hash digest(struct company *company)
{
    struct hash hash = {{0}};
    cr_assert(eq(int, digest_of(company_state(company), &hash), OK));
    return hash;
}

static void expect_sound(const struct company *company)
{
    const char *fault = state_check(company_state(company));
    cr_expect(fault == NULL, "%s", fault);
}

static const struct turn large[] = {
    {"license sip 2000 per-server; web feature", "ok"},
    {"eula 1",                                   "ok"},
    {"allocate / oversubscribed",                "ok"},
    {"group K",                                  "ok"},
    {"group P",                                  "ok"},
    {"consume P sip p1",                         "ok"},
};

Test(removals, x09_what_is_cut_off_is_gone_while_it_is_taken_apart, .timeout = 300)
{
    static const struct turn turns[] = {
        {"state P sip",                          "2000/301/1699"         },
        {"drop P/H cascade",                     "ok"                    },
        {"state P sip",                          "2000/1/1999"           },
        {"state / sip",                          "2000/1/1999"           },
        {"access sip n3-3",                      "NOT_HELD"              },
        {"person u3-3 sip",                      "2000/0/1999 by K"      },
        {"consume K sip n3-3 user=u3-3",         "ok"                    },
        {"member remove u3-4 K",                 "ok"                    },
        {"person u3-4 sip",                      "0/0/0"                 },
        {"member add u3-4 K",                    "ok"                    },
        {"allocate K restricted p : sip=1",      "ok"                    },
        {"consume K sip n3-4 user=u3-4",         "LIMIT_REACHED K 1 of 1"},
        {"allocate K",                           "ok"                    },
        {"group P/H",                            "ok"                    },
        {"group P/H/f3",                         "ok"                    },
        {"group P/H/f3/d3",                      "ok"                    },
        {"member add u3-3 P/H/f3/d3",            "ok"                    },
        {"consume P/H/f3/d3 sip n3-5 user=u3-3", "ok"                    },
        {"clock 2026-12-02",                     "ok"                    },
        {"drop P cascade",                       "ok"                    },
        {"state / sip",                          "2000/1/1999"           },
        {"access sip n3-3",                      "yes"                   },
        {"license web feature",                  "ok"                    },
        {"eula 1",                               "ok"                    },
        {"license sip 2000 per-server",          "ok"                    },
        {"eula 1",                               "ok"                    },
    };
    struct company *company = company_open();
    play_on(company, TURNS(large));
    build(company, "P/H");
    company_rehearse(company);
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        expect_said(company, turns[i].say, turns[i].answer);
        expect_sound(company);
    }
    cr_expect(company_is_intact(company));
    cr_expect(ne(u32, server_at(company_state(company))->first_cut, 0), "it goes on meanwhile");
    uint32_t leaves = 0;
    for (; server_at(company_state(company))->first_cut != 0; leaves++) {
        (void)company_say(company, "group K");
    }
    cr_expect(lt(u32, leaves, 400));
    expect_sound(company);
    cr_expect(eq(u32, group_count(company_state(company)), 1));
    expect_said(company, "held sip", "n3-3");
    company_close(company);
}

// The same lines, and in one of the companies a further slice after each of them.
Test(removals, x09_the_digest_does_not_tell_how_far_it_is, .timeout = 300)
{
    static const char *const lines[] = {
        "drop P/H cascade",
        "group P/H",
        "consume K sip n1-1 user=u1-1",
        "enrol helper agent P/H",
        "drop P/H",
        "assign u2-2 K sip=1",
        "consume K sip n2-2 user=u2-2",
        "release sip p1",
        "drop P cascade",
        "license sip 1 per-server",
        "eula 1",
    };
    struct company *slow = company_open(), *fast = company_open();
    play_on(slow, TURNS(large));
    play_on(fast, TURNS(large));
    build(slow, "P/H");
    build(fast, "P/H");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        expect_said(slow, lines[i], "ok");
        expect_said(fast, lines[i], "ok");
        removals_go_on(company_state(fast));
        state_commit(company_state(fast));
        const struct hash a = digest(slow), b = digest(fast);
        cr_expect(memcmp(a.at, b.at, sizeof a.at) == 0, "after %s", lines[i]);
    }
    cr_expect(ne(u32, server_at(company_state(slow))->cut_group_count,
                 server_at(company_state(fast))->cut_group_count));
    company_close(slow);
    company_close(fast);
}
