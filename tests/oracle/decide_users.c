// The part of matter.h that decides about people: their groups, and what they are assigned there.
#include "tests/oracle/matter.h"

struct oracle_answer decide_user(struct matter *matter, const struct event *event)
{
    const struct user_creation *creation = &event->of.user_creation;
    struct facts               *facts = matter->facts;
    const struct group_row     *group = facts_group(facts, creation->group);
    if (group == NULL) return answer_refused(UNKNOWN_GROUP);
    if (facts_user(facts, creation->user) != NULL) return answer_refused(NAME_TAKEN);
    facts_add(facts, FACT_USER, &(struct user_row){matter->id, facts_keep(facts, creation->user)});
    facts_add(facts, FACT_MEMBERSHIP, &(struct membership_row){matter->id, group->id});
    return answer_accepted();
}

static struct oracle_answer join(struct facts *facts, const struct user_row *user,
                                 const struct group_row *group)
{
    uint32_t count = 0;
    if (facts_membership(facts, user->id, group->id) != NULL) {
        return answer_refused(ALREADY_A_MEMBER);
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user == user->id) count++;
    }
    if (count >= MEMBERSHIP_MAX) return answer_refused(TOO_MANY_MEMBERSHIPS);
    facts_add(facts, FACT_MEMBERSHIP, &(struct membership_row){user->id, group->id});
    return answer_accepted();
}

static void cut_assignment(struct facts *facts, entity_id user, entity_id group)
{
    for (uint32_t i = facts_count(facts, FACT_ASSIGNMENT); i > 0; i--) {
        const struct assignment_row *row = facts_at(facts, FACT_ASSIGNMENT, i - 1);
        if (row->user == user && row->group == group) facts_cut(facts, FACT_ASSIGNMENT, i - 1);
    }
}

// B42. The user leaves the group, with all that is held there; returns whether anything was.
static bool leave(struct facts *facts, entity_id user, entity_id group)
{
    bool was_in_use = false;
    for (uint32_t i = facts_count(facts, FACT_HOLDING); i > 0; i--) {
        const struct holding_row *row = facts_at(facts, FACT_HOLDING, i - 1);
        if (row->user != user || row->group != group) continue;
        facts_cut_holding(facts, row->id);
        was_in_use = true;
    }
    cut_assignment(facts, user, group);
    for (uint32_t i = facts_count(facts, FACT_MEMBERSHIP); i > 0; i--) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i - 1);
        if (row->user == user && row->group == group) facts_cut(facts, FACT_MEMBERSHIP, i - 1);
    }
    return was_in_use;
}

struct oracle_answer decide_membership(struct matter *matter, const struct event *event)
{
    const struct membership *membership = &event->of.membership;
    struct facts            *facts = matter->facts;
    const struct group_row  *group = facts_group(facts, membership->group);
    const struct user_row   *user = facts_user(facts, membership->user);
    if (group == NULL) return answer_refused(UNKNOWN_GROUP);
    if (user == NULL) return answer_refused(UNKNOWN_USER);
    if (membership->is_member) return join(facts, user, group);
    if (facts_membership(facts, user->id, group->id) == NULL) return answer_refused(NOT_A_MEMBER);
    const bool was_in_use = leave(facts, user->id, group->id);
    if (was_in_use && !membership->is_cascade) return answer_refused(MEMBERSHIP_IN_USE);
    return answer_accepted();
}

// As leaving all groups at once; the name is free afterwards.
struct oracle_answer decide_user_removal(struct matter *matter, const struct event *event)
{
    const struct user_removal *removal = &event->of.user_removal;
    struct facts              *facts = matter->facts;
    const struct user_row     *user = facts_user(facts, removal->user);
    bool                       was_in_use = false;
    if (user == NULL) return answer_refused(UNKNOWN_USER);
    const entity_id id = user->id;
    for (uint32_t i = facts_count(facts, FACT_MEMBERSHIP); i > 0; i--) {
        const struct membership_row row =
            *(const struct membership_row *)facts_at(facts, FACT_MEMBERSHIP, i - 1);
        if (row.user == id && leave(facts, id, row.group)) was_in_use = true;
    }
    if (was_in_use && !removal->is_cascade) return answer_refused(MEMBERSHIP_IN_USE);
    for (uint32_t i = facts_count(facts, FACT_USER); i > 0; i--) {
        const struct user_row *row = facts_at(facts, FACT_USER, i - 1);
        if (row->id == id) facts_cut(facts, FACT_USER, i - 1);
    }
    return answer_accepted();
}

// B26.
struct oracle_answer decide_assignment(struct matter *matter, const struct event *event)
{
    const struct user_assignment *assignment = &event->of.user_assignment;
    struct facts                 *facts = matter->facts;
    const struct group_row       *group = facts_group(facts, assignment->group);
    const struct user_row        *user = facts_user(facts, assignment->user);
    struct findings               findings = {.count = 0};
    if (group == NULL) return answer_refused(UNKNOWN_GROUP);
    if (user == NULL) return answer_refused(UNKNOWN_USER);
    if (facts_membership(facts, user->id, group->id) == NULL) return answer_refused(NOT_A_MEMBER);

    struct facts before = facts_copy(facts);
    cut_assignment(facts, user->id, group->id);
    if (assignment->entries.packed.at != NULL) {
        const struct window window = {assignment->from_ms, assignment->until_ms};
        facts_add(facts, FACT_ASSIGNMENT,
                  &(struct assignment_row){
                      .user = user->id,
                      .group = group->id,
                      .package = facts_keep_package(facts, assignment->entries, window),
                  });
    }
    const struct save save = {
        .before = &before,
        .after = facts,
        .group = assignment->group,
        .user = user->id,
        .now_ms = matter->now_ms,
        .is_forced = assignment->is_forced,
    };
    saves_check_assignment(&save, &findings);
    facts_drop(&before);
    return answer_found(&findings);
}
