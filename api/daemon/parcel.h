// parcel.h - from received bytes to whole requests.
//
// What one receive brought lies in a buffer of the connection, and the whole requests of it leave
// together in a parcel, one block of memory:
//
//   parcel | request, request … | prepared, prepared … | body, body …
//
// A message that is larger than the buffer is received straight into the parcel that it will be.
// Nothing here locks or waits; an intake belongs to one thread at a time.
#ifndef API_DAEMON_PARCEL_H
#define API_DAEMON_PARCEL_H

#include <stddef.h>
#include <stdint.h>

#include "api/daemon/connections.h"
#include "api/daemon/memory.h"

enum {
    INTAKE_SIZE = 64 * 1024, // of the buffer: 64 requests in flight come with one receive
    PARCEL_REQUEST_MAX = 256,
    PREPARED_SIZE_MAX = 4096,
};

struct parcel {
    struct parcel *next;
    struct block  *block; // where it lies
    uint32_t       request_count;
    uint32_t       taken_count;  // the loop's: requests it has seen
    uint32_t       holder_count; // the loop's: requests whose body is still needed
    struct request requests[];
};

struct intake {
    uint8_t       *buffer; // INTAKE_SIZE bytes, of the owner
    size_t         begin;  // what stands in the buffer and is not cut yet
    size_t         end;
    struct parcel *large; // the message that does not fit the buffer, or NULL
    uint8_t       *large_at;
    size_t         large_missing;
};

// What the next parcel may be, and what its requests say of themselves.
struct intake_terms {
    struct memory       *memory;
    enum frame_transport transport;
    size_t               size_max;    // of a message
    uint32_t             request_max; // at least 1
    size_t               prepared_size;
    struct connection_id from;
    uint32_t             listen_index;
};

enum intake_step {
    INTAKE_PARCEL,    // *parcel is the caller's
    INTAKE_MORE,      // more bytes must come, see intake_room
    INTAKE_NO_MEMORY, // nothing changed; ask again later
    INTAKE_BROKEN,    // what came is not SP, or too large
};

// Where received bytes go, and how many at most: never 0 after INTAKE_MORE.
struct buffer intake_room(const struct intake *intake);
void          intake_add(struct intake *intake, size_t size); // so many were put there

enum intake_step intake_next(struct intake *intake, const struct intake_terms *terms,
                             struct parcel **parcel);
// Something of a message is there, but not all.
bool             intake_is_midway(const struct intake *intake);
// Forgets what is there.
void             intake_clear(struct intake *intake, struct memory *memory);

#endif
