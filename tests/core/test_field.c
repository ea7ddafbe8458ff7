// Records by rows: what reading and writing make of each type, apart from any event.
#include "core/base/field.h"
#include "core/base/limits.h"
#include "core/base/window.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define ROWS(rows)    (sizeof(rows) / sizeof(rows)[0])
#define AT(member)    offsetof(struct thing, member)
#define OPTIONAL      .is_optional = true
#define BYTES(string) ((struct bytes){(const uint8_t *)(string), sizeof(string) - 1})
#define KEY           "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"

struct thing {
    uint64_t     number, time, choice;
    bool         flag;
    struct bytes name, path, text, file, key, hash, id, binary, any;
    struct list  things, events;
};

struct inner {
    uint64_t number;
};

static const char *const words[] = {"zero", "one", NULL};

// clang-format 14 crashes on these tables.
// clang-format off

static const struct field inner_fields[] = {
    {.name = "number", .type = FIELD_NUMBER, .offset = 0, .max = 9},
};
static const struct record inner_record = {"inner", inner_fields, 1, sizeof(struct inner)};

// Every type as an optional field; numbers are absent as what they cannot be otherwise.
static const struct field thing_fields[] = {
    {.name = "number", .type = FIELD_NUMBER, OPTIONAL, .offset = AT(number), .max = 9, .absent = 5},
    {.name = "time", .type = FIELD_TIME, OPTIONAL, .offset = AT(time), .absent = TIME_NEVER},
    {.name = "choice", .type = FIELD_CHOICE, OPTIONAL, .offset = AT(choice), .words = words,
     .absent = 7},
    {.name = "flag", .type = FIELD_FLAG, .offset = AT(flag)},
    {.name = "name", .type = FIELD_NAME, OPTIONAL, .offset = AT(name)},
    {.name = "path", .type = FIELD_PATH, OPTIONAL, .offset = AT(path)},
    {.name = "text", .type = FIELD_TEXT, OPTIONAL, .offset = AT(text), .max = 4},
    {.name = "file", .type = FIELD_FILE, OPTIONAL, .offset = AT(file), .max = 4},
    {.name = "key", .type = FIELD_KEY, OPTIONAL, .offset = AT(key)},
    {.name = "hash", .type = FIELD_HASH, OPTIONAL, .offset = AT(hash)},
    {.name = "id", .type = FIELD_ID, OPTIONAL, .offset = AT(id)},
    {.name = "binary", .type = FIELD_BINARY, OPTIONAL, .offset = AT(binary), .max = 4},
    {.name = "any", .type = FIELD_ANY, OPTIONAL, .offset = AT(any), .max = 6},
    {.name = "things", .type = FIELD_LIST, OPTIONAL, .offset = AT(things), .max = 2,
     .item = &inner_record},
    {.name = "events", .type = FIELD_EVENTS, OPTIONAL, .offset = AT(events), .max = 2},
};

// clang-format on

static const struct record thing_record = {"thing", thing_fields, ROWS(thing_fields),
                                           sizeof(struct thing)};

static const struct field *read(struct bytes packed, struct thing *thing)
{
    struct pack_reader  reader = pack_reader(packed);
    const struct field *field =
        record_read(&thing_record, thing_record.field_count, &reader, thing);
    cr_expect(eq(int, field == NULL, pack_read_end(&reader)));
    return field;
}

static bool is_written(const struct thing *thing, struct bytes packed)
{
    uint8_t       memory[512];
    struct buffer buffer = buffer_over(memory, sizeof memory);
    record_write(&thing_record, thing, &buffer);
    return bytes_is_equal(buffer_bytes(&buffer), packed);
}

#define ALL                                                                         \
    "\x09\xcd\x01\x00\x01\xc3\xa1n\xa3p/q\xa2tt\xa2\n\n\xc4\x20" KEY "\xc4\x20" KEY \
    "\xc4\x10iiiiiiiiiiiiiiii\xc4\x02\0\xff\x92\x01\xa3xyz"                         \
    "\x92\x91\x01\x91\x02\x91\x91\x01"
