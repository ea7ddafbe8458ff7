// rotation.h - `key certify` and `key rotate`: another key for the ledger.
#ifndef API_CLI_ROTATION_H
#define API_CLI_ROTATION_H

#include "api/cli/command.h"

extern const struct record rotation_certify_parameters;

enum exit_code rotation_certify_run(struct call *call);
enum exit_code rotation_rotate_run(struct call *call);

#endif
