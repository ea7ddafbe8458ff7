// Limits, what is used and kept, and who is suspended: X03, D1, D3, B02, B24.
#include "tests/support/check.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 100 per-server", "ok"},
    {"eula 1",                     "ok"},
    {"group G",                    "ok"},
};

static struct company *begin(void)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    return company;
}

static void end(struct company *company)
{
    const char *fault = state_check(company_state(company));
    cr_expect(fault == NULL, "%s", fault);
    company_close(company);
}

Test(quota, b02_a_unit_needs_room_at_every_restricted_node_and_the_server)
{
    static const struct turn turns[] = {
        {"license sip 4 per-server",                       "ok"                                                },
        {"eula 1",                                         "ok"                                                },
        {"allocate / oversubscribed",                      "ok"                                                },
        {"group A",                                        "ok"                                                },
        {"group A/B",                                      "ok"                                                },
        {"group A/B/C",                                    "ok"                                                },
        {"group D",                                        "ok"                                                },
        {"allocate A restricted oversubscribed p : sip=3", "ok"                                                },
        {"allocate A/B/C restricted p : sip=2",            "ok"                                                },
        {"2 x consume A/B/C sip c#",                       "ok"                                                },
        {"consume A/B/C sip c3",                           "LIMIT_REACHED A/B/C 2 of 2"                        },
        {"consume A/B sip b1",                             "ok"                                                },
        {"consume A/B sip b2",                             "LIMIT_REACHED A 3 of 3"                            },
        {"consume A/B/C sip c3",                           "LIMIT_REACHED A/B/C 2 of 2; LIMIT_REACHED A 3 of 3"},
        {"consume D sip d1",                               "ok"                                                },
        {"consume D sip d2",                               "LIMIT_REACHED / 4 of 4"                            },
        {"consume A/B/C sip c3",
         "LIMIT_REACHED A/B/C 2 of 2; LIMIT_REACHED A 3 of 3; LIMIT_REACHED / 4 of 4"                          },
        {"release sip c1",                                 "ok"                                                },
        {"consume A/B sip b2",                             "ok"                                                },
    };
    play(TURNS(turns));
}

Test(quota, b02_the_server_itself_is_charged_under_its_own_name)
{
    static const struct turn turns[] = {
        {"license cam 2 per-channel", "ok"                         },
        {"eula 1",                    "ok"                         },
        {"2 x consume / cam ch#",     "ok"                         },
        {"consume / cam ch3",         "LIMIT_REACHED / 2 of 2"     },
        {"state / cam",               "2/2/0"                      },
        {"more / cam",                "on own 2 unallocated 2 at /"},
    };
    play(TURNS(turns));
}

