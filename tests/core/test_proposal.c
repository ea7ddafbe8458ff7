// Proposals: golden bytes of every kind, and a refusal that names the field for whatever is wrong.
#include "core/event/proposal.h"
#include "tests/core/golden.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows)[0])
#define RAW(string)                                   \
    {                                                 \
        (const uint8_t *)(string), sizeof(string) - 1 \
    }
#define BYTES(string) ((struct bytes)RAW(string))

enum { VALUE_MAX = 16 };

// "added" has the fields that were added behind the first ones; only some kinds have any.
static const char *const sections[] = {"full", "bare", "added"};

static bool has_section(const struct record *record, const char *section)
{
    return strcmp(section, "added") != 0 || record->fields[record->field_count - 1].is_added;
}

// The section with the most fields.
static const char *fullest(const struct record *record)
{
    return has_section(record, "added") ? "added" : "full";
}

Test(proposal, golden_bytes_of_every_kind_are_read_and_written_again)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        for (size_t j = 0; j < ROWS(sections); j++) {
            uint8_t         memory[4096], again[4096];
            const char     *offence = NULL;
            struct proposal proposal;
            const char     *name = kind_at(i)->record->name;
            if (!has_section(kind_at(i)->record, sections[j])) continue;
            const struct bytes packed = golden(name, sections[j], memory);
            cr_assert(proposal_read(packed, &proposal, &offence), "%s %s: %s", name, sections[j],
                      offence);
            cr_expect(eq(int, proposal.event.kind, kind_at(i)->kind));
            cr_expect(eq(u64, proposal.not_after_ms, 1790000000000));
            struct buffer buffer = buffer_over(again, sizeof again);
            proposal_write(&proposal, &buffer);
            cr_expect(bytes_is_equal(buffer_bytes(&buffer), packed), "%s %s", name, sections[j]);
        }
    }
}

// Where a kind must have one of several, the full event has one and the bare one another.
static bool is_other_way_round(const char *record, const char *field, const char *section)
{
    static const char *const rows[][3] = {
        {"group_update",    "name",      "bare"},
        {"reminder_policy", "date",      "full"},
        {"reminder_policy", "date",      "bare"},
        {"renewal",         "group",     "full"},
        {"renewal",         "group",     "bare"},
        {"renewal",         "lease_set", "full"},
        {"renewal",         "lease_set", "bare"},
        {"transfer",        "to_unit",   "bare"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        if (strcmp(rows[i][0], record) == 0 && strcmp(rows[i][1], field) == 0 &&
            strcmp(rows[i][2], section) == 0)
            return true;
    }
    return false;
}

static bool is_expected_absent(const struct record *record, const struct field *field,
                               const char *section)
{
    bool is_absent = strcmp(section, "bare") == 0;
    if (strcmp(section, "full") == 0) is_absent = field->is_added;
    return is_absent != is_other_way_round(record->name, field->name, section);
}

Test(proposal, the_bare_one_of_every_kind_has_no_optional_field_and_the_full_one_has_all)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        const struct record *record = kind_at(i)->record;
        for (size_t j = 0; j < ROWS(sections); j++) {
            uint8_t         memory[4096];
            const char     *offence = NULL;
            struct proposal proposal;
            if (!has_section(record, sections[j])) continue;
            cr_assert(
                proposal_read(golden(record->name, sections[j], memory), &proposal, &offence));
            for (uint32_t k = 0; k < record->field_count; k++) {
                if (!record->fields[k].is_optional) continue;
                const bool is_absent = field_is_absent(&record->fields[k], &proposal.event.of);
                cr_expect(
                    eq(int, is_absent, is_expected_absent(record, &record->fields[k], sections[j])),
                    "%s %s %s", record->name, sections[j], record->fields[k].name);
            }
        }
    }
}

static const uint8_t keys[256] = {
#define EIGHT(n) (n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7
    EIGHT(0x00), EIGHT(0x08), EIGHT(0x10), EIGHT(0x18), EIGHT(0x20), EIGHT(0x28), EIGHT(0x30),
    EIGHT(0x38), EIGHT(0x40), EIGHT(0x48), EIGHT(0x50), EIGHT(0x58), EIGHT(0x60), EIGHT(0x68),
    EIGHT(0x70), EIGHT(0x78), EIGHT(0x80), EIGHT(0x88), EIGHT(0x90), EIGHT(0x98), EIGHT(0xa0),
#undef EIGHT
};

#define KEY(first)         \
    {                      \
        keys + (first), 32 \
    }
#define WHY                         \
    RAW("because \xc3\xbcn\xc3\xaf" \
        "code")
#define ORIGIN RAW("ledger.example/lic1")
#define USER   RAW("u-0001")
#define NORTH  RAW("acme/north")
#define ACS    RAW("LICENSE_HIKVISION_ACS")
#define DEVICE RAW("00408c123456")
#define VENDOR RAW("vendor.example")
#define FILE_TEXT                                                    \
    RAW("licet license v1\nserver cam-hq.example\nserial 20261101\n" \
        "LICENSE_HIKVISION 20 per-channel\n\n\xe2\x80\x94 vendor.example AAAA\n")

// clang-format 14 crashes on this table.
// clang-format off

