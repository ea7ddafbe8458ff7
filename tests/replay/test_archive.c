// A ledger whose old events were moved: live and archive together are the ledger, one of them is a
// part and says so, and whatever is done to either is found.
#include "core/proof/tree.h"
#include "ledger/archive.h"
#include "projections/restore.h"
#include "tests/replay/play.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { MOVED = 256 };

static struct play play;
static char        archive[96];
static uint64_t    snapshot_size, archive_seq;
static struct hash live_digest;

static int shell(const char *act)
{
    char line[1024];
    snprintf(line, sizeof line, "d=%s; a=%s; { %s; } 2>/dev/null", play.directory, archive, act);
    return system(line);
}

static void expect_said(const char *text)
{
    cr_expect(play_said(&play, text), "'%s' is not in:\n%.3000s", text, play.output);
}

static struct hash root_below(uint64_t below)
{
    struct tree tree = {.size = 0};
    for (uint64_t seq = 0; seq < below; seq++) {
        const struct hash hash = hash_leaf(play_view(&play, seq));
        tree_append(&tree, &hash);
    }
    return tree_root(&tree);
}

static uint64_t tell_of_archive(uint64_t below, struct hash root)
{
    const struct event event = {
        .kind = ARCHIVE, .of.archive = {below, hash_view(&root)}
    };
    return play_event(&play, &event, NULL, NULL);
}

static void tell_of_snapshot(void)
{
    const struct restore restore = {.directory = play.root};
    struct snapshot_told told;
    cr_assert(eq(int, restore_write(&restore, play.state, &told), OK));
    const struct event event = {
        .kind = SNAPSHOT,
        .of.snapshot = {told.size, hash_view(&told.digest), hash_view(&told.file)}
    };
    snapshot_size = told.size;
    play_event(&play, &event, NULL, NULL);
}

static struct ledger *open_ledger(bool is_read_only)
{
    const struct ledger_options options = {
        .origin = verifier_name(&play.ledger.verifier),
        .keys = {&play.ledger.verifier, 1},
        .map_size = (uint64_t)1 << 28,
        .is_read_only = is_read_only
    };
    struct ledger          *ledger = NULL;
    struct ledger_complaint complaint;
    cr_assert(eq(int, ledger_open(play.directory, &options, &ledger, &complaint), OK));
    return ledger;
}

static void drop(uint64_t below)
{
    struct ledger *ledger = open_ledger(false);
    cr_assert(eq(int, ledger_begin(ledger), OK));
    cr_assert(eq(int, ledger_drop(ledger, below), OK));
    cr_assert(eq(int, ledger_commit(ledger, &play.ledger), OK));
    ledger_close(ledger);
}

static void write_archive(uint64_t below)
{
    const struct ledger_options options = {
        .origin = verifier_name(&play.ledger.verifier),
        .keys = {&play.ledger.verifier, 1},
        .is_read_only = true
    };
    struct archiving archiving = {.directory = archive, .options = &options, .below = below};
    struct ledger   *ledger = open_ledger(true);
    cr_assert(eq(int, archive_write(&archiving, ledger), OK), "%s", archiving.why);
    ledger_close(ledger);
}

// All that happened, a snapshot and an archive that are told of, and something behind.
static void setup(void)
{
    play_open(&play);
    play_all(&play);
    tell_of_snapshot();
    archive_seq = tell_of_archive(MOVED, root_below(MOVED));
    play_consume(&play, "SmartHome/A", "LICENSE_HIKVISION", 7000);
    cr_assert(eq(int, digest_of(play.state, &live_digest), OK));
    snprintf(archive, sizeof archive, "%s/archive", play.root);
}

static void teardown(void)
{
    cr_expect(zero(int, shell("rm -rf $d-2 $a $a-2 $d/../snapshot-* $d/snapshot-* $d/../out")));
    play_close(&play);
}

TestSuite(archive, .init = setup, .fini = teardown, .timeout = 240);

static void seal_and_move(uint64_t below)
{
    play_seal(&play);
    write_archive(below);
    drop(below);
    cr_assert(zero(int, shell("cp $d/../snapshot-* $d/")));
}

static int verify(const char *more)
{
    return play_run(&play, "verify %s --key %s %s", play.directory, play.key_file, more);
}

static int verify_both(const char *more)
{
    return play_run(&play, "verify %s --archive %s --key %s %s", play.directory, archive,
                    play.key_file, more);
}

