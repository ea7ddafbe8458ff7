// differences.h - what an event would change, group by group and resource by resource: looked at
// before and after, on the state itself.
//
//   first = state_change_count; mark; the event is applied
//   differences_gather     the groups and resources that it changed, and those above them
//   rollback
//   differences_before     how they looked; those below where it changes what reaches them
//   the event is applied again
//   differences_after      how they look then
//   rollback
//
// Where others take from the same limit above, only what is available changes: the groups above
// tell of that, not every one below. A wide event changes more than is looked at here; then nobody
// knows how much it is in all.
#ifndef PROJECTIONS_DIFFERENCES_H
#define PROJECTIONS_DIFFERENCES_H

#include "projections/views.h"

enum { DIFFERENCE_MAX = 4096, DIFFERENCE_SLOT_COUNT = 4 * DIFFERENCE_MAX };

struct difference {
    uint32_t             group, resource;
    entity_id            id;                  // of the group: its record may be another's before
    bool                 is_changed;          // noted by the event, not above or below such a one
    bool                 was_there, is_there; // the group
    struct resource_view before, after;       // of now alone: without until and next
};

struct differences {
    bool              is_cut; // there may be more than were looked at
    uint32_t          count;
    struct difference at[DIFFERENCE_MAX];
    uint32_t          slots[DIFFERENCE_SLOT_COUNT]; // 1 + a place in `at`
};

void differences_gather(const struct state *state, uint64_t first_change, uint64_t ms,
                        struct differences *differences);
void differences_before(const struct state *state, uint64_t ms, struct differences *differences);
// Keeps only what differs.
void differences_after(const struct state *state, uint64_t ms, struct differences *differences);

#endif
