#include "api/client/client.h"

#include "core/base/limits.h"

#include <assert.h>
#include <nng/nng.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    RECEIVED_SIZE_MAX = MESSAGE_SIZE_MAX + 64 * 1024, // the largest frame, and more behind it
    DETAIL_SIZE = 160,
    SECOND_MS = 1000,
    MILLISECOND_NS = 1000 * 1000,
};

// IDLE -> RUNNING by the caller's thread, -> DONE by nng's, -> IDLE by the caller's.
enum operation_state { IDLE, RUNNING, DONE };

struct operation {
    struct client       *client;
    nng_aio             *aio;
    enum operation_state state; // under the client's lock
};

// 1. Without a stream both operations are idle and have no aio.
// 2. received[taken..size) is what came and was not looked at; nng writes behind size only, and
//    only while receiving runs.
struct client {
    pthread_mutex_t      lock;
    pthread_cond_t       is_moved;
    nng_stream_dialer   *dialer;
    nng_stream          *stream;
    struct operation     sending, receiving;
    enum frame_transport transport;
    size_t               size, taken;
    uint8_t              hello[FRAME_HELLO_SIZE];
    char                 detail[DETAIL_SIZE];
    uint8_t              received[RECEIVED_SIZE_MAX];
};

uint64_t client_clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_MS + (uint64_t)now.tv_nsec / MILLISECOND_NS;
}

static void say(struct client *client, const char *what, int error)
{
    (void)snprintf(client->detail, sizeof client->detail, "%s: %s", what, nng_strerror(error));
}

// --- Operations -------------------------------------------------------------

static void mark_done(void *context)
{
    struct operation *operation = context;
    struct client    *client = operation->client;
    (void)pthread_mutex_lock(&client->lock);
    operation->state = DONE;
    (void)pthread_cond_signal(&client->is_moved);
    (void)pthread_mutex_unlock(&client->lock);
}

static enum status operation_init(struct operation *operation, struct client *client)
{
    *operation = (struct operation){.client = client};
    if (nng_aio_alloc(&operation->aio, mark_done, operation) == 0) return OK;
    operation->aio = NULL;
    return STATUS_OUT_OF_MEMORY;
}

static void operation_release(struct operation *operation)
{
    if (operation->aio == NULL) return;
    nng_aio_stop(operation->aio);
    nng_aio_free(operation->aio);
    *operation = (struct operation){.state = IDLE};
}

static enum operation_state state_of(struct client *client, const struct operation *operation)
{
    (void)pthread_mutex_lock(&client->lock);
    const enum operation_state state = operation->state;
    (void)pthread_mutex_unlock(&client->lock);
    return state;
}

static void run_over(struct operation *operation, void *at, size_t size)
{
    const nng_iov iov = {at, size};
    assert(operation->state == IDLE);
    operation->state = RUNNING;
    (void)nng_aio_set_iov(operation->aio, 1, &iov);
    nng_aio_set_timeout(operation->aio, NNG_DURATION_INFINITE);
}

// False at the deadline. NULL stands for no second operation.
static bool wait_for(struct client *client, const struct operation *one,
                     const struct operation *other, uint64_t deadline_ms)
{
    const struct timespec until = {(time_t)(deadline_ms / SECOND_MS),
                                   (long)(deadline_ms % SECOND_MS) * MILLISECOND_NS};
    int                   result = 0;
    (void)pthread_mutex_lock(&client->lock);
    while (one->state != DONE && (other == NULL || other->state != DONE) && result == 0) {
        result = pthread_cond_timedwait(&client->is_moved, &client->lock, &until);
    }
    const bool is_done = one->state == DONE || (other != NULL && other->state == DONE);
    (void)pthread_mutex_unlock(&client->lock);
    return is_done;
}

// --- Opening ----------------------------------------------------------------

