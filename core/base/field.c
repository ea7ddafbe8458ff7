#include "core/base/field.h"

#include "core/base/limits.h"
#include "core/base/name.h"

#include <assert.h>
#include <string.h>

enum { KEY_SIZE = 32, RECORD_SIZE_MAX = 256 };

bool field_is_numeric(const struct field *field)
{
    return field->type == FIELD_NUMBER || field->type == FIELD_TIME ||
           field->type == FIELD_DURATION || field->type == FIELD_FLAG ||
           field->type == FIELD_CHOICE;
}

static bool is_list(const struct field *field)
{
    return field->type == FIELD_LIST || field->type == FIELD_EVENTS;
}

static const uint8_t *member(const struct field *field, const void *in)
{
    return (const uint8_t *)in + field->offset;
}

uint64_t field_number(const struct field *field, const void *in)
{
    assert(field_is_numeric(field));
    if (field->type == FIELD_FLAG) {
        bool flag = false;
        memcpy(&flag, member(field, in), sizeof flag);
        return flag;
    }
    uint64_t number = 0;
    memcpy(&number, member(field, in), sizeof number);
    return number;
}

struct bytes field_bytes(const struct field *field, const void *in)
{
    struct bytes bytes;
    assert(!field_is_numeric(field) && !is_list(field));
    memcpy(&bytes, member(field, in), sizeof bytes);
    return bytes;
}

struct list field_list(const struct field *field, const void *in)
{
    struct list list;
    assert(is_list(field));
    memcpy(&list, member(field, in), sizeof list);
    return list;
}

bool field_is_absent(const struct field *field, const void *in)
{
    if (!field->is_optional) return false;
    if (field_is_numeric(field)) return field_number(field, in) == field->absent;
    if (is_list(field)) return field_list(field, in).packed.at == NULL;
    return field_bytes(field, in).at == NULL;
}

static void set(const struct field *field, void *out, const void *value, size_t size)
{
    memcpy((uint8_t *)out + field->offset, value, size);
}

static void set_number(const struct field *field, void *out, uint64_t number)
{
    const bool flag = number != 0;
    if (field->type == FIELD_FLAG) {
        set(field, out, &flag, sizeof flag);
    } else {
        set(field, out, &number, sizeof number);
    }
}

static void set_absent(const struct field *field, void *out)
{
    const struct list no_list = {
        {NULL, 0},
        0
    };
    const struct bytes no_bytes = {NULL, 0};
    if (field_is_numeric(field)) {
        set_number(field, out, field->absent);
    } else if (is_list(field)) {
        set(field, out, &no_list, sizeof no_list);
    } else {
        set(field, out, &no_bytes, sizeof no_bytes);
    }
}

static uint64_t word_count(const struct field *field)
{
    uint64_t count = 0;
    while (field->words[count] != NULL) {
        count++;
    }
    return count;
}

static void read_number(const struct field *field, struct pack_reader *reader, void *out)
{
    uint64_t number = 0;
    if (field->type == FIELD_FLAG) {
        number = pack_read_flag(reader);
    } else if (field->type == FIELD_TIME) {
        number = pack_read_number(reader, TIME_MS_MAX);
    } else if (field->type == FIELD_CHOICE) {
        number = pack_read_number(reader, word_count(field) - 1);
    } else {
        number = pack_read_number(reader, field->max);
    }
    // What means "absent" has one form only, the nil.
    if (field->is_optional && number == field->absent) reader->is_bad = true;
    set_number(field, out, number);
}

static bool is_text_of(const struct field *field, struct bytes text)
{
    if (field->type == FIELD_NAME) return name_is_valid(text);
    if (field->type == FIELD_PATH) return path_is_valid(text);
    if (text.size == 0) return false;
    return field->type == FIELD_FILE || text_is_one_line(text);
}

static size_t size_max_of(const struct field *field)
{
    if (field->type == FIELD_NAME) return NAME_SIZE_MAX;
    if (field->type == FIELD_PATH) return PATH_SIZE_MAX;
    if (field->type == FIELD_KEY || field->type == FIELD_HASH) return KEY_SIZE;
    if (field->type == FIELD_ID) return PROPOSAL_ID_SIZE;
    return (size_t)field->max;
}

static bool is_binary(const struct field *field)
{
    return field->type == FIELD_KEY || field->type == FIELD_HASH || field->type == FIELD_ID ||
           field->type == FIELD_BINARY;
}

