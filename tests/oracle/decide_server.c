// The part of matter.h that decides about the server: licence files and their vendors, EULA,
// limited mode (T), and keys.
#include "core/proof/key.h"
#include "core/proof/note.h"
#include "tests/oracle/matter.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void oracle_trigger(struct facts *facts, enum mode_reason reason, uint64_t now_ms)
{
    if (!facts->is_limited) {
        facts->uploads_before = facts_count(facts, FACT_UPLOAD);
        facts->since_ms = now_ms;
    }
    facts->is_limited = true;
    facts->reason = reason;
}

// T02, T03.
struct oracle_answer decide_license(struct matter *matter, const struct event *event)
{
    const struct license_upload *upload = &event->of.license_upload;
    struct facts                *facts = matter->facts;
    struct note                  note;
    if (is_current_file(facts, upload->file)) return answer_refused(ALREADY_CURRENT);
    const struct bytes       file = facts_keep(facts, upload->file);
    const struct vendor_row *vendor = signing_vendor(facts, file, &note);
    if (vendor == NULL) return answer_refused(BAD_SIGNATURE);

    struct license      *license = facts_keep_room(facts, sizeof *license);
    struct license_fault fault;
    const bool           is_well_formed = license_read(note.text, license, &fault);
    const bool           names_server = license->server.size > 0;
    if (names_server && !bytes_is_equal(license->server, facts->server))
        return answer_refused(WRONG_SERVER);
    if (!is_well_formed) return answer_refused(MALFORMED_LICENSE);
    const struct upload_row *current =
        facts_file(facts, vendor->name, facts_count(facts, FACT_UPLOAD));
    if (current != NULL && license->serial <= current->license->serial) {
        return answer_refused(STALE_LICENSE);
    }
    const enum refusal names = judge_names(facts, vendor->name, license);
    if (names != ACCEPTED) return answer_refused(names);

    oracle_trigger(facts, REASON_LICENSE, matter->now_ms);
    facts_add(facts, FACT_UPLOAD,
              &(struct upload_row){.vendor = vendor->name, .file = file, .license = license});
    return answer_accepted();
}

// T23. Leases begin anew when the mode is left (X11).
struct oracle_answer decide_eula(struct matter *matter, const struct event *event)
{
    struct facts *facts = matter->facts;
    if (!bytes_is_equal(event->of.eula_acceptance.version, facts->eula_version)) {
        return answer_refused(EULA_VERSION_MISMATCH);
    }
    if (facts->is_limited) facts->leases_from_ms = matter->now_ms;
    facts->is_limited = false;
    return answer_accepted();
}

// T21.
struct oracle_answer decide_password(struct matter *matter, const struct event *event)
{
    const bool is_admin = bytes_is_equal(event->of.password_change.account, bytes_of_text("Admin"));
    if (is_admin) oracle_trigger(matter->facts, REASON_PASSWORD, matter->now_ms);
    return answer_accepted();
}

// T22.
struct oracle_answer decide_software(struct matter *matter, const struct event *event)
{
    const struct software_update *update = &event->of.software_update;
    struct facts                 *facts = matter->facts;
    if (!bytes_is_equal(update->eula_version, facts->eula_version)) {
        oracle_trigger(facts, REASON_EULA_CHANGED, matter->now_ms);
    }
    facts->software_version = facts_keep(facts, update->software_version);
    facts->eula_version = facts_keep(facts, update->eula_version);
    return answer_accepted();
}

// T02. A vendor is its name; to trust it again replaces its key.
struct oracle_answer decide_vendor(struct matter *matter, const struct event *event)
{
    const struct vendor_enrolment *enrolment = &event->of.vendor_enrolment;
    struct facts                  *facts = matter->facts;
    struct vendor_row             *known = facts_vendor(facts, enrolment->name);
    const struct vendor_row        vendor = {
               .name = facts_keep(facts, enrolment->name),
               .key = facts_keep(facts, enrolment->key),
               .is_trusted = enrolment->is_trusted,
    };
    if (!enrolment->is_trusted) {
        if (known == NULL || !known->is_trusted) return answer_refused(UNKNOWN_VENDOR);
        if (!bytes_is_equal(known->key, enrolment->key)) return answer_refused(UNKNOWN_VENDOR);
    }
    if (known != NULL) {
        *known = vendor;
        return answer_accepted();
    }
    if (facts_count(facts, FACT_VENDOR) == VENDOR_MAX) return answer_refused(TOO_MANY);
    facts_add(facts, FACT_VENDOR, &vendor);
    return answer_accepted();
}

