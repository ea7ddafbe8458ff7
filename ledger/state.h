// state.h - what a batch changes and an abort takes back, and how it is read from the disk.
#ifndef LEDGER_STATE_H
#define LEDGER_STATE_H

#include "core/base/status.h"
#include "core/proof/epochs.h"
#include "ledger/checkpoints.h"
#include "ledger/log.h"
#include "ledger/store.h"
#include "ledger/tiles.h"

#include <stdint.h>

struct state {
    uint64_t           first; // the first leaf that is not archived
    uint64_t           end;   // behind the last one, when it was read
    struct tiles       tiles; // their tree's size is the ledger's
    struct checkpoints checkpoints;
    struct epochs      epochs; // of the keys, as far as the leaves go
};

// Reads the present view of the store and checks that head, leaves, tiles and newest checkpoint
// tell the same story, and that the checkpoint is signed by the key of its epoch. The complaint is
// written on failure.
MUST_CHECK enum status state_load(struct state *state, struct store *store,
                                  const struct ledger_options *options,
                                  struct ledger_complaint     *complaint);
// Believes the keys of the leaves and checks nothing; then no batch may be begun.
MUST_CHECK enum status state_load_unchecked(struct state *state, struct store *store,
                                            struct ledger_complaint *complaint);

// The seqs that the keys of the leaves span; begin = end = 0 where there is none.
MUST_CHECK enum status state_span(struct store *store, uint64_t *begin, uint64_t *end);

#endif
