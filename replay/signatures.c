#include "replay/signatures.h"

#include "core/base/limits.h"
#include "core/event/proposal.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    THREAD_MAX = 64,
    BATCH_MAX = 2 * THREAD_MAX,
    JOB_MAX = 128,               // of a batch
    BATCH_SIZE_MAX = 128 * 1024, // bytes of its proposals
    MESSAGE_MAX = PROPOSAL_MESSAGE_SIZE(PLAN_SIZE_MAX),
};
static_assert((int)BATCH_SIZE_MAX >= (int)PLAN_SIZE_MAX, "every proposal fits an empty batch");

struct job {
    uint64_t seq;
    uint8_t  key[CRYPTO_KEY_SIZE];
    uint8_t  signature[CRYPTO_SIGNATURE_SIZE];
    size_t   start, size; // of the proposal in the batch
};

struct batch {
    uint32_t   job_count;
    struct job jobs[JOB_MAX];
    size_t     size;
    uint8_t    proposals[BATCH_SIZE_MAX];
};

// Batches go round: filled by the one who adds, in turn; taken by whoever is free, in turn; free
// again when verified. The lock guards the counts and the result; a batch belongs to the one side
// or the other.
//
//   freed <= taken <= filled <= freed + batch_count           (freed: all before it are verified)
struct signatures {
    struct bytes             origin;
    uint32_t                 thread_count, batch_count;
    pthread_t                threads[THREAD_MAX];
    pthread_mutex_t          lock;
    pthread_cond_t           has_work, has_room;
    bool                     is_over; // nothing comes any more
    uint64_t                 filled, taken;
    bool                     is_free[BATCH_MAX];
    struct signatures_result result;
    struct batch            *batches; // batch_count
};

static void verify(const struct signatures *signatures, const struct batch *batch,
                   struct signatures_result *result)
{
    uint8_t room[MESSAGE_MAX];
    for (uint32_t i = 0; i < batch->job_count; i++) {
        const struct job  *job = &batch->jobs[i];
        struct buffer      message = buffer_over(room, sizeof room);
        const struct bytes proposal = {batch->proposals + job->start, job->size};
        proposal_message(signatures->origin, proposal, &message);
        assert(!message.is_full);
        if (crypto_verify(job->key, buffer_bytes(&message), job->signature)) {
            result->verified_count++;
        } else if (job->seq < result->first_bad) {
            result->first_bad = job->seq;
        }
    }
}

static void *work(void *context)
{
    struct signatures *signatures = context;
    (void)pthread_mutex_lock(&signatures->lock);
    for (;;) {
        while (signatures->taken == signatures->filled && !signatures->is_over) {
            (void)pthread_cond_wait(&signatures->has_work, &signatures->lock);
        }
        if (signatures->taken == signatures->filled) break;
        const uint64_t           at = signatures->taken++ % signatures->batch_count;
        struct signatures_result result = {.first_bad = UINT64_MAX};
        (void)pthread_mutex_unlock(&signatures->lock);
        verify(signatures, &signatures->batches[at], &result);
        (void)pthread_mutex_lock(&signatures->lock);
        signatures->result.verified_count += result.verified_count;
        if (result.first_bad < signatures->result.first_bad) {
            signatures->result.first_bad = result.first_bad;
        }
        signatures->is_free[at] = true;
        (void)pthread_cond_signal(&signatures->has_room);
    }
    (void)pthread_mutex_unlock(&signatures->lock);
    return NULL;
}

static uint32_t processor_count(void)
{
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1) return 1;
    return count > THREAD_MAX ? THREAD_MAX : (uint32_t)count;
}

enum status signatures_open(struct signatures **signatures, struct bytes origin)
{
    struct signatures *made = calloc(1, sizeof *made);
    const uint32_t     count = processor_count();
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    made->origin = origin;
    made->batch_count = 2 * count;
    made->result.first_bad = UINT64_MAX;
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_cond_init(&made->has_work, NULL);
    (void)pthread_cond_init(&made->has_room, NULL);
    for (uint32_t i = 0; i < made->batch_count; i++) {
        made->is_free[i] = true;
    }
    assert(made->batch_count > 0);
    made->batches = calloc(made->batch_count, sizeof *made->batches);
    for (uint32_t i = 0; made->batches != NULL && i < count; i++) {
        if (pthread_create(&made->threads[i], NULL, work, made) != 0) break;
        made->thread_count++;
    }
    if (made->thread_count == 0) {
        signatures_close(made);
        return STATUS_OUT_OF_MEMORY;
    }
    *signatures = made;
    return OK;
}

static struct batch *open_batch(struct signatures *signatures)
{
    return &signatures->batches[signatures->filled % signatures->batch_count];
}

// Hands the open batch over and waits for the next one to be free.
static void hand_over(struct signatures *signatures)
{
    (void)pthread_mutex_lock(&signatures->lock);
    signatures->is_free[signatures->filled % signatures->batch_count] = false;
    signatures->filled++;
    (void)pthread_cond_signal(&signatures->has_work);
    while (!signatures->is_free[signatures->filled % signatures->batch_count]) {
        (void)pthread_cond_wait(&signatures->has_room, &signatures->lock);
    }
    (void)pthread_mutex_unlock(&signatures->lock);
    open_batch(signatures)->job_count = 0;
    open_batch(signatures)->size = 0;
}

void signatures_add(struct signatures *signatures, uint64_t seq,
                    const uint8_t key[static CRYPTO_KEY_SIZE], struct bytes signature,
                    struct bytes proposal)
{
    assert(signature.size == CRYPTO_SIGNATURE_SIZE);
    assert(proposal.size <= PLAN_SIZE_MAX);
    const struct batch *open = open_batch(signatures);
    if (open->job_count == JOB_MAX || open->size + proposal.size > BATCH_SIZE_MAX) {
        hand_over(signatures);
    }
    struct batch *batch = open_batch(signatures);
    struct job   *job = &batch->jobs[batch->job_count++];
    job->seq = seq;
    job->start = batch->size;
    job->size = proposal.size;
    memcpy(job->key, key, sizeof job->key);
    memcpy(job->signature, signature.at, sizeof job->signature);
    memcpy(batch->proposals + job->start, proposal.at, proposal.size);
    batch->size += proposal.size;
}

static void stop(struct signatures *signatures)
{
    (void)pthread_mutex_lock(&signatures->lock);
    signatures->is_over = true;
    (void)pthread_cond_broadcast(&signatures->has_work);
    (void)pthread_mutex_unlock(&signatures->lock);
    for (uint32_t i = 0; i < signatures->thread_count; i++) {
        (void)pthread_join(signatures->threads[i], NULL);
    }
    signatures->thread_count = 0;
}

struct signatures_result signatures_finish(struct signatures *signatures)
{
    hand_over(signatures);
    stop(signatures);
    return signatures->result;
}

void signatures_close(struct signatures *signatures)
{
    if (signatures == NULL) return;
    stop(signatures);
    (void)pthread_cond_destroy(&signatures->has_room);
    (void)pthread_cond_destroy(&signatures->has_work);
    (void)pthread_mutex_destroy(&signatures->lock);
    free(signatures->batches);
    free(signatures);
}
