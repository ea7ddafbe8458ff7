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

// Requests come while others are being sent, so nothing may move: a long run would fill up.
Test(flight, a_long_run_of_small_requests_finds_room_whenever_it_comes)
{
    uint64_t ticket = 0;
    for (uint64_t i = 0; i < 40000; i++) {
        flight_make_room(&flight);
        const size_t size_sending = flight_unsent(&flight).size;
        cr_assert(
            eq(int, flight_add(&flight, FRAME_OVER_TCP, (struct bytes){message, 200}, true), OK),
            "request %llu", (unsigned long long)i);
        flight_advance(&flight, size_sending);
        if (i >= 16) cr_assert(flight_answer(&flight, flight_word(i - 16), &ticket));
    }
}

// What the other side has received: whole frames, each once, in the order of their tickets.
struct receiver {
    uint8_t  bytes[2 * MESSAGE_SIZE_MAX];
    size_t   size;
    uint64_t next;
    bool     is_expected[1 << 16]; // tickets that were not answered before they were sent
};

static void receive(struct receiver *receiver, struct bytes bytes)
{
    cr_assert(le(sz, bytes.size, sizeof receiver->bytes - receiver->size));
    if (bytes.size > 0) memcpy(receiver->bytes + receiver->size, bytes.at, bytes.size);
    receiver->size += bytes.size;
    struct bytes rest = {receiver->bytes, receiver->size};
    for (;;) {
        struct bytes         payload;
        size_t               missing = 0;
        const enum frame_cut cut =
            frame_cut(rest, FRAME_OVER_IPC, MESSAGE_SIZE_MAX + 4, &payload, &missing);
        cr_assert(ne(int, cut, FRAME_BROKEN));
        if (cut == FRAME_PARTIAL) break;
        const uint32_t word = cut_word(&rest);
        while (flight_word(receiver->next) != word)
            cr_assert(not(receiver->is_expected[receiver->next++]), "a frame was lost");
        receiver->next++;
    }
    memmove(receiver->bytes, rest.at, rest.size);
    receiver->size = rest.size;
}

// Replies come at any time, room runs out again and again, and the stream is cut anywhere.
Test(flight, whatever_is_answered_when_the_stream_stays_whole)
{
    static struct receiver receiver;
    uint64_t               ticket = 0, submitted = 0;
    srand(7);
    for (int i = 0; i < 6000; i++) {
        if (rand() % 2 == 0 && add((size_t)(rand() % 60000)) == OK)
            receiver.is_expected[submitted++] = true;
        struct bytes unsent = flight_unsent(&flight);
        unsent.size = (size_t)rand() % (unsent.size + 1) / (size_t)(1 + rand() % 8);
        if (unsent.size > MESSAGE_SIZE_MAX) unsent.size = MESSAGE_SIZE_MAX;
        receive(&receiver, unsent);
        flight_advance(&flight, unsent.size);
        // Mostly some recent one, now and then all of them, the half sent one too.
        uint64_t count = rand() % 20 == 0 ? 40 : 1;
        for (uint64_t back = (uint64_t)rand() % 40; count > 0; count--, back = count - 1) {
            if (back >= submitted) continue;
            if (flight_answer(&flight, flight_word(submitted - 1 - back), &ticket))
                receiver.is_expected[ticket] = false;
        }
    }
    cr_expect(gt(u64, submitted, FLIGHT_MAX / 2));
    cr_expect(gt(u64, receiver.next, submitted / 2));
}
