#include "projections/moves.h"

#include "core/base/name.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/places.h"
#include "projections/quota.h"

#include <assert.h>

bool group_move_is_allowed(const struct question *question, const struct event *event)
{
    const struct group_move *move = &event->of.group_move;
    const struct state      *state = question->state;
    if (actor_at(state, question->actor)->role != SITE_ADMIN) return false;
    return actor_reaches(state, question->actor, move->group, BELOW) &&
           actor_reaches(state, question->actor, move->parent, WITHIN);
}

// The move, looked at one resource after the other.
struct move {
    struct question *question;
    uint32_t         group, parent;
    uint32_t         bound;   // the nearest restricted group above the new place, or the server
    uint32_t         account; // the group's, of the resource that is looked at
    uint32_t         resource;
    bool             is_forced;
    struct instants  instants; // at which anything about it may change, and now
};

static void refuse_move(const struct move *move, enum refusal code, uint32_t node, uint64_t limit,
                        uint64_t used)
{
    const struct state *state = move->question->state;
    refuse(move->question,
           (struct constraint){.code = code,
                               .group = node,
                               .limit = limit,
                               .used = used,
                               .until_ms = TIME_NEVER,
                               .name = text_of(state, resource_at(state, move->resource)->name)});
}

static void collect_instants(struct move *move)
{
    const struct state *state = move->question->state;
    instants_begin(&move->instants);
    instants_add(&move->instants, move->question->now_ms);
    instants_add_node(&move->instants, state, move->group);
    instants_add_node(&move->instants, state, move->bound);
    instants_add_sums(&move->instants, state, move->account);
    instants_add_sums(&move->instants, state, account_find(state, move->bound, move->resource));
}

// What the group counts for in the sums above.
static uint64_t share(const struct move *move, struct sum_cursor *below, uint64_t ms)
{
    const struct state *state = move->question->state;
    const uint64_t      sum = sum_at_instant(below, ms);
    if (!group_at(state, move->group)->is_restricted) return sum;
    return limit_at(state, move->group, move->resource, ms);
}

static bool is_asked_at(const struct move *move, uint64_t ms)
{
    return ms >= move->question->now_ms &&
           node_is_active_at(move->question->state, move->bound, ms);
}

// --- B22: none of the moved has more than the node above --------------------

// The restricted nodes of the moved subtree that are nearest to the new place: the group itself, or
// the nearest below it.
static uint32_t next_moved(const struct move *move, uint32_t at)
{
    const struct state *state = move->question->state;
    if (!group_at(state, move->group)->is_restricted) {
        return quota_next_restricted(state, move->account, at == 0 ? move->account : at);
    }
    return at == 0 ? move->account : 0;
}

static void add_larger(const struct move *move, uint64_t ms, uint64_t limit, struct excess *excess)
{
    const struct state *state = move->question->state;
    for (uint32_t at = next_moved(move, 0); at != 0; at = next_moved(move, at)) {
        excess_add(excess, limit,
                   limit_at(state, account_at(state, at)->group, move->resource, ms));
    }
}

static void refuse_excess(const struct move *move, enum refusal code, const struct excess *excess)
{
    if (excess->asked > 0) refuse_move(move, code, move->bound, excess->limit, excess->asked);
}

static void judge_bound(struct move *move)
{
    const struct state *state = move->question->state;
    struct sum_cursor   below = sum_cursor(state, move->account);
    struct excess       excess = {0, 0};
    for (uint32_t i = 0; i < move->instants.count; i++) {
        const uint64_t ms = move->instants.ms[i];
        const uint64_t moved = share(move, &below, ms);
        if (!is_asked_at(move, ms)) continue;
        const uint64_t limit = limit_at(state, move->bound, move->resource, ms);
        // Where all of them together fit, each does.
        if (moved > limit) add_larger(move, ms, limit, &excess);
    }
    refuse_excess(move, CHILD_EXCEEDS_ANCESTOR, &excess);
}

// --- B23: all below together no more than the node has -----------------------

static void judge_sum(struct move *move)
{
    const struct state *state = move->question->state;
    struct sum_cursor   above = sum_cursor(state, account_find(state, move->bound, move->resource));
    struct sum_cursor   below = sum_cursor(state, move->account);
    struct excess       excess = {0, 0};
    if (group_at(state, move->bound)->is_oversubscribed) return;
    for (uint32_t i = 0; i < move->instants.count; i++) {
        const uint64_t ms = move->instants.ms[i];
        const uint64_t sum = sum_at_instant(&above, ms), moved = share(move, &below, ms);
        if (!is_asked_at(move, ms) || moved == 0) continue;
        excess_add(&excess, limit_at(state, move->bound, move->resource, ms), sum + moved);
    }
    refuse_excess(move, OVERSUBSCRIBED, &excess);
}

