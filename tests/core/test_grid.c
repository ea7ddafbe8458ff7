// Instants before an end: S14 of the domain says which, each here with both sides of it (B39).
#include "core/base/grid.h"
#include "core/base/window.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static uint64_t at(const char *text)
{
    uint64_t ms = TIME_NEVER;
    cr_assert(strcmp(text, "never") == 0 || time_from_text(bytes_of_text(text), &ms), "%s", text);
    return ms;
}

static struct grid before(const char *end, uint64_t days, uint64_t period_days)
{
    const uint64_t end_ms = at(end);
    return (struct grid){(int64_t)end_ms - (int64_t)(days * DAY_MS), period_days * DAY_MS, end_ms};
}

static void expect_instants(struct grid grid, const char *const *instants)
{
    uint64_t before_ms = TIME_NEVER, ms = 0;
    for (size_t i = 0; instants[i] != NULL; i++) {
        const uint64_t due_ms = at(instants[i]);
        cr_expect(eq(u64, grid_next(grid, ms), due_ms), "next is not %s", instants[i]);
        cr_expect(eq(u64, grid_next(grid, due_ms - 1), due_ms), "1 ms before %s", instants[i]);
        cr_expect(eq(u64, grid_latest(grid, due_ms - 1), before_ms), "before %s", instants[i]);
        cr_expect(eq(u64, grid_latest(grid, due_ms), due_ms), "at %s", instants[i]);
        cr_expect(grid_is_open(grid, due_ms), "open at %s", instants[i]);
        before_ms = due_ms;
        ms = due_ms;
    }
    cr_expect(eq(u64, grid_next(grid, ms), TIME_NEVER), "nothing after the last");
    cr_expect(eq(u64, grid_latest(grid, grid.end_ms + DAY_MS), before_ms), "the last stays");
}

Test(grid, B39_s14_the_instants_of_each_frequency)
{
    static const struct {
        const char *when;
        uint64_t    days, period_days;
        const char *instants[5];
    } rows[] = {
        {"weekly",        14, 7,  {"2027-11-17", "2027-11-24"}              },
        {"daily",         3,  1,  {"2027-11-28", "2027-11-29", "2027-11-30"}},
        {"every 30 days", 65, 30, {"2027-09-27", "2027-10-27", "2027-11-26"}},
        {"once",          10, 0,  {"2027-11-21"}                            },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect_instants(before("2027-12-01", rows[i].days, rows[i].period_days), rows[i].instants);
    }
    static const char *const renewed[] = {"2028-02-16", "2028-02-23", NULL};
    expect_instants(before("2028-03-01", 14, 7), renewed);
}

Test(grid, B39_it_is_open_from_the_first_until_the_end)
{
    const struct grid grid = before("2027-12-01", 14, 7);
    cr_expect(not(grid_is_open(grid, at("2027-11-16T23:59:59.999Z"))));
    cr_expect(grid_is_open(grid, at("2027-11-17")));
    cr_expect(grid_is_open(grid, at("2027-11-30T23:59:59.999Z")));
    cr_expect(not(grid_is_open(grid, at("2027-12-01"))));
}

Test(grid, B39_a_date_at_or_after_the_end_gives_no_instant)
{
    const uint64_t end_ms = at("2027-12-01");
    for (int64_t late_ms = 0; late_ms < 2; late_ms++) {
        const struct grid grid = {(int64_t)end_ms + late_ms, DAY_MS, end_ms};
        cr_expect(eq(u64, grid_next(grid, 0), TIME_NEVER));
        cr_expect(eq(u64, grid_latest(grid, end_ms + DAY_MS), TIME_NEVER));
        cr_expect(not(grid_is_open(grid, end_ms)));
    }
    const struct grid last = {(int64_t)end_ms - 1, DAY_MS, end_ms};
    cr_expect(eq(u64, grid_next(last, 0), end_ms - 1));
}

Test(grid, B39_days_may_reach_back_before_1970)
{
    const struct grid grid = before("1970-01-05", 10, 7); // from 1969-12-26: then 1970-01-02
    cr_expect(eq(u64, grid_next(grid, 0), DAY_MS));
    cr_expect(eq(u64, grid_latest(grid, 0), 0));
    cr_expect(eq(u64, grid_latest(grid, DAY_MS), DAY_MS));
    cr_expect(grid_is_open(grid, 0));
}
