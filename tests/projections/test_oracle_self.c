// The acceptance stories and the most delicate rules, told to the oracle alone: who judges the
// judge. Numbers are those of the stories.
#include "core/base/window.h"
#include "tests/oracle/compose.h"
#include "tests/oracle/oracle.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

enum { BUFFER_SIZE = 60 * 1024 };

struct story {
    struct oracle       *oracle;
    uint64_t             seq; // of the next event
    uint64_t             time_ms;
    entity_id            author;
    entity_id            admin;
    uint64_t             serial;
    bool                 is_vouched; // nothing is signed by its author
    struct oracle_answer last;
};

static uint8_t proposal_memory[BUFFER_SIZE];
static uint8_t list_memory[BUFFER_SIZE];
static uint8_t file_memory[BUFFER_SIZE];

static uint64_t time_of(const char *text)
{
    uint64_t ms = 0;
    cr_assert(time_from_text(bytes_of_text(text), &ms), "%s", text);
    return ms;
}

static struct bytes text(const char *text)
{
    return text == NULL ? (struct bytes){NULL, 0} : bytes_of_text(text);
}

static enum refusal propose(struct story *story, const struct event *event)
{
    struct buffer buffer = buffer_over(proposal_memory, sizeof proposal_memory);
    compose_proposal(&buffer, story->seq, story->time_ms, event);
    const struct oracle_question question = {
        story->seq, story->time_ms, story->author, buffer_bytes(&buffer), story->is_vouched,
    };
    story->last = oracle_propose(story->oracle, &question);
    if (story->last.is_appended) story->seq++;
    return story->last.verdict.code;
}

static enum refusal enrol(struct story *story, const char *name, enum role role, const char *group)
{
    uint8_t key[CRYPTO_KEY_SIZE];
    compose_key(KEY_ACTOR + story->seq, key);
    return propose(story, &(struct event){
                              .kind = ACTOR_ENROLMENT,
                              .of.actor_enrolment = {
                                                     .name = text(name),
                                                     .key = {key, sizeof key},
                                                     .role = (uint64_t)role,
                                                     .group = text(group),
                                                     }
    });
}

static enum refusal accept_eula(struct story *story)
{
    return propose(story, &(struct event){.kind = EULA_ACCEPTANCE,
                                          .of.eula_acceptance = {.version = text(COMPOSE_EULA)}});
}

static enum refusal upload_serial(struct story *story, uint64_t serial, const char *entries)
{
    char          note_text[4096];
    struct buffer file = buffer_over(file_memory, sizeof file_memory);
    (void)snprintf(note_text, sizeof note_text,
                   "licet license v1\nserver " COMPOSE_SERVER "\nserial %llu\n%s",
                   (unsigned long long)serial, entries);
    compose_license(&file, 0, KEY_VENDOR, text(note_text));
    return propose(story, &(struct event){.kind = LICENSE_UPLOAD,
                                          .of.license_upload = {.file = buffer_bytes(&file)}});
}

static enum refusal upload(struct story *story, const char *entries)
{
    return upload_serial(story, ++story->serial, entries);
}

static struct story begin(const char *time, const char *entries)
{
    struct story  story = {.seq = 1, .time_ms = time_of(time), .author = AUTHOR_RECOVERY};
    struct buffer buffer = buffer_over(proposal_memory, sizeof proposal_memory);
    compose_start();
    compose_opening(&buffer);
    story.oracle = oracle_open(buffer_bytes(&buffer));
    cr_assert(eq(int, enrol(&story, "root", SERVER_ADMIN, "/"), ACCEPTED));
    story.admin = entity_id_of(1, 0);
    story.author = story.admin;
    cr_assert(eq(int, upload(&story, entries), ACCEPTED));
    cr_assert(eq(int, accept_eula(&story), ACCEPTED));
    return story;
}

static void end(struct story *story)
{
    oracle_close(story->oracle);
}

static enum refusal create(struct story *story, const char *group)
{
    return propose(story, &(struct event){.kind = GROUP_CREATION,
                                          .of.group_creation = {.group = text(group)}});
}

enum { OPEN = 1, OPTED_IN = 2, FORCED = 4 };

static enum refusal save(struct story *story, const char *group, int how,
                         const struct compose_package *packages, uint32_t count)
{
    struct buffer                 lists = buffer_over(list_memory, sizeof list_memory);
    const struct facts           *facts = oracle_facts(story->oracle);
    const struct group_row *const row = facts_group(facts, text(group));
    return propose(story, &(struct event){
                              .kind = ALLOCATION,
                              .of.allocation =
                                  {
                                                  .group = text(group),
                                                  .version = row == NULL ? 0 : row->version,
                                                  .is_restricted = (how & OPEN) == 0,
                                                  .is_oversubscribed = (how & OPTED_IN) != 0,
                                                  .is_forced = (how & FORCED) != 0,
                                                  .packages = compose_packages(&lists, packages, count),
                                                  },
    });
}

// One package without a window.
static enum refusal save_count(struct story *story, const char *group, int how, uint64_t count)
{
    const struct compose_package package = {.name = "P", .entries = {{"sip_number", count}}};
    return save(story, group, how, &package, 1);
}

static enum refusal take_for(struct story *story, const char *group, const char *resource,
                             const char *unit, const char *user)
{
    return propose(story, &(struct event){
                              .kind = CONSUMPTION,
                              .of.consumption = {
                                                 .group = text(group),
                                                 .resource = text(resource),
                                                 .unit = text(unit),
                                                 .user = text(user),
                                                 .direction = DIRECTION_ABSENT,
                                                 }
    });
}

static enum refusal take(struct story *story, const char *group, const char *resource,
                         const char *unit)
{
    return take_for(story, group, resource, unit, NULL);
}

// Units named by number; all must be granted.
static void take_all(struct story *story, const char *group, const char *resource, uint32_t first,
                     uint32_t last)
{
    for (uint32_t i = first; i <= last; i++) {
        char unit[16];
        (void)snprintf(unit, sizeof unit, "%u", i);
        cr_assert(eq(int, take(story, group, resource, unit), ACCEPTED), "unit %u", i);
    }
}

static enum refusal give(struct story *story, const char *resource, const char *unit)
{
    return propose(story, &(struct event){
                              .kind = RELEASE,
                              .of.release = {.resource = text(resource),
                                             .unit = text(unit),
                                             .direction = DIRECTION_ABSENT}
    });
}

static enum refusal connect_device(struct story *story, enum direction direction, const char *unit)
{
    return propose(story, &(struct event){
                              .kind = CONSUMPTION,
                              .of.consumption = {
                                                 .group = text("/"),
                                                 .resource = text("LICENSE_HIKVISION_ACS"),
                                                 .unit = text(unit),
                                                 .direction = (uint64_t)direction,
                                                 }
    });
}

static enum refusal disconnect(struct story *story, enum direction direction, const char *unit)
{
    return propose(story, &(struct event){
                              .kind = RELEASE,
                              .of.release = {.resource = text("LICENSE_HIKVISION_ACS"),
                                             .unit = text(unit),
                                             .direction = (uint64_t)direction}
    });
}

static enum refusal add_user(struct story *story, const char *user, const char *group)
{
    return propose(story, &(struct event){
                              .kind = USER_CREATION,
                              .of.user_creation = {text(user), text(group), {NULL, 0}}
    });
}

static enum refusal change_membership(struct story *story, const char *user, const char *group,
                                      bool is_member)
{
    return propose(
        story,
        &(struct event){
            .kind = MEMBERSHIP,
            .of.membership = {.user = text(user), .group = text(group), .is_member = is_member}
    });
}

static enum refusal assign(struct story *story, const char *user, const char *group,
                           uint64_t until_ms, uint64_t count)
{
    struct buffer              lists = buffer_over(list_memory, sizeof list_memory);
    const struct compose_entry entries[COMPOSE_ENTRY_MAX] = {
        {"sip_number", count}
    };
    return propose(story, &(struct event){
                              .kind = USER_ASSIGNMENT,
                              .of.user_assignment = {
                                                     .user = text(user),
                                                     .group = text(group),
                                                     .until_ms = until_ms,
                                                     .entries = compose_entries(&lists, entries),
                                                     }
    });
}

// "maximum/used/available".
static void expect_state(const struct story *story, const char *group, const char *resource,
                         const char *numbers)
{
    char                      got[64];
    const struct oracle_state state =
        oracle_state(story->oracle, story->time_ms, text(group), text(resource));
    (void)snprintf(got, sizeof got, "%llu/%llu/%llu", (unsigned long long)state.maximum,
                   (unsigned long long)state.used, (unsigned long long)state.available);
    cr_expect(eq(str, got, (char *)(uintptr_t)numbers), "%s of %s", resource, group);
}

