// expiring.h - `licet expiring`: the daemon tells what ends in the order of the groups, for an
// order of ends over all of them would cost it too much; here it is put into that order.
#ifndef API_CLI_EXPIRING_H
#define API_CLI_EXPIRING_H

#include "api/cli/command.h"

enum exit_code expiring_run(struct call *call);

#endif
