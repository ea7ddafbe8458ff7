#include "tests/oracle/oracle.h"

#include "core/base/name.h"
#include "core/proof/crypto.h"
#include "core/proof/key.h"
#include "core/proof/note.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct oracle {
    struct facts facts;
    uint64_t     time_ms;
};

// One event to decide: on a draft of the facts, which the oracle takes over when all goes well.
struct matter {
    struct facts    *facts;
    entity_id        id; // what the event creates would have
    uint64_t         now_ms;
    struct actor_row author;
};

static struct oracle_answer answer_of(struct verdict verdict)
{
    return (struct oracle_answer){
        .verdict = verdict,
        .findings = {.verdicts = {verdict}, .count = 1},
        .is_appended = verdict.code == ACCEPTED || refusal_row(verdict.code)->is_logged,
    };
}

static struct oracle_answer refuse(enum refusal code)
{
    return answer_of((struct verdict){.code = code, .node = NODE_NONE});
}

static struct oracle_answer refuse_at(enum refusal code, const struct group_row *node,
                                      uint64_t limit, uint64_t used)
{
    return answer_of(
        (struct verdict){.code = code, .node = node->id, .limit = limit, .used = used});
}

static struct oracle_answer malformed(const char *offence)
{
    struct oracle_answer answer = refuse(MALFORMED);
    answer.offence = offence;
    return answer;
}

static struct oracle_answer accept(void)
{
    return refuse(ACCEPTED);
}

static struct oracle_answer accept_without_change(void)
{
    struct oracle_answer answer = accept();
    answer.is_appended = false;
    return answer;
}

// --- Units -----------------------------------------------------------------------------------

static bool is_per_device(const struct facts *facts, struct bytes resource)
{
    enum resource_kind kind = FEATURE;
    return facts_kind(facts, resource, &kind) && kind == PER_DEVICE;
}

struct bytes oracle_unit(const struct facts *facts, struct bytes resource, struct bytes unit)
{
    if (!is_per_device(facts, resource)) return unit;
    uint8_t *folded = facts_keep_room(facts, unit.size);
    size_t   size = 0;
    for (size_t i = 0; i < unit.size; i++) {
        const uint8_t character = unit.at[i];
        if (strchr(":-. ", character) != NULL) continue;
        const bool is_upper = character >= 'A' && character <= 'Z';
        folded[size++] = is_upper ? (uint8_t)(character - 'A' + 'a') : character;
    }
    return (struct bytes){folded, size};
}

// T02. Whether the current file of another vendor has the name.
static bool is_name_of_other(const struct facts *facts, struct bytes vendor, struct bytes name)
{
    const uint32_t upload_count = facts_count(facts, FACT_UPLOAD);
    for (uint32_t i = 0; i < upload_count; i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        if (!facts_is_newest(facts, i, upload_count)) continue;
        if (bytes_is_equal(upload->vendor, vendor)) continue;
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            if (bytes_is_equal(upload->license->entries[j].name, name)) return true;
        }
    }
    return false;
}

// --- X08: malformed --------------------------------------------------------------------------

static bool has_distinct_entries(struct list list)
{
    struct list_reader entries = list_start(list);
    uint32_t           at = 0;
    for (struct entry entry; list_next(&entries, &entry_record, &entry); at++) {
        struct list_reader others = list_start(list);
        struct entry       other;
        for (uint32_t i = 0; i < at && list_next(&others, &entry_record, &other); i++) {
            if (bytes_is_equal(entry.name, other.name)) return false;
        }
    }
    return true;
}

// B13, B14.
static bool are_packages_well_formed(struct list list)
{
    struct list_reader packages = list_start(list);
    uint32_t           at = 0;
    for (struct package package; list_next(&packages, &package_record, &package); at++) {
        if (package.from_ms >= package.until_ms) return false;
        if (!has_distinct_entries(package.entries)) return false;
        struct list_reader others = list_start(list);
        struct package     other;
        for (uint32_t i = 0; i < at && list_next(&others, &package_record, &other); i++) {
            if (bytes_is_equal(package.name, other.name)) return false;
        }
    }
    return true;
}

static const char *malformed_allocation(const struct allocation *allocation)
{
    if (path_is_server(allocation->group)) {
        if (allocation->is_restricted) return "restricted";
        if (allocation->packages.count > 0) return "packages";
    }
    return are_packages_well_formed(allocation->packages) ? NULL : "packages";
}

static const char *malformed_enrolment(const struct actor_enrolment *enrolment)
{
    if (enrolment->role == ROLE_NONE || enrolment->role == RECOVERY) return "role";
    if (enrolment->role == SERVER_ADMIN && !path_is_server(enrolment->group)) return "group";
    return crypto_is_valid_point(enrolment->key.at) ? NULL : "key";
}

static const char *malformed_vendor(const struct vendor_enrolment *enrolment)
{
    if (!key_is_name(enrolment->name)) return "name";
    return crypto_is_valid_point(enrolment->key.at) ? NULL : "key";
}

static const char *malformed_assignment(const struct user_assignment *assignment)
{
    if (assignment->from_ms >= assignment->until_ms) return "until";
    return has_distinct_entries(assignment->entries) ? NULL : "entries";
}

