#include "core/base/ahead.h"

#include "core/base/monotonic.h"
#include "core/base/reserve.h"
#include "core/base/thread.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    WAITING_MAX = 64, // what is asked for beyond is left to its first use
    ASK_LEAST = 2 * AHEAD_LEAST,
    ASK_PART = 16,         // or this part of what is used
    PIECE_SIZE = 2 << 20,  // touched at once: a large page
    LONG_NS = 1000 * 1000, // for one
    REST_NS_MAX = 50000000,
};

struct stretch {
    uint8_t *memory;
    size_t   size;
};

struct ahead {
    pthread_t       thread;
    pthread_mutex_t lock;
    pthread_cond_t  bell;
    // Under the lock:
    struct stretch  waiting[WAITING_MAX]; // a ring
    uint32_t        first, waiting_count;
    bool            is_over;
};

// While a host looks for a page, the processor that asked stands still, with all that waits for it,
// such as the end of a flush. So one that took long is rested from for as long as it took.
static void touch(struct stretch stretch)
{
    for (size_t at = 0; at < stretch.size; at += PIECE_SIZE) {
        const size_t   left = stretch.size - at;
        const uint64_t begin_ns = monotonic_ns();
        memory_touch(stretch.memory + at, left < PIECE_SIZE ? left : PIECE_SIZE);
        const uint64_t ns = monotonic_ns() - begin_ns;
        if (ns > LONG_NS) monotonic_rest(ns, REST_NS_MAX);
    }
}

static void *work(void *context)
{
    struct ahead *ahead = context;
    (void)pthread_mutex_lock(&ahead->lock);
    while (!ahead->is_over) {
        if (ahead->waiting_count == 0) {
            (void)pthread_cond_wait(&ahead->bell, &ahead->lock);
            continue;
        }
        const struct stretch next = ahead->waiting[ahead->first];
        ahead->first = (ahead->first + 1) % WAITING_MAX;
        ahead->waiting_count--;
        (void)pthread_mutex_unlock(&ahead->lock);
        touch(next);
        (void)pthread_mutex_lock(&ahead->lock);
    }
    (void)pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

static void release(struct ahead *ahead)
{
    (void)pthread_cond_destroy(&ahead->bell);
    (void)pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}

enum status ahead_open(struct ahead **ahead)
{
    struct ahead *made = calloc(1, sizeof *made);
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_cond_init(&made->bell, NULL);
    if (thread_start(&made->thread, work, made) != 0) {
        release(made);
        return STATUS_OUT_OF_MEMORY;
    }
    *ahead = made;
    return OK;
}

void ahead_close(struct ahead *ahead)
{
    if (ahead == NULL) return;
    (void)pthread_mutex_lock(&ahead->lock);
    ahead->is_over = true;
    (void)pthread_cond_signal(&ahead->bell);
    (void)pthread_mutex_unlock(&ahead->lock);
    (void)pthread_join(ahead->thread, NULL);
    release(ahead);
}

static void put(struct ahead *ahead, struct stretch next)
{
    (void)pthread_mutex_lock(&ahead->lock);
    if (ahead->waiting_count < WAITING_MAX) {
        ahead->waiting[(ahead->first + ahead->waiting_count) % WAITING_MAX] = next;
        ahead->waiting_count++;
    }
    (void)pthread_cond_signal(&ahead->bell);
    (void)pthread_mutex_unlock(&ahead->lock);
}

void ahead_ask(struct ahead_mark *mark, void *memory, size_t size, size_t used)
{
    struct ahead *ahead = mark->ahead;
    const size_t  more = used / ASK_PART > ASK_LEAST ? used / ASK_PART : ASK_LEAST;
    const size_t  end = size - used < more ? size : used + more;
    if (end <= mark->asked) return;
    const struct stretch next = {(uint8_t *)memory + mark->asked, end - mark->asked};
    mark->asked = end;
    put(ahead, next);
}
