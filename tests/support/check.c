#include "tests/support/check.h"

#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/limits.h"
#include "projections/notices.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/reminders.h"
#include "projections/schedule.h"
#include "projections/users.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODE_MAX = 4096, INSTANTS_MAX = 512 };

// What is counted for one resource, by the index of the group.
struct count {
    uint64_t limit; // enforced
    uint32_t used, below, kept, tied;
    uint32_t last_kept; // the youngest of those kept
    uint32_t walked;    // kept by the walk of X03
};

struct check {
    const struct state *state;
    char                fault[256];
    uint32_t            texts;
    uint64_t            next_edge_ms;
    bool                is_all_settled; // of the resource that is looked at
    struct count        counts[NODE_MAX];
};

static struct check check;

static bool is_sound(void)
{
    return check.fault[0] == 0;
}

__attribute__((format(printf, 2, 3))) static void expect(bool is_so, const char *format, ...)
{
    va_list arguments;
    if (is_so || !is_sound()) return;
    va_start(arguments, format);
    (void)vsnprintf(check.fault, sizeof check.fault, format, arguments);
    va_end(arguments);
}

static uint32_t parent_of(uint32_t group)
{
    return group_at(check.state, group)->parent;
}

// What cuts at the group: where an edge has come and is not settled yet, what was settled.
static uint64_t enforced(uint32_t group, uint32_t resource)
{
    const uint64_t now_ms = server_at(check.state)->time_ms;
    const uint64_t limit = limit_cutting_at(check.state, group, resource, now_ms);
    const uint32_t at = account_find(check.state, group, resource);
    if (at == 0 || account_at(check.state, at)->next_ms > now_ms) return limit;
    check.is_all_settled = false;
    return account_at(check.state, at)->limit;
}

static uint32_t group_of(uint32_t holding)
{
    return account_at(check.state, holding_at(check.state, holding)->account)->group;
}

// --- Accounts ---------------------------------------------------------------

// X03 word by word: a holding is kept iff every node of its path has room after the kept older
// ones.
static void walk_in_order(uint32_t resource)
{
    const struct state *state = check.state;
    uint32_t            at = resource_at(state, resource)->first_holding;
    for (; at != 0; at = holding_at(state, at)->next) {
        bool has_room = true;
        if (!holding_is_there(state, at)) continue;
        for (uint32_t group = group_of(at); group != 0; group = parent_of(group)) {
            has_room = has_room && check.counts[group].walked < check.counts[group].limit;
        }
        expect(has_room == holding_is_kept(state, at) || !check.is_all_settled,
               "X03: unit %s of resource %u is %s", text_of(state, holding_at(state, at)->unit).at,
               resource, has_room ? "cut" : "kept");
        for (uint32_t group = group_of(at); has_room && group != 0; group = parent_of(group)) {
            check.counts[group].walked++;
        }
    }
}

static bool is_tied(uint32_t holding)
{
    return holding_at(check.state, holding)->bound != 0 ||
           holding_at(check.state, holding)->is_service;
}

// I1 to I5 by their words: up the path, each node keeps the oldest that reach it.
static void climb_in_order(uint32_t resource)
{
    const struct state *state = check.state;
    uint32_t            at = resource_at(state, resource)->first_holding;
    for (; at != 0; at = holding_at(state, at)->next) {
        uint32_t cut_by = 0;
        if (!holding_is_there(state, at)) continue;
        for (uint32_t group = group_of(at); group != 0; group = parent_of(group)) {
            struct count *count = &check.counts[group];
            count->used++;
            count->tied += is_tied(at);
            if (cut_by != 0) continue;
            count->below++;
            if (count->kept < count->limit) {
                count->kept++;
                count->last_kept = at;
            } else {
                cut_by = group;
            }
        }
        const uint32_t found = holding_cut_by(state, at);
        const uint32_t by = found == 0 ? 0 : account_at(state, found)->group;
        expect(by == cut_by || !check.is_all_settled, "holding %u is cut by group %u and not %u",
               at, by, cut_by);
    }
}

