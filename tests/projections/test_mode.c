// Limited mode: what enters it, what it stops, what goes on, what leaves it (T13 to T23, D4).
#include "projections/mode.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

Test(mode, s10_smaller_licence_file_and_limited_mode)
{
    static const struct turn turns[] = {
        {"license LICENSE_HIKVISION 20 per-channel", "ok"                                                              },
        {"eula 1",                                   "ok"                                                              },
        {"20 x consume / LICENSE_HIKVISION ch#",     "ok"                                                              },
        {"license LICENSE_HIKVISION 12 per-channel", "ok"                                                              },
        {"mode",                                     "limited license_updated pending 8"                               },
        {"state / LICENSE_HIKVISION",                "12/20/0"                                                         },
        {"more / LICENSE_HIKVISION",                 "on own 12 unallocated 12 over 8 at /"                            },
        {"access LICENSE_HIKVISION ch20",            "yes"                                                             },
        {"consume / LICENSE_HIKVISION ch21",         "LIMITED_MODE /; LIMIT_REACHED / 20 of 12"                        },
        {"release LICENSE_HIKVISION ch5",            "ok"                                                              },
        {"state / LICENSE_HIKVISION",                "12/19/0"                                                         },
        {"mode",                                     "limited license_updated pending 7"                               },
        {"held LICENSE_HIKVISION",
         "ch1 ch2 ch3 ch4 ch6 ch7 ch8 ch9 ch10 ch11 ch12 ch13 ch14 ch15 ch16 ch17 ch18 ch19 ch20"                      },
        {"eula 1",                                   "ok"                                                              },
        {"mode",                                     "normal"                                                          },
        {"held LICENSE_HIKVISION",                   "ch1 ch2 ch3 ch4 ch6 ch7 ch8 ch9 ch10 ch11 ch12 ch13 "
                                   "(ch14) (ch15) (ch16) (ch17) (ch18) (ch19) (ch20)"},
        {"access LICENSE_HIKVISION ch13",            "yes"                                                             },
        {"access LICENSE_HIKVISION ch14",            "LIMIT_REACHED / 19 of 12"                                        },
    };
    struct company *company = company_open();
    play_on(company, TURNS(turns));
    const enum refusal code = company_upload(company,
                                             "licet license v1\nserver cam-hq.example\nserial 1\n"
                                             "LICENSE_HIKVISION 21 per-channel\n",
                                             "vendor.example");
    cr_expect(eq(int, code, STALE_LICENSE));
    expect_said(company, "mode", "normal");
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}

Test(mode, t23_a_fresh_ledger_is_limited_until_its_eula_is_accepted)
{
    static const struct turn turns[] = {
        {"mode",    "limited eula_not_accepted"},
        {"group G", "LIMITED_MODE /"           },
        {"eula 2",  "EULA_VERSION_MISMATCH 1"  },
        {"mode",    "limited eula_not_accepted"},
        {"eula 1",  "ok"                       },
        {"mode",    "normal"                   },
        {"group G", "ok"                       },
    };
    play(TURNS(turns));
}

Test(mode, t20_every_accepted_upload_enters_and_one_acceptance_after_the_latest_leaves)
{
    static const struct turn turns[] = {
        {"license cam 5 per-channel", "ok"                     },
        {"mode",                      "limited license_updated"},
        {"license cam 6 per-channel", "ok"                     },
        {"license cam 7 per-channel", "ok"                     },
        {"eula 1",                    "ok"                     },
        {"mode",                      "normal"                 },
        {"license cam 8 per-channel", "ok"                     },
        {"mode",                      "limited license_updated"},
        {"state / cam",               "8/0/8"                  },
        {"license cam 9 per-camera",  "MALFORMED used 4 "      },
        {"eula 1",                    "ok"                     },
        {"license cam 9 per-camera",  "MALFORMED used 4 "      },
        {"mode",                      "normal"                 },
    };
    struct company *company = company_open();
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        expect_begin(company, turns[i].say, turns[i].answer);
    }
    company_close(company);
}

