// The command line against something that answers like licetd: what is sent, what is printed, how
// it ends.
#include "api/cli/command.h"
#include "api/wire/file.h"
#include "core/base/window.h"
#include "core/event/proposal.h"
#include "core/proof/key_certificate.h"
#include "tests/api/mock.h"
#include "tests/api/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

static struct mock    mock;
static struct signer  signer;
static struct program program;
static char           key_file[128];

// What the mock saw last.
static struct {
    char     verb[32];
    uint8_t  arguments[64 * 1024];
    size_t   size;
    uint32_t page; // of a list
} seen;

static mock_answer *answer_more;

static bool answer(struct mock *at, struct bytes verb, struct bytes arguments, struct buffer *reply)
{
    (void)snprintf(seen.verb, sizeof seen.verb, "%.*s", (int)verb.size, (const char *)verb.at);
    memcpy(seen.arguments, arguments.at, arguments.size);
    seen.size = arguments.size;
    return answer_more(at, verb, arguments, reply);
}

static struct bytes arguments_seen(void)
{
    return (struct bytes){seen.arguments, seen.size};
}

static void begin(mock_answer *more)
{
    mock_init(&mock, answer, &signer);
    answer_more = more;
    (void)snprintf(key_file, sizeof key_file, "%s/admin.key", mock.directory);
    cr_assert(eq(int, file_write_signer(key_file, &signer), OK));
    setenv("LICET_URL", mock.url, 1);
    setenv("LICET_KEY", key_file, 1);
    mock_start(&mock);
}

static void end(void)
{
    char command[128];
    mock_stop(&mock);
    signer_release(&signer);
    (void)snprintf(command, sizeof command, "rm -r %s", mock.directory);
    cr_assert(zero(int, system(command)));
}

#define RUN(...) program_run(&program, mock.directory, __VA_ARGS__, NULL)
#define HAS(text, part) \
    cr_expect(ne(ptr, strstr(text, part), NULL), "'%s' is not in: %s", part, text)

// --- What is proposed -------------------------------------------------------

static bool accept_all(struct mock *at, struct bytes verb, struct bytes arguments,
                       struct buffer *reply)
{
    (void)at;
    (void)verb;
    (void)arguments;
    message_begin_reply(reply, MESSAGE_OK, 2);
    pack_key(reply, "seq");
    pack_number(reply, 41);
    pack_key(reply, "time");
    pack_number(reply, 1764028800000); // 2025-11-25
    return true;
}

static struct proposal proposal_seen(void)
{
    struct proposal proposal;
    const char     *offence = "";
    cr_assert(proposal_read(message_binary(arguments_seen(), "proposal"), &proposal, &offence),
              "%s", offence);
    return proposal;
}

static void expect_text(struct bytes got, const char *wanted)
{
    cr_expect(bytes_is_equal(got, bytes_of_text(wanted)), "%.*s is not %s", (int)got.size,
              (const char *)got.at, wanted);
}

Test(cli, a_consumption_is_what_its_words_say)
{
    begin(accept_all);
    RUN("consume", "SmartHome/apt-11", "sip_number", "1001", "--user", "u-7", "--direction=out");
    cr_expect(eq(int, program.code, 0), "%s", program.err);
    expect_text(bytes_of_text(program.out), "accepted as event 41 at 2025-11-25T00:00Z\n");
    const struct proposal proposal = proposal_seen();
    cr_assert(eq(int, proposal.event.kind, CONSUMPTION));
    expect_text(proposal.event.of.consumption.group, "SmartHome/apt-11");
    expect_text(proposal.event.of.consumption.resource, "sip_number");
    expect_text(proposal.event.of.consumption.unit, "1001");
    expect_text(proposal.event.of.consumption.user, "u-7");
    cr_expect(eq(u64, proposal.event.of.consumption.direction, DIRECTION_OUT));
    cr_expect(zero(sz, message_binary(arguments_seen(), "signature").size));
    end();
}

Test(cli, several_units_are_one_signed_plan)
{
    begin(accept_all);
    RUN("--reason", "a recorder", "consume", "/", "LICENSE_HIKVISION", "ch1", "ch2", "ch3");
    cr_expect(eq(int, program.code, 0), "%s", program.err);
    const struct proposal proposal = proposal_seen();
    cr_assert(eq(int, proposal.event.kind, PLAN));
    cr_expect(eq(u32, proposal.event.of.plan.events.count, 3));
    expect_text(proposal.event.of.plan.reason, "a recorder");
    cr_expect(eq(sz, message_binary(arguments_seen(), "signature").size, 64));
    end();
}

Test(cli, a_single_consumption_has_no_place_for_a_reason)
{
    begin(accept_all);
    RUN("consume", "/", "x", "1", "--reason", "because");
    cr_expect(eq(int, program.code, 2));
    cr_expect(zero(u32, mock.request_count));
    end();
}

Test(cli, fields_that_a_row_fixes_need_no_words)
{
    begin(accept_all);
    RUN("member", "remove", "u-7", "SmartHome", "--cascade");
    struct proposal proposal = proposal_seen();
    cr_assert(eq(int, proposal.event.kind, MEMBERSHIP));
    cr_expect(not(proposal.event.of.membership.is_member));
    cr_expect(proposal.event.of.membership.is_cascade);
    RUN("member", "add", "u-7", "SmartHome");
    proposal = proposal_seen();
    cr_expect(proposal.event.of.membership.is_member);
    cr_expect(not(proposal.event.of.membership.is_cascade));
    end();
}

Test(cli, an_assignment_is_entries_and_an_unassignment_none)
{
    begin(accept_all);
    RUN("assign", "u-7", "SmartHome", "sip_number=2", "web_dialer", "--until", "2027-01-01");
    struct proposal    proposal = proposal_seen();
    struct list_reader entries = list_start(proposal.event.of.user_assignment.entries);
    struct entry       entry;
    cr_assert(list_next(&entries, &entry_record, &entry));
    expect_text(entry.name, "sip_number");
    cr_expect(eq(u64, entry.count, 2));
    cr_assert(list_next(&entries, &entry_record, &entry));
    cr_expect(eq(u64, entry.count, ENTRY_FEATURE));
    cr_expect(eq(u64, proposal.event.of.user_assignment.from_ms, 0));
    cr_expect(eq(u64, proposal.event.of.user_assignment.until_ms, 1798761600000));
    RUN("unassign", "u-7", "SmartHome");
    proposal = proposal_seen();
    cr_expect(
        eq(ptr, (void *)(uintptr_t)proposal.event.of.user_assignment.entries.packed.at, NULL));
    end();
}

