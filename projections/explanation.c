#include "projections/explanation.h"

#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/quota.h"

// --- The path ---------------------------------------------------------------

static bool is_feature(const struct state *state, uint32_t resource)
{
    return resource_at(state, resource)->kind == FEATURE;
}

static bool has_some(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms)
{
    if (is_feature(state, resource)) return feature_at(state, group, resource, ms);
    return limit_at(state, group, resource, ms) > 0;
}

// The next instant at which the node itself has nothing of it.
static uint64_t node_end(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms)
{
    for (uint32_t i = 0; i < EDGE_MAX; i++) {
        ms = limit_next_edge(state, group, resource, ms);
        if (ms == TIME_NEVER || !has_some(state, group, resource, ms)) return ms;
    }
    return TIME_NEVER;
}

static void tell_validity(const struct state *state, uint32_t resource, uint64_t ms,
                          struct explained_node *node)
{
    static const enum resource_status words[] = {
        [VALIDITY_NONE] = STATUS_OFF,
        [VALIDITY_NOT_YET] = STATUS_NOT_YET_VALID,
        [VALIDITY_OVER] = STATUS_EXPIRED,
        [VALIDITY_ON] = STATUS_ON,
    };
    uint64_t            edge_ms = TIME_NEVER;
    const enum validity validity = validity_at(state, node->group, resource, ms, &edge_ms);
    node->status = words[validity];
    if (validity == VALIDITY_ON) node->until_ms = node_end(state, node->group, resource, ms);
    if (validity == VALIDITY_OVER) node->until_ms = edge_ms;
    if (validity == VALIDITY_NOT_YET) node->from_ms = edge_ms;
}

static struct explained_node explain_node(const struct state *state, const struct quota_node *from,
                                          uint32_t resource, uint64_t ms)
{
    struct explained_node node = {.group = from->group,
                                  .limit = from->limit,
                                  .used = from->used,
                                  .room = quota_room(from),
                                  .status = STATUS_ON,
                                  .until_ms = TIME_NEVER};
    if (from->limit != LIMIT_NONE) tell_validity(state, resource, ms, &node);
    if (group_at(state, from->group)->is_blocked) node.status = STATUS_BLOCKED;
    if (!is_feature(state, resource)) return node;
    node.limit = LIMIT_NONE; // a feature is on or off
    node.room = LIMIT_NONE;
    return node;
}

// Of a feature, the nearest node that switches it off.
static uint32_t decisive(const struct state *state, const struct quota_path *path,
                         uint32_t resource, uint64_t ms)
{
    if (!is_feature(state, resource)) return quota_bottleneck(path)->group;
    for (uint32_t i = 0; i < path->count; i++) {
        const uint32_t group = path->nodes[i].group;
        if (!feature_at(state, group, resource, ms)) return group;
    }
    return 0;
}

// What each node takes of the asked group's holdings, nearest first. What groups below take is not
// of the path.
static void tell_suspended(const struct state *state, const struct quota_path *path,
                           struct explanation *explanation)
{
    const uint32_t account = path->nodes[0].account;
    if (account == 0) return;
    uint32_t left = account_at(state, account)->below;
    for (uint32_t i = 0; i < path->count; i++) {
        const uint32_t kept = quota_kept(state, account, path->nodes[i].account);
        explanation->nodes[i].suspends = left > kept ? left - kept : 0;
        left = kept;
    }
}

void explain(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms,
             struct explanation *explanation)
{
    struct quota_path path;
    quota_path(state, group, resource, &path);
    const uint32_t bottleneck = decisive(state, &path, resource, ms);
    explanation->count = path.count;
    for (uint32_t i = 0; i < path.count; i++) {
        struct explained_node *node = &explanation->nodes[i];
        *node = explain_node(state, &path.nodes[i], resource, ms);
        node->is_bottleneck = node->group == bottleneck;
    }
    tell_suspended(state, &path, explanation);
}

// --- What is suspended ------------------------------------------------------

static bool is_below(const struct state *state, uint32_t holding, uint32_t account)
{
    uint32_t at = holding_at(state, holding)->account;
    while (at != 0 && at != account) {
        at = account_at(state, at)->parent;
    }
    return at == account;
}

