#include "tests/oracle/saves.h"

#include "core/base/name.h"
#include "tests/oracle/access.h"

#include <stdlib.h>

static struct moment at_instant(uint64_t ms)
{
    return (struct moment){ms, CURRENT_FILES}; // saves are refused in limited mode
}

static void add_finding(struct findings *findings, struct verdict verdict)
{
    if (findings->count == FINDING_MAX) return;
    findings->verdicts[findings->count++] = verdict;
}

static struct verdict refused(enum refusal code, const struct group_row *node, uint64_t limit,
                              uint64_t used)
{
    return (struct verdict){.code = code, .node = node->id, .limit = limit, .used = used};
}

// B10. count(X) <= count(Y) where X needs Y.
static void check_needs(const struct facts *facts, const struct group_row *group,
                        const struct package_row *package, struct findings *findings)
{
    for (uint32_t i = 0; i < package->entry_count; i++) {
        const struct entry *entry = &package->entries[i];
        if (entry->count == ENTRY_FEATURE) continue;
        const struct bytes needed = facts_needed(facts, entry->name);
        if (needed.size == 0) continue;
        const uint64_t there = amounts_in_package(package, needed);
        if (entry->count <= there) continue;
        add_finding(findings, refused(NEEDS_EXCEEDED, group, entry->count, there));
    }
}

static uint64_t limit_before(const struct save *save, struct bytes resource, uint64_t ms)
{
    return amounts_limit(save->before, facts_group(save->before, save->group), resource,
                         at_instant(ms));
}

static uint64_t limit_after(const struct save *save, struct bytes resource, uint64_t ms)
{
    return amounts_limit(save->after, facts_group(save->after, save->group), resource,
                         at_instant(ms));
}

// What is asked for, at one instant: nothing where the save does not raise it.
static uint64_t raised_to(uint64_t before, uint64_t after)
{
    if (after == UNLIMITED) return 0;      // sets no limit of its own
    if (before == UNLIMITED) return after; // had none: counts as 0
    return after > before ? after : 0;
}

// B22, B26. The bound must hold what is asked for at every instant where the save raises it.
static void check_bound(const struct save *save, const struct group_row *bound,
                        struct bytes resource, const struct timeline *instants,
                        struct findings *findings)
{
    const bool      is_assignment = save->user != USER_NONE;
    const entity_id group = facts_group(save->after, save->group)->id;
    struct verdict  verdict = {.code = ACCEPTED};
    for (uint32_t i = 0; i < instants->count; i++) {
        const uint64_t ms = instants->ms[i];
        uint64_t       asked = 0;
        if (is_assignment) {
            asked = raised_to(amounts_cap(save->before, save->user, group, resource, ms),
                              amounts_cap(save->after, save->user, group, resource, ms));
        } else {
            asked = raised_to(limit_before(save, resource, ms), limit_after(save, resource, ms));
        }
        const uint64_t allowed = amounts_limit(save->after, bound, resource, at_instant(ms));
        if (!amounts_is_active(save->after, bound, ms) || asked <= allowed) continue;
        if (verdict.code == ACCEPTED) {
            verdict = refused(is_assignment ? USER_EXCEEDS_GROUP : CHILD_EXCEEDS_ANCESTOR, bound,
                              allowed, asked);
        }
        if (allowed < verdict.limit) verdict.limit = allowed; // the most that passes at all of them
        if (asked > verdict.used) verdict.used = asked;
    }
    if (verdict.code != ACCEPTED) add_finding(findings, verdict);
}

// B22 upwards: the nearest restricted ancestor, then the server.
static void check_bounds(const struct save *save, const struct group_row *nearest,
                         struct bytes resource, const struct timeline *instants,
                         struct findings *findings)
{
    const struct group_row *server = facts_at(save->after, FACT_GROUP, 0);
    if (nearest == NULL) return;
    check_bound(save, nearest, resource, instants, findings);
    if (nearest != server) check_bound(save, server, resource, instants, findings);
}

// B26: every node that limits on the path of the group, the group itself first.
static void check_path(const struct save *save, const struct group_row *group,
                       struct bytes resource, const struct timeline *instants,
                       struct findings *findings)
{
    const bool is_bound = group->is_restricted || path_is_server(group->path);
    if (is_bound) check_bound(save, group, resource, instants, findings);
    for (const struct group_row *above = amounts_bound_above(save->after, group); above != NULL;
         above = amounts_bound_above(save->after, above)) {
        check_bound(save, above, resource, instants, findings);
    }
}