Test(cli, T21_T22_what_happens_at_the_server_is_told_in_a_line)
{
    begin(accept_all);
    RUN("password", "changed", "Admin", "--reason", "forgotten");
    struct proposal proposal = proposal_seen();
    cr_assert(eq(int, proposal.event.kind, PASSWORD_CHANGE));
    expect_text(proposal.event.of.password_change.account, "Admin");
    expect_text(proposal.event.of.password_change.reason, "forgotten");
    RUN("software", "updated", "4.8", "--eula", "2");
    proposal = proposal_seen();
    cr_assert(eq(int, proposal.event.kind, SOFTWARE_UPDATE));
    expect_text(proposal.event.of.software_update.software_version, "4.8");
    expect_text(proposal.event.of.software_update.eula_version, "2");
    const uint32_t count = mock.request_count;
    RUN("software", "updated", "4.8");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "--eula: is needed");
    cr_expect(eq(u32, mock.request_count, count));
    end();
}

Test(cli, a_policy_is_whole_and_what_is_not_given_is_as_at_first)
{
    begin(accept_all);
    RUN("policy", "set");
    struct policy policy = proposal_seen().event.of.policy;
    cr_expect(not(policy.must_sign));
    cr_expect(eq(u64, policy.refusal_rate, REFUSAL_RATE_DEFAULT));
    RUN("policy", "set", "--must-sign", "--refusal-rate", "60");
    policy = proposal_seen().event.of.policy;
    cr_expect(policy.must_sign);
    cr_expect(eq(u64, policy.refusal_rate, 60));
    end();
}

Test(cli, X04_X09_X12_groups_are_renamed_moved_removed_and_blocked)
{
    begin(accept_all);
    RUN("group", "update", "A/b", "--name", "c d");
    const struct group_update update = proposal_seen().event.of.group_update;
    expect_text(update.group, "A/b");
    expect_text(update.name, "c d");
    cr_expect(update.label.at == NULL, "what is not given stays");
    RUN("group", "move", "A/b", "/", "--force");
    const struct group_move move = proposal_seen().event.of.group_move;
    expect_text(move.group, "A/b");
    expect_text(move.parent, "/");
    cr_expect(move.is_forced);
    RUN("group", "remove", "A/b", "--cascade");
    cr_expect(eq(int, proposal_seen().event.kind, GROUP_REMOVAL));
    cr_expect(proposal_seen().event.of.group_removal.is_cascade);
    RUN("group", "block", "A/b");
    cr_expect(eq(int, proposal_seen().event.kind, GROUP_BLOCK));
    cr_expect(proposal_seen().event.of.group_block.is_blocked);
    RUN("group", "unblock", "A/b");
    cr_expect(not(proposal_seen().event.of.group_block.is_blocked));
    const uint32_t count = mock.request_count;
    RUN("group", "update", "A/b");
    cr_expect(eq(int, program.code, 2), "nothing would change");
    HAS(program.err, "name: missing, out of bounds, or at odds with the rest");
    cr_expect(eq(u32, mock.request_count, count));
    end();
}

Test(cli, B39_reminders_are_set_and_switched_off_and_their_delivery_is_told)
{
    begin(accept_all);
    RUN("reminder", "set", "A", "weekly", "--days", "14");
    struct reminder_policy policy = proposal_seen().event.of.reminder_policy;
    cr_expect(policy.is_enabled);
    cr_expect(eq(u64, policy.frequency, FREQUENCY_WEEKLY));
    cr_expect(eq(u64, policy.days, 14));
    cr_expect(eq(u64, policy.date_ms, TIME_NEVER));
    cr_expect(not(policy.is_copied));
    RUN("reminder", "set", "A", "every_30_days", "--date", "2026-11-25", "--copies");
    policy = proposal_seen().event.of.reminder_policy;
    cr_expect(eq(u64, policy.days, DAYS_ABSENT));
    cr_expect(eq(u64, policy.date_ms, 1795564800000));
    cr_expect(policy.is_copied);
    RUN("reminder", "off", "A");
    cr_expect(zero(int, program.code), "%s", program.err);
    cr_expect(not(proposal_seen().event.of.reminder_policy.is_enabled));
    RUN("reminder", "set", "A", "weekly", "--days", "14", "--date", "2026-11-25");
    cr_expect(eq(int, program.code, 2), "one or the other");
    RUN("reminder", "delivered", "412");
    struct reminder_delivery delivery = proposal_seen().event.of.reminder_delivery;
    cr_expect(eq(u64, delivery.reminder, 412));
    cr_expect(delivery.is_sent);
    RUN("reminder", "failed", "412", "--detail", "mailbox full");
    delivery = proposal_seen().event.of.reminder_delivery;
    cr_expect(not(delivery.is_sent));
    expect_text(delivery.detail, "mailbox full");
    end();
}

Test(cli, a_user_is_removed_with_what_is_held)
{
    begin(accept_all);
    RUN("user", "remove", "u-7", "--cascade");
    cr_assert(eq(int, proposal_seen().event.kind, USER_REMOVAL));
    expect_text(proposal_seen().event.of.user_removal.user, "u-7");
    cr_expect(proposal_seen().event.of.user_removal.is_cascade);
    end();
}

Test(cli, B11_B12_X11_a_consumption_says_its_purpose_what_it_binds_and_its_lease)
{
    static const struct {
        const char *text;
        uint64_t    ms;
    } leases[] = {
        {"90s", 90000   },
        {"10m", 600000  },
        {"2h",  7200000 },
        {"1d",  86400000},
    };
    begin(accept_all);
    RUN("consume", "A", "mobile_app", "p-1", "--needed", "1001");
    struct consumption consumption = proposal_seen().event.of.consumption;
    expect_text(consumption.needed, "1001");
    cr_expect(eq(u64, consumption.purpose, PURPOSE_USER));
    cr_expect(zero(u64, consumption.lease_ms));
    RUN("consume", "A", "sip_number", "900", "--purpose", "service");
    cr_expect(eq(u64, proposal_seen().event.of.consumption.purpose, PURPOSE_SERVICE));
    for (size_t i = 0; i < sizeof leases / sizeof leases[0]; i++) {
        RUN("consume", "A", "x", "1", "--lease", leases[i].text, "--lease-set", "recorder");
        consumption = proposal_seen().event.of.consumption;
        cr_expect(eq(u64, consumption.lease_ms, leases[i].ms));
        expect_text(consumption.lease_set, "recorder");
    }
    const uint32_t count = mock.request_count;
    RUN("consume", "A", "x", "1", "--lease", "10");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "--lease: '10' is not a duration like 90s, 10m, 2h or 1d, up to 366d");
    RUN("consume", "A", "x", "1", "--lease", "59s");
    cr_expect(eq(int, program.code, 2), "a lease is a minute at least");
    RUN("consume", "A", "x", "1", "--lease-set", "recorder");
    cr_expect(eq(int, program.code, 2), "a set needs a lease");
    cr_expect(eq(u32, mock.request_count, count));
    end();
}

