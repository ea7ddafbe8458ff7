#include "bench/ledger.h"

#include "api/client/licet.h"
#include "core/event/proposal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWER_MS = 20 * 1000 };

static_assert((int)LOAD_FLIGHT_MAX == (int)LICET_FLIGHT_MAX,
              "tickets in flight differ modulo this");

struct client {
    struct licet *licet;
    size_t        request_size, reply_size;
    uint8_t       request[MESSAGE_SIZE_MAX];
    uint8_t       memory[PROPOSAL_SIZE_MAX];
};

static enum status open_client(const struct load_target *target, void **client)
{
    const struct licet_options options = {.url = target->address, .signer = target->signer};
    struct client             *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    *client = opened;
    const enum status status = licet_open(&options, &opened->licet);
    return status == OK ? licet_connect(opened->licet) : status;
}

static void close_client(void *client)
{
    struct client *closed = client;
    if (closed == NULL) return;
    licet_close(closed->licet);
    free(closed);
}

static void tell_sizes(const void *client, size_t *request_size, size_t *reply_size)
{
    *request_size = ((const struct client *)client)->request_size;
    *reply_size = ((const struct client *)client)->reply_size;
}

// --- Requests ---------------------------------------------------------------

static enum status make_proposal(struct client *client, struct load_draw *draw,
                                 struct licet_proposal *proposal)
{
    uint8_t                  event_room[PATH_SIZE_MAX + 256];
    struct buffer            packed = buffer_over(event_room, sizeof event_room);
    struct buffer            memory = buffer_over(client->memory, sizeof client->memory);
    const struct load_charge charge = load_draw(draw);
    const struct event       event = {
              .kind = CONSUMPTION,
              .of.consumption = {.group = charge.group,
                                 .resource = bytes_of_text("sip_number"),
                                 .unit = charge.unit,
                                 .direction = DIRECTION_ABSENT}
    };
    pack_array(&packed, 1 + event_field_count(&event));
    event_write(&event, &packed);
    return licet_proposal_make(client->licet, buffer_bytes(&packed), &memory, proposal);
}

static enum status make_batch(struct client *client, uint32_t count, struct load_draw *draw,
                              struct buffer *request)
{
    message_begin_request(request, "propose", 1);
    pack_key(request, "proposals");
    pack_array(request, count);
    for (uint32_t i = 0; i < count; i++) {
        struct licet_proposal proposal;
        const enum status     status = make_proposal(client, draw, &proposal);
        if (status != OK) return status;
        pack_array(request, 2);
        pack_binary(request, proposal.packed);
        pack_nil(request);
    }
    return OK;
}

static enum status make_request(struct client *client, const struct load_shape *shape,
                                struct load_draw *draw, struct buffer *request)
{
    struct licet_proposal proposal;
    if (shape->verb == LOAD_STATE) {
        message_begin_request(request, "state", 2);
        pack_key(request, "group");
        pack_text(request, load_draw(draw).group);
        pack_key(request, "resource");
        pack_text(request, bytes_of_text("sip_number"));
        return OK;
    }
    if (shape->per_request > 1) return make_batch(client, shape->per_request, draw, request);
    const enum status status = make_proposal(client, draw, &proposal);
    if (status == OK) licet_proposal_request(&proposal, false, request);
    return status;
}

static enum status submit(void *client, const struct load_shape *shape, struct load_draw *draw,
                          uint64_t *ticket)
{
    struct client *caller = client;
    struct buffer  request = buffer_over(caller->request, sizeof caller->request);
    enum status    status = make_request(caller, shape, draw, &request);
    if (status == OK && request.is_full) status = STATUS_TOO_LARGE;
    if (status != OK) return status;
    caller->request_size = request.size;
    return licet_submit(caller->licet, buffer_bytes(&request), ticket);
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

static enum status judge(const struct load_shape *shape, const struct licet_reply *reply)
{
    const bool is_batch = shape->per_request > 1;
    if (reply->outcome == MESSAGE_OK && (!is_batch || is_each_accepted(reply->map))) return OK;
    const struct bytes code = message_text(reply->map, "code");
    (void)fprintf(stderr, "bench: the daemon answers %s %.*s\n",
                  message_outcome_word(reply->outcome), (int)code.size, (const char *)code.at);
    return STATUS_USAGE;
}

static enum status collect(void *client, const struct load_shape *shape, struct load_answer *answer)
{
    struct client     *caller = client;
    struct licet_reply reply;
    const enum status  status = licet_collect(caller->licet, ANSWER_MS, &reply);
    if (status != OK) {
        (void)fprintf(stderr, "bench: %s\n", licet_detail(caller->licet));
        return status;
    }
    caller->reply_size = reply.packed.size;
    *answer =
        (struct load_answer){.ticket = reply.ticket, .seq = message_number(reply.map, "seq", 0)};
    return judge(shape, &reply);
}

const struct load_system ledger_system = {
    .name = "licetd",
    .open = open_client,
    .close = close_client,
    .submit = submit,
    .collect = collect,
    .sizes = tell_sizes,
};
