// The part of matter.h that decides about reminders: when one is due, what it says, for whom
// (B39-B41).
#include "core/base/name.h"
#include "tests/oracle/matter.h"

#include <stdlib.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

// --- When
// -----------------------------------------------------------------------------------------

static uint64_t first_of(const struct policy_row *policy, uint64_t until_ms)
{
    if (policy->days == DAYS_ABSENT) return policy->date_ms;
    const uint64_t before_ms = policy->days * DAY_MS;
    return until_ms > before_ms ? until_ms - before_ms : 0;
}

static uint64_t period_of(const struct policy_row *policy)
{
    static const uint64_t days[] = {
        [FREQUENCY_DAILY] = 1, [FREQUENCY_WEEKLY] = 7, [FREQUENCY_EVERY_30_DAYS] = 30};
    return days[policy->frequency] * DAY_MS;
}

uint64_t oracle_watch_next(const struct facts *facts, const struct watch_row *watch)
{
    const struct policy_row *policy = &facts_group_of_id(facts, watch->group)->policy;
    const uint64_t           first_ms = first_of(policy, watch->until_ms);
    uint64_t                 next_ms = first_ms;
    if (!policy->is_enabled) return TIME_NEVER;
    if (policy->frequency == FREQUENCY_ONCE) {
        if (watch->is_told || first_ms <= watch->after_ms) return TIME_NEVER;
    } else {
        while (next_ms <= watch->after_ms)
            next_ms += period_of(policy);
    }
    return next_ms < watch->until_ms ? next_ms : TIME_NEVER;
}

void oracle_pass_watches(struct facts *facts, uint64_t ms)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_WATCH); i++) {
        struct watch_row *row = facts_at(facts, FACT_WATCH, i);
        while (oracle_watch_next(facts, row) <= ms) {
            row->due_ms = oracle_watch_next(facts, row); // of what was missed, only the latest
            row->after_ms = row->due_ms;
            row->is_told = true;
        }
    }
}

// Saved inside of the policy's time: the first at once, but for one that comes only once and came.
static void begin_watch(const struct group_row *group, struct watch_row *watch, uint64_t now_ms)
{
    const struct policy_row *policy = &group->policy;
    watch->after_ms = now_ms;
    watch->due_ms = TIME_NEVER;
    if (!policy->is_enabled || now_ms >= watch->until_ms) return;
    if (now_ms < first_of(policy, watch->until_ms)) return;
    if (policy->frequency == FREQUENCY_ONCE && watch->is_told) return;
    watch->due_ms = now_ms;
    watch->is_told = true;
}

static bool watches(const struct watch_row *watch, const struct group_row *group,
                    const struct package_row *package)
{
    return watch->group == group->id && watch->until_ms == package->window.until_ms &&
           bytes_is_equal(watch->package, package->name);
}

static bool is_watched(const struct facts *facts, const struct group_row *group,
                       const struct package_row *package)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_WATCH); i++) {
        if (watches(facts_at(facts, FACT_WATCH, i), group, package)) return true;
    }
    return false;
}

static const struct package_row *watched_package(const struct group_row *group,
                                                 const struct watch_row *watch)
{
    for (uint32_t i = 0; i < group->package_count; i++) {
        if (watches(watch, group, &group->packages[i])) return &group->packages[i];
    }
    return NULL;
}

// Name and end are a package's identity: the same keeps its progress, another begins anew.
void oracle_watch_packages(struct facts *facts, const struct group_row *group, uint64_t now_ms)
{
    for (uint32_t i = facts_count(facts, FACT_WATCH); i > 0; i--) {
        const struct watch_row *row = facts_at(facts, FACT_WATCH, i - 1);
        if (row->group != group->id || watched_package(group, row) != NULL) continue;
        facts_cut(facts, FACT_WATCH, i - 1);
    }
    for (uint32_t i = 0; i < group->package_count; i++) {
        const struct package_row *package = &group->packages[i];
        struct watch_row          watch = {
                     .group = group->id,
                     .package = package->name,
                     .until_ms = package->window.until_ms,
        };
        if (package->window.until_ms == TIME_NEVER) continue;
        if (is_watched(facts, group, package)) continue;
        begin_watch(group, &watch, now_ms);
        facts_add(facts, FACT_WATCH, &watch);
    }
}

