// The part of matter.h that decides about groups: the tree, its blocks, and what is saved in it.
#include "core/base/name.h"
#include "tests/oracle/matter.h"

#include <string.h>

struct oracle_answer decide_group(struct matter *matter, const struct event *event)
{
    const struct group_creation *creation = &event->of.group_creation;
    struct facts                *facts = matter->facts;
    if (facts_group(facts, path_parent(creation->group)) == NULL) {
        return answer_refused(UNKNOWN_GROUP);
    }
    if (facts_group(facts, creation->group) != NULL) return answer_refused(NAME_TAKEN);
    facts_add(facts, FACT_GROUP,
              &(struct group_row){
                  .id = matter->id,
                  .path = facts_keep(facts, creation->group),
                  .label = facts_keep(facts, creation->label),
              });
    return answer_accepted();
}

static struct bytes join_path(const struct facts *facts, struct bytes parent, struct bytes name)
{
    if (path_is_server(parent)) return facts_keep(facts, name);
    uint8_t *path = facts_keep_room(facts, parent.size + 1 + name.size);
    memcpy(path, parent.at, parent.size);
    path[parent.size] = '/';
    memcpy(path + parent.size + 1, name.at, name.size);
    return (struct bytes){path, parent.size + 1 + name.size};
}

// The group and all below it get the other path; what is charged to them goes along.
static void rewrite_paths(struct facts *facts, struct bytes from, struct bytes to)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        struct group_row *row = facts_at(facts, FACT_GROUP, i);
        if (!path_is_within(row->path, from) || path_is_server(row->path)) continue;
        if (row->path.size == from.size)
            row->path = to;
        else
            row->path = join_path(facts, to, bytes_after(row->path, from.size + 1));
    }
}

struct oracle_answer decide_update(struct matter *matter, const struct event *event)
{
    const struct group_update *update = &event->of.group_update;
    struct facts              *facts = matter->facts;
    struct group_row          *group = facts_group(facts, update->group);
    bool                       is_news = false;
    if (group == NULL) return answer_refused(UNKNOWN_GROUP);
    if (update->name.size > 0 && !bytes_is_equal(update->name, path_last(group->path))) {
        const struct bytes path = join_path(facts, path_parent(group->path), update->name);
        if (facts_group(facts, path) != NULL) return answer_refused(NAME_TAKEN);
        rewrite_paths(facts, group->path, path);
        is_news = true;
    }
    if (update->label.size > 0 && !bytes_is_equal(update->label, group->label)) {
        group->label = facts_keep(facts, update->label);
        is_news = true;
    }
    return is_news ? answer_accepted() : answer_unchanged();
}

static uint32_t depth_of(struct bytes path)
{
    uint32_t     depth = 0;
    struct bytes name;
    for (struct bytes rest = path_names(path); path_next(&rest, &name);) {
        depth++;
    }
    return depth;
}

// X16. The deepest of what moves, below its new parent.
static bool is_too_deep(const struct facts *facts, const struct group_move *move)
{
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        const struct group_row *row = facts_at(facts, FACT_GROUP, i);
        if (!path_is_within(row->path, move->group)) continue;
        if (depth_of(row->path) > deepest) deepest = depth_of(row->path);
    }
    return depth_of(move->parent) + deepest - depth_of(move->group) + 1 > DEPTH_MAX;
}

// X04.
struct oracle_answer decide_move(struct matter *matter, const struct event *event)
{
    const struct group_move *move = &event->of.group_move;
    struct facts            *facts = matter->facts;
    struct findings          findings = {.count = 0};
    if (facts_group(facts, move->group) == NULL) return answer_refused(UNKNOWN_GROUP);
    if (facts_group(facts, move->parent) == NULL) return answer_refused(UNKNOWN_GROUP);
    if (path_is_within(move->parent, move->group)) return answer_refused(CYCLE);
    if (bytes_is_equal(path_parent(move->group), move->parent)) return answer_unchanged();
    const struct bytes path = join_path(facts, move->parent, path_last(move->group));
    if (facts_group(facts, path) != NULL) return answer_refused(NAME_TAKEN);
    if (is_too_deep(facts, move)) return answer_refused(TOO_DEEP);

    struct facts before = facts_copy(facts);
    rewrite_paths(facts, move->group, path);
    const struct save save = {
        .before = &before,
        .after = facts,
        .group = path,
        .from = move->group,
        .user = USER_NONE,
        .now_ms = matter->now_ms,
        .is_forced = move->is_forced,
    };
    saves_check_move(&save, &findings);
    facts_drop(&before);
    return answer_found(&findings);
}

static bool is_of_subtree(const struct facts *facts, entity_id group, struct bytes path)
{
    return path_is_within(facts_group_of_id(facts, group)->path, path);
}

