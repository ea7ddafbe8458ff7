// reminders.h - who administers a group is told of the ends of its packages before they come (B39
// to B41).
//
// A policy gives each package of the group that has an end a grid of instants before it:
//
//     weekly, 14 days      until - 14 d      until - 7 d      until
//                          |                 |                .           none at the end itself
//     due at               first             first + 7 d
//
// An instant is an edge of the schedule: the boundary that passes it makes the reminder due. What
// is due is a fact of the state; the ledger then makes an event of it, with what a template needs.
// The event waits until a mailer says that it was sent. A policy that is saved, or a package that
// is new by name and end, between the first instant and the end is due at once, without a boundary.
#ifndef PROJECTIONS_REMINDERS_H
#define PROJECTIONS_REMINDERS_H

#include "core/base/grid.h"
#include "projections/judgement.h"

// The instants of a package that ends then.
struct grid reminder_grid(const struct reminder_policy_record *policy, uint64_t until_ms);
// The next instant of the package's reminders; TIME_NEVER when none is to come.
uint64_t    reminding_next(const struct state *state, uint32_t reminding);

void reminder_policy_judge(struct question *question, const struct event *event);
void reminder_policy_apply(struct change_context *context, const struct event *event);

// --- For the packages and the schedule --------------------------------------

// The group has been saved: packages that were among the former ones, by name and end, go on being
// reminded of; the others begin. `former` is the first of a list that still hangs together.
void reminding_follow(struct change_context *context, uint32_t group, uint32_t former);
// With its package; 0 is fine.
void reminding_drop(struct state *state, uint32_t reminding);
void reminding_pass(struct change_context *context, const struct edge *edge);
// A group is cut off with all below it: what is due there is not any more.
void reminders_cut(struct state *state, uint32_t group);
// One record of what a group without packages keeps of reminders: one that waits, else its policy.
void reminder_policy_reclaim(struct state *state, uint32_t group);

// --- The events -------------------------------------------------------------

// That the reminder is due, and says what the state says.
void reminder_judge(struct question *question, const struct event *event);
void reminder_apply(struct change_context *context, const struct event *event);

// One that waits to be delivered, by the seq of its event; 0 when there is none.
uint32_t reminder_find(const struct state *state, uint64_t seq);

bool delivery_is_allowed(const struct question *question, const struct event *event);
void delivery_judge(struct question *question, const struct event *event);
void delivery_apply(struct change_context *context, const struct event *event);

// Makes a record that is whole be found: a new one, or one that was read from a snapshot.
void reminder_index(struct state *state, uint32_t at);

#endif
