// head.h - the one record that says where the ledger stands: its size and the frontier of its tree.
//
// It can be rebuilt from the leaves; the signed checkpoint beside it is what counts.
#ifndef LEDGER_HEAD_H
#define LEDGER_HEAD_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/tree.h"
#include "ledger/store.h"

#include <stdint.h>

struct head {
    uint64_t    first; // the first leaf that is not archived, at most the size of the tree
    struct tree tree;
};

// Inside a batch.
MUST_CHECK enum status head_put(const struct head *head, struct store *store);
// STATUS_NOT_FOUND without one, STATUS_CORRUPT, STATUS_UNSUPPORTED for a later format.
MUST_CHECK enum status head_load(struct head *head, struct store *store);

#endif
