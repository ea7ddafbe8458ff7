// How a daemon comes to its state when it starts: by the same loop as the auditor.

#include "projections/catch_up.h"
#include "tests/replay/play.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct play           play;
static struct ledger        *ledger;
static struct state         *state;
static struct catch_up_fault fault;

static void setup(void)
{
    play_open(&play);
    play_all(&play);
    cr_assert(eq(int, state_open(&state), OK));
}

static void teardown(void)
{
    ledger_close(ledger);
    ledger = NULL;
    state_close(state);
    state = NULL;
    play_close(&play);
}

TestSuite(catch_up, .init = setup, .fini = teardown, .timeout = 60);

static void open_ledger(void)
{
    const struct ledger_options options = {
        .origin = bytes_of_text(PLAY_ORIGIN), .keys = {&play.ledger.verifier, 1}
    };
    struct ledger_complaint complaint;
    play_seal(&play);
    const enum status status = ledger_open(play.directory, &options, &ledger, &complaint);
    cr_assert(eq(int, status, OK));
}

static void expect_digest(void)
{
    struct hash digest;
    cr_assert(eq(int, digest_of(state, &digest), OK));
    cr_expect(hash_is_equal(&digest, &play.digest));
}

Test(catch_up, ends_where_the_daemon_was)
{
    open_ledger();
    cr_expect(eq(int, catch_up(state, ledger, 0, &fault), OK), "%s", fault.why);
    cr_expect(eq(u64, server_at(state)->size, play.leaf_count));
    expect_digest();
}

// What comes later is told from where the state stands.
Test(catch_up, goes_on_from_where_it_stands)
{
    struct ledger_scan *scan = NULL;
    open_ledger();
    cr_assert(eq(int, ledger_scan_open(ledger, 0, 300, &scan), OK));
    cr_assert(eq(int, catch_up_scan(state, scan, NULL, &fault), OK));
    ledger_scan_close(scan);
    cr_expect(eq(u64, server_at(state)->size, 300));
    cr_expect(eq(int, catch_up(state, ledger, 300, &fault), OK), "%s", fault.why);
    expect_digest();
    cr_expect(eq(int, catch_up(state, ledger, play.leaf_count, &fault), OK), "%s", fault.why);
}

// A clock, a kind and a version that no ledger of ours would have written.
Test(catch_up, stops_before_what_it_cannot_take)
{
    static const struct {
        const char *when;
        uint64_t    version, earlier_ms;
        enum status status;
    } rows[] = {
        {"the rules are of a later version", RULES_VERSION + 1, 0,    STATUS_UNSUPPORTED},
        {"the rules are of no version",      0,                 0,    STATUS_CORRUPT    },
        {"time goes back",                   RULES_VERSION,     5000, STATUS_CORRUPT    },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct leaf leaf;
        if (i > 0) setup();
        cr_assert(leaf_read(play_view(&play, 150), &leaf));
        leaf.version = rows[i].version;
        leaf.time_ms -= rows[i].earlier_ms;
        play_put(&play, 150, &leaf);
        open_ledger();
        const enum status status = catch_up(state, ledger, 0, &fault);
        cr_expect(eq(int, status, rows[i].status), "when %s", rows[i].when);
        cr_expect(eq(u64, fault.seq, 150), "when %s", rows[i].when);
        cr_expect(eq(u64, server_at(state)->size, 150), "when %s", rows[i].when);
        if (i + 1 < sizeof rows / sizeof rows[0]) teardown();
    }
}

static enum status stop_at(void *context, struct state *now, const struct catch_up_event *event,
                           struct catch_up_fault *found)
{
    const uint64_t *seq = context;
    cr_expect(eq(u64, server_at(now)->size, event->leaf.seq));
    if (event->leaf.seq != *seq) return OK;
    found->why = "no";
    return STATUS_BAD_SIGNATURE;
}

Test(catch_up, lets_a_visitor_end_it)
{
    uint64_t                      seq = 42;
    const struct catch_up_visitor visitor = {stop_at, &seq};
    struct ledger_scan           *scan = NULL;
    open_ledger();
    cr_assert(eq(int, ledger_scan_open(ledger, 0, ledger_size(ledger), &scan), OK));
    cr_expect(eq(int, catch_up_scan(state, scan, &visitor, &fault), STATUS_BAD_SIGNATURE));
    cr_expect(eq(u64, fault.seq, 42));
    cr_expect(eq(u64, server_at(state)->size, 42));
    ledger_scan_close(scan);
}
