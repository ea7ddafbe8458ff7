#include "projections/digest.h"

#include "core/base/pack.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/quota.h"
#include "projections/reminders.h"
#include "projections/users.h"

#include <assert.h>

enum { RECORD_SIZE_MAX = 2048, PIECE_SIZE = 64 * 1024 };

// One record after another: an array that begins with the record's word. Many are hashed at once.
struct dump {
    const struct state *state;
    struct hash_stream  stream;
    struct buffer       piece;
    uint8_t             room[PIECE_SIZE];
};

static void hash_piece(struct dump *dump)
{
    assert(!dump->piece.is_full);
    hash_stream_add(&dump->stream, buffer_bytes(&dump->piece));
    dump->piece = buffer_over(dump->room, sizeof dump->room);
}

static void begin(struct dump *dump, const char *word, uint32_t value_count)
{
    if (sizeof dump->room - dump->piece.size < RECORD_SIZE_MAX) hash_piece(dump);
    pack_array(&dump->piece, value_count + 1);
    pack_key(&dump->piece, word);
}

static void number(struct dump *dump, uint64_t value)
{
    pack_number(&dump->piece, value);
}

static void text(struct dump *dump, struct text_ref ref)
{
    pack_text(&dump->piece, text_of(dump->state, ref));
}

static void binary(struct dump *dump, const uint8_t at[static 32])
{
    pack_binary(&dump->piece, (struct bytes){at, 32});
}

static void window(struct dump *dump, struct window value)
{
    number(dump, value.from_ms);
    number(dump, value.until_ms);
}

static void resource_name(struct dump *dump, uint32_t resource)
{
    text(dump, resource_at(dump->state, resource)->name);
}

static entity_id group_id(const struct dump *dump, uint32_t group)
{
    return group_at(dump->state, group)->id;
}

static void dump_server(struct dump *dump)
{
    const struct server *server = server_at(dump->state);
    begin(dump, "server", 15);
    number(dump, server->size);
    number(dump, server->time_ms);
    number(dump, server->edge_ms);
    number(dump, server->lease_base_ms);
    text(dump, server->origin);
    text(dump, server->name);
    text(dump, server->software_version);
    text(dump, server->eula_version);
    binary(dump, server->ledger_key);
    binary(dump, server->recovery_key);
    number(dump, server->limited_reason);
    number(dump, server->limited_since_ms);
    pack_flag(&dump->piece, server->has_test_clock);
    pack_flag(&dump->piece, server->must_sign);
    number(dump, server->refusal_rate);
}

static void dump_snapshot(struct dump *dump)
{
    const struct server *server = server_at(dump->state);
    if (server->snapshot_size == 0) return;
    begin(dump, "snapshot", 2);
    number(dump, server->snapshot_size);
    number(dump, server->snapshot_seq);
}

// The newest first. There is none before the first rotation.
static void dump_epochs(struct dump *dump)
{
    uint32_t at = server_at(dump->state)->newest_epoch;
    for (; at != 0; at = epoch_at(dump->state, at)->next) {
        begin(dump, "epoch", 3);
        number(dump, epoch_at(dump->state, at)->number);
        number(dump, epoch_at(dump->state, at)->seq);
        binary(dump, epoch_at(dump->state, at)->key);
    }
}

static void dump_archive(struct dump *dump)
{
    const struct server *server = server_at(dump->state);
    if (server->archived_below == 0) return;
    begin(dump, "archive", 2);
    number(dump, server->archived_below);
    number(dump, server->archived_seq);
}

static void dump_vendor(struct dump *dump, uint32_t at)
{
    const struct vendor *vendor = vendor_at(dump->state, at);
    begin(dump, "vendor", 7);
    number(dump, vendor->id);
    text(dump, vendor->name);
    binary(dump, vendor->key);
    pack_flag(&dump->piece, vendor->is_trusted);
    number(dump, vendor->serial);
    number(dump, vendor->file_seq);
    binary(dump, vendor->file_hash);
    for (uint32_t i = vendor->first_line; i != 0; i = line_at(dump->state, i)->next_of_vendor) {
        const struct line *line = line_at(dump->state, i);
        begin(dump, "line", 6);
        resource_name(dump, line->resource);
        number(dump, line->count);
        window(dump, line->window);
        pack_flag(&dump->piece, line->is_current);
        pack_flag(&dump->piece, line->is_before);
    }
}

