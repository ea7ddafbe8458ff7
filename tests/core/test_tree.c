#include "core/proof/crypto.h"
#include "core/proof/tree.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

enum { LEAF_COUNT = 300, ALL_SIZES = 34 };

static struct hash leaves[LEAF_COUNT];
// Roots of leaves [from, to), filled as asked for.
static struct hash roots[LEAF_COUNT + 1][LEAF_COUNT + 1];
static bool        has_root[LEAF_COUNT + 1][LEAF_COUNT + 1];

static void start(void)
{
    cr_assert(eq(int, hash_start(), OK));
    cr_assert(eq(int, crypto_start(), OK));
    for (uint32_t i = 0; i < LEAF_COUNT; i++) {
        leaves[i] = hash_leaf((struct bytes){(const uint8_t *)&i, sizeof i});
    }
}

TestSuite(tree, .init = start);

static void expect_text(const char *got, const char *want, const char *when)
{
    cr_expect(strcmp(got, want) == 0, "when %s: got %s, want %s", when, got, want);
}

// The definitions of RFC 6962 2.1, word for word; slow and recursive.

static uint64_t split(uint64_t count)
{
    uint64_t power = 1;
    while (power * 2 < count) {
        power *= 2;
    }
    return power;
}

static struct hash root_of(uint64_t from, uint64_t to)
{
    if (from == to) return hash_bytes((struct bytes){0});
    if (to - from == 1) return leaves[from];
    if (has_root[from][to]) return roots[from][to];
    const uint64_t    middle = from + split(to - from);
    const struct hash left = root_of(from, middle);
    const struct hash right = root_of(middle, to);
    roots[from][to] = hash_node(&left, &right);
    has_root[from][to] = true;
    return roots[from][to];
}

// A proof, and on which side each hash joins: 'l', 'r', or '=' where the proof begins with it.
struct slow_proof {
    struct tree_proof proof;
    char              shape[TREE_PROOF_MAX + 1];
};

static void slow_add(struct slow_proof *slow, struct hash hash, char side)
{
    slow->shape[slow->proof.count] = side;
    slow->proof.hashes[slow->proof.count++] = hash;
}

static void slow_path(struct slow_proof *slow, uint64_t index, uint64_t from, uint64_t to)
{
    if (to - from == 1) return;
    const uint64_t middle = from + split(to - from);
    if (index < middle) {
        slow_path(slow, index, from, middle);
        slow_add(slow, root_of(middle, to), 'r');
    } else {
        slow_path(slow, index, middle, to);
        slow_add(slow, root_of(from, middle), 'l');
    }
}

static void slow_growth(struct slow_proof *slow, uint64_t old, uint64_t from, uint64_t to,
                        bool is_known)
{
    if (old == to) {
        if (!is_known) slow_add(slow, root_of(from, to), '=');
        return;
    }
    const uint64_t middle = from + split(to - from);
    if (old <= middle) {
        slow_growth(slow, old, from, middle, is_known);
        slow_add(slow, root_of(middle, to), 'r');
    } else {
        slow_growth(slow, old, middle, to, false);
        slow_add(slow, root_of(from, middle), 'l');
    }
}

static struct slow_proof slow_inclusion(uint64_t index, uint64_t size)
{
    struct slow_proof slow = {.proof.count = 0};
    slow_path(&slow, index, 0, size);
    return slow;
}

static struct slow_proof slow_consistency(uint64_t old, uint64_t new)
{
    struct slow_proof slow = {.proof.count = 0};
    slow_growth(&slow, old, 0, new, true);
    return slow;
}

// The reader knows only complete nodes below its size, as the store will.
static enum status read_node(void *context, uint32_t level, uint64_t index, struct hash *hash)
{
    const uint64_t size = *(const uint64_t *)context;
    const uint64_t to = (index + 1) << level;
    cr_assert(to <= size, "node (%u, %lu) of size %lu", level, index, size);
    *hash = root_of(index << level, to);
    return OK;
}

static bool is_same(const struct tree_proof *a, const struct tree_proof *b)
{
    if (a->count != b->count) return false;
    return memcmp(a->hashes, b->hashes, a->count * sizeof(struct hash)) == 0;
}

static struct hash leaf_of_hex(const char *hex)
{
    uint8_t      memory[16];
    const size_t size = strlen(hex) / 2;
    cr_assert(crypto_hex_decode(bytes_of_text(hex), memory, size));
    return hash_leaf((struct bytes){memory, size});
}

