// The part of matter.h that decides about units: taken, renewed, given back, passed on.
#include "core/base/name.h"
#include "tests/oracle/access.h"
#include "tests/oracle/matter.h"

#include <stdlib.h>

static bool is_member_within(const struct facts *facts, entity_id user, struct bytes path)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user) continue;
        if (path_is_within(facts_group_of_id(facts, row->group)->path, path)) return true;
    }
    return false;
}

// A user who may be charged for a unit in the group; no bytes: nobody in particular.
static enum refusal judge_user(const struct matter *matter, struct bytes name, entity_id group)
{
    const struct facts    *facts = matter->facts;
    const struct user_row *user = facts_user(facts, name);
    if (name.size == 0) return ACCEPTED;
    if (user == NULL) return UNKNOWN_USER;
    if (!is_member_within(facts, user->id, matter->reach)) {
        // One who sees everything sees a user without any group, too.
        return path_is_server(matter->reach) ? NOT_A_MEMBER : UNKNOWN_USER;
    }
    return facts_membership(facts, user->id, group) != NULL ? ACCEPTED : NOT_A_MEMBER;
}

// B02, B01, X08: what the path says.
static struct oracle_answer judge_path(const struct matter *matter, const struct group_row *group,
                                       struct bytes resource)
{
    const struct facts     *facts = matter->facts;
    const struct moment     now = {matter->now_ms, CURRENT_FILES};
    const struct group_row *server = facts_at(facts, FACT_GROUP, 0);
    const struct group_row *node = NULL;
    if (!amounts_is_licensed(facts, resource, CURRENT_FILES)) {
        return answer_refused_at(NO_LICENSE, server, 0, amounts_used(facts, server, resource));
    }
    const enum refusal closed = amounts_closed(facts, group, resource, now, &node);
    if (closed != ACCEPTED) {
        return answer_refused_at(closed, node, 0, amounts_used(facts, node, resource));
    }
    node = amounts_bottleneck(facts, group, resource, now);
    if (amounts_room(facts, node, resource, now) > 0) return answer_accepted();
    return answer_refused_at(LIMIT_REACHED, node, amounts_limit(facts, node, resource, now),
                             amounts_used(facts, node, resource));
}

static void find_strictest(const struct matter *matter, entity_id user, entity_id charged,
                           struct bytes resource, struct findings *findings)
{
    const struct facts *facts = matter->facts;
    const struct moment now = {matter->now_ms, CURRENT_FILES};
    const uint64_t      used = amounts_used_by(facts, user, resource);
    uint64_t            least = UNLIMITED;
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user) continue;
        const struct group_row *group = facts_group_of_id(facts, row->group);
        const uint64_t          maximum = amounts_maximum(facts, group, resource, now);
        if (maximum < least) least = maximum;
        if (row->group == charged || amounts_available(facts, group, resource, now) > 0) continue;
        findings->verdicts[findings->count++] = (struct verdict){
            .code = STRICTEST_GROUP, .node = group->id, .limit = maximum, .used = used};
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user || used < least) continue;
        const struct group_row *group = facts_group_of_id(facts, row->group);
        if (amounts_maximum(facts, group, resource, now) != least) continue;
        findings->verdicts[findings->count++] = (struct verdict){
            .code = STRICTEST_GROUP, .node = group->id, .limit = least, .used = used};
    }
}

static void find_user_limit(const struct matter *matter, entity_id user, struct bytes resource,
                            struct findings *findings)
{
    const struct facts *facts = matter->facts;
    const uint64_t      used = amounts_used_by(facts, user, resource);
    uint64_t            least = UNLIMITED;
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user) continue;
        const uint64_t cap = amounts_cap(facts, user, row->group, resource, matter->now_ms);
        if (cap < least) least = cap;
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user != user || used < least) continue;
        if (amounts_cap(facts, user, row->group, resource, matter->now_ms) != least) continue;
        findings->verdicts[findings->count++] =
            (struct verdict){.code = USER_LIMIT, .node = row->group, .limit = least, .used = used};
    }
}