static void check_account(uint32_t group, uint32_t resource)
{
    const struct state *state = check.state;
    const struct count *count = &check.counts[group];
    const uint32_t      at = account_find(state, group, resource);
    const uint64_t      now_ms = server_at(state)->time_ms;
    if (at == 0) {
        expect(count->used == 0, "group %u has no account of %u", group, resource);
        return;
    }
    const struct account *account = account_at(state, at);
    expect(account_limit(state, at) == limit_at(state, group, resource, now_ms), "limit of %u",
           group);
    expect(account->limit == count->limit, "limit that cuts at %u", group);
    expect(account->used == count->used, "I1: group %u", group);
    expect(account->tied == count->tied, "I5: group %u", group);
    expect(account->below == count->below, "I2: group %u has %u and not %u below", group,
           account->below, count->below);
    expect(account->kept == count->kept, "I3: group %u keeps %u and not %u", group, account->kept,
           count->kept);
    if (account->next_ms > now_ms) {
        const enum notice stands = (enum notice)account->notice;
        expect(notice_after(stands, account->used, account_limit(state, at)) == stands,
               "X18: notice of group %u", group);
    }
    const uint32_t last = count->kept == count->below ? ACCOUNT_KEEPS_ALL : count->last_kept;
    expect(account->last_kept == last, "I4: group %u keeps up to %u and not %u", group,
           account->last_kept, last);
    expect(quota_suspended(state, at) == count->used - count->walked || !check.is_all_settled,
           "group %u suspends %u and not %u", group, quota_suspended(state, at),
           count->used - count->walked);
    const uint32_t above =
        group == SERVER_GROUP ? 0 : account_find(state, parent_of(group), resource);
    expect(account->parent == above, "account of group %u stands elsewhere", group);
}

static void check_resource(uint32_t resource)
{
    const struct state *state = check.state;
    check.is_all_settled = true;
    for (uint32_t group = SERVER_GROUP; group != 0;
         group = group_walk(state, group, SERVER_GROUP)) {
        assert(group < NODE_MAX);
        check.counts[group] = (struct count){.limit = enforced(group, resource)};
    }
    walk_in_order(resource);
    climb_in_order(resource);
    for (uint32_t group = SERVER_GROUP; group != 0;
         group = group_walk(state, group, SERVER_GROUP)) {
        check_account(group, resource);
    }
}

// --- Sums (I6) --------------------------------------------------------------

// What the nearest restricted groups strictly below are allowed at an instant.
static uint64_t sum_below(uint32_t root, uint32_t resource, uint64_t ms)
{
    const struct state *state = check.state;
    uint64_t            sum = 0;
    for (uint32_t group = SERVER_GROUP; group != 0;
         group = group_walk(state, group, SERVER_GROUP)) {
        if (group == root || !group_is_within(state, group, root)) continue;
        if (!group_at(state, group)->is_restricted) continue;
        uint32_t above = parent_of(group);
        while (above != root && !group_at(state, above)->is_restricted)
            above = parent_of(above);
        if (above == root) sum += limit_at(state, group, resource, ms);
    }
    return sum;
}

static int compare_instants(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void see_instant(uint64_t *instants, uint32_t *count, uint64_t ms)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (instants[i] == ms) return;
    }
    assert(*count < INSTANTS_MAX);
    if (ms != TIME_NEVER) instants[(*count)++] = ms;
}

static uint32_t all_instants(uint64_t *instants)
{
    const struct state *state = check.state;
    uint32_t            count = 0;
    see_instant(instants, &count, 0);
    for (uint32_t group = SERVER_GROUP; group != 0;
         group = group_walk(state, group, SERVER_GROUP)) {
        uint32_t at = group_at(state, group)->first_package;
        for (; at != 0; at = package_at(state, at)->next) {
            see_instant(instants, &count, package_at(state, at)->window.from_ms);
            see_instant(instants, &count, package_at(state, at)->window.until_ms);
        }
    }
    qsort(instants, count, sizeof instants[0], compare_instants);
    return count;
}

