// The bounded reader: what it refuses, and that what it accepts means the same to msgpack-c.
#include "core/base/limits.h"
#include "core/base/pack.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows)[0])
#define RAW(string)                                   \
    {                                                 \
        (const uint8_t *)(string), sizeof(string) - 1 \
    }
#define BYTES(string) ((struct bytes)RAW(string))

static bool is_one_value(struct bytes packed)
{
    struct pack_reader reader = pack_reader(packed);
    const struct bytes any = pack_read_any(&reader);
    return pack_read_end(&reader) && any.at == packed.at && any.size == packed.size;
}

// --- Refusals ---------------------------------------------------------------

Test(pack, there_is_one_form_of_every_value)
{
    static const struct {
        const char  *when;
        struct bytes packed;
        bool         is_canonical;
    } rows[] = {
        {"nothing",                     RAW(""),                                           false},
        {"zero",                        RAW("\x00"),                                       true },
        {"127",                         RAW("\x7f"),                                       true },
        {"127 in two bytes",            RAW("\xcc\x7f"),                                   false},
        {"128",                         RAW("\xcc\x80"),                                   true },
        {"255 in three bytes",          RAW("\xcd\x00\xff"),                               false},
        {"256",                         RAW("\xcd\x01\x00"),                               true },
        {"65535 in five bytes",         RAW("\xce\x00\x00\xff\xff"),                       false},
        {"65536",                       RAW("\xce\x00\x01\x00\x00"),                       true },
        {"2^32-1 in nine bytes",        RAW("\xcf\0\0\0\0\xff\xff\xff\xff"),               false},
        {"2^32",                        RAW("\xcf\0\0\0\1\0\0\0\0"),                       true },
        {"2^64-1",                      RAW("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),       true },
        {"a number cut short",          RAW("\xcf\xff\xff\xff\xff\xff\xff\xff"),           false},
        {"-1",                          RAW("\xff"),                                       false},
        {"-32",                         RAW("\xe0"),                                       false},
        {"a signed 8 bit number",       RAW("\xd0\x01"),                                   false},
        {"a signed 16 bit number",      RAW("\xd1\x01\x01"),                               false},
        {"a signed 32 bit number",      RAW("\xd2\1\1\1\1"),                               false},
        {"a signed 64 bit number",      RAW("\xd3\1\1\1\1\1\1\1\1"),                       false},
        {"a float",                     RAW("\xca\0\0\0\0"),                               false},
        {"a double",                    RAW("\xcb\0\0\0\0\0\0\0\0"),                       false},
        {"an extension of one",         RAW("\xd4\1\1"),                                   false},
        {"an extension of 16",          RAW("\xd8\1................"),                     false},
        {"an extension of any size",    RAW("\xc7\1\1\1"),                                 false},
        {"nil",                         RAW("\xc0"),                                       true },
        {"what is never used",          RAW("\xc1"),                                       false},
        {"false",                       RAW("\xc2"),                                       true },
        {"true",                        RAW("\xc3"),                                       true },
        {"no bytes",                    RAW("\xc4\x00"),                                   true },
        {"bytes",                       RAW("\xc4\x02\xff\x00"),                           true },
        {"bytes with a long head",      RAW("\xc5\x00\x01."),                              false},
        {"bytes with the longest head", RAW("\xc6\x00\x00\x00\x01."),                      false},
        {"bytes cut short",             RAW("\xc4\x02\xff"),                               false},
        {"a head cut short",            RAW("\xc4"),                                       false},
        {"an empty text",               RAW("\xa0"),                                       true },
        {"a text",                      RAW("\xa2\xc3\xa9"),                               true },
        {"a text that is not UTF-8",    RAW("\xa1\xc3"),                                   false},
        {"a text with a long head",     RAW("\xd9\x01."),                                  false},
        {"31 with a long head",         RAW("\xd9\x1f..............................."),    false},
        {"a text of 31",                RAW("\xbf..............................."),        true },
        {"a text of 32",                RAW("\xd9\x20................................"),   true },
        {"32 with a longer head",       RAW("\xda\0\x20................................"), false},
        {"a text cut short",            RAW("\xa2."),                                      false},
        {"an empty array",              RAW("\x90"),                                       true },
        {"an array",                    RAW("\x92\x01\xa0"),                               true },
        {"an array with a long head",   RAW("\xdc\x00\x01\x01"),                           false},
        {"an array with the longest",   RAW("\xdd\x00\x00\x00\x01\x01"),                   false},
        {"an array cut short",          RAW("\x92\x01"),                                   false},
        {"an array of 16",              RAW("\xdc\x00\x10................"),               true },
        {"an empty map",                RAW("\x80"),                                       true },
        {"a map",                       RAW("\x81\xa1k\x01"),                              true },
        {"a map with a long head",      RAW("\xde\x00\x01\xa1k\x01"),                      false},
        {"keys ascend",                 RAW("\x82\xa1k\x01\xa1m\x01"),                     true },
        {"keys descend",                RAW("\x82\xa1m\x01\xa1k\x01"),                     false},
        {"a key twice",                 RAW("\x82\xa1k\x01\xa1k\x01"),                     false},
        {"a shorter key first",         RAW("\x82\xa1k\x01\xa2kk\x01"),                    true },
        {"a longer key first",          RAW("\x82\xa2kk\x01\xa1k\x01"),                    false},
        {"a shorter, higher key first", RAW("\x82\xa1m\x01\xa2kk\x01"),                    false},
        {"the empty key first",         RAW("\x82\xa0\x01\xa1k\x01"),                      true },
        {"the empty key twice",         RAW("\x82\xa0\x01\xa0\x01"),                       false},
        {"keys inside restart",         RAW("\x82\xa1m\x81\xa1k\x01\xa1n\x01"),            true },
        {"keys outside go on",          RAW("\x82\xa1m\x81\xa1z\x01\xa1k\x01"),            false},
        {"a number as key",             RAW("\x81\x01\x01"),                               false},
        {"nil as key",                  RAW("\x81\xc0\x01"),                               false},
        {"an array as key",             RAW("\x81\x90\x01"),                               false},
        {"bytes as key",                RAW("\x81\xc4\x01k\x01"),                          false},
        {"a key that is not UTF-8",     RAW("\x81\xa1\xff\x01"),                           false},
        {"a map without a value",       RAW("\x81\xa1k"),                                  false},
        {"a byte behind",               RAW("\x01\x01"),                                   false},
        {"a byte behind an array",      RAW("\x91\x01\xc0"),                               false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, is_one_value(rows[i].packed), rows[i].is_canonical), "when %s",
                  rows[i].when);
    }
}

struct heads {
    enum pack_type type;
    uint64_t       least;   // the leading byte itself holds what is less
    uint8_t        lead[3]; // with 1, 2 and 4 bytes of number; 0: there is none
};

static void check_heads(const struct heads *heads, uint64_t size)
{
    static uint8_t memory[5 + 2 * 65537];
    uint64_t       least = heads->least;
    for (size_t i = 0; i < 3; i++) {
        const uint32_t width = 1U << i;
        const uint64_t most = (1ULL << 8 * width) - 1;
        if (heads->lead[i] == 0 || size > most) continue;
        memory[0] = heads->lead[i];
        for (uint32_t j = 0; j < width; j++)
            memory[1 + j] = (uint8_t)(size >> 8 * (width - 1 - j));
        const struct pack_reader reader = pack_reader((struct bytes){memory, sizeof memory});
        cr_expect(eq(int, pack_next_type(&reader), size >= least ? heads->type : PACK_NOTHING),
                  "%#x of %lu", memory[0], (unsigned long)size);
        least = most + 1;
    }
}

Test(pack, of_all_heads_of_a_size_the_shortest_is_read)
{
    static const uint64_t     sizes[] = {0, 15, 16, 31, 32, 255, 256, 65535, 65536, 65537};
    static const struct heads rows[] = {
        {PACK_TEXT,   32, {0xd9, 0xda, 0xdb}},
        {PACK_BINARY, 0,  {0xc4, 0xc5, 0xc6}},
        {PACK_ARRAY,  16, {0, 0xdc, 0xdd}   },
        {PACK_MAP,    16, {0, 0xde, 0xdf}   },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t j = 0; j < ROWS(sizes); j++)
            check_heads(&rows[i], sizes[j]);
    }
}

