// anchor.h - the ledger's newest head in a file elsewhere, so that an old copy of the ledger is
// known for what it is.
//
// Signatures do not tell an old copy from the newest. A head that lies on another disk does: a
// ledger that is shorter than its anchor, or has another root at its size, is not started. A thread
// of its own writes the file after each commit, always the newest head; it may be a moment behind
// the replies, never ahead of the ledger.
#ifndef API_DAEMON_ANCHOR_H
#define API_DAEMON_ANCHOR_H

#include "ledger/log.h"

struct anchor;

// Compares the ledger with the file, where there is one, and keeps its newest head from now on.
// *why is a sentence on failure.
//   STATUS_BEHIND      the ledger is shorter, or another, than the file says
//   STATUS_CORRUPT     the file is no head of this ledger
//   STATUS_IO, STATUS_PERMISSION, STATUS_OUT_OF_MEMORY
// The path is borrowed until it is closed.
MUST_CHECK enum status anchor_open(const char *path, struct ledger *ledger, struct anchor **anchor,
                                   const char **why);
// The last head is in the file when it returns. NULL is fine.
void                   anchor_close(struct anchor *anchor);

// A commit was made: its head, taken from the ledger. Does not wait. NULL is fine.
void anchor_keep(struct anchor *anchor, struct ledger *ledger);

#endif
