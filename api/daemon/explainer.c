// For pthread_cond_clockwait: a wait that does not follow the wall clock.
#define _GNU_SOURCE // NOLINT
#include "api/daemon/explainer.h"

#include "api/daemon/answer.h"
#include "api/daemon/past.h"
#include "core/base/reserve.h"
#include "core/base/thread.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { IDLE_S = 60 }; // after so long without a question the state is given up

// free -> waiting (the loop) -> working -> answered (the thread) -> taken -> free (the loop)
enum slot_state { SLOT_FREE, SLOT_WAITING, SLOT_WORKING, SLOT_ANSWERED, SLOT_TAKEN };

struct slot {
    enum slot_state      state;
    uint64_t             number; // the least waiting one is next
    struct request       request;
    struct past_question question;
    struct buffer        reply;
    uint8_t              room[ANSWER_SIZE_MAX];
};

struct explainer {
    struct explainer_options options;
    pthread_t                thread;
    pthread_mutex_t          lock; // guards the states of the slots; a slot belongs to who moved it
    pthread_cond_t           bell;
    atomic_bool              is_stopping;
    atomic_uint_least64_t    archived;
    uint64_t                 asked_count;
    struct past              past; // the thread's
    struct slot              slots[EXPLAINER_WAITING_MAX];
};

// --- The thread -------------------------------------------------------------

static struct slot *next_waiting(struct explainer *explainer)
{
    struct slot *found = NULL;
    for (size_t i = 0; i < EXPLAINER_WAITING_MAX; i++) {
        struct slot *slot = &explainer->slots[i];
        if (slot->state != SLOT_WAITING) continue;
        if (found == NULL || slot->number < found->number) found = slot;
    }
    return found;
}

// NULL when there was nothing for long. Under the lock.
static struct slot *wait_for_question(struct explainer *explainer)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += IDLE_S;
    int error = 0;
    while (error == 0 && !atomic_load(&explainer->is_stopping)) {
        struct slot *slot = next_waiting(explainer);
        if (slot != NULL) return slot;
        error = pthread_cond_clockwait(&explainer->bell, &explainer->lock, CLOCK_MONOTONIC, &until);
    }
    return NULL;
}

static void work(struct explainer *explainer, struct slot *slot)
{
    slot->state = SLOT_WORKING;
    pthread_mutex_unlock(&explainer->lock);
    slot->reply = buffer_over(slot->room, sizeof slot->room);
    past_answer(&explainer->past, &slot->question, &slot->reply);
    pthread_mutex_lock(&explainer->lock);
    slot->state = SLOT_ANSWERED;
    explainer->options.wake(explainer->options.wake_context);
}

static void *run(void *context)
{
    struct explainer *explainer = context;
    pthread_mutex_lock(&explainer->lock);
    while (!atomic_load(&explainer->is_stopping)) {
        struct slot *slot = wait_for_question(explainer);
        if (slot == NULL) {
            past_release(&explainer->past);
        } else {
            work(explainer, slot);
        }
    }
    pthread_mutex_unlock(&explainer->lock);
    return NULL;
}

// --- The loop's side --------------------------------------------------------

enum status explainer_open(const struct explainer_options *options, struct explainer **explainer)
{
    struct explainer *made = memory_reserve(sizeof *made);
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    made->options = *options;
    made->past = (struct past){.ledger = options->ledger,
                               .snapshots = options->snapshots,
                               .is_stopping = &made->is_stopping,
                               .archived = &made->archived};
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->bell, NULL);
    if (thread_start(&made->thread, run, made) != 0) {
        pthread_cond_destroy(&made->bell);
        pthread_mutex_destroy(&made->lock);
        memory_return(made, sizeof *made);
        return STATUS_OUT_OF_MEMORY;
    }
    *explainer = made;
    return OK;
}

void explainer_close(struct explainer *explainer,
                     void (*release)(void *context, struct request *request), void *context)
{
    if (explainer == NULL) return;
    pthread_mutex_lock(&explainer->lock);
    atomic_store(&explainer->is_stopping, true);
    pthread_cond_signal(&explainer->bell);
    pthread_mutex_unlock(&explainer->lock);
    (void)pthread_join(explainer->thread, NULL);
    past_release(&explainer->past);
    for (size_t i = 0; i < EXPLAINER_WAITING_MAX; i++) {
        const enum slot_state state = explainer->slots[i].state;
        if (state == SLOT_FREE || state == SLOT_TAKEN) continue;
        release(context, &explainer->slots[i].request);
    }
    pthread_cond_destroy(&explainer->bell);
    pthread_mutex_destroy(&explainer->lock);
    memory_return(explainer, sizeof *explainer);
}

void explainer_archived(struct explainer *explainer, uint64_t below)
{
    atomic_store(&explainer->archived, below);
}

static struct slot *find(struct explainer *explainer, enum slot_state state)
{
    for (size_t i = 0; i < EXPLAINER_WAITING_MAX; i++) {
        if (explainer->slots[i].state == state) return &explainer->slots[i];
    }
    return NULL;
}

bool explainer_ask(struct explainer *explainer, const struct request *request,
                   const struct past_question *question)
{
    pthread_mutex_lock(&explainer->lock);
    struct slot *slot = find(explainer, SLOT_FREE);
    if (slot != NULL) {
        slot->request = *request;
        slot->question = *question;
        slot->number = explainer->asked_count++;
        slot->state = SLOT_WAITING;
        pthread_cond_signal(&explainer->bell);
    }
    pthread_mutex_unlock(&explainer->lock);
    return slot != NULL;
}

bool explainer_take(struct explainer *explainer, struct request *request, struct bytes *reply)
{
    pthread_mutex_lock(&explainer->lock);
    struct slot *taken = find(explainer, SLOT_TAKEN);
    if (taken != NULL) taken->state = SLOT_FREE;
    struct slot *slot = find(explainer, SLOT_ANSWERED);
    if (slot != NULL) slot->state = SLOT_TAKEN;
    pthread_mutex_unlock(&explainer->lock);
    if (slot == NULL) return false;
    *request = slot->request;
    *reply = buffer_bytes(&slot->reply);
    return true;
}