// Whose rows are settings, and which doors stay open.
Test(mode, t13_d4_settings_and_new_equipment_are_refused_and_what_runs_goes_on)
{
    static const struct turn before[] = {
        {"license cam 3 per-channel; acs 3 per-device; sip 3 per-server", "ok"},
        {"eula 1",                                                        "ok"},
        {"group G",                                                       "ok"},
        {"allocate G restricted p : cam=3 acs=3 sip=3",                   "ok"},
        {"user maria G",                                                  "ok"},
        {"user peter G",                                                  "ok"},
        {"enrol dealer site_admin G",                                     "ok"},
        {"enrol helper agent G",                                          "ok"},
        {"consume G cam c1",                                              "ok"},
        {"consume G acs d1 in",                                           "ok"},
        {"consume G acs d2 in",                                           "ok"},
        {"consume G sip n1 user=maria",                                   "ok"},
        {"license cam 3 per-channel; acs 3 per-device; sip 3 per-server", "ok"},
    };
    static const struct turn refused[] = {
        {"group H",                                  "LIMITED_MODE /"   },
        {"allocate G restricted p : cam=2",          "LIMITED_MODE /"   },
        {"allocate / oversubscribed",                "LIMITED_MODE /"   },
        {"user paul G",                              "LIMITED_MODE /"   },
        {"member remove peter G",                    "LIMITED_MODE /"   },
        {"assign maria G sip=1",                     "LIMITED_MODE /"   },
        {"unassign maria G",                         "LIMITED_MODE /"   },
        {"enrol other agent G",                      "LIMITED_MODE /"   },
        {"enrol boss server_admin /",                "LIMITED_MODE /"   },
        {"trust other.example",                      "LIMITED_MODE /"   },
        {"consume G cam c2",                         "LIMITED_MODE /"   },
        {"consume G acs d3 in",                      "LIMITED_MODE /"   },
        {"consume G sip n2",                         "LIMITED_MODE /"   },
        {"consume G cam c2 user=maria",              "LIMITED_MODE /"   },
        {"consume G acs d3 in user=maria",           "LIMITED_MODE /"   },
        {"plan consume G cam c1 | consume G cam c2", "1: LIMITED_MODE /"},
    };
    static const struct turn going_on[] = {
        {"consume G cam c1",            "ok already"                                    },
        {"consume G acs d1 in",         "ok already"                                    },
        {"consume G acs d1 out",        "ok"                                            },
        {"consume G sip n1 user=maria", "ok already"                                    },
        {"consume G sip n2 user=maria", "ok"                                            },
        {"consume G sip n3 user=peter", "ok"                                            },
        {"consume G sip n4 user=peter", "LIMIT_REACHED G 3 of 3; LIMIT_REACHED / 3 of 3"},
        {"release cam c1",              "ok"                                            },
        {"release acs d2",              "ok"                                            },
        {"remove helper",               "ok"                                            },
        {"state G sip",                 "3/3/0"                                         },
        {"mode",                        "limited license_updated"                       },
        {"eula 1",                      "ok"                                            },
        {"group H",                     "ok"                                            },
    };
    struct company *company = company_open();
    play_on(company, TURNS(before));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        // Other reasons may stand behind the first one.
        expect_begin(company, refused[i].say, refused[i].answer);
    }
    play_on(company, TURNS(going_on));
    company_close(company);
}

Test(mode, t16_the_file_of_before_holds_on_within_its_windows)
{
    static const struct turn turns[] = {
        {"license cam 2 per-channel; cam 3 per-channel until 2026-12-01T00:00:00Z", "ok"                               },
        {"eula 1",                                                                  "ok"                               },
        {"5 x consume / cam c#",                                                    "ok"                               },
        {"license cam 1 per-channel",                                               "ok"                               },
        {"held cam",                                                                "c1 c2 c3 c4 c5"                   },
        {"mode",                                                                    "limited license_updated pending 4"},
        {"clock 2026-11-30T23:59:59.999Z",                                          "ok"                               },
        {"held cam",                                                                "c1 c2 c3 c4 c5"                   },
        {"clock 2026-12-01",                                                        "ok"                               },
        {"held cam",                                                                "c1 c2 (c3) (c4) (c5)"             },
        {"mode",                                                                    "limited license_updated pending 1"},
        {"eula 1",                                                                  "ok"                               },
        {"held cam",                                                                "c1 (c2) (c3) (c4) (c5)"           },
    };
    struct company *company = company_open();
    play_on(company, TURNS(turns));
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}

