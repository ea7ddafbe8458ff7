// refusals.h - what of the refusals that the log keeps is counted instead (X06).
#ifndef PROJECTIONS_REFUSALS_H
#define PROJECTIONS_REFUSALS_H

#include "projections/judgement.h"

// How many refusals of one author are logged in a minute of ledger time.
uint64_t refusal_rate(const struct state *state);

void refusals_counted_judge(struct question *question, const struct event *event);

#endif
