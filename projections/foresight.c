#include "projections/foresight.h"

#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/retries.h"

#include <assert.h>

// What is looked at for one consumption.
struct look {
    const struct proposal *proposal;
    entity_id              author;
    uint64_t               unit_hash, retry_hash;
    uint32_t               resource, group, account; // 0 where there is none
};

static const struct consumption *consumption_of(const struct proposal *proposal)
{
    return &proposal->event.of.consumption;
}

// The keys of the proposal and of its unit, which are mostly new: the looks for them end at once.
static void fetch_names(const struct state *state, struct look *look)
{
    const struct consumption *consumption = consumption_of(look->proposal);
    uint8_t                   room[NAME_SIZE_MAX];
    look->retry_hash = retry_fetch(state, look->author, look->proposal);
    look->resource = resource_find(state, consumption->resource);
    if (look->resource == 0) return;
    const enum resource_kind kind = (enum resource_kind)resource_at(state, look->resource)->kind;
    look->unit_hash = unit_hash(state, look->resource, unit_fold(kind, consumption->unit, room));
    state_fetch(state, INDEX_UNIT, look->unit_hash);
}

static void find_groups(const struct state *state, struct look *looks, uint32_t count)
{
    struct bytes paths[FORESIGHT_MAX];
    uint32_t     groups[FORESIGHT_MAX];
    for (uint32_t i = 0; i < count; i++) {
        paths[i] = consumption_of(looks[i].proposal)->group;
    }
    group_find_many(state, paths, groups, count);
    for (uint32_t i = 0; i < count; i++) {
        looks[i].group = groups[i];
    }
}

static bool has_account(const struct look *look)
{
    return look->group != 0 && look->resource != 0;
}

static void find_accounts(const struct state *state, struct look *looks, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (has_account(&looks[i])) account_fetch(state, looks[i].group, looks[i].resource);
    }
    for (uint32_t i = 0; i < count; i++) {
        retry_fetch_link(state, looks[i].proposal, looks[i].retry_hash);
        if (!has_account(&looks[i])) continue;
        account_fetch_first(state, looks[i].group, looks[i].resource);
        state_fetch_link(state, INDEX_UNIT, looks[i].unit_hash);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!has_account(&looks[i])) continue;
        looks[i].account = account_find(state, looks[i].group, looks[i].resource);
    }
}

// The accounts that are charged, and the holding that the new one will stand behind.
static void fetch_path(const struct state *state, struct look *looks, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (looks[i].account == 0) continue;
        const uint32_t last = account_at(state, looks[i].account)->last_holding;
        state_fetch_record(state, POOL_HOLDING, last);
    }
    for (uint32_t depth = 0; depth < PATH_NODE_MAX; depth++) {
        bool is_any_left = false;
        for (uint32_t i = 0; i < count; i++) {
            if (looks[i].account == 0) continue;
            looks[i].account = account_at(state, looks[i].account)->parent;
            state_fetch_record(state, POOL_ACCOUNT, looks[i].account);
            is_any_left = is_any_left || looks[i].account != 0;
        }
        if (!is_any_left) return;
    }
}

void foresee(const struct state *state, struct foreseen *foreseen, uint32_t count)
{
    struct look looks[FORESIGHT_MAX];
    uint32_t    from[FORESIGHT_MAX], look_count = 0;
    assert(count <= FORESIGHT_MAX);
    for (uint32_t i = 0; i < count; i++) {
        const struct proposal *proposal = foreseen[i].proposal;
        foreseen[i].group = 0;
        if (proposal == NULL || proposal->event.kind != CONSUMPTION) continue;
        from[look_count] = i;
        looks[look_count] = (struct look){.proposal = proposal, .author = foreseen[i].author};
        fetch_names(state, &looks[look_count++]);
    }
    if (look_count > 0) {
        state_fetch_splits(state, INDEX_UNIT, look_count);
        retry_fetch_splits(state, looks[0].proposal, look_count);
    }
    find_groups(state, looks, look_count);
    for (uint32_t i = 0; i < look_count; i++) {
        foreseen[from[i]].group = looks[i].group;
    }
    find_accounts(state, looks, look_count);
    fetch_path(state, looks, look_count);
}