Test(cli, X11_a_renewal_is_of_units_or_of_a_set)
{
    begin(accept_all);
    RUN("renew", "x", "ch1");
    struct renewal renewal = proposal_seen().event.of.renewal;
    expect_text(renewal.resource, "x");
    expect_text(renewal.unit, "ch1");
    RUN("renew", "x", "ch1", "ch2");
    cr_expect(eq(u32, proposal_seen().event.of.plan.events.count, 2));
    RUN("renew", "--group", "A", "--lease-set", "recorder");
    renewal = proposal_seen().event.of.renewal;
    expect_text(renewal.group, "A");
    expect_text(renewal.lease_set, "recorder");
    cr_expect(renewal.unit.at == NULL);
    const uint32_t count = mock.request_count;
    RUN("renew", "x");
    cr_expect(eq(int, program.code, 2));
    RUN("renew");
    cr_expect(eq(int, program.code, 2));
    RUN("renew", "x", "ch1", "--group", "A", "--lease-set", "recorder");
    cr_expect(eq(int, program.code, 2));
    cr_expect(eq(u32, mock.request_count, count));
    end();
}

Test(cli, X20_a_transfer_says_what_takes_the_place)
{
    begin(accept_all);
    RUN("transfer", "x", "ch1", "--to-unit", "ch9");
    const struct transfer transfer = proposal_seen().event.of.transfer;
    expect_text(transfer.unit, "ch1");
    expect_text(transfer.to_unit, "ch9");
    cr_expect(transfer.to_user.at == NULL);
    RUN("transfer", "x", "ch1", "--to-user", "u-8");
    expect_text(proposal_seen().event.of.transfer.to_user, "u-8");
    RUN("transfer", "x", "ch1");
    cr_expect(eq(int, program.code, 2));
    RUN("release", "x", "ch1", "--cascade");
    cr_expect(proposal_seen().event.of.release.is_cascade);
    RUN("release", "x", "ch1");
    cr_expect(not(proposal_seen().event.of.release.is_cascade));
    end();
}

Test(cli, every_kind_that_somebody_may_propose_has_a_command)
{
    const struct kind_row *row = NULL;
    for (uint32_t i = 0; (row = kind_at(i)) != NULL; i++) {
        const struct command *command = commands;
        while (command->path != NULL && (command->way != PROPOSES || command->kind != row->kind)) {
            command++;
        }
        cr_expect(eq(int, command->path == NULL, row->is_of_ledger), "%s", row->record->name);
    }
}

Test(cli, an_enrolment_reads_the_public_key_from_its_file)
{
    begin(accept_all);
    RUN("key", "new", "dealer", "dealer.key");
    cr_assert(eq(int, program.code, 0), "%s", program.err);
    const int file = program_file(mock.directory, "dealer.vkey");
    cr_assert(gt(int, (int)write(file, program.out, strlen(program.out)), 0));
    close(file);
    RUN("actor", "enrol", "dealer-7", "dealer.vkey", "--role", "site_admin", "--group",
        "SmartHome");
    cr_expect(eq(int, program.code, 0), "%s", program.err);
    const struct proposal proposal = proposal_seen();
    cr_expect(eq(u64, proposal.event.of.actor_enrolment.role, SITE_ADMIN));
    expect_text(proposal.event.of.actor_enrolment.group, "SmartHome");
    RUN("vendor", "trust", "dealer.vkey");
    cr_expect(eq(int, program.code, 0), "%s", program.err);
    expect_text(proposal_seen().event.of.vendor_enrolment.name, "dealer");
    cr_expect(proposal_seen().event.of.vendor_enrolment.is_trusted);
    end();
}

// --- The ledger's key -------------------------------------------------------

static void write_printed(const char *name)
{
    const int file = program_file(mock.directory, name);
    cr_assert(gt(int, (int)write(file, program.out, strlen(program.out)), 0));
    close(file);
}

static void make_key(const char *name, const char *key, const char *vkey)
{
    RUN("key", "new", name, key);
    cr_assert(eq(int, program.code, 0), "%s", program.err);
    write_printed(vkey);
}

Test(cli, X19_a_certificate_is_made_offline_and_proposed)
{
    struct key_certificate read;
    begin(accept_all);
    make_key("ledger.example/x", "old.key", "old.vkey");
    make_key("ledger.example/x", "next.key", "next.vkey");
    make_key("recovery", "recovery.key", "recovery.vkey");
    RUN("key", "certify", "next.vkey", "--root", "recovery.key", "--previous", "old.vkey",
        "--epoch", "3", "--size-from", "77", "--from", "2026-11-01", "--until",
        "2026-12-01T00:00Z");
    cr_assert(eq(int, program.code, 0), "%s", program.err);
    cr_assert(eq(int, key_certificate_read(bytes_of_text(program.out), &read), OK), "%s",
              program.out);
    cr_expect(eq(u64, read.epoch, 3));
    cr_expect(eq(u64, read.size_from, 77));
    cr_expect(eq(u64, read.not_before_s, 1793491200));
    cr_expect(eq(u64, read.not_after_s, 1796083200));
    cr_expect(ne(u32, read.previous, read.key.keyid));
    write_printed("3.note");
    RUN("key", "rotate", "3.note", "--reason", "yearly");
    cr_expect(eq(int, program.code, 0), "%s", program.err);
    cr_expect(strstr(program.out, "destroy the old private key") != NULL, "%s", program.out);
    cr_assert(eq(int, proposal_seen().event.kind, KEY_ROTATION));
    expect_text(proposal_seen().event.of.key_rotation.reason, "yearly");
    cr_expect(eq(
        int, key_certificate_read(proposal_seen().event.of.key_rotation.certificate, &read), OK));
    RUN("key", "certify", "next.vkey", "--root", "recovery.key", "--previous", "old.vkey",
        "--epoch", "1", "--output", "1.note");
    cr_expect(eq(int, program.code, 0), "%s", program.err);
    cr_expect(program.out[0] == 0);
    RUN("key", "certify", "next.vkey", "--root", "recovery.key", "--previous", "old.vkey",
        "--epoch", "1", "--output", "1.note");
    cr_expect(eq(int, program.code, 2), "no file is written over");
    end();
}

