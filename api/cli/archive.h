// archive.h - `licet archive`: has the daemon move old events out of the ledger.
#ifndef API_CLI_ARCHIVE_H
#define API_CLI_ARCHIVE_H

#include "api/cli/command.h"

extern const struct record archive_parameters;

enum exit_code archive_run(struct call *call);

#endif