// B22 downwards: where the save lowers the node, what stands below must still fit.
static void check_descendants(const struct save *save, struct bytes resource,
                              const struct timeline *instants, struct findings *findings)
{
    const struct group_row *node = facts_group(save->after, save->group);
    const struct group_row *below = NULL;
    while ((below = amounts_next_below(save->after, node, below)) != NULL) {
        struct verdict verdict = {.code = ACCEPTED};
        for (uint32_t i = 0; i < instants->count; i++) {
            const uint64_t ms = instants->ms[i];
            const uint64_t limit = limit_after(save, resource, ms);
            if (limit >= limit_before(save, resource, ms)) continue; // UNLIMITED is the greatest
            if (!amounts_is_active(save->after, node, ms)) continue;
            const uint64_t asked = amounts_limit(save->after, below, resource, at_instant(ms));
            if (asked <= limit || asked <= verdict.used) continue;
            verdict = refused(CHILD_EXCEEDS_ANCESTOR, node, limit, asked);
        }
        if (verdict.code != ACCEPTED) add_finding(findings, verdict);
    }
}

// B23. What a node brings into the sum of the node above it.
static uint64_t brought(const struct facts *facts, struct bytes path, struct bytes resource,
                        uint64_t ms)
{
    const struct group_row *node = facts_group(facts, path);
    if (node->is_restricted) return amounts_limit(facts, node, resource, at_instant(ms));
    return amounts_sum_below(facts, node, resource, at_instant(ms));
}

// Whether the node's descendants have more in all than the node, at an instant that counts.
static bool is_overfull(const struct facts *facts, const struct group_row *node,
                        struct bytes resource, uint64_t ms)
{
    if (!amounts_is_active(facts, node, ms)) return false;
    return amounts_sum_below(facts, node, resource, at_instant(ms)) >
           amounts_limit(facts, node, resource, at_instant(ms));
}

// Of all instants the one with the greatest sum: a limit of so much would do at each of them.
static void find_overfull(const struct facts *facts, const struct group_row *node,
                          struct bytes resource, uint64_t ms, struct verdict *verdict)
{
    const uint64_t sum = amounts_sum_below(facts, node, resource, at_instant(ms));
    if (sum <= verdict->used) return;
    *verdict =
        refused(OVERSUBSCRIBED, node, amounts_limit(facts, node, resource, at_instant(ms)), sum);
}

// B23 at the nearest restricted ancestor or the server, where the save raises the sum there.
static void check_sum_above(const struct save *save, struct bytes resource,
                            const struct timeline *instants, struct findings *findings)
{
    const struct group_row *above =
        amounts_bound_above(save->after, facts_group(save->after, save->group));
    struct verdict verdict = {.code = ACCEPTED};
    if (above == NULL || above->is_oversubscribed) return;
    for (uint32_t i = 0; i < instants->count; i++) {
        const uint64_t ms = instants->ms[i];
        if (brought(save->after, save->group, resource, ms) <=
            brought(save->before, save->group, resource, ms))
            continue;
        if (!is_overfull(save->after, above, resource, ms)) continue;
        find_overfull(save->after, above, resource, ms, &verdict);
    }
    if (verdict.code != ACCEPTED) add_finding(findings, verdict);
}

// B23 at the saved node, where its limit falls, or everywhere once it no longer opts in.
static void check_sum_below(const struct save *save, struct bytes resource,
                            const struct timeline *instants, struct findings *findings)
{
    const struct group_row *before = facts_group(save->before, save->group);
    const struct group_row *after = facts_group(save->after, save->group);
    const bool              opts_out = before->is_oversubscribed && !after->is_oversubscribed;
    struct verdict          verdict = {.code = ACCEPTED};
    if (after->is_oversubscribed) return;
    if (!after->is_restricted && !path_is_server(after->path)) return;
    for (uint32_t i = 0; i < instants->count; i++) {
        const uint64_t ms = instants->ms[i];
        const bool     falls = limit_after(save, resource, ms) < limit_before(save, resource, ms);
        if (!opts_out && !falls) continue;
        if (!is_overfull(save->after, after, resource, ms)) continue;
        find_overfull(save->after, after, resource, ms, &verdict);
    }
    if (verdict.code != ACCEPTED) add_finding(findings, verdict);
}

// X01. Only where the limit in force now falls.
static void check_used(const struct save *save, struct bytes resource, struct findings *findings)
{
    const struct group_row *group = facts_group(save->after, save->group);
    const uint64_t          limit = limit_after(save, resource, save->now_ms);
    const uint64_t          used = amounts_used(save->after, group, resource);
    if (limit >= limit_before(save, resource, save->now_ms) || used <= limit) return;
    add_finding(findings, refused(LIMIT_BELOW_USED, group, limit, used));
}

