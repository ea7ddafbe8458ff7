#include "api/client/caller.h"

#include "core/proof/crypto.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CHALLENGE_SIZE = 32,
    PROTOCOL = 1,
    PAUSE_MS = 25, // after the first failure; doubled by each further one
    PAUSE_DOUBLINGS_MAX = 5,
    SECOND_MS = 1000,
    MILLISECOND_NS = 1000 * 1000,
};

// No ticket has this word before two thousand million others.
#define HANDSHAKE_WORD UINT32_C(0xffffffff)

void caller_say(struct licet *licet, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(licet->detail, sizeof licet->detail, format, arguments);
    va_end(arguments);
}

void caller_pause(uint32_t failure_count, uint64_t deadline_ms)
{
    uint8_t        chance = 0;
    const uint64_t now_ms = client_clock_ms();
    const uint32_t doublings =
        failure_count < PAUSE_DOUBLINGS_MAX ? failure_count : PAUSE_DOUBLINGS_MAX;
    crypto_random(&chance, sizeof chance);
    uint64_t pause_ms = ((uint64_t)PAUSE_MS << doublings) + chance % PAUSE_MS;
    if (now_ms >= deadline_ms) return;
    if (pause_ms > deadline_ms - now_ms) pause_ms = deadline_ms - now_ms;
    struct timespec rest = {(time_t)(pause_ms / SECOND_MS),
                            (long)(pause_ms % SECOND_MS) * MILLISECOND_NS};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {
    }
}

// --- Opening ----------------------------------------------------------------

enum status licet_open(const struct licet_options *options, struct licet **licet)
{
    struct licet *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    opened->options = *options;
    if (opened->options.timeout_ms == 0) opened->options.timeout_ms = LICET_TIMEOUT_MS;
    if (opened->options.connect_timeout_ms == 0) {
        opened->options.connect_timeout_ms = opened->options.timeout_ms;
    }
    const enum status status =
        client_open(options->url, options->ca_file, options->certificate_file, &opened->client);
    if (status == OK) {
        *licet = opened;
    } else {
        licet_close(opened);
    }
    return status;
}

void licet_close(struct licet *licet)
{
    if (licet == NULL) return;
    client_close(licet->client);
    free(licet);
}

const char *licet_detail(const struct licet *licet)
{
    return licet->detail;
}

struct licet_session licet_session(const struct licet *licet)
{
    return (struct licet_session){.origin = licet->origin,
                                  .has_test_clock = licet->has_test_clock,
                                  .actor = licet->actor,
                                  .group = licet->group,
                                  .role = licet->role};
}

// --- Ledger time ------------------------------------------------------------

uint64_t licet_time_ms(const struct licet *licet)
{
    if (licet->has_test_clock) return licet->ledger_ms; // stands still
    return licet->ledger_ms + (client_clock_ms() - licet->ledger_read_ms);
}

void caller_note_time(struct licet *licet, const struct licet_reply *reply)
{
    const uint64_t time_ms = message_number(reply->map, "time", 0);
    if (time_ms < licet->ledger_ms || time_ms > TIME_MS_MAX) return;
    licet->ledger_ms = time_ms;
    licet->ledger_read_ms = client_clock_ms();
}

// --- Hello and login --------------------------------------------------------

bool caller_read_reply(struct bytes payload, uint32_t *word, struct licet_reply *reply)
{
    if (frame_backtrace_size(payload) != sizeof *word) return false;
    *word = 0;
    for (size_t i = 0; i < sizeof *word; i++) {
        *word = *word << 8 | payload.at[i];
    }
    reply->packed = bytes_after(payload, sizeof *word);
    return message_read_reply(reply->packed, &reply->outcome, &reply->map);
}

static enum status receive_handshake(struct licet *licet, struct licet_reply *reply)
{
    struct bytes payload;
    uint32_t     word = 0;
    enum status  status = client_receive(licet->client, &payload);
    if (status != OK) return status;
    if (!caller_read_reply(payload, &word, reply)) return STATUS_MALFORMED;
    return word == HANDSHAKE_WORD ? OK : STATUS_MALFORMED;
}

// One request before anything of the flight: made in scratch, which the stream reads until all is
// sent.
static enum status exchange(struct licet *licet, struct bytes request, uint64_t deadline_ms,
                            struct licet_reply *reply)
{
    struct buffer frame = buffer_over(licet->scratch, sizeof licet->scratch);
    flight_add_frame(&frame, client_transport(licet->client), HANDSHAKE_WORD, request);
    assert(!frame.is_full);
    struct bytes unsent = buffer_bytes(&frame);
    for (;;) {
        size_t      size_sent = 0;
        enum status status = unsent.size == 0 ? receive_handshake(licet, reply) : STATUS_NOT_FOUND;
        if (status != STATUS_NOT_FOUND) return status;
        if (unsent.size > 0 && !client_is_sending(licet->client)) {
            client_send(licet->client, unsent);
        }
        status = client_wait(licet->client, deadline_ms, &size_sent);
        if (status != OK) return status;
        unsent = bytes_after(unsent, size_sent);
    }
}

static bool copy_text(struct bytes text, char *out, size_t size_max)
{
    if (text.size >= size_max) return false;
    if (text.size > 0) memcpy(out, text.at, text.size);
    out[text.size] = 0;
    return true;
}

