// The rows of kinds: numbers and words are for ever, and the rows are sound.
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/event/event.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

#define ROWS(rows)    (sizeof(rows) / sizeof(rows)[0])
#define BYTES(string) ((struct bytes){(const uint8_t *)(string), sizeof(string) - 1})

// Said again, since logs are full of them: a row here is added, never changed.
static const struct {
    uint64_t    kind;
    const char *name, *fields;
} golden_kinds[] = {
    {0,  "opening",
     "origin:text<=128 server:text<=128 ledger_key:key recovery_key:key "
     "software_version:text<=64 eula_version:text<=64 vendors:list<=16 "
     "test_clock:flag "                                                                               },
    {1,  "license_upload",    "file:file<=12288 source:text<=512? reason:text<=200? "                 },
    {2,  "eula_acceptance",   "version:text<=64 reason:text<=200? "                                   },
    {3,  "password_change",   "account:name reason:text<=200? "                                       },
    {4,  "software_update",   "software_version:text<=64 eula_version:text<=64 reason:text<=200? "    },
    {5,  "actor_enrolment",
     "name:name key:key role:choice group:path reason:text<=200? must_sign:flag+ "                    },
    {6,  "actor_removal",     "name:name reason:text<=200? "                                          },
    {7,  "group_creation",    "group:path label:name? reason:text<=200? "                             },
    {8,  "group_update",      "group:path name:name? label:name? reason:text<=200? "                  },
    {9,  "group_move",        "group:path parent:path force:flag reason:text<=200? "                  },
    {10, "group_removal",     "group:path cascade:flag reason:text<=200? "                            },
    {11, "group_block",       "group:path blocked:flag reason:text<=200? "                            },
    {12, "allocation",
     "group:path version:number<=2147483647 restricted:flag oversubscribed:flag "
     "force:flag packages:list<=32 reason:text<=200? "                                                },
    {13, "reminder_policy",
     "group:path enabled:flag frequency:choice days:number<=3650? date:time? copies:flag "
     "reason:text<=200? "                                                                             },
    {14, "user_creation",     "user:name group:path reason:text<=200? "                               },
    {15, "user_removal",      "user:name cascade:flag reason:text<=200? "                             },
    {16, "membership",        "user:name group:path member:flag cascade:flag reason:text<=200? "      },
    {17, "user_assignment",
     "user:name group:path from:time? until:time? entries:list<=64? force:flag "
     "reason:text<=200? "                                                                             },
    {18, "consumption",
     "group:path resource:name unit:name user:name? direction:choice? purpose:choice+ "
     "needed:name+ lease:number<=31622400000+ lease_set:name+ "                                       },
    {19, "renewal",           "resource:name? unit:name? group:path? lease_set:name? "                },
    {20, "release",           "resource:name unit:name direction:choice? cascade:flag+ "              },
    {21, "transfer",          "resource:name unit:name to_unit:name? to_user:name? reason:text<=200? "},
    {22, "plan",              "events:events<=1024 reason:text<=200? "                                },
    {23, "vendor_enrolment",  "name:text<=128 key:key trusted:flag reason:text<=200? "                },
    {24, "policy",            "must_sign:flag refusal_rate:number<=2147483647 reason:text<=200? "     },
    {25, "boundary",          "edge:time "                                                            },
    {26, "reminder",
     "group:path package:name until:time due:time days_left:number<=9223372036854775807 "
     "resources:list<=64 actors:list<=32 actor_count:number<=9223372036854775807 "
     "touched:list<=32 touched_count:number<=9223372036854775807 "                                    },
    {27, "reminder_delivery",
     "reminder:number<=9223372036854775807 sent:flag detail:text<=200? reason:text<=200? "            },
    {28, "snapshot",          "size:number<=9223372036854775807 digest:hash file:hash "               },
    {29, "archive",           "below:number<=9223372036854775807 root:hash "                          },
    {30, "clock_step",        "wall:time reason:text<=200? "                                          },
    {31, "resumption",        "since:time "                                                           },
    {32, "refusals_counted",  "from:time counts:list<=128 "                                           },
    {34, "key_rotation",      "certificate:file<=1024 reason:text<=200? "                             },
};

// Name, type, bound where the row has one, and whether it may be absent (? nil, + left out).
static void add_field(const struct field *field, struct buffer *names)
{
    // A duration is a number on the wire.
    static const char *const types[] = {"number", "time", "number", "flag",  "choice", "name",
                                        "path",   "text", "file",   "key",   "hash",   "id",
                                        "binary", "any",  "list",   "events"};
    cr_assert(lt(sz, field->type, ROWS(types)), "%s has a type", field->name);
    buffer_printf(names, "%s:%s", field->name, types[field->type]);
    if (field->max > 0) buffer_printf(names, "<=%llu", (unsigned long long)field->max);
    if (field->is_optional) buffer_add_text(names, field->is_added ? "+" : "?");
    buffer_add_text(names, " ");
}