// "unit unit …", in log order.
static void expect_units(const struct story *story, bool is_pending, const char *resource,
                         const char *units)
{
    struct bytes   list[64];
    char           got[512];
    struct buffer  buffer = buffer_over(got, sizeof got);
    const uint32_t count =
        is_pending
            ? oracle_pending_units(story->oracle, story->time_ms, text(resource), list, 64)
            : oracle_suspended_units(story->oracle, story->time_ms, text(resource), list, 64);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) buffer_add_byte(&buffer, ' ');
        buffer_add(&buffer, list[i]);
    }
    cr_expect(eq(str, (char *)(uintptr_t)buffer_text(&buffer), (char *)(uintptr_t)units));
}

static void expect_refusal(const struct story *story, enum refusal code, const char *group,
                           uint64_t limit, uint64_t used)
{
    const struct group_row *row = facts_group(oracle_facts(story->oracle), text(group));
    cr_expect(eq(int, story->last.verdict.code, code));
    cr_expect(eq(u64, story->last.verdict.node, row->id), "not %s", group);
    cr_expect(eq(u64, story->last.verdict.limit, limit));
    cr_expect(eq(u64, story->last.verdict.used, used));
}

static bool has_access(const struct story *story, const char *resource, const char *unit)
{
    return oracle_access(story->oracle, story->time_ms, text(resource), text(unit)).is_granted;
}

static bool has_feature(const struct story *story, const char *group, const char *feature)
{
    return oracle_feature(story->oracle, story->time_ms, text(group), text(feature)).is_on;
}

#define expect_code(got, code) cr_expect(eq(int, got, code))

Test(oracle_self, s1_an_apartment_that_uses_none_shows_what_its_ancestors_have_left)
{
    struct story   story = begin("2026-11-25", "sip_number 500 per-server\nweb_dialer feature\n");
    const uint64_t until_ms = time_of("2026-12-01");
    struct compose_package home = {
        .name = "P", .entries = {{"sip_number", 50}, {"web_dialer", ENTRY_FEATURE}}
    };
    struct compose_package dated = {
        .name = "P", .until_ms = until_ms, .entries = {{"sip_number", 50}}};
    const char *const residence = "SmartHome/A Residence";
    expect_code(create(&story, "SmartHome"), ACCEPTED);
    expect_code(create(&story, residence), ACCEPTED);
    expect_code(create(&story, "SmartHome/A Residence/apt-11"), ACCEPTED);
    expect_code(create(&story, "SmartHome/A Residence/apt-12"), ACCEPTED);
    expect_code(save(&story, "SmartHome", 0, &home, 1), ACCEPTED);
    expect_code(save(&story, residence, 0, &dated, 1), ACCEPTED);
    expect_code(save(&story, "SmartHome/A Residence/apt-12", 0, &dated, 1), ACCEPTED);
    expect_code(add_user(&story, "anna", "SmartHome/A Residence/apt-11"), ACCEPTED);
    expect_code(take_for(&story, "SmartHome/A Residence/apt-11", "sip_number", "1001", "anna"),
                ACCEPTED);

    expect_state(&story, "SmartHome", "sip_number", "50/1/49");
    expect_state(&story, residence, "sip_number", "50/1/49");
    expect_state(&story, "SmartHome/A Residence/apt-12", "sip_number", "50/0/49");
    const struct oracle_state home_state =
        oracle_state(story.oracle, story.time_ms, text("SmartHome"), text("sip_number"));
    const struct oracle_state residence_state =
        oracle_state(story.oracle, story.time_ms, text(residence), text("sip_number"));
    cr_expect(eq(u64, home_state.until_ms, TIME_NEVER));
    cr_expect(eq(u64, residence_state.until_ms, until_ms));
    cr_expect(has_feature(&story, "SmartHome", "web_dialer"));
    cr_expect(not(has_feature(&story, residence, "web_dialer")));

    story.time_ms = until_ms - 1;
    cr_expect(has_access(&story, "sip_number", "1001"));
    story.time_ms = until_ms;
    expect_state(&story, "SmartHome", "sip_number", "50/1/49");
    expect_state(&story, residence, "sip_number", "0/1/0");
    expect_state(&story, "SmartHome/A Residence/apt-12", "sip_number", "0/0/0");
    const struct oracle_access access =
        oracle_access(story.oracle, story.time_ms, text("sip_number"), text("1001"));
    cr_expect(not(access.is_granted));
    cr_expect(eq(int, access.code, EXPIRED));
    cr_expect(bytes_is_equal(access.node, text(residence)));

    dated.until_ms = time_of("2027-12-01");
    expect_code(save(&story, residence, 0, &dated, 1), ACCEPTED);
    expect_code(save(&story, "SmartHome/A Residence/apt-12", 0, &dated, 1), ACCEPTED);
    expect_state(&story, residence, "sip_number", "50/1/49");
    cr_expect(has_access(&story, "sip_number", "1001"));
    end(&story);
}

Test(oracle_self, s2_channels_and_components_are_counted_by_unit)
{
    struct story story = begin("2026-11-25", "LICENSE_HIKVISION 20 per-channel\n"
                                             "LICENSE_DEEP_BASE 3 per-channel\n"
                                             "LICENSE_PACS_MODULE 1 per-server\n");
    take_all(&story, "/", "LICENSE_HIKVISION", 1, 20);
    expect_state(&story, "/", "LICENSE_HIKVISION", "20/20/0");
    expect_code(take(&story, "/", "LICENSE_HIKVISION", "21"), LIMIT_REACHED);
    expect_refusal(&story, LIMIT_REACHED, "/", 20, 20);
    expect_code(take(&story, "/", "LICENSE_HIKVISION", "1"), ACCEPTED);
    cr_expect(not(story.last.is_appended));
    expect_state(&story, "/", "LICENSE_HIKVISION", "20/20/0");
    expect_code(give(&story, "LICENSE_HIKVISION", "2"), ACCEPTED);
    expect_code(take(&story, "/", "LICENSE_HIKVISION", "21"), ACCEPTED);
    expect_state(&story, "/", "LICENSE_HIKVISION", "20/20/0");

    take_all(&story, "/", "LICENSE_DEEP_BASE", 1, 3);
    expect_code(take(&story, "/", "LICENSE_DEEP_BASE", "4"), LIMIT_REACHED);
    expect_code(give(&story, "LICENSE_DEEP_BASE", "2"), ACCEPTED);
    expect_code(take(&story, "/", "LICENSE_DEEP_BASE", "4"), ACCEPTED);
    expect_state(&story, "/", "LICENSE_DEEP_BASE", "3/3/0");

    expect_code(take(&story, "/", "LICENSE_PACS_MODULE", "acs"), ACCEPTED);
    expect_code(take(&story, "/", "LICENSE_PACS_MODULE", "acs"), ACCEPTED);
    expect_state(&story, "/", "LICENSE_PACS_MODULE", "1/1/0");
    expect_code(take(&story, "/", "LICENSE_PACS_MODULE", "acs2"), LIMIT_REACHED);
    end(&story);
}

Test(oracle_self, s3_a_device_is_one_unit_in_and_out)
{
    struct story story = begin("2026-11-25", "LICENSE_HIKVISION_ACS 3 per-device\n");
    expect_code(connect_device(&story, DIRECTION_IN, "AA:BB:CC:DD:EE:FF"), ACCEPTED);
    expect_code(connect_device(&story, DIRECTION_OUT, "aa-bb-cc-dd-ee-ff"), ACCEPTED);
    cr_expect(story.last.is_appended);
    expect_state(&story, "/", "LICENSE_HIKVISION_ACS", "3/1/2");
    expect_code(connect_device(&story, DIRECTION_OUT, "D2"), ACCEPTED);
    expect_code(connect_device(&story, DIRECTION_IN, "D3"), ACCEPTED);
    expect_state(&story, "/", "LICENSE_HIKVISION_ACS", "3/3/0");
    expect_code(connect_device(&story, DIRECTION_IN, "D4"), LIMIT_REACHED);
    expect_code(disconnect(&story, DIRECTION_IN, "AABBCCDDEEFF"), ACCEPTED);
    expect_code(disconnect(&story, DIRECTION_IN, "AABBCCDDEEFF"), NOT_HELD);
    expect_state(&story, "/", "LICENSE_HIKVISION_ACS", "3/3/0");
    expect_code(connect_device(&story, DIRECTION_IN, "D4"), LIMIT_REACHED);
    expect_code(disconnect(&story, DIRECTION_OUT, "AABBCCDDEEFF"), ACCEPTED);
    expect_state(&story, "/", "LICENSE_HIKVISION_ACS", "3/2/1");
    expect_code(connect_device(&story, DIRECTION_IN, "D4"), ACCEPTED);
    end(&story);
}

