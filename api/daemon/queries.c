#include "api/daemon/queries.h"

#include "api/daemon/answer.h"
#include "core/base/version.h"
#include "projections/actors.h"
#include "projections/digest.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/server.h"
#include "projections/users.h"

// What each answer stands on.
static void put_seq(struct buffer *reply, const struct daemon *daemon)
{
    put_number(reply, "seq", server_at(daemon->state)->size);
}

static void put_now(struct buffer *reply, const struct daemon *daemon)
{
    put_number(reply, "time", daemon->now_ms);
}

static void forbid(struct buffer *reply)
{
    answer_error(reply, "FORBIDDEN", bytes_of_text("not within what this key may see"));
}

// The group that is asked about; 0 after FORBIDDEN was answered. What is not there and what may not
// be seen read the same, but for who sees everything.
static uint32_t seen_group(struct daemon *daemon, struct bytes path, uint32_t actor,
                           struct buffer *reply)
{
    const uint32_t group = group_find(daemon->state, path);
    if (!actor_reaches(daemon->state, actor, path, WITHIN)) {
        forbid(reply);
        return 0;
    }
    if (group == 0) answer_error(reply, "NOT_FOUND", path);
    return group;
}

// --- Server -----------------------------------------------------------------

void status_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply)
{
    const struct state  *state = daemon->state;
    const struct server *server = server_at(state);
    struct hash          root = {{0}}, digest = {{0}};
    enum status          status = ledger_root(daemon->ledger, server->size, &root);
    (void)actor;
    if (status == OK && ask->arguments.has_digest) status = digest_of(state, &digest);
    if (status != OK) {
        answer_failure(reply, status);
        return;
    }
    answer_ok(reply, ask->arguments.has_digest ? 19 : 18);
    put_number(reply, "actors", state_count(state, POOL_ACTOR));
    put_flag(reply, "clock_held", daemon->clock.is_held);
    put_number(reply, "clock_steps_back", daemon->clock.step_back_count);
    put_number(reply, "connections", connections_counts(daemon->connections).open);
    if (ask->arguments.has_digest) put_binary(reply, "digest", hash_view(&digest));
    put_number(reply, "groups", state_count(state, POOL_GROUP) - 1);
    put_number(reply, "holdings", state_count(state, POOL_HOLDING));
    put_text(reply, "mode", bytes_of_text(server->limited_reason == 0 ? "normal" : "limited"));
    put_text(reply, "origin", daemon->origin);
    put_binary(reply, "root", hash_view(&root));
    put_seq(reply, daemon);
    put_text(reply, "server", text_of(state, server->name));
    put_number(reply, "size", server->size);
    put_number(reply, "started", daemon->started_ms);
    put_number(reply, "store_used", ledger_usage(daemon->ledger).bytes_used);
    put_flag(reply, "test_clock", server->has_test_clock);
    put_now(reply, daemon);
    put_number(reply, "users", state_count(state, POOL_USER));
    put_text(reply, "version", bytes_of_text(LICET_VERSION));
}

void mode_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, struct buffer *reply)
{
    const struct state  *state = daemon->state;
    const struct server *server = server_at(state);
    const bool           is_limited = server->limited_reason != NOT_LIMITED;
    (void)ask;
    (void)actor;
    answer_ok(reply, 8);
    put_text(reply, "eula_version", text_of(state, server->eula_version));
    put_flag(reply, "limited", is_limited);
    put_number(reply, "pending", pending_count(state, daemon->now_ms));
    put_optional_text(reply, "reason",
                      is_limited ? bytes_of_text(limited_reason_word(server->limited_reason))
                                 : (struct bytes){NULL, 0});
    put_seq(reply, daemon);
    put_time(reply, "since", is_limited ? server->limited_since_ms : TIME_NEVER);
    put_text(reply, "software_version", text_of(state, server->software_version));
    put_now(reply, daemon);
}

// A window that always was has no from.
static void put_from(struct buffer *reply, struct window window)
{
    put_time(reply, "from", window.from_ms == 0 ? TIME_NEVER : window.from_ms);
}

static const char *line_status(const struct line *line, uint64_t now_ms)
{
    if (now_ms < line->window.from_ms) return "not_yet_valid";
    return now_ms < line->window.until_ms ? "on" : "expired";
}

