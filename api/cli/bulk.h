// bulk.h - proposes what the units of a script say, in requests of many, with many in flight, and
// keeps what becomes of each.
#ifndef API_CLI_BULK_H
#define API_CLI_BULK_H

#include "api/cli/applied.h"

enum {
    BATCH_UNIT_MAX = 256,
    BATCH_SIZE_MAX = 96 * 1024,
    BATCH_MAX = 8, // in flight; all of them fit the flight of liblicet
};

struct batch {
    uint64_t ticket;
    uint32_t count;
    uint32_t units[MESSAGE_PROPOSAL_MAX];
};

struct bulk {
    struct call       *call;
    struct script     *script;
    struct applied     applied;
    struct line_reader reader;
    struct batch       in_flight[BATCH_MAX];
    uint32_t           in_flight_count;
    struct batch       open; // not sent yet
    struct buffer      items;
    uint8_t            items_memory[MESSAGE_SIZE_MAX - 1024];
    uint8_t            request[MESSAGE_SIZE_MAX];

    bool     keeps_going;
    bool     is_stopping;  // nothing further is sent
    bool     is_unsettled; // of some unit the answer is not known
    uint32_t accepted_count, refused_count, old_count;
    uint64_t shown_ms; // when the progress was shown last
};

// Learns what became of the units whose answer is not known, and which are left. Nothing is in
// flight.
MUST_CHECK enum exit_code bulk_settle(struct bulk *bulk);

// Proposes all that are left. EXIT_DONE also where some were refused: see the counts.
MUST_CHECK enum exit_code bulk_send(struct bulk *bulk);

// What the first of those that are left would give, as many as one request holds. Prints all, or
// only what would be refused.
MUST_CHECK enum exit_code bulk_preview(struct bulk *bulk, bool prints_all);

// From now on the next SIGINT or SIGTERM stops the sending, and one more the program.
void bulk_catch_signals(void);
bool bulk_is_interrupted(void);

#endif
