#include "projections/users.h"

#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/schedule.h"

#include <assert.h>

uint32_t user_find(const struct state *state, struct bytes name)
{
    uint32_t at = state_first(state, INDEX_USER, state_hash(state, 0, name));
    while (at != 0 && !text_is(state, user_at(state, at)->name, name)) {
        at = state_next(state, INDEX_USER, at);
    }
    return at;
}

static uint64_t member_hash(const struct state *state, uint32_t user, uint32_t group)
{
    return state_hash_number(state, user, group);
}

uint32_t member_find(const struct state *state, uint32_t user, uint32_t group)
{
    uint32_t at = state_first(state, INDEX_MEMBER, member_hash(state, user, group));
    for (; at != 0; at = state_next(state, INDEX_MEMBER, at)) {
        if (member_at(state, at)->user == user && member_at(state, at)->group == group) return at;
    }
    return 0;
}

// --- Lists of a user --------------------------------------------------------

static uint32_t member_there(const struct state *state, uint32_t member)
{
    while (member != 0 && !group_is_there(state, member_at(state, member)->group)) {
        member = member_at(state, member)->next_of_user;
    }
    return member;
}

uint32_t user_first_member(const struct state *state, uint32_t user)
{
    return member_there(state, user_at(state, user)->first_member);
}

uint32_t user_next_member(const struct state *state, uint32_t member)
{
    return member_there(state, member_at(state, member)->next_of_user);
}

uint32_t user_member_count(const struct state *state, uint32_t user)
{
    uint32_t count = 0;
    for (uint32_t at = user_first_member(state, user); at != 0; at = user_next_member(state, at)) {
        count++;
    }
    return count;
}

static uint32_t held_there(const struct state *state, uint32_t holding)
{
    while (holding != 0 && !holding_is_there(state, holding)) {
        holding = holding_at(state, holding)->next_of_user;
    }
    return holding;
}

uint32_t user_first_held(const struct state *state, uint32_t user)
{
    return held_there(state, user_at(state, user)->first_holding);
}

uint32_t user_next_held(const struct state *state, uint32_t holding)
{
    return held_there(state, holding_at(state, holding)->next_of_user);
}

// ----------------------------------------------------------------------------

bool user_is_within(const struct state *state, uint32_t user, uint32_t group)
{
    uint32_t at = user_first_member(state, user);
    for (; at != 0; at = user_next_member(state, at)) {
        if (group_is_within(state, member_at(state, at)->group, group)) return true;
    }
    return false;
}

bool user_is_all_within(const struct state *state, uint32_t user, uint32_t group)
{
    uint32_t at = user_first_member(state, user);
    if (at == 0) return false;
    for (; at != 0; at = user_next_member(state, at)) {
        if (!group_is_within(state, member_at(state, at)->group, group)) return false;
    }
    return true;
}

bool user_is_told(const struct question *question, uint32_t user)
{
    const struct state *state = question->state;
    if (user == 0) return false;
    return actor_is_server_wide(state, question->actor) ||
           user_is_within(state, user, actor_at(state, question->actor)->group);
}

// The entry of a resource in an assignment that is in force; 0 when there is none.
static uint32_t assigned_entry(const struct state *state, uint32_t member, uint32_t resource,
                               uint64_t ms)
{
    if (!window_has(member_at(state, member)->window, ms)) return 0;
    uint32_t at = member_at(state, member)->first_entry;
    while (at != 0 && entry_at(state, at)->resource != resource) {
        at = entry_at(state, at)->next;
    }
    return at;
}

uint64_t member_cap_at(const struct state *state, uint32_t member, uint32_t resource, uint64_t ms)
{
    if (!member_at(state, member)->has_assignment) return LIMIT_NONE;
    const uint32_t at = assigned_entry(state, member, resource, ms);
    if (at == 0 || entry_at(state, at)->count == ENTRY_FEATURE) return 0;
    return entry_at(state, at)->count;
}

bool member_feature_at(const struct state *state, uint32_t member, uint32_t resource, uint64_t ms)
{
    if (!member_at(state, member)->has_assignment) return true;
    const uint32_t at = assigned_entry(state, member, resource, ms);
    return at != 0 && entry_at(state, at)->count == ENTRY_FEATURE;
}

