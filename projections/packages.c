#include "projections/packages.h"

#include "core/base/name.h"
#include "projections/groups.h"
#include "projections/quota.h"
#include "projections/reminders.h"
#include "projections/schedule.h"

#include <assert.h>

uint32_t resource_find(const struct state *state, struct bytes name)
{
    uint32_t at = state_first(state, INDEX_RESOURCE, state_hash(state, 0, name));
    while (at != 0 && !text_is(state, resource_at(state, at)->name, name)) {
        at = state_next(state, INDEX_RESOURCE, at);
    }
    return at;
}

void resource_index(struct state *state, uint32_t at)
{
    const struct bytes name = text_of(state, resource_at(state, at)->name);
    state_index_add(state, INDEX_RESOURCE, at, state_hash(state, 0, name));
}

uint32_t resource_open(struct state *state, struct bytes name, entity_id id)
{
    const uint32_t found = resource_find(state, name);
    if (found != 0) return found;
    const uint32_t   at = state_take(state, POOL_RESOURCE);
    struct resource *resource = resource_edit(state, at);
    resource->id = id;
    resource->name = text_add(state, name);
    resource->next = server_at(state)->newest_resource;
    server_edit(state)->newest_resource = at;
    resource_index(state, at);
    return at;
}

// --- Entries ----------------------------------------------------------------

uint64_t entries_count(struct list entries, struct bytes name)
{
    struct list_reader items = list_start(entries);
    for (struct entry entry; list_next(&items, &entry_record, &entry);) {
        if (!bytes_is_equal(entry.name, name)) continue;
        return entry.count == ENTRY_FEATURE ? 0 : entry.count;
    }
    return 0;
}

uint32_t entries_add(struct state *state, struct list entries, entity_id id)
{
    uint32_t           first = 0, last = 0;
    struct list_reader items = list_start(entries);
    for (struct entry entry; list_next(&items, &entry_record, &entry);) {
        const uint32_t resource = resource_open(state, entry.name, id);
        const uint32_t at = state_take(state, POOL_ENTRY);
        *entry_edit(state, at) = (struct entry_record){.count = entry.count, .resource = resource};
        if (first == 0) {
            first = at;
        } else {
            entry_edit(state, last)->next = at;
        }
        last = at;
    }
    return first;
}

void entries_drop(struct state *state, uint32_t first_entry)
{
    for (uint32_t at = first_entry; at != 0;) {
        const uint32_t next = entry_at(state, at)->next;
        state_give(state, POOL_ENTRY, at);
        at = next;
    }
}

uint32_t entries_fresh_count(const struct state *state, struct list entries)
{
    uint32_t           count = 0;
    struct list_reader items = list_start(entries);
    for (struct entry entry; list_next(&items, &entry_record, &entry);) {
        count += resource_find(state, entry.name) == 0;
    }
    return count;
}

void names_judge(struct question *question, uint32_t fresh_count, uint32_t name_max)
{
    const uint64_t known = state_count(question->state, POOL_RESOURCE);
    if (fresh_count == 0 || known + fresh_count <= name_max) return;
    refuse(question, (struct constraint){.code = TOO_MANY,
                                         .limit = name_max,
                                         .used = known + fresh_count,
                                         .until_ms = TIME_NEVER});
}

void entries_judge(struct question *question, struct list entries, uint32_t group)
{
    const struct state *state = question->state;
    struct list_reader  items = list_start(entries);
    for (struct entry entry; list_next(&items, &entry_record, &entry);) {
        const uint32_t resource = resource_find(state, entry.name);
        const bool     is_licensed = resource != 0 && resource_at(state, resource)->vendor != 0;
        const uint32_t needed = is_licensed ? resource_at(state, resource)->needs : 0;
        if (needed == 0 || entry.count == ENTRY_FEATURE) continue;
        const struct bytes name = text_of(state, resource_at(state, needed)->name);
        const uint64_t     has = entries_count(entries, name);
        if (entry.count <= has) continue;
        refuse(question, (struct constraint){.code = NEEDS_EXCEEDED,
                                             .group = group,
                                             .limit = entry.count,
                                             .used = has,
                                             .until_ms = TIME_NEVER,
                                             .name = name});
    }
}