// T10. Devices come in a direction, other units in none; as far as a file ever said what it is.
static const char *malformed_consumption(const struct facts       *facts,
                                         const struct consumption *consumption)
{
    enum resource_kind kind = FEATURE;
    const bool         has_direction = consumption->direction != DIRECTION_ABSENT;
    if (oracle_unit(facts, consumption->resource, consumption->unit).size == 0) return "unit";
    if (!facts_kind(facts, consumption->resource, &kind)) return NULL;
    return has_direction == (kind == PER_DEVICE) ? NULL : "direction";
}

// The field that is not in form although it reads well, or NULL.
static const char *malformed_field(const struct facts *facts, const struct event *event)
{
    switch (event->kind) {
    case GROUP_CREATION:
        return path_is_server(event->of.group_creation.group) ? "group" : NULL;
    case ALLOCATION:
        return malformed_allocation(&event->of.allocation);
    case ACTOR_ENROLMENT:
        return malformed_enrolment(&event->of.actor_enrolment);
    case VENDOR_ENROLMENT:
        return malformed_vendor(&event->of.vendor_enrolment);
    case USER_ASSIGNMENT:
        return malformed_assignment(&event->of.user_assignment);
    case CONSUMPTION:
        return malformed_consumption(facts, &event->of.consumption);
    case RELEASE: // its unit is looked at where it is found
    case OPENING:
    case LICENSE_UPLOAD:
    case EULA_ACCEPTANCE:
    case ACTOR_REMOVAL:
    case USER_CREATION:
    case MEMBERSHIP:
    case PLAN:
    case BOUNDARY:
    case CLOCK_STEP:
    case PASSWORD_CHANGE:
    case SOFTWARE_UPDATE:
    case GROUP_UPDATE:
    case GROUP_MOVE:
    case GROUP_REMOVAL:
    case GROUP_BLOCK:
    case REMINDER_POLICY:
    case USER_REMOVAL:
    case RENEWAL:
    case TRANSFER:
    case POLICY:
    case REMINDER:
    case REMINDER_DELIVERY:
    case RESUMPTION:
    case REFUSALS_COUNTED:
        return NULL;
    }
    abort();
}

// --- R: who may ------------------------------------------------------------------------------

static bool is_within(const struct matter *matter, struct bytes path)
{
    return path_is_within(path, matter->author.group);
}

static bool is_strictly_within(const struct matter *matter, struct bytes path)
{
    return is_within(matter, path) && !bytes_is_equal(path, matter->author.group);
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
        if (!is_within(matter, facts_group_of_id(matter->facts, membership->group)->path)) {
            return false;
        }
        is_within_any = true;
    }
    return is_within_any;
}

static bool may_manage_actor(const struct matter *matter, enum role role, struct bytes group)
{
    if (role == AGENT) return is_within(matter, group);
    return role == SITE_ADMIN && is_strictly_within(matter, group);
}

static bool may_remove_actor(const struct matter *matter, struct bytes name)
{
    const struct actor_row *actor = facts_actor(matter->facts, name);
    return actor != NULL && may_manage_actor(matter, actor->role, actor->group);
}