// What the full golden proposals mean; their lists are looked into further down.
static const struct event full_events[] = {
    {OPENING,
     {.opening = {.origin = ORIGIN,
                  .server = RAW("cam-hq.example"),
                  .ledger_key = KEY(0x10),
                  .recovery_key = KEY(0x40),
                  .software_version = RAW("4.5.0"),
                  .eula_version = RAW("2026-01"),
                  .has_test_clock = true}}},
    {LICENSE_UPLOAD,
     {.license_upload = {.file = FILE_TEXT,
                         .source = RAW("https://vendor.example/cam-hq.lic"),
                         .reason = WHY}}},
    {EULA_ACCEPTANCE, {.eula_acceptance = {.version = RAW("2026-01"), .reason = WHY}}},
    {PASSWORD_CHANGE, {.password_change = {.account = RAW("Admin"), .reason = WHY}}},
    {SOFTWARE_UPDATE,
     {.software_update = {.software_version = RAW("4.8.0"),
                          .eula_version = RAW("2026-02"),
                          .reason = WHY}}},
    {ACTOR_ENROLMENT,
     {.actor_enrolment = {.name = RAW("agent-7"),
                          .key = KEY(0x20),
                          .role = AGENT,
                          .group = RAW("acme/north/river-park"),
                          .reason = WHY,
                          .must_sign = true}}},
    {ACTOR_REMOVAL, {.actor_removal = {.name = RAW("agent-7"), .reason = WHY}}},
    {GROUP_CREATION,
     {.group_creation = {.group = RAW("acme/north/river-park/b2"),
                         .label = RAW("building"),
                         .reason = WHY}}},
    {GROUP_UPDATE,
     {.group_update = {
          .group = NORTH, .name = RAW("south"), .label = RAW("dealer"), .reason = WHY}}},
    {GROUP_MOVE,
     {.group_move = {.group = NORTH,
                     .parent = RAW("acme/north/river-park/b2"),
                     .is_forced = true,
                     .reason = WHY}}},
    {GROUP_REMOVAL, {.group_removal = {.group = NORTH, .is_cascade = true, .reason = WHY}}},
    {GROUP_BLOCK, {.group_block = {.group = NORTH, .is_blocked = true, .reason = WHY}}},
    {ALLOCATION,
     {.allocation = {.group = NORTH,
                     .version = COUNT_MAX,
                     .is_restricted = true,
                     .is_oversubscribed = true,
                     .is_forced = true,
                     .reason = WHY}}},
    {REMINDER_POLICY,
     {.reminder_policy = {.group = NORTH,
                          .is_enabled = true,
                          .frequency = FREQUENCY_WEEKLY,
                          .days = 3650,
                          .date_ms = TIME_NEVER,
                          .is_copied = true,
                          .reason = WHY}}},
    {USER_CREATION, {.user_creation = {.user = USER, .group = NORTH, .reason = WHY}}},
    {USER_REMOVAL, {.user_removal = {.user = USER, .is_cascade = true, .reason = WHY}}},
    {MEMBERSHIP,
     {.membership = {.user = USER,
                     .group = NORTH,
                     .is_member = true,
                     .is_cascade = true,
                     .reason = WHY}}},
    {USER_ASSIGNMENT,
     {.user_assignment = {.user = USER,
                          .group = NORTH,
                          .from_ms = 1,
                          .until_ms = TIME_MS_MAX,
                          .is_forced = true,
                          .reason = WHY}}},
    {CONSUMPTION,
     {.consumption = {.group = RAW("acme/north/river-park/b2/apt-42"),
                      .resource = ACS,
                      .unit = DEVICE,
                      .user = USER,
                      .direction = DIRECTION_OUT,
                      .purpose = PURPOSE_SERVICE,
                      .needed = RAW("1001"),
                      .lease_ms = LEASE_MS_MAX,
                      .lease_set = RAW("lobby")}}},
    {RENEWAL, {.renewal = {.resource = ACS, .unit = DEVICE}}},
    {RELEASE,
     {.release = {
          .resource = ACS, .unit = DEVICE, .direction = DIRECTION_IN, .is_cascade = true}}},
    {TRANSFER,
     {.transfer = {.resource = ACS,
                   .unit = DEVICE,
                   .to_unit = RAW("00408c654321"),
                   .to_user = USER,
                   .reason = WHY}}},
    {PLAN, {.plan = {.reason = WHY}}},
    {VENDOR_ENROLMENT,
     {.vendor_enrolment = {
          .name = VENDOR, .key = KEY(0x70), .is_trusted = true, .reason = WHY}}},
    {POLICY,
     {.policy = {.must_sign = true, .refusal_rate = COUNT_MAX, .reason = WHY}}},
    {BOUNDARY, {.boundary = {.edge_ms = TIME_MS_MAX}}},
    {REMINDER,
     {.reminder = {.group = NORTH,
                   .package = RAW("base"),
                   .until_ms = TIME_MS_MAX,
                   .due_ms = 1790000000000,
                   .days_left = 14,
                   .actor_count = INT64_MAX,
                   .touched_count = INT64_MAX}}},
    {REMINDER_DELIVERY,
     {.reminder_delivery = {.reminder = INT64_MAX,
                            .is_sent = true,
                            .detail = RAW("250 queued"),
                            .reason = WHY}}},
    {SNAPSHOT,
     {.snapshot = {.size = INT64_MAX, .digest = KEY(0x60), .file = KEY(0x80)}}},
    {ARCHIVE, {.archive = {.below = INT64_MAX, .root = KEY(0x60)}}},
    {CLOCK_STEP, {.clock_step = {.wall_ms = TIME_MS_MAX, .reason = RAW("fix")}}},
    {RESUMPTION, {.resumption = {.since_ms = TIME_MS_MAX}}},
    {REFUSALS_COUNTED, {.refusals_counted = {.from_ms = TIME_MS_MAX}}},
    {KEY_ROTATION,
     {.key_rotation = {.certificate = RAW("licet/key-cert/v1\norigin ledger.example/lic1\n\n"
                                          "\xe2\x80\x94 root.ledger.example/lic1 AAAA\n"),
                       .reason = WHY}}},
};

// clang-format on

// Puts the lists of one event into another of the same kind.
static void copy_lists(const struct record *record, const struct event *from, struct event *to)
{
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        if (field->type != FIELD_LIST && field->type != FIELD_EVENTS) continue;
        const struct list list = field_list(field, &from->of);
        memcpy((uint8_t *)&to->of + field->offset, &list, sizeof list);
    }
}

Test(proposal, every_member_of_an_event_is_written_where_the_golden_bytes_have_it)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        uint8_t            memory[4096], again[4096];
        const char        *offence = NULL;
        struct proposal    proposal;
        const char        *name = kind_at(i)->record->name;
        const struct bytes packed = golden(name, fullest(kind_at(i)->record), memory);
        cr_assert(lt(sz, i, ROWS(full_events)), "a row for %s", name);
        cr_assert(eq(int, full_events[i].kind, kind_at(i)->kind), "a row for %s", name);
        cr_assert(proposal_read(packed, &proposal, &offence));
        struct event event = full_events[i];
        copy_lists(kind_at(i)->record, &proposal.event, &event);
        proposal.event = event;
        struct buffer buffer = buffer_over(again, sizeof again);
        proposal_write(&proposal, &buffer);
        cr_expect(bytes_is_equal(buffer_bytes(&buffer), packed), "%s", name);
    }
}