// B42, B26: what the user's other groups and the user's assignments say.
void oracle_check_holder(const struct matter *matter, entity_id user, entity_id charged,
                         struct bytes resource, struct findings *findings)
{
    if (user == USER_NONE) return;
    find_strictest(matter, user, charged, resource, findings);
    if (findings->count == 0) find_user_limit(matter, user, resource, findings);
}

// X12. Every node that blocks: on the path of the group, and on those of the user's groups.
static void find_blocks(const struct facts *facts, const struct group_row *group,
                        struct findings *findings)
{
    for (const struct group_row *at = group; at != NULL; at = facts_parent(facts, at)) {
        if (!at->is_blocked || findings->count == FINDING_MAX) continue;
        findings->verdicts[findings->count++] = (struct verdict){.code = BLOCKED, .node = at->id};
    }
}

static struct oracle_answer judge_blocks(const struct facts *facts, const struct group_row *group,
                                         entity_id user)
{
    struct findings findings = {.count = 0};
    find_blocks(facts, group, &findings);
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user == user) find_blocks(facts, facts_group_of_id(facts, row->group), &findings);
    }
    return answer_found(&findings);
}

// B11. Of the same user and charged group, or of nobody in the same group; a service's never
// counts.
static bool is_candidate(const struct holding_row *holding, const struct holding_row *taken)
{
    return holding->group == taken->group && holding->user == taken->user &&
           holding->purpose == PURPOSE_USER;
}

// B11. The unit that is named, else the oldest that is not bound; ACCEPTED, or why there is none.
static enum refusal bind(const struct matter *matter, const struct consumption *consumption,
                         struct holding_row *taken)
{
    const struct facts *facts = matter->facts;
    const struct bytes  needed = facts_needed(facts, consumption->resource);
    bool                has_active = false;
    if (needed.size == 0) return ACCEPTED;
    const struct bytes named = oracle_unit(facts, needed, consumption->needed);
    struct access     *all = access_of_all(facts, matter->now_ms);
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        if (!bytes_is_equal(holding->resource, needed) || !is_candidate(holding, taken)) continue;
        if (consumption->needed.size > 0 && !bytes_is_equal(holding->unit, named)) continue;
        if (!all[i].is_granted) continue;
        has_active = true;
        if (facts_bound(facts, holding->id) != NULL) continue;
        if (taken->bound_to == BOUND_NONE) taken->bound_to = holding->id;
    }
    free(all);
    if (taken->bound_to != BOUND_NONE) return ACCEPTED;
    return has_active ? NEEDED_UNIT_BOUND : NEEDED_UNIT_MISSING;
}

// --- Leases (X11)
// ---------------------------------------------------------------------------------

uint64_t oracle_lease_end(const struct facts *facts, const struct holding_row *holding)
{
    if (holding->lease_ms == 0 || facts->is_limited) return TIME_NEVER;
    const bool is_older = holding->renewed_ms < facts->leases_from_ms;
    return (is_older ? facts->leases_from_ms : holding->renewed_ms) + holding->lease_ms;
}

static bool shares_lease(const struct holding_row *holding, const struct holding_row *other)
{
    if (holding->id == other->id) return true;
    return holding->group == other->group && holding->lease_set.size > 0 &&
           bytes_is_equal(holding->lease_set, other->lease_set);
}

// The lease of the holding, and of its set, begins now with the length. Whether that changes
// anything.
static bool begin_lease(struct facts *facts, const struct holding_row *holding, uint64_t lease_ms,
                        uint64_t now_ms)
{
    const struct holding_row which = *holding;
    bool                     is_news = false;
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        struct holding_row *row = facts_at(facts, FACT_HOLDING, i);
        if (!shares_lease(row, &which)) continue;
        if (row->lease_ms != lease_ms || row->renewed_ms != now_ms) is_news = true;
        row->lease_ms = lease_ms;
        row->renewed_ms = now_ms;
    }
    return is_news;
}