Test(cli, what_is_wrong_with_a_certificate_that_is_asked_for_is_said)
{
    static const struct {
        const char *words[10];
        const char *why;
    } rows[] = {
        {{"next.vkey", "--previous", "old.vkey", "--epoch", "1"},                            "--root FILE"   },
        {{"next.vkey", "--root", "recovery.key", "--epoch", "1"},                            "--previous"    },
        {{"next.vkey", "--root", "recovery.key", "--previous", "old.vkey"},                  "--epoch: 1 for"},
        {{"next.vkey", "--root", "recovery.key", "--previous", "old.vkey", "--epoch", "0"},
         "--epoch"                                                                                           },
        {{"next.vkey", "--root", "recovery.key", "--previous", "old.vkey", "--epoch", "x"},  "'x'"           },
        {{"other.vkey", "--root", "recovery.key", "--previous", "old.vkey", "--epoch", "1"},
         "called as the ledger"                                                                              },
        {{"gone.vkey", "--root", "recovery.key", "--previous", "old.vkey", "--epoch", "1"},
         "gone.vkey"                                                                                         },
        {{"next.vkey", "--root", "old.vkey", "--previous", "old.vkey", "--epoch", "1"},      "old.vkey"      },
        {{"next.vkey", "--root", "recovery.key", "--previous", "old.vkey", "--epoch", "1",
          "--until", "yesterday"},
         "'yesterday'"                                                                                       },
        {{"next.vkey", "--root", "recovery.key", "--previous", "old.vkey", "--epoch", "1",
          "--until", "never"},
         "'never'"                                                                                           },
        {{"next.vkey", "--root", "recovery.key", "--previous", "old.vkey", "--epoch", "1", "--from",
          "2100-01-01"},
         "--until comes after"                                                                               },
    };
    begin(accept_all);
    make_key("ledger.example/x", "old.key", "old.vkey");
    make_key("ledger.example/x", "next.key", "next.vkey");
    make_key("ledger.example/y", "other.key", "other.vkey");
    make_key("recovery", "recovery.key", "recovery.vkey");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const *w = rows[i].words;
        RUN("key", "certify", w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9]);
        cr_expect(eq(int, program.code, 2), "%s: %s", rows[i].why, program.out);
        cr_expect(strstr(program.err, rows[i].why) != NULL, "%s: %s", rows[i].why, program.err);
    }
    end();
}

// --- Allocation -------------------------------------------------------------

static void pack_entry(struct buffer *out, const char *name, uint64_t count)
{
    pack_map(out, 2);
    pack_key(out, "count");
    if (count == 0)
        pack_nil(out);
    else
        pack_number(out, count);
    pack_key(out, "name");
    pack_key(out, name);
}

static bool answer_state(struct mock *at, struct bytes verb, struct bytes arguments,
                         struct buffer *reply)
{
    if (!mock_is(verb, "state")) return accept_all(at, verb, arguments, reply);
    message_begin_reply(reply, MESSAGE_OK, 9);
    pack_key(reply, "features");
    pack_array(reply, 0);
    pack_key(reply, "group");
    pack_key(reply, "SmartHome/Wohnung Süd");
    pack_key(reply, "label");
    pack_key(reply, "apartment");
    pack_key(reply, "oversubscribed");
    pack_flag(reply, false);
    pack_key(reply, "packages");
    pack_array(reply, 1);
    pack_map(reply, 4);
    pack_key(reply, "entries");
    pack_array(reply, 2);
    pack_entry(reply, "sip_number", 50);
    pack_entry(reply, "web_dialer", 0);
    pack_key(reply, "from");
    pack_nil(reply);
    pack_key(reply, "name");
    pack_key(reply, "P1");
    pack_key(reply, "until");
    pack_number(reply, 1796083200000); // 2026-12-01
    pack_key(reply, "resources");
    pack_array(reply, 1);
    pack_map(reply, 14);
    pack_key(reply, "activatable");
    pack_nil(reply);
    pack_key(reply, "available");
    pack_number(reply, 49);
    pack_key(reply, "bottleneck");
    pack_key(reply, "SmartHome");
    pack_key(reply, "kind");
    pack_key(reply, "per-server");
    pack_key(reply, "maximum");
    pack_number(reply, 50);
    pack_key(reply, "name");
    pack_key(reply, "sip_number");
    pack_key(reply, "next");
    pack_map(reply, 2);
    pack_key(reply, "maximum");
    pack_number(reply, 0);
    pack_key(reply, "when");
    pack_number(reply, 1796083200000);
    pack_key(reply, "over");
    pack_number(reply, 0);
    pack_key(reply, "own_limit");
    pack_nil(reply);
    pack_key(reply, "status");
    pack_key(reply, "on");
    pack_key(reply, "suspended");
    pack_number(reply, 0);
    pack_key(reply, "unallocated");
    pack_nil(reply);
    pack_key(reply, "until");
    pack_number(reply, 1796083200000);
    pack_key(reply, "used");
    pack_number(reply, 1);
    pack_key(reply, "restricted");
    pack_flag(reply, true);
    pack_key(reply, "seq");
    pack_number(reply, 12);
    pack_key(reply, "version");
    pack_number(reply, 6);
    return true;
}

Test(cli, a_save_is_made_from_the_current_version_and_flags)
{
    struct package package;
    begin(answer_state);
    RUN("allocate", "SmartHome", "--package", "'P 2' from=2027-01-01 sip_number=5", "--force");
    cr_expect(eq(int, program.code, 0), "%s", program.err);
    const struct allocation allocation = proposal_seen().event.of.allocation;
    cr_expect(eq(u64, allocation.version, 6));
    cr_expect(allocation.is_restricted);
    cr_expect(not(allocation.is_oversubscribed));
    cr_expect(allocation.is_forced);
    cr_assert(eq(u32, allocation.packages.count, 1));
    struct list_reader packages = list_start(allocation.packages);
    cr_assert(list_next(&packages, &package_record, &package));
    expect_text(package.name, "P 2");
    cr_expect(eq(u64, package.from_ms, 1798761600000));
    cr_expect(eq(u64, package.until_ms, TIME_NEVER));
    end();
}

Test(cli, keep_takes_the_packages_as_they_are)
{
    struct package package;
    struct entry   entry;
    begin(answer_state);
    RUN("allocate", "SmartHome", "--keep", "--unrestricted", "--oversubscribed", "--version", "5");
    cr_expect(eq(int, program.code, 0), "%s", program.err);
    const struct allocation allocation = proposal_seen().event.of.allocation;
    cr_expect(eq(u64, allocation.version, 5));
    cr_expect(not(allocation.is_restricted));
    cr_expect(allocation.is_oversubscribed);
    struct list_reader packages = list_start(allocation.packages);
    cr_assert(list_next(&packages, &package_record, &package));
    expect_text(package.name, "P1");
    cr_expect(eq(u64, package.until_ms, 1796083200000));
    struct list_reader entries = list_start(package.entries);
    cr_assert(list_next(&entries, &entry_record, &entry));
    cr_expect(eq(u64, entry.count, 50));
    cr_assert(list_next(&entries, &entry_record, &entry));
    cr_expect(eq(u64, entry.count, ENTRY_FEATURE));
    end();
}

