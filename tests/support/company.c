#include "tests/support/company.h"

#include "core/proof/crypto.h"
#include "core/proof/hash.h"
#include "core/proof/key_certificate.h"
#include "core/proof/note.h"
#include "projections/access.h"
#include "projections/actors.h"
#include "projections/digest.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/ledger_keys.h"
#include "projections/packages.h"
#include "projections/reminder_content.h"
#include "projections/schedule.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACTOR_MAX = 64, LINE_SIZE_MAX = 64 * 1024, TOLD_SIZE = 16 * 1024 };

struct company {
    struct state   *state;
    uint64_t        now_ms;
    uint32_t        actor;
    uint32_t        id_count, serial;
    int64_t         validity_ms;
    bool            is_rehearsed, is_damaged, is_previewed;
    bool            is_silent; // what is due does not become an event
    struct decision decision;
    uint8_t         proposal_room[PLAN_SIZE_MAX];
    char            told[TOLD_SIZE];
    size_t          told_size;
};

// --- Keys -------------------------------------------------------------------

// The key of a name, the same in every run.
static void key_of(const char *name, struct signer *signer, enum key_type type)
{
    const struct hash seed = hash_bytes(bytes_of_text(name));
    const enum status status = signer_init(signer, bytes_of_text(name), type, seed.at);
    assert(status == OK);
}

static struct bytes public_key(const char *name, uint8_t room[static 32])
{
    struct signer signer;
    key_of(name, &signer, KEY_ED25519);
    memcpy(room, signer.verifier.key, 32);
    signer_release(&signer);
    return (struct bytes){room, 32};
}

// --- Proposals --------------------------------------------------------------

static void record(struct company *company, const struct proposal *proposal, struct bytes packed,
                   uint32_t actor)
{
    const entity_id   author = actor == 0 ? AUTHOR_LEDGER : actor_at(company->state, actor)->id;
    const struct leaf leaf = {.version = RULES_VERSION,
                              .seq = server_at(company->state)->size,
                              .time_ms = company->now_ms,
                              .author = author,
                              .proposal = packed,
                              .verdict = company->decision.verdict};
    rules_record(company->state, &leaf, proposal);
}

static struct hash digest(const struct company *company)
{
    struct hash       hash;
    const enum status status = digest_of(company->state, &hash);
    assert(status == OK);
    return hash;
}

static void rehearse(struct company *company, const struct proposal *proposal, struct bytes packed,
                     uint32_t actor)
{
    const struct hash       before = digest(company);
    const struct state_mark mark = state_mark(company->state);
    rules_decide(company->state, proposal, actor, company->now_ms, &company->decision);
    if (company->decision.is_logged) record(company, proposal, packed, actor);
    state_rollback(company->state, mark);
    const struct hash after = digest(company);
    if (memcmp(before.at, after.at, sizeof after.at) != 0) company->is_damaged = true;
}

// What would happen is done, looked at, and put back.
static void preview(struct company *company, const struct proposal *proposal, struct bytes packed,
                    uint32_t actor)
{
    struct decision        *decision = &company->decision;
    const struct state_mark mark = state_mark(company->state);
    rules_decide(company->state, proposal, actor, company->now_ms, decision);
    if (decision->verdict.code != ACCEPTED || !decision->is_logged) return;
    record(company, proposal, packed, actor);
    losses_note(company->state, mark, company->now_ms, &decision->losses);
    state_rollback(company->state, mark);
    losses_count(company->state, company->now_ms, actor, &decision->losses);
}

static enum refusal propose(struct company *company, const struct event *event, uint32_t actor)
{
    struct proposal proposal = {.not_after_ms =
                                    (uint64_t)((int64_t)company->now_ms + company->validity_ms),
                                .event = *event};
    struct buffer   packed = buffer_over(company->proposal_room, sizeof company->proposal_room);
    const char     *offence = NULL;
    company->id_count++;
    memcpy(proposal.id, &company->id_count, sizeof company->id_count);
    proposal_write(&proposal, &packed);
    assert(!packed.is_full);
    struct decision *decision = &company->decision;
    if (!proposal_read(buffer_bytes(&packed), &proposal, &offence)) {
        decision->verdict = (struct verdict){.code = MALFORMED, .node = NODE_NONE};
        decision->offence = offence;
        decision->is_logged = false;
        why_init(&decision->why, 0);
        return MALFORMED;
    }
    if (company->is_rehearsed) rehearse(company, &proposal, buffer_bytes(&packed), actor);
    if (company->is_previewed) {
        preview(company, &proposal, buffer_bytes(&packed), actor);
        return decision->verdict.code;
    }
    rules_decide(company->state, &proposal, actor, company->now_ms, decision);
    if (decision->is_logged) {
        record(company, &proposal, buffer_bytes(&packed), actor);
        state_commit(company->state);
    }
    return decision->verdict.code;
}