#define NONE "\xc0\xc0\xc0\xc2\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0"

static bool is_text(struct bytes bytes, const char *text)
{
    return bytes_is_equal(bytes, bytes_of_text(text));
}

Test(field, every_type_is_read_and_written_again)
{
    struct thing thing;
    cr_assert(read(BYTES(ALL), &thing) == NULL);
    cr_expect(eq(u64, thing.number, 9));
    cr_expect(eq(u64, thing.time, 256));
    cr_expect(eq(u64, thing.choice, 1));
    cr_expect(thing.flag);
    cr_expect(is_text(thing.name, "n"));
    cr_expect(is_text(thing.path, "p/q"));
    cr_expect(is_text(thing.text, "tt"));
    cr_expect(is_text(thing.file, "\n\n"));
    cr_expect(is_text(thing.key, KEY));
    cr_expect(is_text(thing.hash, KEY));
    cr_expect(is_text(thing.id, "iiiiiiiiiiiiiiii"));
    cr_expect(bytes_is_equal(thing.binary, BYTES("\0\xff")));
    cr_expect(is_text(thing.any, "\x92\x01\xa3xyz"));
    cr_expect(eq(u32, thing.things.count, 2));
    cr_expect(eq(u32, thing.events.count, 1));
    cr_expect(is_written(&thing, BYTES(ALL)));
}

Test(field, what_is_absent_is_nil_on_the_wire)
{
    struct thing thing;
    memset(&thing, 0xaa, sizeof thing);
    cr_assert(read(BYTES(NONE), &thing) == NULL);
    cr_expect(eq(u64, thing.number, 5));
    cr_expect(eq(u64, thing.time, TIME_NEVER));
    cr_expect(eq(u64, thing.choice, 7));
    cr_expect(not(thing.flag));
    cr_expect(thing.name.at == NULL);
    cr_expect(thing.key.at == NULL);
    cr_expect(thing.binary.at == NULL);
    cr_expect(thing.any.at == NULL);
    cr_expect(thing.things.packed.at == NULL);
    cr_expect(zero(u32, thing.events.count));
    for (size_t i = 0; i < ROWS(thing_fields); i++) {
        cr_expect(eq(int, field_is_absent(&thing_fields[i], &thing), thing_fields[i].is_optional),
                  "%s", thing_fields[i].name);
    }
    cr_expect(is_written(&thing, BYTES(NONE)));
}

Test(field, what_means_absent_has_one_form)
{
    struct thing        thing;
    const struct field *field = read(BYTES("\x05" NONE), &thing);
    cr_assert(field != NULL);
    cr_expect(zero(int, strcmp(field->name, "number")));
}

Test(field, the_first_offence_is_named)
{
    static const struct {
        const char *when, *packed, *name;
        size_t      size;
    } rows[] = {
        {"nothing is there",        "",                                  "number", 0 },
        {"the number is too great", "\x0a",                              "number", 1 },
        {"the choice has no word",  "\xc0\xc0\x02",                      "choice", 3 },
        {"the flag is a nil",       "\xc0\xc0\xc0\xc0",                  "flag",   4 },
        {"it ends after the flag",  "\xc0\xc0\xc0\xc2",                  "name",   4 },
        {"the text is too long",    "\xc0\xc0\xc0\xc2\xc0\xc0\xa5ttttt", "text",   12},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct thing        thing;
        const struct bytes  packed = {(const uint8_t *)rows[i].packed, rows[i].size};
        const struct field *field = read(packed, &thing);
        cr_assert(field != NULL, "when %s", rows[i].when);
        cr_expect(zero(int, strcmp(field->name, rows[i].name)), "when %s: %s", rows[i].when,
                  field->name);
    }
}