Test(cli, a_save_without_a_word_about_packages_is_not_guessed)
{
    begin(answer_state);
    RUN("allocate", "SmartHome", "--restricted");
    cr_expect(eq(int, program.code, 2));
    cr_expect(zero(u32, mock.request_count));
    end();
}

Test(cli, a_state_is_a_table_that_lines_up)
{
    begin(answer_state);
    RUN("state", "SmartHome/Wohnung Süd");
    cr_expect(zero(int, program.code), "%s", program.err);
    HAS(program.out, "SmartHome/Wohnung Süd (apartment): restricted, version 6\n"
                     "package P1 until 2026-12-01T00:00Z: sip_number=50 web_dialer\n");
    HAS(program.out,
        "RESOURCE    STATUS  MAXIMUM  USED  AVAILABLE  OWN LIMIT  BOTTLENECK  UNTIL  ");
    HAS(program.out, "sip_number  on           50     1         49  unlimited  SmartHome   2026-12-"
                     "01T00:00Z  0 at 2026-12-01T00:00Z\n");
    end();
}

Test(cli, json_is_the_reply_itself)
{
    begin(answer_state);
    RUN("state", "SmartHome", "--json");
    cr_expect(zero(int, program.code), "%s", program.err);
    HAS(program.out, "\"group\": \"SmartHome/Wohnung Süd\"");
    HAS(program.out, "\"own_limit\": null");
    HAS(program.out, "\"restricted\": true");
    HAS(program.out, "\"until\": 1796083200000");
    end();
}

// --- Refusals ---------------------------------------------------------------

static void pack_constraint(struct buffer *reply, const char *node, uint64_t limit)
{
    pack_map(reply, 7);
    pack_key(reply, "change");
    pack_key(reply, "release 1 unit there");
    pack_key(reply, "code");
    pack_key(reply, "LIMIT_REACHED");
    pack_key(reply, "limit");
    pack_number(reply, limit);
    pack_key(reply, "name");
    pack_key(reply, "LICENSE_HIKVISION");
    pack_key(reply, "node");
    pack_key(reply, node);
    pack_key(reply, "until");
    pack_nil(reply);
    pack_key(reply, "used");
    pack_number(reply, limit);
}

static bool refuse_all(struct mock *at, struct bytes verb, struct bytes arguments,
                       struct buffer *reply)
{
    (void)at;
    (void)verb;
    (void)arguments;
    message_begin_reply(reply, MESSAGE_REFUSED, 9);
    pack_key(reply, "code");
    pack_key(reply, "LIMIT_REACHED");
    pack_key(reply, "index");
    pack_number(reply, 1);
    pack_key(reply, "limit");
    pack_number(reply, 20);
    pack_key(reply, "node");
    pack_key(reply, "Lobby");
    pack_key(reply, "sentence");
    pack_key(reply, "the limit is reached");
    pack_key(reply, "seq");
    pack_number(reply, 44);
    pack_key(reply, "time");
    pack_number(reply, 0);
    pack_key(reply, "used");
    pack_number(reply, 20);
    pack_key(reply, "why");
    pack_array(reply, 2);
    pack_constraint(reply, "Lobby", 20);
    pack_constraint(reply, "/", 40);
    return true;
}

Test(cli, a_refusal_says_what_where_the_numbers_and_what_would_help)
{
    begin(refuse_all);
    RUN("consume", "Lobby", "LICENSE_HIKVISION", "ch21");
    cr_expect(eq(int, program.code, 1));
    expect_text(bytes_of_text(program.out), "");
    expect_text(bytes_of_text(program.err),
                "licet: refused: LIMIT_REACHED: the limit is reached\n"
                "  - LIMIT_REACHED LICENSE_HIKVISION at Lobby: 20 of 20 used\n"
                "    what would help: release 1 unit there\n"
                "  - LIMIT_REACHED LICENSE_HIKVISION at /: 40 of 40 used\n"
                "    what would help: release 1 unit there\n"
                "  kept in the log as event 44\n");
    RUN("consume", "Lobby", "LICENSE_HIKVISION", "ch21", "--json");
    cr_expect(eq(int, program.code, 1));
    HAS(program.out, "\"refused\": {");
    expect_text(bytes_of_text(program.err), "");
    end();
}

// Up to its reasons: an array of them, and how many there are in all.
static void begin_refusal(struct buffer *reply)
{
    message_begin_reply(reply, MESSAGE_REFUSED, 5);
    pack_key(reply, "code");
    pack_key(reply, "LIMIT_REACHED");
    pack_key(reply, "sentence");
    pack_key(reply, "the limit is reached");
    pack_key(reply, "seq");
    pack_number(reply, 44);
    pack_key(reply, "why");
}

// X08: more reasons than are listed, or none where the answer is given again.
static bool refuse_with(struct mock *at, struct bytes verb, struct bytes arguments,
                        struct buffer *reply)
{
    (void)at;
    (void)verb;
    (void)arguments;
    begin_refusal(reply);
    pack_array(reply, 1);
    pack_constraint(reply, "Lobby", 20);
    pack_key(reply, "why_count");
    pack_number(reply, 3);
    return true;
}

static bool refuse_again(struct mock *at, struct bytes verb, struct bytes arguments,
                         struct buffer *reply)
{
    (void)at;
    (void)verb;
    (void)arguments;
    begin_refusal(reply);
    pack_array(reply, 0);
    pack_key(reply, "why_count");
    pack_nil(reply);
    return true;
}

Test(cli, X08_a_refusal_says_where_all_reasons_are_told)
{
    begin(refuse_with);
    RUN("consume", "Lobby", "LICENSE_HIKVISION", "ch21");
    HAS(program.err, "  … and 2 more\n  all reasons of then: licet why 44\n");
    end();
    begin(refuse_again);
    RUN("consume", "Lobby", "LICENSE_HIKVISION", "ch21");
    HAS(program.err, "the limit is reached\n  all reasons of then: licet why 44\n");
    end();
}

Test(cli, a_refused_plan_names_the_line_of_the_file)
{
    static const char plan[] = "# a recorder\n"
                               "consume Lobby LICENSE_HIKVISION ch20\n"
                               "\n"
                               "consume Lobby LICENSE_HIKVISION 'ch 21' --user u-7\n";
    begin(refuse_all);
    const int file = program_file(mock.directory, "plan.txt");
    cr_assert(gt(int, (int)write(file, plan, sizeof plan - 1), 0));
    close(file);
    RUN("plan", "plan.txt");
    cr_expect(eq(int, program.code, 1));
    HAS(program.err, "because of plan.txt, line 4; nothing was changed");
    cr_expect(eq(u32, proposal_seen().event.of.plan.events.count, 2));
    end();
}

