// What a group's save may say, and what it gives: B05 to B25, X01, X10.
#include "projections/packages.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

#include <stdio.h>

static const struct turn base[] = {
    {"license sip 30 per-server; mob 30 per-server needs sip; web feature; lpr feature", "ok"},
    {"eula 1",                                                                           "ok"},
    {"group G",                                                                          "ok"},
    {"group G/A",                                                                        "ok"},
    {"group G/B",                                                                        "ok"},
    {"group G/A/C",                                                                      "ok"},
};

Test(packages, b05_b06_an_unrestricted_group_has_no_limit_of_its_own_but_those_above)
{
    static const struct turn turns[] = {
        {"state G/A sip",                    "30/0/30"              },
        {"more G/A sip",                     "on own unlimited at /"},
        {"allocate G restricted p : sip=10", "ok"                   },
        {"state G/A sip",                    "10/0/10"              },
        {"more G/A sip",                     "on own unlimited at G"},
        {"feature G/A web",                  "off"                  },
        {"allocate G p : sip=10",            "ok"                   },
        {"state G/A sip",                    "30/0/30"              },
        {"feature G/A web",                  "on"                   },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b07_restricted_without_a_package_is_nothing)
{
    static const struct turn turns[] = {
        {"allocate G restricted", "ok"                          },
        {"state G sip",           "0/0/0"                       },
        {"state G/A/C sip",       "0/0/0"                       },
        {"more G sip",            "off own 0 unallocated 0 at G"},
        {"feature G web",         "off"                         },
        {"feature G/A web",       "off"                         },
        {"consume G sip n1",      "LIMIT_REACHED G 0 of 0"      },
        {"consume G/A sip n1",    "LIMIT_REACHED G 0 of 0"      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b08_packages_add_up_and_their_features_join)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=3 web ; q until=2026-12-01 : sip=4 lpr ; "
         "r from=2026-11-15 : sip=5 web", "ok"                                                      },
        {"state G sip",                            "7/0/7"                                                   },
        {"feature G web",                          "on"                                                      },
        {"feature G lpr",                          "on until 2026-12-01T00:00:00Z"                           },
        {"more G sip",                             "on own 7 unallocated 7 at G next 2026-11-15T00:00:00Z=12"},
        {"clock 2026-11-14T23:59:59.999Z",         "ok"                                                      },
        {"state G sip",                            "7/0/7"                                                   },
        {"clock 2026-11-15",                       "ok"                                                      },
        {"state G sip",                            "12/0/12"                                                 },
        {"clock 2026-11-30T23:59:59.999Z",         "ok"                                                      },
        {"state G sip",                            "12/0/12"                                                 },
        {"feature G lpr",                          "on until 2026-12-01T00:00:00Z"                           },
        {"clock 2026-12-01",                       "ok"                                                      },
        {"state G sip",                            "8/0/8"                                                   },
        {"feature G lpr",                          "expired"                                                 },
        {"feature G web",                          "on"                                                      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b09_what_a_package_does_not_name_is_0_in_it)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=3",       "ok"                                               },
        {"state G mob",                           "0/0/0"                                            },
        {"consume G mob m1",                      "LIMIT_REACHED G 0 of 0; NEEDED_UNIT_MISSING G sip"},
        {"allocate G restricted p : sip=3 mob=0", "ok"                                               },
        {"consume G mob m1",                      "LIMIT_REACHED G 0 of 0; NEEDED_UNIT_MISSING G sip"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b10_no_more_than_what_it_needs_in_each_package_and_assignment)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=3 mob=3",                   "ok"                         },
        {"allocate G restricted p : sip=3 mob=4",                   "NEEDS_EXCEEDED G 3 of 4 sip"},
        {"allocate G restricted p : mob=1",                         "NEEDS_EXCEEDED G 0 of 1 sip"},
        {"allocate G restricted p : mob=0",                         "ok"                         },
        {"allocate G restricted p : sip=3 ; q : mob=1",             "NEEDS_EXCEEDED G 0 of 1 sip"},
        {"allocate G restricted p : mob=2 sip=2 ; q : mob=5 sip=4", "NEEDS_EXCEEDED G 4 of 5 sip"},
        {"allocate G restricted p : sip=30 mob=31",
         "NEEDS_EXCEEDED G 30 of 31 sip; CHILD_EXCEEDS_ANCESTOR / 31 of 30 mob; "
         "OVERSUBSCRIBED / 31 of 30 mob"                                                         },
        {"allocate G restricted p : sip=5 mob=5",                   "ok"                         },
        {"user maria G",                                            "ok"                         },
        {"assign maria G sip=1 mob=1",                              "ok"                         },
        {"assign maria G sip=1 mob=2",                              "NEEDS_EXCEEDED G 1 of 2 sip"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b13_a_window_is_over_at_its_until_exactly)
{
    static const struct turn turns[] = {
        {"allocate G restricted p from=2026-11-10 until=2026-11-20 : sip=3 web", "ok"                                               },
        {"clock 2026-11-09T23:59:59.999Z",                                       "ok"                                               },
        {"state G sip",                                                          "0/0/0"                                            },
        {"more G sip",                                                           "not_yet_valid own 0 unallocated 0 at G until 2026-11-20T00:00:00Z next "
                       "2026-11-10T00:00:00Z=3"                                                               },
        {"feature G web",                                                        "not_yet_valid"                                    },
        {"consume G sip n1",                                                     "NOT_YET_VALID G 0 of 0 until 2026-11-10T00:00:00Z"},
        {"clock 2026-11-10",                                                     "ok"                                               },
        {"state G sip",                                                          "3/0/3"                                            },
        {"more G sip",                                                           "on own 3 unallocated 3 at G until 2026-11-20T00:00:00Z "
                       "next 2026-11-20T00:00:00Z=0"                                                          },
        {"consume G sip n1",                                                     "ok"                                               },
        {"clock 2026-11-19T23:59:59.999Z",                                       "ok"                                               },
        {"state G sip",                                                          "3/1/2"                                            },
        {"access sip n1",                                                        "yes"                                              },
        {"clock 2026-11-20",                                                     "ok"                                               },
        {"state G sip",                                                          "0/1/0"                                            },
        {"access sip n1",                                                        "EXPIRED G 1 of 0 until 2026-11-20T00:00:00Z"      },
        {"consume G sip n2",                                                     "EXPIRED G 1 of 0 until 2026-11-20T00:00:00Z"      },
        {"feature G web",                                                        "expired"                                          },
        {"allocate G restricted p from=2026-11-20 until=2026-11-20 : sip=3",     "MALFORMED until"                                  },
        {"allocate G restricted p from=2026-11-21 until=2026-11-20 : sip=3",     "MALFORMED until"                                  },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b14_a_save_is_one_event_made_from_one_version)
{
    static const struct turn turns[] = {
        {"allocate G restricted version=0 p : sip=3",   "ok"                       },
        {"allocate G restricted version=0 p : sip=4",   "VERSION_CONFLICT G 0 of 1"},
        {"allocate G restricted version=2 p : sip=4",   "VERSION_CONFLICT G 2 of 1"},
        {"state G sip",                                 "3/0/3"                    },
        {"allocate G restricted version=1 p : sip=4",   "ok"                       },
        {"group G/D",                                   "ok"                       },
        {"user maria G",                                "ok"                       },
        {"consume G sip n1",                            "ok"                       },
        {"allocate G/A restricted p : sip=1",           "ok"                       },
        {"allocate G restricted version=2 p : sip=4",   "ok"                       },
        {"allocate G restricted p : sip=4 ; p : sip=1", "MALFORMED packages"       },
        {"allocate G restricted p : sip=4 sip=1",       "MALFORMED entries"        },
        {"allocate G/X restricted p : sip=4",           "UNKNOWN_GROUP G/X"        },
        {"allocate / restricted",                       "MALFORMED restricted"     },
        {"allocate / p : sip=1",                        "MALFORMED packages"       },
    };
    play_after(TURNS(base), TURNS(turns));
}

static void add_entries(char *line, size_t size, uint32_t count)
{
    size_t used = strlen(line);
    for (uint32_t i = 0; i < count; i++)
        used += (size_t)snprintf(line + used, size - used, " f%u", i);
}

Test(packages, b14_at_most_32_packages_of_64_entries)
{
    static char     line[4096];
    struct company *company = company_open();
    play_on(company, TURNS(base));
    for (uint32_t count = 64; count <= 65; count++) {
        (void)snprintf(line, sizeof line, "allocate G restricted p :");
        add_entries(line, sizeof line, count);
        expect_said(company, line, count == 64 ? "ok" : "MALFORMED packages");
    }
    for (uint32_t count = 32; count <= 33; count++) {
        size_t used = (size_t)snprintf(line, sizeof line, "allocate G restricted");
        for (uint32_t i = 0; i < count; i++)
            used += (size_t)snprintf(line + used, sizeof line - used, " p%u : web ;", i);
        expect_said(company, line, count == 32 ? "ok" : "MALFORMED packages");
    }
    company_close(company);
}

Test(packages, b16_until_is_the_first_instant_with_nothing_left)
{
    static const struct turn turns[] = {
        {"allocate G restricted p until=2026-12-01 : sip=3 ; q from=2026-11-20 until=2027-01-01 : "
         "sip=5",                                                                 "ok"},
        {"more G sip",                                                                     "on own 3 unallocated 3 at G until 2027-01-01T00:00:00Z "
                       "next 2026-11-20T00:00:00Z=8"                     },
        {"allocate G/A restricted p until=2026-11-15 : sip=2 ; q from=2026-11-25 : sip=1", "ok"},
        {"more G/A sip",                                                                   "on own 2 unallocated 2 at G/A until 2026-11-15T00:00:00Z "
                         "next 2026-11-15T00:00:00Z=0"                 },
        {"clock 2026-11-15",                                                               "ok"},
        {"more G/A sip",                                                                   "expired own 0 unallocated 0 at G/A until 2027-01-01T00:00:00Z next "
                         "2026-11-25T00:00:00Z=1"                      },
        {"clock 2026-12-01",                                                               "ok"},
        {"more G/A sip",                                                                   "on own 1 unallocated 1 at G/A until 2027-01-01T00:00:00Z "
                         "next 2027-01-01T00:00:00Z=0"                 },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b18_a_feature_needs_every_restricted_node_and_the_file)
{
    static const struct turn turns[] = {
        {"feature G/A/C web",               "on"                           },
        {"allocate G restricted p : web",   "ok"                           },
        {"feature G/A/C web",               "on"                           },
        {"feature G/A/C lpr",               "off"                          },
        {"allocate G/A restricted p : lpr", "ok"                           },
        {"feature G/A/C web",               "off"                          },
        {"feature G/A/C lpr",               "off"                          },
        {"feature G/B web",                 "on"                           },
        {"allocate G/A restricted p until=2026-11-20 : web ; q from=2026-11-20 until=2026-11-30 : "
         "web",                    "ok"                           },
        {"feature G/A/C web",               "on until 2026-11-30T00:00:00Z"},
        {"clock 2026-11-29T23:59:59.999Z",  "ok"                           },
        {"feature G/A/C web",               "on until 2026-11-30T00:00:00Z"},
        {"clock 2026-11-30",                "ok"                           },
        {"feature G/A/C web",               "expired"                      },
        {"feature G web",                   "on"                           },
        {"license lpr feature",             "ok"                           },
        {"feature G web",                   "off"                          },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b22_a_child_has_no_more_than_its_nearest_restricted_ancestor)
{
    static const struct turn turns[] = {
        {"allocate G restricted oversubscribed p : sip=10", "ok"                                   },
        {"allocate G/A/C restricted p : sip=10",            "ok"                                   },
        {"allocate G/A/C restricted p : sip=11",            "CHILD_EXCEEDS_ANCESTOR G 11 of 10 sip"},
        {"allocate G/A/C restricted p : sip=6 ; q : sip=5",
         "CHILD_EXCEEDS_ANCESTOR G 11 of 10 sip"                                                   },
        {"allocate G/A restricted p : sip=9",
         "CHILD_EXCEEDS_ANCESTOR G/A 10 of 9 sip; OVERSUBSCRIBED G/A 10 of 9 sip"                  },
        {"allocate G/A restricted force p : sip=9",         "ok"                                   },
        {"state G/A/C sip",                                 "9/0/9"                                },
        {"allocate G/A/C restricted p : sip=10",            "ok"                                   },
        {"allocate G/A/C restricted p : sip=9",             "ok"                                   },
        {"allocate G/A/C restricted p : sip=10",
         "CHILD_EXCEEDS_ANCESTOR G/A 10 of 9 sip; OVERSUBSCRIBED G/A 10 of 9 sip"                  },
        {"allocate G/B restricted p : foo=1",
         "CHILD_EXCEEDS_ANCESTOR G 1 of 0 foo; CHILD_EXCEEDS_ANCESTOR / 1 of 0 foo"                },
        {"allocate G/B restricted p : mob=1 sip=1",         "CHILD_EXCEEDS_ANCESTOR G 1 of 0 mob"  },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b22_only_outside_all_its_windows_a_node_sets_no_bound)
{
    static const struct turn turns[] = {
        {"allocate G restricted oversubscribed p from=2026-12-01 until=2027-01-01 : sip=5", "ok"                                 },
        {"allocate G/A restricted p : sip=6",                                               "CHILD_EXCEEDS_ANCESTOR G 6 of 5 sip"},
        {"allocate G/A restricted p until=2026-12-01 : sip=6",                              "ok"                                 },
        {"allocate G/A restricted p until=2026-12-01T00:00:00.001Z : sip=6",
         "CHILD_EXCEEDS_ANCESTOR G 6 of 5 sip"                                                                                   },
        {"allocate G/A restricted p from=2027-01-01 : sip=30",                              "ok"                                 },
        {"allocate G/A restricted p from=2027-01-01 : sip=31",
         "CHILD_EXCEEDS_ANCESTOR / 31 of 30 sip; OVERSUBSCRIBED G 31 of 0 sip"                                                   },
        {"allocate G/A restricted p from=2026-12-31T23:59:59.999Z : sip=30",
         "CHILD_EXCEEDS_ANCESTOR G 30 of 5 sip"                                                                                  },
        {"allocate G/B restricted p from=2026-12-15 until=2026-12-16 : mob=1 sip=1",
         "CHILD_EXCEEDS_ANCESTOR G 1 of 0 mob"                                                                                   },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        if (strstr(turns[i].say, "sip=31") != NULL) continue;
        expect_said(company, turns[i].say, turns[i].answer);
    }
    company_close(company);
}

Test(packages, b23_the_children_together_have_no_more_than_the_group)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=10",               "ok"                           },
        {"allocate G/A restricted p : sip=6",              "ok"                           },
        {"allocate G/B restricted p : sip=4",              "ok"                           },
        {"more G sip",                                     "on own 10 unallocated 0 at G" },
        {"allocate G/B restricted p : sip=5",              "OVERSUBSCRIBED G 11 of 10 sip"},
        {"allocate G restricted p : sip=9",                "OVERSUBSCRIBED G 10 of 9 sip" },
        {"allocate G restricted force p : sip=9",          "ok"                           },
        {"allocate G/B restricted p : sip=4",              "ok"                           },
        {"allocate G/B restricted p : sip=3",              "ok"                           },
        {"allocate G/B restricted p : sip=4",              "OVERSUBSCRIBED G 10 of 9 sip" },
        {"allocate G restricted oversubscribed p : sip=9", "ok"                           },
        {"allocate G/B restricted p : sip=9",              "ok"                           },
        {"more G sip",                                     "on own 9 unallocated 0 at G"  },
        {"allocate G restricted p : sip=9",                "OVERSUBSCRIBED G 15 of 9 sip" },
        {"group H",                                        "ok"                           },
        {"allocate H restricted p : sip=21",               "ok"                           },
        {"allocate H restricted p : sip=22",               "OVERSUBSCRIBED / 31 of 30 sip"},
        {"allocate / oversubscribed",                      "ok"                           },
        {"allocate H restricted p : sip=22",               "ok"                           },
        {"allocate /",                                     "OVERSUBSCRIBED / 31 of 30 sip"},
        {"allocate H restricted p : sip=21",               "ok"                           },
        {"allocate /",                                     "ok"                           },
    };
    play_after(TURNS(base), TURNS(turns));
}

// A smaller file falls below what was given; saving the flag as it is changes nothing about that.
Test(packages, b23_at_the_server_only_opting_out_is_asked_about)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=20", "ok"                                                      },
        {"license sip 10 per-server",        "ok"                                                      },
        {"eula 1",                           "ok"                                                      },
        {"allocate /",                       "ok"                                                      },
        {"allocate / oversubscribed",        "ok"                                                      },
        {"allocate / force",                 "ok"                                                      },
        {"allocate / oversubscribed",        "ok"                                                      },
        {"allocate /",                       "OVERSUBSCRIBED / 20 of 10 sip"                           },
        {"allocate / version=2",             "VERSION_CONFLICT / 2 of 4; OVERSUBSCRIBED / 20 of 10 sip"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b23_the_sum_is_taken_at_every_instant)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=10",                                 "ok"},
        {"allocate G/A restricted p until=2026-12-01 : sip=10",              "ok"},
        {"allocate G/B restricted p from=2026-12-01 : sip=10",               "ok"},
        {"allocate G/B restricted p from=2026-11-30T23:59:59.999Z : sip=10",
         "OVERSUBSCRIBED G 20 of 10 sip"                                         },
        {"allocate G restricted p : sip=9 ; q until=2026-11-15 : sip=1",
         "CHILD_EXCEEDS_ANCESTOR G 10 of 9 sip; OVERSUBSCRIBED G 10 of 9 sip"    },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b23_an_unrestricted_group_hands_up_what_stands_below_it)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=10",    "ok"                           },
        {"allocate G/A/C restricted p : sip=8", "ok"                           },
        {"allocate G/B restricted p : sip=3",   "OVERSUBSCRIBED G 11 of 10 sip"},
        {"allocate G/A restricted p : sip=9",   "ok"                           },
        {"more G sip",                          "on own 10 unallocated 1 at G" },
        {"more G/A sip",                        "on own 9 unallocated 1 at G/A"},
        {"allocate G/A p : sip=9",              "ok"                           },
        {"more G sip",                          "on own 10 unallocated 2 at G" },
        {"allocate G/B restricted p : sip=2",   "ok"                           },
        {"allocate G/A restricted p : sip=9",   "OVERSUBSCRIBED G 11 of 10 sip"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b25_a_child_may_last_longer_than_its_parent_and_the_intersection_counts)
{
    static const struct turn turns[] = {
        {"allocate G restricted p until=2026-12-01 : sip=10 web",   "ok"                                         },
        {"allocate G/A restricted p until=2027-12-01 : sip=10 web", "ok"                                         },
        {"more G/A sip",                                            "on own 10 unallocated 10 at G/A until 2026-12-01T00:00:00Z "
                         "next 2026-12-01T00:00:00Z=0"                                   },
        {"feature G/A web",                                         "on until 2026-12-01T00:00:00Z"              },
        {"clock 2026-12-01",                                        "ok"                                         },
        {"state G/A sip",                                           "0/0/0"                                      },
        {"consume G/A sip n1",                                      "EXPIRED G 0 of 0 until 2026-12-01T00:00:00Z"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, b25_who_saves_a_window_that_is_clipped_is_warned)
{
    static const struct turn turns[] = {
        {"preview allocate G restricted p until=2026-12-01 : sip=10",                      "ok"                                                                            },
        {"allocate G restricted p until=2026-12-01 : sip=10 ; q from=2027-01-01 until=2027-02-01 : "
         "sip=10",                                                                "ok"                                                                            },
        {"preview allocate G/A restricted a until=2026-12-01 : sip=10",                    "ok"                                                                            },
        {"preview allocate G/A restricted a until=2026-12-01T00:00:00.001Z : sip=10",
         "ok clipped: a at G from 2026-12-01T00:00:00Z"                                                                                                                    },
        {"preview allocate G/A restricted a : sip=10 ; b from=2027-01-01 until=2027-02-01 : sip=0 "
         "; "
         "c from=2026-12-15 until=2026-12-16 : sip=1",                            "ok clipped: a at G from 2026-12-01T00:00:00Z; c at G from 2026-12-15T00:00:00Z"},
        {"preview allocate G/A a : sip=10",                                                "ok"                                                                            },
        {"preview plan group G/Z | allocate G/A/C restricted x : sip=10",
         "ok clipped: x at G from 2026-12-01T00:00:00Z"                                                                                                                    },
        {"license sip 30 per-server until 2027-06-01; mob 30 per-server until 2027-06-01", "ok"                                                                            },
        {"eula 1",                                                                         "ok"                                                                            },
        {"preview allocate G/B restricted b : sip=1",
         "ok clipped: b at G from 2026-12-01T00:00:00Z; b at / from 2027-06-01T00:00:00Z"                                                                                  },
        {"clock 2027-01-15",                                                               "ok"                                                                            },
        {"preview allocate G/B restricted b until=2027-02-01 : sip=1",                     "ok"                                                                            },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, s9_shrink_below_used)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=10",      "ok"                                            },
        {"8 x consume G sip n#",                  "ok"                                            },
        {"allocate G restricted p : sip=8",       "ok"                                            },
        {"allocate G restricted p : sip=10",      "ok"                                            },
        {"allocate G restricted p : sip=6",       "LIMIT_BELOW_USED G 8 of 6 sip"                 },
        {"state G sip",                           "10/8/2"                                        },
        {"allocate G restricted force p : sip=6", "ok"                                            },
        {"state G sip",                           "6/8/0"                                         },
        {"more G sip",                            "on own 6 unallocated 6 over 2 suspended 2 at G"},
        {"held sip",                              "n1 n2 n3 n4 n5 n6 (n7) (n8)"                   },
        {"consume G sip n9",                      "LIMIT_REACHED G 8 of 6"                        },
        {"release sip n3",                        "ok"                                            },
        {"held sip",                              "n1 n2 n4 n5 n6 n7 (n8)"                        },
        {"release sip n1",                        "ok"                                            },
        {"state G sip",                           "6/6/0"                                         },
        {"held sip",                              "n2 n4 n5 n6 n7 n8"                             },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, x01_only_a_fall_in_force_now_is_asked_about)
{
    static const struct turn turns[] = {
        {"3 x consume G sip n#",                             "ok"                           },
        {"allocate G restricted p : sip=2",                  "LIMIT_BELOW_USED G 3 of 2 sip"},
        {"allocate G restricted p until=2026-11-02 : sip=3", "ok"                           },
        {"allocate G restricted",                            "LIMIT_BELOW_USED G 3 of 0 sip"},
        {"clock 2026-11-02",                                 "ok"                           },
        {"held sip",                                         "(n1) (n2) (n3)"               },
        {"allocate G restricted p : sip=2",                  "ok"                           },
        {"held sip",                                         "n1 n2 (n3)"                   },
        {"allocate G restricted p : sip=1",                  "LIMIT_BELOW_USED G 3 of 1 sip"},
        {"allocate G p : sip=1",                             "ok"                           },
        {"held sip",                                         "n1 n2 n3"                     },
        {"allocate G restricted p : sip=1",                  "LIMIT_BELOW_USED G 3 of 1 sip"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(packages, x10_restriction_off_keeps_the_packages)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=2", "ok"                           },
        {"allocate G p : sip=2",            "ok"                           },
        {"state G sip",                     "30/0/30"                      },
        {"3 x consume G sip n#",            "ok"                           },
        {"allocate G restricted p : sip=2", "LIMIT_BELOW_USED G 3 of 2 sip"},
        {"allocate G restricted p : sip=3", "ok"                           },
        {"state G sip",                     "3/3/0"                        },
    };
    play_after(TURNS(base), TURNS(turns));
}

// Names are kept for ever: saves may bring so many, and leave room for licence files.
static enum refusal save_features(struct company *company, int package_count, int first, int count)
{
    static char line[32 * 1024];
    size_t      size = (size_t)snprintf(line, sizeof line, "allocate G restricted");
    for (int i = 0; i < package_count; i++) {
        size += (size_t)snprintf(line + size, sizeof line - size, " p%d :", i);
        for (int j = 0; j < count; j++) {
            size +=
                (size_t)snprintf(line + size, sizeof line - size, " f%d", first + i * count + j);
        }
        size += (size_t)snprintf(line + size, sizeof line - size, ";");
    }
    return company_do(company, line);
}

Test(packages, x16_new_names_end_where_the_room_for_licence_files_begins)
{
    struct company *company = company_open();
    cr_assert(eq(int, company_license(company, "sip 5 per-server\n"), ACCEPTED));
    company_accept_eula(company);
    cr_assert(eq(int, company_do(company, "group G"), ACCEPTED));
    cr_assert(eq(int, save_features(company, 32, 0, 63), ACCEPTED)); // and sip: 2,017 names
    cr_expect(eq(int, save_features(company, 1, 2016, 32), TOO_MANY));
    cr_expect(eq(u64, company_decision(company)->verdict.used, SAVED_NAME_MAX + 1));
    cr_expect(eq(int, save_features(company, 1, 2016, 31), ACCEPTED));
    cr_expect(eq(int, save_features(company, 1, 0, 63), ACCEPTED)); // known names need no room
    cr_expect(
        eq(int, company_license(company, "sip 5 per-server\nother 1 per-server\n"), ACCEPTED));
    company_close(company);
}
