// The second half of oracle.h: what is answered to questions, and changes nothing.
#include "core/base/name.h"
#include "tests/oracle/oracle.h"

#include <assert.h>
#include <stdlib.h>

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

// --- X03: who is suspended ----------------------------------------------------------------------

struct walk {
    bool                    *is_kept;
    const struct group_row **node; // by holding: the first that had no room
};

static struct walk walk(const struct facts *facts, struct bytes resource, struct moment moment)
{
    const uint32_t count = facts_count(facts, FACT_HOLDING);
    struct walk    walk = {
           .is_kept = calloc(count + 1, sizeof *walk.is_kept),
           .node = calloc(count + 1, sizeof(const struct group_row *)),
    };
    if (walk.is_kept == NULL || walk.node == NULL) abort();
    amounts_walk(facts, resource, moment, walk.is_kept, walk.node);
    return walk;
}

static void end_walk(struct walk *walk)
{
    free(walk->is_kept);
    free((void *)walk->node);
}

struct units {
    struct bytes *units;
    uint32_t      count;
    uint32_t      count_max;
};

static void add_unit(struct units *units, struct bytes unit)
{
    if (units->count < units->count_max) units->units[units->count] = unit;
    units->count++;
}

// Units of the subtree without room: now; or later, once what is pending comes into force (T16).
static void find_units(const struct facts *facts, const struct group_row *node,
                       struct bytes resource, uint64_t ms, struct units *now, struct units *later)
{
    const struct moment enforced = {ms, ENFORCED_FILES};
    const struct moment current = {ms, CURRENT_FILES};
    struct walk         now_walk = walk(facts, resource, enforced);
    struct walk         later_walk = walk(facts, resource, current);
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        if (!bytes_is_equal(holding->resource, resource)) continue;
        if (!path_is_within(facts_group_of_id(facts, holding->group)->path, node->path)) continue;
        if (!now_walk.is_kept[i])
            add_unit(now, holding->unit);
        else if (!later_walk.is_kept[i])
            add_unit(later, holding->unit);
    }
    end_walk(&now_walk);
    end_walk(&later_walk);
}

uint32_t oracle_suspended_units(const struct oracle *oracle, uint64_t time_ms,
                                struct bytes resource, struct bytes *units, uint32_t unit_max)
{
    const struct facts *facts = oracle_facts(oracle);
    struct units        now = {.units = units, .count_max = unit_max};
    struct units        later = {.units = NULL};
    find_units(facts, facts_at(facts, FACT_GROUP, 0), resource, time_ms, &now, &later);
    return now.count;
}

uint32_t oracle_pending_units(const struct oracle *oracle, uint64_t time_ms, struct bytes resource,
                              struct bytes *units, uint32_t unit_max)
{
    const struct facts *facts = oracle_facts(oracle);
    struct units        now = {.units = NULL};
    struct units        later = {.units = units, .count_max = unit_max};
    find_units(facts, facts_at(facts, FACT_GROUP, 0), resource, time_ms, &now, &later);
    return later.count;
}

// --- B15, B16: the state of a group -------------------------------------------------------------

static enum availability availability_of(const struct facts *facts, const struct group_row *group,
                                         struct bytes resource, struct moment now)
{
    const struct group_row *node = NULL;
    if (amounts_maximum(facts, group, resource, now) > 0) return IS_ON;
    const enum refusal closed = amounts_closed(facts, group, resource, now, &node);
    if (closed == EXPIRED) return IS_EXPIRED;
    return closed == NOT_YET_VALID ? IS_NOT_YET_VALID : IS_OFF;
}

// The first later edges at which the maximum changes, and at which it becomes 0.
static void look_ahead(const struct facts *facts, const struct group_row *group,
                       struct bytes resource, uint64_t now_ms, struct oracle_state *state)
{
    struct timeline instants = amounts_timeline(facts, now_ms);
    uint64_t        former = state->maximum;
    state->next_ms = TIME_NEVER;
    state->next_maximum = state->maximum;
    state->until_ms = TIME_NEVER;
    for (uint32_t i = 1; i < instants.count; i++) {
        const struct moment then = {instants.ms[i], CURRENT_FILES};
        const uint64_t      maximum = amounts_maximum(facts, group, resource, then);
        if (maximum != former && state->next_ms == TIME_NEVER) {
            state->next_ms = then.ms;
            state->next_maximum = maximum;
        }
        if (maximum == 0 && former > 0 && state->until_ms == TIME_NEVER) {
            state->until_ms = then.ms;
        }
        former = maximum;
    }
    amounts_release(&instants);
}