// --- Reminders --------------------------------------------------------------

__attribute__((format(printf, 2, 3))) static void tell(struct company *company, const char *format,
                                                       ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(company->told + company->told_size, TOLD_SIZE - company->told_size,
                               format, arguments);
    va_end(arguments);
    assert(size >= 0 && (size_t)size < TOLD_SIZE - company->told_size);
    company->told_size += (size_t)size;
}

static void tell_text(struct company *company, const char *before, struct bytes text)
{
    tell(company, "%s%.*s", before, (int)text.size, (const char *)text.at);
}

// "G p due 2027-11-17 14 days to dealer, copy porter touches G/a G/b, 2 sip 5/1/4"
static void tell_reminder(struct company *company, const struct reminder *reminder)
{
    char text[TIME_TEXT_SIZE];
    tell_text(company, company->told_size > 0 ? "; " : "", reminder->group);
    tell_text(company, " ", reminder->package);
    tell(company, " due %s %u days to", time_to_text(reminder->due_ms, text),
         (unsigned)reminder->days_left);
    struct list_reader items = list_start(reminder->actors);
    for (struct reminded_actor item; list_next(&items, &reminded_actor_record, &item);) {
        tell_text(company, item.is_copy ? " copy " : " ", item.name);
    }
    if (reminder->actor_count > reminder->actors.count) {
        tell(company, " of %u", (unsigned)reminder->actor_count);
    }
    if (reminder->touched_count > 0)
        tell(company, " touches %u:", (unsigned)reminder->touched_count);
    items = list_start(reminder->touched);
    for (struct reminded_group item; list_next(&items, &reminded_group_record, &item);) {
        tell_text(company, " ", item.path);
    }
    items = list_start(reminder->resources);
    for (struct reminded_resource item; list_next(&items, &reminded_resource_record, &item);) {
        tell_text(company, " ", item.name);
        tell(company, " %u/%u/%u", (unsigned)item.maximum, (unsigned)item.used,
             (unsigned)item.available);
    }
}

// What is due becomes events, as the daemon makes them.
static void remind(struct company *company)
{
    while (!company->is_silent && server_at(company->state)->first_due != 0) {
        const struct decision   said = company->decision;
        struct reminder_content content;
        reminder_compose(company->state, server_at(company->state)->first_due, company->now_ms,
                         &content);
        const struct event event = {.kind = REMINDER, .of.reminder = content.reminder};
        tell_reminder(company, &content.reminder);
        const enum refusal code = propose(company, &event, 0);
        assert(code == ACCEPTED);
        company->decision = said;
    }
}

const char *company_told(struct company *company)
{
    static char told[TOLD_SIZE];
    memcpy(told, company->told, company->told_size);
    told[company->told_size] = 0;
    company->told_size = 0;
    return told;
}

void company_silence(struct company *company, bool is_silent)
{
    company->is_silent = is_silent;
    remind(company);
}

enum refusal company_propose(struct company *company, const struct event *event)
{
    const enum refusal code = propose(company, event, company->actor);
    remind(company);
    return code;
}

enum refusal company_propose_own(struct company *company, const struct event *event)
{
    return propose(company, event, 0);
}

void company_validity(struct company *company, int64_t ms)
{
    company->validity_ms = ms;
}

void company_id(struct company *company, uint32_t id)
{
    company->id_count = id - 1;
}

void company_rehearse(struct company *company)
{
    company->is_rehearsed = true;
}

void company_preview(struct company *company, bool is_previewed)
{
    company->is_previewed = is_previewed;
}

bool company_is_intact(const struct company *company)
{
    return !company->is_damaged;
}