static struct proposal read_golden(const char *name, uint8_t *memory)
{
    struct proposal proposal;
    const char     *offence = NULL;
    cr_assert(proposal_read(golden(name, "full", memory), &proposal, &offence));
    return proposal;
}

static bool is_text(struct bytes bytes, const char *text)
{
    return bytes_is_equal(bytes, bytes_of_text(text));
}

Test(proposal, B14_packages_and_their_entries_are_read_one_by_one)
{
    uint8_t               memory[4096];
    const struct proposal proposal = read_golden("allocation", memory);
    struct list_reader    packages = list_start(proposal.event.of.allocation.packages);
    struct package        package;
    struct entry          entry;
    cr_assert(list_next(&packages, &package_record, &package));
    cr_expect(is_text(package.name, "winter"));
    cr_expect(eq(u64, package.from_ms, 1790000000000));
    cr_expect(eq(u64, package.until_ms, 1800000000000));
    struct list_reader entries = list_start(package.entries);
    cr_assert(list_next(&entries, &entry_record, &entry));
    cr_expect(is_text(entry.name, "sip_number"));
    cr_expect(eq(u64, entry.count, 50));
    cr_assert(list_next(&entries, &entry_record, &entry));
    cr_expect(eq(u64, entry.count, COUNT_MAX));
    cr_assert(list_next(&entries, &entry_record, &entry));
    cr_expect(is_text(entry.name, "web_dialer"));
    cr_expect(eq(u64, entry.count, ENTRY_FEATURE));
    cr_expect(not(list_next(&entries, &entry_record, &entry)));
    cr_assert(list_next(&packages, &package_record, &package));
    cr_expect(is_text(package.name, "base"));
    cr_expect(zero(u64, package.from_ms));
    cr_expect(eq(u64, package.until_ms, TIME_NEVER));
    entries = list_start(package.entries);
    cr_expect(not(list_next(&entries, &entry_record, &entry)));
    cr_expect(not(list_next(&packages, &package_record, &package)));
}

Test(proposal, vendors_are_read_one_by_one)
{
    uint8_t               memory[4096];
    const struct proposal proposal = read_golden("opening", memory);
    struct list_reader    vendors = list_start(proposal.event.of.opening.vendors);
    struct vendor_key     vendor;
    cr_assert(list_next(&vendors, &vendor_key_record, &vendor));
    cr_expect(is_text(vendor.name, "vendor.example"));
    cr_expect(bytes_is_equal(vendor.key, (struct bytes)KEY(0x70)));
    cr_assert(list_next(&vendors, &vendor_key_record, &vendor));
    cr_expect(is_text(vendor.name, "second.example/lic"));
    cr_expect(not(list_next(&vendors, &vendor_key_record, &vendor)));
}

Test(proposal, X14_events_of_a_plan_are_read_one_by_one)
{
    uint8_t               memory[4096];
    const struct proposal proposal = read_golden("plan", memory);
    struct list_reader    events = list_start(proposal.event.of.plan.events);
    struct bytes          packed;
    struct event          event;
    const char           *offence = NULL;
    cr_assert(list_next_packed(&events, &packed));
    cr_assert(event_read_packed(packed, &event, &offence));
    cr_expect(eq(int, event.kind, CONSUMPTION));
    cr_expect(is_text(event.of.consumption.unit, "ch-1"));
    cr_expect(eq(u64, event.of.consumption.direction, DIRECTION_ABSENT));
    cr_assert(list_next_packed(&events, &packed));
    cr_assert(event_read_packed(packed, &event, &offence));
    cr_expect(eq(int, event.kind, RELEASE));
    cr_expect(is_text(event.of.release.unit, "ch-0"));
    cr_expect(not(list_next_packed(&events, &packed)));
}

Test(proposal, an_absent_list_is_not_an_empty_one)
{
    uint8_t         memory[4096], again[4096];
    const char     *offence = NULL;
    struct proposal proposal;
    cr_assert(proposal_read(golden("user_assignment", "bare", memory), &proposal, &offence));
    cr_expect(proposal.event.of.user_assignment.entries.packed.at == NULL);
    proposal.event.of.user_assignment.entries.packed.at = memory; // none, but there
    struct buffer buffer = buffer_over(again, sizeof again);
    proposal_write(&proposal, &buffer);
    cr_assert(proposal_read(buffer_bytes(&buffer), &proposal, &offence));
    cr_expect(proposal.event.of.user_assignment.entries.packed.at != NULL);
    cr_expect(zero(u32, proposal.event.of.user_assignment.entries.count));
}

// --- Whatever is wrong ------------------------------------------------------

// An array whose values can be replaced one by one: a proposal, or an item of one of its lists.
struct subject {
    const struct record *record;
    bool                 is_item;
    struct bytes         packed;
    uint32_t             before; // values before the fields
    uint32_t             count;  // values in all
    size_t               starts[VALUE_MAX + 1];
};

static struct subject subject_of(const struct record *record, bool is_item, struct bytes packed)
{
    struct subject     subject = {.record = record, .is_item = is_item, .packed = packed};
    struct pack_reader reader = pack_reader(packed);
    subject.before = is_item ? 0 : 3;
    subject.count = pack_read_array(&reader, VALUE_MAX);
    for (uint32_t i = 0; i < subject.count; i++) {
        subject.starts[i] = packed.size - reader.rest.size;
        (void)pack_read_any(&reader);
    }
    subject.starts[subject.count] = packed.size;
    cr_assert(pack_read_end(&reader));
    cr_assert(eq(u32, subject.count, subject.before + record->field_count));
    return subject;
}

// The name of the field that is refused, or "" when nothing is.
static const char *offence_of(const struct subject *subject, struct bytes packed)
{
    if (!subject->is_item) {
        struct proposal proposal;
        const char     *offence = "no name";
        return proposal_read(packed, &proposal, &offence) ? "" : offence;
    }
    uint8_t            out[256];
    struct pack_reader reader = pack_reader(packed);
    if (pack_read_array(&reader, VALUE_MAX) != subject->count) return "fields";
    const struct field *field =
        record_read(subject->record, subject->record->field_count, &reader, out);
    if (field != NULL) return field->name;
    return pack_read_end(&reader) ? "" : "fields";
}

