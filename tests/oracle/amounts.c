#include "tests/oracle/amounts.h"

#include "core/base/name.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t greatest(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static bool is_server(const struct group_row *node)
{
    return path_is_server(node->path);
}

uint64_t amounts_in_package(const struct package_row *package, struct bytes resource)
{
    for (uint32_t i = 0; i < package->entry_count; i++) {
        const struct entry *entry = &package->entries[i];
        if (entry->count == ENTRY_FEATURE) continue;
        if (bytes_is_equal(entry->name, resource)) return entry->count;
    }
    return 0; // B09
}

uint64_t amounts_of_package(const struct package_row *package, struct bytes resource, uint64_t ms)
{
    return window_has(package->window, ms) ? amounts_in_package(package, resource) : 0;
}

// X08. A package has what it lists, even 0 of it.
static bool package_lists(const struct package_row *package, struct bytes resource)
{
    for (uint32_t i = 0; i < package->entry_count; i++) {
        const struct entry *entry = &package->entries[i];
        if (entry->count == ENTRY_FEATURE) continue;
        if (bytes_is_equal(entry->name, resource)) return true;
    }
    return false;
}

static bool package_has_feature(const struct package_row *package, struct bytes feature)
{
    for (uint32_t i = 0; i < package->entry_count; i++) {
        const struct entry *entry = &package->entries[i];
        if (entry->count != ENTRY_FEATURE) continue;
        if (bytes_is_equal(entry->name, feature)) return true;
    }
    return false;
}

static bool is_resource(const struct license_entry *entry, struct bytes name)
{
    return entry->kind != FEATURE && bytes_is_equal(entry->name, name);
}

// B01. The sum over the newest files of all vendors among the first upload_count.
static uint64_t files_limit(const struct facts *facts, struct bytes resource, uint64_t ms,
                            uint32_t upload_count)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < upload_count; i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        if (!facts_is_newest(facts, i, upload_count)) continue;
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            const struct license_entry *entry = &upload->license->entries[j];
            if (is_resource(entry, resource) && window_has(entry->window, ms)) sum += entry->count;
        }
    }
    return sum;
}

static uint64_t server_limit(const struct facts *facts, struct bytes resource, struct moment moment)
{
    const uint32_t upload_count = facts_count(facts, FACT_UPLOAD);
    const uint64_t current = files_limit(facts, resource, moment.ms, upload_count);
    if (moment.files == CURRENT_FILES || !facts->is_limited) return current;
    return greatest(current, files_limit(facts, resource, moment.ms, facts->uploads_before));
}

uint64_t amounts_limit(const struct facts *facts, const struct group_row *node,
                       struct bytes resource, struct moment moment)
{
    if (is_server(node)) return server_limit(facts, resource, moment);
    if (!node->is_restricted) return UNLIMITED;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < node->package_count; i++) {
        sum += amounts_of_package(&node->packages[i], resource, moment.ms);
    }
    return sum;
}

static bool server_is_active(const struct facts *facts, uint64_t ms)
{
    bool           has_entries = false;
    const uint32_t upload_count = facts_count(facts, FACT_UPLOAD);
    for (uint32_t i = 0; i < upload_count; i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        if (!facts_is_newest(facts, i, upload_count)) continue;
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            has_entries = true;
            if (window_has(upload->license->entries[j].window, ms)) return true;
        }
    }
    return !has_entries;
}

bool amounts_is_active(const struct facts *facts, const struct group_row *node, uint64_t ms)
{
    if (is_server(node)) return server_is_active(facts, ms);
    if (node->package_count == 0) return true; // fail closed, with 0
    for (uint32_t i = 0; i < node->package_count; i++) {
        if (window_has(node->packages[i].window, ms)) return true;
    }
    return false;
}

static bool files_have(const struct facts *facts, struct bytes resource, uint32_t upload_count)
{
    for (uint32_t i = 0; i < upload_count; i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        if (!facts_is_newest(facts, i, upload_count)) continue;
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            if (is_resource(&upload->license->entries[j], resource)) return true;
        }
    }
    return false;
}

bool amounts_is_licensed(const struct facts *facts, struct bytes resource, enum files files)
{
    if (files_have(facts, resource, facts_count(facts, FACT_UPLOAD))) return true;
    if (files == CURRENT_FILES || !facts->is_limited) return false;
    return files_have(facts, resource, facts->uploads_before);
}

static bool is_in_subtree(const struct facts *facts, const struct holding_row *holding,
                          const struct group_row *node)
{
    return path_is_within(facts_group_of_id(facts, holding->group)->path, node->path);
}

uint64_t amounts_used(const struct facts *facts, const struct group_row *node,
                      struct bytes resource)
{
    uint64_t used = 0;
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        if (!bytes_is_equal(holding->resource, resource)) continue;
        if (is_in_subtree(facts, holding, node)) used++;
    }
    return used;
}

