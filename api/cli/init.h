// init.h - `init`: a new ledger on disk, with its keys elsewhere.
#ifndef API_CLI_INIT_H
#define API_CLI_INIT_H

#include "api/cli/command.h"

extern const struct record init_parameters;

enum exit_code init_run(struct call *call);

#endif
