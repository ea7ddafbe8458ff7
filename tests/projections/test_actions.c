// What people may do: by feature, by unit, by role, and by the mode of the server (B32 to B37, T14,
// T15, T18).
#include "core/event/action.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

#include <stdio.h>

static const struct turn base[] = {
    {"license sip_number 9 per-server; mobile_app 9 per-server needs sip_number; "
     "remote_door_opening feature; siri feature; apple_watch feature; guest_access feature; "
     "elevator feature; amenities feature; lpr feature", "ok"},
    {"eula 1",                                                "ok"},
    {"group G",                                               "ok"},
    {"group G/A",                                             "ok"},
    {"group H",                                               "ok"},
    {"user maria G/A",                                        "ok"},
    {"enrol dealer site_admin G",                             "ok"},
    {"enrol house site_admin G/A",                            "ok"},
    {"enrol other site_admin H",                              "ok"},
    {"enrol door agent G",                                    "ok"},
    {"enrol eye auditor G",                                   "ok"},
};

Test(actions, b32_sip_call_needs_a_number_that_gives_the_user_access)
{
    static const struct turn turns[] = {
        {"may maria sip.call",                                      "NOT_HELD"                                   },
        {"consume G/A sip_number n1",                               "ok"                                         },
        {"may maria sip.call",                                      "NOT_HELD"                                   },
        {"consume G/A sip_number n2 user=maria",                    "ok"                                         },
        {"may maria sip.call",                                      "yes"                                        },
        {"allocate G restricted p until=2026-12-01 : sip_number=2", "ok"                                         },
        {"clock 2026-11-30T23:59:59.999Z",                          "ok"                                         },
        {"may maria sip.call",                                      "yes"                                        },
        {"clock 2026-12-01",                                        "ok"                                         },
        {"may maria sip.call",                                      "EXPIRED G 2 of 0 until 2026-12-01T00:00:00Z"},
        {"allocate G restricted p : sip_number=1",                  "ok"                                         },
        {"may maria sip.call",                                      "LIMIT_REACHED G 2 of 1"                     },
        {"release sip_number n1",                                   "ok"                                         },
        {"may maria sip.call",                                      "yes"                                        },
        {"may paul sip.call",                                       "UNKNOWN_USER"                               },
    };
    play_after(TURNS(base), TURNS(turns));
}

