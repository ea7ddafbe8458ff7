// refusals.h - what of the refusals that the log keeps is counted instead (X06).
#ifndef PROJECTIONS_REFUSALS_H
#define PROJECTIONS_REFUSALS_H

#include "projections/judgement.h"

void refusals_counted_judge(struct question *question, const struct event *event);

#endif