static void dump_actor(struct dump *dump, uint32_t at)
{
    const struct actor *actor = actor_at(dump->state, at);
    begin(dump, "actor", 7);
    number(dump, actor->id);
    text(dump, actor->name);
    binary(dump, actor->key);
    number(dump, actor->role);
    number(dump, actor->group == 0 ? 0 : group_id(dump, actor->group));
    pack_flag(&dump->piece, actor->is_removed);
    pack_flag(&dump->piece, actor->must_sign);
}

static void dump_entries(struct dump *dump, uint32_t first)
{
    for (uint32_t at = first; at != 0; at = entry_at(dump->state, at)->next) {
        begin(dump, "entry", 2);
        resource_name(dump, entry_at(dump->state, at)->resource);
        number(dump, entry_at(dump->state, at)->count);
    }
}

static void dump_reminding(struct dump *dump, uint32_t at)
{
    if (at == 0) return;
    const struct reminding *reminding = reminding_at(dump->state, at);
    begin(dump, "reminding", 5);
    number(dump, reminding_next(dump->state, at));
    number(dump, reminding->due_ms);
    number(dump, reminding->last_ms);
    number(dump, reminding->last_seq);
    pack_flag(&dump->piece, reminding->is_delivered);
}

static void dump_packages(struct dump *dump, uint32_t group)
{
    uint32_t at = group_at(dump->state, group)->first_package;
    for (; at != 0; at = package_at(dump->state, at)->next) {
        begin(dump, "package", 3);
        text(dump, package_at(dump->state, at)->name);
        window(dump, package_at(dump->state, at)->window);
        dump_entries(dump, package_at(dump->state, at)->first_entry);
        dump_reminding(dump, package_at(dump->state, at)->reminding);
    }
}

static void dump_reminder_policy(struct dump *dump, uint32_t at)
{
    if (at == 0) return;
    const struct reminder_policy_record *policy = reminder_policy_at(dump->state, at);
    begin(dump, "reminder_policy", 5);
    pack_flag(&dump->piece, policy->is_enabled);
    number(dump, policy->frequency);
    number(dump, policy->days);
    number(dump, policy->date_ms);
    pack_flag(&dump->piece, policy->is_copied);
    uint32_t waiting = policy->first_reminder;
    for (; waiting != 0; waiting = reminder_at(dump->state, waiting)->next_of_group) {
        const struct reminder_record *reminder = reminder_at(dump->state, waiting);
        begin(dump, "reminder", 5);
        number(dump, reminder->seq);
        text(dump, reminder->package);
        number(dump, reminder->until_ms);
        number(dump, reminder->due_ms);
        number(dump, reminder->failure_count);
    }
}

static void dump_accounts(struct dump *dump, uint32_t group)
{
    uint32_t at = group_at(dump->state, group)->first_account;
    for (; at != 0; at = account_at(dump->state, at)->next_of_group) {
        const struct account *account = account_at(dump->state, at);
        begin(dump, "account", 8);
        resource_name(dump, account->resource);
        number(dump, account_limit(dump->state, at));
        number(dump, account->used);
        number(dump, account->below);
        number(dump, account->kept);
        number(dump, account->notice);
        number(dump, account->notice_seq);
        number(dump, account->tied);
    }
}

static void dump_group(struct dump *dump, uint32_t at)
{
    const struct group *group = group_at(dump->state, at);
    begin(dump, "group", 8);
    number(dump, group->id);
    number(dump, group->parent == 0 ? 0 : group_id(dump, group->parent));
    text(dump, group->name);
    text(dump, group->label);
    number(dump, group->version);
    pack_flag(&dump->piece, group->is_restricted);
    pack_flag(&dump->piece, group->is_oversubscribed);
    pack_flag(&dump->piece, group->is_blocked);
    dump_packages(dump, at);
    dump_reminder_policy(dump, group->reminder_policy);
    dump_accounts(dump, at);
}

static void dump_user(struct dump *dump, uint32_t at)
{
    const struct user *user = user_at(dump->state, at);
    begin(dump, "user", 2);
    number(dump, user->id);
    text(dump, user->name);
    for (uint32_t i = user_first_member(dump->state, at); i != 0;
         i = user_next_member(dump->state, i)) {
        const struct member *member = member_at(dump->state, i);
        begin(dump, "member", 5);
        number(dump, member->id);
        number(dump, group_id(dump, member->group));
        pack_flag(&dump->piece, member->has_assignment);
        window(dump, member->window);
        dump_entries(dump, member->first_entry);
    }
}

// Once, with the first of its holdings.
static void dump_lease(struct dump *dump, const struct lease *lease, uint32_t holding)
{
    if (leasehold_at(dump->state, lease->first_leasehold)->holding != holding) return;
    begin(dump, "lease", 5);
    number(dump, lease->id);
    text(dump, lease->set);
    number(dump, lease->renewed_ms);
    number(dump, lease->length_ms);
    number(dump, edge_at(dump->state, lease->edge)->ms);
}

