#include "api/cli/saves.h"

#include "core/proof/hash.h"

#include <string.h>

enum status saves_init(struct saves *saves)
{
    const enum status status = pool_init(&saves->pool, sizeof(struct save), SAVES_MAX, NULL);
    return status == OK ? index_init(&saves->index, SAVES_MAX, NULL) : status;
}

void saves_release(struct saves *saves)
{
    pool_release(&saves->pool);
    index_release(&saves->index);
}

static uint64_t hash_of(struct bytes path)
{
    const struct hash hash = hash_bytes(path);
    uint64_t          short_hash = 0;
    memcpy(&short_hash, &hash, sizeof short_hash);
    return short_hash;
}

static struct save *find(const struct saves *saves, struct bytes path)
{
    uint32_t at = index_first(&saves->index, hash_of(path));
    for (; at != 0; at = index_next(&saves->index, at)) {
        struct save *save = pool_at(&saves->pool, at);
        if (bytes_is_equal((struct bytes){save->path, save->path_size}, path)) return save;
    }
    return NULL;
}

const struct save *saves_find(const struct saves *saves, struct bytes path)
{
    return find(saves, path);
}

void saves_forget(struct saves *saves)
{
    pool_empty(&saves->pool);
    index_empty(&saves->index);
}

// A full table forgets; then the ledger is asked.
static struct save *take(struct saves *saves, struct bytes path)
{
    struct save *save = find(saves, path);
    if (save != NULL) return save;
    if (pool_room(&saves->pool) == 0) saves_forget(saves);
    const uint32_t at = pool_take(&saves->pool);
    save = pool_at(&saves->pool, at);
    save->path_size = (uint32_t)path.size;
    memcpy(save->path, path.at, path.size);
    index_add(&saves->index, at, hash_of(path));
    return save;
}

static void note_creation(struct saves *saves, const struct group_creation *creation)
{
    struct save *save = take(saves, creation->group);
    save->version = 0;
    save->is_restricted = save->is_oversubscribed = false;
    save->is_bare = true;
}

static void note_allocation(struct saves *saves, const struct allocation *allocation)
{
    struct save *save = take(saves, allocation->group);
    save->version = allocation->version + 1;
    save->is_restricted = allocation->is_restricted;
    save->is_oversubscribed = allocation->is_oversubscribed;
    save->is_bare = false;
}

void saves_note(struct saves *saves, const struct event *event)
{
    switch ((int)event->kind) {
    case GROUP_CREATION:
        note_creation(saves, &event->of.group_creation);
        break;
    case ALLOCATION:
        note_allocation(saves, &event->of.allocation);
        break;
    case GROUP_UPDATE: // from here on paths may mean other groups
    case GROUP_MOVE:
    case GROUP_REMOVAL:
        saves_forget(saves);
        break;
    default:
        break;
    }
}
