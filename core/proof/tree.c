#include "core/proof/tree.h"

#include "core/base/bytes.h"

#include <assert.h>

static bool is_odd(uint64_t number)
{
    return (number & 1) != 0;
}

static bool has_bit(uint64_t number, uint32_t bit)
{
    return is_odd(number >> bit);
}

void tree_append(struct tree *tree, const struct hash *leaf)
{
    assert(tree->size < TREE_SIZE_MAX);
    struct hash node = *leaf;
    uint32_t    level = 0;
    for (; has_bit(tree->size, level); level++) {
        node = hash_node(&tree->left[level], &node);
    }
    tree->left[level] = node;
    tree->size++;
}

struct hash tree_root(const struct tree *tree)
{
    if (tree->size == 0) return hash_bytes((struct bytes){0});
    uint32_t level = 0;
    while (!has_bit(tree->size, level)) {
        level++;
    }
    struct hash root = tree->left[level];
    for (level++; tree->size >> level != 0; level++) {
        if (has_bit(tree->size, level)) root = hash_node(&tree->left[level], &root);
    }
    return root;
}

// Two nodes on their way up: the one that is proven and the last of its level.
struct climb {
    uint64_t index;
    uint64_t last;
};

static void step_up(struct climb *climb)
{
    climb->index >>= 1;
    climb->last >>= 1;
}

// The node over the last leaves, incomplete at this level: each set bit of size below the level is
// a complete node, and they join from the smallest up.
static enum status read_edge(const struct tree_reader *reader, uint32_t level, uint64_t size,
                             struct hash *edge)
{
    struct hash joined = {0};
    bool        is_begun = false;
    for (uint32_t below = 0; below < level; below++) {
        if (!has_bit(size, below)) continue;
        struct hash       node;
        const enum status status = reader->node(reader->context, below, (size >> below) - 1, &node);
        if (status != OK) return status;
        joined = is_begun ? hash_node(&node, &joined) : node;
        is_begun = true;
    }
    assert(is_begun);
    *edge = joined;
    return OK;
}

static enum status read_node(const struct tree_reader *reader, uint32_t level, uint64_t index,
                             uint64_t size, struct hash *node)
{
    const bool is_complete = index < size >> level;
    if (is_complete) return reader->node(reader->context, level, index, node);
    return read_edge(reader, level, size, node);
}

// The siblings of node (level, index) up to the root.
static enum status add_siblings(const struct tree_reader *reader, uint32_t level, uint64_t index,
                                uint64_t size, struct tree_proof *proof)
{
    struct climb climb = {.index = index, .last = (size - 1) >> level};
    for (; climb.last != 0; level++, step_up(&climb)) {
        const bool is_alone = !is_odd(climb.index) && climb.index == climb.last;
        if (is_alone) continue;
        assert(proof->count < TREE_PROOF_MAX);
        const enum status status =
            read_node(reader, level, climb.index ^ 1, size, &proof->hashes[proof->count]);
        if (status != OK) return status;
        proof->count++;
    }
    return OK;
}

enum status tree_inclusion(const struct tree_reader *reader, uint64_t index, uint64_t size,
                           struct tree_proof *proof)
{
    struct tree_proof made = {.count = 0};
    if (size > TREE_SIZE_MAX) return STATUS_TOO_LARGE;
    if (index >= size) return STATUS_NOT_FOUND;
    const enum status status = add_siblings(reader, 0, index, size, &made);
    if (status != OK) return status;
    *proof = made;
    return OK;
}

// The proof climbs from the last complete node of the old tree. Where that is the whole old tree,
// its hash is the old root, which the verifier has.
enum status tree_consistency(const struct tree_reader *reader, uint64_t size_old, uint64_t size_new,
                             struct tree_proof *proof)
{
    struct tree_proof made = {.count = 0};
    if (size_new > TREE_SIZE_MAX) return STATUS_TOO_LARGE;
    if (size_old > size_new) return STATUS_NOT_FOUND;
    if (size_old == 0 || size_old == size_new) {
        *proof = made;
        return OK;
    }
    uint32_t level = 0;
    while (!has_bit(size_old, level)) {
        level++;
    }
    const uint64_t index = (size_old >> level) - 1;
    enum status    status = OK;
    if (index != 0) {
        status = reader->node(reader->context, level, index, &made.hashes[0]);
        if (status != OK) return status;
        made.count = 1;
    }
    status = add_siblings(reader, level, index, size_new, &made);
    if (status != OK) return status;
    *proof = made;
    return OK;
}

// Where the proven node is the last of its level and a left one, it has no sibling there and climbs
// unchanged.
static void skip_lonely(struct climb *climb)
{
    while (!is_odd(climb->index) && climb->index != 0) {
        step_up(climb);
    }
}

// RFC 9162 2.1.3.2.
bool tree_verify_inclusion(const struct tree_proof *proof, uint64_t index, uint64_t size,
                           const struct hash *leaf, const struct hash *root)
{
    if (proof->count > TREE_PROOF_MAX) return false;
    if (size > TREE_SIZE_MAX || index >= size) return false;
    struct climb climb = {.index = index, .last = size - 1};
    struct hash  node = *leaf;
    for (uint32_t i = 0; i < proof->count; i++) {
        if (climb.last == 0) return false;
        if (is_odd(climb.index) || climb.index == climb.last) {
            node = hash_node(&proof->hashes[i], &node);
            skip_lonely(&climb);
        } else {
            node = hash_node(&node, &proof->hashes[i]);
        }
        step_up(&climb);
    }
    return climb.last == 0 && hash_is_equal(&node, root);
}

// RFC 9162 2.1.4.2, where the proof grows out of first: the last complete node of the old tree.
static bool verify_growth(const struct tree_proof *proof, struct climb climb,
                          const struct hash *root_old, const struct hash *root_new)
{
    const bool has_first = climb.index != 0;
    if (has_first && proof->count == 0) return false;
    struct hash node_old = has_first ? proof->hashes[0] : *root_old;
    struct hash node_new = node_old;
    for (uint32_t i = has_first ? 1 : 0; i < proof->count; i++) {
        if (climb.last == 0) return false;
        if (is_odd(climb.index) || climb.index == climb.last) {
            node_old = hash_node(&proof->hashes[i], &node_old);
            node_new = hash_node(&proof->hashes[i], &node_new);
            skip_lonely(&climb);
        } else {
            node_new = hash_node(&node_new, &proof->hashes[i]);
        }
        step_up(&climb);
    }
    return climb.last == 0 && hash_is_equal(&node_old, root_old) &&
           hash_is_equal(&node_new, root_new);
}

bool tree_verify_consistency(const struct tree_proof *proof, uint64_t size_old, uint64_t size_new,
                             const struct hash *root_old, const struct hash *root_new)
{
    const struct hash root_empty = hash_bytes((struct bytes){0});
    if (proof->count > TREE_PROOF_MAX) return false;
    if (size_new > TREE_SIZE_MAX || size_old > size_new) return false;
    if (size_old == 0 && !hash_is_equal(root_old, &root_empty)) return false;
    if (size_old == size_new) return proof->count == 0 && hash_is_equal(root_old, root_new);
    if (size_old == 0) return proof->count == 0;
    struct climb climb = {.index = size_old - 1, .last = size_new - 1};
    while (is_odd(climb.index)) {
        step_up(&climb);
    }
    return verify_growth(proof, climb, root_old, root_new);
}
