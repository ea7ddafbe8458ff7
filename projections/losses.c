#include "projections/losses.h"

#include "projections/access.h"
#include "projections/actors.h"
#include "projections/bindings.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/quota.h"
#include "projections/users.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// --- Suspects ---------------------------------------------------------------

struct search {
    struct state        *state;
    uint64_t             ms;
    struct scratch_pair *suspects; // key: seniority
    uint32_t             count;
    // Several edits of a record follow each other: the last one that was looked at.
    enum pool_name       pool;
    uint32_t             record;
    struct account       before;
};

static int compare_suspects(const void *left, const void *right)
{
    const uint64_t a = ((const struct scratch_pair *)left)->key;
    const uint64_t b = ((const struct scratch_pair *)right)->key;
    return (a > b) - (a < b);
}

// In order of seniority, each once. There are never as many of them as there is room.
static uint32_t sort_suspects(struct scratch_pair *suspects, uint32_t count)
{
    uint32_t kept = 0;
    qsort(suspects, count, sizeof suspects[0], compare_suspects);
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || suspects[kept - 1].key != suspects[i].key) suspects[kept++] = suspects[i];
    }
    assert(kept < SCRATCH_PAIR_MAX);
    return kept;
}

// A block suspends nobody (X12).
static void suspect_one(struct search *search, uint32_t holding)
{
    const struct state *state = search->state;
    if (!holding_is_there(state, holding)) return;
    const enum refusal code = holding_access(state, holding, search->ms).code;
    if (code == ACCEPTED || code == BLOCKED) return;
    if (search->count == SCRATCH_PAIR_MAX) {
        search->count = sort_suspects(search->suspects, search->count);
    }
    search->suspects[search->count++] =
        (struct scratch_pair){.key = holding_at(state, holding)->id, .record = holding};
}

// And what stands on it (B31).
static void suspect(struct search *search, uint32_t holding)
{
    const uint32_t above = bound_above(search->state, holding);
    suspect_one(search, holding);
    if (above != 0) suspect_one(search, above);
}

// --- Cuts -------------------------------------------------------------------

// The youngest that an account keeps.
static entity_id last_kept_id(const struct state *state, uint32_t last_kept)
{
    if (last_kept == ACCOUNT_KEEPS_ALL) return UINT64_MAX;
    return last_kept == 0 ? 0 : holding_at(state, last_kept)->id;
}

enum { SMALL_SUBTREE = 1024 };

// Those of the account's subtree that are younger than one and not younger than the other.
static void suspect_between(struct search *search, uint32_t account, entity_id older,
                            entity_id younger)
{
    const struct state *state = search->state;
    if (older >= younger) return;
    if (account_at(state, account)->used <= SMALL_SUBTREE) {
        struct holding_walk walk = holding_walk(account);
        for (uint32_t at; (at = holding_walk_next(state, &walk)) != 0;) {
            const entity_id id = holding_at(state, at)->id;
            if (id > older && id <= younger) suspect(search, at);
        }
        return;
    }
    uint32_t at = resource_at(state, account_at(state, account)->resource)->last_holding;
    for (; at != 0 && holding_at(state, at)->id > older; at = holding_at(state, at)->previous) {
        if (holding_at(state, at)->id <= younger) suspect(search, at);
    }
}

// A subtree that stands elsewhere: those that a node above it cuts off.
static void suspect_moved(struct search *search, uint32_t account)
{
    const struct state *state = search->state;
    entity_id           least = UINT64_MAX;
    for (uint32_t at = account_at(state, account)->parent; at != 0;
         at = account_at(state, at)->parent) {
        const entity_id id = last_kept_id(state, account_at(state, at)->last_kept);
        if (id < least) least = id;
    }
    suspect_between(search, account, least, UINT64_MAX);
}

// --- Users (B42) ------------------------------------------------------------

