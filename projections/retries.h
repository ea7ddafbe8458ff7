// retries.h - what was answered lately, so that a proposal that comes again is not judged again
// (domain X05).
//
// Kept by author and id in buckets by the minute of not_after, each forgotten whole.
#ifndef PROJECTIONS_RETRIES_H
#define PROJECTIONS_RETRIES_H

#include "projections/state.h"

struct retry {
    entity_id author;
    uint64_t  seq;
    uint64_t  not_after_ms;
    uint8_t   id[PROPOSAL_ID_SIZE];
};

// Whether the author's id stands in the log, and where: in a proposal of this not_after, or in one
// that is not out of date yet, whose bytes are then others.
bool retry_find(const struct state *state, entity_id author, const uint8_t id[PROPOSAL_ID_SIZE],
                uint64_t not_after_ms, uint64_t *seq);

// Before both, in turn: see state_fetch, whose hash is returned, state_fetch_link, and, for so many
// that are about to be remembered, state_fetch_splits.
uint64_t retry_fetch(const struct state *state, entity_id author, const struct proposal *proposal);
void retry_fetch_link(const struct state *state, const struct proposal *proposal, uint64_t hash);
void retry_fetch_splits(const struct state *state, const struct proposal *proposal, uint32_t count);

// False when there is no room: OVERLOADED, before anything else is changed.
bool retry_has_room(const struct state *state, uint64_t not_after_ms);
void retry_remember(struct state *state, entity_id author, const struct proposal *proposal,
                    uint64_t seq);

// For a snapshot: what a bucket remembers, from 1 to state_count() of its pool.
const struct retry *retry_at(const struct state *state, uint32_t bucket, uint32_t at);
// Its record in its bucket, which retry_index makes be found.
uint32_t            retry_put(struct state *state, const struct retry *retry);
void                retry_index(struct state *state, uint32_t bucket, uint32_t at);

// The oldest event whose answer may still be asked for at that time; UINT64_MAX: none.
uint64_t retry_oldest(const struct state *state, uint64_t now_ms);

#endif
