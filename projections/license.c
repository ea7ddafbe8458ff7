#include "projections/license.h"

#include "core/proof/hash.h"
#include "core/proof/key.h"
#include "core/proof/note.h"
#include "projections/mode.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/schedule.h"

#include <assert.h>
#include <string.h>

static_assert((int)VENDOR_MAX <= (int)KEY_SET_MAX, "all vendors fit one set of keys");

// --- Whether it is accepted -------------------------------------------------

// The trusted vendor that signed the note; 0 when none did.
static uint32_t signed_by(const struct state *state, const struct note *note)
{
    struct verifier verifiers[VENDOR_MAX];
    uint32_t        vendors[VENDOR_MAX];
    struct key_set  keys = {verifiers, 0};
    uint64_t        signers = 0;
    for (uint32_t at = server_at(state)->first_vendor; at != 0; at = vendor_at(state, at)->next) {
        const struct vendor *vendor = vendor_at(state, at);
        const struct bytes   name = text_of(state, vendor->name);
        if (!vendor->is_trusted || keys.count == VENDOR_MAX) continue;
        if (verifier_init(&verifiers[keys.count], name, KEY_ED25519, vendor->key) != OK) continue;
        vendors[keys.count++] = at;
    }
    if (keys.count == 0 || note_verify(note, &keys, &signers) != OK) return 0;
    return vendors[__builtin_ctzll(signers)];
}

static bool is_current_file(const struct state *state, struct bytes file)
{
    const struct hash hash = hash_bytes(file);
    for (uint32_t at = server_at(state)->first_vendor; at != 0; at = vendor_at(state, at)->next) {
        const struct vendor *vendor = vendor_at(state, at);
        if (vendor->has_file && memcmp(vendor->file_hash, hash.at, sizeof hash.at) == 0) {
            return true;
        }
    }
    return false;
}

static void judge_entries(struct question *question, const struct license *license, uint32_t vendor)
{
    const struct state *state = question->state;
    uint32_t            fresh_count = 0;
    for (uint32_t i = 0; i < license->entry_count; i++) {
        const struct license_entry *entry = &license->entries[i];
        const uint32_t              at = resource_find(state, entry->name);
        if (at == 0) fresh_count++;
        if (at == 0) continue;
        const struct resource *resource = resource_at(state, at);
        if (resource->vendor != 0 && resource->vendor != vendor) {
            refuse_name(question, NAME_TAKEN, entry->name);
        }
        if (quota_held(state, at) > 0 && resource->kind != (uint32_t)entry->kind) {
            refuse_name(question, KIND_CHANGED, entry->name);
        }
    }
    names_judge(question, fresh_count, RESOURCE_MAX);
}

static void judge_license(struct question *question, struct bytes text, uint32_t vendor)
{
    const struct state *state = question->state;
    struct license      license = {
             .server = {NULL, 0}
    };
    struct license_fault fault;
    const bool           is_read = license_read(text, &license, &fault);
    const bool           is_ours = text_is(state, server_at(state)->name, license.server);
    if (license.server.size > 0 && !is_ours) {
        refuse_name(question, WRONG_SERVER, license.server);
    } else if (!is_read) {
        refuse(question, (struct constraint){.code = MALFORMED_LICENSE,
                                             .limit = LIMIT_NONE,
                                             .used = fault.line,
                                             .until_ms = TIME_NEVER,
                                             .name = bytes_of_text(fault.reason)});
        return;
    }
    const struct vendor *from = vendor_at(state, vendor);
    if (from->has_file && license.serial <= from->serial) {
        refuse(question, (struct constraint){.code = STALE_LICENSE,
                                             .limit = from->serial,
                                             .used = license.serial,
                                             .until_ms = TIME_NEVER});
    }
    judge_entries(question, &license, vendor);
}

void license_upload_judge(struct question *question, const struct event *event)
{
    const struct bytes file = event->of.license_upload.file;
    struct note        note;
    if (is_current_file(question->state, file)) {
        refuse_name(question, ALREADY_CURRENT, bytes_of_text(""));
        return;
    }
    const uint32_t vendor = note_parse(file, &note) == OK ? signed_by(question->state, &note) : 0;
    if (vendor == 0) {
        refuse_name(question, BAD_SIGNATURE, bytes_of_text(""));
    } else {
        judge_license(question, note.text, vendor);
    }
}

// --- Its entries ------------------------------------------------------------

static void drop_line(struct state *state, uint32_t at)
{
    const struct line line = *line_at(state, at);
    uint32_t          before = resource_at(state, line.resource)->first_line;
    schedule_drop(state, line.edge);
    if (before == at) {
        resource_edit(state, line.resource)->first_line = line.next;
    } else {
        while (line_at(state, before)->next != at) {
            before = line_at(state, before)->next;
        }
        line_edit(state, before)->next = line.next;
    }
    state_give(state, POOL_LINE, at);
}

