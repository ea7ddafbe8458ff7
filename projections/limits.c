#include "projections/limits.h"

#include <assert.h>
#include <string.h>

// Steps through the walk of a resource at a node; set up by grant_walk().
struct grant_walk {
    const struct state *state;
    uint32_t            resource;
    uint32_t            package;   // next to look at, of a group
    uint32_t            line;      // next to look at, of the server
    bool                is_before; // lines of before the limited mode, not the current ones
    bool                is_any;    // both
};

static struct grant_walk grant_walk(const struct state *state, uint32_t group, uint32_t resource)
{
    struct grant_walk walk = {.state = state, .resource = resource};
    if (group == SERVER_GROUP) {
        walk.line = resource_at(state, resource)->first_line;
    } else {
        walk.package = group_at(state, group)->first_package;
    }
    return walk;
}

static bool next_line(struct grant_walk *walk, struct grant *grant)
{
    while (walk->line != 0) {
        const struct line *line = line_at(walk->state, walk->line);
        walk->line = line->next;
        const bool is_wanted = walk->is_before ? line->is_before : line->is_current;
        if (!is_wanted && !walk->is_any) continue;
        *grant = (struct grant){line->window, line->count};
        return true;
    }
    return false;
}

static bool next_package(struct grant_walk *walk, struct grant *grant)
{
    while (walk->package != 0) {
        const struct package_record *package = package_at(walk->state, walk->package);
        walk->package = package->next;
        for (uint32_t at = package->first_entry; at != 0; at = entry_at(walk->state, at)->next) {
            const struct entry_record *entry = entry_at(walk->state, at);
            if (entry->resource != walk->resource) continue;
            *grant = (struct grant){package->window, entry->count};
            return true; // a name stands once in a package
        }
    }
    return false;
}

static bool next_grant(struct grant_walk *walk, struct grant *grant)
{
    return next_line(walk, grant) || next_package(walk, grant);
}

static uint64_t sum_at(struct grant_walk walk, uint64_t ms)
{
    uint64_t     sum = 0;
    struct grant grant;
    while (next_grant(&walk, &grant)) {
        if (grant.count != ENTRY_FEATURE && window_has(grant.window, ms)) sum += grant.count;
    }
    return sum;
}

void grants_add(struct grants *grants, struct window window, uint64_t count)
{
    assert(grants->count < PACKAGE_MAX);
    grants->at[grants->count++] = (struct grant){window, count};
}

void grants_gather(struct grants *grants, const struct state *state, uint32_t group,
                   uint32_t resource)
{
    struct grant_walk walk = grant_walk(state, group, resource);
    struct grant      grant;
    assert(group != SERVER_GROUP);
    grants->count = 0;
    while (next_grant(&walk, &grant)) {
        if (grant.count != ENTRY_FEATURE) grants_add(grants, grant.window, grant.count);
    }
}

uint64_t grants_sum_at(const struct grants *grants, uint64_t ms)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < grants->count; i++) {
        if (window_has(grants->at[i].window, ms)) sum += grants->at[i].count;
    }
    return sum;
}

uint64_t limit_at(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms)
{
    if (group != SERVER_GROUP && !group_at(state, group)->is_restricted) return LIMIT_NONE;
    return sum_at(grant_walk(state, group, resource), ms);
}

uint64_t limit_enforced_at(const struct state *state, uint32_t resource, uint64_t ms)
{
    struct grant_walk before = grant_walk(state, SERVER_GROUP, resource);
    const uint64_t    current = sum_at(before, ms);
    before.is_before = true;
    const uint64_t former = sum_at(before, ms);
    return former > current ? former : current;
}

uint64_t limit_cutting_at(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms)
{
    if (group == SERVER_GROUP) return limit_enforced_at(state, resource, ms);
    return limit_at(state, group, resource, ms);
}

static bool has_feature(struct grant_walk walk, uint64_t ms)
{
    struct grant grant;
    while (next_grant(&walk, &grant)) {
        if (grant.count == ENTRY_FEATURE && window_has(grant.window, ms)) return true;
    }
    return false;
}

bool feature_at(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms)
{
    if (group != SERVER_GROUP && !group_at(state, group)->is_restricted) return true;
    return has_feature(grant_walk(state, group, resource), ms);
}

bool feature_enforced_at(const struct state *state, uint32_t resource, uint64_t ms)
{
    struct grant_walk before = grant_walk(state, SERVER_GROUP, resource);
    before.is_before = true;
    return feature_at(state, SERVER_GROUP, resource, ms) || has_feature(before, ms);
}