static void add_names(const struct record *record, struct buffer *names)
{
    for (uint32_t i = 0; i < record->field_count; i++)
        add_field(&record->fields[i], names);
}

Test(event, X16_kinds_and_their_fields_are_for_ever)
{
    for (uint32_t i = 0; i < ROWS(golden_kinds); i++) {
        uint8_t                memory[512];
        struct buffer          names = buffer_over(memory, sizeof memory);
        const struct kind_row *row = kind_row(golden_kinds[i].kind);
        cr_assert(row != NULL, "%s", golden_kinds[i].name);
        add_names(row->record, &names);
        cr_expect(zero(int, strcmp(row->record->name, golden_kinds[i].name)));
        cr_expect(zero(int, strcmp(buffer_text(&names), golden_kinds[i].fields)), "%s",
                  golden_kinds[i].name);
        cr_expect(kind_at(i) == row);
        cr_expect(kind_by_name(bytes_of_text(golden_kinds[i].name)) == row);
    }
    cr_expect(kind_at(ROWS(golden_kinds)) == NULL, "every kind has a row here");
}

Test(event, what_is_no_kind_has_no_row)
{
    cr_expect(kind_row(33) == NULL);
    cr_expect(kind_row(KIND_MAX) == NULL);
    cr_expect(kind_row(UINT64_MAX) == NULL);
    cr_expect(kind_row((uint64_t)RELEASE << 32) == NULL);
    cr_expect(kind_by_name(bytes_of_text("releas")) == NULL);
    cr_expect(kind_by_name(bytes_of_text("releases")) == NULL);
    cr_expect(kind_by_name(bytes_of_text("")) == NULL);
    cr_expect(kind_at(UINT32_MAX) == NULL);
}

Test(event, the_fields_of_no_kind_are_a_bug, .signal = SIGABRT)
{
    const struct event none = {.kind = (enum kind)33};
    (void)event_field_count(&none);
}

Test(event, kinds_ascend_below_their_bound)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        cr_expect(le(int, kind_at(i)->kind, KIND_MAX));
        if (i > 0) cr_expect(gt(int, kind_at(i)->kind, kind_at(i - 1)->kind));
        cr_expect(not(kind_at(i)->is_administrative && kind_at(i)->is_of_ledger));
    }
}

// Which members of a row a type needs.
static void check_field(const struct record *record, const struct field *field)
{
    const bool has_max = field->type == FIELD_NUMBER || field->type == FIELD_DURATION ||
                         field->type == FIELD_TEXT || field->type == FIELD_FILE ||
                         field->type == FIELD_BINARY || field->type == FIELD_ANY ||
                         field->type == FIELD_LIST || field->type == FIELD_EVENTS;
    cr_expect(field->help != NULL && text_is_one_line(bytes_of_text(field->help)), "%s.%s",
              record->name, field->name);
    cr_expect(eq(int, field->max > 0, has_max), "%s.%s", record->name, field->name);
    cr_expect(eq(int, field->words != NULL, field->type == FIELD_CHOICE), "%s.%s", record->name,
              field->name);
    cr_expect(eq(int, field->item != NULL, field->type == FIELD_LIST), "%s.%s", record->name,
              field->name);
    cr_expect(not(field->is_optional && field->type == FIELD_FLAG && !field->is_added), "%s.%s",
              record->name, field->name);
    cr_expect(not(field->is_added && !field->is_optional), "%s.%s", record->name, field->name);
}

static size_t member_size(const struct field *field)
{
    if (field->type == FIELD_FLAG) return sizeof(bool);
    if (field_is_numeric(field)) return sizeof(uint64_t);
    if (field->type == FIELD_LIST || field->type == FIELD_EVENTS) return sizeof(struct list);
    return sizeof(struct bytes);
}

static void check_record(const struct record *record)
{
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        check_field(record, field);
        cr_expect(le(sz, field->offset + member_size(field), record->size), "%s.%s", record->name,
                  field->name);
        for (uint32_t j = 0; j < i; j++) {
            const struct field *other = &record->fields[j];
            cr_expect(ne(int, strcmp(field->name, other->name), 0), "%s.%s", record->name,
                      field->name);
            cr_expect(field->offset >= other->offset + member_size(other) ||
                          other->offset >= field->offset + member_size(field),
                      "%s.%s and %s share no byte", record->name, field->name, other->name);
        }
    }
}

Test(event, rows_of_fields_are_sound)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        check_record(kind_at(i)->record);
        cr_expect(le(sz, kind_at(i)->record->size, sizeof(((struct event *)NULL)->of)));
        cr_expect(text_is_one_line(bytes_of_text(kind_at(i)->help)));
    }
    check_record(&package_record);
    check_record(&entry_record);
    check_record(&vendor_key_record);
}

