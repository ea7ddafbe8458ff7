// load.h - load on licetd, by a real client: each connection is a struct licet in a thread of its
// own, keeping so many requests in flight.
//
// Consumptions take a new unit each, of groups in a scattered order; every answer must be "ok".
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/measure.h"
#include "core/proof/key.h"

enum { GROUP_COUNT_MAX = 4096 };

enum load_verb { LOAD_CONSUME, LOAD_STATE };

struct load_shape {
    enum load_verb verb;
    uint32_t       connection_count;
    uint32_t       in_flight;   // requests, over all connections
    uint32_t       per_request; // proposals; 1: a single one
};

struct load_target {
    const char   *url;
    struct signer agent;
    pid_t         daemon;
    const char   *groups[GROUP_COUNT_MAX];
    uint32_t      group_count;
};

struct load;

// Connects all. Failures are those of licet_connect.
MUST_CHECK enum status load_open(const struct load_target *target, struct load **load);
void                   load_close(struct load *load); // NULL is fine

// STATUS_USAGE for an answer that is not "ok", with a line on standard error.
MUST_CHECK enum status load_run(struct load *load, const struct load_shape *shape,
                                uint64_t duration_ns, struct measure *measure);

// Of the newest request and reply, as they stood in a message.
size_t load_request_size(const struct load *load);
size_t load_reply_size(const struct load *load);

#endif
