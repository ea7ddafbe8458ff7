#include "ledger/census.h"

#include "ledger/checkpoints.h"
#include "ledger/tiles.h"

static uint64_t tiles_of(uint64_t size)
{
    uint64_t count = 0;
    for (uint32_t level = 0; level < TILE_LEVEL_COUNT; level++) {
        const uint64_t hashes = size >> (TILE_HEIGHT * level);
        count += (hashes + TILE_WIDTH - 1) / TILE_WIDTH;
    }
    return count;
}

// Those that a walk by size comes to.
static enum status count_checkpoints(struct store *store, uint64_t *count)
{
    struct checkpoint_record record;
    enum status              status = OK;
    *count = 0;
    for (uint64_t from = 0; status == OK; from = record.size + 1) {
        status = checkpoints_load_from(store, from, &record);
        if (status == OK) ++*count;
        if (status == OK && record.size == UINT64_MAX) return OK;
    }
    return status == STATUS_NOT_FOUND ? OK : status;
}

static enum status compare(struct store *store, enum store_table table, uint64_t wanted)
{
    uint64_t          found = 0;
    const enum status status = store_count(store, table, &found);
    if (status != OK) return status;
    return found == wanted ? OK : STATUS_CORRUPT;
}

enum status census_take(struct store *store, uint64_t size, const char **what)
{
    uint64_t    heads = 0;
    enum status status = compare(store, STORE_HEAD, 1);
    *what = "head";
    if (status != OK) return status;
    *what = "tile";
    status = compare(store, STORE_TILE, tiles_of(size));
    if (status != OK) return status;
    *what = "checkpoint";
    status = count_checkpoints(store, &heads);
    return status == OK ? compare(store, STORE_CHECKPOINT, heads) : status;
}