static void check_sums(uint32_t account)
{
    const struct state   *state = check.state;
    const struct account *own = account_at(state, account);
    uint64_t              instants[INSTANTS_MAX];
    const uint32_t        count = all_instants(instants);
    struct sum_cursor     sums = sum_cursor(state, account);
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t sum = sum_at_instant(&sums, instants[i]);
        expect(sum == sum_below(own->group, own->resource, instants[i]), "I6: group %u",
               own->group);
    }
    uint32_t step_count = 0;
    uint64_t last_ms = 0;
    for (uint32_t at = own->first_step; at != 0; at = step_at(state, at)->next) {
        const struct step *step = step_at(state, at);
        expect(step->delta != 0 && (step_count == 0 || step->ms > last_ms), "I6: order of steps");
        last_ms = step->ms;
        step_count++;
    }
    expect(step_count == own->step_count, "I6: count of steps");
}

// --- Records ----------------------------------------------------------------

static void count_text(struct text_ref text)
{
    check.texts += text.at != 0;
}

// One that has come and waits for its slice stands where it was.
static void see_edge(struct window window, uint32_t edge)
{
    const uint64_t now_ms = server_at(check.state)->time_ms;
    uint64_t       next_ms = window_next_edge(window, now_ms);
    if (edge != 0 && edge_at(check.state, edge)->ms <= now_ms) {
        next_ms = window_next_edge(window, edge_at(check.state, edge)->ms - 1);
    }
    expect((edge == 0) == (next_ms == TIME_NEVER), "an edge is missing or left over");
    if (edge != 0)
        expect(edge_at(check.state, edge)->ms == next_ms, "an edge stands at another time");
    if (next_ms < check.next_edge_ms) check.next_edge_ms = next_ms;
}

// The heap: its order, its links, and the ranks that keep it short.
static void check_heap(enum edge_heap heap)
{
    const struct state *state = check.state;
    uint32_t            at = server_at(state)->earliest_edge[heap];
    expect(at == 0 || edge_at(state, at)->parent == 0, "the earliest edge has a parent");
    for (uint32_t from = 0; at != 0;) { // down, left, right and up again
        const struct edge *edge = edge_at(state, at);
        const uint32_t     left = edge->left, right = edge->right;
        const uint32_t     left_rank = left == 0 ? 0 : edge_at(state, left)->rank;
        const uint32_t     right_rank = right == 0 ? 0 : edge_at(state, right)->rank;
        expect(left_rank >= right_rank && edge->rank == right_rank + 1, "rank of an edge");
        if (from == edge->parent) {
            expect(from == 0 || edge_at(state, from)->ms <= edge->ms, "order of edges");
            expect((edge->kind == EDGE_LEASE) == (heap == HEAP_LEASES), "heap of an edge");
        }
        uint32_t to = edge->parent;
        if (from == edge->parent) {
            to = left != 0 ? left : edge->parent; // no right one without a left one
        } else if (from == left && right != 0) {
            to = right;
        }
        expect(to == edge->parent || edge_at(state, to)->parent == at, "parent of an edge");
        if (!is_sound()) return;
        from = at;
        at = to;
    }
}

static uint32_t count_entries(uint32_t first)
{
    uint32_t count = 0;
    for (uint32_t at = first; at != 0; at = entry_at(check.state, at)->next)
        count++;
    return count;
}

struct tally {
    uint32_t groups, places, packages, entries, accounts, steps, edges, members, lines, vendors;
    uint32_t resources, holdings, leases, leaseholds, users, actors, present_actors;
    uint32_t there; // holdings of groups that are not removed
    uint32_t policies, remindings, reminders, due;
};