static int64_t unallocated(const struct facts *facts, const struct group_row *group,
                           struct bytes resource, struct moment now)
{
    const uint64_t own = amounts_limit(facts, group, resource, now);
    if (own == UNLIMITED) return INT64_MAX;
    return (int64_t)own - (int64_t)amounts_sum_below(facts, group, resource, now);
}

struct oracle_state oracle_state(const struct oracle *oracle, uint64_t time_ms, struct bytes group,
                                 struct bytes resource)
{
    const struct facts     *facts = oracle_facts(oracle);
    const struct group_row *node = facts_group(facts, group);
    const struct moment     now = {time_ms, CURRENT_FILES};
    struct units            suspended = {.units = NULL};
    struct units            pending = {.units = NULL};
    assert(node != NULL);
    find_units(facts, node, resource, time_ms, &suspended, &pending);
    struct oracle_state state = {
        .availability = availability_of(facts, node, resource, now),
        .maximum = amounts_maximum(facts, node, resource, now),
        .used = amounts_used(facts, node, resource),
        .available = amounts_available(facts, node, resource, now),
        .own_limit = amounts_limit(facts, node, resource, now),
        .unallocated = unallocated(facts, node, resource, now),
        .suspended = suspended.count,
        .pending = pending.count,
        .bottleneck = amounts_bottleneck(facts, node, resource, now)->path,
    };
    if (state.used > state.maximum) state.over = state.used - state.maximum;
    look_ahead(facts, node, resource, time_ms, &state);
    return state;
}

struct oracle_feature oracle_feature(const struct oracle *oracle, uint64_t time_ms,
                                     struct bytes group, struct bytes feature)
{
    const struct facts     *facts = oracle_facts(oracle);
    const struct group_row *node = facts_group(facts, group);
    assert(node != NULL);
    struct oracle_feature answer = {
        .is_on = amounts_has_feature(facts, node, feature, time_ms),
        .until_ms = TIME_NEVER,
    };
    struct timeline instants = amounts_timeline(facts, time_ms);
    bool            former = answer.is_on;
    for (uint32_t i = 1; i < instants.count && answer.until_ms == TIME_NEVER; i++) {
        const bool is_on = amounts_has_feature(facts, node, feature, instants.ms[i]);
        if (former && !is_on) answer.until_ms = instants.ms[i];
        former = is_on;
    }
    amounts_release(&instants);
    return answer;
}

// --- B30, B42: access ---------------------------------------------------------------------------

// How many units of the resource the user took before this one.
static uint64_t rank_of(const struct facts *facts, uint32_t at)
{
    const struct holding_row *holding = facts_at(facts, FACT_HOLDING, at);
    uint64_t                  rank = 0;
    for (uint32_t i = 0; i < at; i++) {
        const struct holding_row *older = facts_at(facts, FACT_HOLDING, i);
        if (older->user != holding->user) continue;
        if (bytes_is_equal(older->resource, holding->resource)) rank++;
    }
    return rank;
}

// The user's newest beyond the least maximum, or the least cap, give no access.
static struct oracle_access user_access(const struct facts *facts, uint32_t at, uint64_t ms)
{
    const struct holding_row *holding = facts_at(facts, FACT_HOLDING, at);
    const struct moment       now = {ms, ENFORCED_FILES};
    const uint64_t            rank = rank_of(facts, at);
    struct oracle_access      strictest = {.is_granted = true};
    struct oracle_access      capped = {.is_granted = true};
    uint64_t                  least_maximum = UNLIMITED;
    uint64_t                  least_cap = UNLIMITED;
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != holding->user) continue;
        const struct group_row *group = facts_group_of_id(facts, row->group);
        const uint64_t          maximum = amounts_maximum(facts, group, holding->resource, now);
        const uint64_t cap = amounts_cap(facts, row->user, row->group, holding->resource, ms);
        if (maximum < least_maximum) {
            least_maximum = maximum;
            strictest = (struct oracle_access){rank < maximum, STRICTEST_GROUP, group->path};
        }
        if (cap < least_cap) {
            least_cap = cap;
            capped = (struct oracle_access){rank < cap, USER_LIMIT, group->path};
        }
    }
    return strictest.is_granted ? capped : strictest;
}

