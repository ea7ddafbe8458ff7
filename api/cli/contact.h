// contact.h - the commands that change who somebody is to people (X17).
#ifndef API_CLI_CONTACT_H
#define API_CLI_CONTACT_H

#include "api/cli/command.h"

enum exit_code contact_set_run(struct call *call);
enum exit_code contact_erase_run(struct call *call);

#endif