// The last field that the record had at first.
static const struct field *last_of_first(const struct record *record)
{
    uint32_t at = record->field_count - 1;
    while (record->fields[at].is_added)
        at--;
    return &record->fields[at];
}

Test(event, X22_every_administrative_event_may_say_why)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        const struct record *record = kind_at(i)->record;
        const struct field  *last = last_of_first(record);
        const bool           has_reason = strcmp(last->name, "reason") == 0;
        cr_expect(eq(int, has_reason, kind_at(i)->is_administrative), "%s", record->name);
        if (!has_reason) continue;
        cr_expect(last->is_optional);
        cr_expect(eq(u64, last->max, 200));
    }
}

Test(event, R_roles_have_words_that_are_stored)
{
    static const char *const words[] = {"none",  "server_admin", "site_admin",
                                        "agent", "auditor",      "recovery"};
    for (size_t i = 0; i < ROWS(words); i++)
        cr_expect(zero(int, strcmp(role_word((enum role)i), words[i])));
}

Test(event, R_no_role_beyond_the_last, .signal = SIGABRT)
{
    (void)role_word((enum role)(RECOVERY + 1));
}

Test(event, a_packed_event_is_a_whole_array)
{
    static const struct {
        const char *when, *offence;
        const char *packed;
        size_t      size;
    } rows[] = {
        {"it is whole",              "",          "\x94\x14\xa1r\xa1u\xc0",         7},
        {"a byte stands behind",     "fields",    "\x94\x14\xa1r\xa1u\xc0\xc0",     8},
        {"an added value is there",  "",          "\x95\x14\xa1r\xa1u\xc0\xc3",     8},
        {"an added value is absent", "cascade",   "\x95\x14\xa1r\xa1u\xc0\xc0",     8},
        {"a value is too much",      "fields",    "\x96\x14\xa1r\xa1u\xc0\xc3\xc3", 9},
        {"the count is one too low", "fields",    "\x93\x14\xa1r\xa1u\xc0",         7},
        {"the last value is cut",    "direction", "\x94\x14\xa1r\xa1u",             6},
        {"the array is empty",       "kind",      "\x90",                           1},
        {"it is no array",           "kind",      "\x14",                           1},
        {"it is a map",              "kind",      "\x82\x14\xa1r\xa1u\xc0",         7},
        {"there is nothing",         "kind",      "",                               0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct event       event;
        const char        *offence = "";
        const struct bytes packed = {(const uint8_t *)rows[i].packed, rows[i].size};
        const bool         is_read = event_read_packed(packed, &event, &offence);
        cr_expect(eq(int, is_read, rows[i].offence[0] == 0), "when %s", rows[i].when);
        cr_expect(zero(int, strcmp(offence, rows[i].offence)), "when %s: '%s'", rows[i].when,
                  offence);
    }
}

Test(event, a_written_event_is_read_the_same)
{
    uint8_t            memory[64];
    struct buffer      buffer = buffer_over(memory, sizeof memory);
    struct event       same;
    const char        *offence = NULL;
    const struct event event = {
        .kind = RELEASE,
        .of.release = {.resource = BYTES("r"), .unit = BYTES("u"), .direction = DIRECTION_OUT}
    };
    event_write(&event, &buffer);
    struct pack_reader reader = pack_reader(buffer_bytes(&buffer));
    event_read(&reader, event_field_count(&event), &same, &offence);
    cr_assert(pack_read_end(&reader));
    cr_expect(eq(int, same.kind, RELEASE));
    cr_expect(bytes_is_equal(same.of.release.unit, event.of.release.unit));
    cr_expect(eq(u64, same.of.release.direction, DIRECTION_OUT));
}

// X17: in leaves people are opaque names. What takes free text is about the server, its vendors and
// its files, or the reason, which is bounded and asked to be without persons; there is no room for
// a name, an address or a number of anybody.
static bool is_text_for_all(const char *name)
{
    static const char *const names[] = {"origin", "server",     "software_version", "eula_version",
                                        "file",   "source",     "version",          "reason",
                                        "detail", "certificate"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) return true;
    }
    return false;
}

Test(event, X17_no_kind_has_room_for_personal_data)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        const struct kind_row *row = kind_at(i);
        for (uint32_t j = 0; j < row->record->field_count; j++) {
            const struct field *field = &row->record->fields[j];
            const bool          is_free = field->type == FIELD_TEXT || field->type == FIELD_FILE;
            const bool          is_vendor =
                row->kind == VENDOR_ENROLMENT && strcmp(field->name, "name") == 0;
            if (is_free && !is_vendor) {
                cr_expect(is_text_for_all(field->name), "%s.%s", row->record->name, field->name);
            }
            if (strcmp(field->name, "user") == 0) {
                cr_expect(eq(int, field->type, FIELD_NAME), "%s.user", row->record->name);
            }
        }
    }
}