struct company *company_open(void)
{
    struct company *company = calloc(1, sizeof *company);
    uint8_t         keys[4][32], vendor_room[256];
    enum status     status = crypto_start();
    if (status == OK) status = hash_start();
    if (status == OK) status = state_open(&company->state);
    assert(status == OK);
    company->validity_ms = 60000;
    (void)time_from_text(bytes_of_text("2026-11-01"), &company->now_ms);
    struct buffer           vendors = buffer_over(vendor_room, sizeof vendor_room);
    const struct vendor_key vendor = {bytes_of_text("vendor.example"),
                                      public_key("vendor.example", keys[0])};
    pack_array(&vendors, vendor_key_record.field_count);
    record_write(&vendor_key_record, &vendor, &vendors);
    const struct event opening = {
        .kind = OPENING,
        .of.opening = {.origin = bytes_of_text("ledger.example/test"),
                       .server = bytes_of_text("cam-hq.example"),
                       .ledger_key = public_key("ledger", keys[1]),
                       .recovery_key = public_key("recovery", keys[2]),
                       .software_version = bytes_of_text("4.6"),
                       .eula_version = bytes_of_text("1"),
                       .vendors = {buffer_bytes(&vendors), 1},
                       .has_test_clock = true}
    };
    const struct event admin = {
        .kind = ACTOR_ENROLMENT,
        .of.actor_enrolment = {.name = bytes_of_text("admin"),
                               .key = public_key("admin", keys[3]),
                               .role = SERVER_ADMIN,
                               .group = bytes_of_text("/")}
    };
    enum refusal code = propose(company, &opening, 0);
    if (code == ACCEPTED) code = propose(company, &admin, 0);
    assert(code == ACCEPTED);
    company_as(company, "admin");
    return company;
}

void company_close(struct company *company)
{
    state_close(company->state);
    free(company);
}

struct state *company_state(const struct company *company)
{
    return company->state;
}

uint64_t company_now(const struct company *company)
{
    return company->now_ms;
}

const struct decision *company_decision(const struct company *company)
{
    return &company->decision;
}

void company_as(struct company *company, const char *actor)
{
    company->actor = actor_by_name(company->state, bytes_of_text(actor));
    assert(company->actor != 0);
}

void company_set_time(struct company *company, const char *time)
{
    uint64_t   ms = 0;
    const bool is_time = time_from_text(bytes_of_text(time), &ms);
    assert(is_time && ms >= company->now_ms);
    company->now_ms = ms;
}

bool company_pass_slice(struct company *company)
{
    const struct event event = {.kind = BOUNDARY, .of.boundary = {.edge_ms = company->now_ms}};
    if (schedule_next(company->state) > company->now_ms) return false;
    const enum refusal code = propose(company, &event, 0);
    assert(code == ACCEPTED);
    return true;
}

void company_clock(struct company *company, const char *time)
{
    company_set_time(company, time);
    while (company_pass_slice(company)) {
    }
    remind(company);
}

enum refusal company_resume(struct company *company, const char *time)
{
    const struct event event = {.kind = RESUMPTION,
                                .of.resumption = {server_at(company->state)->time_ms}};
    company_set_time(company, time);
    const enum refusal code = propose(company, &event, 0);
    while (code == ACCEPTED && company_pass_slice(company)) {
    }
    return code;
}

// --- Lines of words ---------------------------------------------------------

struct words {
    struct bytes rest;
    uint8_t     *room; // for lists
    size_t       used;
};

static struct bytes next_word(struct words *words)
{
    while (words->rest.size > 0 && words->rest.at[0] == ' ') {
        words->rest = bytes_after(words->rest, 1);
    }
    return bytes_cut(&words->rest, ' ');
}

static bool take_word(struct words *words, const char *word)
{
    struct words ahead = *words;
    if (!bytes_is_equal(next_word(&ahead), bytes_of_text(word))) return false;
    words->rest = ahead.rest;
    return true;
}

static bool take_value(struct words *words, const char *key, struct bytes *value)
{
    struct words       ahead = *words;
    const struct bytes word = next_word(&ahead);
    if (!bytes_starts_with(word, bytes_of_text(key))) return false;
    *value = bytes_after(word, strlen(key));
    words->rest = ahead.rest;
    return true;
}

static uint64_t take_time(struct words *words, const char *key, uint64_t absent)
{
    struct bytes value;
    uint64_t     ms = 0;
    if (!take_value(words, key, &value)) return absent;
    const bool is_time = time_from_text(value, &ms);
    assert(is_time);
    return ms;
}