uint32_t user_held(const struct state *state, uint32_t user, uint32_t resource)
{
    uint32_t count = 0;
    uint32_t at = user_first_held(state, user);
    for (; at != 0; at = user_next_held(state, at)) {
        count += account_at(state, holding_at(state, at)->account)->resource == resource;
    }
    return count;
}

static void tighten(struct user_quota *quota, uint64_t maximum, uint32_t group, bool is_own_limit)
{
    if (maximum >= quota->maximum) return;
    quota->maximum = maximum;
    quota->group = group;
    quota->is_own_limit = is_own_limit;
}

static struct user_quota measure(const struct state *state, uint32_t user, uint32_t resource,
                                 uint64_t ms, bool is_enforced)
{
    struct user_quota quota = {.maximum = LIMIT_NONE, .available = LIMIT_NONE};
    struct quota_path path;
    uint32_t          at = user_first_member(state, user);
    quota.used = user_held(state, user, resource);
    if (at == 0) quota.maximum = 0;
    for (; at != 0; at = user_next_member(state, at)) {
        const uint32_t group = member_at(state, at)->group;
        quota_path(state, group, resource, &path);
        struct quota_node *server = &path.nodes[path.count - 1];
        if (is_enforced) server->limit = limit_enforced_at(state, resource, ms);
        tighten(&quota, quota_maximum(&path), group, false);
        tighten(&quota, member_cap_at(state, at, resource, ms), group, true);
        const uint64_t room = quota_room(quota_bottleneck(&path));
        if (room < quota.available) quota.available = room;
    }
    const uint64_t own = quota.used >= quota.maximum ? 0 : quota.maximum - quota.used;
    if (own < quota.available) quota.available = own;
    return quota;
}

struct user_quota user_quota(const struct state *state, uint32_t user, uint32_t resource,
                             uint64_t ms)
{
    return measure(state, user, resource, ms, false);
}

struct user_quota user_quota_enforced(const struct state *state, uint32_t user, uint32_t resource,
                                      uint64_t ms)
{
    return measure(state, user, resource, ms, true);
}

// --- One more unit ----------------------------------------------------------

// The full node of the path with the most in use: with more than that, no node would be full.
static const struct quota_node *fullest(const struct quota_path *path)
{
    const struct quota_node *found = NULL;
    for (uint32_t i = 0; i < path->count; i++) {
        const struct quota_node *node = &path->nodes[i];
        if (quota_room(node) == 0 && (found == NULL || node->used > found->used)) found = node;
    }
    return found;
}

// What a group of the user objects; ACCEPTED when it does not.
struct objection {
    struct constraint constraint;
    uint64_t          maximum; // that decides which group is the strictest
};

static struct objection objection(const struct question *question, uint32_t member,
                                  uint32_t resource, uint32_t charged, uint64_t held)
{
    const struct state *state = question->state;
    const uint32_t      group = member_at(state, member)->group;
    struct constraint   constraint = {
          .code = ACCEPTED, .group = group, .used = held, .until_ms = TIME_NEVER};
    struct quota_path path;
    quota_path(state, group, resource, &path);
    const uint64_t maximum = quota_maximum(&path);
    constraint.limit = maximum;
    constraint.name = text_of(state, resource_at(state, resource)->name);
    if (held >= maximum) constraint.code = STRICTEST_GROUP;
    // Of the charged group, the nodes of the path speak for themselves.
    const struct quota_node *full = group == charged ? NULL : fullest(&path);
    if (full != NULL && (constraint.code == ACCEPTED || full->used > held)) {
        constraint.used = full->used;
        constraint.limit = full->limit;
        constraint.code = STRICTEST_GROUP;
    }
    return (struct objection){constraint, maximum};
}

// What the user's groups object, the strictest first: it decides.
struct objections {
    uint32_t         count;
    struct objection sorted[MEMBERSHIP_MAX];
};

static void object(struct objections *objections, struct objection one)
{
    uint32_t at = objections->count++;
    for (; at > 0 && objections->sorted[at - 1].maximum > one.maximum; at--) {
        objections->sorted[at] = objections->sorted[at - 1];
    }
    objections->sorted[at] = one;
}

