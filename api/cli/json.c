#include "api/cli/json.h"

#include "api/wire/message.h"
#include "core/base/limits.h"
#include "core/base/pack.h"
#include "core/event/event.h"
#include "core/proof/crypto.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

// struct json stands for jansson's own type outside of this file.
static struct json *out_of(json_t *value)
{
    return (struct json *)value;
}

static json_t *into(const struct json *value)
{
    union {
        const struct json *outer;
        json_t            *inner;
    } same = {.outer = value};
    return same.inner;
}

// --- Scalars ----------------------------------------------------------------

static json_t *text_value(struct bytes text)
{
    json_t *value = json_stringn((const char *)text.at, text.size);
    return value != NULL ? value : json_string(""); // with a zero byte inside, say
}

static json_t *hex_value(struct bytes binary)
{
    const size_t  size = 2 * binary.size;
    uint8_t      *memory = malloc(size + 1);
    struct buffer hex = buffer_over(memory, size);
    if (memory == NULL) return NULL;
    crypto_hex_add(&hex, binary);
    json_t *value = json_stringn((const char *)memory, hex.size);
    free(memory);
    return value;
}

static json_t *number_value(uint64_t number)
{
    return json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number);
}

static json_t *scalar_value(struct pack_reader *reader)
{
    switch (pack_next_type(reader)) {
    case PACK_NIL:
        (void)pack_read_nil(reader);
        return json_null();
    case PACK_FLAG:
        return json_boolean(pack_read_flag(reader));
    case PACK_NUMBER:
        return number_value(pack_read_number(reader, UINT64_MAX));
    case PACK_TEXT:
        return text_value(pack_read_text(reader, reader->rest.size));
    case PACK_BINARY:
        return hex_value(pack_read_binary(reader, reader->rest.size));
    case PACK_ARRAY:
    case PACK_MAP:
    case PACK_NOTHING:
        break;
    }
    reader->is_bad = true;
    return NULL;
}

// --- Any value --------------------------------------------------------------

// An array or object that is open, and how many values it still wants.
struct level {
    json_t  *value;
    uint32_t left;
    char     key[NAME_SIZE_MAX + 1]; // of the value that comes next
};

static json_t *open_value(struct pack_reader *reader, struct level *level)
{
    const bool is_map = pack_next_type(reader) == PACK_MAP;
    level->value = is_map ? json_object() : json_array();
    level->left = is_map ? pack_read_map(reader, UINT32_MAX) : pack_read_array(reader, UINT32_MAX);
    return level->value;
}

static void read_key(struct pack_reader *reader, struct level *level)
{
    const struct bytes key = pack_read_text(reader, NAME_SIZE_MAX);
    if (reader->is_bad) return;
    if (key.size > 0) memcpy(level->key, key.at, key.size);
    level->key[key.size] = 0;
}

// Takes the value over.
static void put(struct level *level, json_t *value)
{
    if (json_is_object(level->value)) {
        (void)json_object_set_new(level->value, level->key, value);
    } else {
        (void)json_array_append_new(level->value, value);
    }
}

static void read_next(struct pack_reader *reader, struct level *levels, size_t *depth)
{
    struct level *level = &levels[*depth];
    level->left--;
    if (json_is_object(level->value)) read_key(reader, level);
    reader->items = 0; // long lists; every step takes a byte at least
    const enum pack_type type = pack_next_type(reader);
    if (type != PACK_ARRAY && type != PACK_MAP) {
        json_t *value = scalar_value(reader);
        if (value != NULL) put(level, value);
    } else if (*depth == PACK_DEPTH_MAX) {
        reader->is_bad = true;
    } else {
        put(level, open_value(reader, &levels[++*depth]));
    }
}

static json_t *value_of(struct bytes packed)
{
    struct level         levels[PACK_DEPTH_MAX + 1];
    size_t               depth = 0;
    struct pack_reader   reader = pack_reader(packed);
    const enum pack_type type = pack_next_type(&reader);
    if (type != PACK_ARRAY && type != PACK_MAP) return scalar_value(&reader);

    json_t *root = open_value(&reader, &levels[0]);
    for (;;) {
        while (depth > 0 && levels[depth].left == 0) {
            depth--;
        }
        if (levels[depth].left == 0 || reader.is_bad) break;
        read_next(&reader, levels, &depth);
    }
    return root;
}

struct json *json_of_packed(struct bytes packed)
{
    return out_of(value_of(packed));
}