// --- What a save asks for ---------------------------------------------------

// An entry that counts, of one of the packages.
struct asked_entry {
    struct bytes name;
    uint64_t     count;
    uint32_t     package;
    bool         is_first; // of its name
};

// The save beside what is there now, looked at one resource after the other.
struct save {
    struct question         *question;
    const struct allocation *allocation;
    uint32_t                 group;
    uint32_t                 bound; // the nearest restricted group above, or the server
    uint32_t                 package_count;
    struct package           packages[PACKAGE_MAX];
    uint32_t                 entry_count;
    struct asked_entry       entries[PACKAGE_MAX * PACKAGE_ENTRY_MAX];
    // Of the resource that is looked at:
    struct bytes             name;
    uint32_t                 resource;    // 0: never named before
    struct grants   asked, former, above; // by the save, of the group until now, of a group's bound
    struct instants instants;             // at which anything about it may change, and now
};

static struct window window_of(const struct package *package)
{
    return (struct window){package->from_ms, package->until_ms};
}

// Of the bound or the server: who never named the resource has none of it.
static uint64_t limit_of(const struct save *save, uint32_t node, uint64_t ms)
{
    if (save->resource == 0) return 0;
    if (node == SERVER_GROUP) return limit_at(save->question->state, node, save->resource, ms);
    return grants_sum_at(&save->above, ms);
}

static uint64_t asked_limit(const struct save *save, uint64_t ms)
{
    if (save->group == SERVER_GROUP) return limit_of(save, SERVER_GROUP, ms); // its file's
    return save->allocation->is_restricted ? grants_sum_at(&save->asked, ms) : LIMIT_NONE;
}

static bool is_asked_active(const struct save *save, uint64_t ms)
{
    if (save->group == SERVER_GROUP) {
        return node_is_active_at(save->question->state, save->group, ms);
    }
    for (uint32_t i = 0; i < save->package_count; i++) {
        if (window_has(window_of(&save->packages[i]), ms)) return true;
    }
    return save->package_count == 0;
}

static uint64_t former_limit(const struct save *save, uint64_t ms)
{
    if (save->group == SERVER_GROUP) return limit_of(save, SERVER_GROUP, ms);
    const bool is_restricted = group_at(save->question->state, save->group)->is_restricted;
    return is_restricted ? grants_sum_at(&save->former, ms) : LIMIT_NONE;
}

static uint32_t account_of(const struct save *save, uint32_t node)
{
    if (save->resource == 0) return 0;
    return account_find(save->question->state, node, save->resource);
}

static void refuse_save(const struct save *save, enum refusal code, uint32_t node, uint64_t limit,
                        uint64_t asked)
{
    refuse(save->question, (struct constraint){.code = code,
                                               .group = node,
                                               .limit = limit,
                                               .used = asked,
                                               .until_ms = TIME_NEVER,
                                               .name = save->name});
}

static void collect_instants(struct save *save)
{
    const struct state *state = save->question->state;
    instants_begin(&save->instants);
    instants_add(&save->instants, save->question->now_ms);
    for (uint32_t i = 0; i < save->package_count; i++) {
        instants_add_window(&save->instants, window_of(&save->packages[i]));
    }
    instants_add_node(&save->instants, state, save->group);
    instants_add_node(&save->instants, state, save->bound);
    if (save->bound != SERVER_GROUP) instants_add_node(&save->instants, state, SERVER_GROUP);
    instants_add_sums(&save->instants, state, account_of(save, save->bound));
    instants_add_sums(&save->instants, state, account_of(save, save->group));
}

static void refuse_excess(const struct save *save, enum refusal code, uint32_t node,
                          const struct excess *excess)
{
    if (excess->asked > 0) refuse_save(save, code, node, excess->limit, excess->asked);
}

// --- B22: no more than the node above has -----------------------------------

// An unrestricted group asks for nothing itself.
static uint64_t as_asked(uint64_t limit)
{
    return limit == LIMIT_NONE ? 0 : limit;
}

