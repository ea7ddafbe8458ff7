// The part of matter.h that knows who may do what (R), and what limited mode refuses (T13).
#include "core/base/name.h"
#include "tests/oracle/matter.h"

#include <stdlib.h>

bool oracle_is_within(const struct matter *matter, struct bytes path)
{
    return path_is_within(path, matter->reach);
}

static bool is_strictly_within(const struct matter *matter, struct bytes path)
{
    return oracle_is_within(matter, path) && !bytes_is_equal(path, matter->reach);
}

// Within the author's subtree the user must have all memberships, and one at least; an unknown user
// reads the same.
static bool may_manage_user(const struct matter *matter, struct bytes name)
{
    const struct user_row *user = facts_user(matter->facts, name);
    bool                   is_within_any = false;
    if (user == NULL) return false;
    for (uint32_t i = 0; i < facts_count(matter->facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *membership = facts_at(matter->facts, FACT_MEMBERSHIP, i);
        if (membership->user != user->id) continue;
        if (!oracle_is_within(matter, facts_group_of_id(matter->facts, membership->group)->path)) {
            return false;
        }
        is_within_any = true;
    }
    return is_within_any;
}

static bool may_manage_actor(const struct matter *matter, enum role role, struct bytes group)
{
    if (role == AGENT) return oracle_is_within(matter, group);
    return role == SITE_ADMIN && is_strictly_within(matter, group);
}

static bool may_remove_actor(const struct matter *matter, struct bytes name)
{
    const struct actor_row *actor = facts_actor(matter->facts, name);
    if (actor == NULL) return false;
    return may_manage_actor(matter, actor->role,
                            facts_group_of_id(matter->facts, actor->group)->path);
}

// X04. Both parents inside: then the group itself stands strictly below.
static bool may_move(const struct matter *matter, const struct group_move *move)
{
    return is_strictly_within(matter, move->group) && oracle_is_within(matter, move->parent);
}

static bool site_admin_may(const struct matter *matter, const struct event *event)
{
    switch (event->kind) {
    case GROUP_CREATION:
        return is_strictly_within(matter, event->of.group_creation.group);
    case GROUP_UPDATE:
        return is_strictly_within(matter, event->of.group_update.group);
    case GROUP_MOVE:
        return may_move(matter, &event->of.group_move);
    case GROUP_REMOVAL:
        return is_strictly_within(matter, event->of.group_removal.group);
    case GROUP_BLOCK:
        return is_strictly_within(matter, event->of.group_block.group);
    case ALLOCATION: // B19: never the limits of its own group
        return is_strictly_within(matter, event->of.allocation.group);
    case REMINDER_POLICY:
        return is_strictly_within(matter, event->of.reminder_policy.group);
    case USER_CREATION:
        return oracle_is_within(matter, event->of.user_creation.group);
    case USER_REMOVAL:
        return may_manage_user(matter, event->of.user_removal.user);
    case MEMBERSHIP:
        return oracle_is_within(matter, event->of.membership.group) &&
               may_manage_user(matter, event->of.membership.user);
    case USER_ASSIGNMENT:
        return oracle_is_within(matter, event->of.user_assignment.group) &&
               may_manage_user(matter, event->of.user_assignment.user);
    case ACTOR_ENROLMENT:
        return may_manage_actor(matter, (enum role)event->of.actor_enrolment.role,
                                event->of.actor_enrolment.group);
    case ACTOR_REMOVAL:
        return may_remove_actor(matter, event->of.actor_removal.name);
    case RELEASE: // outside of the subtree: NOT_HELD
        return true;
    case PLAN: // judged by its events
    case OPENING:
    case LICENSE_UPLOAD:
    case EULA_ACCEPTANCE:
    case PASSWORD_CHANGE:
    case SOFTWARE_UPDATE:
    case CONSUMPTION:
    case RENEWAL:
    case TRANSFER:
    case VENDOR_ENROLMENT:
    case POLICY:
    case BOUNDARY:
    case REMINDER:
    case REMINDER_DELIVERY:
    case SNAPSHOT:
    case ARCHIVE:
    case CLOCK_STEP:
    case RESUMPTION:
    case REFUSALS_COUNTED:
    case KEY_ROTATION:
        return false;
    }
    abort();
}

// What lies outside of the subtree is not held, to one who asks.
static bool agent_may(const struct matter *matter, const struct event *event)
{
    switch (event->kind) {
    case CONSUMPTION:
        return oracle_is_within(matter, event->of.consumption.group);
    case RENEWAL:
    case RELEASE:
    case TRANSFER:
        return true;
    case PASSWORD_CHANGE:
    case SOFTWARE_UPDATE:
    case REMINDER_DELIVERY:
        return path_is_server(matter->reach);
    case OPENING:
    case LICENSE_UPLOAD:
    case EULA_ACCEPTANCE:
    case ACTOR_ENROLMENT:
    case ACTOR_REMOVAL:
    case GROUP_CREATION:
    case GROUP_UPDATE:
    case GROUP_MOVE:
    case GROUP_REMOVAL:
    case GROUP_BLOCK:
    case ALLOCATION:
    case REMINDER_POLICY:
    case USER_CREATION:
    case USER_REMOVAL:
    case MEMBERSHIP:
    case USER_ASSIGNMENT:
    case PLAN:
    case VENDOR_ENROLMENT:
    case POLICY:
    case BOUNDARY:
    case REMINDER:
    case SNAPSHOT:
    case ARCHIVE:
    case CLOCK_STEP:
    case RESUMPTION:
    case REFUSALS_COUNTED:
    case KEY_ROTATION:
        return false;
    }
    abort();
}

static bool enrols_server_admin(const struct event *event)
{
    return event->kind == ACTOR_ENROLMENT && event->of.actor_enrolment.role == SERVER_ADMIN;
}

static bool ledger_may(const struct matter *matter, const struct event *event)
{
    if (event->kind == OPENING) return false; // there is one already
    if (kind_row((uint64_t)event->kind)->is_of_ledger) return true;
    return entity_seq(matter->id) == 1 && enrols_server_admin(event);
}

bool oracle_may(const struct matter *matter, const struct event *event)
{
    if (matter->author.role == ROLE_NONE) return ledger_may(matter, event);
    if (kind_row((uint64_t)event->kind)->is_of_ledger) return false;
    switch (matter->author.role) {
    case SERVER_ADMIN:
        return true;
    case SITE_ADMIN:
        return site_admin_may(matter, event);
    case AGENT:
        return agent_may(matter, event);
    case RECOVERY: // X19
        return enrols_server_admin(event);
    case AUDITOR:
    case ROLE_NONE:
        return false;
    }
    abort();
}

// New equipment: a unit that nobody holds, of a channel or a device or for no user.
static bool is_new_equipment(const struct facts *facts, const struct consumption *consumption)
{
    const struct bytes unit = oracle_unit(facts, consumption->resource, consumption->unit);
    if (facts_holding(facts, consumption->resource, unit) != NULL) return false;
    enum resource_kind kind = PER_SERVER;
    (void)facts_kind(facts, consumption->resource, &kind);
    return kind == PER_CHANNEL || kind == PER_DEVICE || consumption->user.size == 0;
}

bool oracle_is_setting(const struct matter *matter, const struct event *event)
{
    switch (event->kind) {
    case GROUP_CREATION:
    case GROUP_UPDATE:
    case GROUP_MOVE:
    case GROUP_REMOVAL:
    case GROUP_BLOCK:
    case ALLOCATION:
    case REMINDER_POLICY:
    case USER_CREATION:
    case USER_REMOVAL:
    case MEMBERSHIP:
    case USER_ASSIGNMENT:
    case TRANSFER:
    case POLICY:
        return true;
    case ACTOR_ENROLMENT: // X19, and the first server_admin of all
        return matter->author.role != RECOVERY && matter->author.role != ROLE_NONE;
    case VENDOR_ENROLMENT: // to revoke is to remove a key
        return event->of.vendor_enrolment.is_trusted;
    case CONSUMPTION:
        return is_new_equipment(matter->facts, &event->of.consumption);
    case OPENING:
    case LICENSE_UPLOAD:
    case EULA_ACCEPTANCE:
    case PASSWORD_CHANGE:
    case SOFTWARE_UPDATE:
    case ACTOR_REMOVAL:
    case RENEWAL:
    case RELEASE:
    case PLAN:
    case BOUNDARY:
    case REMINDER:
    case REMINDER_DELIVERY:
    case SNAPSHOT:
    case ARCHIVE:
    case CLOCK_STEP:
    case RESUMPTION:
    case REFUSALS_COUNTED:
    case KEY_ROTATION:
        return false;
    }
    abort();
}
