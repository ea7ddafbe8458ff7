// Where a group stood at an event of the past.
#include "projections/places.h"

#include "projections/groups.h"
#include "tests/support/play.h"

#include <stdio.h>

static const struct turn turns[] = {
    {"license sip 30 per-server", "ok"}, // 2
    {"eula 1",                    "ok"}, // 3
    {"group A",                   "ok"}, // 4
    {"group A/B",                 "ok"}, // 5
    {"rename A C",                "ok"}, // 6
    {"group D",                   "ok"}, // 7
    {"move C/B D",                "ok"}, // 8
    {"rename D E",                "ok"}, // 9
    {"label E dealer",            "ok"}, // 10
    {"rename E/B F",              "ok"}, // 11
    {"move E/F /",                "ok"}, // 12
    {"drop C cascade",            "ok"}, // 13
};

static void expect_path(const struct company *company, uint64_t seq, const char *want)
{
    const struct state *state = company_state(company);
    uint8_t             room[PATH_SIZE_MAX + 1];
    struct buffer       path = buffer_over(room, sizeof room - 1);
    bool                is_elsewhere = false;
    const bool          is_known =
        place_path(state, group_find(state, bytes_of_text("F")), seq, &path, &is_elsewhere);
    room[path.size] = 0;
    const char *got = is_known ? (const char *)room : "unknown";
    cr_expect(strcmp(got, want) == 0, "event %llu: %s and not %s", (unsigned long long)seq, got,
              want);
    if (is_known)
        cr_expect(eq(int, is_elsewhere, seq <= 12), "event %llu", (unsigned long long)seq);
}

Test(places, an_event_finds_its_group_by_the_path_that_it_had)
{
    static const char *const paths[] = {
        [4] = "unknown", [5] = "A/B",  [6] = "A/B",  [7] = "C/B",  [8] = "C/B",
        [9] = "D/B",     [10] = "E/B", [11] = "E/B", [12] = "E/F", [13] = "F",
    };
    struct company *company = company_open();
    play_on(company, TURNS(turns) - 1);
    for (uint64_t seq = 4; seq <= 13; seq++)
        expect_path(company, seq, paths[seq]);
    // The group that it stood below is gone.
    play_on(company, &turns[11], 1);
    for (uint64_t seq = 4; seq <= 13; seq++)
        expect_path(company, seq, seq < 9 ? "unknown" : paths[seq]);
    const char *fault = state_check(company_state(company));
    cr_expect(fault == NULL, "%s", fault);
    company_close(company);
}

Test(places, only_the_newest_few_are_known)
{
    struct company *company = company_open();
    char            line[64];
    play_on(company, turns, 3);
    expect_said(company, "group F0", "ok"); // 5
    for (int i = 1; i <= 20; i++) {
        (void)snprintf(line, sizeof line, "rename F%d F%d", i - 1, i);
        expect_said(company, line, "ok"); // 5 + i
    }
    expect_said(company, "rename F20 F", "ok"); // 26
    expect_path(company, 18, "unknown");
    expect_path(company, 19, "F13");
    expect_path(company, 26, "F20");
    const char *fault = state_check(company_state(company));
    cr_expect(fault == NULL, "%s", fault);
    company_close(company);
}
