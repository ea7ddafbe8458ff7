#include "projections/removals.h"

#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/reminders.h"
#include "projections/users.h"

// Some 20 µs. A subtree with no more records than that goes with the event itself.
enum { SLICE_RECORD_MAX = 32 };

static bool is_used(const struct state *state, uint32_t group)
{
    uint32_t at = group_at(state, group)->first_account;
    while (at != 0 && account_at(state, at)->used == 0) {
        at = account_at(state, at)->next_of_group;
    }
    return at != 0;
}

void group_removal_judge(struct question *question, const struct event *event)
{
    const struct group_removal *removal = &event->of.group_removal;
    const struct state         *state = question->state;
    const uint32_t              at = group_find(state, removal->group);
    if (at == 0) {
        refuse_name(question, UNKNOWN_GROUP, removal->group);
        return;
    }
    const struct group *group = group_at(state, at);
    const bool          is_empty =
        group->child_count == 0 && group->member_count == 0 && !is_used(state, at);
    if (!is_empty && !removal->is_cascade) refuse_at(question, GROUP_NOT_EMPTY, at);
}

// --- Cutting off ------------------------------------------------------------

// Who speaks for one of the groups cannot wait. Returns how many groups they are.
static uint32_t remove_actors(struct state *state, uint32_t root)
{
    uint32_t count = 0;
    for (uint32_t at = root; at != 0; at = group_walk(state, at, root)) {
        while (group_at(state, at)->first_actor != 0) {
            actor_remove(state, group_at(state, at)->first_actor);
        }
        count++;
    }
    return count;
}

static void detach_accounts(struct state *state, uint32_t group)
{
    const uint32_t parent = group_at(state, group)->parent;
    uint32_t       at = group_at(state, group)->first_account;
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        sum_contribute(state, at, -1);
        quota_detach(state, at);
        state_note_change(state, parent, account_at(state, at)->resource);
    }
    state_note_change(state, parent, 0);
}

void group_removal_apply(struct change_context *context, const struct event *event)
{
    struct state  *state = context->state;
    const uint32_t group = group_find(state, event->of.group_removal.group);
    struct server *server = server_edit(state);
    server->cut_group_count += remove_actors(state, group);
    reminders_cut(state, group);
    detach_accounts(state, group);
    group_relink(state, group, 0);
    group_edit(state, group)->next = server->first_cut;
    server->first_cut = group;
}

// --- Taking apart -----------------------------------------------------------

// A group without any below it.
static uint32_t first_leaf(const struct state *state, uint32_t group)
{
    while (group_at(state, group)->first_child != 0) {
        group = group_at(state, group)->first_child;
    }
    return group;
}

static void forget(struct state *state, uint32_t group)
{
    struct server *server = server_edit(state);
    if (group == server->first_cut) server->first_cut = group_at(state, group)->next;
    server->cut_group_count--;
    group_forget(state, group);
}

// One record of a group, or a package with its entries; at last the group itself.
static void take_one(struct state *state, uint32_t group)
{
    const struct group *own = group_at(state, group);
    if (own->first_member != 0) {
        member_remove(state, own->first_member);
    } else if (own->first_package != 0) {
        package_drop_first(state, group);
    } else if (own->reminder_policy != 0) {
        reminder_policy_reclaim(state, group);
    } else if (own->first_account == 0) {
        forget(state, group);
    } else if (account_at(state, own->first_account)->first_holding != 0) {
        holding_remove(state, account_at(state, own->first_account)->first_holding);
    } else {
        account_reclaim(state, group);
    }
}

void removals_go_on(struct state *state)
{
    for (uint32_t i = 0; i < SLICE_RECORD_MAX && server_at(state)->first_cut != 0; i++) {
        take_one(state, first_leaf(state, server_at(state)->first_cut));
    }
}
