// What is wrong with an event by itself: every rule of event_offence() from both sides.
#include "core/base/limits.h"
#include "core/event/proposal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows)[0])
#define RAW(string)                                   \
    {                                                 \
        (const uint8_t *)(string), sizeof(string) - 1 \
    }
#define LIST(string, count) \
    {                       \
        RAW(string), count  \
    }

// On the wire: names of one byte, and times of one byte or nil.
#define FEATURE(name)                       "\x92\xa1" name "\xc0"
#define COUNT(name, count)                  "\x92\xa1" name count
#define PACKAGE(name, from, until, entries) "\x94\xa1" name from until entries
#define EMPTY(name)                         PACKAGE(name, "\xc0", "\xc0", "\x90")
#define EARLY(name)                         PACKAGE(name, "\xc0", "\x07", "\x90")
#define LATE(name)                          PACKAGE(name, "\x07", "\xc0", "\x90")
#define WITH(name, entry)                   PACKAGE(name, "\xc0", "\xc0", "\x91" FEATURE(entry))
#define EMPTY_PP                            "\x94\xa2pp\xc0\xc0\x90"
#define FEATURE_KK                          "\x92\xa2kk\xc0"
#define NONE                                LIST("", 0)

static bool is_offence(const char *offence, const char *expected)
{
    if (offence == NULL) return expected == NULL;
    return expected != NULL && strcmp(offence, expected) == 0;
}

static void expect_offence(const struct event *event, const char *expected, const char *when)
{
    const char *offence = event_offence(event);
    cr_expect(is_offence(offence, expected), "when %s: '%s'", when,
              offence == NULL ? "nothing" : offence);
}

static struct event save(const char *group, struct list packages)
{
    return (struct event){ALLOCATION,
                          {.allocation = {.group = bytes_of_text(group), .packages = packages}}};
}

static struct event assignment(uint64_t from_ms, uint64_t until_ms, struct list entries)
{
    return (struct event){USER_ASSIGNMENT,
                          {.user_assignment = {.user = RAW("u"),
                                               .group = RAW("g"),
                                               .from_ms = from_ms,
                                               .until_ms = until_ms,
                                               .entries = entries}}};
}

static struct event creation(const char *group)
{
    return (struct event){GROUP_CREATION, {.group_creation = {.group = bytes_of_text(group)}}};
}

// clang-format 14 cannot align tables of calls, and crashes on some.
// clang-format off

Test(offence, B13_a_window_of_a_package_ends_after_it_begins)
{
    static const struct {
        const char *when, *offence;
        struct list packages;
    } rows[] = {
        {"it has no ends", NULL, LIST(EMPTY("p"), 1)},
        {"it ends an instant after it begins", NULL, LIST(PACKAGE("p", "\x07", "\x08", "\x90"), 1)},
        {"it ends as it begins", "until", LIST(PACKAGE("p", "\x07", "\x07", "\x90"), 1)},
        {"it ends before it begins", "until", LIST(PACKAGE("p", "\x07", "\x06", "\x90"), 1)},
        {"it only begins", NULL, LIST(PACKAGE("p", "\x07", "\xc0", "\x90"), 1)},
        {"it only begins, as late as can be", NULL,
         LIST(PACKAGE("p", "\xcf\0\0\xe6\x77\xd2\x1f\xdb\xff", "\xc0", "\x90"), 1)},
        {"it only ends, at the first instant", NULL, LIST(PACKAGE("p", "\xc0", "\x01", "\x90"), 1)},
        {"it only ends, before every instant", "until",
         LIST(PACKAGE("p", "\xc0", "\0", "\x90"), 1)},
        {"the second ends as it begins", "until",
         LIST(EMPTY("p") PACKAGE("q", "\x07", "\x07", "\x90"), 2)},
        {"the first ends as it begins", "until",
         LIST(PACKAGE("p", "\x07", "\x07", "\x90") EMPTY("q"), 2)},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct event event = save("g", rows[i].packages);
        expect_offence(&event, rows[i].offence, rows[i].when);
    }
}

