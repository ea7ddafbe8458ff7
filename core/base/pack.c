#include "core/base/pack.h"

#include "core/base/limits.h"
#include "core/base/name.h"

#include <msgpack.h>

#include <assert.h>
#include <endian.h>
#include <string.h>

struct pack_reader pack_reader(struct bytes packed)
{
    return (struct pack_reader){.rest = packed};
}

// The head of a value: its type, and the number in it or the size or count of what follows.
struct head {
    enum pack_type type;
    uint64_t       number;
    size_t         size; // of the head itself
};

struct head_form {
    enum pack_type type;  // PACK_NOTHING: no value of ours begins so
    uint8_t        width; // bytes of big-endian number after the leading byte
    uint8_t        mask;  // where the number, or its first part, stands in the leading byte
    uint64_t       least; // a smaller number has a shorter form
};

// 0x00 to 0xbf and 0xe0 to 0xff by the upper half: the number stands in the byte itself.
static const struct head_form short_forms[16] = {
    {PACK_NUMBER, 0, 0x7f, 0}, // 0x00
    {PACK_NUMBER, 0, 0x7f, 0}, // 0x10
    {PACK_NUMBER, 0, 0x7f, 0}, // 0x20
    {PACK_NUMBER, 0, 0x7f, 0}, // 0x30
    {PACK_NUMBER, 0, 0x7f, 0}, // 0x40
    {PACK_NUMBER, 0, 0x7f, 0}, // 0x50
    {PACK_NUMBER, 0, 0x7f, 0}, // 0x60
    {PACK_NUMBER, 0, 0x7f, 0}, // 0x70
    {PACK_MAP,    0, 0x0f, 0}, // 0x80
    {PACK_ARRAY,  0, 0x0f, 0}, // 0x90
    {PACK_TEXT,   0, 0x1f, 0}, // 0xa0
    {PACK_TEXT,   0, 0x1f, 0}, // 0xb0
};

// 0xc0 to 0xdf by the lower five bits.
static const struct head_form long_forms[32] = {
    {PACK_NIL,     0, 0,    0          }, // 0xc0: nil
    {PACK_NOTHING, 0, 0,    0          }, // 0xc1: never used
    {PACK_FLAG,    0, 0x01, 0          }, // 0xc2: false
    {PACK_FLAG,    0, 0x01, 0          }, // 0xc3: true
    {PACK_BINARY,  1, 0,    0          }, // 0xc4
    {PACK_BINARY,  2, 0,    0x100      }, // 0xc5
    {PACK_BINARY,  4, 0,    0x10000    }, // 0xc6
    {PACK_NOTHING, 0, 0,    0          }, // 0xc7: extensions
    {PACK_NOTHING, 0, 0,    0          }, // 0xc8
    {PACK_NOTHING, 0, 0,    0          }, // 0xc9
    {PACK_NOTHING, 0, 0,    0          }, // 0xca: floats
    {PACK_NOTHING, 0, 0,    0          }, // 0xcb
    {PACK_NUMBER,  1, 0,    0x80       }, // 0xcc
    {PACK_NUMBER,  2, 0,    0x100      }, // 0xcd
    {PACK_NUMBER,  4, 0,    0x10000    }, // 0xce
    {PACK_NUMBER,  8, 0,    0x100000000}, // 0xcf
    {PACK_NOTHING, 0, 0,    0          }, // 0xd0: negative numbers
    {PACK_NOTHING, 0, 0,    0          }, // 0xd1
    {PACK_NOTHING, 0, 0,    0          }, // 0xd2
    {PACK_NOTHING, 0, 0,    0          }, // 0xd3
    {PACK_NOTHING, 0, 0,    0          }, // 0xd4: extensions
    {PACK_NOTHING, 0, 0,    0          }, // 0xd5
    {PACK_NOTHING, 0, 0,    0          }, // 0xd6
    {PACK_NOTHING, 0, 0,    0          }, // 0xd7
    {PACK_NOTHING, 0, 0,    0          }, // 0xd8
    {PACK_TEXT,    1, 0,    0x20       }, // 0xd9
    {PACK_TEXT,    2, 0,    0x100      }, // 0xda
    {PACK_TEXT,    4, 0,    0x10000    }, // 0xdb
    {PACK_ARRAY,   2, 0,    0x10       }, // 0xdc
    {PACK_ARRAY,   4, 0,    0x10000    }, // 0xdd
    {PACK_MAP,     2, 0,    0x10       }, // 0xde
    {PACK_MAP,     4, 0,    0x10000    }, // 0xdf
};

