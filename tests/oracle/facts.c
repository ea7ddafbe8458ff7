#include "tests/oracle/facts.h"

#include "core/base/name.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct memory {
    void   **pieces;
    uint32_t count;
};

static const size_t row_sizes[FACT_COUNT] = {
    [FACT_GROUP] = sizeof(struct group_row),
    [FACT_USER] = sizeof(struct user_row),
    [FACT_MEMBERSHIP] = sizeof(struct membership_row),
    [FACT_ASSIGNMENT] = sizeof(struct assignment_row),
    [FACT_HOLDING] = sizeof(struct holding_row),
    [FACT_ACTOR] = sizeof(struct actor_row),
    [FACT_VENDOR] = sizeof(struct vendor_row),
    [FACT_UPLOAD] = sizeof(struct upload_row),
    [FACT_WATCH] = sizeof(struct watch_row),
    [FACT_REMINDER] = sizeof(struct reminder_row),
    [FACT_NOTICE] = sizeof(struct notice_row),
    [FACT_EPOCH] = sizeof(struct epoch_row),
};

// One byte more, so that nothing is never NULL.
static void *take_memory(size_t size)
{
    void *memory = calloc(1, size + 1);
    if (memory == NULL) abort();
    return memory;
}

struct facts facts_open(void)
{
    struct facts facts = {.memory = take_memory(sizeof(struct memory))};
    for (int i = 0; i < FACT_COUNT; i++) {
        facts.tables[i].row_size = row_sizes[i];
    }
    return facts;
}

void facts_drop(struct facts *copy)
{
    for (int i = 0; i < FACT_COUNT; i++) {
        free(copy->tables[i].rows);
    }
    *copy = (struct facts){.memory = NULL};
}

void facts_close(struct facts *facts)
{
    struct memory *memory = facts->memory;
    for (uint32_t i = 0; i < memory->count; i++) {
        free(memory->pieces[i]);
    }
    free(memory->pieces);
    free(memory);
    facts_drop(facts);
}

struct facts facts_copy(const struct facts *facts)
{
    struct facts copy = *facts;
    for (int i = 0; i < FACT_COUNT; i++) {
        struct table *table = &copy.tables[i];
        const size_t  size = table->count * table->row_size;
        table->rows = take_memory(size);
        if (size > 0) memcpy(table->rows, facts->tables[i].rows, size);
    }
    return copy;
}

void *facts_keep_room(const struct facts *facts, size_t size)
{
    struct memory *memory = facts->memory;
    void         **pieces = realloc(memory->pieces, (memory->count + 1) * sizeof *pieces);
    if (pieces == NULL) abort();
    memory->pieces = pieces;
    void *piece = take_memory(size);
    pieces[memory->count++] = piece;
    return piece;
}

struct bytes facts_keep(const struct facts *facts, struct bytes bytes)
{
    if (bytes.at == NULL) return bytes;
    uint8_t *copy = facts_keep_room(facts, bytes.size);
    memcpy(copy, bytes.at, bytes.size);
    return (struct bytes){copy, bytes.size};
}

uint32_t facts_count(const struct facts *facts, enum fact fact)
{
    return facts->tables[fact].count;
}

void *facts_at(const struct facts *facts, enum fact fact, uint32_t at)
{
    const struct table *table = &facts->tables[fact];
    assert(at < table->count);
    return table->rows + at * table->row_size;
}

void facts_add(struct facts *facts, enum fact fact, const void *row)
{
    struct table *table = &facts->tables[fact];
    uint8_t      *rows = realloc(table->rows, (table->count + 1) * table->row_size);
    if (rows == NULL) abort();
    table->rows = rows;
    memcpy(rows + table->count * table->row_size, row, table->row_size);
    table->count++;
}

void facts_cut(struct facts *facts, enum fact fact, uint32_t at)
{
    struct table *table = &facts->tables[fact];
    assert(at < table->count);
    uint8_t *row = table->rows + at * table->row_size;
    memmove(row, row + table->row_size, (table->count - at - 1) * table->row_size);
    table->count--;
}

void facts_cut_holding(struct facts *facts, entity_id id)
{
    for (uint32_t i = facts_count(facts, FACT_HOLDING); i > 0; i--) {
        struct holding_row *row = facts_at(facts, FACT_HOLDING, i - 1);
        if (row->bound_to == id) row->bound_to = BOUND_NONE;
        if (row->id == id) facts_cut(facts, FACT_HOLDING, i - 1);
    }
}

struct group_row *facts_group(const struct facts *facts, struct bytes path)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        struct group_row *row = facts_at(facts, FACT_GROUP, i);
        if (bytes_is_equal(row->path, path)) return row;
    }
    return NULL;
}

struct group_row *facts_group_of_id(const struct facts *facts, entity_id id)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        struct group_row *row = facts_at(facts, FACT_GROUP, i);
        if (row->id == id) return row;
    }
    return NULL;
}