// X01. Of what loses access: the node going up from the saved group that cuts it off; where no cut
// of such a node does it, the domain does not say which node is named.
static struct verdict loss(const struct save *save, const struct access *access,
                           struct bytes resource)
{
    const struct verdict anywhere = {.code = LIMIT_BELOW_USED, .node = NODE_ANY};
    if (!access->is_cut || !path_is_within(save->group, access->cut->path)) return anywhere;
    return refused(LIMIT_BELOW_USED, access->cut,
                   amounts_limit(save->after, access->cut, resource, at_instant(save->now_ms)),
                   amounts_used(save->after, access->cut, resource));
}

// X01 wherever the save takes access from somebody.
static void check_losses(const struct save *save, struct findings *findings)
{
    struct access *before = access_of_all(save->before, save->now_ms);
    struct access *after = access_of_all(save->after, save->now_ms);
    for (uint32_t i = 0; i < facts_count(save->after, FACT_HOLDING); i++) {
        const struct holding_row *holding = facts_at(save->after, FACT_HOLDING, i);
        if (!before[i].is_granted || after[i].is_granted) continue;
        if (after[i].code == BLOCKED) continue; // X12: nothing is suspended by a block
        findings->lost_count++;
        if (!save->is_forced) add_finding(findings, loss(save, &after[i], holding->resource));
    }
    free(before);
    free(after);
}

// X01 for what a user holds, in all groups (B42).
static void check_used_by(const struct save *save, struct bytes resource, struct findings *findings)
{
    const struct group_row *group = facts_group(save->after, save->group);
    const uint64_t          old_cap =
        amounts_cap(save->before, save->user, group->id, resource, save->now_ms);
    const uint64_t cap = amounts_cap(save->after, save->user, group->id, resource, save->now_ms);
    const uint64_t used = amounts_used_by(save->after, save->user, resource);
    if (cap >= old_cap || used <= cap) return;
    add_finding(findings, refused(LIMIT_BELOW_USED, group, cap, used));
}

static void try_allocation(const struct save *save, const struct names *resources,
                           const struct timeline *instants, struct findings *findings)
{
    const struct group_row *group = facts_group(save->after, save->group);
    for (uint32_t i = 0; i < group->package_count; i++) {
        check_needs(save->after, group, &group->packages[i], findings);
    }
    if (findings->count > 0) return;
    for (uint32_t i = 0; i < resources->count; i++) {
        check_bounds(save, amounts_bound_above(save->after, group), resources->names[i], instants,
                     findings);
        if (!save->is_forced) check_descendants(save, resources->names[i], instants, findings);
    }
    if (findings->count > 0) return;
    for (uint32_t i = 0; i < resources->count; i++) {
        check_sum_above(save, resources->names[i], instants, findings);
    }
    for (uint32_t i = 0; i < resources->count && !save->is_forced; i++) {
        check_sum_below(save, resources->names[i], instants, findings);
    }
    if (findings->count > 0) return;
    for (uint32_t i = 0; i < resources->count && !save->is_forced; i++) {
        check_used(save, resources->names[i], findings);
    }
    check_losses(save, findings);
}

static void try_assignment(const struct save *save, const struct names *resources,
                           const struct timeline *instants, struct findings *findings)
{
    const struct group_row      *group = facts_group(save->after, save->group);
    const struct assignment_row *assignment = facts_assignment(save->after, save->user, group->id);
    if (assignment == NULL) return; // removed: the group's values hold
    check_needs(save->after, group, &assignment->package, findings);
    if (findings->count > 0) return;
    for (uint32_t i = 0; i < resources->count; i++) {
        check_path(save, group, resources->names[i], instants, findings);
    }
    if (findings->count > 0) return;
    for (uint32_t i = 0; i < resources->count && !save->is_forced; i++) {
        check_used_by(save, resources->names[i], findings);
    }
    check_losses(save, findings);
}

// X04. Whether the node stood above the moved group before as well: its use stays what it is.
static bool is_common(const struct save *save, const struct group_row *node)
{
    const struct group_row *before = facts_group_of_id(save->before, node->id);
    return path_is_within(save->from, before->path);
}

// Whether what is moved stood below that very bound before: then no limit and no sum is another
// one.
static bool is_same_bound(const struct save *save, const struct group_row *bound)
{
    const struct group_row *before =
        amounts_bound_above(save->before, facts_group(save->before, save->from));
    return before->id == bound->id;
}

