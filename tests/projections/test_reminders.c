// Reminders of ends: when, to whom, what of, and what became of them (B39 to B41, S14).
#include "projections/digest.h"
#include "projections/reminder_content.h"
#include "tests/support/play.h"

#include <stdio.h>

static const struct turn base[] = {
    {"license sip 500 per-server; web feature", "ok"},
    {"eula 1",                                  "ok"},
    {"group D",                                 "ok"},
    {"group D/G",                               "ok"},
    {"enrol dealer site_admin D",               "ok"},
    {"allocate D restricted all : sip=100 web", "ok"},
    {"clock 2027-08-01",                        "ok"},
};

#define PACKAGE "allocate D/G restricted p until=2027-12-01 : sip=5 web"

Test(reminders, B39_weekly_daily_every_30_days_and_once)
{
    static const struct turn turns[] = {
        {PACKAGE,                          "ok"                                                        },
        {"remind D/G weekly days=14",      "ok"                                                        },
        {"reminders D/G",                  "p next 2027-11-17T00:00:00Z"                               },
        {"clock 2027-11-16T23:59:59.999Z", "ok"                                                        },
        {"told",                           ""                                                          },
        {"clock 2027-11-17",               "ok"                                                        },
        {"told",                           "D/G p due 2027-11-17T00:00:00Z 14 days to dealer sip 5/0/5"},
        {"clock 2027-11-23T23:59:59.999Z", "ok"                                                        },
        {"told",                           ""                                                          },
        {"clock 2027-11-24",               "ok"                                                        },
        {"told",                           "D/G p due 2027-11-24T00:00:00Z 7 days to dealer sip 5/0/5" },
        {"clock 2027-12-01",               "ok"                                                        },
        {"clock 2027-12-24",               "ok"                                                        },
        {"told",                           ""                                                          },
    };
    static const struct turn others[] = {
        {"allocate D/G restricted d until=2028-12-01 : sip=5", "ok"                                                        },
        {"remind D/G daily days=3",                            "ok"                                                        },
        {"clock 2028-11-28",                                   "ok"                                                        },
        {"clock 2028-11-29",                                   "ok"                                                        },
        {"clock 2028-11-30",                                   "ok"                                                        },
        {"clock 2028-12-01",                                   "ok"                                                        },
        {"told",                                               "D/G d due 2028-11-28T00:00:00Z 3 days to dealer sip 5/0/5; "
                 "D/G d due 2028-11-29T00:00:00Z 2 days to dealer sip 5/0/5; "
                 "D/G d due 2028-11-30T00:00:00Z 1 days to dealer sip 5/0/5"                               },
        {"allocate D/G restricted m until=2029-12-01 : sip=5", "ok"                                                        },
        {"remind D/G every_30_days days=65",                   "ok"                                                        },
        {"clock 2029-09-27",                                   "ok"                                                        },
        {"clock 2029-10-27",                                   "ok"                                                        },
        {"clock 2029-11-26",                                   "ok"                                                        },
        {"clock 2029-12-26",                                   "ok"                                                        },
        {"told",                                               "D/G m due 2029-09-27T00:00:00Z 65 days to dealer sip 5/0/5; "
                 "D/G m due 2029-10-27T00:00:00Z 35 days to dealer sip 5/0/5; "
                 "D/G m due 2029-11-26T00:00:00Z 5 days to dealer sip 5/0/5"                               },
        {"allocate D/G restricted o until=2030-12-01 : sip=5", "ok"                                                        },
        {"remind D/G once days=10",                            "ok"                                                        },
        {"clock 2030-11-20T23:59:59.999Z",                     "ok"                                                        },
        {"told",                                               ""                                                          },
        {"clock 2030-11-21",                                   "ok"                                                        },
        {"told",                                               "D/G o due 2030-11-21T00:00:00Z 10 days to dealer sip 5/0/5"},
        {"clock 2030-11-30",                                   "ok"                                                        },
        {"told",                                               ""                                                          },
    };
    struct company *company = company_open();
    company_rehearse(company);
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    play_on(company, TURNS(others));
    cr_expect(company_is_intact(company));
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}