static void refuse_all(struct question *question, const struct objections *objections)
{
    for (uint32_t i = 0; i < objections->count; i++) {
        refuse(question, objections->sorted[i].constraint);
    }
}

void user_judge_blocks(struct question *question, uint32_t user, uint32_t charged)
{
    const struct state *state = question->state;
    uint32_t            at = user_first_member(state, user);
    for (; at != 0; at = user_next_member(state, at)) {
        const uint32_t blocked = group_blocked_by(state, member_at(state, at)->group);
        if (blocked == 0 || group_is_within(state, charged, blocked)) continue;
        refuse_at(question, BLOCKED, blocked);
    }
}

void user_judge_unit(struct question *question, uint32_t user, uint32_t resource, uint32_t group)
{
    const struct state *state = question->state;
    const uint64_t      held = user_held(state, user, resource);
    struct objections   groups = {.count = 0}, caps = {.count = 0};
    uint32_t            at = user_first_member(state, user);
    for (; at != 0; at = user_next_member(state, at)) {
        const struct objection one = objection(question, at, resource, group, held);
        const uint64_t         cap = member_cap_at(state, at, resource, question->now_ms);
        if (one.constraint.code != ACCEPTED) object(&groups, one);
        if (held < cap) continue;
        const struct constraint own = {.code = USER_LIMIT,
                                       .group = member_at(state, at)->group,
                                       .limit = cap,
                                       .used = held,
                                       .until_ms = TIME_NEVER,
                                       .name = one.constraint.name};
        object(&caps, (struct objection){own, cap});
    }
    refuse_all(question, &groups);
    refuse_all(question, &caps);
}

// --- Events -----------------------------------------------------------------

static struct bytes user_of(const struct event *event)
{
    if (event->kind == USER_REMOVAL) return event->of.user_removal.user;
    return event->kind == MEMBERSHIP ? event->of.membership.user : event->of.user_assignment.user;
}

static struct bytes group_of(const struct event *event)
{
    return event->kind == MEMBERSHIP ? event->of.membership.group : event->of.user_assignment.group;
}

// A site_admin speaks of those users only who are its own altogether; others read as unknown.
bool user_event_is_allowed(const struct question *question, const struct event *event)
{
    const struct state *state = question->state;
    const struct actor *actor = actor_at(state, question->actor);
    const uint32_t      user = user_find(state, user_of(event));
    if (actor->role != SITE_ADMIN) return false;
    if (event->kind != USER_REMOVAL &&
        !actor_reaches(state, question->actor, group_of(event), WITHIN)) {
        return false;
    }
    return user != 0 && user_is_all_within(state, user, actor->group);
}

void member_index(struct state *state, uint32_t at)
{
    const struct member *member = member_at(state, at);
    state_index_add(state, INDEX_MEMBER, at, member_hash(state, member->user, member->group));
}

static uint32_t member_add(struct change_context *context, uint32_t user, uint32_t group)
{
    struct state  *state = context->state;
    const uint32_t at = state_take(state, POOL_MEMBER);
    struct member *member = member_edit(state, at);
    struct user   *person = user_edit(state, user);
    struct group  *of = group_edit(state, group);
    *member = (struct member){.id = context->id,
                              .user = user,
                              .group = group,
                              .next_of_user = person->first_member,
                              .next_of_group = of->first_member};
    if (of->first_member != 0) member_edit(state, of->first_member)->previous_of_group = at;
    person->first_member = at;
    person->member_count++;
    of->first_member = at;
    of->member_count++;
    member_index(state, at);
    state_note_change(state, group, 0);
    return at;
}

static void assignment_drop(struct state *state, uint32_t at)
{
    struct member *member = member_edit(state, at);
    schedule_drop(state, member->edge);
    entries_drop(state, member->first_entry);
    member->edge = 0;
    member->first_entry = 0;
    member->has_assignment = false;
    member->window = (struct window){0, 0};
}