static const char *value_name(const struct subject *subject, uint32_t value)
{
    static const char *const heads[] = {"id", "not_after", "kind"};
    if (value == subject->count) return "fields";
    if (value < subject->before) return heads[value];
    return subject->record->fields[value - subject->before].name;
}

// The subject with other bytes for one of its values; lives until the next one is made.
static struct bytes replaced(const struct subject *subject, uint32_t value, struct bytes other)
{
    static uint8_t memory[MESSAGE_SIZE_MAX];
    struct buffer  buffer = buffer_over(memory, sizeof memory);
    buffer_add(&buffer, (struct bytes){subject->packed.at, subject->starts[value]});
    buffer_add(&buffer, other);
    buffer_add(&buffer, bytes_after(subject->packed, subject->starts[value + 1]));
    cr_assert(not(buffer.is_full));
    return buffer_bytes(&buffer);
}

static const char *with(const struct subject *subject, uint32_t value, struct bytes other)
{
    return offence_of(subject, replaced(subject, value, other));
}

static void refused(const struct subject *subject, uint32_t field, struct bytes other,
                    const char *when)
{
    const uint32_t value = subject->before + field;
    const char    *offence = with(subject, value, other);
    cr_expect(zero(int, strcmp(offence, value_name(subject, value))), "%s.%s, when %s: '%s'",
              subject->record->name, value_name(subject, value), when, offence);
}

// What the rows allow, and yet the full golden event cannot have: test_offence.c has these rules.
static const struct exception {
    const char *record, *field, *when, *offence;
} exceptions[] = {
    {"actor_enrolment", "role",      "it is the most",           "role"      }, // recovery
    {"actor_enrolment", "role",      "it is 0",                  "role"      }, // none
    {"group_creation",  "group",     "it is the server",         "group"     },
    {"allocation",      "group",     "it is the server",         "restricted"},
    {"group_update",    "group",     "it is the server",         "group"     },
    {"group_move",      "group",     "it is the server",         "group"     },
    {"group_removal",   "group",     "it is the server",         "group"     },
    {"group_block",     "group",     "it is the server",         "group"     },
    {"reminder_policy", "group",     "it is the server",         "group"     },
    {"reminder_policy", "days",      "it is absent",             "days"      }, // nor a date
    {"reminder_policy", "date",      "it is the most",           "days"      }, // both
    {"reminder_policy", "days",      "it is 0",                  "days"      },
    {"renewal",         "resource",  "it is absent",             "unit"      },
    {"consumption",     "lease",     "it is absent",             "lease"     }, // a set has one
    {"renewal",         "group",     "it is the server",         "lease_set" }, // and no set
    {"renewal",         "group",     "it is 16 deep",            "lease_set" },
    {"renewal",         "group",     "it has the greatest size", "lease_set" },
    {"renewal",         "lease_set", "it has the greatest size", "lease_set" }, // and no group
    {"renewal",         "unit",      "it is absent",             "unit"      },
    {"user_creation",   "group",     "it is the server",         "group"     },
    {"membership",      "group",     "it is the server",         "group"     },
    {"user_assignment", "group",     "it is the server",         "group"     },
    {"user_assignment", "from",      "it is the most",           "until"     }, // which is it too
    {"user_assignment", "entries",   "it has the most items",    "entries"   }, // all with one name
    {"allocation",      "packages",  "it has the most items",    "packages"  },
};

static const char *exception_of(const char *record, const char *field, const char *when)
{
    for (size_t i = 0; i < ROWS(exceptions); i++) {
        const struct exception *row = &exceptions[i];
        if (strcmp(row->record, record) == 0 && strcmp(row->field, field) == 0 &&
            strcmp(row->when, when) == 0)
            return row->offence;
    }
    return "";
}

static void accepted(const struct subject *subject, uint32_t field, struct bytes other,
                     const char *when)
{
    const char *record = subject->record->name, *name = subject->record->fields[field].name;
    const char *expected = exception_of(record, name, when);
    const char *offence = with(subject, subject->before + field, other);
    cr_expect(zero(int, strcmp(offence, expected)), "%s.%s, when %s: '%s'", record, name, when,
              offence);
    if (expected[0] == 0) return;
    struct event       event;
    struct pack_reader reader = pack_reader(replaced(subject, subject->before + field, other));
    (void)pack_read_array(&reader, VALUE_MAX);
    for (uint32_t i = 0; i + 1 < subject->before; i++)
        (void)pack_read_any(&reader);
    event_read(&reader, subject->record->field_count, &event, &offence);
    cr_expect(pack_read_end(&reader), "%s.%s, when %s: the rows allow it", record, name, when);
}

#define OF(type) (1U << (FIELD_##type))
#define NUMBERS  (OF(NUMBER) | OF(TIME) | OF(CHOICE))
#define LINES    (OF(NAME) | OF(PATH) | OF(TEXT))
#define BINARIES (OF(KEY) | OF(ID))
#define LISTS    (OF(LIST) | OF(EVENTS))

