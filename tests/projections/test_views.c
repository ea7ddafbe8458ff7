// What a group's state shows (B15).
#include "tests/support/play.h"

Test(views, b15_every_status_has_its_row)
{
    static const struct turn turns[] = {
        {"license sip 20 per-server; mob 5 per-server until 2026-12-01T00:00:00Z; "
         "cam 5 per-channel from 2026-12-01T00:00:00Z; web feature from 2026-12-01T00:00:00Z", "ok"                                                          },
        {"eula 1",                                                                                      "ok"                                                          },
        {"group G",                                                                                     "ok"                                                          },
        {"group G/A",                                                                                   "ok"                                                          },
        {"more G sip",                                                                                  "on own unlimited at /"                                       },
        {"more G mob",                                                                                  "on own unlimited at / until 2026-12-01T00:00:00Z "
                       "next 2026-12-01T00:00:00Z=0"                                                                                            },
        {"more G cam",                                                                                  "not_yet_valid own unlimited at / next 2026-12-01T00:00:00Z=5"},
        {"feature G web",                                                                               "not_yet_valid"                                               },
        {"allocate G restricted p : sip=8",                                                             "ok"                                                          },
        {"more G mob",                                                                                  "off own 0 unallocated 0 at G"                                },
        {"block G",                                                                                     "ok"                                                          },
        {"more G/A sip",                                                                                "blocked own unlimited at G"                                  },
        {"state G/A sip",                                                                               "8/0/8"                                                       },
        {"feature G/A web",                                                                             "blocked"                                                     },
        {"consume G/A sip n1",                                                                          "BLOCKED G"                                                   },
        {"unblock G",                                                                                   "ok"                                                          },
        {"3 x consume G/A sip n#",                                                                      "ok"                                                          },
        {"block G",                                                                                     "ok"                                                          },
        {"access sip n1",                                                                               "BLOCKED G"                                                   },
        {"consume G/A sip n1",                                                                          "ok already"                                                  },
        {"release sip n1",                                                                              "ok"                                                          },
        {"state G/A sip",                                                                               "8/2/6"                                                       },
        {"unblock G",                                                                                   "ok"                                                          },
        {"access sip n2",                                                                               "yes"                                                         },
        {"clock 2026-12-01",                                                                            "ok"                                                          },
        {"more / mob",                                                                                  "expired own 0 unallocated 0 at /"                            },
        {"more / cam",                                                                                  "on own 5 unallocated 5 at /"                                 },
    };
    play(TURNS(turns));
}

Test(views, b15_over_limit_is_used_beyond_the_maximum_of_the_path)
{
    static const struct turn turns[] = {
        {"license sip 20 per-server",             "ok"                                            },
        {"eula 1",                                "ok"                                            },
        {"group G",                               "ok"                                            },
        {"group G/A",                             "ok"                                            },
        {"group G/B",                             "ok"                                            },
        {"6 x consume G/A sip a#",                "ok"                                            },
        {"2 x consume G/B sip b#",                "ok"                                            },
        {"allocate G restricted force p : sip=4", "ok"                                            },
        {"state G/A sip",                         "4/6/0"                                         },
        {"more G/A sip",                          "on own unlimited over 2 suspended 2 at G"      },
        {"state G/B sip",                         "4/2/0"                                         },
        {"more G/B sip",                          "on own unlimited suspended 2 at G"             },
        {"more G sip",                            "on own 4 unallocated 4 over 4 suspended 4 at G"},
        {"more / sip",                            "on own 20 unallocated 16 suspended 4 at /"     },
    };
    play(TURNS(turns));
}

Test(views, b15_the_next_change_is_the_first_of_the_path_that_changes_the_maximum)
{
    static const struct turn turns[] = {
        {"license sip 20 per-server",                                                      "ok"                          },
        {"eula 1",                                                                         "ok"                          },
        {"group G",                                                                        "ok"                          },
        {"group G/A",                                                                      "ok"                          },
        {"allocate G restricted p until=2027-01-01 : sip=10 ; q until=2026-11-20 : sip=5", "ok"                          },
        {"allocate G/A restricted p : sip=10",                                             "ok"                          },
 // At the 20th G falls from 15 to 10, which leaves A at 10.
        {"more G/A sip",                                                                   "on own 10 unallocated 10 at G/A until 2027-01-01T00:00:00Z "
                         "next 2027-01-01T00:00:00Z=0"                                           },
        {"more G sip",                                                                     "on own 15 unallocated 5 at G until 2027-01-01T00:00:00Z "
                       "next 2026-11-20T00:00:00Z=10"                                              },
        {"more / sip",                                                                     "on own 20 unallocated 5 at /"},
    };
    play(TURNS(turns));
}
