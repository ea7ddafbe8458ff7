#include "projections/reminder_content.h"

#include "core/base/grid.h"
#include "projections/groups.h"
#include "projections/quota.h"
#include "projections/views.h"

#include <assert.h>

// A list that is written item by item.
struct item_writer {
    const struct record *record;
    struct buffer        packed;
    uint32_t             count;
};

// False when it does not fit any more; nothing of it is left behind then.
static bool write_item(struct item_writer *items, const void *item)
{
    const size_t start = items->packed.size;
    pack_array(&items->packed, items->record->field_count);
    record_write(items->record, item, &items->packed);
    if (items->packed.is_full) {
        items->packed.size = start;
        return false;
    }
    items->count++;
    return true;
}

static struct list list_of(const struct item_writer *items)
{
    return (struct list){buffer_bytes(&items->packed), items->count};
}

// --- Resources --------------------------------------------------------------

static struct list write_resources(const struct state *state, const struct package_record *package,
                                   struct reminder_content *content)
{
    struct item_writer items = {.record = &reminded_resource_record,
                                .packed =
                                    buffer_over(content->resources, sizeof content->resources)};
    for (uint32_t at = package->first_entry; at != 0; at = entry_at(state, at)->next) {
        const struct entry_record *entry = entry_at(state, at);
        if (entry->count == ENTRY_FEATURE) continue;
        struct quota_path path;
        quota_path(state, package->group, entry->resource, &path);
        const struct reminded_resource item = {
            .name = text_of(state, resource_at(state, entry->resource)->name),
            .maximum = quota_maximum(&path),
            .used = path.nodes[0].used,
            .available = quota_room(quota_bottleneck(&path))};
        const bool is_written = write_item(&items, &item);
        assert(is_written);
    }
    return list_of(&items);
}

// --- Actors -----------------------------------------------------------------

struct recipients {
    const struct state *state;
    struct item_writer  items;
    uint64_t            count;
};

static void add_recipients(struct recipients *recipients, uint32_t group, enum role role,
                           bool is_copy)
{
    const struct state *state = recipients->state;
    uint32_t            at = group_at(state, group)->first_actor;
    for (; at != 0; at = actor_at(state, at)->next_of_group) {
        if (actor_at(state, at)->role != (uint32_t)role) continue;
        const struct reminded_actor item = {text_of(state, actor_at(state, at)->name), is_copy};
        recipients->count++;
        if (recipients->items.count == REMINDED_MAX) continue;
        const bool is_written = write_item(&recipients->items, &item);
        assert(is_written);
    }
}

static void add_responsible(struct recipients *recipients, uint32_t group)
{
    for (uint32_t at = group; at != SERVER_GROUP; at = group_at(recipients->state, at)->parent) {
        add_recipients(recipients, at, SITE_ADMIN, false);
        if (recipients->count > 0) return;
    }
    add_recipients(recipients, SERVER_GROUP, SERVER_ADMIN, false);
}

// --- Groups that are touched ------------------------------------------------

// A set of the package's counted resources is a bit for each, by its place among them.
static_assert(PACKAGE_ENTRY_MAX <= 64, "the resources of a package fit a set");

struct touch {
    const struct state *state;
    uint32_t            group;
    uint64_t            now_ms, until_ms;
    uint32_t            resource_count;
    uint32_t            resources[PACKAGE_ENTRY_MAX];
    // By depth, of the group that is looked at and those above it up to the package's: what ends
    // there at the package's end.
    uint64_t            ends[PATH_NODE_MAX];
};

static uint64_t ends_at(const struct touch *touch, uint32_t group)
{
    uint64_t set = 0;
    for (uint32_t i = 0; i < touch->resource_count; i++) {
        const uint64_t until_ms =
            view_until(touch->state, group, touch->resources[i], touch->now_ms);
        if (until_ms == touch->until_ms) set |= (uint64_t)1 << i;
    }
    return set;
}

// Only resources of which the end of the package leaves the group nothing.
static void begin_touch(struct touch *touch, uint32_t first_entry)
{
    const struct state *state = touch->state;
    if (!group_at(state, touch->group)->is_restricted) return;
    for (uint32_t at = first_entry; at != 0; at = entry_at(state, at)->next) {
        const struct entry_record *entry = entry_at(state, at);
        if (entry->count == ENTRY_FEATURE || entry->count == 0) continue;
        if (limit_at(state, touch->group, entry->resource, touch->until_ms) > 0) continue;
        touch->resources[touch->resource_count++] = entry->resource;
    }
    touch->ends[group_depth(state, touch->group)] = ends_at(touch, touch->group);
}

// A group without limits of its own ends as the one above it does.
static bool is_touched(struct touch *touch, uint32_t group)
{
    const uint32_t depth = group_depth(touch->state, group);
    const bool     is_restricted = group_at(touch->state, group)->is_restricted;
    touch->ends[depth] = is_restricted ? ends_at(touch, group) : touch->ends[depth - 1];
    return touch->ends[depth] != 0;
}

static void write_path(const struct state *state, uint32_t group, struct item_writer *items)
{
    uint8_t       room[PATH_SIZE_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    group_add_path(state, group, &path);
    const struct reminded_group item = {buffer_bytes(&path)};
    (void)write_item(items, &item);
}

static struct list write_touched(struct touch *touch, struct recipients *copies,
                                 struct reminder_content *content)
{
    const struct state *state = touch->state;
    struct item_writer  items = {.record = &reminded_group_record,
                                 .packed = buffer_over(content->touched, sizeof content->touched)};
    uint32_t            at = group_walk(state, touch->group, touch->group);
    if (touch->resource_count == 0) return list_of(&items);
    for (; at != 0 && content->look_count < REMINDED_LOOK_MAX;
         at = group_walk(state, at, touch->group)) {
        content->look_count++;
        if (!is_touched(touch, at)) continue;
        const bool is_named = content->reminder.touched_count == items.count;
        if (is_named && items.count < REMINDED_MAX) write_path(state, at, &items);
        content->reminder.touched_count++;
        if (copies != NULL) add_recipients(copies, at, SITE_ADMIN, true);
    }
    return list_of(&items);
}

// --- All of it --------------------------------------------------------------

void reminder_compose(const struct state *state, uint32_t reminding, uint64_t now_ms,
                      struct reminder_content *content)
{
    const struct reminding      *own = reminding_at(state, reminding);
    const struct package_record *package = package_at(state, own->package);
    const uint32_t               policy = group_at(state, package->group)->reminder_policy;
    struct buffer                path = buffer_over(content->path, sizeof content->path);
    struct recipients            recipients = {
                   .state = state,
                   .items = {.record = &reminded_actor_record,
                             .packed = buffer_over(content->actors, sizeof content->actors)}
    };
    struct touch touch = {.state = state,
                          .group = package->group,
                          .now_ms = now_ms,
                          .until_ms = package->window.until_ms};
    group_add_path(state, package->group, &path);
    content->look_count = 0;
    content->reminder =
        (struct reminder){.group = buffer_bytes(&path),
                          .package = text_of(state, package->name),
                          .until_ms = package->window.until_ms,
                          .due_ms = own->due_ms,
                          .days_left = (package->window.until_ms - own->due_ms) / DAY_MS,
                          .resources = write_resources(state, package, content)};
    add_responsible(&recipients, package->group);
    begin_touch(&touch, package->first_entry);
    const bool is_copied = reminder_policy_at(state, policy)->is_copied;
    content->reminder.touched = write_touched(&touch, is_copied ? &recipients : NULL, content);
    content->reminder.actors = list_of(&recipients.items);
    content->reminder.actor_count = recipients.count;
}