static bool site_admin_may(const struct matter *matter, const struct event *event)
{
    switch (event->kind) {
    case GROUP_CREATION:
        return is_strictly_within(matter, event->of.group_creation.group);
    case ALLOCATION: // B19: never the limits of its own group
        return is_strictly_within(matter, event->of.allocation.group);
    case USER_CREATION:
        return is_within(matter, event->of.user_creation.group);
    case MEMBERSHIP:
        return is_within(matter, event->of.membership.group) &&
               may_manage_user(matter, event->of.membership.user);
    case USER_ASSIGNMENT:
        return is_within(matter, event->of.user_assignment.group) &&
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
    case CONSUMPTION:
    case VENDOR_ENROLMENT:
    case BOUNDARY:
    case CLOCK_STEP:
    case PASSWORD_CHANGE:
    case SOFTWARE_UPDATE:
    case GROUP_UPDATE:
    case GROUP_MOVE:
    case GROUP_REMOVAL:
    case GROUP_BLOCK:
    case REMINDER_POLICY:
    case USER_REMOVAL:
    case RENEWAL:
    case TRANSFER:
    case POLICY:
    case REMINDER:
    case REMINDER_DELIVERY:
    case RESUMPTION:
    case REFUSALS_COUNTED:
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
    if (event->kind == BOUNDARY) return true;
    return entity_seq(matter->id) == 1 && enrols_server_admin(event);
}

static bool may(const struct matter *matter, const struct event *event)
{
    if (matter->author.role == ROLE_NONE) return ledger_may(matter, event);
    if (kind_row((uint64_t)event->kind)->is_of_ledger) return false;
    switch (matter->author.role) {
    case SERVER_ADMIN:
        return true;
    case SITE_ADMIN:
        return site_admin_may(matter, event);
    case AGENT:
        if (event->kind == CONSUMPTION) return is_within(matter, event->of.consumption.group);
        return event->kind == RELEASE;
    case RECOVERY: // X19
        return enrols_server_admin(event);
    case AUDITOR:
    case ROLE_NONE:
        return false;
    }
    abort();
}

// --- T13: what limited mode refuses -------------------------------------------------------------

// New equipment: a unit that nobody holds, of a channel or a device or for no user.
static bool is_new_equipment(const struct facts *facts, const struct consumption *consumption)
{
    const struct bytes unit = oracle_unit(facts, consumption->resource, consumption->unit);
    if (facts_holding(facts, consumption->resource, unit) != NULL) return false;
    enum resource_kind kind = PER_SERVER;
    (void)facts_kind(facts, consumption->resource, &kind);
    return kind == PER_CHANNEL || kind == PER_DEVICE || consumption->user.size == 0;
}

static bool is_setting(const struct matter *matter, const struct event *event)
{
    switch (event->kind) {
    case GROUP_CREATION:
    case ALLOCATION:
    case USER_CREATION:
    case MEMBERSHIP:
    case USER_ASSIGNMENT:
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
    case ACTOR_REMOVAL:
    case RELEASE:
    case PLAN:
    case BOUNDARY:
    case CLOCK_STEP:
    case PASSWORD_CHANGE:
    case SOFTWARE_UPDATE:
    case GROUP_UPDATE:
    case GROUP_MOVE:
    case GROUP_REMOVAL:
    case GROUP_BLOCK:
    case REMINDER_POLICY:
    case USER_REMOVAL:
    case RENEWAL:
    case TRANSFER:
    case POLICY:
    case REMINDER:
    case REMINDER_DELIVERY:
    case RESUMPTION:
    case REFUSALS_COUNTED:
        return false;
    }
    abort();
}

// --- Licence files and EULA --------------------------------------------------------------------

// The trusted vendor whose key signed the file, the one trusted first of several; NULL: none, or a
// trusted key's signature is wrong.
static const struct vendor_row *signing_vendor(const struct facts *facts, struct bytes file,
                                               struct note *note)
{
    struct verifier verifiers[VENDOR_MAX];
    uint32_t        rows[VENDOR_MAX];
    struct key_set  keys = {.at = verifiers};
    uint64_t        signed_by = 0;
    for (uint32_t i = 0; i < facts_count(facts, FACT_VENDOR); i++) {
        const struct vendor_row *vendor = facts_at(facts, FACT_VENDOR, i);
        if (!vendor->is_trusted) continue;
        if (verifier_init(&verifiers[keys.count], vendor->name, KEY_ED25519, vendor->key.at) != OK)
            continue;
        rows[keys.count++] = i;
    }
    if (note_parse(file, note) != OK) return NULL;
    if (note_verify(note, &keys, &signed_by) != OK) return NULL;
    for (uint32_t i = 0; i < keys.count; i++) {
        if ((signed_by >> i & 1) != 0) return facts_at(facts, FACT_VENDOR, rows[i]);
    }
    return NULL;
}

static bool is_current_file(const struct facts *facts, struct bytes file)
{
    const uint32_t upload_count = facts_count(facts, FACT_UPLOAD);
    for (uint32_t i = 0; i < upload_count; i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        if (!facts_is_newest(facts, i, upload_count)) continue;
        if (bytes_is_equal(upload->file, file)) return true;
    }
    return false;
}

static enum refusal judge_names(const struct facts *facts, struct bytes vendor,
                                const struct license *license)
{
    const struct group_row *server = facts_at(facts, FACT_GROUP, 0);
    for (uint32_t i = 0; i < license->entry_count; i++) {
        if (is_name_of_other(facts, vendor, license->entries[i].name)) return NAME_TAKEN;
    }
    for (uint32_t i = 0; i < license->entry_count; i++) {
        const struct license_entry *entry = &license->entries[i];
        enum resource_kind          kind = entry->kind;
        (void)facts_kind(facts, entry->name, &kind);
        if (kind != entry->kind && amounts_used(facts, server, entry->name) > 0) {
            return KIND_CHANGED;
        }
    }
    return ACCEPTED;
}

// T20. A trigger enters the mode, or moves the latest reason when it is on already.
static void trigger(struct facts *facts, enum mode_reason reason)
{
    if (!facts->is_limited) facts->uploads_before = facts_count(facts, FACT_UPLOAD);
    facts->is_limited = true;
    facts->reason = reason;
}

// T02, T03.
static struct oracle_answer decide_license(struct matter               *matter,
                                           const struct license_upload *upload)
{
    struct facts *facts = matter->facts;
    struct note   note;
    if (is_current_file(facts, upload->file)) return refuse(ALREADY_CURRENT);
    const struct bytes       file = facts_keep(facts, upload->file);
    const struct vendor_row *vendor = signing_vendor(facts, file, &note);
    if (vendor == NULL) return refuse(BAD_SIGNATURE);

    struct license      *license = facts_keep_room(facts, sizeof *license);
    struct license_fault fault;
    const bool           is_well_formed = license_read(note.text, license, &fault);
    const bool           names_server = license->server.size > 0;
    if (names_server && !bytes_is_equal(license->server, facts->server))
        return refuse(WRONG_SERVER);
    if (!is_well_formed) return refuse(MALFORMED_LICENSE);
    const struct upload_row *current =
        facts_file(facts, vendor->name, facts_count(facts, FACT_UPLOAD));
    if (current != NULL && license->serial <= current->license->serial) {
        return refuse(STALE_LICENSE);
    }
    const enum refusal names = judge_names(facts, vendor->name, license);
    if (names != ACCEPTED) return refuse(names);

    trigger(facts, REASON_LICENSE);
    facts_add(facts, FACT_UPLOAD,
              &(struct upload_row){.vendor = vendor->name, .file = file, .license = license});
    return accept();
}

// T23.
static struct oracle_answer decide_eula(struct matter                *matter,
                                        const struct eula_acceptance *acceptance)
{
    if (!bytes_is_equal(acceptance->version, matter->facts->eula_version)) {
        return refuse(EULA_VERSION_MISMATCH);
    }
    matter->facts->is_limited = false;
    return accept();
}

// T02. A vendor is its name; to trust it again replaces its key.
static struct oracle_answer decide_vendor(struct matter                 *matter,
                                          const struct vendor_enrolment *enrolment)
{
    struct facts           *facts = matter->facts;
    struct vendor_row      *known = facts_vendor(facts, enrolment->name);
    const struct vendor_row vendor = {
        .name = facts_keep(facts, enrolment->name),
        .key = facts_keep(facts, enrolment->key),
        .is_trusted = enrolment->is_trusted,
    };
    if (!enrolment->is_trusted) {
        if (known == NULL || !known->is_trusted) return refuse(UNKNOWN_VENDOR);
        if (!bytes_is_equal(known->key, enrolment->key)) return refuse(UNKNOWN_VENDOR);
    }
    if (known != NULL) {
        *known = vendor;
        return accept();
    }
    if (facts_count(facts, FACT_VENDOR) == VENDOR_MAX) return refuse(TOO_MANY);
    facts_add(facts, FACT_VENDOR, &vendor);
    return accept();
}

// --- Actors -----------------------------------------------------------------------------------

static bool is_actor_key(const struct facts *facts, struct bytes key)
{
    if (bytes_is_equal(key, facts->ledger_key) || bytes_is_equal(key, facts->recovery_key)) {
        return true;
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_ACTOR); i++) {
        const struct actor_row *row = facts_at(facts, FACT_ACTOR, i);
        if (bytes_is_equal(row->key, key)) return true;
    }
    return false;
}

