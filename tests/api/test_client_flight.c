#include "api/client/flight.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct flight flight;
static uint8_t       message[MESSAGE_SIZE_MAX];

static enum status add(size_t size)
{
    return flight_add(&flight, FRAME_OVER_IPC, (struct bytes){message, size}, false);
}

// The word of the next frame of what is unsent, which it steps over.
static uint32_t cut_word(struct bytes *unsent)
{
    struct bytes payload;
    size_t       missing = 0;
    const size_t size_max = MESSAGE_SIZE_MAX + 4;
    cr_assert(
        eq(int, frame_cut(*unsent, FRAME_OVER_IPC, size_max, &payload, &missing), FRAME_WHOLE));
    *unsent = bytes_after(*unsent, 9 + payload.size);
    return (uint32_t)payload.at[0] << 24 | (uint32_t)payload.at[1] << 16 |
           (uint32_t)payload.at[2] << 8 | payload.at[3];
}

Test(flight, a_new_connection_gets_what_was_not_answered_and_no_more)
{
    uint64_t ticket = 0;
    for (int i = 0; i < 4; i++)
        cr_assert(eq(int, add(10), OK));
    flight_advance(&flight, flight_unsent(&flight).size - 5);
    cr_expect(flight_answer(&flight, flight_word(1), &ticket));
    cr_expect(eq(u64, ticket, 1));
    cr_expect(not(flight_answer(&flight, flight_word(1), &ticket)), "once");
    cr_expect(not(flight_answer(&flight, flight_word(9), &ticket)), "never asked");

    flight_rewind(&flight);
    struct bytes unsent = flight_unsent(&flight);
    cr_expect(eq(u32, cut_word(&unsent), flight_word(0)));
    cr_expect(eq(u32, cut_word(&unsent), flight_word(2)));
    cr_expect(eq(u32, cut_word(&unsent), flight_word(3)));
    cr_expect(zero(sz, unsent.size));
}

Test(flight, large_requests_fill_it_before_the_tickets_run_out)
{
    uint64_t ticket = 0;
    uint32_t count = 0;
    while (add(MESSAGE_SIZE_MAX) == OK)
        count++;
    cr_expect(eq(u32, count, 3));
    cr_expect(eq(int, add(MESSAGE_SIZE_MAX + 1), STATUS_TOO_LARGE));
    flight_advance(&flight, flight_unsent(&flight).size);
    cr_expect(flight_answer(&flight, flight_word(1), &ticket));
    cr_expect(eq(int, add(MESSAGE_SIZE_MAX), OK), "the answered one makes room");
}

// A stream of bytes that is cut anywhere must still be one frame after another.
Test(flight, whatever_is_answered_when_the_stream_stays_whole)
{
    static uint8_t stream[64 * 1024];
    size_t         size = 0;
    uint64_t       ticket = 0, submitted = 0;
    srand(7);
    while (size < sizeof stream - 1024) {
        if (rand() % 2 == 0 && add((size_t)(rand() % 200)) == OK) submitted++;
        const struct bytes unsent = flight_unsent(&flight);
        const size_t       taken = unsent.size == 0 ? 0 : (size_t)rand() % (unsent.size + 1);
        if (taken > 0) memcpy(stream + size, unsent.at, taken);
        size += taken;
        flight_advance(&flight, taken);
        if (submitted > 0 && rand() % 3 == 0)
            (void)flight_answer(&flight, flight_word((uint64_t)rand() % submitted), &ticket);
    }
    const struct bytes rest = flight_unsent(&flight);
    if (rest.size > 0) memcpy(stream + size, rest.at, rest.size);
    struct bytes all = {stream, size + rest.size};
    uint64_t     count = 0;
    while (all.size > 0)
        cr_assert(eq(u32, cut_word(&all), flight_word(count++)));
    cr_expect(eq(u64, count, submitted));
}
