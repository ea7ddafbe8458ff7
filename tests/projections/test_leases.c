// Holdings for a time: X11, with what is bound, suspended or limited meanwhile.
#include "projections/digest.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/schedule.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 30 per-server; mob 30 per-server needs sip; door 9 per-device", "ok"},
    {"eula 1",                                                                    "ok"},
    {"group A",                                                                   "ok"},
    {"group A/B",                                                                 "ok"},
    {"user maria A",                                                              "ok"},
    {"enrol intercom agent A/B",                                                  "ok"},
    {"enrol owner site_admin A",                                                  "ok"},
};

// The clock begins at 2026-11-01T00:00.
Test(leases, x11_a_lease_is_at_least_a_minute)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=59999", "MALFORMED lease"     },
        {"consume A sip n1 lease=60000", "ok"                  },
        {"consume A sip n2 set=S",       "MALFORMED lease"     },
        {"lease sip n1",                 "2026-11-01T00:01:00Z"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, x11_what_is_not_renewed_in_time_is_released)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000",   "ok"         },
        {"consume A sip n2",               "ok"         },
        {"lease sip n2",                   "none"       },
        {"clock 2026-11-01T00:00:59.999Z", "ok"         },
        {"access sip n1",                  "yes"        },
        {"state A sip",                    "30/2/28"    },
        {"clock 2026-11-01T00:01:00Z",     "ok"         },
        {"access sip n1",                  "NOT_HELD"   },
        {"state A sip",                    "30/1/29"    },
        {"renew sip n1",                   "NOT_HELD n1"},
        {"release sip n1",                 "NOT_HELD n1"},
        {"consume A/B sip n1",             "ok"         },
        {"clock 2027-11-01T00:01:00Z",     "ok"         },
        {"held sip",                       "n2 n1"      },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, x11_a_renewal_begins_the_lease_anew)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000",   "ok"                      },
        {"renew sip n1",                   "ok already"              },
        {"clock 2026-11-01T00:00:59.999Z", "ok"                      },
        {"renew sip n1",                   "ok"                      },
        {"renew sip n1",                   "ok already"              },
        {"lease sip n1",                   "2026-11-01T00:01:59.999Z"},
        {"clock 2026-11-01T00:01:59.998Z", "ok"                      },
        {"held sip",                       "n1"                      },
        {"clock 2026-11-01T00:01:59.999Z", "ok"                      },
        {"renew sip n1",                   "NOT_HELD n1"             },
        {"held sip",                       ""                        },
 // What is held for good needs no renewal.
        {"consume A sip n2",               "ok"                      },
        {"renew sip n2",                   "ok already"              },
        {"renew sip n9",                   "NOT_HELD n9"             },
        {"renew foo n2",                   "NOT_HELD n2"             },
        {"renew set A S",                  "NOT_HELD S"              },
        {"renew set X S",                  "NOT_HELD S"              },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, x11_asking_again_renews)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000",          "ok"                  },
        {"consume A sip n1 lease=60000",          "ok already"          },
        {"consume A sip n1",                      "ok already"          },
        {"clock 2026-11-01T00:00:30Z",            "ok"                  },
        {"consume A sip n1",                      "ok"                  },
        {"lease sip n1",                          "2026-11-01T00:01:30Z"},
        {"consume A sip n1",                      "ok already"          },
        {"consume A sip n1 lease=120000",         "ok"                  },
        {"lease sip n1",                          "2026-11-01T00:02:30Z"},
        {"consume A sip n1 lease=120000",         "ok already"          },
        {"consume A sip n1 user=maria",           "UNIT_HELD A n1"      },
        {"consume A/B sip n1 lease=60000",        "UNIT_HELD A n1"      },
        {"lease sip n1",                          "2026-11-01T00:02:30Z"},
 // Held for good, it is asked for with a lease: from then on it has one.
        {"consume A sip n2",                      "ok"                  },
        {"consume A sip n2 lease=60000",          "ok"                  },
        {"lease sip n2",                          "2026-11-01T00:01:30Z"},
        {"clock 2026-11-01T00:01:30Z",            "ok"                  },
        {"held sip",                              "n1"                  },
 // In any state: with no room left, blocked, or limited.
        {"allocate A restricted force p : sip=0", "ok"                  },
        {"block A",                               "ok"                  },
        {"consume A sip n1",                      "ok"                  },
        {"lease sip n1",                          "2026-11-01T00:03:30Z"},
        {"held sip",                              "(n1)"                },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, x11_a_set_is_renewed_by_one_and_ends_whole)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000 set=night",     "ok"                  },
        {"consume A door d1 in lease=60000 set=night", "ok"                  },
        {"consume A sip n2 lease=60000",               "ok"                  },
        {"consume A/B sip n3 lease=60000 set=night",   "ok"                  },
        {"clock 2026-11-01T00:00:30Z",                 "ok"                  },
        {"renew sip n1",                               "ok"                  },
        {"lease door d1",                              "2026-11-01T00:01:30Z"},
        {"lease sip n2",                               "2026-11-01T00:01:00Z"},
        {"lease sip n3",                               "2026-11-01T00:01:00Z"},
        {"renew set A night",                          "ok already"          },
        {"renew set A/B night",                        "ok"                  },
        {"renew set A/B day",                          "NOT_HELD day"        },
 // One more with another length: the length told last holds for all.
        {"clock 2026-11-01T00:01:00Z",                 "ok"                  },
        {"consume A sip n4 lease=90000 set=night",     "ok"                  },
        {"lease door d1",                              "2026-11-01T00:02:30Z"},
        {"held sip",                                   "n1 n3 n4"            },
        {"release sip n1",                             "ok"                  },
        {"clock 2026-11-01T00:02:29.999Z",             "ok"                  },
        {"held door",                                  "d1"                  },
        {"held sip",                                   "n4"                  },
        {"clock 2026-11-01T00:02:30Z",                 "ok"                  },
        {"held door",                                  ""                    },
        {"held sip",                                   ""                    },
        {"renew set A night",                          "NOT_HELD night"      },
        {"consume A sip n1 lease=60000 set=night",     "ok"                  },
        {"lease sip n1",                               "2026-11-01T00:03:30Z"},
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, x11_asking_again_moves_into_the_set_that_is_told)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000 set=S",  "ok"                  },
        {"consume A sip n2 lease=60000 set=S",  "ok"                  },
        {"consume A sip n3 lease=60000",        "ok"                  },
        {"consume A sip n1 lease=90000",        "ok"                  },
        {"lease sip n1",                        "2026-11-01T00:01:30Z"},
        {"lease sip n2",                        "2026-11-01T00:01:00Z"},
        {"consume A sip n3 lease=120000 set=S", "ok"                  },
        {"lease sip n2",                        "2026-11-01T00:02:00Z"},
        {"consume A sip n2 lease=120000 set=T", "ok"                  },
        {"consume A sip n3 lease=120000 set=T", "ok"                  },
        {"renew set A S",                       "NOT_HELD S"          },
        {"renew set A T",                       "ok already"          },
        {"clock 2026-11-01T00:01:30Z",          "ok"                  },
        {"held sip",                            "n2 n3"               },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, x11_no_lease_ends_while_limited_and_each_runs_one_full_length_then)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000",                           "ok"                  },
        {"consume A sip n2 lease=90000 set=S",                     "ok"                  },
        {"consume A sip n3 user=maria",                            "ok"                  },
        {"clock 2026-11-01T00:00:59.999Z",                         "ok"                  },
        {"license sip 30 per-server; mob 30 per-server needs sip", "ok"                  },
        {"lease sip n1",                                           "held"                },
        {"clock 2026-11-01T00:01:00Z",                             "ok"                  },
        {"clock 2026-11-01T12:00:00Z",                             "ok"                  },
        {"held sip",                                               "n1 n2 n3"            },
        {"renew sip n2",                                           "ok"                  },
        {"renew set A S",                                          "ok already"          },
        {"clock 2026-11-01T13:00:00Z",                             "ok"                  },
        {"eula 1",                                                 "ok"                  },
        {"lease sip n1",                                           "2026-11-01T13:01:00Z"},
        {"lease sip n2",                                           "2026-11-01T13:01:30Z"},
        {"clock 2026-11-01T13:00:30Z",                             "ok"                  },
 // Accepted once more while normal, nothing begins anew.
        {"eula 1",                                                 "ok"                  },
        {"lease sip n1",                                           "2026-11-01T13:01:00Z"},
        {"renew set A S",                                          "ok"                  },
        {"clock 2026-11-01T13:00:59.999Z",                         "ok"                  },
        {"held sip",                                               "n1 n2 n3"            },
        {"clock 2026-11-01T13:01:00Z",                             "ok"                  },
        {"held sip",                                               "n2 n3"               },
        {"clock 2026-11-01T13:01:59.999Z",                         "ok"                  },
        {"held sip",                                               "n2 n3"               },
        {"clock 2026-11-01T13:02:00Z",                             "ok"                  },
        {"held sip",                                               "n3"                  },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, x11_after_a_start_each_runs_one_full_length_again)
{
    static const struct turn turns[] = {
        {"resume 2026-11-01",              "refused"                 },
        {"consume A sip n1 lease=60000",   "ok"                      },
        {"consume A sip n2 lease=90000",   "ok"                      },
        {"resume 2026-11-02",              "ok"                      },
        {"held sip",                       "n1 n2"                   },
        {"lease sip n1",                   "2026-11-02T00:01:00Z"    },
        {"clock 2026-11-02T00:00:59.999Z", "ok"                      },
        {"renew sip n2",                   "ok"                      },
        {"held sip",                       "n1 n2"                   },
        {"clock 2026-11-02T00:01:00Z",     "ok"                      },
        {"held sip",                       "n2"                      },
        {"lease sip n2",                   "2026-11-02T00:02:29.999Z"},
        {"clock 2026-11-02T00:02:29.999Z", "ok"                      },
        {"held sip",                       ""                        },
        {"resume 2026-11-03",              "refused"                 },
    };
    play_after(TURNS(base), TURNS(turns));
}