// Why the walk passed the holding by.
static struct oracle_access walk_access(const struct facts *facts, uint32_t at,
                                        const struct group_row *node, uint64_t ms)
{
    const struct holding_row *holding = facts_at(facts, FACT_HOLDING, at);
    const struct moment       now = {ms, ENFORCED_FILES};
    const struct group_row   *group = facts_group_of_id(facts, holding->group);
    const struct group_row   *closed_node = NULL;
    if (!amounts_is_licensed(facts, holding->resource, ENFORCED_FILES)) {
        return (struct oracle_access){false, NO_LICENSE, bytes_of_text("/")};
    }
    const enum refusal closed = amounts_closed(facts, group, holding->resource, now, &closed_node);
    if (closed != ACCEPTED) return (struct oracle_access){false, closed, closed_node->path};
    return (struct oracle_access){false, LIMIT_REACHED, node->path};
}

static bool find_holding(const struct facts *facts, struct bytes resource, struct bytes unit,
                         uint32_t *at)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *row = facts_at(facts, FACT_HOLDING, i);
        if (!bytes_is_equal(row->resource, resource)) continue;
        if (!bytes_is_equal(row->unit, oracle_unit(facts, resource, unit))) continue;
        *at = i;
        return true;
    }
    return false;
}

struct oracle_access oracle_access(const struct oracle *oracle, uint64_t time_ms,
                                   struct bytes resource, struct bytes unit)
{
    const struct facts *facts = oracle_facts(oracle);
    uint32_t            at = 0;
    if (!find_holding(facts, resource, unit, &at)) {
        return (struct oracle_access){
            false, NOT_HELD, {NULL, 0}
        };
    }
    const struct holding_row *holding = facts_at(facts, FACT_HOLDING, at);
    struct walk enforced = walk(facts, resource, (struct moment){time_ms, ENFORCED_FILES});
    const struct group_row *node = enforced.node[at];
    end_walk(&enforced);
    if (node != NULL) return walk_access(facts, at, node, time_ms);
    if (holding->user != USER_NONE) {
        const struct oracle_access access = user_access(facts, at, time_ms);
        if (!access.is_granted) return access;
    }
    return (struct oracle_access){
        true, ACCEPTED, {NULL, 0}
    };
}

struct oracle_user oracle_user(const struct oracle *oracle, uint64_t time_ms, struct bytes user,
                               struct bytes resource)
{
    const struct facts    *facts = oracle_facts(oracle);
    const struct user_row *row = facts_user(facts, user);
    const struct moment    now = {time_ms, CURRENT_FILES};
    assert(row != NULL);
    struct oracle_user answer = {.maximum = UNLIMITED, .available = UNLIMITED};
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *membership = facts_at(facts, FACT_MEMBERSHIP, i);
        if (membership->user != row->id) continue;
        const struct group_row *group = facts_group_of_id(facts, membership->group);
        const uint64_t          maximum = amounts_maximum(facts, group, resource, now);
        const uint64_t          cap = amounts_cap(facts, row->id, group->id, resource, time_ms);
        answer.maximum = least(answer.maximum, least(maximum, cap));
        answer.available = least(answer.available, amounts_available(facts, group, resource, now));
    }
    if (answer.maximum == UNLIMITED) answer.maximum = 0; // no membership
    answer.used = amounts_used_by(facts, row->id, resource);
    const uint64_t left = answer.maximum > answer.used ? answer.maximum - answer.used : 0;
    answer.available = least(answer.available, left);
    return answer;
}

struct oracle_mode oracle_mode(const struct oracle *oracle)
{
    const struct facts *facts = oracle_facts(oracle);
    return (struct oracle_mode){facts->is_limited, facts->reason};
}

uint64_t oracle_next_edge(const struct oracle *oracle, uint64_t time_ms)
{
    struct timeline instants = amounts_timeline(oracle_facts(oracle), time_ms);
    const uint64_t  edge = instants.count > 1 ? instants.ms[1] : TIME_NEVER;
    amounts_release(&instants);
    return edge;
}