static bool answer_setting(struct mock *at, struct bytes verb, struct bytes arguments,
                           struct buffer *reply)
{
    if (!mock_is(verb, "license")) return answer_state(at, verb, arguments, reply);
    message_begin_reply(reply, MESSAGE_OK, 1);
    pack_key(reply, "vendors");
    pack_array(reply, 1);
    pack_map(reply, 2);
    pack_key(reply, "key");
    pack_binary(reply, (struct bytes){at->actor.key, sizeof at->actor.key});
    pack_key(reply, "name");
    pack_key(reply, "vendor.example");
    return true;
}

static void put_file(const char *name, const char *text)
{
    const int file = program_file(mock.directory, name);
    cr_assert(eq(int, (int)write(file, text, strlen(text)), (int)strlen(text)));
    close(file);
}

Test(cli, a_plan_holds_saves_made_from_what_its_own_lines_leave)
{
    static const char plan[] = "allocate A --package 'P sip_number=5'\n"
                               "group create A/new\n"
                               "allocate A/new --restricted --package 'P sip_number=4'\n"
                               "allocate A/new --package 'P sip_number=3'\n"
                               "vendor revoke vendor.example\n"
                               "policy set\n";
    static const struct {
        uint64_t version;
        bool     is_restricted;
    } saves[] = {
        {6, true}, // as the ledger has it
        {0, true},
        {1, true}, // stays
    };
    begin(answer_setting);
    put_file("plan.txt", plan);
    RUN("plan", "plan.txt");
    cr_assert(zero(int, program.code), "%s", program.err);
    struct bytes       packed;
    uint32_t           save = 0;
    struct list_reader events = list_start(proposal_seen().event.of.plan.events);
    for (struct event event; list_next_packed(&events, &packed);) {
        const char *offence = NULL;
        cr_assert(event_read_packed(packed, &event, &offence), "%s", offence);
        if (event.kind == VENDOR_ENROLMENT) {
            cr_expect(zero(int, memcmp(event.of.vendor_enrolment.key.at, mock.actor.key, 32)));
        }
        if (event.kind != ALLOCATION) continue;
        cr_expect(eq(u64, event.of.allocation.version, saves[save].version), "save %u", save);
        cr_expect(eq(int, event.of.allocation.is_restricted, saves[save].is_restricted));
        save++;
    }
    cr_expect(eq(u32, save, 3));
    cr_expect(eq(u32, mock.request_count, 3), "one state, the vendors, and the plan");
    end();
}

Test(cli, a_line_may_be_json_and_means_the_same)
{
    static const struct {
        const char *as_words, *as_json;
    } rows[] = {
        {"group create 'A/b c' --label x --reason 'because of'",
         "{\"command\": \"group create\", \"label\": \"x\", \"path\": \"A/b c\", "
         "\"reason\": \"because of\"}"                                    },
        {"consume A x ch1 'ch 2' --user u --lease 10m",
         "{\"resource\": \"x\", \"group\": \"A\", \"unit\": [\"ch1\", \"ch 2\"], \"user\": \"u\", "
         "\"lease\": \"10m\", \"needed\": null, \"command\": \"consume\"}"},
        {"allocate A --restricted --package 'P sip_number=5' --version 3",
         "{\"command\": \"allocate\", \"group\": \"A\", \"restricted\": true, \"force\": false, "
         "\"package\": [\"P sip_number=5\"], \"version\": 3}"             },
    };
    begin(answer_setting);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static uint8_t memory[4096];
        put_file("plan.txt", rows[i].as_words);
        RUN("plan", "plan.txt");
        cr_assert(zero(int, program.code), "%s", program.err);
        const struct bytes first = proposal_seen().event.of.plan.events.packed;
        const size_t       size = first.size;
        memcpy(memory, first.at, size);
        put_file("plan.txt", rows[i].as_json);
        RUN("plan", "plan.txt");
        cr_assert(zero(int, program.code), "%s", program.err);
        cr_expect(bytes_is_equal(proposal_seen().event.of.plan.events.packed,
                                 (struct bytes){memory, size}),
                  "%s", rows[i].as_json);
    }
    end();
}

Test(cli, what_is_wrong_with_a_line_of_json_is_said)
{
    static const struct {
        const char *line, *wrong;
    } rows[] = {
        {"{\"command\": \"group create\"",                                    "not an object of JSON"                 },
        {"{\"path\": \"A\"}",                                                 "no \"command\" in it"                  },
        {"{\"command\": 1}",                                                  "no \"command\" in it"                  },
        {"{\"command\": \"state\"}",                                          "'state' is not a command that proposes"},
        {"{\"command\": \"group create\", \"colour\": \"red\"}",              "is not an option"                      },
        {"{\"command\": \"group create\", \"path\": {}}",                     "a value is a text"                     },
        {"{\"command\": \"group create\", \"path\": [1.5]}",                  "a value is a text"                     },
        {"{\"command\": \"group create\"}",                                   "'group create' wants more arguments"   },
        {"{\"command\": \"group create\", \"path\": \"A\", \"path\": \"B\"}", "not an object"                         },
        {"{\"command\": \"group create\", \"path\": \"a//b\"}",               "'a//b' is not a path"                  },
        {"{\"command\": \"consume\", \"group\": \"A\", \"resource\": \"x\", \"unit\": \"1\", "
         "\"reason\": \"y\"}",                                       "a consume keeps no reason"             },
    };
    begin(accept_all);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_file("plan.txt", rows[i].line);
        RUN("plan", "plan.txt");
        cr_expect(eq(int, program.code, 2), "%s", rows[i].line);
        HAS(program.err, rows[i].wrong);
    }
    cr_expect(zero(u32, mock.request_count));
    end();
}

Test(cli, a_plan_does_not_guess_the_packages_that_its_own_line_saves)
{
    begin(answer_setting);
    put_file("plan.txt", "allocate A --clear\nallocate A --keep\n");
    RUN("plan", "plan.txt");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "plan.txt:2: --keep: a line before this one saves the group's packages");
    end();
}

Test(cli, a_line_that_is_no_event_is_named_before_anything_is_sent)
{
    static const char plan[] = "consume Lobby x 1\nconsume Lobby\n";
    begin(accept_all);
    const int file = program_file(mock.directory, "plan.txt");
    cr_assert(gt(int, (int)write(file, plan, sizeof plan - 1), 0));
    close(file);
    RUN("plan", "plan.txt");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "plan.txt:2: 'consume' wants more arguments");
    cr_expect(zero(u32, mock.request_count));
    end();
}

// --- Queries ----------------------------------------------------------------