Test(pack, a_count_beyond_the_bytes_that_are_left_is_a_lie)
{
    struct pack_reader reader = pack_reader(BYTES("\x93\x01\x02\x03"));
    cr_expect(eq(u32, pack_read_array(&reader, 9), 3));
    reader = pack_reader(BYTES("\x93\x01\x02"));
    cr_expect(zero(u32, pack_read_array(&reader, 9)));
    cr_expect(reader.is_bad);
    reader = pack_reader(BYTES("\x82\xa0\x01\xa0\x01"));
    cr_expect(eq(u32, pack_read_map(&reader, 9), 2));
    reader = pack_reader(BYTES("\x82\xa0\x01\xa0"));
    cr_expect(zero(u32, pack_read_map(&reader, 9)));
    cr_expect(reader.is_bad);
}

Test(pack, no_length_is_believed)
{
    static const struct {
        const char  *when;
        struct bytes packed;
    } rows[] = {
        {"an array of 268 million",   RAW("\xdd\x0f\xff\xff\xff")                },
        {"an array of 2^32-1",        RAW("\xdd\xff\xff\xff\xff\x01\x01\x01")    },
        {"a map of 2^32-1",           RAW("\xdf\xff\xff\xff\xff\xa0\x01")        },
        {"a map of 2^31, doubled 0",  RAW("\xdf\x80\x00\x00\x00\xa0\x01")        },
        {"bytes of 2^32-1",           RAW("\xc6\xff\xff\xff\xff....")            },
        {"a text of 2^32-1",          RAW("\xdb\xff\xff\xff\xff....")            },
        {"a text one byte too long",  RAW("\xa5....")                            },
        {"a map one value too long",  RAW("\x82\xa0\x01\xa1k")                   },
        {"arrays of 65535 in arrays", RAW("\xdc\xff\xff\xdc\xff\xff\xdc\xff\xff")},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct pack_reader reader = pack_reader(rows[i].packed);
        cr_expect(zero(sz, pack_read_any(&reader).size), "when %s", rows[i].when);
        cr_expect(reader.is_bad, "when %s", rows[i].when);
        struct pack_reader array = pack_reader(rows[i].packed);
        cr_expect(zero(u32, pack_read_array(&array, UINT32_MAX)), "when %s", rows[i].when);
        struct pack_reader map = pack_reader(rows[i].packed);
        const uint32_t     count = pack_read_map(&map, UINT32_MAX);
        cr_expect(le(u64, count * 2ULL, map.rest.size), "when %s", rows[i].when);
    }
}

