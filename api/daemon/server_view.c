#include "api/daemon/server_view.h"

#include "api/daemon/answer.h"
#include "api/daemon/view.h"
#include "core/base/version.h"
#include "core/proof/hash.h"
#include "projections/actors.h"
#include "projections/digest.h"
#include "projections/groups.h"
#include "projections/ledger_keys.h"
#include "projections/mode.h"
#include "projections/quota.h"

#include <string.h>

// Numbers of the whole server are for those who see all of it: nil for others (R).
static void put_wide(struct buffer *reply, const char *key, bool is_wide, uint64_t number)
{
    put_limit(reply, key, is_wide ? number : LIMIT_NONE);
}

// Without a policy there is nobody to wait for.
static uint64_t cosigned_size(const struct daemon *daemon)
{
    return daemon->witnesses == NULL ? LIMIT_NONE : witnesses_size(daemon->witnesses);
}

void status_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply)
{
    const struct state  *state = daemon->state;
    const struct server *server = server_at(state);
    struct hash          root = {{0}}, digest = {{0}};
    uint8_t              room[KEY_TEXT_SIZE_MAX];
    struct buffer        text = buffer_over(room, sizeof room);
    struct verifier      key;
    uint32_t             epoch = 0;
    enum status          status = ledger_root(daemon->ledger, server->size, &root);
    const bool           is_wide = actor_is_server_wide(state, actor);
    if (ask->arguments.has_digest && !is_wide) {
        answer_forbidden(reply);
        return;
    }
    if (status == OK && ask->arguments.has_digest) status = digest_of(state, &digest);
    if (status != OK) {
        answer_failure(reply, status);
        return;
    }
    ledger_key_load(state, &key, &epoch);
    verifier_print(&key, &text);
    answer_ok(reply, ask->arguments.has_digest ? 29 : 28);
    put_wide(reply, "actors", is_wide, state_count(state, POOL_ACTOR));
    if (is_wide) put_archive(reply, daemon);
    if (!is_wide) put_limit(reply, "archive", LIMIT_NONE);
    put_flag(reply, "clock_held", daemon->clock.is_held);
    put_number(reply, "clock_steps_back", daemon->clock.step_back_count);
    put_wide(reply, "connections", is_wide, connections_counts(daemon->connections).open);
    put_limit(reply, "cosigned", cosigned_size(daemon));
    if (ask->arguments.has_digest) put_binary(reply, "digest", hash_view(&digest));
    put_number(reply, "epoch", epoch);
    put_number(reply, "first", ledger_archived(daemon->ledger));
    put_wide(reply, "groups", is_wide, group_count(state));
    put_wide(reply, "holdings", is_wide, quota_total(state));
    put_text(reply, "ledger_key", buffer_bytes(&text));
    put_text(reply, "mode", bytes_of_text(server->limited_reason == 0 ? "normal" : "limited"));
    put_flag(reply, "must_sign", server->must_sign);
    put_limit(reply, "not_cosigned",
              daemon->witnesses == NULL ? LIMIT_NONE : server->size - cosigned_size(daemon));
    put_text(reply, "origin", daemon->origin);
    put_number(reply, "refusal_rate", server->refusal_rate);
    put_binary(reply, "root", hash_view(&root));
    put_seq(reply, daemon);
    put_text(reply, "server", text_of(state, server->name));
    put_number(reply, "size", server->size);
    put_limit(reply, "snapshot", server->snapshot_size == 0 ? LIMIT_NONE : server->snapshot_size);
    put_number(reply, "started", daemon->started_ms);
    put_wide(reply, "store_max", is_wide, ledger_usage(daemon->ledger).bytes_max);
    put_wide(reply, "store_used", is_wide, ledger_usage(daemon->ledger).bytes_used);
    put_flag(reply, "test_clock", server->has_test_clock);
    put_now(reply, daemon);
    put_wide(reply, "users", is_wide, state_count(state, POOL_USER));
    put_text(reply, "version", bytes_of_text(LICET_VERSION));
}

static void put_pending(struct buffer *reply, const struct state *state,
                        const struct pending *pending)
{
    pack_key(reply, "pending_units");
    pack_array(reply, pending->count);
    for (uint32_t i = 0; i < pending->count; i++) {
        const struct holding *holding = holding_at(state, pending->holdings[i]);
        const struct account *account = account_at(state, holding->account);
        pack_map(reply, 3);
        put_path(reply, "group", state, account->group);
        put_text(reply, "resource", text_of(state, resource_at(state, account->resource)->name));
        put_text(reply, "unit", text_of(state, holding->unit));
    }
}

static struct bytes reason_of(const struct server *server)
{
    if (server->limited_reason == NOT_LIMITED) return (struct bytes){NULL, 0};
    return bytes_of_text(limited_reason_word(server->limited_reason));
}

void mode_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, struct buffer *reply)
{
    const struct state  *state = daemon->state;
    const struct server *server = server_at(state);
    const bool           is_wide = actor_is_server_wide(state, actor);
    const bool           is_limited = server->limited_reason != NOT_LIMITED;
    struct pending       pending = {.count = 0};
    (void)ask;
    if (is_wide) pending_list(state, daemon->now_ms, &pending);
    answer_ok(reply, 9);
    put_text(reply, "eula_version", text_of(state, server->eula_version));
    put_flag(reply, "limited", is_limited);
    put_wide(reply, "pending", is_wide, pending.total);
    put_pending(reply, state, &pending);
    put_optional_text(reply, "reason", reason_of(server));
    put_seq(reply, daemon);
    put_time(reply, "since", is_limited ? server->limited_since_ms : TIME_NEVER);
    put_text(reply, "software_version", text_of(state, server->software_version));
    put_now(reply, daemon);
}