static bool init_waiting(struct client *client)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) return false;
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    const bool is_ready = pthread_cond_init(&client->is_moved, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    if (!is_ready) return false;
    (void)pthread_mutex_init(&client->lock, NULL); // with default attributes it cannot fail
    return true;
}

static enum status set_file(struct client *client, const char *option, const char *file)
{
    if (file == NULL) return OK;
    return nng_stream_dialer_set_string(client->dialer, option, file) == 0 ? OK : STATUS_NOT_FOUND;
}

static enum status set_files(struct client *client, const char *ca_file,
                             const char *certificate_file)
{
    const enum status status = set_file(client, NNG_OPT_TLS_CA_FILE, ca_file);
    if (status != OK) return status;
    return set_file(client, NNG_OPT_TLS_CERT_KEY_FILE, certificate_file);
}

static bool has_scheme(const char *url, const char *scheme)
{
    return strncmp(url, scheme, strlen(scheme)) == 0;
}

enum status client_open(const char *url, const char *ca_file, const char *certificate_file,
                        struct client **client)
{
    const bool is_ipc = has_scheme(url, "ipc://");
    const bool is_tls = has_scheme(url, "tls+tcp://");
    if (!is_ipc && !is_tls && !has_scheme(url, "tcp://")) return STATUS_USAGE;

    struct client *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    opened->transport = is_ipc ? FRAME_OVER_IPC : FRAME_OVER_TCP;
    if (!init_waiting(opened)) {
        free(opened);
        return STATUS_OUT_OF_MEMORY;
    }
    enum status status = STATUS_USAGE;
    if (nng_stream_dialer_alloc(&opened->dialer, url) == 0) {
        status = is_tls ? set_files(opened, ca_file, certificate_file) : OK;
    }
    if (status == OK) {
        *client = opened;
    } else {
        client_close(opened);
    }
    return status;
}

void client_close(struct client *client)
{
    if (client == NULL) return;
    client_hang_up(client);
    if (client->dialer != NULL) {
        nng_stream_dialer_close(client->dialer);
        nng_stream_dialer_free(client->dialer);
    }
    (void)pthread_cond_destroy(&client->is_moved);
    (void)pthread_mutex_destroy(&client->lock);
    free(client);
}

enum frame_transport client_transport(const struct client *client)
{
    return client->transport;
}

const char *client_detail(const struct client *client)
{
    return client->detail;
}

bool client_is_connected(const struct client *client)
{
    return client->stream != NULL;
}

// --- Connecting -------------------------------------------------------------

static enum status connect_stream(struct client *client, uint64_t deadline_ms)
{
    struct operation dialing;
    enum status      status = operation_init(&dialing, client);
    if (status != OK) return status;
    dialing.state = RUNNING;
    nng_stream_dialer_dial(client->dialer, dialing.aio);
    const bool is_in_time = wait_for(client, &dialing, NULL, deadline_ms);
    if (!is_in_time) nng_aio_abort(dialing.aio, NNG_ETIMEDOUT);
    nng_aio_wait(dialing.aio);
    const int error = nng_aio_result(dialing.aio);
    if (error == 0) {
        client->stream = nng_aio_get_output(dialing.aio, 0);
    } else {
        say(client, "connecting", error);
    }
    operation_release(&dialing);
    return client->stream == NULL ? STATUS_UNREACHABLE : OK;
}

static enum status exchange_hello(struct client *client, uint64_t deadline_ms)
{
    struct bytes unsent = {client->hello, sizeof client->hello};
    frame_hello(FRAME_REQUEST, client->hello);
    while (unsent.size > 0 || client->size < FRAME_HELLO_SIZE) {
        size_t size_sent = 0;
        if (unsent.size > 0 && !client_is_sending(client)) client_send(client, unsent);
        const enum status status = client_wait(client, deadline_ms, &size_sent);
        if (status != OK) return status;
        unsent = bytes_after(unsent, size_sent);
    }
    client->taken = FRAME_HELLO_SIZE;
    if (frame_is_hello(client->received, FRAME_REPLY)) return OK;
    (void)snprintf(client->detail, sizeof client->detail, "what answers there is not a REP socket");
    return STATUS_UNSUPPORTED;
}