// Bad for a type, whatever its bounds are.
static const struct bad {
    unsigned     types;
    const char  *when;
    struct bytes packed;
} bads[] = {
    {~0U,                       "it is what is never used",    RAW("\xc1")                },
    {~0U,                       "it is -1",                    RAW("\xff")                },
    {~0U,                       "it is a float",               RAW("\xca\0\0\0\0")        },
    {~0U,                       "it is an extension",          RAW("\xd4\1\1")            },
    {~0U,                       "it is an empty map",          RAW("\x80")                },
    {~0U & ~OF(FLAG),           "it is true",                  RAW("\xc3")                },
    {~0U & ~NUMBERS,            "it is a number",              RAW("\x01")                },
    {~0U & ~LISTS,              "it is an empty array",        RAW("\x90")                },
    {~0U & ~(LINES | OF(FILE)), "it is a text",                RAW("\xa1.")               },
    {~0U,                       "it is short bytes",           RAW("\xc4\x01.")           },
    {NUMBERS,                   "the form is longer than due", RAW("\xcc\x01")            },
    {NUMBERS,                   "the form is the longest",     RAW("\xcf\0\0\0\0\0\0\0\1")},
    {LINES | OF(FILE),          "it is empty",                 RAW("\xa0")                },
    {LINES | OF(FILE),          "its head is longer than due", RAW("\xd9\x01k")           },
    {LINES | OF(FILE),          "it is not UTF-8",             RAW("\xa2k\xff")           },
    {LINES | OF(FILE),          "a surrogate is in it",        RAW("\xa3\xed\xa0\x80")    },
    {LINES,                     "a line end is in it",         RAW("\xa3k\nm")            },
    {LINES,                     "0x7f is in it",               RAW("\xa2k\x7f")           },
    {LINES,                     "U+0085 is in it",             RAW("\xa3k\xc2\x85")       },
    {OF(NAME) | OF(PATH),       "a space stands before",       RAW("\xa2 a")              },
    {OF(NAME) | OF(PATH),       "a space stands behind",       RAW("\xa2k ")              },
    {OF(NAME),                  "a slash is in it",            RAW("\xa3k/m")             },
    {OF(PATH),                  "a slash stands before",       RAW("\xa2/a")              },
    {OF(PATH),                  "a slash stands behind",       RAW("\xa2k/")              },
    {OF(PATH),                  "a name is empty",             RAW("\xa4k//m")            },
    {BINARIES,                  "it is empty",                 RAW("\xc4\x00")            },
    {LISTS,                     "its head is longer than due", RAW("\xdc\0\0")            },
    {LISTS,                     "its length is a lie",         RAW("\xdd\xff\xff\xff\xff")},
};

static void refuse_numbers(const struct subject *subject, uint32_t at, uint64_t max)
{
    const struct field *field = &subject->record->fields[at];
    uint8_t             memory[16];
    struct buffer       over = buffer_over(memory, sizeof memory);
    pack_number(&over, max + 1);
    refused(subject, at, buffer_bytes(&over), "it is one more than the most");
    struct buffer most = buffer_over(memory, sizeof memory);
    pack_number(&most, max);
    accepted(subject, at, buffer_bytes(&most), "it is the most");
    struct buffer absent = buffer_over(memory, sizeof memory);
    pack_number(&absent, field->absent);
    if (field->is_optional) refused(subject, at, buffer_bytes(&absent), "it means absent");
    if (!field->is_optional) accepted(subject, at, BYTES("\x00"), "it is 0");
}

static void refuse_sizes(const struct subject *subject, uint32_t at, size_t max)
{
    static uint8_t text[LICENSE_FILE_SIZE_MAX + 1], memory[LICENSE_FILE_SIZE_MAX + 8];
    memset(text, 'a', sizeof text);
    if (subject->record->fields[at].type == FIELD_PATH) {
        for (size_t i = NAME_SIZE_MAX; i < sizeof text; i += NAME_SIZE_MAX + 1)
            text[i] = '/';
    }
    struct buffer most = buffer_over(memory, sizeof memory);
    pack_text(&most, (struct bytes){text, max});
    accepted(subject, at, buffer_bytes(&most), "it has the greatest size");
    struct buffer over = buffer_over(memory, sizeof memory);
    pack_text(&over, (struct bytes){text, max + 1});
    refused(subject, at, buffer_bytes(&over), "it is a byte too long");
}

static void refuse_paths(const struct subject *subject, uint32_t at)
{
    accepted(subject, at, BYTES("\xa1/"), "it is the server");
    accepted(subject, at, BYTES("\xbfk/m/n/p/q/r/g/h/i/j/k/l/m/n/o/p"), "it is 16 deep");
    refused(subject, at, BYTES("\xd9\x21k/m/n/p/q/r/g/h/i/j/k/l/m/n/o/p/q"), "it is 17 deep");
}

static void refuse_binaries(const struct subject *subject, uint32_t at, size_t size)
{
    uint8_t memory[64];
    for (size_t i = size - 1; i <= size + 1; i++) {
        struct buffer buffer = buffer_over(memory, sizeof memory);
        pack_binary(&buffer, (struct bytes){keys, i});
        if (i == size)
            accepted(subject, at, buffer_bytes(&buffer), "it has its size");
        else
            refused(subject, at, buffer_bytes(&buffer), "a byte is too much or too little");
    }
    struct buffer text = buffer_over(memory, sizeof memory);
    pack_text(&text, (struct bytes){keys, size});
    refused(subject, at, buffer_bytes(&text), "it is a text of that size");
}

static void repeat(uint64_t count, struct bytes item, struct buffer *buffer)
{
    buffer->size = 0;
    pack_array(buffer, (uint32_t)count);
    for (uint64_t i = 0; i < count; i++)
        buffer_add(buffer, item);
}

static void refuse_lists(const struct subject *subject, uint32_t at)
{
    static uint8_t     memory[64 * 1024];
    const uint64_t     max = subject->record->fields[at].max;
    const size_t       start = subject->starts[subject->before + at];
    struct buffer      list = buffer_over(memory, sizeof memory);
    struct pack_reader reader = pack_reader(bytes_after(subject->packed, start));
    (void)pack_read_array(&reader, UINT32_MAX);
    struct bytes item = pack_read_any(&reader);
    repeat(max, item, &list);
    accepted(subject, at, buffer_bytes(&list), "it has the most items");
    repeat(max + 1, item, &list);
    refused(subject, at, buffer_bytes(&list), "it has an item too many");
    uint8_t       other[512];
    struct buffer damaged = buffer_over(other, sizeof other);
    for (int change = -1; change <= 1; change += 2) { // the last value cut off, or one more
        damaged.size = 0;
        buffer_add_byte(&damaged, (uint8_t)(item.at[0] + change));
        buffer_add(&damaged, bytes_after(item, 1));
        if (change == 1) pack_nil(&damaged);
        repeat(1, buffer_bytes(&damaged), &list);
        refused(subject, at, buffer_bytes(&list), "an item has a value too many or too few");
    }
    refused(subject, at, BYTES("\x91\xc0"), "an item is nil");
    refused(subject, at, BYTES("\x91\x90"), "an item is empty");
}

static uint64_t word_count(const struct field *field)
{
    uint64_t count = 0;
    while (field->words[count] != NULL)
        count++;
    return count;
}