Test(pack, depth_has_a_bound)
{
    for (size_t depth = 1; depth <= PACK_DEPTH_MAX + 2; depth++) {
        uint8_t       memory[3 * (PACK_DEPTH_MAX + 2)];
        struct buffer arrays = buffer_over(memory, sizeof memory);
        for (size_t i = 1; i < depth; i++)
            pack_array(&arrays, 1);
        pack_array(&arrays, 0);
        cr_expect(eq(int, is_one_value(buffer_bytes(&arrays)), depth <= PACK_DEPTH_MAX), "%zu",
                  depth);
        struct buffer maps = buffer_over(memory, sizeof memory);
        for (size_t i = 1; i < depth; i++) {
            pack_map(&maps, 1);
            pack_key(&maps, "k");
        }
        pack_map(&maps, 0);
        cr_expect(eq(int, is_one_value(buffer_bytes(&maps)), depth <= PACK_DEPTH_MAX), "%zu",
                  depth);
    }
}

Test(pack, a_deep_value_is_left_again)
{
    // Eight deep, then seven more values on the way out.
    cr_expect(is_one_value(BYTES("\x92\x92\x92\x92\x92\x92\x92\x92\1\2\3\4\5\6\7\7\7")));
    cr_expect(not(is_one_value(BYTES("\x92\x92\x92\x92\x92\x92\x92\x92\1\2\3\4\5\6\7\7"))));
}