static struct oracle_answer decide_enrolment(struct matter                *matter,
                                             const struct actor_enrolment *enrolment)
{
    struct facts *facts = matter->facts;
    if (facts_group(facts, enrolment->group) == NULL) return refuse(UNKNOWN_GROUP);
    if (facts_actor(facts, enrolment->name) != NULL) return refuse(NAME_TAKEN);
    if (is_actor_key(facts, enrolment->key)) return refuse(KEY_TAKEN);
    facts_add(facts, FACT_ACTOR,
              &(struct actor_row){
                  .id = matter->id,
                  .name = facts_keep(facts, enrolment->name),
                  .key = facts_keep(facts, enrolment->key),
                  .role = (enum role)enrolment->role,
                  .group = facts_keep(facts, enrolment->group),
              });
    return accept();
}

static struct oracle_answer decide_removal(struct matter              *matter,
                                           const struct actor_removal *removal)
{
    uint32_t server_admins = 0;
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < facts_count(matter->facts, FACT_ACTOR); i++) {
        const struct actor_row *row = facts_at(matter->facts, FACT_ACTOR, i);
        if (row->role == SERVER_ADMIN) server_admins++;
        if (bytes_is_equal(row->name, removal->name)) found = i;
    }
    if (found == UINT32_MAX) return refuse(UNKNOWN_ACTOR);
    const struct actor_row *actor = facts_at(matter->facts, FACT_ACTOR, found);
    if (actor->role == SERVER_ADMIN && server_admins == 1) return refuse(LAST_SERVER_ADMIN); // R
    facts_cut(matter->facts, FACT_ACTOR, found);
    return accept();
}

// --- Groups and their licences -----------------------------------------------------------------

static struct oracle_answer decide_group(struct matter               *matter,
                                         const struct group_creation *creation)
{
    struct facts *facts = matter->facts;
    if (facts_group(facts, path_parent(creation->group)) == NULL) return refuse(UNKNOWN_GROUP);
    if (facts_group(facts, creation->group) != NULL) return refuse(NAME_TAKEN);
    facts_add(facts, FACT_GROUP,
              &(struct group_row){.id = matter->id, .path = facts_keep(facts, creation->group)});
    return accept();
}

static struct oracle_answer answer_save(const struct findings *findings)
{
    if (findings->count == 0) return accept();
    struct oracle_answer answer = answer_of(findings->verdicts[0]);
    answer.findings = *findings;
    return answer;
}

