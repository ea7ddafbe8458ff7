// holdings.h - units that are held: taken, given back, and whether they give access.
#ifndef PROJECTIONS_HOLDINGS_H
#define PROJECTIONS_HOLDINGS_H

#include "projections/judgement.h"

// A unit's id as it is compared and kept: that of a device has case, ':', '-', '.' and spaces
// folded (T10). The buffer has room for NAME_SIZE_MAX. Empty when nothing is left of it.
struct bytes unit_fold(enum resource_kind kind, struct bytes unit, uint8_t *room);

// 0 when the unit is not held.
uint32_t holding_find(const struct state *state, uint32_t resource, struct bytes unit);
// False for one of a group that was removed with all it has: it is not held any more.
bool     holding_is_there(const struct state *state, uint32_t holding);
// Releases without a question.
void     holding_remove(struct state *state, uint32_t holding);

// Whether a holding gives access at an instant, or what denies it (B30): code ACCEPTED, or the
// first constraint.
struct constraint holding_access(const struct state *state, uint32_t holding, uint64_t ms);

void consumption_judge(struct question *question, const struct event *event);
void consumption_apply(struct change_context *context, const struct event *event);
void release_judge(struct question *question, const struct event *event);
void release_apply(struct change_context *context, const struct event *event);

#endif