static void judge_under(const struct save *save, uint32_t node)
{
    uint64_t most = LIMIT_NONE, asked = 0;
    for (uint32_t i = 0; i < save->instants.count; i++) {
        const uint64_t ms = save->instants.ms[i];
        const uint64_t limit = as_asked(asked_limit(save, ms));
        if (ms < save->question->now_ms || limit <= as_asked(former_limit(save, ms))) continue;
        if (!node_is_active_at(save->question->state, node, ms)) continue;
        const uint64_t bound = limit_of(save, node, ms);
        if (limit <= bound) continue;
        if (limit > asked) asked = limit;
        if (bound < most) most = bound;
    }
    if (most != LIMIT_NONE) refuse_save(save, CHILD_EXCEEDS_ANCESTOR, node, most, asked);
}

static void judge_ancestors(const struct save *save)
{
    judge_under(save, save->bound);
    if (save->bound != SERVER_GROUP) judge_under(save, SERVER_GROUP);
}

// Whether the save lowers the group's own limit at the instant.
static bool is_lowered(const struct save *save, uint64_t ms)
{
    return ms >= save->question->now_ms && asked_limit(save, ms) < former_limit(save, ms) &&
           is_asked_active(save, ms);
}

static void judge_over(const struct save *save, uint64_t ms, uint32_t account,
                       struct excess *excess)
{
    const struct state *state = save->question->state;
    const uint64_t      limit = asked_limit(save, ms);
    for (uint32_t at = quota_next_restricted(state, account, account); at != 0;
         at = quota_next_restricted(state, account, at)) {
        const uint64_t below = limit_at(state, account_at(state, at)->group, save->resource, ms);
        excess_add(excess, limit, below);
    }
}

static void judge_descendants(const struct save *save)
{
    const uint32_t account = account_of(save, save->group);
    struct excess  excess = {0, 0};
    if (account == 0 || save->allocation->is_forced) return;
    struct sum_cursor sums = sum_cursor(save->question->state, account);
    for (uint32_t i = 0; i < save->instants.count; i++) {
        const uint64_t ms = save->instants.ms[i];
        const uint64_t sum = sum_at_instant(&sums, ms);
        // Where all of them together fit, each does.
        if (!is_lowered(save, ms) || sum <= asked_limit(save, ms)) continue;
        judge_over(save, ms, account, &excess);
    }
    refuse_excess(save, CHILD_EXCEEDS_ANCESTOR, save->group, &excess);
}

// --- B23: all below together no more than the node has -----------------------

// What the group counts for in the sums above, given its own limit.
static uint64_t share(uint64_t limit, uint64_t sum)
{
    return limit == LIMIT_NONE ? sum : limit;
}

static void judge_sum_above(const struct save *save)
{
    const struct state *state = save->question->state;
    if (group_at(state, save->bound)->is_oversubscribed) return;
    struct sum_cursor above = sum_cursor(state, account_of(save, save->bound));
    struct sum_cursor below = sum_cursor(state, account_of(save, save->group));
    struct excess     excess = {0, 0};
    for (uint32_t i = 0; i < save->instants.count; i++) {
        const uint64_t ms = save->instants.ms[i];
        const uint64_t sum = sum_at_instant(&above, ms), own = sum_at_instant(&below, ms);
        const uint64_t former = share(former_limit(save, ms), own);
        const uint64_t asked = share(asked_limit(save, ms), own);
        if (ms < save->question->now_ms || asked <= former) continue;
        if (!node_is_active_at(state, save->bound, ms)) continue;
        excess_add(&excess, limit_of(save, save->bound, ms), sum - former + asked);
    }
    refuse_excess(save, OVERSUBSCRIBED, save->bound, &excess);
}

static void judge_sum_below(const struct save *save)
{
    const struct allocation *allocation = save->allocation;
    const struct group      *group = group_at(save->question->state, save->group);
    const uint32_t           account = account_of(save, save->group);
    const bool               is_open = save->group != SERVER_GROUP && !allocation->is_restricted;
    if (account == 0 || allocation->is_forced) return;
    if (is_open || allocation->is_oversubscribed) return;
    struct sum_cursor sums = sum_cursor(save->question->state, account);
    struct excess     excess = {0, 0};
    for (uint32_t i = 0; i < save->instants.count; i++) {
        const uint64_t ms = save->instants.ms[i];
        const uint64_t sum = sum_at_instant(&sums, ms);
        const bool     is_opted_out =
            group->is_oversubscribed && ms >= save->question->now_ms && is_asked_active(save, ms);
        if (!is_lowered(save, ms) && !is_opted_out) continue;
        excess_add(&excess, asked_limit(save, ms), sum);
    }
    refuse_excess(save, OVERSUBSCRIBED, save->group, &excess);
}

