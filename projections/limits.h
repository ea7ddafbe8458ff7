// limits.h - what a node is allowed over time: by its packages, or the server by its licence files.
//
// A limit is LIMIT_NONE where the node sets none. Times are instants of ledger time.
#ifndef PROJECTIONS_LIMITS_H
#define PROJECTIONS_LIMITS_H

#include "projections/state.h"

// The node's own limit of a resource at an instant. Of the server: by the current files.
uint64_t limit_at(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms);
// Of the server, also by the files of before the limited mode while it lasts: what suspends (T16).
uint64_t limit_enforced_at(const struct state *state, uint32_t resource, uint64_t ms);
// What cuts at the node: the enforced one of the server, else its own.
uint64_t limit_cutting_at(const struct state *state, uint32_t group, uint32_t resource,
                          uint64_t ms);

// What the packages of a group give of a resource, counts only: gathered once where many instants
// are looked at. A name stands once in a package.
struct grant {
    struct window window;
    uint64_t      count; // ENTRY_FEATURE for a feature
};

struct grants {
    uint32_t     count;
    struct grant at[PACKAGE_MAX];
};

void     grants_add(struct grants *grants, struct window window, uint64_t count);
// Not of the server.
void     grants_gather(struct grants *grants, const struct state *state, uint32_t group,
                       uint32_t resource);
uint64_t grants_sum_at(const struct grants *grants, uint64_t ms);

// Whether the node has the feature itself; an unrestricted group has every feature.
bool feature_at(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms);
// Of the server, also by the files of before the limited mode while it lasts (T16).
bool feature_enforced_at(const struct state *state, uint32_t resource, uint64_t ms);

// Outside of all its windows a node sets no bound to what is saved below (B22). A restricted node
// without any window does: it has nothing.
bool node_is_active_at(const struct state *state, uint32_t group, uint64_t ms);

// Why a limit is 0 at an instant: a window with the resource is over, or only to come, or none is
// known (domain X08).
enum validity { VALIDITY_NONE, VALIDITY_NOT_YET, VALIDITY_OVER, VALIDITY_ON };

enum validity validity_at(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms,
                          uint64_t *edge_ms);

// The next instant after ms at which a limit of this node may change, also the enforced one;
// TIME_NEVER for none.
uint64_t limit_next_edge(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms);

// What does not fit under a limit, of all instants the most: a limit of so much would do at each of
// them. Nothing is asked where all fits.
struct excess {
    uint64_t limit, asked;
};

void excess_add(struct excess *excess, uint64_t limit, uint64_t asked);

// Instants in ascending order without repetition.
enum { INSTANT_MAX = 2 * EDGE_MAX };

struct instants {
    uint32_t count;
    bool     is_full; // some did not fit
    uint64_t ms[INSTANT_MAX];
};

// Without any: the memory is not cleared, for it is large.
static inline void instants_begin(struct instants *instants)
{
    instants->count = 0;
    instants->is_full = false;
}

void instants_add(struct instants *instants, uint64_t ms); // TIME_NEVER is left out
void instants_add_window(struct instants *instants, struct window window);
void instants_add_node(struct instants *instants, const struct state *state, uint32_t group);

#endif