// Of several units one with access is enough; where none has it, the oldest tells why.
Test(actions, b32_one_of_several_units_is_enough)
{
    static const struct turn turns[] = {
        {"group H/B",                              "ok"                                    },
        {"member add maria H/B",                   "ok"                                    },
        {"consume G/A sip_number n1 user=maria",   "ok"                                    },
        {"consume H/B sip_number n2 user=maria",   "ok"                                    },
        {"allocate G restricted p : sip_number=0", "LIMIT_BELOW_USED G 1 of 0 sip_number"  },
        {"assign maria H/B sip_number=1",          "LIMIT_BELOW_USED H/B 2 of 1 sip_number"},
        {"assign maria H/B force sip_number=1",    "ok"                                    },
        {"access sip_number n2",                   "USER_LIMIT H/B 2 of 1"                 },
        {"may maria sip.call",                     "yes"                                   },
        {"assign maria H/B force sip_number=0",    "ok"                                    },
        {"may maria sip.call",                     "USER_LIMIT H/B 2 of 0"                 },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actions, b33_b34_b35_door_siri_and_watch_need_the_feature_and_a_mobile_app)
{
    static const char *const names[][2] = {
        {"door.open", "remote_door_opening"},
        {"siri.use",  "siri"               },
        {"watch.use", "apple_watch"        },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct company *company = company_open();
        char            may[64], with[128], until[128];
        (void)snprintf(may, sizeof may, "may maria %s", names[i][0]);
        (void)snprintf(with, sizeof with, "allocate G restricted p : sip_number=9 mobile_app=9 %s",
                       names[i][1]);
        (void)snprintf(until, sizeof until,
                       "allocate G restricted p : sip_number=9 mobile_app=9 ; q from=2026-11-10 "
                       "until=2026-11-20 : %s",
                       names[i][1]);
        play_on(company, TURNS(base));
        expect_said(company, may, "NOT_HELD");
        expect_said(company, "consume G/A sip_number n1 user=maria", "ok");
        expect_said(company, may, "NOT_HELD");
        expect_said(company, "may maria mobile.use", "NOT_HELD");
        expect_said(company, "consume G/A mobile_app m1 user=maria", "ok");
        expect_said(company, "may maria mobile.use", "yes");
        expect_said(company, may, "yes");
        expect_said(company, "allocate G restricted p : sip_number=9 mobile_app=9", "ok");
        expect_said(company, may, "FEATURE_OFF G");
        expect_said(company, "may maria mobile.use", "yes");
        expect_said(company, with, "ok");
        expect_said(company, may, "yes");
        expect_said(company, until, "ok");
        expect_said(company, may, "NOT_YET_VALID G until 2026-11-10T00:00:00Z");
        company_clock(company, "2026-11-10");
        expect_said(company, may, "yes");
        company_clock(company, "2026-11-19T23:59:59.999Z");
        expect_said(company, may, "yes");
        company_clock(company, "2026-11-20");
        expect_said(company, may, "EXPIRED G until 2026-11-20T00:00:00Z");
        expect_said(company, "release mobile_app m1", "ok");
        expect_said(company, may, "NOT_HELD");
        company_close(company);
    }
}

// B36, B37: by the feature alone, everywhere on the path; nothing is consumed.
Test(actions, b36_b37_by_the_feature_alone)
{
    static const struct turn turns[] = {
        {"may maria guest.manage",                                                       "yes"                                 },
        {"may maria elevator.call",                                                      "yes"                                 },
        {"may maria amenities.book",                                                     "yes"                                 },
        {"allocate G restricted p : guest_access elevator",                              "ok"                                  },
        {"may maria guest.manage",                                                       "yes"                                 },
        {"may maria amenities.book",                                                     "FEATURE_OFF G"                       },
        {"allocate G/A restricted p : guest_access",                                     "ok"                                  },
        {"may maria guest.manage",                                                       "yes"                                 },
        {"may maria elevator.call",                                                      "FEATURE_OFF G/A"                     },
        {"may dealer elevator.configure G",                                              "yes"                                 },
        {"may dealer elevator.configure G/A",                                            "FEATURE_OFF G/A"                     },
        {"may dealer lpr.configure G",                                                   "FEATURE_OFF G"                       },
        {"may dealer amenities.configure G",                                             "FEATURE_OFF G"                       },
        {"license sip_number 9 per-server; elevator feature until 2026-12-01T00:00:00Z", "ok"                                  },
        {"eula 1",                                                                       "ok"                                  },
        {"may maria guest.manage",                                                       "NO_LICENSE /"                        },
        {"may dealer elevator.configure G",                                              "yes"                                 },
        {"clock 2026-12-01",                                                             "ok"                                  },
        {"may dealer elevator.configure G",                                              "EXPIRED / until 2026-12-01T00:00:00Z"},
    };
    play_after(TURNS(base), TURNS(turns));
}

// The site_admin of the group or above, or the server_admin; nobody else, and not for a user.
Test(actions, b37_configuring_is_for_who_administers_the_group)
{
    static const struct turn turns[] = {
        {"may admin elevator.configure G/A",  "yes"           },
        {"may dealer elevator.configure G/A", "yes"           },
        {"may house elevator.configure G/A",  "yes"           },
        {"may house elevator.configure G",    "FORBIDDEN G"   },
        {"may other elevator.configure G",    "FORBIDDEN G"   },
        {"may door elevator.configure G",     "FORBIDDEN G"   },
        {"may eye elevator.configure G",      "FORBIDDEN G"   },
        {"may maria elevator.configure G",    "UNKNOWN_ACTOR" },
        {"may dealer elevator.configure X",   "UNKNOWN_GROUP" },
        {"may dealer elevator.call",          "UNKNOWN_USER"  },
        {"may dealer elevator.paint",         "no such action"},
        {"remove dealer",                     "ok"            },
        {"may dealer elevator.configure G/A", "UNKNOWN_ACTOR" },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actions, b42_a_feature_is_on_in_all_groups_and_assignments_of_the_user)
{
    static const struct turn turns[] = {
        {"member add maria H",                                         "ok"                                          },
        {"may maria guest.manage",                                     "yes"                                         },
        {"allocate H restricted p : elevator",                         "ok"                                          },
        {"may maria guest.manage",                                     "FEATURE_OFF H"                               },
        {"may maria elevator.call",                                    "yes"                                         },
        {"assign maria G/A from=2026-11-10 until=2026-11-20 elevator", "ok"                                          },
        {"may maria elevator.call",                                    "NOT_YET_VALID G/A until 2026-11-10T00:00:00Z"},
        {"may maria amenities.book",                                   "FEATURE_OFF H"                               },
        {"clock 2026-11-10",                                           "ok"                                          },
        {"may maria elevator.call",                                    "yes"                                         },
        {"clock 2026-11-20",                                           "ok"                                          },
        {"may maria elevator.call",                                    "EXPIRED G/A until 2026-11-20T00:00:00Z"      },
        {"assign maria G/A sip_number=1",                              "ok"                                          },
        {"may maria elevator.call",                                    "FEATURE_OFF G/A"                             },
        {"unassign maria G/A",                                         "ok"                                          },
        {"may maria elevator.call",                                    "yes"                                         },
        {"member remove maria H",                                      "ok"                                          },
        {"member remove maria G/A",                                    "ok"                                          },
        {"may maria elevator.call",                                    "FEATURE_OFF"                                 },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actions, b42_a_blocked_membership_denies_every_action)
{
    static const struct turn turns[] = {
        {"member add maria H",                   "ok"       },
        {"consume G/A sip_number n1 user=maria", "ok"       },
        {"may maria sip.call",                   "yes"      },
        {"block H",                              "ok"       },
        {"may maria sip.call",                   "BLOCKED H"},
        {"may maria guest.manage",               "BLOCKED H"},
        {"may maria video.view",                 "BLOCKED H"},
        {"may other elevator.configure H",       "BLOCKED H"},
        {"may dealer elevator.configure G/A",    "yes"      },
        {"consume G/A sip_number n2 user=maria", "BLOCKED H"},
        {"unblock H",                            "ok"       },
        {"may maria sip.call",                   "yes"      },
        {"block G",                              "ok"       },
        {"may maria sip.call",                   "BLOCKED G"},
        {"may house elevator.configure G/A",     "BLOCKED G"},
        {"may house settings.network G/A",       "yes"      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actions, t14_t15_t18_views_and_settings_are_closed_while_limited_but_for_licence_and_eula)
{
    static const char *const closed[] = {
        "may maria archive.view",
        "may maria video.view",
        "may maria operator.ui",
        "may admin video.view",
        "may admin settings.network /",
        "may admin settings.licenses /",
        "may admin settings.license.x /",
        "may admin settings.eul /",
        "may admin elevator.configure G",
        "may dealer elevator.configure G",
        "may dealer amenities.configure G",
        "may dealer lpr.configure G",
        "may nobody video.view",
    };
    static const char *const open[] = {
        "may admin settings.license /", "may admin settings.eula /", "may maria guest.manage",
        "may maria elevator.call",      "may maria amenities.book",  "may maria sip.call",
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    expect_said(company, "consume G/A sip_number n1 user=maria", "ok");
    for (size_t i = 0; i + 1 < sizeof closed / sizeof closed[0]; i++)
        expect_said(company, closed[i], "yes");
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        expect_said(company, open[i], "yes");
    expect_said(company, "may nobody video.view", "UNKNOWN_USER");
    expect_said(company, "may admin settings. /", "no such action");
    expect_said(company, "may admin video.viewer", "no such action");
    expect_said(company, "password Admin", "ok");
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
        expect_said(company, closed[i], "LIMITED_MODE /");
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        expect_said(company, open[i], "yes");
    expect_said(company, "eula 1", "ok");
    expect_said(company, "may maria video.view", "yes");
    company_close(company);
}

// D4: what runs goes on, also by a feature that the newer file has not.
Test(actions, t16_a_feature_of_the_file_before_goes_on_while_limited)
{
    static const struct turn turns[] = {
        {"license sip_number 9 per-server", "ok"          },
        {"may maria guest.manage",          "yes"         },
        {"eula 1",                          "ok"          },
        {"may maria guest.manage",          "NO_LICENSE /"},
    };
    play_after(TURNS(base), TURNS(turns));
}

// Each row is found by its own name, and no name stands for two.
Test(actions, the_rows_are_found_by_their_names)
{
    for (uint32_t i = 0; action_at(i) != NULL; i++) {
        const char *name = action_at(i)->name;
        cr_expect(action_find(bytes_of_text(name)) == action_at(i), "%s", name);
    }
    cr_expect(action_find(bytes_of_text("")) == NULL);
    cr_expect(action_find(bytes_of_text("sip")) == NULL);
    cr_expect(action_find(bytes_of_text("settings")) == NULL);
}
