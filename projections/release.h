// release.h - a unit is given back.
#ifndef PROJECTIONS_RELEASE_H
#define PROJECTIONS_RELEASE_H

#include "projections/judgement.h"

void release_judge(struct question *question, const struct event *event);
void release_apply(struct change_context *context, const struct event *event);

#endif
