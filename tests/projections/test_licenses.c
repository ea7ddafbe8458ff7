// The licence file: its kinds, its replacement, its vendors (T01 to T11).
#include "tests/support/play.h"

#include "core/base/limits.h"

#include <stdio.h>

Test(licenses, s2_licence_kinds)
{
    static const struct turn turns[] = {
        {"license LICENSE_HIKVISION 20 per-channel; LICENSE_DEEP_BASE 3 per-channel; "
         "LICENSE_PACS_MODULE 1 per-server",                                  "ok"                      },
        {"eula 1",                                                                     "ok"                      },
        {"4 x consume / LICENSE_HIKVISION camera#",                                    "ok"                      },
        {"plan consume / LICENSE_HIKVISION r1 | consume / LICENSE_HIKVISION r2 | "
         "consume / LICENSE_HIKVISION r3 | consume / LICENSE_HIKVISION r4 | "
         "consume / LICENSE_HIKVISION r5 | consume / LICENSE_HIKVISION r6 | "
         "consume / LICENSE_HIKVISION r7 | consume / LICENSE_HIKVISION r8 | "
         "consume / LICENSE_HIKVISION r9 | consume / LICENSE_HIKVISION r10 | "
         "consume / LICENSE_HIKVISION r11 | consume / LICENSE_HIKVISION r12 | "
         "consume / LICENSE_HIKVISION r13 | consume / LICENSE_HIKVISION r14 | "
         "consume / LICENSE_HIKVISION r15 | consume / LICENSE_HIKVISION r16", "ok"                      },
        {"state / LICENSE_HIKVISION",                                                  "20/20/0"                 },
        {"consume / LICENSE_HIKVISION camera5",                                        "LIMIT_REACHED / 20 of 20"},
        {"consume / LICENSE_HIKVISION camera1",                                        "ok already"              },
        {"state / LICENSE_HIKVISION",                                                  "20/20/0"                 },
        {"release LICENSE_HIKVISION camera2",                                          "ok"                      },
        {"consume / LICENSE_HIKVISION camera5",                                        "ok"                      },
        {"state / LICENSE_HIKVISION",                                                  "20/20/0"                 },
        {"3 x consume / LICENSE_DEEP_BASE camera#",                                    "ok"                      },
        {"state / LICENSE_DEEP_BASE",                                                  "3/3/0"                   },
        {"consume / LICENSE_DEEP_BASE camera4",                                        "LIMIT_REACHED / 3 of 3"  },
        {"release LICENSE_DEEP_BASE camera2",                                          "ok"                      },
        {"consume / LICENSE_DEEP_BASE camera4",                                        "ok"                      },
        {"consume / LICENSE_PACS_MODULE acs",                                          "ok"                      },
        {"state / LICENSE_PACS_MODULE",                                                "1/1/0"                   },
        {"consume / LICENSE_PACS_MODULE acs",                                          "ok already"              },
        {"consume / LICENSE_PACS_MODULE acs2",                                         "LIMIT_REACHED / 1 of 1"  },
    };
    play(TURNS(turns));
}

Test(licenses, s3_same_device_in_and_out)
{
    static const struct turn turns[] = {
        {"license LICENSE_HIKVISION_ACS 3 per-device",           "ok"                    },
        {"eula 1",                                               "ok"                    },
        {"consume / LICENSE_HIKVISION_ACS D1 in",                "ok"                    },
        {"consume / LICENSE_HIKVISION_ACS D1 out",               "ok"                    },
        {"consume / LICENSE_HIKVISION_ACS D1 out",               "ok already"            },
        {"state / LICENSE_HIKVISION_ACS",                        "3/1/2"                 },
        {"consume / LICENSE_HIKVISION_ACS D2 out",               "ok"                    },
        {"consume / LICENSE_HIKVISION_ACS D3 in",                "ok"                    },
        {"consume / LICENSE_HIKVISION_ACS D4 in",                "LIMIT_REACHED / 3 of 3"},
        {"consume / LICENSE_HIKVISION_ACS D3 out",               "ok"                    },
        {"release LICENSE_HIKVISION_ACS D1 in",                  "ok"                    },
        {"release LICENSE_HIKVISION_ACS D1 in",                  "NOT_HELD D1"           },
        {"state / LICENSE_HIKVISION_ACS",                        "3/3/0"                 },
        {"consume / LICENSE_HIKVISION_ACS D4 in",                "LIMIT_REACHED / 3 of 3"},
        {"release LICENSE_HIKVISION_ACS D1 out",                 "ok"                    },
        {"state / LICENSE_HIKVISION_ACS",                        "3/2/1"                 },
        {"consume / LICENSE_HIKVISION_ACS D4 in",                "ok"                    },
        {"release LICENSE_HIKVISION_ACS D3",                     "ok"                    },
        {"consume / LICENSE_HIKVISION_ACS AA:BB:CC:DD:EE:FF in", "ok"                    },
        {"consume / LICENSE_HIKVISION_ACS aa-bb-cc-dd-ee-ff in", "ok already"            },
        {"consume / LICENSE_HIKVISION_ACS aabb.ccdd.eeff out",   "ok"                    },
        {"held LICENSE_HIKVISION_ACS",                           "d2 d4 aabbccddeeff"    },
    };
    play(TURNS(turns));
}

