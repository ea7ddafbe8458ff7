// explainer.h - why an event of the past was decided so: a thread with a state of its own, told the
// log up to just before the event, judges it once more.
//
// The loop never waits for it. It hands a request over and goes on; the answer comes back with the
// next turn. The state stays where the last question took it, and goes on from there for a later
// event; for an earlier one it begins anew. When nobody has asked for a while it is given up.
//
//   explainer_ask    -> a slot, or false: too many wait
//     (the thread)      reads the log beside the loop, judges, writes the reply, wakes the loop
//   explainer_take   -> answered requests, one by one: reply and release them
//
// All but the thread's own work is called from the loop.
#ifndef API_DAEMON_EXPLAINER_H
#define API_DAEMON_EXPLAINER_H

#include "api/daemon/connections.h"
#include "core/base/status.h"
#include "core/event/proposal.h"
#include "ledger/log.h"

struct explainer;

enum { EXPLAINER_WAITING_MAX = 8 };

struct explainer_options {
    const struct ledger *ledger;    // stays open until the explainer is closed
    const char          *snapshots; // the directory that they are in
    // Called by the thread when an answer is there.
    void (*wake)(void *context);
    void *wake_context;
};

struct past_question {
    uint64_t  seq;    // committed, and not archived
    uint64_t  size;   // events, committed
    uint64_t  after;  // the first reason that is told
    uint64_t  limit;  // so many of them at most
    entity_id reader; // the group of who asks: 0 the server
};

MUST_CHECK enum status explainer_open(const struct explainer_options *options,
                                      struct explainer              **explainer);
// Breaks off what is asked. `release` is called for each request that was not taken. NULL is fine.
void                   explainer_close(struct explainer *explainer,
                                       void (*release)(void *context, struct request *request), void *context);

// Before events below are dropped from the ledger: who needs them begins at a snapshot.
void explainer_archived(struct explainer *explainer, uint64_t below);

// Keeps the request until it is taken or released. False when as many wait as may.
bool explainer_ask(struct explainer *explainer, const struct request *request,
                   const struct past_question *question);
// False when none is answered. The reply is good until the next call.
bool explainer_take(struct explainer *explainer, struct request *request, struct bytes *reply);

#endif
