// export.h - writes a ledger out as files that others can read: the paths of tile_path.h.
//
// What is written is a function of the ledger alone: twice the same bytes. Each file stands there
// whole or not at all. Directories that are missing are made. Failures besides those of the ledger:
// STATUS_IO, STATUS_PERMISSION, STATUS_FULL, and STATUS_NOT_FOUND where the directory is none or
// went meanwhile: never the end of what is written.
#ifndef LEDGER_EXPORT_H
#define LEDGER_EXPORT_H

#include "ledger/log.h"

// Made where it is missing.
MUST_CHECK enum status export_open(const char *directory, int *directory_fd);

MUST_CHECK enum status export_file(int directory_fd, const char *path, struct bytes content);

// STATUS_NOT_FOUND; STATUS_TOO_LARGE when it fills the buffer.
MUST_CHECK enum status export_read(int directory_fd, const char *path, struct buffer *content);

// The hash tiles that are other than they were at the size before: 0 for all.
MUST_CHECK enum status export_tiles(struct ledger *ledger, int directory_fd, uint64_t size_before);
// Partial tiles, from the last one of the size before on, that are of no use at the present size:
// none of them is missed by who reads the newest checkpoint.
MUST_CHECK enum status export_sweep(struct ledger *ledger, int directory_fd, uint64_t size_before);

// Leaves from the first one of the tile that `from` is in up to `to`, which is ledger_size() or the
// end of a tile; each must have the hash of its tile: else STATUS_CORRUPT, and *progress is its
// seq. *progress counts on while it works.
MUST_CHECK enum status export_leaves(struct ledger *ledger, int directory_fd, uint64_t from,
                                     uint64_t to, uint64_t *progress);
// Which leaves are there: said only where it is not all that the checkpoint covers.
MUST_CHECK enum status export_bounds(struct ledger *ledger, int directory_fd, uint64_t from,
                                     uint64_t to);

// What says which key signs, where it was ever rotated: the certificates; and the leaves that they
// came in, with the opening, for who has not all leaves.
MUST_CHECK enum status export_certificates(struct ledger *ledger, int directory_fd);
MUST_CHECK enum status export_rotations(struct ledger *ledger, int directory_fd);
// The heads that rotate the key.
MUST_CHECK enum status export_rotation_heads(struct ledger *ledger, int directory_fd);

// The older heads, then the newest as the checkpoint, last: what it covers must be there before.
MUST_CHECK enum status export_heads(struct ledger *ledger, int directory_fd);
MUST_CHECK enum status export_checkpoint(struct ledger *ledger, int directory_fd);

// What was written is on the disk when it returns.
void export_sync(void);

#endif
