// X20: a holding passes to another unit or another user.
#include "tests/support/check.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 30 per-server; mob 30 per-server needs sip; door 9 per-device", "ok"},
    {"eula 1",                                                                    "ok"},
    {"group A",                                                                   "ok"},
    {"group A/B",                                                                 "ok"},
    {"group C",                                                                   "ok"},
    {"user maria A",                                                              "ok"},
    {"user peter A",                                                              "ok"},
    {"user paul C",                                                               "ok"},
    {"enrol intercom agent A",                                                    "ok"},
    {"enrol owner site_admin A",                                                  "ok"},
};

Test(transfer, x20_a_replaced_unit_keeps_seniority_binding_and_lease)
{
    static const struct turn turns[] = {
        {"3 x consume A sip n# user=maria",             "ok"                  },
        {"consume A mob m1 user=maria lease=60000",     "ok"                  },
        {"transfer sip n1 unit=x1",                     "ok"                  },
        {"held sip",                                    "x1 n2 n3"            },
        {"bound mob m1",                                "x1"                  },
        {"transfer mob m1 unit=m2",                     "ok"                  },
        {"bound sip x1",                                "m2"                  },
        {"lease mob m2",                                "2026-11-01T00:01:00Z"},
        {"access mob m1",                               "NOT_HELD"            },
        {"access mob m2",                               "yes"                 },
        {"transfer sip n1 unit=x2",                     "NOT_HELD n1"         },
        {"transfer sip n2 unit=x1",                     "UNIT_HELD A x1"      },
        {"transfer sip n2 unit=n2",                     "ok already"          },
        {"transfer sip n2 user=maria",                  "ok already"          },
 // The former unit is free.
        {"consume A sip n1",                            "ok"                  },
        {"state A sip",                                 "30/4/26"             },
 // A suspended one stays so, and the oldest stays the oldest.
        {"allocate A restricted force p : sip=2 mob=2", "ok"                  },
        {"held sip",                                    "x1 n2 (n3) (n1)"     },
        {"transfer sip n3 unit=a3",                     "ok"                  },
        {"transfer sip x1 unit=z1",                     "ok"                  },
        {"held sip",                                    "z1 n2 (a3) (n1)"     },
        {"release sip n2",                              "ok"                  },
        {"held sip",                                    "z1 a3 (n1)"          },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(transfer, x20_a_device_is_replaced_in_both_directions)
{
    static const struct turn turns[] = {
        {"consume A door AA:01 in",                "ok"               },
        {"consume A door AA:01 out",               "ok"               },
        {"transfer door aa01 unit=Bb:02",          "ok"               },
        {"held door",                              "bb02"             },
        {"transfer door bb02 unit=BB-02",          "ok already"       },
        {"transfer door bb02 unit=::",             "MALFORMED to_unit"},
        {"transfer door bb02 unit=:: user=nobody", "MALFORMED to_unit"},
        {"transfer door dd99 unit=::",             "MALFORMED to_unit"}, // comes first (X08)
        {"consume A door bb02 out",                "ok already"       },
        {"release door bb02 in",                   "ok"               },
        {"release door bb02 out",                  "ok"               },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(transfer, x20_another_user_gets_it_with_what_is_bound)
{
    static const struct turn turns[] = {
        {"consume A sip n1 user=maria",        "ok"            },
        {"consume A mob m1 user=maria",        "ok"            },
        {"transfer mob m1 user=peter",         "ok"            },
        {"bound mob m1",                       "n1"            },
        {"person maria sip",                   "30/0/29 by A"  },
        {"person peter sip",                   "30/1/29 by A"  },
        {"person peter mob",                   "30/1/29 by A"  },
        {"consume A sip n1 user=peter",        "ok already"    },
        {"consume A sip n1 user=maria",        "UNIT_HELD A n1"},
 // By the number the app goes along as well; and both at once with a new unit.
        {"transfer sip n1 unit=n2 user=maria", "ok"            },
        {"person peter mob",                   "30/0/29 by A"  },
        {"consume A mob m1 user=maria",        "ok already"    },
        {"consume A sip n3",                   "ok"            },
        {"transfer sip n3 user=peter",         "ok"            },
        {"person peter sip",                   "30/1/28 by A"  },
        {"member remove peter A cascade",      "ok"            },
        {"held sip",                           "n2"            },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(transfer, x20_the_new_user_is_asked_as_for_one_more_unit)
{
    static const struct turn turns[] = {
        {"consume A sip n1 user=maria",           "ok"                              },
        {"consume A mob m1 user=maria",           "ok"                              },
        {"transfer sip n1 user=nobody",           "UNKNOWN_USER nobody"             },
        {"transfer sip n1 user=paul",             "NOT_A_MEMBER A"                  },
        {"transfer sip n9 user=nobody",           "UNKNOWN_USER nobody; NOT_HELD n9"},
        {"consume A sip n2",                      "ok"                              },
        {"transfer sip n1 unit=n2 user=paul",     "NOT_A_MEMBER A; UNIT_HELD A n2"  },
        {"assign peter A sip=1 mob=1",            "ok"                              },
        {"transfer sip n1 user=peter",            "ok"                              },
        {"transfer sip n2 user=peter",            "USER_LIMIT A 1 of 1 sip"         },
        {"transfer sip n1 user=maria",            "ok"                              },
        {"transfer sip n2 user=peter",            "ok"                              },
 // The number would do, but not the app with it; and the other way round.
        {"transfer mob m1 user=peter",            "USER_LIMIT A 1 of 1 sip"         },
        {"release sip n2",                        "ok"                              },
        {"assign peter A sip=1",                  "ok"                              },
        {"transfer sip n1 user=peter",            "USER_LIMIT A 0 of 0 mob"         },
        {"unassign peter A",                      "ok"                              },
        {"member add peter C",                    "ok"                              },
        {"allocate C restricted",                 "ok"                              },
        {"transfer sip n1 user=peter",
         "STRICTEST_GROUP C 0 of 0 sip; STRICTEST_GROUP C 0 of 0 mob"               },
        {"allocate C restricted p : sip=1 mob=1", "ok"                              },
        {"transfer sip n1 user=peter",            "ok"                              },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(transfer, x20_is_refused_while_limited)
{
    static const struct turn turns[] = {
        {"consume A sip n1",          "ok"                         },
        {"license sip 30 per-server", "ok"                         },
        {"transfer sip n1 unit=n2",   "LIMITED_MODE /"             },
        {"transfer sip n9 unit=n2",   "LIMITED_MODE /; NOT_HELD n9"},
        {"eula 1",                    "ok"                         },
        {"transfer sip n1 unit=n2",   "ok"                         },
    };
    play_after(TURNS(base), TURNS(turns));
}

// R, X15: an agent passes on what is its own; the rest is not held, and who holds is not said.
Test(transfer, r_an_agent_passes_on_what_it_reaches)
{
    static const struct turn turns[] = {
        {"consume C sip c1",          "ok"                            },
        {"consume / sip s1",          "ok"                            },
        {"consume A/B sip n1",        "ok"                            },
        {"as intercom",               "ok"                            },
        {"transfer sip c1 unit=x1",   "NOT_HELD c1"                   },
        {"transfer sip s1 unit=x1",   "NOT_HELD s1"                   },
        {"transfer sip c1 user=paul", "UNKNOWN_USER paul; NOT_HELD c1"},
        {"transfer sip n1 user=paul", "UNKNOWN_USER paul"             },
        {"transfer sip n1 unit=c1",   "UNIT_HELD c1"                  },
        {"transfer sip n1 unit=s1",   "UNIT_HELD s1"                  },
        {"transfer sip n1 unit=x1",   "ok"                            },
        {"as owner",                  "ok"                            },
        {"transfer sip x1 unit=x2",   "FORBIDDEN"                     },
        {"release sip x1",            "ok"                            },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(transfer, x20_within_a_plan)
{
    static const struct turn turns[] = {
        {"plan consume A sip n1 | transfer sip n1 unit=n2 | consume A mob m1 needed=n2", "ok"            },
        {"bound mob m1",                                                                 "n2"            },
        {"plan transfer sip n2 unit=n3 | transfer sip n2 unit=n4",                       "1: NOT_HELD n2"},
        {"held sip",                                                                     "n2"            },
    };
    play_after(TURNS(base), TURNS(turns));
}
