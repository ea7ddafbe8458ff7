// transfer.h - a holding gets another unit, as of a phone that was replaced, or another user of its
// group (X20). What it is bound to goes along, its seniority and its lease stay.
#ifndef PROJECTIONS_TRANSFER_H
#define PROJECTIONS_TRANSFER_H

#include "projections/judgement.h"

bool transfer_is_allowed(const struct question *question, const struct event *event);
void transfer_judge(struct question *question, const struct event *event);
void transfer_apply(struct change_context *context, const struct event *event);

#endif