Test(field, items_of_a_list_are_stepped_through)
{
    struct thing thing;
    struct inner inner;
    cr_assert(read(BYTES(ALL), &thing) == NULL);
    struct list_reader items = list_start(thing.things);
    cr_assert(list_next(&items, &inner_record, &inner));
    cr_expect(eq(u64, inner.number, 1));
    cr_assert(list_next(&items, &inner_record, &inner));
    cr_expect(eq(u64, inner.number, 2));
    cr_expect(not(list_next(&items, &inner_record, &inner)));
    struct bytes packed;
    items = list_start(thing.events);
    cr_assert(list_next_packed(&items, &packed));
    cr_expect(is_text(packed, "\x91\x01"));
    cr_expect(not(list_next_packed(&items, &packed)));
}

// Checked as a whole before: the bound on values does not count again from item to item.
Test(field, a_long_list_is_stepped_through_to_its_end)
{
    static uint8_t     memory[3 * PACK_ITEM_MAX];
    struct buffer      buffer = buffer_over(memory, sizeof memory);
    const struct field long_field = {
        .name = "things", .type = FIELD_LIST, .max = PACK_ITEM_MAX, .item = &inner_record};
    const struct record long_record = {"long", &long_field, 1, sizeof(struct list)};
    const uint32_t      count = PACK_ITEM_MAX / 2 - 1;
    pack_array(&buffer, count);
    for (uint32_t i = 0; i < count; i++) {
        pack_array(&buffer, 1);
        pack_number(&buffer, i % 10);
    }
    struct list        list;
    struct inner       inner;
    struct pack_reader reader = pack_reader(buffer_bytes(&buffer));
    cr_assert(record_read(&long_record, long_record.field_count, &reader, &list) == NULL);
    struct list_reader items = list_start(list);
    uint32_t           seen = 0;
    for (; list_next(&items, &inner_record, &inner); seen++)
        cr_assert(eq(u64, inner.number, seen % 10));
    cr_expect(eq(u32, seen, count));
}

static const char *read_one(const struct field *field, struct bytes packed, struct bytes *out)
{
    const struct record record = {"one", field, 1, sizeof *out};
    struct pack_reader  reader = pack_reader(packed);
    const struct field *offence = record_read(&record, record.field_count, &reader, out);
    if (offence != NULL) return offence->name;
    return pack_read_end(&reader) ? "" : "more";
}

