#include "projections/groups.h"

#include "core/base/name.h"
#include "projections/places.h"

#include <assert.h>

static uint32_t child_of(const struct state *state, uint32_t parent, struct bytes name,
                         uint64_t hash)
{
    uint32_t at = state_first(state, INDEX_GROUP, hash);
    for (; at != 0; at = state_next(state, INDEX_GROUP, at)) {
        const struct group *group = group_at(state, at);
        if (group->parent == parent && text_is(state, group->name, name)) return at;
    }
    return 0;
}

uint32_t group_child(const struct state *state, uint32_t parent, struct bytes name)
{
    return child_of(state, parent, name, state_hash(state, parent, name));
}

static uint64_t id_hash(const struct state *state, entity_id id)
{
    return state_hash_number(state, 0, id);
}

uint32_t group_by_id(const struct state *state, entity_id id)
{
    if (id == 0) return SERVER_GROUP;
    uint32_t at = state_first(state, INDEX_GROUP_ID, id_hash(state, id));
    while (at != 0 && group_at(state, at)->id != id) {
        at = state_next(state, INDEX_GROUP_ID, at);
    }
    return at != 0 && group_is_there(state, at) ? at : 0;
}

// Whether the names from the group up to the server are those of the path.
static bool is_at(const struct state *state, uint32_t group, struct bytes path)
{
    for (; group != SERVER_GROUP && group != 0; group = group_at(state, group)->parent) {
        const struct bytes name = text_of(state, group_at(state, group)->name);
        if (path.size < name.size) return false;
        const size_t start = path.size - name.size;
        if (!bytes_is_equal(bytes_after(path, start), name)) return false;
        if (start > 0 && path.at[start - 1] != '/') return false;
        path.size = start > 0 ? start - 1 : 0;
    }
    return group == SERVER_GROUP && path.size == 0;
}

uint32_t group_find(const struct state *state, struct bytes path)
{
    const uint32_t last = state_found_group(state);
    if (last != 0 && is_at(state, last, path)) return last;
    uint32_t group = SERVER_GROUP;
    for (struct bytes rest = path_names(path), name; group != 0 && path_next(&rest, &name);) {
        group = group_child(state, group, name);
    }
    if (group != SERVER_GROUP) state_note_found_group(state, group);
    return group;
}

// A path that is walked down beside others.
struct walker {
    struct bytes rest, name; // no name: it has arrived
    uint64_t     hash;
    uint32_t     group;
};

// False when all have arrived.
static bool begin_step(const struct state *state, struct walker *walkers, uint32_t count)
{
    bool is_any_left = false;
    for (uint32_t i = 0; i < count; i++) {
        struct walker *walker = &walkers[i];
        walker->name = (struct bytes){NULL, 0};
        if (walker->group == 0 || !path_next(&walker->rest, &walker->name)) continue;
        walker->hash = state_hash(state, walker->group, walker->name);
        state_fetch(state, INDEX_GROUP, walker->hash);
        is_any_left = true;
    }
    return is_any_left;
}

static void end_step(const struct state *state, struct walker *walkers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (walkers[i].name.size > 0) state_fetch_first(state, INDEX_GROUP, walkers[i].hash);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (walkers[i].name.size == 0) continue;
        const uint32_t at = state_first(state, INDEX_GROUP, walkers[i].hash);
        if (at != 0) text_fetch(state, group_at(state, at)->name);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct walker *walker = &walkers[i];
        if (walker->name.size == 0) continue;
        walker->group = child_of(state, walker->group, walker->name, walker->hash);
    }
}

void group_find_many(const struct state *state, const struct bytes *paths, uint32_t *groups,
                     uint32_t count)
{
    struct walker walkers[GROUP_FIND_MAX];
    assert(count <= GROUP_FIND_MAX);
    for (uint32_t i = 0; i < count; i++) {
        walkers[i] = (struct walker){.rest = path_names(paths[i]), .group = SERVER_GROUP};
    }
    while (begin_step(state, walkers, count)) {
        end_step(state, walkers, count);
    }
    for (uint32_t i = 0; i < count; i++) {
        groups[i] = walkers[i].group;
    }
}

uint32_t group_count(const struct state *state)
{
    return state_count(state, POOL_GROUP) - 1 - server_at(state)->cut_group_count;
}

bool group_is_within(const struct state *state, uint32_t group, uint32_t root)
{
    while (group != 0 && group != root) {
        group = group_at(state, group)->parent;
    }
    return group != 0;
}