Test(mode, t16_the_file_of_before_is_that_of_before_the_first_trigger)
{
    static const struct turn turns[] = {
        {"license cam 5 per-channel", "ok"                               },
        {"eula 1",                    "ok"                               },
        {"5 x consume / cam c#",      "ok"                               },
        {"license cam 2 per-channel", "ok"                               },
        {"license cam 3 per-channel", "ok"                               },
        {"held cam",                  "c1 c2 c3 c4 c5"                   },
        {"mode",                      "limited license_updated pending 2"},
        {"license acs 3 per-device",  "ok"                               },
        {"held cam",                  "c1 c2 c3 c4 c5"                   },
        {"mode",                      "limited license_updated pending 5"},
        {"license cam 9 per-channel", "ok"                               },
        {"mode",                      "limited license_updated"          },
        {"eula 1",                    "ok"                               },
        {"held cam",                  "c1 c2 c3 c4 c5"                   },
    };
    play(TURNS(turns));
}

Test(mode, t16_a_greater_file_is_in_force_at_once_for_those_who_were_suspended)
{
    static const struct turn turns[] = {
        {"license cam 5 per-channel", "ok"                  },
        {"eula 1",                    "ok"                  },
        {"5 x consume / cam c#",      "ok"                  },
        {"license cam 2 per-channel", "ok"                  },
        {"eula 1",                    "ok"                  },
        {"held cam",                  "c1 c2 (c3) (c4) (c5)"},
        {"license cam 4 per-channel", "ok"                  },
        {"held cam",                  "c1 c2 c3 c4 (c5)"    },
    };
    play(TURNS(turns));
}

Test(mode, t16_package_and_user_windows_close_while_limited)
{
    static const struct turn turns[] = {
        {"license sip 5 per-server",                         "ok"                                         },
        {"eula 1",                                           "ok"                                         },
        {"group G",                                          "ok"                                         },
        {"allocate G restricted p until=2026-12-01 : sip=5", "ok"                                         },
        {"group H",                                          "ok"                                         },
        {"user maria H",                                     "ok"                                         },
        {"assign maria H until=2026-11-20 sip=1",            "ok"                                         },
        {"consume G sip n1",                                 "ok"                                         },
        {"consume H sip n2 user=maria",                      "ok"                                         },
        {"license sip 5 per-server",                         "ok"                                         },
        {"clock 2026-11-19T23:59:59.999Z",                   "ok"                                         },
        {"access sip n2",                                    "yes"                                        },
        {"clock 2026-11-20",                                 "ok"                                         },
        {"access sip n2",                                    "USER_LIMIT H 1 of 0"                        },
        {"clock 2026-12-01",                                 "ok"                                         },
        {"access sip n1",                                    "EXPIRED G 1 of 0 until 2026-12-01T00:00:00Z"},
        {"mode",                                             "limited license_updated"                    },
    };
    play(TURNS(turns));
}

Test(mode, t17_no_time_leaves_the_mode)
{
    static const struct turn turns[] = {
        {"clock 2126-11-01", "ok"                       },
        {"mode",             "limited eula_not_accepted"},
    };
    play(TURNS(turns));
}

Test(mode, s11_life_of_the_limited_mode)
{
    static const struct turn turns[] = {
        {"mode",                                "limited eula_not_accepted"},
        {"license sip 500 per-server",          "ok"                       },
        {"mode",                                "limited license_updated"  },
        {"connect 4.4.9",                       "CLIENT_TOO_OLD"           },
        {"connect 4.5.0",                       "yes"                      },
        {"group G",                             "LIMITED_MODE /"           },
        {"allocate / oversubscribed version=0", "LIMITED_MODE /"           },
        {"eula 1",                              "ok"                       },
        {"mode",                                "normal"                   },
        {"connect 4.4.9",                       "yes"                      },
        {"password Admin",                      "ok"                       },
        {"mode",                                "limited password_changed" },
        {"software 4.7 1",                      "ok"                       },
        {"mode",                                "limited password_changed" },
        {"software 4.8 2",                      "ok"                       },
        {"mode",                                "limited eula_changed"     },
        {"eula 1",                              "EULA_VERSION_MISMATCH 2"  },
        {"mode",                                "limited eula_changed"     },
        {"eula 2",                              "ok"                       },
        {"mode",                                "normal"                   },
        {"password Admin",                      "ok"                       },
        {"eula 2",                              "ok"                       },
        {"software 4.9 3",                      "ok"                       },
        {"mode",                                "limited eula_changed"     },
        {"eula 3",                              "ok"                       },
        {"software 5.0 4",                      "ok"                       },
        {"password Admin",                      "ok"                       },
        {"mode",                                "limited password_changed" },
        {"eula 4",                              "ok"                       },
        {"mode",                                "normal"                   },
        {"password operator",                   "ok"                       },
        {"mode",                                "normal"                   },
    };
    play(TURNS(turns));
}