static void read_binary(const struct field *field, struct pack_reader *reader, void *out)
{
    const size_t       size_max = size_max_of(field);
    const struct bytes bytes = pack_read_binary(reader, size_max);
    const bool         is_any_size = field->type == FIELD_BINARY && bytes.size > 0;
    if (bytes.size != size_max && !is_any_size) reader->is_bad = true;
    set(field, out, &bytes, sizeof bytes);
}

static void read_text(const struct field *field, struct pack_reader *reader, void *out)
{
    const struct bytes bytes = pack_read_text(reader, size_max_of(field));
    if (!is_text_of(field, bytes)) reader->is_bad = true;
    set(field, out, &bytes, sizeof bytes);
}

static void read_bytes(const struct field *field, struct pack_reader *reader, void *out)
{
    if (is_binary(field)) {
        read_binary(field, reader, out);
    } else if (field->type == FIELD_ANY) {
        const struct bytes any = pack_read_any(reader);
        if (any.size > field->max) reader->is_bad = true;
        set(field, out, &any, sizeof any);
    } else {
        read_text(field, reader, out);
    }
}

// A list stands open in a field of its record while its items are read into scratch.
struct level {
    const struct record *record;
    void                *out;
    const uint8_t       *list_start; // of the open list
    uint32_t             at;         // the field to read next, or the one with the open list
    uint32_t             field_count;
    uint32_t             list_count, list_left;
};

enum { LIST_DEPTH_MAX = 2 }; // packages, and the entries of a package

struct levels {
    struct level of[LIST_DEPTH_MAX + 1];
    uint8_t      scratch[LIST_DEPTH_MAX][RECORD_SIZE_MAX];
    uint32_t     depth;
};

static void close_list(struct level *level, const struct pack_reader *reader)
{
    if (reader->is_bad) return;
    const size_t      size = (size_t)(reader->rest.at - level->list_start);
    const struct list list = {
        {level->list_start, size},
        level->list_count
    };
    set(&level->record->fields[level->at], level->out, &list, sizeof list);
    level->at++;
}

static void open_item(struct levels *levels, const struct record *item, struct pack_reader *reader)
{
    assert(levels->depth < LIST_DEPTH_MAX);
    assert(item->size <= RECORD_SIZE_MAX);
    uint8_t *out = levels->scratch[levels->depth];
    levels->of[++levels->depth] =
        (struct level){.record = item, .out = out, .field_count = item->field_count};
    if (pack_read_array(reader, item->field_count) != item->field_count) reader->is_bad = true;
}

static void open_list(struct levels *levels, struct pack_reader *reader)
{
    struct level       *level = &levels->of[levels->depth];
    const struct field *field = &level->record->fields[level->at];
    level->list_count = pack_read_array(reader, (uint32_t)field->max);
    level->list_left = level->list_count;
    level->list_start = reader->rest.at;
    if (field->type == FIELD_EVENTS) {
        for (; level->list_left > 0 && !reader->is_bad; level->list_left--) {
            const bool is_array = pack_next_type(reader) == PACK_ARRAY;
            (void)pack_read_any(reader);
            if (!is_array) reader->is_bad = true;
        }
    }
    if (reader->is_bad) return;
    if (level->list_left == 0) {
        close_list(level, reader);
    } else {
        open_item(levels, field->item, reader);
    }
}

static void read_field(struct levels *levels, struct pack_reader *reader)
{
    struct level       *level = &levels->of[levels->depth];
    const struct field *field = &level->record->fields[level->at];
    if (is_list(field) && pack_next_type(reader) != PACK_NIL) {
        open_list(levels, reader);
        return;
    }
    if (field->is_optional && pack_read_nil(reader)) {
        set_absent(field, level->out);
    } else if (is_list(field)) {
        reader->is_bad = true;
    } else if (field_is_numeric(field)) {
        read_number(field, reader, level->out);
    } else {
        read_bytes(field, reader, level->out);
    }
    if (!reader->is_bad) level->at++;
}

// An item is read: the next one of its list, or the end of the list.
static void end_item(struct levels *levels, struct pack_reader *reader)
{
    struct level *parent = &levels->of[--levels->depth];
    if (--parent->list_left == 0) {
        close_list(parent, reader);
    } else {
        open_item(levels, parent->record->fields[parent->at].item, reader);
    }
}

bool record_takes(const struct record *record, uint32_t field_count)
{
    if (field_count > record->field_count) return false;
    return field_count == record->field_count || record->fields[field_count].is_added;
}

