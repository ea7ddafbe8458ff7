// helper.h - a process of the daemon's own: the program that it is itself, in another mode, which
// says by a pipe what came of its work. Nothing here waits.
//
// It shares nothing of the daemon but what its words name, and goes when its daemon goes.
#ifndef API_DAEMON_HELPER_H
#define API_DAEMON_HELPER_H

#include "core/base/bytes.h"

#include <stdbool.h>
#include <sys/types.h>

enum { HELPER_HEARD_SIZE = 512 };

// All zero at first.
struct helper {
    pid_t  process; // 0: none runs
    int    pipe;
    bool   is_silent; // has said all that it has to say
    size_t heard_size;
    char   heard[HELPER_HEARD_SIZE];
};

// The words after the program's name, which end with NULL. An errno, or 0.
int          helper_start(struct helper *helper, char *const words[]);
// What it has said so far; false while it has not ended. *result is then that of waitpid, and the
// helper may be started again.
bool         helper_await(struct helper *helper, int *result);
// The next whole line that was heard, with its end; good until the next call. No bytes: none yet.
struct bytes helper_next_line(struct helper *helper);
// Ends the process that runs.
void         helper_stop(struct helper *helper);

// In the helper's own process, first: it is to end with its daemon, and is not to be in its way.
void helper_begin(void);

#endif