static uint64_t take_number(struct words *words, const char *key)
{
    struct bytes value;
    uint64_t     number = 0;
    if (take_value(words, key, &value)) (void)bytes_to_decimal(value, UINT64_MAX - 1, &number);
    return number;
}

static uint64_t take_direction(struct words *words)
{
    if (take_word(words, "in")) return DIRECTION_IN;
    return take_word(words, "out") ? DIRECTION_OUT : DIRECTION_ABSENT;
}

// Up to the end of the line or a word that ends with ';'.
static struct list take_entries(struct words *words)
{
    struct buffer packed = buffer_over(words->room + words->used, LINE_SIZE_MAX - words->used);
    struct list   list = {.count = 0};
    bool          is_last = false;
    while (!is_last && words->rest.size > 0) {
        struct bytes word = next_word(words);
        is_last = word.size > 0 && word.at[word.size - 1] == ';';
        if (is_last) word.size--;
        if (word.size == 0) continue;
        struct entry entry = {.count = ENTRY_FEATURE};
        entry.name = bytes_cut(&word, '=');
        if (word.size > 0) (void)bytes_to_decimal(word, ENTRY_FEATURE - 1, &entry.count);
        pack_array(&packed, 2);
        record_write(&entry_record, &entry, &packed);
        list.count++;
    }
    assert(!packed.is_full);
    list.packed = buffer_bytes(&packed);
    words->used += packed.size;
    return list;
}

static void read_allocation(struct words *words, struct allocation *allocation,
                            const struct state *state)
{
    struct bytes value;
    allocation->group = next_word(words);
    const uint32_t group = group_find(state, allocation->group);
    if (group != 0) allocation->version = group_at(state, group)->version;
    allocation->is_restricted = take_word(words, "restricted");
    allocation->is_oversubscribed = take_word(words, "oversubscribed");
    allocation->is_forced = take_word(words, "force");
    if (take_value(words, "version=", &value)) {
        (void)bytes_to_decimal(value, UINT64_MAX - 1, &allocation->version);
    }
    uint8_t       room[16 * 1024];
    struct buffer packed = buffer_over(room, sizeof room);
    while (words->rest.size > 0) {
        struct package package = {.name = next_word(words)};
        if (package.name.size == 0) break;
        package.from_ms = take_time(words, "from=", 0);
        package.until_ms = take_time(words, "until=", TIME_NEVER);
        (void)take_word(words, ":");
        package.entries = take_entries(words);
        pack_array(&packed, package_record.field_count);
        record_write(&package_record, &package, &packed);
        allocation->packages.count++;
    }
    uint8_t *kept = words->room + words->used;
    assert(!packed.is_full && packed.size < LINE_SIZE_MAX - words->used);
    memcpy(kept, packed.at, packed.size);
    words->used += packed.size;
    allocation->packages.packed = (struct bytes){kept, packed.size};
}

static uint64_t role_by_word(struct bytes word)
{
    for (uint64_t role = SERVER_ADMIN; role < RECOVERY; role++) {
        if (bytes_is_equal(bytes_of_text(role_word((enum role)role)), word)) return role;
    }
    return ROLE_NONE;
}

static struct bytes key_for(struct words *words, struct bytes name)
{
    char text[128];
    (void)snprintf(text, sizeof text, "%.*s", (int)name.size, (const char *)name.at);
    uint8_t *room = words->room + words->used;
    words->used += 32;
    return public_key(text, room);
}

static void read_assignment(struct words *words, struct event *event)
{
    struct user_assignment *assignment = &event->of.user_assignment;
    event->kind = USER_ASSIGNMENT;
    assignment->user = next_word(words);
    assignment->group = next_word(words);
    assignment->from_ms = take_time(words, "from=", 0);
    assignment->until_ms = take_time(words, "until=", TIME_NEVER);
    assignment->is_forced = take_word(words, "force");
    assignment->entries = take_entries(words);
}

static void read_consumption(struct words *words, struct event *event)
{
    struct consumption *consumption = &event->of.consumption;
    event->kind = CONSUMPTION;
    consumption->group = next_word(words);
    consumption->resource = next_word(words);
    consumption->unit = next_word(words);
    (void)take_value(words, "user=", &consumption->user);
    consumption->direction = take_direction(words);
    if (take_word(words, "service")) consumption->purpose = PURPOSE_SERVICE;
    (void)take_value(words, "needed=", &consumption->needed);
    consumption->lease_ms = take_number(words, "lease=");
    (void)take_value(words, "set=", &consumption->lease_set);
}

