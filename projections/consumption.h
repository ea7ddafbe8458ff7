// consumption.h - a unit is taken: the order of refusals of X08.
#ifndef PROJECTIONS_CONSUMPTION_H
#define PROJECTIONS_CONSUMPTION_H

#include "projections/judgement.h"

// X15: the unit is held already. By whom is told to one who may read there.
void unit_judge_held(struct question *question, uint32_t held, struct bytes unit);

void consumption_judge(struct question *question, const struct event *event);
void consumption_apply(struct change_context *context, const struct event *event);

#endif