Test(offence, B13_the_window_of_an_assignment_ends_after_it_begins)
{
    static const struct {
        const char *when, *offence;
        uint64_t    from_ms, until_ms;
    } rows[] = {
        {"it has no ends", NULL, 0, TIME_NEVER},
        {"it ends an instant after it begins", NULL, 7, 8},
        {"it ends as it begins", "until", 7, 7},
        {"it ends before it begins", "until", 7, 6},
        {"it only begins, as late as can be", NULL, TIME_MS_MAX, TIME_NEVER},
        {"it begins when the last instant ends it", "until", TIME_MS_MAX, TIME_MS_MAX},
        {"it begins before the last instant", NULL, TIME_MS_MAX - 1, TIME_MS_MAX},
        {"it only ends, at the first instant", NULL, 0, 1},
        {"it only ends, before every instant", "until", 0, 0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct event event = assignment(rows[i].from_ms, rows[i].until_ms, (struct list)NONE);
        expect_offence(&event, rows[i].offence, rows[i].when);
    }
}

Test(offence, B14_a_package_stands_once_in_a_save)
{
    static const struct {
        const char *when, *offence;
        struct list packages;
    } rows[] = {
        {"there is none", NULL, NONE},
        {"there is one", NULL, LIST(EMPTY("p"), 1)},
        {"there are two", NULL, LIST(EMPTY("p") EMPTY("q"), 2)},
        {"they are not in order", NULL, LIST(EMPTY("q") EMPTY("p"), 2)},
        {"the case differs", NULL, LIST(EMPTY("p") EMPTY("P"), 2)},
        {"one name begins the other", NULL, LIST(EMPTY("p") EMPTY_PP, 2)},
        {"two are the same", "packages", LIST(EMPTY("p") EMPTY("p"), 2)},
        {"the last is the first", "packages", LIST(EMPTY("p") EMPTY("q") EMPTY("p"), 3)},
        {"the last is the second", "packages", LIST(EMPTY("p") EMPTY("q") EMPTY("q"), 3)},
        {"only the windows differ", "packages", LIST(EARLY("p") LATE("p"), 2)},
        {"it has the name of an entry", NULL, LIST(WITH("p", "p"), 1)},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct event event = save("g", rows[i].packages);
        expect_offence(&event, rows[i].offence, rows[i].when);
    }
}

// In a package, and in an assignment, which are looked into apart.
Test(offence, B14_an_entry_stands_once_in_its_list)
{
    static const struct {
        const char *when, *offence;
        struct list entries;
    } rows[] = {
        {"there is none", NULL, NONE},
        {"there is one", NULL, LIST(FEATURE("e"), 1)},
        {"there are two", NULL, LIST(FEATURE("e") FEATURE("f"), 2)},
        {"they are not in order", NULL, LIST(FEATURE("f") FEATURE("e"), 2)},
        {"the case differs", NULL, LIST(FEATURE("e") FEATURE("E"), 2)},
        {"one name begins the other", NULL, LIST(FEATURE("k") FEATURE_KK, 2)},
        {"two are the same", "entries", LIST(FEATURE("e") FEATURE("e"), 2)},
        {"two counts are of the same", "entries", LIST(COUNT("e", "\x01") COUNT("e", "\x02"), 2)},
        {"it is a feature and a count", "entries", LIST(FEATURE("e") COUNT("e", "\x02"), 2)},
        {"the last is the first", "entries", LIST(FEATURE("e") FEATURE("f") FEATURE("e"), 3)},
        {"the last is the second", "entries", LIST(FEATURE("e") FEATURE("f") FEATURE("f"), 3)},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t              memory[256];
        struct buffer        buffer = buffer_over(memory, sizeof memory);
        const struct package package = {
            .name = RAW("p"), .until_ms = TIME_NEVER, .entries = rows[i].entries};
        const struct event assigned = assignment(0, TIME_NEVER, rows[i].entries);
        expect_offence(&assigned, rows[i].offence, rows[i].when);
        buffer_add(&buffer, (struct bytes)RAW(EMPTY("o"))); // the second is looked into as well
        pack_array(&buffer, 4);
        pack_text(&buffer, package.name);
        pack_nil(&buffer);
        pack_nil(&buffer);
        pack_array(&buffer, package.entries.count);
        buffer_add(&buffer, package.entries.packed);
        const struct event saved = save("g", (struct list){buffer_bytes(&buffer), 2});
        expect_offence(&saved, rows[i].offence, rows[i].when);
    }
}

Test(offence, B14_packages_may_have_the_same_entries)
{
    const struct list  packages = LIST(WITH("p", "e") WITH("q", "e"), 2);
    const struct event event = save("g", packages);
    expect_offence(&event, NULL, "each has the entry once");
}

static void write_entry(struct buffer *buffer, uint32_t index)
{
    char name[16];
    (void)snprintf(name, sizeof name, "n%u", index);
    pack_array(buffer, 2);
    pack_text(buffer, bytes_of_text(name));
    pack_nil(buffer);
}

static void write_package(struct buffer *buffer, uint32_t index)
{
    char name[16];
    (void)snprintf(name, sizeof name, "n%u", index);
    pack_array(buffer, 4);
    pack_text(buffer, bytes_of_text(name));
    pack_nil(buffer);
    pack_nil(buffer);
    pack_array(buffer, 0);
}

// As many items as there can be: all different, or the last again what the first is.
static struct list fill(struct buffer *buffer, uint32_t count, bool is_twice,
                        void (*write)(struct buffer *buffer, uint32_t index))
{
    buffer->size = 0;
    for (uint32_t i = 0; i < count; i++)
        write(buffer, is_twice && i == count - 1 ? 0 : i);
    cr_assert(not(buffer->is_full));
    return (struct list){buffer_bytes(buffer), count};
}

Test(offence, B14_the_last_of_the_most_items_is_compared_with_the_first)
{
    uint8_t       memory[4096];
    struct buffer buffer = buffer_over(memory, sizeof memory);
    struct event  event = save("g", fill(&buffer, PACKAGE_MAX, false, write_package));
    expect_offence(&event, NULL, "32 packages differ");
    event = save("g", fill(&buffer, PACKAGE_MAX, true, write_package));
    expect_offence(&event, "packages", "the last of 32 packages is the first");
    event = assignment(0, TIME_NEVER, fill(&buffer, PACKAGE_ENTRY_MAX, false, write_entry));
    expect_offence(&event, NULL, "64 entries differ");
    event = assignment(0, TIME_NEVER, fill(&buffer, PACKAGE_ENTRY_MAX, true, write_entry));
    expect_offence(&event, "entries", "the last of 64 entries is the first");
}

Test(offence, B14_of_the_server_no_package_is_saved)
{
    static const struct {
        const char       *when, *offence;
        struct allocation allocation;
    } rows[] = {
        {"the server says nothing", NULL, {.group = RAW("/")}},
        {"the server is oversubscribed", NULL, {.group = RAW("/"), .is_oversubscribed = true}},
        {"the server is forced", NULL, {.group = RAW("/"), .version = 3, .is_forced = true}},
        {"the server is restricted", "restricted", {.group = RAW("/"), .is_restricted = true}},
        {"the server has a package", "packages",
         {.group = RAW("/"), .packages = LIST(EMPTY("p"), 1)}},
        {"the server has both", "restricted",
         {.group = RAW("/"), .is_restricted = true, .packages = LIST(EMPTY("p"), 1)}},
        {"a group is restricted to nothing", NULL, {.group = RAW("g"), .is_restricted = true}},
        {"a group is not restricted", NULL, {.group = RAW("g"), .packages = LIST(EMPTY("p"), 1)}},
        {"a group is restricted", NULL,
         {.group = RAW("g"), .is_restricted = true, .packages = LIST(EMPTY("p"), 1)}},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct event event = {ALLOCATION, {.allocation = rows[i].allocation}};
        expect_offence(&event, rows[i].offence, rows[i].when);
    }
}

Test(offence, R_roles_that_can_be_enrolled_and_where)
{
    static const struct {
        enum role   role;
        const char *on_server, *on_group; // the offence there
    } rows[] = {
        {ROLE_NONE, "role", "role"},
        {SERVER_ADMIN, NULL, "group"},
        {SITE_ADMIN, "group", NULL},
        {AGENT, NULL, NULL},
        {AUDITOR, NULL, NULL},
        {RECOVERY, "role", "role"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct event event = {ACTOR_ENROLMENT,
                              {.actor_enrolment = {.role = rows[i].role, .group = RAW("/")}}};
        cr_expect(eq(sz, i, rows[i].role), "every role has a row");
        expect_offence(&event, rows[i].on_server, role_word(rows[i].role));
        event.of.actor_enrolment.group = bytes_of_text("g/h");
        expect_offence(&event, rows[i].on_group, role_word(rows[i].role));
    }
    cr_expect(eq(sz, ROWS(rows), RECOVERY + 1), "every role has a row");
}

Test(offence, X16_the_server_is_no_group_to_create_or_to_join)
{
    static const struct {
        const char  *when, *on_server;
        struct event server, root, deep;
    } rows[] = {
        {"a group is created", "group",
         {GROUP_CREATION, {.group_creation = {.group = RAW("/")}}},
         {GROUP_CREATION, {.group_creation = {.group = RAW("g")}}},
         {GROUP_CREATION, {.group_creation = {.group = RAW("g/h")}}}},
        {"a user is created", "group",
         {USER_CREATION, {.user_creation = {.user = RAW("u"), .group = RAW("/")}}},
         {USER_CREATION, {.user_creation = {.user = RAW("u"), .group = RAW("g")}}},
         {USER_CREATION, {.user_creation = {.user = RAW("u"), .group = RAW("g/h")}}}},
        {"a user joins", "group",
         {MEMBERSHIP, {.membership = {.group = RAW("/"), .is_member = true}}},
         {MEMBERSHIP, {.membership = {.group = RAW("g"), .is_member = true}}},
         {MEMBERSHIP, {.membership = {.group = RAW("g/h"), .is_member = true}}}},
        {"a user leaves", "group",
         {MEMBERSHIP, {.membership = {.group = RAW("/")}}},
         {MEMBERSHIP, {.membership = {.group = RAW("g")}}},
         {MEMBERSHIP, {.membership = {.group = RAW("g/h")}}}},
        {"a user is assigned", "group",
         {USER_ASSIGNMENT, {.user_assignment = {.group = RAW("/"), .until_ms = TIME_NEVER}}},
         {USER_ASSIGNMENT, {.user_assignment = {.group = RAW("g"), .until_ms = TIME_NEVER}}},
         {USER_ASSIGNMENT, {.user_assignment = {.group = RAW("g/h"), .until_ms = TIME_NEVER}}}},
        {"a unit is taken", NULL,
         {CONSUMPTION, {.consumption = {.group = RAW("/")}}},
         {CONSUMPTION, {.consumption = {.group = RAW("g")}}},
         {CONSUMPTION, {.consumption = {.group = RAW("g/h")}}}},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        expect_offence(&rows[i].server, rows[i].on_server, rows[i].when);
        expect_offence(&rows[i].root, NULL, rows[i].when);
        expect_offence(&rows[i].deep, NULL, rows[i].when);
    }
}

Test(offence, the_other_kinds_have_no_rule_beyond_their_rows)
{
    static const enum kind kinds[] = {
        OPENING, LICENSE_UPLOAD, EULA_ACCEPTANCE, ACTOR_REMOVAL, RELEASE,
        PLAN,    CONSUMPTION,    BOUNDARY,        CLOCK_STEP,    VENDOR_ENROLMENT};
    for (size_t i = 0; i < ROWS(kinds); i++) {
        const struct event event = {.kind = kinds[i]};
        expect_offence(&event, NULL, kind_row(kinds[i])->record->name);
    }
}

static const char *proposed(const struct event *event)
{
    uint8_t               memory[512];
    struct buffer         buffer = buffer_over(memory, sizeof memory);
    const char           *offence = NULL;
    const struct proposal proposal = {.not_after_ms = 1, .event = *event};
    struct proposal       same;
    proposal_write(&proposal, &buffer);
    cr_assert(not(buffer.is_full));
    return proposal_read(buffer_bytes(&buffer), &same, &offence) ? NULL : offence;
}

// The proposal of a plan of two: a release, and the event.
static const char *planned(const struct event *event)
{
    uint8_t       memory[512];
    struct buffer buffer = buffer_over(memory, sizeof memory);
    buffer_add(&buffer, (struct bytes)RAW("\x94\x14\xa1r\xa1.\xc0"));
    pack_array(&buffer, 1 + event_field_count(event));
    event_write(event, &buffer);
    const struct event plan = {PLAN, {.plan = {.events = {buffer_bytes(&buffer), 2}}}};
    return proposed(&plan);
}

Test(offence, X16_a_proposal_and_a_plan_name_it)
{
    const struct list none = NONE;
    const struct list package = LIST(EMPTY("p"), 1);
    const struct list packages = LIST(EMPTY("p") EMPTY("p"), 2);
    const struct list entries = LIST(FEATURE("e") FEATURE("e"), 2);
    const struct {
        const char  *when, *offence;
        struct event event;
    } rows[] = {
        {"nothing is wrong", NULL, save("g", package)},
        {"a package is twice", "packages", save("g", packages)},
        {"the server has packages", "packages", save("/", package)},
        {"an entry is twice", "entries", assignment(0, TIME_NEVER, entries)},
        {"an assignment is over at once", "until", assignment(7, 7, none)},
        {"a group is created", NULL, creation("g")},
        {"the server is created", "group", creation("/")},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char *alone = proposed(&rows[i].event), *within = planned(&rows[i].event);
        cr_expect(is_offence(alone, rows[i].offence), "when %s: '%s'", rows[i].when,
                  alone == NULL ? "nothing" : alone);
        cr_expect(is_offence(within, rows[i].offence), "in a plan, when %s: '%s'", rows[i].when,
                  within == NULL ? "nothing" : within);
    }
}

// clang-format on
