// Notices when the use of a limit reaches a mark: X18.
#include "projections/digest.h"
#include "projections/notices.h"
#include "tests/support/play.h"

Test(notices, x18_a_mark_is_reached_at_it_and_left_five_points_below_it)
{
    static const struct {
        const char *when;
        enum notice before;
        uint64_t    used, limit;
        enum notice after;
    } rows[] = {
        {"nothing is used",                    NOTICE_NONE, 0,    100,               NOTICE_NONE},
        {"just below 80 %",                    NOTICE_NONE, 79,   100,               NOTICE_NONE},
        {"80 %",                               NOTICE_NONE, 80,   100,               NOTICE_80  },
        {"just below 95 %",                    NOTICE_NONE, 94,   100,               NOTICE_80  },
        {"95 %",                               NOTICE_NONE, 95,   100,               NOTICE_95  },
        {"just below all",                     NOTICE_80,   99,   100,               NOTICE_95  },
        {"all",                                NOTICE_NONE, 100,  100,               NOTICE_100 },
        {"more than all",                      NOTICE_NONE, 101,  100,               NOTICE_OVER},
        {"one by one, from all to over",       NOTICE_100,  101,  100,               NOTICE_OVER},
        {"four points below 80 %",             NOTICE_80,   76,   100,               NOTICE_80  },
        {"five points below 80 %, not less",   NOTICE_80,   75,   100,               NOTICE_80  },
        {"less",                               NOTICE_80,   74,   100,               NOTICE_NONE},
        {"five points below 95 %, not less",   NOTICE_95,   90,   100,               NOTICE_95  },
        {"less than those",                    NOTICE_95,   89,   100,               NOTICE_80  },
        {"five points below all, not less",    NOTICE_100,  95,   100,               NOTICE_100 },
        {"less than all but five",             NOTICE_100,  94,   100,               NOTICE_95  },
        {"no more than all, of what was over", NOTICE_OVER, 100,  100,               NOTICE_OVER},
        {"95 % of what was over",              NOTICE_OVER, 95,   100,               NOTICE_OVER},
        {"below 95 % of what was over",        NOTICE_OVER, 94,   100,               NOTICE_95  },
        {"far below all marks",                NOTICE_OVER, 1,    100,               NOTICE_NONE},
        {"a limit of one that is used",        NOTICE_NONE, 1,    1,                 NOTICE_100 },
        {"a limit of one that is free again",  NOTICE_100,  0,    1,                 NOTICE_NONE},
        {"three of four",                      NOTICE_NONE, 3,    4,                 NOTICE_NONE},
        {"four of five",                       NOTICE_NONE, 4,    5,                 NOTICE_80  },
        {"nothing of a limit of 0",            NOTICE_NONE, 0,    0,                 NOTICE_NONE},
        {"something of a limit of 0",          NOTICE_80,   1,    0,                 NOTICE_OVER},
        {"nothing any more of a limit of 0",   NOTICE_OVER, 0,    0,                 NOTICE_NONE},
        {"a limit that is no more",            NOTICE_OVER, 1000, LIMIT_NONE,        NOTICE_NONE},
        {"the greatest limit",                 NOTICE_NONE, 0,    32ULL * COUNT_MAX, NOTICE_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const enum notice after = notice_after(rows[i].before, rows[i].used, rows[i].limit);
        cr_expect(eq(int, after, rows[i].after), "when %s", rows[i].when);
    }
}

static const struct turn base[] = {
    {"license sip 1000 per-server",                                    "ok"},
    {"eula 1",                                                         "ok"},
    {"group G",                                                        "ok"},
    {"group G/A",                                                      "ok"},
    {"allocate G restricted p : sip=20 ; q until=2026-12-01 : sip=20", "ok"},
};

Test(notices, x18_a_notice_is_raised_once_on_every_level_whose_own_limit_it_is)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=20",                            "ok"                      },
        {"15 x consume G/A sip n#",                                     "ok"                      },
        {"notice G sip",                                                "none"                    },
        {"consume G/A sip n16",                                         "ok"                      },
        {"notice G sip",                                                "80 new"                  },
        {"notice G/A sip",                                              "none"                    }, // no limit of its own
        {"notice / sip",                                                "none"                    },
        {"consume G/A sip n17",                                         "ok"                      },
        {"notice G sip",                                                "80"                      },
        {"release sip n1",                                              "ok"                      },
        {"release sip n2",                                              "ok"                      },
        {"notice G sip",                                                "80"                      }, // 75 %
        {"consume G/A sip n18",                                         "ok"                      },
        {"notice G sip",                                                "80"                      }, // not again
        {"release sip n3",                                              "ok"                      },
        {"release sip n4",                                              "ok"                      },
        {"notice G sip",                                                "none"                    }, // 70 %
        {"consume G/A sip n19",                                         "ok"                      },
        {"consume G/A sip n20",                                         "ok"                      },
        {"notice G sip",                                                "80 new"                  },
        {"plan consume G sip m1 | consume G sip m2 | consume G sip m3", "ok"                      },
        {"notice G sip",                                                "95 new"                  },
        {"consume G sip m4",                                            "ok"                      },
        {"notice G sip",                                                "100 new"                 },
        {"consume G sip m5",                                            "LIMIT_REACHED G 20 of 20"},
        {"notice G sip",                                                "100"                     },
        {"release sip m4",                                              "ok"                      },
        {"release sip m3",                                              "ok"                      },
        {"notice G sip",                                                "95"                      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(notices, x18_a_limit_that_falls_raises_one_too_and_one_that_rises_lets_it_go)
{
    static const struct turn turns[] = {
        {"20 x consume G sip n#",                 "ok"      },
        {"notice G sip",                          "none"    },
        {"allocate G restricted p : sip=25",      "ok"      },
        {"notice G sip",                          "80 new"  },
        {"allocate G restricted force p : sip=5", "ok"      },
        {"notice G sip",                          "over new"},
        {"allocate G restricted p : sip=100",     "ok"      },
        {"notice G sip",                          "none"    },
        {"allocate G restricted force p : sip=5", "ok"      },
        {"notice G sip",                          "over new"},
        {"allocate G",                            "ok"      },
        {"notice G sip",                          "none"    },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(notices, x18_a_window_that_ends_raises_one_at_its_instant)
{
    static const struct turn turns[] = {
        {"25 x consume G sip n#",          "ok"      },
        {"clock 2026-11-30T23:59:59.999Z", "ok"      },
        {"notice G sip",                   "none"    },
        {"clock 2026-12-01",               "ok"      },
        {"notice G sip",                   "over new"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(notices, x18_the_server_is_measured_by_its_current_file)
{
    static const struct turn turns[] = {
        {"10 x consume G sip n#",     "ok"                            },
        {"license sip 12 per-server", "ok"                            },
        {"notice / sip",              "80 new"                        },
        {"license sip 8 per-server",  "ok"                            },
        {"notice / sip",              "over new"                      }, // also while nobody is suspended yet (T16)
        {"held sip",                  "n1 n2 n3 n4 n5 n6 n7 n8 n9 n10"},
        {"eula 1",                    "ok"                            },
        {"notice / sip",              "over"                          },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(notices, x18_a_notice_is_of_the_state_and_is_taken_back_with_it)
{
    struct company *company = company_open();
    struct hash     one, other;
    play_on(company, TURNS(base));
    company_rehearse(company);
    expect_said(company, "32 x consume G sip n#", "ok");
    cr_expect(company_is_intact(company));
    expect_said(company, "notice G sip", "80 new");
    cr_assert(eq(int, digest_of(company_state(company), &one), OK));
    account_edit(company_state(company), 1)->notice ^= 1;
    cr_assert(eq(int, digest_of(company_state(company), &other), OK));
    cr_expect(memcmp(one.at, other.at, sizeof one.at) != 0);
    company_close(company);
}

// Once a move took the use away before it brought it, and what stands above both places forgot its
// mark in between (X04).
Test(notices, x18_a_move_leaves_the_marks_of_what_stands_above_both_places)
{
    static const struct turn turns[] = {
        {"license sip 8 per-server", "ok"    },
        {"eula 1",                   "ok"    },
        {"group G",                  "ok"    },
        {"group G/A",                "ok"    },
        {"group H",                  "ok"    },
        {"5 x consume G sip n#",     "ok"    },
        {"2 x consume G/A sip a#",   "ok"    },
        {"notice / sip",             "80 new"},
        {"release sip n5",           "ok"    },
        {"notice / sip",             "80"    }, // 6 of 8: five points below, not less
        {"move G/A H",               "ok"    },
        {"notice / sip",             "80"    },
        {"state / sip",              "8/6/2" },
    };
    play(TURNS(turns));
}
