// apply.h - `apply`: a file of many commands, proposed in requests of many (X14).
#ifndef API_CLI_APPLY_H
#define API_CLI_APPLY_H

#include "api/cli/command.h"

extern const struct record apply_parameters;

enum exit_code apply_run(struct call *call);

#endif
