// access.h - whether what is held gives access, and what denies it.
#ifndef PROJECTIONS_ACCESS_H
#define PROJECTIONS_ACCESS_H

#include "projections/judgement.h"
#include "projections/quota.h"

// What a node without room objects at an instant: a closed window, or that its limit is reached.
struct constraint node_objection(const struct state *state, const struct quota_node *node,
                                 uint32_t resource, uint64_t ms);

// Whether a holding gives access at an instant, or what denies it (B30), also to the one that it
// stands on (B31): code ACCEPTED, or the first constraint.
struct constraint holding_access(const struct state *state, uint32_t holding, uint64_t ms);

#endif
