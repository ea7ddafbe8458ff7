#include "api/daemon/explanation_view.h"

#include "api/daemon/answer.h"
#include "api/daemon/view.h"
#include "projections/actors.h"
#include "projections/packages.h"

enum { NODE_KEY_COUNT = 9 };

static void put_node(struct buffer *reply, const struct state *state,
                     const struct explained_node *node)
{
    put_flag(reply, "bottleneck", node->is_bottleneck);
    put_time(reply, "from", node->from_ms == 0 ? TIME_NEVER : node->from_ms);
    put_path(reply, "group", state, node->group);
    put_limit(reply, "limit", node->limit);
}

static void put_node_rest(struct buffer *reply, const struct explained_node *node)
{
    put_limit(reply, "room", node->room);
    put_text(reply, "status", bytes_of_text(resource_status_word(node->status)));
    put_number(reply, "suspends", node->suspends);
    put_time(reply, "until", node->until_ms);
    put_number(reply, "used", node->used);
}

void put_nodes(struct buffer *reply, const struct state *state,
               const struct explanation *explanation)
{
    pack_key(reply, "nodes");
    pack_array(reply, explanation->count);
    for (uint32_t i = 0; i < explanation->count; i++) {
        pack_map(reply, NODE_KEY_COUNT);
        put_node(reply, state, &explanation->nodes[i]);
        put_node_rest(reply, &explanation->nodes[i]);
    }
}

// --- What makes a limit -----------------------------------------------------

// A package with the resource, or the entry of a licence file.
struct source {
    struct bytes  name;
    struct window window;
    uint64_t      count; // ENTRY_FEATURE
};

static void put_source(struct buffer *reply, const struct source *source, uint64_t now_ms)
{
    pack_map(reply, 5);
    put_flag(reply, "active", window_has(source->window, now_ms));
    put_limit(reply, "count", source->count);
    put_from(reply, source->window);
    put_text(reply, "name", source->name);
    put_time(reply, "until", source->window.until_ms);
}

enum { SOURCE_MAX = LICENSE_ENTRY_MAX };

struct sources {
    uint32_t      count;
    struct source at[SOURCE_MAX];
};

static void add_source(struct sources *sources, struct bytes name, struct window window,
                       uint64_t count)
{
    if (sources->count == SOURCE_MAX) return;
    sources->at[sources->count++] = (struct source){name, window, count};
}

static void find_packages(const struct state *state, uint32_t group, uint32_t resource,
                          struct sources *sources)
{
    uint32_t package = group_at(state, group)->first_package;
    for (; package != 0; package = package_at(state, package)->next) {
        const struct package_record *record = package_at(state, package);
        for (uint32_t at = record->first_entry; at != 0; at = entry_at(state, at)->next) {
            if (entry_at(state, at)->resource != resource) continue;
            add_source(sources, text_of(state, record->name), record->window,
                       entry_at(state, at)->count);
        }
    }
}

static void find_lines(const struct state *state, uint32_t resource, struct sources *sources)
{
    for (uint32_t at = resource_at(state, resource)->first_line; at != 0;
         at = line_at(state, at)->next) {
        const struct line *line = line_at(state, at);
        if (!line->is_current) continue;
        add_source(sources, text_of(state, vendor_at(state, line->vendor)->name), line->window,
                   line->count);
    }
}

// R: an ancestor's packages are not for those below.
static void put_sources(struct buffer *reply, const struct daemon *daemon, uint32_t actor,
                        uint32_t group, uint32_t resource)
{
    static struct sources sources; // the loop is one thread
    const struct state   *state = daemon->state;
    pack_key(reply, "packages");
    if (!actor_reads(state, actor, group)) {
        pack_nil(reply);
        return;
    }
    sources.count = 0;
    if (group == SERVER_GROUP) {
        find_lines(state, resource, &sources);
    } else {
        find_packages(state, group, resource, &sources);
    }
    pack_array(reply, sources.count);
    for (uint32_t i = 0; i < sources.count; i++) {
        put_source(reply, &sources.at[i], daemon->now_ms);
    }
}

static void put_explained_nodes(struct buffer *reply, const struct daemon *daemon, uint32_t actor,
                                uint32_t group, uint32_t resource)
{
    struct explanation explanation;
    explain(daemon->state, group, resource, daemon->now_ms, &explanation);
    pack_key(reply, "nodes");
    pack_array(reply, explanation.count);
    for (uint32_t i = 0; i < explanation.count; i++) {
        const struct explained_node *node = &explanation.nodes[i];
        pack_map(reply, NODE_KEY_COUNT + 1);
        put_node(reply, daemon->state, node);
        put_sources(reply, daemon, actor, node->group, resource);
        put_node_rest(reply, node);
    }
}

// --- What is suspended ------------------------------------------------------

static void put_suspended(struct buffer *reply, const struct state *state, uint32_t group,
                          uint32_t resource)
{
    struct suspensions suspensions;
    explain_suspensions(state, group, resource, &suspensions);
    pack_key(reply, "suspended");
    pack_array(reply, suspensions.count);
    for (uint32_t i = 0; i < suspensions.count; i++) {
        const struct holding *holding = holding_at(state, suspensions.at[i].holding);
        pack_map(reply, 4);
        put_path(reply, "group", state, account_at(state, holding->account)->group);
        put_path(reply, "node", state, suspensions.at[i].node);
        put_text(reply, "unit", text_of(state, holding->unit));
        put_optional_text(reply, "user",
                          holding->user == 0 ? (struct bytes){NULL, 0}
                                             : text_of(state, user_at(state, holding->user)->name));
    }
    put_number(reply, "suspended_count", suspensions.total);
}

void explain_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    const struct state *state = daemon->state;
    const uint32_t      group = asked_group(daemon, ask->arguments.group, actor, reply);
    if (group == 0) return;
    const uint32_t resource = resource_find(state, ask->arguments.resource);
    if (resource == 0) {
        answer_error(reply, "NOT_FOUND", ask->arguments.resource);
        return;
    }
    answer_ok(reply, 7);
    put_path(reply, "group", state, group);
    put_explained_nodes(reply, daemon, actor, group, resource);
    pack_key(reply, "resource");
    if (resource_at(state, resource)->kind == FEATURE) {
        const struct feature_view view = view_feature(state, group, resource, daemon->now_ms);
        put_feature(reply, state, resource, &view);
    } else {
        put_resource(reply, state, group, resource, daemon->now_ms);
    }
    put_seq(reply, daemon);
    put_suspended(reply, state, group, resource);
    put_now(reply, daemon);
}
