#include "projections/mode.h"

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
    server->limited_reason = NOT_LIMITED;
    server->limited_since_ms = 0;
    license_keep_before(state, false);
    mode_settle(state, context->now_ms);
}

uint32_t pending_count(const struct state *state, uint64_t ms)
{
    uint32_t pending = 0;
    if (server_at(state)->limited_reason == NOT_LIMITED) return 0;
    uint32_t at = group_at(state, SERVER_GROUP)->first_account;
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        const struct account *account = account_at(state, at);
        const uint64_t        limit = limit_at(state, SERVER_GROUP, account->resource, ms);
        if (account->kept > limit) pending += account->kept - (uint32_t)limit;
    }
    return pending;
}
