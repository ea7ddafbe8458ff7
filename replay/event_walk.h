// event_walk.h - an event taken apart by its rows: what every printer of events is made of.
//
// A plan's events stand inside its field, the entries of a package inside the package; the walk
// goes down and comes up again, and tells each step.
//
//   WALK_EVENT    an event begins: its kind; inside a list when depth > 0
//   WALK_VALUE    a field with a value of its own
//   WALK_LIST     a field that is a list begins; its items follow
//   WALK_RECORD   an item begins that is a record: its fields follow
//   WALK_END      the innermost event, record or list ends
//
// Fields that are absent are left out.
#ifndef REPLAY_EVENT_WALK_H
#define REPLAY_EVENT_WALK_H

#include "core/event/event.h"

enum walk_kind { WALK_EVENT, WALK_VALUE, WALK_LIST, WALK_RECORD, WALK_END };

struct walk_step {
    enum walk_kind         kind;
    const struct kind_row *row;   // of an event
    const struct field    *field; // of a value or list
    const void            *in;    // the struct that holds the field
};

enum { WALK_DEPTH_MAX = 8, WALK_RECORD_SIZE_MAX = 256 };

struct walk_level {
    const struct record *record; // NULL: this level is a list
    const void          *in;
    uint32_t             at;    // the next field
    const struct field  *field; // of the list
    struct list_reader   items;
};

struct event_walk {
    struct walk_level levels[WALK_DEPTH_MAX];
    uint32_t          depth; // levels that are open
    bool              is_begun;
    struct event      inner; // the event of a plan that is walked
    // Items, by level.
    _Alignas(max_align_t) uint8_t records[WALK_DEPTH_MAX][WALK_RECORD_SIZE_MAX];
    const struct event *event;
};

// The event is borrowed while it is walked; it was read by proposal_read.
void event_walk_init(struct event_walk *walk, const struct event *event);
// False after the last step. step->in lives until the next step.
bool event_walk_next(struct event_walk *walk, struct walk_step *step);

#endif
