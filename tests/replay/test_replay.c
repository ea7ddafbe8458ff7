// The auditor on a ledger that is as it should be.

#include "tests/replay/play.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct play play;

static void setup(void)
{
    play_open(&play);
    play_all(&play);
    play_seal(&play);
}

static void teardown(void)
{
    play_close(&play);
}

TestSuite(replay, .init = setup, .fini = teardown, .timeout = 120);

static const char *digest_text(void)
{
    static char   room[80];
    struct buffer text = buffer_over(room, sizeof room);
    crypto_hex_add(&text, hash_view(&play.digest));
    return buffer_text(&text);
}

static void expect_said(const char *text)
{
    cr_expect(play_said(&play, text), "'%s' is not in:\n%.4000s", text, play.output);
}

Test(replay, a_clean_ledger_is_clean)
{
    const int code = play_run(&play, "verify %s --key %s", play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    expect_said(digest_text());
    expect_said("consumption");
    cr_expect(not(play_said(&play, "bad")), "%s", play.output);
}

Test(replay, the_report_counts_what_was_checked)
{
    char      want[64];
    const int code =
        play_run(&play, "verify --data %s --key %s --json", play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    snprintf(want, sizeof want, "\"leaves\": %u", play.leaf_count);
    expect_said(want);
    snprintf(want, sizeof want, "\"events\": %u", play.leaf_count);
    expect_said(want);
    expect_said("\"signed\": 8"); // all but opening, first admin, boundary; the rest is vouched for
    expect_said("\"signatures\": 8");
    expect_said("\"ledger\": 3");
    expect_said("\"heads\": 2");
    expect_said("\"tiles\": 4"); // three of level 0, one above
    expect_said("\"refusals\": 22");
    expect_said("\"boundary\": 1");
    expect_said(digest_text());
    expect_said("\"faults\": []");
}

Test(replay, quiet_says_nothing)
{
    const int code = play_run(&play, "verify %s --key %s -q", play.directory, play.key_file);
    cr_expect(eq(int, code, 0));
    cr_expect(zero(sz, strlen(play.output)), "%s", play.output);
}

Test(replay, rebuild_tells_the_digest_of_the_state)
{
    int code = play_run(&play, "rebuild %s --key %s", play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    expect_said(digest_text());
    code = play_run(&play, "rebuild %s --key %s --json --expect %s", play.directory, play.key_file,
                    digest_text());
    cr_expect(eq(int, code, 0), "%s", play.output);
    code = play_run(&play, "rebuild %s --key %s --size 20 --expect %s", play.directory,
                    play.key_file, digest_text());
    cr_expect(eq(int, code, 4), "%s", play.output);
    expect_said("at size 20");
    expect_said("not the expected digest");
}

Test(replay, print_tells_events_by_their_rows)
{
    const int code = play_run(&play, "print %s --key %s", play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    expect_said("4 2026-11-01T00:00:00.040Z admin signed group_creation group=SmartHome accepted");
    expect_said("reason=\"read; \\\"all\\\" of it\" accepted");
    expect_said("packages=[name=base until=2026-12-01T00:00:00Z entries=[name=sip_number count=50; "
                "name=web_dialer; name=LICENSE_HIKVISION count=20]] accepted");
    expect_said(
        "dealer signed plan events=[group_creation group=SmartHome/A/apt-11; group_creation "
        "group=SmartHome/A/apt-12; user_creation user=maria group=SmartHome/A/apt-11] "
        "reason=\"moving in\" accepted");
    expect_said("pbx consumption group=SmartHome/A resource=LICENSE_HIKVISION unit=20 refused "
                "LIMIT_REACHED at SmartHome, limit 20, used 20");
    expect_said("ledger boundary edge=2026-12-01T00:00:00Z accepted");
    expect_said("release resource=sip_number unit=1000 accepted in SmartHome/A/apt-12");
}

Test(replay, print_tells_a_range_as_json_lines)
{
    const int code = play_run(&play, "print %s --key %s --json --from %" PRIu64 " --to %" PRIu64,
                              play.directory, play.key_file, play.plan, play.plan);
    cr_expect(eq(int, code, 0), "%s", play.output);
    cr_expect(eq(sz, strcspn(play.output, "\n"), strlen(play.output) - 1), "%s", play.output);
    expect_said("\"author\":\"dealer\"");
    expect_said("{\"kind\":\"group_creation\",\"fields\":{\"group\":\"SmartHome/A/apt-12\"}}");
    expect_said("\"verdict\":{\"code\":\"ACCEPTED\"}");
}

Test(replay, at_travels_to_an_event_and_to_an_instant)
{
    int code = play_run(&play, "at %" PRIu64 " state SmartHome --data %s --key %s", play.refusal,
                        play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    expect_said("LICENSE_HIKVISION          20          20           0");
    expect_said("2026-12-01T00:00:00Z");
    code = play_run(&play, "at 2026-11-30T23:59:59.999Z state SmartHome %s --key %s",
                    play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    expect_said("sip_number                 50          20          30");
    code = play_run(&play, "at 2026-12-01T00:00Z state SmartHome --data %s --key %s --json",
                    play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    expect_said("\"suspended\": 20");
    expect_said("\"status\": \"expired\"");
}

// The log may end before the edge: what no event says yet is settled all the same.
Test(replay, at_settles_edges_that_no_boundary_has_passed)
{
    play.leaf_count = (uint32_t)play.boundary;
    play_seal(&play);
    const int code = play_run(&play, "at 2027-01-01 state SmartHome --data %s --key %s",
                              play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    expect_said("sip_number                  0          20           0          20  expired");
}

Test(replay, usage_is_told_apart)
{
    cr_expect(eq(int, play_run(&play, "verify"), 1), "%s", play.output);
    cr_expect(eq(int, play_run(&play, "verify %s", play.directory), 1), "%s", play.output);
    cr_expect(eq(int, play_run(&play, "dance"), 1), "%s", play.output);
    cr_expect(eq(int, play_run(&play, "verify %s --key /nowhere", play.directory), 1));
    cr_expect(eq(int, play_run(&play, "verify /nowhere --key %s", play.key_file), 5), "%s",
              play.output);
    cr_expect(eq(
        int, play_run(&play, "at SmartHome --data %s --key %s", play.directory, play.key_file), 1));
    cr_expect(
        eq(int,
           play_run(&play, "at 5 state Nowhere --data %s --key %s", play.directory, play.key_file),
           1));
    cr_expect(eq(
        int, play_run(&play, "at 99999 state / --data %s --key %s", play.directory, play.key_file),
        1));
    cr_expect(eq(int, play_run(&play, "--help"), 0));
    cr_expect(eq(int, play_run(&play, "verify --help"), 0), "%s", play.output);
    expect_said("Exit codes");
}

// Beside a daemon that has it open for writing, and in a directory that cannot be written to.
Test(replay, a_live_ledger_is_only_read)
{
    const struct ledger_options options = {
        .origin = bytes_of_text(PLAY_ORIGIN), .keys = {&play.ledger.verifier, 1}
    };
    struct ledger          *ledger = NULL;
    struct ledger_complaint complaint;
    cr_assert(eq(int, ledger_open(play.directory, &options, &ledger, &complaint), OK));
    const int code = play_run(&play, "verify %s --key %s", play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    ledger_close(ledger);
}
