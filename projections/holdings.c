#include "projections/holdings.h"

#include "projections/bindings.h"
#include "projections/groups.h"
#include "projections/leases.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/users.h"

#include <string.h>

struct bytes unit_fold(enum resource_kind kind, struct bytes unit, uint8_t *room)
{
    static const uint8_t dropped[] = {':', '-', '.', ' '};
    struct buffer        folded = buffer_over(room, NAME_SIZE_MAX);
    if (kind != PER_DEVICE) return unit;
    for (size_t i = 0; i < unit.size; i++) {
        const uint8_t byte = unit.at[i];
        if (memchr(dropped, byte, sizeof dropped) != NULL) continue;
        buffer_add_byte(&folded, byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte);
    }
    return buffer_bytes(&folded);
}

uint8_t unit_direction(uint64_t direction)
{
    if (direction == DIRECTION_ABSENT) return 0;
    return (uint8_t)(1U << direction);
}

uint32_t holding_resource(const struct state *state, uint32_t holding)
{
    return account_at(state, holding_at(state, holding)->account)->resource;
}

uint32_t holding_group(const struct state *state, uint32_t holding)
{
    return account_at(state, holding_at(state, holding)->account)->group;
}

bool holding_is_there(const struct state *state, uint32_t holding)
{
    if (server_at(state)->first_cut == 0) return true;
    return group_is_there(state, holding_group(state, holding));
}

uint64_t unit_hash(const struct state *state, uint32_t resource, struct bytes unit)
{
    return state_hash(state, resource, unit);
}

uint32_t holding_find(const struct state *state, uint32_t resource, struct bytes unit)
{
    uint32_t at = state_first(state, INDEX_UNIT, unit_hash(state, resource, unit));
    for (; at != 0; at = state_next(state, INDEX_UNIT, at)) {
        if (!text_is(state, holding_at(state, at)->unit, unit)) continue;
        if (holding_resource(state, at) == resource && holding_is_there(state, at)) return at;
    }
    return 0;
}

uint32_t unit_find(const struct state *state, struct bytes resource, struct bytes unit)
{
    uint8_t        room[NAME_SIZE_MAX];
    const uint32_t at = resource_find(state, resource);
    if (at == 0) return 0;
    const enum resource_kind kind = (enum resource_kind)resource_at(state, at)->kind;
    return holding_find(state, at, unit_fold(kind, unit, room));
}

// --- Lists ------------------------------------------------------------------

static void link_to_user(struct state *state, uint32_t at)
{
    if (holding_at(state, at)->user == 0) return;
    struct holding *holding = holding_edit(state, at);
    struct user    *user = user_edit(state, holding->user);
    holding->previous_of_user = 0;
    holding->next_of_user = user->first_holding;
    if (user->first_holding != 0) holding_edit(state, user->first_holding)->previous_of_user = at;
    user->first_holding = at;
    user->holding_count++;
    struct resource *resource = resource_edit(state, holding_resource(state, at));
    const uint32_t   held = user_held(state, holding->user, holding_resource(state, at));
    if (held > resource->most_of_user) resource->most_of_user = held;
}

static void link_holding(struct state *state, uint32_t at)
{
    struct holding  *holding = holding_edit(state, at);
    struct account  *account = account_edit(state, holding->account);
    struct resource *resource = resource_edit(state, account->resource);
    holding->previous = resource->last_holding;
    if (resource->last_holding == 0) {
        resource->first_holding = at;
    } else {
        holding_edit(state, resource->last_holding)->next = at;
    }
    resource->last_holding = at;
    resource->holding_count++;
    holding->previous_of_account = account->last_holding;
    if (account->last_holding == 0) {
        account->first_holding = at;
    } else {
        holding_edit(state, account->last_holding)->next_of_account = at;
    }
    account->last_holding = at;
    link_to_user(state, at);
}

static void unlink_from_user(struct state *state, const struct holding *holding)
{
    if (holding->user == 0) return;
    struct user *user = user_edit(state, holding->user);
    user->holding_count--;
    if (holding->previous_of_user == 0) {
        user->first_holding = holding->next_of_user;
    } else {
        holding_edit(state, holding->previous_of_user)->next_of_user = holding->next_of_user;
    }
    if (holding->next_of_user == 0) return;
    holding_edit(state, holding->next_of_user)->previous_of_user = holding->previous_of_user;
}

static void unlink_holding(struct state *state, uint32_t at)
{
    const struct holding holding = *holding_at(state, at);
    struct account      *account = account_edit(state, holding.account);
    struct resource     *resource = resource_edit(state, account->resource);
    resource->holding_count--;
    if (holding.previous == 0) {
        resource->first_holding = holding.next;
    } else {
        holding_edit(state, holding.previous)->next = holding.next;
    }
    if (holding.next == 0) {
        resource->last_holding = holding.previous;
    } else {
        holding_edit(state, holding.next)->previous = holding.previous;
    }
    const uint32_t before = holding.previous_of_account, after = holding.next_of_account;
    if (before == 0) {
        account->first_holding = after;
    } else {
        holding_edit(state, before)->next_of_account = after;
    }
    if (after == 0) {
        account->last_holding = before;
    } else {
        holding_edit(state, after)->previous_of_account = before;
    }
    unlink_from_user(state, &holding);
}

void holding_index(struct state *state, uint32_t at)
{
    const struct bytes unit = text_of(state, holding_at(state, at)->unit);
    state_index_add(state, INDEX_UNIT, at, unit_hash(state, holding_resource(state, at), unit));
}

uint32_t holding_add(struct state *state, const struct holding *fresh, struct bytes unit)
{
    const uint32_t  at = state_take(state, POOL_HOLDING);
    struct holding *holding = holding_edit(state, at);
    *holding = *fresh;
    holding->unit = text_add(state, unit);
    quota_charge(state, fresh->account);
    quota_tie(state, fresh->account, fresh->is_service ? 1 : 0);
    link_holding(state, at);
    holding_index(state, at);
    return at;
}

void holding_rename(struct state *state, uint32_t at, struct bytes unit)
{
    struct holding *holding = holding_edit(state, at);
    state_index_remove(state, INDEX_UNIT, at);
    text_drop(state, holding->unit);
    holding->unit = text_add(state, unit);
    holding_index(state, at);
}

void holding_pass(struct state *state, uint32_t at, uint32_t user)
{
    unlink_from_user(state, holding_at(state, at));
    holding_edit(state, at)->user = user;
    link_to_user(state, at);
}

static void let_go(struct state *state, uint32_t holding)
{
    const struct holding *own = holding_at(state, holding);
    quota_tie(state, own->account, own->is_service ? -1 : 0);
    lease_leave(state, holding);
    quota_discharge(state, holding);
    unlink_holding(state, holding);
    state_index_remove(state, INDEX_UNIT, holding);
    text_drop(state, holding_at(state, holding)->unit);
    state_give(state, POOL_HOLDING, holding);
}

void holding_remove(struct state *state, uint32_t holding)
{
    const uint32_t above = bound_above(state, holding);
    binding_part(state, holding);
    if (above != 0) let_go(state, above);
    let_go(state, holding);
}
