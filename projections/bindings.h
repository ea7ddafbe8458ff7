// bindings.h - the unit that another stands on, where one resource needs another (B10–B12, B31).
//
//   mobile_app needs sip_number:   holding app-7  -- bound -->  holding 1001
//                                                 <-- bound --
//
// Each names the other, and is_needed marks the one that is stood on: what a file says of needs may
// change, but not what is bound. A holding is bound to one other at most.
#ifndef PROJECTIONS_BINDINGS_H
#define PROJECTIONS_BINDINGS_H

#include "projections/judgement.h"

// One more unit of a resource that needs another.
struct need {
    uint32_t     resource, group, user;
    struct bytes needed; // the unit that is asked for; none: the oldest
    uint64_t     ms;
};

// The holding it would be bound to: of the same charged group and user, for users, with access, and
// free. 0 when there is none; *code then says whether because all that could be are bound.
uint32_t binding_find(const struct state *state, const struct need *need, enum refusal *code);
void     binding_judge(struct question *question, const struct need *need);

void binding_make(struct state *state, uint32_t holding, uint32_t needed);
// Neither is bound any more. Of one that is not bound, nothing.
void binding_part(struct state *state, uint32_t holding);

// The holding that stands on this one; 0 when none does.
uint32_t bound_above(const struct state *state, uint32_t holding);
// The holding that this one stands on; 0 when there is none.
uint32_t bound_below(const struct state *state, uint32_t holding);

#endif