Test(oracle_self, s5_children_share_what_their_parent_has)
{
    struct story story = begin("2026-11-25", "sip_number 100 per-server\n");
    expect_code(create(&story, "R1"), ACCEPTED);
    expect_code(create(&story, "R2"), ACCEPTED);
    expect_code(create(&story, "R2/A"), ACCEPTED);
    expect_code(create(&story, "R2/B"), ACCEPTED);
    expect_code(save_count(&story, "R2", 0, 30), ACCEPTED);
    expect_code(save_count(&story, "R2/A", 0, 20), ACCEPTED);
    expect_state(&story, "R1", "sip_number", "100/0/100");
    expect_state(&story, "R2/B", "sip_number", "30/0/30");
    take_all(&story, "R2/B", "sip_number", 1, 15);
    expect_state(&story, "R2", "sip_number", "30/15/15");
    expect_state(&story, "R2/A", "sip_number", "20/0/15");
    expect_state(&story, "R2/B", "sip_number", "30/15/15");
    take_all(&story, "R2/A", "sip_number", 16, 30);
    expect_state(&story, "R2/A", "sip_number", "20/15/0");
    expect_code(take(&story, "R2/A", "sip_number", "31"), LIMIT_REACHED);
    expect_refusal(&story, LIMIT_REACHED, "R2", 30, 30);
    expect_code(take(&story, "R2/B", "sip_number", "31"), LIMIT_REACHED);
    expect_refusal(&story, LIMIT_REACHED, "R2", 30, 30);
    expect_state(&story, "R1", "sip_number", "100/0/70");
    take_all(&story, "R1", "sip_number", 31, 100);
    expect_code(take(&story, "R1", "sip_number", "101"), LIMIT_REACHED);
    expect_refusal(&story, LIMIT_REACHED, "/", 100, 100);
    expect_code(save_count(&story, "R2/A", 0, 31), CHILD_EXCEEDS_ANCESTOR);
    expect_refusal(&story, CHILD_EXCEEDS_ANCESTOR, "R2", 30, 31);
    expect_code(create(&story, "R2/C"), ACCEPTED);
    expect_code(save_count(&story, "R2/C", 0, 15), OVERSUBSCRIBED);
    expect_refusal(&story, OVERSUBSCRIBED, "R2", 30, 35);
    expect_code(save_count(&story, "R2", OPTED_IN, 30), ACCEPTED);
    expect_code(save_count(&story, "R2/C", 0, 15), ACCEPTED);
    expect_state(&story, "R2/C", "sip_number", "15/0/0");
    end(&story);
}

Test(oracle_self, s6_windows_add_up_and_the_newest_are_suspended)
{
    struct story                 story = begin("2026-11-25", "sip_number 500 per-server\n"
                                                                             "sip_trunks feature\nukey2 feature\n");
    const struct compose_package packages[] = {
        {"P1",
         time_of("2027-01-01"),
         time_of("2027-07-01"),
         {{"sip_number", 10}, {"sip_trunks", ENTRY_FEATURE}}                     },
        {"P2",
         time_of("2027-06-01"),
         time_of("2027-09-01"),
         {{"sip_number", 5}, {"ukey2", ENTRY_FEATURE}}                           },
        {"P3", time_of("2027-07-10"), time_of("2028-01-01"), {{"sip_number", 20}}},
    };
    static const struct {
        const char *time;
        const char *numbers;
        bool        has_trunks, has_ukey2;
    } rows[] = {
        {"2026-12-31T23:59:59.999Z", "0/0/0",   false, false},
        {"2027-01-01",               "10/0/10", true,  false},
        {"2027-05-31",               "10/0/10", true,  false},
        {"2027-06-01",               "15/0/15", true,  true },
        {"2027-06-15",               "15/0/15", true,  true },
        {"2027-07-01",               "5/0/5",   false, true },
        {"2027-09-01",               "0/0/0",   false, false},
    };
    expect_code(create(&story, "G"), ACCEPTED);
    expect_code(save(&story, "G", 0, packages, 2), ACCEPTED);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        story.time_ms = time_of(rows[i].time);
        expect_state(&story, "G", "sip_number", rows[i].numbers);
        cr_expect(eq(int, has_feature(&story, "G", "sip_trunks"), rows[i].has_trunks));
        cr_expect(eq(int, has_feature(&story, "G", "ukey2"), rows[i].has_ukey2));
    }

    story.time_ms = time_of("2027-06-15");
    take_all(&story, "G", "sip_number", 1, 12);
    struct oracle_state state =
        oracle_state(story.oracle, story.time_ms, text("G"), text("sip_number"));
    expect_state(&story, "G", "sip_number", "15/12/3");
    cr_expect(eq(u64, state.until_ms, time_of("2027-09-01")));
    cr_expect(eq(u64, state.next_ms, time_of("2027-07-01")));
    cr_expect(eq(u64, state.next_maximum, 5));

    story.time_ms = time_of("2027-07-01");
    state = oracle_state(story.oracle, story.time_ms, text("G"), text("sip_number"));
    expect_state(&story, "G", "sip_number", "5/12/0");
    cr_expect(eq(u64, state.over, 7));
    expect_units(&story, false, "sip_number", "6 7 8 9 10 11 12");
    expect_code(take(&story, "G", "sip_number", "13"), LIMIT_REACHED);

    story.time_ms = time_of("2027-07-02");
    expect_code(give(&story, "sip_number", "2"), ACCEPTED);
    expect_units(&story, false, "sip_number", "7 8 9 10 11 12");

    story.time_ms = time_of("2027-07-10");
    expect_code(save(&story, "G", 0, packages, 3), ACCEPTED);
    expect_state(&story, "G", "sip_number", "25/11/14");
    expect_units(&story, false, "sip_number", "");
    story.time_ms = time_of("2027-09-01");
    expect_state(&story, "G", "sip_number", "20/11/9");
    end(&story);
}

Test(oracle_self, s9_a_limit_shrinks_below_its_use_only_by_force)
{
    struct story story = begin("2026-11-25", "sip_number 500 per-server\n");
    expect_code(create(&story, "G"), ACCEPTED);
    expect_code(save_count(&story, "G", 0, 10), ACCEPTED);
    take_all(&story, "G", "sip_number", 1, 8);
    expect_code(save_count(&story, "G", 0, 6), LIMIT_BELOW_USED);
    expect_refusal(&story, LIMIT_BELOW_USED, "G", 6, 8);
    expect_code(save_count(&story, "G", 0, 8), ACCEPTED); // equal is enough
    expect_code(save_count(&story, "G", FORCED, 6), ACCEPTED);
    expect_state(&story, "G", "sip_number", "6/8/0");
    expect_units(&story, false, "sip_number", "7 8");
    expect_code(take(&story, "G", "sip_number", "9"), LIMIT_REACHED);
    expect_code(give(&story, "sip_number", "3"), ACCEPTED);
    expect_units(&story, false, "sip_number", "8");
    expect_code(give(&story, "sip_number", "1"), ACCEPTED);
    expect_state(&story, "G", "sip_number", "6/6/0");
    expect_units(&story, false, "sip_number", "");
    end(&story);
}

Test(oracle_self, s10_a_smaller_file_suspends_nobody_before_the_mode_is_left)
{
    struct story story = begin("2026-11-25", "LICENSE_HIKVISION 20 per-channel\n");
    take_all(&story, "/", "LICENSE_HIKVISION", 1, 20);
    expect_code(upload_serial(&story, 2, "LICENSE_HIKVISION 12 per-channel\n"), ACCEPTED);
    cr_expect(oracle_mode(story.oracle).is_limited);
    cr_expect(eq(int, oracle_mode(story.oracle).reason, REASON_LICENSE));
    expect_state(&story, "/", "LICENSE_HIKVISION", "12/20/0");
    expect_units(&story, false, "LICENSE_HIKVISION", "");
    expect_units(&story, true, "LICENSE_HIKVISION", "13 14 15 16 17 18 19 20");
    cr_expect(has_access(&story, "LICENSE_HIKVISION", "20"));
    expect_code(take(&story, "/", "LICENSE_HIKVISION", "21"), LIMITED_MODE);
    expect_code(take(&story, "/", "LICENSE_HIKVISION", "20"), ACCEPTED); // asked again
    expect_code(give(&story, "LICENSE_HIKVISION", "5"), ACCEPTED);
    expect_state(&story, "/", "LICENSE_HIKVISION", "12/19/0");
    expect_units(&story, true, "LICENSE_HIKVISION", "14 15 16 17 18 19 20");
    expect_code(accept_eula(&story), ACCEPTED);
    expect_units(&story, false, "LICENSE_HIKVISION", "14 15 16 17 18 19 20");
    cr_expect(not(has_access(&story, "LICENSE_HIKVISION", "14")));
    expect_code(upload_serial(&story, 1, "LICENSE_HIKVISION 20 per-channel\n"), STALE_LICENSE);
    cr_expect(not(oracle_mode(story.oracle).is_limited));
    expect_code(upload_serial(&story, 2, "LICENSE_HIKVISION 12 per-channel\n"), ALREADY_CURRENT);
    cr_expect(not(story.last.is_appended));
    end(&story);
}