Test(pack, the_number_of_values_has_a_bound)
{
    static uint8_t memory[PACK_ITEM_MAX + 8];
    for (uint32_t count = PACK_ITEM_MAX - 2; count <= PACK_ITEM_MAX; count++) {
        struct buffer buffer = buffer_over(memory, sizeof memory);
        pack_array(&buffer, count); // itself a value
        for (uint32_t i = 0; i < count; i++)
            pack_number(&buffer, 0);
        cr_expect(eq(int, is_one_value(buffer_bytes(&buffer)), count + 1 <= PACK_ITEM_MAX), "%u",
                  count);
    }
}

Test(pack, keys_have_the_bound_of_names)
{
    for (size_t size = NAME_SIZE_MAX; size <= NAME_SIZE_MAX + 1; size++) {
        char          key[NAME_SIZE_MAX + 2] = {0};
        uint8_t       memory[128];
        struct buffer buffer = buffer_over(memory, sizeof memory);
        memset(key, 'k', size);
        pack_map(&buffer, 1);
        pack_key(&buffer, key);
        pack_nil(&buffer);
        cr_expect(eq(int, is_one_value(buffer_bytes(&buffer)), size == NAME_SIZE_MAX));
    }
}

Test(pack, typed_reads_keep_their_bounds)
{
    struct pack_reader reader = pack_reader(BYTES("\xcd\x01\x00"));
    cr_expect(eq(u64, pack_read_number(&reader, 256), 256));
    reader = pack_reader(BYTES("\xcd\x01\x00"));
    cr_expect(zero(u64, pack_read_number(&reader, 255)));
    cr_expect(reader.is_bad);

    reader = pack_reader(BYTES("\xa3kmn"));
    cr_expect(eq(sz, pack_read_text(&reader, 3).size, 3));
    reader = pack_reader(BYTES("\xa3kmn"));
    cr_expect(zero(sz, pack_read_text(&reader, 2).size));
    cr_expect(reader.is_bad);

    reader = pack_reader(BYTES("\xc4\x03kmn"));
    cr_expect(eq(sz, pack_read_binary(&reader, 3).size, 3));
    reader = pack_reader(BYTES("\xc4\x03kmn"));
    cr_expect(zero(sz, pack_read_binary(&reader, 2).size));
    cr_expect(reader.is_bad);

    reader = pack_reader(BYTES("\x93\x01\x02\x03"));
    cr_expect(eq(u32, pack_read_array(&reader, 3), 3));
    reader = pack_reader(BYTES("\x93\x01\x02\x03"));
    cr_expect(zero(u32, pack_read_array(&reader, 2)));
    cr_expect(reader.is_bad);
}

Test(pack, a_reader_that_is_bad_reads_nothing_more)
{
    struct pack_reader reader = pack_reader(BYTES("\x01\xa1k\xc3\xc4\x00\x90\x80\xc0"));
    (void)pack_read_text(&reader, 9); // a number stands there
    cr_assert(reader.is_bad);
    struct bytes key = {NULL, 0};
    cr_expect(zero(u64, pack_read_number(&reader, UINT64_MAX)));
    cr_expect(zero(sz, pack_read_text(&reader, 9).size));
    cr_expect(zero(sz, pack_read_binary(&reader, 9).size));
    cr_expect(zero(sz, pack_read_key(&reader, &key).size));
    cr_expect(zero(sz, pack_read_any(&reader).size));
    cr_expect(zero(u32, pack_read_array(&reader, 9)));
    cr_expect(zero(u32, pack_read_map(&reader, 9)));
    cr_expect(not(pack_read_flag(&reader)));
    cr_expect(not(pack_read_nil(&reader)));
    cr_expect(not(pack_read_end(&reader)));
    cr_expect(eq(int, pack_next_type(&reader), PACK_NOTHING));
}

