// thread.h - threads beside the one that is there first.
#ifndef CORE_BASE_THREAD_H
#define CORE_BASE_THREAD_H

#include <pthread.h>

// As pthread_create(), but it takes no signal: those are for the thread that was there first.
int thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

#endif
