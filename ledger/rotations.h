// rotations.h - where the log rotates the ledger's key: copies of the opening and of the leaves
// that do so, by their seq, so that a start need not look for them.
//
// An index, and never believed: each copy must have the hash that its tile says, each rotation the
// certificate of the root that the opening names, and the key that is trusted must have signed a
// head that covers them. They stay when their leaves are archived.
#ifndef LEDGER_ROTATIONS_H
#define LEDGER_ROTATIONS_H

#include "core/base/status.h"
#include "core/proof/epochs.h"
#include "ledger/store.h"

// Inside a batch.
MUST_CHECK enum status rotations_put(struct store *store, uint64_t seq, struct bytes leaf);
// The opening, from its copy or from the log. STATUS_NOT_FOUND.
MUST_CHECK enum status rotations_load_opening(struct store *store, struct bytes *leaf);
// The next rotation with a seq of at least seq_min; STATUS_NOT_FOUND past the last.
MUST_CHECK enum status rotations_load_from(struct store *store, uint64_t seq_min, uint64_t *seq,
                                           struct bytes *leaf);

// The epochs that the copies tell of; while nothing was rotated, the trusted key alone makes one.
// Tiles and heads are for the caller to compare. STATUS_CORRUPT for a copy that is none, *seq then
// says which; STATUS_UNKNOWN_KEY when the trusted key is none of theirs.
MUST_CHECK enum status rotations_load(struct store *store, const struct verifier *trusted,
                                      struct epochs *epochs, uint64_t *seq);

// Whether the leaf rotates the key: quick, for there are few of them among many.
bool rotations_is_one(struct bytes packed);
// The certificate that a rotation's leaf brings, a view of it; false when it is none.
bool rotations_certificate(struct bytes packed, struct bytes *certificate);

// The first epoch, by an opening's leaf; false when it is not the opening of that origin.
bool        rotations_begin(struct epochs *epochs, struct bytes origin, struct bytes opening);
// The next epoch, by the leaf of a rotation. NULL, or why not.
const char *rotations_add(struct epochs *epochs, struct bytes packed);

#endif
