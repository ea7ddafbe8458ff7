// The part of history.h that keeps what was told of its proposals, to ask for it again.
#include "core/base/name.h"
#include "core/proof/key_certificate.h"
#include "tests/oracle/history_draw.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void keep_text(char *room, size_t size_max, struct bytes text)
{
    struct buffer buffer = buffer_over(room, size_max);
    buffer_add(&buffer, text);
    (void)buffer_text(&buffer);
    assert(!buffer.is_full);
}

static void learn_allocation(struct history *history, struct bytes path)
{
    for (uint32_t i = 0; i < history->group_count; i++) {
        struct known_group *group = &history->groups[i];
        if (bytes_is_equal(bytes_of_text(group->path), path)) group->version++;
    }
}

static void learn_actor(struct history *history, const struct actor_enrolment *enrolment,
                        entity_id id)
{
    if (history->actor_count == ACTOR_KNOWN_MAX) return;
    struct known_actor *actor = &history->actors[history->actor_count++];
    *actor = (struct known_actor){.id = id, .role = (enum role)enrolment->role};
    keep_text(actor->name, sizeof actor->name, enrolment->name);
    keep_text(actor->group, sizeof actor->group, enrolment->group);
}

static void learn_removal(struct history *history, struct bytes name)
{
    for (uint32_t i = 0; i < history->actor_count; i++) {
        if (!bytes_is_equal(bytes_of_text(history->actors[i].name), name)) continue;
        if (chance(history, 10)) return; // tries to speak again
        history->actors[i] = history->actors[--history->actor_count];
        return;
    }
}

// Forgets any unit when there are too many: only a guess at what to release.
static void learn_unit(struct history *history, const struct consumption *consumption)
{
    const bool         is_full = history->unit_count == UNIT_KNOWN_MAX;
    const uint32_t     at = is_full ? below(history, UNIT_KNOWN_MAX) : history->unit_count++;
    struct known_unit *unit = &history->units[at];
    keep_text(unit->resource, sizeof unit->resource, consumption->resource);
    keep_text(unit->unit, sizeof unit->unit, consumption->unit);
    keep_text(unit->group, sizeof unit->group, consumption->group);
    keep_text(unit->user, sizeof unit->user, consumption->user);
    keep_text(unit->lease_set, sizeof unit->lease_set, consumption->lease_set);
    unit->lease_ms = consumption->lease_ms;
}

// No group: everywhere.
static void forget_member(struct history *history, struct bytes user, struct bytes group)
{
    for (uint32_t i = history->member_count; i > 0; i--) {
        const struct known_member *member = &history->members[i - 1];
        const bool                 is_there =
            group.size == 0 || bytes_is_equal(bytes_of_text(member->group), group);
        if (!is_there || !bytes_is_equal(bytes_of_text(member->user), user)) continue;
        history->members[i - 1] = history->members[--history->member_count];
    }
}

static void learn_member(struct history *history, struct bytes user, struct bytes group)
{
    if (history->member_count == MEMBER_KNOWN_MAX) return;
    struct known_member *member = &history->members[history->member_count++];
    keep_text(member->user, sizeof member->user, user);
    keep_text(member->group, sizeof member->group, group);
}

static void learn_membership(struct history *history, const struct membership *membership)
{
    if (membership->is_member)
        learn_member(history, membership->user, membership->group);
    else
        forget_member(history, membership->user, membership->group);
}

static void learn_transfer(struct history *history, const struct transfer *transfer)
{
    for (uint32_t i = 0; i < history->unit_count; i++) {
        struct known_unit *unit = &history->units[i];
        if (!bytes_is_equal(bytes_of_text(unit->unit), transfer->unit)) continue;
        if (!bytes_is_equal(bytes_of_text(unit->resource), transfer->resource)) continue;
        if (transfer->to_unit.size > 0) keep_text(unit->unit, NAME_ROOM, transfer->to_unit);
        if (transfer->to_user.size > 0) keep_text(unit->user, NAME_ROOM, transfer->to_user);
        return;
    }
}

static void learn_release(struct history *history, const struct release *release)
{
    for (uint32_t i = 0; i < history->unit_count; i++) {
        if (!bytes_is_equal(bytes_of_text(history->units[i].unit), release->unit)) continue;
        if (!bytes_is_equal(bytes_of_text(history->units[i].resource), release->resource)) continue;
        history->units[i] = history->units[--history->unit_count];
        return;
    }
}

// The path that stood below `from` stands below `to`; no bytes: nowhere any more.
static bool rewrite(char *path, struct bytes from, struct bytes to)
{
    char               room[2 * PATH_ROOM];
    const struct bytes old = bytes_of_text(path);
    if (!path_is_within(old, from) || path_is_server(old)) return true;
    if (to.size == 0) return false;
    (void)snprintf(room, sizeof room, "%.*s%s", (int)to.size, (const char *)to.at,
                   path + from.size);
    keep_text(path, PATH_ROOM, bytes_of_text(room));
    return true;
}

