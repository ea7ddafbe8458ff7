#include "ledger/tiles.h"

#include "ledger/big_endian.h"

#include <assert.h>
#include <string.h>

enum { KEY_SIZE = 1 + BIG_ENDIAN_SIZE };

static_assert(TREE_SIZE_MAX <= (uint64_t)1 << (TILE_HEIGHT * TILE_LEVEL_COUNT - 1),
              "every tree fits the levels");
static_assert(1 << TILE_HEIGHT == TILE_WIDTH, "a tile is a complete subtree");
static_assert(sizeof(struct hash[TILE_WIDTH]) == TILE_SIZE, "an edge is a tile byte by byte");

struct tile_key {
    uint8_t at[KEY_SIZE];
};

static struct tile_key key_of(struct tile_place place)
{
    struct tile_key key;
    assert(place.level < TILE_LEVEL_COUNT);
    key.at[0] = (uint8_t)place.level;
    big_endian_put(place.number, key.at + 1);
    return key;
}

static struct bytes view_of(const struct tile_key *key)
{
    return (struct bytes){key->at, sizeof key->at};
}

// Hashes of a level, over complete subtrees of 256^level leaves.
static uint64_t hash_count(uint64_t size, uint32_t level)
{
    return size >> (TILE_HEIGHT * level);
}

static size_t edge_size(uint64_t size, uint32_t level)
{
    return hash_count(size, level) % TILE_WIDTH * HASH_SIZE;
}

static enum status put(struct store *store, struct tile_place place, const struct hash *hashes,
                       size_t size)
{
    const struct tile_key key = key_of(place);
    return store_put(store, STORE_TILE, view_of(&key), (struct bytes){hashes->at, size});
}

// --- Growing ----------------------------------------------------------------

// The root of the tile that `last` completes: all its left siblings stand in the frontier.
static struct hash join(const struct tree *tree, uint32_t level, const struct hash *last)
{
    struct hash root = *last;
    for (uint32_t i = 0; i < TILE_HEIGHT; i++) {
        root = hash_node(&tree->left[level * TILE_HEIGHT + i], &root);
    }
    return root;
}

enum status tiles_append(struct tiles *tiles, struct store *store, const struct hash *leaf)
{
    struct hash hash = *leaf;
    uint64_t    index = tiles->tree.size;
    for (uint32_t level = 0; level < TILE_LEVEL_COUNT; level++) {
        const struct tile_place place = {.number = index / TILE_WIDTH, .level = level};
        tiles->edge[level][index % TILE_WIDTH] = hash;
        if (index % TILE_WIDTH != TILE_WIDTH - 1) break;
        const enum status status = put(store, place, tiles->edge[level], TILE_SIZE);
        if (status != OK) return status;
        hash = join(&tiles->tree, level, &hash);
        index = place.number;
    }
    tree_append(&tiles->tree, leaf);
    return OK;
}

enum status tiles_write_edge(struct tiles *tiles, struct store *store)
{
    const uint64_t size = tiles->tree.size;
    for (uint32_t level = 0; level < TILE_LEVEL_COUNT; level++) {
        const uint64_t count = hash_count(size, level);
        if (count == hash_count(tiles->size_written, level)) break; // nor did any level above grow
        if (count % TILE_WIDTH == 0) continue;
        const struct tile_place place = {.number = count / TILE_WIDTH, .level = level};
        const enum status status = put(store, place, tiles->edge[level], edge_size(size, level));
        if (status != OK) return status;
    }
    tiles->size_written = size;
    return OK;
}

// --- Loading ----------------------------------------------------------------

static enum status load_edge(struct tiles *tiles, struct store *store, struct tile_place place,
                             size_t size)
{
    const struct tile_key key = key_of(place);
    struct bytes          stored;
    const enum status     status = store_load(store, STORE_TILE, view_of(&key), &stored);
    if (status == STATUS_NOT_FOUND) return STATUS_CORRUPT;
    if (status != OK) return status;
    if (stored.size != size) return STATUS_CORRUPT;
    memcpy(tiles->edge[place.level], stored.at, size);
    return OK;
}