struct group_row *facts_parent(const struct facts *facts, const struct group_row *group)
{
    if (path_is_server(group->path)) return NULL;
    return facts_group(facts, path_parent(group->path));
}

struct user_row *facts_user(const struct facts *facts, struct bytes name)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_USER); i++) {
        struct user_row *row = facts_at(facts, FACT_USER, i);
        if (bytes_is_equal(row->name, name)) return row;
    }
    return NULL;
}

struct membership_row *facts_membership(const struct facts *facts, entity_id user, entity_id group)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        struct membership_row *row = facts_at(facts, FACT_MEMBERSHIP, i);
        if (row->user == user && row->group == group) return row;
    }
    return NULL;
}

struct assignment_row *facts_assignment(const struct facts *facts, entity_id user, entity_id group)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_ASSIGNMENT); i++) {
        struct assignment_row *row = facts_at(facts, FACT_ASSIGNMENT, i);
        if (row->user == user && row->group == group) return row;
    }
    return NULL;
}

struct holding_row *facts_holding(const struct facts *facts, struct bytes resource,
                                  struct bytes unit)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        struct holding_row *row = facts_at(facts, FACT_HOLDING, i);
        if (bytes_is_equal(row->resource, resource) && bytes_is_equal(row->unit, unit)) return row;
    }
    return NULL;
}

struct holding_row *facts_holding_of_id(const struct facts *facts, entity_id id)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        struct holding_row *row = facts_at(facts, FACT_HOLDING, i);
        if (row->id == id) return row;
    }
    return NULL;
}

struct holding_row *facts_bound(const struct facts *facts, entity_id id)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        struct holding_row *row = facts_at(facts, FACT_HOLDING, i);
        if (row->bound_to == id) return row;
    }
    return NULL;
}

struct actor_row *facts_actor(const struct facts *facts, struct bytes name)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_ACTOR); i++) {
        struct actor_row *row = facts_at(facts, FACT_ACTOR, i);
        if (bytes_is_equal(row->name, name)) return row;
    }
    return NULL;
}

struct actor_row *facts_actor_of_id(const struct facts *facts, entity_id id)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_ACTOR); i++) {
        struct actor_row *row = facts_at(facts, FACT_ACTOR, i);
        if (row->id == id) return row;
    }
    return NULL;
}

struct vendor_row *facts_vendor(const struct facts *facts, struct bytes name)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_VENDOR); i++) {
        struct vendor_row *row = facts_at(facts, FACT_VENDOR, i);
        if (bytes_is_equal(row->name, name)) return row;
    }
    return NULL;
}

const struct upload_row *facts_file(const struct facts *facts, struct bytes vendor,
                                    uint32_t upload_count)
{
    for (uint32_t i = upload_count; i > 0; i--) {
        const struct upload_row *row = facts_at(facts, FACT_UPLOAD, i - 1);
        if (bytes_is_equal(row->vendor, vendor)) return row;
    }
    return NULL;
}

bool facts_is_newest(const struct facts *facts, uint32_t at, uint32_t upload_count)
{
    const struct upload_row *row = facts_at(facts, FACT_UPLOAD, at);
    return facts_file(facts, row->vendor, upload_count) == row;
}

bool facts_kind(const struct facts *facts, struct bytes name, enum resource_kind *kind)
{
    for (uint32_t i = facts_count(facts, FACT_UPLOAD); i > 0; i--) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i - 1);
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            if (!bytes_is_equal(upload->license->entries[j].name, name)) continue;
            *kind = upload->license->entries[j].kind;
            return true;
        }
    }
    return false;
}

struct bytes facts_needed(const struct facts *facts, struct bytes resource)
{
    const uint32_t upload_count = facts_count(facts, FACT_UPLOAD);
    for (uint32_t i = 0; i < upload_count; i++) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i);
        if (!facts_is_newest(facts, i, upload_count)) continue;
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            const struct license_entry *entry = &upload->license->entries[j];
            if (bytes_is_equal(entry->name, resource)) return entry->needs;
        }
    }
    return (struct bytes){NULL, 0};
}

struct package_row facts_keep_package(const struct facts *facts, struct list entries,
                                      struct window window)
{
    struct entry      *rows = facts_keep_room(facts, entries.count * sizeof *rows);
    struct package_row package = {.window = window, .entries = rows};
    struct list_reader reader = list_start(entries);
    for (struct entry entry; list_next(&reader, &entry_record, &entry);) {
        rows[package.entry_count++] =
            (struct entry){.name = facts_keep(facts, entry.name), .count = entry.count};
    }
    return package;
}

const struct package_row *facts_keep_packages(const struct facts *facts, struct list list)
{
    struct package_row *rows = facts_keep_room(facts, list.count * sizeof *rows);
    uint32_t            count = 0;
    struct list_reader  reader = list_start(list);
    for (struct package package; list_next(&reader, &package_record, &package);) {
        const struct window window = {package.from_ms, package.until_ms};
        rows[count] = facts_keep_package(facts, package.entries, window);
        rows[count++].name = facts_keep(facts, package.name);
    }
    return rows;
}