// T01, T04. Used and available are those of the name; lines of one name share them.
static void put_line(struct buffer *reply, const struct daemon *daemon, uint32_t at)
{
    const struct state        *state = daemon->state;
    const struct line         *line = line_at(state, at);
    const struct resource     *resource = resource_at(state, line->resource);
    const bool                 is_feature = line->count == ENTRY_FEATURE;
    const struct resource_view view =
        view_resource(state, SERVER_GROUP, line->resource, daemon->now_ms);
    pack_map(reply, 9);
    put_limit(reply, "available", is_feature ? LIMIT_NONE : view.available);
    put_limit(reply, "count", is_feature ? LIMIT_NONE : line->count);
    put_from(reply, line->window);
    put_text(reply, "kind", bytes_of_text(resource_kind_word((enum resource_kind)resource->kind)));
    put_text(reply, "name", text_of(state, resource->name));
    put_optional_text(reply, "needs",
                      resource->needs == 0
                          ? (struct bytes){NULL, 0}
                          : text_of(state, resource_at(state, resource->needs)->name));
    put_text(reply, "status", bytes_of_text(line_status(line, daemon->now_ms)));
    put_time(reply, "until", line->window.until_ms);
    put_limit(reply, "used", is_feature ? LIMIT_NONE : view.used);
}

// The records of a file stand newest first: they are told in the order of the file.
static void put_lines(struct buffer *reply, const struct daemon *daemon, uint32_t vendor)
{
    static uint32_t lines[LICENSE_ENTRY_MAX]; // the loop is one thread
    uint32_t        count = 0;
    uint32_t        at = vendor_at(daemon->state, vendor)->first_line;
    for (; at != 0; at = line_at(daemon->state, at)->next_of_vendor) {
        if (line_at(daemon->state, at)->is_current) lines[count++] = at;
    }
    pack_key(reply, "entries");
    pack_array(reply, count);
    while (count > 0) {
        put_line(reply, daemon, lines[--count]);
    }
}

void license_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    const struct state *state = daemon->state;
    (void)ask;
    if (!actor_is_server_wide(state, actor)) {
        forbid(reply);
        return;
    }
    answer_ok(reply, 3);
    put_seq(reply, daemon);
    put_now(reply, daemon);
    pack_key(reply, "vendors");
    pack_array(reply, state_count(state, POOL_VENDOR));
    for (uint32_t at = server_at(state)->first_vendor; at != 0; at = vendor_at(state, at)->next) {
        const struct vendor *vendor = vendor_at(state, at);
        pack_map(reply, 5);
        put_lines(reply, daemon, at);
        put_binary(reply, "key", (struct bytes){vendor->key, sizeof vendor->key});
        put_text(reply, "name", text_of(state, vendor->name));
        put_limit(reply, "serial", vendor->has_file ? vendor->serial : LIMIT_NONE);
        put_flag(reply, "trusted", vendor->is_trusted);
    }
}

// --- Groups -----------------------------------------------------------------

static void put_entries(struct buffer *reply, const struct state *state, uint32_t first)
{
    uint32_t count = 0;
    for (uint32_t at = first; at != 0; at = entry_at(state, at)->next) {
        count++;
    }
    pack_key(reply, "entries");
    pack_array(reply, count);
    for (uint32_t at = first; at != 0; at = entry_at(state, at)->next) {
        pack_map(reply, 2);
        put_limit(reply, "count", entry_at(state, at)->count);
        put_text(reply, "name",
                 text_of(state, resource_at(state, entry_at(state, at)->resource)->name));
    }
}

static void put_packages(struct buffer *reply, const struct state *state, uint32_t group)
{
    uint32_t count = 0;
    uint32_t at = group_at(state, group)->first_package;
    for (uint32_t i = at; i != 0; i = package_at(state, i)->next) {
        count++;
    }
    pack_key(reply, "packages");
    pack_array(reply, count);
    for (; at != 0; at = package_at(state, at)->next) {
        const struct package_record *package = package_at(state, at);
        pack_map(reply, 4);
        put_entries(reply, state, package->first_entry);
        put_from(reply, package->window);
        put_text(reply, "name", text_of(state, package->name));
        put_time(reply, "until", package->window.until_ms);
    }
}