Test(licenses, t10_a_device_has_a_direction_and_nothing_else_has_one)
{
    static const struct turn turns[] = {
        {"license acs 3 per-device; cam 3 per-channel; mod 3 per-server", "ok"                 },
        {"eula 1",                                                        "ok"                 },
        {"consume / acs D1",                                              "MALFORMED direction"},
        {"consume / cam c1 in",                                           "MALFORMED direction"},
        {"consume / mod m1 out",                                          "MALFORMED direction"},
        {"consume / acs :-. in",                                          "MALFORMED unit"     },
        {"consume / cam c1",                                              "ok"                 },
        {"release cam c1 in",                                             "MALFORMED direction"},
        {"release cam C1",                                                "NOT_HELD C1"        },
        {"release cam c1",                                                "ok"                 },
    };
    play(TURNS(turns));
}

Test(licenses, t01_t04_an_entry_shows_total_used_and_what_is_left_never_below_zero)
{
    static const struct turn turns[] = {
        {"license cam 2 per-channel", "ok"                                },
        {"state / cam",               "2/0/2"                             },
        {"eula 1",                    "ok"                                },
        {"consume / cam c1",          "ok"                                },
        {"state / cam",               "2/1/1"                             },
        {"consume / cam c2",          "ok"                                },
        {"state / cam",               "2/2/0"                             },
        {"license cam 1 per-channel", "ok"                                },
        {"state / cam",               "1/2/0"                             },
        {"more / cam",                "on own 1 unallocated 1 over 1 at /"},
    };
    play(TURNS(turns));
}

Test(licenses, t02_a_file_replaces_the_whole_one_before)
{
    static const struct turn turns[] = {
        {"license cam 5 per-channel; acs 3 per-device; web feature", "ok"              },
        {"eula 1",                                                   "ok"              },
        {"feature / web",                                            "on"              },
        {"license cam 2 per-channel",                                "ok"              },
        {"eula 1",                                                   "ok"              },
        {"state / cam",                                              "2/0/2"           },
        {"state / acs",                                              "0/0/0"           },
        {"feature / web",                                            "off"             },
        {"consume / acs d1 in",                                      "NO_LICENSE / acs"},
        {"license acs 1 per-device",                                 "ok"              },
        {"eula 1",                                                   "ok"              },
        {"consume / acs d1 in",                                      "ok"              },
        {"consume / cam c1",                                         "NO_LICENSE / cam"},
    };
    play(TURNS(turns));
}

Test(licenses, t02_lines_of_one_name_add_up_within_their_windows)
{
    static const struct turn turns[] = {
        {"license cam 2 per-channel; cam 3 per-channel until 2026-12-01T00:00:00Z; "
         "cam 4 per-channel from 2026-11-20T00:00:00Z", "ok"   },
        {"eula 1",                                               "ok"   },
        {"state / cam",                                          "5/0/5"},
        {"clock 2026-11-19T23:59:59.999Z",                       "ok"   },
        {"state / cam",                                          "5/0/5"},
        {"clock 2026-11-20",                                     "ok"   },
        {"state / cam",                                          "9/0/9"},
        {"clock 2026-11-30T23:59:59.999Z",                       "ok"   },
        {"state / cam",                                          "9/0/9"},
        {"clock 2026-12-01",                                     "ok"   },
        {"state / cam",                                          "6/0/6"},
    };
    play(TURNS(turns));
}