static const struct head_form *form_of(uint8_t byte)
{
    const bool is_long = byte >= 0xc0 && byte <= 0xdf;
    return is_long ? &long_forms[byte & 0x1f] : &short_forms[byte >> 4];
}

static const struct head nothing = {PACK_NOTHING, 0, 0};

static uint64_t big_endian(const uint8_t *at, uint8_t width)
{
    uint64_t wide = 0;
    uint32_t narrow = 0;
    uint16_t small = 0;
    switch (width) {
    case sizeof wide:
        memcpy(&wide, at, sizeof wide);
        return be64toh(wide);
    case sizeof narrow:
        memcpy(&narrow, at, sizeof narrow);
        return be32toh(narrow);
    case sizeof small:
        memcpy(&small, at, sizeof small);
        return be16toh(small);
    default:
        assert(width == 1);
        return at[0];
    }
}

static struct head peek(const struct pack_reader *reader)
{
    if (reader->is_bad || reader->rest.size == 0) return nothing;
    const uint8_t          *at = reader->rest.at;
    const struct head_form *form = form_of(at[0]);
    if (reader->rest.size < 1U + form->width) return nothing;
    struct head head = {form->type, at[0] & form->mask, 1U + form->width};
    if (form->width > 0) head.number = big_endian(at + 1, form->width);
    return head.number < form->least ? nothing : head;
}

static uint64_t refuse(struct pack_reader *reader)
{
    reader->is_bad = true;
    return 0;
}

// Steps over the head of a value of the type; its number, at most max.
static uint64_t take_head(struct pack_reader *reader, enum pack_type type, uint64_t max)
{
    const struct head head = peek(reader);
    if (head.type != type || head.number > max) return refuse(reader);
    if (++reader->items > PACK_ITEM_MAX) return refuse(reader);
    reader->rest = bytes_after(reader->rest, head.size);
    return head.number;
}

static struct bytes take_body(struct pack_reader *reader, enum pack_type type, size_t size_max)
{
    const uint64_t size = take_head(reader, type, size_max);
    if (!reader->is_bad && size > reader->rest.size) (void)refuse(reader);
    if (reader->is_bad) return (struct bytes){NULL, 0};
    const struct bytes body = {reader->rest.at, (size_t)size};
    reader->rest = bytes_after(reader->rest, body.size);
    return body;
}

// Most numbers are small, and stand in one byte.
uint64_t pack_read_number(struct pack_reader *reader, uint64_t max)
{
    const bool is_short = !reader->is_bad && reader->rest.size > 0 && reader->rest.at[0] < 0x80;
    if (is_short && reader->rest.at[0] <= max && reader->items < PACK_ITEM_MAX) {
        const uint8_t number = reader->rest.at[0];
        reader->items++;
        reader->rest = (struct bytes){reader->rest.at + 1, reader->rest.size - 1};
        return number;
    }
    return take_head(reader, PACK_NUMBER, max);
}

bool pack_read_flag(struct pack_reader *reader)
{
    return take_head(reader, PACK_FLAG, 1) == 1;
}

struct bytes pack_read_text(struct pack_reader *reader, size_t size_max)
{
    const struct bytes text = take_body(reader, PACK_TEXT, size_max);
    if (!text_is_utf8(text)) {
        (void)refuse(reader);
        return (struct bytes){NULL, 0};
    }
    return text;
}

struct bytes pack_read_binary(struct pack_reader *reader, size_t size_max)
{
    return take_body(reader, PACK_BINARY, size_max);
}

// Each element takes at least a byte, so a count beyond the bytes that are left is a lie.
static uint32_t take_count(struct pack_reader *reader, enum pack_type type, uint32_t count_max)
{
    const uint64_t count = take_head(reader, type, count_max);
    const uint64_t least = type == PACK_MAP ? count * 2 : count;
    if (least > reader->rest.size) return (uint32_t)refuse(reader);
    return (uint32_t)count;
}

uint32_t pack_read_array(struct pack_reader *reader, uint32_t count_max)
{
    return take_count(reader, PACK_ARRAY, count_max);
}

uint32_t pack_read_map(struct pack_reader *reader, uint32_t count_max)
{
    return take_count(reader, PACK_MAP, count_max);
}

bool pack_read_nil(struct pack_reader *reader)
{
    if (peek(reader).type != PACK_NIL) return false;
    (void)take_head(reader, PACK_NIL, 0);
    return !reader->is_bad;
}

