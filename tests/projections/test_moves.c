// A group with all that is below it stands elsewhere from now on (X04).
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 30 per-server; mob 30 per-server; web feature", "ok"},
    {"eula 1",                                                    "ok"},
    {"group D",                                                   "ok"},
    {"group D/E",                                                 "ok"},
    {"group D/E/F",                                               "ok"},
    {"group K",                                                   "ok"},
    {"group K/L",                                                 "ok"},
};

Test(moves, x04_use_leaves_the_old_ancestors_and_enters_the_new_ones)
{
    static const struct turn turns[] = {
        {"group D/M",                         "ok"                         },
        {"user maria D/E/F",                  "ok"                         },
        {"allocate D/E restricted p : sip=4", "ok"                         },
        {"consume D/E/F sip f1 user=maria",   "ok"                         },
        {"consume D/E/F sip f2",              "ok"                         },
        {"consume D mob e1",                  "ok"                         },
        {"move D/E/F D/M",                    "ok"                         },
        {"state D/E sip",                     "4/0/4"                      },
        {"state D/M sip",                     "30/2/28"                    },
        {"state D sip",                       "30/2/28"                    },
        {"state D/E/F sip",                   "unknown"                    },
        {"state D/M/F sip",                   "30/2/28"                    },
        {"consume D/M/F sip f1 user=maria",   "ok already"                 },
        {"move D/M/F K/L",                    "ok"                         },
        {"state D sip",                       "30/0/28"                    },
        {"state D mob",                       "30/1/29"                    },
        {"state K sip",                       "30/2/28"                    },
        {"state / sip",                       "30/2/28"                    },
        {"person maria sip",                  "30/1/28 by K/L/F"           },
        {"move K/L /",                        "ok"                         },
        {"state K sip",                       "30/0/28"                    },
        {"state L sip",                       "30/2/28"                    },
        {"access sip f1",                     "yes"                        },
        {"allocate D/E version=0",            "VERSION_CONFLICT D/E 0 of 1"},
        {"move D/E L",                        "ok"                         },
        {"allocate L/E version=1",            "ok"                         },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, x04_where_a_group_cannot_go)
{
    static const struct turn turns[] = {
        {"move D/E D",                "ok already"                          },
        {"move D D",                  "CYCLE D"                             },
        {"move D D/E",                "CYCLE D/E"                           },
        {"move D D/E/F",              "CYCLE D/E/F"                         },
        {"move / D",                  "MALFORMED group"                     },
        {"move D/X K",                "UNKNOWN_GROUP D/X"                   },
        {"move D/E K/X",              "UNKNOWN_GROUP K/X"                   },
        {"move D/X K/X",              "UNKNOWN_GROUP D/X; UNKNOWN_GROUP K/X"},
        {"group K/E",                 "ok"                                  },
        {"move D/E K",                "NAME_TAKEN E"                        },
        {"rename K/E e",              "ok"                                  },
        {"move D/E K",                "ok"                                  },
        {"group D/E",                 "ok"                                  },
        {"license sip 30 per-server", "ok"                                  },
        {"move D/E K/L",              "LIMITED_MODE /"                      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, x16_a_move_keeps_the_tree_within_16_levels)
{
    static const struct turn turns[] = {
        {"group 1",                                            "ok"                 },
        {"group 1/2",                                          "ok"                 },
        {"group 1/2/3",                                        "ok"                 },
        {"group 1/2/3/4",                                      "ok"                 },
        {"group 1/2/3/4/5",                                    "ok"                 },
        {"group 1/2/3/4/5/6",                                  "ok"                 },
        {"group 1/2/3/4/5/6/7",                                "ok"                 },
        {"group 1/2/3/4/5/6/7/8",                              "ok"                 },
        {"group 1/2/3/4/5/6/7/8/9",                            "ok"                 },
        {"group 1/2/3/4/5/6/7/8/9/10",                         "ok"                 },
        {"group 1/2/3/4/5/6/7/8/9/10/11",                      "ok"                 },
        {"group 1/2/3/4/5/6/7/8/9/10/11/12",                   "ok"                 },
        {"group 1/2/3/4/5/6/7/8/9/10/11/12/13",                "ok"                 },
        {"group 1/2/3/4/5/6/7/8/9/10/11/12/13/14",             "ok"                 },
        {"group D/Z",                                          "ok"                 },
        {"move D 1/2/3/4/5/6/7/8/9/10/11/12/13/14",
         "TOO_DEEP 1/2/3/4/5/6/7/8/9/10/11/12/13/14 17 of 16"                       },
        {"move D 1/2/3/4/5/6/7/8/9/10/11/12/13",               "ok"                 },
        {"consume 1/2/3/4/5/6/7/8/9/10/11/12/13/D/E/F sip f1", "ok"                 },
        {"move 1 K",                                           "TOO_DEEP K 17 of 16"},
        {"state 1 sip",                                        "30/1/29"            },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, b22_none_of_the_moved_has_more_than_the_new_node_above)
{
    static const struct turn turns[] = {
        {"allocate / oversubscribed",                            "ok"                                 },
        {"allocate K restricted oversubscribed p : sip=5",       "ok"                                 },
        {"allocate D/E restricted p : sip=6",                    "ok"                                 },
        {"move D/E K",                                           "CHILD_EXCEEDS_ANCESTOR K 6 of 5 sip"},
        {"move D/E K/L force",                                   "CHILD_EXCEEDS_ANCESTOR K 6 of 5 sip"},
        {"allocate D/E restricted p : sip=5",                    "ok"                                 },
        {"move D/E K/L",                                         "ok"                                 },
        {"move K/L/E D",                                         "ok"                                 },
 // An unrestricted group brings those below it.
        {"allocate D/E",                                         "ok"                                 },
        {"allocate D/E/F restricted p : sip=6",                  "ok"                                 },
        {"move D/E K",                                           "CHILD_EXCEEDS_ANCESTOR K 6 of 5 sip"},
        {"allocate D/E/F restricted p : sip=5",                  "ok"                                 },
        {"move D/E K",                                           "ok"                                 },
 // Below the same node as before nothing is asked.
        {"allocate K restricted oversubscribed force p : sip=4", "ok"                                 },
        {"move K/E K/L",                                         "ok"                                 },
        {"move K/L/E D",                                         "ok"                                 },
        {"move D/E K",                                           "CHILD_EXCEEDS_ANCESTOR K 5 of 4 sip"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, b22_at_every_instant_at_which_the_new_node_is_active)
{
    static const struct turn turns[] = {
        {"allocate / oversubscribed",                                                       "ok"                                 },
        {"allocate K restricted oversubscribed p from=2026-12-01 until=2027-01-01 : sip=5", "ok"                                 },
        {"allocate D restricted p until=2026-12-01 : sip=9 ; q from=2027-01-01 : sip=9",    "ok"                                 },
        {"move D K",                                                                        "ok"                                 },
        {"move K/D /",                                                                      "ok"                                 },
        {"allocate D restricted p until=2026-12-01T00:00:00.001Z : sip=9",                  "ok"                                 },
        {"move D K",                                                                        "CHILD_EXCEEDS_ANCESTOR K 9 of 5 sip"},
        {"allocate D restricted p from=2026-12-31T23:59:59.999Z : sip=9",                   "ok"                                 },
        {"move D K",                                                                        "CHILD_EXCEEDS_ANCESTOR K 9 of 5 sip"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, b23_the_sum_of_the_new_node_stays_within_its_limit)
{
    static const struct turn turns[] = {
        {"allocate K restricted p : sip=10",                "ok"                           },
        {"allocate K/L restricted p : sip=4",               "ok"                           },
        {"allocate D/E restricted p : sip=7",               "ok"                           },
        {"move D/E K",                                      "OVERSUBSCRIBED K 11 of 10 sip"},
        {"move D/E K force",                                "OVERSUBSCRIBED K 11 of 10 sip"},
        {"allocate D/E restricted p : sip=6",               "ok"                           },
        {"move D/E K",                                      "ok"                           },
        {"more K sip",                                      "on own 10 unallocated 0 at K" },
        {"more / sip",                                      "on own 30 unallocated 20 at /"},
        {"move K/E D",                                      "ok"                           },
        {"more K sip",                                      "on own 10 unallocated 6 at K" },
        {"more / sip",                                      "on own 30 unallocated 14 at /"},
        {"allocate D/E restricted p : sip=7",               "ok"                           },
        {"allocate K restricted oversubscribed p : sip=10", "ok"                           },
        {"move D/E K",                                      "ok"                           },
 // Out of a node that hid it, a group counts in the sum of the one further up.
        {"allocate D restricted p : sip=20",                "ok"                           },
        {"move K/E /",                                      "OVERSUBSCRIBED / 37 of 30 sip"},
        {"allocate D restricted p : sip=13",                "ok"                           },
        {"move K/E /",                                      "ok"                           },
        {"more / sip",                                      "on own 30 unallocated 0 at /" },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, x01_a_move_to_where_more_would_be_used_than_is_allowed)
{
    static const struct turn turns[] = {
        {"allocate K restricted p : sip=3",   "ok"                                             },
        {"2 x consume K sip k#",              "ok"                                             },
        {"3 x consume D/E/F sip f#",          "ok"                                             },
        {"preview move D/E K/L",              "LIMIT_BELOW_USED K 5 of 3 sip suspends 2: f2 f3"},
        {"preview move D/E K/L force",        "ok suspends 2: f2 f3"                           },
        {"allocate K/L restricted p : sip=2", "ok"                                             },
        {"preview move D/E K/L",
         "LIMIT_BELOW_USED K/L 3 of 2 sip; LIMIT_BELOW_USED K 5 of 3 sip suspends 2: f2 f3"    },
        {"move D/E K/L force",                "ok"                                             },
        {"held sip",                          "k1 k2 f1 (f2) (f3)"                             },
        {"access sip f2",                     "LIMIT_REACHED K 5 of 3"                         },
        {"move K/L/E D",                      "ok"                                             },
        {"held sip",                          "k1 k2 f1 f2 f3"                                 },
        {"release sip k1",                    "ok"                                             },
        {"release sip k2",                    "ok"                                             },
        {"allocate K/L",                      "ok"                                             },
        {"move D/E K/L",                      "ok"                                             },
        {"state K sip",                       "3/3/0"                                          },
    };
    play_after(TURNS(base), TURNS(turns));
}

// Who was suspended where it stood is the older one where it comes to.
Test(moves, x04_seniority_is_kept_and_what_was_suspended_may_suspend_others)
{
    static const struct turn turns[] = {
        {"allocate / oversubscribed",               "ok"                                             },
        {"group R",                                 "ok"                                             },
        {"move K R",                                "ok"                                             },
        {"move D R",                                "ok"                                             },
        {"3 x consume R/D/E sip e#",                "ok"                                             },
        {"2 x consume R/K sip k#",                  "ok"                                             },
        {"allocate R/D restricted force p : sip=1", "ok"                                             },
        {"held sip",                                "e1 (e2) (e3) k1 k2"                             },
        {"allocate R restricted force p : sip=3",   "ok"                                             },
        {"held sip",                                "e1 (e2) (e3) k1 k2"                             },
        {"preview move R/D/E R/K",                  "LIMIT_BELOW_USED R 5 of 3 sip suspends 2: k1 k2"},
        {"move R/D/E R/K",                          "LIMIT_BELOW_USED R 5 of 3 sip"                  },
        {"move R/D/E R/K force",                    "ok"                                             },
        {"held sip",                                "e1 e2 e3 (k1) (k2)"                             },
        {"move R/K/E R/D force",                    "ok"                                             },
        {"held sip",                                "e1 (e2) (e3) k1 k2"                             },
        {"move R/D/E /",                            "ok"                                             },
        {"held sip",                                "e1 e2 e3 k1 k2"                                 },
        {"state R/D sip",                           "1/0/1"                                          },
        {"state R sip",                             "3/2/1"                                          },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, b42_x01_a_move_that_makes_a_group_of_a_user_stricter)
{
    static const struct turn turns[] = {
        {"user maria D/E",                    "ok"                                            },
        {"member add maria K/L",              "ok"                                            },
        {"3 x consume K/L sip k# user=maria", "ok"                                            },
        {"group Q",                           "ok"                                            },
        {"allocate Q restricted p : sip=2",   "ok"                                            },
        {"preview move D/E Q",                "LIMIT_BELOW_USED D/E 3 of 2 sip suspends 1: k3"},
        {"move D/E Q force",                  "ok"                                            },
        {"access sip k3",                     "STRICTEST_GROUP Q/E 3 of 2"                    },
        {"allocate Q restricted",             "LIMIT_BELOW_USED Q/E 3 of 0 sip"               },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, x12_a_block_above_holds_for_who_comes_below_it)
{
    static const struct turn turns[] = {
        {"consume D/E sip e1", "ok"       },
        {"block K",            "ok"       },
        {"move D/E K",         "ok"       },
        {"access sip e1",      "BLOCKED K"},
        {"move K/E D",         "ok"       },
        {"access sip e1",      "yes"      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, b18_features_are_those_of_the_new_path)
{
    static const struct turn turns[] = {
        {"allocate K restricted p : sip=1", "ok"                   },
        {"feature D/E web",                 "on"                   },
        {"move D/E K",                      "ok"                   },
        {"feature K/E web",                 "off"                  },
        {"more K/E sip",                    "on own unlimited at K"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, b19_b20_a_site_admin_moves_what_is_below_its_group_to_where_it_may_create)
{
    static const struct turn turns[] = {
        {"group D/M",                  "ok"        },
        {"enrol boss site_admin D",    "ok"        },
        {"enrol chief site_admin D/E", "ok"        },
        {"enrol helper agent /",       "ok"        },
        {"as boss",                    "ok"        },
        {"move D/E/F D",               "ok"        },
        {"move D/F D/M",               "ok"        },
        {"move D/M/F K",               "FORBIDDEN" },
        {"move D/M/F /",               "FORBIDDEN" },
        {"move D /",                   "FORBIDDEN" },
        {"move K/L D",                 "FORBIDDEN" },
        {"move K/X D",                 "FORBIDDEN" },
        {"as helper",                  "ok"        },
        {"move D/M/F D",               "FORBIDDEN" },
        {"as admin",                   "ok"        },
        {"move D/M/F D/E",             "ok"        },
        {"move D/E K",                 "ok"        },
        {"as chief",                   "ok"        },
        {"move K/E/F K/E",             "ok already"},
        {"group K/E/G",                "ok"        },
        {"group D/E",                  "FORBIDDEN" },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(moves, x14_in_a_plan_each_is_judged_where_the_former_has_left_it)
{
    static const struct turn turns[] = {
        {"consume D/E sip e1",                                            "ok"             },
        {"plan move D/E K | consume K/E sip e2 | move K/E / | group E",   "3: NAME_TAKEN E"},
        {"state D/E sip",                                                 "30/1/29"        },
        {"plan move D/E K | consume K/E sip e2 | move K/E / | group E/G", "ok"             },
        {"state E sip",                                                   "30/2/28"        },
        {"plan move E D | move D/E D",                                    "ok"             },
        {"plan move D/E D | move K/L K",                                  "ok already"     },
    };
    play_after(TURNS(base), TURNS(turns));
}