static char *base64(const struct hash *hash)
{
    static char   text[48];
    struct buffer buffer = buffer_over(text, sizeof text);
    crypto_base64_add(&buffer, hash_view(hash));
    buffer_text(&buffer);
    return text;
}

static char *hex(const struct hash *hash)
{
    static char   text[68];
    struct buffer buffer = buffer_over(text, sizeof text);
    crypto_hex_add(&buffer, hash_view(hash));
    buffer_text(&buffer);
    return text;
}

// The leaves that logs of others test with, too.
static const char *const known_leaves[] = {"",
                                           "00",
                                           "10",
                                           "2021",
                                           "3031",
                                           "40414243",
                                           "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f"};

static void use_known_leaves(void)
{
    memset(has_root, 0, sizeof has_root);
    for (size_t i = 0; i < 8; i++) {
        leaves[i] = leaf_of_hex(known_leaves[i]);
    }
}

Test(tree, known_roots_are_met)
{
    static const char *const known[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    struct tree tree = {0};
    for (size_t size = 0; size <= 8; size++) {
        const struct hash root = tree_root(&tree);
        expect_text(hex(&root), known[size], "known");
        if (size == 8) break;
        const struct hash leaf = leaf_of_hex(known_leaves[size]);
        tree_append(&tree, &leaf);
    }
}

Test(tree, known_leaf_hashes_are_met)
{
    static const char *const known[] = {"6e340b9c...a01d", "96a296d2...cfc7", "0298d122...7fe7",
                                        "07506a85...87e7", "bc1a0643...9e6b", "4271a26b...b658",
                                        "b08693ec...1a5f", "46f6ffad...8eb1"};
    for (size_t i = 0; i < 8; i++) {
        const struct hash leaf = leaf_of_hex(known_leaves[i]);
        cr_expect(eq(int, strncmp(hex(&leaf), known[i], 8), 0), "leaf %zu", i);
        expect_text(hex(&leaf) + 60, known[i] + 11, "known");
    }
}

Test(tree, known_proofs_are_met)
{
    uint64_t                 size = 8;
    const struct tree_reader reader = {read_node, &size};
    struct tree_proof        proof;

    use_known_leaves();
    cr_assert(eq(int, tree_inclusion(&reader, 5, 8, &proof), OK));
    cr_assert(eq(u32, proof.count, 3));
    expect_text(hex(&proof.hashes[0]),
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "known");
    expect_text(hex(&proof.hashes[1]),
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "known");
    expect_text(hex(&proof.hashes[2]),
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", "known");

    static const struct {
        uint64_t    old, new;
        uint32_t    count;
        const char *hashes[4];
    } rows[] = {
        {1,
         8,    3,
         {"lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
          "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
          "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ="}         },
        {4, 8, 1, {"a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ="}},
        {3,
         7,    4,
         {"ApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+c=",
          "B1Bqhf2d0vEg62lPhgEeW7RmLlxBWmKRcDPUqWJEh+c=",
          "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=",
          "g327FS6bB5AQcX6E6GXaTrwPoZioBtWdMb8VrM7yLQ4="}         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size = rows[i].new;
        cr_assert(eq(int, tree_consistency(&reader, rows[i].old, rows[i].new, &proof), OK));
        cr_assert(eq(u32, proof.count, rows[i].count));
        for (uint32_t j = 0; j < proof.count; j++) {
            expect_text(base64(&proof.hashes[j]), rows[i].hashes[j], "known");
        }
    }
}

Test(tree, the_root_is_that_of_the_definition_at_every_size)
{
    struct tree tree = {0};
    for (uint64_t size = 0; size <= LEAF_COUNT; size++) {
        const struct hash want = root_of(0, size);
        const struct hash got = tree_root(&tree);
        cr_assert(eq(u64, tree.size, size));
        cr_assert(hash_is_equal(&got, &want), "size %lu", size);
        if (size < LEAF_COUNT) tree_append(&tree, &leaves[size]);
    }
}

// One bit in each hash, one hash more, one less, and two that changed places.
static void refuse_corrupt(const struct tree_proof *proof,
                           bool (*verify)(const struct tree_proof *, const void *),
                           const void *context)
{
    struct tree_proof corrupt = *proof;
    for (uint32_t i = 0; i < proof->count; i++) {
        const uint8_t bit = (uint8_t)(1u << i % 8);
        corrupt.hashes[i].at[(i * 5) % HASH_SIZE] ^= bit;
        cr_assert(not(verify(&corrupt, context)), "a bit of hash %u", i);
        corrupt = *proof;
    }
    if (proof->count > 0) {
        corrupt.count--;
        cr_assert(not(verify(&corrupt, context)), "without the last");
        memmove(corrupt.hashes, corrupt.hashes + 1, corrupt.count * sizeof(struct hash));
        cr_assert(not(verify(&corrupt, context)), "without the first");
        corrupt = *proof;
    }
    corrupt.hashes[corrupt.count++] = (struct hash){0};
    cr_assert(not(verify(&corrupt, context)), "with one more");
    corrupt = *proof;
    memmove(corrupt.hashes + 1, corrupt.hashes, corrupt.count * sizeof(struct hash));
    corrupt.count++;
    cr_assert(not(verify(&corrupt, context)), "with the first twice");
    corrupt = *proof;
    if (proof->count < 2) return;
    corrupt.hashes[0] = proof->hashes[1];
    corrupt.hashes[1] = proof->hashes[0];
    cr_assert(not(verify(&corrupt, context)), "in another order");
}

struct claim {
    uint64_t    a, b; // index and size, or sizes old and new
    struct hash x, y; // leaf and root, or roots old and new
};

static bool verify_inclusion(const struct tree_proof *proof, const void *context)
{
    const struct claim *claim = context;
    return tree_verify_inclusion(proof, claim->a, claim->b, &claim->x, &claim->y);
}

static bool verify_consistency(const struct tree_proof *proof, const void *context)
{
    const struct claim *claim = context;
    return tree_verify_consistency(proof, claim->a, claim->b, &claim->x, &claim->y);
}

static void refuse_other_hashes(const struct tree_proof *proof,
                                bool (*verify)(const struct tree_proof *, const void *),
                                const struct claim *claim)
{
    struct claim corrupt = *claim;
    corrupt.x.at[claim->a % HASH_SIZE] ^= 0x10;
    cr_assert(not(verify(proof, &corrupt)), "of another leaf or old root");
    corrupt = *claim;
    corrupt.y.at[claim->a % HASH_SIZE] ^= 0x01;
    cr_assert(not(verify(proof, &corrupt)), "of another root");
    if (hash_is_equal(&claim->x, &claim->y)) return;
    corrupt = (struct claim){claim->a, claim->b, claim->y, claim->x};
    cr_assert(not(verify(proof, &corrupt)), "of roots that changed places");
    corrupt = (struct claim){claim->b, claim->a, claim->x, claim->y};
    cr_assert(not(verify(proof, &corrupt)), "of sizes that changed places");
}

Test(tree, every_inclusion_is_that_of_the_definition_and_no_other_passes)
{
    for (uint64_t size = 1; size <= LEAF_COUNT; size++) {
        const struct tree_reader reader = {read_node, &size};
        for (uint64_t index = 0; index < size; index++) {
            const struct slow_proof want = slow_inclusion(index, size);
            const struct claim      claim = {index, size, leaves[index], root_of(0, size)};
            struct tree_proof       proof;
            cr_assert(eq(int, tree_inclusion(&reader, index, size, &proof), OK));
            cr_assert(is_same(&proof, &want.proof), "%lu of %lu", index, size);
            cr_assert(verify_inclusion(&proof, &claim), "%lu of %lu", index, size);
            refuse_corrupt(&proof, verify_inclusion, &claim);
            refuse_other_hashes(&proof, verify_inclusion, &claim);
            for (uint64_t other = 0; other <= size; other++) {
                const bool is_far = other > index + 2 || index > other + 2;
                if (other == index || (size > 64 && is_far)) continue;
                const struct claim moved = {other, size, claim.x, claim.y};
                cr_assert(not(verify_inclusion(&proof, &moved)), "%lu as %lu of %lu", index, other,
                          size);
            }
        }
    }
}

// A proof says on which sides its hashes join, and no more about the size: it passes for another
// size exactly where the sides are the same. The size is what the checkpoint's signature is for.
Test(tree, an_inclusion_passes_for_another_size_only_with_the_same_sides)
{
    for (uint64_t size = 1; size <= ALL_SIZES; size++) {
        for (uint64_t index = 0; index < size; index++) {
            const struct slow_proof own = slow_inclusion(index, size);
            for (uint64_t other = 0; other <= 2 * ALL_SIZES; other++) {
                const struct claim claim = {index, other, leaves[index], root_of(0, size)};
                const bool         is_same_shape =
                    index < other && strcmp(own.shape, slow_inclusion(index, other).shape) == 0;
                cr_assert(eq(int, verify_inclusion(&own.proof, &claim), is_same_shape),
                          "%lu of %lu as of %lu", index, size, other);
            }
        }
    }
}

Test(tree, every_consistency_is_that_of_the_definition_and_no_other_passes)
{
    for (uint64_t new = 1; new <= LEAF_COUNT; new ++) {
        const struct tree_reader reader = {read_node, &new};
        for (uint64_t old = 1; old <= new; old++) {
            const struct slow_proof want = slow_consistency(old, new);
            const struct claim      claim = {old, new, root_of(0, old), root_of(0, new)};
            struct tree_proof       proof;
            cr_assert(eq(int, tree_consistency(&reader, old, new, &proof), OK));
            cr_assert(is_same(&proof, &want.proof), "%lu to %lu", old, new);
            cr_assert(verify_consistency(&proof, &claim), "%lu to %lu", old, new);
            refuse_corrupt(&proof, verify_consistency, &claim);
            refuse_other_hashes(&proof, verify_consistency, &claim);
        }
    }
}

Test(tree, a_consistency_passes_for_other_sizes_only_with_the_same_sides)
{
    for (uint64_t new = 1; new <= ALL_SIZES; new ++) {
        for (uint64_t old = 1; old < new; old++) {
            const struct slow_proof own = slow_consistency(old, new);
            struct claim            claim = {0, 0, root_of(0, old), root_of(0, new)};
            for (claim.b = 0; claim.b <= ALL_SIZES; claim.b++) {
                for (claim.a = 0; claim.a <= ALL_SIZES; claim.a++) {
                    const bool is_growth = claim.a >= 1 && claim.a < claim.b;
                    const bool is_same_shape =
                        is_growth &&
                        strcmp(own.shape, slow_consistency(claim.a, claim.b).shape) == 0;
                    cr_assert(eq(int, verify_consistency(&own.proof, &claim), is_same_shape),
                              "%lu to %lu as %lu to %lu", old, new, claim.a, claim.b);
                }
            }
        }
    }
}

Test(tree, nothing_is_consistent_with_nothing_and_with_all_after)
{
    const struct tree_reader reader = {NULL, NULL};
    const struct hash        empty = root_of(0, 0);
    const struct hash        other = root_of(0, 5);
    struct tree_proof        proof;
    cr_assert(eq(int, tree_consistency(&reader, 0, 5, &proof), OK));
    cr_expect(eq(u32, proof.count, 0));
    cr_expect(tree_verify_consistency(&proof, 0, 5, &empty, &other));
    cr_expect(tree_verify_consistency(&proof, 0, 0, &empty, &empty));
    cr_expect(not(tree_verify_consistency(&proof, 0, 5, &other, &other)));
    cr_expect(not(tree_verify_consistency(&proof, 0, 0, &empty, &other)));
    cr_expect(not(tree_verify_consistency(&proof, 0, 0, &other, &other)));
    proof.count = 1;
    cr_expect(not(tree_verify_consistency(&proof, 0, 5, &empty, &other)));
    cr_expect(not(tree_verify_consistency(&proof, 0, 0, &empty, &empty)));
}

Test(tree, what_is_out_of_range_is_refused)
{
    const struct tree_reader reader = {NULL, NULL};
    struct tree_proof        proof = {.count = 7};
    const struct hash        hash = leaves[0];
    const uint64_t           above = TREE_SIZE_MAX + 1;
    cr_expect(eq(int, tree_inclusion(&reader, 0, 0, &proof), STATUS_NOT_FOUND));
    cr_expect(eq(int, tree_inclusion(&reader, 5, 5, &proof), STATUS_NOT_FOUND));
    cr_expect(eq(int, tree_inclusion(&reader, 0, above, &proof), STATUS_TOO_LARGE));
    cr_expect(eq(int, tree_consistency(&reader, 6, 5, &proof), STATUS_NOT_FOUND));
    cr_expect(eq(int, tree_consistency(&reader, 1, above, &proof), STATUS_TOO_LARGE));
    cr_expect(eq(u32, proof.count, 7));

    proof.count = 0;
    cr_expect(tree_verify_inclusion(&proof, 0, 1, &hash, &hash));
    cr_expect(not(tree_verify_inclusion(&proof, 0, 0, &hash, &hash)));
    cr_expect(not(tree_verify_inclusion(&proof, 1, 1, &hash, &hash)));
    cr_expect(not(tree_verify_inclusion(&proof, UINT64_MAX, UINT64_MAX, &hash, &hash)));
    cr_expect(not(tree_verify_consistency(&proof, above, above, &hash, &hash)));
    proof.count = TREE_PROOF_MAX + 1;
    cr_expect(not(tree_verify_inclusion(&proof, 0, 1, &hash, &hash)));
    cr_expect(not(tree_verify_consistency(&proof, 1, 1, &hash, &hash)));
}

// At the greatest size the longest proofs still fit; every node has the same hash there.
static enum status read_constant(void *context, uint32_t level, uint64_t index, struct hash *hash)
{
    uint64_t *count = context;
    cr_assert(level <= 62);
    cr_assert(index <= (TREE_SIZE_MAX >> level) - 1, "node (%u, %lu)", level, index);
    ++*count;
    *hash = leaves[0];
    return OK;
}

Test(tree, the_longest_proofs_fit)
{
    uint64_t                 reads = 0;
    const struct tree_reader reader = {read_constant, &reads};
    struct tree_proof        proof;
    cr_assert(eq(int, tree_inclusion(&reader, TREE_SIZE_MAX - 1, TREE_SIZE_MAX, &proof), OK));
    cr_expect(eq(u32, proof.count, 62));
    cr_assert(eq(int, tree_consistency(&reader, TREE_SIZE_MAX - 1, TREE_SIZE_MAX, &proof), OK));
    cr_expect(eq(u32, proof.count, TREE_PROOF_MAX));
    reads = 0;
    cr_assert(eq(int, tree_inclusion(&reader, 0, TREE_SIZE_MAX - 1, &proof), OK));
    cr_expect(eq(u32, proof.count, 62));
    cr_expect(eq(u64, reads, 61 + 61), "one sibling is incomplete");
}

static enum status read_failing(void *context, uint32_t level, uint64_t index, struct hash *hash)
{
    int *countdown = context;
    (void)level;
    (void)index;
    if ((*countdown)-- == 0) return STATUS_IO;
    *hash = leaves[0];
    return OK;
}

Test(tree, a_failure_of_the_reader_goes_up)
{
    static const uint64_t size = 7;
    for (int fail_at = 0;; fail_at++) {
        int                      countdown = fail_at;
        const struct tree_reader reader = {read_failing, &countdown};
        struct tree_proof        proof = {.count = 7};
        const enum status        status = tree_inclusion(&reader, 1, size, &proof);
        if (status == OK) {
            cr_expect(gt(int, fail_at, 3));
            break;
        }
        cr_expect(eq(int, status, STATUS_IO));
        cr_expect(eq(u32, proof.count, 7), "written only on success");
    }
    for (int fail_at = 0;; fail_at++) {
        int                      countdown = fail_at;
        const struct tree_reader reader = {read_failing, &countdown};
        struct tree_proof        proof = {.count = 7};
        const enum status        status = tree_consistency(&reader, 3, size, &proof);
        if (status == OK) {
            cr_expect(gt(int, fail_at, 3));
            break;
        }
        cr_expect(eq(int, status, STATUS_IO));
        cr_expect(eq(u32, proof.count, 7), "written only on success");
    }
}

// Whoever may choose the root could otherwise hang a tree below a node of his own.
Test(tree, a_proof_ends_where_the_tree_does)
{
    const struct hash above = leaves[9];
    struct tree_proof proof = slow_inclusion(2, 4).proof;
    const struct hash root_4 = root_of(0, 4);
    const struct hash higher_4 = hash_node(&above, &root_4);
    cr_expect(tree_verify_inclusion(&proof, 2, 4, &leaves[2], &root_4));
    proof.hashes[proof.count++] = above;
    cr_expect(not(tree_verify_inclusion(&proof, 2, 4, &leaves[2], &higher_4)));

    const struct hash root_3 = root_of(0, 3);
    const struct hash higher_3 = hash_node(&above, &root_3);
    proof = slow_consistency(3, 4).proof;
    cr_expect(tree_verify_consistency(&proof, 3, 4, &root_3, &root_4));
    proof.hashes[proof.count++] = above;
    cr_expect(not(tree_verify_consistency(&proof, 3, 4, &higher_3, &higher_4)));
}
