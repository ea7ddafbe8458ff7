// leases.h - holdings for a time: not renewed until the end, they are released (X11).
//
// A lease is of one holding, or of a named set of holdings of a group, which one renewal renews.
//
//   lease   renewed   length    the end is the later of renewed and the server's lease_base_ms,
//     │                         and length; at the end it is over
//     ├─ leasehold ── holding
//     └─ leasehold ── holding
//
// No lease ends while the server is limited. When the mode is left, or the ledger runs again, base
// is set, and so each lease runs one full length again without being looked at.
#ifndef PROJECTIONS_LEASES_H
#define PROJECTIONS_LEASES_H

#include "projections/judgement.h"

// What a consumption tells of a lease.
struct lease_told {
    uint64_t     length_ms; // 0: nothing
    struct bytes set;
};

// The end of a holding's lease; TIME_NEVER without one, and while the server is limited.
uint64_t lease_end(const struct state *state, uint32_t holding);
// Whether it has come, and only the boundary that releases the holding is still to come.
bool     lease_is_over(const struct state *state, uint32_t holding, uint64_t ms);

// The lease of a holding; NULL without one. It lives until the next change.
const struct lease *lease_of(const struct state *state, uint32_t holding);

// Whether it would change anything to take what is told for a holding at an instant.
bool lease_is_news(const struct state *state, uint32_t holding, const struct lease_told *told,
                   uint64_t ms);
// The holding's lease begins now, as is told, or where nothing is told as it was.
void lease_take(struct change_context *context, uint32_t holding, const struct lease_told *told);
// The holding has no lease any more.
void lease_leave(struct state *state, uint32_t holding);
// All leases run one full length from now on.
void leases_resume(struct change_context *context);

// The edge of a lease has come.
void lease_pass(struct change_context *context, const struct edge *edge);

bool renewal_is_allowed(const struct question *question, const struct event *event);
void renewal_judge(struct question *question, const struct event *event);
void renewal_apply(struct change_context *context, const struct event *event);
void resumption_judge(struct question *question, const struct event *event);
void resumption_apply(struct change_context *context, const struct event *event);

// Makes a record that is whole be found: a new one, or one that was read from a snapshot.
void lease_index(struct state *state, uint32_t at);

#endif