static const struct turn accepted[] = {
    {"license sip 500 per-server", "ok"},
    {"eula 1",                     "ok"},
};

// Always an event, whoever's password it is; only that of Admin, byte by byte, is a trigger.
Test(mode, t21_only_the_password_of_admin_is_a_trigger)
{
    static const struct turn turns[] = {
        {"password operator", "ok"                      },
        {"password admin",    "ok"                      },
        {"password Admin2",   "ok"                      },
        {"password Admi",     "ok"                      },
        {"mode",              "normal"                  },
        {"password Admin",    "ok"                      },
        {"mode",              "limited password_changed"},
        {"password operator", "ok"                      },
        {"mode",              "limited password_changed"},
    };
    play_after(TURNS(accepted), TURNS(turns));
}

// The latest trigger is told; the mode lasts since the first.
Test(mode, t21_a_trigger_while_limited_moves_the_reason_and_not_the_start)
{
    struct company *company = company_open();
    play_on(company, TURNS(accepted));
    company_clock(company, "2026-11-02");
    expect_said(company, "password Admin", "ok");
    const uint64_t since_ms = server_at(company_state(company))->limited_since_ms;
    company_clock(company, "2026-11-03");
    expect_said(company, "software 4.7 2", "ok");
    expect_said(company, "mode", "limited eula_changed");
    expect_said(company, "password Admin", "ok");
    expect_said(company, "mode", "limited password_changed");
    cr_expect(eq(u64, server_at(company_state(company))->limited_since_ms, since_ms));
    company_close(company);
}

Test(mode, t22_a_software_update_is_a_trigger_only_with_another_eula)
{
    static const struct turn turns[] = {
        {"software 4.7 1",  "ok"                     },
        {"mode",            "normal"                 },
        {"software 4.7 1",  "ok"                     },
        {"mode",            "normal"                 },
        {"software 4.7 1a", "ok"                     },
        {"mode",            "limited eula_changed"   },
        {"software 4.7 1",  "ok"                     },
        {"eula 1a",         "EULA_VERSION_MISMATCH 1"},
        {"eula 1",          "ok"                     },
        {"mode",            "normal"                 },
    };
    play_after(TURNS(accepted), TURNS(turns));
}

Test(mode, t21_t22_are_reported_by_a_server_admin_or_an_agent_of_the_server)
{
    static const struct turn turns[] = {
        {"group G",                 "ok"                  },
        {"group G/H",               "ok"                  },
        {"enrol server agent /",    "ok"                  },
        {"enrol door agent G",      "ok"                  },
        {"enrol site site_admin G", "ok"                  },
        {"enrol eyes auditor /",    "ok"                  },
        {"as door",                 "ok"                  },
        {"password Admin",          "FORBIDDEN"           },
        {"software 4.7 2",          "FORBIDDEN"           },
        {"as site",                 "ok"                  },
        {"password Admin",          "FORBIDDEN"           },
        {"software 4.7 2",          "FORBIDDEN"           },
        {"as eyes",                 "ok"                  },
        {"password Admin",          "FORBIDDEN"           },
        {"software 4.7 2",          "FORBIDDEN"           },
        {"as server",               "ok"                  },
        {"password Admin",          "ok"                  },
        {"software 4.7 2",          "ok"                  },
        {"mode",                    "limited eula_changed"},
        {"eula 2",                  "FORBIDDEN"           },
    };
    play_after(TURNS(accepted), TURNS(turns));
}