// An error in place of an answer: worth another try only when the daemon says that it is busy.
static enum status judge_outcome(struct licet *licet, const struct licet_reply *reply)
{
    if (reply->outcome == MESSAGE_OK) return OK;
    const struct bytes code = message_text(reply->map, "code");
    const struct bytes detail = message_text(reply->map, "detail");
    caller_say(licet, "%.*s %.*s", (int)code.size, (const char *)code.at, (int)detail.size,
               (const char *)detail.at);
    if (bytes_is_equal(code, bytes_of_text("OVERLOADED"))) return STATUS_OVERLOADED;
    return STATUS_UNKNOWN_KEY;
}

static enum status take_hello(struct licet *licet, const struct licet_reply *reply,
                              uint8_t challenge[static CHALLENGE_SIZE])
{
    const struct bytes bytes = message_binary(reply->map, "challenge");
    const bool         is_licetd =
        reply->outcome == MESSAGE_OK && bytes.size == CHALLENGE_SIZE &&
        message_number(reply->map, "protocol", 0) == PROTOCOL &&
        copy_text(message_text(reply->map, "origin"), licet->origin, sizeof licet->origin);
    if (!is_licetd) {
        caller_say(licet, "what answers there is not a licetd of protocol %d", PROTOCOL);
        return STATUS_UNSUPPORTED;
    }
    memcpy(challenge, bytes.at, CHALLENGE_SIZE);
    const char *wanted = licet->options.origin;
    if (wanted != NULL && strcmp(wanted, licet->origin) != 0) {
        caller_say(licet, "the ledger there is %s, not %s", licet->origin, wanted);
        return STATUS_UNSUPPORTED;
    }
    licet->has_test_clock = message_flag(reply->map, "test_clock");
    licet->ledger_ms = 0;
    caller_note_time(licet, reply);
    return OK;
}

static enum status say_hello(struct licet *licet, uint64_t deadline_ms,
                             uint8_t challenge[static CHALLENGE_SIZE])
{
    uint8_t            memory[16];
    struct licet_reply reply;
    struct buffer      request = buffer_over(memory, sizeof memory);
    message_begin_request(&request, "hello", 0);
    enum status status = exchange(licet, buffer_bytes(&request), deadline_ms, &reply);
    if (status == OK) status = judge_outcome(licet, &reply);
    return status == OK ? take_hello(licet, &reply, challenge) : status;
}

static enum status log_in(struct licet *licet, uint64_t deadline_ms,
                          const uint8_t challenge[static CHALLENGE_SIZE])
{
    uint8_t              memory[512], signature[CRYPTO_SIGNATURE_SIZE];
    struct licet_reply   reply;
    const struct signer *signer = licet->options.signer;
    struct buffer        message = buffer_over(memory, sizeof memory);
    buffer_add_text(&message, "licet/login/v1\n");
    buffer_add_text(&message, licet->origin);
    buffer_add_byte(&message, '\n');
    buffer_add(&message, (struct bytes){challenge, CHALLENGE_SIZE});
    crypto_secret_sign(&signer->secret, buffer_bytes(&message), signature);

    struct buffer request = buffer_over(memory, sizeof memory);
    message_begin_request(&request, "login", 2);
    pack_key(&request, "key");
    pack_binary(&request, (struct bytes){signer->verifier.key, CRYPTO_KEY_SIZE});
    pack_key(&request, "signature");
    pack_binary(&request, (struct bytes){signature, sizeof signature});
    enum status status = exchange(licet, buffer_bytes(&request), deadline_ms, &reply);
    if (status == OK) status = judge_outcome(licet, &reply);
    if (status != OK) return status;
    const bool is_whole =
        copy_text(message_text(reply.map, "actor"), licet->actor, sizeof licet->actor) &&
        copy_text(message_text(reply.map, "group"), licet->group, sizeof licet->group) &&
        copy_text(message_text(reply.map, "role"), licet->role, sizeof licet->role);
    licet->must_sign = message_flag(reply.map, "must_sign");
    return is_whole ? OK : STATUS_MALFORMED;
}

// --- Connecting -------------------------------------------------------------

static enum status connect_once(struct licet *licet, uint64_t deadline_ms)
{
    uint8_t challenge[CHALLENGE_SIZE];
    licet->detail[0] = 0;
    enum status status = client_dial(licet->client, deadline_ms);
    if (status == OK) status = say_hello(licet, deadline_ms, challenge);
    if (status == OK && licet->options.signer != NULL) {
        status = log_in(licet, deadline_ms, challenge);
    }
    if (status == OK) {
        flight_rewind(&licet->flight);
        return OK;
    }
    if (licet->detail[0] == 0) caller_say(licet, "%s", client_detail(licet->client));
    client_hang_up(licet->client);
    return status;
}

static bool is_passing(enum status status)
{
    return status == STATUS_UNREACHABLE || status == STATUS_OVERLOADED || status == STATUS_IO ||
           status == STATUS_TIMED_OUT;
}

enum status caller_ensure(struct licet *licet, uint64_t deadline_ms)
{
    if (client_is_connected(licet->client)) return OK;
    if (licet->failure_count > 0) caller_pause(licet->failure_count, deadline_ms);
    for (;;) {
        const enum status status = connect_once(licet, deadline_ms);
        if (status == OK || !is_passing(status)) return status;
        licet->failure_count++;
        caller_pause(licet->failure_count, deadline_ms);
        if (client_clock_ms() >= deadline_ms) return STATUS_UNREACHABLE;
    }
}

enum status licet_connect(struct licet *licet)
{
    return caller_ensure(licet, client_clock_ms() + licet->options.connect_timeout_ms);
}
