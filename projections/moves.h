// moves.h - a group with all that is below it stands below another parent from now on (X04).
#ifndef PROJECTIONS_MOVES_H
#define PROJECTIONS_MOVES_H

#include "projections/judgement.h"

// A site_admin moves what is strictly below its group, to where it may create.
bool group_move_is_allowed(const struct question *question, const struct event *event);
void group_move_judge(struct question *question, const struct event *event);
void group_move_apply(struct change_context *context, const struct event *event);

#endif
