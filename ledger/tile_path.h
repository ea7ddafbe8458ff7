// tile_path.h - where the parts of a ledger stand in a directory that others can read: C2SP
// tlog-tiles.
//
//   checkpoint                     the newest signed head
//   tile/0/x001/234                hashes: tile 1234 of level 0, full
//   tile/1/004.p/210               the last of level 1, 210 hashes wide
//   tile/entries/x001/234          leaves: u16be length and bytes, 256 of them
//   tile/entries/x001/235.p/7      the last ones
//
// Ours besides: heads/SIZE, the older signed heads that were kept; minimum, the first leaf that is
// in it, where that is not 0; end, the leaf behind the last one that is, where the checkpoint
// covers more; and where the ledger's key was rotated, keys/SEQ.note, the certificates by the event
// that brought them, with keys/SEQ.leaf, copies of these events and of the opening.
#ifndef LEDGER_TILE_PATH_H
#define LEDGER_TILE_PATH_H

#include "core/base/bytes.h"

#include <stdint.h>

enum {
    TILE_PATH_SIZE_MAX = 64, // of any path, with its final zero
    TILE_LEVEL_ENTRIES = 255,
};

#define BUNDLE_CHECKPOINT "checkpoint"
#define BUNDLE_HEADS      "heads"
#define BUNDLE_KEYS       "keys"
#define BUNDLE_MINIMUM    "minimum"
#define BUNDLE_END        "end"

// width: hashes or leaves in it, 1 to 256. Ends with a zero that does not count.
void tile_path_add(struct buffer *path, uint32_t level, uint64_t number, uint32_t width);

#endif
