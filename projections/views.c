#include "projections/views.h"

#include "projections/groups.h"
#include "projections/quota.h"

#include <assert.h>

const char *resource_status_word(enum resource_status status)
{
    static const char *const words[] = {
        [STATUS_ON] = "on",
        [STATUS_OFF] = "off",
        [STATUS_NOT_YET_VALID] = "not_yet_valid",
        [STATUS_EXPIRED] = "expired",
        [STATUS_BLOCKED] = "blocked",
    };
    assert((size_t)status < sizeof words / sizeof words[0]);
    return words[status];
}

uint64_t view_next_edge(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms)
{
    uint64_t next_ms = TIME_NEVER;
    for (uint32_t at = group; at != 0; at = group_at(state, at)->parent) {
        const uint64_t edge_ms = limit_next_edge(state, at, resource, ms);
        if (edge_ms < next_ms) next_ms = edge_ms;
    }
    return next_ms;
}

// Why there is nothing: by the node nearest to the group that had it or will have it.
static enum resource_status why_nothing(const struct state *state, uint32_t group,
                                        uint32_t resource, uint64_t ms)
{
    for (uint32_t at = group; at != 0; at = group_at(state, at)->parent) {
        uint64_t edge_ms = TIME_NEVER;
        if (at != SERVER_GROUP && !group_at(state, at)->is_restricted) continue;
        const enum validity validity = validity_at(state, at, resource, ms, &edge_ms);
        if (validity == VALIDITY_OVER) return STATUS_EXPIRED;
        if (validity == VALIDITY_NOT_YET) return STATUS_NOT_YET_VALID;
    }
    return STATUS_OFF;
}

static void look_ahead(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms,
                       struct resource_view *view)
{
    uint64_t at_ms = ms, before = view->maximum;
    for (uint32_t i = 0; i < EDGE_MAX; i++) {
        at_ms = view_next_edge(state, group, resource, at_ms);
        if (at_ms == TIME_NEVER) return;
        const uint64_t maximum = quota_maximum_at(state, group, resource, at_ms);
        if (view->next_ms == TIME_NEVER && maximum != view->maximum) {
            view->next_ms = at_ms;
            view->next_maximum = maximum;
        }
        if (maximum == 0 && before > 0) {
            view->until_ms = at_ms;
            return;
        }
        before = maximum;
    }
}

uint64_t view_until(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms)
{
    struct resource_view view = {.maximum = quota_maximum_at(state, group, resource, ms),
                                 .until_ms = TIME_NEVER,
                                 .next_ms = TIME_NEVER};
    look_ahead(state, group, resource, ms, &view);
    return view.until_ms;
}

static uint64_t unallocated(const struct state *state, const struct quota_node *node, uint64_t ms)
{
    if (node->limit == LIMIT_NONE) return LIMIT_NONE;
    struct sum_cursor sums = sum_cursor(state, node->account);
    const uint64_t    sum = sum_at_instant(&sums, ms);
    return sum >= node->limit ? 0 : node->limit - sum;
}

static void look_at_account(const struct state *state, uint32_t at, struct resource_view *view)
{
    const struct account *account = account_at(state, at);
    view->suspended = quota_suspended(state, at);
    view->notice = (enum notice)account->notice;
    if (view->notice != NOTICE_NONE) view->notice_seq = account->notice_seq;
}

// How many more could be taken with the units of the needed resource that are free, or that could
// be taken for it (B12).
static uint64_t activatable(const struct state *state, uint32_t group, uint32_t resource,
                            uint64_t available)
{
    const uint32_t    needed = resource_at(state, resource)->needs;
    struct quota_path path;
    if (needed == 0) return LIMIT_NONE;
    quota_path(state, group, needed, &path);
    const uint32_t account = path.nodes[0].account;
    uint64_t       carried = quota_room(quota_bottleneck(&path));
    if (account != 0) {
        carried += account_at(state, account)->used - account_at(state, account)->tied;
    }
    return carried < available ? carried : available;
}

struct resource_view view_resource_now(const struct state *state, uint32_t group, uint32_t resource,
                                       uint64_t ms)
{
    struct quota_path path;
    quota_path(state, group, resource, &path);
    const struct quota_node *own = &path.nodes[0];
    const struct quota_node *least = quota_bottleneck(&path);
    struct resource_view     view = {.maximum = quota_maximum(&path),
                                     .used = own->used,
                                     .available = quota_room(least),
                                     .own_limit = own->limit,
                                     .unallocated = unallocated(state, own, ms),
                                     .bottleneck = least->group,
                                     .until_ms = TIME_NEVER,
                                     .next_ms = TIME_NEVER};
    if (view.used > view.maximum) view.over = view.used - view.maximum;
    if (own->account != 0) look_at_account(state, own->account, &view);
    view.status = view.maximum > 0 ? STATUS_ON : why_nothing(state, group, resource, ms);
    if (group_blocked_by(state, group) != 0) view.status = STATUS_BLOCKED;
    view.activatable = activatable(state, group, resource, view.available);
    return view;
}

struct resource_view view_resource(const struct state *state, uint32_t group, uint32_t resource,
                                   uint64_t ms)
{
    struct resource_view view = view_resource_now(state, group, resource, ms);
    look_ahead(state, group, resource, ms, &view);
    return view;
}

uint32_t view_lacking_node(const struct state *state, uint32_t group, uint32_t resource,
                           uint64_t ms)
{
    uint32_t at = group;
    while (at != 0 && feature_at(state, at, resource, ms)) {
        at = group_at(state, at)->parent;
    }
    return at;
}

static bool path_has_feature(const struct state *state, uint32_t group, uint32_t resource,
                             uint64_t ms)
{
    return view_lacking_node(state, group, resource, ms) == 0;
}

struct feature_view view_feature(const struct state *state, uint32_t group, uint32_t resource,
                                 uint64_t ms)
{
    struct feature_view view = {.until_ms = TIME_NEVER};
    view.is_on = path_has_feature(state, group, resource, ms);
    view.status = view.is_on ? STATUS_ON : why_nothing(state, group, resource, ms);
    for (uint64_t at_ms = ms; view.is_on && view.until_ms == TIME_NEVER;) {
        at_ms = view_next_edge(state, group, resource, at_ms);
        if (at_ms == TIME_NEVER) break;
        if (!path_has_feature(state, group, resource, at_ms)) view.until_ms = at_ms;
    }
    if (group_blocked_by(state, group) == 0) return view;
    view.is_on = false;
    view.status = STATUS_BLOCKED;
    return view;
}