// What is done to a group that is there already.
static bool read_group_line(struct words *words, struct event *event)
{
    if (take_word(words, "rename")) {
        event->kind = GROUP_UPDATE;
        event->of.group_update.group = next_word(words);
        event->of.group_update.name = next_word(words);
    } else if (take_word(words, "label")) {
        event->kind = GROUP_UPDATE;
        event->of.group_update.group = next_word(words);
        event->of.group_update.label = next_word(words);
    } else if (take_word(words, "move")) {
        event->kind = GROUP_MOVE;
        event->of.group_move.group = next_word(words);
        event->of.group_move.parent = next_word(words);
        event->of.group_move.is_forced = take_word(words, "force");
    } else if (take_word(words, "drop")) {
        event->kind = GROUP_REMOVAL;
        event->of.group_removal.group = next_word(words);
        event->of.group_removal.is_cascade = take_word(words, "cascade");
    } else if (take_word(words, "block")) {
        event->kind = GROUP_BLOCK;
        event->of.group_block.group = next_word(words);
        event->of.group_block.is_blocked = true;
    } else if (take_word(words, "unblock")) {
        event->kind = GROUP_BLOCK;
        event->of.group_block.group = next_word(words);
    } else {
        return false;
    }
    return true;
}

static void read_reminder_policy(struct words *words, struct event *event)
{
    static const char *const frequencies[] = {"once", "daily", "weekly", "every_30_days"};
    struct reminder_policy  *policy = &event->of.reminder_policy;
    struct bytes             value;
    *event = (struct event){
        .kind = REMINDER_POLICY,
        .of.reminder_policy = {.days = DAYS_ABSENT, .date_ms = TIME_NEVER}
    };
    policy->group = next_word(words);
    policy->is_enabled = !take_word(words, "off");
    for (uint64_t i = 0; i < sizeof frequencies / sizeof frequencies[0]; i++) {
        if (take_word(words, frequencies[i])) policy->frequency = i;
    }
    if (take_value(words, "days=", &value)) (void)bytes_to_decimal(value, INT64_MAX, &policy->days);
    policy->date_ms = take_time(words, "date=", TIME_NEVER);
    policy->is_copied = take_word(words, "copies");
}

static void read_delivery(struct words *words, struct event *event)
{
    event->kind = REMINDER_DELIVERY;
    (void)bytes_to_decimal(next_word(words), INT64_MAX, &event->of.reminder_delivery.reminder);
    event->of.reminder_delivery.is_sent = take_word(words, "sent");
    (void)take_word(words, "failed");
}

static struct signer signer_for(struct bytes key, struct bytes name)
{
    const struct hash seed = hash_bytes(key);
    struct signer     signer = {0};
    const enum status status = signer_init(&signer, name, KEY_ED25519, seed.at);
    assert(status == OK);
    return signer;
}

static uint32_t keyid_for(struct bytes key, struct bytes name)
{
    struct signer  signer = signer_for(key, name);
    const uint32_t keyid = signer.verifier.keyid;
    signer_release(&signer);
    return keyid;
}

// The next epoch, after the key that signs, by the recovery key, unless the words say otherwise.
static void read_rotation(struct words *words, struct event *event, const struct state *state)
{
    const struct bytes     name = next_word(words);
    struct bytes           by = bytes_of_text("recovery"), after;
    struct verifier        current;
    uint32_t               epoch = 0;
    struct key_certificate certificate = {.epoch = take_number(words, "epoch=")};
    char                   root[KEY_NAME_SIZE_MAX];
    struct buffer          root_name = buffer_over(root, sizeof root);
    ledger_key_load(state, &current, &epoch);
    struct bytes origin = verifier_name(&current);
    buffer_add_text(&root_name, "root.");
    buffer_add(&root_name, origin);
    if (certificate.epoch == 0) certificate.epoch = epoch + 1;
    certificate.previous =
        take_value(words, "after=", &after) ? keyid_for(after, origin) : current.keyid;
    (void)take_value(words, "by=", &by);
    (void)take_value(words, "of=", &origin);
    certificate.size_from = take_number(words, "size=");
    certificate.not_before_s = take_time(words, "from=", 0) / 1000;
    certificate.not_after_s = take_time(words, "until=", TIME_MS_MAX) / 1000;
    struct signer key = signer_for(name, origin), signer = signer_for(by, buffer_bytes(&root_name));
    certificate.key = key.verifier;
    struct buffer note = buffer_over(words->room + words->used, KEY_CERTIFICATE_SIZE_MAX);
    key_certificate_write(&certificate, &signer, &note);
    assert(!note.is_full);
    words->used += note.size;
    signer_release(&signer);
    signer_release(&key);
    event->kind = KEY_ROTATION;
    event->of.key_rotation.certificate = buffer_bytes(&note);
}

