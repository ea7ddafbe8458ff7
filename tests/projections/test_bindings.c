// Units that need another: B11, B12, B15's activatable, B31.
#include "tests/support/check.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 30 per-server; mob 30 per-server needs sip; dev 30 per-device", "ok"},
    {"eula 1",                                                                    "ok"},
    {"group A",                                                                   "ok"},
    {"group A/B",                                                                 "ok"},
    {"user maria A",                                                              "ok"},
    {"user peter A",                                                              "ok"},
    {"member add maria A/B",                                                      "ok"},
};

Test(bindings, b11_the_oldest_free_unit_of_the_same_user_and_group_is_bound)
{
    static const struct turn turns[] = {
        {"consume A mob m1 user=maria",           "NEEDED_UNIT_MISSING A sip"},
        {"consume A sip s1",                      "ok"                       },
        {"consume A sip s2 user=peter",           "ok"                       },
        {"consume A/B sip s3 user=maria",         "ok"                       },
        {"consume A mob m1 user=maria",           "NEEDED_UNIT_MISSING A sip"},
        {"consume A sip s4 user=maria",           "ok"                       },
        {"consume A sip s5 user=maria",           "ok"                       },
        {"consume A mob m1 user=maria",           "ok"                       },
        {"bound mob m1",                          "s4"                       },
        {"bound sip s4",                          "m1"                       },
        {"consume A mob m2 user=maria",           "ok"                       },
        {"bound mob m2",                          "s5"                       },
        {"consume A mob m3 user=maria",           "NEEDED_UNIT_BOUND A sip"  },
        {"consume A/B mob m3 user=maria",         "ok"                       },
        {"bound mob m3",                          "s3"                       },
 // Asked again by the holder, it is granted as it is.
        {"consume A mob m1 user=maria",           "ok already"               },
        {"consume A mob m1 user=maria needed=s5", "ok already"               },
        {"bound mob m1",                          "s4"                       },
 // Where no user is named, of nobody's units.
        {"consume A mob n1",                      "ok"                       },
        {"bound mob n1",                          "s1"                       },
        {"consume A mob n2",                      "NEEDED_UNIT_BOUND A sip"  },
        {"consume A sip s6",                      "ok"                       },
        {"consume A sip s7",                      "ok"                       },
        {"consume A mob n2",                      "ok"                       },
        {"bound mob n2",                          "s6"                       },
        {"release mob n1",                        "ok"                       },
        {"bound sip s1",                          "none"                     },
        {"consume A mob n3",                      "ok"                       },
        {"bound mob n3",                          "s1"                       },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(bindings, b11_a_unit_may_be_named)
{
    static const struct turn turns[] = {
        {"3 x consume A sip s#",                        "ok"                                              },
        {"consume A sip s4 user=maria",                 "ok"                                              },
        {"consume A mob m1 needed=s2",                  "ok"                                              },
        {"bound mob m1",                                "s2"                                              },
        {"consume A mob m2 needed=s2",                  "NEEDED_UNIT_BOUND A s2"                          },
        {"consume A mob m2 needed=s9",                  "NEEDED_UNIT_MISSING A s9"                        },
        {"consume A mob m2 needed=s4",                  "NEEDED_UNIT_MISSING A s4"                        },
        {"consume A/B mob m2 needed=s1",                "NEEDED_UNIT_MISSING A/B s1"                      },
        {"consume A mob m2 needed=s3",                  "ok"                                              },
        {"consume A sip s5 needed=s1",                  "MALFORMED needed"                                },
        {"consume A sip s1 needed=s1",                  "MALFORMED needed"                                },
        {"consume A foo s5 needed=s1",                  "NO_LICENSE / foo"                                },
 // The needed unit comes last of all that is asked for.
        {"allocate A restricted force p : sip=3 mob=2", "ok"                                              },
        {"consume A mob m3 needed=s9",                  "LIMIT_REACHED A 2 of 2; NEEDED_UNIT_MISSING A s9"},
    };
    play_after(TURNS(base), TURNS(turns));
}

// A device is known however it is written.
Test(bindings, b11_a_device_that_is_needed_is_named_in_any_writing)
{
    static const struct turn turns[] = {
        {"license door 9 per-device; app 9 per-server needs door", "ok"              },
        {"eula 1",                                                 "ok"              },
        {"consume A door AA:BB in",                                "ok"              },
        {"consume A app a1 needed=aa-bb",                          "ok"              },
        {"bound app a1",                                           "aabb"            },
 // One direction less is no release.
        {"consume A door AA:BB out",                               "ok"              },
        {"release door AABB in",                                   "ok"              },
        {"release door AABB out",                                  "UNIT_IN_USE A a1"},
        {"release door AABB",                                      "UNIT_IN_USE A a1"},
        {"release door AABB out cascade",                          "ok"              },
        {"held app",                                               ""                },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(bindings, b11_a_unit_in_use_is_released_with_cascade_only)
{
    static const struct turn turns[] = {
        {"2 x consume A sip s# user=maria", "ok"              },
        {"consume A mob m1 user=maria",     "ok"              },
        {"release sip s1",                  "UNIT_IN_USE A m1"},
        {"state A mob",                     "30/1/29"         },
        {"release sip s2",                  "ok"              },
        {"release sip s1 cascade",          "ok"              },
        {"held sip",                        ""                },
        {"held mob",                        ""                },
        {"state A mob",                     "30/0/30"         },
 // One that stands on another goes alone, also with cascade.
        {"consume A sip s1 user=maria",     "ok"              },
        {"consume A mob m1 user=maria",     "ok"              },
        {"release mob m1 cascade",          "ok"              },
        {"held sip",                        "s1"              },
        {"release sip s1",                  "ok"              },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(bindings, b11_a_membership_goes_with_what_is_bound_in_it)
{
    static const struct turn turns[] = {
        {"2 x consume A/B sip s# user=maria", "ok"                   },
        {"2 x consume A/B mob m# user=maria", "ok"                   },
        {"consume A sip t1 user=maria",       "ok"                   },
        {"member remove maria A/B",           "MEMBERSHIP_IN_USE A/B"},
        {"member remove maria A/B cascade",   "ok"                   },
        {"held sip",                          "t1"                   },
        {"held mob",                          ""                     },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(bindings, b11_only_an_active_unit_is_bound)
{
    static const struct turn turns[] = {
        {"3 x consume A sip s#",                                         "ok"                                  },
        {"allocate A restricted force p : sip=1 mob=1",                  "ok"                                  },
        {"held sip",                                                     "s1 (s2) (s3)"                        },
        {"consume A mob m1 needed=s2",                                   "NEEDED_UNIT_MISSING A s2"            },
        {"consume A mob m1",                                             "ok"                                  },
        {"bound mob m1",                                                 "s1"                                  },
        {"allocate A",                                                   "ok"                                  },
        {"allocate A restricted force p : sip=1 mob=1",                  "ok"                                  },
 // s2 and s3 are free, but not active.
        {"release mob m1",                                               "ok"                                  },
        {"consume A mob m2 needed=s1",                                   "ok"                                  },
        {"allocate A restricted force p : sip=1 mob=1; q : mob=0 sip=4", "ok"                                  },
        {"allocate A restricted force p : sip=3 mob=3",                  "ok"                                  },
        {"2 x consume A mob n#",                                         "ok"                                  },
        {"allocate A restricted force p : sip=2 mob=2",                  "ok"                                  },
        {"held mob",                                                     "m2 n1 (n2)"                          },
        {"release mob n1",                                               "ok"                                  },
        {"release mob n2",                                               "ok"                                  },
        {"consume A mob n3",                                             "ok"                                  },
        {"bound mob n3",                                                 "s2"                                  },
        {"release mob m2",                                               "ok"                                  },
        {"release sip s1",                                               "ok"                                  },
        {"release mob n3",                                               "ok"                                  },
        {"block A",                                                      "ok"                                  },
        {"consume A mob n4",                                             "BLOCKED A; NEEDED_UNIT_MISSING A sip"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(bindings, b12_a_service_unit_cannot_be_bound)
{
    static const struct turn turns[] = {
        {"consume A sip s1 service",   "ok"                       },
        {"consume A sip s1",           "ok already"               },
        {"consume A mob m1",           "NEEDED_UNIT_MISSING A sip"},
        {"consume A mob m1 needed=s1", "NEEDED_UNIT_MISSING A s1" },
        {"consume A sip s2",           "ok"                       },
        {"consume A mob m1",           "ok"                       },
        {"bound mob m1",               "s2"                       },
        {"consume A mob m2",           "NEEDED_UNIT_BOUND A sip"  },
        {"release sip s1",             "ok"                       },
    };
    play_after(TURNS(base), TURNS(turns));
}

// min(available mob, available sip + unbound user units of sip), in the group and below.
Test(bindings, b12_activatable_counts_what_is_free_and_what_could_be_taken)
{
    static const struct turn turns[] = {
        {"allocate A restricted p : sip=5 mob=4", "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 4 at A"},
        {"more A sip",                            "on own 5 unallocated 5 at A"              },
        {"4 x consume A/B sip s#",                "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 4 at A"},
        {"consume A sip s5 service",              "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 4 at A"},
        {"2 x consume A/B mob m#",                "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 2 at A"},
        {"more A/B mob",                          "on own unlimited activatable 2 at A"      },
        {"release sip s4",                        "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 2 at A"},
        {"consume A sip s4 service",              "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 1 at A"},
        {"more A/B mob",                          "on own unlimited activatable 1 at A"      },
        {"consume A/B mob m3",                    "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 0 at A"},
        {"release mob m1",                        "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 1 at A"},
        {"release sip s1",                        "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 1 at A"},
        {"release sip s5",                        "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 2 at A"},
        {"release sip s4",                        "ok"                                       },
        {"more A mob",                            "on own 4 unallocated 4 activatable 2 at A"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(bindings, b31_what_stands_on_a_suspended_unit_gives_no_access)
{
    static const struct turn turns[] = {
        {"2 x consume A sip s# user=maria",                              "ok"                    },
        {"2 x consume A mob m# user=maria",                              "ok"                    },
        {"access mob m2",                                                "yes"                   },
        {"allocate A restricted force p : sip=1 mob=1; q : sip=0 mob=1",
         "NEEDS_EXCEEDED A 0 of 1 sip"                                                           },
        {"allocate A restricted force p : sip=1 mob=1",                  "ok"                    },
        {"access mob m1",                                                "yes"                   },
        {"access mob m2",                                                "LIMIT_REACHED A 2 of 1"},
        {"assign maria A force sip=1",                                   "ok"                    },
        {"allocate A",                                                   "ok"                    },
        {"access sip s1",                                                "yes"                   },
        {"access sip s2",                                                "USER_LIMIT A 2 of 1"   },
        {"access mob m2",                                                "USER_LIMIT A 2 of 0"   },
        {"unassign maria A",                                             "ok"                    },
        {"access mob m2",                                                "yes"                   },
        {"assign maria A force sip=1 mob=1",                             "ok"                    },
        {"access mob m1",                                                "yes"                   },
        {"unassign maria A",                                             "ok"                    },
    };
    play_after(TURNS(base), TURNS(turns));
}

// X01: who stands on a unit that would be suspended loses access with it, and is told.
Test(bindings, x01_b31_what_stands_on_a_suspended_unit_is_among_the_losses)
{
    static const struct turn turns[] = {
        {"3 x consume A sip s#",                          "ok"                              },
        {"consume A mob m1 needed=s3",                    "ok"                              },
        {"consume A mob m2 needed=s1",                    "ok"                              },
        {"consume A mob m3 needed=s2",                    "ok"                              },
        {"preview allocate A restricted p : sip=2 mob=2",
         "LIMIT_BELOW_USED A 3 of 2 sip; LIMIT_BELOW_USED A 3 of 2 mob suspends 3: s3 m1 m3"},
        {"allocate A restricted force p : sip=2 mob=2",   "ok"                              },
        {"access mob m1",                                 "LIMIT_REACHED A 3 of 2"          },
        {"access mob m2",                                 "yes"                             },
        {"access mob m3",                                 "LIMIT_REACHED A 3 of 2"          },
        {"preview allocate A restricted p : sip=1 mob=1",
         "LIMIT_BELOW_USED A 3 of 1 sip; LIMIT_BELOW_USED A 3 of 1 mob suspends 2: s2 m2"   },
    };
    play_after(TURNS(base), TURNS(turns));
}

// The needed unit alone is suspended: its own is kept, and yet there is no access (B31), until the
// needed one wakes.
Test(bindings, b31_a_cascade_under_suspension_wakes_the_next)
{
    static const struct turn turns[] = {
        {"3 x consume A sip s# user=maria",                       "ok"                               },
        {"3 x consume A mob m# user=maria",                       "ok"                               },
        {"license sip 2 per-server; mob 30 per-server needs sip", "ok"                               },
        {"mode",                                                  "limited license_updated pending 1"},
        {"access mob m3",                                         "yes"                              },
        {"eula 1",                                                "ok"                               },
        {"held sip",                                              "s1 s2 (s3)"                       },
        {"held mob",                                              "m1 m2 m3"                         },
        {"access mob m3",                                         "LIMIT_REACHED / 3 of 2"           },
        {"release sip s1",                                        "UNIT_IN_USE A m1"                 },
        {"release sip s1 cascade",                                "ok"                               },
        {"held sip",                                              "s2 s3"                            },
        {"held mob",                                              "m2 m3"                            },
        {"access mob m3",                                         "yes"                              },
    };
    play_after(TURNS(base), TURNS(turns));
}

// What was held before a file said that it needs something loses nothing, and nothing of what is
// bound is forgotten when the next one does not say so any more.
Test(bindings, t02_a_new_need_binds_what_is_taken_from_then_on)
{
    static const struct turn turns[] = {
        {"license sip 30 per-server; mob 30 per-server",           "ok"                       },
        {"eula 1",                                                 "ok"                       },
        {"consume A mob m1",                                       "ok"                       },
        {"more A mob",                                             "on own unlimited at /"    },
        {"license sip 30 per-server; mob 30 per-server needs sip", "ok"                       },
        {"eula 1",                                                 "ok"                       },
        {"access mob m1",                                          "yes"                      },
        {"bound mob m1",                                           "none"                     },
        {"consume A mob m1",                                       "ok already"               },
        {"consume A mob m2",                                       "NEEDED_UNIT_MISSING A sip"},
        {"consume A sip s1",                                       "ok"                       },
        {"consume A mob m2",                                       "ok"                       },
        {"license sip 30 per-server; mob 30 per-server",           "ok"                       },
        {"eula 1",                                                 "ok"                       },
        {"consume A mob m3",                                       "ok"                       },
        {"release sip s1",                                         "UNIT_IN_USE A m2"         },
        {"release mob m2",                                         "ok"                       },
        {"release sip s1",                                         "ok"                       },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(bindings, b11_a_plan_takes_both_or_none)
{
    static const struct turn turns[] = {
        {"plan consume A mob m1 | consume A sip s1",           "0: NEEDED_UNIT_MISSING A sip"},
        {"plan consume A sip s1 | consume A mob m1 needed=s1", "ok"                          },
        {"bound mob m1",                                       "s1"                          },
        {"plan release sip s1 cascade | consume A mob m1",     "1: NEEDED_UNIT_MISSING A sip"},
        {"bound mob m1",                                       "s1"                          },
        {"plan release mob m1 | release sip s1",               "ok"                          },
        {"held sip",                                           ""                            },
    };
    play_after(TURNS(base), TURNS(turns));
}

// X04: what is bound and what serves a service goes along, and is counted where it stands now.
Test(bindings, x04_a_move_takes_bound_units_along)
{
    static const struct turn turns[] = {
        {"group A/B/F",                            "ok"                                          },
        {"group C",                                "ok"                                          },
        {"allocate A restricted p : sip=9 mob=9",  "ok"                                          },
        {"allocate C restricted p : sip=9 mob=9",  "ok"                                          },
        {"3 x consume A/B/F sip s#",               "ok"                                          },
        {"consume A/B/F sip t1 service",           "ok"                                          },
        {"consume A/B/F mob m1 lease=60000 set=S", "ok"                                          },
        {"consume A sip s9",                       "ok"                                          },
        {"more A mob",                             "on own 9 unallocated 9 activatable 7 at A"   },
        {"more C mob",                             "on own 9 unallocated 9 activatable 9 at C"   },
        {"move A/B/F C",                           "ok"                                          },
        {"more A mob",                             "on own 9 unallocated 9 activatable 9 at A"   },
        {"more C mob",                             "on own 9 unallocated 9 activatable 7 at C"   },
        {"bound mob m1",                           "s1"                                          },
        {"release sip s1",                         "UNIT_IN_USE C/F m1"                          },
        {"renew set A/B/F S",                      "NOT_HELD S"                                  },
        {"clock 2026-11-01T00:00:30Z",             "ok"                                          },
        {"renew set C/F S",                        "ok"                                          },
        {"more / mob",                             "on own 30 unallocated 12 activatable 28 at /"},
    };
    play_after(TURNS(base), TURNS(turns));
}

// X09: they go with the group, also where it is taken apart in slices, and so do their leases.
Test(bindings, x09_a_removed_group_takes_bound_and_leased_units_along)
{
    static const struct turn turns[] = {
        {"group C",                                 "ok"                                          },
        {"20 x consume C sip s#",                   "ok"                                          },
        {"20 x consume C mob m# lease=60000 set=S", "ok"                                          },
        {"consume A sip a1",                        "ok"                                          },
        {"drop C",                                  "GROUP_NOT_EMPTY C"                           },
        {"drop C cascade",                          "ok"                                          },
        {"state / mob",                             "30/0/30"                                     },
        {"more / mob",                              "on own 30 unallocated 30 activatable 30 at /"},
        {"renew mob m1",                            "NOT_HELD m1"                                 },
        {"consume A mob m1",                        "ok"                                          },
        {"group C",                                 "ok"                                          },
        {"renew set C S",                           "NOT_HELD S"                                  },
        {"consume C sip s1",                        "ok"                                          },
        {"consume C mob m2 lease=90000 set=S",      "ok"                                          },
        {"clock 2026-11-01T00:01:00Z",              "ok"                                          },
        {"clock 2026-11-01T00:01:29.999Z",          "ok"                                          },
        {"access mob m2",                           "yes"                                         },
        {"clock 2026-11-01T00:01:30Z",              "ok"                                          },
        {"access mob m2",                           "NOT_HELD"                                    },
        {"held mob",                                "m1"                                          },
    };
    play_after(TURNS(base), TURNS(turns));
}
