#include "bench/load.h"

#include "api/client/licet.h"
#include "core/event/proposal.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICKET_MASK = LICET_FLIGHT_MAX - 1,
    ANSWER_MS = 20 * 1000,
    STRIDE = 7919, // prime, so that neighbours in time are none in the tree
};

struct worker {
    struct load   *load;
    struct licet  *licet;
    uint32_t       number;
    uint64_t       unit_count; // ever taken
    uint32_t       in_flight;
    uint64_t       until_ns;
    uint64_t       done_count; // operations of this slice
    enum status    status;
    size_t         request_size, reply_size;
    uint64_t       sent_ns[LICET_FLIGHT_MAX]; // by ticket
    struct samples samples;
    uint8_t        request[MESSAGE_SIZE_MAX];
    uint8_t        memory[PROPOSAL_SIZE_MAX];
};

struct load {
    const struct load_target *target;
    uint64_t                  first_unit; // above all that an earlier run has taken
    struct load_shape         shape;
    struct samples            samples; // of all workers
    struct worker             workers[CONNECTION_MAX];
};

enum status load_open(const struct load_target *target, struct load **load)
{
    struct load *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    opened->target = target;
    opened->first_unit = measure_clock_ns() / 1000; // no run takes a unit in a microsecond
    const struct licet_options options = {.url = target->url, .signer = &target->agent};
    enum status                status = OK;
    for (uint32_t i = 0; i < CONNECTION_MAX && status == OK; i++) {
        struct worker *worker = &opened->workers[i];
        worker->load = opened;
        worker->number = i;
        status = licet_open(&options, &worker->licet);
        if (status == OK) status = licet_connect(worker->licet);
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
        licet_close(load->workers[i].licet);
    }
    free(load);
}

size_t load_request_size(const struct load *load)
{
    return load->workers[0].request_size;
}

size_t load_reply_size(const struct load *load)
{
    return load->workers[0].reply_size;
}

// --- Requests ---------------------------------------------------------------

static struct bytes next_group(const struct worker *worker)
{
    const struct load_target *target = worker->load->target;
    const uint64_t            at = (worker->unit_count * CONNECTION_MAX + worker->number) * STRIDE;
    return bytes_of_text(target->groups[at % target->group_count]);
}

static enum status make_proposal(struct worker *worker, struct licet_proposal *proposal)
{
    uint8_t       event_room[PATH_SIZE_MAX + 256], unit_room[48];
    struct buffer packed = buffer_over(event_room, sizeof event_room);
    struct buffer unit = buffer_over(unit_room, sizeof unit_room);
    struct buffer memory = buffer_over(worker->memory, sizeof worker->memory);
    buffer_add_text(&unit, "n");
    buffer_add_decimal(&unit, worker->number);
    buffer_add_text(&unit, "-");
    buffer_add_decimal(&unit, worker->load->first_unit + worker->unit_count);
    const struct event event = {
        .kind = CONSUMPTION,
        .of.consumption = {.group = next_group(worker),
                           .resource = bytes_of_text("sip_number"),
                           .unit = buffer_bytes(&unit),
                           .direction = DIRECTION_ABSENT}
    };
    worker->unit_count++;
    pack_array(&packed, 1 + event_field_count(&event));
    event_write(&event, &packed);
    return licet_proposal_make(worker->licet, buffer_bytes(&packed), &memory, proposal);
}

static enum status make_batch(struct worker *worker, struct buffer *request)
{
    const uint32_t count = worker->load->shape.per_request;
    message_begin_request(request, "propose", 1);
    pack_key(request, "proposals");
    pack_array(request, count);
    for (uint32_t i = 0; i < count; i++) {
        struct licet_proposal proposal;
        const enum status     status = make_proposal(worker, &proposal);
        if (status != OK) return status;
        pack_array(request, 2);
        pack_binary(request, proposal.packed);
        pack_nil(request);
    }
    return OK;
}

