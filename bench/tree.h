// tree.h - the groups that every load charges: six levels, each group with a limit of its own.
//
//   acme / region-1 / city-1 / dealer-1 / house-1 / flat-1
//
// A group is told by its level, 0 at the top, and its number among all groups of that level.
#ifndef BENCH_TREE_H
#define BENCH_TREE_H

#include "core/base/bytes.h"

#include <stdint.h>

enum { TREE_LEVELS = 6, TREE_LEAF = TREE_LEVELS - 1, TREE_PATH_MAX = 96 };

struct tree {
    uint32_t leaf_count;
    uint32_t width[TREE_LEVELS]; // children of each group above
};

// NULL when there is none with so many leaves.
const struct tree *tree_of(uint64_t leaf_count);

// Groups on the level.
uint32_t tree_count(const struct tree *tree, uint32_t level);
// Of each group there: what the group above has, in equal shares.
uint64_t tree_limit(const struct tree *tree, uint32_t level);
void     tree_path(const struct tree *tree, uint32_t level, uint32_t number, struct buffer *path);

#endif