Test(licenses, t02_a_kind_stays_while_something_is_held)
{
    static const struct turn turns[] = {
        {"license cam 5 per-channel", "ok"              },
        {"eula 1",                    "ok"              },
        {"consume / cam c1",          "ok"              },
        {"license cam 5 per-server",  "KIND_CHANGED cam"},
        {"mode",                      "normal"          },
        {"state / cam",               "5/1/4"           },
        {"release cam c1",            "ok"              },
        {"license cam 5 per-server",  "ok"              },
    };
    play(TURNS(turns));
}

static const char server_text[] = "licet license v1\nserver cam-hq.example\n";

static void expect_file(struct company *company, const char *vendor, const char *rest,
                        const char *want)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "%s%s", server_text, rest);
    const enum refusal code = company_upload(company, text, vendor);
    cr_expect(strcmp(refusal_word(code), want) == 0, "%s: %s and not %s", rest, refusal_word(code),
              want);
}

Test(licenses, t02_a_name_belongs_to_one_vendor)
{
    struct company *company = company_open();
    expect_file(company, "vendor.example", "serial 1\ncam 5 per-channel\n", "ACCEPTED");
    cr_expect(eq(int, company_do(company, "eula 1"), ACCEPTED));
    expect_file(company, "other.example", "serial 1\nacs 5 per-device\n", "BAD_SIGNATURE");
    cr_expect(eq(int, company_do(company, "trust other.example"), ACCEPTED));
    expect_file(company, "other.example", "serial 1\nacs 5 per-device\ncam 1 per-channel\n",
                "NAME_TAKEN");
    expect_file(company, "other.example", "serial 1\nacs 5 per-device\n", "ACCEPTED");
    expect_said(company, "state / cam", "5/0/5");
    expect_said(company, "state / acs", "5/0/5");
    // The first vendor gives the name up; then the other may have it, with a serial of its own.
    expect_file(company, "vendor.example", "serial 2\nmod 5 per-server\n", "ACCEPTED");
    expect_file(company, "other.example", "serial 2\nacs 5 per-device\ncam 1 per-channel\n",
                "ACCEPTED");
    expect_said(company, "state / cam", "1/0/1");
    // One that is not trusted any more changes nothing, and what it gave stays.
    company_accept_eula(company);
    cr_expect(eq(int, company_do(company, "distrust other.example"), ACCEPTED));
    cr_expect(eq(int, company_do(company, "distrust other.example"), UNKNOWN_VENDOR));
    expect_file(company, "other.example", "serial 3\nacs 9 per-device\n", "BAD_SIGNATURE");
    expect_said(company, "state / acs", "5/0/5");
    company_close(company);
}

