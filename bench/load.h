// load.h - load on a system, by a real client of it: each connection is a client in a thread of its
// own, keeping so many requests in flight.
//
// Consumptions take a new unit each, of groups in a scattered order; every answer must accept.
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/measure.h"
#include "bench/tree.h"
#include "core/proof/key.h"

enum load_verb { LOAD_CONSUME, LOAD_STATE };

struct load_shape {
    enum load_verb verb;
    uint32_t       connection_count;
    uint32_t       in_flight;   // requests, over all connections
    uint32_t       per_request; // operations; 1: a single one
    uint32_t       rate;        // operations a second, over all connections; 0: as many as it takes
};

struct load_system;

struct load_target {
    const struct load_system *system;
    const char               *address;
    const struct signer      *signer; // where the system knows who asks
    pid_t                     process;
    const struct tree        *tree;
    // Called in the client's thread when an answer has come; may be NULL.
    void (*hear)(void *context, uint64_t seq);
    void *context;
};

// What to charge next. Views live until the next one is drawn.
struct load_draw {
    const struct tree *tree;
    uint32_t           number; // of the worker
    uint64_t           first_unit, unit_count;
    uint8_t            room[TREE_PATH_MAX + 48];
};

struct load_charge {
    struct bytes group, unit;
};

struct load_charge load_draw(struct load_draw *draw);

struct load_answer {
    uint64_t ticket;
    uint64_t seq; // the event that it stands on, where there are such
};

// One system and its client library. A client is used by one thread.
struct load_system {
    const char *name;
    enum status (*open)(const struct load_target *target, void **client);
    void (*close)(void *client); // NULL is fine
    // One request, of as many operations as the shape says. Tickets of requests in flight differ
    // modulo LOAD_FLIGHT_MAX. What is sent may wait here for the next collect.
    enum status (*submit)(void *client, const struct load_shape *shape, struct load_draw *draw,
                          uint64_t *ticket);
    // Waits for one answer. STATUS_USAGE, and a line on standard error, where it does not accept.
    enum status (*collect)(void *client, const struct load_shape *shape,
                           struct load_answer *answer);
    // Of the newest request and answer in bytes, where it is known; may be NULL.
    void (*sizes)(const void *client, size_t *request_size, size_t *reply_size);
};

enum { LOAD_FLIGHT_MAX = 1024 };

struct load;

// Connects all. Failures are those of the system's open.
MUST_CHECK enum status load_open(const struct load_target *target, struct load **load);
void                   load_close(struct load *load); // NULL is fine

MUST_CHECK enum status load_run(struct load *load, const struct load_shape *shape,
                                uint64_t duration_ns, struct measure *measure);
// Of the first connection; 0 where it is not known.
void load_sizes(const struct load *load, size_t *request_size, size_t *reply_size);

#endif
