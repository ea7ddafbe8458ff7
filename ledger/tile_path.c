#include "ledger/tile_path.h"

#include "ledger/tiles.h"

#include <assert.h>

enum { GROUP = 1000, GROUP_MAX = 7 }; // three digits each: enough for any number

void tile_path_add(struct buffer *path, uint32_t level, uint64_t number, uint32_t width)
{
    uint32_t groups[GROUP_MAX];
    uint32_t count = 0;
    assert(width > 0 && width <= TILE_WIDTH);
    do {
        assert(count < GROUP_MAX);
        groups[count++] = (uint32_t)(number % GROUP);
        number /= GROUP;
    } while (number > 0);
    buffer_add_text(path, "tile/");
    if (level == TILE_LEVEL_ENTRIES) {
        buffer_add_text(path, "entries");
    } else {
        buffer_add_decimal(path, level);
    }
    while (count > 1) {
        buffer_printf(path, "/x%03u", groups[--count]);
    }
    buffer_printf(path, "/%03u", groups[0]);
    if (width < TILE_WIDTH) buffer_printf(path, ".p/%u", width);
    (void)buffer_text(path);
}
