#include "core/event/event.h"

#include "core/base/limits.h"
#include "core/event/refusal.h"

#include <assert.h>
#include <string.h>

static const char *const role_words[] = {
    "none", "server_admin", "site_admin", "agent", "auditor", "recovery", NULL,
};

static const char *const direction_words[] = {"in", "out", NULL};
static const char *const purpose_words[] = {"user", "service", NULL};
static const char *const frequency_words[] = {"once", "daily", "weekly", "every_30_days", NULL};

const char *role_word(enum role role)
{
    assert((size_t)role < sizeof role_words / sizeof role_words[0] - 1);
    return role_words[role];
}

const char *frequency_word(enum frequency frequency)
{
    assert((size_t)frequency < sizeof frequency_words / sizeof frequency_words[0] - 1);
    return frequency_words[frequency];
}

// clang-format 14 crashes on these tables.
// clang-format off

#define AT(owner, member) offsetof(struct owner, member)
#define RECORD(owner)                                                                             \
    {#owner, owner##_fields, sizeof owner##_fields / sizeof owner##_fields[0], sizeof(struct owner)}

// Every administrative event may say why (X22).
#define REASON(owner)                                                                             \
    {.name = "reason", .type = FIELD_TEXT, .is_optional = true, .offset = AT(owner, reason),      \
     .max = REASON_SIZE_MAX, .help = "why; shown wherever the event is; no personal data"}

static const struct field entry_fields[] = {
    {.name = "name", .type = FIELD_NAME, .offset = AT(entry, name), .help = "resource or feature"},
    {.name = "count", .type = FIELD_NUMBER, .offset = AT(entry, count), .max = COUNT_MAX,
     .is_optional = true, .absent = ENTRY_FEATURE, .help = "units; absent: a feature, on"},
};
const struct record entry_record = RECORD(entry);

static const struct field package_fields[] = {
    {.name = "name", .type = FIELD_NAME, .offset = AT(package, name), .help = "unique in the group"},
    {.name = "from", .type = FIELD_TIME, .offset = AT(package, from_ms), .is_optional = true,
     .absent = 0, .help = "first instant of validity"},
    {.name = "until", .type = FIELD_TIME, .offset = AT(package, until_ms), .is_optional = true,
     .absent = TIME_NEVER, .help = "first instant after validity"},
    {.name = "entries", .type = FIELD_LIST, .offset = AT(package, entries),
     .max = PACKAGE_ENTRY_MAX, .item = &entry_record, .help = "counts and features"},
};
const struct record package_record = RECORD(package);

static const struct field vendor_key_fields[] = {
    {.name = "name", .type = FIELD_TEXT, .offset = AT(vendor_key, name), .max = 128,
     .help = "name of the key"},
    {.name = "key", .type = FIELD_KEY, .offset = AT(vendor_key, key), .help = "Ed25519 public key"},
};
const struct record vendor_key_record = RECORD(vendor_key);

static const struct field opening_fields[] = {
    {.name = "origin", .type = FIELD_TEXT, .offset = AT(opening, origin), .max = 128,
     .help = "the ledger's own name, for ever"},
    {.name = "server", .type = FIELD_TEXT, .offset = AT(opening, server), .max = 128,
     .help = "the server that licence files are made for"},
    {.name = "ledger_key", .type = FIELD_KEY, .offset = AT(opening, ledger_key),
     .help = "signs the checkpoints"},
    {.name = "recovery_key", .type = FIELD_KEY, .offset = AT(opening, recovery_key),
     .help = "kept offline; enrols a server_admin when none is left"},
    {.name = "software_version", .type = FIELD_TEXT, .offset = AT(opening, software_version),
     .max = 64, .help = "of the server when the ledger was opened"},
    {.name = "eula_version", .type = FIELD_TEXT, .offset = AT(opening, eula_version), .max = 64,
     .help = "of the EULA when the ledger was opened"},
    {.name = "vendors", .type = FIELD_LIST, .offset = AT(opening, vendors), .max = VENDOR_MAX,
     .item = &vendor_key_record, .help = "keys trusted to sign licence files"},
    {.name = "test_clock", .type = FIELD_FLAG, .offset = AT(opening, has_test_clock),
     .help = "ledger time is set by command: not for production"},
};
static const struct record opening_record = RECORD(opening);

static const struct field license_upload_fields[] = {
    {.name = "file", .type = FIELD_FILE, .offset = AT(license_upload, file),
     .max = LICENSE_FILE_SIZE_MAX, .help = "the signed licence file"},
    {.name = "source", .type = FIELD_TEXT, .offset = AT(license_upload, source),
     .max = URL_SIZE_MAX, .is_optional = true, .help = "the address it was fetched from"},
    REASON(license_upload),
};
static const struct record license_upload_record = RECORD(license_upload);

static const struct field eula_acceptance_fields[] = {
    {.name = "version", .type = FIELD_TEXT, .offset = AT(eula_acceptance, version), .max = 64,
     .help = "of the EULA that is accepted"},
    REASON(eula_acceptance),
};
static const struct record eula_acceptance_record = RECORD(eula_acceptance);

static const struct field password_change_fields[] = {
    {.name = "account", .type = FIELD_NAME, .offset = AT(password_change, account),
     .help = "whose password; that of Admin makes the server limited"},
    REASON(password_change),
};
static const struct record password_change_record = RECORD(password_change);

static const struct field software_update_fields[] = {
    {.name = "software_version", .type = FIELD_TEXT,
     .offset = AT(software_update, software_version), .max = 64, .help = "that runs now"},
    {.name = "eula_version", .type = FIELD_TEXT, .offset = AT(software_update, eula_version),
     .max = 64, .help = "of the EULA that comes with it; another one makes the server limited"},
    REASON(software_update),
};
static const struct record software_update_record = RECORD(software_update);

static const struct field actor_enrolment_fields[] = {
    {.name = "name", .type = FIELD_NAME, .offset = AT(actor_enrolment, name),
     .help = "an opaque name for the key's holder"},
    {.name = "key", .type = FIELD_KEY, .offset = AT(actor_enrolment, key),
     .help = "Ed25519 public key"},
    {.name = "role", .type = FIELD_CHOICE, .offset = AT(actor_enrolment, role),
     .words = role_words, .help = "server_admin, site_admin, agent or auditor"},
    {.name = "group", .type = FIELD_PATH, .offset = AT(actor_enrolment, group),
     .help = "where the role holds; / for the whole server"},
    REASON(actor_enrolment),
    {.name = "must_sign", .type = FIELD_FLAG, .offset = AT(actor_enrolment, must_sign),
     .is_optional = true, .is_added = true,
     .help = "its session does not vouch for consumption, renewal and release"},
};
static const struct record actor_enrolment_record = RECORD(actor_enrolment);

static const struct field actor_removal_fields[] = {
    {.name = "name", .type = FIELD_NAME, .offset = AT(actor_removal, name),
     .help = "whose key is no longer accepted"},
    REASON(actor_removal),
};
static const struct record actor_removal_record = RECORD(actor_removal);

static const struct field group_creation_fields[] = {
    {.name = "group", .type = FIELD_PATH, .offset = AT(group_creation, group),
     .help = "path of the new group"},
    {.name = "label", .type = FIELD_NAME, .offset = AT(group_creation, label), .is_optional = true,
     .help = "what it is to people: dealer, building …"},
    REASON(group_creation),
};
static const struct record group_creation_record = RECORD(group_creation);

static const struct field group_update_fields[] = {
    {.name = "group", .type = FIELD_PATH, .offset = AT(group_update, group), .help = "which group"},
    {.name = "name", .type = FIELD_NAME, .offset = AT(group_update, name), .is_optional = true,
     .help = "its new name; absent: stays"},
    {.name = "label", .type = FIELD_NAME, .offset = AT(group_update, label), .is_optional = true,
     .help = "what it is to people; absent: stays"},
    REASON(group_update),
};
static const struct record group_update_record = RECORD(group_update);

static const struct field group_move_fields[] = {
    {.name = "group", .type = FIELD_PATH, .offset = AT(group_move, group), .help = "which group"},
    {.name = "parent", .type = FIELD_PATH, .offset = AT(group_move, parent),
     .help = "below which group it stands from now on; / for none"},
    {.name = "force", .type = FIELD_FLAG, .offset = AT(group_move, is_forced),
     .help = "move although units in use are suspended"},
    REASON(group_move),
};
static const struct record group_move_record = RECORD(group_move);

static const struct field group_removal_fields[] = {
    {.name = "group", .type = FIELD_PATH, .offset = AT(group_removal, group),
     .help = "which group"},
    {.name = "cascade", .type = FIELD_FLAG, .offset = AT(group_removal, is_cascade),
     .help = "with all groups below, and releases what is held there"},
    REASON(group_removal),
};
static const struct record group_removal_record = RECORD(group_removal);

static const struct field group_block_fields[] = {
    {.name = "group", .type = FIELD_PATH, .offset = AT(group_block, group), .help = "which group"},
    {.name = "blocked", .type = FIELD_FLAG, .offset = AT(group_block, is_blocked),
     .help = "false unblocks"},
    REASON(group_block),
};
static const struct record group_block_record = RECORD(group_block);

static const struct field allocation_fields[] = {
    {.name = "group", .type = FIELD_PATH, .offset = AT(allocation, group),
     .help = "whose licences are saved"},
    {.name = "version", .type = FIELD_NUMBER, .offset = AT(allocation, version), .max = COUNT_MAX,
     .help = "of the group's licences that this save was made from"},
    {.name = "restricted", .type = FIELD_FLAG, .offset = AT(allocation, is_restricted),
     .help = "the packages limit the group"},
    {.name = "oversubscribed", .type = FIELD_FLAG, .offset = AT(allocation, is_oversubscribed),
     .help = "the groups below may have more in all than this one"},
    {.name = "force", .type = FIELD_FLAG, .offset = AT(allocation, is_forced),
     .help = "save although units in use are suspended"},
    {.name = "packages", .type = FIELD_LIST, .offset = AT(allocation, packages),
     .max = PACKAGE_MAX, .item = &package_record, .help = "all packages of the group"},
    REASON(allocation),
};
static const struct record allocation_record = RECORD(allocation);

static const struct field reminder_policy_fields[] = {
    {.name = "group", .type = FIELD_PATH, .offset = AT(reminder_policy, group),
     .help = "of whose packages"},
    {.name = "enabled", .type = FIELD_FLAG, .offset = AT(reminder_policy, is_enabled),
     .help = "false: no reminders"},
    {.name = "frequency", .type = FIELD_CHOICE, .offset = AT(reminder_policy, frequency),
     .words = frequency_words, .help = "how often until the end"},
    {.name = "days", .type = FIELD_NUMBER, .offset = AT(reminder_policy, days), .max = 3650,
     .is_optional = true, .absent = DAYS_ABSENT, .help = "the first so many days before the end"},
    {.name = "date", .type = FIELD_TIME, .offset = AT(reminder_policy, date_ms),
     .is_optional = true, .absent = TIME_NEVER, .help = "or the first at this instant"},
    {.name = "copies", .type = FIELD_FLAG, .offset = AT(reminder_policy, is_copied),
     .help = "also to the site_admins of the groups below that are touched"},
    REASON(reminder_policy),
};
static const struct record reminder_policy_record = RECORD(reminder_policy);

static const struct field user_creation_fields[] = {
    {.name = "user", .type = FIELD_NAME, .offset = AT(user_creation, user),
     .help = "an opaque name for the person"},
    {.name = "group", .type = FIELD_PATH, .offset = AT(user_creation, group),
     .help = "the first group of the user"},
    REASON(user_creation),
};
static const struct record user_creation_record = RECORD(user_creation);

static const struct field user_removal_fields[] = {
    {.name = "user", .type = FIELD_NAME, .offset = AT(user_removal, user), .help = "who"},
    {.name = "cascade", .type = FIELD_FLAG, .offset = AT(user_removal, is_cascade),
     .help = "releases what the user holds"},
    REASON(user_removal),
};
static const struct record user_removal_record = RECORD(user_removal);

static const struct field membership_fields[] = {
    {.name = "user", .type = FIELD_NAME, .offset = AT(membership, user), .help = "who"},
    {.name = "group", .type = FIELD_PATH, .offset = AT(membership, group), .help = "of which group"},
    {.name = "member", .type = FIELD_FLAG, .offset = AT(membership, is_member),
     .help = "false removes the user from the group"},
    {.name = "cascade", .type = FIELD_FLAG, .offset = AT(membership, is_cascade),
     .help = "releases what the user holds there"},
    REASON(membership),
};
static const struct record membership_record = RECORD(membership);

static const struct field user_assignment_fields[] = {
    {.name = "user", .type = FIELD_NAME, .offset = AT(user_assignment, user), .help = "whose"},
    {.name = "group", .type = FIELD_PATH, .offset = AT(user_assignment, group),
     .help = "in which group"},
    {.name = "from", .type = FIELD_TIME, .offset = AT(user_assignment, from_ms),
     .is_optional = true, .absent = 0, .help = "first instant of validity"},
    {.name = "until", .type = FIELD_TIME, .offset = AT(user_assignment, until_ms),
     .is_optional = true, .absent = TIME_NEVER, .help = "first instant after validity"},
    {.name = "entries", .type = FIELD_LIST, .offset = AT(user_assignment, entries),
     .max = PACKAGE_ENTRY_MAX, .item = &entry_record, .is_optional = true,
     .help = "counts and features; absent: the assignment is removed"},
    {.name = "force", .type = FIELD_FLAG, .offset = AT(user_assignment, is_forced),
     .help = "save although units in use are suspended"},
    REASON(user_assignment),
};
static const struct record user_assignment_record = RECORD(user_assignment);

static const struct field consumption_fields[] = {
    {.name = "group", .type = FIELD_PATH, .offset = AT(consumption, group),
     .help = "which group is charged"},
    {.name = "resource", .type = FIELD_NAME, .offset = AT(consumption, resource),
     .help = "of which resource"},
    {.name = "unit", .type = FIELD_NAME, .offset = AT(consumption, unit),
     .help = "channel, component, device, number …"},
    {.name = "user", .type = FIELD_NAME, .offset = AT(consumption, user), .is_optional = true,
     .help = "for whom"},
    {.name = "direction", .type = FIELD_CHOICE, .offset = AT(consumption, direction),
     .is_optional = true, .absent = DIRECTION_ABSENT, .words = direction_words,
     .help = "in or out, of a per-device resource"},
    {.name = "purpose", .type = FIELD_CHOICE, .offset = AT(consumption, purpose),
     .is_optional = true, .is_added = true, .absent = PURPOSE_USER, .words = purpose_words,
     .help = "user unless told; what serves a service cannot be bound"},
    {.name = "needed", .type = FIELD_NAME, .offset = AT(consumption, needed), .is_optional = true,
     .is_added = true, .help = "unit of the needed resource to bind; absent: the oldest"},
    {.name = "lease", .type = FIELD_DURATION, .offset = AT(consumption, lease_ms),
     .max = LEASE_MS_MAX, .is_optional = true, .is_added = true, .absent = 0,
     .help = "not renewed in that time, it is released"},
    {.name = "lease_set", .type = FIELD_NAME, .offset = AT(consumption, lease_set),
     .is_optional = true, .is_added = true,
     .help = "of the group: holdings with one lease that one renewal renews"},
};
static const struct record consumption_record = RECORD(consumption);

static const struct field renewal_fields[] = {
    {.name = "resource", .type = FIELD_NAME, .offset = AT(renewal, resource), .is_optional = true,
     .help = "of which resource"},
    {.name = "unit", .type = FIELD_NAME, .offset = AT(renewal, unit), .is_optional = true,
     .help = "the held unit"},
    {.name = "group", .type = FIELD_PATH, .offset = AT(renewal, group), .is_optional = true,
     .help = "or the charged group"},
    {.name = "lease_set", .type = FIELD_NAME, .offset = AT(renewal, lease_set),
     .is_optional = true, .help = "and its set of holdings with one lease"},
};
static const struct record renewal_record = RECORD(renewal);

static const struct field release_fields[] = {
    {.name = "resource", .type = FIELD_NAME, .offset = AT(release, resource),
     .help = "of which resource"},
    {.name = "unit", .type = FIELD_NAME, .offset = AT(release, unit), .help = "the held unit"},
    {.name = "direction", .type = FIELD_CHOICE, .offset = AT(release, direction),
     .is_optional = true, .absent = DIRECTION_ABSENT, .words = direction_words,
     .help = "in or out; absent: both"},
    {.name = "cascade", .type = FIELD_FLAG, .offset = AT(release, is_cascade),
     .is_optional = true, .is_added = true, .help = "and the unit that is bound to it"},
};
static const struct record release_record = RECORD(release);

static const struct field transfer_fields[] = {
    {.name = "resource", .type = FIELD_NAME, .offset = AT(transfer, resource),
     .help = "of which resource"},
    {.name = "unit", .type = FIELD_NAME, .offset = AT(transfer, unit), .help = "the held unit"},
    {.name = "to_unit", .type = FIELD_NAME, .offset = AT(transfer, to_unit), .is_optional = true,
     .help = "the unit that takes its place; absent: stays"},
    {.name = "to_user", .type = FIELD_NAME, .offset = AT(transfer, to_user), .is_optional = true,
     .help = "whose it is from now on, of the same group; absent: stays"},
    REASON(transfer),
};
static const struct record transfer_record = RECORD(transfer);

static const struct field plan_fields[] = {
    {.name = "events", .type = FIELD_EVENTS, .offset = AT(plan, events), .max = PLAN_PROPOSAL_MAX,
     .help = "all or nothing, in this order"},
    REASON(plan),
};
static const struct record plan_record = RECORD(plan);

static const struct field vendor_enrolment_fields[] = {
    {.name = "name", .type = FIELD_TEXT, .offset = AT(vendor_enrolment, name), .max = 128,
     .help = "name of the vendor's key"},
    {.name = "key", .type = FIELD_KEY, .offset = AT(vendor_enrolment, key),
     .help = "Ed25519 public key"},
    {.name = "trusted", .type = FIELD_FLAG, .offset = AT(vendor_enrolment, is_trusted),
     .help = "false revokes"},
    REASON(vendor_enrolment),
};
static const struct record vendor_enrolment_record = RECORD(vendor_enrolment);

static const struct field policy_fields[] = {
    {.name = "must_sign", .type = FIELD_FLAG, .offset = AT(policy, must_sign),
     .help = "no session vouches for consumption, renewal and release"},
    {.name = "refusal_rate", .type = FIELD_NUMBER, .offset = AT(policy, refusal_rate),
     .max = COUNT_MAX, .help = "logged refusals a minute and author; beyond, they are counted"},
    REASON(policy),
};
static const struct record policy_record = RECORD(policy);

static const struct field boundary_fields[] = {
    {.name = "edge", .type = FIELD_TIME, .offset = AT(boundary, edge_ms),
     .help = "every edge up to this instant has passed"},
};
static const struct record boundary_record = RECORD(boundary);

static const struct field reminded_resource_fields[] = {
    {.name = "name", .type = FIELD_NAME, .offset = AT(reminded_resource, name),
     .help = "of the package"},
    {.name = "maximum", .type = FIELD_NUMBER, .offset = AT(reminded_resource, maximum),
     .max = INT64_MAX, .help = "of the group"},
    {.name = "used", .type = FIELD_NUMBER, .offset = AT(reminded_resource, used),
     .max = INT64_MAX, .help = "in the group and below"},
    {.name = "available", .type = FIELD_NUMBER, .offset = AT(reminded_resource, available),
     .max = INT64_MAX, .help = "in the group"},
};
const struct record reminded_resource_record = RECORD(reminded_resource);

static const struct field reminded_actor_fields[] = {
    {.name = "name", .type = FIELD_NAME, .offset = AT(reminded_actor, name), .help = "whom"},
    {.name = "copy", .type = FIELD_FLAG, .offset = AT(reminded_actor, is_copy),
     .help = "of a group below"},
};
const struct record reminded_actor_record = RECORD(reminded_actor);

static const struct field reminded_group_fields[] = {
    {.name = "path", .type = FIELD_PATH, .offset = AT(reminded_group, path), .help = "below"},
};
const struct record reminded_group_record = RECORD(reminded_group);

static const struct field reminder_fields[] = {
    {.name = "group", .type = FIELD_PATH, .offset = AT(reminder, group), .help = "whose package"},
    {.name = "package", .type = FIELD_NAME, .offset = AT(reminder, package), .help = "which ends"},
    {.name = "until", .type = FIELD_TIME, .offset = AT(reminder, until_ms), .help = "its end"},
    {.name = "due", .type = FIELD_TIME, .offset = AT(reminder, due_ms),
     .help = "the instant that it is for"},
    {.name = "days_left", .type = FIELD_NUMBER, .offset = AT(reminder, days_left),
     .max = INT64_MAX, .help = "whole days until the end"},
    {.name = "resources", .type = FIELD_LIST, .offset = AT(reminder, resources),
     .max = PACKAGE_ENTRY_MAX, .item = &reminded_resource_record, .help = "as they are now"},
    {.name = "actors", .type = FIELD_LIST, .offset = AT(reminder, actors), .max = REMINDED_MAX,
     .item = &reminded_actor_record, .help = "whom it is for, the first of them"},
    {.name = "actor_count", .type = FIELD_NUMBER, .offset = AT(reminder, actor_count),
     .max = INT64_MAX, .help = "how many they are"},
    {.name = "touched", .type = FIELD_LIST, .offset = AT(reminder, touched), .max = REMINDED_MAX,
     .item = &reminded_group_record, .help = "groups below whose end this is, the first of them"},
    {.name = "touched_count", .type = FIELD_NUMBER, .offset = AT(reminder, touched_count),
     .max = INT64_MAX, .help = "how many they are"},
};
static const struct record reminder_record = RECORD(reminder);

static const struct field reminder_delivery_fields[] = {
    {.name = "reminder", .type = FIELD_NUMBER, .offset = AT(reminder_delivery, reminder),
     .max = INT64_MAX, .help = "the seq of the reminder"},
    {.name = "sent", .type = FIELD_FLAG, .offset = AT(reminder_delivery, is_sent),
     .help = "false: it failed"},
    {.name = "detail", .type = FIELD_TEXT, .offset = AT(reminder_delivery, detail),
     .max = REASON_SIZE_MAX, .is_optional = true, .help = "what was said; no personal data"},
    REASON(reminder_delivery),
};
static const struct record reminder_delivery_record = RECORD(reminder_delivery);

static const struct field snapshot_fields[] = {
    {.name = "size", .type = FIELD_NUMBER, .offset = AT(snapshot, size), .max = INT64_MAX,
     .help = "events that it covers"},
    {.name = "digest", .type = FIELD_HASH, .offset = AT(snapshot, digest),
     .help = "of the state after them"},
    {.name = "file", .type = FIELD_HASH, .offset = AT(snapshot, file),
     .help = "the hash that the file ends with"},
};
static const struct record snapshot_record = RECORD(snapshot);

static const struct field archive_fields[] = {
    {.name = "below", .type = FIELD_NUMBER, .offset = AT(archive, below), .max = INT64_MAX,
     .help = "the first event that stays in the ledger; a multiple of 256"},
    {.name = "root", .type = FIELD_HASH, .offset = AT(archive, root),
     .help = "of the tree of the events below"},
};
static const struct record archive_record = RECORD(archive);

static const struct field resumption_fields[] = {
    {.name = "since", .type = FIELD_TIME, .offset = AT(resumption, since_ms),
     .help = "of the last event before the stop"},
};
static const struct record resumption_record = RECORD(resumption);

static const struct field refusal_count_fields[] = {
    {.name = "actor", .type = FIELD_NAME, .offset = AT(refusal_count, actor), .help = "whose"},
    {.name = "code", .type = FIELD_NUMBER, .offset = AT(refusal_count, code),
     .max = REFUSAL_CODE_MAX, .help = "of the refusals"},
    {.name = "count", .type = FIELD_NUMBER, .offset = AT(refusal_count, count), .max = INT64_MAX,
     .help = "how many"},
};
const struct record refusal_count_record = RECORD(refusal_count);

static const struct field refusals_counted_fields[] = {
    {.name = "from", .type = FIELD_TIME, .offset = AT(refusals_counted, from_ms),
     .help = "those from this instant on"},
    {.name = "counts", .type = FIELD_LIST, .offset = AT(refusals_counted, counts),
     .max = REFUSAL_COUNT_MAX, .item = &refusal_count_record, .help = "by actor and code"},
};
static const struct record refusals_counted_record = RECORD(refusals_counted);

static const struct field clock_step_fields[] = {
    {.name = "wall", .type = FIELD_TIME, .offset = AT(clock_step, wall_ms),
     .help = "what the clock says"},
    REASON(clock_step),
};
static const struct record clock_step_record = RECORD(clock_step);

static const struct field key_rotation_fields[] = {
    {.name = "certificate", .type = FIELD_FILE, .offset = AT(key_rotation, certificate),
     .max = KEY_CERTIFICATE_SIZE_MAX, .help = "of the new key, signed by the recovery key"},
    REASON(key_rotation),
};
static const struct record key_rotation_record = RECORD(key_rotation);

// clang-format on

static const struct kind_row rows[] = {
    {OPENING,           false, true,  &opening_record,           "the first event of a ledger"        },
    {LICENSE_UPLOAD,    true,  false, &license_upload_record,    "a new licence file for the server"  },
    {EULA_ACCEPTANCE,   true,  false, &eula_acceptance_record,   "leaves limited mode"                },
    {PASSWORD_CHANGE,   true,  false, &password_change_record,   "a password changed at the server"   },
    {SOFTWARE_UPDATE,   true,  false, &software_update_record,   "other software runs at the server"  },
    {ACTOR_ENROLMENT,   true,  false, &actor_enrolment_record,   "a key that may speak, with a role"  },
    {ACTOR_REMOVAL,     true,  false, &actor_removal_record,     "a key that may no longer speak"     },
    {GROUP_CREATION,    true,  false, &group_creation_record,    "a new group"                        },
    {GROUP_UPDATE,      true,  false, &group_update_record,      "another name or label of a group"   },
    {GROUP_MOVE,        true,  false, &group_move_record,        "a group stands below another one"   },
    {GROUP_REMOVAL,     true,  false, &group_removal_record,     "a group goes"                       },
    {GROUP_BLOCK,       true,  false, &group_block_record,       "switches a group off, or on again"  },
    {ALLOCATION,        true,  false, &allocation_record,        "saves all licences of a group"      },
    {REMINDER_POLICY,   true,  false, &reminder_policy_record,   "when a group's ends are reminded of"},
    {USER_CREATION,     true,  false, &user_creation_record,     "a new user with a first group"      },
    {USER_REMOVAL,      true,  false, &user_removal_record,      "a user goes"                        },
    {MEMBERSHIP,        true,  false, &membership_record,        "a user joins or leaves a group"     },
    {USER_ASSIGNMENT,   true,  false, &user_assignment_record,   "narrows what a user has of a group" },
    {CONSUMPTION,       false, false, &consumption_record,       "takes one unit"                     },
    {RENEWAL,           false, false, &renewal_record,           "a lease begins anew"                },
    {RELEASE,           false, false, &release_record,           "gives a unit back"                  },
    {TRANSFER,          true,  false, &transfer_record,          "a holding gets another unit or user"},
    {PLAN,              true,  false, &plan_record,              "many events, all or nothing"        },
    {VENDOR_ENROLMENT,  true,  false, &vendor_enrolment_record,  "trusts or revokes a vendor's key"   },
    {POLICY,            true,  false, &policy_record,            "how the ledger is run"              },
    {BOUNDARY,          false, true,  &boundary_record,          "windows that have begun or ended"   },
    {REMINDER,          false, true,  &reminder_record,          "an end that is near"                },
    {REMINDER_DELIVERY, true,  false, &reminder_delivery_record, "what became of a reminder"          },
    {SNAPSHOT,          false, true,  &snapshot_record,          "the state was written to a file"    },
    {ARCHIVE,           false, true,  &archive_record,           "old events are kept elsewhere"      },
    {CLOCK_STEP,        true,  false, &clock_step_record,        "believes a clock that jumped"       },
    {RESUMPTION,        false, true,  &resumption_record,        "the ledger runs again"              },
    {REFUSALS_COUNTED,  false, true,  &refusals_counted_record,  "refusals that were too many to log" },
    {KEY_ROTATION,      true,  false, &key_rotation_record,      "another key signs the checkpoints"  },
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

const struct kind_row *kind_row(uint64_t kind)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((uint64_t)rows[i].kind == kind) return &rows[i];
    }
    return NULL;
}

