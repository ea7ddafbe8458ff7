// access.h - the command that asks for access, of a unit or to an action.
#ifndef API_CLI_ACCESS_H
#define API_CLI_ACCESS_H

#include "api/cli/command.h"

extern const struct record access_parameters;

// The actions, for the help.
void           access_add_actions(struct buffer *help);
enum exit_code access_run(struct call *call);

#endif