uint64_t amounts_used_by(const struct facts *facts, entity_id user, struct bytes resource)
{
    uint64_t used = 0;
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        if (holding->user == user && bytes_is_equal(holding->resource, resource)) used++;
    }
    return used;
}

uint64_t amounts_room(const struct facts *facts, const struct group_row *node,
                      struct bytes resource, struct moment moment)
{
    const uint64_t limit = amounts_limit(facts, node, resource, moment);
    const uint64_t used = amounts_used(facts, node, resource);
    if (limit == UNLIMITED) return UNLIMITED;
    return limit > used ? limit - used : 0;
}

uint64_t amounts_maximum(const struct facts *facts, const struct group_row *group,
                         struct bytes resource, struct moment moment)
{
    const uint64_t          own = amounts_limit(facts, group, resource, moment);
    const struct group_row *parent = facts_parent(facts, group);
    if (parent == NULL) return own;
    return least(own, amounts_maximum(facts, parent, resource, moment));
}

uint64_t amounts_available(const struct facts *facts, const struct group_row *group,
                           struct bytes resource, struct moment moment)
{
    return amounts_room(facts, amounts_bottleneck(facts, group, resource, moment), resource,
                        moment);
}

const struct group_row *amounts_bottleneck(const struct facts *facts, const struct group_row *group,
                                           struct bytes resource, struct moment moment)
{
    const struct group_row *parent = facts_parent(facts, group);
    if (parent == NULL) return group;
    const struct group_row *above = amounts_bottleneck(facts, parent, resource, moment);
    const uint64_t          own_room = amounts_room(facts, group, resource, moment);
    return own_room <= amounts_room(facts, above, resource, moment) ? group : above;
}

// What the windows that have the resource say about a limit of 0.
struct closed {
    bool is_over;
    bool is_ahead;
};

static void look_at_window(struct window window, uint64_t ms, struct closed *closed)
{
    if (window.until_ms <= ms) closed->is_over = true;
    if (window.from_ms > ms) closed->is_ahead = true;
}

static struct closed server_closed(const struct facts *facts, struct bytes resource,
                                   struct moment moment)
{
    struct closed  closed = {false, false};
    const uint32_t upload_count = facts_count(facts, FACT_UPLOAD);
    for (uint32_t i = 0; i < upload_count; i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        if (!facts_is_newest(facts, i, upload_count)) continue;
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            const struct license_entry *entry = &upload->license->entries[j];
            if (!is_resource(entry, resource)) continue;
            look_at_window(entry->window, moment.ms, &closed);
        }
    }
    return closed;
}

static struct closed node_closed(const struct facts *facts, const struct group_row *node,
                                 struct bytes resource, struct moment moment)
{
    if (is_server(node)) return server_closed(facts, resource, moment);
    struct closed closed = {false, false};
    for (uint32_t i = 0; i < node->package_count; i++) {
        if (!package_lists(&node->packages[i], resource)) continue;
        look_at_window(node->packages[i].window, moment.ms, &closed);
    }
    return closed;
}

enum refusal amounts_closed(const struct facts *facts, const struct group_row *group,
                            struct bytes resource, struct moment moment,
                            const struct group_row **node)
{
    for (const struct group_row *at = group; at != NULL; at = facts_parent(facts, at)) {
        if (amounts_limit(facts, at, resource, moment) != 0) continue;
        const struct closed closed = node_closed(facts, at, resource, moment);
        *node = at;
        if (closed.is_over) return EXPIRED;
        if (closed.is_ahead) return NOT_YET_VALID;
    }
    *node = NULL;
    return ACCEPTED;
}

const struct group_row *amounts_bound_above(const struct facts     *facts,
                                            const struct group_row *group)
{
    const struct group_row *above = facts_parent(facts, group);
    while (above != NULL && !is_server(above) && !above->is_restricted) {
        above = facts_parent(facts, above);
    }
    return above;
}

static bool is_nearest_below(const struct facts *facts, const struct group_row *group,
                             const struct group_row *node)
{
    if (group == node || !group->is_restricted || !path_is_within(group->path, node->path))
        return false;
    for (const struct group_row *at = facts_parent(facts, group); at != node;
         at = facts_parent(facts, at)) {
        if (at->is_restricted) return false;
    }
    return true;
}

const struct group_row *amounts_next_below(const struct facts *facts, const struct group_row *node,
                                           const struct group_row *last)
{
    bool is_past = last == NULL;
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        const struct group_row *group = facts_at(facts, FACT_GROUP, i);
        if (is_past && is_nearest_below(facts, group, node)) return group;
        if (group == last) is_past = true;
    }
    return NULL;
}