// Started again while limited: the mode holds them on, and leaving it is the later beginning.
Test(leases, x11_a_start_while_limited)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000", "ok"                  },
        {"license sip 30 per-server",    "ok"                  },
        {"resume 2026-11-02",            "ok"                  },
        {"lease sip n1",                 "held"                },
        {"clock 2026-11-03",             "ok"                  },
        {"eula 1",                       "ok"                  },
        {"lease sip n1",                 "2026-11-03T00:01:00Z"},
        {"clock 2026-11-03T00:01:00Z",   "ok"                  },
        {"held sip",                     ""                    },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, b11_the_end_of_a_lease_takes_along_what_stands_on_it)
{
    static const struct turn turns[] = {
        {"consume A sip n1 user=maria lease=60000",       "ok"     },
        {"consume A mob m1 user=maria",                   "ok"     },
        {"consume A sip n2 user=maria",                   "ok"     },
        {"consume A mob m2 user=maria lease=60000",       "ok"     },
 // Both in one set, which their end takes apart.
        {"consume A sip n3 user=maria lease=60000 set=S", "ok"     },
        {"consume A mob m3 user=maria lease=60000 set=S", "ok"     },
        {"clock 2026-11-01T00:01:00Z",                    "ok"     },
        {"held sip",                                      "n2"     },
        {"held mob",                                      ""       },
        {"bound sip n2",                                  "none"   },
        {"state A mob",                                   "30/0/30"},
    };
    play_after(TURNS(base), TURNS(turns));
}

