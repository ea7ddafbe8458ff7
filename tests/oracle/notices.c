// The part of matter.h that knows when a threshold is crossed (X18): at every node with a limit,
// the highest of 0, 80, 95 and 100 per cent and over that was reached and is not armed again.
#include "tests/oracle/matter.h"

enum { LEVEL_COUNT = 5 };

static const uint64_t percents[LEVEL_COUNT] = {
    [LEVEL_NONE] = 0, [LEVEL_80] = 80, [LEVEL_95] = 95, [LEVEL_100] = 100, [LEVEL_OVER] = 100};

static bool has_reached(uint32_t level, uint64_t used, uint64_t limit)
{
    if (level == LEVEL_NONE) return true;
    if (level == LEVEL_OVER) return used > limit;
    return used > 0 && used * 100 >= percents[level] * limit;
}

// Armed again five points below it.
static bool is_armed(uint32_t level, uint64_t used, uint64_t limit)
{
    return level != LEVEL_NONE && used * 100 < (percents[level] - 5) * limit;
}

static uint32_t level_after(uint32_t before, uint64_t used, uint64_t limit)
{
    uint32_t level = before;
    while (is_armed(level, used, limit) || (level > LEVEL_NONE && used == 0))
        level--;
    for (uint32_t higher = level + 1; higher < LEVEL_COUNT; higher++) {
        if (has_reached(higher, used, limit)) level = higher;
    }
    return level;
}

static struct notice_row *find(const struct facts *facts, entity_id group, struct bytes resource)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_NOTICE); i++) {
        struct notice_row *row = facts_at(facts, FACT_NOTICE, i);
        if (row->group == group && bytes_is_equal(row->resource, resource)) return row;
    }
    return NULL;
}

static void look(struct facts *facts, const struct group_row *group, struct bytes resource,
                 uint64_t ms)
{
    const struct moment now = {ms, CURRENT_FILES};
    const uint64_t      limit = amounts_limit(facts, group, resource, now);
    const uint64_t      used = amounts_used(facts, group, resource);
    struct notice_row  *row = find(facts, group->id, resource);
    if (limit == UNLIMITED) {
        if (row != NULL) row->level = LEVEL_NONE;
        return;
    }
    const uint32_t level = level_after(row == NULL ? LEVEL_NONE : row->level, used, limit);
    if (row != NULL)
        row->level = level;
    else if (level != LEVEL_NONE)
        facts_add(facts, FACT_NOTICE, &(struct notice_row){group->id, resource, level});
}

void oracle_update_notices(struct facts *facts, uint64_t ms)
{
    struct names resources = amounts_resources(facts);
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        const struct group_row *group = facts_at(facts, FACT_GROUP, i);
        for (uint32_t j = 0; j < resources.count; j++) {
            look(facts, group, resources.names[j], ms);
        }
    }
    amounts_forget(&resources);
}

void oracle_update_path(struct facts *facts, entity_id group, struct bytes resource, uint64_t ms)
{
    for (const struct group_row *at = facts_group_of_id(facts, group); at != NULL;
         at = facts_parent(facts, at)) {
        look(facts, at, resource, ms);
    }
}

void oracle_update_edges(struct facts *facts, uint64_t edge_ms, uint64_t ms)
{
    struct names resources = amounts_resources(facts);
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        const struct group_row *group = facts_at(facts, FACT_GROUP, i);
        for (uint32_t j = 0; j < resources.count; j++) {
            const bool has_edge = amounts_has_edge(facts, group, resources.names[j], edge_ms);
            if (has_edge) look(facts, group, resources.names[j], ms);
        }
    }
    amounts_forget(&resources);
}

enum level oracle_notice(const struct oracle *oracle, struct bytes group, struct bytes resource)
{
    const struct facts      *facts = oracle_facts(oracle);
    const struct notice_row *row = find(facts, facts_group(facts, group)->id, resource);
    return row == NULL ? LEVEL_NONE : (enum level)row->level;
}