const struct kind_row *kind_by_name(struct bytes name)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (bytes_is_equal(bytes_of_text(rows[i].record->name), name)) return &rows[i];
    }
    return NULL;
}

const struct kind_row *kind_at(uint32_t index)
{
    return index < ROW_COUNT ? &rows[index] : NULL;
}

uint32_t event_field_count(const struct event *event)
{
    const struct kind_row *row = kind_row((uint64_t)event->kind);
    assert(row != NULL);
    return record_written_count(row->record, &event->of);
}

static void refuse(struct pack_reader *reader, const char **offence, const char *field)
{
    reader->is_bad = true;
    *offence = field;
}

void event_read(struct pack_reader *reader, uint32_t field_count, struct event *event,
                const char **offence)
{
    const struct kind_row *row = kind_row(pack_read_number(reader, KIND_MAX));
    if (reader->is_bad || row == NULL) {
        refuse(reader, offence, "kind");
        return;
    }
    if (!record_takes(row->record, field_count)) {
        refuse(reader, offence, "fields");
        return;
    }
    *event = (struct event){.kind = row->kind};
    const struct field *field = record_read(row->record, field_count, reader, &event->of);
    if (field != NULL) refuse(reader, offence, field->name);
}

void event_write(const struct event *event, struct buffer *buffer)
{
    const struct kind_row *row = kind_row((uint64_t)event->kind);
    assert(row != NULL);
    pack_number(buffer, (uint64_t)event->kind);
    record_write(row->record, &event->of, buffer);
}

struct bytes event_reason(const struct event *event)
{
    const struct kind_row *row = kind_row((uint64_t)event->kind);
    assert(row != NULL);
    for (uint32_t i = 0; i < row->record->field_count; i++) {
        const struct field *field = &row->record->fields[i];
        if (strcmp(field->name, "reason") == 0) return field_bytes(field, &event->of);
    }
    return (struct bytes){NULL, 0};
}

bool event_read_packed(struct bytes packed, struct event *event, const char **offence)
{
    struct pack_reader reader = pack_reader(packed);
    const uint32_t     count = pack_read_array(&reader, PACK_ITEM_MAX);
    if (count == 0) {
        *offence = "kind";
        return false;
    }
    event_read(&reader, count - 1, event, offence);
    if (reader.is_bad) return false;
    if (pack_read_end(&reader)) return true;
    *offence = "fields";
    return false;
}