// X09. Holdings, users and assignments, keys and reminders of the subtree; returns how many of the
// first two there were.
static uint32_t cut_content(struct facts *facts, struct bytes path)
{
    uint32_t count = 0;
    for (uint32_t i = facts_count(facts, FACT_HOLDING); i > 0; i--) {
        const struct holding_row *row = facts_at(facts, FACT_HOLDING, i - 1);
        if (!is_of_subtree(facts, row->group, path)) continue;
        facts_cut_holding(facts, row->id);
        count++;
    }
    for (uint32_t i = facts_count(facts, FACT_MEMBERSHIP); i > 0; i--) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i - 1);
        if (!is_of_subtree(facts, row->group, path)) continue;
        facts_cut(facts, FACT_MEMBERSHIP, i - 1);
        count++;
    }
    for (uint32_t i = facts_count(facts, FACT_ASSIGNMENT); i > 0; i--) {
        const struct assignment_row *row = facts_at(facts, FACT_ASSIGNMENT, i - 1);
        if (is_of_subtree(facts, row->group, path)) facts_cut(facts, FACT_ASSIGNMENT, i - 1);
    }
    for (uint32_t i = facts_count(facts, FACT_ACTOR); i > 0; i--) {
        const struct actor_row *row = facts_at(facts, FACT_ACTOR, i - 1);
        if (is_of_subtree(facts, row->group, path)) facts_cut(facts, FACT_ACTOR, i - 1);
    }
    for (uint32_t i = facts_count(facts, FACT_WATCH); i > 0; i--) {
        const struct watch_row *row = facts_at(facts, FACT_WATCH, i - 1);
        if (is_of_subtree(facts, row->group, path)) facts_cut(facts, FACT_WATCH, i - 1);
    }
    for (uint32_t i = facts_count(facts, FACT_REMINDER); i > 0; i--) {
        const struct reminder_row *row = facts_at(facts, FACT_REMINDER, i - 1);
        if (is_of_subtree(facts, row->group, path)) facts_cut(facts, FACT_REMINDER, i - 1);
    }
    for (uint32_t i = facts_count(facts, FACT_NOTICE); i > 0; i--) {
        const struct notice_row *row = facts_at(facts, FACT_NOTICE, i - 1);
        if (is_of_subtree(facts, row->group, path)) facts_cut(facts, FACT_NOTICE, i - 1);
    }
    return count;
}

struct oracle_answer decide_group_removal(struct matter *matter, const struct event *event)
{
    const struct group_removal *removal = &event->of.group_removal;
    struct facts               *facts = matter->facts;
    uint32_t                    group_count = 0;
    if (facts_group(facts, removal->group) == NULL) return answer_refused(UNKNOWN_GROUP);
    const uint32_t content = cut_content(facts, removal->group);
    for (uint32_t i = facts_count(facts, FACT_GROUP); i > 0; i--) {
        const struct group_row *row = facts_at(facts, FACT_GROUP, i - 1);
        if (!path_is_within(row->path, removal->group)) continue;
        facts_cut(facts, FACT_GROUP, i - 1);
        group_count++;
    }
    const bool is_empty = content == 0 && group_count == 1;
    return is_empty || removal->is_cascade ? answer_accepted() : answer_refused(GROUP_NOT_EMPTY);
}

// X12. Only this node's flag.
struct oracle_answer decide_block(struct matter *matter, const struct event *event)
{
    const struct group_block *block = &event->of.group_block;
    struct group_row         *group = facts_group(matter->facts, block->group);
    if (group == NULL) return answer_refused(UNKNOWN_GROUP);
    if (group->is_blocked == block->is_blocked) return answer_unchanged();
    group->is_blocked = block->is_blocked;
    return answer_accepted();
}

// B14: one save, nothing half-applied.
struct oracle_answer decide_allocation(struct matter *matter, const struct event *event)
{
    const struct allocation *allocation = &event->of.allocation;
    struct facts            *facts = matter->facts;
    struct group_row        *group = facts_group(facts, allocation->group);
    struct findings          findings = {.count = 0};
    if (group == NULL) return answer_refused(UNKNOWN_GROUP);
    if (allocation->version != group->version) {
        return answer_refused_at(VERSION_CONFLICT, group, group->version, allocation->version);
    }

    struct facts before = facts_copy(facts);
    group->version++;
    group->is_restricted = allocation->is_restricted;
    group->is_oversubscribed = allocation->is_oversubscribed;
    group->package_count = allocation->packages.count;
    group->packages = facts_keep_packages(facts, allocation->packages);
    const struct save save = {
        .before = &before,
        .after = facts,
        .group = allocation->group,
        .user = USER_NONE,
        .now_ms = matter->now_ms,
        .is_forced = allocation->is_forced,
    };
    saves_check_allocation(&save, &findings);
    facts_drop(&before);
    oracle_watch_packages(facts, group, matter->now_ms);
    return answer_found(&findings);
}
