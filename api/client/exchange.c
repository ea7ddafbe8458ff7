// Requests out, replies in.
#include "api/client/caller.h"

static struct bytes const overloaded = {(const uint8_t *)"OVERLOADED", sizeof "OVERLOADED" - 1};

static void start_sending(struct licet *licet)
{
    if (client_is_sending(licet->client)) return;
    flight_make_room(&licet->flight);
    const struct bytes unsent = flight_unsent(&licet->flight);
    if (unsent.size > 0) client_send(licet->client, unsent);
}

enum status licet_submit(struct licet *licet, struct bytes request, uint64_t *ticket)
{
    const uint64_t    next = licet->flight.next;
    const enum status status = flight_add(&licet->flight, client_transport(licet->client), request,
                                          client_is_sending(licet->client));
    if (status != OK) return status;
    if (client_is_connected(licet->client)) start_sending(licet);
    *ticket = next;
    return OK;
}

// The next reply that somebody waits for, of those that have come.
static enum status take_reply(struct licet *licet, struct licet_reply *reply)
{
    struct bytes payload;
    uint32_t     word = 0;
    for (;;) {
        const enum status status = client_receive(licet->client, &payload);
        if (status != OK) return status;
        if (!caller_read_reply(payload, &word, reply)) return STATUS_MALFORMED;
        if (flight_answer(&licet->flight, word, &reply->ticket)) return OK;
    }
}

static enum status step(struct licet *licet, uint64_t deadline_ms)
{
    size_t size_sent = 0;
    start_sending(licet);
    const enum status status = client_wait(licet->client, deadline_ms, &size_sent);
    if (status == OK) flight_advance(&licet->flight, size_sent);
    if (status == OK || status == STATUS_TIMED_OUT) return status;
    caller_say(licet, "%s", client_detail(licet->client));
    client_hang_up(licet->client);
    licet->failure_count++;
    return status == STATUS_IO ? OK : status; // a lost connection is made anew
}

enum status licet_collect(struct licet *licet, uint32_t timeout_ms, struct licet_reply *reply)
{
    const uint64_t deadline_ms = client_clock_ms() + timeout_ms;
    if (licet->flight.waiting_count == 0) return STATUS_NOT_FOUND;
    for (;;) {
        enum status status = caller_ensure(licet, deadline_ms);
        if (status != OK) return status;
        status = take_reply(licet, reply);
        if (status == OK) break;
        if (status == STATUS_MALFORMED) {
            caller_say(licet, "the daemon's answer is malformed");
            client_hang_up(licet->client);
            return status;
        }
        status = step(licet, deadline_ms);
        if (status != OK) return status;
    }
    licet->failure_count = 0;
    caller_note_time(licet, reply);
    return OK;
}

uint32_t licet_in_flight(const struct licet *licet)
{
    return licet->flight.waiting_count;
}

void licet_forget(struct licet *licet)
{
    flight_forget(&licet->flight);
}

// What is asked after a silence goes over a new connection: this one may be dead.
enum status exchange_one(struct licet *licet, struct bytes request, uint32_t timeout_ms,
                         struct licet_reply *reply)
{
    uint64_t ticket = 0;
    if (licet_in_flight(licet) > 0) return STATUS_USAGE;
    enum status status = licet_submit(licet, request, &ticket);
    if (status != OK) return status;
    status = licet_collect(licet, timeout_ms, reply);
    if (status == OK) return OK;
    licet_forget(licet);
    if (status == STATUS_TIMED_OUT) client_hang_up(licet->client);
    return status;
}

static bool is_overloaded(const struct licet_reply *reply)
{
    return reply->outcome == MESSAGE_ERROR &&
           bytes_is_equal(message_text(reply->map, "code"), overloaded);
}

enum status licet_call(struct licet *licet, struct bytes request, struct licet_reply *reply)
{
    const uint64_t deadline_ms = client_clock_ms() + licet->options.timeout_ms;
    uint32_t       left_ms = licet->options.timeout_ms;
    for (uint32_t failure_count = 0;; failure_count++) {
        const enum status status = exchange_one(licet, request, left_ms, reply);
        if (status != OK || !is_overloaded(reply)) return status;
        caller_pause(failure_count, deadline_ms);
        const uint64_t now_ms = client_clock_ms();
        if (now_ms >= deadline_ms) return OK;
        left_ms = (uint32_t)(deadline_ms - now_ms);
    }
}