// By the words of B39: the first instant of the grid after now.
static void tally_reminding(struct tally *tally, uint32_t package)
{
    const struct state *state = check.state;
    const uint32_t      at = package_at(state, package)->reminding;
    const uint32_t policy = group_at(state, package_at(state, package)->group)->reminder_policy;
    const uint64_t until_ms = package_at(state, package)->window.until_ms;
    expect((at != 0) == (policy != 0 && until_ms != TIME_NEVER), "reminding of %u", package);
    if (at == 0 || policy == 0) return;
    const struct reminding *reminding = reminding_at(state, at);
    const struct grid       grid = reminder_grid(reminder_policy_at(state, policy), until_ms);
    const bool              is_once = grid.period_ms == 0 && reminding->last_ms != TIME_NEVER;
    const bool              is_over = is_once || !reminder_policy_at(state, policy)->is_enabled;
    // Where the edge has come and is not settled yet, it is that one still.
    const uint64_t          now_ms = server_at(state)->time_ms;
    const uint64_t          edge_ms = reminding_next(state, at);
    const uint64_t          next_ms =
        is_over ? TIME_NEVER : grid_next(grid, edge_ms <= now_ms ? edge_ms - 1 : now_ms);
    tally->remindings++;
    tally->edges += reminding->edge != 0;
    tally->due += reminding->due_ms != TIME_NEVER;
    expect(reminding->package == package, "package of reminding %u", at);
    expect(edge_ms == next_ms, "a reminder stands at another time");
    expect(reminding->due_ms == TIME_NEVER ||
               group_is_there(state, package_at(state, package)->group),
           "reminding %u of a removed group is due", at);
    if (next_ms < check.next_edge_ms) check.next_edge_ms = next_ms;
}

static void tally_package(struct tally *tally, uint32_t at)
{
    const struct package_record *package = package_at(check.state, at);
    tally->packages++;
    tally->entries += count_entries(package->first_entry);
    tally->edges += package->edge != 0;
    count_text(package->name);
    see_edge(package->window, package->edge);
    tally_reminding(tally, at);
}

// Those that wait, in the order they went out.
static void tally_policy(struct tally *tally, uint32_t at)
{
    const struct state *state = check.state;
    const uint32_t      policy = group_at(state, at)->reminder_policy;
    uint32_t            last = 0;
    if (policy == 0) return;
    tally->policies++;
    for (uint32_t i = reminder_policy_at(state, policy)->first_reminder; i != 0;
         i = reminder_at(state, i)->next_of_group) {
        const struct reminder_record *reminder = reminder_at(state, i);
        tally->reminders++;
        count_text(reminder->package);
        expect(reminder->group == at, "reminder %u of group %u", i, at);
        expect(reminder->previous_of_group == last, "list of the reminders of group %u", at);
        expect(reminder_find(state, reminder->seq) == i, "index of reminders");
        expect(last == 0 || reminder_at(state, last)->seq < reminder->seq, "order of reminders");
        last = i;
    }
    expect(reminder_policy_at(state, policy)->last_reminder == last, "last of group %u", at);
}

static void check_reminder_lists(const struct tally *tally)
{
    const struct state *state = check.state;
    uint32_t            due = 0, reminders = 0;
    for (uint32_t i = server_at(state)->first_due; i != 0; i = reminding_at(state, i)->next_due) {
        expect(reminding_at(state, i)->due_ms != TIME_NEVER, "reminding %u is not due", i);
        due++;
    }
    uint64_t last_seq = 0;
    for (uint32_t i = server_at(state)->first_reminder; i != 0; i = reminder_at(state, i)->next) {
        expect(reminder_at(state, i)->seq > last_seq, "order of all reminders");
        last_seq = reminder_at(state, i)->seq;
        reminders++;
    }
    expect(due == tally->due, "%u remindings are listed as due, %u are", due, tally->due);
    expect(reminders == tally->reminders, "list of all reminders");
}