static void expect_digest(void)
{
    char          room[2 * HASH_SIZE + 1];
    struct buffer text = buffer_over(room, sizeof room);
    crypto_hex_add(&text, hash_view(&live_digest));
    expect_said(buffer_text(&text));
}

Test(archive, and_ledger_together_are_audited_as_if_nothing_had_been_moved)
{
    char counts[64];
    seal_and_move(MOVED);
    cr_expect(zero(int, verify_both("")), "%s", play.output);
    expect_said("archived              256  of those leaves");
    cr_expect(not(play_said(&play, "NOT")), "%s", play.output);
    snprintf(counts, sizeof counts, "events       %12u  decided again", play.leaf_count);
    expect_said(counts);
    expect_digest();
    cr_expect(zero(int, verify_both("--json")));
    expect_said("\"archived\": 256");
    cr_expect(zero(int, play_check_with(&play, play.directory, archive)), "%s", play.output);
}

Test(archive, at_hand_serves_every_command)
{
    char want[96];
    seal_and_move(MOVED);
    cr_expect(zero(int, play_run(&play, "rebuild %s --archive %s --key %s", play.directory, archive,
                                 play.key_file)));
    expect_digest();
    cr_expect(zero(int, play_run(&play, "print %s --archive %s --key %s --from 255 --to 256",
                                 play.directory, archive, play.key_file)));
    expect_said("255 2026-");
    expect_said("\n256 2026-");
    cr_expect(zero(int, play_run(&play, "why %" PRIu64 " %s --archive %s --key %s", play.refusal,
                                 play.directory, archive, play.key_file)),
              "%s", play.output);
    cr_expect(zero(int, play_run(&play, "at 255 state SmartHome %s --archive %s --key %s",
                                 play.directory, archive, play.key_file)),
              "%s", play.output);
    cr_expect(zero(int, play_run(&play, "export %s/out --data %s --archive %s --key %s", play.root,
                                 play.directory, archive, play.key_file)),
              "%s", play.output);
    snprintf(want, sizeof want, "%s/out", play.root);
    cr_expect(zero(int, play_run(&play, "verify %s --key %s", want, play.key_file)), "%s",
              play.output);
    expect_digest();
}

// By public keys alone, also from the archive without the ledger.
Test(archive, at_hand_proves_every_event)
{
    const uint64_t seqs[] = {0, 255, 256, archive_seq};
    seal_and_move(MOVED);
    for (size_t i = 0; i < sizeof seqs / sizeof seqs[0]; i++) {
        char index[64];
        cr_expect(zero(int, play_run(&play, "prove %" PRIu64 " %s --archive %s --key %s > %s/out",
                                     seqs[i], play.directory, archive, play.key_file, play.root)),
                  "%s", play.output);
        cr_expect(zero(int, play_run(&play, "receipt %s/out --key %s", play.root, play.key_file)),
                  "%s", play.output);
        snprintf(index, sizeof index, "%" PRIu64 " 2026-", seqs[i]);
        expect_said(index);
        const int code = play_run(&play, "prove %" PRIu64 " %s --key %s > %s/out", seqs[i], archive,
                                  play.key_file, play.root);
        cr_expect(eq(int, code, seqs[i] < MOVED ? 0 : 5), "%s", play.output);
        if (code != 0) continue;
        cr_expect(zero(int, play_run(&play, "receipt %s/out --key %s", play.root, play.key_file)));
    }
    cr_expect(eq(int, play_run(&play, "prove 255 %s --key %s", play.directory, play.key_file), 5));
    expect_said("in its archive");
    cr_expect(eq(int,
                 play_run(&play, "prove %u %s --archive %s --key %s", play.leaf_count,
                          play.directory, archive, play.key_file),
                 5));
    cr_assert(zero(int, shell("printf X | dd of=$a/tile/entries/000 bs=1 seek=9000 conv=notrunc")));
    bool is_found = false;
    for (uint64_t seq = 0; seq < MOVED && !is_found; seq++) {
        is_found = play_run(&play, "prove %" PRIu64 " %s --archive %s --key %s > %s/out", seq,
                            play.directory, archive, play.key_file, play.root) == 2;
    }
    cr_expect(is_found, "of the leaf that is another nothing is proved");
}