Test(quota, d1_what_is_available_is_the_least_room_on_the_path_and_never_below_zero)
{
    static const struct turn turns[] = {
        {"allocate G restricted oversubscribed p : sip=10",      "ok"                                            },
        {"group G/A",                                            "ok"                                            },
        {"group G/B",                                            "ok"                                            },
        {"allocate G/A restricted p : sip=10",                   "ok"                                            },
        {"allocate G/B restricted p : sip=8",                    "ok"                                            },
        {"3 x consume G/A sip a#",                               "ok"                                            },
        {"state G/B sip",                                        "8/0/7"                                         },
        {"state G/A sip",                                        "10/3/7"                                        },
        {"state G sip",                                          "10/3/7"                                        },
        {"state / sip",                                          "100/3/97"                                      },
        {"more G/B sip",                                         "on own 8 unallocated 8 at G"                   },
        {"more G/A sip",                                         "on own 10 unallocated 10 at G/A"               },
        {"more G sip",                                           "on own 10 unallocated 0 at G"                  },
        {"more / sip",                                           "on own 100 unallocated 90 at /"                },
        {"allocate G restricted oversubscribed force p : sip=2", "ok"                                            },
        {"state G sip",                                          "2/3/0"                                         },
        {"state G/B sip",                                        "2/0/0"                                         },
        {"more G sip",                                           "on own 2 unallocated 0 over 1 suspended 1 at G"},
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}

Test(quota, d2_a_fall_suspends_and_a_rise_restores_without_asking_again)
{
    static const struct turn turns[] = {
        {"allocate G restricted p until=2026-12-01 : sip=3", "ok"                                         },
        {"3 x consume G sip n#",                             "ok"                                         },
        {"clock 2026-11-30T23:59:59.999Z",                   "ok"                                         },
        {"held sip",                                         "n1 n2 n3"                                   },
        {"clock 2026-12-01",                                 "ok"                                         },
        {"held sip",                                         "(n1) (n2) (n3)"                             },
        {"state G sip",                                      "0/3/0"                                      },
        {"access sip n1",                                    "EXPIRED G 3 of 0 until 2026-12-01T00:00:00Z"},
        {"allocate G restricted p until=2027-12-01 : sip=2", "ok"                                         },
        {"held sip",                                         "n1 n2 (n3)"                                 },
        {"allocate G restricted p until=2027-12-01 : sip=3", "ok"                                         },
        {"held sip",                                         "n1 n2 n3"                                   },
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}

Test(quota, d3_at_the_limit_the_holders_keep_access_and_only_beyond_it_the_newest_lose_it)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=3",       "ok"                    },
        {"3 x consume G sip n#",                  "ok"                    },
        {"consume G sip n4",                      "LIMIT_REACHED G 3 of 3"},
        {"held sip",                              "n1 n2 n3"              },
        {"allocate G restricted force p : sip=2", "ok"                    },
        {"held sip",                              "n1 n2 (n3)"            },
        {"access sip n3",                         "LIMIT_REACHED G 3 of 2"},
        {"consume G sip n4",                      "LIMIT_REACHED G 3 of 2"},
        {"allocate G restricted force p : sip=0", "ok"                    },
        {"held sip",                              "(n1) (n2) (n3)"        },
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}

Test(quota, b24_what_a_child_does_not_use_its_siblings_may)
{
    static const struct turn turns[] = {
        {"allocate G restricted p : sip=5",   "ok"                    },
        {"group G/A",                         "ok"                    },
        {"group G/B",                         "ok"                    },
        {"allocate G/A restricted p : sip=5", "ok"                    },
        {"5 x consume G/B sip b#",            "ok"                    },
        {"state G/A sip",                     "5/0/0"                 },
        {"consume G/A sip a1",                "LIMIT_REACHED G 5 of 5"},
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}

// The picture of quota.h.
Test(quota, x03_what_is_suspended_low_in_the_tree_takes_no_room_above)
{
    static const struct turn turns[] = {
        {"allocate G restricted oversubscribed p : sip=6",                    "ok"                                              },
        {"group G/A",                                                         "ok"                                              },
        {"group G/B",                                                         "ok"                                              },
        {"plan consume G/A sip n1 | consume G/B sip n2 | consume G/A sip n3", "ok"                                              },
        {"plan consume G/A sip n4 | consume G/B sip n5 | consume G/B sip n6", "ok"                                              },
        {"allocate G/A restricted force p : sip=2",                           "ok"                                              },
        {"held sip",                                                          "n1 n2 n3 (n4) n5 n6"                             },
        {"allocate G restricted oversubscribed force p : sip=4",              "ok"                                              },
        {"held sip",                                                          "n1 n2 n3 (n4) n5 (n6)"                           },
        {"more G sip",                                                        "on own 4 unallocated 2 over 2 suspended 2 at G"  },
        {"more G/A sip",                                                      "on own 2 unallocated 2 over 1 suspended 1 at G/A"},
        {"more G/B sip",                                                      "on own unlimited suspended 1 at G"               },
        {"release sip n1",                                                    "ok"                                              },
        {"held sip",                                                          "n2 n3 n4 n5 (n6)"                                },
        {"release sip n2",                                                    "ok"                                              },
        {"held sip",                                                          "n3 n4 n5 n6"                                     },
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}

Test(quota, x03_a_fall_low_in_the_tree_wakes_a_younger_one_two_levels_above)
{
    static const struct turn turns[] = {
        {"group G/P",                                          "ok"                      },
        {"group G/P/A",                                        "ok"                      },
        {"group G/P/B",                                        "ok"                      },
        {"group G/H",                                          "ok"                      },
        {"plan consume G/P/A sip n1 | consume G/P/B sip n2 | consume G/H sip n3 | "
         "consume G/H sip n4 | consume G/P/B sip n5", "ok"                      },
        {"allocate G restricted force p : sip=3",              "ok"                      },
        {"allocate G/P restricted force p : sip=2",            "ok"                      },
        {"held sip",                                           "n1 n2 n3 (n4) (n5)"      },
        {"access sip n5",                                      "LIMIT_REACHED G/P 3 of 2"},
        {"access sip n4",                                      "LIMIT_REACHED G 5 of 3"  },
        {"allocate G/P/A restricted force p : sip=0",          "ok"                      },
        {"held sip",                                           "(n1) n2 n3 n4 (n5)"      },
        {"access sip n5",                                      "LIMIT_REACHED G 5 of 3"  },
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}

// C keeps one before and after, but another one: P between keeps all it is given and counts the
// same, and G has to cut elsewhere.
Test(quota, x03_an_exchange_low_in_the_tree_is_seen_beyond_a_node_that_cuts_nothing)
{
    static const struct turn turns[] = {
        {"group G/P",                                   "ok"                    },
        {"group G/P/C",                                 "ok"                    },
        {"group G/P/C/D",                               "ok"                    },
        {"plan consume G/P/C/D sip n1 | consume G sip n2 | consume G sip n3 | "
         "consume G/P/C sip n4",               "ok"                    },
        {"allocate G restricted force p : sip=2",       "ok"                    },
        {"allocate G/P/C restricted force p : sip=1",   "ok"                    },
        {"allocate G/P/C/D restricted force p : sip=0", "ok"                    },
        {"held sip",                                    "(n1) n2 n3 (n4)"       },
        {"allocate G/P/C/D force",                      "ok"                    },
        {"held sip",                                    "n1 n2 (n3) (n4)"       },
        {"access sip n3",                               "LIMIT_REACHED G 4 of 2"},
        {"allocate G/P/C/D restricted force p : sip=0", "ok"                    },
        {"held sip",                                    "(n1) n2 n3 (n4)"       },
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}

Test(quota, x03_the_next_in_log_order_wakes_when_an_older_one_is_released)
{
    static const struct turn turns[] = {
        {"8 x consume G sip n#",                  "ok"                               },
        {"allocate G restricted force p : sip=3", "ok"                               },
        {"held sip",                              "n1 n2 n3 (n4) (n5) (n6) (n7) (n8)"},
        {"release sip n3",                        "ok"                               },
        {"held sip",                              "n1 n2 n4 (n5) (n6) (n7) (n8)"     },
        {"release sip n6",                        "ok"                               },
        {"held sip",                              "n1 n2 n4 (n5) (n7) (n8)"          },
        {"release sip n1",                        "ok"                               },
        {"held sip",                              "n2 n4 n5 (n7) (n8)"               },
        {"release sip n8",                        "ok"                               },
        {"release sip n7",                        "ok"                               },
        {"held sip",                              "n2 n4 n5"                         },
        {"consume G sip n1",                      "LIMIT_REACHED G 3 of 3"           },
        {"release sip n2",                        "ok"                               },
        {"consume G sip n1",                      "ok"                               },
        {"held sip",                              "n4 n5 n1"                         },
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}

Test(quota, x03_a_subtree_of_thousands_is_cut_at_the_same_place)
{
    static const struct turn turns[] = {
        {"license sip 3000 per-server",               "ok"                                                    },
        {"eula 1",                                    "ok"                                                    },
        {"group G/A",                                 "ok"                                                    },
        {"700 x consume G/A sip a#",                  "ok"                                                    },
        {"700 x consume G sip g#",                    "ok"                                                    },
        {"allocate G/A restricted force p : sip=300", "ok"                                                    },
        {"allocate G restricted force p : sip=900",   "ok"                                                    },
        {"access sip a300",                           "yes"                                                   },
        {"access sip a301",                           "LIMIT_REACHED G/A 700 of 300"                          },
        {"access sip g600",                           "yes"                                                   },
        {"access sip g601",                           "LIMIT_REACHED G 1400 of 900"                           },
        {"more G sip",                                "on own 900 unallocated 600 over 500 suspended 500 at G"},
        {"release sip a1",                            "ok"                                                    },
        {"access sip a301",                           "yes"                                                   },
        {"access sip g601",                           "LIMIT_REACHED G 1399 of 900"                           },
        {"release sip g1",                            "ok"                                                    },
        {"access sip g601",                           "yes"                                                   },
        {"access sip g602",                           "LIMIT_REACHED G 1398 of 900"                           },
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}

// Near the old end, near the young one, and where some of the list are cut off below already.
Test(quota, x03_a_licence_that_falls_cuts_thousands_at_the_same_place)
{
    static const struct turn full[] = {
        {"license sip 2000 per-server", "ok"},
        {"eula 1",                      "ok"},
        {"group G/A",                   "ok"},
        {"1000 x consume G/A sip a#",   "ok"},
        {"1000 x consume G sip g#",     "ok"},
    };
    static const struct turn falls[][5] = {
        {
         {"license sip 300 per-server", "ok"},
         {"eula 1", "ok"},
         {"access sip a300", "yes"},
         {"access sip a301", "LIMIT_REACHED / 2000 of 300"},
         {"access sip g1", "LIMIT_REACHED / 2000 of 300"},
         },
        {
         {"license sip 1900 per-server", "ok"},
         {"eula 1", "ok"},
         {"access sip a1000", "yes"},
         {"access sip g900", "yes"},
         {"access sip g901", "LIMIT_REACHED / 2000 of 1900"},
         },
        {
         {"allocate G/A restricted force p : sip=500", "ok"},
         {"license sip 600 per-server", "ok"},
         {"eula 1", "ok"},
         {"access sip g100", "yes"},
         {"access sip g101", "LIMIT_REACHED / 2000 of 600"},
         },
        {
         {"license sip 1499 per-server", "ok"},
         {"eula 1", "ok"},
         {"access sip a501", "LIMIT_REACHED G/A 1000 of 500"},
         {"access sip g999", "yes"},
         {"access sip g1000", "LIMIT_REACHED / 2000 of 1499"},
         },
    };
    struct company *company = begin();
    play_on(company, TURNS(full));
    for (size_t i = 0; i < sizeof falls / sizeof falls[0]; i++) {
        play_on(company, TURNS(falls[i]));
        const char *fault = state_check(company_state(company));
        cr_expect(fault == NULL, "%zu: %s", i, fault);
    }
    end(company);
}

// The greatest counts there can be add up without a wrap.
Test(quota, x16_counts_up_to_two_to_the_31_minus_1_add_up)
{
    static const struct turn turns[] = {
        {"license sip 2147483647 per-server; sip 2147483647 per-server",              "ok"                     },
        {"eula 1",                                                                    "ok"                     },
        {"state G sip",                                                               "4294967294/0/4294967294"},
        {"allocate G restricted p : sip=2147483647 ; q : sip=2147483647",             "ok"                     },
        {"consume G sip a",                                                           "ok"                     },
        {"state G sip",                                                               "4294967294/1/4294967293"},
        {"allocate G restricted p : sip=2147483647 ; q : sip=2147483647 ; r : sip=1",
         "CHILD_EXCEEDS_ANCESTOR / 4294967295 of 4294967294 sip; "
         "OVERSUBSCRIBED / 4294967295 of 4294967294 sip"                                                       },
        {"allocate G restricted p : sip=2147483648",                                  "MALFORMED packages"     },
    };
    struct company *company = begin();
    play_on(company, TURNS(turns));
    end(company);
}