// Two pages of one group each.
static bool answer_tree(struct mock *at, struct bytes verb, struct bytes arguments,
                        struct buffer *reply)
{
    (void)at;
    (void)verb;
    const bool is_second = message_text(arguments, "after").size > 0;
    message_begin_reply(reply, MESSAGE_OK, 2);
    pack_key(reply, "groups");
    pack_array(reply, 1);
    pack_map(reply, 2);
    pack_key(reply, "group");
    pack_key(reply, is_second ? "B" : "A");
    pack_key(reply, "users");
    pack_number(reply, 3);
    pack_key(reply, "next");
    if (is_second)
        pack_nil(reply);
    else
        pack_key(reply, "A");
    seen.page++;
    return true;
}

Test(cli, a_long_list_is_asked_for_page_by_page)
{
    begin(answer_tree);
    RUN("tree", "--depth", "2");
    cr_expect(zero(int, program.code), "%s", program.err);
    cr_expect(eq(u32, mock.request_count, 2));
    expect_text(message_text(arguments_seen(), "group"), "/");
    expect_text(message_text(arguments_seen(), "after"), "A");
    cr_expect(eq(u64, message_number(arguments_seen(), "depth", 0), 2));
    HAS(program.out, "GROUP  LICENCES      USERS\n"
                     "A      unrestricted      3\n"
                     "B      unrestricted      3\n");
    RUN("tree", "--json");
    HAS(program.out, "\"group\": \"A\"");
    HAS(program.out, "\"group\": \"B\"");
    HAS(program.out, "\"next\": null");
    end();
}

static bool answer_log(struct mock *at, struct bytes verb, struct bytes arguments,
                       struct buffer *reply)
{
    uint8_t         memory[512], leaf_memory[1024];
    struct buffer   packed = buffer_over(memory, sizeof memory);
    struct buffer   leaf_packed = buffer_over(leaf_memory, sizeof leaf_memory);
    struct proposal proposal = {.not_after_ms = 5, .event = {.kind = RELEASE}};
    (void)at;
    (void)verb;
    (void)arguments;
    proposal.event.of.release = (struct release){.resource = bytes_of_text("sip_number"),
                                                 .unit = bytes_of_text("1001"),
                                                 .direction = DIRECTION_ABSENT};
    proposal_write(&proposal, &packed);
    const struct leaf leaf = {
        .version = 1,
        .seq = 7,
        .time_ms = 1764028800000,
        .author = 4096,
        .proposal = buffer_bytes(&packed),
        .verdict = {.code = NOT_HELD, .node = NODE_NONE}
    };
    leaf_write(&leaf, &leaf_packed);
    message_begin_reply(reply, MESSAGE_OK, 3);
    pack_key(reply, "events");
    pack_array(reply, 1);
    pack_map(reply, 4);
    pack_key(reply, "author");
    pack_key(reply, "admin");
    pack_key(reply, "leaf");
    pack_binary(reply, buffer_bytes(&leaf_packed));
    pack_key(reply, "node");
    pack_nil(reply);
    pack_key(reply, "seq");
    pack_number(reply, 7);
    pack_key(reply, "next");
    pack_nil(reply);
    pack_key(reply, "seq");
    pack_number(reply, 8);
    return true;
}

Test(cli, the_log_is_read_through_the_rows_of_the_kinds)
{
    begin(answer_log);
    RUN("log", "--after", "7");
    cr_expect(zero(int, program.code), "%s", program.err);
    expect_text(bytes_of_text(program.out),
                "     7  2025-11-25T00:00Z  admin  release resource=sip_number unit=1001  REFUSED "
                "NOT_HELD\n");
    cr_expect(eq(u64, message_number(arguments_seen(), "after", 0), 7));
    RUN("log", "--json");
    HAS(program.out, "\"kind\":\"release\"");
    HAS(program.out, "\"code\":\"NOT_HELD\"");
    HAS(program.out, "\"direction\":null");
    end();
}

// Archived is what lies before 512; the questions that come in: log, status, log.
static bool answer_archived_log(struct mock *at, struct bytes verb, struct bytes arguments,
                                struct buffer *reply)
{
    if (mock_is(verb, "status")) {
        message_begin_reply(reply, MESSAGE_OK, 1);
        pack_key(reply, "first");
        pack_number(reply, 512);
        return true;
    }
    if (message_number(arguments, "after", 0) >= 512) return answer_log(at, verb, arguments, reply);
    message_begin_reply(reply, MESSAGE_ERROR, 2);
    pack_key(reply, "code");
    pack_key(reply, "ARCHIVED");
    pack_key(reply, "detail");
    pack_key(reply, "gone");
    return true;
}

Test(cli, a_log_that_is_archived_is_read_from_what_is_left)
{
    begin(answer_archived_log);
    RUN("log");
    cr_expect(zero(int, program.code), "%s", program.err);
    HAS(program.out, "release resource=sip_number");
    HAS(program.err, "events before 512 are archived");
    cr_expect(eq(u64, message_number(arguments_seen(), "after", 0), 512));
    RUN("log", "--after", "511");
    cr_expect(eq(int, program.code, 1), "who names an event wants that one");
    HAS(program.err, "ARCHIVED: gone");
    end();
}

// How an archive goes on, from one look to the next.
static struct {
    const char *stage, *failed;
    uint64_t    first;
    bool        is_begun; // the daemon knows of one
} archive_looks[4];
static uint32_t archive_look;

static void put_text_or_nil(struct buffer *reply, const char *text)
{
    if (text == NULL)
        pack_nil(reply);
    else
        pack_key(reply, text);
}

static bool answer_archive(struct mock *at, struct bytes verb, struct bytes arguments,
                           struct buffer *reply)
{
    (void)at;
    (void)arguments;
    if (mock_is(verb, "archive")) {
        message_begin_reply(reply, MESSAGE_OK, 2);
        pack_key(reply, "below");
        pack_number(reply, 512);
        pack_key(reply, "first");
        pack_number(reply, 256);
        return true;
    }
    message_begin_reply(reply, MESSAGE_OK, 2);
    pack_key(reply, "archive");
    pack_map(reply, 4);
    pack_key(reply, "below");
    if (archive_looks[archive_look].is_begun)
        pack_number(reply, 512);
    else
        pack_nil(reply);
    pack_key(reply, "done");
    pack_number(reply, 300);
    pack_key(reply, "failed");
    put_text_or_nil(reply, archive_looks[archive_look].failed);
    pack_key(reply, "stage");
    put_text_or_nil(reply, archive_looks[archive_look].stage);
    pack_key(reply, "first");
    pack_number(reply, archive_looks[archive_look].first);
    archive_look++;
    return true;
}

