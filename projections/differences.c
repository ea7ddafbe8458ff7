#include "projections/differences.h"

#include "projections/groups.h"
#include "projections/quota.h"

#include <string.h>

static uint32_t slot_of(uint32_t group, uint32_t resource)
{
    const uint64_t mixed = ((uint64_t)group << 32 | resource) * 0x9e3779b97f4a7c15U;
    return (uint32_t)(mixed >> 32) % DIFFERENCE_SLOT_COUNT;
}

// The pair, found or added; NULL where there are too many.
static struct difference *open_pair(struct differences *differences, const struct state *state,
                                    uint32_t group, uint32_t resource)
{
    const entity_id id = group_at(state, group)->id;
    uint32_t        slot = slot_of(group, resource);
    for (; differences->slots[slot] != 0; slot = (slot + 1) % DIFFERENCE_SLOT_COUNT) {
        struct difference *known = &differences->at[differences->slots[slot] - 1];
        if (known->group == group && known->resource == resource && known->id == id) return known;
    }
    if (differences->count == DIFFERENCE_MAX) {
        differences->is_cut = true;
        return NULL;
    }
    struct difference *fresh = &differences->at[differences->count++];
    *fresh = (struct difference){.group = group, .resource = resource, .id = id};
    differences->slots[slot] = differences->count;
    return fresh;
}

static bool is_there(const struct state *state, const struct difference *one)
{
    return group_by_id(state, one->id) == one->group;
}

// A name that the event brings was none before.
static bool is_known(const struct state *state, uint32_t resource)
{
    return resource <= state_count(state, POOL_RESOURCE);
}

static void look_before(const struct state *state, uint64_t ms, struct difference *one)
{
    one->was_there = is_there(state, one);
    if (!one->was_there || !is_known(state, one->resource)) return;
    one->before = view_resource_now(state, one->group, one->resource, ms);
}

static void look_after(const struct state *state, uint64_t ms, struct difference *one)
{
    one->is_there = is_there(state, one);
    if (one->is_there) one->after = view_resource_now(state, one->group, one->resource, ms);
}

// --- What the event noted ---------------------------------------------------

static void add_account(struct differences *differences, const struct state *state,
                        uint32_t account)
{
    const uint32_t     resource = account_at(state, account)->resource;
    struct difference *one =
        open_pair(differences, state, account_at(state, account)->group, resource);
    if (one != NULL) one->is_changed = true;
    for (uint32_t at = account_at(state, account)->parent; at != 0;
         at = account_at(state, at)->parent) {
        (void)open_pair(differences, state, account_at(state, at)->group, resource);
    }
}

static void add_change(struct differences *differences, const struct state *state,
                       const struct change *change)
{
    const entity_id id = group_at(state, change->group)->id;
    if (group_by_id(state, id) != change->group) return; // it is gone by then
    uint32_t account = group_at(state, change->group)->first_account;
    for (; account != 0; account = account_at(state, account)->next_of_group) {
        const uint32_t resource = account_at(state, account)->resource;
        if (change->resource != 0 && change->resource != resource) continue;
        add_account(differences, state, account);
    }
}

void differences_gather(const struct state *state, uint64_t first_change, uint64_t ms,
                        struct differences *differences)
{
    const uint64_t last = state_change_count(state);
    differences->is_cut = false;
    differences->count = 0;
    memset(differences->slots, 0, sizeof differences->slots);
    for (uint64_t i = first_change; i < last && !differences->is_cut; i++) {
        struct change change;
        if (state_change_at(state, i, &change)) {
            add_change(differences, state, &change);
        } else {
            differences->is_cut = true;
        }
    }
    for (uint32_t i = 0; i < differences->count; i++) {
        look_after(state, ms, &differences->at[i]);
    }
}

// --- What it means to those below -------------------------------------------

// Whether those below may have more or less of it now.
static bool is_wide(const struct difference *one)
{
    if (!one->is_changed || !one->was_there) return false;
    return !one->is_there || one->before.maximum != one->after.maximum ||
           one->before.own_limit != one->after.own_limit ||
           one->before.suspended != one->after.suspended || one->before.status != one->after.status;
}

static uint32_t next_below(const struct state *state, uint32_t root, uint32_t at)
{
    if (account_at(state, at)->first_child != 0) return account_at(state, at)->first_child;
    while (at != root && account_at(state, at)->next == 0) {
        at = account_at(state, at)->parent;
    }
    return at == root ? 0 : account_at(state, at)->next;
}

static void add_below(struct differences *differences, const struct state *state, uint32_t root)
{
    for (uint32_t at = root; at != 0 && !differences->is_cut; at = next_below(state, root, at)) {
        const struct account *account = account_at(state, at);
        (void)open_pair(differences, state, account->group, account->resource);
    }
}

void differences_before(const struct state *state, uint64_t ms, struct differences *differences)
{
    const uint32_t gathered = differences->count;
    for (uint32_t i = 0; i < gathered; i++) {
        look_before(state, ms, &differences->at[i]);
    }
    for (uint32_t i = 0; i < gathered; i++) {
        const struct difference *one = &differences->at[i];
        if (!is_wide(one)) continue;
        const uint32_t account = account_find(state, one->group, one->resource);
        if (account != 0) add_below(differences, state, account);
    }
    for (uint32_t i = gathered; i < differences->count; i++) {
        look_before(state, ms, &differences->at[i]);
    }
}

static bool is_same(const struct resource_view *a, const struct resource_view *b)
{
    return a->maximum == b->maximum && a->used == b->used && a->available == b->available &&
           a->suspended == b->suspended && a->status == b->status && a->notice == b->notice;
}

void differences_after(const struct state *state, uint64_t ms, struct differences *differences)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < differences->count; i++) {
        struct difference *one = &differences->at[i];
        look_after(state, ms, one);
        if (one->was_there == one->is_there && is_same(&one->before, &one->after)) continue;
        differences->at[kept++] = *one;
    }
    differences->count = kept;
}