Test(mode, t19_while_limited_clients_up_to_4_4_or_unreadable_are_too_old)
{
    static const struct turn turns[] = {
        {"connect 0.0.0",                  "yes"           },
        {"connect what",                   "yes"           },
        {"password Admin",                 "ok"            },
        {"connect 4.4",                    "CLIENT_TOO_OLD"},
        {"connect 4.4.99",                 "CLIENT_TOO_OLD"},
        {"connect 4.3.9",                  "CLIENT_TOO_OLD"},
        {"connect 3.9",                    "CLIENT_TOO_OLD"},
        {"connect 4.5",                    "yes"           },
        {"connect 4.5.0-rc1",              "yes"           },
        {"connect 4.10",                   "yes"           },
        {"connect 5.0",                    "yes"           },
        {"connect 10.0",                   "yes"           },
        {"connect 5",                      "CLIENT_TOO_OLD"},
        {"connect 5.",                     "CLIENT_TOO_OLD"},
        {"connect .5",                     "CLIENT_TOO_OLD"},
        {"connect 4,5",                    "CLIENT_TOO_OLD"},
        {"connect v4.5",                   "CLIENT_TOO_OLD"},
        {"connect 4.5x",                   "CLIENT_TOO_OLD"},
        {"connect 99999999999999999999.0", "CLIENT_TOO_OLD"},
        {"connect -5.0",                   "CLIENT_TOO_OLD"},
        {"eula 1",                         "ok"            },
        {"connect 4.4.9",                  "yes"           },
    };
    play_after(TURNS(accepted), TURNS(turns));
}

// Oldest first over all resources; those that a group cuts off already do not wait.
Test(mode, t16_what_waits_for_the_end_of_the_mode_is_listed_by_name)
{
    static const struct turn turns[] = {
        {"license cam 9 per-channel; acs 3 per-server",      "ok"                               },
        {"eula 1",                                           "ok"                               },
        {"group G",                                          "ok"                               },
        {"allocate G restricted p until=2026-11-20 : cam=2", "ok"                               },
        {"2 x consume / cam c#",                             "ok"                               },
        {"consume / acs a1",                                 "ok"                               },
        {"2 x consume G cam g#",                             "ok"                               },
        {"consume / acs a2",                                 "ok"                               },
        {"consume / cam c3",                                 "ok"                               },
        {"pending",                                          ""                                 },
        {"license cam 1 per-channel",                        "ok"                               },
        {"mode",                                             "limited license_updated pending 6"},
        {"pending",                                          "c2 a1 g1 g2 a2 c3"                },
        {"clock 2026-11-20",                                 "ok"                               },
        {"mode",                                             "limited license_updated pending 4"},
        {"pending",                                          "c2 a1 a2 c3"                      },
        {"release cam c1",                                   "ok"                               },
        {"pending",                                          "a1 a2 c3"                         },
        {"held cam",                                         "c2 (g1) (g2) c3"                  },
        {"eula 1",                                           "ok"                               },
        {"held cam",                                         "c2 (g1) (g2) (c3)"                },
        {"pending",                                          ""                                 },
    };
    play(TURNS(turns));
}

Test(mode, t16_the_oldest_hundred_are_listed_and_all_are_counted)
{
    static const struct turn turns[] = {
        {"license cam 60 per-channel; acs 60 per-server", "ok"                                 },
        {"eula 1",                                        "ok"                                 },
        {"60 x consume / acs a#",                         "ok"                                 },
        {"60 x consume / cam c#",                         "ok"                                 },
        {"license cam 10 per-channel; acs 10 per-server", "ok"                                 },
        {"mode",                                          "limited license_updated pending 100"},
        {"license cam 10 per-channel; acs 9 per-server",  "ok"                                 },
        {"mode",                                          "limited license_updated pending 101"},
    };
    struct company *company = company_open();
    struct pending  pending;
    play_on(company, TURNS(turns));
    pending_list(company_state(company), company_now(company), &pending);
    cr_expect(eq(u32, pending.total, 101));
    cr_expect(eq(u32, pending.count, 100));
    for (uint32_t i = 1; i < pending.count; i++) {
        const struct state *state = company_state(company);
        cr_expect(holding_at(state, pending.holdings[i - 1])->id <
                  holding_at(state, pending.holdings[i])->id);
    }
    const struct holding *last = holding_at(company_state(company), pending.holdings[99]);
    cr_expect(text_is(company_state(company), last->unit, bytes_of_text("c59")));
    company_close(company);
}
