// snapshots.h - has the state written to a file now and then, by a process of its own.
//
// The loop starts the program that it is itself, in another mode (snapshot_process.h), and hears by
// a pipe what came of it: size, digest, and the file's hash. Then the log tells of it. Nothing here
// waits.
#ifndef API_DAEMON_SNAPSHOTS_H
#define API_DAEMON_SNAPSHOTS_H

#include "api/daemon/helper.h"
#include "core/proof/key.h"
#include "projections/restore.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct snapshots {
    const char            *directory; // NULL: none are written
    const char            *archive;   // of what is archived; NULL: none is at hand
    const struct verifier *key;
    uint64_t               every; // so many events after the one before; 0: when asked
    volatile sig_atomic_t *is_asked;
    // All zero at first.
    struct helper          helper;
    uint64_t               tried_size; // events there were when the last one was begun
    struct snapshot_told   told;       // written, and not in the log yet; size 0: there is none
};

struct daemon;

// Starts one when it is due, hears of one that runs. Outside of a batch.
void snapshots_look(struct daemon *daemon);
// Puts what was written into the log.
void snapshots_tell(struct daemon *daemon);
// Ends the process that runs.
void snapshots_close(struct snapshots *snapshots);

#endif
