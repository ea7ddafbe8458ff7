// A proof put together from any nodes of a true tree, and from any bytes, for any place: it passes
// only where it is the one right proof.
//
//   byte 0      0: inclusion, 1: consistency (mod 2)
//   bytes 1-2   what is claimed: index and size, or both sizes
//   bytes 3-4   of what: leaf and root, or both roots
//   then        one byte 0-6: a complete node of 2^byte leaves, behind it its index;
//               another: 32 bytes as they are
#include "core/proof/tree.h"

#include <assert.h>
#include <string.h>

enum { SIZE_MAX_FUZZED = 80, LEVEL_COUNT = 7 };

static struct hash leaves[SIZE_MAX_FUZZED];
static struct hash roots[SIZE_MAX_FUZZED + 1];
static bool        is_started;

static struct hash node_of(uint64_t from, uint64_t to)
{
    struct tree tree = {0};
    for (uint64_t i = from; i < to; i++) {
        tree_append(&tree, &leaves[i]);
    }
    return tree_root(&tree);
}

static enum status read_node(void *context, uint32_t level, uint64_t index, struct hash *hash)
{
    (void)context;
    assert((index + 1) << level <= SIZE_MAX_FUZZED);
    *hash = node_of(index << level, (index + 1) << level);
    return OK;
}

static void start(void)
{
    if (is_started) return;
    const enum status status = hash_start();
    assert(status == OK);
    for (uint8_t i = 0; i < SIZE_MAX_FUZZED; i++) {
        leaves[i] = hash_leaf((struct bytes){&i, 1});
    }
    for (uint64_t size = 0; size <= SIZE_MAX_FUZZED; size++) {
        roots[size] = node_of(0, size);
    }
    is_started = true;
}

static void read_proof(struct bytes rest, struct tree_proof *proof)
{
    while (rest.size > 0 && proof->count < TREE_PROOF_MAX) {
        struct hash  *hash = &proof->hashes[proof->count];
        const uint8_t level = rest.at[0];
        rest = bytes_after(rest, 1);
        if (level < LEVEL_COUNT) {
            if (rest.size == 0) return;
            const uint64_t index = rest.at[0] % (SIZE_MAX_FUZZED >> level);
            *hash = node_of(index << level, (index + 1) << level);
            rest = bytes_after(rest, 1);
        } else {
            if (rest.size < HASH_SIZE) return;
            memcpy(hash->at, rest.at, HASH_SIZE);
            rest = bytes_after(rest, HASH_SIZE);
        }
        proof->count++;
    }
}

static bool is_same(const struct tree_proof *a, const struct tree_proof *b)
{
    return a->count == b->count && memcmp(a->hashes, b->hashes, a->count * sizeof *a->hashes) == 0;
}

// Another index and size may join the same hashes on the same sides: which size it is, a head says.
static void look_at_inclusion(const struct tree_proof *proof, const uint8_t claim[static 4])
{
    const struct tree_reader reader = {.node = read_node};
    const uint64_t           size = 1 + claim[3] % SIZE_MAX_FUZZED;
    const uint64_t           index = claim[2] % size;
    struct tree_proof        right;
    const enum status        status = tree_inclusion(&reader, index, size, &right);
    assert(status == OK);
    assert(tree_verify_inclusion(&right, index, size, &leaves[index], &roots[size]));
    if (!tree_verify_inclusion(proof, claim[0], claim[1], &leaves[index], &roots[size])) return;
    assert(is_same(proof, &right));
    if (claim[1] == size) assert(claim[0] == index);
}

static void look_at_consistency(const struct tree_proof *proof, const uint8_t claim[static 4])
{
    const struct tree_reader reader = {.node = read_node};
    const uint64_t           size = claim[3] % (SIZE_MAX_FUZZED + 1);
    const uint64_t           size_old = claim[2] % (SIZE_MAX_FUZZED + 1);
    struct tree_proof        right;
    if (size_old <= size) {
        const enum status status = tree_consistency(&reader, size_old, size, &right);
        assert(status == OK);
        assert(tree_verify_consistency(&right, size_old, size, &roots[size_old], &roots[size]));
    }
    if (!tree_verify_consistency(proof, claim[0], claim[1], &roots[size_old], &roots[size])) return;
    assert(size_old <= size);
    assert(is_same(proof, &right));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tree_proof proof = {.count = 0};
    start();
    if (size < 5) return 0;
    read_proof((struct bytes){data + 5, size - 5}, &proof);
    if (data[0] % 2 == 0) {
        look_at_inclusion(&proof, data + 1);
    } else {
        look_at_consistency(&proof, data + 1);
    }
    return 0;
}