// Names that stand in a current file, or of which something is held or saved at the group; oldest
// first. The loop is one thread.
struct names {
    uint32_t count;
    uint32_t at[RESOURCE_MAX];
};

static bool is_named(const struct state *state, uint32_t group, uint32_t at, bool is_feature)
{
    const struct resource *resource = resource_at(state, at);
    const bool             is_licensed = resource->vendor != 0;
    if (is_licensed) return (resource->kind == FEATURE) == is_feature;
    const uint32_t account = account_find(state, group, at);
    return !is_feature && account != 0 && account_at(state, account)->used > 0;
}

static const struct names *names_of(const struct state *state, uint32_t group, bool is_feature)
{
    static struct names names;
    uint32_t            at = server_at(state)->newest_resource;
    names.count = 0;
    for (; at != 0 && names.count < RESOURCE_MAX; at = resource_at(state, at)->next) {
        if (is_named(state, group, at, is_feature)) names.at[names.count++] = at;
    }
    return &names;
}

static void put_feature(struct buffer *reply, const struct state *state, uint32_t resource,
                        const struct feature_view *view)
{
    pack_map(reply, 4);
    put_text(reply, "name", text_of(state, resource_at(state, resource)->name));
    put_flag(reply, "on", view->is_on);
    put_text(reply, "status", bytes_of_text(resource_status_word(view->status)));
    put_time(reply, "until", view->until_ms);
}

static void put_features(struct buffer *reply, const struct daemon *daemon, uint32_t group)
{
    const struct names *names = names_of(daemon->state, group, true);
    pack_key(reply, "features");
    pack_array(reply, names->count);
    for (uint32_t i = names->count; i > 0; i--) {
        const uint32_t            at = names->at[i - 1];
        const struct feature_view view = view_feature(daemon->state, group, at, daemon->now_ms);
        put_feature(reply, daemon->state, at, &view);
    }
}

static void put_resources(struct buffer *reply, const struct daemon *daemon, uint32_t group)
{
    const struct names *names = names_of(daemon->state, group, false);
    pack_key(reply, "resources");
    pack_array(reply, names->count);
    for (uint32_t i = names->count; i > 0; i--) {
        put_resource(reply, daemon->state, group, names->at[i - 1], daemon->now_ms);
    }
}

static void put_group_head(struct buffer *reply, const struct state *state, uint32_t group)
{
    put_path(reply, "group", state, group);
    put_optional_text(reply, "label", text_of(state, group_at(state, group)->label));
    put_flag(reply, "oversubscribed", group_at(state, group)->is_oversubscribed);
}

// One resource alone: what platforms ask thousands of times a second.
static void answer_resource(struct daemon *daemon, uint32_t group, struct bytes name,
                            struct buffer *reply)
{
    const uint32_t resource = resource_find(daemon->state, name);
    if (resource == 0) {
        answer_error(reply, "NOT_FOUND", name);
        return;
    }
    answer_ok(reply, 4);
    put_path(reply, "group", daemon->state, group);
    pack_key(reply, "resources");
    pack_array(reply, 1);
    put_resource(reply, daemon->state, group, resource, daemon->now_ms);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}

void state_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                  struct buffer *reply)
{
    const uint32_t group = seen_group(daemon, ask->arguments.group, actor, reply);
    if (group == 0) return;
    if (ask->arguments.resource.at != NULL) {
        answer_resource(daemon, group, ask->arguments.resource, reply);
        return;
    }
    answer_ok(reply, 10);
    put_features(reply, daemon, group);
    put_group_head(reply, daemon->state, group);
    put_packages(reply, daemon->state, group);
    put_resources(reply, daemon, group);
    put_flag(reply, "restricted", group_at(daemon->state, group)->is_restricted);
    put_seq(reply, daemon);
    put_now(reply, daemon);
    put_number(reply, "version", group_at(daemon->state, group)->version);
}