void member_remove(struct state *state, uint32_t at)
{
    assignment_drop(state, at);
    const struct member member = *member_at(state, at);
    struct user        *person = user_edit(state, member.user);
    struct group       *of = group_edit(state, member.group);
    if (person->first_member == at) {
        person->first_member = member.next_of_user;
    } else {
        uint32_t before = person->first_member;
        while (member_at(state, before)->next_of_user != at) {
            before = member_at(state, before)->next_of_user;
        }
        member_edit(state, before)->next_of_user = member.next_of_user;
    }
    if (member.previous_of_group == 0) {
        of->first_member = member.next_of_group;
    } else {
        member_edit(state, member.previous_of_group)->next_of_group = member.next_of_group;
    }
    if (member.next_of_group != 0) {
        member_edit(state, member.next_of_group)->previous_of_group = member.previous_of_group;
    }
    person->member_count--;
    of->member_count--;
    state_index_remove(state, INDEX_MEMBER, at);
    state_give(state, POOL_MEMBER, at);
    state_note_change(state, member.group, 0);
}

void user_creation_judge(struct question *question, const struct event *event)
{
    const struct user_creation *creation = &event->of.user_creation;
    if (group_find(question->state, creation->group) == 0) {
        refuse_name(question, UNKNOWN_GROUP, creation->group);
    }
    if (user_find(question->state, creation->user) != 0) {
        refuse_name(question, NAME_TAKEN, creation->user);
    }
}

static void link_user(struct state *state, uint32_t at)
{
    struct server *server = server_edit(state);
    user_edit(state, at)->previous = server->last_user;
    if (server->last_user == 0) {
        server->first_user = at;
    } else {
        user_edit(state, server->last_user)->next = at;
    }
    server->last_user = at;
}

void user_index(struct state *state, uint32_t at)
{
    const struct bytes name = text_of(state, user_at(state, at)->name);
    state_index_add(state, INDEX_USER, at, state_hash(state, 0, name));
}

void user_creation_apply(struct change_context *context, const struct event *event)
{
    const struct user_creation *creation = &event->of.user_creation;
    struct state               *state = context->state;
    const uint32_t              at = state_take(state, POOL_USER);
    struct user                *user = user_edit(state, at);
    user->id = context->id;
    user->name = text_add(state, creation->user);
    link_user(state, at);
    user_index(state, at);
    (void)member_add(context, at, group_find(state, creation->group));
}

// The user's holdings in the group, one after another; 0 at the end. `after` may be gone.
static uint32_t first_held_in(const struct state *state, uint32_t user, uint32_t group)
{
    uint32_t at = user_at(state, user)->first_holding;
    while (at != 0 && account_at(state, holding_at(state, at)->account)->group != group) {
        at = holding_at(state, at)->next_of_user;
    }
    return at;
}

static void unlink_user(struct state *state, uint32_t at)
{
    const struct user user = *user_at(state, at);
    if (user.previous == 0) {
        server_edit(state)->first_user = user.next;
    } else {
        user_edit(state, user.previous)->next = user.next;
    }
    if (user.next == 0) {
        server_edit(state)->last_user = user.previous;
    } else {
        user_edit(state, user.next)->previous = user.previous;
    }
}

void user_removal_judge(struct question *question, const struct event *event)
{
    const struct user_removal *removal = &event->of.user_removal;
    const struct state        *state = question->state;
    const uint32_t             user = user_find(state, removal->user);
    if (user == 0) {
        refuse_name(question, UNKNOWN_USER, removal->user);
        return;
    }
    uint32_t at = removal->is_cascade ? 0 : user_first_member(state, user);
    for (; at != 0; at = user_next_member(state, at)) {
        const uint32_t group = member_at(state, at)->group;
        if (first_held_in(state, user, group) != 0) refuse_at(question, MEMBERSHIP_IN_USE, group);
    }
}

void user_removal_apply(struct change_context *context, const struct event *event)
{
    struct state  *state = context->state;
    const uint32_t at = user_find(state, event->of.user_removal.user);
    while (user_at(state, at)->first_holding != 0) {
        holding_remove(state, user_at(state, at)->first_holding);
    }
    while (user_at(state, at)->first_member != 0) {
        member_remove(state, user_at(state, at)->first_member);
    }
    unlink_user(state, at);
    state_index_remove(state, INDEX_USER, at);
    text_drop(state, user_at(state, at)->name);
    state_give(state, POOL_USER, at);
}

