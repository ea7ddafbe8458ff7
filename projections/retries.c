#include "projections/retries.h"

#include <assert.h>
#include <string.h>

enum { BUCKET_MS = 60 * 1000 };
static_assert(sizeof(struct retry) == RETRY_SIZE, "a bucket has room for it");
static_assert(NOT_AFTER_MS_MAX / BUCKET_MS + 2 < RETRY_BUCKET_COUNT, "a bucket comes round empty");

static uint32_t bucket_of(uint64_t not_after_ms)
{
    return (uint32_t)(not_after_ms / BUCKET_MS % RETRY_BUCKET_COUNT);
}

static uint64_t hash_of(const struct state *state, entity_id author, const uint8_t *id)
{
    return state_hash(state, (uint32_t)author, (struct bytes){id, PROPOSAL_ID_SIZE});
}

const struct retry *retry_at(const struct state *state, uint32_t bucket, uint32_t at)
{
    return state_read(state, (enum pool_name)(POOL_RETRY + bucket), at);
}

static bool is_empty(const struct state *state, uint32_t bucket)
{
    return state_count(state, (enum pool_name)(POOL_RETRY + bucket)) == 0;
}

// Of all that is in a bucket, which is not empty.
static uint64_t minute_in(const struct state *state, uint32_t bucket)
{
    return retry_at(state, bucket, 1)->not_after_ms / BUCKET_MS;
}

// Whether anything in the bucket still counts for a proposal of that minute.
static bool is_worth_a_look(const struct state *state, uint32_t bucket, uint64_t minute)
{
    if (is_empty(state, bucket)) return false;
    if (minute_in(state, bucket) == minute) return true;
    return (minute_in(state, bucket) + 1) * BUCKET_MS > server_at(state)->time_ms;
}

// The id in one bucket; 0 when it is not there, or only in a proposal of another not_after that is
// out of date: then the id is free again.
static uint32_t find_in(const struct state *state, uint32_t bucket, const struct retry *wanted,
                        uint64_t hash)
{
    const enum index_name index = (enum index_name)(INDEX_RETRY + bucket);
    uint32_t              at = state_first(state, index, hash);
    for (; at != 0; at = state_next(state, index, at)) {
        const struct retry *retry = retry_at(state, bucket, at);
        if (retry->author != wanted->author) continue;
        if (memcmp(retry->id, wanted->id, PROPOSAL_ID_SIZE) != 0) continue;
        if (retry->not_after_ms == wanted->not_after_ms) return at;
        if (retry->not_after_ms >= server_at(state)->time_ms) return at;
    }
    return 0;
}

bool retry_find(const struct state *state, entity_id author, const uint8_t id[PROPOSAL_ID_SIZE],
                uint64_t not_after_ms, uint64_t *seq)
{
    const uint64_t hash = hash_of(state, author, id);
    struct retry   wanted = {.author = author, .not_after_ms = not_after_ms};
    memcpy(wanted.id, id, PROPOSAL_ID_SIZE);
    // The own minute first; the others for who asks again with another not_after.
    for (uint32_t i = 0; i < RETRY_BUCKET_COUNT; i++) {
        const uint32_t bucket = (bucket_of(not_after_ms) + i) % RETRY_BUCKET_COUNT;
        if (!is_worth_a_look(state, bucket, not_after_ms / BUCKET_MS)) continue;
        const uint32_t at = find_in(state, bucket, &wanted, hash);
        if (at == 0) continue;
        *seq = retry_at(state, bucket, at)->seq;
        return true;
    }
    return false;
}

static enum index_name index_of(const struct proposal *proposal)
{
    return (enum index_name)(INDEX_RETRY + bucket_of(proposal->not_after_ms));
}

uint64_t retry_fetch(const struct state *state, entity_id author, const struct proposal *proposal)
{
    const uint64_t hash = hash_of(state, author, proposal->id);
    state_fetch(state, index_of(proposal), hash);
    return hash;
}

void retry_fetch_link(const struct state *state, const struct proposal *proposal, uint64_t hash)
{
    state_fetch_link(state, index_of(proposal), hash);
}

void retry_fetch_splits(const struct state *state, const struct proposal *proposal, uint32_t count)
{
    state_fetch_splits(state, index_of(proposal), count);
}

bool retry_has_room(const struct state *state, uint64_t not_after_ms)
{
    const uint32_t bucket = bucket_of(not_after_ms);
    if (state_room(state, (enum pool_name)(POOL_RETRY + bucket)) > 0) return true;
    return minute_in(state, bucket) != not_after_ms / BUCKET_MS; // forgotten when it is used
}

// A bucket that still holds an earlier round of minutes is forgotten before it is used again: all
// of it has been stale for minutes.
uint32_t retry_put(struct state *state, const struct retry *retry)
{
    const uint32_t       bucket = bucket_of(retry->not_after_ms);
    const enum pool_name pool = (enum pool_name)(POOL_RETRY + bucket);
    const uint64_t       minute = retry->not_after_ms / BUCKET_MS;
    if (!is_empty(state, bucket) && minute_in(state, bucket) != minute) {
        state_forget_bucket(state, bucket);
    }
    const uint32_t at = state_take(state, pool);
    *(struct retry *)state_edit(state, pool, at) = *retry;
    return at;
}

void retry_index(struct state *state, uint32_t bucket, uint32_t at)
{
    const struct retry *retry = retry_at(state, bucket, at);
    state_index_add(state, (enum index_name)(INDEX_RETRY + bucket), at,
                    hash_of(state, retry->author, retry->id));
}

void retry_remember(struct state *state, entity_id author, const struct proposal *proposal,
                    uint64_t seq)
{
    struct retry retry = {author, seq, proposal->not_after_ms, {0}};
    memcpy(retry.id, proposal->id, PROPOSAL_ID_SIZE);
    retry_index(state, bucket_of(retry.not_after_ms), retry_put(state, &retry));
}

// A bucket is filled in the order of the log.
uint64_t retry_oldest(const struct state *state, uint64_t now_ms)
{
    uint64_t oldest = UINT64_MAX;
    for (uint32_t bucket = 0; bucket < RETRY_BUCKET_COUNT; bucket++) {
        if (is_empty(state, bucket)) continue;
        const bool     is_over = (minute_in(state, bucket) + 1) * BUCKET_MS <= now_ms;
        const uint64_t seq = retry_at(state, bucket, 1)->seq;
        if (!is_over && seq < oldest) oldest = seq;
    }
    return oldest;
}
