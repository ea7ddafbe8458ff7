// schedule.h - the instants at which something begins or ends (D5): every window of a package, of a
// licence entry and of a user's assignment stands here with its next edge.
#ifndef PROJECTIONS_SCHEDULE_H
#define PROJECTIONS_SCHEDULE_H

#include "projections/judgement.h"

// Returns the edge's record for the subject to keep, 0 when the window has no edge after ms.
uint32_t schedule_add(struct state *state, enum edge_subject kind, uint32_t subject,
                      struct window window, uint64_t ms);
void     schedule_drop(struct state *state, uint32_t edge); // 0 is fine

// The earliest edge that has not been passed by a boundary; TIME_NEVER when there is none.
uint64_t schedule_next(const struct state *state);

void boundary_judge(struct question *question, const struct event *event);
// Settles all windows up to the edge of the event.
void boundary_apply(struct change_context *context, const struct event *event);

#endif