Test(oracle_self, proposals_are_stale_beyond_ten_minutes_and_when_past)
{
    struct story story = begin("2026-11-25", "sip_number 500 per-server\n");
    static const struct {
        const char  *when;
        int64_t      ahead_ms;
        enum refusal code;
    } rows[] = {
        {"now",               0,                    NOT_HELD      },
        {"past",              -1,                   STALE_PROPOSAL},
        {"ten minutes ahead", NOT_AFTER_MS_MAX,     NOT_HELD      },
        {"more than that",    NOT_AFTER_MS_MAX + 1, STALE_PROPOSAL},
    };
    const struct event event = {
        .kind = RELEASE,
        .of.release = {
                       .resource = text("sip_number"), .unit = text("1"), .direction = DIRECTION_ABSENT}
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer buffer = buffer_over(proposal_memory, sizeof proposal_memory);
        compose_proposal(&buffer, i, story.time_ms + (uint64_t)rows[i].ahead_ms, &event);
        const struct oracle_question question = {story.seq, story.time_ms, story.admin,
                                                 buffer_bytes(&buffer), false};
        const struct oracle_answer   answer = oracle_preview(story.oracle, &question);
        cr_expect(eq(int, answer.verdict.code, rows[i].code), "when %s", rows[i].when);
    }
    end(&story);
}

Test(oracle_self, roles_end_at_their_subtree_and_a_site_admin_at_its_own_limits)
{
    struct story story = begin("2026-11-25", "sip_number 500 per-server\n");
    expect_code(create(&story, "G"), ACCEPTED);
    expect_code(create(&story, "H"), ACCEPTED);
    expect_code(add_user(&story, "bert", "H"), ACCEPTED);
    const entity_id site = entity_id_of(story.seq, 0);
    expect_code(enrol(&story, "site", SITE_ADMIN, "G"), ACCEPTED);
    const entity_id agent = entity_id_of(story.seq, 0);
    expect_code(enrol(&story, "agent", AGENT, "G"), ACCEPTED);
    const entity_id auditor = entity_id_of(story.seq, 0);
    expect_code(enrol(&story, "auditor", AUDITOR, "/"), ACCEPTED);
    expect_code(take(&story, "H", "sip_number", "h"), ACCEPTED);

    story.author = site;
    expect_code(create(&story, "G/a"), ACCEPTED);
    expect_code(create(&story, "H/a"), FORBIDDEN);
    expect_code(create(&story, "H/nowhere/a"), FORBIDDEN);
    expect_code(create(&story, "G/nowhere/a"), UNKNOWN_GROUP);
    expect_code(create(&story, "G"), FORBIDDEN);
    expect_code(create(&story, "Gx"), FORBIDDEN);
    expect_code(save_count(&story, "G", 0, 10), FORBIDDEN);
    expect_code(save_count(&story, "G/a", 0, 10), ACCEPTED);
    expect_code(take(&story, "G", "sip_number", "1"), FORBIDDEN);
    expect_code(give(&story, "sip_number", "h"), NOT_HELD);
    expect_code(change_membership(&story, "bert", "G", true), FORBIDDEN);
    expect_code(change_membership(&story, "nobody", "G", true), FORBIDDEN);
    expect_code(add_user(&story, "anna", "G"), ACCEPTED);
    expect_code(change_membership(&story, "anna", "G/a", true), ACCEPTED);
    expect_code(enrol(&story, "site2", SITE_ADMIN, "G"), FORBIDDEN);
    expect_code(enrol(&story, "site2", SITE_ADMIN, "G/a"), ACCEPTED);

    story.author = agent;
    expect_code(take(&story, "G", "sip_number", "1"), ACCEPTED);
    expect_code(take(&story, "H", "sip_number", "2"), FORBIDDEN);
    expect_code(take_for(&story, "G", "sip_number", "2", "bert"), UNKNOWN_USER);
    expect_code(take_for(&story, "G/a", "sip_number", "2", "anna"), ACCEPTED);
    expect_code(take(&story, "G", "sip_number", "h"), UNIT_HELD);

    story.author = auditor;
    expect_code(give(&story, "sip_number", "1"), FORBIDDEN);
    story.author = entity_id_of(999, 0);
    expect_code(give(&story, "sip_number", "1"), UNAUTHENTICATED);
    end(&story);
}

Test(oracle_self, limited_mode_refuses_settings_and_new_equipment_only)
{
    struct story story = begin("2026-11-25", "sip_number 5 per-server\nCAMERA 5 per-channel\n");
    expect_code(create(&story, "G"), ACCEPTED);
    expect_code(add_user(&story, "anna", "G"), ACCEPTED);
    expect_code(take_for(&story, "G", "sip_number", "1", "anna"), ACCEPTED);
    expect_code(upload(&story, "sip_number 3 per-server\nCAMERA 5 per-channel\n"), ACCEPTED);
    expect_code(create(&story, "H"), LIMITED_MODE);
    expect_code(save_count(&story, "nowhere", 0, 1), LIMITED_MODE);
    expect_code(take(&story, "G", "CAMERA", "1"), LIMITED_MODE);
    expect_code(take_for(&story, "G", "CAMERA", "1", "anna"), LIMITED_MODE);
    expect_code(take(&story, "G", "sip_number", "2"), LIMITED_MODE);
    expect_code(take_for(&story, "G", "sip_number", "2", "anna"), ACCEPTED);
    expect_code(take_for(&story, "G", "sip_number", "3", "anna"), ACCEPTED);
    expect_code(take_for(&story, "G", "sip_number", "4", "anna"), LIMIT_REACHED);
    expect_code(enrol(&story, "x", AGENT, "G"), LIMITED_MODE);
    story.author = AUTHOR_RECOVERY;
    expect_code(enrol(&story, "x", SERVER_ADMIN, "/"), ACCEPTED);
    expect_code(enrol(&story, "y", AGENT, "G"), FORBIDDEN);
    expect_code(accept_eula(&story), FORBIDDEN);
    end(&story);
}

Test(oracle_self, the_walk_passes_by_what_is_suspended_below)
{
    struct story story = begin("2026-11-25", "sip_number 3 per-server\n");
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(create(&story, "B"), ACCEPTED);
    expect_code(save_count(&story, "A", 0, 2), ACCEPTED);
    take_all(&story, "A", "sip_number", 1, 2);
    take_all(&story, "B", "sip_number", 3, 3);
    expect_code(save_count(&story, "A", FORCED, 1), ACCEPTED);
    expect_units(&story, false, "sip_number", "2");
    // The server falls to 2: what is suspended in A leaves room for the younger one in B.
    expect_code(upload(&story, "sip_number 2 per-server\n"), ACCEPTED);
    expect_code(accept_eula(&story), ACCEPTED);
    expect_units(&story, false, "sip_number", "2");
    expect_state(&story, "B", "sip_number", "2/1/0"); // yet it counts as used (D1)
    end(&story);
}

Test(oracle_self, a_user_is_held_to_the_strictest_group_and_to_the_least_cap)
{
    struct story story = begin("2026-11-25", "sip_number 9 per-server\n");
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(create(&story, "B"), ACCEPTED);
    expect_code(save_count(&story, "B", 0, 2), ACCEPTED);
    expect_code(add_user(&story, "anna", "A"), ACCEPTED);
    expect_code(take_for(&story, "B", "sip_number", "1", "anna"), NOT_A_MEMBER);
    expect_code(change_membership(&story, "anna", "B", true), ACCEPTED);
    expect_code(take_for(&story, "A", "sip_number", "1", "anna"), ACCEPTED);
    expect_code(assign(&story, "anna", "A", TIME_NEVER, 1), ACCEPTED);
    expect_code(take_for(&story, "A", "sip_number", "2", "anna"), USER_LIMIT);
    expect_code(assign(&story, "anna", "A", TIME_NEVER, 9), ACCEPTED);
    expect_code(assign(&story, "anna", "A", TIME_NEVER, 10), USER_EXCEEDS_GROUP);
    expect_refusal(&story, USER_EXCEEDS_GROUP, "/", 9, 10);
    expect_code(take_for(&story, "A", "sip_number", "2", "anna"), ACCEPTED);
    expect_code(take_for(&story, "A", "sip_number", "3", "anna"), STRICTEST_GROUP);
    expect_refusal(&story, STRICTEST_GROUP, "B", 2, 2);
    cr_expect(has_access(&story, "sip_number", "2"));
    // Nothing is used in B, yet somebody would lose access (X01).
    expect_code(save_count(&story, "B", 0, 1), LIMIT_BELOW_USED);
    expect_code(save_count(&story, "B", FORCED, 1), ACCEPTED);
    cr_expect(has_access(&story, "sip_number", "1"));
    cr_expect(not(has_access(&story, "sip_number", "2"))); // the newest beyond the least
    take_all(&story, "B", "sip_number", 4, 4);
    expect_code(change_membership(&story, "anna", "A", false), MEMBERSHIP_IN_USE);
    end(&story);
}