enum status client_dial(struct client *client, uint64_t deadline_ms)
{
    client_hang_up(client);
    enum status status = connect_stream(client, deadline_ms);
    if (status != OK) return status;
    status = operation_init(&client->sending, client);
    if (status == OK) status = operation_init(&client->receiving, client);
    if (status == OK) status = exchange_hello(client, deadline_ms);
    if (status != OK) client_hang_up(client);
    const bool is_lost = status == STATUS_IO || status == STATUS_TIMED_OUT;
    return is_lost ? STATUS_UNREACHABLE : status;
}

// Closing the stream ends what runs, also where nng's TLS has lost an error and waits for ever.
void client_hang_up(struct client *client)
{
    if (client->stream == NULL) return;
    nng_stream_close(client->stream);
    operation_release(&client->sending);
    operation_release(&client->receiving);
    nng_stream_free(client->stream);
    client->stream = NULL;
    client->size = client->taken = 0;
}

// --- Bytes ------------------------------------------------------------------

bool client_is_sending(struct client *client)
{
    return state_of(client, &client->sending) != IDLE;
}

void client_send(struct client *client, struct bytes bytes)
{
    assert(bytes.size > 0);
    // nng takes a pointer to what it only reads.
    union {
        const uint8_t *read;
        void          *any;
    } at = {.read = bytes.at};
    run_over(&client->sending, at.any, bytes.size);
    nng_stream_send(client->stream, client->sending.aio);
}

enum status client_receive(struct client *client, struct bytes *payload)
{
    const struct bytes received = {client->received + client->taken, client->size - client->taken};
    const size_t       size_max = MESSAGE_SIZE_MAX + FRAME_BACKTRACE_SIZE_MAX;
    size_t             missing = 0;
    if (client->stream == NULL) return STATUS_NOT_FOUND;
    switch (frame_cut(received, client->transport, size_max, payload, &missing)) {
    case FRAME_PARTIAL:
        return STATUS_NOT_FOUND;
    case FRAME_BROKEN:
        return STATUS_MALFORMED;
    case FRAME_WHOLE:
        break;
    }
    client->taken += frame_header_size(client->transport) + payload->size;
    return OK;
}

static void start_receiving(struct client *client)
{
    if (state_of(client, &client->receiving) != IDLE) return;
    client->size -= client->taken;
    memmove(client->received, client->received + client->taken, client->size);
    client->taken = 0;
    assert(client->size < RECEIVED_SIZE_MAX);
    run_over(&client->receiving, client->received + client->size, RECEIVED_SIZE_MAX - client->size);
    nng_stream_recv(client->stream, client->receiving.aio);
}

// How many bytes a finished operation moved; none is the end of the stream.
static enum status finish(struct client *client, struct operation *operation, size_t *size)
{
    if (state_of(client, operation) != DONE) return OK;
    operation->state = IDLE;
    const int error = nng_aio_result(operation->aio);
    *size = nng_aio_count(operation->aio);
    if (error == 0 && *size > 0) return OK;
    say(client, "the connection is lost", error == 0 ? NNG_ECONNSHUT : error);
    return error == NNG_EPEERAUTH || error == NNG_ECRYPTO ? STATUS_BAD_SIGNATURE : STATUS_IO;
}

enum status client_wait(struct client *client, uint64_t deadline_ms, size_t *size_sent)
{
    size_t size_received = 0;
    *size_sent = 0;
    start_receiving(client);
    if (!wait_for(client, &client->receiving, &client->sending, deadline_ms)) {
        return STATUS_TIMED_OUT;
    }
    const enum status sent = finish(client, &client->sending, size_sent);
    const enum status received = finish(client, &client->receiving, &size_received);
    client->size += size_received;
    return received != OK ? received : sent;
}