// The part of the frontier that lies in one tile.
static void grow_frontier(struct tree *tree, uint32_t level, const struct hash *edge, size_t count)
{
    struct tree part = {0};
    for (size_t i = 0; i < count; i++) {
        tree_append(&part, &edge[i]);
    }
    memcpy(tree->left + (size_t)level * TILE_HEIGHT, part.left, sizeof(struct hash[TILE_HEIGHT]));
}

enum status tiles_load(struct tiles *tiles, struct store *store, uint64_t size,
                       struct tile_place *place)
{
    assert(size <= TREE_SIZE_MAX);
    *tiles = (struct tiles){.tree = {.size = size}, .size_written = size};
    for (uint32_t level = 0; level < TILE_LEVEL_COUNT; level++) {
        const uint64_t          count = hash_count(size, level);
        const struct tile_place last = {.number = count / TILE_WIDTH, .level = level};
        if (count % TILE_WIDTH == 0) continue;
        const enum status status = load_edge(tiles, store, last, edge_size(size, level));
        if (status != OK) {
            *place = last;
            return status;
        }
        grow_frontier(&tiles->tree, level, tiles->edge[level], count % TILE_WIDTH);
    }
    return OK;
}

// --- Reading ----------------------------------------------------------------

enum status tiles_tile(const struct tiles *tiles, struct store *store, struct tile_place place,
                       struct bytes *hashes)
{
    if (place.level >= TILE_LEVEL_COUNT) return STATUS_NOT_FOUND;
    const uint64_t size = tiles->tree.size;
    const uint64_t count = hash_count(size, place.level);
    const bool     is_partial = place.number == count / TILE_WIDTH;
    const size_t   wanted = is_partial ? edge_size(size, place.level) : (size_t)TILE_SIZE;
    if (place.number > count / TILE_WIDTH || wanted == 0) return STATUS_NOT_FOUND;
    if (is_partial && size != tiles->size_written) {
        *hashes = (struct bytes){tiles->edge[place.level]->at, wanted};
        return OK;
    }
    const struct tile_key key = key_of(place);
    struct bytes          stored;
    const enum status     status = store_load(store, STORE_TILE, view_of(&key), &stored);
    if (status == STATUS_NOT_FOUND) return STATUS_CORRUPT;
    if (status != OK) return status;
    // One that the writer has filled further meanwhile is still no longer than a tile.
    if (stored.size < wanted || stored.size > TILE_SIZE) return STATUS_CORRUPT;
    *hashes = (struct bytes){stored.at, wanted};
    return OK;
}

enum status tiles_node(const struct tiles *tiles, struct store *store, uint32_t level,
                       uint64_t index, struct hash *hash)
{
    const uint32_t height = level % TILE_HEIGHT; // above the hashes of its tile
    const uint64_t from = index << height;
    const size_t   at = (size_t)(from % TILE_WIDTH) * HASH_SIZE;
    size_t         count = (size_t)1 << height;
    struct bytes   stored;
    struct hash    nodes[TILE_WIDTH / 2];

    const struct tile_place place = {.number = from / TILE_WIDTH, .level = level / TILE_HEIGHT};
    const enum status       status = tiles_tile(tiles, store, place, &stored);
    if (status != OK) return status;
    if (stored.size < at + count * HASH_SIZE) return STATUS_NOT_FOUND;
    memcpy(nodes, stored.at + at, count * HASH_SIZE);
    for (; count > 1; count /= 2) {
        for (size_t i = 0; i < count / 2; i++) {
            nodes[i] = hash_node(&nodes[2 * i], &nodes[2 * i + 1]);
        }
    }
    *hash = nodes[0];
    return OK;
}

enum status tiles_tree_at(const struct tiles *tiles, struct store *store, uint64_t size,
                          struct tree *tree)
{
    struct tree made = {.size = size};
    if (size > tiles->tree.size) return STATUS_NOT_FOUND;
    for (uint32_t level = 0; size >> level != 0; level++) {
        if ((size >> level & 1) == 0) continue;
        const uint64_t    last = (size >> level) - 1;
        const enum status status = tiles_node(tiles, store, level, last, &made.left[level]);
        if (status != OK) return status;
    }
    *tree = made;
    return OK;
}