// B14: one save, nothing half-applied.
static struct oracle_answer decide_allocation(struct matter           *matter,
                                              const struct allocation *allocation)
{
    struct facts     *facts = matter->facts;
    struct group_row *group = facts_group(facts, allocation->group);
    struct findings   findings = {.count = 0};
    if (group == NULL) return refuse(UNKNOWN_GROUP);
    if (allocation->version != group->version) {
        return refuse_at(VERSION_CONFLICT, group, group->version, allocation->version);
    }

    struct facts before = facts_copy(facts);
    group->version++;
    group->is_restricted = allocation->is_restricted;
    group->is_oversubscribed = allocation->is_oversubscribed;
    group->package_count = allocation->packages.count;
    group->packages = facts_keep_packages(facts, allocation->packages);
    const struct save save = {
        .before = &before,
        .after = facts,
        .group = allocation->group,
        .user = USER_NONE,
        .now_ms = matter->now_ms,
        .is_forced = allocation->is_forced,
    };
    saves_check_allocation(&save, &findings);
    facts_drop(&before);
    return answer_save(&findings);
}

// --- Users --------------------------------------------------------------------------------------

static struct oracle_answer decide_user(struct matter *matter, const struct user_creation *creation)
{
    struct facts           *facts = matter->facts;
    const struct group_row *group = facts_group(facts, creation->group);
    if (group == NULL) return refuse(UNKNOWN_GROUP);
    if (facts_user(facts, creation->user) != NULL) return refuse(NAME_TAKEN);
    facts_add(facts, FACT_USER, &(struct user_row){matter->id, facts_keep(facts, creation->user)});
    facts_add(facts, FACT_MEMBERSHIP, &(struct membership_row){matter->id, group->id});
    return accept();
}

static struct oracle_answer join(struct facts *facts, const struct user_row *user,
                                 const struct group_row *group)
{
    uint32_t count = 0;
    if (facts_membership(facts, user->id, group->id) != NULL) return refuse(ALREADY_A_MEMBER);
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user == user->id) count++;
    }
    if (count >= MEMBERSHIP_MAX) return refuse(TOO_MANY_MEMBERSHIPS);
    facts_add(facts, FACT_MEMBERSHIP, &(struct membership_row){user->id, group->id});
    return accept();
}

static void cut_assignment(struct facts *facts, entity_id user, entity_id group)
{
    for (uint32_t i = facts_count(facts, FACT_ASSIGNMENT); i > 0; i--) {
        const struct assignment_row *row = facts_at(facts, FACT_ASSIGNMENT, i - 1);
        if (row->user == user && row->group == group) facts_cut(facts, FACT_ASSIGNMENT, i - 1);
    }
}

static void cut_membership(struct facts *facts, entity_id user, entity_id group)
{
    for (uint32_t i = facts_count(facts, FACT_MEMBERSHIP); i > 0; i--) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i - 1);
        if (row->user == user && row->group == group) facts_cut(facts, FACT_MEMBERSHIP, i - 1);
    }
}

// B42. Returns whether there were any; cuts them off where `cuts`.
static bool find_holdings(struct facts *facts, entity_id user, entity_id group, bool cuts)
{
    bool found = false;
    for (uint32_t i = facts_count(facts, FACT_HOLDING); i > 0; i--) {
        const struct holding_row *row = facts_at(facts, FACT_HOLDING, i - 1);
        if (row->user != user || row->group != group) continue;
        found = true;
        if (cuts) facts_cut(facts, FACT_HOLDING, i - 1);
    }
    return found;
}

static struct oracle_answer decide_membership(struct matter           *matter,
                                              const struct membership *membership)
{
    struct facts           *facts = matter->facts;
    const struct group_row *group = facts_group(facts, membership->group);
    const struct user_row  *user = facts_user(facts, membership->user);
    if (group == NULL) return refuse(UNKNOWN_GROUP);
    if (user == NULL) return refuse(UNKNOWN_USER);
    if (membership->is_member) return join(facts, user, group);
    if (facts_membership(facts, user->id, group->id) == NULL) return refuse(NOT_A_MEMBER);
    const bool in_use = find_holdings(facts, user->id, group->id, membership->is_cascade);
    if (in_use && !membership->is_cascade) return refuse(MEMBERSHIP_IN_USE);
    cut_assignment(facts, user->id, group->id);
    cut_membership(facts, user->id, group->id);
    return accept();
}

// B26.
static struct oracle_answer decide_assignment(struct matter                *matter,
                                              const struct user_assignment *assignment)
{
    struct facts           *facts = matter->facts;
    const struct group_row *group = facts_group(facts, assignment->group);
    const struct user_row  *user = facts_user(facts, assignment->user);
    struct findings         findings = {.count = 0};
    if (group == NULL) return refuse(UNKNOWN_GROUP);
    if (user == NULL) return refuse(UNKNOWN_USER);
    if (facts_membership(facts, user->id, group->id) == NULL) return refuse(NOT_A_MEMBER);

    struct facts before = facts_copy(facts);
    cut_assignment(facts, user->id, group->id);
    if (assignment->entries.packed.at != NULL) {
        const struct window window = {assignment->from_ms, assignment->until_ms};
        facts_add(facts, FACT_ASSIGNMENT,
                  &(struct assignment_row){
                      .user = user->id,
                      .group = group->id,
                      .package = facts_keep_package(facts, assignment->entries, window),
                  });
    }
    const struct save save = {
        .before = &before,
        .after = facts,
        .group = assignment->group,
        .user = user->id,
        .now_ms = matter->now_ms,
        .is_forced = assignment->is_forced,
    };
    saves_check_assignment(&save, &findings);
    facts_drop(&before);
    return answer_save(&findings);
}

