#include "projections/bindings.h"

#include "projections/access.h"
#include "projections/holdings.h"
#include "projections/quota.h"
#include "projections/users.h"

#include <assert.h>

static uint32_t needed_by(const struct state *state, uint32_t resource)
{
    return resource_at(state, resource)->needs;
}

// Whether the holding could carry one that is taken, were it not for what is bound to it already.
static bool is_active(const struct state *state, const struct need *need, uint32_t at)
{
    const struct holding *holding = holding_at(state, at);
    if (holding->user != need->user || holding->is_service) return false;
    return holding_access(state, at, need->ms).code == ACCEPTED;
}

// Of the account's holdings that are bound, or that are not, the oldest that is active. A user has
// few, in no order; those of an account stand in log order.
static uint32_t find_oldest(const struct state *state, const struct need *need, uint32_t account,
                            bool is_bound)
{
    uint32_t found = 0;
    uint32_t at = need->user == 0 ? account_at(state, account)->first_holding
                                  : user_first_held(state, need->user);
    while (at != 0 && (found == 0 || need->user != 0)) {
        const struct holding *holding = holding_at(state, at);
        const bool is_fit = holding->account == account && (holding->bound != 0) == is_bound &&
                            (found == 0 || holding->id < holding_at(state, found)->id);
        if (is_fit && is_active(state, need, at)) found = at;
        at = need->user == 0 ? holding->next_of_account : user_next_held(state, at);
    }
    return found;
}

static uint32_t find_named(const struct state *state, const struct need *need, uint32_t account,
                           enum refusal *code)
{
    uint8_t                  room[NAME_SIZE_MAX];
    const uint32_t           resource = needed_by(state, need->resource);
    const enum resource_kind kind = (enum resource_kind)resource_at(state, resource)->kind;
    const uint32_t at = holding_find(state, resource, unit_fold(kind, need->needed, room));
    *code = NEEDED_UNIT_MISSING;
    if (at == 0 || holding_at(state, at)->account != account) return 0;
    if (!is_active(state, need, at)) return 0;
    *code = NEEDED_UNIT_BOUND;
    return holding_at(state, at)->bound == 0 ? at : 0;
}

uint32_t binding_find(const struct state *state, const struct need *need, enum refusal *code)
{
    const uint32_t account = account_find(state, need->group, needed_by(state, need->resource));
    *code = NEEDED_UNIT_MISSING;
    if (account == 0) return 0;
    if (need->needed.at != NULL) return find_named(state, need, account, code);
    const uint32_t found = find_oldest(state, need, account, false);
    if (found == 0 && find_oldest(state, need, account, true) != 0) *code = NEEDED_UNIT_BOUND;
    return found;
}

void binding_judge(struct question *question, const struct need *need)
{
    const struct state *state = question->state;
    const uint32_t      resource = needed_by(state, need->resource);
    enum refusal        code = ACCEPTED;
    if (binding_find(state, need, &code) != 0) return;
    const struct bytes name = text_of(state, resource_at(state, resource)->name);
    refuse(question, (struct constraint){.code = code,
                                         .group = need->group,
                                         .limit = LIMIT_NONE,
                                         .used = LIMIT_NONE,
                                         .until_ms = TIME_NEVER,
                                         .name = need->needed.at != NULL ? need->needed : name});
}

void binding_make(struct state *state, uint32_t holding, uint32_t needed)
{
    struct holding *above = holding_edit(state, holding);
    struct holding *below = holding_edit(state, needed);
    assert(above->bound == 0);
    assert(below->bound == 0);
    above->bound = needed;
    below->bound = holding;
    below->is_needed = true;
    quota_tie(state, above->account, above->is_service ? 0 : 1);
    quota_tie(state, below->account, 1);
}

static void part(struct state *state, uint32_t holding)
{
    struct holding *own = holding_edit(state, holding);
    own->bound = 0;
    own->is_needed = false;
    quota_tie(state, own->account, own->is_service ? 0 : -1);
}

void binding_part(struct state *state, uint32_t holding)
{
    const uint32_t other = holding_at(state, holding)->bound;
    if (other == 0) return;
    part(state, other);
    part(state, holding);
}

uint32_t bound_above(const struct state *state, uint32_t holding)
{
    const struct holding *own = holding_at(state, holding);
    return own->is_needed ? own->bound : 0;
}

uint32_t bound_below(const struct state *state, uint32_t holding)
{
    const struct holding *own = holding_at(state, holding);
    return own->is_needed ? 0 : own->bound;
}
