#include "tests/oracle/access.h"

#include "core/base/name.h"

#include <assert.h>
#include <stdlib.h>

static const struct access granted = {.is_granted = true, .code = ACCEPTED};

static struct access denied(enum refusal code, const struct group_row *node)
{
    return (struct access){.code = code, .node = node};
}

const struct group_row *access_block(const struct facts *facts, const struct group_row *group)
{
    const struct group_row *at = group;
    while (at != NULL && !at->is_blocked)
        at = facts_parent(facts, at);
    return at;
}

// X12, B42: a block above the charged group, or above any group of the user.
static const struct group_row *block_of(const struct facts       *facts,
                                        const struct holding_row *holding)
{
    const struct group_row *block = access_block(facts, facts_group_of_id(facts, holding->group));
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP) && block == NULL; i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != holding->user) continue;
        block = access_block(facts, facts_group_of_id(facts, row->group));
    }
    return block;
}

// How many units of the resource the user took before this one.
static uint64_t rank_of(const struct facts *facts, uint32_t at)
{
    const struct holding_row *holding = facts_at(facts, FACT_HOLDING, at);
    uint64_t                  rank = 0;
    for (uint32_t i = 0; i < at; i++) {
        const struct holding_row *older = facts_at(facts, FACT_HOLDING, i);
        if (older->user != holding->user) continue;
        if (bytes_is_equal(older->resource, holding->resource)) rank++;
    }
    return rank;
}

// B42, B26. The user's newest beyond the least maximum, or the least cap, give no access.
static struct access user_access(const struct facts *facts, uint32_t at, uint64_t ms)
{
    const struct holding_row *holding = facts_at(facts, FACT_HOLDING, at);
    const struct moment       now = {ms, ENFORCED_FILES};
    const uint64_t            rank = rank_of(facts, at);
    struct access             capped = granted;
    if (holding->user == USER_NONE) return granted;
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != holding->user) continue;
        const struct group_row *group = facts_group_of_id(facts, row->group);
        if (rank >= amounts_maximum(facts, group, holding->resource, now)) {
            return denied(STRICTEST_GROUP, group);
        }
        if (rank >= amounts_cap(facts, row->user, row->group, holding->resource, ms)) {
            capped = denied(USER_LIMIT, group);
        }
    }
    return capped;
}

// Why the walk of X03 passed the holding by.
static struct access walk_access(const struct facts *facts, const struct holding_row *holding,
                                 const struct group_row *cut, uint64_t ms)
{
    const struct moment     now = {ms, ENFORCED_FILES};
    const struct group_row *group = facts_group_of_id(facts, holding->group);
    const struct group_row *node = NULL;
    if (!amounts_is_licensed(facts, holding->resource, ENFORCED_FILES)) {
        return denied(NO_LICENSE, facts_at(facts, FACT_GROUP, 0));
    }
    const enum refusal closed = amounts_closed(facts, group, holding->resource, now, &node);
    return closed != ACCEPTED ? denied(closed, node) : denied(LIMIT_REACHED, cut);
}

static void look_at_resource(const struct facts *facts, struct bytes resource, uint64_t ms,
                             struct access *all)
{
    const uint32_t           count = facts_count(facts, FACT_HOLDING);
    bool                    *is_kept = calloc(count + 1, sizeof *is_kept);
    const struct group_row **cuts = calloc(count + 1, sizeof(const struct group_row *));
    if (is_kept == NULL || cuts == NULL) abort();
    amounts_walk(facts, resource, (struct moment){ms, ENFORCED_FILES}, is_kept, cuts);
    for (uint32_t i = 0; i < count; i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        if (!bytes_is_equal(holding->resource, resource)) continue;
        const struct group_row *block = block_of(facts, holding);
        if (block != NULL)
            all[i] = denied(BLOCKED, block);
        else if (!is_kept[i])
            all[i] = walk_access(facts, holding, cuts[i], ms);
        else
            all[i] = user_access(facts, i, ms);
        all[i].is_cut = !is_kept[i];
        all[i].cut = cuts[i];
    }
    free(is_kept);
    free((void *)cuts);
}

// B31. What is bound to a unit without access has none either.
static void look_at_needed(const struct facts *facts, struct access *all)
{
    const uint32_t count = facts_count(facts, FACT_HOLDING);
    for (uint32_t i = 0; i < count; i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        for (uint32_t j = 0; j < count; j++) {
            const struct holding_row *needed = facts_at(facts, FACT_HOLDING, j);
            if (needed->id != holding->bound_to) continue;
            if (all[i].is_granted && !all[j].is_granted) all[i] = all[j];
        }
    }
}

struct access *access_of_all(const struct facts *facts, uint64_t ms)
{
    const uint32_t count = facts_count(facts, FACT_HOLDING);
    struct access *all = calloc(count + 1, sizeof *all);
    struct names   resources = {NULL, 0};
    if (all == NULL) abort();
    for (uint32_t i = 0; i < count; i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        amounts_add_name(&resources, holding->resource);
    }
    for (uint32_t i = 0; i < resources.count; i++) {
        look_at_resource(facts, resources.names[i], ms, all);
    }
    amounts_forget(&resources);
    look_at_needed(facts, all);
    return all;
}

static bool assignment_has_feature(const struct assignment_row *assignment, struct bytes feature,
                                   uint64_t ms)
{
    if (!window_has(assignment->package.window, ms)) return false;
    for (uint32_t i = 0; i < assignment->package.entry_count; i++) {
        const struct entry *entry = &assignment->package.entries[i];
        if (entry->count == ENTRY_FEATURE && bytes_is_equal(entry->name, feature)) return true;
    }
    return false;
}

bool access_has_feature(const struct facts *facts, entity_id user, struct bytes feature,
                        uint64_t ms)
{
    const struct moment now = {ms, ENFORCED_FILES};
    uint32_t            memberships = 0;
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user) continue;
        const struct group_row      *group = facts_group_of_id(facts, row->group);
        const struct assignment_row *assignment = facts_assignment(facts, user, row->group);
        memberships++;
        if (access_block(facts, group) != NULL) return false;
        if (!amounts_has_feature(facts, group, feature, now)) return false;
        if (assignment != NULL && !assignment_has_feature(assignment, feature, ms)) return false;
    }
    return memberships > 0;
}

bool access_has_unit(const struct facts *facts, entity_id user, struct bytes resource, uint64_t ms)
{
    struct access *all = access_of_all(facts, ms);
    bool           has_one = false;
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        if (holding->user != user || !bytes_is_equal(holding->resource, resource)) continue;
        if (all[i].is_granted) has_one = true;
    }
    free(all);
    return has_one;
}
