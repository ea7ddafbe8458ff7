// connect.h - a call's session with the daemon, and what went wrong with it in words.
#ifndef API_CLI_CONNECT_H
#define API_CLI_CONNECT_H

#include "api/cli/command.h"

// Reads the key, connects, logs in where there is a key. Whatever comes of it, connect_close()
// later.
MUST_CHECK enum exit_code connect_open(struct call *call);
void                      connect_close(struct call *call);

// The complaint about a failure of liblicet.
enum exit_code connect_complain(struct call *call, enum status status);

#endif