static void put_tree_node(struct buffer *items, const struct state *state, uint32_t at)
{
    const struct group *group = group_at(state, at);
    pack_map(items, 7);
    put_number(items, "children", group->child_count);
    put_group_head(items, state, at);
    put_flag(items, "restricted", group->is_restricted);
    put_number(items, "users", group->member_count);
    put_number(items, "version", group->version);
}

// The next group in path order that is at most so deep below root.
static uint32_t next_within(const struct state *state, uint32_t at, uint32_t root, uint64_t depth)
{
    const uint32_t deepest = group_at(state, root)->depth + (uint32_t)depth;
    do {
        at = group_walk(state, at, root);
    } while (at != 0 && group_at(state, at)->depth > deepest);
    return at;
}

void tree_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, struct buffer *reply)
{
    static struct page      page;
    const struct arguments *arguments = &ask->arguments;
    const struct state     *state = daemon->state;
    const uint32_t          root = seen_group(daemon, arguments->group, actor, reply);
    const uint64_t depth = arguments->depth == ARGUMENT_ABSENT ? DEPTH_MAX : arguments->depth;
    if (root == 0) return;
    uint32_t at = arguments->after == ARGUMENT_ABSENT ? root : group_by_id(state, arguments->after);
    if (at == 0 || !group_is_within(state, at, root)) at = root;
    page_init(&page, arguments->limit);
    for (; at != 0 && page_has_room(&page); at = next_within(state, at, root, depth)) {
        put_tree_node(&page.items, state, at);
        page.count++;
    }
    if (at != 0) page.next = group_at(state, at)->id;
    answer_ok(reply, 4);
    put_page(reply, "groups", &page);
    put_limit(reply, "next", page.next);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}

// --- Users, holdings, actors ------------------------------------------------

static void put_memberships(struct buffer *reply, const struct state *state, uint32_t user)
{
    pack_key(reply, "memberships");
    pack_array(reply, user_at(state, user)->member_count);
    uint32_t at = user_at(state, user)->first_member;
    for (; at != 0; at = member_at(state, at)->next_of_user) {
        const struct member *member = member_at(state, at);
        pack_map(reply, 2);
        pack_key(reply, "assignment");
        if (!member->has_assignment) {
            pack_nil(reply);
        } else {
            pack_map(reply, 3);
            put_entries(reply, state, member->first_entry);
            put_from(reply, member->window);
            put_time(reply, "until", member->window.until_ms);
        }
        put_path(reply, "group", state, member->group);
    }
}

static void put_user_resources(struct buffer *reply, const struct daemon *daemon, uint32_t user,
                               uint32_t actor)
{
    const struct state *state = daemon->state;
    const struct names *names = names_of(state, SERVER_GROUP, false);
    pack_key(reply, "resources");
    pack_array(reply, names->count);
    for (uint32_t i = names->count; i > 0; i--) {
        const uint32_t          at = names->at[i - 1];
        const struct user_quota quota = user_quota(state, user, at, daemon->now_ms);
        pack_map(reply, 5);
        put_number(reply, "available", quota.available);
        put_number(reply, "maximum", quota.maximum);
        put_text(reply, "name", text_of(state, resource_at(state, at)->name));
        if (quota.group != 0 && !actor_reads(state, actor, quota.group)) {
            put_text(reply, "strictest", bytes_of_text("another group of the user"));
        } else {
            put_path(reply, "strictest", state, quota.group);
        }
        put_number(reply, "used", quota.used);
    }
}

static bool user_has_feature(const struct daemon *daemon, uint32_t user, uint32_t feature,
                             struct feature_view *view)
{
    const struct state *state = daemon->state;
    uint32_t            at = user_at(state, user)->first_member;
    *view = (struct feature_view){
        .is_on = at != 0, .status = at == 0 ? STATUS_OFF : STATUS_ON, .until_ms = TIME_NEVER};
    for (; at != 0 && view->is_on; at = member_at(state, at)->next_of_user) {
        struct feature_view here =
            view_feature(state, member_at(state, at)->group, feature, daemon->now_ms);
        if (!member_feature_at(state, at, feature, daemon->now_ms)) {
            here.is_on = false;
            here.status = STATUS_OFF;
        }
        if (here.is_on && here.until_ms > view->until_ms) here.until_ms = view->until_ms;
        *view = here;
    }
    return view->is_on;
}

