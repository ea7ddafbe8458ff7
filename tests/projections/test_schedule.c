// Time enters as events (D5): edges become boundaries, and nothing else moves.
#include "projections/digest.h"
#include "projections/schedule.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

#include <stdio.h>

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

// --- Slices: what follows from very many edges at one instant ---------------

enum { HOUSES = 120, WINDOWS = 29, HOUSE_LINE_SIZE = 2048 };

// Each house has a unit and so many windows with an edge on 2026-12-01. Of each three houses the
// first has less from then on, the second has something again, and the third nothing.
static void add_house(struct company *company, uint32_t house)
{
    static const char *const others[] = {"q from=2026-12-01 : sip=2", "q until=2026-11-20 : sip=1",
                                         "q until=2026-12-01 : sip=1"};
    char                     room[HOUSE_LINE_SIZE];
    struct buffer            line = buffer_over(room, sizeof room);
    buffer_printf(&line, "allocate G/h%u restricted %s", house, others[house % 3]);
    for (uint32_t i = 0; i < WINDOWS; i++) {
        buffer_printf(&line, " ; p%u %s=2026-12-01 : sip=1", i, house % 3 == 1 ? "from" : "until");
    }
    buffer_add_byte(&line, 0);
    cr_assert(line.size < sizeof room);
    char words[64];
    (void)snprintf(words, sizeof words, "group G/h%u", house);
    expect_said(company, words, "ok");
    expect_said(company, room, "ok");
    (void)snprintf(words, sizeof words, "consume G/h%u sip n%u", house, house);
    expect_said(company, words, "ok");
}

static struct company *many_houses(void)
{
    static const struct turn turns[] = {
        {"license sip 9000 per-server",                         "ok"},
        {"eula 1",                                              "ok"},
        {"group G",                                             "ok"},
        {"allocate G restricted p until=2026-12-31 : sip=9000", "ok"},
    };
    struct company *company = company_open();
    play_on(company, TURNS(turns));
    for (uint32_t i = 0; i < HOUSES; i++) {
        add_house(company, i);
    }
    return company;
}

static void expect_house(struct company *company, uint32_t house, bool is_over)
{
    static const struct {
        const char *before, *after;
        bool        is_cut_before, is_cut_after;
        const char *ended;
    } rows[] = {
        {"29/1/28", "2/1/1",   false, false, ""                },
        {"0/1/0",   "29/1/28", true,  false, "2026-11-20T00:00"},
        {"30/1/29", "0/1/0",   false, true,  "2026-12-01T00:00"},
    };
    char       line[64], denied[96];
    const bool is_cut = is_over ? rows[house % 3].is_cut_after : rows[house % 3].is_cut_before;
    (void)snprintf(line, sizeof line, "state G/h%u sip", house);
    expect_said(company, line, is_over ? rows[house % 3].after : rows[house % 3].before);
    (void)snprintf(line, sizeof line, "access sip n%u", house);
    (void)snprintf(denied, sizeof denied, "EXPIRED G/h%u 1 of 0 until %s:00Z", house,
                   rows[house % 3].ended);
    expect_said(company, line, is_cut ? denied : "yes");
}

static void expect_sound(struct company *company)
{
    const char *fault = state_check(company_state(company));
    cr_expect(fault == NULL, "%s", fault);
}

static void expect_houses(struct company *company, bool is_over)
{
    for (uint32_t i = 0; i < HOUSES; i++) {
        expect_house(company, i, is_over);
    }
    expect_sound(company);
}

Test(schedule, d5_a_boundary_settles_a_slice_and_what_waits_is_told_as_if_all_had)
{
    struct company *company = many_houses();
    company_clock(company, "2026-11-30T23:59:59.999Z");
    expect_houses(company, false);
    company_set_time(company, "2026-12-01");
    const uint64_t size = server_at(company_state(company))->size;
    uint32_t       slices = 0;
    for (; company_pass_slice(company); slices++) {
        expect_houses(company, true);
        expect_said(company, "state G sip", "9000/120/8880");
    }
    const uint32_t edges = HOUSES * WINDOWS + 2 * HOUSES / 3;
    cr_expect(eq(u32, slices, (edges + BOUNDARY_EDGE_MAX - 1) / BOUNDARY_EDGE_MAX));
    cr_expect(eq(u64, server_at(company_state(company))->size, size + slices));
    expect_said(company, "more G sip",
                "on own 9000 unallocated 7760 suspended 40 at G until 2026-12-31T00:00:00Z next "
                "2026-12-31T00:00:00Z=0");
    expect_next(company, "2026-12-31");
    company_close(company);
}

