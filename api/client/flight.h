// flight.h - requests that wait for their answers: as frames, in the order of their tickets.
//
//   frames:  |  sent, not answered  |  answered  |  not sent yet  |  free  |
//                                                ^ sent           ^ size
//
// What stands between `sent` and `size` may be given to the stream in one piece. Sizes are bytes.
#ifndef API_CLIENT_FLIGHT_H
#define API_CLIENT_FLIGHT_H

#include "api/wire/frame.h"
#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FLIGHT_MAX = 1024,
    FLIGHT_SIZE_MAX = 4 * MESSAGE_SIZE_MAX,
    FLIGHT_OVERHEAD = FRAME_HEADER_SIZE_MAX + 4, // header and one word of backtrace
};
static_assert(MESSAGE_SIZE_MAX + FLIGHT_OVERHEAD <= FLIGHT_SIZE_MAX, "any request fits");

struct flight_slot {
    size_t offset, size; // of its frame
    bool   is_waiting;
};

// 1. Tickets first..next-1 have slots, at ticket % FLIGHT_MAX; what is before first was sent and
// answered.
// 2. The frames stand in the order of their tickets, apart from one another.
// 3. sent <= size.
struct flight {
    uint64_t           first, next; // tickets
    uint32_t           waiting_count;
    size_t             size, sent;
    struct flight_slot slots[FLIGHT_MAX];
    uint8_t            frames[FLIGHT_SIZE_MAX];
};

// The word in front of a request, and of its reply.
uint32_t flight_word(uint64_t ticket);
void     flight_add_frame(struct buffer *out, enum frame_transport transport, uint32_t word,
                          struct bytes message);

// STATUS_OVERLOADED without room. While is_pinned the frames do not move: they are being sent.
MUST_CHECK enum status flight_add(struct flight *flight, enum frame_transport transport,
                                  struct bytes message, bool is_pinned);
// The ticket of the reply with this word; false when nobody waits for it.
bool                   flight_answer(struct flight *flight, uint32_t word, uint64_t *ticket);
// Before a send, while nothing is being sent: frames that were answered give way, so that there is
// room during it.
void                   flight_make_room(struct flight *flight);
struct bytes           flight_unsent(const struct flight *flight);
void                   flight_advance(struct flight *flight, size_t size_sent);
// A new connection knows nothing: everything that waits is unsent again.
void                   flight_rewind(struct flight *flight);
void                   flight_forget(struct flight *flight);

#endif