static enum status make_request(struct worker *worker, struct buffer *request)
{
    const struct load_shape *shape = &worker->load->shape;
    struct licet_proposal    proposal;
    if (shape->verb == LOAD_STATE) {
        message_begin_request(request, "state", 2);
        pack_key(request, "group");
        pack_text(request, next_group(worker));
        pack_key(request, "resource");
        pack_text(request, bytes_of_text("sip_number"));
        worker->unit_count++;
        return OK;
    }
    if (shape->per_request > 1) return make_batch(worker, request);
    const enum status status = make_proposal(worker, &proposal);
    if (status == OK) licet_proposal_request(&proposal, false, request);
    return status;
}

static enum status submit(struct worker *worker)
{
    uint64_t      ticket = 0;
    struct buffer request = buffer_over(worker->request, sizeof worker->request);
    enum status   status = make_request(worker, &request);
    if (status == OK && request.is_full) status = STATUS_TOO_LARGE;
    if (status != OK) return status;
    worker->request_size = request.size;
    // The clock stands before the call: it may send at once.
    const uint64_t now_ns = measure_clock_ns();
    status = licet_submit(worker->licet, buffer_bytes(&request), &ticket);
    worker->sent_ns[ticket & TICKET_MASK] = now_ns;
    return status;
}

// --- Replies ----------------------------------------------------------------

static bool is_each_accepted(struct bytes map)
{
    struct message_items verdicts = message_list(map, "verdicts");
    for (struct bytes verdict; message_next(&verdicts, &verdict);) {
        enum message_outcome outcome = MESSAGE_ERROR;
        struct bytes         inner;
        if (!message_read_reply(verdict, &outcome, &inner) || outcome != MESSAGE_OK) return false;
    }
    return verdicts.count > 0;
}

static enum status judge(const struct worker *worker, const struct licet_reply *reply)
{
    const bool is_batch = worker->load->shape.per_request > 1;
    if (reply->outcome == MESSAGE_OK && (!is_batch || is_each_accepted(reply->map))) return OK;
    const struct bytes code = message_text(reply->map, "code");
    (void)fprintf(stderr, "licet-bench: the daemon answers %s %.*s\n",
                  message_outcome_word(reply->outcome), (int)code.size, (const char *)code.at);
    return STATUS_USAGE;
}

static enum status collect(struct worker *worker)
{
    struct licet_reply reply;
    enum status        status = licet_collect(worker->licet, ANSWER_MS, &reply);
    if (status != OK) return status;
    worker->reply_size = reply.packed.size;
    samples_add(&worker->samples, measure_clock_ns() - worker->sent_ns[reply.ticket & TICKET_MASK]);
    worker->done_count += worker->load->shape.per_request;
    return judge(worker, &reply);
}

// --- Slices -----------------------------------------------------------------

static void *work(void *context)
{
    struct worker *worker = context;
    enum status    status = OK;
    for (uint32_t i = 0; i < worker->in_flight && status == OK; i++) {
        status = submit(worker);
    }
    while (status == OK && licet_in_flight(worker->licet) > 0) {
        status = collect(worker);
        if (status == OK && measure_clock_ns() < worker->until_ns) status = submit(worker);
    }
    if (status != OK) {
        (void)fprintf(stderr, "licet-bench: connection %u: %s %s\n", worker->number,
                      status_sentence(status), licet_detail(worker->licet));
    }
    worker->status = status;
    return NULL;
}

static enum status run_workers(struct load *load, uint64_t until_ns)
{
    const struct load_shape *shape = &load->shape;
    pthread_t                threads[CONNECTION_MAX];
    uint32_t                 started = 0;
    enum status              status = OK;
    for (; started < shape->connection_count; started++) {
        struct worker *worker = &load->workers[started];
        worker->in_flight = shape->in_flight / shape->connection_count;
        worker->until_ns = until_ns;
        worker->done_count = 0;
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
    load->shape = *shape;
    const struct stopwatch stopwatch = stopwatch_start(load->target->daemon);
    const enum status      status = run_workers(load, stopwatch.start_ns + duration_ns);
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
