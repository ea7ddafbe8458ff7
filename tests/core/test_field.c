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
    struct bytes name, path, text, file, key, id;
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
    {.name = "id", .type = FIELD_ID, OPTIONAL, .offset = AT(id)},
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
    const struct field *field = record_read(&thing_record, &reader, thing);
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

#define ALL                                                          \
    "\x09\xcd\x01\x00\x01\xc3\xa1n\xa3p/q\xa2tt\xa2\n\n\xc4\x20" KEY \
    "\xc4\x10iiiiiiiiiiiiiiii\x92\x91\x01\x91\x02\x91\x91\x01"
#define NONE "\xc0\xc0\xc0\xc2\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0"

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
    cr_expect(is_text(thing.id, "iiiiiiiiiiiiiiii"));
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
    cr_assert(record_read(&long_record, &reader, &list) == NULL);
    struct list_reader items = list_start(list);
    uint32_t           seen = 0;
    for (; list_next(&items, &inner_record, &inner); seen++)
        cr_assert(eq(u64, inner.number, seen % 10));
    cr_expect(eq(u32, seen, count));
}