static void refuse_bounds(const struct subject *subject, uint32_t at)
{
    const struct field *field = &subject->record->fields[at];
    switch (field->type) {
    case FIELD_NUMBER:
    case FIELD_DURATION:
        refuse_numbers(subject, at, field->max);
        break;
    case FIELD_TIME:
        refuse_numbers(subject, at, TIME_MS_MAX);
        break;
    case FIELD_CHOICE:
        refuse_numbers(subject, at, word_count(field) - 1);
        break;
    case FIELD_NAME:
        refuse_sizes(subject, at, NAME_SIZE_MAX);
        break;
    case FIELD_TEXT:
        refuse_sizes(subject, at, field->max);
        break;
    case FIELD_FILE:
        refuse_sizes(subject, at, field->max);
        break;
    case FIELD_PATH:
        refuse_sizes(subject, at, PATH_SIZE_MAX);
        refuse_paths(subject, at);
        break;
    case FIELD_KEY:
    case FIELD_HASH:
        refuse_binaries(subject, at, 32);
        break;
    case FIELD_ID:
        refuse_binaries(subject, at, PROPOSAL_ID_SIZE);
        break;
    case FIELD_BINARY: // of no kind: only arguments of verbs have them
    case FIELD_ANY:
        cr_assert(false);
        break;
    case FIELD_LIST:
        refuse_lists(subject, at);
        break;
    case FIELD_FLAG:
        if (field->is_optional)
            refused(subject, at, BYTES("\xc2"), "it means absent");
        else
            accepted(subject, at, BYTES("\xc2"), "it is false");
        break;
    case FIELD_EVENTS:
        break; // their items are events, not records: further down
    }
}

static void refuse_field(const struct subject *subject, uint32_t at)
{
    const struct field *field = &subject->record->fields[at];
    for (size_t i = 0; i < ROWS(bads); i++) {
        if ((bads[i].types & 1U << field->type) != 0)
            refused(subject, at, bads[i].packed, bads[i].when);
    }
    // The last of those that were added is left out instead.
    const bool is_left_out = field->is_added && at + 1 == subject->record->field_count;
    if (field->is_optional && !is_left_out)
        accepted(subject, at, BYTES("\xc0"), "it is absent");
    else
        refused(subject, at, BYTES("\xc0"), "it is absent");
    refuse_bounds(subject, at);
}

// A byte less: what is cut is what is named. A byte more: the value behind it is.
static void refuse_other_lengths(const struct subject *subject)
{
    uint8_t memory[4097];
    for (uint32_t value = 0; value < subject->count; value++) {
        const size_t start = subject->starts[value], end = subject->starts[value + 1];
        for (size_t size = start; size < end; size++) {
            const char *offence = offence_of(subject, (struct bytes){subject->packed.at, size});
            if (size < 1 + subject->count) continue; // the array's own count is a lie then
            cr_expect(zero(int, strcmp(offence, value_name(subject, value))), "%s cut at %zu: %s",
                      subject->record->name, size, offence);
        }
        struct buffer more = buffer_over(memory, sizeof memory);
        buffer_add(&more, (struct bytes){subject->packed.at, end});
        buffer_add_byte(&more, 0xc1);
        buffer_add(&more, bytes_after(subject->packed, end));
        const char *offence = offence_of(subject, buffer_bytes(&more));
        cr_expect(zero(int, strcmp(offence, value_name(subject, value + 1))), "%s, byte at %zu: %s",
                  subject->record->name, end, offence);
    }
}

static void refuse_whatever_is_wrong(const struct subject *subject)
{
    for (uint32_t i = 0; i < subject->record->field_count; i++)
        refuse_field(subject, i);
    refuse_other_lengths(subject);
}

Test(proposal, X16_whatever_is_wrong_in_a_field_names_it)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        uint8_t              memory[4096];
        const struct record *record = kind_at(i)->record;
        const struct subject subject =
            subject_of(record, false, golden(record->name, fullest(record), memory));
        refuse_whatever_is_wrong(&subject);
    }
}

// The first item of the list that is the field of a record; the list stands in packed.
static struct bytes first_item(const struct subject *subject, const char *name)
{
    for (uint32_t i = subject->before; i < subject->count; i++) {
        if (strcmp(value_name(subject, i), name) != 0) continue;
        struct pack_reader reader = pack_reader(bytes_after(subject->packed, subject->starts[i]));
        (void)pack_read_array(&reader, UINT32_MAX);
        return pack_read_any(&reader);
    }
    cr_fatal("no list %s", name);
}

Test(proposal, X16_whatever_is_wrong_in_an_item_names_its_field)
{
    uint8_t              memory[4096], other[4096];
    const struct subject allocation =
        subject_of(kind_row(ALLOCATION)->record, false, golden("allocation", "full", memory));
    const struct subject package =
        subject_of(&package_record, true, first_item(&allocation, "packages"));
    const struct subject entry = subject_of(&entry_record, true, first_item(&package, "entries"));
    const struct subject opening =
        subject_of(kind_row(OPENING)->record, false, golden("opening", "full", other));
    const struct subject vendor =
        subject_of(&vendor_key_record, true, first_item(&opening, "vendors"));
    refuse_whatever_is_wrong(&package);
    refuse_whatever_is_wrong(&entry);
    refuse_whatever_is_wrong(&vendor);
}

Test(proposal, X16_whatever_is_wrong_before_the_fields_is_named)
{
    static const struct {
        const char  *when, *offence;
        uint32_t     value;
        struct bytes packed;
    } rows[] = {
        {"the id is a byte short",   "id",        0, RAW("\xc4\x0f...............")             },
        {"the id is a byte long",    "id",        0, RAW("\xc4\x11.................")           },
        {"the id is a text",         "id",        0, RAW("\xb0................")                },
        {"the id is nil",            "id",        0, RAW("\xc0")                                },
        {"it never ends",            "not_after", 1, RAW("\xcf\xff\xff\xff\xff\xff\xff\xff\xff")},
        {"it ends after year 9999",  "not_after", 1, RAW("\xcf\0\0\xe6\x77\xd2\x1f\xdc\0")      },
        {"it ends with year 9999",   "",          1, RAW("\xcf\0\0\xe6\x77\xd2\x1f\xdb\xff")    },
        {"it ends in 1970",          "",          1, RAW("\x00")                                },
        {"its end is a long form",   "not_after", 1, RAW("\xcc\x00")                            },
        {"its end is nil",           "not_after", 1, RAW("\xc0")                                },
        {"the kind is not known",    "kind",      2, RAW("\x21")                                },
        {"the kind is the greatest", "kind",      2, RAW("\x28")                                },
        {"the kind is greater",      "kind",      2, RAW("\x29")                                },
        {"the kind is a text",       "kind",      2, RAW("\xa7release")                         },
        {"the kind is a long form",  "kind",      2, RAW("\xcc\x14")                            },
    };
    uint8_t              memory[4096];
    const struct subject subject =
        subject_of(kind_row(RELEASE)->record, false, golden("release", "added", memory));
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char *offence = with(&subject, rows[i].value, rows[i].packed);
        cr_expect(zero(int, strcmp(offence, rows[i].offence)), "when %s: '%s'", rows[i].when,
                  offence);
    }
}

