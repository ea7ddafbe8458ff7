// explanation.h - what a resource comes to at a group, node by node: who gives how much, who keeps
// it down, who suspends what.
#ifndef PROJECTIONS_EXPLANATION_H
#define PROJECTIONS_EXPLANATION_H

#include "projections/views.h"

struct explained_node {
    uint32_t             group;
    uint64_t             limit; // own; LIMIT_NONE
    uint64_t             used;
    uint64_t             room;     // LIMIT_NONE
    enum resource_status status;   // of the own limit; a node without one is on
    uint64_t             from_ms;  // not yet valid: begins; else 0
    uint64_t             until_ms; // on: becomes 0; expired: became 0; else TIME_NEVER
    uint32_t             suspends; // so many of the asked group's holdings
    bool                 is_bottleneck;
};

// nodes[0] is the asked group, the last one the server.
struct explanation {
    uint32_t              count;
    struct explained_node nodes[PATH_NODE_MAX];
};

void explain(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms,
             struct explanation *explanation);

// Holdings at or below the group that a limit suspends, and the node that does; the oldest first.
enum { EXPLAINED_SUSPENSION_MAX = 100 };

struct suspension {
    uint32_t holding, node;
};

struct suspensions {
    uint64_t          total;
    uint32_t          count;
    struct suspension at[EXPLAINED_SUSPENSION_MAX]; // the newest of them
};

void explain_suspensions(const struct state *state, uint32_t group, uint32_t resource,
                         struct suspensions *suspensions);

// The groups and resources that an event is about, as far as they are there: of a consumption one,
// of a save each resource of its packages, of a plan those of its events.
enum { EXPLAINED_SUBJECT_MAX = 16 };

struct subject {
    uint32_t group, resource;
};

struct subjects {
    uint32_t       count; // further ones are left out
    struct subject at[EXPLAINED_SUBJECT_MAX];
};

void explain_subjects(const struct state *state, const struct event *event,
                      struct subjects *subjects);

#endif