// How many instants the sums above would have to remember.
static void judge_edges(struct move *move)
{
    const struct state *state = move->question->state;
    struct sum_cursor   above = sum_cursor(state, account_find(state, move->bound, move->resource));
    struct sum_cursor   below = sum_cursor(state, move->account);
    uint64_t            last = 0;
    uint32_t            count = 0;
    for (uint32_t i = 0; i < move->instants.count; i++) {
        const uint64_t ms = move->instants.ms[i];
        const uint64_t sum = sum_at_instant(&above, ms) + share(move, &below, ms);
        if (sum != last) count++;
        last = sum;
    }
    if (count > EDGE_MAX || move->instants.is_full) {
        refuse_move(move, TOO_MANY_EDGES, move->bound, EDGE_MAX, count);
    }
}

// --- X01: no more in use than is allowed there -------------------------------

// Of the nodes that stand above the group only after the move, the nearest first.
static void judge_used(struct move *move)
{
    const struct state *state = move->question->state;
    const uint32_t      from = group_at(state, move->group)->parent;
    const uint64_t      used = account_at(state, move->account)->used;
    struct quota_path   path;
    if (move->is_forced || used == 0) return;
    quota_path(state, move->parent, move->resource, &path);
    for (uint32_t i = 0; i < path.count; i++) {
        const struct quota_node *node = &path.nodes[i];
        if (group_is_within(state, from, node->group)) return;
        if (node->used + used <= node->limit) continue;
        refuse_move(move, LIMIT_BELOW_USED, node->group, node->limit, node->used + used);
    }
}

// --- The move as a whole ----------------------------------------------------

typedef void check(struct move *move);

static void check_all(struct move *move, check *check_one)
{
    const struct state *state = move->question->state;
    uint32_t            at = group_at(state, move->group)->first_account;
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        move->account = at;
        move->resource = account_at(state, at)->resource;
        collect_instants(move);
        check_one(move);
    }
}

static bool judge_place(struct question *question, const struct group_move *asked, uint32_t group,
                        uint32_t parent)
{
    const struct state *state = question->state;
    if (group == 0) refuse_name(question, UNKNOWN_GROUP, asked->group);
    if (parent == 0) refuse_name(question, UNKNOWN_GROUP, asked->parent);
    if (group == 0 || parent == 0) return false;
    question->is_no_news = group_at(state, group)->parent == parent;
    if (question->is_no_news) return false;
    // NOLINTNEXTLINE(readability-suspicious-call-argument): below itself
    if (group_is_within(state, parent, group)) {
        refuse_at(question, CYCLE, parent);
        return false;
    }
    const struct bytes name = path_last(asked->group);
    if (group_child(state, parent, name) != 0) refuse_name(question, NAME_TAKEN, name);
    const uint32_t depth = group_depth(state, parent) + 1 + group_height(state, group);
    if (depth > DEPTH_MAX) {
        refuse(question, (struct constraint){.code = TOO_DEEP,
                                             .group = parent,
                                             .limit = DEPTH_MAX,
                                             .used = depth,
                                             .until_ms = TIME_NEVER});
    }
    return !is_refused(question);
}

void group_move_judge(struct question *question, const struct event *event)
{
    const struct group_move *asked = &event->of.group_move;
    const struct state      *state = question->state;
    struct move              move = {.question = question, .is_forced = asked->is_forced};
    move.group = group_find(state, asked->group);
    move.parent = group_find(state, asked->parent);
    if (!judge_place(question, asked, move.group, move.parent)) return;
    move.bound = group_bound(state, move.parent);
    // Below the same node as before, no limit and no sum is another one.
    if (move.bound != group_bound(state, group_at(state, move.group)->parent)) {
        check_all(&move, judge_bound);
        check_all(&move, judge_sum);
        check_all(&move, judge_edges);
    }
    check_all(&move, judge_used);
}

void group_move_apply(struct change_context *context, const struct event *event)
{
    struct state  *state = context->state;
    const uint32_t group = group_find(state, event->of.group_move.group);
    const uint32_t parent = group_find(state, event->of.group_move.parent);
    const uint32_t from = group_at(state, group)->parent;
    uint32_t       at = group_at(state, group)->first_account;
    place_leave(state, group);
    group_relink(state, group, parent);
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        const uint32_t resource = account_at(state, at)->resource;
        const uint32_t above = account_open(state, parent, resource);
        sum_contribute(state, at, -1);
        quota_move(state, at, above);
        sum_contribute(state, at, 1);
        state_note_change(state, from, resource);
        state_note_change(state, parent, resource);
    }
    state_note_change(state, group, 0);
}