void oracle_watch_policy(struct facts *facts, const struct group_row *group, uint64_t now_ms)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_WATCH); i++) {
        struct watch_row *row = facts_at(facts, FACT_WATCH, i);
        if (row->group == group->id) begin_watch(group, row, now_ms);
    }
}

struct oracle_answer decide_reminder_policy(struct matter *matter, const struct event *event)
{
    const struct reminder_policy *policy = &event->of.reminder_policy;
    struct group_row             *group = facts_group(matter->facts, policy->group);
    if (group == NULL) return answer_refused(UNKNOWN_GROUP);
    group->policy = (struct policy_row){
        .is_enabled = policy->is_enabled,
        .frequency = (enum frequency)policy->frequency,
        .days = policy->days,
        .date_ms = policy->date_ms,
        .is_copied = policy->is_copied,
    };
    oracle_watch_policy(matter->facts, group, matter->now_ms);
    return answer_accepted();
}

// --- What it says, and for whom
// ---------------------------------------------------------------------

// B41. A group below that loses a resource of the package when the package ends, since the
// package's own group has none of it from then on.
static bool is_touched(const struct facts *facts, const struct group_row *group,
                       const struct group_row *below, const struct package_row *package,
                       uint64_t now_ms)
{
    const struct moment at_end = {package->window.until_ms, CURRENT_FILES};
    for (uint32_t i = 0; i < package->entry_count; i++) {
        const struct entry *entry = &package->entries[i];
        if (entry->count == ENTRY_FEATURE || entry->count == 0) continue;
        if (amounts_limit(facts, group, entry->name, at_end) > 0) continue;
        if (amounts_until(facts, below, entry->name, now_ms) == at_end.ms) return true;
    }
    return false;
}

static bool has_role_at(const struct facts *facts, enum role role, entity_id group)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_ACTOR); i++) {
        const struct actor_row *row = facts_at(facts, FACT_ACTOR, i);
        if (row->role == role && row->group == group) return true;
    }
    return false;
}

// B40. The nearest group going up that has a site_admin; the server, for the server_admins.
static const struct group_row *admins_group(const struct facts     *facts,
                                            const struct group_row *group)
{
    const struct group_row *at = group;
    while (!path_is_server(at->path) && !has_role_at(facts, SITE_ADMIN, at->id))
        at = facts_parent(facts, at);
    return at;
}

static void add_actors(const struct facts *facts, enum role role, entity_id group,
                       struct names *actors)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_ACTOR); i++) {
        const struct actor_row *row = facts_at(facts, FACT_ACTOR, i);
        if (row->role == role && row->group == group) amounts_add_name(actors, row->name);
    }
}

void oracle_forget_reminder(struct oracle_reminder *reminder)
{
    amounts_forget(&reminder->actors);
    amounts_forget(&reminder->copies);
    amounts_forget(&reminder->touched);
}

static struct oracle_reminder compose(const struct facts *facts, const struct watch_row *watch,
                                      uint64_t now_ms)
{
    const struct group_row   *group = facts_group_of_id(facts, watch->group);
    const struct package_row *package = watched_package(group, watch);
    const struct group_row   *admins = admins_group(facts, group);
    struct oracle_reminder    reminder = {
           .group = group->path,
           .package = watch->package,
           .until_ms = watch->until_ms,
           .due_ms = watch->due_ms,
           .days_left = (watch->until_ms - watch->due_ms) / DAY_MS,
    };
    add_actors(facts, path_is_server(admins->path) ? SERVER_ADMIN : SITE_ADMIN, admins->id,
               &reminder.actors);
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        const struct group_row *below = facts_at(facts, FACT_GROUP, i);
        if (below == group || !path_is_within(below->path, group->path)) continue;
        if (!is_touched(facts, group, below, package, now_ms)) continue;
        amounts_add_name(&reminder.touched, below->path);
        if (group->policy.is_copied) add_actors(facts, SITE_ADMIN, below->id, &reminder.copies);
    }
    return reminder;
}

uint32_t oracle_due_count(const struct oracle *oracle)
{
    const struct facts *facts = oracle_facts(oracle);
    uint32_t            count = 0;
    for (uint32_t i = 0; i < facts_count(facts, FACT_WATCH); i++) {
        const struct watch_row *row = facts_at(facts, FACT_WATCH, i);
        if (row->due_ms != TIME_NEVER) count++;
    }
    return count;
}

