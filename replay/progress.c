#include "replay/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static uint64_t look(const uint64_t *count)
{
    return __atomic_load_n(count, __ATOMIC_RELAXED);
}

static void tell(const struct report *report)
{
    (void)fprintf(stderr, "\r%" PRIu64 " leaves hashed, %" PRIu64 " decided again, of %" PRIu64 " ",
                  look(&report->content.leaf_count), look(&report->meaning.event_count),
                  report->size);
}

static void *run(void *context)
{
    struct progress *progress = context;
    bool             is_told = false;
    (void)pthread_mutex_lock(&progress->lock);
    while (!progress->is_over) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        (void)pthread_cond_timedwait(&progress->is_asked, &progress->lock, &until);
        if (progress->is_over) break;
        tell(progress->report);
        is_told = true;
    }
    (void)pthread_mutex_unlock(&progress->lock);
    if (is_told) (void)fprintf(stderr, "\r\033[K");
    return NULL;
}

void progress_start(struct progress *progress)
{
    (void)pthread_mutex_init(&progress->lock, NULL);
    (void)pthread_cond_init(&progress->is_asked, NULL);
    progress->is_running = pthread_create(&progress->thread, NULL, run, progress) == 0;
}

void progress_stop(struct progress *progress)
{
    if (progress->is_running) {
        (void)pthread_mutex_lock(&progress->lock);
        progress->is_over = true;
        (void)pthread_cond_signal(&progress->is_asked);
        (void)pthread_mutex_unlock(&progress->lock);
        (void)pthread_join(progress->thread, NULL);
    }
    (void)pthread_cond_destroy(&progress->is_asked);
    (void)pthread_mutex_destroy(&progress->lock);
}
