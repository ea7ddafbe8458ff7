// Time enters as events (D5): edges become boundaries, and nothing else moves.
#include "projections/digest.h"
#include "projections/schedule.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 9 per-server until 2026-12-24T00:00:00Z; sip 1 per-server", "ok"},
    {"eula 1",                                                                "ok"},
    {"group G",                                                               "ok"},
    {"allocate G restricted p from=2026-11-10 until=2026-11-20 : sip=3 ; q until=2026-11-20 : "
     "sip=2",                                                            "ok"},
    {"user maria G",                                                          "ok"},
    {"assign maria G from=2026-11-15 until=2026-12-31 sip=1",                 "ok"},
};

static void expect_next(struct company *company, const char *when)
{
    uint64_t   ms = TIME_NEVER;
    const bool is_never = strcmp(when, "never") == 0;
    cr_assert(is_never || time_from_text(bytes_of_text(when), &ms));
    cr_expect(eq(u64, schedule_next(company_state(company)), ms), "next is not %s", when);
}

Test(schedule, d5_every_edge_of_packages_entries_and_assignments_stands_in_order)
{
    static const char *const edges[] = {"2026-11-10", "2026-11-15", "2026-11-20",
                                        "2026-12-24", "2026-12-31", "never"};
    struct company          *company = company_open();
    play_on(company, TURNS(base));
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        expect_next(company, edges[i]);
        cr_expect(state_check(company_state(company)) == NULL);
        if (strcmp(edges[i], "never") == 0) break;
        const uint64_t size = server_at(company_state(company))->size;
        company_clock(company, edges[i]);
        cr_expect(eq(u64, server_at(company_state(company))->size, size + 1), "one boundary");
    }
    company_close(company);
}

// Missed while down: one boundary brings the same as one for each edge.
Test(schedule, d5_one_boundary_past_many_edges_settles_them_all)
{
    static const struct turn turns[] = {
        {"5 x consume G sip n#", "LIMIT_REACHED G 2 of 2"},
        {"clock 2026-11-12",     "ok"                    },
        {"consume G sip n3",     "ok"                    },
        {"clock 2027-01-01",     "ok"                    },
        {"state / sip",          "1/3/0"                 },
        {"state G sip",          "0/3/0"                 },
        {"held sip",             "(n1) (n2) (n3)"        },
        {"person maria sip",     "0/0/0 by G"            },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    expect_next(company, "never");
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}

Test(schedule, d5_time_between_two_edges_changes_nothing)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    const uint64_t size = server_at(company_state(company))->size;
    company_clock(company, "2026-11-09T23:59:59.999Z");
    cr_expect(eq(u64, server_at(company_state(company))->size, size));
    expect_said(company, "state G sip", "2/0/2");
    company_clock(company, "2026-11-10");
    cr_expect(eq(u64, server_at(company_state(company))->size, size + 1));
    expect_said(company, "state G sip", "5/0/5");
    company_close(company);
}

Test(schedule, an_edge_goes_with_what_it_belongs_to)
{
    static const struct turn turns[] = {
        {"allocate G restricted p until=2026-11-30 : sip=1", "ok"},
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    expect_next(company, "2026-11-15");
    expect_said(company, "unassign maria G", "ok");
    expect_next(company, "2026-11-30");
    expect_said(company, "allocate G", "ok");
    expect_next(company, "2026-12-24");
    expect_said(company, "license sip 5 per-server", "ok");
    expect_next(company, "2026-12-24"); // that of before the mode holds on
    expect_said(company, "eula 1", "ok");
    expect_next(company, "never");
    company_close(company);
}

Test(schedule, only_the_ledger_says_that_a_boundary_has_passed)
{
    struct company    *company = company_open();
    const struct event event = {.kind = BOUNDARY, .of.boundary = {.edge_ms = 1}};
    cr_expect(eq(int, company_propose(company, &event), FORBIDDEN));
    company_close(company);
}
