// Units: X08's order of refusals, X15, B30.
#include "tests/support/check.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 30 per-server; cam 30 per-channel", "ok"},
    {"eula 1",                                        "ok"},
    {"group A",                                       "ok"},
    {"group A/B",                                     "ok"},
    {"group C",                                       "ok"},
    {"user maria A",                                  "ok"},
    {"user peter A",                                  "ok"},
};

Test(holdings, x15_a_unit_is_held_once_per_resource_in_the_whole_server)
{
    static const struct turn turns[] = {
        {"consume A sip u1",            "ok"            },
        {"consume A cam u1",            "ok"            },
        {"consume A sip u1",            "ok already"    },
        {"consume C sip u1",            "UNIT_HELD A u1"},
        {"consume A/B sip u1",          "UNIT_HELD A u1"},
        {"consume A sip u1 user=maria", "UNIT_HELD A u1"},
        {"consume A sip u2 user=maria", "ok"            },
        {"consume A sip u2 user=maria", "ok already"    },
        {"consume A sip u2 user=peter", "UNIT_HELD A u2"},
        {"consume A sip u2",            "UNIT_HELD A u2"},
        {"release sip u1",              "ok"            },
        {"release sip u1",              "NOT_HELD u1"   },
        {"release cam u1",              "ok"            },
        {"release foo u1",              "NOT_HELD u1"   },
        {"consume C sip u1",            "ok"            },
    };
    play_after(TURNS(base), TURNS(turns));
}

// Who may read there is told by whom; the others that it is held, and no more.
Test(holdings, x15_by_whom_a_unit_is_held_is_told_to_who_may_read_there)
{
    static const struct turn turns[] = {
        {"enrol lobby agent A/B", "ok"              },
        {"enrol house agent A",   "ok"              },
        {"consume C sip c1",      "ok"              },
        {"consume / sip s1",      "ok"              },
        {"consume A sip a1",      "ok"              },
        {"consume A/B sip b1",    "ok"              },
        {"consume A sip c1",      "UNIT_HELD C c1"  },
        {"as house",              "ok"              },
        {"consume A sip c1",      "UNIT_HELD c1"    },
        {"consume A sip s1",      "UNIT_HELD s1"    },
        {"consume A sip b1",      "UNIT_HELD A/B b1"},
        {"as lobby",              "ok"              },
        {"consume A/B sip a1",    "UNIT_HELD a1"    },
        {"consume A/B sip c1",    "UNIT_HELD c1"    },
        {"release sip a1",        "NOT_HELD a1"     },
        {"release sip c1",        "NOT_HELD c1"     },
        {"consume A/B sip b1",    "ok already"      },
    };
    play_after(TURNS(base), TURNS(turns));
}

// A block above any group of the user denies, also one that is not charged (X12, B42).
Test(holdings, x12_a_user_of_a_blocked_group_takes_nothing)
{
    static const struct turn turns[] = {
        {"member add maria C",            "ok"                  },
        {"member add maria A/B",          "ok"                  },
        {"block C",                       "ok"                  },
        {"consume A sip n1 user=maria",   "BLOCKED C"           },
        {"consume A sip n1 user=peter",   "ok"                  },
        {"block A",                       "ok"                  },
        {"consume A/B sip n2 user=maria", "BLOCKED A; BLOCKED C"},
        {"consume A/B sip n2",            "BLOCKED A"           },
        {"unblock A",                     "ok"                  },
        {"consume A/B sip n2",            "ok"                  },
        {"unblock C",                     "ok"                  },
        {"consume A sip n3 user=maria",   "ok"                  },
    };
    play_after(TURNS(base), TURNS(turns));
}