struct bytes pack_read_key(struct pack_reader *reader, struct bytes *key)
{
    const struct bytes next = pack_read_text(reader, NAME_SIZE_MAX);
    const bool         is_first = key->at == NULL;
    if (!is_first && bytes_compare(next, *key) <= 0) (void)refuse(reader);
    if (reader->is_bad) return (struct bytes){NULL, 0};
    *key = next;
    return next;
}

// What is left to read at each depth. A map counts keys and values; keys stand at even distances.
struct level {
    uint64_t     left;
    bool         is_map;
    struct bytes key;
};

static void open_level(struct pack_reader *reader, enum pack_type type, struct level *level)
{
    const bool     is_map = type == PACK_MAP;
    const uint32_t count = take_count(reader, type, PACK_ITEM_MAX);
    *level = (struct level){
        is_map ? count * 2ULL : count, is_map, {NULL, 0}
    };
}

static void read_scalar(struct pack_reader *reader, enum pack_type type)
{
    if (type == PACK_TEXT) {
        (void)pack_read_text(reader, reader->rest.size);
    } else if (type == PACK_BINARY) {
        (void)pack_read_binary(reader, reader->rest.size);
    } else {
        (void)take_head(reader, type, UINT64_MAX);
    }
}

static void read_value(struct pack_reader *reader, struct level *levels, size_t *depth)
{
    struct level        *level = &levels[*depth];
    const enum pack_type type = peek(reader).type;
    const bool           is_key = level->is_map && level->left % 2 == 0;
    const bool           is_nest = type == PACK_ARRAY || type == PACK_MAP;
    const bool           is_too_deep = is_nest && *depth == PACK_DEPTH_MAX;
    level->left--;
    if (is_key) {
        (void)pack_read_key(reader, &level->key);
    } else if (type == PACK_NOTHING || is_too_deep) {
        (void)refuse(reader);
    } else if (is_nest) {
        open_level(reader, type, &levels[++*depth]);
    } else {
        read_scalar(reader, type);
    }
}

struct bytes pack_read_any(struct pack_reader *reader)
{
    struct level   levels[PACK_DEPTH_MAX + 1] = {{.left = 1}};
    size_t         depth = 0;
    const uint8_t *start = reader->rest.at;

    while (!reader->is_bad) {
        while (depth > 0 && levels[depth].left == 0) {
            depth--;
        }
        if (levels[depth].left == 0) break;
        read_value(reader, levels, &depth);
    }
    if (reader->is_bad) return (struct bytes){NULL, 0};
    return (struct bytes){start, (size_t)(reader->rest.at - start)};
}

bool pack_read_end(const struct pack_reader *reader)
{
    return !reader->is_bad && reader->rest.size == 0;
}

enum pack_type pack_next_type(const struct pack_reader *reader)
{
    return peek(reader).type;
}

static int add_packed(void *context, const char *packed, size_t size)
{
    struct buffer *buffer = context;
    buffer_add(buffer, (struct bytes){(const uint8_t *)packed, size});
    return buffer->is_full ? -1 : 0;
}

static msgpack_packer packer_into(struct buffer *buffer)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, buffer, add_packed);
    return packer;
}

void pack_nil(struct buffer *buffer)
{
    msgpack_packer packer = packer_into(buffer);
    (void)msgpack_pack_nil(&packer);
}

void pack_flag(struct buffer *buffer, bool flag)
{
    msgpack_packer packer = packer_into(buffer);
    (void)(flag ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer));
}

void pack_number(struct buffer *buffer, uint64_t number)
{
    msgpack_packer packer = packer_into(buffer);
    (void)msgpack_pack_uint64(&packer, number);
}

void pack_text(struct buffer *buffer, struct bytes text)
{
    msgpack_packer packer = packer_into(buffer);
    (void)msgpack_pack_str(&packer, text.size);
    buffer_add(buffer, text);
}

void pack_key(struct buffer *buffer, const char *key)
{
    pack_text(buffer, bytes_of_text(key));
}

void pack_binary(struct buffer *buffer, struct bytes binary)
{
    msgpack_packer packer = packer_into(buffer);
    (void)msgpack_pack_bin(&packer, binary.size);
    buffer_add(buffer, binary);
}

void pack_array(struct buffer *buffer, uint32_t count)
{
    msgpack_packer packer = packer_into(buffer);
    (void)msgpack_pack_array(&packer, count);
}

void pack_map(struct buffer *buffer, uint32_t count)
{
    msgpack_packer packer = packer_into(buffer);
    (void)msgpack_pack_map(&packer, count);
}
