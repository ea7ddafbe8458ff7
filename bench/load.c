#include "bench/load.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    TICKET_MASK = LOAD_FLIGHT_MAX - 1,
    STRIDE = 7919, // prime to the number of groups, so that neighbours in time are none in the tree
    WORKER_STRIDE = 250009,
};

#define SECOND_NS ((uint64_t)1000000000)

struct worker {
    struct load     *load;
    void            *client;
    struct load_draw draw;
    uint32_t         in_flight_max, in_flight;
    uint64_t         start_ns, until_ns;
    uint64_t         asked_count, done_count; // operations of this slice
    enum status      status;
    uint64_t         sent_ns[LOAD_FLIGHT_MAX]; // by ticket
    struct samples   samples;
};

struct load {
    const struct load_target *target;
    struct load_shape         shape;
    struct samples            samples; // of all workers
    struct worker             workers[CONNECTION_MAX];
};

enum status load_open(const struct load_target *target, struct load **load)
{
    struct load *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    opened->target = target;
    const uint64_t first_unit = measure_clock_ns() / 1000; // no run takes a unit in a microsecond
    enum status    status = OK;
    for (uint32_t i = 0; i < CONNECTION_MAX && status == OK; i++) {
        struct worker *worker = &opened->workers[i];
        worker->load = opened;
        worker->draw =
            (struct load_draw){.tree = target->tree, .number = i, .first_unit = first_unit};
        status = target->system->open(target, &worker->client);
    }
    if (status != OK) {
        load_close(opened);
        return status;
    }
    *load = opened;
    return OK;
}

void load_close(struct load *load)
{
    if (load == NULL) return;
    for (uint32_t i = 0; i < CONNECTION_MAX; i++) {
        load->target->system->close(load->workers[i].client);
    }
    free(load);
}

void load_sizes(const struct load *load, size_t *request_size, size_t *reply_size)
{
    *request_size = *reply_size = 0;
    if (load->target->system->sizes == NULL) return;
    load->target->system->sizes(load->workers[0].client, request_size, reply_size);
}

struct load_charge load_draw(struct load_draw *draw)
{
    struct load_charge charge;
    struct buffer      room = buffer_over(draw->room, sizeof draw->room);
    const uint64_t     at = (draw->unit_count + (uint64_t)draw->number * WORKER_STRIDE) * STRIDE;
    tree_path(draw->tree, TREE_LEAF, (uint32_t)(at % draw->tree->leaf_count), &room);
    charge.group = buffer_bytes(&room);
    buffer_add_text(&room, "n");
    buffer_add_decimal(&room, draw->number);
    buffer_add_text(&room, "-");
    buffer_add_decimal(&room, draw->first_unit + draw->unit_count);
    assert(!room.is_full);
    charge.unit = bytes_after(buffer_bytes(&room), charge.group.size);
    draw->unit_count++;
    return charge;
}

// --- Requests ---------------------------------------------------------------

static enum status submit(struct worker *worker)
{
    const struct load *load = worker->load;
    uint64_t           ticket = 0;
    // The clock stands before the call: it may send at once.
    const uint64_t     now_ns = measure_clock_ns();
    const enum status  status =
        load->target->system->submit(worker->client, &load->shape, &worker->draw, &ticket);
    worker->sent_ns[ticket & TICKET_MASK] = now_ns;
    worker->asked_count += load->shape.per_request;
    worker->in_flight++;
    return status;
}

static enum status collect(struct worker *worker)
{
    const struct load_target *target = worker->load->target;
    struct load_answer        answer = {0};
    const enum status         status =
        target->system->collect(worker->client, &worker->load->shape, &answer);
    if (status != OK) return status;
    samples_add(&worker->samples,
                measure_clock_ns() - worker->sent_ns[answer.ticket & TICKET_MASK]);
    worker->done_count += worker->load->shape.per_request;
    worker->in_flight--;
    if (target->hear != NULL) target->hear(target->context, answer.seq);
    return OK;
}

// --- Slices -----------------------------------------------------------------

// When the next request is to go out. A load that is late catches up.
static uint64_t due_ns(const struct worker *worker)
{
    const struct load_shape *shape = &worker->load->shape;
    if (shape->rate == 0) return worker->start_ns;
    return worker->start_ns +
           worker->asked_count * shape->connection_count * SECOND_NS / shape->rate;
}

static void sleep_until(uint64_t time_ns)
{
    const struct timespec until = {.tv_sec = (time_t)(time_ns / SECOND_NS),
                                   .tv_nsec = (long)(time_ns % SECOND_NS)};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static enum status submit_due(struct worker *worker)
{
    enum status status = OK;
    for (;;) {
        const uint64_t now_ns = measure_clock_ns();
        const bool     is_due = now_ns < worker->until_ns && now_ns >= due_ns(worker);
        if (!is_due || worker->in_flight == worker->in_flight_max || status != OK) return status;
        status = submit(worker);
    }
}

static void *work(void *context)
{
    struct worker *worker = context;
    enum status    status = submit_due(worker);
    while (status == OK && (worker->in_flight > 0 || measure_clock_ns() < worker->until_ns)) {
        if (worker->in_flight > 0) {
            status = collect(worker);
        } else {
            sleep_until(due_ns(worker));
        }
        if (status == OK) status = submit_due(worker);
    }
    if (status != OK) {
        (void)fprintf(stderr, "bench: %s, connection %u: %s\n", worker->load->target->system->name,
                      worker->draw.number, status_sentence(status));
    }
    worker->status = status;
    return NULL;
}

static enum status run_workers(struct load *load, uint64_t start_ns, uint64_t duration_ns)
{
    const struct load_shape *shape = &load->shape;
    pthread_t                threads[CONNECTION_MAX];
    uint32_t                 started = 0;
    enum status              status = OK;
    for (; started < shape->connection_count; started++) {
        struct worker *worker = &load->workers[started];
        worker->in_flight_max = shape->in_flight / shape->connection_count;
        worker->start_ns = start_ns;
        worker->until_ns = start_ns + duration_ns;
        worker->asked_count = worker->done_count = 0;
        worker->samples.count = 0;
        if (pthread_create(&threads[started], NULL, work, worker) != 0) break;
    }
    if (started < shape->connection_count) status = STATUS_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
        if (status == OK) status = load->workers[i].status;
    }
    return status;
}

enum status load_run(struct load *load, const struct load_shape *shape, uint64_t duration_ns,
                     struct measure *measure)
{
    assert(shape->connection_count <= CONNECTION_MAX);
    assert(shape->in_flight >= shape->connection_count);
    assert(shape->in_flight <= LOAD_FLIGHT_MAX);
    load->shape = *shape;
    const struct stopwatch stopwatch = stopwatch_start(load->target->process);
    const enum status      status = run_workers(load, stopwatch.start_ns, duration_ns);
    if (status != OK) return status;
    uint64_t done_count = 0;
    load->samples.count = 0;
    for (uint32_t i = 0; i < shape->connection_count; i++) {
        const struct worker *worker = &load->workers[i];
        done_count += worker->done_count;
        for (uint32_t at = 0; at < worker->samples.count; at++) {
            samples_add(&load->samples, worker->samples.ns[at]);
        }
    }
    *measure = stopwatch_stop(&stopwatch, done_count, &load->samples);
    return OK;
}