// T06: a recorder takes all of its channels or none; one less room, and none is taken.
Test(holdings, t06_a_recorder_of_16_channels_is_all_or_nothing)
{
    static const char *const recorder =
        "plan consume / nvr v:1 | consume / nvr v:2 | consume / nvr v:3 | consume / nvr v:4 | "
        "consume / nvr v:5 | consume / nvr v:6 | consume / nvr v:7 | consume / nvr v:8 | "
        "consume / nvr v:9 | consume / nvr v:10 | consume / nvr v:11 | consume / nvr v:12 | "
        "consume / nvr v:13 | consume / nvr v:14 | consume / nvr v:15 | consume / nvr v:16";
    struct company *company = company_open();
    expect_said(company, "license nvr 20 per-channel; door 1 per-channel", "ok");
    expect_said(company, "eula 1", "ok");
    expect_said(company, "5 x consume / nvr c#", "ok");
    expect_said(company, recorder, "15: LIMIT_REACHED / 20 of 20");
    expect_said(company, "state / nvr", "20/5/15");
    expect_said(company, "release nvr c5", "ok");
    expect_said(company, recorder, "ok");
    expect_said(company, "state / nvr", "20/20/0");
    expect_said(company, recorder, "ok already");
    expect_said(company, "consume / nvr c5", "LIMIT_REACHED / 20 of 20");
    // Another resource on one of its channels counts by itself.
    expect_said(company, "consume / door v:1", "ok");
    expect_said(company, "plan release nvr v:1 | release nvr v:17", "1: NOT_HELD v:17");
    expect_said(company, "state / nvr", "20/20/0");
    expect_said(company, "plan release nvr v:1 | release nvr v:2", "ok");
    expect_said(company, "state / nvr", "20/18/2");
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}

Test(holdings, b30_access_needs_an_active_holding_and_open_windows)
{
    static const struct turn turns[] = {
        {"access sip n1",                                          "NOT_HELD"                                         },
        {"allocate A restricted p until=2026-11-10 : sip=2",       "ok"                                               },
        {"2 x consume A sip n#",                                   "ok"                                               },
        {"access sip n1",                                          "yes"                                              },
        {"allocate A restricted force p until=2026-11-10 : sip=1", "ok"                                               },
        {"access sip n1",                                          "yes"                                              },
        {"access sip n2",                                          "LIMIT_REACHED A 2 of 1"                           },
        {"clock 2026-11-10",                                       "ok"                                               },
        {"access sip n1",                                          "EXPIRED A 2 of 0 until 2026-11-10T00:00:00Z"      },
        {"allocate A restricted p from=2026-11-20 : sip=2",        "ok"                                               },
        {"access sip n1",                                          "NOT_YET_VALID A 2 of 0 until 2026-11-20T00:00:00Z"},
        {"clock 2026-11-20",                                       "ok"                                               },
        {"access sip n2",                                          "yes"                                              },
        {"block A",                                                "ok"                                               },
        {"access sip n1",                                          "BLOCKED A"                                        },
        {"release sip n1",                                         "ok"                                               },
        {"access sip n1",                                          "NOT_HELD"                                         },
    };
    play_after(TURNS(base), TURNS(turns));
}

