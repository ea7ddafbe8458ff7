#include "api/client/flight.h"

#include <assert.h>
#include <string.h>

#define LAST_WORD UINT32_C(0x80000000)

enum { WORD_SIZE = 4 };

static struct flight_slot *slot_of(struct flight *flight, uint64_t ticket)
{
    return &flight->slots[ticket % FLIGHT_MAX];
}

uint32_t flight_word(uint64_t ticket)
{
    return LAST_WORD | (uint32_t)(ticket & ~LAST_WORD);
}

void flight_add_frame(struct buffer *out, enum frame_transport transport, uint32_t word,
                      struct bytes message)
{
    frame_add_header(out, transport, message.size + WORD_SIZE);
    for (int shift = 24; shift >= 0; shift -= 8) {
        buffer_add_byte(out, (uint8_t)(word >> shift));
    }
    buffer_add(out, message);
}

// A frame that is not sent whole keeps its slot, whoever waits for it.
static void drop_answered(struct flight *flight)
{
    for (; flight->first < flight->next; flight->first++) {
        const struct flight_slot *slot = slot_of(flight, flight->first);
        if (slot->is_waiting || slot->offset + slot->size > flight->sent) return;
    }
}

// Moves the frames that wait to the front, and one that is half sent.
static void compact(struct flight *flight)
{
    size_t size = 0, sent = 0;
    for (uint64_t ticket = flight->first; ticket < flight->next; ticket++) {
        struct flight_slot *slot = slot_of(flight, ticket);
        const size_t        end = slot->offset + slot->size;
        const bool          is_cut = slot->offset < flight->sent && flight->sent < end;
        if (!slot->is_waiting && !is_cut) {
            *slot = (struct flight_slot){.offset = size};
            continue;
        }
        memmove(flight->frames + size, flight->frames + slot->offset, slot->size);
        if (slot->offset < flight->sent) {
            sent = size + (is_cut ? flight->sent - slot->offset : slot->size);
        }
        slot->offset = size;
        size += slot->size;
    }
    flight->size = size;
    flight->sent = sent;
}

void flight_make_room(struct flight *flight)
{
    if (flight->size > FLIGHT_SIZE_MAX / 2) compact(flight);
}

enum status flight_add(struct flight *flight, enum frame_transport transport, struct bytes message,
                       bool is_pinned)
{
    if (message.size > MESSAGE_SIZE_MAX) return STATUS_TOO_LARGE;
    if (flight->next - flight->first == FLIGHT_MAX) return STATUS_OVERLOADED;
    const size_t size_needed = message.size + FLIGHT_OVERHEAD;
    if (FLIGHT_SIZE_MAX - flight->size < size_needed && !is_pinned) compact(flight);
    if (FLIGHT_SIZE_MAX - flight->size < size_needed) return STATUS_OVERLOADED;

    struct buffer out = buffer_over(flight->frames + flight->size, FLIGHT_SIZE_MAX - flight->size);
    flight_add_frame(&out, transport, flight_word(flight->next), message);
    assert(!out.is_full);
    *slot_of(flight, flight->next) = (struct flight_slot){flight->size, out.size, true};
    flight->size += out.size;
    flight->next++;
    flight->waiting_count++;
    return OK;
}

bool flight_answer(struct flight *flight, uint32_t word, uint64_t *ticket)
{
    const uint32_t ahead = (word - flight_word(flight->first)) & ~LAST_WORD;
    const uint64_t found = flight->first + ahead;
    if ((word & LAST_WORD) == 0 || found >= flight->next) return false;
    struct flight_slot *slot = slot_of(flight, found);
    if (!slot->is_waiting) return false;
    slot->is_waiting = false;
    flight->waiting_count--;
    *ticket = found;
    drop_answered(flight);
    return true;
}

struct bytes flight_unsent(const struct flight *flight)
{
    return (struct bytes){flight->frames + flight->sent, flight->size - flight->sent};
}

void flight_advance(struct flight *flight, size_t size_sent)
{
    assert(size_sent <= flight->size - flight->sent);
    flight->sent += size_sent;
    drop_answered(flight);
    if (flight->first == flight->next) flight->size = flight->sent = 0;
}

void flight_rewind(struct flight *flight)
{
    flight->sent = 0;
    compact(flight);
    drop_answered(flight);
}

void flight_forget(struct flight *flight)
{
    for (uint64_t ticket = flight->first; ticket < flight->next; ticket++) {
        slot_of(flight, ticket)->is_waiting = false;
    }
    flight->waiting_count = 0;
}