// X11 and D5: at one instant leases end before windows do, and what they leave is free at once.
Test(leases, d5_a_lease_ends_before_a_window_of_the_same_instant)
{
    static const struct turn turns[] = {
        {"allocate A restricted p until=2026-11-01T00:01:00Z : sip=2; q : sip=1", "ok"      },
        {"consume A sip n1 lease=60000",                                          "ok"      },
        {"consume A sip n2",                                                      "ok"      },
        {"consume A sip n3",                                                      "ok"      },
        {"clock 2026-11-01T00:00:59.999Z",                                        "ok"      },
        {"held sip",                                                              "n1 n2 n3"},
        {"clock 2026-11-01T00:01:00Z",                                            "ok"      },
        {"held sip",                                                              "n2 (n3)" },
        {"state A sip",                                                           "1/2/0"   },
        {"access sip n2",                                                         "yes"     },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, x11_a_suspended_holding_has_its_lease_and_its_end_wakes_the_next)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000",          "ok"          },
        {"consume A sip n2 lease=90000",          "ok"          },
        {"consume A sip n3",                      "ok"          },
        {"allocate A restricted force p : sip=1", "ok"          },
        {"held sip",                              "n1 (n2) (n3)"},
        {"renew sip n2",                          "ok already"  },
        {"clock 2026-11-01T00:01:00Z",            "ok"          },
        {"held sip",                              "n2 (n3)"     },
        {"clock 2026-11-01T00:01:30Z",            "ok"          },
        {"held sip",                              "n3"          },
    };
    play_after(TURNS(base), TURNS(turns));
}