Test(field, bytes_and_any_value_have_their_bounds)
{
    static const struct field binary = {.name = "binary", .type = FIELD_BINARY, .max = 4};
    static const struct field any = {.name = "any", .type = FIELD_ANY, .max = 4};
    static const struct {
        const char         *when;
        const struct field *field;
        const char         *packed, *offence;
        size_t              size;
    } rows[] = {
        {"there is a byte",                &binary, "\xc4\x01.",            "",       3},
        {"there are the most bytes",       &binary, "\xc4\x04....",         "",       6},
        {"there is a byte too many",       &binary, "\xc4\x05.....",        "binary", 7},
        {"there are no bytes",             &binary, "\xc4\x00",             "binary", 2},
        {"the bytes are a text",           &binary, "\xa1.",                "binary", 2},
        {"the bytes are nil",              &binary, "\xc0",                 "binary", 1},
        {"the bytes are cut",              &binary, "\xc4\x02.",            "binary", 3},
        {"it is a number",                 &any,    "\x01",                 "",       1},
        {"it is nil and must be there",    &any,    "\xc0",                 "",       1},
        {"it is a map of the most bytes",  &any,    "\x81\xa1k\x01",        "",       4},
        {"it is a byte too long",          &any,    "\x81\xa1k\xa0\xc0",    "more",   5},
        {"it is an array a byte too long", &any,    "\x94\x01\x02\x03\x04", "any",    5},
        {"it is cut",                      &any,    "\x92\x01",             "any",    2},
        {"it is what is never used",       &any,    "\xc1",                 "any",    1},
        {"its form is longer than due",    &any,    "\xcc\x01",             "any",    2},
        {"there is nothing",               &any,    "",                     "any",    0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct bytes       out = {NULL, 0};
        const struct bytes packed = {(const uint8_t *)rows[i].packed, rows[i].size};
        const char        *offence = read_one(rows[i].field, packed, &out);
        cr_expect(zero(int, strcmp(offence, rows[i].offence)), "when %s: '%s'", rows[i].when,
                  offence);
    }
}

// --- Maps -------------------------------------------------------------------

struct wish {
    uint64_t     hope, rank;
    bool         is_urgent;
    struct bytes name, text;
};

#define WISH(member) offsetof(struct wish, member)

// clang-format off

static const struct field wish_fields[] = {
    {.name = "hope", .type = FIELD_NUMBER, OPTIONAL, .offset = WISH(hope), .max = 9, .absent = 5},
    {.name = "name", .type = FIELD_NAME, .offset = WISH(name)},
    {.name = "rank", .type = FIELD_NUMBER, .offset = WISH(rank), .max = 9},
    {.name = "text", .type = FIELD_TEXT, OPTIONAL, .offset = WISH(text), .max = 4},
    {.name = "urgent", .type = FIELD_FLAG, OPTIONAL, .offset = WISH(is_urgent), .absent = false},
};

// clang-format on

static const struct record wish_record = {"wish", wish_fields, ROWS(wish_fields),
                                          sizeof(struct wish)};

#define HOPE   "\xa4hope"
#define NAME   "\xa4name"
#define RANK   "\xa4rank"
#define TEXT   "\xa4text"
#define URGENT "\xa6urgent"
#define N      NAME "\xa1n"
#define R      RANK "\x02"

Test(field, a_map_is_read_by_the_names_of_its_fields)
{
    struct wish        wish;
    struct pack_reader reader =
        pack_reader(BYTES("\x85" HOPE "\x01" N R TEXT "\xa2tt" URGENT "\xc3"));
    memset(&wish, 0xaa, sizeof wish);
    cr_expect(record_read_map(&wish_record, &reader, &wish).at == NULL);
    cr_expect(pack_read_end(&reader));
    cr_expect(eq(u64, wish.hope, 1));
    cr_expect(is_text(wish.name, "n"));
    cr_expect(eq(u64, wish.rank, 2));
    cr_expect(is_text(wish.text, "tt"));
    cr_expect(wish.is_urgent);
}

Test(field, what_a_map_leaves_out_is_absent)
{
    struct wish        wish;
    struct pack_reader reader = pack_reader(BYTES("\x82" N R));
    memset(&wish, 1, sizeof wish);
    cr_expect(record_read_map(&wish_record, &reader, &wish).at == NULL);
    cr_expect(pack_read_end(&reader));
    cr_expect(eq(u64, wish.hope, 5));
    cr_expect(is_text(wish.name, "n"));
    cr_expect(eq(u64, wish.rank, 2));
    cr_expect(wish.text.at == NULL);
    cr_expect(zero(sz, wish.text.size));
    cr_expect(not(wish.is_urgent));
}

// A text a byte longer than a name.
#define LONG           "\xd9\x41" KEY KEY "k"
#define PACKED(string) string, sizeof(string) - 1

Test(field, the_first_offence_in_a_map_is_named)
{
    static const struct {
        const char *when, *offence, *packed;
        size_t      size;
    } rows[] = {
        {"nothing is wrong",               "",          PACKED("\x82" N R)                     },
        {"an optional one stands between", "",          PACKED("\x83" N R URGENT "\xc3")       },
        {"the first required is missing",  "name",      PACKED("\x81" R)                       },
        {"the last required is missing",   "rank",      PACKED("\x81" N)                       },
        {"an optional hides a required",   "rank",      PACKED("\x82" N TEXT "\xa1t")          },
        {"an unknown hides a required",    "rank",      PACKED("\x82" N "\xa1z\x01")           },
        {"all are missing",                "name",      PACKED("\x80")                         },
        {"an unknown stands first",        "g",         PACKED("\x83\xa1g\x01" N R)            },
        {"an unknown stands between",      "o",         PACKED("\x83" N "\xa1o\x01" R)         },
        {"an unknown stands last",         "z",         PACKED("\x83" N R "\xa1z\x01")         },
        {"a known one is misspelt",        "names",     PACKED("\x83" N "\xa5names\x01" R)     },
        {"a known one is cut",             "nam",       PACKED("\x82\xa3nam\xa1n" R)           },
        {"one stands twice",               "arguments", PACKED("\x83" N N R)                   },
        {"the last stands twice",          "arguments", PACKED("\x83" N R R)                   },
        {"they are not in order",          "arguments", PACKED("\x83" N HOPE "\x01" R)         },
        {"unknown ones are not in order",  "z",         PACKED("\x84" N R "\xa1z\x01\xa1y\x01")},
        {"a key is no text",               "arguments", PACKED("\x82" N "\x01\x02")            },
        {"the first key is no text",       "arguments", PACKED("\x82\xc0\x01" N)               },
        {"a key is longer than a name",    "arguments", PACKED("\x81" LONG "\x01")             },
        {"a value is out of bounds",       "rank",      PACKED("\x82" N RANK "\x0a")           },
        {"a value is of another type",     "name",      PACKED("\x82" NAME "\x01" R)           },
        {"a value is nil",                 "rank",      PACKED("\x82" N RANK "\xc0")           },
        {"an optional value is nil",       "hope",      PACKED("\x83" HOPE "\xc0" N R)         },
        {"a value is what means absent",   "hope",      PACKED("\x83" HOPE "\x05" N R)         },
        {"a flag is what means absent",    "urgent",    PACKED("\x83" N R URGENT "\xc2")       },
        {"a value is cut",                 "rank",      PACKED("\x82" N RANK)                  },
        {"a key is cut",                   "arguments", PACKED("\x82" N "\xa4ran")             },
        {"there are more than fields",     "arguments", PACKED("\x86" N R)                     },
        {"its head is longer than due",    "arguments", PACKED("\xde\0\x02" N R)               },
        {"it is an array",                 "arguments", PACKED("\x92\xa1n\x02")                },
        {"it is nil",                      "arguments", PACKED("\xc0")                         },
        {"there is nothing",               "arguments", PACKED("")                             },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct wish        wish;
        struct pack_reader reader =
            pack_reader((struct bytes){(const uint8_t *)rows[i].packed, rows[i].size});
        const struct bytes offence = record_read_map(&wish_record, &reader, &wish);
        cr_expect(eq(int, reader.is_bad, rows[i].offence[0] != 0), "when %s", rows[i].when);
        cr_expect(is_text(offence, rows[i].offence), "when %s: '%.*s'", rows[i].when,
                  (int)offence.size, (const char *)offence.at);
    }
}

// The map need not be the last: who reads it looks for the end.
Test(field, what_stands_behind_a_map_is_left)
{
    struct wish        wish;
    struct pack_reader reader = pack_reader(BYTES("\x82" N R "\x07"));
    cr_expect(record_read_map(&wish_record, &reader, &wish).at == NULL);
    cr_expect(not(pack_read_end(&reader)));
    cr_expect(eq(u64, pack_read_number(&reader, 9), 7));
    cr_expect(pack_read_end(&reader));
}

Test(field, a_map_of_no_field_is_empty)
{
    static const struct record no_record = {"nothing", NULL, 0, 0};
    struct wish                wish;
    struct pack_reader         reader = pack_reader(BYTES("\x80"));
    cr_expect(record_read_map(&no_record, &reader, &wish).at == NULL);
    cr_expect(pack_read_end(&reader));
    reader = pack_reader(BYTES("\x81" N));
    cr_expect(is_text(record_read_map(&no_record, &reader, &wish), "arguments"));
    cr_expect(reader.is_bad);
}