Test(proposal, X16_the_number_of_values_is_that_of_the_kind)
{
    static const struct {
        const char  *when, *offence;
        struct bytes head, tail;
    } rows[] = {
        {"it is as it should be",     "",         RAW("\x96"),         RAW("")        },
        {"an added value is there",   "",         RAW("\x97"),         RAW("\xc3")    },
        {"an added value is absent",  "cascade",  RAW("\x97"),         RAW("\xc0")    },
        {"a value is too much",       "fields",   RAW("\x98"),         RAW("\xc3\xc3")},
        {"a byte stands behind",      "fields",   RAW("\x96"),         RAW("\xc0")    },
        {"the count says one more",   "cascade",  RAW("\x97"),         RAW("")        },
        {"the count says one less",   "fields",   RAW("\x95"),         RAW("")        },
        {"the count says none",       "kind",     RAW("\x90"),         RAW("")        },
        {"the count has a long head", "proposal", RAW("\xdc\0\x06"),   RAW("")        },
        {"the count is a lie",        "proposal", RAW("\xdc\xff\xff"), RAW("")        },
        {"it is a map",               "proposal", RAW("\x83"),         RAW("")        },
        {"it is a number",            "proposal", RAW("\x06"),         RAW("")        },
        {"there is no array",         "proposal", RAW(""),             RAW("")        },
    };
    uint8_t            memory[4096], other[4096];
    const struct bytes packed = golden("release", "full", memory);
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char     *offence = "";
        struct proposal proposal;
        struct buffer   buffer = buffer_over(other, sizeof other);
        buffer_add(&buffer, rows[i].head);
        buffer_add(&buffer, bytes_after(packed, 1));
        buffer_add(&buffer, rows[i].tail);
        const bool is_read = proposal_read(buffer_bytes(&buffer), &proposal, &offence);
        cr_expect(eq(int, is_read, rows[i].offence[0] == 0), "when %s", rows[i].when);
        if (!is_read)
            cr_expect(zero(int, strcmp(offence, rows[i].offence)), "when %s: '%s'", rows[i].when,
                      offence);
    }
}

#define RELEASED "\x94\x14\xa1r\xa1.\xc0"
#define CREATED  "\x94\x07\xa1/\xc0\xc0" // the server, as a group

Test(proposal, X14_a_plan_has_events_but_no_plan)
{
    static const struct {
        const char  *when, *offence;
        struct bytes events;
    } rows[] = {
        {"there is one",          "",       RAW("\x91\x94\x14\xa1r\xa1.\xc0")                },
        {"there is none",         "events", RAW("\x90")                                      },
        {"one is a plan",         "events", RAW("\x91\x93\x16\x91\x94\x14\xa1r\xa1.\xc0\xc0")},
        {"one is a number",       "events", RAW("\x91\x14")                                  },
        {"its kind is unknown",   "kind",   RAW("\x91\x91\x21")                              },
        {"a field is missing",    "fields", RAW("\x91\x93\x14\xa1r\xa1.")                    },
        {"a value too many",      "fields", RAW("\x91\x96\x14\xa1r\xa1.\xc0\xc3\xc3")        },
        {"a unit is a space",     "unit",   RAW("\x91\x94\x14\xa1r\xa1 \xc0")                },
        {"the second is wrong",   "kind",   RAW("\x92\x94\x14\xa1r\xa1.\xc0\x91\x21")        },
        {"one is cut short",      "events", RAW("\x92\x94\x14\xa1r\xa1.\xc0")                },
        {"a group is created",    "",       RAW("\x91\x94\x07\xa1g\xc0\xc0")                 },
        {"the server is created", "group",  RAW("\x91\x94\x07\xa1/\xc0\xc0")                 },
        {"the second creates it", "group",  RAW("\x92" RELEASED CREATED)                     },
    };
    uint8_t              memory[4096];
    const struct subject subject =
        subject_of(kind_row(PLAN)->record, false, golden("plan", "full", memory));
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char *offence = with(&subject, 3, rows[i].events);
        cr_expect(zero(int, strcmp(offence, rows[i].offence)), "when %s: '%s'", rows[i].when,
                  offence);
    }
}

Test(proposal, X14_a_plan_has_at_most_so_many_events)
{
    static uint8_t       memory[64 * 1024];
    uint8_t              bytes[4096];
    const struct bytes   event = RAW("\x94\x14\xa1r\xa1.\xc0");
    struct buffer        events = buffer_over(memory, sizeof memory);
    const struct subject subject =
        subject_of(kind_row(PLAN)->record, false, golden("plan", "full", bytes));
    repeat(PLAN_PROPOSAL_MAX, event, &events);
    cr_expect(zero(int, strcmp(with(&subject, 3, buffer_bytes(&events)), "")));
    repeat(PLAN_PROPOSAL_MAX + 1, event, &events);
    cr_expect(zero(int, strcmp(with(&subject, 3, buffer_bytes(&events)), "events")));
}

static const struct bytes some_name = RAW("0123456789012345678901234567890123456789");

static void write_head(struct buffer *buffer, uint32_t count, enum kind kind)
{
    buffer->size = 0;
    pack_array(buffer, count);
    pack_binary(buffer, (struct bytes){keys, PROPOSAL_ID_SIZE});
    pack_number(buffer, 1790000000000);
    pack_number(buffer, kind);
}

static void write_plan(struct buffer *buffer, uint32_t event_count)
{
    write_head(buffer, 5, PLAN);
    pack_array(buffer, event_count);
    for (uint32_t i = 0; i < event_count; i++) {
        pack_array(buffer, 4);
        pack_number(buffer, RELEASE);
        pack_text(buffer, some_name);
        pack_text(buffer, some_name);
        pack_nil(buffer);
    }
    pack_nil(buffer);
}

