#include "bench/tree.h"

#include <stddef.h>

#define TOP_LIMIT UINT64_C(2000000000)

static const struct tree trees[] = {
    {1000,    {1, 2, 5, 5, 5, 4}     },
    {10000,   {1, 2, 5, 10, 10, 10}  },
    {100000,  {1, 5, 10, 10, 10, 20} },
    {1000000, {1, 10, 10, 10, 20, 50}},
};

static const char *const words[TREE_LEVELS] = {"acme",    "region-", "city-",
                                               "dealer-", "house-",  "flat-"};

const struct tree *tree_of(uint64_t leaf_count)
{
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        if (trees[i].leaf_count == leaf_count) return &trees[i];
    }
    return NULL;
}

uint32_t tree_count(const struct tree *tree, uint32_t level)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i <= level; i++) {
        count *= tree->width[i];
    }
    return count;
}

uint64_t tree_limit(const struct tree *tree, uint32_t level)
{
    return TOP_LIMIT / tree_count(tree, level);
}

void tree_path(const struct tree *tree, uint32_t level, uint32_t number, struct buffer *path)
{
    uint32_t below = tree_count(tree, level);
    buffer_add_text(path, words[0]);
    for (uint32_t i = 1; i <= level; i++) {
        below /= tree->width[i];
        buffer_add_text(path, "/");
        buffer_add_text(path, words[i]);
        buffer_add_decimal(path, number / below % tree->width[i] + 1);
    }
}