static void read_line(const char *line, struct words *words, struct event *event,
                      const struct state *state)
{
    *event = (struct event){.kind = GROUP_CREATION};
    words->rest = bytes_of_text(line);
    if (take_word(words, "group")) {
        event->of.group_creation.group = next_word(words);
    } else if (read_group_line(words, event)) {
        return;
    } else if (take_word(words, "allocate")) {
        event->kind = ALLOCATION;
        read_allocation(words, &event->of.allocation, state);
    } else if (take_word(words, "remind")) {
        read_reminder_policy(words, event);
    } else if (take_word(words, "delivery")) {
        read_delivery(words, event);
    } else if (take_word(words, "user")) {
        event->kind = USER_CREATION;
        event->of.user_creation.user = next_word(words);
        event->of.user_creation.group = next_word(words);
    } else if (take_word(words, "dismiss")) {
        event->kind = USER_REMOVAL;
        event->of.user_removal.user = next_word(words);
        event->of.user_removal.is_cascade = take_word(words, "cascade");
    } else if (take_word(words, "member")) {
        event->kind = MEMBERSHIP;
        event->of.membership.is_member = take_word(words, "add");
        (void)take_word(words, "remove");
        event->of.membership.user = next_word(words);
        event->of.membership.group = next_word(words);
        event->of.membership.is_cascade = take_word(words, "cascade");
    } else if (take_word(words, "assign")) {
        read_assignment(words, event);
    } else if (take_word(words, "unassign")) {
        event->kind = USER_ASSIGNMENT;
        event->of.user_assignment.user = next_word(words);
        event->of.user_assignment.group = next_word(words);
        event->of.user_assignment.until_ms = TIME_NEVER;
    } else if (take_word(words, "consume")) {
        read_consumption(words, event);
    } else if (take_word(words, "transfer")) {
        event->kind = TRANSFER;
        event->of.transfer.resource = next_word(words);
        event->of.transfer.unit = next_word(words);
        (void)take_value(words, "unit=", &event->of.transfer.to_unit);
        (void)take_value(words, "user=", &event->of.transfer.to_user);
    } else if (take_word(words, "renew")) {
        event->kind = RENEWAL;
        if (take_word(words, "set")) {
            event->of.renewal.group = next_word(words);
            event->of.renewal.lease_set = next_word(words);
        } else {
            event->of.renewal.resource = next_word(words);
            event->of.renewal.unit = next_word(words);
        }
    } else if (take_word(words, "release")) {
        event->kind = RELEASE;
        event->of.release.resource = next_word(words);
        event->of.release.unit = next_word(words);
        event->of.release.direction = take_direction(words);
        event->of.release.is_cascade = take_word(words, "cascade");
    } else if (take_word(words, "enrol")) {
        event->kind = ACTOR_ENROLMENT;
        event->of.actor_enrolment.name = next_word(words);
        event->of.actor_enrolment.key = key_for(words, event->of.actor_enrolment.name);
        event->of.actor_enrolment.role = role_by_word(next_word(words));
        event->of.actor_enrolment.group = next_word(words);
        event->of.actor_enrolment.must_sign = take_word(words, "signs");
    } else if (take_word(words, "remove")) {
        event->kind = ACTOR_REMOVAL;
        event->of.actor_removal.name = next_word(words);
    } else if (take_word(words, "rotate")) {
        read_rotation(words, event, state);
    } else if (take_word(words, "password")) {
        event->kind = PASSWORD_CHANGE;
        event->of.password_change.account = next_word(words);
    } else if (take_word(words, "software")) {
        event->kind = SOFTWARE_UPDATE;
        event->of.software_update.software_version = next_word(words);
        event->of.software_update.eula_version = next_word(words);
    } else if (take_word(words, "policy")) {
        event->kind = POLICY;
        event->of.policy.must_sign = take_word(words, "signs");
        (void)bytes_to_decimal(next_word(words), COUNT_MAX, &event->of.policy.refusal_rate);
    } else if (take_word(words, "eula")) {
        event->kind = EULA_ACCEPTANCE;
        event->of.eula_acceptance.version = next_word(words);
    } else {
        event->kind = VENDOR_ENROLMENT;
        event->of.vendor_enrolment.is_trusted = take_word(words, "trust");
        (void)take_word(words, "distrust");
        event->of.vendor_enrolment.name = next_word(words);
        event->of.vendor_enrolment.key = key_for(words, event->of.vendor_enrolment.name);
    }
}