bool group_is_there(const struct state *state, uint32_t group)
{
    return server_at(state)->first_cut == 0 || group_is_within(state, group, SERVER_GROUP);
}

uint32_t group_depth(const struct state *state, uint32_t group)
{
    uint32_t depth = 0;
    while (group != SERVER_GROUP) {
        group = group_at(state, group)->parent;
        depth++;
    }
    return depth;
}

uint64_t group_placed(const struct state *state, uint32_t group)
{
    uint64_t placed_seq = 0;
    for (; group != SERVER_GROUP; group = group_at(state, group)->parent) {
        const uint64_t seq = group_at(state, group)->placed_seq;
        if (seq > placed_seq) placed_seq = seq;
    }
    return placed_seq;
}

uint32_t group_height(const struct state *state, uint32_t group)
{
    uint32_t height = 0, depth = 0;
    for (uint32_t at = group;;) {
        if (group_at(state, at)->first_child != 0) {
            at = group_at(state, at)->first_child;
            depth++;
            if (depth > height) height = depth;
            continue;
        }
        while (at != group && group_at(state, at)->next == 0) {
            at = group_at(state, at)->parent;
            depth--;
        }
        if (at == group) return height;
        at = group_at(state, at)->next;
    }
}

uint32_t group_bound(const struct state *state, uint32_t group)
{
    while (group != SERVER_GROUP && !group_at(state, group)->is_restricted) {
        group = group_at(state, group)->parent;
    }
    return group;
}

bool group_is_seen(const struct state *state, uint32_t group, uint32_t reader)
{
    if (reader == READS_ALL) return true;
    if (reader == READS_NOTHING) return false;
    // NOLINTNEXTLINE(readability-suspicious-call-argument): below the reader, or above
    return group_is_within(state, group, reader) || group_is_within(state, reader, group);
}

void group_add_path(const struct state *state, uint32_t group, struct buffer *path)
{
    uint32_t nodes[PATH_NODE_MAX];
    size_t   count = 0;
    for (uint32_t at = group; at != SERVER_GROUP; at = group_at(state, at)->parent) {
        assert(count < PATH_NODE_MAX);
        nodes[count++] = at;
    }
    if (count == 0) buffer_add_text(path, "/");
    for (size_t i = count; i > 0; i--) {
        buffer_add(path, text_of(state, group_at(state, nodes[i - 1])->name));
        if (i > 1) buffer_add_byte(path, '/');
    }
}

uint32_t group_walk(const struct state *state, uint32_t group, uint32_t root)
{
    if (group_at(state, group)->first_child != 0) return group_at(state, group)->first_child;
    while (group != root && group_at(state, group)->next == 0) {
        group = group_at(state, group)->parent;
    }
    return group == root ? 0 : group_at(state, group)->next;
}

uint32_t group_blocked_by(const struct state *state, uint32_t group)
{
    while (group != 0 && !group_at(state, group)->is_blocked) {
        group = group_at(state, group)->parent;
    }
    return group;
}

void group_creation_judge(struct question *question, const struct event *event)
{
    const struct bytes  path = event->of.group_creation.group;
    const struct state *state = question->state;
    const uint32_t      parent = group_find(state, path_parent(path));
    if (parent == 0) {
        refuse_name(question, UNKNOWN_GROUP, path_parent(path));
    } else if (group_child(state, parent, path_last(path)) != 0) {
        refuse_name(question, NAME_TAKEN, path);
    }
}

static void index_place(struct state *state, uint32_t at)
{
    const struct group *group = group_at(state, at);
    state_index_add(state, INDEX_GROUP, at,
                    state_hash(state, group->parent, text_of(state, group->name)));
}

void group_index(struct state *state, uint32_t group)
{
    if (group == SERVER_GROUP) return;
    state_index_add(state, INDEX_GROUP_ID, group, id_hash(state, group_at(state, group)->id));
    if (group_at(state, group)->parent != 0) index_place(state, group);
}

static void link_child(struct state *state, uint32_t parent, uint32_t child)
{
    struct group *above = group_edit(state, parent);
    struct group *group = group_edit(state, child);
    group->parent = parent;
    group->placed_seq = server_at(state)->size;
    group->next = 0;
    group->previous = above->last_child;
    if (above->last_child == 0) {
        above->first_child = child;
    } else {
        group_edit(state, above->last_child)->next = child;
    }
    above->last_child = child;
    above->child_count++;
    index_place(state, child);
}

