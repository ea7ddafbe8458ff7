// People: memberships, assignments, the strictest of several groups (B26, B42).
#include "tests/support/check.h"
#include "tests/support/play.h"

#include <stdio.h>

static const struct turn base[] = {
    {"license sip 30 per-server; mob 30 per-server needs sip; web feature", "ok"},
    {"eula 1",                                                              "ok"},
    {"group A",                                                             "ok"},
    {"group B",                                                             "ok"},
    {"group C",                                                             "ok"},
    {"user maria A",                                                        "ok"},
    {"member add maria B",                                                  "ok"},
    {"member add maria C",                                                  "ok"},
};

Test(users, b26_b27_b28_without_an_assignment_the_groups_values_hold_and_with_one_it_only_narrows)
{
    static const struct turn turns[] = {
        {"allocate A restricted p : sip=5 mob=5", "ok"                                                            },
        {"user peter A",                          "ok"                                                            },
        {"person peter sip",                      "5/0/5 by A"                                                    },
        {"assign peter A sip=2",                  "ok"                                                            },
        {"person peter sip",                      "2/0/2 assigned in A"                                           },
        {"2 x consume A sip n# user=peter",       "ok"                                                            },
        {"consume A sip n3 user=peter",           "USER_LIMIT A 2 of 2"                                           },
        {"consume A mob m1 user=peter",           "USER_LIMIT A 0 of 0"                                           },
        {"assign peter A sip=5 mob=5",            "ok"                                                            },
        {"assign peter A sip=6",                  "USER_EXCEEDS_GROUP A 6 of 5 sip"                               },
        {"assign peter A foo=1",                  "USER_EXCEEDS_GROUP A 1 of 0 foo; LIMIT_BELOW_USED A 2 of 0 sip"},
        {"assign peter A",                        "LIMIT_BELOW_USED A 2 of 0 sip"                                 },
        {"assign peter A force",                  "ok"                                                            },
        {"person peter sip",                      "0/2/0 assigned in A"                                           },
        {"access sip n1",                         "USER_LIMIT A 2 of 0"                                           },
        {"unassign peter A",                      "ok"                                                            },
        {"access sip n1",                         "yes"                                                           },
        {"person peter sip",                      "5/2/3 by A"                                                    },
        {"assign peter B sip=1",                  "NOT_A_MEMBER B"                                                },
        {"assign paul A sip=1",                   "UNKNOWN_USER paul"                                             },
        {"assign peter X sip=1",                  "UNKNOWN_GROUP X"                                               },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b26_an_assignment_has_a_window_of_its_own)
{
    static const struct turn turns[] = {
        {"user peter A",                                          "ok"                 },
        {"assign peter A from=2026-11-10 until=2026-11-20 sip=2", "ok"                 },
        {"clock 2026-11-09T23:59:59.999Z",                        "ok"                 },
        {"consume A sip n1 user=peter",                           "USER_LIMIT A 0 of 0"},
        {"clock 2026-11-10",                                      "ok"                 },
        {"consume A sip n1 user=peter",                           "ok"                 },
        {"clock 2026-11-19T23:59:59.999Z",                        "ok"                 },
        {"access sip n1",                                         "yes"                },
        {"clock 2026-11-20",                                      "ok"                 },
        {"access sip n1",                                         "USER_LIMIT A 1 of 0"},
        {"assign peter A from=2026-11-20 until=2026-11-20 sip=2", "MALFORMED until"    },
    };
    play_after(TURNS(base), TURNS(turns));
}

// Saved inside, later clipped: the path's least counts.
Test(users, b26_a_group_that_falls_clips_the_assignment)
{
    static const struct turn turns[] = {
        {"allocate A restricted p : sip=5", "ok"                             },
        {"user peter A",                    "ok"                             },
        {"assign peter A sip=4",            "ok"                             },
        {"allocate A restricted p : sip=2", "ok"                             },
        {"person peter sip",                "2/0/2 by A"                     },
        {"assign peter A sip=4",            "ok"                             },
        {"assign peter A sip=3",            "ok"                             },
        {"assign peter A sip=4",            "USER_EXCEEDS_GROUP A 4 of 2 sip"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b26_assignments_are_not_added_up)
{
    static const struct turn turns[] = {
        {"allocate A restricted p : sip=2", "ok"},
        {"user peter A",                    "ok"},
        {"user paul A",                     "ok"},
        {"assign peter A sip=2",            "ok"},
        {"assign paul A sip=2",             "ok"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_the_strictest_of_several_groups_decides_and_is_named)
{
    static const struct turn turns[] = {
        {"allocate A restricted p : sip=5", "ok"                      },
        {"allocate B restricted p : sip=3", "ok"                      },
        {"allocate C restricted p : sip=4", "ok"                      },
        {"person maria sip",                "3/0/3 by B"              },
        {"2 x consume A sip a# user=maria", "ok"                      },
        {"state A sip",                     "5/2/3"                   },
        {"state B sip",                     "3/0/3"                   },
        {"person maria sip",                "3/2/1 by B"              },
        {"consume C sip c1 user=maria",     "ok"                      },
        {"consume A sip a3 user=maria",     "STRICTEST_GROUP B 3 of 3"},
        {"person maria sip",                "3/3/0 by B"              },
        {"release sip a1",                  "ok"                      },
        {"3 x consume B sip b#",            "ok"                      },
        {"consume A sip a3 user=maria",     "STRICTEST_GROUP B 3 of 3"},
        {"person maria sip",                "3/2/0 by B"              },
        {"release sip b1",                  "ok"                      },
        {"consume A sip a3 user=maria",     "ok"                      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_of_several_groups_that_refuse_the_least_comes_first)
{
    static const struct turn turns[] = {
        {"allocate A restricted p : sip=4",       "ok"                                 },
        {"allocate B restricted p : sip=4",       "ok"                                 },
        {"allocate C restricted p : sip=4",       "ok"                                 },
        {"4 x consume A sip a# user=maria",       "ok"                                 },
        {"allocate B restricted force p : sip=2", "ok"                                 },
        {"allocate C restricted force p : sip=3", "ok"                                 },
        {"consume B sip b1 user=maria",
         "STRICTEST_GROUP B 4 of 2; STRICTEST_GROUP C 4 of 3; STRICTEST_GROUP A 4 of 4"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_of_several_assignments_that_refuse_the_least_comes_first)
{
    static const struct turn turns[] = {
        {"consume A sip a1 user=maria", "ok"                            },
        {"assign maria A sip=1",        "ok"                            },
        {"assign maria B",              "LIMIT_BELOW_USED B 1 of 0 sip" },
        {"assign maria B force",        "ok"                            },
        {"assign maria C sip=1",        "ok"                            },
        {"person maria sip",            "0/1/0 assigned in B"           },
        {"consume A sip a2 user=maria",
         "USER_LIMIT B 1 of 0; USER_LIMIT C 1 of 1; USER_LIMIT A 1 of 1"},
        {"access sip a1",               "USER_LIMIT B 1 of 0"           },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_beyond_the_least_maximum_the_users_newest_give_no_access)
{
    static const struct turn turns[] = {
        {"3 x consume A sip a# user=maria",       "ok"                      },
        {"consume C sip c1 user=maria",           "ok"                      },
        {"consume A sip other",                   "ok"                      },
        {"allocate B restricted force p : sip=2", "ok"                      },
        {"access sip a2",                         "yes"                     },
        {"access sip a3",                         "STRICTEST_GROUP B 4 of 2"},
        {"access sip c1",                         "STRICTEST_GROUP B 4 of 2"},
        {"access sip other",                      "yes"                     },
        {"held sip",                              "a1 a2 a3 c1 other"       },
        {"release sip a1",                        "ok"                      },
        {"access sip a3",                         "yes"                     },
        {"access sip c1",                         "STRICTEST_GROUP B 3 of 2"},
        {"member remove maria B",                 "ok"                      },
        {"access sip c1",                         "yes"                     },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_a_unit_is_charged_to_one_group_that_must_be_a_membership)
{
    static const struct turn turns[] = {
        {"user peter A",                "ok"                                },
        {"consume B sip n1 user=peter", "NOT_A_MEMBER B"                    },
        {"consume B sip n1 user=paul",  "UNKNOWN_USER paul"                 },
        {"consume X sip n1 user=paul",  "UNKNOWN_GROUP X; UNKNOWN_USER paul"},
        {"consume A sip n1 user=peter", "ok"                                },
        {"state A sip",                 "30/1/29"                           },
        {"state B sip",                 "30/0/29"                           },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_a_blocked_membership_denies_in_all)
{
    static const struct turn turns[] = {
        {"consume A sip n1 user=maria", "ok"       },
        {"block B",                     "ok"       },
        {"access sip n1",               "BLOCKED B"},
        {"unblock B",                   "ok"       },
        {"access sip n1",               "yes"      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_a_membership_with_holdings_stays_unless_it_cascades)
{
    static const struct turn turns[] = {
        {"consume A sip a1 user=maria",   "ok"                 },
        {"consume B sip b1 user=maria",   "ok"                 },
        {"member remove maria A",         "MEMBERSHIP_IN_USE A"},
        {"member remove maria C",         "ok"                 },
        {"member remove maria C",         "NOT_A_MEMBER C"     },
        {"member add maria A",            "ALREADY_A_MEMBER A" },
        {"member remove maria A cascade", "ok"                 },
        {"held sip",                      "b1"                 },
        {"state A sip",                   "30/0/29"            },
        {"member add maria X",            "UNKNOWN_GROUP X"    },
        {"member add paul A",             "UNKNOWN_USER paul"  },
        {"user maria A",                  "NAME_TAKEN maria"   },
        {"user paul X",                   "UNKNOWN_GROUP X"    },
        {"user paul /",                   "MALFORMED group"    },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_a_user_belongs_to_16_groups_at_most)
{
    static const struct turn turns[] = {
        {"user peter A",             "ok"                    },
        {"15 x group G#",            "ok"                    },
        {"15 x member add peter G#", "ok"                    },
        {"member add peter B",       "TOO_MANY_MEMBERSHIPS B"},
        {"member remove peter G7",   "ok"                    },
        {"member add peter B",       "ok"                    },
        {"person peter sip",         "30/0/30 by B"          },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_creating_a_user_consumes_nothing)
{
    static const struct turn turns[] = {
        {"state A sip", "30/0/30"},
        {"user paul A", "ok"     },
        {"state A sip", "30/0/30"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_removing_a_user_is_removing_all_memberships_and_frees_the_name)
{
    static const struct turn turns[] = {
        {"user peter B",                           "ok"                                      },
        {"consume A sip a1 user=maria",            "ok"                                      },
        {"2 x consume B sip b# user=maria",        "ok"                                      },
        {"consume B sip p1 user=peter",            "ok"                                      },
        {"assign maria A until=2026-12-01 sip=20", "ok"                                      },
        {"dismiss maria",                          "MEMBERSHIP_IN_USE B; MEMBERSHIP_IN_USE A"},
        {"dismiss paul",                           "UNKNOWN_USER paul"                       },
        {"release sip a1",                         "ok"                                      },
        {"dismiss maria",                          "MEMBERSHIP_IN_USE B"                     },
        {"dismiss maria cascade",                  "ok"                                      },
        {"held sip",                               "p1"                                      },
        {"state B sip",                            "30/1/29"                                 },
        {"dismiss maria cascade",                  "UNKNOWN_USER maria"                      },
        {"consume A sip a2 user=maria",            "UNKNOWN_USER maria"                      },
        {"clock 2026-12-01",                       "ok"                                      },
        {"user maria C",                           "ok"                                      },
        {"person maria sip",                       "30/0/29 by C"                            },
        {"consume A sip a2 user=maria",            "NOT_A_MEMBER A"                          },
        {"consume C sip c1 user=maria",            "ok"                                      },
        {"access sip p1",                          "yes"                                     },
        {"dismiss peter cascade",                  "ok"                                      },
        {"held sip",                               "c1"                                      },
    };
    play_after(TURNS(base), TURNS(turns));
}

// First, last and middle of the list of all users go; those who stay are found.
Test(users, b42_users_without_units_go_in_any_order)
{
    static const struct turn turns[] = {
        {"5 x user u# A",            "ok"             },
        {"dismiss maria",            "ok"             },
        {"dismiss u5",               "ok"             },
        {"dismiss u3",               "ok"             },
        {"member remove u1 A",       "ok"             },
        {"dismiss u1",               "ok"             },
        {"user u6 B",                "ok"             },
        {"consume A sip n2 user=u2", "ok"             },
        {"consume A sip n4 user=u4", "ok"             },
        {"consume B sip n6 user=u6", "ok"             },
        {"consume A sip n3 user=u3", "UNKNOWN_USER u3"},
        {"dismiss u2 cascade",       "ok"             },
        {"dismiss u4 cascade",       "ok"             },
        {"dismiss u6 cascade",       "ok"             },
        {"user u1 A",                "ok"             },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(users, b42_a_user_is_removed_by_who_rules_all_its_groups_and_not_while_limited)
{
    static const struct turn turns[] = {
        {"group A/B",                  "ok"            },
        {"user peter A/B",             "ok"            },
        {"user paul A/B",              "ok"            },
        {"member remove paul A/B",     "ok"            },
        {"enrol dealer site_admin A",  "ok"            },
        {"enrol house site_admin A/B", "ok"            },
        {"enrol door agent /",         "ok"            },
        {"member add peter A",         "ok"            },
        {"as door",                    "ok"            },
        {"dismiss peter",              "FORBIDDEN"     },
        {"as house",                   "ok"            },
        {"dismiss peter",              "FORBIDDEN"     },
        {"dismiss nobody",             "FORBIDDEN"     },
        {"as dealer",                  "ok"            },
        {"dismiss maria",              "FORBIDDEN"     },
        {"dismiss paul",               "FORBIDDEN"     },
        {"as admin",                   "ok"            },
        {"password Admin",             "ok"            },
        {"dismiss maria",              "LIMITED_MODE /"},
        {"eula 1",                     "ok"            },
        {"as dealer",                  "ok"            },
        {"dismiss peter",              "ok"            },
        {"as admin",                   "ok"            },
        {"dismiss paul",               "ok"            },
        {"dismiss maria",              "ok"            },
    };
    play_after(TURNS(base), TURNS(turns));
}

// One of three groups has expired: it is the strictest until it is renewed, or left.
Test(users, b42_of_three_groups_one_has_expired)
{
    static const struct turn turns[] = {
        {"allocate A restricted p : sip=5",                  "ok"                      },
        {"allocate B restricted p until=2026-12-01 : sip=3", "ok"                      },
        {"allocate C restricted p : sip=4",                  "ok"                      },
        {"consume A sip a1 user=maria",                      "ok"                      },
        {"consume C sip c1 user=maria",                      "ok"                      },
        {"clock 2026-11-30T23:59:59.999Z",                   "ok"                      },
        {"person maria sip",                                 "3/2/1 by B"              },
        {"access sip a1",                                    "yes"                     },
        {"clock 2026-12-01",                                 "ok"                      },
        {"person maria sip",                                 "0/2/0 by B"              },
        {"access sip a1",                                    "STRICTEST_GROUP B 2 of 0"},
        {"access sip c1",                                    "STRICTEST_GROUP B 2 of 0"},
        {"consume A sip a2 user=maria",                      "STRICTEST_GROUP B 2 of 0"},
        {"allocate B restricted p until=2027-12-01 : sip=1", "ok"                      },
        {"access sip a1",                                    "yes"                     },
        {"access sip c1",                                    "STRICTEST_GROUP B 2 of 1"},
        {"member remove maria B",                            "ok"                      },
        {"access sip c1",                                    "yes"                     },
        {"person maria sip",                                 "4/2/2 by C"              },
    };
    play_after(TURNS(base), TURNS(turns));
}