Test(pack, the_next_type_is_seen_without_reading)
{
    static const struct {
        struct bytes   packed;
        enum pack_type type;
    } rows[] = {
        {RAW(""),             PACK_NOTHING},
        {RAW("\xc0"),         PACK_NIL    },
        {RAW("\xc3"),         PACK_FLAG   },
        {RAW("\x05"),         PACK_NUMBER },
        {RAW("\xcc\x80"),     PACK_NUMBER },
        {RAW("\xcc\x7f"),     PACK_NOTHING},
        {RAW("\xa0"),         PACK_TEXT   },
        {RAW("\xc4\x00"),     PACK_BINARY },
        {RAW("\x90"),         PACK_ARRAY  },
        {RAW("\x80"),         PACK_MAP    },
        {RAW("\xc1"),         PACK_NOTHING},
        {RAW("\xe0"),         PACK_NOTHING},
        {RAW("\xd4\x01\x01"), PACK_NOTHING},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct pack_reader reader = pack_reader(rows[i].packed);
        cr_expect(eq(int, pack_next_type(&reader), rows[i].type), "row %zu", i);
        cr_expect(eq(sz, reader.rest.size, rows[i].packed.size), "row %zu", i);
    }
}

Test(pack, nil_is_stepped_over_only_where_it_stands)
{
    struct pack_reader reader = pack_reader(BYTES("\xc0\x01"));
    cr_expect(pack_read_nil(&reader));
    cr_expect(not(pack_read_nil(&reader)));
    cr_expect(not(reader.is_bad));
    cr_expect(eq(u64, pack_read_number(&reader, 1), 1));
    cr_expect(not(pack_read_nil(&reader)), "at the end");
    cr_expect(pack_read_end(&reader));
}

Test(pack, keys_are_read_in_order_only)
{
    struct pack_reader reader = pack_reader(BYTES("\xa1k\xa1m\xa1m"));
    struct bytes       key = {NULL, 0};
    cr_expect(bytes_is_equal(pack_read_key(&reader, &key), bytes_of_text("k")));
    cr_expect(bytes_is_equal(pack_read_key(&reader, &key), bytes_of_text("m")));
    cr_expect(zero(sz, pack_read_key(&reader, &key).size));
    cr_expect(reader.is_bad);
}

// --- Against msgpack-c ------------------------------------------------------

// msgpack-c reads what we accept as one value, and packs it to the same bytes. It trusts lengths,
// so it only gets what was accepted.
static void agree(struct bytes packed)
{
    if (!is_one_value(packed)) return;
    msgpack_unpacked result;
    size_t           offset = 0;
    msgpack_unpacked_init(&result);
    const msgpack_unpack_return got =
        msgpack_unpack_next(&result, (const char *)packed.at, packed.size, &offset);
    cr_assert(eq(int, got, MSGPACK_UNPACK_SUCCESS));
    cr_assert(eq(sz, offset, packed.size));
    msgpack_sbuffer again;
    msgpack_packer  packer;
    msgpack_sbuffer_init(&again);
    msgpack_packer_init(&packer, &again, msgpack_sbuffer_write);
    cr_assert(zero(int, msgpack_pack_object(&packer, result.data)));
    cr_assert(eq(sz, again.size, packed.size));
    cr_assert(zero(int, memcmp(again.data, packed.at, packed.size)));
    msgpack_sbuffer_destroy(&again);
    msgpack_unpacked_destroy(&result);
}

Test(pack, agrees_with_msgpack_c_on_all_short_bytes)
{
    for (uint32_t code = 0; code < 0x10000; code++) {
        const uint8_t memory[2] = {(uint8_t)(code >> 8), (uint8_t)code};
        agree((struct bytes){memory, 2});
        agree((struct bytes){memory + 1, 1});
    }
    for (uint32_t code = 0x800000; code < 0x1000000; code++) {
        const uint8_t memory[3] = {(uint8_t)(code >> 16), (uint8_t)(code >> 8), (uint8_t)code};
        agree((struct bytes){memory, 3});
    }
}

