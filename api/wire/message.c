#include "api/wire/message.h"

#include "core/base/limits.h"

#include <assert.h>

enum { ENVELOPE_COUNT = 2, WORD_SIZE_MAX = 32 };

static const char *const outcome_words[] = {
    [MESSAGE_OK] = "ok",
    [MESSAGE_REFUSED] = "refused",
    [MESSAGE_ERROR] = "error",
};

enum { OUTCOME_COUNT = sizeof outcome_words / sizeof outcome_words[0] };

const char *message_outcome_word(enum message_outcome outcome)
{
    assert((size_t)outcome < OUTCOME_COUNT);
    return outcome_words[outcome];
}

void message_begin_request(struct buffer *buffer, const char *verb, uint32_t argument_count)
{
    pack_array(buffer, ENVELOPE_COUNT);
    pack_key(buffer, verb);
    pack_map(buffer, argument_count);
}

void message_begin_reply(struct buffer *buffer, enum message_outcome outcome, uint32_t key_count)
{
    message_begin_request(buffer, message_outcome_word(outcome), key_count);
}

bool message_read_request(struct bytes packed, struct bytes *verb, struct bytes *arguments)
{
    struct pack_reader reader = pack_reader(packed);
    if (pack_read_array(&reader, ENVELOPE_COUNT) != ENVELOPE_COUNT) return false;
    const struct bytes word = pack_read_text(&reader, WORD_SIZE_MAX);
    if (reader.is_bad || pack_next_type(&reader) != PACK_MAP) return false;
    *verb = word;
    *arguments = reader.rest;
    return true;
}

bool message_read_reply(struct bytes packed, enum message_outcome *outcome, struct bytes *map)
{
    struct bytes word;
    if (!message_read_request(packed, &word, map)) return false;
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        if (!bytes_is_equal(word, bytes_of_text(outcome_words[i]))) continue;
        *outcome = (enum message_outcome)i;
        return true;
    }
    return false;
}

// A long list may have more values than one value is allowed to; its items are counted alone.
static struct bytes read_value(struct pack_reader *reader)
{
    const struct bytes start = reader->rest;
    reader->items = 0;
    if (pack_next_type(reader) != PACK_ARRAY) return pack_read_any(reader);

    const uint32_t count = pack_read_array(reader, UINT32_MAX);
    for (uint32_t i = 0; i < count && !reader->is_bad; i++) {
        reader->items = 0;
        (void)pack_read_any(reader);
    }
    if (reader->is_bad) return (struct bytes){NULL, 0};
    return (struct bytes){start.at, start.size - reader->rest.size};
}

bool message_find(struct bytes map, const char *key, struct bytes *value)
{
    const struct bytes wanted = bytes_of_text(key);
    struct pack_reader reader = pack_reader(map);
    struct bytes       last = {NULL, 0};
    const uint32_t     count = pack_read_map(&reader, PACK_ITEM_MAX);
    for (uint32_t i = 0; i < count && !reader.is_bad; i++) {
        const struct bytes next = pack_read_key(&reader, &last);
        const struct bytes found = read_value(&reader);
        if (reader.is_bad || !bytes_is_equal(next, wanted)) continue;
        *value = found;
        return true;
    }
    return false;
}

uint64_t message_number(struct bytes map, const char *key, uint64_t absent)
{
    struct bytes value;
    if (!message_find(map, key, &value)) return absent;
    struct pack_reader reader = pack_reader(value);
    const uint64_t     number = pack_read_number(&reader, UINT64_MAX);
    return reader.is_bad ? absent : number;
}

bool message_flag(struct bytes map, const char *key)
{
    struct bytes value;
    if (!message_find(map, key, &value)) return false;
    struct pack_reader reader = pack_reader(value);
    return pack_read_flag(&reader);
}

struct bytes message_text(struct bytes map, const char *key)
{
    struct bytes value;
    if (!message_find(map, key, &value)) return (struct bytes){NULL, 0};
    struct pack_reader reader = pack_reader(value);
    return pack_read_text(&reader, MESSAGE_SIZE_MAX);
}

struct bytes message_binary(struct bytes map, const char *key)
{
    struct bytes value;
    if (!message_find(map, key, &value)) return (struct bytes){NULL, 0};
    struct pack_reader reader = pack_reader(value);
    return pack_read_binary(&reader, MESSAGE_SIZE_MAX);
}

bool message_is_nil(struct bytes map, const char *key)
{
    struct bytes value;
    if (!message_find(map, key, &value)) return false;
    struct pack_reader reader = pack_reader(value);
    return pack_read_nil(&reader);
}

struct message_items message_items_of(struct bytes array)
{
    struct message_items items = {.reader = pack_reader(array)};
    items.count = pack_read_array(&items.reader, UINT32_MAX);
    items.left = items.reader.is_bad ? 0 : items.count;
    return items;
}

struct message_items message_list(struct bytes map, const char *key)
{
    struct bytes value;
    if (!message_find(map, key, &value)) return (struct message_items){.left = 0};
    return message_items_of(value);
}

bool message_next(struct message_items *items, struct bytes *value)
{
    if (items->left == 0) return false;
    items->left--;
    const struct bytes next = read_value(&items->reader);
    if (items->reader.is_bad) return false;
    *value = next;
    return true;
}