static void tally_places(struct tally *tally, const struct group *group)
{
    uint32_t count = 0;
    uint64_t last_seq = group->placed_seq;
    for (uint32_t at = group->first_place; at != 0; at = place_at(check.state, at)->next) {
        const struct place_record *place = place_at(check.state, at);
        count_text(place->name);
        expect(place->until_seq == last_seq, "places of a group");
        last_seq = place->since_seq;
        count++;
    }
    expect(count == group->place_count, "count of places");
    tally->places += count;
}

static void tally_group(struct tally *tally, uint32_t at)
{
    const struct state *state = check.state;
    const struct group *group = group_at(state, at);
    uint32_t            children = 0, members = 0;
    tally->groups++;
    count_text(group->name);
    count_text(group->label);
    tally_places(tally, group);
    for (uint32_t i = group->first_package; i != 0; i = package_at(state, i)->next)
        tally_package(tally, i);
    tally_policy(tally, at);
    for (uint32_t i = group->first_account; i != 0; i = account_at(state, i)->next_of_group) {
        tally->accounts++;
        tally->steps += account_at(state, i)->step_count;
        expect(account_find(state, at, account_at(state, i)->resource) == i, "index of accounts");
        check_sums(i);
    }
    for (uint32_t i = group->first_child; i != 0; i = group_at(state, i)->next) {
        children++;
        expect(group_at(state, i)->parent == at, "parent of group %u", i);
        expect(group_child(state, at, text_of(state, group_at(state, i)->name)) == i,
               "index of groups");
        expect(group_by_id(state, group_at(state, i)->id) == i, "index of groups by id");
    }
    for (uint32_t i = group->first_member; i != 0; i = member_at(state, i)->next_of_group)
        members++;
    uint32_t last = 0;
    for (uint32_t i = group->first_actor; i != 0; i = actor_at(state, i)->next_of_group) {
        tally->present_actors++;
        expect(actor_at(state, i)->group == at, "actor %u of group %u", i, at);
        expect(actor_at(state, i)->previous_of_group == last, "list of the actors of group %u", at);
        expect(!actor_at(state, i)->is_removed, "removed actor %u of group %u", i, at);
        last = i;
    }
    expect(group->last_actor == last, "last actor of group %u", at);
    expect(children == group->child_count, "children of group %u", at);
    expect(members == group->member_count, "members of group %u", at);
}

// What was cut off with a removed group counts as long as it is not taken apart, and is not found.
static void tally_cut_groups(struct tally *tally)
{
    const struct state *state = check.state;
    const uint32_t      before = tally->groups;
    for (uint32_t root = server_at(state)->first_cut; root != 0;
         root = group_at(state, root)->next) {
        expect(group_at(state, root)->parent == 0, "a removed group stands somewhere");
        for (uint32_t at = root; at != 0; at = group_walk(state, at, root)) {
            const struct group *group = group_at(state, at);
            tally->groups++;
            count_text(group->name);
            count_text(group->label);
            tally_places(tally, group);
            expect(group_by_id(state, group->id) == 0, "a removed group is found");
            expect(!group_is_there(state, at), "a removed group is there");
            for (uint32_t i = group->first_package; i != 0; i = package_at(state, i)->next)
                tally_package(tally, i);
            tally_policy(tally, at);
            for (uint32_t i = group->first_account; i != 0;
                 i = account_at(state, i)->next_of_group) {
                tally->accounts++;
                tally->steps += account_at(state, i)->step_count;
            }
        }
    }
    expect(tally->groups - before == server_at(state)->cut_group_count, "count of removed groups");
    expect(before == group_count(state) + 1, "count of groups");
}

