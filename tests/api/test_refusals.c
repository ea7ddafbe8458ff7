// Which refusals are logged and which are counted: X06.
#include "api/daemon/refusals.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { RATE = 3 };

#define START  ((uint64_t)1793491200000)
#define MINUTE ((uint64_t)60000)

static struct refusals refusals;

Test(refusals, x06_so_many_of_an_author_are_logged_in_a_minute_and_the_next_is_counted)
{
    static const struct {
        const char *when;
        entity_id   author;
        uint64_t    ms; // since the start
        bool        is_logged;
    } rows[] = {
        {"the first",                              7,                       0,          true },
        {"the second",                             7,                       1,          true },
        {"as many as the rate",                    7,                       2,          true },
        {"one more",                               7,                       3,          false},
        {"another author",                         8,                       3,          true },
        {"another at the same place of the table", 7 + REFUSAL_METER_COUNT, 3,          true },
        {"the last millisecond of the minute",     7,                       MINUTE - 1, false},
        {"the first of the next",                  7,                       MINUTE,     true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const bool is_logged =
            refusals_is_logged(&refusals, rows[i].author, RATE, START + rows[i].ms);
        cr_expect(eq(int, is_logged, rows[i].is_logged), "when %s", rows[i].when);
    }
    cr_expect(not(refusals_is_logged(&refusals, 9, 0, START)), "at a rate of none");
}

Test(refusals, x06_more_authors_than_there_are_meters_wait_for_the_next_minute)
{
    for (entity_id author = 1; author <= REFUSAL_METER_COUNT; author++) {
        cr_assert(refusals_is_logged(&refusals, author, RATE, START));
    }
    cr_expect(not(refusals_is_logged(&refusals, REFUSAL_METER_COUNT + 1, RATE, START)));
    cr_expect(refusals_is_logged(&refusals, REFUSAL_METER_COUNT, RATE, START));
    cr_expect(refusals_is_logged(&refusals, REFUSAL_METER_COUNT + 1, RATE, START + MINUTE));
}

Test(refusals, x06_what_was_counted_is_due_when_its_minute_is_over)
{
    cr_expect(not(refusals_are_due(&refusals, START + 10 * MINUTE)), "nothing was counted");
    refusals_count(&refusals, 7, LIMIT_REACHED, START + 5);
    cr_expect(not(refusals_are_due(&refusals, START + MINUTE - 1)));
    cr_expect(refusals_are_due(&refusals, START + MINUTE));
    cr_expect(eq(u64, refusals.counted.from_ms, START + 5));
}

Test(refusals, x06_they_are_counted_by_author_and_code_as_long_as_there_is_room)
{
    for (uint32_t i = 0; i < REFUSAL_COUNT_MAX - 1; i++) {
        refusals_count(&refusals, 1 + i, LIMIT_REACHED, START);
        refusals_count(&refusals, 1 + i, LIMIT_REACHED, START);
    }
    cr_expect(refusals_have_room(&refusals));
    refusals_count(&refusals, 1, EXPIRED, START);
    cr_expect(not(refusals_have_room(&refusals)));
    cr_expect(eq(u64, refusals.counted.sums[0].count, 2));
    cr_expect(eq(u64, refusals.counted.sums[REFUSAL_COUNT_MAX - 1].count, 1));
}

Test(refusals, x06_what_was_told_in_vain_is_told_again_with_what_came_since)
{
    refusals.told = (struct refusal_sums){
        .from_ms = START, .count = 1, .sums = {{.author = 7, .code = LIMIT_REACHED, .count = 5}}};
    refusals_count(&refusals, 7, LIMIT_REACHED, START + 9);
    refusals_count(&refusals, 8, EXPIRED, START + 9);
    refusals_end(&refusals, false);
    cr_expect(eq(u32, refusals.counted.count, 2));
    cr_expect(eq(u64, refusals.counted.sums[0].count, 6));
    cr_expect(eq(u64, refusals.counted.from_ms, START));
    refusals.told = refusals.counted;
    refusals.counted.count = 0;
    refusals_end(&refusals, true);
    cr_expect(eq(u32, refusals.counted.count, 0));
    cr_expect(eq(u32, refusals.told.count, 0));
}