// From the young end of the resource's list, where what is cut off stands.
static uint32_t find_suspended(const struct state *state, uint32_t account, uint32_t at)
{
    while (at != 0 && (holding_is_kept(state, at) || !is_below(state, at, account))) {
        at = holding_at(state, at)->previous;
    }
    return at;
}

void explain_suspensions(const struct state *state, uint32_t group, uint32_t resource,
                         struct suspensions *suspensions)
{
    const uint32_t account = account_find(state, group, resource);
    uint32_t       at = resource_at(state, resource)->last_holding;
    suspensions->count = 0;
    suspensions->total = account == 0 ? 0 : quota_suspended(state, account);
    const uint32_t wanted = suspensions->total < EXPLAINED_SUSPENSION_MAX
                                ? (uint32_t)suspensions->total
                                : EXPLAINED_SUSPENSION_MAX;
    while (suspensions->count < wanted) {
        at = find_suspended(state, account, at);
        if (at == 0) break;
        suspensions->count++;
        suspensions->at[wanted - suspensions->count] =
            (struct suspension){at, account_at(state, holding_cut_by(state, at))->group};
        at = holding_at(state, at)->previous;
    }
}

// --- What an event is about -------------------------------------------------

static void add_subject(struct subjects *subjects, uint32_t group, uint32_t resource)
{
    if (group == 0 || resource == 0) return;
    for (uint32_t i = 0; i < subjects->count; i++) {
        if (subjects->at[i].group == group && subjects->at[i].resource == resource) return;
    }
    if (subjects->count == EXPLAINED_SUBJECT_MAX) return;
    subjects->at[subjects->count++] = (struct subject){group, resource};
}

static void add_entries(const struct state *state, uint32_t group, struct list entries,
                        struct subjects *subjects)
{
    struct list_reader items = list_start(entries);
    for (struct entry entry; list_next(&items, &entry_record, &entry);) {
        if (entry.count == ENTRY_FEATURE) continue;
        add_subject(subjects, group, resource_find(state, entry.name));
    }
}

static void add_packages(const struct state *state, const struct allocation *allocation,
                         struct subjects *subjects)
{
    const uint32_t     group = group_find(state, allocation->group);
    struct list_reader items = list_start(allocation->packages);
    for (struct package package; list_next(&items, &package_record, &package);) {
        add_entries(state, group, package.entries, subjects);
    }
}

static void add_held(const struct state *state, struct bytes resource, struct bytes unit,
                     struct subjects *subjects)
{
    const uint32_t at = unit_find(state, resource, unit);
    if (at == 0) return;
    const struct account *account = account_at(state, holding_at(state, at)->account);
    add_subject(subjects, account->group, account->resource);
}

static void add_event(const struct state *state, const struct event *event,
                      struct subjects *subjects)
{
    const struct consumption *consumption = &event->of.consumption;
    if (event->kind == CONSUMPTION) {
        add_subject(subjects, group_find(state, consumption->group),
                    resource_find(state, consumption->resource));
    } else if (event->kind == RELEASE) {
        add_held(state, event->of.release.resource, event->of.release.unit, subjects);
    } else if (event->kind == RENEWAL) {
        add_held(state, event->of.renewal.resource, event->of.renewal.unit, subjects);
    } else if (event->kind == TRANSFER) {
        add_held(state, event->of.transfer.resource, event->of.transfer.unit, subjects);
    } else if (event->kind == ALLOCATION) {
        add_packages(state, &event->of.allocation, subjects);
    } else if (event->kind == USER_ASSIGNMENT) {
        add_entries(state, group_find(state, event->of.user_assignment.group),
                    event->of.user_assignment.entries, subjects);
    }
}

void explain_subjects(const struct state *state, const struct event *event,
                      struct subjects *subjects)
{
    subjects->count = 0;
    if (event->kind != PLAN) {
        add_event(state, event, subjects);
        return;
    }
    struct list_reader events = list_start(event->of.plan.events);
    const char        *offence = NULL;
    for (struct bytes packed; list_next_packed(&events, &packed);) {
        struct event one;
        if (event_read_packed(packed, &one, &offence)) add_event(state, &one, subjects);
    }
}