static void tally_user(struct tally *tally, uint32_t at)
{
    const struct state *state = check.state;
    const struct user  *user = user_at(state, at);
    uint32_t            members = 0, holdings = 0;
    tally->users++;
    count_text(user->name);
    expect(user_find(state, text_of(state, user->name)) == at, "index of users");
    for (uint32_t i = user->first_member; i != 0; i = member_at(state, i)->next_of_user) {
        const struct member *member = member_at(state, i);
        members++;
        tally->members++;
        tally->entries += count_entries(member->first_entry);
        tally->edges += member->edge != 0;
        if (member->has_assignment) see_edge(member->window, member->edge);
        expect(member_find(state, at, member->group) == i, "index of members");
    }
    for (uint32_t i = user->first_holding; i != 0; i = holding_at(state, i)->next_of_user) {
        holdings++;
        expect(holding_at(state, i)->user == at, "holding of another user");
    }
    expect(members == user->member_count, "members of user %u", at);
    expect(holdings == user->holding_count, "holdings of user %u", at);
}

// Two that are bound name each other, one of them as needed, in one group and for one user.
static void check_bound(uint32_t at)
{
    const struct holding *holding = holding_at(check.state, at);
    if (holding->bound == 0) {
        expect(!holding->is_needed, "holding %u is needed by none", at);
        return;
    }
    const struct holding *other = holding_at(check.state, holding->bound);
    expect(other->bound == at, "holding %u is bound to one that is not bound to it", at);
    expect(other->is_needed != holding->is_needed, "one of two that are bound is needed");
    expect(group_of(holding->bound) == group_of(at), "bound in another group");
    expect(other->user == holding->user, "bound for another user");
}

// A lease has an edge, which may come too early once the leases began anew, but never too late.
static void tally_lease(struct tally *tally, const struct lease *lease)
{
    const struct edge *edge = edge_at(check.state, lease->edge);
    tally->leases++;
    tally->edges++;
    count_text(lease->set);
    expect(lease->edge != 0, "a lease has no edge");
    expect(edge->ms >= lease->renewed_ms + lease->length_ms, "a lease ends too early");
    const bool is_held = server_at(check.state)->limited_reason != NOT_LIMITED;
    if (!is_held && edge->ms < check.next_edge_ms) check.next_edge_ms = edge->ms;
}

static void tally_leasehold(struct tally *tally, uint32_t at)
{
    const struct holding *holding = holding_at(check.state, at);
    if (holding->leasehold == 0) return;
    const struct leasehold *leasehold = leasehold_at(check.state, holding->leasehold);
    const struct lease     *lease = lease_at(check.state, leasehold->lease);
    const uint32_t          first = leasehold_at(check.state, lease->first_leasehold)->holding;
    tally->leaseholds++;
    expect(leasehold->holding == at, "the leasehold of another holding");
    expect(group_of(first) == group_of(at), "a set of two groups");
    if (leasehold->previous == 0)
        tally_lease(tally, lease);
    else
        expect(lease->set.at != 0, "two holdings in a lease without a name");
    const uint64_t edge_ms = server_at(check.state)->edge_ms;
    const bool     is_due = schedule_next(check.state) <= edge_ms;
    expect(is_due || !lease_is_over(check.state, at, edge_ms), "a lease is over");
}

static void tally_holding(struct tally *tally, uint32_t at, uint32_t resource)
{
    const struct state   *state = check.state;
    const struct holding *holding = holding_at(state, at);
    tally->holdings++;
    count_text(holding->unit);
    const bool is_found = holding_find(state, resource, text_of(state, holding->unit)) == at;
    expect(is_found == holding_is_there(state, at), "index of units");
    tally->there += is_found;
    check_bound(at);
    tally_leasehold(tally, at);
    if (holding->next == 0) return;
    expect(holding_at(state, holding->next)->id > holding->id, "log order of holdings");
    expect(holding_at(state, holding->next)->previous == at, "list of holdings");
}

