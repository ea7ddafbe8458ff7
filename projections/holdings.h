// holdings.h - units that are held: found, and let go of. How they come and what they give stands
// in consumption.h, release.h and access.h.
#ifndef PROJECTIONS_HOLDINGS_H
#define PROJECTIONS_HOLDINGS_H

#include "projections/state.h"

// A unit's id as it is compared and kept: that of a device has case, ':', '-', '.' and spaces
// folded (T10). The buffer has room for NAME_SIZE_MAX. Empty when nothing is left of it.
uint64_t     unit_hash(const struct state *state, uint32_t resource, struct bytes unit);
struct bytes unit_fold(enum resource_kind kind, struct bytes unit, uint8_t *room);
// A direction as holdings keep it; 0 for none.
uint8_t      unit_direction(uint64_t direction);

// 0 when the unit is not held.
uint32_t holding_find(const struct state *state, uint32_t resource, struct bytes unit);
// False for one of a group that was removed with all it has: it is not held any more.
bool     holding_is_there(const struct state *state, uint32_t holding);
// The same by the name of the resource, and of a unit in any writing.
uint32_t unit_find(const struct state *state, struct bytes resource, struct bytes unit);
uint32_t holding_group(const struct state *state, uint32_t holding); // the charged one
uint32_t holding_resource(const struct state *state, uint32_t holding);

// Takes a unit without a question: the youngest of its resource, charged to fresh->account.
uint32_t holding_add(struct state *state, const struct holding *fresh, struct bytes unit);
// Another unit, another user; without a question.
void     holding_rename(struct state *state, uint32_t at, struct bytes unit);
void     holding_pass(struct state *state, uint32_t at, uint32_t user);
// Releases without a question, with what stands on it (B11).
void     holding_remove(struct state *state, uint32_t holding);

// Makes a record that is whole be found: a new one, or one that was read from a snapshot.
void holding_index(struct state *state, uint32_t at);

#endif
