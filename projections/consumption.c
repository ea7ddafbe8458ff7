#include "projections/consumption.h"

#include "projections/access.h"
#include "projections/actors.h"
#include "projections/bindings.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/users.h"

#include <assert.h>

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

static bool is_by_same(const struct state *state, const struct taking *taking, uint64_t ms)
{
    if (taking->held == 0 || taking->group == 0) return false;
    if (lease_is_over(state, taking->held, ms)) return false;
    const struct holding *holding = holding_at(state, taking->held);
    if (holding_group(state, taking->held) != taking->group) return false;
    const bool is_named = taking->consumption->user.size != 0;
    return is_named ? taking->user != 0 && holding->user == taking->user : holding->user == 0;
}

static struct lease_told lease_told_by(const struct taking *taking)
{
    return (struct lease_told){taking->consumption->lease_ms, taking->consumption->lease_set};
}

static bool is_licensed(const struct state *state, const struct taking *taking)
{
    return taking->resource != 0 && resource_at(state, taking->resource)->vendor != 0 &&
           taking->kind != FEATURE;
}

static bool has_need(const struct state *state, const struct taking *taking)
{
    return resource_at(state, taking->resource)->needs != 0;
}

static struct need need_of(const struct taking *taking, uint64_t ms)
{
    return (struct need){.resource = taking->resource,
                         .group = taking->group,
                         .user = taking->user,
                         .needed = taking->consumption->needed,
                         .ms = ms};
}

// T10: a device is met in one direction or the other, everything else in none. A unit to be bound
// to is named only where one is needed.
static bool judge_form(struct question *question, const struct taking *taking)
{
    const bool is_directed = taking->consumption->direction != DIRECTION_ABSENT;
    if (taking->unit.size == 0) {
        refuse_malformed(question, "unit");
    } else if (taking->resource == 0 || !resource_at(question->state, taking->resource)->has_kind) {
        return true;
    } else if (is_directed != (taking->kind == PER_DEVICE)) {
        refuse_malformed(question, "direction");
    } else if (taking->consumption->needed.at != NULL && !has_need(question->state, taking)) {
        refuse_malformed(question, "needed");
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
    if (!user_is_told(question, taking->user)) {
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

// Windows before limits, and within each the nearest to the leaf first (X08).
static void judge_room(struct question *question, const struct taking *taking)
{
    const struct state *state = question->state;
    struct constraint   full[PATH_NODE_MAX];
    uint32_t            count = 0;
    for (uint32_t i = 0; i < taking->path.count; i++) {
        const struct quota_node *node = &taking->path.nodes[i];
        if (quota_room(node) > 0 || (node->group == SERVER_GROUP && !is_licensed(state, taking))) {
            continue;
        }
        const struct constraint constraint =
            node_objection(question->state, node, taking->resource, question->now_ms);
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

void unit_judge_held(struct question *question, uint32_t held, struct bytes unit)
{
    const uint32_t group = holding_group(question->state, held);
    const bool     is_told = actor_reads(question->state, question->actor, group);
    refuse(question, (struct constraint){.code = UNIT_HELD,
                                         .group = is_told ? group : 0,
                                         .limit = LIMIT_NONE,
                                         .used = LIMIT_NONE,
                                         .until_ms = TIME_NEVER,
                                         .name = unit});
}

// A file with it would not be enough where nodes of the path lack it too.
static void judge_unlicensed(struct question *question, const struct taking *taking)
{
    const struct state *state = question->state;
    refuse(question, (struct constraint){.code = NO_LICENSE,
                                         .group = SERVER_GROUP,
                                         .limit = LIMIT_NONE,
                                         .used = LIMIT_NONE,
                                         .until_ms = TIME_NEVER,
                                         .name = taking->consumption->resource});
    judge_room(question, taking);
    for (uint32_t at = taking->resource == 0 ? taking->group : 0; at != 0;
         at = group_at(state, at)->parent) {
        if (!group_at(state, at)->is_restricted) continue;
        refuse(question, (struct constraint){.code = LIMIT_REACHED,
                                             .group = at,
                                             .until_ms = TIME_NEVER,
                                             .name = taking->consumption->resource});
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
    if (taking->held != 0) unit_judge_held(question, taking->held, taking->consumption->unit);
    if (!is_licensed(state, taking)) {
        judge_unlicensed(question, taking);
        return;
    }
    judge_room(question, taking);
    if (taking->user != 0) {
        user_judge_unit(question, taking->user, taking->resource, taking->group);
    }
    if (!has_need(state, taking)) return;
    const struct need need = need_of(taking, question->now_ms);
    binding_judge(question, &need);
}

// Granted before every check of state; only another direction of a device is news (T07, T10), and a
// lease that begins anew (X11).
static void judge_again(struct question *question, const struct taking *taking)
{
    const uint8_t           bit = unit_direction(taking->consumption->direction);
    const uint8_t           directions = holding_at(question->state, taking->held)->directions;
    const struct lease_told told = lease_told_by(taking);
    question->is_no_news = (directions | bit) == directions &&
                           !lease_is_news(question->state, taking->held, &told, question->now_ms);
}

void consumption_judge(struct question *question, const struct event *event)
{
    struct taking taking;
    taking.path.count = 0;
    find_names(question->state, &event->of.consumption, &taking);
    if (!judge_form(question, &taking)) return;
    if (!is_by_same(question->state, &taking, question->now_ms)) {
        judge_taking(question, &taking);
        return;
    }
    judge_again(question, &taking);
}

static void bind(struct state *state, uint32_t holding, const struct need *need)
{
    enum refusal   code = ACCEPTED;
    const uint32_t needed = binding_find(state, need, &code);
    assert(needed != 0);
    binding_make(state, holding, needed);
}

void consumption_apply(struct change_context *context, const struct event *event)
{
    struct state *state = context->state;
    struct taking taking;
    find_names(state, &event->of.consumption, &taking);
    const uint8_t           bit = unit_direction(taking.consumption->direction);
    const struct lease_told told = lease_told_by(&taking);
    if (taking.held != 0) {
        struct holding *held = holding_edit(state, taking.held);
        held->directions = (uint8_t)(held->directions | bit);
        lease_take(context, taking.held, &told);
        return;
    }
    const struct holding fresh = {.id = context->id,
                                  .account = account_open(state, taking.group, taking.resource),
                                  .user = taking.user,
                                  .directions = bit,
                                  .is_service = taking.consumption->purpose == PURPOSE_SERVICE};
    const uint32_t       at = holding_add(state, &fresh, taking.unit);
    const struct need    need = need_of(&taking, context->now_ms);
    if (has_need(state, &taking)) bind(state, at, &need);
    lease_take(context, at, &told);
}