Test(licenses, t03_a_refused_file_changes_neither_counts_nor_mode)
{
    static const struct {
        const char *when, *text, *vendor, *want;
        bool        is_logged;
    } rows[] = {
        {"the same serial with another content",
         "licet license v1\nserver cam-hq.example\nserial 7\ncam 9 per-channel\n",                               "vendor.example",
         "STALE_LICENSE",                                                                                                                             true },
        {"a smaller serial",
         "licet license v1\nserver cam-hq.example\nserial 6\ncam 9 per-channel\n",                               "vendor.example",
         "STALE_LICENSE",                                                                                                                             true },
        {"another server",
         "licet license v1\nserver cam-hq2.example\nserial 8\ncam 9 per-channel\n",                              "vendor.example",   "WRONG_SERVER",  true },
        {"another server and a wrong line",
         "licet license v1\nserver cam-hq2.example\nserial 8\ncam nine per-channel\n",                           "vendor.example",   "WRONG_SERVER",  true },
        {"nobody trusted signed",
         "licet license v1\nserver cam-hq.example\nserial 8\ncam 9 per-channel\n",                               "stranger.example", "BAD_SIGNATURE", true },
        {"nobody trusted signed what is wrong",  "nonsense\n",                                                   "stranger.example", "BAD_SIGNATURE",
         true                                                                                                                                              },
        {"a count in words",
         "licet license v1\nserver cam-hq.example\nserial 8\ncam nine per-channel\n",                            "vendor.example",   "MALFORMED",     true },
        {"another first line",
         "licet license v2\nserver cam-hq.example\nserial 8\ncam 9 per-channel\n",                               "vendor.example",
         "MALFORMED",                                                                                                                                 true },
        {"a kind of no such word (T05)",
         "licet license v1\nserver cam-hq.example\nserial 8\ncam 9 per-camera\n",                                "vendor.example",
         "MALFORMED",                                                                                                                                 true },
        {"a kind in another case (T05)",
         "licet license v1\nserver cam-hq.example\nserial 8\ncam 9 Per-Channel\n",                               "vendor.example",
         "MALFORMED",                                                                                                                                 true },
        {"no serial",                            "licet license v1\nserver cam-hq.example\ncam 9 per-channel\n",
         "vendor.example",                                                                                                           "MALFORMED",     true },
        {"one more than the greatest count",
         "licet license v1\nserver cam-hq.example\nserial 8\ncam 2147483648 per-channel\n",                      "vendor.example",   "MALFORMED",     true },
        {"the current file byte by byte",
         "licet license v1\nserver cam-hq.example\nserial 7\ncam 5 per-channel\n",                               "vendor.example",
         "ALREADY_CURRENT",                                                                                                                           false},
    };
    struct company *company = company_open();
    expect_file(company, "vendor.example", "serial 7\ncam 5 per-channel\n", "ACCEPTED");
    company_accept_eula(company);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const enum refusal code = company_upload(company, rows[i].text, rows[i].vendor);
        cr_expect(strcmp(refusal_word(code), rows[i].want) == 0, "when %s: %s", rows[i].when,
                  refusal_word(code));
        cr_expect(company_decision(company)->is_logged == rows[i].is_logged, "when %s",
                  rows[i].when);
        expect_said(company, "state / cam", "5/0/5");
        expect_said(company, "mode", "normal");
    }
    expect_file(company, "vendor.example", "serial 8\ncam 2147483647 per-channel\n", "ACCEPTED");
    expect_said(company, "state / cam", "2147483647/0/2147483647");
    expect_said(company, "mode", "limited license_updated");
    company_close(company);
}

Test(licenses, t05_the_four_kinds_are_accepted)
{
    static const struct turn turns[] = {
        {"license a 1 per-channel; b 1 per-server; c 1 per-device; d feature", "ok"            },
        {"eula 1",                                                             "ok"            },
        {"consume / a u",                                                      "ok"            },
        {"consume / b u",                                                      "ok"            },
        {"consume / c u in",                                                   "ok"            },
        {"feature / d",                                                        "on"            },
        {"consume / d u",                                                      "NO_LICENSE / d"},
    };
    play(TURNS(turns));
}

Test(licenses, t06_a_channel_of_one_resource_says_nothing_about_another)
{
    static const struct turn turns[] = {
        {"license cam 1 per-channel; plate 1 per-channel", "ok"                       },
        {"eula 1",                                         "ok"                       },
        {"consume / plate c1",                             "ok"                       },
        {"consume / cam c1",                               "ok"                       },
        {"release cam c1",                                 "ok"                       },
        {"held plate",                                     "c1"                       },
        {"plan consume / cam c1 | consume / cam c2",       "1: LIMIT_REACHED / 1 of 1"},
        {"state / cam",                                    "1/0/1"                    },
    };
    play(TURNS(turns));
}

Test(licenses, t07_the_21st_channel_is_refused_at_the_server_20_of_20)
{
    static const struct turn turns[] = {
        {"license cam 20 per-channel", "ok"                                       },
        {"eula 1",                     "ok"                                       },
        {"group G",                    "ok"                                       },
        {"19 x consume G cam c#",      "ok"                                       },
        {"state / cam",                "20/19/1"                                  },
        {"consume G cam c20",          "ok"                                       },
        {"consume G cam c21",          "LIMIT_REACHED / 20 of 20"                 },
        {"consume G cam c20",          "ok already"                               },
        {"consume / cam c20",          "UNIT_HELD G c20; LIMIT_REACHED / 20 of 20"},
        {"state / cam",                "20/20/0"                                  },
    };
    play(TURNS(turns));
}

Test(licenses, t08_a_released_channel_serves_another)
{
    static const struct turn turns[] = {
        {"license plate 3 per-channel",                "ok"                    },
        {"eula 1",                                     "ok"                    },
        {"3 x consume / plate c#",                     "ok"                    },
        {"consume / plate c9",                         "LIMIT_REACHED / 3 of 3"},
        {"plan release plate c2 | consume / plate c9", "ok"                    },
        {"held plate",                                 "c1 c3 c9"              },
    };
    play(TURNS(turns));
}

