#include "projections/holdings.h"

#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/users.h"

#include <assert.h>
#include <string.h>

enum { DIRECTIONS_BOTH = 1 << DIRECTION_IN | 1 << DIRECTION_OUT };

struct bytes unit_fold(enum resource_kind kind, struct bytes unit, uint8_t *room)
{
    static const uint8_t dropped[] = {':', '-', '.', ' '};
    struct buffer        folded = buffer_over(room, NAME_SIZE_MAX);
    if (kind != PER_DEVICE) return unit;
    for (size_t i = 0; i < unit.size; i++) {
        const uint8_t byte = unit.at[i];
        if (memchr(dropped, byte, sizeof dropped) != NULL) continue;
        buffer_add_byte(&folded, byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte);
    }
    return buffer_bytes(&folded);
}

static uint32_t resource_of(const struct state *state, uint32_t holding)
{
    return account_at(state, holding_at(state, holding)->account)->resource;
}

bool holding_is_there(const struct state *state, uint32_t holding)
{
    if (server_at(state)->first_cut == 0) return true;
    const uint32_t account = holding_at(state, holding)->account;
    return group_is_there(state, account_at(state, account)->group);
}

uint32_t holding_find(const struct state *state, uint32_t resource, struct bytes unit)
{
    uint32_t at = state_first(state, INDEX_UNIT, state_hash(state, resource, unit));
    for (; at != 0; at = state_next(state, INDEX_UNIT, at)) {
        if (!text_is(state, holding_at(state, at)->unit, unit)) continue;
        if (resource_of(state, at) == resource && holding_is_there(state, at)) return at;
    }
    return 0;
}

// --- Lists ------------------------------------------------------------------

static void link_holding(struct state *state, uint32_t at)
{
    struct holding  *holding = holding_edit(state, at);
    struct account  *account = account_edit(state, holding->account);
    struct resource *resource = resource_edit(state, account->resource);
    holding->previous = resource->last_holding;
    if (resource->last_holding == 0) {
        resource->first_holding = at;
    } else {
        holding_edit(state, resource->last_holding)->next = at;
    }
    resource->last_holding = at;
    resource->holding_count++;
    holding->previous_of_account = account->last_holding;
    if (account->last_holding == 0) {
        account->first_holding = at;
    } else {
        holding_edit(state, account->last_holding)->next_of_account = at;
    }
    account->last_holding = at;
    if (holding->user == 0) return;
    struct user *user = user_edit(state, holding->user);
    holding->next_of_user = user->first_holding;
    if (user->first_holding != 0) holding_edit(state, user->first_holding)->previous_of_user = at;
    user->first_holding = at;
    user->holding_count++;
    const uint32_t held = user_held(state, holding->user, account->resource);
    if (held > resource->most_of_user) resource->most_of_user = held;
}

static void unlink_from_user(struct state *state, const struct holding *holding)
{
    if (holding->user == 0) return;
    struct user *user = user_edit(state, holding->user);
    user->holding_count--;
    if (holding->previous_of_user == 0) {
        user->first_holding = holding->next_of_user;
    } else {
        holding_edit(state, holding->previous_of_user)->next_of_user = holding->next_of_user;
    }
    if (holding->next_of_user == 0) return;
    holding_edit(state, holding->next_of_user)->previous_of_user = holding->previous_of_user;
}

static void unlink_holding(struct state *state, uint32_t at)
{
    const struct holding holding = *holding_at(state, at);
    struct account      *account = account_edit(state, holding.account);
    struct resource     *resource = resource_edit(state, account->resource);
    resource->holding_count--;
    if (holding.previous == 0) {
        resource->first_holding = holding.next;
    } else {
        holding_edit(state, holding.previous)->next = holding.next;
    }
    if (holding.next == 0) {
        resource->last_holding = holding.previous;
    } else {
        holding_edit(state, holding.next)->previous = holding.previous;
    }
    const uint32_t before = holding.previous_of_account, after = holding.next_of_account;
    if (before == 0) {
        account->first_holding = after;
    } else {
        holding_edit(state, before)->next_of_account = after;
    }
    if (after == 0) {
        account->last_holding = before;
    } else {
        holding_edit(state, after)->previous_of_account = before;
    }
    unlink_from_user(state, &holding);
}