// Lines that count neither now nor for the time before the mode go.
static void sweep_lines(struct state *state, uint32_t vendor)
{
    uint32_t at = vendor_at(state, vendor)->first_line, last = 0;
    vendor_edit(state, vendor)->first_line = 0;
    while (at != 0) {
        const uint32_t next = line_at(state, at)->next_of_vendor;
        if (line_at(state, at)->is_current || line_at(state, at)->is_before) {
            if (last == 0) {
                vendor_edit(state, vendor)->first_line = at;
            } else {
                line_edit(state, last)->next_of_vendor = at;
            }
            line_edit(state, at)->next_of_vendor = 0;
            last = at;
        } else {
            drop_line(state, at);
        }
        at = next;
    }
}

void license_keep_before(struct state *state, bool is_before)
{
    for (uint32_t at = server_at(state)->first_vendor; at != 0; at = vendor_at(state, at)->next) {
        uint32_t line = vendor_at(state, at)->first_line;
        for (; line != 0; line = line_at(state, line)->next_of_vendor) {
            line_edit(state, line)->is_before = is_before && line_at(state, line)->is_current;
        }
        sweep_lines(state, at);
    }
}

static void add_line(struct change_context *context, uint32_t vendor, const struct license *license,
                     uint32_t ordinal)
{
    const struct license_entry *entry = &license->entries[ordinal];

    struct state    *state = context->state;
    const uint32_t   name = resource_open(state, entry->name, context->id);
    const uint32_t   at = state_take(state, POOL_LINE);
    struct resource *resource = resource_edit(state, name);
    struct line     *line = line_edit(state, at);
    *line = (struct line){.window = entry->window,
                          .count = entry->kind == FEATURE ? ENTRY_FEATURE : entry->count,
                          .resource = name,
                          .vendor = vendor,
                          .next = resource->first_line,
                          .next_of_vendor = vendor_at(state, vendor)->first_line,
                          .is_current = true};
    resource->first_line = at;
    resource->kind = (uint32_t)entry->kind;
    resource->has_kind = true;
    resource->vendor = vendor;
    resource->needs = 0;
    if (entry->needs.size > 0) {
        const uint32_t needed = resource_open(state, entry->needs, context->id);
        resource_edit(state, name)->needs = needed;
    }
    vendor_edit(state, vendor)->first_line = at;
    line_edit(state, at)->edge = schedule_add_window(
        state,
        (struct edge){.kind = EDGE_LINE, .subject = at, .id = context->id, .ordinal = ordinal},
        entry->window, context->now_ms);
    if (entry->kind != FEATURE) (void)account_open(state, SERVER_GROUP, name);
}

void line_pass(struct change_context *context, const struct edge *edge)
{
    struct state     *state = context->state;
    const struct line line = *line_at(state, edge->subject);
    line_edit(state, edge->subject)->edge =
        schedule_add_window(state, *edge, line.window, context->now_ms);
    if (line.count == ENTRY_FEATURE) {
        state_note_change(state, SERVER_GROUP, line.resource);
    } else {
        quota_refresh(state, account_find(state, SERVER_GROUP, line.resource));
    }
}

static void retire_lines(struct state *state, uint32_t vendor)
{
    uint32_t at = vendor_at(state, vendor)->first_line;
    for (; at != 0; at = line_at(state, at)->next_of_vendor) {
        if (!line_at(state, at)->is_current) continue;
        line_edit(state, at)->is_current = false;
        resource_edit(state, line_at(state, at)->resource)->vendor = 0;
    }
    sweep_lines(state, vendor);
}

void license_upload_apply(struct change_context *context, const struct event *event)
{
    const struct bytes   file = event->of.license_upload.file;
    struct state        *state = context->state;
    struct note          note;
    struct license       license;
    struct license_fault fault;
    const bool           is_note = note_parse(file, &note) == OK;
    assert(is_note);
    const uint32_t at = signed_by(state, &note);
    const bool     is_read = license_read(note.text, &license, &fault);
    assert(is_read);
    mode_enter(context, LICENSE_UPDATED);
    retire_lines(state, at);
    struct vendor    *vendor = vendor_edit(state, at);
    const struct hash hash = hash_bytes(file);
    vendor->serial = license.serial;
    vendor->file_seq = context->seq;
    vendor->has_file = true;
    memcpy(vendor->file_hash, hash.at, sizeof vendor->file_hash);
    for (uint32_t i = 0; i < license.entry_count; i++) {
        add_line(context, at, &license, i);
    }
    mode_settle(state, context->now_ms);
}