// --- Consumption and release -------------------------------------------------------------------

// The unit is held by the same group and the same user already.
static struct holding_row *same_holding(const struct facts       *facts,
                                        const struct consumption *consumption)
{
    const struct bytes  unit = oracle_unit(facts, consumption->resource, consumption->unit);
    struct holding_row *holding = facts_holding(facts, consumption->resource, unit);
    if (holding == NULL) return NULL;
    const struct bytes path = facts_group_of_id(facts, holding->group)->path;
    if (!bytes_is_equal(path, consumption->group)) return NULL;
    const struct user_row *user = facts_user(facts, consumption->user);
    if (consumption->user.size > 0 && user == NULL) return NULL;
    const entity_id id = user == NULL ? USER_NONE : user->id;
    return holding->user == id ? holding : NULL;
}

// X08: granted before every check of state; appended only where it adds a direction.
static struct oracle_answer ask_again(struct holding_row       *holding,
                                      const struct consumption *consumption)
{
    if (consumption->direction == DIRECTION_ABSENT) return accept_without_change();
    if (holding->is_connected[consumption->direction]) return accept_without_change();
    holding->is_connected[consumption->direction] = true;
    return accept();
}

static bool is_member_within(const struct facts *facts, entity_id user, struct bytes path)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user) continue;
        if (path_is_within(facts_group_of_id(facts, row->group)->path, path)) return true;
    }
    return false;
}

static enum refusal judge_user(const struct matter *matter, const struct consumption *consumption)
{
    const struct facts    *facts = matter->facts;
    const struct user_row *user = facts_user(facts, consumption->user);
    if (consumption->user.size == 0) return ACCEPTED;
    if (user == NULL) return UNKNOWN_USER;
    if (!is_member_within(facts, user->id, matter->author.group)) {
        // One who sees everything sees a user without any group, too.
        return path_is_server(matter->author.group) ? NOT_A_MEMBER : UNKNOWN_USER;
    }
    const entity_id group = facts_group(facts, consumption->group)->id;
    return facts_membership(facts, user->id, group) != NULL ? ACCEPTED : NOT_A_MEMBER;
}

// B02, B01, X08: what the path says.
static struct oracle_answer judge_path(const struct matter *matter, const struct group_row *group,
                                       struct bytes resource)
{
    const struct facts     *facts = matter->facts;
    const struct moment     now = {matter->now_ms, CURRENT_FILES};
    const struct group_row *server = facts_at(facts, FACT_GROUP, 0);
    const struct group_row *node = NULL;
    if (!amounts_is_licensed(facts, resource, CURRENT_FILES)) {
        return refuse_at(NO_LICENSE, server, 0, amounts_used(facts, server, resource));
    }
    const enum refusal closed = amounts_closed(facts, group, resource, now, &node);
    if (closed != ACCEPTED) {
        return refuse_at(closed, node, 0, amounts_used(facts, node, resource));
    }
    node = amounts_bottleneck(facts, group, resource, now);
    if (amounts_room(facts, node, resource, now) > 0) return accept();
    return refuse_at(LIMIT_REACHED, node, amounts_limit(facts, node, resource, now),
                     amounts_used(facts, node, resource));
}

static void find_strictest(const struct matter *matter, entity_id user, entity_id charged,
                           struct bytes resource, struct findings *findings)
{
    const struct facts *facts = matter->facts;
    const struct moment now = {matter->now_ms, CURRENT_FILES};
    const uint64_t      used = amounts_used_by(facts, user, resource);
    uint64_t            least = UNLIMITED;
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user) continue;
        const struct group_row *group = facts_group_of_id(facts, row->group);
        const uint64_t          maximum = amounts_maximum(facts, group, resource, now);
        if (maximum < least) least = maximum;
        if (row->group == charged || amounts_available(facts, group, resource, now) > 0) continue;
        findings->verdicts[findings->count++] = (struct verdict){
            .code = STRICTEST_GROUP, .node = group->id, .limit = maximum, .used = used};
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user || used < least) continue;
        const struct group_row *group = facts_group_of_id(facts, row->group);
        if (amounts_maximum(facts, group, resource, now) != least) continue;
        findings->verdicts[findings->count++] = (struct verdict){
            .code = STRICTEST_GROUP, .node = group->id, .limit = least, .used = used};
    }
}

static void find_user_limit(const struct matter *matter, entity_id user, struct bytes resource,
                            struct findings *findings)
{
    const struct facts *facts = matter->facts;
    const uint64_t      used = amounts_used_by(facts, user, resource);
    uint64_t            least = UNLIMITED;
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user) continue;
        const uint64_t cap = amounts_cap(facts, user, row->group, resource, matter->now_ms);
        if (cap < least) least = cap;
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user || used < least) continue;
        if (amounts_cap(facts, user, row->group, resource, matter->now_ms) != least) continue;
        findings->verdicts[findings->count++] =
            (struct verdict){.code = USER_LIMIT, .node = row->group, .limit = least, .used = used};
    }
}

