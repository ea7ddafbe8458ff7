// server.h - the licensed server: how its ledger was opened, and how it is run.
#ifndef PROJECTIONS_SERVER_H
#define PROJECTIONS_SERVER_H

#include "projections/judgement.h"

void opening_judge(struct question *question, const struct event *event);
void opening_apply(struct change_context *context, const struct event *event);
// How the ledger is run: nothing in it is licensed, so nothing stands against it.
void policy_apply(struct change_context *context, const struct event *event);

#endif
