#include "api/daemon/group_view.h"

#include "api/daemon/answer.h"
#include "api/daemon/view.h"
#include "projections/groups.h"
#include "projections/packages.h"

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
    const uint32_t group = asked_group(daemon, ask->arguments.group, actor, reply);
    if (group == 0) return;
    if (ask->arguments.resource.at != NULL) {
        answer_resource(daemon, group, ask->arguments.resource, reply);
        return;
    }
    answer_ok(reply, 11);
    put_flag(reply, "blocked", group_at(daemon->state, group)->is_blocked);
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
    pack_map(items, 8);
    put_flag(items, "blocked", group->is_blocked);
    put_number(items, "children", group->child_count);
    put_group_head(items, state, at);
    put_flag(items, "restricted", group->is_restricted);
    put_number(items, "users", group->member_count);
    put_number(items, "version", group->version);
}

// The next group in path order that is at most so deep below root.
static uint32_t next_within(const struct state *state, uint32_t at, uint32_t root, uint64_t depth)
{
    const uint32_t deepest = group_depth(state, root) + (uint32_t)depth;
    do {
        at = group_walk(state, at, root);
    } while (at != 0 && group_depth(state, at) > deepest);
    return at;
}

void tree_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, struct buffer *reply)
{
    static struct page      page;
    const struct arguments *arguments = &ask->arguments;
    const struct state     *state = daemon->state;
    const uint32_t          root = asked_group(daemon, arguments->group, actor, reply);
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
