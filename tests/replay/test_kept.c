// What was kept outside of the ledger: receipts that stand alone, and anchors that a history which
// was cut or rewritten does not agree with.
#include "core/proof/checkpoint.h"
#include "core/proof/receipt.h"
#include "tests/replay/play.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

enum { FILE_SIZE = RECEIPT_SIZE_MAX + 4096 };

static struct play   play;
static struct signer witness;
static char          receipts[96], receipt[256], policy[96], head[96];

static void setup(void)
{
    play_open(&play);
    play_all(&play);
    play_seal(&play);
    const struct hash key = hash_bytes(bytes_of_text("witness"));
    cr_assert(eq(int,
                 signer_init(&witness, bytes_of_text("witness.example/w"), KEY_COSIGNATURE, key.at),
                 OK));
    snprintf(receipts, sizeof receipts, "%s/receipts", play.root);
    snprintf(receipt, sizeof receipt, "%s/one.tlog-proof", receipts);
    snprintf(policy, sizeof policy, "%s/policy", play.root);
    snprintf(head, sizeof head, "%s/head", play.root);
    cr_assert(eq(int, mkdir(receipts, 0700), 0));
}

static void teardown(void)
{
    char line[400];
    snprintf(line, sizeof line, "rm -rf %s %s %s", receipts, policy, head);
    cr_expect(eq(int, system(line), 0));
    signer_release(&witness);
    play_close(&play);
}

TestSuite(kept, .init = setup, .fini = teardown, .timeout = 240);

static void write_file(const char *path, struct bytes content)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL, "%s", path);
    cr_assert(eq(sz, fwrite(content.at, 1, content.size, file), content.size));
    cr_assert(eq(int, fclose(file), 0));
}

static struct bytes read_file(const char *path, uint8_t *room)
{
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s", path);
    const size_t size = fread(room, 1, FILE_SIZE, file);
    (void)fclose(file);
    return (struct bytes){room, size};
}

// A head of the ledger as it stands, cosigned when a time is given.
static struct bytes head_of(uint64_t size, uint64_t time_s, uint8_t *room)
{
    const struct ledger_options options = {
        .origin = bytes_of_text(PLAY_ORIGIN),
        .keys = {&play.ledger.verifier, 1},
        .is_read_only = true
    };
    struct ledger_checkpoint found;
    struct ledger_complaint  complaint;
    struct ledger           *ledger = NULL;
    struct buffer            note = buffer_over(room, NOTE_SIZE_MAX);
    cr_assert(eq(int, ledger_open(play.directory, &options, &ledger, &complaint), OK));
    cr_assert(eq(int, ledger_checkpoint_from(ledger, size, &found), OK));
    cr_assert(eq(u64, found.size, size));
    buffer_add(&note, found.note);
    ledger_close(ledger);
    struct note parsed;
    cr_assert(eq(int, note_parse(buffer_bytes(&note), &parsed), OK));
    if (time_s > 0) cr_assert(eq(int, checkpoint_cosign(&parsed, &witness, time_s, &note), OK));
    return buffer_bytes(&note);
}

static void write_receipt(const char *path, uint64_t index, uint64_t size, uint64_t time_s)
{
    static uint8_t              note[NOTE_SIZE_MAX], room[FILE_SIZE], extra[FILE_SIZE];
    const struct ledger_options options = {
        .origin = bytes_of_text(PLAY_ORIGIN),
        .keys = {&play.ledger.verifier, 1},
        .is_read_only = true
    };
    struct receipt          made = {.index = index, .checkpoint = head_of(size, time_s, note)};
    struct buffer           text = buffer_over(room, sizeof room);
    struct buffer           leaf = buffer_over(extra, sizeof extra);
    struct ledger_complaint complaint;
    struct ledger          *ledger = NULL;
    cr_assert(eq(int, ledger_open(play.directory, &options, &ledger, &complaint), OK));
    cr_assert(eq(int, ledger_inclusion(ledger, index, size, &made.proof), OK));
    ledger_close(ledger);
    crypto_base64_add(&leaf, play_view(&play, index));
    made.extra = buffer_bytes(&leaf);
    receipt_print(&made, &text);
    cr_assert(not(text.is_full));
    write_file(path, buffer_bytes(&text));
}

static void write_policy(const char *quorum)
{
    uint8_t       room[2048];
    struct buffer text = buffer_over(room, sizeof room);
    buffer_add_text(&text, "log ");
    verifier_print(&play.ledger.verifier, &text);
    buffer_add_text(&text, "\nwitness w ");
    verifier_print(&witness.verifier, &text);
    buffer_printf(&text, "\nquorum %s\n", quorum);
    write_file(policy, buffer_bytes(&text));
}

