// schedule.h - the instants at which something begins or ends (D5): the windows of packages, of
// licence entries and of users' assignments, leases and reminders stand here, each with its next
// edge.
//
// Edges come in order of their instants; at one instant leases end first, then windows begin and
// end, then reminders are due; and of the same sort in the order of the events that made them. No
// lease ends while the server is limited: until the mode is left, leases have no edge that comes.
//
// A kind of edge is a constant in state.h and a row in schedule.c: which sort it is of, and what is
// done when it is passed. What is done is the subject's own business: the edge is out of the
// schedule then, and the subject notes its next one, or 0. A lease that was renewed needs no
// schedule_drop: when it comes up too early, it is put back with its real end.
#ifndef PROJECTIONS_SCHEDULE_H
#define PROJECTIONS_SCHEDULE_H

#include "projections/judgement.h"

// By kind, subject, id, ordinal and instant; the rest is the schedule's. Returns the edge's record
// for the subject to keep, 0 for TIME_NEVER.
uint32_t schedule_add(struct state *state, struct edge edge);
// The next edge of a window after ms.
uint32_t schedule_add_window(struct state *state, struct edge edge, struct window window,
                             uint64_t ms);
void     schedule_drop(struct state *state, uint32_t edge); // 0 is fine

// The earliest edge that has not been passed by a boundary; TIME_NEVER when there is none.
uint64_t schedule_next(const struct state *state);

// Whether an event at the instant is late: an edge has come before it that no boundary tells of.
// While the edges of a boundary are passed in slices, limits are read as of its own instant.
bool schedule_is_late(const struct state *state, uint64_t ms);

void boundary_judge(struct question *question, const struct event *event);
// Time has come to the edge of the event. Limits are read anew at once; what follows from them is
// settled for the first BOUNDARY_EDGE_MAX edges, and further boundaries go on with the others while
// schedule_next() has not gone past.
void boundary_apply(struct change_context *context, const struct event *event);

#endif