// The restricted group itself, else the nearest ones below it: one after another, as
// amounts_next_below().
static const struct group_row *next_moved(const struct save *save, const struct group_row *last)
{
    const struct group_row *group = facts_group(save->after, save->group);
    if (!group->is_restricted) return amounts_next_below(save->after, group, last);
    return last == NULL ? group : NULL;
}

// B22 against the bound that is new: what is moved counts as raised from nothing.
static void check_moved(const struct save *save, const struct group_row *bound,
                        struct bytes resource, const struct timeline *instants,
                        struct findings *findings)
{
    const struct group_row *moved = NULL;
    while ((moved = next_moved(save, moved)) != NULL) {
        struct verdict verdict = {.code = ACCEPTED};
        for (uint32_t i = 0; i < instants->count; i++) {
            const struct moment then = at_instant(instants->ms[i]);
            const uint64_t      asked = amounts_limit(save->after, moved, resource, then);
            const uint64_t      allowed = amounts_limit(save->after, bound, resource, then);
            if (!amounts_is_active(save->after, bound, then.ms) || asked <= allowed) continue;
            if (asked <= verdict.used) continue;
            verdict = refused(CHILD_EXCEEDS_ANCESTOR, bound, allowed, asked);
        }
        if (verdict.code != ACCEPTED) add_finding(findings, verdict);
    }
}

// B23 at the bound that is new, wherever what is moved brings something into its sum.
static void check_moved_sum(const struct save *save, const struct group_row *bound,
                            struct bytes resource, const struct timeline *instants,
                            struct findings *findings)
{
    struct verdict verdict = {.code = ACCEPTED};
    if (bound->is_oversubscribed) return;
    for (uint32_t i = 0; i < instants->count; i++) {
        const uint64_t ms = instants->ms[i];
        if (brought(save->after, save->group, resource, ms) == 0) continue;
        if (!is_overfull(save->after, bound, resource, ms)) continue;
        find_overfull(save->after, bound, resource, ms, &verdict);
    }
    if (verdict.code != ACCEPTED) add_finding(findings, verdict);
}

// X01. The move brings a new ancestor more than it has.
static void check_moved_use(const struct save *save, struct bytes resource,
                            struct findings *findings)
{
    const struct group_row *group = facts_group(save->after, save->group);
    if (amounts_used(save->after, group, resource) == 0) return;
    for (const struct group_row *node = facts_parent(save->after, group); node != NULL;
         node = facts_parent(save->after, node)) {
        const uint64_t limit = amounts_limit(save->after, node, resource, at_instant(save->now_ms));
        const uint64_t used = amounts_used(save->after, node, resource);
        if (is_common(save, node) || used <= limit) continue;
        add_finding(findings, refused(LIMIT_BELOW_USED, node, limit, used));
    }
}

static void try_move(const struct save *save, const struct names *resources,
                     const struct timeline *instants, struct findings *findings)
{
    const struct group_row *bound =
        amounts_bound_above(save->after, facts_group(save->after, save->group));
    const bool is_new = !is_same_bound(save, bound);
    for (uint32_t i = 0; i < resources->count && is_new; i++) {
        check_moved(save, bound, resources->names[i], instants, findings);
    }
    if (findings->count > 0) return;
    for (uint32_t i = 0; i < resources->count && is_new; i++) {
        check_moved_sum(save, bound, resources->names[i], instants, findings);
    }
    if (findings->count > 0) return;
    for (uint32_t i = 0; i < resources->count && !save->is_forced; i++) {
        check_moved_use(save, resources->names[i], findings);
    }
    check_losses(save, findings);
}

// Names and instants of both sides: what the save takes away counts as well.
static struct names resources_of(const struct save *save)
{
    struct names both = amounts_resources(save->before);
    struct names after = amounts_resources(save->after);
    for (uint32_t i = 0; i < after.count; i++) {
        amounts_add_name(&both, after.names[i]);
    }
    amounts_forget(&after);
    return both;
}

static void check(const struct save *save, struct findings *findings,
                  void (*try)(const struct save *, const struct names *, const struct timeline *,
                              struct findings *))
{
    struct names    resources = resources_of(save);
    struct timeline instants = amounts_timeline(save->before, save->now_ms);
    amounts_add_timeline(&instants, save->after, save->now_ms);
    try(save, &resources, &instants, findings);
    amounts_release(&instants);
    amounts_forget(&resources);
}

void saves_check_allocation(const struct save *save, struct findings *findings)
{
    check(save, findings, try_allocation);
}

void saves_check_assignment(const struct save *save, struct findings *findings)
{
    check(save, findings, try_assignment);
}

void saves_check_move(const struct save *save, struct findings *findings)
{
    check(save, findings, try_move);
}