void holding_remove(struct state *state, uint32_t holding)
{
    quota_discharge(state, holding);
    unlink_holding(state, holding);
    state_index_remove(state, INDEX_UNIT, holding);
    text_drop(state, holding_at(state, holding)->unit);
    state_give(state, POOL_HOLDING, holding);
}

// --- Consumption ------------------------------------------------------------

// The names of a consumption, found; 0 where one is not there.
struct taking {
    const struct consumption *consumption;
    uint32_t                  resource, group, user, held;
    enum resource_kind        kind;
    struct bytes              unit;
    uint8_t                   room[NAME_SIZE_MAX];
    struct quota_path         path;
};

static void find_names(const struct state *state, const struct consumption *consumption,
                       struct taking *taking)
{
    taking->consumption = consumption;
    taking->resource = resource_find(state, consumption->resource);
    taking->group = group_find(state, consumption->group);
    taking->user = consumption->user.size == 0 ? 0 : user_find(state, consumption->user);
    taking->kind = PER_SERVER;
    // A name that only packages have is of no kind yet.
    if (taking->resource != 0 && resource_at(state, taking->resource)->has_kind) {
        taking->kind = (enum resource_kind)resource_at(state, taking->resource)->kind;
    }
    taking->unit = unit_fold(taking->kind, consumption->unit, taking->room);
    taking->held = 0;
    if (taking->resource != 0) taking->held = holding_find(state, taking->resource, taking->unit);
}

static uint8_t direction_bit(uint64_t direction)
{
    if (direction == DIRECTION_ABSENT) return 0;
    return (uint8_t)(1U << direction);
}

static bool is_by_same(const struct state *state, const struct taking *taking)
{
    if (taking->held == 0 || taking->group == 0) return false;
    const struct holding *holding = holding_at(state, taking->held);
    if (account_at(state, holding->account)->group != taking->group) return false;
    const bool is_named = taking->consumption->user.size != 0;
    return is_named ? taking->user != 0 && holding->user == taking->user : holding->user == 0;
}

static bool is_licensed(const struct state *state, const struct taking *taking)
{
    return taking->resource != 0 && resource_at(state, taking->resource)->vendor != 0 &&
           taking->kind != FEATURE;
}

// T10: a device is met in one direction or the other, everything else in none.
static bool judge_form(struct question *question, const struct taking *taking)
{
    const bool is_directed = taking->consumption->direction != DIRECTION_ABSENT;
    if (taking->unit.size == 0) {
        refuse_malformed(question, "unit");
    } else if (taking->resource == 0 || !resource_at(question->state, taking->resource)->has_kind) {
        return true;
    } else if (is_directed != (taking->kind == PER_DEVICE)) {
        refuse_malformed(question, "direction");
    }
    return !is_refused(question);
}

// T13: while limited, no new equipment; what is held is not new, and a user's unit of a saved
// allocation is no equipment.
static void judge_mode(struct question *question, const struct taking *taking)
{
    if (server_at(question->state)->limited_reason == NOT_LIMITED) return;
    const bool is_equipment = taking->kind == PER_CHANNEL || taking->kind == PER_DEVICE;
    if (!is_equipment && taking->consumption->user.size != 0) return;
    if (taking->held != 0) return;
    refuse_at(question, LIMITED_MODE, SERVER_GROUP);
}

// An agent of a part of the tree is told of no user outside of it.
static void judge_names(struct question *question, const struct taking *taking)
{
    const struct state       *state = question->state;
    const struct consumption *consumption = taking->consumption;
    if (taking->group == 0) refuse_name(question, UNKNOWN_GROUP, consumption->group);
    if (consumption->user.size == 0) return;
    const bool is_seen =
        taking->user != 0 &&
        (actor_is_server_wide(state, question->actor) ||
         user_is_within(state, taking->user, actor_at(state, question->actor)->group));
    if (!is_seen) {
        refuse_name(question, UNKNOWN_USER, consumption->user);
    } else if (taking->group != 0 && member_find(state, taking->user, taking->group) == 0) {
        refuse_at(question, NOT_A_MEMBER, taking->group);
    }
}

static void judge_blocks(struct question *question, uint32_t group)
{
    for (uint32_t at = group; at != 0; at = group_at(question->state, at)->parent) {
        if (group_at(question->state, at)->is_blocked) refuse_at(question, BLOCKED, at);
    }
}