static void judge_sums(const struct save *save)
{
    judge_sum_above(save);
    judge_sum_below(save);
}

// How many instants the sums above would have to remember.
static void judge_edges(const struct save *save)
{
    const struct state *state = save->question->state;
    struct sum_cursor   above = sum_cursor(state, account_of(save, save->bound));
    struct sum_cursor   below = sum_cursor(state, account_of(save, save->group));
    uint64_t            last = 0;
    uint32_t            count = 0;
    for (uint32_t i = 0; i < save->instants.count; i++) {
        const uint64_t ms = save->instants.ms[i];
        const uint64_t own = sum_at_instant(&below, ms);
        const uint64_t sum = sum_at_instant(&above, ms) + share(asked_limit(save, ms), own) -
                             share(former_limit(save, ms), own);
        if (sum != last) count++;
        last = sum;
    }
    if (count > EDGE_MAX || save->instants.is_full) {
        refuse_save(save, TOO_MANY_EDGES, save->bound, EDGE_MAX, count);
    }
}

// --- X01: no less than is used ----------------------------------------------

static void judge_used(const struct save *save)
{
    const uint32_t account = account_of(save, save->group);
    const uint64_t now_ms = save->question->now_ms;
    if (account == 0 || save->allocation->is_forced) return;
    const uint64_t limit = asked_limit(save, now_ms);
    const uint64_t used = account_at(save->question->state, account)->used;
    if (limit >= former_limit(save, now_ms) || used <= limit) return;
    refuse_save(save, LIMIT_BELOW_USED, save->group, limit, used);
}

// --- B25: what is clipped from above ----------------------------------------

static void find_instants(const struct save *save, uint32_t node, struct instants *instants)
{
    instants_begin(instants);
    instants_add(instants, save->question->now_ms);
    for (uint32_t i = 0; i < save->package_count; i++) {
        instants_add_window(instants, window_of(&save->packages[i]));
    }
    instants_add_node(instants, save->question->state, node);
}

// Where a package lasts and the node above has nothing: its window is the intersection then.
static void warn_of(const struct save *save, uint32_t node)
{
    struct instants instants;
    bool            is_told[PACKAGE_MAX] = {false};
    find_instants(save, node, &instants);
    for (uint32_t i = 0; i < instants.count; i++) {
        const uint64_t ms = instants.ms[i];
        if (ms < save->question->now_ms) continue;
        if (node_is_active_at(save->question->state, node, ms)) continue;
        for (uint32_t j = 0; j < save->package_count; j++) {
            if (is_told[j] || !window_has(window_of(&save->packages[j]), ms)) continue;
            warn(save->question, node, save->packages[j].name, ms);
            is_told[j] = true;
        }
    }
}

static void warn_all(const struct save *save)
{
    if (is_refused(save->question) || !save->allocation->is_restricted) return;
    warn_of(save, save->bound);
    if (save->bound != SERVER_GROUP) warn_of(save, SERVER_GROUP);
}

// --- The save as a whole ----------------------------------------------------

// In order of precedence (X08).
typedef void check(const struct save *save);

static check *const checks[] = {judge_ancestors, judge_descendants, judge_sums, judge_edges,
                                judge_used};

static bool is_asked(const struct save *save, struct bytes name)
{
    for (uint32_t i = 0; i < save->entry_count; i++) {
        if (bytes_is_equal(save->entries[i].name, name)) return true;
    }
    return false;
}

static void gather_grants(struct save *save)
{
    const struct state *state = save->question->state;
    save->asked.count = 0;
    save->former.count = 0;
    save->above.count = 0;
    for (uint32_t i = 0; i < save->entry_count; i++) {
        const struct asked_entry *entry = &save->entries[i];
        if (!bytes_is_equal(entry->name, save->name)) continue;
        grants_add(&save->asked, window_of(&save->packages[entry->package]), entry->count);
    }
    if (save->resource == 0 || save->group == SERVER_GROUP) return;
    grants_gather(&save->former, state, save->group, save->resource);
    if (save->bound == SERVER_GROUP) return;
    grants_gather(&save->above, state, save->bound, save->resource);
}

