// group_state.h - a group as `at` shows it: its resources and features at an instant.
#ifndef REPLAY_GROUP_STATE_H
#define REPLAY_GROUP_STATE_H

#include "core/base/name.h"
#include "projections/views.h"

#include <stdio.h>

struct group_state {
    const struct state *state;
    uint32_t            group;
    uint64_t            ms;
    uint64_t            seq; // of the last event told
    struct bytes        path;
    uint8_t             room[PATH_SIZE_MAX];
    uint32_t            count;
    uint32_t            resources[RESOURCE_MAX]; // in the order in which they were first named
};

// Borrows the state, which is settled up to ms and has at least one event.
void group_state_init(struct group_state *shown, const struct state *state, uint32_t group,
                      uint64_t ms);
// SmartHome after event 18, at 2026-12-01T00:00:00Z
// RESOURCE     MAXIMUM  USED  AVAILABLE  SUSPENDED  STATUS  UNTIL
void group_state_print(const struct group_state *shown, FILE *file);

#endif