// B42, B26: what the user's other groups and the user's assignments say.
static struct oracle_answer judge_holder(const struct matter *matter, const struct group_row *group,
                                         const struct consumption *consumption)
{
    struct findings findings = {.count = 0};
    if (consumption->user.size == 0) return accept();
    const entity_id user = facts_user(matter->facts, consumption->user)->id;
    find_strictest(matter, user, group->id, consumption->resource, &findings);
    if (findings.count == 0) find_user_limit(matter, user, consumption->resource, &findings);
    return answer_save(&findings);
}

static struct oracle_answer decide_consumption(struct matter            *matter,
                                               const struct consumption *consumption)
{
    struct facts           *facts = matter->facts;
    const struct group_row *group = facts_group(facts, consumption->group);
    const struct bytes      unit = oracle_unit(facts, consumption->resource, consumption->unit);
    if (group == NULL) return refuse(UNKNOWN_GROUP);
    const enum refusal user = judge_user(matter, consumption);
    if (user != ACCEPTED) return refuse(user);
    if (facts_holding(facts, consumption->resource, unit) != NULL) return refuse(UNIT_HELD); // X15
    struct oracle_answer answer = judge_path(matter, group, consumption->resource);
    if (answer.verdict.code != ACCEPTED) return answer;
    answer = judge_holder(matter, group, consumption);
    if (answer.verdict.code != ACCEPTED) return answer;

    struct holding_row holding = {
        .group = group->id,
        .user = USER_NONE,
        .resource = facts_keep(facts, consumption->resource),
        .unit = facts_keep(facts, unit),
    };
    if (consumption->user.size > 0) holding.user = facts_user(facts, consumption->user)->id;
    if (consumption->direction != DIRECTION_ABSENT) {
        holding.is_connected[consumption->direction] = true;
    }
    facts_add(facts, FACT_HOLDING, &holding);
    return accept();
}

// T10: free when the last direction is released; without one, both are.
static struct oracle_answer decide_release(struct matter *matter, const struct release *release)
{
    struct facts       *facts = matter->facts;
    const struct bytes  unit = oracle_unit(facts, release->resource, release->unit);
    struct holding_row *holding = facts_holding(facts, release->resource, unit);
    if (holding == NULL) return refuse(NOT_HELD);
    if (!is_within(matter, facts_group_of_id(facts, holding->group)->path)) return refuse(NOT_HELD);
    if (release->direction != DIRECTION_ABSENT) {
        if (!is_per_device(facts, release->resource)) return malformed("direction");
        if (!holding->is_connected[release->direction]) return refuse(NOT_HELD);
        holding->is_connected[release->direction] = false;
        if (holding->is_connected[1 - release->direction]) return accept();
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        if (facts_at(facts, FACT_HOLDING, i) != holding) continue;
        facts_cut(facts, FACT_HOLDING, i);
        break;
    }
    return accept();
}

// --- X08: the order -----------------------------------------------------------------------------

static struct oracle_answer decide_event(struct matter *matter, const struct event *event)
{
    switch (event->kind) {
    case LICENSE_UPLOAD:
        return decide_license(matter, &event->of.license_upload);
    case EULA_ACCEPTANCE:
        return decide_eula(matter, &event->of.eula_acceptance);
    case ACTOR_ENROLMENT:
        return decide_enrolment(matter, &event->of.actor_enrolment);
    case ACTOR_REMOVAL:
        return decide_removal(matter, &event->of.actor_removal);
    case GROUP_CREATION:
        return decide_group(matter, &event->of.group_creation);
    case ALLOCATION:
        return decide_allocation(matter, &event->of.allocation);
    case USER_CREATION:
        return decide_user(matter, &event->of.user_creation);
    case MEMBERSHIP:
        return decide_membership(matter, &event->of.membership);
    case USER_ASSIGNMENT:
        return decide_assignment(matter, &event->of.user_assignment);
    case CONSUMPTION:
        return decide_consumption(matter, &event->of.consumption);
    case RELEASE:
        return decide_release(matter, &event->of.release);
    case VENDOR_ENROLMENT:
        return decide_vendor(matter, &event->of.vendor_enrolment);
    case BOUNDARY:   // D5: what it says is in the time that every question brings
    case CLOCK_STEP: // X07: for the daemon that reads the clock
        return accept();
    case OPENING:
    case PLAN:
    case PASSWORD_CHANGE:
    case SOFTWARE_UPDATE:
    case GROUP_UPDATE:
    case GROUP_MOVE:
    case GROUP_REMOVAL:
    case GROUP_BLOCK:
    case REMINDER_POLICY:
    case USER_REMOVAL:
    case RENEWAL:
    case TRANSFER:
    case POLICY:
    case REMINDER:
    case REMINDER_DELIVERY:
    case RESUMPTION:
    case REFUSALS_COUNTED:
        break;
    }
    abort();
}

// X05.
static bool is_stale(uint64_t not_after_ms, uint64_t now_ms)
{
    return not_after_ms < now_ms || not_after_ms > now_ms + NOT_AFTER_MS_MAX;
}