// Units come and go between the slices, in houses that are settled and in others.
static const struct turn between[] = {
    {"consume G/h119 sip m1",                                           "EXPIRED G/h119 1 of 0 until 2026-12-01T00:00:00Z"},
    {"consume G/h117 sip m2",                                           "ok"                                              },
    {"state G/h117 sip",                                                "2/2/0"                                           },
    {"access sip m2",                                                   "yes"                                             },
    {"access sip n117",                                                 "yes"                                             },
    {"consume G/h117 sip m3",                                           "LIMIT_REACHED G/h117 2 of 2"                     },
    {"consume G/h118 sip m4",                                           "ok"                                              },
    {"access sip n118",                                                 "yes"                                             },
    {"release sip n115",                                                "ok"                                              },
    {"state G/h115 sip",                                                "29/0/29"                                         },
    {"state G sip",                                                     "9000/121/8879"                                   },
    {"consume G/h2 sip m5",                                             "EXPIRED G/h2 1 of 0 until 2026-12-01T00:00:00Z"  },
    {"allocate G/h116 restricted p : sip=1",                            "ok"                                              },
    {"access sip n116",                                                 "yes"                                             },
    {"plan release sip n0 | consume G/h0 sip m6 | consume G/h2 sip m7",
     "2: EXPIRED G/h2 1 of 0 until 2026-12-01T00:00:00Z"                                                                  },
};

Test(schedule, d5_between_slices_everything_is_judged_by_the_limits_of_now)
{
    struct company *company = many_houses();
    company_rehearse(company);
    company_clock(company, "2026-11-20");
    company_set_time(company, "2026-12-01");
    cr_assert(company_pass_slice(company));
    play_on(company, TURNS(between));
    expect_sound(company);
    while (company_pass_slice(company)) {
    }
    cr_expect(company_is_intact(company), "a rehearsal left something behind");
    expect_sound(company);
    expect_said(company, "state G sip", "9000/121/8879");
    expect_said(company, "more G/h117 sip",
                "on own 2 unallocated 2 at G/h117 until 2026-12-31T00:00:00Z "
                "next 2026-12-31T00:00:00Z=0");
    company_close(company);
}

Test(schedule, d5_the_same_log_settles_to_the_same_digest_slice_by_slice)
{
    struct hash digests[2][8];
    uint32_t    counts[2] = {0, 0};
    for (uint32_t i = 0; i < 2; i++) {
        struct company *company = many_houses();
        if (i == 1) company_rehearse(company); // records go and come again at other places
        company_set_time(company, "2026-12-01");
        for (; company_pass_slice(company); counts[i]++) {
            cr_assert(counts[i] < 8);
            if (counts[i] == 0) play_on(company, TURNS(between));
            cr_assert(eq(int, digest_of(company_state(company), &digests[i][counts[i]]), OK));
        }
        company_close(company);
    }
    cr_expect(eq(u32, counts[0], counts[1]));
    for (uint32_t i = 0; i < counts[0]; i++) {
        cr_expect(memcmp(digests[0][i].at, digests[1][i].at, sizeof digests[0][i].at) == 0);
    }
}

Test(schedule, d5_a_boundary_neither_goes_back_nor_ahead_nor_tells_of_nothing)
{
    static const struct {
        const char *when;
        int64_t     edge_ms; // from the instant at which the windows end
        bool        is_fine;
    } rows[] = {
        {"before its time",                    2,  false},
        {"before the edges that are due",      -1, false},
        {"of the edges that are due",          1,  true },
        {"back to an instant before the last", 0,  false},
        {"again, for the slice that is left",  1,  true },
        {"again, for the next",                1,  true },
        {"again, for the last",                1,  true },
        {"again, for nothing",                 1,  false},
    };
    struct company *company = many_houses();
    uint64_t        edge_ms = 0;
    cr_assert(time_from_text(bytes_of_text("2026-12-01"), &edge_ms));
    company_clock(company, "2026-11-20");
    company_set_time(company, "2026-12-01T00:00:00.001Z");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct event event = {.kind = BOUNDARY,
                                    .of.boundary.edge_ms = edge_ms + (uint64_t)rows[i].edge_ms};
        cr_expect(
            eq(int, company_propose_own(company, &event), rows[i].is_fine ? ACCEPTED : MALFORMED),
            "when %s", rows[i].when);
    }
    company_close(company);
}

// Between slices events go on at the boundary's own instant; a later one needs a boundary first.
Test(schedule, d5_no_event_is_later_than_the_newest_boundary_while_edges_are_due)
{
    struct company     *company = many_houses();
    const struct state *state = company_state(company);
    uint64_t            edge_ms = 0;
    cr_assert(time_from_text(bytes_of_text("2026-12-01"), &edge_ms));
    company_clock(company, "2026-11-20");
    cr_expect(not(schedule_is_late(state, edge_ms - 1)), "before the edge");
    cr_expect(schedule_is_late(state, edge_ms), "at the edge, without its boundary");
    company_set_time(company, "2026-12-01");
    cr_assert(company_pass_slice(company));
    cr_expect(not(schedule_is_late(state, edge_ms)), "between the slices");
    cr_expect(schedule_is_late(state, edge_ms + 1), "between the slices, later");
    while (company_pass_slice(company)) {
    }
    cr_expect(not(schedule_is_late(state, edge_ms + 1)), "after all of them");
    company_close(company);
}