static void learn_paths(struct history *history, struct bytes from, struct bytes to)
{
    for (uint32_t i = history->group_count; i > 0; i--) {
        if (rewrite(history->groups[i - 1].path, from, to)) continue;
        history->groups[i - 1] = history->groups[--history->group_count];
    }
    for (uint32_t i = history->actor_count; i > 0; i--) {
        if (rewrite(history->actors[i - 1].group, from, to)) continue;
        history->actors[i - 1] = history->actors[--history->actor_count];
    }
    for (uint32_t i = history->unit_count; i > 0; i--) {
        if (rewrite(history->units[i - 1].group, from, to)) continue;
        history->units[i - 1] = history->units[--history->unit_count];
    }
    for (uint32_t i = history->member_count; i > 0; i--) {
        if (rewrite(history->members[i - 1].group, from, to)) continue;
        history->members[i - 1] = history->members[--history->member_count];
    }
}

static void learn_place(struct history *history, struct bytes from, struct bytes parent,
                        struct bytes name)
{
    char room[2 * PATH_ROOM];
    if (path_is_server(parent))
        (void)snprintf(room, sizeof room, "%.*s", (int)name.size, (const char *)name.at);
    else
        (void)snprintf(room, sizeof room, "%.*s/%.*s", (int)parent.size, (const char *)parent.at,
                       (int)name.size, (const char *)name.at);
    learn_paths(history, from, bytes_of_text(room));
}

static void learn_software(struct history *history, const struct software_update *update)
{
    char room[NAME_ROOM];
    (void)snprintf(room, sizeof room, "eula-%u", history->eula);
    if (bytes_is_equal(update->eula_version, bytes_of_text(room))) return;
    history->eula++;
    history->is_limited = true;
}

static void learn_group(struct history *history, const struct event *event)
{
    if (event->kind == GROUP_CREATION) {
        if (history->group_count == GROUP_KNOWN_MAX) return;
        keep_text(history->groups[history->group_count].path, PATH_ROOM,
                  event->of.group_creation.group);
        history->groups[history->group_count++].version = 0;
    } else if (event->kind == GROUP_UPDATE) {
        if (event->of.group_update.name.size == 0) return;
        learn_place(history, event->of.group_update.group,
                    path_parent(event->of.group_update.group), event->of.group_update.name);
    } else if (event->kind == GROUP_MOVE) {
        learn_place(history, event->of.group_move.group, event->of.group_move.parent,
                    path_last(event->of.group_move.group));
    } else {
        learn_paths(history, event->of.group_removal.group, (struct bytes){NULL, 0});
    }
}

static void learn_rotation(struct history *history, struct bytes certificate)
{
    struct key_certificate read;
    if (key_certificate_read(certificate, &read) != OK) abort();
    history->epoch = read.epoch;
    history->ledger_keyid = read.key.keyid;
}

void learn_event(struct history *history, const struct event *event, entity_id id)
{
    switch (event->kind) {
    case GROUP_CREATION:
    case GROUP_UPDATE:
    case GROUP_MOVE:
    case GROUP_REMOVAL:
        learn_group(history, event);
        return;
    case ALLOCATION:
        learn_allocation(history, event->of.allocation.group);
        return;
    case ACTOR_ENROLMENT:
        learn_actor(history, &event->of.actor_enrolment, id);
        return;
    case ACTOR_REMOVAL:
        learn_removal(history, event->of.actor_removal.name);
        return;
    case USER_CREATION:
        learn_member(history, event->of.user_creation.user, event->of.user_creation.group);
        return;
    case USER_REMOVAL:
        forget_member(history, event->of.user_removal.user, (struct bytes){NULL, 0});
        return;
    case MEMBERSHIP:
        learn_membership(history, &event->of.membership);
        return;
    case CONSUMPTION:
        learn_unit(history, &event->of.consumption);
        return;
    case RELEASE:
        learn_release(history, &event->of.release);
        return;
    case TRANSFER:
        learn_transfer(history, &event->of.transfer);
        return;
    case LICENSE_UPLOAD:
        history->is_limited = true;
        return;
    case PASSWORD_CHANGE:
        if (event->of.password_change.account.at[0] == 'A') history->is_limited = true;
        return;
    case SOFTWARE_UPDATE:
        learn_software(history, &event->of.software_update);
        return;
    case EULA_ACCEPTANCE:
        history->is_limited = false;
        return;
    case OPENING:
    case REMINDER:
    case GROUP_BLOCK:
    case REMINDER_POLICY:
    case USER_ASSIGNMENT:
    case RENEWAL:
    case PLAN:
    case VENDOR_ENROLMENT:
    case POLICY:
    case BOUNDARY:
    case REMINDER_DELIVERY:
    case SNAPSHOT:
    case ARCHIVE:
    case CLOCK_STEP:
    case RESUMPTION:
    case REFUSALS_COUNTED:
        return;
    case KEY_ROTATION:
        learn_rotation(history, event->of.key_rotation.certificate);
        return;
    }
}