// The oldest whose lease ends at the instant; NULL: none does.
static const struct holding_row *ending(const struct facts *facts, uint64_t ms)
{
    const struct holding_row *oldest = NULL;
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *row = facts_at(facts, FACT_HOLDING, i);
        if (oracle_lease_end(facts, row) > ms) continue;
        if (oldest == NULL || row->id < oldest->id) oldest = row;
    }
    return oldest;
}

static void end_lease(struct facts *facts, const struct holding_row *holding, uint64_t to_ms)
{
    const struct holding_row row = *holding;
    facts_cut_holding(facts, row.id);
    oracle_update_path(facts, row.group, row.resource, to_ms);
}

// B11: what is bound to a unit goes with it.
void oracle_end_leases(struct facts *facts, uint64_t ms, uint64_t to_ms)
{
    for (const struct holding_row *row = ending(facts, ms); row != NULL; row = ending(facts, ms)) {
        const entity_id           id = row->id;
        const struct holding_row *bound = facts_bound(facts, id);
        if (bound != NULL) end_lease(facts, bound, to_ms);
        end_lease(facts, facts_holding_of_id(facts, id), to_ms);
    }
}

// What is asked for with a lease renews it, with the length that is told, or as it was.
static bool renew_by(struct facts *facts, struct holding_row *holding,
                     const struct consumption *consumption, uint64_t now_ms)
{
    if (consumption->lease_ms == 0 && holding->lease_ms == 0) return false;
    bool is_news = false;
    if (consumption->lease_ms > 0 && !bytes_is_equal(consumption->lease_set, holding->lease_set)) {
        holding->lease_set = facts_keep(facts, consumption->lease_set);
        is_news = true;
    }
    const uint64_t told_ms = consumption->lease_ms > 0 ? consumption->lease_ms : holding->lease_ms;
    return begin_lease(facts, holding, told_ms, now_ms) || is_news;
}

// --- Asking again
// ---------------------------------------------------------------------------------

// The unit is held by the same group and the same user already.
static struct holding_row *same_holding(const struct facts       *facts,
                                        const struct consumption *consumption)
{
    const struct bytes  unit = oracle_unit(facts, consumption->resource, consumption->unit);
    struct holding_row *holding = facts_holding(facts, consumption->resource, unit);
    if (holding == NULL) return NULL;
    const struct bytes path = facts_group_of_id(facts, holding->group)->path;
    if (!bytes_is_equal(path, consumption->group)) return NULL;
    const struct user_row *user = facts_user(facts, consumption->user);
    if (consumption->user.size > 0 && user == NULL) return NULL;
    const entity_id id = user == NULL ? USER_NONE : user->id;
    return holding->user == id ? holding : NULL;
}

// Appended only where it adds a direction or renews a lease.
bool oracle_ask_again(struct matter *matter, const struct consumption *consumption,
                      struct oracle_answer *answer)
{
    struct holding_row *holding = same_holding(matter->facts, consumption);
    if (holding == NULL) return false;
    bool is_news = renew_by(matter->facts, holding, consumption, matter->now_ms);
    if (consumption->direction != DIRECTION_ABSENT &&
        !holding->is_connected[consumption->direction]) {
        holding->is_connected[consumption->direction] = true;
        is_news = true;
    }
    *answer = is_news ? answer_accepted() : answer_unchanged();
    return true;
}

// --- Decisions
// ------------------------------------------------------------------------------------