static void unlink_child(struct state *state, uint32_t child)
{
    const struct group group = *group_at(state, child);
    struct group      *above = group_edit(state, group.parent);
    if (group.previous == 0) {
        above->first_child = group.next;
    } else {
        group_edit(state, group.previous)->next = group.next;
    }
    if (group.next == 0) {
        above->last_child = group.previous;
    } else {
        group_edit(state, group.next)->previous = group.previous;
    }
    above->child_count--;
    state_index_remove(state, INDEX_GROUP, child);
}

void group_forget(struct state *state, uint32_t group)
{
    if (group_at(state, group)->parent != 0) unlink_child(state, group);
    state_index_remove(state, INDEX_GROUP_ID, group);
    text_drop(state, group_at(state, group)->name);
    text_drop(state, group_at(state, group)->label);
    places_drop(state, group);
    group_edit(state, group)->parent = 0; // so that whoever still remembers it finds no way up
    state_give(state, POOL_GROUP, group);
}

void group_relink(struct state *state, uint32_t group, uint32_t parent)
{
    unlink_child(state, group);
    if (parent != 0) {
        link_child(state, parent, group);
        return;
    }
    struct group *own = group_edit(state, group);
    own->parent = 0;
    own->next = 0;
    own->previous = 0;
}

void group_creation_apply(struct change_context *context, const struct event *event)
{
    const struct group_creation *creation = &event->of.group_creation;
    struct state                *state = context->state;
    const uint32_t               parent = group_find(state, path_parent(creation->group));
    const uint32_t               at = state_take(state, POOL_GROUP);
    struct group                *group = group_edit(state, at);
    group->id = context->id;
    group->name = text_add(state, path_last(creation->group));
    group->label = text_add(state, creation->label);
    link_child(state, parent, at);
    state_index_add(state, INDEX_GROUP_ID, at, id_hash(state, context->id));
    state_note_change(state, at, 0);
}

// --- Name and label ---------------------------------------------------------

void group_update_judge(struct question *question, const struct event *event)
{
    const struct group_update *update = &event->of.group_update;
    const struct state        *state = question->state;
    const uint32_t             at = group_find(state, update->group);
    if (at == 0) {
        refuse_name(question, UNKNOWN_GROUP, update->group);
        return;
    }
    const struct group *group = group_at(state, at);
    const uint32_t      namesake =
        update->name.at == NULL ? at : group_child(state, group->parent, update->name);
    const bool is_named = namesake == at;
    const bool is_labelled =
        update->label.at == NULL || text_is(state, group->label, update->label);
    question->is_no_news = is_named && is_labelled;
    if (namesake != 0 && namesake != at) refuse_name(question, NAME_TAKEN, update->name);
}

static void replace_text(struct state *state, struct text_ref *text, struct bytes fresh)
{
    if (fresh.at == NULL || text_is(state, *text, fresh)) return;
    text_drop(state, *text);
    *text = text_add(state, fresh);
}

void group_update_apply(struct change_context *context, const struct event *event)
{
    const struct group_update *update = &event->of.group_update;
    struct state              *state = context->state;
    const uint32_t             at = group_find(state, update->group);
    struct group              *group = group_edit(state, at);
    replace_text(state, &group->label, update->label);
    if (update->name.at != NULL && !text_is(state, group->name, update->name)) {
        place_leave(state, at);
        replace_text(state, &group->name, update->name);
        group->placed_seq = context->seq;
        state_index_remove(state, INDEX_GROUP, at);
        state_index_add(state, INDEX_GROUP, at, state_hash(state, group->parent, update->name));
    }
    state_note_change(state, at, 0);
}

// --- Blocking (X12) ---------------------------------------------------------

void group_block_judge(struct question *question, const struct event *event)
{
    const struct group_block *block = &event->of.group_block;
    const uint32_t            at = group_find(question->state, block->group);
    if (at == 0) {
        refuse_name(question, UNKNOWN_GROUP, block->group);
        return;
    }
    question->is_no_news = group_at(question->state, at)->is_blocked == block->is_blocked;
}

void group_block_apply(struct change_context *context, const struct event *event)
{
    const uint32_t at = group_find(context->state, event->of.group_block.group);
    group_edit(context->state, at)->is_blocked = event->of.group_block.is_blocked;
    state_note_change(context->state, at, 0);
}
