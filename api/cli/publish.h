// publish.h - `licet publish`: a ledger's head and hashes as files, beside the daemon.
#ifndef API_CLI_PUBLISH_H
#define API_CLI_PUBLISH_H

#include "api/cli/command.h"

extern const struct record publish_parameters;

enum exit_code publish_run(struct call *call);

#endif
