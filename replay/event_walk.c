#include "replay/event_walk.h"

#include <assert.h>

void event_walk_init(struct event_walk *walk, const struct event *event)
{
    walk->depth = 0;
    walk->is_begun = false;
    walk->event = event;
}

static struct walk_level *push(struct event_walk *walk)
{
    assert(walk->depth < WALK_DEPTH_MAX);
    struct walk_level *level = &walk->levels[walk->depth++];
    *level = (struct walk_level){.record = NULL};
    return level;
}

static struct walk_step begin_event(struct event_walk *walk, const struct event *event)
{
    const struct kind_row *row = kind_row((uint64_t)event->kind);
    struct walk_level     *level = push(walk);
    level->record = row->record;
    level->in = &event->of;
    return (struct walk_step){.kind = WALK_EVENT, .row = row};
}

static struct walk_step end(struct event_walk *walk)
{
    walk->depth--;
    return (struct walk_step){.kind = WALK_END};
}

static struct walk_step next_item(struct event_walk *walk, struct walk_level *level)
{
    if (level->items.left == 0) return end(walk);
    if (level->field->type == FIELD_EVENTS) {
        struct bytes packed;
        const char  *offence = NULL;
        (void)list_next_packed(&level->items, &packed);
        const bool is_read = event_read_packed(packed, &walk->inner, &offence);
        assert(is_read);
        return begin_event(walk, &walk->inner);
    }
    const struct record *record = level->field->item;
    uint8_t             *in = walk->records[walk->depth];
    assert(record->size <= WALK_RECORD_SIZE_MAX);
    (void)list_next(&level->items, record, in);
    struct walk_level *item = push(walk);
    item->record = record;
    item->in = in;
    return (struct walk_step){.kind = WALK_RECORD};
}

static struct walk_step next_field(struct event_walk *walk, struct walk_level *level)
{
    while (level->at < level->record->field_count &&
           field_is_absent(&level->record->fields[level->at], level->in)) {
        level->at++;
    }
    if (level->at == level->record->field_count) return end(walk);
    const struct field *field = &level->record->fields[level->at++];
    const void         *in = level->in;
    if (field->type != FIELD_LIST && field->type != FIELD_EVENTS) {
        return (struct walk_step){.kind = WALK_VALUE, .field = field, .in = in};
    }
    struct walk_level *list = push(walk);
    list->field = field;
    list->items = list_start(field_list(field, in));
    return (struct walk_step){.kind = WALK_LIST, .field = field, .in = in};
}

bool event_walk_next(struct event_walk *walk, struct walk_step *step)
{
    if (!walk->is_begun) {
        walk->is_begun = true;
        *step = begin_event(walk, walk->event);
        return true;
    }
    if (walk->depth == 0) return false;
    struct walk_level *level = &walk->levels[walk->depth - 1];
    *step = level->record == NULL ? next_item(walk, level) : next_field(walk, level);
    return true;
}