struct oracle_answer decide_policy(struct matter *matter, const struct event *event)
{
    matter->facts->must_sign = event->of.policy.must_sign;
    matter->facts->refusal_rate = event->of.policy.refusal_rate;
    return answer_accepted();
}

// --- Actors -----------------------------------------------------------------------------------

static bool is_actor_key(const struct facts *facts, struct bytes key)
{
    if (bytes_is_equal(key, facts->recovery_key)) return true;
    for (uint32_t i = 0; i < facts_count(facts, FACT_ACTOR); i++) {
        const struct actor_row *row = facts_at(facts, FACT_ACTOR, i);
        if (bytes_is_equal(row->key, key)) return true;
    }
    return false;
}

// The key that signs the heads.
static struct verifier signing_key(const struct facts *facts)
{
    const uint32_t  epoch = facts_count(facts, FACT_EPOCH);
    struct verifier key;
    if (epoch > 0) return ((const struct epoch_row *)facts_at(facts, FACT_EPOCH, epoch - 1))->key;
    if (verifier_init(&key, facts->origin, KEY_ED25519, facts->ledger_key.at) != OK) abort();
    return key;
}

static bool was_signing_key(const struct facts *facts, struct bytes key)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_EPOCH); i++) {
        const struct epoch_row *row = facts_at(facts, FACT_EPOCH, i);
        if (memcmp(row->key.key, key.at, sizeof row->key.key) == 0) return true;
    }
    return bytes_is_equal(key, facts->ledger_key);
}

struct oracle_answer decide_enrolment(struct matter *matter, const struct event *event)
{
    const struct actor_enrolment *enrolment = &event->of.actor_enrolment;
    struct facts                 *facts = matter->facts;
    const struct group_row       *group = facts_group(facts, enrolment->group);
    if (group == NULL) return answer_refused(UNKNOWN_GROUP);
    if (facts_actor(facts, enrolment->name) != NULL) return answer_refused(NAME_TAKEN);
    if (is_actor_key(facts, enrolment->key)) return answer_refused(KEY_TAKEN);
    if (was_signing_key(facts, enrolment->key)) return answer_refused(KEY_TAKEN);
    facts_add(facts, FACT_ACTOR,
              &(struct actor_row){
                  .id = matter->id,
                  .name = facts_keep(facts, enrolment->name),
                  .key = facts_keep(facts, enrolment->key),
                  .role = (enum role)enrolment->role,
                  .group = group->id,
                  .must_sign = enrolment->must_sign,
              });
    return answer_accepted();
}

struct oracle_answer decide_actor_removal(struct matter *matter, const struct event *event)
{
    uint32_t server_admins = 0;
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < facts_count(matter->facts, FACT_ACTOR); i++) {
        const struct actor_row *row = facts_at(matter->facts, FACT_ACTOR, i);
        if (row->role == SERVER_ADMIN) server_admins++;
        if (bytes_is_equal(row->name, event->of.actor_removal.name)) found = i;
    }
    if (found == UINT32_MAX) return answer_refused(UNKNOWN_ACTOR);
    const struct actor_row *actor = facts_at(matter->facts, FACT_ACTOR, found);
    if (actor->role == SERVER_ADMIN && server_admins == 1)
        return answer_refused(LAST_SERVER_ADMIN); // R
    facts_cut(matter->facts, FACT_ACTOR, found);
    return answer_accepted();
}

// --- The ledger's key -------------------------------------------------------------------------

// X19. What the lines of a certificate say, word by word.
struct certificate_lines {
    char               origin[129], vkey[256];
    unsigned long long epoch, size_from, from_s, until_s;
    unsigned           previous;
};

// False: they are other lines.
static bool scan_certificate(struct bytes text, struct certificate_lines *lines)
{
    static const char form[] = "licet/key-cert/v1\norigin %s\nvkey %s\nepoch %llu\nsize-from "
                               "%llu\nnot-before %llu\nnot-after %llu\nprevious %08x\n";
    char              copy[KEY_CERTIFICATE_SIZE_MAX + 1] = {0}, again[KEY_CERTIFICATE_SIZE_MAX + 1];
    memcpy(copy, text.at, text.size);
    const int found = sscanf(copy,
                             "licet/key-cert/v1\norigin %128s\nvkey %255s\nepoch %llu\nsize-from "
                             "%llu\nnot-before %llu\nnot-after %llu\nprevious %8x\n",
                             lines->origin, lines->vkey, &lines->epoch, &lines->size_from,
                             &lines->from_s, &lines->until_s, &lines->previous);
    if (found != 7) return false;
    (void)snprintf(again, sizeof again, form, lines->origin, lines->vkey, lines->epoch,
                   lines->size_from, lines->from_s, lines->until_s, lines->previous);
    return strcmp(copy, again) == 0;
}

