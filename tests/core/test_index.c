// Linear hashing against a naive set.
#include "core/base/index.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

static struct index index_of(uint32_t count_max)
{
    struct index index;
    cr_assert(eq(int, index_init(&index, count_max, NULL), OK));
    return index;
}

// The naive set: by record, its hash or that it is out.
struct set {
    uint64_t hashes[4097];
    bool     is_in[4097];
    uint32_t count, count_max;
};

static bool finds(const struct index *index, uint32_t record, uint64_t hash)
{
    uint32_t found = 0;
    for (uint32_t at = index_first(index, hash); at != 0; at = index_next(index, at))
        found += at == record;
    cr_assert(le(u32, found, 1), "a record is found once");
    return found == 1;
}

static void check(const struct index *index, const struct set *set)
{
    cr_assert(eq(u32, index->count, set->count));
    for (uint32_t record = 1; record <= set->count_max; record++)
        cr_assert(eq(int, finds(index, record, set->hashes[record]), set->is_in[record]));
}

// All chains together hold as many records as there are.
static void check_chains(const struct index *index)
{
    uint32_t count = 0;
    for (uint32_t bucket = 0; bucket < index->bucket_count; bucket++) {
        for (uint32_t at = index->buckets[bucket]; at != 0; at = index->links[at].next)
            cr_assert(le(u32, ++count, index->count), "a chain goes round");
    }
    cr_assert(eq(u32, count, index->count));
}

static uint64_t any_hash(unsigned spread)
{
    const uint64_t random = (uint64_t)rand() << 32 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand();
    return spread == 0 ? random : random % spread;
}

static void toggle(struct index *index, struct set *set, uint32_t record, unsigned spread)
{
    if (set->is_in[record]) {
        index_remove(index, record);
        set->count--;
    } else {
        set->hashes[record] = any_hash(spread);
        index_add(index, record, set->hashes[record]);
        set->count++;
    }
    set->is_in[record] = !set->is_in[record];
}

static void run(uint32_t count_max, unsigned spread, int steps)
{
    static struct set set;
    struct index      index = index_of(count_max);
    set = (struct set){.count_max = count_max};
    srand(count_max + spread);
    for (int i = 0; i < steps; i++) {
        toggle(&index, &set, 1 + (uint32_t)rand() % count_max, spread);
        if (i % (steps / 8) == 0) check(&index, &set);
    }
    // Full to the last record, then empty again.
    for (int round = 0; round < 2; round++) {
        for (uint32_t record = 1; record <= count_max; record++) {
            if (set.is_in[record] == (round == 1)) toggle(&index, &set, record, spread);
        }
        check(&index, &set);
        check_chains(&index);
    }
    cr_expect(zero(u32, index.count));
    index_release(&index);
}

Test(index, agrees_with_a_naive_set)
{
    run(1, 0, 64);
    run(15, 0, 400);
    run(16, 0, 400);
    run(17, 0, 400);
    run(33, 0, 1000);
    run(4096, 0, 20000);
}

Test(index, agrees_when_many_hashes_are_the_same)
{
    run(300, 1, 2000);
    run(300, 7, 2000);
    run(4096, 1000, 20000);
}

// Whatever number of buckets there is, each record is found: checked at each step of the growth.
Test(index, finds_all_at_every_number_of_buckets)
{
    enum { COUNT = 600 };
    struct index index = index_of(COUNT);
    uint64_t     hashes[COUNT + 1];
    srand(3);
    for (uint32_t record = 1; record <= COUNT; record++) {
        hashes[record] = any_hash(0);
        index_fetch_splits(&index, record); // reads what is there, whatever comes
        index_add(&index, record, hashes[record]);
        for (uint32_t i = 1; i <= record; i++)
            cr_assert(finds(&index, i, hashes[i]), "%u of %u", i, record);
        check_chains(&index);
    }
    cr_expect(ge(u32, index.bucket_count, COUNT), "chains stay short");
    index_release(&index);
}

// The bound of the promise "no stall": one more record moves at most one bucket's chain.
Test(index, a_good_hash_keeps_chains_short)
{
    enum { COUNT = 100000, CHAIN_MAX = 16 };
    struct index index = index_of(COUNT);
    uint32_t     longest = 0;
    srand(4);
    for (uint32_t record = 1; record <= COUNT; record++)
        index_add(&index, record, any_hash(0));
    for (uint32_t bucket = 0; bucket < index.bucket_count; bucket++) {
        uint32_t size = 0;
        for (uint32_t at = index.buckets[bucket]; at != 0; at = index.links[at].next)
            size++;
        longest = size > longest ? size : longest;
    }
    cr_expect(le(u32, longest, CHAIN_MAX));
    index_release(&index);
}

// One that was made large at once finds the same as one that grew, and grows on.
Test(index, what_was_expected_is_found_without_a_split)
{
    enum { COUNT = 3000, EXPECTED = 2500 };
    struct index grown = index_of(COUNT), expected = index_of(COUNT);
    srand(6);
    index_expect(&expected, EXPECTED);
    for (uint32_t record = 1; record <= COUNT; record++) {
        const uint64_t hash = any_hash(0);
        index_add(&grown, record, hash);
        index_add(&expected, record, hash);
        if (record == EXPECTED) cr_expect(eq(u32, expected.bucket_count, EXPECTED));
        cr_expect(eq(u32, index_first(&expected, hash), index_first(&grown, hash)));
    }
    cr_expect(eq(u32, expected.bucket_count, grown.bucket_count));
    for (uint32_t record = 1; record <= COUNT; record++)
        index_remove(&expected, record);
    index_expect(&expected, 1);
    cr_expect(zero(u32, expected.count));
    index_release(&grown);
    index_release(&expected);
}

// Hashes that differ above bit 31 only are folded: they must not all share a bucket.
Test(index, the_upper_half_of_a_hash_counts)
{
    struct index index = index_of(64);
    for (uint32_t record = 1; record <= 64; record++)
        index_add(&index, record, (uint64_t)record << 32);
    for (uint32_t record = 1; record <= 64; record++)
        cr_expect(eq(u32, index_first(&index, (uint64_t)record << 32), record));
    index_release(&index);
}

Test(index, none_is_not_added, .signal = SIGABRT)
{
    struct index index = index_of(4);
    index_add(&index, 0, 1);
}

Test(index, a_record_beyond_the_bound_is_not_added, .signal = SIGABRT)
{
    struct index index = index_of(4);
    index_add(&index, 5, 1);
}

Test(index, what_is_not_in_is_not_removed, .signal = SIGABRT)
{
    struct index index = index_of(4);
    index_add(&index, 1, 1);
    index_remove(&index, 2);
}

Test(index, release_of_one_that_never_was_is_fine)
{
    struct index index = {0};
    index_release(&index);
}