Test(archive, that_is_missing_is_asked_for)
{
    static const struct {
        const char *command, *more;
        int         code;
        const char *said;
    } rows[] = {
        {"rebuild",                "",                5, "events before 256 are archived"},
        {"print",                  "",                5, "events before 256 are archived"},
        {"at 300 state SmartHome", "",                5, "events before 256 are archived"},
        {"why 300",                "",                5, "events before 256 are archived"},
        {"verify",                 "--archive /none", 5, "the archive: there is none"    },
        {"print",                  "--archive /none", 5, "archive: not there"            },
    };
    seal_and_move(MOVED);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int code = play_run(&play, "%s %s --key %s %s", rows[i].command, play.directory,
                                  play.key_file, rows[i].more);
        cr_expect(eq(int, code, rows[i].code), "%s: %.2000s", rows[i].command, play.output);
        expect_said(rows[i].said);
    }
    cr_expect(eq(int,
                 play_run(&play, "export %s/out --data %s --key %s", play.root, play.directory,
                          play.key_file),
                 6));
    expect_said("from 256");
}

Test(archive, that_is_missing_makes_the_audit_one_of_a_part)
{
    char counts[64];
    seal_and_move(MOVED);
    cr_expect(eq(int, verify(""), 6));
    expect_said("NOT here              256");
    snprintf(counts, sizeof counts, "NOT decided  %12" PRIu64, snapshot_size);
    expect_said(counts);
    expect_said("snapshots               1  told of, digest compared");
    expect_said("clean as far as it is here");
    expect_digest();
    cr_expect(zero(int, verify("--partial")));
    expect_said("clean as far as it is here");
    cr_expect(eq(int, verify("--json"), 6));
    expect_said("\"not_checked\": {\n    \"leaves\": 256,");
    cr_expect(eq(int, play_check(&play, play.directory), 6), "%s", play.output);
    // A snapshot that is torn is none.
    cr_assert(
        zero(int, shell("printf X | dd of=$(echo $d/snapshot-*) bs=1 seek=900 conv=notrunc")));
    cr_expect(eq(int, verify(""), 6));
    snprintf(counts, sizeof counts, "NOT decided  %12u", play.leaf_count);
    expect_said(counts);
    cr_expect(not(play_said(&play, "digest  ")), "%s", play.output);
}

Test(archive, alone_is_a_ledger_of_its_events)
{
    seal_and_move(MOVED);
    cr_expect(eq(int, play_run(&play, "verify %s --key %s", archive, play.key_file), 6), "%s",
              play.output);
    expect_said("leaves                256  hashed");
    expect_said("events                256  decided again");
    cr_expect(zero(int, play_run(&play, "print %s --key %s --from 255", archive, play.key_file)));
    expect_said("255 2026-");
    cr_expect(zero(int, play_run(&play, "rebuild %s --key %s", archive, play.key_file)));
    expect_said("at size 256");
    cr_expect(eq(int, play_run(&play, "why 256 %s --key %s", archive, play.key_file), 1));
    cr_expect(eq(int, play_check(&play, archive), 6), "%s", play.output);
}