// The user and the group of the event; false when one of them is unknown.
static bool find_both(struct question *question, const struct event *event, uint32_t *user,
                      uint32_t *group)
{
    *user = user_find(question->state, user_of(event));
    *group = group_find(question->state, group_of(event));
    if (*group == 0) refuse_name(question, UNKNOWN_GROUP, group_of(event));
    if (*user == 0) refuse_name(question, UNKNOWN_USER, user_of(event));
    return *user != 0 && *group != 0;
}

void membership_judge(struct question *question, const struct event *event)
{
    const struct membership *membership = &event->of.membership;
    const struct state      *state = question->state;
    uint32_t                 user = 0, group = 0;
    if (!find_both(question, event, &user, &group)) return;
    const bool is_member = member_find(state, user, group) != 0;
    if (membership->is_member) {
        if (is_member) {
            refuse_at(question, ALREADY_A_MEMBER, group);
        } else if (user_member_count(state, user) == MEMBERSHIP_MAX) {
            refuse_at(question, TOO_MANY_MEMBERSHIPS, group);
        }
        return;
    }
    if (!is_member) {
        refuse_at(question, NOT_A_MEMBER, group);
    } else if (!membership->is_cascade && first_held_in(state, user, group) != 0) {
        refuse_at(question, MEMBERSHIP_IN_USE, group);
    }
}

void membership_apply(struct change_context *context, const struct event *event)
{
    struct state  *state = context->state;
    const uint32_t user = user_find(state, event->of.membership.user);
    const uint32_t group = group_find(state, event->of.membership.group);
    if (event->of.membership.is_member) {
        (void)member_add(context, user, group);
        return;
    }
    for (uint32_t at; (at = first_held_in(state, user, group)) != 0;) {
        holding_remove(state, at);
    }
    member_remove(state, member_find(state, user, group));
}

// --- The assignment ---------------------------------------------------------

struct narrowing {
    struct question *question;
    uint32_t         member, group, resource;
    struct window    window;
    struct entry     entry;
    struct instants  instants;
};

// The least a node of the path allows at an instant at which the assignment asks for more.
static void judge_path_at(const struct narrowing *narrowing, uint64_t ms, struct constraint *worst)
{
    const struct state *state = narrowing->question->state;
    for (uint32_t at = narrowing->group; at != 0; at = group_at(state, at)->parent) {
        if (!node_is_active_at(state, at, ms)) continue;
        const bool     is_unnamed = narrowing->resource == 0;
        const bool     is_open = at != SERVER_GROUP && !group_at(state, at)->is_restricted;
        const uint64_t limit =
            is_unnamed ? (is_open ? LIMIT_NONE : 0) : limit_at(state, at, narrowing->resource, ms);
        if (narrowing->entry.count <= limit || limit >= worst->limit) continue;
        worst->limit = limit;
        worst->group = at;
    }
}

static void judge_entry(struct narrowing *narrowing)
{
    const struct state *state = narrowing->question->state;
    const uint64_t      now_ms = narrowing->question->now_ms;
    struct constraint   worst = {.code = USER_EXCEEDS_GROUP,
                                 .limit = LIMIT_NONE,
                                 .used = narrowing->entry.count,
                                 .until_ms = TIME_NEVER,
                                 .name = narrowing->entry.name};
    for (uint32_t i = 0; i < narrowing->instants.count; i++) {
        const uint64_t ms = narrowing->instants.ms[i];
        if (ms < now_ms || !window_has(narrowing->window, ms)) continue;
        const uint64_t former = narrowing->resource == 0 ? LIMIT_NONE
                                                         : member_cap_at(state, narrowing->member,
                                                                         narrowing->resource, ms);
        if (former != LIMIT_NONE && narrowing->entry.count <= former) continue;
        judge_path_at(narrowing, ms, &worst);
    }
    if (worst.limit != LIMIT_NONE) refuse(narrowing->question, worst);
}

// What the assignment leaves of a resource at once; without entries the group's values hold.
static uint64_t asked_cap(const struct user_assignment *assignment, struct bytes name, uint64_t ms)
{
    const struct window window = {assignment->from_ms, assignment->until_ms};
    if (assignment->entries.packed.at == NULL) return LIMIT_NONE;
    return window_has(window, ms) ? entries_count(assignment->entries, name) : 0;
}