enum refusal company_do(struct company *company, const char *line)
{
    struct words words = {.room = malloc(LINE_SIZE_MAX)};
    struct event event;
    read_line(line, &words, &event, company->state);
    const enum refusal code = company_propose(company, &event);
    free(words.room);
    return code;
}

enum refusal company_plan(struct company *company, const char *const *lines, size_t count)
{
    struct words  words = {.room = malloc(LINE_SIZE_MAX)};
    uint8_t      *room = malloc(LINE_SIZE_MAX);
    struct buffer packed = buffer_over(room, LINE_SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        struct event event;
        read_line(lines[i], &words, &event, company->state);
        pack_array(&packed, 1 + event_field_count(&event));
        event_write(&event, &packed);
    }
    const struct event plan = {.kind = PLAN,
                               .of.plan = {.events = {buffer_bytes(&packed), (uint32_t)count}}};
    const enum refusal code = company_propose(company, &plan);
    free(room);
    free(words.room);
    return code;
}

// --- Licence files ----------------------------------------------------------

enum refusal company_upload(struct company *company, const char *text, const char *vendor)
{
    uint8_t            room[LICENSE_FILE_SIZE_MAX];
    struct buffer      note = buffer_over(room, sizeof room);
    struct signer      signer;
    const struct bytes signed_text = bytes_of_text(text);
    key_of(vendor, &signer, KEY_ED25519);
    note_begin(signed_text, &note);
    note_sign(signed_text, &signer, 0, &note);
    signer_release(&signer);
    assert(!note.is_full);
    const struct event event = {.kind = LICENSE_UPLOAD,
                                .of.license_upload = {.file = buffer_bytes(&note)}};
    return propose(company, &event, company->actor);
}

enum refusal company_license(struct company *company, const char *entries)
{
    char text[LICENSE_FILE_SIZE_MAX];
    (void)snprintf(text, sizeof text, "licet license v1\nserver cam-hq.example\nserial %u\n%s",
                   ++company->serial, entries);
    return company_upload(company, text, "vendor.example");
}

void company_accept_eula(struct company *company)
{
    const enum refusal code = company_do(company, "eula 1");
    assert(code == ACCEPTED);
}

// --- Views ------------------------------------------------------------------

struct resource_view company_view(struct company *company, const char *group, const char *resource)
{
    const uint32_t at = group_find(company->state, bytes_of_text(group));
    const uint32_t name = resource_find(company->state, bytes_of_text(resource));
    assert(at != 0 && name != 0);
    return view_resource(company->state, at, name, company->now_ms);
}

struct feature_view company_feature(struct company *company, const char *group, const char *feature)
{
    const uint32_t at = group_find(company->state, bytes_of_text(group));
    const uint32_t name = resource_find(company->state, bytes_of_text(feature));
    assert(at != 0 && name != 0);
    return view_feature(company->state, at, name, company->now_ms);
}

struct constraint company_access(struct company *company, const char *resource, const char *unit)
{
    const uint32_t name = resource_find(company->state, bytes_of_text(resource));
    const uint32_t at = name == 0 ? 0 : holding_find(company->state, name, bytes_of_text(unit));
    if (at == 0) return (struct constraint){.code = NOT_HELD};
    return holding_access(company->state, at, company->now_ms);
}

const char *company_line(struct company *company, const char *group, const char *resource)
{
    static char                text[64];
    const struct resource_view view = company_view(company, group, resource);
    (void)snprintf(text, sizeof text, "%llu/%llu/%llu", (unsigned long long)view.maximum,
                   (unsigned long long)view.used, (unsigned long long)view.available);
    return text;
}
