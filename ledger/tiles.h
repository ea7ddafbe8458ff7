// tiles.h - the Merkle tree on disk: hashes in tiles of 256, the right edge kept in memory.
//
// Tile n of level l holds hashes of the complete subtrees of 256^l leaves; hash i of it covers the
// leaves [(256n + i) * 256^l, (256n + i + 1) * 256^l). Only the last tile of a level is partial.
//
//   level 1   [ 0 1 2 ................ ]          3 of 256: three full tiles below
//               | | |
//   level 0   [256][256][256][ 17 ]              size 785 = 3 * 256 + 17
//
// Full tiles go to the store when their last hash comes, partial ones with tiles_write_edge.
// Layout and numbers are those of C2SP tlog-tiles.
#ifndef LEDGER_TILES_H
#define LEDGER_TILES_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/tree.h"
#include "ledger/store.h"

#include <stdint.h>

enum {
    TILE_HEIGHT = 8, // levels of the tree in one tile
    TILE_WIDTH = 256,
    TILE_SIZE = TILE_WIDTH * HASH_SIZE,
    TILE_LEVEL_COUNT = 8, // enough for TREE_SIZE_MAX leaves
};

// Invariants, with count(l) = tree.size / 256^l % 256:
//  1. edge[l][0 .. count(l)) is the partial tile of level l.
//  2. tree is the frontier that these tiles make.
//  3. The store holds every full tile, and the partial ones as they were at size_written.
struct tiles {
    struct tree tree;
    uint64_t    size_written;
    struct hash edge[TILE_LEVEL_COUNT][TILE_WIDTH];
};

struct tile_place {
    uint64_t number;
    uint32_t level;
};

// Reads the right edge at a size. STATUS_CORRUPT when a partial tile is not as long as the size
// asks; *place is then that tile.
MUST_CHECK enum status tiles_load(struct tiles *tiles, struct store *store, uint64_t size,
                                  struct tile_place *place);
// Inside a batch. After a failure the tiles are those of before or after; the batch is lost.
MUST_CHECK enum status tiles_append(struct tiles *tiles, struct store *store,
                                    const struct hash *leaf);
MUST_CHECK enum status tiles_write_edge(struct tiles *tiles, struct store *store);

// The hashes of a tile at the present size. STATUS_NOT_FOUND when it is empty at that size,
// STATUS_CORRUPT when less is stored. A view of the store or of the edge.
MUST_CHECK enum status tiles_tile(const struct tiles *tiles, struct store *store,
                                  struct tile_place place, struct bytes *hashes);
// The complete node over the leaves [index << level, (index + 1) << level); level in bits, as
// struct tree_reader has it.
MUST_CHECK enum status tiles_node(const struct tiles *tiles, struct store *store, uint32_t level,
                                  uint64_t index, struct hash *hash);
// The frontier as it was at a size. STATUS_NOT_FOUND above the present one.
MUST_CHECK enum status tiles_tree_at(const struct tiles *tiles, struct store *store, uint64_t size,
                                     struct tree *tree);

#endif