Test(leases, r_an_agent_renews_in_its_subtree_only)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000 set=S",   "ok"         },
        {"consume A/B sip n2 lease=60000 set=S", "ok"         },
        {"clock 2026-11-01T00:00:30Z",           "ok"         },
        {"as intercom",                          "ok"         },
        {"renew sip n1",                         "NOT_HELD n1"},
        {"renew set A S",                        "NOT_HELD S" },
        {"renew sip n2",                         "ok"         },
        {"renew set A/B S",                      "ok already" },
        {"as owner",                             "ok"         },
        {"renew sip n2",                         "FORBIDDEN"  },
    };
    play_after(TURNS(base), TURNS(turns));
}

// T10, T11: a device that is met in two directions, with a lease and something that stands on it.
Test(leases, t10_t11_a_leased_device_in_both_directions)
{
    static const struct turn turns[] = {
        {"license door 3 per-device; app 9 per-server needs door", "ok"                    },
        {"eula 1",                                                 "ok"                    },
        {"consume A door AA:01 in lease=60000",                    "ok"                    },
        {"consume A app a1 needed=aa01",                           "ok"                    },
        {"consume A door aa-02 out",                               "ok"                    },
        {"consume A door aa.03 in",                                "ok"                    },
        {"consume A door aa04 in",                                 "LIMIT_REACHED / 3 of 3"},
        {"clock 2026-11-01T00:00:30Z",                             "ok"                    },
 // The other direction of a known device renews its lease, and takes no room.
        {"consume A door aa01 out",                                "ok"                    },
        {"state A door",                                           "3/3/0"                 },
        {"lease door AA01",                                        "2026-11-01T00:01:30Z"  },
        {"release door aa01 in",                                   "ok"                    },
        {"release door aa01 in",                                   "NOT_HELD aa01"         },
        {"release door aa01 out",                                  "UNIT_IN_USE A a1"      },
        {"renew door Aa 01",                                       "NOT_HELD Aa"           },
        {"clock 2026-11-01T00:01:30Z",                             "ok"                    },
        {"held door",                                              "aa02 aa03"             },
        {"held app",                                               ""                      },
        {"consume A door aa04 in",                                 "ok"                    },
    };
    play_after(TURNS(base), TURNS(turns));
}