static void tally_resource(struct tally *tally, uint32_t at)
{
    const struct state    *state = check.state;
    const struct resource *resource = resource_at(state, at);
    const uint32_t         before = tally->holdings, there = tally->there;
    tally->resources++;
    count_text(resource->name);
    expect(resource_find(state, text_of(state, resource->name)) == at, "index of resources");
    for (uint32_t i = resource->first_holding; i != 0; i = holding_at(state, i)->next)
        tally_holding(tally, i, at);
    expect(tally->holdings - before == resource->holding_count, "holdings of resource %u", at);
    expect(tally->there - there == quota_held(state, at), "what is held of resource %u", at);
    for (uint32_t i = resource->first_line; i != 0; i = line_at(state, i)->next) {
        tally->lines++;
        tally->edges += line_at(state, i)->edge != 0;
        see_edge(line_at(state, i)->window, line_at(state, i)->edge);
    }
    check_resource(at);
}

static void check_pools(const struct tally *tally)
{
    const struct {
        enum pool_name pool;
        uint32_t       count;
    } rows[] = {
        {POOL_GROUP,           tally->groups    },
        {POOL_PLACE,           tally->places    },
        {POOL_PACKAGE,         tally->packages  },
        {POOL_ENTRY,           tally->entries   },
        {POOL_RESOURCE,        tally->resources },
        {POOL_LINE,            tally->lines     },
        {POOL_VENDOR,          tally->vendors   },
        {POOL_ACCOUNT,         tally->accounts  },
        {POOL_STEP,            tally->steps     },
        {POOL_HOLDING,         tally->holdings  },
        {POOL_LEASE,           tally->leases    },
        {POOL_LEASEHOLD,       tally->leaseholds},
        {POOL_USER,            tally->users     },
        {POOL_MEMBER,          tally->members   },
        {POOL_ACTOR,           tally->actors    },
        {POOL_REMINDER_POLICY, tally->policies  },
        {POOL_REMINDING,       tally->remindings},
        {POOL_REMINDER,        tally->reminders },
        {POOL_EDGE,            tally->edges     },
    };
    uint32_t texts = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect(state_count(check.state, rows[i].pool) == rows[i].count,
               "pool %d has %u records, %u are reached", (int)rows[i].pool,
               state_count(check.state, rows[i].pool), rows[i].count);
    }
    for (uint32_t pool = POOL_TEXT; pool <= POOL_TEXT_LAST; pool++) {
        texts += state_count(check.state, (enum pool_name)pool);
    }
    expect(texts == check.texts, "%u texts are kept, %u are reached", texts, check.texts);
}

const char *state_check(const struct state *state)
{
    struct tally         tally = {0};
    uint32_t             present_actors = 0;
    const struct server *server = server_at(state);
    check.state = state;
    check.fault[0] = 0;
    check.texts = 0;
    check.next_edge_ms = TIME_NEVER;
    count_text(server->origin);
    count_text(server->name);
    count_text(server->software_version);
    count_text(server->eula_version);
    for (uint32_t i = server->first_vendor; i != 0; i = vendor_at(state, i)->next) {
        tally.vendors++;
        count_text(vendor_at(state, i)->name);
    }
    for (uint32_t i = server->newest_actor; i != 0; i = actor_at(state, i)->next) {
        tally.actors++;
        present_actors += !actor_at(state, i)->is_removed;
        count_text(actor_at(state, i)->name);
    }
    for (uint32_t i = SERVER_GROUP; i != 0; i = group_walk(state, i, SERVER_GROUP))
        tally_group(&tally, i);
    tally_cut_groups(&tally);
    for (uint32_t i = server->first_user; i != 0; i = user_at(state, i)->next)
        tally_user(&tally, i);
    for (uint32_t i = server->newest_resource; i != 0; i = resource_at(state, i)->next)
        tally_resource(&tally, i);
    expect(schedule_next(state) == check.next_edge_ms, "the schedule's next edge");
    check_heap(HEAP_LEASES);
    check_heap(HEAP_OTHERS);
    expect(present_actors == tally.present_actors, "actors of groups");
    check_reminder_lists(&tally);
    check_pools(&tally);
    return is_sound() ? NULL : check.fault;
}
