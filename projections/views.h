// views.h - what is told of the state: computed when asked, from the same functions that decide.
#ifndef PROJECTIONS_VIEWS_H
#define PROJECTIONS_VIEWS_H

#include "projections/notices.h"
#include "projections/state.h"

// B15.
enum resource_status {
    STATUS_ON,
    STATUS_OFF,
    STATUS_NOT_YET_VALID,
    STATUS_EXPIRED,
    STATUS_BLOCKED
};

const char *resource_status_word(enum resource_status status);

struct resource_view {
    uint64_t             maximum, used, available;
    uint64_t             over;        // used beyond the maximum
    uint64_t             own_limit;   // LIMIT_NONE: unlimited
    uint64_t             unallocated; // LIMIT_NONE without an own limit
    uint64_t             activatable; // with what it needs (B12); LIMIT_NONE: it needs nothing
    uint32_t             suspended;
    uint32_t             bottleneck; // group
    enum resource_status status;
    uint64_t             until_ms; // the maximum becomes 0; TIME_NEVER: no time limit (B16)
    uint64_t             next_ms;  // the maximum becomes another; TIME_NEVER: it does not
    uint64_t             next_maximum;
    enum notice          notice;     // of the own limit
    uint64_t             notice_seq; // of the event that raised it
};

struct resource_view view_resource(const struct state *state, uint32_t group, uint32_t resource,
                                   uint64_t ms);
// Without what comes: until and next are TIME_NEVER.
struct resource_view view_resource_now(const struct state *state, uint32_t group, uint32_t resource,
                                       uint64_t ms);

// The next instant after ms at which a node of the path may change what it allows.
uint64_t view_next_edge(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms);
// The nearest node of the path that does not have the feature; 0 when all have it (B18).
uint32_t view_lacking_node(const struct state *state, uint32_t group, uint32_t resource,
                           uint64_t ms);
// Only when the maximum becomes 0.
uint64_t view_until(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms);

struct feature_view {
    bool                 is_on;
    enum resource_status status;
    uint64_t             until_ms; // of a feature that is on
};

struct feature_view view_feature(const struct state *state, uint32_t group, uint32_t resource,
                                 uint64_t ms);

#endif
