// checkpoints.h - the signed heads that are kept: the newest, the first one in each 4,096 leaves,
// those with which the key was rotated, and every one that a witness signed. A later head commits
// to all before, so thinning them only makes the search for damage coarser.
#ifndef LEDGER_CHECKPOINTS_H
#define LEDGER_CHECKPOINTS_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/checkpoint.h"
#include "ledger/store.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHECKPOINT_SPAN = 4096 }; // leaves of which the first checkpoint is kept

// The newest one, remembered so that sealing need not look for it.
struct checkpoints {
    bool     is_any;
    bool     is_newest_kept; // when the next one comes
    uint64_t newest_size;
};

struct checkpoint_record {
    uint64_t     size;
    bool         is_kept;
    bool         is_witnessed;
    struct bytes note; // a view of the store
};

// STATUS_NOT_FOUND where none is; STATUS_CORRUPT for a record that is not one: its size tells the
// place where it stands, no more.
MUST_CHECK enum status checkpoints_load_newest(struct store             *store,
                                               struct checkpoint_record *record);
MUST_CHECK enum status checkpoints_load_from(struct store *store, uint64_t size_min,
                                             struct checkpoint_record *record);
// What to remember of the newest record.
struct checkpoints     checkpoints_after(const struct checkpoint_record *newest);

// Inside a batch. Seals one over the tree, unless there is one of this size already, and drops the
// newest before unless it is to be kept. The sizes only grow.
MUST_CHECK enum status checkpoints_seal(struct checkpoints *checkpoints, struct store *store,
                                        const struct checkpoint *checkpoint,
                                        const struct signer     *signer);
// Inside a batch, behind the leaf that rotates the key: signed by both keys, and kept for ever.
MUST_CHECK enum status checkpoints_seal_rotation(struct checkpoints      *checkpoints,
                                                 struct store            *store,
                                                 const struct checkpoint *checkpoint,
                                                 const struct signer     *current,
                                                 const struct signer     *next);
// Inside a batch. Puts a note with its cosignatures in the place of the one of this size.
MUST_CHECK enum status checkpoints_witness(struct checkpoints *checkpoints, struct store *store,
                                           uint64_t size, struct bytes note);

#endif