void user_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, struct buffer *reply)
{
    const struct state *state = daemon->state;
    const uint32_t      user = user_find(state, ask->arguments.user);
    const bool          is_seen =
        user != 0 && (actor_is_server_wide(state, actor) ||
                      user_is_all_within(state, user, actor_at(state, actor)->group));
    if (!is_seen) {
        if (actor_is_server_wide(state, actor)) {
            answer_error(reply, "NOT_FOUND", ask->arguments.user);
        } else {
            forbid(reply);
        }
        return;
    }
    answer_ok(reply, 6);
    const struct names *features = names_of(state, SERVER_GROUP, true);
    pack_key(reply, "features");
    pack_array(reply, features->count);
    for (uint32_t i = features->count; i > 0; i--) {
        struct feature_view view;
        (void)user_has_feature(daemon, user, features->at[i - 1], &view);
        put_feature(reply, state, features->at[i - 1], &view);
    }
    put_memberships(reply, state, user);
    put_user_resources(reply, daemon, user, actor);
    put_seq(reply, daemon);
    put_now(reply, daemon);
    put_text(reply, "user", ask->arguments.user);
}

static uint32_t holding_group(const struct state *state, uint32_t holding)
{
    return account_at(state, holding_at(state, holding)->account)->group;
}

static struct bytes holding_user(const struct state *state, uint32_t holding)
{
    const uint32_t user = holding_at(state, holding)->user;
    return user == 0 ? (struct bytes){NULL, 0} : text_of(state, user_at(state, user)->name);
}

void access_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply)
{
    const struct state *state = daemon->state;
    const uint32_t      resource = resource_find(state, ask->arguments.resource);
    uint8_t             room[NAME_SIZE_MAX];
    uint32_t            at = 0;
    if (resource != 0) {
        const enum resource_kind kind = (enum resource_kind)resource_at(state, resource)->kind;
        at = holding_find(state, resource, unit_fold(kind, ask->arguments.unit, room));
    }
    const bool        is_seen = at != 0 && actor_reads(state, actor, holding_group(state, at));
    struct constraint access = {.code = NOT_HELD, .until_ms = TIME_NEVER};
    if (is_seen) access = holding_access(state, at, daemon->now_ms);
    answer_ok(reply, 8);
    put_flag(reply, "access", access.code == ACCEPTED);
    put_text(reply, "code", bytes_of_text(refusal_word(access.code)));
    put_path(reply, "group", state, is_seen ? holding_group(state, at) : 0);
    put_path(reply, "node", state, access.group);
    put_seq(reply, daemon);
    put_now(reply, daemon);
    put_time(reply, "until", access.until_ms);
    put_optional_text(reply, "user", is_seen ? holding_user(state, at) : (struct bytes){NULL, 0});
}

static void put_directions(struct buffer *items, uint8_t directions)
{
    static const char *const words[] = {"", "in", "out", "both"};
    put_optional_text(items, "directions", bytes_of_text(words[directions & 3]));
}

static void put_holding(struct buffer *items, const struct state *state, uint32_t at)
{
    const struct holding *holding = holding_at(state, at);
    const uint32_t        resource = account_at(state, holding->account)->resource;
    pack_map(items, 7);
    put_directions(items, holding->directions);
    put_path(items, "group", state, holding_group(state, at));
    put_text(items, "resource", text_of(state, resource_at(state, resource)->name));
    put_number(items, "seq", entity_seq(holding->id));
    put_flag(items, "suspended", !holding_is_kept(state, at));
    put_text(items, "unit", text_of(state, holding->unit));
    put_optional_text(items, "user", holding_user(state, at));
}

// Which holdings are asked for.
struct filter {
    uint32_t group, resource, user;
    uint64_t after;
};

static bool matches(const struct state *state, const struct filter *filter, uint32_t at)
{
    const struct holding *holding = holding_at(state, at);
    if (filter->after != ARGUMENT_ABSENT && holding->id <= filter->after) return false;
    if (filter->user != 0 && holding->user != filter->user) return false;
    return group_is_within(state, holding_group(state, at), filter->group);
}