// As long as some_name, but another for every index.
static void write_name(struct buffer *buffer, uint32_t index)
{
    char name[41];
    (void)snprintf(name, sizeof name, "%040u", index);
    pack_text(buffer, bytes_of_text(name));
}

static void write_package(struct buffer *buffer, uint32_t index, uint32_t entry_count)
{
    pack_array(buffer, 4);
    write_name(buffer, index);
    pack_nil(buffer);
    pack_nil(buffer);
    pack_array(buffer, entry_count);
    for (uint32_t i = 0; i < entry_count; i++) {
        pack_array(buffer, 2);
        write_name(buffer, i);
        pack_nil(buffer);
    }
}

static void write_allocation(struct buffer *buffer, uint32_t entry_count)
{
    write_head(buffer, 10, ALLOCATION);
    pack_text(buffer, some_name);
    pack_number(buffer, 0);
    for (int i = 0; i < 3; i++)
        pack_flag(buffer, false);
    pack_array(buffer, PACKAGE_MAX);
    for (uint32_t i = 0; i < PACKAGE_MAX; i++)
        write_package(buffer, i, entry_count / PACKAGE_MAX + (i < entry_count % PACKAGE_MAX));
    pack_nil(buffer);
}

// The bound is on the bytes: 60 KiB for a plan, and for the save of a group.
static void bounded(void (*write)(struct buffer *buffer, uint32_t count), size_t max)
{
    static uint8_t  memory[128 * 1024];
    const char     *offence = "";
    struct proposal proposal;
    struct buffer   buffer = buffer_over(memory, sizeof memory);
    uint32_t        count = 0;
    while (buffer.size <= max)
        write(&buffer, ++count);
    cr_expect(not(proposal_read(buffer_bytes(&buffer), &proposal, &offence)));
    cr_expect(zero(int, strcmp(offence, "proposal")), "%s", offence);
    write(&buffer, count - 1);
    cr_expect(proposal_read(buffer_bytes(&buffer), &proposal, &offence), "%s", offence);
}

Test(proposal, a_plan_and_a_save_have_a_greatest_size)
{
    bounded(write_allocation, PLAN_SIZE_MAX);
    bounded(write_plan, PLAN_SIZE_MAX);
}

static void write_text_of(struct buffer *buffer, size_t size, bool is_path)
{
    static uint8_t text[LICENSE_FILE_SIZE_MAX];
    cr_assert(le(sz, size, sizeof text));
    memset(text, 'a', size);
    for (size_t i = NAME_SIZE_MAX; is_path && i < size; i += NAME_SIZE_MAX + 1)
        text[i] = '/';
    pack_text(buffer, (struct bytes){text, size});
}

// The value of the field that takes the most bytes.
static void write_most(struct buffer *buffer, const struct field *field)
{
    switch (field->type) {
    case FIELD_NUMBER:
    case FIELD_DURATION:
        pack_number(buffer, field->max);
        break;
    case FIELD_TIME:
        pack_number(buffer, TIME_MS_MAX);
        break;
    case FIELD_FLAG:
        pack_flag(buffer, true);
        break;
    case FIELD_CHOICE:
        pack_number(buffer, 1);
        break;
    case FIELD_NAME:
        write_text_of(buffer, NAME_SIZE_MAX, false);
        break;
    case FIELD_PATH:
        write_text_of(buffer, PATH_SIZE_MAX, true);
        break;
    case FIELD_TEXT:
    case FIELD_FILE:
        write_text_of(buffer, field->max, false);
        break;
    case FIELD_KEY:
    case FIELD_HASH:
        pack_binary(buffer, (struct bytes){keys, 32});
        break;
    case FIELD_ID:
    case FIELD_BINARY:
    case FIELD_ANY:
    case FIELD_LIST:
    case FIELD_EVENTS:
        cr_fatal("%s is no value of an item", field->name);
    }
}

static void write_most_items(struct buffer *buffer, const struct field *list)
{
    pack_array(buffer, (uint32_t)list->max);
    for (uint64_t i = 0; i < list->max; i++) {
        pack_array(buffer, list->item->field_count);
        for (uint32_t j = 0; j < list->item->field_count; j++)
            write_most(buffer, &list->item->fields[j]);
    }
}

// The rows alone keep every other kind below the bound, however long its values are.
Test(proposal, no_other_kind_can_outgrow_a_single_proposal)
{
    for (uint32_t i = 0; kind_at(i) != NULL; i++) {
        static uint8_t         memory[64 * 1024];
        struct buffer          buffer = buffer_over(memory, sizeof memory);
        const struct kind_row *row = kind_at(i);
        if (row->kind == PLAN || row->kind == ALLOCATION) continue;
        const size_t size_max = row->kind == REMINDER ? PLAN_SIZE_MAX : PROPOSAL_SIZE_MAX;
        write_head(&buffer, 3 + row->record->field_count, row->kind);
        for (uint32_t j = 0; j < row->record->field_count; j++) {
            const struct field *field = &row->record->fields[j];
            if (field->type == FIELD_LIST)
                write_most_items(&buffer, field);
            else
                write_most(&buffer, field);
        }
        cr_expect(not(buffer.is_full), "%s", row->record->name);
        cr_expect(le(sz, buffer.size, size_max), "%s", row->record->name);
    }
}

Test(proposal, the_signed_message_names_its_purpose_and_origin)
{
    uint8_t       memory[PROPOSAL_MESSAGE_SIZE(3)];
    struct buffer message = buffer_over(memory, sizeof memory);
    proposal_message(bytes_of_text("ledger.example/lic1"), bytes_of_text("abc"), &message);
    cr_expect(is_text(buffer_bytes(&message), "licet/proposal/v1\nledger.example/lic1\nabc"));
}

Test(proposal, the_signed_message_has_room_for_the_longest_origin)
{
    uint8_t       memory[PROPOSAL_MESSAGE_SIZE(1)], origin[128];
    struct buffer message = buffer_over(memory, sizeof memory);
    memset(origin, 'o', sizeof origin);
    proposal_message((struct bytes){origin, sizeof origin}, bytes_of_text("a"), &message);
    cr_expect(not(message.is_full));
}
