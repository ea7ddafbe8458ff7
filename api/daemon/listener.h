// listener.h - one address: who may be bound where, TLS, and the loop of accepting.
//
// Accepting never ends before listener_release: an error (out of descriptors, a peer that left)
// only delays the next.
#ifndef API_DAEMON_LISTENER_H
#define API_DAEMON_LISTENER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/daemon/connection.h"
#include "api/daemon/connections.h"
#include "core/base/status.h"

struct nng_stream_listener;

struct listener {
    struct connection_commons  *commons;
    struct connection_entrance  entrance;
    struct nng_stream_listener *stream_listener;
    struct nng_aio             *accept_aio;
    struct nng_aio             *pause_aio;
    atomic_bool                 is_stopping;
    uint16_t                    port; // bound; 0 for ipc
};

// Binds; see connections_open for what may fail. A failed one needs listener_release too.
MUST_CHECK enum status listener_init(struct listener *listener, struct connection_commons *commons,
                                     const struct listen *listen, uint32_t listen_index);
// Begins to accept.
void                   listener_start(struct listener *listener);
// Waits for its callback. A zeroed listener is fine.
void                   listener_release(struct listener *listener);

#endif
