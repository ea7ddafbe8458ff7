// Ledger time out of clocks that may be wrong (X07).
#include "api/daemon/clock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define START ((uint64_t)1793491200000)
#define HOUR  ((int64_t)3600 * 1000)
#define DAY   (24 * HOUR)

// One look per row; times are relative to the start.
struct look {
    const char *when;
    int64_t     wall_ms, boot_ms; // since the start
    int64_t     now_ms;           // ledger time that must come out
    bool        is_step, is_held;
};

static struct clock_reading reading(int64_t wall_ms, int64_t boot_ms)
{
    return (struct clock_reading){START + (uint64_t)wall_ms, 1000000 + (uint64_t)boot_ms};
}

static void look_at_all(struct clock *clock, const struct look *looks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct look *row = &looks[i];
        bool               is_step = false;
        const uint64_t now_ms = clock_look(clock, reading(row->wall_ms, row->boot_ms), &is_step);
        cr_expect(eq(u64, now_ms, START + (uint64_t)row->now_ms), "when %s", row->when);
        cr_expect(eq(int, is_step, row->is_step), "when %s", row->when);
        cr_expect(eq(int, clock->is_held, row->is_held), "when %s", row->when);
    }
}

#define LOOK_AT(clock, looks) look_at_all(clock, looks, sizeof(looks) / sizeof(looks)[0])

Test(clock, x07_follows_the_wall_clock_and_never_goes_back)
{
    static const struct look looks[] = {
        {"it starts",                0,     0,    0,    false, false},
        {"a second passes",          1000,  1000, 1000, false, false},
        {"it is set back a little",  -500,  1001, 1000, false, false},
        {"it comes up again",        900,   1002, 1000, false, false},
        {"it has caught up",         1100,  1003, 1100, false, false},
        {"it is set back 2 s",       -900,  1004, 1100, false, false},
        {"it is set back much more", -3000, 1005, 1100, true,  false},
        {"it goes on from there",    -2000, 2005, 1100, false, false},
        {"it has caught up again",   1200,  5205, 1200, false, false},
    };
    struct clock clock;
    clock_init(&clock, reading(0, 0), START, false);
    LOOK_AT(&clock, looks);
    cr_expect(eq(u64, clock.step_back_count, 1));
    cr_expect(eq(u64, clock.step_back_ms, 2100));
}

Test(clock, x07_a_jump_ahead_is_held_until_it_is_confirmed)
{
    static const struct look before[] = {
        {"it starts",                       0,      0,     0,     false, false},
        {"it runs fast, but not too fast",  60000,  0,     60000, false, false},
        {"it is one millisecond too fast",  60001,  0,     60000, true,  true },
        {"it is still ahead",               70000,  9000,  60000, false, true },
        {"it would be right again by time", 100000, 99000, 60000, false, true },
    };
    static const struct look after[] = {
        {"it was confirmed",          100001, 99001, 100001, false, false},
        {"the same allowance begins", 160000, 99001, 160000, false, false},
        {"and ends",                  160002, 99001, 160000, true,  true },
    };
    struct clock clock;
    clock_init(&clock, reading(0, 0), START, false);
    LOOK_AT(&clock, before);
    clock_confirm(&clock, reading(100000, 99000));
    LOOK_AT(&clock, after);
}

Test(clock, x07_a_start_long_after_the_last_event_is_held)
{
    const int64_t bound_ms = (int64_t)CLOCK_START_MS;
    struct clock  clock;
    bool          is_step = false;
    clock_init(&clock, reading(bound_ms, 0), START, false);
    cr_expect(not(clock.is_held));
    clock_init(&clock, reading(bound_ms + 1, 0), START, false);
    cr_expect(clock.is_held);
    cr_expect(eq(u64, clock_look(&clock, reading(bound_ms + 2, 1), &is_step), START));
    cr_expect(not(is_step));
    clock_confirm(&clock, reading(bound_ms + 3, 2));
    cr_expect(eq(u64, clock_look(&clock, reading(bound_ms + 4, 3), &is_step),
                 START + (uint64_t)bound_ms + 4));
}

Test(clock, x07_a_start_before_the_last_event_stands_still)
{
    struct clock clock;
    bool         is_step = false;
    clock_init(&clock, reading(-(int64_t)CLOCK_BACK_MS, 0), START, false);
    cr_expect(eq(u64, clock.step_back_count, 0));
    cr_expect(eq(u64, clock_look(&clock, reading(-1, 1999), &is_step), START));
    clock_init(&clock, reading(-(int64_t)CLOCK_BACK_MS - 1, 0), START, false);
    cr_expect(eq(u64, clock.step_back_count, 1));
    clock_init(&clock, reading(-10000, 0), START, false);
    cr_expect(eq(u64, clock.step_back_count, 1));
    cr_expect(eq(u64, clock.step_back_ms, 10000));
    cr_expect(eq(u64, clock_look(&clock, reading(-9000, 1000), &is_step), START));
    cr_expect(eq(u64, clock_look(&clock, reading(1, 10001), &is_step), START + 1));
}

// One step back and ahead again: what was confirmed before does not cover the way up.
Test(clock, x07_after_a_step_back_the_clock_is_trusted_from_there)
{
    static const struct look looks[] = {
        {"it starts",             0,           0,        0, false, false},
        {"it is set back a day",  -DAY,        1,        0, true,  false},
        {"an hour passes",        -DAY + HOUR, HOUR + 1, 0, false, false},
        {"it is set right again", HOUR,        HOUR + 2, 0, true,  true },
    };
    struct clock clock;
    clock_init(&clock, reading(0, 0), START, false);
    LOOK_AT(&clock, looks);
    clock_confirm(&clock, reading(HOUR, HOUR + 3));
    static const struct look after[] = {
        {"it was confirmed", HOUR, HOUR + 3, HOUR, false, false},
    };
    LOOK_AT(&clock, after);
}

Test(clock, x07_a_test_clock_moves_by_command_alone)
{
    struct clock clock;
    bool         is_step = false;
    clock_init(&clock, reading(0, 0), START, true);
    cr_expect(eq(u64, clock_look(&clock, reading(500000, 1), &is_step), START));
    cr_expect(not(clock_set(&clock, START - 1)));
    cr_expect(clock_set(&clock, START));
    cr_expect(clock_set(&clock, START + 7));
    cr_expect(eq(u64, clock_look(&clock, reading(0, 2), &is_step), START + 7));
    clock_init(&clock, reading(0, 0), START, false);
    cr_expect(not(clock_set(&clock, START + 7)));
}