uint64_t amounts_sum_below(const struct facts *facts, const struct group_row *node,
                           struct bytes resource, struct moment moment)
{
    uint64_t                sum = 0;
    const struct group_row *below = NULL;
    while ((below = amounts_next_below(facts, node, below)) != NULL) {
        sum += amounts_limit(facts, below, resource, moment);
    }
    return sum;
}

static bool node_has_feature(const struct group_row *node, struct bytes feature, uint64_t ms)
{
    if (!node->is_restricted) return true;
    for (uint32_t i = 0; i < node->package_count; i++) {
        if (!window_has(node->packages[i].window, ms)) continue;
        if (package_has_feature(&node->packages[i], feature)) return true;
    }
    return false;
}

static bool files_have_feature(const struct facts *facts, struct bytes feature, uint64_t ms,
                               uint32_t upload_count)
{
    for (uint32_t i = 0; i < upload_count; i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        if (!facts_is_newest(facts, i, upload_count)) continue;
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            const struct license_entry *entry = &upload->license->entries[j];
            if (entry->kind != FEATURE || !bytes_is_equal(entry->name, feature)) continue;
            if (window_has(entry->window, ms)) return true;
        }
    }
    return false;
}

static bool server_has_feature(const struct facts *facts, struct bytes feature,
                               struct moment moment)
{
    const uint32_t upload_count = facts_count(facts, FACT_UPLOAD);
    if (files_have_feature(facts, feature, moment.ms, upload_count)) return true;
    if (moment.files == CURRENT_FILES || !facts->is_limited) return false;
    return files_have_feature(facts, feature, moment.ms, facts->uploads_before);
}

bool amounts_has_feature(const struct facts *facts, const struct group_row *group,
                         struct bytes feature, struct moment moment)
{
    if (is_server(group)) return server_has_feature(facts, feature, moment);
    if (!node_has_feature(group, feature, moment.ms)) return false;
    return amounts_has_feature(facts, facts_parent(facts, group), feature, moment);
}

uint64_t amounts_cap(const struct facts *facts, entity_id user, entity_id group,
                     struct bytes resource, uint64_t ms)
{
    const struct assignment_row *assignment = facts_assignment(facts, user, group);
    if (assignment == NULL) return UNLIMITED;
    return amounts_of_package(&assignment->package, resource, ms);
}

// The first node from the leaf that the kept older ones have filled; NULL where all have room.
static const struct group_row *full_node(const struct facts *facts, uint32_t at,
                                         struct moment moment, const bool *is_kept)
{
    const struct holding_row *holding = facts_at(facts, FACT_HOLDING, at);
    for (const struct group_row *node = facts_group_of_id(facts, holding->group); node != NULL;
         node = facts_parent(facts, node)) {
        uint64_t kept = 0;
        for (uint32_t i = 0; i < at; i++) {
            const struct holding_row *older = facts_at(facts, FACT_HOLDING, i);
            if (!bytes_is_equal(older->resource, holding->resource)) continue;
            if (is_kept[i] && is_in_subtree(facts, older, node)) kept++;
        }
        if (kept >= amounts_limit(facts, node, holding->resource, moment)) return node;
    }
    return NULL;
}

void amounts_walk(const struct facts *facts, struct bytes resource, struct moment moment,
                  bool *is_kept, const struct group_row **node)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        if (!bytes_is_equal(holding->resource, resource)) continue;
        node[i] = full_node(facts, i, moment, is_kept);
        is_kept[i] = node[i] == NULL;
    }
}

static void add_instant(struct timeline *instants, uint64_t ms)
{
    uint64_t *grown = realloc(instants->ms, (instants->count + 1) * sizeof *grown);
    if (grown == NULL) abort();
    instants->ms = grown;
    grown[instants->count++] = ms;
}

static void add_edges(struct timeline *instants, struct window window, uint64_t now_ms)
{
    if (window.from_ms > now_ms) add_instant(instants, window.from_ms);
    if (window.until_ms > now_ms && window.until_ms != TIME_NEVER) {
        add_instant(instants, window.until_ms);
    }
}

static int compare_instants(const void *a, const void *b)
{
    const uint64_t *first = a;
    const uint64_t *second = b;
    return (*first > *second) - (*first < *second);
}

static void add_group_edges(const struct facts *facts, struct timeline *instants, uint64_t now_ms)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        const struct group_row *group = facts_at(facts, FACT_GROUP, i);
        for (uint32_t j = 0; j < group->package_count; j++) {
            add_edges(instants, group->packages[j].window, now_ms);
        }
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_ASSIGNMENT); i++) {
        const struct assignment_row *assignment = facts_at(facts, FACT_ASSIGNMENT, i);
        add_edges(instants, assignment->package.window, now_ms);
    }
}