// The ledger's own events have no not_after.
static struct oracle_answer judge_event(struct matter *matter, const struct event *event,
                                        const uint64_t *not_after_ms)
{
    const char *offence = malformed_field(matter->facts, event);
    if (offence != NULL) return malformed(offence);
    if (!may(matter, event)) return refuse(FORBIDDEN);
    if (not_after_ms != NULL && is_stale(*not_after_ms, matter->now_ms)) {
        return refuse(STALE_PROPOSAL);
    }
    if (event->kind == CONSUMPTION) {
        struct holding_row *holding = same_holding(matter->facts, &event->of.consumption);
        if (holding != NULL) return ask_again(holding, &event->of.consumption);
    }
    if (matter->facts->is_limited && is_setting(matter, event)) return refuse(LIMITED_MODE);
    return decide_event(matter, event);
}

// X14: in order, each on the state after the former, all or nothing; a plan may what its events
// may.
static struct oracle_answer judge_plan(struct matter *matter, const struct proposal *proposal)
{
    struct list_reader   events = list_start(proposal->event.of.plan.events);
    struct oracle_answer all = accept_without_change();
    const uint64_t       seq = entity_seq(matter->id);
    uint32_t             index = 0;
    for (struct bytes packed; list_next_packed(&events, &packed); index++) {
        struct event event;
        const char  *offence = NULL;
        if (!event_read_packed(packed, &event, &offence)) abort(); // proposal_read() did
        matter->id = entity_id_of(seq, index);
        struct oracle_answer answer = judge_event(matter, &event, &proposal->not_after_ms);
        answer.verdict.index = index;
        if (answer.verdict.code != ACCEPTED) return answer;
        if (answer.is_appended) all.is_appended = true;
    }
    return all;
}

static bool find_author(const struct facts *facts, entity_id author, struct actor_row *row)
{
    *row = (struct actor_row){.id = author, .role = ROLE_NONE, .group = bytes_of_text("/")};
    if (author == AUTHOR_LEDGER) return true;
    row->role = RECOVERY;
    if (author == AUTHOR_RECOVERY) return true;
    const struct actor_row *actor = facts_actor_of_id(facts, author);
    if (actor == NULL) return false;
    *row = *actor;
    return true;
}

static struct oracle_answer judge(struct facts *draft, const struct oracle_question *question)
{
    struct proposal proposal;
    const char     *offence = NULL;
    struct matter   matter = {
          .facts = draft,
          .id = entity_id_of(question->seq, 0),
          .now_ms = question->time_ms,
    };
    if (!proposal_read(question->packed, &proposal, &offence)) return malformed(offence);
    const bool  is_known = find_author(draft, question->author, &matter.author);
    const char *field = malformed_field(draft, &proposal.event);
    if (field != NULL) return malformed(field);
    if (!is_known) return refuse(UNAUTHENTICATED);
    if (proposal.event.kind == PLAN) return judge_plan(&matter, &proposal);
    const bool is_of_ledger = question->author == AUTHOR_LEDGER;
    return judge_event(&matter, &proposal.event, is_of_ledger ? NULL : &proposal.not_after_ms);
}

struct oracle_answer oracle_preview(struct oracle *oracle, const struct oracle_question *question)
{
    struct facts               draft = facts_copy(&oracle->facts);
    const struct oracle_answer answer = judge(&draft, question);
    facts_drop(&draft);
    return answer;
}

struct oracle_answer oracle_propose(struct oracle *oracle, const struct oracle_question *question)
{
    assert(question->time_ms >= oracle->time_ms);
    oracle->time_ms = question->time_ms;
    struct facts               draft = facts_copy(&oracle->facts);
    const struct oracle_answer answer = judge(&draft, question);
    if (answer.verdict.code == ACCEPTED) {
        facts_drop(&oracle->facts);
        oracle->facts = draft;
    } else {
        facts_drop(&draft);
    }
    return answer;
}

struct oracle *oracle_open(struct bytes packed_opening)
{
    struct oracle  *oracle = calloc(1, sizeof *oracle);
    struct proposal proposal;
    const char     *offence = NULL;
    if (oracle == NULL || !proposal_read(packed_opening, &proposal, &offence)) abort();
    assert(proposal.event.kind == OPENING);
    const struct opening *opening = &proposal.event.of.opening;
    struct facts          facts = facts_open();
    facts.server = facts_keep(&facts, opening->server);
    facts.ledger_key = facts_keep(&facts, opening->ledger_key);
    facts.recovery_key = facts_keep(&facts, opening->recovery_key);
    facts.eula_version = facts_keep(&facts, opening->eula_version);
    facts_add(&facts, FACT_GROUP, &(struct group_row){.path = bytes_of_text("/")});
    struct list_reader vendors = list_start(opening->vendors);
    for (struct vendor_key vendor; list_next(&vendors, &vendor_key_record, &vendor);) {
        facts_add(&facts, FACT_VENDOR,
                  &(struct vendor_row){facts_keep(&facts, vendor.name),
                                       facts_keep(&facts, vendor.key), true});
    }
    trigger(&facts, REASON_EULA); // T23
    oracle->facts = facts;
    return oracle;
}

void oracle_close(struct oracle *oracle)
{
    if (oracle == NULL) return;
    facts_close(&oracle->facts);
    free(oracle);
}

const struct facts *oracle_facts(const struct oracle *oracle)
{
    return &oracle->facts;
}
