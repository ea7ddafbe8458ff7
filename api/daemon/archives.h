// archives.h - has old leaves moved out of the ledger: written elsewhere by a process of its own,
// told of in the log, and only then dropped, some thousand a commit.
//
//   asked ── the process writes and reads back ── the event is durable ── dropped, slice by slice
//
// One at a time. What ends it before the event leaves the ledger as it was; what ends it behind is
// gone on with at the next start: the log tells how far it is to come, the ledger how far it came.
#ifndef API_DAEMON_ARCHIVES_H
#define API_DAEMON_ARCHIVES_H

#include "api/daemon/ask.h"
#include "api/daemon/helper.h"
#include "core/proof/hash.h"
#include "core/proof/key.h"

#include <stdbool.h>
#include <stdint.h>

enum { ARCHIVE_WHY_SIZE = 200 };

struct archives {
    const char            *directory; // NULL: there is no place for one
    const char            *data;      // the ledger's
    const struct verifier *key;
    // All zero at first.
    struct helper          helper;
    uint64_t               below; // of the one that is asked for; 0: none is
    uint64_t               done;  // leaves
    bool                   is_written;
    struct hash            root;          // of the leaves below, once it is written
    uint64_t               idle_until_ms; // monotonic: a drop failed, the next one waits
    char failed[ARCHIVE_WHY_SIZE];        // why the last one came to nothing; empty: it did not
};

struct daemon;

// The verb.
void archive_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);
// {below, done, failed, stage}, or nil: for the status.
void put_archive(struct buffer *reply, const struct daemon *daemon);

// Starts what was asked for, hears of what runs. Outside of a batch.
void archives_look(struct daemon *daemon);
// Puts what was written into the log.
void archives_tell(struct daemon *daemon);
// Whether there are leaves that the log, durably, tells of as archived.
bool archives_has_to_drop(const struct daemon *daemon, uint64_t tick_ms);
// Drops the next of them, in a batch that is opened for it.
void archives_drop(struct daemon *daemon);
// The batch of a drop came to nothing.
void archives_rest(struct daemon *daemon, uint64_t tick_ms);
// Ends the process that runs.
void archives_close(struct archives *archives);

#endif