// One renewal, one edge: what was renewed makes no boundary at its former end.
Test(leases, x11_a_renewed_lease_has_no_edge_at_its_former_end)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    expect_said(company, "consume A sip n1 lease=60000", "ok");
    company_clock(company, "2026-11-01T00:00:59Z");
    expect_said(company, "renew sip n1", "ok");
    const uint64_t size = server_at(company_state(company))->size;
    company_clock(company, "2026-11-01T00:01:58.999Z");
    cr_expect(eq(u64, server_at(company_state(company))->size, size));
    company_clock(company, "2026-11-01T00:01:59Z");
    cr_expect(eq(u64, server_at(company_state(company))->size, size + 1));
    expect_said(company, "held sip", "");
    company_close(company);
}

// The length, the beginning and the set are all of what a state means.
Test(leases, x11_the_digest_tells_leases_apart)
{
    static const char *const lines[] = {
        "consume A sip n1",
        "consume A sip n1 lease=60000",
        "consume A sip n1 lease=60001",
        "consume A sip n1 lease=60000 set=S",
        "consume A sip n1 service",
    };
    enum { LINE_COUNT = sizeof lines / sizeof lines[0] };
    struct hash digests[LINE_COUNT];
    for (size_t i = 0; i < LINE_COUNT; i++) {
        struct company *company = company_open();
        play_on(company, TURNS(base));
        expect_said(company, lines[i], "ok");
        cr_assert(eq(int, digest_of(company_state(company), &digests[i]), OK));
        for (size_t j = 0; j < i; j++)
            cr_expect(ne(int, memcmp(&digests[i], &digests[j], sizeof digests[i]), 0), "%s",
                      lines[i]);
        company_close(company);
    }
}

// T13: what is held is no new equipment, for as long as it is held: its lease is asked for,
// renewed, given back. What is taken newly is equipment, but for a user's unit of what is
// allocated.
Test(leases, t13_while_limited_what_is_held_goes_on_and_no_equipment_comes)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000",                                              "ok"              },
        {"consume A sip n2 user=maria",                                               "ok"              },
        {"consume A mob m2 user=maria lease=60000 set=S",                             "ok"              },
        {"consume A door d1 in lease=60000",                                          "ok"              },
        {"consume A door d2 in",                                                      "ok"              },
        {"license sip 30 per-server; mob 30 per-server needs sip; door 9 per-device", "ok"              },
        {"clock 2026-11-01T00:10:00Z",                                                "ok"              },
        {"renew sip n1",                                                              "ok"              },
        {"renew set A S",                                                             "ok"              },
        {"consume A door d1 in lease=60000",                                          "ok"              },
        {"consume A door d1 out",                                                     "ok"              },
        {"consume A door d2 in lease=90000",                                          "ok"              },
        {"consume A sip n1 lease=60000 set=S",                                        "ok"              },
        {"consume A door d3 in lease=60000",                                          "LIMITED_MODE /"  },
        {"consume A sip n3 lease=60000",                                              "LIMITED_MODE /"  },
        {"consume A sip n3 user=maria lease=60000",                                   "ok"              },
        {"consume A mob m3 user=maria",                                               "ok"              },
        {"bound mob m3",                                                              "n3"              },
        {"transfer sip n1 unit=n9",                                                   "LIMITED_MODE /"  },
        {"release door d1 in",                                                        "ok"              },
        {"release door d2",                                                           "ok"              },
        {"consume A door d2 in",                                                      "LIMITED_MODE /"  },
        {"release sip n3",                                                            "UNIT_IN_USE A m3"},
        {"release sip n3 cascade",                                                    "ok"              },
        {"held sip",                                                                  "n1 n2"           },
        {"clock 2026-11-01T01:00:00Z",                                                "ok"              },
        {"held door",                                                                 "d1"              },
        {"eula 1",                                                                    "ok"              },
        {"clock 2026-11-01T01:01:00Z",                                                "ok"              },
        {"held sip",                                                                  "n2"              },
        {"held mob",                                                                  ""                },
        {"held door",                                                                 ""                },
    };
    play_after(TURNS(base), TURNS(turns));
}