// Goes before in the list of holdings, for what each of them names lies anywhere: first it brings
// the account near, some holdings later the account's group, and those have come when their holding
// has its turn.
struct lookout {
    uint32_t far, near;
};

enum { LOOKOUT_STEP = 8 };

static struct lookout lookout_before(const struct state *state, uint32_t first)
{
    struct lookout lookout = {first, first};
    for (uint32_t i = 0; i < 2 * LOOKOUT_STEP && lookout.far != 0; i++) {
        state_fetch_record(state, POOL_ACCOUNT, holding_at(state, lookout.far)->account);
        lookout.far = holding_at(state, lookout.far)->next;
        if (i % 2 == 1) lookout.near = holding_at(state, lookout.near)->next;
    }
    return lookout;
}

static void look_out(const struct state *state, struct lookout *lookout)
{
    if (lookout->far != 0) {
        const struct holding *far = holding_at(state, lookout->far);
        state_fetch_record(state, POOL_ACCOUNT, far->account);
        lookout->far = far->next;
    }
    if (lookout->near == 0) return;
    const struct holding *near = holding_at(state, lookout->near);
    const struct account *account = account_at(state, near->account);
    state_fetch_record(state, POOL_GROUP, account->group);
    state_fetch_record(state, POOL_ACCOUNT, account->parent);
    lookout->near = near->next;
}

static void dump_resource(struct dump *dump, uint32_t at)
{
    const struct resource *resource = resource_at(dump->state, at);
    begin(dump, "resource", 6);
    number(dump, resource->id);
    text(dump, resource->name);
    number(dump, resource->kind);
    pack_flag(&dump->piece, resource->has_kind);
    // By name: vendors of the opening have no event of their own to be known by.
    text(dump, resource->vendor == 0 ? (struct text_ref){0}
                                     : vendor_at(dump->state, resource->vendor)->name);
    number(dump, resource->needs == 0 ? 0 : resource_at(dump->state, resource->needs)->id);
    struct lookout lookout = lookout_before(dump->state, resource->first_holding);
    for (uint32_t i = resource->first_holding; i != 0; i = holding_at(dump->state, i)->next) {
        look_out(dump->state, &lookout);
        const struct holding *holding = holding_at(dump->state, i);
        const struct lease   *lease = lease_of(dump->state, i);
        if (!holding_is_there(dump->state, i)) continue;
        begin(dump, "holding", 10);
        number(dump, holding->id);
        text(dump, holding->unit);
        number(dump, group_id(dump, account_at(dump->state, holding->account)->group));
        number(dump, holding->user == 0 ? 0 : user_at(dump->state, holding->user)->id);
        number(dump, holding->directions);
        pack_flag(&dump->piece, holding_is_kept(dump->state, i));
        pack_flag(&dump->piece, holding->is_service);
        number(dump, holding->bound == 0 ? 0 : holding_at(dump->state, holding->bound)->id);
        pack_flag(&dump->piece, holding->is_needed);
        number(dump, lease == NULL ? 0 : lease->id);
        if (lease != NULL) dump_lease(dump, lease, i);
    }
}

enum status digest_of(const struct state *state, struct hash *digest)
{
    struct dump dump;
    dump.state = state;
    const enum status status = hash_stream_init(&dump.stream);
    if (status != OK) return status;
    dump.piece = buffer_over(dump.room, sizeof dump.room);
    const struct server *server = server_at(state);
    dump_server(&dump);
    dump_snapshot(&dump);
    dump_epochs(&dump);
    dump_archive(&dump);
    for (uint32_t i = server->first_vendor; i != 0; i = vendor_at(state, i)->next) {
        dump_vendor(&dump, i);
    }
    for (uint32_t i = SERVER_GROUP; i != 0; i = group_walk(state, i, SERVER_GROUP)) {
        dump_group(&dump, i);
    }
    for (uint32_t i = server->newest_actor; i != 0; i = actor_at(state, i)->next) {
        dump_actor(&dump, i);
    }
    for (uint32_t i = server->first_user; i != 0; i = user_at(state, i)->next) {
        dump_user(&dump, i);
    }
    for (uint32_t i = server->newest_resource; i != 0; i = resource_at(state, i)->next) {
        dump_resource(&dump, i);
    }
    hash_piece(&dump);
    *digest = hash_stream_finish(&dump.stream);
    hash_stream_release(&dump.stream);
    return OK;
}