Test(oracle_self, saves_are_held_to_the_nearest_restricted_nodes_at_every_instant)
{
    struct story story = begin("2026-11-25", "sip_number 10 per-server until 2028-01-01T00:00:00Z\n"
                                             "mobile_app 9 per-server needs sip_number\n");
    const uint64_t               year = time_of("2027-01-01");
    struct compose_package       early = {"P", 0, year, {{"sip_number", 5}}};
    struct compose_package       late = {"P", year, 0, {{"sip_number", 5}}};
    const struct compose_package overlap = {"P", year - 1, 0, {{"sip_number", 6}}};
    struct compose_package       needs = {
              "P", 0, year, {{"sip_number", 3}, {"mobile_app", 4}}
    };
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(create(&story, "A/b"), ACCEPTED);
    expect_code(create(&story, "A/b/c"), ACCEPTED);
    expect_code(save(&story, "A", 0, &needs, 1), NEEDS_EXCEEDED);
    expect_refusal(&story, NEEDS_EXCEEDED, "A", 4, 3);
    needs.entries[1].count = 3;
    expect_code(save(&story, "A", 0, &needs, 1), ACCEPTED);
    expect_code(save(&story, "A", 0, NULL, 0), ACCEPTED);
    // Fail closed: restricted without a package bounds with 0.
    expect_code(save_count(&story, "A/b/c", 0, 1), CHILD_EXCEEDS_ANCESTOR);
    expect_refusal(&story, CHILD_EXCEEDS_ANCESTOR, "A", 0, 1);
    // Outside of its windows the ancestor bounds nothing, inside it does: half-open.
    expect_code(save(&story, "A", 0, &early, 1), ACCEPTED);
    expect_code(save(&story, "A/b/c", 0, &overlap, 1), CHILD_EXCEEDS_ANCESTOR);
    expect_refusal(&story, CHILD_EXCEEDS_ANCESTOR, "A", 5, 6);
    late.entries[0].count = 9;
    // The server lacks sip_number from 2028 on, yet has other entries: then it is active with 0.
    expect_code(save(&story, "A/b/c", 0, &late, 1), CHILD_EXCEEDS_ANCESTOR);
    expect_refusal(&story, CHILD_EXCEEDS_ANCESTOR, "/", 0, 9);
    late.until_ms = time_of("2028-01-01");
    expect_code(save(&story, "A/b/c", 0, &late, 1), ACCEPTED);
    // Downwards, where the limit falls, and not where an inactive node becomes active; or by force.
    early.until_ms = year + 1;
    expect_code(save(&story, "A", 0, &early, 1), ACCEPTED);
    expect_code(save(&story, "A", OPEN, &early, 1), ACCEPTED);
    expect_code(save(&story, "A", 0, &early, 1), CHILD_EXCEEDS_ANCESTOR);
    expect_refusal(&story, CHILD_EXCEEDS_ANCESTOR, "A", 5, 9);
    early.until_ms = year;
    expect_code(save(&story, "A", 0, &early, 1), ACCEPTED);
    early.until_ms = year + 1;
    expect_code(save(&story, "A", OPEN, &early, 1), ACCEPTED);
    expect_code(save(&story, "A", FORCED, &early, 1), ACCEPTED);
    end(&story);
}

Test(oracle_self, plans_are_all_or_nothing_and_name_the_failing_index)
{
    struct story             story = begin("2026-11-25", "CAMERA 3 per-channel\n");
    static const char *const units[] = {"1", "2", "3", "4"};
    for (uint32_t count = 3; count <= 4; count++) {
        struct buffer lists = buffer_over(list_memory, sizeof list_memory);
        for (uint32_t i = 0; i < count; i++) {
            compose_event(&lists, &(struct event){
                                      .kind = CONSUMPTION,
                                      .of.consumption = {
                                                         .group = text("/"),
                                                         .resource = text("CAMERA"),
                                                         .unit = text(units[count == 4 ? i : 2 - i]),
                                                         .direction = DIRECTION_ABSENT,
                                                         }
            });
        }
        const struct event plan = {
            .kind = PLAN, .of.plan.events = {buffer_bytes(&lists), count}
        };
        expect_code(propose(&story, &plan), count == 3 ? ACCEPTED : LIMIT_REACHED);
    }
    cr_expect(eq(u32, story.last.verdict.index, 3));
    expect_state(&story, "/", "CAMERA", "3/3/0");
    end(&story);
}

// --- The life of the server
// -----------------------------------------------------------------------

static enum refusal accept_version(struct story *story, const char *version)
{
    return propose(story, &(struct event){.kind = EULA_ACCEPTANCE,
                                          .of.eula_acceptance.version = text(version)});
}

static enum refusal change_password(struct story *story, const char *account)
{
    return propose(story, &(struct event){.kind = PASSWORD_CHANGE,
                                          .of.password_change.account = text(account)});
}

static enum refusal update_software(struct story *story, const char *software, const char *eula)
{
    return propose(story, &(struct event){
                              .kind = SOFTWARE_UPDATE,
                              .of.software_update = {text(software), text(eula), {NULL, 0}}
    });
}

static bool is_limited_by(const struct story *story, enum mode_reason reason)
{
    const struct oracle_mode mode = oracle_mode(story->oracle);
    return mode.is_limited && mode.reason == reason;
}

Test(oracle_self, s11_triggers_enter_the_mode_and_one_acceptance_of_the_current_eula_leaves_it)
{
    struct story story = begin("2026-11-25", "sip_number 5 per-server\n");
    expect_code(oracle_connect(story.oracle, text("4.4.9")), ACCEPTED);
    expect_code(upload(&story, "sip_number 6 per-server\n"), ACCEPTED);
    cr_expect(is_limited_by(&story, REASON_LICENSE));
    expect_code(oracle_connect(story.oracle, text("4.4.9")), CLIENT_TOO_OLD);
    expect_code(oracle_connect(story.oracle, text("4.4")), CLIENT_TOO_OLD);
    expect_code(oracle_connect(story.oracle, text("nightly")), CLIENT_TOO_OLD);
    expect_code(oracle_connect(story.oracle, text("4.5.0")), ACCEPTED);
    cr_expect(not(oracle_leaves_open(story.oracle, "video.view")));
    cr_expect(oracle_leaves_open(story.oracle, "settings.license"));
    cr_expect(not(oracle_leaves_open(story.oracle, "settings.network")));
    expect_code(save_count(&story, "/", OPEN, 1), MALFORMED);
    expect_code(create(&story, "G"), LIMITED_MODE);
    expect_code(accept_eula(&story), ACCEPTED);
    cr_expect(not(oracle_mode(story.oracle).is_limited));
    expect_code(change_password(&story, "operator"), ACCEPTED);
    expect_code(change_password(&story, "admin"), ACCEPTED); // byte by byte
    cr_expect(not(oracle_mode(story.oracle).is_limited));
    expect_code(change_password(&story, "Admin"), ACCEPTED);
    cr_expect(is_limited_by(&story, REASON_PASSWORD));
    expect_code(update_software(&story, "4.7", COMPOSE_EULA), ACCEPTED);
    cr_expect(is_limited_by(&story, REASON_PASSWORD));
    expect_code(update_software(&story, "4.8", "eula-2"), ACCEPTED);
    cr_expect(is_limited_by(&story, REASON_EULA_CHANGED));
    expect_code(accept_version(&story, COMPOSE_EULA), EULA_VERSION_MISMATCH);
    expect_code(accept_version(&story, "eula-2"), ACCEPTED);
    cr_expect(not(oracle_mode(story.oracle).is_limited));
    expect_code(upload_serial(&story, 1, "sip_number 5 per-server\n"), STALE_LICENSE);
    cr_expect(not(oracle_mode(story.oracle).is_limited));
    end(&story);
}

Test(oracle_self, sessions_vouch_for_units_alone_and_not_where_a_signature_is_wanted)
{
    struct story story = begin("2026-11-25", "sip_number 5 per-server\n");
    story.is_vouched = true;
    expect_code(take(&story, "/", "sip_number", "1"), ACCEPTED);
    expect_code(create(&story, "G"), UNAUTHENTICATED);
    story.is_vouched = false;
    expect_code(propose(&story, &(struct event){.kind = POLICY, .of.policy.must_sign = true}),
                ACCEPTED);
    story.is_vouched = true;
    expect_code(take(&story, "/", "sip_number", "2"), UNAUTHENTICATED);
    end(&story);
}

// --- Groups
// ---------------------------------------------------------------------------------------

static enum refusal move(struct story *story, const char *group, const char *parent, bool is_forced)
{
    return propose(
        story,
        &(struct event){
            .kind = GROUP_MOVE,
            .of.group_move = {.group = text(group), .parent = text(parent), .is_forced = is_forced},
    });
}

static enum refusal block(struct story *story, const char *group, bool is_blocked)
{
    return propose(story, &(struct event){
                              .kind = GROUP_BLOCK,
                              .of.group_block = {.group = text(group), .is_blocked = is_blocked}
    });
}

static enum refusal remove_group(struct story *story, const char *group, bool is_cascade)
{
    return propose(story,
                   &(struct event){
                       .kind = GROUP_REMOVAL,
                       .of.group_removal = {.group = text(group), .is_cascade = is_cascade}
    });
}