static void expect_run(int want, const char *said, const char *when, int code)
{
    cr_expect(eq(int, code, want), "when %s: %.2000s", when, play.output);
    cr_expect(play_said(&play, said), "when %s: no '%s' in %.2000s", when, said, play.output);
}

// --- Receipts ---------------------------------------------------------------

Test(kept, a_receipt_is_verified_with_the_key_alone_and_says_its_event)
{
    char want[64];
    snprintf(want, sizeof want, "%" PRIu64 " 2026-11-01T", play.first_consumption);
    write_receipt(receipt, play.first_consumption, 100, 0);
    expect_run(0, want, "it is good",
               play_run(&play, "receipt %s --key %s", receipt, play.key_file));
    expect_run(0, "consumption group=SmartHome", "it is good", 0);
    expect_run(0, "of 100 events", "it is good", 0);
    expect_run(0, "\"kind\": \"consumption\"", "as JSON",
               play_run(&play, "receipt %s --key %s --json", receipt, play.key_file));
    expect_run(0, want, "it comes by a pipe",
               play_run(&play, "receipt - --key %s < %s", play.key_file, receipt));
}

Test(kept, every_event_has_a_receipt_at_every_head)
{
    const uint64_t sizes[] = {100, play.leaf_count};
    for (size_t i = 0; i < 2; i++) {
        for (uint64_t seq = 0; seq < sizes[i]; seq += 7) {
            char path[256];
            snprintf(path, sizeof path, "%s/%" PRIu64 "-%" PRIu64 ".tlog-proof", receipts, seq,
                     sizes[i]);
            write_receipt(path, seq, sizes[i], 0);
        }
    }
    const unsigned count = (100 + 6) / 7 + (play.leaf_count + 6) / 7;
    char           want[64];
    snprintf(want, sizeof want, "\"receipts\": %u", count);
    expect_run(0, want, "all hold",
               play_run(&play, "verify %s --key %s --receipts %s --json", play.directory,
                        play.key_file, receipts));
}

// Flips a letter or digit of the line that begins so.
static void flip(const char *line)
{
    static uint8_t     room[FILE_SIZE];
    const struct bytes text = read_file(receipt, room);
    room[text.size] = 0;
    char *at = strstr((char *)room, line);
    cr_assert(at != NULL, "%s", line);
    at += strlen(line) + 12;
    *at = *at == 'A' ? 'B' : 'A';
    write_file(receipt, text);
}

