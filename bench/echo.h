// echo.h - the floor of the wire: nng's own REP socket, which answers at once with as many bytes as
// a daemon would, and nng's own REQ socket before it, over ipc.
//
// Both are raw sockets, the fastest that nng has: no context, no state, one thread that receives
// and sends. A raw REP socket drops what goes beyond 64 answers that wait for a connection, so no
// more than that are ever in flight on one; it is no slower with 64 than it would be with 256.
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include "bench/measure.h"

enum { ECHO_FLIGHT_MAX = 64 };

// Forks a server that lives until echo_stop, or until its parent ends. Before nng is used in this
// process.
MUST_CHECK enum status echo_start(const char *url, pid_t *server);
void                   echo_stop(pid_t server);

struct echo;

MUST_CHECK enum status echo_open(const char *url, pid_t server, struct echo **echo);
void                   echo_close(struct echo *echo); // NULL is fine

struct echo_shape {
    uint32_t connection_count;
    uint32_t in_flight; // over all connections
    uint32_t per_request;
    size_t   request_size, reply_size;
};

MUST_CHECK enum status echo_run(struct echo *echo, const struct echo_shape *shape,
                                uint64_t duration_ns, struct measure *measure);
// One round trip, in the calling thread.
MUST_CHECK enum status echo_once(struct echo *echo, const struct echo_shape *shape);

#endif
