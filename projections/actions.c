#include "projections/actions.h"

#include "projections/access.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/limits.h"
#include "projections/packages.h"
#include "projections/users.h"

static struct constraint denial(enum refusal code, uint32_t group)
{
    return (struct constraint){.code = code,
                               .group = group,
                               .limit = LIMIT_NONE,
                               .used = LIMIT_NONE,
                               .until_ms = TIME_NEVER};
}

// The rows of refusals stand in the order of X08: of two the lesser code, of the same the first.
static void deny(struct constraint *first, struct constraint one)
{
    if (one.code == ACCEPTED) return;
    if (first->code == ACCEPTED || one.code < first->code) *first = one;
}

// --- Features ---------------------------------------------------------------

static const enum refusal validity_codes[] = {
    [VALIDITY_NONE] = FEATURE_OFF,
    [VALIDITY_NOT_YET] = NOT_YET_VALID,
    [VALIDITY_OVER] = EXPIRED,
    [VALIDITY_ON] = FEATURE_OFF,
};

// What the node itself has against the feature.
static struct constraint at_node(const struct state *state, uint32_t group, uint32_t feature,
                                 uint64_t ms)
{
    const bool is_server = group == SERVER_GROUP;
    if (is_server ? feature_enforced_at(state, feature, ms)
                  : feature_at(state, group, feature, ms)) {
        return denial(ACCEPTED, 0);
    }
    struct constraint   one = denial(FEATURE_OFF, group);
    const enum validity validity = validity_at(state, group, feature, ms, &one.until_ms);
    one.code = validity_codes[validity];
    if (is_server && one.code == FEATURE_OFF) one.code = NO_LICENSE;
    return one;
}

static struct constraint on_path(const struct state *state, uint32_t group, struct bytes name,
                                 uint64_t ms)
{
    const uint32_t    feature = resource_find(state, name);
    struct constraint first = denial(ACCEPTED, 0);
    if (feature == 0) return denial(NO_LICENSE, SERVER_GROUP);
    for (uint32_t at = group; at != 0; at = group_at(state, at)->parent) {
        deny(&first, at_node(state, at, feature, ms));
    }
    return first;
}

// What the user's assignment in the group has against it.
static struct constraint by_assignment(const struct state *state, uint32_t at, struct bytes name,
                                       uint64_t ms)
{
    const struct member *member = member_at(state, at);
    const uint32_t       feature = resource_find(state, name);
    struct constraint    one = denial(FEATURE_OFF, member->group);
    if (feature == 0 || member_feature_at(state, at, feature, ms)) return denial(ACCEPTED, 0);
    // Would it have the feature inside of its window?
    if (!member_feature_at(state, at, feature, member->window.from_ms)) return one;
    const bool is_over = ms >= member->window.until_ms;
    one.code = is_over ? EXPIRED : NOT_YET_VALID;
    one.until_ms = is_over ? member->window.until_ms : member->window.from_ms;
    return one;
}

struct constraint user_feature_access(const struct state *state, uint32_t user, struct bytes name,
                                      uint64_t ms)
{
    struct constraint first = denial(ACCEPTED, 0);
    uint32_t          at = user_first_member(state, user);
    if (at == 0) return denial(FEATURE_OFF, 0);
    for (; at != 0; at = user_next_member(state, at)) {
        deny(&first, on_path(state, member_at(state, at)->group, name, ms));
        deny(&first, by_assignment(state, at, name, ms));
    }
    return first;
}

// --- Units ------------------------------------------------------------------

// One unit that gives access is enough; where none does, the oldest says why.
static struct constraint by_units(const struct state *state, uint32_t user, struct bytes name,
                                  uint64_t ms)
{
    const uint32_t    resource = resource_find(state, name);
    struct constraint oldest = denial(NOT_HELD, 0);
    uint32_t          at = user_first_held(state, user);
    entity_id         oldest_id = 0;
    for (; at != 0; at = user_next_held(state, at)) {
        if (account_at(state, holding_at(state, at)->account)->resource != resource) continue;
        const struct constraint access = holding_access(state, at, ms);
        if (access.code == ACCEPTED) return access;
        if (oldest_id != 0 && holding_at(state, at)->id > oldest_id) continue;
        oldest_id = holding_at(state, at)->id;
        oldest = access;
    }
    return oldest;
}

// --- Those who act ----------------------------------------------------------

// B42: one blocked membership is enough.
static struct constraint by_blocks(const struct state *state, uint32_t user)
{
    uint32_t at = user_first_member(state, user);
    for (; at != 0; at = user_next_member(state, at)) {
        const uint32_t blocked = group_blocked_by(state, member_at(state, at)->group);
        if (blocked != 0) return denial(BLOCKED, blocked);
    }
    return denial(ACCEPTED, 0);
}

static struct constraint of_user(const struct state *state, const struct action *action,
                                 uint32_t user, uint64_t ms)
{
    if (user == 0) return denial(UNKNOWN_USER, 0);
    struct constraint first = by_blocks(state, user);
    if (action->feature != NULL) {
        deny(&first, user_feature_access(state, user, bytes_of_text(action->feature), ms));
    }
    if (action->resource != NULL) {
        deny(&first, by_units(state, user, bytes_of_text(action->resource), ms));
    }
    return first;
}

static struct constraint of_admin(const struct state *state, const struct action *action,
                                  const struct acting *acting, uint64_t ms)
{
    if (acting->actor == 0) return denial(UNKNOWN_ACTOR, 0);
    if (acting->group == 0) return denial(UNKNOWN_GROUP, 0);
    const struct actor *actor = actor_at(state, acting->actor);
    const bool          is_admin = actor->role == SERVER_ADMIN || actor->role == SITE_ADMIN;
    if (!is_admin || !group_is_within(state, acting->group, actor->group)) {
        return denial(FORBIDDEN, acting->group);
    }
    if (action->feature == NULL) return denial(ACCEPTED, 0);
    const uint32_t blocked = group_blocked_by(state, acting->group);
    if (blocked != 0) return denial(BLOCKED, blocked);
    return on_path(state, acting->group, bytes_of_text(action->feature), ms);
}

static struct constraint of_anybody(const struct state *state, const struct acting *acting)
{
    if (acting->user != 0) return by_blocks(state, acting->user);
    return denial(acting->actor == 0 ? UNKNOWN_USER : ACCEPTED, 0);
}

static struct constraint by_row(const struct state *state, const struct action *action,
                                const struct acting *acting, uint64_t ms)
{
    switch (action->of) {
    case ACTION_OF_USER:
        return of_user(state, action, acting->user, ms);
    case ACTION_OF_ADMIN:
        return of_admin(state, action, acting, ms);
    case ACTION_OF_ANYBODY:
        return of_anybody(state, acting);
    }
    return denial(ACCEPTED, 0);
}

struct constraint action_access(const struct state *state, const struct action *action,
                                const struct acting *acting, uint64_t ms)
{
    const bool        is_limited = server_at(state)->limited_reason != NOT_LIMITED;
    struct constraint first = denial(ACCEPTED, 0);
    if (action->is_closed && is_limited) first = denial(LIMITED_MODE, SERVER_GROUP);
    deny(&first, by_row(state, action, acting, ms));
    return first;
}