static void suspect_user(struct search *search, uint32_t user, uint32_t resource)
{
    const struct state *state = search->state;
    uint32_t            at = user_first_held(state, user);
    for (; at != 0; at = user_next_held(state, at)) {
        if (account_at(state, holding_at(state, at)->account)->resource == resource) {
            suspect(search, at);
        }
    }
}

static bool is_small(const struct state *state, uint32_t root, uint32_t count_max)
{
    uint32_t count = 0;
    for (uint32_t at = root; at != 0; at = group_walk(state, at, root)) {
        if (++count > count_max) return false;
    }
    return true;
}

// The limit has fallen for every user with a membership at or below the group: who holds more than
// that, wherever it is charged to, may lose. By the groups or by the holdings, whichever are fewer.
static void suspect_users(struct search *search, uint32_t group, uint32_t resource, uint64_t limit)
{
    const struct state    *state = search->state;
    const struct resource *own = resource_at(state, resource);
    if (own->most_of_user <= limit) return;
    if (is_small(state, group, own->holding_count)) {
        for (uint32_t at = group; at != 0; at = group_walk(state, at, group)) {
            uint32_t member = group_at(state, at)->first_member;
            for (; member != 0; member = member_at(state, member)->next_of_group) {
                suspect_user(search, member_at(state, member)->user, resource);
            }
        }
        return;
    }
    for (uint32_t at = own->first_holding; at != 0; at = holding_at(state, at)->next) {
        const uint32_t user = holding_at(state, at)->user;
        if (user != 0 && user_is_within(state, user, group)) suspect(search, at);
    }
}

static void suspect_users_of_all(struct search *search, uint32_t group)
{
    const struct state *state = search->state;
    uint32_t            at = server_at(state)->newest_resource;
    for (; at != 0; at = resource_at(state, at)->next) {
        struct quota_path path;
        if (resource_at(state, at)->most_of_user == 0) continue;
        quota_path(state, group, at, &path);
        suspect_users(search, group, at, quota_maximum(&path));
    }
}

// --- What was changed -------------------------------------------------------

static void see_account(struct search *search, const struct state_edit *edit)
{
    const struct state   *state = search->state;
    const struct account *now = account_at(state, edit->record);
    struct account        before = {
               .limit = LIMIT_NONE, .parent = now->parent, .last_kept = ACCOUNT_KEEPS_ALL};
    if (edit->before != NULL) memcpy(&before, edit->before, sizeof before);
    const bool is_again = search->pool == POOL_ACCOUNT && search->record == edit->record &&
                          search->before.limit == before.limit &&
                          search->before.parent == before.parent &&
                          search->before.last_kept == before.last_kept;
    search->before = before;
    if (is_again) return;
    suspect_between(search, edit->record, last_kept_id(state, now->last_kept),
                    last_kept_id(state, before.last_kept));
    if (before.parent != now->parent) suspect_moved(search, edit->record);
    if (now->limit < before.limit) suspect_users(search, now->group, now->resource, now->limit);
}

static void see_group(struct search *search, const struct state_edit *edit)
{
    const struct group *now = group_at(search->state, edit->record);
    struct group        before;
    if (edit->before == NULL) return; // nobody was there
    memcpy(&before, edit->before, sizeof before);
    const bool is_moved = before.parent != now->parent && before.parent != 0 && now->parent != 0;
    const bool is_restricted = now->is_restricted && !before.is_restricted;
    const bool is_again = search->pool == POOL_GROUP && search->record == edit->record;
    if ((is_moved || is_restricted) && !is_again) suspect_users_of_all(search, edit->record);
}

// Another membership or another assignment.
static void see_member(struct search *search, const struct state_edit *edit)
{
    const struct state *state = search->state;
    uint32_t            at = user_first_held(state, member_at(state, edit->record)->user);
    for (; at != 0; at = user_next_held(state, at)) {
        suspect(search, at);
    }
}

