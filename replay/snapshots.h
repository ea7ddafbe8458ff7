// snapshots.h - what the log says of snapshots, held against the state that the log makes.
//
// The event that tells of a snapshot stands behind the events that it covers, so it is looked for
// ahead: at its size the digest is computed, at the event compared.
#ifndef REPLAY_SNAPSHOTS_H
#define REPLAY_SNAPSHOTS_H

#include "core/proof/hash.h"
#include "projections/catch_up.h"

#include <stdbool.h>
#include <stdint.h>

struct snapshots {
    struct ledger_scan *ahead;    // NULL: nothing more to come
    uint64_t            next_seq; // of the leaf that the scan gives next
    uint64_t            seq;      // of the event that is awaited; UINT64_MAX: none
    uint64_t            size;     // what it covers
    bool                is_computed;
    struct hash         digest;
};

// Looks ahead from the event that is replayed first to `to`. Closing is due when it is done.
MUST_CHECK enum status snapshots_open(struct snapshots *snapshots, struct ledger *ledger,
                                      uint64_t from, uint64_t to);
void                   snapshots_close(struct snapshots *snapshots);

// With each event, before it is recorded: whether it tells of a snapshot, and by the right digest.
// STATUS_OUT_OF_MEMORY.
enum snapshot_finding { SNAPSHOT_NONE, SNAPSHOT_RIGHT, SNAPSHOT_WRONG };

MUST_CHECK enum status snapshots_look(struct snapshots *snapshots, const struct state *state,
                                      const struct catch_up_event *event,
                                      enum snapshot_finding       *finding);

#endif