Test(oracle_self, x04_use_leaves_the_old_ancestors_and_enters_the_new_ones)
{
    struct story story = begin("2026-11-25", "sip_number 9 per-server\n");
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(create(&story, "A/b"), ACCEPTED);
    expect_code(create(&story, "A/b/c"), ACCEPTED);
    expect_code(create(&story, "B"), ACCEPTED);
    expect_code(save_count(&story, "B", 0, 2), ACCEPTED);
    take_all(&story, "A/b/c", "sip_number", 1, 2);
    take_all(&story, "B", "sip_number", 3, 3);
    expect_code(move(&story, "A/b", "A/b/c", false), CYCLE);
    expect_code(move(&story, "A/b", "A/b", false), CYCLE);
    expect_code(move(&story, "A/b", "nowhere", false), UNKNOWN_GROUP);
    expect_code(move(&story, "A/b", "A", false), ACCEPTED);
    cr_expect(not(story.last.is_appended));
    expect_code(move(&story, "A/b", "B", false), LIMIT_BELOW_USED);
    expect_refusal(&story, LIMIT_BELOW_USED, "B", 2, 3);
    cr_expect(eq(u32, story.last.findings.lost_count, 1));
    expect_code(move(&story, "A/b", "B", true), ACCEPTED);
    expect_state(&story, "A", "sip_number", "9/0/6");
    expect_state(&story, "B", "sip_number", "2/3/0");
    expect_state(&story, "/", "sip_number", "9/3/6");
    expect_units(&story, false, "sip_number", "3"); // seniority is kept: the newest goes
    expect_code(create(&story, "A/b"), ACCEPTED);
    expect_code(move(&story, "A/b", "B", false), NAME_TAKEN);
    end(&story);
}

Test(oracle_self, x04_a_move_is_held_to_the_nearest_restricted_node_of_the_new_path)
{
    struct story story = begin("2026-11-25", "sip_number 9 per-server\n");
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(create(&story, "A/b"), ACCEPTED);
    expect_code(create(&story, "B"), ACCEPTED);
    expect_code(create(&story, "B/c"), ACCEPTED);
    expect_code(save_count(&story, "A/b", 0, 3), ACCEPTED);
    expect_code(save_count(&story, "B", 0, 2), ACCEPTED);
    expect_code(move(&story, "A/b", "B", true), CHILD_EXCEEDS_ANCESTOR);
    expect_refusal(&story, CHILD_EXCEEDS_ANCESTOR, "B", 2, 3);
    expect_code(save_count(&story, "B", 0, 4), ACCEPTED);
    expect_code(save_count(&story, "B/c", 0, 2), ACCEPTED);
    expect_code(move(&story, "A/b", "B", true), OVERSUBSCRIBED);
    expect_refusal(&story, OVERSUBSCRIBED, "B", 4, 5);
    expect_code(save_count(&story, "B", 0, 5), ACCEPTED);
    expect_code(move(&story, "A/b", "B", false), ACCEPTED);
    end(&story);
}

Test(oracle_self, x09_a_group_goes_with_all_that_is_in_it_or_not_at_all)
{
    struct story story = begin("2026-11-25", "sip_number 3 per-server\n");
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(create(&story, "A/b"), ACCEPTED);
    expect_code(remove_group(&story, "A", false), GROUP_NOT_EMPTY); // children
    expect_code(remove_group(&story, "A/b", false), ACCEPTED);
    expect_code(add_user(&story, "anna", "A"), ACCEPTED);
    expect_code(remove_group(&story, "A", false), GROUP_NOT_EMPTY); // users
    expect_code(take_for(&story, "A", "sip_number", "1", "anna"), ACCEPTED);
    expect_code(enrol(&story, "gate", AGENT, "A"), ACCEPTED);
    expect_code(remove_group(&story, "A", true), ACCEPTED);
    expect_state(&story, "/", "sip_number", "3/0/3");
    cr_expect(facts_actor(oracle_facts(story.oracle), text("gate")) == NULL);
    cr_expect(facts_user(oracle_facts(story.oracle), text("anna")) != NULL);
    expect_code(remove_group(&story, "A", true), UNKNOWN_GROUP);
    end(&story);
}

Test(oracle_self, x12_a_block_denies_below_it_and_changes_nothing_else)
{
    struct story story = begin("2026-11-25", "sip_number 3 per-server\n");
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(create(&story, "A/b"), ACCEPTED);
    expect_code(create(&story, "C"), ACCEPTED);
    expect_code(add_user(&story, "anna", "A/b"), ACCEPTED);
    expect_code(change_membership(&story, "anna", "C", true), ACCEPTED);
    expect_code(take(&story, "A/b", "sip_number", "1"), ACCEPTED);
    expect_code(take_for(&story, "C", "sip_number", "2", "anna"), ACCEPTED);
    expect_code(block(&story, "A", true), ACCEPTED);
    expect_code(block(&story, "A", true), ACCEPTED);
    cr_expect(not(story.last.is_appended));
    cr_expect(not(has_access(&story, "sip_number", "1")));
    cr_expect(not(has_access(&story, "sip_number", "2"))); // in all groups of the user (B42)
    expect_state(&story, "A/b", "sip_number", "3/1/1");
    expect_code(take(&story, "A/b", "sip_number", "3"), BLOCKED);
    expect_refusal(&story, BLOCKED, "A", 0, 0);
    expect_code(take_for(&story, "C", "sip_number", "3", "anna"), BLOCKED);
    expect_code(take(&story, "A/b", "sip_number", "1"), ACCEPTED); // asked again
    expect_code(give(&story, "sip_number", "1"), ACCEPTED);
    expect_code(block(&story, "A", false), ACCEPTED);
    cr_expect(has_access(&story, "sip_number", "2"));
    end(&story);
}

Test(oracle_self, x01_who_takes_access_elsewhere_is_told_so_too)
{
    struct story story = begin("2026-11-25", "sip_number 2 per-server\n");
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(create(&story, "B"), ACCEPTED);
    take_all(&story, "A", "sip_number", 1, 1);
    take_all(&story, "B", "sip_number", 2, 2);
    expect_code(save_count(&story, "A", FORCED, 0), ACCEPTED);
    expect_code(upload(&story, "sip_number 1 per-server\n"), ACCEPTED);
    expect_code(accept_eula(&story), ACCEPTED);
    expect_units(&story, false, "sip_number", "1");
    // A's older one comes back, and there is no room left for that of B.
    expect_code(save_count(&story, "A", 0, 1), LIMIT_BELOW_USED);
    expect_refusal(&story, LIMIT_BELOW_USED, "/", 1, 2);
    cr_expect(eq(u32, story.last.findings.lost_count, 1));
    expect_code(save_count(&story, "A", FORCED, 1), ACCEPTED);
    expect_units(&story, false, "sip_number", "2");
    end(&story);
}

Test(oracle_self, x18_a_mark_is_reached_once_and_armed_again_five_points_below)
{
    struct story story = begin("2026-11-25", "sip_number 20 per-server\n");
    static const struct {
        uint32_t   last; // units 1 to here are held
        enum level level;
    } rows[] = {
        {15, LEVEL_NONE},
        {16, LEVEL_80  },
        {15, LEVEL_80  },
        {14, LEVEL_NONE},
        {19, LEVEL_95  },
        {18, LEVEL_95  },
        {17, LEVEL_80  },
        {20, LEVEL_100 },
        {19, LEVEL_100 },
        {18, LEVEL_95  },
    };
    uint32_t held = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char unit[16];
        if (rows[i].last > held) take_all(&story, "/", "sip_number", held + 1, rows[i].last);
        for (; held > rows[i].last; held--) {
            (void)snprintf(unit, sizeof unit, "%u", held);
            expect_code(give(&story, "sip_number", unit), ACCEPTED);
        }
        held = rows[i].last;
        cr_expect(
            eq(int, oracle_notice(story.oracle, text("/"), text("sip_number")), rows[i].level),
            "row %zu", i);
    }
    end(&story);
}

// --- Users
// ----------------------------------------------------------------------------------------

static enum refusal dismiss(struct story *story, const char *user, bool is_cascade)
{
    return propose(story, &(struct event){
                              .kind = USER_REMOVAL,
                              .of.user_removal = {.user = text(user), .is_cascade = is_cascade}
    });
}

Test(oracle_self, b42_a_user_goes_with_all_that_is_held_and_the_name_is_free)
{
    struct story story = begin("2026-11-25", "sip_number 3 per-server\n");
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(add_user(&story, "anna", "A"), ACCEPTED);
    expect_code(take_for(&story, "A", "sip_number", "1", "anna"), ACCEPTED);
    expect_code(dismiss(&story, "bert", false), UNKNOWN_USER);
    expect_code(dismiss(&story, "anna", false), MEMBERSHIP_IN_USE);
    expect_code(dismiss(&story, "anna", true), ACCEPTED);
    expect_state(&story, "A", "sip_number", "3/0/3");
    expect_code(add_user(&story, "anna", "A"), ACCEPTED);
    end(&story);
}