// Every pair of neighbours that can coincide, in the order of X08. Each row is one way to fail
// more, on top of all below it.
Test(holdings, x08_the_first_reason_decides_and_all_are_told)
{
    static const struct turn turns[] = {
        {"allocate / oversubscribed",                                       "ok"                                             },
        {"group D",                                                         "ok"                                             },
        {"group D/E",                                                       "ok"                                             },
        {"member add maria D/E",                                            "ok"                                             },
        {"member add maria C",                                              "ok"                                             },
 // USER_LIMIT alone, then under STRICTEST_GROUP, LIMIT_REACHED twice, EXPIRED …
        {"assign maria D/E sip=0",                                          "ok"                                             },
        {"consume D/E sip n1 user=maria",                                   "USER_LIMIT D/E 0 of 0"                          },
        {"allocate C restricted p : sip=1",                                 "ok"                                             },
        {"consume C sip c1",                                                "ok"                                             },
        {"consume D/E sip n1 user=maria",                                   "STRICTEST_GROUP C 1 of 1; USER_LIMIT D/E 0 of 0"},
        {"allocate D restricted oversubscribed p : sip=1",                  "ok"                                             },
        {"consume D sip d1",                                                "ok"                                             },
        {"consume D/E sip n1 user=maria",
         "LIMIT_REACHED D 1 of 1; STRICTEST_GROUP C 1 of 1; USER_LIMIT D/E 0 of 0"                                           },
        {"allocate D restricted oversubscribed p until=2026-11-02 : sip=1", "ok"                                             },
        {"clock 2026-11-02",                                                "ok"                                             },
        {"consume D/E sip n1 user=maria",
         "EXPIRED D 1 of 0 until 2026-11-02T00:00:00Z; STRICTEST_GROUP C 1 of 1; "
         "STRICTEST_GROUP D/E 0 of 0; USER_LIMIT D/E 0 of 0"                                                                 },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    for (size_t i = 0; i + 1 < sizeof turns / sizeof turns[0]; i++)
        expect_said(company, turns[i].say, turns[i].answer);
    expect_begin(company, "consume D/E sip n1 user=maria",
                 "EXPIRED D 1 of 0 until 2026-11-02T00:00:00Z; STRICTEST_GROUP");
    static const struct turn more[] = {
        {"allocate D/E restricted p until=2026-11-02 : sip=1",                             "ok"                                    },
        {"unassign maria D/E",                                                             "ok"                                    },
        {"member remove maria C",                                                          "ok"                                    },
        {"consume D/E sip n1",
         "EXPIRED D/E 0 of 0 until 2026-11-02T00:00:00Z; EXPIRED D 1 of 0 until "
         "2026-11-02T00:00:00Z"                                                                                                    },
 // An end that has been wins over a beginning that is to come.
        {"allocate D/E restricted p until=2026-11-02 : sip=1 ; q from=2026-12-01 : sip=1", "ok"                                    },
        {"consume D/E sip n1",
         "EXPIRED D/E 0 of 0 until 2026-11-02T00:00:00Z; EXPIRED D 1 of 0 until "
         "2026-11-02T00:00:00Z"                                                                                                    },
        {"allocate D/E restricted q from=2026-12-01 : sip=1",                              "ok"                                    },
        {"consume D/E sip n1",
         "NOT_YET_VALID D/E 0 of 0 until 2026-12-01T00:00:00Z; EXPIRED D 1 of 0 until "
         "2026-11-02T00:00:00Z"                                                                                                    },
        {"allocate D/E",                                                                   "ok"                                    },
 // A limit that is reached nearer to the leaf stands behind a window that is over.
        {"allocate D restricted oversubscribed p : sip=1",                                 "ok"                                    },
        {"group D/E/F",                                                                    "ok"                                    },
        {"allocate D/E restricted q from=2026-12-01 : sip=1",                              "ok"                                    },
        {"allocate D/E/F restricted",                                                      "ok"                                    },
        {"consume D/E/F sip n1",
         "NOT_YET_VALID D/E 0 of 0 until 2026-12-01T00:00:00Z; LIMIT_REACHED D/E/F 0 of 0; "
         "LIMIT_REACHED D 1 of 1"                                                                                                  },
 // UNIT_HELD before them, BLOCKED before that, unknown names before that.
        {"consume D/E/F sip d1",
         "UNIT_HELD D d1; NOT_YET_VALID D/E 0 of 0 until 2026-12-01T00:00:00Z; "
         "LIMIT_REACHED D/E/F 0 of 0; LIMIT_REACHED D 1 of 1"                                                                      },
        {"block D/E",                                                                      "ok"                                    },
        {"block D",                                                                        "ok"                                    },
        {"consume D/E/F sip d1",
         "BLOCKED D/E; BLOCKED D; UNIT_HELD D d1; "
         "NOT_YET_VALID D/E 0 of 0 until 2026-12-01T00:00:00Z; LIMIT_REACHED D/E/F 0 of 0; "
         "LIMIT_REACHED D 1 of 1"                                                                                                  },
        {"consume D/E/F sip d1 user=peter",
         "NOT_A_MEMBER D/E/F; BLOCKED D/E; BLOCKED D; UNIT_HELD D d1; "
         "NOT_YET_VALID D/E 0 of 0 until 2026-12-01T00:00:00Z; LIMIT_REACHED D/E/F 0 of 0; "
         "LIMIT_REACHED D 1 of 1"                                                                                                  },
        {"consume D/E/F foo d1",                                                           "BLOCKED D/E; BLOCKED D; NO_LICENSE / foo; LIMIT_REACHED D/E/F 0 "
                                 "of 0; LIMIT_REACHED D/E 0 of 0; LIMIT_REACHED D 0 of 0"          },
        {"consume D/E/X foo d1 user=paul",                                                 "UNKNOWN_GROUP D/E/X; UNKNOWN_USER paul"},
 // The holder's own unit before all of these.
        {"consume D sip d1",                                                               "ok already"                            },
 // LIMITED_MODE before them where the unit is new (T13), STALE before that, FORBIDDEN before
  // that, MALFORMED before all.
        {"enrol helper agent A",                                                           "ok"                                    },
        {"license sip 30 per-server; cam 30 per-channel",                                  "ok"                                    },
        {"consume D/E/F sip d1",
         "BLOCKED D/E; BLOCKED D; UNIT_HELD D d1; "
         "NOT_YET_VALID D/E 0 of 0 until 2026-12-01T00:00:00Z; LIMIT_REACHED D/E/F 0 of 0; "
         "LIMIT_REACHED D 1 of 1"                                                                                                  },
        {"consume D/X sip d1",                                                             "UNKNOWN_GROUP D/X"                     },
        {"consume D/X sip d2",                                                             "LIMITED_MODE /; UNKNOWN_GROUP D/X"     },
        {"allocate D/X restricted p : sip=1",                                              "LIMITED_MODE /; UNKNOWN_GROUP D/X"     },
        {"consume D sip d1",                                                               "ok already"                            },
    };
    play_on(company, TURNS(more));
    company_validity(company, -1);
    expect_said(company, "consume D/E/F sip d1", "STALE_PROPOSAL");
    expect_said(company, "consume D sip d1", "STALE_PROPOSAL");
    expect_said(company, "as helper", "ok");
    expect_said(company, "consume D/E/F sip d1", "FORBIDDEN");
    expect_said(company, "consume D/E/F sip /", "MALFORMED unit");
    company_close(company);
}

Test(holdings, x08_saves_are_asked_for_needs_then_ancestors_then_sums_then_use)
{
    static const struct turn turns[] = {
        {"license sip 30 per-server; mob 30 per-server needs sip", "ok"},
        {"eula 1",                                                 "ok"},
        {"allocate A restricted p : sip=10 mob=10",                "ok"},
        {"allocate A/B restricted p : sip=8",                      "ok"},
        {"6 x consume A sip n#",                                   "ok"},
        {"allocate A restricted p : sip=5",
         "CHILD_EXCEEDS_ANCESTOR A 8 of 5 sip; OVERSUBSCRIBED A 8 of 5 sip; "
         "LIMIT_BELOW_USED A 6 of 5 sip"                               },
        {"allocate A restricted p : sip=5 mob=6",
         "NEEDS_EXCEEDED A 5 of 6 sip; CHILD_EXCEEDS_ANCESTOR A 8 of 5 sip; "
         "OVERSUBSCRIBED A 8 of 5 sip; LIMIT_BELOW_USED A 6 of 5 sip"  },
        {"allocate A restricted version=0 p : sip=5 mob=6",
         "VERSION_CONFLICT A 0 of 1; NEEDS_EXCEEDED A 5 of 6 sip; "
         "CHILD_EXCEEDS_ANCESTOR A 8 of 5 sip; OVERSUBSCRIBED A 8 of 5 sip; "
         "LIMIT_BELOW_USED A 6 of 5 sip"                               },
    };
    play_after(TURNS(base), TURNS(turns));
}

// A group without anything objects also where what stands below it has cut the unit off already: of
// two closed windows the nearer one is told.
Test(holdings, x08_the_nearest_closed_window_is_told_though_nothing_comes_up_to_it)
{
    static const struct turn turns[] = {
        {"license sip 9 per-server until 2026-11-10T00:00:00Z", "ok"                                         },
        {"eula 1",                                              "ok"                                         },
        {"group A",                                             "ok"                                         },
        {"group A/B",                                           "ok"                                         },
        {"consume A/B sip n1",                                  "ok"                                         },
        {"consume / sip n2",                                    "ok"                                         },
        {"allocate A restricted p until=2026-11-10 : sip=2",    "ok"                                         },
        {"allocate A/B restricted force",                       "ok"                                         },
        {"clock 2026-11-10",                                    "ok"                                         },
        {"access sip n1",                                       "EXPIRED A 1 of 0 until 2026-11-10T00:00:00Z"},
    };
    play(TURNS(turns));
}

// What a file once said of a name holds on when no file has it any more.
Test(holdings, t10_other_kinds_than_devices_take_no_direction)
{
    static const struct turn turns[] = {
        {"license cam 30 per-channel; door 3 per-device", "ok"                 },
        {"eula 1",                                        "ok"                 },
        {"group T",                                       "ok"                 },
        {"consume T cam c1 in",                           "MALFORMED direction"},
        {"consume T cam c1",                              "ok"                 },
        {"consume T door d1",                             "MALFORMED direction"},
        {"consume T door d1 in",                          "ok"                 },
        {"license sip 1 per-server",                      "ok"                 },
        {"eula 1",                                        "ok"                 },
        {"consume T cam c1 out",                          "MALFORMED direction"},
        {"consume T door d1",                             "MALFORMED direction"},
        {"consume T door d1 out",                         "ok"                 },
        {"consume T cam c1",                              "ok already"         },
    };
    play(TURNS(turns));
}
