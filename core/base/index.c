#include "core/base/index.h"

#include "core/base/reserve.h"

#include <assert.h>
#include <stddef.h>

enum { BUCKET_COUNT_MIN = 16 };

static size_t slots(const struct index *index)
{
    return (size_t)index->count_max + BUCKET_COUNT_MIN + 1;
}

enum status index_init(struct index *index, uint32_t count_max, struct ahead *ahead)
{
    *index = (struct index){.bucket_count = BUCKET_COUNT_MIN,
                            .count_max = count_max,
                            .touched_buckets = ahead_mark(ahead),
                            .touched_links = ahead_mark(ahead)};
    index->buckets = memory_reserve(slots(index) * sizeof *index->buckets);
    index->links = memory_reserve(slots(index) * sizeof *index->links);
    if (index->buckets != NULL && index->links != NULL) return OK;
    index_release(index);
    return STATUS_OUT_OF_MEMORY;
}

void index_release(struct index *index)
{
    memory_return(index->buckets, slots(index) * sizeof *index->buckets);
    memory_return(index->links, slots(index) * sizeof *index->links);
    *index = (struct index){0};
}

static uint32_t fold(uint64_t hash)
{
    return (uint32_t)(hash ^ hash >> 32);
}

// With n buckets, 2^k <= n < 2^(k+1): a hash falls into its low k+1 bits where that bucket exists
// already, else into its low k bits, the bucket that has not been split yet.
static uint32_t bucket_of(const struct index *index, uint32_t hash)
{
    const uint32_t low = 31U - (uint32_t)__builtin_clz(index->bucket_count);
    const uint32_t wide = hash & (uint32_t)((2ULL << low) - 1);
    return wide < index->bucket_count ? wide : wide & ((1U << low) - 1);
}

static void push(struct index *index, uint32_t bucket, uint32_t record)
{
    index->links[record].next = index->buckets[bucket];
    index->buckets[bucket] = record;
}

static void note_buckets(struct index *index)
{
    ahead_note(&index->touched_buckets, index->buckets, slots(index) * sizeof *index->buckets,
               index->bucket_count * sizeof *index->buckets);
}

static void note_link(struct index *index, uint32_t record)
{
    ahead_note(&index->touched_links, index->links, slots(index) * sizeof *index->links,
               (record + (size_t)1) * sizeof *index->links);
}

// The new last bucket takes its share of the one that it shared a bucket with.
static void split(struct index *index)
{
    const uint32_t low = 31U - (uint32_t)__builtin_clz(index->bucket_count);
    const uint32_t old = index->bucket_count - (1U << low);
    uint32_t       record = index->buckets[old];
    index->bucket_count++;
    note_buckets(index);
    index->buckets[old] = 0;
    while (record != 0) {
        const uint32_t next = index->links[record].next;
        push(index, bucket_of(index, index->links[record].hash), record);
        record = next;
    }
}

void index_add(struct index *index, uint32_t record, uint64_t hash)
{
    assert(record > 0 && record <= index->count_max);
    note_link(index, record);
    index->links[record].hash = fold(hash);
    push(index, bucket_of(index, fold(hash)), record);
    index->count++;
    if (index->count > index->bucket_count) split(index);
}

void index_fetch(const struct index *index, uint64_t hash)
{
    __builtin_prefetch(&index->buckets[bucket_of(index, fold(hash))], 1);
}

uint32_t index_fetch_first(const struct index *index, uint64_t hash)
{
    const uint32_t record = index->buckets[bucket_of(index, fold(hash))];
    __builtin_prefetch(&index->links[record]);
    return record;
}

void index_fetch_splits(const struct index *index, uint32_t count)
{
    const uint32_t low = 31U - (uint32_t)__builtin_clz(index->bucket_count);
    const uint32_t begin = index->bucket_count - (1U << low); // the next one to be split
    for (uint32_t bucket = begin; bucket < begin + count && bucket < 1U << low; bucket++) {
        __builtin_prefetch(&index->links[index->buckets[bucket]], 1);
    }
}

void index_remove(struct index *index, uint32_t record)
{
    uint32_t *link = &index->buckets[bucket_of(index, index->links[record].hash)];
    while (*link != record) {
        assert(*link != 0);
        link = &index->links[*link].next;
    }
    *link = index->links[record].next;
    index->count--;
}

static uint32_t same_hash(const struct index *index, uint32_t record, uint32_t hash)
{
    while (record != 0 && index->links[record].hash != hash) {
        record = index->links[record].next;
    }
    return record;
}

uint32_t index_first(const struct index *index, uint64_t hash)
{
    const uint32_t folded = fold(hash);
    return same_hash(index, index->buckets[bucket_of(index, folded)], folded);
}

uint32_t index_next(const struct index *index, uint32_t record)
{
    return same_hash(index, index->links[record].next, index->links[record].hash);
}

void index_empty(struct index *index)
{
    memory_zero(index->buckets, index->bucket_count * sizeof *index->buckets);
    index->touched_buckets = ahead_mark(index->touched_buckets.ahead);
    index->bucket_count = BUCKET_COUNT_MIN;
    index->count = 0;
}

// The buckets that would have been split off one by one are there already: all are empty.
void index_expect(struct index *index, uint32_t count)
{
    assert(index->count == 0 && count <= index->count_max);
    if (count > index->bucket_count) index->bucket_count = count;
    note_buckets(index);
}
