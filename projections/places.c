#include "projections/places.h"

#include "projections/groups.h"

#include <assert.h>

enum { PLACE_MAX = 8 }; // so many are known of a group, the newest

static void drop_last(struct state *state, uint32_t group)
{
    uint32_t before = 0, at = group_at(state, group)->first_place;
    while (place_at(state, at)->next != 0) {
        before = at;
        at = place_at(state, at)->next;
    }
    if (before == 0) {
        group_edit(state, group)->first_place = 0;
    } else {
        place_edit(state, before)->next = 0;
    }
    text_drop(state, place_at(state, at)->name);
    state_give(state, POOL_PLACE, at);
    group_edit(state, group)->place_count--;
}

void place_leave(struct state *state, uint32_t group)
{
    if (group_at(state, group)->place_count == PLACE_MAX) drop_last(state, group);
    const uint32_t at = state_take(state, POOL_PLACE);
    struct group  *own = group_edit(state, group);
    *place_edit(state, at) =
        (struct place_record){.since_seq = own->placed_seq,
                              .until_seq = server_at(state)->size,
                              .parent = group_at(state, own->parent)->id,
                              .name = text_add(state, text_of(state, own->name)),
                              .next = own->first_place};
    own->first_place = at;
    own->place_count++;
}

void places_drop(struct state *state, uint32_t group)
{
    while (group_at(state, group)->first_place != 0) {
        drop_last(state, group);
    }
}

// One level: the name, and the group above. A group is named by its new path when it is created,
// and by its old one when it is renamed or moved.
static bool stand_at(const struct state *state, uint32_t group, uint64_t seq, struct bytes *name,
                     uint32_t *parent)
{
    const struct group *own = group_at(state, group);
    const bool          is_created = seq == entity_seq(own->id);
    if (seq > own->placed_seq || (is_created && own->first_place == 0)) {
        *name = text_of(state, own->name);
        *parent = own->parent;
        return true;
    }
    for (uint32_t at = own->first_place; at != 0; at = place_at(state, at)->next) {
        const struct place_record *place = place_at(state, at);
        if (seq > place->until_seq) return false;
        const bool is_first = is_created && place->since_seq == seq;
        if (seq <= place->since_seq && !is_first) continue;
        *name = text_of(state, place->name);
        *parent = group_by_id(state, place->parent);
        return *parent != 0;
    }
    return false;
}

bool place_path(const struct state *state, uint32_t group, uint64_t seq, struct buffer *path,
                bool *is_elsewhere)
{
    struct bytes names[PATH_NODE_MAX];
    uint32_t     count = 0;
    *is_elsewhere = false;
    while (group != SERVER_GROUP) {
        const uint32_t now = group_at(state, group)->parent;
        if (count == DEPTH_MAX) return false;
        if (!stand_at(state, group, seq, &names[count++], &group)) return false;
        if (group != now) *is_elsewhere = true;
    }
    for (uint32_t i = count; i > 0; i--) {
        buffer_add(path, names[i - 1]);
        if (i > 1) buffer_add_byte(path, '/');
    }
    return true;
}