Test(cli, an_archive_is_asked_for_and_waited_for)
{
    begin(answer_archive);
    RUN("archive", "--below", "600");
    cr_expect(zero(int, program.code), "%s", program.err);
    expect_text(bytes_of_text(program.out),
                "events 256 to 511 are being archived: licet status (whole files of 256 alone: 512 "
                "and on stay)\n");
    archive_looks[0].stage = "writing";
    archive_looks[1].stage = "dropping";
    archive_looks[0].first = archive_looks[1].first = 256;
    archive_looks[0].is_begun = archive_looks[1].is_begun = true;
    archive_looks[2].first = 512;
    RUN("archive", "--below", "512", "--wait");
    cr_expect(zero(int, program.code), "%s", program.err);
    expect_text(bytes_of_text(program.out),
                "events 256 to 511 are in the archive, and no longer in the ledger\n");
    cr_expect(eq(u32, archive_look, 3));
    archive_look = 2;
    RUN("archive", "--below", "512", "--wait", "--json");
    HAS(program.out, "\"done\": true");
    end();
}

Test(cli, an_archive_that_comes_to_nothing_says_why)
{
    begin(answer_archive);
    archive_looks[0].failed = "the disk is full";
    archive_looks[0].first = 256;
    RUN("archive", "--below", "512", "--wait");
    cr_expect(eq(int, program.code, 1));
    HAS(program.err, "nothing was archived: the disk is full");
    archive_look = 0;
    archive_looks[0].failed = NULL; // and the daemon that was asked is gone
    RUN("archive", "--below", "512", "--wait");
    cr_expect(eq(int, program.code, 1));
    HAS(program.err, "the daemon was started anew");
    end();
}

Test(cli, an_archive_of_nothing_is_wrong_usage)
{
    begin(answer_archive);
    RUN("archive");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "--below");
    RUN("archive", "--below", "-1");
    cr_expect(eq(int, program.code, 2));
    end();
}

static bool answer_changes(struct mock *at, struct bytes verb, struct bytes arguments,
                           struct buffer *reply)
{
    (void)arguments;
    if (mock_is(verb, "mode")) {
        message_begin_reply(reply, MESSAGE_OK, 1);
        pack_key(reply, "seq");
        pack_number(reply, 9);
        return true;
    }
    message_begin_reply(reply, MESSAGE_OK, 3);
    pack_key(reply, "changes");
    pack_array(reply, 1);
    pack_map(reply, 3);
    pack_key(reply, "group");
    pack_key(reply, "SmartHome");
    pack_key(reply, "resources");
    pack_array(reply, 1);
    pack_map(reply, 6);
    pack_key(reply, "available");
    pack_number(reply, 49);
    pack_key(reply, "maximum");
    pack_number(reply, 50);
    pack_key(reply, "name");
    pack_key(reply, "sip_number");
    pack_key(reply, "status");
    pack_key(reply, "on");
    pack_key(reply, "suspended");
    pack_number(reply, 0);
    pack_key(reply, "used");
    pack_number(reply, at->request_count < 4 ? 1 : 2);
    pack_key(reply, "seq");
    pack_number(reply, 9);
    pack_key(reply, "seq");
    pack_number(reply, 10);
    pack_key(reply, "time");
    pack_number(reply, 1764028800000);
    return true;
}

Test(cli, a_watch_prints_a_line_for_what_changed_from_now_on)
{
    begin(answer_changes);
    RUN("watch", "SmartHome", "--count", "3");
    cr_expect(zero(int, program.code), "%s", program.err);
    expect_text(bytes_of_text(program.out),
                "     9  2025-11-25T00:00Z  SmartHome  sip_number 50/1/49 on\n"
                "     9  2025-11-25T00:00Z  SmartHome  sip_number 50/2/49 on\n");
    cr_expect(eq(u64, message_number(arguments_seen(), "since", 0), 10), "goes on behind it");
    end();
}

// --- How it ends ------------------------------------------------------------

static bool answer_full_disk(struct mock *at, struct bytes verb, struct bytes arguments,
                             struct buffer *reply)
{
    (void)at;
    (void)verb;
    (void)arguments;
    mock_error(reply, "STORAGE_FAILED");
    return true;
}

Test(cli, what_storage_failed_is_exit_3)
{
    begin(answer_full_disk);
    RUN("consume", "/", "x", "1");
    cr_expect(eq(int, program.code, 3));
    HAS(program.err, "STORAGE_FAILED: as the test says");
    end();
}

static bool answer_nothing(struct mock *at, struct bytes verb, struct bytes arguments,
                           struct buffer *reply)
{
    (void)at;
    (void)verb;
    (void)arguments;
    (void)reply;
    return false;
}

Test(cli, an_answer_that_never_comes_leaves_a_way_to_ask)
{
    begin(answer_nothing);
    RUN("consume", "/", "x", "1", "--timeout", "1");
    cr_expect(eq(int, program.code, 3));
    HAS(program.err, "later ask: licet outcome ");
    end();
}

Test(cli, wrong_words_are_exit_2_and_name_what_was_meant)
{
    begin(accept_all);
    RUN("alocate", "SmartHome");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "did you mean 'allocate'?");
    RUN("group", "crate", "SmartHome");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "did you mean 'group create'?");
    RUN("consume", "/", "x");
    cr_expect(eq(int, program.code, 2));
    RUN("consume", "a//b", "x", "1");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "group: 'a//b' is not a path");
    RUN("actor", "enrol", "x", key_file, "--role", "boss");
    cr_expect(eq(int, program.code, 2));
    RUN("consume", "--help");
    cr_expect(zero(int, program.code));
    HAS(program.out, "Exit codes:");
    cr_expect(zero(u32, mock.request_count));
    end();
}

Test(cli, every_command_has_its_manual)
{
    begin(accept_all);
    for (const struct command *command = commands; command->path != NULL; command++) {
        char words[64];
        (void)snprintf(words, sizeof words, "%s", command->path);
        char *second = strchr(words, ' ');
        if (second == NULL) {
            RUN(words, "--help");
        } else {
            *second++ = 0;
            RUN(words, second, "--help");
        }
        cr_expect(zero(int, program.code), "of %s: %s", command->path, program.err);
        HAS(program.out, command->summary);
        HAS(program.out, "Exit codes:");
        if (command->example != NULL) HAS(program.out, "Example:");
    }
    end();
}

Test(cli, a_key_that_others_may_read_is_not_used)
{
    char link_file[160];
    begin(accept_all);
    cr_assert(zero(int, chmod(key_file, 0640)));
    RUN("status");
    cr_expect(eq(int, program.code, 2));
    cr_assert(zero(int, chmod(key_file, 0600)));
    (void)snprintf(link_file, sizeof link_file, "%s/link.key", mock.directory);
    cr_assert(zero(int, symlink(key_file, link_file)));
    RUN("status", "--key", link_file);
    cr_expect(eq(int, program.code, 2));
    cr_expect(zero(u32, mock.hello_count));
    end();
}
