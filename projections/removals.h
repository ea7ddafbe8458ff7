// removals.h - a group goes, if need be with all that is below it and held there (X09).
//
// Cut off at once: no path leads to the group, units are free, use and limits above are settled,
// actors are gone. What hung below is taken apart in slices, so many records with each event that
// is recorded, so that no subtree is too large:
//
//   server ─ first_cut ─► group ─ next ─► group      their parent is 0, and so is that of their
//                          └─ …            └─ …      accounts: whoever climbs does not get to the
//                                                    server, and knows that it is not there
//
// Lists that run through the whole state, of a user or of a resource, pass over what is not there;
// holding_is_there, group_is_there.
#ifndef PROJECTIONS_REMOVALS_H
#define PROJECTIONS_REMOVALS_H

#include "projections/judgement.h"

void group_removal_judge(struct question *question, const struct event *event);
void group_removal_apply(struct change_context *context, const struct event *event);

// One slice; with each event.
void removals_go_on(struct state *state);

#endif