// The next holding of each resource that is asked for; the oldest of them is told next.
struct cursors {
    uint32_t count;
    uint32_t at[RESOURCE_MAX];
};

static uint32_t next_match(const struct state *state, const struct filter *filter, uint32_t at)
{
    while (at != 0 && !matches(state, filter, at)) {
        at = holding_at(state, at)->next;
    }
    return at;
}

static const struct cursors *start_cursors(const struct state *state, const struct filter *filter)
{
    static struct cursors cursors; // the loop is one thread
    uint32_t              resource = server_at(state)->newest_resource;
    cursors.count = 0;
    for (; resource != 0 && cursors.count < RESOURCE_MAX;
         resource = resource_at(state, resource)->next) {
        if (filter->resource != 0 && filter->resource != resource) continue;
        const uint32_t at = next_match(state, filter, resource_at(state, resource)->first_holding);
        if (at != 0) cursors.at[cursors.count++] = at;
    }
    return &cursors;
}

static uint32_t oldest(const struct state *state, const struct cursors *cursors)
{
    uint32_t found = 0;
    for (uint32_t i = 1; i < cursors->count; i++) {
        const uint32_t at = cursors->at[i], best = cursors->at[found];
        if (at == 0) continue;
        if (best == 0 || holding_at(state, at)->id < holding_at(state, best)->id) found = i;
    }
    return found;
}

static void add_holdings(const struct state *state, const struct filter *filter, struct page *page)
{
    struct cursors cursors = *start_cursors(state, filter);
    while (cursors.count > 0) {
        const uint32_t i = oldest(state, &cursors);
        const uint32_t at = cursors.at[i];
        if (at == 0) break;
        if (!page_has_room(page)) return;
        put_holding(&page->items, state, at);
        page->next = holding_at(state, at)->id;
        page->count++;
        cursors.at[i] = next_match(state, filter, holding_at(state, at)->next);
    }
    page->next = ARGUMENT_ABSENT;
}

// False when something that is asked for is not there, so that nothing can match.
static bool read_filter(const struct daemon *daemon, const struct arguments *arguments,
                        struct filter *filter)
{
    if (arguments->user.at != NULL) {
        filter->user = user_find(daemon->state, arguments->user);
        if (filter->user == 0) return false;
    }
    if (arguments->resource.at == NULL) return true;
    filter->resource = resource_find(daemon->state, arguments->resource);
    return filter->resource != 0;
}

void holdings_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                     struct buffer *reply)
{
    static struct page      page;
    const struct arguments *arguments = &ask->arguments;
    const struct state     *state = daemon->state;
    struct filter filter = {.group = actor_at(state, actor)->group, .after = arguments->after};
    if (arguments->group.at != NULL) {
        filter.group = seen_group(daemon, arguments->group, actor, reply);
        if (filter.group == 0) return;
    }
    page_init(&page, arguments->limit);
    if (read_filter(daemon, arguments, &filter)) add_holdings(state, &filter, &page);
    answer_ok(reply, 4);
    put_page(reply, "holdings", &page);
    put_limit(reply, "next", page.next);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}

void actors_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply)
{
    static struct page  page;
    const struct state *state = daemon->state;
    const uint64_t      after = ask->arguments.after;
    uint32_t            at = server_at(state)->newest_actor;
    page_init(&page, ask->arguments.limit);
    for (; at != 0; at = actor_at(state, at)->next) {
        const struct actor *other = actor_at(state, at);
        if (other->is_removed || !actor_reads(state, actor, other->group)) continue;
        if (after != ARGUMENT_ABSENT && other->id >= after) continue;
        if (!page_has_room(&page)) break;
        pack_map(&page.items, 5);
        put_path(&page.items, "group", state, other->group);
        put_number(&page.items, "id", other->id);
        put_binary(&page.items, "key", (struct bytes){other->key, sizeof other->key});
        put_text(&page.items, "name", text_of(state, other->name));
        put_text(&page.items, "role", bytes_of_text(role_word((enum role)other->role)));
        page.next = other->id;
        page.count++;
    }
    if (at == 0) page.next = ARGUMENT_ABSENT;
    answer_ok(reply, 4);
    put_page(reply, "actors", &page);
    put_limit(reply, "next", page.next);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}