static bool read_certificate(struct bytes note, struct certificate_lines *lines,
                             struct verifier *key)
{
    struct note parsed;
    if (note.size > KEY_CERTIFICATE_SIZE_MAX || note_parse(note, &parsed) != OK) return false;
    if (!scan_certificate(parsed.text, lines)) return false;
    if (verifier_parse(key, bytes_of_text(lines->vkey)) != OK) return false;
    if (key->type != KEY_ED25519 || strcmp(key->name, lines->origin) != 0) return false;
    return lines->epoch > 0 && lines->from_s < lines->until_s && lines->until_s <= INT64_MAX &&
           lines->size_from <= INT64_MAX;
}

static bool is_by_root(const struct facts *facts, struct bytes note)
{
    char            name[256];
    struct verifier root;
    struct note     parsed;
    uint64_t        signed_by = 0;
    (void)snprintf(name, sizeof name, "root.%.*s", (int)facts->origin.size,
                   (const char *)facts->origin.at);
    return verifier_init(&root, bytes_of_text(name), KEY_ED25519, facts->recovery_key.at) == OK &&
           note_parse(note, &parsed) == OK &&
           note_verify(&parsed, &(struct key_set){&root, 1}, &signed_by) == OK;
}

// The key that follows the one that signs, and was nobody's before.
struct oracle_answer decide_rotation(struct matter *matter, const struct event *event)
{
    struct facts            *facts = matter->facts;
    const struct bytes       note = event->of.key_rotation.certificate;
    const struct verifier    current = signing_key(facts);
    struct epoch_row         row = {.seq = entity_seq(matter->id)};
    struct certificate_lines lines;
    if (!read_certificate(note, &lines, &row.key)) return answer_malformed("certificate");
    const struct bytes key = {row.key.key, sizeof row.key.key};
    if (!is_by_root(facts, note)) return answer_refused(BAD_CERTIFICATE);
    if (!bytes_is_equal(bytes_of_text(lines.origin), facts->origin)) {
        return answer_refused(WRONG_LEDGER);
    }
    if (lines.epoch != facts_count(facts, FACT_EPOCH) + 1 || lines.previous != current.keyid) {
        return answer_refused(KEY_OUT_OF_TURN);
    }
    if (row.seq < lines.size_from || matter->now_ms < lines.from_s * 1000 ||
        matter->now_ms >= lines.until_s * 1000) {
        return answer_refused(CERTIFICATE_NOT_VALID);
    }
    if (was_signing_key(facts, key) || is_actor_key(facts, key)) return answer_refused(KEY_TAKEN);
    facts_add(facts, FACT_EPOCH, &row);
    return answer_accepted();
}

// X06. What was counted instead of kept: refusals that would have been, at least one of each.
struct oracle_answer decide_counted(struct matter *matter, const struct event *event)
{
    const struct refusals_counted *counted = &event->of.refusals_counted;
    struct list_reader             counts = list_start(counted->counts);
    if (counted->from_ms > matter->now_ms) return answer_malformed("from");
    if (counted->counts.count == 0) return answer_malformed("counts");
    for (struct refusal_count count; list_next(&counts, &refusal_count_record, &count);) {
        const struct refusal_row *row = refusal_row(count.code);
        const bool                is_kept = row != NULL && row->code != ACCEPTED && row->is_logged;
        if (!is_kept || count.count == 0) return answer_malformed("counts");
    }
    return answer_accepted();
}

// A snapshot covers nothing that is not there yet, and what came after the one before was told of.
struct oracle_answer decide_snapshot(struct matter *matter, const struct event *event)
{
    const uint64_t seq = entity_seq(matter->id), size = event->of.snapshot.size;
    if (size > seq || size <= matter->facts->snapshot_seq) return answer_malformed("size");
    matter->facts->snapshot_seq = seq;
    matter->facts->snapshot_size = size;
    return answer_accepted();
}

// Files of an archive are full; what a start needs, behind the newest snapshot, stays.
struct oracle_answer decide_archive(struct matter *matter, const struct event *event)
{
    const uint64_t below = event->of.archive.below;
    if (below % 256 != 0 || below > matter->facts->snapshot_size ||
        below <= matter->facts->archived_below) {
        return answer_malformed("below");
    }
    matter->facts->archived_below = below;
    return answer_accepted();
}