struct json *json_wrap(const char *name, struct json *document)
{
    json_t *outer = json_object();
    (void)json_object_set_new(outer, name, into(document));
    return out_of(outer);
}

void json_extend(struct json *document, struct bytes page)
{
    json_t     *more = value_of(page);
    const char *key = NULL;
    json_t     *value = NULL;
    json_object_foreach(more, key, value)
    {
        json_t *own = json_object_get(into(document), key);
        if (json_is_array(own) && json_is_array(value)) {
            (void)json_array_extend(own, value);
        } else {
            (void)json_object_set(into(document), key, value);
        }
    }
    json_decref(more);
}

// --- Lines of a file --------------------------------------------------------

static const char *const command_key = "command";

static bool add_option(struct words *words, const char *name, const json_t *value)
{
    char          memory[WORDS_SIZE_MAX];
    struct buffer word = buffer_over(memory, sizeof memory);
    buffer_printf(&word, "--%s", name);
    if (json_is_string(value)) {
        buffer_add_byte(&word, '=');
        buffer_add(&word, (struct bytes){(const uint8_t *)json_string_value(value),
                                         json_string_length(value)});
    } else if (json_is_integer(value)) {
        buffer_printf(&word, "=%lld", (long long)json_integer_value(value));
    }
    return !word.is_full && words_add(words, buffer_bytes(&word));
}

static bool is_scalar(const json_t *value)
{
    return json_is_string(value) || json_is_integer(value);
}

static const char *add_value(struct words *words, const char *name, const json_t *value)
{
    if (!is_scalar(value) && !json_is_true(value)) {
        return "a value is a text, a whole number, true, false, null or an array of texts";
    }
    return add_option(words, name, value) ? NULL : "too long";
}

static const char *add_member(struct words *words, const char *name, const json_t *value)
{
    if (json_is_false(value) || json_is_null(value)) return NULL;
    if (!json_is_array(value)) return add_value(words, name, value);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *wrong = add_value(words, name, json_array_get(value, i));
        if (wrong != NULL) return wrong;
    }
    return NULL;
}

static const char *add_members(struct words *words, json_t *object)
{
    const char   *name = NULL;
    const json_t *value = NULL;
    const char   *command = json_string_value(json_object_get(object, command_key));
    if (command == NULL || !words_split(bytes_of_text(command), words) || words->count == 0) {
        return "no \"command\" in it";
    }
    json_object_foreach(object, name, value)
    {
        const char *wrong = strcmp(name, command_key) == 0 ? NULL : add_member(words, name, value);
        if (wrong != NULL) return wrong;
    }
    return NULL;
}

const char *json_read_words(struct bytes text, struct words *words)
{
    json_t *object = json_loadb((const char *)text.at, text.size, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object)) {
        json_decref(object);
        return "not an object of JSON";
    }
    const char *wrong = add_members(words, object);
    json_decref(object);
    return wrong;
}

void json_print_verdict(uint32_t line, const char *outcome, struct bytes map, FILE *out)
{
    json_t *object = json_object();
    (void)json_object_set_new(object, "line", number_value(line));
    (void)json_object_set_new(object, outcome, value_of(map));
    json_print_line(out_of(object), out);
    json_decref(object);
}

// --- Events -----------------------------------------------------------------

static bool is_binary(const struct field *field)
{
    return field->type == FIELD_KEY || field->type == FIELD_HASH || field->type == FIELD_ID ||
           field->type == FIELD_BINARY || field->type == FIELD_ANY;
}

static json_t *field_value(const struct field *field, const void *in)
{
    if (field_is_absent(field, in)) return json_null();
    if (field->type == FIELD_FLAG) return json_boolean(field_number(field, in));
    if (field->type == FIELD_CHOICE) return json_string(field->words[field_number(field, in)]);
    if (field_is_numeric(field)) return number_value(field_number(field, in));
    if (is_binary(field)) {
        return hex_value(field_bytes(field, in));
    }
    return text_value(field_bytes(field, in));
}

// A record without lists: an item of a list inside of an item.
static json_t *flat_value(const struct record *record, const void *in)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        (void)json_object_set_new(object, field->name, field_value(field, in));
    }
    return object;
}

enum { ITEM_SIZE_MAX = 256 };

static json_t *inner_list_value(const struct record *item, struct list list)
{
    uint64_t           memory[ITEM_SIZE_MAX / sizeof(uint64_t)];
    json_t            *array = json_array();
    struct list_reader items = list_start(list);
    while (list_next(&items, item, memory)) {
        (void)json_array_append_new(array, flat_value(item, memory));
    }
    return array;
}

