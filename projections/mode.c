#include "projections/mode.h"

#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/license.h"
#include "projections/limits.h"
#include "projections/quota.h"

#include <assert.h>

const char *limited_reason_word(uint32_t reason)
{
    static const char *const words[] = {
        [NOT_LIMITED] = "none",
        [EULA_NOT_ACCEPTED] = "eula_not_accepted",
        [LICENSE_UPDATED] = "license_updated",
        [PASSWORD_CHANGED] = "password_changed",
        [EULA_CHANGED] = "eula_changed",
    };
    assert(reason < sizeof words / sizeof words[0]);
    return words[reason];
}

void mode_settle(struct state *state, uint64_t now_ms)
{
    uint32_t at = group_at(state, SERVER_GROUP)->first_account;
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        quota_settle(state, at, now_ms);
    }
    state_note_change(state, SERVER_GROUP, 0);
}

void mode_enter(struct change_context *context, enum limited_reason reason)
{
    struct state  *state = context->state;
    struct server *server = server_edit(state);
    if (server->limited_reason == NOT_LIMITED) {
        server->limited_since_ms = context->now_ms;
        license_keep_before(state, true);
    }
    server->limited_reason = (uint32_t)reason;
}

void eula_acceptance_judge(struct question *question, const struct event *event)
{
    const struct server *server = server_at(question->state);
    if (text_is(question->state, server->eula_version, event->of.eula_acceptance.version)) return;
    refuse_name(question, EULA_VERSION_MISMATCH, text_of(question->state, server->eula_version));
}

void eula_acceptance_apply(struct change_context *context, const struct event *event)
{
    struct state  *state = context->state;
    struct server *server = server_edit(state);
    (void)event;
    if (server->limited_reason != NOT_LIMITED) leases_resume(context);
    server->limited_reason = NOT_LIMITED;
    server->limited_since_ms = 0;
    license_keep_before(state, false);
    mode_settle(state, context->now_ms);
}

// --- At the server ----------------------------------------------------------

// Always recorded; of whom else a password is changes nothing (T21).
void password_change_apply(struct change_context *context, const struct event *event)
{
    const struct bytes account = event->of.password_change.account;
    if (bytes_is_equal(account, bytes_of_text("Admin"))) mode_enter(context, PASSWORD_CHANGED);
}

void software_update_apply(struct change_context *context, const struct event *event)
{
    const struct software_update *update = &event->of.software_update;
    struct state                 *state = context->state;
    struct server                *server = server_edit(state);
    const bool is_same_eula = text_is(state, server->eula_version, update->eula_version);
    text_drop(state, server->software_version);
    server->software_version = text_add(state, update->software_version);
    if (is_same_eula) return;
    text_drop(state, server->eula_version);
    server->eula_version = text_add(state, update->eula_version);
    mode_enter(context, EULA_CHANGED); // T22
}

// --- Clients ----------------------------------------------------------------

// The newest version that does not know the limited mode (T19).
enum { OLD_MAJOR = 4, OLD_MINOR = 4 };

// "4.5", "4.5.0", "4.5.0-rc1": the first two numbers count.
static bool is_new(struct bytes version)
{
    uint64_t           major = 0, minor = 0;
    struct bytes       rest = version;
    const struct bytes first = bytes_cut(&rest, '.'), second = bytes_cut(&rest, '.');
    if (!bytes_to_decimal(first, UINT64_MAX, &major)) return false;
    if (!bytes_to_decimal(second, UINT64_MAX, &minor)) return false;
    return major > OLD_MAJOR || (major == OLD_MAJOR && minor > OLD_MINOR);
}

enum refusal mode_connect(const struct state *state, struct bytes version)
{
    const bool is_limited = server_at(state)->limited_reason != NOT_LIMITED;
    return is_limited && !is_new(version) ? CLIENT_TOO_OLD : ACCEPTED;
}

// --- What waits for the end of the mode -------------------------------------

// How many units of the account's resource the current files alone would not keep.
static uint32_t pending_of(const struct state *state, uint32_t at, uint64_t ms)
{
    const struct account *account = account_at(state, at);
    const uint64_t        limit = limit_at(state, SERVER_GROUP, account->resource, ms);
    return account->kept > limit ? account->kept - (uint32_t)limit : 0;
}

uint32_t pending_count(const struct state *state, uint64_t ms)
{
    uint32_t pending = 0;
    if (server_at(state)->limited_reason == NOT_LIMITED) return 0;
    uint32_t at = group_at(state, SERVER_GROUP)->first_account;
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        pending += pending_of(state, at, ms);
    }
    return pending;
}

static bool is_running(const struct state *state, uint32_t holding)
{
    return holding_is_there(state, holding) && holding_is_kept(state, holding);
}

// The oldest of a resource that wait: its newest `count` that are kept, for those are cut first.
static uint32_t first_pending(const struct state *state, uint32_t resource, uint32_t count)
{
    uint32_t at = resource_at(state, resource)->last_holding;
    for (uint32_t left = count; at != 0; at = holding_at(state, at)->previous) {
        if (is_running(state, at) && --left == 0) break;
    }
    return at;
}

// False when all places are taken by older ones.
static bool pending_add(const struct state *state, struct pending *pending, uint32_t holding)
{
    uint32_t at = pending->count;
    for (; at > 0; at--) {
        const uint32_t before = pending->holdings[at - 1];
        if (holding_at(state, before)->id < holding_at(state, holding)->id) break;
        if (at < PENDING_MAX) pending->holdings[at] = before;
    }
    if (at == PENDING_MAX) return false;
    pending->holdings[at] = holding;
    if (pending->count < PENDING_MAX) pending->count++;
    return true;
}

void pending_list(const struct state *state, uint64_t ms, struct pending *pending)
{
    uint32_t at = group_at(state, SERVER_GROUP)->first_account;
    *pending = (struct pending){.total = pending_count(state, ms)};
    for (; at != 0 && pending->total > 0; at = account_at(state, at)->next_of_group) {
        const uint32_t count = pending_of(state, at, ms);
        const uint32_t resource = account_at(state, at)->resource;
        uint32_t       holding = count == 0 ? 0 : first_pending(state, resource, count);
        bool           has_room = true;
        for (; holding != 0 && has_room; holding = holding_at(state, holding)->next) {
            if (is_running(state, holding)) has_room = pending_add(state, pending, holding);
        }
    }
}