static bool is_first_of_user(const struct state *state, uint32_t holding, uint32_t resource)
{
    uint32_t at = user_first_held(state, holding_at(state, holding)->user);
    while (account_at(state, holding_at(state, at)->account)->resource != resource) {
        at = user_next_held(state, at);
    }
    return at == holding;
}

// X01: a save that would take access from the user wants to be forced.
static void judge_held(struct question *question, const struct user_assignment *assignment,
                       uint32_t member)
{
    const struct state *state = question->state;
    const uint32_t      user = member_at(state, member)->user;
    uint32_t            at = user_first_held(state, user);
    for (; at != 0 && !assignment->is_forced; at = user_next_held(state, at)) {
        const uint32_t resource = account_at(state, holding_at(state, at)->account)->resource;
        if (!is_first_of_user(state, at, resource)) continue;
        const struct bytes name = text_of(state, resource_at(state, resource)->name);
        const uint64_t     cap = asked_cap(assignment, name, question->now_ms);
        const uint64_t     held = user_held(state, user, resource);
        if (cap >= member_cap_at(state, member, resource, question->now_ms) || held <= cap) {
            continue;
        }
        refuse(question, (struct constraint){.code = LIMIT_BELOW_USED,
                                             .group = member_at(state, member)->group,
                                             .limit = cap,
                                             .used = held,
                                             .until_ms = TIME_NEVER,
                                             .name = name});
    }
}

void user_assignment_judge(struct question *question, const struct event *event)
{
    const struct user_assignment *assignment = &event->of.user_assignment;
    const struct state           *state = question->state;
    uint32_t                      user = 0;
    struct narrowing              narrowing = {
                     .question = question, .window = {assignment->from_ms, assignment->until_ms}
    };
    if (!find_both(question, event, &user, &narrowing.group)) return;
    narrowing.member = member_find(state, user, narrowing.group);
    if (narrowing.member == 0) {
        refuse_at(question, NOT_A_MEMBER, narrowing.group);
        return;
    }
    entries_judge(question, assignment->entries, narrowing.group);
    names_judge(question, entries_fresh_count(state, assignment->entries), SAVED_NAME_MAX);
    instants_add(&narrowing.instants, question->now_ms);
    instants_add_window(&narrowing.instants, narrowing.window);
    instants_add_window(&narrowing.instants, member_at(state, narrowing.member)->window);
    for (uint32_t at = narrowing.group; at != 0; at = group_at(state, at)->parent) {
        instants_add_node(&narrowing.instants, state, at);
    }
    struct list_reader items = list_start(assignment->entries);
    while (list_next(&items, &entry_record, &narrowing.entry)) {
        if (narrowing.entry.count == ENTRY_FEATURE) continue;
        narrowing.resource = resource_find(state, narrowing.entry.name);
        judge_entry(&narrowing);
    }
    judge_held(question, assignment, narrowing.member);
}

void user_assignment_apply(struct change_context *context, const struct event *event)
{
    const struct user_assignment *assignment = &event->of.user_assignment;
    struct state                 *state = context->state;
    const uint32_t                user = user_find(state, assignment->user);
    const uint32_t                group = group_find(state, assignment->group);
    const uint32_t                at = member_find(state, user, group);
    assignment_drop(state, at);
    state_note_change(state, group, 0);
    if (assignment->entries.packed.at == NULL) return;
    struct member *member = member_edit(state, at);
    member->has_assignment = true;
    member->window = (struct window){assignment->from_ms, assignment->until_ms};
    member->first_entry = entries_add(state, assignment->entries, context->id);
    member->edge = schedule_add_window(
        state, (struct edge){.kind = EDGE_MEMBER, .subject = at, .id = context->id}, member->window,
        context->now_ms);
}

void member_pass(struct change_context *context, const struct edge *edge)
{
    struct state       *state = context->state;
    const struct member member = *member_at(state, edge->subject);
    member_edit(state, edge->subject)->edge =
        schedule_add_window(state, *edge, member.window, context->now_ms);
    state_note_change(state, member.group, 0);
}