Test(reminders, B39_from_a_date_on)
{
    static const struct turn turns[] = {
        {PACKAGE,                                    "ok"                                                             },
        {"remind D/G weekly date=2027-11-20T12:00Z", "ok"                                                             },
        {"clock 2027-11-20T11:59:59.999Z",           "ok"                                                             },
        {"told",                                     ""                                                               },
        {"clock 2027-11-20T12:00Z",                  "ok"                                                             },
        {"told",                                     "D/G p due 2027-11-20T12:00:00Z 10 days to dealer sip 5/0/5"     },
        {"reminders D/G",                            "p next 2027-11-27T12:00:00Z last 2027-11-20T12:00:00Z; 11 waits"},
 // At the end or after it there is nothing to remind of.
        {"remind D/G weekly date=2027-12-01",        "ok"                                                             },
        {"reminders D/G",                            "p last 2027-11-20T12:00:00Z; 11 waits"                          },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(reminders, B39_a_renewal_cancels_and_begins_anew)
{
    static const struct turn turns[] = {
        {PACKAGE,                                                  "ok"                                                        },
        {"remind D/G weekly days=14",                              "ok"                                                        },
        {"clock 2027-11-17",                                       "ok"                                                        },
        {"clock 2027-11-20",                                       "ok"                                                        },
        {"allocate D/G restricted p until=2028-03-01 : sip=5 web", "ok"                                                        },
        {"reminders D/G",                                          "p next 2028-02-16T00:00:00Z; 11 waits"                     },
        {"clock 2027-11-24",                                       "ok"                                                        },
        {"told",                                                   "D/G p due 2027-11-17T00:00:00Z 14 days to dealer sip 5/0/5"},
        {"clock 2028-02-16",                                       "ok"                                                        },
        {"clock 2028-02-23",                                       "ok"                                                        },
        {"clock 2028-03-01",                                       "ok"                                                        },
        {"told",                                                   "D/G p due 2028-02-16T00:00:00Z 14 days to dealer sip 5/0/5; "
                 "D/G p due 2028-02-23T00:00:00Z 7 days to dealer sip 5/0/5"                                   },
    };
    play_after(TURNS(base), TURNS(turns));
}

// Whoever saves a group for another reason starts nothing anew.
Test(reminders, B39_the_same_package_saved_again_goes_on)
{
    static const struct turn turns[] = {
        {PACKAGE,                                                              "ok"                                                             },
        {"remind D/G weekly days=14",                                          "ok"                                                             },
        {"clock 2027-11-17",                                                   "ok"                                                             },
        {"told",                                                               "D/G p due 2027-11-17T00:00:00Z 14 days to dealer sip 5/0/5"     },
        {"clock 2027-11-20",                                                   "ok"                                                             },
        {"allocate D/G restricted q : sip=1 ; p until=2027-12-01 : sip=6 web", "ok"                                                             },
        {"told",                                                               ""                                                               },
        {"reminders D/G",                                                      "p next 2027-11-24T00:00:00Z last 2027-11-17T00:00:00Z; 11 waits"},
 // Under another name it is another one.
        {"allocate D/G restricted r until=2027-12-01 : sip=6 web",             "ok"                                                             },
        {"told",                                                               "D/G r due 2027-11-20T00:00:00Z 11 days to dealer sip 6/0/6"     },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(reminders, B39_missed_while_down_one_makes_up_for_all)
{
    static const struct turn turns[] = {
        {PACKAGE,                   "ok"                                                       },
        {"remind D/G daily days=3", "ok"                                                       },
        {"clock 2027-11-27T12:00Z", "ok"                                                       },
        {"clock 2027-11-30T12:00Z", "ok"                                                       },
        {"told",                    "D/G p due 2027-11-30T00:00:00Z 1 days to dealer sip 5/0/5"},
        {"reminders D/G",           "p last 2027-11-30T00:00:00Z; 11 waits"                    },
    };
    play_after(TURNS(base), TURNS(turns));
}

// A later instant takes the place of one that did not become an event yet.
Test(reminders, B39_what_is_still_due_is_not_told_twice)
{
    static const struct turn turns[] = {
        {PACKAGE,                   "ok"                                                       },
        {"remind D/G daily days=3", "ok"                                                       },
        {"silence",                 "ok"                                                       },
        {"clock 2027-11-28",        "ok"                                                       },
        {"reminders D/G",           "p next 2027-11-29T00:00:00Z due 2027-11-28T00:00:00Z"     },
        {"clock 2027-11-29",        "ok"                                                       },
        {"reminders D/G",           "p next 2027-11-30T00:00:00Z due 2027-11-29T00:00:00Z"     },
        {"speak",                   "ok"                                                       },
        {"told",                    "D/G p due 2027-11-29T00:00:00Z 2 days to dealer sip 5/0/5"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(reminders, B39_saved_inside_is_due_at_once)
{
    static const struct turn turns[] = {
        {PACKAGE,                          "ok"                                                       },
        {"clock 2027-11-16T23:59:59.999Z", "ok"                                                       },
        {"remind D/G weekly days=14",      "ok"                                                       },
        {"told",                           ""                                                         },
        {"clock 2027-11-25",               "ok"                                                       },
        {"told",                           "D/G p due 2027-11-24T00:00:00Z 7 days to dealer sip 5/0/5"},
        {"remind D/G weekly days=14",      "ok"                                                       },
        {"told",                           "D/G p due 2027-11-25T00:00:00Z 6 days to dealer sip 5/0/5"},
 // The grid is that of the end: there is none after the 24th.
        {"reminders D/G",                  "p last 2027-11-25T00:00:00Z; 11 waits; 13 waits"          },
        {"clock 2027-12-01",               "ok"                                                       },
        {"remind D/G weekly days=14",      "ok"                                                       },
        {"told",                           ""                                                         },
    };
    static const struct turn edge[] = {
        {PACKAGE,                     "ok"                                                        },
        {"clock 2027-11-17",          "ok"                                                        },
        {"remind D/G weekly days=14", "ok"                                                        },
        {"told",                      "D/G p due 2027-11-17T00:00:00Z 14 days to dealer sip 5/0/5"},
        {"clock 2027-11-24",          "ok"                                                        },
        {"told",                      "D/G p due 2027-11-24T00:00:00Z 7 days to dealer sip 5/0/5" },
    };
    static const struct turn fresh[] = {
        {"remind D/G weekly days=14", "ok"                                                       },
        {"clock 2027-11-25",          "ok"                                                       },
        {PACKAGE,                     "ok"                                                       },
        {"told",                      "D/G p due 2027-11-25T00:00:00Z 6 days to dealer sip 5/0/5"},
    };
    play_after(TURNS(base), TURNS(turns));
    play_after(TURNS(base), TURNS(edge));
    play_after(TURNS(base), TURNS(fresh));
}

Test(reminders, B39_once_is_once_for_a_package_and_its_end)
{
    static const struct turn turns[] = {
        {PACKAGE,                                              "ok"                                                       },
        {"clock 2027-11-25",                                   "ok"                                                       },
        {"remind D/G once days=10",                            "ok"                                                       },
        {"told",                                               "D/G p due 2027-11-25T00:00:00Z 6 days to dealer sip 5/0/5"},
        {"remind D/G once days=3",                             "ok"                                                       },
        {"remind D/G off once days=10",                        "ok"                                                       },
        {"remind D/G once days=10",                            "ok"                                                       },
        {PACKAGE,                                              "ok"                                                       },
        {"clock 2027-11-28",                                   "ok"                                                       },
        {"told",                                               ""                                                         },
 // Another end is another time.
        {"allocate D/G restricted p until=2027-12-02 : sip=5", "ok"                                                       },
        {"told",                                               "D/G p due 2027-11-28T00:00:00Z 4 days to dealer sip 5/0/5"},
 // And weekly is not once.
        {"remind D/G weekly days=10",                          "ok"                                                       },
        {"told",                                               "D/G p due 2027-11-28T00:00:00Z 4 days to dealer sip 5/0/5"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(reminders, B39_switched_off_nothing_is_due)
{
    static const struct turn turns[] = {
        {PACKAGE,                             "ok"                        },
        {"remind D/G weekly days=14",         "ok"                        },
        {"silence",                           "ok"                        },
        {"clock 2027-11-17",                  "ok"                        },
        {"remind D/G off weekly days=14",     "ok"                        },
        {"reminders D/G",                     "p"                         },
        {"speak",                             "ok"                        },
        {"clock 2027-11-24",                  "ok"                        },
        {"told",                              ""                          },
 // A package that goes takes what is due along.
        {"silence",                           "ok"                        },
        {"remind D/G weekly days=14",         "ok"                        },
        {"reminders D/G",                     "p due 2027-11-24T00:00:00Z"},
        {"allocate D/G restricted",           "ok"                        },
        {"speak",                             "ok"                        },
        {"told",                              ""                          },
 // One without an end is never reminded of.
        {"allocate D/G restricted p : sip=5", "ok"                        },
        {"reminders D/G",                     ""                          },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(reminders, B40_whom_it_is_for)
{
    static const struct turn turns[] = {
        {"group D/G/a",                                          "ok"                                                               },
        {"allocate D/G/a restricted p until=2027-09-01 : sip=0", "ok"                                                               },
        {"remind D/G/a daily days=4",                            "ok"                                                               },
        {"enrol porter agent D/G/a",                             "ok"                                                               },
        {"enrol auditor-1 auditor D/G/a",                        "ok"                                                               },
        {"clock 2027-08-28",                                     "ok"                                                               },
        {"told",                                                 "D/G/a p due 2027-08-28T00:00:00Z 4 days to dealer sip 0/0/0"      },
        {"enrol one site_admin D/G",                             "ok"                                                               },
        {"enrol two site_admin D/G",                             "ok"                                                               },
        {"clock 2027-08-29",                                     "ok"                                                               },
        {"told",                                                 "D/G/a p due 2027-08-29T00:00:00Z 3 days to one two sip 0/0/0"     },
        {"enrol own site_admin D/G/a",                           "ok"                                                               },
        {"clock 2027-08-30",                                     "ok"                                                               },
        {"told",                                                 "D/G/a p due 2027-08-30T00:00:00Z 2 days to own sip 0/0/0"         },
        {"remove own",                                           "ok"                                                               },
        {"remove one",                                           "ok"                                                               },
        {"remove two",                                           "ok"                                                               },
        {"remove dealer",                                        "ok"                                                               },
        {"enrol second server_admin /",                          "ok"                                                               },
        {"clock 2027-08-31",                                     "ok"                                                               },
        {"told",                                                 "D/G/a p due 2027-08-31T00:00:00Z 1 days to admin second sip 0/0/0"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(reminders, B40_it_says_what_is_used_and_left_now)
{
    static const struct turn turns[] = {
        {PACKAGE,                                   "ok"                                                        },
        {"3 x consume D/G sip n#",                  "ok"                                                        },
        {"remind D/G weekly days=14",               "ok"                                                        },
        {"clock 2027-11-17",                        "ok"                                                        },
        {"told",                                    "D/G p due 2027-11-17T00:00:00Z 14 days to dealer sip 5/3/2"},
        {"allocate D restricted force all : sip=4", "ok"                                                        },
        {"consume D sip n9",                        "ok"                                                        },
        {"clock 2027-11-24",                        "ok"                                                        },
        {"told",                                    "D/G p due 2027-11-24T00:00:00Z 7 days to dealer sip 4/3/0" },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(reminders, B41_groups_below_whose_end_it_is)
{
    static const struct turn turns[] = {
        {"6 x group D/G/g#",                                                    "ok"                                                         },
        {"group D/G/g1/deep",                                                   "ok"                                                         },
        {"allocate D/G restricted p until=2027-12-01 : sip=50 web",             "ok"                                                         },
 // g1 and what is below it have no limits of their own: they end with the package.
        {"allocate D/G/g2 restricted x until=2027-11-30 : sip=5",               "ok"                                                         }, // ends before
        {"allocate D/G/g3 restricted x until=2027-12-02 : sip=5",               "ok"                                                         }, // would last longer
        {"allocate D/G/g4 restricted x : web",                                  "ok"                                                         }, // has none of it
        {"allocate D/G/g5 restricted x until=2027-12-01 : sip=5",               "ok"                                                         }, // at the same instant
        {"allocate D/G/g6 restricted x from=2027-12-01 : sip=5",                "ok"                                                         }, // never has any
        {"enrol a site_admin D/G/g1",                                           "ok"                                                         },
        {"enrol b site_admin D/G/g2",                                           "ok"                                                         },
        {"enrol c site_admin D/G/g3",                                           "ok"                                                         },
        {"remind D/G daily days=3",                                             "ok"                                                         },
        {"clock 2027-11-28",                                                    "ok"                                                         },
        {"told",                                                                "D/G p due 2027-11-28T00:00:00Z 3 days to dealer "
                 "touches 4: D/G/g1 D/G/g1/deep D/G/g3 D/G/g5 sip 50/0/50"                                                   },
        {"remind D/G daily days=3 copies",                                      "ok"                                                         },
        {"told",                                                                "D/G p due 2027-11-28T00:00:00Z 3 days to dealer copy a copy c "
                 "touches 4: D/G/g1 D/G/g1/deep D/G/g3 D/G/g5 sip 50/0/50"                                                   },
 // Where something is left after the end, it is nobody's end.
        {"allocate D/G restricted p until=2027-12-01 : sip=49 web ; q : sip=1", "ok"                                                         },
        {"clock 2027-11-29",                                                    "ok"                                                         },
        {"told",                                                                "D/G p due 2027-11-29T00:00:00Z 2 days to dealer sip 50/0/50"},
    };
    play_after(TURNS(base), TURNS(turns));
}

// Names are told as far as they fit; all are counted, up to what is looked at.
Test(reminders, B41_more_than_a_reminder_holds_are_counted)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    expect_said(company, PACKAGE, "ok");
    expect_said(company, "70 x group D/G/g#", "ok");
    expect_said(company, "70 x enrol a# site_admin D/G/g#", "ok");
    expect_said(company, "remind D/G weekly days=14 copies", "ok");
    expect_said(company, "clock 2027-11-17", "ok");
    const char *told = company_say(company, "told");
    cr_expect(strstr(told, "to dealer copy a1 copy a2 ") != NULL, "%s", told);
    cr_expect(strstr(told, "copy a31 of 71 touches 70: D/G/g1 ") != NULL, "%s", told);
    cr_expect(strstr(told, " D/G/g32 sip ") != NULL, "%s", told);
    company_close(company);
}

Test(reminders, B41_long_paths_that_do_not_fit_are_counted_too)
{
    struct company *company = company_open();
    char            line[512];
    play_on(company, TURNS(base));
    expect_said(company, PACKAGE, "ok");
    for (int i = 0; i < 60; i++) {
        (void)snprintf(line, sizeof line, "group D/G/%060d", i);
        expect_said(company, line, "ok");
    }
    expect_said(company, "remind D/G weekly days=14", "ok");
    expect_said(company, "clock 2027-11-17", "ok");
    cr_expect(strstr(company_say(company, "told"), "touches 60: D/G/") != NULL);
    expect_said(company, "reminders D/G",
                "p next 2027-11-24T00:00:00Z last 2027-11-17T00:00:00Z; 71 waits");
    company_close(company);
}

Test(reminders, B40_it_waits_until_it_was_sent)
{
    static const struct turn turns[] = {
        {PACKAGE,                     "ok"                                                      },
        {"remind D/G weekly days=14", "ok"                                                      },
        {"clock 2027-11-17",          "ok"                                                      },
        {"clock 2027-11-24",          "ok"                                                      },
        {"reminders D/G",             "p last 2027-11-24T00:00:00Z; 11 waits; 13 waits"         },
        {"enrol mailer agent /",      "ok"                                                      },
        {"enrol porter agent D/G",    "ok"                                                      },
        {"as porter",                 "ok"                                                      },
        {"delivery 11 sent",          "FORBIDDEN"                                               },
        {"as dealer",                 "ok"                                                      },
        {"delivery 11 sent",          "FORBIDDEN"                                               },
        {"as mailer",                 "ok"                                                      },
        {"delivery 11 failed",        "ok"                                                      },
        {"delivery 11 failed",        "ok"                                                      },
        {"reminders D/G",             "p last 2027-11-24T00:00:00Z; 11 waits failed 2; 13 waits"},
        {"delivery 11 sent",          "ok"                                                      },
        {"delivery 11 sent",          "UNKNOWN_REMINDER"                                        },
        {"delivery 11 failed",        "UNKNOWN_REMINDER"                                        },
        {"delivery 12 sent",          "UNKNOWN_REMINDER"                                        }, // a boundary
        {"as admin",                  "ok"                                                      },
        {"delivery 13 sent",          "ok"                                                      },
        {"reminders D/G",             "p last 2027-11-24T00:00:00Z"                             },
    };
    play_after(TURNS(base), TURNS(turns));
}

// A group that goes takes along what is due there and what waits.
Test(reminders, X09_nobody_is_reminded_of_a_removed_group)
{
    static const struct turn turns[] = {
        {"40 x group D/G/g#",                                          "ok"              },
        {"40 x allocate D/G/g# restricted p until=2027-12-01 : sip=0", "ok"              },
        {"40 x remind D/G/g# weekly days=14",                          "ok"              },
        {"clock 2027-11-17",                                           "ok"              },
        {"delivery 129 sent",                                          "ok"              },
        {"silence",                                                    "ok"              },
        {"40 x remind D/G/g# weekly days=14",                          "ok"              },
        {"drop D/G cascade",                                           "ok"              },
        {"speak",                                                      "ok"              },
        {"delivery 130 sent",                                          "UNKNOWN_REMINDER"},
        {"clock 2027-11-24",                                           "ok"              },
        {"40 x group D/h#",                                            "ok"              },
        {"group D/G",                                                  "ok"              },
        {"reminders D/G",                                              ""                },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        expect_said(company, turns[i].say, turns[i].answer);
        const char *fault = state_check(company_state(company));
        cr_expect(fault == NULL, "after %s: %s", turns[i].say, fault);
        if (strncmp(turns[i].say, "clock 2027-11-17", 16) == 0) (void)company_told(company);
    }
    expect_said(company, "told", "");
    cr_expect(eq(u32, state_count(company_state(company), POOL_REMINDER), 0));
    cr_expect(eq(u32, state_count(company_state(company), POOL_REMINDING), 0));
    cr_expect(eq(u32, state_count(company_state(company), POOL_REMINDER_POLICY), 0));
    company_close(company);
}

// Without a mailer they would pile up for ever: of so many the oldest is given up.
Test(reminders, B40_the_oldest_is_given_up_where_too_many_wait)
{
    static const struct turn turns[] = {
        {PACKAGE,                     "ok"                                          },
        {"remind D/G weekly days=14", "ok"                                          },
        {"clock 2027-11-17",          "ok"                                          },
        {"remind D/G weekly days=14", "ok"                                          },
        {"reminders D/G",
         "p next 2027-11-24T00:00:00Z last 2027-11-17T00:00:00Z; 11 waits; 13 waits"},
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    struct state *state = company_state(company);
    while (state_count(state, POOL_REMINDER) < REMINDER_WAITING_MAX - 1)
        (void)state_take(state, POOL_REMINDER); // those of others
    expect_said(company, "remind D/G weekly days=14", "ok");
    expect_begin(company, "reminders D/G",
                 "p next 2027-11-24T00:00:00Z last 2027-11-17T00:00:00Z; "
                 "11 waits; 13 waits; 15 waits");
    expect_said(company, "remind D/G weekly days=14", "ok");
    expect_said(company, "reminders D/G",
                "p next 2027-11-24T00:00:00Z last 2027-11-17T00:00:00Z; "
                "13 waits; 15 waits; 17 waits");
    expect_said(company, "delivery 11 sent", "UNKNOWN_REMINDER");
    company_close(company);
}

Test(reminders, B40_it_goes_out_and_is_delivered_in_limited_mode_too)
{
    static const struct turn turns[] = {
        {PACKAGE,                                   "ok"                                                        },
        {"remind D/G weekly days=14",               "ok"                                                        },
        {"license sip 500 per-server; web feature", "ok"                                                        },
        {"remind D/G weekly days=14",               "LIMITED_MODE /"                                            },
        {"clock 2027-11-17",                        "ok"                                                        },
        {"told",                                    "D/G p due 2027-11-17T00:00:00Z 14 days to dealer sip 5/0/5"},
        {"delivery 13 sent",                        "ok"                                                        },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(reminders, R_who_may_save_a_policy)
{
    static const struct turn turns[] = {
        {"enrol porter agent D",                    "ok"               },
        {"enrol auditor-1 auditor D",               "ok"               },
        {"group E",                                 "ok"               },
        {"as dealer",                               "ok"               },
        {"remind D/G weekly days=14",               "ok"               },
        {"remind D weekly days=14",                 "FORBIDDEN"        }, // never one's own group
        {"remind E weekly days=14",                 "FORBIDDEN"        },
        {"remind F weekly days=14",                 "FORBIDDEN"        },
        {"remind D/H weekly days=14",               "UNKNOWN_GROUP D/H"},
        {"as porter",                               "ok"               },
        {"remind D/G weekly days=14",               "FORBIDDEN"        },
        {"as auditor-1",                            "ok"               },
        {"remind D/G weekly days=14",               "FORBIDDEN"        },
        {"as admin",                                "ok"               },
        {"remind D weekly days=14",                 "ok"               },
        {"remind / weekly days=14",                 "MALFORMED group"  },
        {"remind D weekly",                         "MALFORMED days"   },
        {"remind D weekly days=0",                  "MALFORMED days"   },
        {"remind D weekly days=3650",               "ok"               },
        {"remind D weekly days=3651",               "MALFORMED days"   },
        {"remind D weekly days=14 date=2027-11-01", "MALFORMED days"   },
    };
    play_after(TURNS(base), TURNS(turns));
}

// What the ledger says of itself is judged like everything else.
Test(reminders, B40_an_event_that_says_another_thing_than_the_state_is_refused)
{
    struct company         *company = company_open();
    struct reminder_content content;
    play_on(company, TURNS(base));
    expect_said(company, PACKAGE, "ok");
    expect_said(company, "silence", "ok");
    expect_said(company, "remind D/G weekly days=14", "ok");
    expect_said(company, "clock 2027-11-17", "ok");
    const struct state *state = company_state(company);
    reminder_compose(state, server_at(state)->first_due, company_now(company), &content);
    const struct event honest = {.kind = REMINDER, .of.reminder = content.reminder};
    struct event       events[6];
    for (size_t i = 0; i < 6; i++)
        events[i] = honest;
    events[0].of.reminder.due_ms++;
    events[1].of.reminder.until_ms++;
    events[2].of.reminder.package = bytes_of_text("q");
    events[3].of.reminder.group = bytes_of_text("D");
    events[4].of.reminder.days_left++;
    events[5].of.reminder.actor_count++;
    for (size_t i = 0; i < 6; i++) {
        cr_expect(eq(int, company_propose_own(company, &events[i]), MALFORMED), "case %zu", i);
    }
    cr_expect(eq(int, company_propose(company, &honest), FORBIDDEN), "nobody else may");
    cr_expect(eq(int, company_propose_own(company, &honest), ACCEPTED));
    cr_expect(eq(int, company_propose_own(company, &honest), MALFORMED), "no longer due");
    company_close(company);
}

// That it is due, that it went out, that it failed, that it was sent.
Test(reminders, what_becomes_of_one_shows_in_the_digest)
{
    static const char *const lines[] = {"speak", "delivery 11 failed", "delivery 11 failed",
                                        "delivery 11 sent"};
    struct company          *company = company_open();
    struct hash              seen[5];
    play_on(company, TURNS(base));
    expect_said(company, PACKAGE, "ok");
    expect_said(company, "silence", "ok");
    expect_said(company, "remind D/G weekly days=14", "ok");
    expect_said(company, "clock 2027-11-17", "ok");
    for (size_t i = 0; i < 5; i++) {
        cr_assert(eq(int, digest_of(company_state(company), &seen[i]), OK));
        for (size_t j = 0; j < i; j++)
            cr_expect(memcmp(&seen[i], &seen[j], sizeof seen[i]) != 0, "%zu and %zu", i, j);
        if (i < 4) expect_said(company, lines[i], "ok");
    }
    company_close(company);
}

Test(reminders, what_is_remembered_shows_in_the_digest)
{
    static const struct turn turns[] = {
        {PACKAGE,            "ok"},
        {"clock 2027-11-25", "ok"},
        {"silence",          "ok"},
    };
    static const char *const lines[] = {
        "remind D/G weekly days=14",       "remind D/G daily days=14",
        "remind D/G daily days=13",        "remind D/G daily date=2027-11-17",
        "remind D/G daily days=14 copies", "remind D/G off daily days=14",
    };
    struct hash seen[sizeof lines / sizeof lines[0] + 1];
    size_t      count = 0;
    for (; count < sizeof lines / sizeof lines[0]; count++) {
        struct company *company = company_open();
        play_on(company, TURNS(base));
        play_on(company, TURNS(turns));
        expect_said(company, lines[count], "ok");
        cr_assert(eq(int, digest_of(company_state(company), &seen[count]), OK));
        for (size_t i = 0; i < count; i++)
            cr_expect(memcmp(&seen[i], &seen[count], sizeof seen[i]) != 0, "%s", lines[count]);
        company_close(company);
    }
}