// A smaller file and the mode: what is pending keeps its lease, and the end of a lease under the
// cut wakes the oldest that was cut off.
Test(leases, x11_t16_pending_holdings_keep_their_leases)
{
    static const struct turn turns[] = {
        {"consume A sip n1 lease=60000",   "ok"                               },
        {"consume A sip n2",               "ok"                               },
        {"consume A sip n3 lease=90000",   "ok"                               },
        {"license sip 1 per-server",       "ok"                               },
        {"clock 2026-11-01T01:00:00Z",     "ok"                               },
        {"mode",                           "limited license_updated pending 2"},
        {"access sip n3",                  "yes"                              },
        {"eula 1",                         "ok"                               },
        {"held sip",                       "n1 (n2) (n3)"                     },
        {"clock 2026-11-01T01:00:59.999Z", "ok"                               },
        {"access sip n2",                  "LIMIT_REACHED / 3 of 1"           },
        {"clock 2026-11-01T01:01:00Z",     "ok"                               },
        {"held sip",                       "n2 (n3)"                          },
        {"clock 2026-11-01T01:01:30Z",     "ok"                               },
        {"held sip",                       "n2"                               },
    };
    play_after(TURNS(base), TURNS(turns));
}

static bool has_ended(struct company *company, const char *unit)
{
    const struct state *state = company_state(company);
    const uint32_t      at = unit_find(state, bytes_of_text("sip"), bytes_of_text(unit));
    return at == 0 || lease_is_over(state, at, company_now(company));
}

// More leases end at one instant than one boundary releases: they are over at once, all of them,
// and what is over is not renewed, gives no access, and is nobody's to ask for again.
Test(leases, x11_a_lease_that_is_over_waits_for_its_boundary_only)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    expect_said(company, "license sip 5000 per-server", "ok");
    expect_said(company, "eula 1", "ok");
    expect_said(company, "1500 x consume A sip n# lease=60000", "ok");
    expect_said(company, "600 x consume A sip s# lease=60000 set=S", "ok");
    expect_said(company, "consume A sip last lease=60000", "ok");
    company_set_time(company, "2026-11-01T00:00:59.999Z");
    cr_expect(not(has_ended(company, "last")));
    expect_said(company, "access sip last", "yes");
    company_set_time(company, "2026-11-01T00:01:00Z");
    cr_expect(has_ended(company, "last"));
    cr_assert(company_pass_slice(company));
    expect_said(company, "state A sip", "5000/1101/3899");
    expect_said(company, "access sip last", "NOT_HELD");
    expect_said(company, "renew sip last", "NOT_HELD last");
    expect_said(company, "renew set A S", "NOT_HELD S");
    expect_said(company, "consume A sip last lease=60000", "UNIT_HELD A last");
    expect_said(company, "transfer sip last unit=x", "NOT_HELD last");
    // A set of the same name is another one.
    expect_said(company, "consume A sip new lease=60000 set=S", "ok");
    expect_said(company, "lease sip s600", "2026-11-01T00:01:00Z");
    expect_said(company, "renew set A S", "ok already");
    // Within the large set one goes after the other.
    cr_assert(company_pass_slice(company));
    expect_said(company, "state A sip", "5000/102/4898");
    expect_said(company, "access sip s600", "NOT_HELD");
    expect_said(company, "release sip s600", "ok");
    cr_expect(state_check(company_state(company)) == NULL);
    cr_assert(company_pass_slice(company));
    cr_expect(not(company_pass_slice(company)));
    expect_said(company, "held sip", "new");
    expect_said(company, "lease sip new", "2026-11-01T00:02:00Z");
    const char *fault = state_check(company_state(company));
    cr_expect(fault == NULL, "%s", fault);
    company_close(company);
}
