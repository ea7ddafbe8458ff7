// snapshot_reading.h - reads a snapshot file from its beginning to its end, a piece at a time: a
// thread of its own reads ahead and hashes, while what is there is looked at.
//
// So the file takes little memory, and its hash no time of the reader's. What is read is worth
// something only when snapshot_reading_finish says so.
#ifndef LEDGER_SNAPSHOT_READING_H
#define LEDGER_SNAPSHOT_READING_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/hash.h"

#include <stdint.h>

enum { SNAPSHOT_AHEAD = 4096 }; // bytes

struct snapshot_reading;

// told is the hash that the file ends with. STATUS_CORRUPT when it is too short to have one,
// STATUS_PERMISSION when others could have written or read it, STATUS_NOT_FOUND, STATUS_TOO_LARGE,
// STATUS_OUT_OF_MEMORY, STATUS_IO.
MUST_CHECK enum status snapshot_reading_open(const char *directory, uint64_t size,
                                             struct snapshot_reading **reading, struct hash *told);

// What stands next, without the hash: at least SNAPSHOT_AHEAD bytes, or all that is left. `used` of
// what the last call gave are done with. A file that cannot be read on ends there.
struct bytes snapshot_reading_next(struct snapshot_reading *reading, size_t used);

// Closes it. OK when all of the file could be read, also what was not asked for, and has the hash
// that it ends with; STATUS_CORRUPT, STATUS_IO.
MUST_CHECK enum status snapshot_reading_finish(struct snapshot_reading *reading);

#endif