static void check_resource(struct save *save, check *check_one, struct bytes name)
{
    save->name = name;
    save->resource = resource_find(save->question->state, name);
    gather_grants(save);
    collect_instants(save);
    check_one(save);
}

// Every resource that is named now, then every one that was known here and is not named any more.
static void check_all(struct save *save, check *check_one)
{
    const struct state *state = save->question->state;
    for (uint32_t i = 0; i < save->entry_count; i++) {
        if (save->entries[i].is_first) check_resource(save, check_one, save->entries[i].name);
    }
    uint32_t at = group_at(state, save->group)->first_account;
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        const struct resource *resource = resource_at(state, account_at(state, at)->resource);
        const struct bytes     name = text_of(state, resource->name);
        if (!is_asked(save, name)) check_resource(save, check_one, name);
    }
}

static void read_entries(struct save *save, uint32_t package)
{
    struct list_reader items = list_start(save->packages[package].entries);
    for (struct entry entry; list_next(&items, &entry_record, &entry);) {
        if (entry.count == ENTRY_FEATURE) continue;
        const bool is_first = !is_asked(save, entry.name);
        save->entries[save->entry_count++] =
            (struct asked_entry){entry.name, entry.count, package, is_first};
    }
}

// Once, for they are looked at for each resource, at each instant.
static void read_packages(struct save *save)
{
    struct list_reader items = list_start(save->allocation->packages);
    for (struct package package; list_next(&items, &package_record, &package);) {
        save->packages[save->package_count] = package;
        read_entries(save, save->package_count++);
    }
}

static void judge_version(struct question *question, uint32_t group, uint64_t version)
{
    const uint64_t present = group_at(question->state, group)->version;
    if (version == present) return;
    refuse(question, (struct constraint){.code = VERSION_CONFLICT,
                                         .group = group,
                                         .limit = present,
                                         .used = version,
                                         .until_ms = TIME_NEVER});
}

// What is counted is counted from nothing; the rest is large and written before it is read.
static void save_begin(struct save *save, struct question *question,
                       const struct allocation *allocation)
{
    save->question = question;
    save->allocation = allocation;
    save->group = group_find(question->state, allocation->group);
    save->bound = 0;
    save->package_count = 0;
    save->entry_count = 0;
    save->name = (struct bytes){NULL, 0};
    save->resource = 0;
    save->asked.count = 0;
    save->former.count = 0;
    save->above.count = 0;
    instants_begin(&save->instants);
}

void allocation_judge(struct question *question, const struct event *event)
{
    const struct allocation *allocation = &event->of.allocation;
    const struct state      *state = question->state;
    struct save              save;
    save_begin(&save, question, allocation);
    if (save.group == 0) {
        refuse_name(question, UNKNOWN_GROUP, allocation->group);
        return;
    }
    judge_version(question, save.group, allocation->version);
    if (save.group == SERVER_GROUP) { // it has no packages, only the flag of B23
        save.bound = SERVER_GROUP;
        check_all(&save, judge_sum_below);
        return;
    }
    read_packages(&save);
    uint32_t fresh_count = 0;
    for (uint32_t i = 0; i < save.package_count; i++) {
        fresh_count += entries_fresh_count(state, save.packages[i].entries);
        entries_judge(question, save.packages[i].entries, save.group);
    }
    names_judge(question, fresh_count, SAVED_NAME_MAX);
    save.bound = group_bound(state, group_at(state, save.group)->parent);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        check_all(&save, checks[i]);
    }
    warn_all(&save);
}

// The packages of the group, which has none then; their list still hangs together.
static uint32_t take_packages(struct state *state, uint32_t group)
{
    struct group  *owner = group_edit(state, group);
    const uint32_t first = owner->first_package;
    owner->first_package = 0;
    owner->last_package = 0;
    return first;
}