// What stands against one more unit, in the order of X08 behind the unknown names.
static struct oracle_answer judge_unit(const struct matter *matter, const struct group_row *group,
                                       const struct consumption *consumption, entity_id user)
{
    struct findings    findings = {.count = 0};
    const struct bytes unit = oracle_unit(matter->facts, consumption->resource, consumption->unit);
    struct oracle_answer answer = judge_blocks(matter->facts, group, user);
    if (answer.verdict.code != ACCEPTED) return answer;
    if (facts_holding(matter->facts, consumption->resource, unit) != NULL) {
        return answer_refused(UNIT_HELD); // X15
    }
    answer = judge_path(matter, group, consumption->resource);
    if (answer.verdict.code != ACCEPTED) return answer;
    oracle_check_holder(matter, user, group->id, consumption->resource, &findings);
    return answer_found(&findings);
}

struct oracle_answer decide_consumption(struct matter *matter, const struct event *event)
{
    const struct consumption *consumption = &event->of.consumption;
    struct facts             *facts = matter->facts;
    const struct group_row   *group = facts_group(facts, consumption->group);
    struct holding_row        holding = {.user = USER_NONE, .bound_to = BOUND_NONE};
    if (group == NULL) return answer_refused(UNKNOWN_GROUP);
    const enum refusal user = judge_user(matter, consumption->user, group->id);
    if (user != ACCEPTED) return answer_refused(user);
    if (consumption->user.size > 0) holding.user = facts_user(facts, consumption->user)->id;
    const struct oracle_answer answer = judge_unit(matter, group, consumption, holding.user);
    if (answer.verdict.code != ACCEPTED) return answer;

    holding.id = matter->id;
    holding.group = group->id;
    holding.resource = facts_keep(facts, consumption->resource);
    holding.unit = facts_keep(facts, oracle_unit(facts, consumption->resource, consumption->unit));
    holding.purpose = (enum purpose)consumption->purpose;
    holding.lease_set = facts_keep(facts, consumption->lease_set);
    if (consumption->direction != DIRECTION_ABSENT) {
        holding.is_connected[consumption->direction] = true;
    }
    const enum refusal needed = bind(matter, consumption, &holding);
    if (needed != ACCEPTED) return answer_refused(needed);
    facts_add(facts, FACT_HOLDING, &holding);
    if (consumption->lease_ms > 0) {
        (void)begin_lease(facts, &holding, consumption->lease_ms, matter->now_ms);
    }
    return answer_accepted();
}

// The holding of the unit, where the author reaches it; NULL: not held, to this author.
static struct holding_row *reached(const struct matter *matter, struct bytes resource,
                                   struct bytes unit)
{
    const struct facts *facts = matter->facts;
    struct holding_row *holding =
        facts_holding(facts, resource, oracle_unit(facts, resource, unit));
    if (holding == NULL) return NULL;
    const struct group_row *group = facts_group_of_id(facts, holding->group);
    return oracle_is_within(matter, group->path) ? holding : NULL;
}

static struct holding_row *reached_set(const struct matter *matter, const struct renewal *renewal)
{
    const struct group_row *group = facts_group(matter->facts, renewal->group);
    if (group == NULL || !oracle_is_within(matter, group->path)) return NULL;
    for (uint32_t i = 0; i < facts_count(matter->facts, FACT_HOLDING); i++) {
        struct holding_row *row = facts_at(matter->facts, FACT_HOLDING, i);
        if (row->group == group->id && bytes_is_equal(row->lease_set, renewal->lease_set)) {
            return row;
        }
    }
    return NULL;
}

// X11. What has no lease needs no renewal.
struct oracle_answer decide_renewal(struct matter *matter, const struct event *event)
{
    const struct renewal *renewal = &event->of.renewal;
    struct facts         *facts = matter->facts;
    const bool            is_of_set = renewal->lease_set.size > 0;
    struct holding_row   *holding = is_of_set ? reached_set(matter, renewal)
                                              : reached(matter, renewal->resource, renewal->unit);
    if (holding == NULL) return answer_refused(NOT_HELD);
    if (holding->lease_ms == 0) return answer_unchanged();
    const bool is_news = begin_lease(facts, holding, holding->lease_ms, matter->now_ms);
    return is_news ? answer_accepted() : answer_unchanged();
}