Test(kept, whatever_is_changed_in_a_receipt_is_found)
{
    static const struct {
        const char *when, *line, *said;
    } rows[] = {
        {"the event is another",     "extra ",                    "does not lead from the event"       },
        {"the proof is another",     "\nindex 20\n",              "does not lead from the event"       },
        {"the root is another",      PLAY_ORIGIN "\n100\n",       "signature of a trusted key is wrong"},
        {"the signature is another", "\xe2\x80\x94 " PLAY_ORIGIN,
         "signature of a trusted key is wrong"                                                         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_receipt(receipt, 20, 100, 0);
        flip(rows[i].line);
        expect_run(2, rows[i].said, rows[i].when,
                   play_run(&play, "receipt %s --key %s", receipt, play.key_file));
    }
}

Test(kept, a_receipt_needs_a_trusted_log_and_its_event)
{
    char          key[256];
    const uint8_t text[] = "c2sp.org/tlog-proof@v1\nindex x\n";
    snprintf(key, sizeof key, "%s/stranger.vkey", receipts);
    play_write_key(&play, key, &play.stranger);
    write_receipt(receipt, 20, 100, 0);
    expect_run(2, "of no ledger that is trusted", "the key is another ledger's",
               play_run(&play, "receipt %s --key %s", receipt, key));
    expect_run(5, "No such file", "there is none",
               play_run(&play, "receipt %s/none --key %s", receipts, play.key_file));
    expect_run(1, "whom to trust", "no key is given", play_run(&play, "receipt %s", receipt));
    write_file(receipt, (struct bytes){text, sizeof text - 1});
    expect_run(2, "no receipt", "it is none",
               play_run(&play, "receipt %s --key %s", receipt, play.key_file));
    write_file(receipt, head_of(100, 0, (uint8_t[NOTE_SIZE_MAX]){0}));
    expect_run(2, "no receipt", "it is a head",
               play_run(&play, "receipt %s --key %s", receipt, play.key_file));
}

Test(kept, a_policy_may_ask_for_witnesses)
{
    write_receipt(receipt, 20, 100, 0);
    write_policy("none");
    expect_run(0, "signed by the ledger", "none is asked for",
               play_run(&play, "receipt %s --policy %s", receipt, policy));
    write_policy("w");
    expect_run(3, "fewer witnesses", "one is missing",
               play_run(&play, "receipt %s --policy %s", receipt, policy));
    expect_run(3, "\"quorum\": false", "one is missing, as JSON",
               play_run(&play, "receipt %s --policy %s --json", receipt, policy));
    write_receipt(receipt, 20, 100, 1793500000);
    expect_run(0, "witness.example/w at 2026-11-01T02:26:40Z", "it is there",
               play_run(&play, "receipt %s --policy %s", receipt, policy));
    write_file(policy, bytes_of_text("log nonsense\n"));
    expect_run(1, "line 1", "the policy is none",
               play_run(&play, "receipt %s --policy %s", receipt, policy));
}

// --- Anchors ----------------------------------------------------------------

Test(kept, anchors_that_hold_are_counted)
{
    uint8_t room[NOTE_SIZE_MAX];
    write_receipt(receipt, 20, 100, 0);
    write_file(head, head_of(play.leaf_count, 0, room));
    expect_run(0, "signed heads kept elsewhere, hold", "all hold",
               play_run(&play,
                        "verify %s --key %s --receipts %s --trusted-checkpoint %s "
                        "--expect-min-size %u",
                        play.directory, play.key_file, receipts, head, play.leaf_count));
    expect_run(0, "receipts                1", "all hold", 0);
}

Test(kept, a_ledger_that_was_cut_is_behind_its_anchor)
{
    char    want[64];
    uint8_t room[NOTE_SIZE_MAX];
    write_file(head, head_of(play.leaf_count, 0, room));
    const uint32_t size = play.leaf_count;
    play.leaf_count -= 10;
    play_seal(&play);
    play.leaf_count = size;
    snprintf(want, sizeof want, "first bad: events %u to %u (anchor", size - 10, size - 1);
    expect_run(3, want, "it was cut",
               play_run(&play, "verify %s --key %s --trusted-checkpoint %s", play.directory,
                        play.key_file, head));
    expect_run(3, "these two heads are both signed", "it was cut", 3);
    expect_run(3, want, "so many are expected",
               play_run(&play, "verify %s --key %s --expect-min-size %u", play.directory,
                        play.key_file, size));
    expect_run(0, "clean", "one less is expected",
               play_run(&play, "verify %s --key %s --expect-min-size %u", play.directory,
                        play.key_file, size - 10));
}

// By whoever has the key: all is in order but for what somebody kept.
Test(kept, a_history_that_was_rewritten_does_not_agree)
{
    char want[64];
    write_receipt(receipt, 20, 100, 0);
    char later[256];
    snprintf(later, sizeof later, "%s/later.tlog-proof", receipts);
    write_receipt(later, play.leaf_count - 1, play.leaf_count, 0);
    const struct play_leaf *last = &play.leaves[play.leaf_count - 1];
    size_t                  at = 0;
    while (memcmp(last->at + at, "6019", 4) != 0)
        cr_assert(lt(sz, at++, last->size - 4));
    memcpy(last->at + at, "6099", 4);
    play_seal(&play);
    snprintf(want, sizeof want, "first bad: events 100 to %u (anchor", play.leaf_count - 1);
    expect_run(3, want, "the last event is another",
               play_run(&play, "verify %s --key %s --receipts %s", play.directory, play.key_file,
                        receipts));
    expect_run(3, "history was rewritten", "the last event is another", 3);
    expect_run(3, "evidence", "the last event is another", 3);
    expect_run(3, "\"evidence\": [", "as JSON",
               play_run(&play, "verify %s --key %s --receipts %s --json", play.directory,
                        play.key_file, receipts));
}

Test(kept, what_is_no_anchor_is_said)
{
    char empty[256];
    snprintf(empty, sizeof empty, "%s/empty", receipts);
    cr_assert(eq(int, mkdir(empty, 0700), 0));
    expect_run(
        5, "has no *.tlog-proof", "there is no receipt",
        play_run(&play, "verify %s --key %s --receipts %s", play.directory, play.key_file, empty));
    expect_run(5, "no such directory", "there is no directory",
               play_run(&play, "verify %s --key %s --receipts %s/none", play.directory,
                        play.key_file, receipts));
    write_file(receipt, bytes_of_text("something else\n"));
    expect_run(3, "it is no receipt", "it is no receipt",
               play_run(&play, "verify %s --key %s --receipts %s", play.directory, play.key_file,
                        receipts));
}

Test(kept, the_auditor_holds_the_ledger_to_the_policy)
{
    write_policy("none");
    expect_run(0, "clean", "no witness is asked for",
               play_run(&play, "verify %s --policy %s", play.directory, policy));
    write_policy("w");
    expect_run(3, "by as many witnesses as it asks for", "no head is cosigned",
               play_run(&play, "verify %s --policy %s", play.directory, policy));
}
