// places.h - where a group stood before it was renamed or moved, so that what the log tells by
// paths can be told of the group that it was about.
#ifndef PROJECTIONS_PLACES_H
#define PROJECTIONS_PLACES_H

#include "projections/state.h"

// Before the group leaves its place with the event that is being applied.
void place_leave(struct state *state, uint32_t group);
void places_drop(struct state *state, uint32_t group);

// The path by which an event of that number would have named the group, and whether the group, or
// one above it, stood below another parent then. False when there was none, or it is not known any
// more.
bool place_path(const struct state *state, uint32_t group, uint64_t seq, struct buffer *path,
                bool *is_elsewhere);

#endif