static void drop_package(struct state *state, uint32_t at)
{
    const struct package_record package = *package_at(state, at);
    schedule_drop(state, package.edge);
    reminding_drop(state, package.reminding);
    entries_drop(state, package.first_entry);
    text_drop(state, package.name);
    state_give(state, POOL_PACKAGE, at);
}

static void drop_packages(struct state *state, uint32_t first)
{
    for (uint32_t at = first; at != 0;) {
        const uint32_t next = package_at(state, at)->next;
        drop_package(state, at);
        at = next;
    }
}

void package_drop_first(struct state *state, uint32_t group)
{
    const uint32_t at = group_at(state, group)->first_package;
    struct group  *owner = group_edit(state, group);
    owner->first_package = package_at(state, at)->next;
    if (owner->first_package == 0) owner->last_package = 0;
    drop_package(state, at);
}

static void add_package(struct change_context *context, uint32_t group,
                        const struct package *package, uint32_t ordinal)
{
    struct state          *state = context->state;
    const uint32_t         at = state_take(state, POOL_PACKAGE);
    struct package_record *record = package_edit(state, at);
    struct group          *owner = group_edit(state, group);
    record->group = group;
    record->window = window_of(package);
    record->name = text_add(state, package->name);
    record->first_entry = entries_add(state, package->entries, context->id);
    record->edge = schedule_add_window(
        state,
        (struct edge){.kind = EDGE_PACKAGE, .subject = at, .id = context->id, .ordinal = ordinal},
        record->window, context->now_ms);
    if (owner->last_package == 0) {
        owner->first_package = at;
    } else {
        package_edit(state, owner->last_package)->next = at;
    }
    owner->last_package = at;
}

// Every counted resource of the packages gets its account, so that the path finds its limit.
static void open_accounts(struct state *state, uint32_t group)
{
    uint32_t package = group_at(state, group)->first_package;
    for (; package != 0; package = package_at(state, package)->next) {
        uint32_t at = package_at(state, package)->first_entry;
        for (; at != 0; at = entry_at(state, at)->next) {
            if (entry_at(state, at)->count == ENTRY_FEATURE) continue;
            (void)account_open(state, group, entry_at(state, at)->resource);
        }
    }
}

static void contribute_all(struct state *state, uint32_t group, int sign)
{
    uint32_t at = group_at(state, group)->first_account;
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        sum_contribute(state, at, sign);
    }
}

void allocation_apply(struct change_context *context, const struct event *event)
{
    const struct allocation *allocation = &event->of.allocation;
    struct state            *state = context->state;
    const uint32_t           group = group_find(state, allocation->group);
    struct list_reader       items = list_start(allocation->packages);
    if (group != SERVER_GROUP) contribute_all(state, group, -1);
    const uint32_t former = take_packages(state, group);
    struct group  *owner = group_edit(state, group);
    owner->is_restricted = allocation->is_restricted;
    owner->is_oversubscribed = allocation->is_oversubscribed;
    owner->version++;
    uint32_t ordinal = 0;
    for (struct package package; list_next(&items, &package_record, &package);) {
        add_package(context, group, &package, ordinal++);
    }
    reminding_follow(context, group, former);
    drop_packages(state, former);
    open_accounts(state, group);
    if (group != SERVER_GROUP) contribute_all(state, group, 1);
    uint32_t at = owner->first_account;
    for (; at != 0 && group != SERVER_GROUP; at = account_at(state, at)->next_of_group) {
        quota_settle(state, at, context->now_ms);
    }
    state_note_change(state, group, 0);
}

void package_pass(struct change_context *context, const struct edge *edge)
{
    struct state               *state = context->state;
    const struct package_record package = *package_at(state, edge->subject);
    package_edit(state, edge->subject)->edge =
        schedule_add_window(state, *edge, package.window, context->now_ms);
    // Whoever watches is told once: by the first of the windows that end together.
    for (uint32_t i = package.first_entry; i != 0; i = entry_at(state, i)->next) {
        const struct entry_record entry = *entry_at(state, i);
        if (entry.count == ENTRY_FEATURE) {
            state_note_change(state, package.group, entry.resource);
        } else {
            quota_refresh(state, account_find(state, package.group, entry.resource));
        }
    }
}
