// digest.h - one hash over everything the state means, in one canonical order: two states are the
// same if and only if their digests are. FORMAT.md draws the dump that is hashed.
#ifndef PROJECTIONS_DIGEST_H
#define PROJECTIONS_DIGEST_H

#include "core/proof/hash.h"
#include "projections/state.h"

// STATUS_OUT_OF_MEMORY.
MUST_CHECK enum status digest_of(const struct state *state, struct hash *digest);

#endif
