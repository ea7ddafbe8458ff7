// What is wrong with an event by itself, row by row of kinds.
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/event/event.h"

#include <stddef.h>

static bool has_name_twice(struct list entries)
{
    struct bytes       names[PACKAGE_ENTRY_MAX];
    uint32_t           count = 0;
    struct list_reader items = list_start(entries);
    for (struct entry entry; list_next(&items, &entry_record, &entry);) {
        for (uint32_t i = 0; i < count; i++) {
            if (bytes_is_equal(names[i], entry.name)) return true;
        }
        names[count++] = entry.name;
    }
    return false;
}

static const char *in_packages(struct list packages)
{
    struct bytes       names[PACKAGE_MAX];
    uint32_t           count = 0;
    struct list_reader items = list_start(packages);
    for (struct package package; list_next(&items, &package_record, &package);) {
        if (package.from_ms >= package.until_ms) return "until";
        if (has_name_twice(package.entries)) return "entries";
        for (uint32_t i = 0; i < count; i++) {
            if (bytes_is_equal(names[i], package.name)) return "packages";
        }
        names[count++] = package.name;
    }
    return NULL;
}

// The server has no packages: only whether the groups below may have more in all is saved there.
static const char *in_allocation(const struct event *event)
{
    const struct allocation *allocation = &event->of.allocation;
    if (!path_is_server(allocation->group)) return in_packages(allocation->packages);
    if (allocation->is_restricted) return "restricted";
    return allocation->packages.count > 0 ? "packages" : NULL;
}

static const char *in_user_assignment(const struct event *event)
{
    const struct user_assignment *assignment = &event->of.user_assignment;
    if (path_is_server(assignment->group)) return "group";
    if (assignment->from_ms >= assignment->until_ms) return "until";
    return has_name_twice(assignment->entries) ? "entries" : NULL;
}

static const char *in_actor_enrolment(const struct event *event)
{
    const struct actor_enrolment *enrolment = &event->of.actor_enrolment;
    const bool                    is_server = path_is_server(enrolment->group);
    if (enrolment->role == ROLE_NONE || enrolment->role == RECOVERY) return "role";
    if (enrolment->role == SERVER_ADMIN && !is_server) return "group";
    return enrolment->role == SITE_ADMIN && is_server ? "group" : NULL;
}

static const char *in_group_creation(const struct event *event)
{
    return path_is_server(event->of.group_creation.group) ? "group" : NULL;
}

static const char *in_group_update(const struct event *event)
{
    const struct group_update *update = &event->of.group_update;
    if (path_is_server(update->group)) return "group";
    return update->name.at == NULL && update->label.at == NULL ? "name" : NULL;
}

static const char *in_group_move(const struct event *event)
{
    return path_is_server(event->of.group_move.group) ? "group" : NULL;
}

static const char *in_group_removal(const struct event *event)
{
    return path_is_server(event->of.group_removal.group) ? "group" : NULL;
}

static const char *in_group_block(const struct event *event)
{
    return path_is_server(event->of.group_block.group) ? "group" : NULL;
}

// Either so many days before the end, or from a date on.
static const char *in_reminder_policy(const struct event *event)
{
    const struct reminder_policy *policy = &event->of.reminder_policy;
    if (path_is_server(policy->group)) return "group";
    if (policy->days == 0) return "days";
    if ((policy->days == DAYS_ABSENT) == (policy->date_ms == TIME_NEVER)) return "days";
    return NULL;
}

static const char *in_consumption(const struct event *event)
{
    const struct consumption *consumption = &event->of.consumption;
    const bool                is_leased = consumption->lease_ms != 0;
    if (is_leased && consumption->lease_ms < LEASE_MS_MIN) return "lease";
    return consumption->lease_set.at != NULL && !is_leased ? "lease" : NULL;
}

// One unit, or one set of a group.
static const char *in_renewal(const struct event *event)
{
    const struct renewal *renewal = &event->of.renewal;
    if ((renewal->resource.at == NULL) != (renewal->unit.at == NULL)) return "unit";
    if ((renewal->group.at == NULL) != (renewal->lease_set.at == NULL)) return "lease_set";
    return (renewal->unit.at == NULL) == (renewal->lease_set.at == NULL) ? "unit" : NULL;
}

static const char *in_transfer(const struct event *event)
{
    const struct transfer *transfer = &event->of.transfer;
    return transfer->to_unit.at == NULL && transfer->to_user.at == NULL ? "to_unit" : NULL;
}

static const char *in_user_creation(const struct event *event)
{
    return path_is_server(event->of.user_creation.group) ? "group" : NULL;
}

static const char *in_membership(const struct event *event)
{
    return path_is_server(event->of.membership.group) ? "group" : NULL;
}

typedef const char *offence_in(const struct event *event);

static offence_in *const rows[KIND_MAX + 1] = {
    [ALLOCATION] = in_allocation,
    [USER_ASSIGNMENT] = in_user_assignment,
    [ACTOR_ENROLMENT] = in_actor_enrolment,
    [GROUP_CREATION] = in_group_creation,
    [USER_CREATION] = in_user_creation,
    [MEMBERSHIP] = in_membership,
    [GROUP_UPDATE] = in_group_update,
    [GROUP_MOVE] = in_group_move,
    [GROUP_REMOVAL] = in_group_removal,
    [GROUP_BLOCK] = in_group_block,
    [REMINDER_POLICY] = in_reminder_policy,
    [CONSUMPTION] = in_consumption,
    [RENEWAL] = in_renewal,
    [TRANSFER] = in_transfer,
};

const char *event_offence(const struct event *event)
{
    offence_in *row = rows[event->kind];
    return row == NULL ? NULL : row(event);
}