static uint32_t random_below(uint32_t bound)
{
    return (uint32_t)rand() % bound;
}

static uint64_t any_number(void)
{
    const uint64_t random = (uint64_t)rand() << 33 ^ (uint64_t)rand() << 16 ^ (uint64_t)rand();
    return random >> random_below(64);
}

static void write_scalar(struct buffer *buffer)
{
    static const char text[] = "the quick brown fox jumps over the lazy dog and runs away \xc3\xa9";
    static uint8_t    binary[70000];
    static const uint32_t sizes[] = {0, 1, 31, 32, 255, 256, 65535, 65536};
    switch (random_below(6)) {
    case 0:
        pack_nil(buffer);
        break;
    case 1:
        pack_flag(buffer, random_below(2) == 0);
        break;
    case 2:
        pack_text(buffer, (struct bytes){(const uint8_t *)text, random_below(58)});
        break;
    case 3:
        pack_binary(buffer, (struct bytes){binary, sizes[random_below(ROWS(sizes))]});
        break;
    default:
        pack_number(buffer, any_number());
        break;
    }
}

// A random value without recursion: what is open waits in a list of counts.
static void write_value(struct buffer *buffer)
{
    uint32_t left[PACK_DEPTH_MAX] = {0};
    bool     is_map[PACK_DEPTH_MAX] = {false};
    size_t   depth = 0;
    do {
        char key[8];
        if (depth > 0) left[depth - 1]--;
        if (depth > 0 && is_map[depth - 1]) {
            (void)snprintf(key, sizeof key, "k%03u", 999 - left[depth - 1]);
            pack_key(buffer, key);
        }
        if (depth < PACK_DEPTH_MAX && random_below(3) != 0) {
            const uint32_t count = random_below(depth < 2 ? 20 : 4);
            is_map[depth] = random_below(2) == 0;
            left[depth] = count;
            if (is_map[depth])
                pack_map(buffer, count);
            else
                pack_array(buffer, count);
            depth++;
        } else {
            write_scalar(buffer);
        }
        while (depth > 0 && left[depth - 1] == 0)
            depth--;
    } while (depth > 0);
}

Test(pack, what_is_written_is_read_and_agrees_with_msgpack_c)
{
    static uint8_t memory[1 << 22];
    srand(5);
    int accepted = 0;
    for (int round = 0; round < 2000; round++) {
        struct buffer buffer = buffer_over(memory, sizeof memory);
        write_value(&buffer);
        if (buffer.is_full) continue;
        struct pack_reader reader = pack_reader(buffer_bytes(&buffer));
        (void)pack_read_any(&reader);
        if (reader.items > PACK_ITEM_MAX) continue;
        cr_assert(pack_read_end(&reader), "round %d", round);
        agree(buffer_bytes(&buffer));
        accepted++;
    }
    cr_expect(gt(int, accepted, 1500));
}

Test(pack, agrees_with_msgpack_c_on_damaged_bytes)
{
    static uint8_t memory[1 << 22];
    srand(6);
    for (int round = 0; round < 20000; round++) {
        struct buffer buffer = buffer_over(memory, 4096);
        write_value(&buffer);
        if (buffer.size == 0) continue;
        const uint32_t hits = 1 + random_below(3);
        for (uint32_t i = 0; i < hits; i++) {
            const uint32_t size = (uint32_t)buffer.size;
            memory[random_below(size < 16 ? size : 16)] = (uint8_t)rand();
            memory[random_below(size)] = (uint8_t)rand();
        }
        agree(buffer_bytes(&buffer));
        agree((struct bytes){memory, random_below((uint32_t)buffer.size)});
    }
}

Test(pack, a_writer_without_room_is_sticky)
{
    uint8_t       memory[4] = {9, 9, 9, 9};
    struct buffer buffer = buffer_over(memory, 3);
    pack_array(&buffer, 2);
    pack_text(&buffer, bytes_of_text("abc"));
    cr_expect(buffer.is_full);
    pack_nil(&buffer);
    cr_expect(buffer.is_full);
    cr_expect(eq(u8, memory[3], 9));
}