// Three ways to look at it: with which code each ends, and what the one with both says.
Test(archive, and_whatever_is_done_to_it_is_found)
{
    static const struct {
        const char *when, *act;
        int         both, alone;
        const char *first, *said;
    } rows[] = {
        {"nothing is",             ":",                                                                0, 6, "",                           "clean"                       },
        {"a leaf is another",      "printf X | dd of=$a/tile/entries/000 bs=1 seek=9000 conv=notrunc", 2,
         2,                                                                                                  "first bad: event ",          "so it is the leaf"           },
        {"a file is gone",         "rm $a/tile/entries/000",                                           2, 2, "first bad: events 0 to 255",
         "the archive has not the file"                                                                                                                                  },
        {"a file is cut",          "truncate -s -1 $a/tile/entries/000",                               2, 2, "first bad: events 0 to 255",
         "the archive has not the file"                                                                                                                                  },
        {"it ends before",         "echo 0 > $a/end",                                                  2, 6, "first bad: events 0 to 255",
         "the archive has not the file"                                                                                                                                  },
        {"a length is another",    "printf '\\377' | dd of=$a/tile/entries/000 bs=1 conv=notrunc",     2,
         2,                                                                                                  "first bad: events 0 to 255", "the archive has not the file"},
        {"its name is another",    "sed -i 1s/play/plaz/ $a/checkpoint",                               2, 2, "first bad: the ledger",
         "it is of another ledger"                                                                                                                                       },
        {"its checkpoint is none", "echo nonsense > $a/checkpoint",                                    2, 2, "first bad: the ledger",
         "another ledger, or damaged"                                                                                                                                    },
        {"its hashes are others",  "printf X | dd of=$a/tile/0/000 bs=1 seek=330 conv=notrunc",        0, 2,
         "",                                                                                                                               "clean"                       },
    };
    seal_and_move(MOVED);
    cr_assert(zero(int, shell("cp -r $a $a-2")));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert(zero(int, shell("rm -r $a; cp -r $a-2 $a")));
        cr_assert(zero(int, shell(rows[i].act)), "%s", rows[i].when);
        cr_expect(eq(int, verify_both(""), rows[i].both), "when %s: %.2000s", rows[i].when,
                  play.output);
        cr_expect(play_said(&play, rows[i].first), "when %s: %.2000s", rows[i].when, play.output);
        cr_expect(play_said(&play, rows[i].said), "when %s: %.2000s", rows[i].when, play.output);
        const int alone = play_run(&play, "verify %s --key %s", archive, play.key_file);
        cr_expect(eq(int, alone, rows[i].alone), "when %s: %.2000s", rows[i].when, play.output);
        const int checked = play_check_with(&play, play.directory, archive);
        cr_expect(eq(int, checked, rows[i].both), "when %s: %.2000s", rows[i].when, play.output);
    }
}

// The files of two ledgers with the same name and key.
Test(archive, of_another_history_is_not_that_of_this_one)
{
    play_seal(&play);
    write_archive(MOVED);
    const struct bytes first = play_view(&play, 200), second = play_view(&play, 201);
    cr_assert(not(bytes_is_equal(first, second)));
    const struct play_leaf kept = play.leaves[200];
    play.leaves[200] = play.leaves[201];
    play.leaves[201] = kept;
    play_seal(&play);
    drop(MOVED);
    cr_expect(eq(int, verify_both(""), 2));
    expect_said("first bad: event 200 (");
    expect_said("so it is the leaf");
    cr_expect(eq(int, play_check_with(&play, play.directory, archive), 2));
    expect_said("first bad: event 200:");
}

// By whoever has the key.
Test(archive, is_told_of_by_its_root)
{
    struct hash wrong = root_below(2 * MOVED);
    tell_of_snapshot();
    wrong.at[0] ^= 1;
    const uint64_t seq = tell_of_archive(2 * MOVED, wrong);
    char           want[64];
    seal_and_move(2 * MOVED);
    snprintf(want, sizeof want, "first bad: event %" PRIu64, seq);
    cr_expect(eq(int, verify_both(""), 2));
    expect_said(want);
    expect_said("the root that it tells of the archived events is not theirs");
    cr_expect(eq(int, verify(""), 2));
    expect_said(want);
    cr_expect(eq(int, play_check_with(&play, play.directory, archive), 2));
    expect_said(want);
    cr_expect(eq(int, play_check(&play, play.directory), 2));
    expect_said(want);
}

Test(archive, that_no_event_tells_of_is_a_loss)
{
    seal_and_move(2 * MOVED);
    const char *const want = "first bad: events 256 to 511";
    cr_expect(eq(int, verify_both(""), 2));
    expect_said(want);
    expect_said("no event tells that they were archived");
    cr_expect(eq(int, verify(""), 2));
    expect_said(want);
    cr_expect(eq(int, play_check_with(&play, play.directory, archive), 2));
    expect_said(want);
    cr_expect(eq(int, play_check(&play, play.directory), 2));
    expect_said(want);
}

// Dropped only in part, as a crash leaves it.
Test(archive, that_is_dropped_in_part_is_whole_with_the_ledger)
{
    play_seal(&play);
    write_archive(MOVED);
    cr_expect(zero(int, verify_both("")), "nothing is dropped yet");
    cr_expect(zero(int, verify("")), "nothing is missing");
    drop(100);
    cr_expect(zero(int, verify_both("")), "%s", play.output);
    expect_said("archived              100");
    cr_expect(zero(int, play_check_with(&play, play.directory, archive)), "%s", play.output);
    cr_expect(eq(int, verify(""), 6));
    expect_said("NOT here              100");
}
