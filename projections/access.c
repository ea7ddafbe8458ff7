#include "projections/access.h"

#include "projections/bindings.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/packages.h"
#include "projections/users.h"

static const enum refusal validity_codes[] = {
    [VALIDITY_NONE] = LIMIT_REACHED,
    [VALIDITY_NOT_YET] = NOT_YET_VALID,
    [VALIDITY_OVER] = EXPIRED,
    [VALIDITY_ON] = LIMIT_REACHED,
};

struct constraint node_objection(const struct state *state, const struct quota_node *node,
                                 uint32_t resource, uint64_t ms)
{
    struct constraint constraint = {.code = LIMIT_REACHED,
                                    .group = node->group,
                                    .limit = node->limit,
                                    .used = node->used,
                                    .until_ms = TIME_NEVER,
                                    .name = text_of(state, resource_at(state, resource)->name)};
    if (node->limit != 0) return constraint;
    const enum validity validity =
        validity_at(state, node->group, resource, ms, &constraint.until_ms);
    constraint.code = validity_codes[validity];
    return constraint;
}

// How many of the user's holdings of the resource are older.
static uint32_t seniority_of(const struct state *state, uint32_t holding)
{
    const uint32_t resource = holding_resource(state, holding);
    uint32_t       count = 0;
    uint32_t       at = user_first_held(state, holding_at(state, holding)->user);
    for (; at != 0; at = user_next_held(state, at)) {
        if (holding_resource(state, at) != resource) continue;
        count += holding_at(state, at)->id < holding_at(state, holding)->id;
    }
    return count;
}

static struct constraint user_access(const struct state *state, uint32_t holding, uint64_t ms)
{
    const struct holding *own = holding_at(state, holding);
    struct constraint     access = {
            .code = ACCEPTED, .limit = LIMIT_NONE, .used = LIMIT_NONE, .until_ms = TIME_NEVER};
    if (own->user == 0) return access;
    const struct user_quota quota =
        user_quota_enforced(state, own->user, holding_resource(state, holding), ms);
    if (seniority_of(state, holding) < quota.maximum) return access;
    access.code = quota.is_own_limit ? USER_LIMIT : STRICTEST_GROUP;
    access.group = quota.group;
    access.limit = quota.maximum;
    access.used = quota.used;
    return access;
}

// A block of the charged group or above, or of another group of the user.
static uint32_t blocked_for(const struct state *state, uint32_t holding)
{
    const struct holding *own = holding_at(state, holding);
    uint32_t              found = group_blocked_by(state, account_at(state, own->account)->group);
    if (found != 0 || own->user == 0) return found;
    uint32_t at = user_first_member(state, own->user);
    for (; at != 0 && found == 0; at = user_next_member(state, at)) {
        found = group_blocked_by(state, member_at(state, at)->group);
    }
    return found;
}

// Of all nodes that cut the holding off, a closed window is told before a limit, and of the same
// the nearest one (X08).
static struct constraint cut_access(const struct state *state, uint32_t holding, uint64_t ms)
{
    struct constraint nearest = {.code = ACCEPTED};
    uint32_t          at = holding_at(state, holding)->account;
    for (; at != 0; at = account_at(state, at)->parent) {
        const struct account   *account = account_at(state, at);
        const struct quota_node node = {account->group, at, account_limit(state, at),
                                        account->used};
        // A node without anything objects to all, also where nothing comes up to it.
        if (node.limit != 0 && account_keeps(state, at, holding)) continue;
        const struct constraint one = node_objection(state, &node, account->resource, ms);
        if (one.code != LIMIT_REACHED) return one;
        if (nearest.code == ACCEPTED) nearest = one;
    }
    return nearest;
}

static struct constraint own_access(const struct state *state, uint32_t holding, uint64_t ms)
{
    struct constraint access = {
        .code = BLOCKED, .limit = LIMIT_NONE, .used = LIMIT_NONE, .until_ms = TIME_NEVER};
    if (lease_is_over(state, holding, ms)) {
        access.code = NOT_HELD;
        return access;
    }
    access.group = blocked_for(state, holding);
    if (access.group != 0) return access;
    if (holding_is_kept(state, holding)) return user_access(state, holding, ms);
    return cut_access(state, holding, ms);
}

struct constraint holding_access(const struct state *state, uint32_t holding, uint64_t ms)
{
    const struct constraint access = own_access(state, holding, ms);
    const uint32_t          below = bound_below(state, holding);
    if (access.code != ACCEPTED || below == 0) return access;
    return own_access(state, below, ms);
}