static json_t *item_value(const struct record *record, const void *in)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        json_t             *value = field->type == FIELD_LIST
                                        ? inner_list_value(field->item, field_list(field, in))
                                        : field_value(field, in);
        (void)json_object_set_new(object, field->name, value);
    }
    return object;
}

static json_t *list_value(const struct record *item, struct list list)
{
    uint64_t           memory[ITEM_SIZE_MAX / sizeof(uint64_t)];
    json_t            *array = json_array();
    struct list_reader items = list_start(list);
    while (list_next(&items, item, memory)) {
        (void)json_array_append_new(array, item_value(item, memory));
    }
    return array;
}

// An event but for the events of a plan.
static json_t *single_event_value(const struct event *event)
{
    const struct record *record = kind_row((uint64_t)event->kind)->record;
    json_t              *object = json_object();
    (void)json_object_set_new(object, "kind", json_string(record->name));
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        json_t             *value = NULL;
        if (field->type == FIELD_LIST) {
            value = field_is_absent(field, &event->of)
                        ? json_null()
                        : list_value(field->item, field_list(field, &event->of));
        } else if (field->type != FIELD_EVENTS) {
            value = field_value(field, &event->of);
        }
        if (value != NULL) (void)json_object_set_new(object, field->name, value);
    }
    return object;
}

static json_t *plan_events_value(const struct plan *plan)
{
    json_t            *array = json_array();
    struct list_reader events = list_start(plan->events);
    for (struct bytes packed; list_next_packed(&events, &packed);) {
        struct event event;
        const char  *offence = NULL;
        if (event_read_packed(packed, &event, &offence)) {
            (void)json_array_append_new(array, single_event_value(&event));
        }
    }
    return array;
}

static json_t *proposal_value(struct bytes packed)
{
    struct proposal proposal;
    const char     *offence = NULL;
    if (!proposal_read(packed, &proposal, &offence)) return hex_value(packed);
    json_t *object = single_event_value(&proposal.event);
    if (proposal.event.kind == PLAN) {
        (void)json_object_set_new(object, "events", plan_events_value(&proposal.event.of.plan));
    }
    (void)json_object_set_new(object, "id",
                              hex_value((struct bytes){proposal.id, sizeof proposal.id}));
    (void)json_object_set_new(object, "not_after", number_value(proposal.not_after_ms));
    return object;
}

static json_t *verdict_value(const struct verdict *verdict, struct bytes node)
{
    json_t *object = json_object();
    (void)json_object_set_new(object, "code", json_string(refusal_word(verdict->code)));
    if (verdict->code == ACCEPTED) return object;
    (void)json_object_set_new(object, "node", node.size == 0 ? json_null() : text_value(node));
    (void)json_object_set_new(object, "limit", number_value(verdict->limit));
    (void)json_object_set_new(object, "used", number_value(verdict->used));
    (void)json_object_set_new(object, "index", number_value(verdict->index));
    return object;
}

struct json *json_of_leaf(struct bytes packed, struct bytes author, struct bytes node)
{
    struct leaf leaf;
    if (!leaf_read(packed, &leaf)) return out_of(hex_value(packed));
    json_t *object = json_object();
    (void)json_object_set_new(object, "seq", number_value(leaf.seq));
    (void)json_object_set_new(object, "time", number_value(leaf.time_ms));
    (void)json_object_set_new(object, "version", number_value(leaf.version));
    (void)json_object_set_new(object, "author",
                              author.size == 0 ? json_null() : text_value(author));
    (void)json_object_set_new(object, "signature", hex_value(leaf.signature));
    (void)json_object_set_new(object, "verdict", verdict_value(&leaf.verdict, node));
    (void)json_object_set_new(object, "event", proposal_value(leaf.proposal));
    return out_of(object);
}

// --- Printing ---------------------------------------------------------------

void json_print(const struct json *document, FILE *out)
{
    (void)json_dumpf(into(document), out, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    (void)fputc('\n', out);
}

void json_print_packed(struct bytes packed, FILE *out)
{
    struct json *document = json_of_packed(packed);
    json_print(document, out);
    json_release(document);
}

void json_print_line(const struct json *document, FILE *out)
{
    (void)json_dumpf(into(document), out, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    (void)fputc('\n', out);
}

void json_release(struct json *document)
{
    json_decref(into(document));
}
