// loop.h - one thread, one loop: takes all requests that wait, answers them as one group, commits
// once, and only then lets the replies out.
#ifndef API_DAEMON_LOOP_H
#define API_DAEMON_LOOP_H

#include "api/daemon/daemon.h"
#include "api/daemon/publishing.h"

#include <signal.h>

// Runs until *stop is set (by a signal handler, which then calls connections_wake). OK after that;
// STATUS_UNKNOWN_OUTCOME when a commit failed in a way that only a restart can clear.
MUST_CHECK enum status loop_run(struct daemon *daemon, struct publishing *publishing,
                                const volatile sig_atomic_t *stop);

#endif
