// progress.h - tells a person at a terminal how far an audit has come.
#ifndef REPLAY_PROGRESS_H
#define REPLAY_PROGRESS_H

#include "replay/report.h"

#include <pthread.h>

struct progress {
    const struct report *report;
    pthread_t            thread;
    bool                 is_running;
    pthread_mutex_t      lock;
    pthread_cond_t       is_asked;
    bool                 is_over;
};

// One line on stderr, every second from the first on, rewritten; wiped when stopped. The counts are
// read while they grow: they tell, they decide nothing.
void progress_start(struct progress *progress);
void progress_stop(struct progress *progress);

#endif