static const enum refusal validity_codes[] = {
    [VALIDITY_NONE] = LIMIT_REACHED,
    [VALIDITY_NOT_YET] = NOT_YET_VALID,
    [VALIDITY_OVER] = EXPIRED,
    [VALIDITY_ON] = LIMIT_REACHED,
};

// What a node without room objects.
static struct constraint objection(const struct state *state, const struct quota_node *node,
                                   uint32_t resource, uint64_t ms)
{
    struct constraint constraint = {.code = LIMIT_REACHED,
                                    .group = node->group,
                                    .limit = node->limit,
                                    .used = node->used,
                                    .until_ms = TIME_NEVER};
    if (node->limit != 0) return constraint;
    const enum validity validity =
        validity_at(state, node->group, resource, ms, &constraint.until_ms);
    constraint.code = validity_codes[validity];
    return constraint;
}

// Windows before limits, and within each the nearest to the leaf first (X08).
static void judge_room(struct question *question, const struct taking *taking)
{
    struct constraint full[PATH_NODE_MAX];
    uint32_t          count = 0;
    for (uint32_t i = 0; i < taking->path.count; i++) {
        const struct quota_node *node = &taking->path.nodes[i];
        if (quota_room(node) > 0) continue;
        const struct constraint constraint =
            objection(question->state, node, taking->resource, question->now_ms);
        if (constraint.code == LIMIT_REACHED) {
            full[count++] = constraint;
        } else {
            refuse(question, constraint);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        refuse(question, full[i]);
    }
}

// In the order of X08; what needs both group and resource waits until they are known.
static void judge_taking(struct question *question, struct taking *taking)
{
    const struct state *state = question->state;
    judge_mode(question, taking);
    judge_names(question, taking);
    const bool is_user_known = taking->consumption->user.size == 0 || taking->user != 0;
    if (taking->group == 0 || !is_user_known) return;
    if (taking->resource != 0) quota_path(state, taking->group, taking->resource, &taking->path);
    judge_blocks(question, taking->group);
    if (taking->user != 0) user_judge_blocks(question, taking->user, taking->group);
    if (taking->held != 0) refuse_name(question, UNIT_HELD, taking->consumption->unit);
    if (!is_licensed(state, taking)) {
        struct constraint constraint = {.code = NO_LICENSE,
                                        .group = SERVER_GROUP,
                                        .limit = LIMIT_NONE,
                                        .used = LIMIT_NONE,
                                        .until_ms = TIME_NEVER,
                                        .name = taking->consumption->resource};
        refuse(question, constraint);
        return;
    }
    judge_room(question, taking);
    if (taking->user == 0) return;
    user_judge_unit(question, taking->user, taking->resource, taking->group);
}

void consumption_judge(struct question *question, const struct event *event)
{
    struct taking taking;
    taking.path.count = 0;
    find_names(question->state, &event->of.consumption, &taking);
    if (!judge_form(question, &taking)) return;
    if (!is_by_same(question->state, &taking)) {
        judge_taking(question, &taking);
        return;
    }
    // Granted before every check of state; only another direction of a device is news (T07, T10).
    const uint8_t bit = direction_bit(taking.consumption->direction);
    question->is_no_news = (holding_at(question->state, taking.held)->directions | bit) ==
                           holding_at(question->state, taking.held)->directions;
}

void consumption_apply(struct change_context *context, const struct event *event)
{
    struct state *state = context->state;
    struct taking taking;
    find_names(state, &event->of.consumption, &taking);
    const uint8_t bit = direction_bit(taking.consumption->direction);
    if (taking.held != 0) {
        struct holding *held = holding_edit(state, taking.held);
        held->directions = (uint8_t)(held->directions | bit);
        return;
    }
    const uint32_t  at = state_take(state, POOL_HOLDING);
    const uint32_t  account = account_open(state, taking.group, taking.resource);
    struct holding *holding = holding_edit(state, at);
    holding->id = context->id;
    holding->unit = text_add(state, taking.unit);
    holding->account = account;
    holding->user = taking.user;
    holding->directions = bit;
    quota_charge(state, account);
    link_holding(state, at);
    state_index_add(state, INDEX_UNIT, at, state_hash(state, taking.resource, taking.unit));
}

// --- Release ----------------------------------------------------------------

static uint32_t find_released(const struct state *state, const struct release *release)
{
    uint8_t        room[NAME_SIZE_MAX];
    const uint32_t resource = resource_find(state, release->resource);
    if (resource == 0) return 0;
    const enum resource_kind kind = (enum resource_kind)resource_at(state, resource)->kind;
    return holding_find(state, resource, unit_fold(kind, release->unit, room));
}

void release_judge(struct question *question, const struct event *event)
{
    const struct release *release = &event->of.release;
    const struct state   *state = question->state;
    const uint32_t        at = find_released(state, release);
    // What is held out of the asker's reach reads as not held.
    const bool            is_seen =
        at != 0 && actor_reads(state, question->actor,
                               account_at(state, holding_at(state, at)->account)->group);
    const uint8_t bit = direction_bit(release->direction);
    if (!is_seen) {
        refuse_name(question, NOT_HELD, release->unit);
        return;
    }
    const struct resource *resource = resource_at(state, resource_of(state, at));
    question->charged = account_at(state, holding_at(state, at)->account)->group;
    if (bit != 0 && resource->kind != PER_DEVICE) {
        refuse_malformed(question, "direction");
    } else if (bit != 0 && (holding_at(state, at)->directions & bit) == 0) {
        refuse_name(question, NOT_HELD, release->unit);
    }
}

void release_apply(struct change_context *context, const struct event *event)
{
    const struct release *release = &event->of.release;
    struct state         *state = context->state;
    const uint32_t        at = find_released(state, release);
    const uint8_t         bit = direction_bit(release->direction);
    const uint8_t         given = bit == 0 ? DIRECTIONS_BOTH : bit;
    struct holding       *holding = holding_edit(state, at);
    holding->directions = (uint8_t)(holding->directions & ~given);
    if (holding->directions == 0) holding_remove(state, at);
}

// --- Access -----------------------------------------------------------------

// How many of the user's holdings of the resource are older.
static uint32_t seniority_of(const struct state *state, uint32_t holding)
{
    const uint32_t resource = resource_of(state, holding);
    uint32_t       count = 0;
    uint32_t       at = user_first_held(state, holding_at(state, holding)->user);
    for (; at != 0; at = user_next_held(state, at)) {
        if (resource_of(state, at) != resource) continue;
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
        user_quota_enforced(state, own->user, resource_of(state, holding), ms);
    if (seniority_of(state, holding) < quota.maximum) return access;
    access.code = quota.is_own_limit ? USER_LIMIT : STRICTEST_GROUP;
    access.group = quota.group;
    access.limit = quota.maximum;
    access.used = quota.used;
    return access;
}

// A block anywhere above, of the charged group or of another group of the user.
static uint32_t blocked_above(const struct state *state, uint32_t group)
{
    while (group != 0 && !group_at(state, group)->is_blocked) {
        group = group_at(state, group)->parent;
    }
    return group;
}

static uint32_t blocked_for(const struct state *state, uint32_t holding)
{
    const struct holding *own = holding_at(state, holding);
    uint32_t              found = blocked_above(state, account_at(state, own->account)->group);
    if (found != 0 || own->user == 0) return found;
    uint32_t at = user_first_member(state, own->user);
    for (; at != 0 && found == 0; at = user_next_member(state, at)) {
        found = blocked_above(state, member_at(state, at)->group);
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
        if (account_keeps(state, at, holding)) continue;
        const struct account   *account = account_at(state, at);
        const struct quota_node node = {account->group, at, account_limit(state, at),
                                        account->used};
        const struct constraint one = objection(state, &node, account->resource, ms);
        if (one.code != LIMIT_REACHED) return one;
        if (nearest.code == ACCEPTED) nearest = one;
    }
    return nearest;
}

struct constraint holding_access(const struct state *state, uint32_t holding, uint64_t ms)
{
    struct constraint access = {
        .code = BLOCKED, .limit = LIMIT_NONE, .used = LIMIT_NONE, .until_ms = TIME_NEVER};
    access.group = blocked_for(state, holding);
    if (access.group != 0) return access;
    if (holding_is_kept(state, holding)) return user_access(state, holding, ms);
    return cut_access(state, holding, ms);
}