// T19: a client says what it is, and hears whether it may go on.
void connect_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    const struct state *state = daemon->state;
    const enum refusal  code = mode_connect(state, ask->arguments.version);
    (void)actor;
    answer_ok(reply, 5);
    put_text(reply, "code", bytes_of_text(refusal_word(code)));
    put_flag(reply, "connected", code == ACCEPTED);
    put_flag(reply, "limited", server_at(state)->limited_reason != NOT_LIMITED);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}

static const char *line_status(const struct line *line, uint64_t now_ms)
{
    if (now_ms < line->window.from_ms) return "not_yet_valid";
    return now_ms < line->window.until_ms ? "on" : "expired";
}

// T01, T04. Used and available are those of the name; lines of one name share them.
static void put_line(struct buffer *reply, const struct daemon *daemon, uint32_t at)
{
    const struct state        *state = daemon->state;
    const struct line         *line = line_at(state, at);
    const struct resource     *resource = resource_at(state, line->resource);
    const bool                 is_feature = line->count == ENTRY_FEATURE;
    const struct resource_view view =
        view_resource(state, SERVER_GROUP, line->resource, daemon->now_ms);
    pack_map(reply, 9);
    put_limit(reply, "available", is_feature ? LIMIT_NONE : view.available);
    put_limit(reply, "count", is_feature ? LIMIT_NONE : line->count);
    put_from(reply, line->window);
    put_text(reply, "kind", bytes_of_text(resource_kind_word((enum resource_kind)resource->kind)));
    put_text(reply, "name", text_of(state, resource->name));
    put_optional_text(reply, "needs",
                      resource->needs == 0
                          ? (struct bytes){NULL, 0}
                          : text_of(state, resource_at(state, resource->needs)->name));
    put_text(reply, "status", bytes_of_text(line_status(line, daemon->now_ms)));
    put_time(reply, "until", line->window.until_ms);
    put_limit(reply, "used", is_feature ? LIMIT_NONE : view.used);
}

// The records of a file stand newest first: they are told in the order of the file.
static void put_lines(struct buffer *reply, const struct daemon *daemon, uint32_t vendor)
{
    static uint32_t lines[LICENSE_ENTRY_MAX]; // the loop is one thread
    uint32_t        count = 0;
    uint32_t        at = vendor_at(daemon->state, vendor)->first_line;
    for (; at != 0; at = line_at(daemon->state, at)->next_of_vendor) {
        if (line_at(daemon->state, at)->is_current) lines[count++] = at;
    }
    pack_key(reply, "entries");
    pack_array(reply, count);
    while (count > 0) {
        put_line(reply, daemon, lines[--count]);
    }
}

// The upload of the file whose hash is known, in an event or in a plan.
static bool find_upload(const struct event *event, const struct vendor *vendor,
                        struct license_upload *upload)
{
    if (event->kind != LICENSE_UPLOAD) return false;
    const struct hash hash = hash_bytes(event->of.license_upload.file);
    *upload = event->of.license_upload;
    return memcmp(hash.at, vendor->file_hash, sizeof hash.at) == 0;
}

static bool find_upload_of(const struct event *event, const struct vendor *vendor,
                           struct license_upload *upload)
{
    if (event->kind != PLAN) return find_upload(event, vendor, upload);
    struct list_reader events = list_start(event->of.plan.events);
    for (struct bytes packed; list_next_packed(&events, &packed);) {
        const char  *offence = NULL;
        struct event one;
        if (!event_read_packed(packed, &one, &offence)) return false;
        if (find_upload(&one, vendor, upload)) return true;
    }
    return false;
}

// T12: where the current file came from, as the log has it; nil for a local file, and where its
// event is archived, which is told apart.
static void put_source(struct buffer *reply, const struct daemon *daemon,
                       const struct vendor *vendor)
{
    struct license_upload upload = {
        .source = {NULL, 0}
    };
    struct proposal   proposal;
    struct bytes      packed;
    struct leaf       leaf;
    const char       *offence = NULL;
    const enum status status = vendor->has_file
                                   ? ledger_read(daemon->ledger, vendor->file_seq, &packed)
                                   : STATUS_NOT_FOUND;
    const bool        is_there = status == OK && leaf_read(packed, &leaf) &&
                          proposal_read(leaf.proposal, &proposal, &offence) &&
                          find_upload_of(&proposal.event, vendor, &upload);
    put_optional_text(reply, "source", is_there ? upload.source : (struct bytes){NULL, 0});
    put_flag(reply, "source_archived", status == STATUS_ARCHIVED);
}

void license_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    const struct state *state = daemon->state;
    (void)ask;
    if (!actor_is_server_wide(state, actor)) {
        answer_forbidden(reply);
        return;
    }
    answer_ok(reply, 3);
    put_seq(reply, daemon);
    put_now(reply, daemon);
    pack_key(reply, "vendors");
    pack_array(reply, state_count(state, POOL_VENDOR));
    for (uint32_t at = server_at(state)->first_vendor; at != 0; at = vendor_at(state, at)->next) {
        const struct vendor *vendor = vendor_at(state, at);
        pack_map(reply, 8);
        put_lines(reply, daemon, at);
        put_limit(reply, "file", vendor->has_file ? vendor->file_seq : LIMIT_NONE);
        put_binary(reply, "key", (struct bytes){vendor->key, sizeof vendor->key});
        put_text(reply, "name", text_of(state, vendor->name));
        put_limit(reply, "serial", vendor->has_file ? vendor->serial : LIMIT_NONE);
        put_source(reply, daemon, vendor);
        put_flag(reply, "trusted", vendor->is_trusted);
    }
}