// T10: free when the last direction is released; without one, both are. B11: what another unit is
// bound to goes only together with that one.
struct oracle_answer decide_release(struct matter *matter, const struct event *event)
{
    const struct release *release = &event->of.release;
    struct facts         *facts = matter->facts;
    enum resource_kind    kind = FEATURE;
    struct holding_row   *holding = reached(matter, release->resource, release->unit);
    if (holding == NULL) return answer_refused(NOT_HELD);
    (void)facts_kind(facts, release->resource, &kind);
    if (release->direction != DIRECTION_ABSENT) {
        if (kind != PER_DEVICE) return answer_malformed("direction");
        if (!holding->is_connected[release->direction]) return answer_refused(NOT_HELD);
        holding->is_connected[release->direction] = false;
        if (holding->is_connected[1 - release->direction]) return answer_accepted();
    }
    const entity_id           id = holding->id;
    const struct holding_row *bound = facts_bound(facts, id);
    if (bound != NULL && !release->is_cascade) return answer_refused(UNIT_IN_USE);
    if (bound != NULL) facts_cut_holding(facts, bound->id);
    facts_cut_holding(facts, id);
    return answer_accepted();
}

// The other half of a binding; NULL: the holding is not bound to anything, nor anything to it.
static struct holding_row *partner_of(const struct facts *facts, const struct holding_row *holding)
{
    struct holding_row *bound = facts_bound(facts, holding->id);
    return bound != NULL ? bound : facts_holding_of_id(facts, holding->bound_to);
}

// X20. The partner goes along; for both there must be room with the other user.
static struct oracle_answer pass_to_user(const struct matter *matter, struct holding_row *holding,
                                         struct bytes name)
{
    const struct facts *facts = matter->facts;
    struct findings     findings = {.count = 0};
    const enum refusal  user = judge_user(matter, name, holding->group);
    if (user != ACCEPTED) return answer_refused(user);
    const entity_id     id = facts_user(facts, name)->id;
    struct holding_row *partner = partner_of(facts, holding);
    oracle_check_holder(matter, id, holding->group, holding->resource, &findings);
    if (partner != NULL && findings.count == 0) {
        oracle_check_holder(matter, id, holding->group, partner->resource, &findings);
    }
    holding->user = id;
    if (partner != NULL) partner->user = id;
    return answer_found(&findings);
}

struct oracle_answer decide_transfer(struct matter *matter, const struct event *event)
{
    const struct transfer *transfer = &event->of.transfer;
    struct facts          *facts = matter->facts;
    bool                   is_news = false;
    struct holding_row    *holding = reached(matter, transfer->resource, transfer->unit);
    if (holding == NULL) {
        // Names that nobody knows come first, but for the group, which only a holding could tell.
        const enum refusal user = judge_user(matter, transfer->to_user, BOUND_NONE);
        return answer_refused(user == UNKNOWN_USER ? UNKNOWN_USER : NOT_HELD);
    }
    struct bytes unit = holding->unit;
    if (transfer->to_unit.size > 0)
        unit = oracle_unit(facts, transfer->resource, transfer->to_unit);
    if (transfer->to_user.size > 0) {
        const enum refusal user = judge_user(matter, transfer->to_user, holding->group);
        if (user != ACCEPTED) return answer_refused(user);
    }
    if (!bytes_is_equal(unit, holding->unit)) {
        if (facts_holding(facts, transfer->resource, unit) != NULL) {
            return answer_refused(UNIT_HELD);
        }
        holding->unit = facts_keep(facts, unit);
        is_news = true;
    }
    const struct user_row *user = facts_user(facts, transfer->to_user);
    if (user != NULL && user->id != holding->user) {
        const struct oracle_answer answer = pass_to_user(matter, holding, transfer->to_user);
        if (answer.verdict.code != ACCEPTED) return answer;
        is_news = true;
    }
    return is_news ? answer_accepted() : answer_unchanged();
}