void losses_note(struct state *state, struct state_mark mark, uint64_t ms, struct losses *losses)
{
    struct search      search = {.state = state, .ms = ms, .suspects = state_scratch(state)};
    struct state_edits edits = state_edits(state, mark);
    for (struct state_edit edit; state_edits_next(state, &edits, &edit);) {
        if (edit.pool == POOL_ACCOUNT) see_account(&search, &edit);
        if (edit.pool == POOL_GROUP) see_group(&search, &edit);
        if (edit.pool == POOL_MEMBER) see_member(&search, &edit);
        search.pool = edit.pool;
        search.record = edit.record;
    }
    losses->suspect_count = sort_suspects(search.suspects, search.count);
}

// --- Who had access ---------------------------------------------------------

static bool is_read(const struct state *state, uint32_t reader, uint32_t holding)
{
    const uint32_t group = account_at(state, holding_at(state, holding)->account)->group;
    // What the event itself takes, as a part of a plan, is not there to be told.
    if (entity_seq(holding_at(state, holding)->id) >= server_at(state)->size) return false;
    return reader == 0 || actor_reads(state, reader, group);
}

void losses_count(struct state *state, uint64_t ms, uint32_t reader, struct losses *losses)
{
    struct scratch_pair *suspects = state_scratch(state);
    uint32_t             lost = 0;
    losses->total = 0;
    losses->count = 0;
    for (uint32_t i = 0; i < losses->suspect_count; i++) {
        const uint32_t at = suspects[i].record;
        if (holding_at(state, at)->id != suspects[i].key) continue; // taken by the event itself
        if (holding_access(state, at, ms).code != ACCEPTED) continue;
        suspects[lost++] = suspects[i];
        if (!is_read(state, reader, at)) continue;
        losses->total++;
        if (losses->count < LOSS_MAX) losses->holdings[losses->count++] = at;
    }
    state_scratch_return(state, losses->suspect_count);
    losses->suspect_count = lost;
}

bool losses_any(const struct losses *losses)
{
    return losses->suspect_count > 0;
}

// --- Where it is decided ----------------------------------------------------

static bool is_below(const struct state *state, uint32_t holding, uint32_t account)
{
    uint32_t at = holding_at(state, holding)->account;
    while (at != 0 && at != account) {
        at = account_at(state, at)->parent;
    }
    return at != 0;
}

// The account of the group that cuts off one of those that lose; 0 when none does.
static uint32_t cutting_account(struct state *state, uint32_t group, const struct losses *losses)
{
    const struct scratch_pair *lost = state_scratch(state);
    for (uint32_t i = 0; i < losses->suspect_count; i++) {
        const uint32_t holding = lost[i].record;
        const uint32_t resource = account_at(state, holding_at(state, holding)->account)->resource;
        const uint32_t account = account_find(state, group, resource);
        if (account == 0 || account_keeps(state, account, holding)) continue;
        if (is_below(state, holding, account)) return account;
    }
    return 0;
}

static struct bytes name_of(const struct state *state, uint32_t resource)
{
    return text_of(state, resource_at(state, resource)->name);
}

struct constraint losses_decisive(struct state *state, uint64_t ms, uint32_t group,
                                  const struct losses *losses)
{
    struct constraint constraint = {.code = LIMIT_BELOW_USED, .until_ms = TIME_NEVER};
    for (uint32_t at = group; at != 0; at = group_at(state, at)->parent) {
        const uint32_t found = cutting_account(state, at, losses);
        if (found == 0) continue;
        const struct account *account = account_at(state, found);
        constraint.group = at;
        constraint.limit = account_limit(state, found);
        constraint.used = account->used;
        constraint.name = name_of(state, account->resource);
        return constraint;
    }
    const struct holding   *first = holding_at(state, state_scratch(state)[0].record);
    const uint32_t          resource = account_at(state, first->account)->resource;
    const struct user_quota quota = user_quota_enforced(state, first->user, resource, ms);
    constraint.group = quota.group;
    constraint.limit = quota.maximum;
    constraint.used = quota.used;
    constraint.name = name_of(state, resource);
    return constraint;
}