static void add_file_edges(const struct facts *facts, struct timeline *instants, uint64_t now_ms)
{
    const uint32_t upload_count = facts_count(facts, FACT_UPLOAD);
    for (uint32_t i = 0; i < upload_count; i++) {
        const bool is_current = facts_is_newest(facts, i, upload_count);
        const bool is_before = facts->is_limited && i < facts->uploads_before &&
                               facts_is_newest(facts, i, facts->uploads_before);
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        if (!is_current && !is_before) continue;
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            add_edges(instants, upload->license->entries[j].window, now_ms);
        }
    }
}

void amounts_add_timeline(struct timeline *instants, const struct facts *facts, uint64_t now_ms)
{
    add_instant(instants, now_ms);
    add_group_edges(facts, instants, now_ms);
    add_file_edges(facts, instants, now_ms);
    qsort(instants->ms, instants->count, sizeof *instants->ms, compare_instants);
    uint32_t count = 1;
    for (uint32_t i = 1; i < instants->count; i++) {
        if (instants->ms[i] != instants->ms[count - 1]) instants->ms[count++] = instants->ms[i];
    }
    instants->count = count;
}

struct timeline amounts_timeline(const struct facts *facts, uint64_t now_ms)
{
    struct timeline instants = {NULL, 0};
    amounts_add_timeline(&instants, facts, now_ms);
    return instants;
}

void amounts_release(struct timeline *instants)
{
    free(instants->ms);
    *instants = (struct timeline){NULL, 0};
}

void amounts_add_name(struct names *names, struct bytes name)
{
    uint32_t at = 0;
    while (at < names->count && bytes_compare(names->names[at], name) < 0)
        at++;
    if (at < names->count && bytes_is_equal(names->names[at], name)) return;
    struct bytes *grown = realloc(names->names, (names->count + 1) * sizeof *grown);
    if (grown == NULL) abort();
    memmove(grown + at + 1, grown + at, (names->count - at) * sizeof *grown);
    grown[at] = name;
    names->names = grown;
    names->count++;
}

static void add_package_names(struct names *names, const struct package_row *package)
{
    for (uint32_t i = 0; i < package->entry_count; i++) {
        const struct entry *entry = &package->entries[i];
        if (entry->count != ENTRY_FEATURE) amounts_add_name(names, entry->name);
    }
}

struct names amounts_resources(const struct facts *facts)
{
    struct names names = {NULL, 0};
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        const struct group_row *group = facts_at(facts, FACT_GROUP, i);
        for (uint32_t j = 0; j < group->package_count; j++) {
            add_package_names(&names, &group->packages[j]);
        }
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_ASSIGNMENT); i++) {
        const struct assignment_row *assignment = facts_at(facts, FACT_ASSIGNMENT, i);
        add_package_names(&names, &assignment->package);
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_UPLOAD); i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            const struct license_entry *entry = &upload->license->entries[j];
            if (entry->kind != FEATURE) amounts_add_name(&names, entry->name);
        }
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *holding = facts_at(facts, FACT_HOLDING, i);
        amounts_add_name(&names, holding->resource);
    }
    return names;
}

void amounts_forget(struct names *names)
{
    free(names->names);
    *names = (struct names){NULL, 0};
}

uint64_t amounts_until(const struct facts *facts, const struct group_row *group,
                       struct bytes resource, uint64_t now_ms)
{
    struct timeline instants = amounts_timeline(facts, now_ms);
    uint64_t        until_ms = TIME_NEVER;
    uint64_t        former = 0;
    for (uint32_t i = 0; i < instants.count && until_ms == TIME_NEVER; i++) {
        const struct moment then = {instants.ms[i], CURRENT_FILES};
        const uint64_t      maximum = amounts_maximum(facts, group, resource, then);
        if (maximum == 0 && former > 0) until_ms = then.ms;
        former = maximum;
    }
    amounts_release(&instants);
    return until_ms;
}

static bool is_edge(struct window window, uint64_t ms)
{
    return window.from_ms == ms || window.until_ms == ms;
}

static bool files_have_edge(const struct facts *facts, struct bytes resource, uint64_t ms)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_UPLOAD); i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            const struct license_entry *entry = &upload->license->entries[j];
            if (is_resource(entry, resource) && is_edge(entry->window, ms)) return true;
        }
    }
    return false;
}

bool amounts_has_edge(const struct facts *facts, const struct group_row *node,
                      struct bytes resource, uint64_t ms)
{
    if (is_server(node)) return files_have_edge(facts, resource, ms);
    for (uint32_t i = 0; i < node->package_count; i++) {
        const struct package_row *package = &node->packages[i];
        if (package_lists(package, resource) && is_edge(package->window, ms)) return true;
    }
    return false;
}
