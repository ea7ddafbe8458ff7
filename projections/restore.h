// restore.h - the state of a ledger: what its newest snapshot says, and the log from there on.
//
// A snapshot counts only when the log tells of it by its hash. All others are passed over, and
// where none counts, the log is read from its beginning.
#ifndef PROJECTIONS_RESTORE_H
#define PROJECTIONS_RESTORE_H

#include "projections/catch_up.h"

struct restore {
    struct ledger *ledger;
    const char    *directory; // of the snapshots
    const char    *archive;   // of the events that are archived; NULL: none is at hand
    // Called for each snapshot that is passed over, the newest first, with a static sentence why.
    void (*passed_over)(void *context, uint64_t size, const char *why);
    void                 *context;
    // Afterwards:
    uint64_t              from;  // the events before were not read; 0: all were
    struct catch_up_fault fault; // as catch_up leaves it
};

// The state of all events that the ledger has. On failure there is none; else the caller closes it.
// STATUS_ARCHIVED when no snapshot counts that covers what is archived, and no archive is at hand;
// with one, what is missing is read from there.
MUST_CHECK enum status restore(struct restore *restore, struct state **state);

struct snapshot_search {
    const struct ledger *ledger;
    const char          *directory; // of the snapshots
    uint64_t             log_size;  // events of the ledger, committed, that may tell of one
    uint64_t             size_max;  // it covers so many at most
    void (*passed_over)(void *context, uint64_t size, const char *why); // as above; may be NULL
    void    *context;
    uint64_t found; // afterwards: what it covers; 0: there is none
};

// The state that the newest snapshot says, and nothing of the log behind it. From any thread.
// STATUS_NOT_FOUND when none counts.
MUST_CHECK enum status restore_snapshot(struct snapshot_search *search, struct state **state);

// Writes the snapshot of a restored state beside the others, of which the one that it came from
// stays.
struct snapshot_told {
    uint64_t    size;
    struct hash digest, file;
};
MUST_CHECK enum status restore_write(const struct restore *restore, const struct state *state,
                                     struct snapshot_told *told);

#endif
