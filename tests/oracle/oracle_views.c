// The second half of oracle.h: what is answered to questions, and changes nothing.
#include "core/base/name.h"
#include "tests/oracle/access.h"
#include "tests/oracle/matter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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
    if (access_block(facts, group) != NULL) return IS_BLOCKED;
    if (amounts_maximum(facts, group, resource, now) > 0) return IS_ON;
    const enum refusal closed = amounts_closed(facts, group, resource, now, &node);
    if (closed == EXPIRED) return IS_EXPIRED;
    return closed == NOT_YET_VALID ? IS_NOT_YET_VALID : IS_OFF;
}

// The first later edge at which the maximum changes.
static void look_ahead(const struct facts *facts, const struct group_row *group,
                       struct bytes resource, uint64_t now_ms, struct oracle_state *state)
{
    struct timeline instants = amounts_timeline(facts, now_ms);
    uint64_t        former = state->maximum;
    state->next_ms = TIME_NEVER;
    state->next_maximum = state->maximum;
    state->until_ms = amounts_until(facts, group, resource, now_ms);
    for (uint32_t i = 1; i < instants.count; i++) {
        const struct moment then = {instants.ms[i], CURRENT_FILES};
        const uint64_t      maximum = amounts_maximum(facts, group, resource, then);
        if (maximum != former && state->next_ms == TIME_NEVER) {
            state->next_ms = then.ms;
            state->next_maximum = maximum;
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

// B12. Of what needs another resource: no more than can be bound, units that are held and free to
// be bound included.
static uint64_t activatable(const struct facts *facts, const struct group_row *group,
                            struct bytes resource, struct moment now)
{
    const struct bytes needed = facts_needed(facts, resource);
    uint64_t           unbound = 0;
    if (needed.size == 0) return UNLIMITED;
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        if (!bytes_is_equal(holding->resource, needed)) continue;
        if (!path_is_within(facts_group_of_id(facts, holding->group)->path, group->path)) continue;
        if (holding->purpose != PURPOSE_USER || facts_bound(facts, holding->id) != NULL) continue;
        unbound++;
    }
    return least(amounts_available(facts, group, resource, now),
                 amounts_available(facts, group, needed, now) + unbound);
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
        .activatable = activatable(facts, node, resource, now),
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
        .is_on = amounts_has_feature(facts, node, feature, (struct moment){time_ms, CURRENT_FILES}),
        .until_ms = TIME_NEVER,
    };
    struct timeline instants = amounts_timeline(facts, time_ms);
    bool            former = answer.is_on;
    for (uint32_t i = 1; i < instants.count && answer.until_ms == TIME_NEVER; i++) {
        const bool is_on = amounts_has_feature(facts, node, feature,
                                               (struct moment){instants.ms[i], CURRENT_FILES});
        if (former && !is_on) answer.until_ms = instants.ms[i];
        former = is_on;
    }
    amounts_release(&instants);
    if (access_block(facts, node) != NULL) answer.is_on = false; // X12
    return answer;
}

// --- B30, B42: access ---------------------------------------------------------------------------

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
    struct access      *all = access_of_all(facts, time_ms);
    const struct access access = all[at];
    free(all);
    return (struct oracle_access){
        .is_granted = access.is_granted,
        .code = access.code,
        .node = access.node == NULL ? (struct bytes){NULL, 0}
               : access.node->path,
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
    return (struct oracle_mode){facts->is_limited, facts->reason, facts->since_ms};
}

uint64_t oracle_next_edge(const struct oracle *oracle, uint64_t time_ms)
{
    return oracle_next_instant(oracle_facts(oracle), time_ms);
}

// --- T19, B32-B37: who connects, what a user may do ---------------------------------------------

// A number from the start of the text, up to the first sign that is none.
static bool cut_number(struct bytes *text, uint64_t *number)
{
    bool has_digit = false;
    for (*number = 0; text->size > 0 && text->at[0] >= '0' && text->at[0] <= '9';
         has_digit = true) {
        if (*number < 1000000) *number = *number * 10 + (uint64_t)(text->at[0] - '0');
        *text = bytes_after(*text, 1);
    }
    return has_digit;
}

enum refusal oracle_connect(const struct oracle *oracle, struct bytes version)
{
    struct bytes rest = version;
    uint64_t     major = 0;
    uint64_t     minor = 0;
    if (!oracle_facts(oracle)->is_limited) return ACCEPTED;
    if (!cut_number(&rest, &major) || rest.size == 0 || rest.at[0] != '.') return CLIENT_TOO_OLD;
    rest = bytes_after(rest, 1);
    if (!cut_number(&rest, &minor)) return CLIENT_TOO_OLD;
    const bool is_old = major < 4 || (major == 4 && minor <= 4);
    return is_old ? CLIENT_TOO_OLD : ACCEPTED;
}

struct gate {
    const char *action;
    const char *feature;  // NULL: none
    const char *resource; // NULL: none
};

static const struct gate user_gates[] = {
    {"sip.call",       NULL,                  "sip_number"},
    {"mobile.use",     NULL,                  "mobile_app"},
    {"door.open",      "remote_door_opening", "mobile_app"},
    {"siri.use",       "siri",                "mobile_app"},
    {"watch.use",      "apple_watch",         "mobile_app"},
    {"guest.manage",   "guest_access",        NULL        },
    {"elevator.call",  "elevator",            NULL        },
    {"amenities.book", "amenities",           NULL        },
};

static const struct gate admin_gates[] = {
    {"elevator.configure",  "elevator",  NULL},
    {"amenities.configure", "amenities", NULL},
    {"lpr.configure",       "lpr",       NULL},
};

enum {
    USER_GATE_COUNT = sizeof user_gates / sizeof user_gates[0],
    ADMIN_GATE_COUNT = sizeof admin_gates / sizeof admin_gates[0],
};

const char *oracle_user_action(uint32_t index)
{
    return index < USER_GATE_COUNT ? user_gates[index].action : NULL;
}

const char *oracle_admin_action(uint32_t index)
{
    return index < ADMIN_GATE_COUNT ? admin_gates[index].action : NULL;
}

bool oracle_user_may(const struct oracle *oracle, uint64_t time_ms, struct bytes user,
                     const char *action)
{
    const struct facts    *facts = oracle_facts(oracle);
    const struct user_row *row = facts_user(facts, user);
    for (uint32_t i = 0; i < USER_GATE_COUNT && row != NULL; i++) {
        const struct gate *gate = &user_gates[i];
        if (strcmp(gate->action, action) != 0) continue;
        const bool has_feature =
            gate->feature == NULL ||
            access_has_feature(facts, row->id, bytes_of_text(gate->feature), time_ms);
        const bool has_unit =
            gate->resource == NULL ||
            access_has_unit(facts, row->id, bytes_of_text(gate->resource), time_ms);
        return has_feature && has_unit;
    }
    return false;
}

bool oracle_admin_may(const struct oracle *oracle, uint64_t time_ms, struct bytes actor,
                      struct bytes group, const char *action)
{
    const struct facts     *facts = oracle_facts(oracle);
    const struct actor_row *row = facts_actor(facts, actor);
    if (facts->is_limited || row == NULL) return false;
    const struct bytes reach = facts_group_of_id(facts, row->group)->path;
    if (row->role != SERVER_ADMIN && row->role != SITE_ADMIN) return false;
    if (!path_is_within(group, reach)) return false;
    for (uint32_t i = 0; i < ADMIN_GATE_COUNT; i++) {
        if (strcmp(admin_gates[i].action, action) != 0) continue;
        return oracle_feature(oracle, time_ms, group, bytes_of_text(admin_gates[i].feature)).is_on;
    }
    return false;
}

bool oracle_leaves_open(const struct oracle *oracle, const char *action)
{
    static const char *const closed[] = {"archive.view", "video.view", "operator.ui"};
    const bool               is_way_out =
        strcmp(action, "settings.license") == 0 || strcmp(action, "settings.eula") == 0;
    if (!oracle_facts(oracle)->is_limited || is_way_out) return true;
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        if (strcmp(closed[i], action) == 0) return false;
    }
    return strncmp(action, "settings.", 9) != 0;
}

bool oracle_must_sign(const struct oracle *oracle, struct bytes actor, enum kind kind)
{
    const struct facts     *facts = oracle_facts(oracle);
    const struct actor_row *row = facts_actor(facts, actor);
    if (kind_row((uint64_t)kind)->is_administrative) return true;
    return facts->must_sign || (row != NULL && row->must_sign);
}