// The fields behind the last that was written; that one was written because it is there.
static const struct field *end_record(const struct level *level, struct pack_reader *reader)
{
    const struct record *record = level->record;
    for (uint32_t i = level->field_count; i < record->field_count; i++) {
        set_absent(&record->fields[i], level->out);
    }
    if (level->field_count == 0) return NULL;
    const struct field *last = &record->fields[level->field_count - 1];
    if (!last->is_added || !field_is_absent(last, level->out)) return NULL;
    reader->is_bad = true;
    return last;
}

const struct field *record_read(const struct record *record, uint32_t field_count,
                                struct pack_reader *reader, void *out)
{
    struct levels levels;
    assert(record_takes(record, field_count));
    levels.depth = 0;
    levels.of[0] = (struct level){.record = record, .out = out, .field_count = field_count};
    while (!reader->is_bad) {
        const struct level *level = &levels.of[levels.depth];
        if (level->at < level->field_count) {
            read_field(&levels, reader);
        } else if (levels.depth > 0) {
            end_item(&levels, reader);
        } else {
            return end_record(level, reader);
        }
    }
    return &record->fields[levels.of[0].at];
}

static void read_value(const struct field *field, struct pack_reader *reader, void *out)
{
    if (field_is_numeric(field)) {
        read_number(field, reader, out);
    } else {
        read_bytes(field, reader, out);
    }
}

// Steps over the fields in front of the key, which must be optional; false when one is not.
static bool skip_to(const struct record *record, uint32_t *at, const struct bytes *key, void *out)
{
    for (; *at < record->field_count; (*at)++) {
        const struct field *field = &record->fields[*at];
        if (key != NULL && bytes_compare(bytes_of_text(field->name), *key) >= 0) return true;
        if (!field->is_optional) return false;
        set_absent(field, out);
    }
    return true;
}

struct bytes record_read_map(const struct record *record, struct pack_reader *reader, void *out)
{
    const uint32_t count = pack_read_map(reader, record->field_count);
    struct bytes   key = {NULL, 0};
    uint32_t       at = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (pack_read_key(reader, &key).at == NULL) break;
        const bool is_complete = skip_to(record, &at, &key, out);
        if (!is_complete) key = bytes_of_text(record->fields[at].name);
        const bool is_known = is_complete && at < record->field_count &&
                              bytes_is_equal(bytes_of_text(record->fields[at].name), key);
        if (!is_known) reader->is_bad = true;
        if (is_known) read_value(&record->fields[at++], reader, out);
        if (reader->is_bad) return key;
    }
    if (reader->is_bad) return bytes_of_text("arguments");
    if (skip_to(record, &at, NULL, out)) return (struct bytes){NULL, 0};
    reader->is_bad = true;
    return bytes_of_text(record->fields[at].name);
}

uint32_t record_written_count(const struct record *record, const void *in)
{
    uint32_t count = record->field_count;
    while (count > 0 && record->fields[count - 1].is_added &&
           field_is_absent(&record->fields[count - 1], in)) {
        count--;
    }
    return count;
}

void record_write(const struct record *record, const void *in, struct buffer *buffer)
{
    const uint32_t count = record_written_count(record, in);
    for (uint32_t i = 0; i < count; i++) {
        const struct field *field = &record->fields[i];
        if (field_is_absent(field, in)) {
            pack_nil(buffer);
        } else if (field->type == FIELD_FLAG) {
            pack_flag(buffer, field_number(field, in) != 0);
        } else if (field_is_numeric(field)) {
            pack_number(buffer, field_number(field, in));
        } else if (is_list(field)) {
            pack_array(buffer, field_list(field, in).count);
            buffer_add(buffer, field_list(field, in).packed);
        } else if (is_binary(field)) {
            pack_binary(buffer, field_bytes(field, in));
        } else if (field->type == FIELD_ANY) {
            buffer_add(buffer, field_bytes(field, in));
        } else {
            pack_text(buffer, field_bytes(field, in));
        }
    }
}

struct list_reader list_start(struct list list)
{
    return (struct list_reader){pack_reader(list.packed), list.count};
}

bool list_next(struct list_reader *items, const struct record *record, void *out)
{
    if (items->left == 0) return false;
    items->left--;
    items->reader.items = 0; // checked as a whole before
    (void)pack_read_array(&items->reader, record->field_count);
    (void)record_read(record, record->field_count, &items->reader, out);
    assert(!items->reader.is_bad);
    return true;
}

bool list_next_packed(struct list_reader *items, struct bytes *packed)
{
    if (items->left == 0) return false;
    items->left--;
    items->reader.items = 0;
    *packed = pack_read_any(&items->reader);
    assert(!items->reader.is_bad);
    return true;
}
