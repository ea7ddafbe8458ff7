// actions.h - whether somebody may do what core/event/action.h lists.
#ifndef PROJECTIONS_ACTIONS_H
#define PROJECTIONS_ACTIONS_H

#include "core/event/action.h"
#include "projections/judgement.h"

// Who wants to act; 0 where it is not known or does not matter.
struct acting {
    uint32_t user, actor;
    uint32_t group; // where an admin acts
};

// Code ACCEPTED, or what denies it: of several the first in the order of the refusals (X08).
struct constraint action_access(const struct state *state, const struct action *action,
                                const struct acting *acting, uint64_t ms);

// Whether a feature is on for the user: in every group, and in every assignment (B18, B26, B42).
struct constraint user_feature_access(const struct state *state, uint32_t user, struct bytes name,
                                      uint64_t ms);

#endif
