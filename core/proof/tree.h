// tree.h - the Merkle tree of RFC 6962: append, root, proofs and their verification.
//
// Sizes and indexes count leaves. Hashes of leaves come from hash_leaf(). Nothing is allocated and
// nothing is kept: the nodes stay with the caller, who gives a reader for proofs.
//
//   size 7:          root                  left[2] = a   bit 2 of 7
//                  /      \                left[1] = b   bit 1
//                 a        .               left[0] = l6  bit 0
//               /   \    /   \             root = node(a, node(b, l6))
//              .     .  b     l6
//             l0 l1 l2 l3 l4 l5
#ifndef CORE_PROOF_TREE_H
#define CORE_PROOF_TREE_H

#include "core/base/status.h"
#include "core/proof/hash.h"

#include <stdbool.h>
#include <stdint.h>

// Up to here no proof is longer than TREE_PROOF_MAX.
#define TREE_SIZE_MAX ((uint64_t)1 << 62)

// The right edge of a tree; a zeroed one is empty.
struct tree {
    uint64_t size;
    struct hash
        left[64]; // left[l]: the last complete node of 2^l leaves, where bit l of size is set
};

void        tree_append(struct tree *tree, const struct hash *leaf); // below TREE_SIZE_MAX
struct hash tree_root(const struct tree *tree);                      // SHA256("") when empty

// Where proofs read complete nodes: (level, index) covers the leaves
// [index << level, (index + 1) << level). A failure goes up unchanged.
struct tree_reader {
    enum status (*node)(void *context, uint32_t level, uint64_t index, struct hash *hash);
    void *context;
};

enum { TREE_PROOF_MAX = 63 };

struct tree_proof {
    uint32_t    count;
    struct hash hashes[TREE_PROOF_MAX];
};

// RFC 6962 2.1.1: from the leaf's sibling up to the root's child. STATUS_NOT_FOUND when index is
// not below size, STATUS_TOO_LARGE when size is above TREE_SIZE_MAX.
MUST_CHECK enum status tree_inclusion(const struct tree_reader *reader, uint64_t index,
                                      uint64_t size, struct tree_proof *proof);
// RFC 6962 2.1.2; empty from 0 and between equal sizes. STATUS_NOT_FOUND when size_old is above
// size_new, STATUS_TOO_LARGE as above.
MUST_CHECK enum status tree_consistency(const struct tree_reader *reader, uint64_t size_old,
                                        uint64_t size_new, struct tree_proof *proof);

// False for anything but the one right proof: longer, shorter, other sizes, a count out of range.
bool tree_verify_inclusion(const struct tree_proof *proof, uint64_t index, uint64_t size,
                           const struct hash *leaf, const struct hash *root);
// From size 0 only the empty proof and the root of the empty tree are right; that says nothing
// about root_new.
bool tree_verify_consistency(const struct tree_proof *proof, uint64_t size_old, uint64_t size_new,
                             const struct hash *root_old, const struct hash *root_new);

#endif