Test(licenses, t09_a_component_once_held_is_one_unit_however_often_it_asks)
{
    static const struct turn turns[] = {
        {"license mod 1 per-server", "ok"                    },
        {"eula 1",                   "ok"                    },
        {"3 x consume / mod acs",    "ok already"            },
        {"state / mod",              "1/1/0"                 },
        {"consume / mod ACS",        "LIMIT_REACHED / 1 of 1"},
    };
    play(TURNS(turns));
}

Test(licenses, b01_what_the_file_lacks_is_nothing_everywhere)
{
    static const struct turn turns[] = {
        {"license cam 5 per-channel; web feature until 2026-12-01T00:00:00Z", "ok"                                          },
        {"eula 1",                                                            "ok"                                          },
        {"group G",                                                           "ok"                                          },
        {"allocate G restricted p : cam=0 sip=0 lpr web",                     "ok"                                          },
        {"state G sip",                                                       "0/0/0"                                       },
        {"feature G lpr",                                                     "off"                                         },
        {"feature G web",                                                     "on until 2026-12-01T00:00:00Z"               },
        {"consume G sip n1",                                                  "NO_LICENSE / sip; LIMIT_REACHED G 0 of 0"    },
        {"consume G nothing n1",                                              "NO_LICENSE / nothing; LIMIT_REACHED G 0 of 0"},
        {"allocate G restricted p : sip=1",
         "CHILD_EXCEEDS_ANCESTOR / 1 of 0 sip; OVERSUBSCRIBED / 1 of 0 sip"                                                 },
        {"clock 2026-12-01",                                                  "ok"                                          },
        {"feature G web",                                                     "expired"                                     },
    };
    play(TURNS(turns));
}

// What was saved before a resource needed another one stays as it is.
Test(licenses, t02_a_new_need_binds_what_is_saved_from_then_on)
{
    static const struct turn turns[] = {
        {"license sip 9 per-server; mob 9 per-server",           "ok"                         },
        {"eula 1",                                               "ok"                         },
        {"group G",                                              "ok"                         },
        {"allocate G restricted p : mob=3",                      "ok"                         },
        {"consume G mob m1",                                     "ok"                         },
        {"license sip 9 per-server; mob 9 per-server needs sip", "ok"                         },
        {"eula 1",                                               "ok"                         },
        {"state G mob",                                          "3/1/2"                      },
        {"access mob m1",                                        "yes"                        },
        {"allocate G restricted p : mob=3",                      "NEEDS_EXCEEDED G 0 of 3 sip"},
        {"allocate G restricted p : mob=3 sip=2",                "NEEDS_EXCEEDED G 2 of 3 sip"},
        {"allocate G restricted p : mob=3 sip=3",                "ok"                         },
        {"license sip 9 per-server; mob 9 per-server",           "ok"                         },
        {"eula 1",                                               "ok"                         },
        {"allocate G restricted p : mob=3",                      "ok"                         },
    };
    play(TURNS(turns));
}

Test(licenses, t02_a_kind_stays_also_when_another_vendor_takes_the_name)
{
    struct company *company = company_open();
    expect_file(company, "vendor.example", "serial 1\ncam 5 per-channel\n", "ACCEPTED");
    company_accept_eula(company);
    cr_expect(eq(int, company_do(company, "trust other.example"), ACCEPTED));
    expect_said(company, "consume / cam c1", "ok");
    expect_file(company, "vendor.example", "serial 2\nmod 5 per-server\n", "ACCEPTED");
    expect_file(company, "other.example", "serial 1\ncam 5 per-server\n", "KIND_CHANGED");
    expect_file(company, "other.example", "serial 1\ncam 5 feature\n", "MALFORMED");
    expect_file(company, "other.example", "serial 1\ncam feature\n", "KIND_CHANGED");
    expect_file(company, "other.example", "serial 1\ncam 5 per-channel\n", "ACCEPTED");
    expect_said(company, "release cam c1", "ok");
    expect_file(company, "other.example", "serial 2\ncam 5 per-server\n", "ACCEPTED");
    company_close(company);
}
