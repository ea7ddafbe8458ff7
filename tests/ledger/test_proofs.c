// A ledger of a million leaves: proofs through its tiles, between any two of its sizes, against the
// frontiers that were there while it grew. core/test_tree.c has all small sizes, against the
// definitions.
#include "ledger/log.h"
#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

enum { LEAF_COUNT = 1000003, SIZE_COUNT = 160, PAIR_COUNT = 1500, SEED = 7 };

static struct fixture f;

static struct size {
    uint64_t    size;
    struct hash root;
} sizes[SIZE_COUNT];

static void setup(void)
{
    fixture_init(&f);
}

static void teardown(void)
{
    fixture_release(&f);
}

TestSuite(proofs, .init = setup, .fini = teardown, .timeout = 280);

static uint64_t draw(uint64_t end)
{
    return ((uint64_t)rand() << 31 | (uint64_t)rand()) % end;
}

static int compare(const void *left, const void *right)
{
    const uint64_t a = ((const struct size *)left)->size, b = ((const struct size *)right)->size;
    return (a > b) - (a < b);
}

// Some by chance, some right at the borders of tiles of each level.
static void draw_sizes(void)
{
    static const uint64_t borders[] = {
        1,     2,      255,    256,    257,    65535,          65536,
        65537, 131072, 524287, 524288, 999936, LEAF_COUNT - 1, LEAF_COUNT};
    const size_t border_count = sizeof borders / sizeof borders[0];
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        sizes[i].size = i < border_count ? borders[i] : 1 + draw(LEAF_COUNT);
    }
    qsort(sizes, SIZE_COUNT, sizeof sizes[0], compare);
}

static void note_roots(void)
{
    struct tree tree = {0};
    size_t      next = 0;
    for (uint64_t seq = 0; seq < LEAF_COUNT; seq++) {
        const struct hash hash = leaf_hash(seq);
        tree_append(&tree, &hash);
        for (; next < SIZE_COUNT && sizes[next].size == tree.size; next++) {
            sizes[next].root = tree_root(&tree);
        }
    }
    cr_assert(eq(sz, next, SIZE_COUNT));
}

struct claim {
    bool        is_growth;
    uint64_t    first, size; // index or old size; size
    struct hash from, root;  // leaf or old root; root
};

static bool verify(const struct claim *claim, const struct tree_proof *proof)
{
    return claim->is_growth ? tree_verify_consistency(proof, claim->first, claim->size,
                                                      &claim->from, &claim->root)
                            : tree_verify_inclusion(proof, claim->first, claim->size, &claim->from,
                                                    &claim->root);
}

static void expect_only(const struct claim *claim, const struct tree_proof *proof)
{
    struct tree_proof wrong = *proof;
    struct claim      other = *claim;
    cr_assert(verify(claim, proof), "%" PRIu64 " of %" PRIu64, claim->first, claim->size);
    for (uint32_t i = 0; i < proof->count; i++) {
        wrong.hashes[i].at[draw(HASH_SIZE)] ^= (uint8_t)(1U << draw(8));
        cr_assert(not(verify(claim, &wrong)), "hash %u", i);
        wrong = *proof;
    }
    wrong.hashes[wrong.count++] = claim->root;
    cr_assert(not(verify(claim, &wrong)), "one too many");
    wrong = *proof;
    if (wrong.count > 0) {
        wrong.count--;
        cr_assert(not(verify(claim, &wrong)), "one too few");
    }
    other.first ^= 1; // its sibling, whose sides are others
    const bool is_odd_one = !claim->is_growth && other.first >= claim->size;
    if (!claim->is_growth && !is_odd_one) cr_assert(not(verify(&other, proof)), "its sibling");
    other = *claim;
    other.root.at[draw(HASH_SIZE)] ^= 1;
    cr_assert(not(verify(&other, proof)), "another root");
    other = *claim;
    other.from.at[draw(HASH_SIZE)] ^= 1;
    cr_assert(not(verify(&other, proof)), "another leaf or old root");
}

Test(proofs, of_a_million_leaves_verify_between_any_two_sizes)
{
    struct tree_proof proof;
    struct hash       root;
    srand(SEED);
    draw_sizes();
    note_roots();
    cr_assert(eq(int, fixture_create(&f), OK));
    cr_assert(eq(int, fixture_grow(&f, LEAF_COUNT, 200000), OK));
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        cr_assert(eq(int, ledger_root(f.ledger, sizes[i].size, &root), OK));
        cr_assert(hash_is_equal(&root, &sizes[i].root), "size %" PRIu64, sizes[i].size);
    }
    for (uint32_t i = 0; i < PAIR_COUNT; i++) {
        const struct size *size = &sizes[draw(SIZE_COUNT)];
        const uint64_t     index = draw(size->size);
        const struct claim leaf = {false, index, size->size, leaf_hash(index), size->root};
        cr_assert(eq(int, ledger_inclusion(f.ledger, index, size->size, &proof), OK));
        expect_only(&leaf, &proof);

        const struct size *old = &sizes[draw((uint64_t)(size - sizes) + 1)];
        if (old->size == size->size) continue;
        const struct claim growth = {true, old->size, size->size, old->root, size->root};
        cr_assert(eq(int, ledger_consistency(f.ledger, old->size, size->size, &proof), OK));
        expect_only(&growth, &proof);
    }
}
