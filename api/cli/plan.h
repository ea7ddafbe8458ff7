// plan.h - `plan`: many events from a file, all or nothing.
#ifndef API_CLI_PLAN_H
#define API_CLI_PLAN_H

#include "api/cli/command.h"

extern const struct record plan_parameters;

enum exit_code plan_run(struct call *call);

#endif