Test(oracle_self, b32_b37_actions_ask_for_features_and_units_with_access)
{
    struct story story = begin("2026-11-25", "sip_number 3 per-server\n"
                                             "mobile_app 3 per-server needs sip_number\n"
                                             "remote_door_opening feature\nelevator feature\n");
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(add_user(&story, "anna", "A"), ACCEPTED);
    cr_expect(not(oracle_user_may(story.oracle, story.time_ms, text("anna"), "sip.call")));
    cr_expect(oracle_user_may(story.oracle, story.time_ms, text("anna"), "elevator.call"));
    expect_code(take_for(&story, "A", "sip_number", "1", "anna"), ACCEPTED);
    cr_expect(oracle_user_may(story.oracle, story.time_ms, text("anna"), "sip.call"));
    cr_expect(not(oracle_user_may(story.oracle, story.time_ms, text("anna"), "door.open")));
    expect_code(take_for(&story, "A", "mobile_app", "1", "anna"), ACCEPTED);
    cr_expect(oracle_user_may(story.oracle, story.time_ms, text("anna"), "door.open"));
    cr_expect(not(oracle_user_may(story.oracle, story.time_ms, text("anna"), "siri.use")));
    cr_expect(oracle_admin_may(story.oracle, story.time_ms, text("root"), text("A"),
                               "elevator.configure"));
    cr_expect(not(
        oracle_admin_may(story.oracle, story.time_ms, text("root"), text("A"), "lpr.configure")));
    expect_code(change_password(&story, "Admin"), ACCEPTED);
    cr_expect(oracle_user_may(story.oracle, story.time_ms, text("anna"), "door.open"));
    cr_expect(not(oracle_admin_may(story.oracle, story.time_ms, text("root"), text("A"),
                                   "elevator.configure")));
    end(&story);
}

// --- Units that need each other
// ---------------------------------------------------------------------

static enum refusal take_as(struct story *story, const struct consumption *consumption)
{
    struct consumption whole = *consumption;
    whole.group = text("A");
    whole.direction = DIRECTION_ABSENT;
    return propose(story, &(struct event){.kind = CONSUMPTION, .of.consumption = whole});
}

static enum refusal give_both(struct story *story, const char *resource, const char *unit)
{
    return propose(story, &(struct event){
                              .kind = RELEASE,
                              .of.release = {text(resource), text(unit), DIRECTION_ABSENT, true}
    });
}

#define FILE_OF_NEEDS \
    "sip_number 9 per-server\nmobile_app 9 per-server needs sip_number\nCAMERA 9 per-channel\n"

Test(oracle_self, b11_what_needs_another_unit_is_bound_to_it)
{
    struct story story = begin("2026-11-25", FILE_OF_NEEDS);
    expect_code(create(&story, "A"), ACCEPTED);
    const struct consumption app = {.resource = text("mobile_app"), .unit = text("a1")};
    struct consumption       other = {.resource = text("mobile_app"), .unit = text("a2")};
    expect_code(take_as(&story, &app), NEEDED_UNIT_MISSING);
    const struct consumption dialer = {
        .resource = text("sip_number"), .unit = text("0"), .purpose = PURPOSE_SERVICE};
    expect_code(take_as(&story, &dialer), ACCEPTED);
    expect_code(take_as(&story, &app), NEEDED_UNIT_MISSING); // a service's is never bound (B12)
    take_all(&story, "A", "sip_number", 1, 2);
    const struct oracle_state state =
        oracle_state(story.oracle, story.time_ms, text("A"), text("mobile_app"));
    cr_expect(eq(u64, state.activatable, 8)); // 6 that may be taken, 2 that are free
    expect_code(take_as(&story, &app), ACCEPTED);
    other.needed = text("1"); // the oldest, which is bound
    expect_code(take_as(&story, &other), NEEDED_UNIT_BOUND);
    other.needed = text("2");
    expect_code(take_as(&story, &other), ACCEPTED);
    const struct consumption third = {.resource = text("mobile_app"), .unit = text("a3")};
    expect_code(take_as(&story, &third), NEEDED_UNIT_BOUND);
    const struct consumption camera = {
        .resource = text("CAMERA"), .unit = text("c"), .needed = text("1")};
    expect_code(take_as(&story, &camera), MALFORMED);
    expect_code(give(&story, "sip_number", "1"), UNIT_IN_USE);
    expect_code(give(&story, "mobile_app", "a1"), ACCEPTED);
    expect_code(give(&story, "sip_number", "1"), ACCEPTED);
    expect_code(give_both(&story, "sip_number", "2"), ACCEPTED);
    expect_state(&story, "A", "mobile_app", "9/0/9");
    end(&story);
}

Test(oracle_self, b31_what_is_bound_has_access_while_the_other_has)
{
    struct story story = begin("2026-11-25", FILE_OF_NEEDS);
    expect_code(create(&story, "A"), ACCEPTED);
    take_all(&story, "A", "sip_number", 1, 2);
    take_all(&story, "A", "mobile_app", 1, 2);
    const struct compose_package package = {
        .name = "P", .entries = {{"sip_number", 1}, {"mobile_app", 1}, {"CAMERA", 1}}
    };
    expect_code(save(&story, "A", FORCED, &package, 1), ACCEPTED);
    cr_expect(has_access(&story, "mobile_app", "1"));
    cr_expect(not(has_access(&story, "mobile_app", "2")));
    expect_code(give(&story, "mobile_app", "1"), ACCEPTED);
    // There is room for it, yet its number is suspended.
    expect_units(&story, false, "mobile_app", "");
    cr_expect(not(has_access(&story, "mobile_app", "2")));
    end(&story);
}

Test(oracle_self, x20_a_holding_passes_on_with_its_partner_and_its_seniority)
{
    struct story story = begin("2026-11-25", FILE_OF_NEEDS);
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(add_user(&story, "anna", "A"), ACCEPTED);
    expect_code(add_user(&story, "bert", "A"), ACCEPTED);
    expect_code(take_for(&story, "A", "sip_number", "1", "anna"), ACCEPTED);
    expect_code(take_for(&story, "A", "mobile_app", "old", "anna"), ACCEPTED);
    expect_code(take_for(&story, "A", "sip_number", "2", "bert"), ACCEPTED);
    const struct transfer phone = {
        .resource = text("mobile_app"), .unit = text("old"), .to_unit = text("new")};
    expect_code(propose(&story, &(struct event){.kind = TRANSFER, .of.transfer = phone}), ACCEPTED);
    expect_code(propose(&story, &(struct event){.kind = TRANSFER, .of.transfer = phone}), NOT_HELD);
    struct transfer number = {
        .resource = text("sip_number"), .unit = text("1"), .to_unit = text("2")};
    expect_code(propose(&story, &(struct event){.kind = TRANSFER, .of.transfer = number}),
                UNIT_HELD);
    number.to_unit = text("1");
    expect_code(propose(&story, &(struct event){.kind = TRANSFER, .of.transfer = number}),
                ACCEPTED);
    cr_expect(not(story.last.is_appended));
    number.to_user = text("carl");
    expect_code(propose(&story, &(struct event){.kind = TRANSFER, .of.transfer = number}),
                UNKNOWN_USER);
    number.to_user = text("bert");
    expect_code(propose(&story, &(struct event){.kind = TRANSFER, .of.transfer = number}),
                ACCEPTED);
    const struct oracle_user bert =
        oracle_user(story.oracle, story.time_ms, text("bert"), text("mobile_app"));
    cr_expect(eq(u64, bert.used, 1));
    expect_code(give(&story, "sip_number", "1"), UNIT_IN_USE); // still bound
    end(&story);
}

// --- Leases
// ---------------------------------------------------------------------------------------

static enum refusal lease(struct story *story, const char *unit, uint64_t lease_ms, const char *set)
{
    const struct consumption consumption = {
        .resource = text("CAMERA"),
        .unit = text(unit),
        .lease_ms = lease_ms,
        .lease_set = text(set),
    };
    return take_as(story, &consumption);
}

static enum refusal renew(struct story *story, const char *unit)
{
    return propose(story, &(struct event){
                              .kind = RENEWAL,
                              .of.renewal = {.resource = text("CAMERA"), .unit = text(unit)}
    });
}

static enum refusal renew_set(struct story *story, const char *set)
{
    return propose(
        story, &(struct event){
                   .kind = RENEWAL, .of.renewal = {.group = text("A"), .lease_set = text(set)}
    });
}

static void wait(struct story *story, uint64_t ms)
{
    story->time_ms += ms;
    oracle_pass(story->oracle, story->time_ms);
}

Test(oracle_self, x11_a_lease_ends_at_its_end_and_one_renewal_renews_a_set)
{
    struct story story = begin("2026-11-25", FILE_OF_NEEDS);
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(lease(&story, "1", LEASE_MS_MIN - 1, NULL), MALFORMED);
    expect_code(lease(&story, "1", LEASE_MS_MIN, NULL), ACCEPTED);
    expect_code(lease(&story, "2", LEASE_MS_MIN, "lift"), ACCEPTED);
    expect_code(lease(&story, "3", LEASE_MS_MIN, "lift"), ACCEPTED);
    expect_code(renew(&story, "1"), ACCEPTED);
    cr_expect(not(story.last.is_appended)); // in the same millisecond
    wait(&story, LEASE_MS_MIN - 1);
    expect_code(renew(&story, "1"), ACCEPTED); // in the last one
    cr_expect(story.last.is_appended);
    expect_code(renew_set(&story, "gate"), NOT_HELD);
    expect_code(renew(&story, "3"), ACCEPTED);
    wait(&story, 1);
    expect_state(&story, "A", "CAMERA", "9/3/6");
    wait(&story, LEASE_MS_MIN - 2);
    expect_code(renew_set(&story, "lift"), ACCEPTED);
    wait(&story, 1);
    expect_state(&story, "A", "CAMERA", "9/2/7");
    expect_code(renew(&story, "1"), NOT_HELD);
    expect_code(take(&story, "A", "CAMERA", "2"), ACCEPTED); // asked again, which renews
    cr_expect(story.last.is_appended);
    take_all(&story, "A", "CAMERA", 4, 4);
    expect_code(renew(&story, "4"), ACCEPTED);
    cr_expect(not(story.last.is_appended)); // has no lease
    end(&story);
}