static bool server_is_active_at(const struct state *state, uint64_t ms)
{
    bool has_line = false;
    for (uint32_t at = server_at(state)->first_vendor; at != 0; at = vendor_at(state, at)->next) {
        uint32_t line = vendor_at(state, at)->first_line;
        for (; line != 0; line = line_at(state, line)->next_of_vendor) {
            if (!line_at(state, line)->is_current) continue;
            if (window_has(line_at(state, line)->window, ms)) return true;
            has_line = true;
        }
    }
    return !has_line;
}

bool node_is_active_at(const struct state *state, uint32_t group, uint64_t ms)
{
    if (group == SERVER_GROUP) return server_is_active_at(state, ms);
    uint32_t at = group_at(state, group)->first_package;
    if (at == 0) return true;
    for (; at != 0; at = package_at(state, at)->next) {
        if (window_has(package_at(state, at)->window, ms)) return true;
    }
    return false;
}

// The latest end that has passed and the earliest beginning that is to come.
struct edges {
    uint64_t ended_ms, begins_ms;
};

static void see_window(struct edges *edges, struct window window, uint64_t ms)
{
    if (window.until_ms <= ms && window.until_ms > edges->ended_ms) {
        edges->ended_ms = window.until_ms;
    }
    if (window.from_ms > ms && window.from_ms < edges->begins_ms) {
        edges->begins_ms = window.from_ms;
    }
}

enum validity validity_at(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms,
                          uint64_t *edge_ms)
{
    struct grant_walk walk = grant_walk(state, group, resource);
    struct edges      edges = {0, TIME_NEVER};
    struct grant      grant;
    *edge_ms = TIME_NEVER;
    const bool is_feature = resource_at(state, resource)->kind == FEATURE;
    while (next_grant(&walk, &grant)) {
        if (group != SERVER_GROUP && !is_feature && grant.count == ENTRY_FEATURE) continue;
        if (window_has(grant.window, ms) && grant.count > 0) return VALIDITY_ON;
        see_window(&edges, grant.window, ms);
    }
    *edge_ms = edges.ended_ms != 0 ? edges.ended_ms : edges.begins_ms;
    if (edges.ended_ms != 0) return VALIDITY_OVER;
    return edges.begins_ms != TIME_NEVER ? VALIDITY_NOT_YET : VALIDITY_NONE;
}

uint64_t limit_next_edge(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms)
{
    struct grant_walk walk = grant_walk(state, group, resource);
    uint64_t          next_ms = TIME_NEVER;
    struct grant      grant;
    if (group != SERVER_GROUP && !group_at(state, group)->is_restricted) return TIME_NEVER;
    walk.is_any = true;
    while (next_grant(&walk, &grant)) {
        const uint64_t edge_ms = window_next_edge(grant.window, ms);
        if (edge_ms < next_ms) next_ms = edge_ms;
    }
    return next_ms;
}

void excess_add(struct excess *excess, uint64_t limit, uint64_t asked)
{
    if (asked > limit && asked > excess->asked) *excess = (struct excess){limit, asked};
}

void instants_add(struct instants *instants, uint64_t ms)
{
    uint32_t low = 0, high = instants->count;
    if (ms == TIME_NEVER) return;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (instants->ms[middle] < ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < instants->count && instants->ms[low] == ms) return;
    if (instants->count == INSTANT_MAX) {
        instants->is_full = true;
        return;
    }
    memmove(&instants->ms[low + 1], &instants->ms[low],
            (instants->count - low) * sizeof instants->ms[0]);
    instants->ms[low] = ms;
    instants->count++;
}

void instants_add_window(struct instants *instants, struct window window)
{
    instants_add(instants, window.from_ms);
    instants_add(instants, window.until_ms);
}

static void add_server(struct instants *instants, const struct state *state)
{
    for (uint32_t at = server_at(state)->first_vendor; at != 0; at = vendor_at(state, at)->next) {
        uint32_t line = vendor_at(state, at)->first_line;
        for (; line != 0; line = line_at(state, line)->next_of_vendor) {
            instants_add_window(instants, line_at(state, line)->window);
        }
    }
}

void instants_add_node(struct instants *instants, const struct state *state, uint32_t group)
{
    if (group == SERVER_GROUP) {
        add_server(instants, state);
        return;
    }
    uint32_t at = group_at(state, group)->first_package;
    for (; at != 0; at = package_at(state, at)->next) {
        instants_add_window(instants, package_at(state, at)->window);
    }
}