struct oracle_reminder oracle_due(const struct oracle *oracle, uint32_t index, uint64_t time_ms)
{
    const struct facts *facts = oracle_facts(oracle);
    uint32_t            left = index;
    for (uint32_t i = 0; i < facts_count(facts, FACT_WATCH); i++) {
        const struct watch_row *row = facts_at(facts, FACT_WATCH, i);
        if (row->due_ms == TIME_NEVER || left-- > 0) continue;
        return compose(facts, row, time_ms);
    }
    abort();
}

// --- Events
// ---------------------------------------------------------------------------------------

static bool has_name(const struct names *names, struct bytes name)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (bytes_is_equal(names->names[i], name)) return true;
    }
    return false;
}

// The counts of the package, each with what the group has of it.
static bool says_resources(const struct facts *facts, const struct reminder *said,
                           const struct package_row *package, uint64_t now_ms)
{
    const struct group_row  *group = facts_group(facts, said->group);
    const struct moment      now = {now_ms, CURRENT_FILES};
    struct list_reader       items = list_start(said->resources);
    struct reminded_resource item;
    uint32_t                 count = 0;
    for (uint32_t i = 0; i < package->entry_count; i++) {
        if (package->entries[i].count != ENTRY_FEATURE) count++;
    }
    if (count != said->resources.count) return false;
    while (list_next(&items, &reminded_resource_record, &item)) {
        if (item.maximum != amounts_maximum(facts, group, item.name, now)) return false;
        if (item.used != amounts_used(facts, group, item.name)) return false;
        if (item.available != amounts_available(facts, group, item.name, now)) return false;
    }
    return true;
}

static bool says_names(const struct reminder *said, const struct oracle_reminder *wanted)
{
    struct list_reader    actors = list_start(said->actors);
    struct reminded_actor actor;
    struct list_reader    groups = list_start(said->touched);
    struct reminded_group group;
    if (said->actor_count != wanted->actors.count + wanted->copies.count) return false;
    if (said->touched_count != wanted->touched.count) return false;
    while (list_next(&actors, &reminded_actor_record, &actor)) {
        if (!has_name(actor.is_copy ? &wanted->copies : &wanted->actors, actor.name)) return false;
    }
    while (list_next(&groups, &reminded_group_record, &group)) {
        if (!has_name(&wanted->touched, group.path)) return false;
    }
    return true;
}

static bool is_about(const struct facts *facts, const struct watch_row *watch,
                     const struct reminder *said)
{
    return bytes_is_equal(facts_group_of_id(facts, watch->group)->path, said->group) &&
           bytes_is_equal(watch->package, said->package) && watch->until_ms == said->until_ms &&
           watch->due_ms == said->due_ms && watch->due_ms != TIME_NEVER;
}

// The ledger's own: it says what is due, as it is.
struct oracle_answer decide_reminder(struct matter *matter, const struct event *event)
{
    const struct reminder *said = &event->of.reminder;
    struct facts          *facts = matter->facts;
    for (uint32_t i = 0; i < facts_count(facts, FACT_WATCH); i++) {
        struct watch_row *row = facts_at(facts, FACT_WATCH, i);
        if (!is_about(facts, row, said)) continue;
        const struct group_row *group = facts_group_of_id(facts, row->group);
        struct oracle_reminder  wanted = compose(facts, row, matter->now_ms);
        const bool              is_right =
            says_resources(facts, said, watched_package(group, row), matter->now_ms) &&
            says_names(said, &wanted) && said->days_left == wanted.days_left;
        oracle_forget_reminder(&wanted);
        if (!is_right) return answer_malformed("reminder");
        row->due_ms = TIME_NEVER;
        facts_add(facts, FACT_REMINDER,
                  &(struct reminder_row){entity_seq(matter->id), row->group, false});
        return answer_accepted();
    }
    return answer_malformed("due");
}

struct oracle_answer decide_delivery(struct matter *matter, const struct event *event)
{
    const struct reminder_delivery *delivery = &event->of.reminder_delivery;
    for (uint32_t i = 0; i < facts_count(matter->facts, FACT_REMINDER); i++) {
        struct reminder_row *row = facts_at(matter->facts, FACT_REMINDER, i);
        if (row->seq != delivery->reminder || row->is_sent) continue;
        row->is_sent = delivery->is_sent;
        return answer_accepted();
    }
    return answer_refused(UNKNOWN_REMINDER);
}