Test(oracle_self, x11_no_lease_ends_while_limited_and_each_runs_anew_afterwards)
{
    struct story story = begin("2026-11-25", FILE_OF_NEEDS);
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(lease(&story, "1", LEASE_MS_MIN, NULL), ACCEPTED);
    wait(&story, 1000);
    expect_code(change_password(&story, "Admin"), ACCEPTED);
    wait(&story, 10 * LEASE_MS_MIN);
    expect_state(&story, "A", "CAMERA", "9/1/8");
    expect_code(accept_eula(&story), ACCEPTED);
    wait(&story, LEASE_MS_MIN - 1);
    expect_state(&story, "A", "CAMERA", "9/1/8");
    expect_code(accept_eula(&story), ACCEPTED); // leaves nothing, so nothing begins anew
    wait(&story, 1);
    expect_state(&story, "A", "CAMERA", "9/0/9");
    end(&story);
}

Test(oracle_self, x11_a_start_lets_leases_run_anew_and_an_end_takes_what_is_bound_along)
{
    struct story story = begin("2026-11-25", FILE_OF_NEEDS);
    expect_code(create(&story, "A"), ACCEPTED);
    const struct consumption number = {
        .resource = text("sip_number"), .unit = text("1"), .lease_ms = LEASE_MS_MIN};
    const struct consumption app = {.resource = text("mobile_app"), .unit = text("1")};
    expect_code(take_as(&story, &number), ACCEPTED);
    expect_code(take_as(&story, &app), ACCEPTED);
    wait(&story, LEASE_MS_MIN - 1);
    story.author = AUTHOR_LEDGER;
    expect_code(propose(&story, &(struct event){.kind = RESUMPTION}), ACCEPTED);
    wait(&story, LEASE_MS_MIN - 1);
    expect_state(&story, "A", "mobile_app", "9/1/8");
    wait(&story, 1);
    expect_state(&story, "A", "sip_number", "9/0/9");
    expect_state(&story, "A", "mobile_app", "9/0/9");
    end(&story);
}

// --- Reminders
// ------------------------------------------------------------------------------------

static enum refusal remind(struct story *story, const char *group, enum frequency frequency,
                           uint64_t days)
{
    const struct reminder_policy policy = {
        .group = text(group),
        .is_enabled = true,
        .frequency = (uint64_t)frequency,
        .days = days,
        .date_ms = TIME_NEVER,
    };
    return propose(story, &(struct event){.kind = REMINDER_POLICY, .of.reminder_policy = policy});
}

// The ledger says what is due; returns the instant it is for, TIME_NEVER where nothing is.
static uint64_t say_due(struct story *story)
{
    const uint32_t count = oracle_due_count(story->oracle);
    uint8_t        room[512];
    struct buffer  lists = buffer_over(room, sizeof room);
    if (count == 0) return TIME_NEVER;
    cr_assert(eq(u32, count, 1));
    struct oracle_reminder    due = oracle_due(story->oracle, 0, story->time_ms);
    const struct oracle_state state =
        oracle_state(story->oracle, story->time_ms, due.group, text("sip_number"));
    const struct reminded_resource resource = {text("sip_number"), state.maximum, state.used,
                                               state.available};
    pack_array(&lists, reminded_resource_record.field_count);
    record_write(&reminded_resource_record, &resource, &lists);
    const struct reminder reminder = {
        .group = due.group,
        .package = due.package,
        .until_ms = due.until_ms,
        .due_ms = due.due_ms,
        .days_left = due.days_left,
        .resources = {buffer_bytes(&lists), 1},
        .actor_count = due.actors.count,
    };
    story->author = AUTHOR_LEDGER;
    expect_code(propose(story, &(struct event){.kind = REMINDER, .of.reminder = reminder}),
                ACCEPTED);
    story->author = story->admin;
    oracle_forget_reminder(&due);
    return reminder.due_ms;
}

static struct story begin_reminding(const char *time, enum frequency frequency, uint64_t days)
{
    struct story                 story = begin(time, "sip_number 9 per-server\n");
    const struct compose_package package = {
        .name = "P", .until_ms = time_of("2027-12-01"), .entries = {{"sip_number", 5}}};
    expect_code(create(&story, "A"), ACCEPTED);
    expect_code(save(&story, "A", 0, &package, 1), ACCEPTED);
    expect_code(remind(&story, "A", frequency, days), ACCEPTED);
    return story;
}

Test(oracle_self, s14_reminders_lie_evenly_before_the_end_and_never_on_it)
{
    static const struct {
        enum frequency frequency;
        uint64_t       days;
        const char    *dates[4]; // then none
    } rows[] = {
        {FREQUENCY_WEEKLY,        14, {"2027-11-17", "2027-11-24"}              },
        {FREQUENCY_DAILY,         3,  {"2027-11-28", "2027-11-29", "2027-11-30"}},
        {FREQUENCY_EVERY_30_DAYS, 65, {"2027-09-27", "2027-10-27", "2027-11-26"}},
        {FREQUENCY_ONCE,          10, {"2027-11-21"}                            },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct story story = begin_reminding("2027-01-01", rows[i].frequency, rows[i].days);
        cr_expect(eq(u64, say_due(&story), TIME_NEVER));
        for (size_t j = 0; rows[i].dates[j] != NULL; j++) {
            story.time_ms = time_of(rows[i].dates[j]) - 1;
            wait(&story, 0);
            cr_expect(eq(u64, say_due(&story), TIME_NEVER), "%s", rows[i].dates[j]);
            wait(&story, 1);
            cr_expect(eq(u64, say_due(&story), story.time_ms), "%s", rows[i].dates[j]);
        }
        story.time_ms = time_of("2028-01-01");
        wait(&story, 0);
        cr_expect(eq(u64, say_due(&story), TIME_NEVER));
        end(&story);
    }
}

Test(oracle_self, s14_a_renewal_reckons_anew_and_what_was_missed_comes_once)
{
    struct story           story = begin_reminding("2027-11-18", FREQUENCY_WEEKLY, 14);
    struct compose_package package = {
        .name = "P", .until_ms = time_of("2028-03-01"), .entries = {{"sip_number", 5}}};
    cr_expect(eq(u64, say_due(&story), story.time_ms)); // saved inside: at once
    story.time_ms = time_of("2027-11-20");
    expect_code(save(&story, "A", 0, &package, 1), ACCEPTED);
    cr_expect(eq(u64, oracle_next_edge(story.oracle, story.time_ms), time_of("2028-02-16")));
    // The same again keeps what it is.
    expect_code(save(&story, "A", 0, &package, 1), ACCEPTED);
    cr_expect(eq(u64, say_due(&story), TIME_NEVER));
    // Down over several: the latest of them.
    expect_code(remind(&story, "A", FREQUENCY_DAILY, 20), ACCEPTED);
    story.time_ms = time_of("2028-02-15T12:00Z");
    wait(&story, 0);
    cr_expect(eq(u64, say_due(&story), time_of("2028-02-15")));
    cr_expect(eq(u64, say_due(&story), TIME_NEVER));
    end(&story);
}

Test(oracle_self, b40_a_reminder_goes_to_the_nearest_who_administer_and_is_delivered_once)
{
    struct story           story = begin_reminding("2027-11-25", FREQUENCY_WEEKLY, 14);
    struct oracle_reminder due = oracle_due(story.oracle, 0, story.time_ms);
    cr_expect(eq(u32, due.actors.count, 1));
    cr_expect(bytes_is_equal(due.actors.names[0], text("root"))); // nobody nearer
    cr_expect(eq(u64, due.days_left, 6));
    oracle_forget_reminder(&due);
    expect_code(create(&story, "A/b"), ACCEPTED);
    expect_code(enrol(&story, "dealer", SITE_ADMIN, "A"), ACCEPTED);
    due = oracle_due(story.oracle, 0, story.time_ms);
    cr_expect(bytes_is_equal(due.actors.names[0], text("dealer")));
    cr_expect(bytes_is_equal(due.touched.names[0], text("A/b"))); // B41
    oracle_forget_reminder(&due);
    const struct reminder_delivery sent = {.reminder = 99, .is_sent = true};
    expect_code(
        propose(&story, &(struct event){.kind = REMINDER_DELIVERY, .of.reminder_delivery = sent}),
        UNKNOWN_REMINDER);
    end(&story);
}
