// snapshot_file.h - snapshots as files beside the log: written whole or not at all, and known by
// their hash.
//
// What is in one is for the projections to say. A file is a cache: nothing is lost with it. It
// stands under its own name only when all of it is on the disk, and ends with the hash of what is
// before.
#ifndef LEDGER_SNAPSHOT_FILE_H
#define LEDGER_SNAPSHOT_FILE_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/hash.h"

#include <stdint.h>

#define SNAPSHOT_SIZE_MAX ((uint64_t)64 << 30)

struct snapshot_file; // one that is being written

// Of the first `size` events of the ledger in the directory. What others left unfinished is
// removed: one process writes at a time.
MUST_CHECK enum status snapshot_file_begin(const char *directory, uint64_t size,
                                           struct snapshot_file **file);
// A failure is kept for the end.
void                   snapshot_file_add(struct snapshot_file *file, struct bytes piece);
// Takes the place of one of the same size. Durable when OK, else nothing is left; the file is
// closed either way. STATUS_FULL, STATUS_PERMISSION, STATUS_IO, STATUS_TOO_LARGE.
MUST_CHECK enum status snapshot_file_finish(struct snapshot_file *file, struct hash *hash);
void                   snapshot_file_drop(struct snapshot_file *file); // NULL is fine

// The greatest size below the bound of which there is a file; 0 for none.
uint64_t snapshot_file_below(const char *directory, uint64_t bound);
// Removes the files of all other sizes.
void     snapshot_file_keep(const char *directory, uint64_t size, uint64_t other_size);

// For reading (snapshot_reading.h). STATUS_CORRUPT when it is too short to have a hash,
// STATUS_PERMISSION when others could have written or read it, STATUS_NOT_FOUND, STATUS_TOO_LARGE,
// STATUS_IO.
MUST_CHECK enum status snapshot_file_open(const char *directory, uint64_t size, int *fd,
                                          uint64_t *byte_count);

#endif
