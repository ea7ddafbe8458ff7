// Who may do what (R), keys (X19), and what is not told (B19, B20).
#include "projections/actors.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 30 per-server",  "ok"},
    {"eula 1",                     "ok"},
    {"group A",                    "ok"},
    {"group A/B",                  "ok"},
    {"group A/B/C",                "ok"},
    {"group D",                    "ok"},
    {"enrol dealer site_admin A",  "ok"},
    {"enrol house site_admin A/B", "ok"},
    {"enrol helper agent A/B",     "ok"},
    {"enrol wide agent /",         "ok"},
    {"enrol eye auditor A",        "ok"},
    {"user maria A/B",             "ok"},
    {"user dora D",                "ok"},
    {"consume D sip d1",           "ok"},
    {"consume A sip a1",           "ok"},
};

Test(actors, r_a_site_admin_rules_below_its_group_and_never_over_its_own_limits)
{
    static const struct turn turns[] = {
        {"as dealer",                           "ok"         },
        {"group A/E",                           "ok"         },
        {"group A/B/F",                         "ok"         },
        {"group E",                             "FORBIDDEN"  },
        {"group A",                             "FORBIDDEN"  },
        {"group D/E",                           "FORBIDDEN"  },
        {"group AB",                            "FORBIDDEN"  },
        {"allocate A/B restricted p : sip=3",   "ok"         },
        {"allocate A/B/C restricted p : sip=3", "ok"         },
        {"allocate A restricted p : sip=3",     "FORBIDDEN"  },
        {"allocate / oversubscribed",           "FORBIDDEN"  },
        {"allocate D restricted p : sip=3",     "FORBIDDEN"  },
        {"user paul A",                         "ok"         },
        {"user pia A/B/C",                      "ok"         },
        {"user pit D",                          "FORBIDDEN"  },
        {"member add maria A",                  "ok"         },
        {"member add maria D",                  "FORBIDDEN"  },
        {"member add dora A",                   "FORBIDDEN"  },
        {"assign maria A/B sip=1",              "ok"         },
        {"assign dora D sip=1",                 "FORBIDDEN"  },
        {"enrol a1 agent A",                    "ok"         },
        {"enrol a2 agent A/B",                  "ok"         },
        {"enrol a3 agent D",                    "FORBIDDEN"  },
        {"enrol a4 agent /",                    "FORBIDDEN"  },
        {"enrol s1 site_admin A/B",             "ok"         },
        {"enrol s2 site_admin A",               "FORBIDDEN"  },
        {"enrol u1 auditor A/B",                "FORBIDDEN"  },
        {"enrol boss server_admin /",           "FORBIDDEN"  },
        {"remove house",                        "ok"         },
        {"remove helper",                       "ok"         },
        {"remove dealer",                       "FORBIDDEN"  },
        {"remove eye",                          "FORBIDDEN"  },
        {"remove wide",                         "FORBIDDEN"  },
        {"remove admin",                        "FORBIDDEN"  },
        {"remove nobody",                       "FORBIDDEN"  },
        {"consume A sip n1",                    "FORBIDDEN"  },
        {"release sip a1",                      "ok"         },
        {"release sip d1",                      "NOT_HELD d1"},
        {"eula 1",                              "FORBIDDEN"  },
        {"license sip 9 per-server",            "FORBIDDEN"  },
        {"trust other.example",                 "FORBIDDEN"  },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actors, r_an_agent_takes_and_gives_back_within_its_group)
{
    static const struct turn turns[] = {
        {"as helper",                      "ok"                 },
        {"consume A/B sip n1",             "ok"                 },
        {"consume A/B/C sip n2",           "ok"                 },
        {"consume A sip n3",               "FORBIDDEN"          },
        {"consume D sip n3",               "FORBIDDEN"          },
        {"consume / sip n3",               "FORBIDDEN"          },
        {"consume A/B sip n3 user=maria",  "ok"                 },
        {"consume A/B sip n4 user=dora",   "UNKNOWN_USER dora"  },
        {"consume A/B sip n4 user=nobody", "UNKNOWN_USER nobody"},
        {"consume A/B sip d1",             "UNIT_HELD d1"       },
        {"release sip n1",                 "ok"                 },
        {"release sip a1",                 "NOT_HELD a1"        },
        {"release sip d1",                 "NOT_HELD d1"        },
        {"group A/B/G",                    "FORBIDDEN"          },
        {"allocate A/B/C restricted",      "FORBIDDEN"          },
        {"user paul A/B",                  "FORBIDDEN"          },
        {"member remove maria A/B",        "FORBIDDEN"          },
        {"assign maria A/B sip=1",         "FORBIDDEN"          },
        {"enrol x agent A/B",              "FORBIDDEN"          },
        {"remove helper",                  "FORBIDDEN"          },
        {"as wide",                        "ok"                 },
        {"consume / sip n5",               "ok"                 },
        {"consume D sip n6 user=dora",     "ok"                 },
        {"consume A/B sip n7 user=dora",   "NOT_A_MEMBER A/B"   },
        {"release sip d1",                 "ok"                 },
        {"group X",                        "FORBIDDEN"          },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actors, r_an_auditor_changes_nothing)
{
    static const struct turn turns[] = {
        {"as eye",                  "ok"          },
        {"group A/E",               "FORBIDDEN"   },
        {"allocate A/B restricted", "FORBIDDEN"   },
        {"user paul A",             "FORBIDDEN"   },
        {"consume A sip n1",        "FORBIDDEN"   },
        {"release sip a1",          "FORBIDDEN"   },
        {"enrol x agent A",         "FORBIDDEN"   },
        {"eula 1",                  "FORBIDDEN"   },
        {"plan group A/E",          "0: FORBIDDEN"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actors, b20_what_is_foreign_reads_the_same_whether_it_exists_or_not)
{
    static const struct turn turns[] = {
        {"as house",                    "ok"                 },
        {"allocate D restricted",       "FORBIDDEN"          },
        {"allocate nowhere restricted", "FORBIDDEN"          },
        {"allocate A restricted",       "FORBIDDEN"          },
        {"group D/x",                   "FORBIDDEN"          },
        {"group nowhere/x",             "FORBIDDEN"          },
        {"user dora D",                 "FORBIDDEN"          },
        {"user fresh D",                "FORBIDDEN"          },
        {"assign dora A/B sip=1",       "FORBIDDEN"          },
        {"assign nobody A/B sip=1",     "FORBIDDEN"          },
        {"remove dealer",               "FORBIDDEN"          },
        {"remove nobody",               "FORBIDDEN"          },
        {"allocate A/B/X restricted",   "UNKNOWN_GROUP A/B/X"},
    };
    play_after(TURNS(base), TURNS(turns));
}

// The asker stands in A/B: of its own path it sees the numbers, of a group beside it only that it
// is another group of the user.
Test(actors, r_a_refusal_hides_what_the_asker_may_not_read)
{
    static const struct turn turns[] = {
        {"allocate A restricted p : sip=2", "ok"                                              },
        {"consume A sip a2",                "ok"                                              },
        {"allocate D restricted p : sip=1", "ok"                                              },
        {"member add maria D",              "ok"                                              },
        {"as helper",                       "ok"                                              },
        {"consume A/B sip n1",              "LIMIT_REACHED A 2 of 2"                          },
        {"consume A/B sip n1 user=maria",   "LIMIT_REACHED A 2 of 2; STRICTEST_GROUP hidden"  },
        {"as admin",                        "ok"                                              },
        {"consume A/B sip n1 user=maria",   "LIMIT_REACHED A 2 of 2; STRICTEST_GROUP D 1 of 1"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actors, b42_a_membership_is_added_by_who_rules_all_the_users_groups)
{
    static const struct turn turns[] = {
        {"as house",                  "ok"       },
        {"member add maria A/B/C",    "ok"       },
        {"as dealer",                 "ok"       },
        {"member add maria A",        "ok"       },
        {"as house",                  "ok"       },
        {"member remove maria A/B/C", "FORBIDDEN"},
        {"assign maria A/B sip=1",    "FORBIDDEN"},
        {"as admin",                  "ok"       },
        {"member add maria D",        "ok"       },
        {"as dealer",                 "ok"       },
        {"member remove maria A",     "FORBIDDEN"},
        {"as admin",                  "ok"       },
        {"member remove maria D",     "ok"       },
        {"as dealer",                 "ok"       },
        {"member remove maria A",     "ok"       },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actors, r_a_name_and_a_key_are_enrolled_once_and_the_last_server_admin_stays)
{
    static const struct turn turns[] = {
        {"enrol dealer agent D",      "NAME_TAKEN dealer; KEY_TAKEN dealer"},
        {"enrol x agent X",           "UNKNOWN_GROUP X"                    },
        {"enrol x server_admin A",    "MALFORMED group"                    },
        {"enrol x site_admin /",      "MALFORMED group"                    },
        {"remove admin",              "LAST_SERVER_ADMIN admin"            },
        {"enrol boss server_admin /", "ok"                                 },
        {"as boss",                   "ok"                                 },
        {"remove admin",              "ok"                                 },
        {"remove admin",              "UNKNOWN_ACTOR admin"                },
        {"remove boss",               "LAST_SERVER_ADMIN boss"             },
        {"remove dealer",             "ok"                                 },
        {"enrol dealer site_admin D", "ok"                                 },
        {"as dealer",                 "ok"                                 },
        {"group A/E",                 "FORBIDDEN"                          },
        {"group D/E",                 "ok"                                 },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(actors, x19_the_recovery_key_enrols_a_server_admin_also_while_limited_and_nothing_else)
{
    static const struct turn turns[] = {
        {"license sip 9 per-server",  "ok"                    },
        {"enrol boss server_admin /", "LIMITED_MODE /"        },
        {"as recovery",               "ok"                    },
        {"enrol x agent A",           "FORBIDDEN"             },
        {"enrol x site_admin A",      "FORBIDDEN"             },
        {"eula 1",                    "FORBIDDEN"             },
        {"group X",                   "FORBIDDEN"             },
        {"release sip a1",            "FORBIDDEN"             },
        {"consume A sip n1",          "FORBIDDEN"             },
        {"remove admin",              "FORBIDDEN"             },
        {"enrol boss server_admin /", "ok"                    },
        {"as boss",                   "ok"                    },
        {"remove admin",              "ok"                    },
        {"remove recovery",           "UNKNOWN_ACTOR recovery"},
        {"eula 1",                    "ok"                    },
    };
    play_after(TURNS(base), TURNS(turns));
}

static void expect_must_sign(const struct company *company, const char *actor, const char *wanted)
{
    const struct state *state = company_state(company);
    const uint32_t      at = actor_by_name(state, bytes_of_text(actor));
    cr_assert(ne(u32, at, 0), "%s", actor);
    for (enum kind kind = CONSUMPTION; kind <= RELEASE; kind++) {
        cr_expect(eq(int, actor_must_sign(state, at, kind), strcmp(wanted, "all") == 0), "%s",
                  actor);
    }
    cr_expect(actor_must_sign(state, at, ALLOCATION), "%s", actor);
    cr_expect(actor_must_sign(state, at, PLAN), "%s", actor);
}

Test(actors, r_a_session_vouches_unless_the_author_or_the_policy_must_sign)
{
    static const struct turn turns[] = {
        {"license sip 5 per-server", "ok"},
        {"eula 1",                   "ok"},
        {"group G",                  "ok"},
        {"enrol door agent G",       "ok"},
        {"enrol gate agent G signs", "ok"},
        {"enrol site site_admin G",  "ok"},
        {"enrol server agent /",     "ok"},
    };
    static const struct turn foreign[] = {
        {"as site",   "ok"       },
        {"policy 5",  "FORBIDDEN"},
        {"as server", "ok"       },
        {"policy 5",  "FORBIDDEN"},
        {"as admin",  "ok"       },
    };
    struct company *company = company_open();
    cr_expect(eq(u32, server_at(company_state(company))->refusal_rate, REFUSAL_RATE_DEFAULT));
    play_on(company, TURNS(turns));
    play_on(company, TURNS(foreign));
    expect_must_sign(company, "door", "settings");
    expect_must_sign(company, "gate", "all");
    expect_said(company, "policy signs 60", "ok");
    cr_expect(eq(u32, server_at(company_state(company))->refusal_rate, 60));
    expect_must_sign(company, "door", "all");
    expect_must_sign(company, "gate", "all");
    expect_said(company, "policy 0", "ok");
    cr_expect(zero(u32, server_at(company_state(company))->refusal_rate));
    expect_must_sign(company, "door", "settings");
    expect_said(company, "password Admin", "ok");
    expect_said(company, "policy signs 60", "LIMITED_MODE /"); // a setting (T13)
    expect_must_sign(company, "door", "settings");
    company_close(company);
}
