#include "api/daemon/listener.h"

#include "api/daemon/stream.h"
#include "api/daemon/tls.h"
#include "core/base/limits.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    PAUSE_MS = 20, // after a failed accept: descriptors do not come back sooner for being asked for
};

// --- Addresses --------------------------------------------------------------

static bool is_loopback(const char *host)
{
    struct in_addr address;
    if (host == NULL) return false;
    if (strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0) return true;
    return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

static bool is_allowed_plain(const struct listen *listen)
{
    nng_url *url = NULL;
    if (listen->is_plain_allowed) return true;
    if (nng_url_parse(&url, listen->url) != 0) return false;
    const bool is_allowed = is_loopback(url->u_hostname);
    nng_url_free(url);
    return is_allowed;
}

// False: an address that is not ours to open.
static bool read_address(const struct listen *listen, struct connection_entrance *entrance)
{
    const struct bytes url = bytes_of_text(listen->url);
    if (url.size > URL_SIZE_MAX) return false;
    const bool is_ipc = bytes_starts_with(url, bytes_of_text("ipc://"));
    const bool is_tls = bytes_starts_with(url, bytes_of_text("tls+tcp://"));
    const bool is_tcp = bytes_starts_with(url, bytes_of_text("tcp://"));
    if (!is_ipc && !is_tls && !is_tcp) return false;
    if (is_tls && (listen->certificate_file == NULL || listen->key_file == NULL)) return false;
    if (is_tcp && !is_allowed_plain(listen)) return false;
    entrance->transport = is_ipc ? FRAME_OVER_IPC : FRAME_OVER_TCP;
    entrance->is_tls = is_tls;
    return true;
}

// --- Accepting --------------------------------------------------------------

static void admit(struct listener *listener, nng_stream *stream)
{
    struct connection_commons *commons = listener->commons;
    struct connection         *connection = mailbox_take_free(&commons->mailbox);
    if (connection == NULL) {
        atomic_fetch_add(&commons->refused, 1);
        nng_stream_free(stream);
        return;
    }
    if (!connection_start(connection, stream, &listener->entrance)) {
        mailbox_put_free(&commons->mailbox, connection);
        atomic_fetch_add(&commons->refused, 1);
        return;
    }
    atomic_fetch_add(&commons->accepted, 1);
}

static void accepted(void *argument)
{
    struct listener *listener = argument;
    const int        result = nng_aio_result(listener->accept_aio);
    if (atomic_load(&listener->is_stopping)) {
        if (result == 0) nng_stream_free(nng_aio_get_output(listener->accept_aio, 0));
        return;
    }
    if (result != 0) {
        nng_sleep_aio(PAUSE_MS, listener->pause_aio);
        return;
    }
    admit(listener, nng_aio_get_output(listener->accept_aio, 0));
    nng_stream_listener_accept(listener->stream_listener, listener->accept_aio);
}

static void paused(void *argument)
{
    struct listener *listener = argument;
    if (atomic_load(&listener->is_stopping)) return;
    nng_stream_listener_accept(listener->stream_listener, listener->accept_aio);
}

// --- Binding ----------------------------------------------------------------

static enum status set_options(struct listener *listener, const struct listen *listen)
{
    nng_tls_config *config = NULL;
    if (listener->entrance.transport == FRAME_OVER_IPC) {
        const int result =
            nng_stream_listener_set_int(listener->stream_listener, NNG_OPT_IPC_PERMISSIONS, 0600);
        return result == 0 ? OK : STATUS_USAGE;
    }
    // Finds peers whose machine is gone.
    (void)nng_stream_listener_set_bool(listener->stream_listener, NNG_OPT_TCP_KEEPALIVE, true);
    if (!listener->entrance.is_tls) return OK;

    enum status status = tls_config_open(listen, &config);
    if (status != OK) return status;
    if (nng_stream_listener_set_ptr(listener->stream_listener, NNG_OPT_TLS_CONFIG, config) != 0) {
        status = STATUS_MALFORMED;
    }
    nng_tls_config_free(config); // the listener holds it
    return status;
}

enum status listener_init(struct listener *listener, struct connection_commons *commons,
                          const struct listen *listen, uint32_t listen_index)
{
    int port = 0;
    listener->commons = commons;
    listener->entrance = (struct connection_entrance){
        .role = listen->role, .scope = listen->scope, .listen_index = listen_index};
    if (!read_address(listen, &listener->entrance)) return STATUS_USAGE;

    const int result = nng_stream_listener_alloc(&listener->stream_listener, listen->url);
    if (result == NNG_ENOMEM) return STATUS_OUT_OF_MEMORY;
    if (result != 0) return STATUS_USAGE;
    if (nng_aio_alloc(&listener->accept_aio, accepted, listener) != 0) return STATUS_OUT_OF_MEMORY;
    if (nng_aio_alloc(&listener->pause_aio, paused, listener) != 0) return STATUS_OUT_OF_MEMORY;
    const enum status status = set_options(listener, listen);
    if (status != OK) return status;
    if (nng_stream_listener_listen(listener->stream_listener) != 0) return STATUS_UNREACHABLE;

    if (nng_stream_listener_get_int(listener->stream_listener, NNG_OPT_TCP_BOUND_PORT, &port) ==
        0) {
        listener->port = (uint16_t)port;
    }
    return OK;
}

void listener_start(struct listener *listener)
{
    nng_stream_listener_accept(listener->stream_listener, listener->accept_aio);
}

void listener_release(struct listener *listener)
{
    atomic_store(&listener->is_stopping, true);
    if (listener->stream_listener != NULL) nng_stream_listener_close(listener->stream_listener);
    // The pause may still start an accept, so it goes first; it starts none of its own.
    if (listener->pause_aio != NULL) nng_aio_stop(listener->pause_aio);
    if (listener->accept_aio != NULL) nng_aio_stop(listener->accept_aio);
    nng_aio_free(listener->pause_aio);
    nng_aio_free(listener->accept_aio);
    if (listener->stream_listener != NULL) nng_stream_listener_free(listener->stream_listener);
}
