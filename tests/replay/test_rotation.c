// A ledger whose key is rotated, and whatever whoever has one of its keys, but not the recovery
// key, may do to it: both auditors name the place, in both directions.
#include "core/proof/key_certificate.h"
#include "ledger/big_endian.h"
#include "ledger/rotations.h"
#include "tests/replay/play.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <lmdb.h>

enum { KEY_COUNT = 3, AFTER = 40 }; // events behind the rotation

static struct play   play;
static struct signer keys[KEY_COUNT]; // of the epochs; the last is none of theirs
static char          key_files[KEY_COUNT][96];
static uint64_t      rotation; // its seq
static uint64_t      size;     // of the whole

static void make(struct signer *signer, const char *seed_text, const char *name)
{
    const struct hash seed = hash_bytes(bytes_of_text(seed_text));
    cr_assert(eq(int, signer_init(signer, bytes_of_text(name), KEY_ED25519, seed.at), OK));
}

// To keys[1], by the root with that seed.
static uint64_t propose_rotation(const char *root_seed)
{
    uint8_t                      room[KEY_CERTIFICATE_SIZE_MAX];
    struct buffer                note = buffer_over(room, sizeof room);
    struct signer                root;
    const struct key_certificate certificate = {.key = keys[1].verifier,
                                                .epoch = 1,
                                                .not_after_s = TIME_MS_MAX / 1000,
                                                .previous = keys[0].verifier.keyid};
    make(&root, root_seed, "root." PLAY_ORIGIN);
    key_certificate_write(&certificate, &root, &note);
    signer_release(&root);
    const struct event event = {.kind = KEY_ROTATION,
                                .of.key_rotation.certificate = buffer_bytes(&note)};
    return play_admin(&play, &event);
}

static void consume(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        play_consume(&play, "SmartHome/A", "sip_number", 9000 + i);
    }
    size = play.leaf_count;
}

static void setup(void)
{
    static const char *const seeds[KEY_COUNT] = {PLAY_ORIGIN, "second", "third"};
    play_open(&play);
    for (int i = 0; i < KEY_COUNT; i++) {
        make(&keys[i], seeds[i], PLAY_ORIGIN);
        snprintf(key_files[i], sizeof key_files[i], "%s/vkey%d", play.root, i);
        play_write_key(&play, key_files[i], &keys[i]);
    }
    play_all(&play);
}

static void teardown(void)
{
    for (int i = 0; i < KEY_COUNT; i++) {
        unlink(key_files[i]);
        signer_release(&keys[i]);
    }
    play_close(&play);
}

TestSuite(rotation, .init = setup, .fini = teardown, .timeout = 240);

// As its daemon would: the rotation closes a batch here, though it need not.
static void seal(void)
{
    const struct ledger_options options = {
        .origin = bytes_of_text(PLAY_ORIGIN), .keys = {&keys[0].verifier, 1},
             .map_size = 1 << 28
    };
    struct ledger          *ledger = NULL;
    struct ledger_complaint complaint;
    uint32_t                epoch = 0;
    play_remove(play.directory);
    cr_assert(eq(int, ledger_create(play.directory, &options), OK));
    cr_assert(eq(int, ledger_open(play.directory, &options, &ledger, &complaint), OK));
    for (uint32_t from = 0; from < play.leaf_count; from += 100) {
        cr_assert(eq(int, ledger_begin(ledger), OK));
        for (uint32_t i = from; i < from + 100 && i < play.leaf_count; i++) {
            cr_assert(eq(int, ledger_append(ledger, play_view(&play, i)), OK));
            if (!rotations_is_one(play_view(&play, i))) continue;
            cr_assert(eq(int, ledger_rotate(ledger, &keys[0], &keys[1]), OK));
            epoch = 1;
        }
        cr_assert(eq(int, ledger_commit(ledger, &keys[epoch]), OK));
    }
    ledger_close(ledger);
}

static void play_rotation(void)
{
    rotation = propose_rotation("recovery");
    cr_assert(eq(int, play.decision.verdict.code, ACCEPTED));
    consume(AFTER);
    seal();
}

// --- Heads ------------------------------------------------------------------

// A record of the store: the head of that size, with a line by each key whose bit is set; none: no
// record.
static void put_head(uint64_t head_size, uint32_t signers)
{
    uint8_t           room[4096], text_room[CHECKPOINT_TEXT_SIZE_MAX], key[BIG_ENDIAN_SIZE];
    struct buffer     record = buffer_over(room, sizeof room);
    struct buffer     text = buffer_over(text_room, sizeof text_room);
    struct tree       tree = {.size = 0};
    struct checkpoint head = {.origin = bytes_of_text(PLAY_ORIGIN), .size = head_size};
    MDB_env          *env;
    MDB_txn          *txn;
    MDB_dbi           dbi;
    for (uint64_t i = 0; i < head_size; i++) {
        const struct hash hash = hash_leaf(play_view(&play, i));
        tree_append(&tree, &hash);
    }
    head.root = tree_root(&tree);
    checkpoint_print(&head, &text);
    buffer_add_byte(&record, 1);
    note_begin(buffer_bytes(&text), &record);
    for (uint32_t i = 0; i < KEY_COUNT; i++) {
        if ((signers >> i & 1) != 0) note_sign(buffer_bytes(&text), &keys[i], 0, &record);
    }
    big_endian_put(head_size, key);
    MDB_val key_value = {sizeof key, key}, value = {record.size, record.at};
    cr_assert(zero(int, mdb_env_create(&env)));
    cr_assert(zero(int, mdb_env_set_maxdbs(env, 16)));
    cr_assert(zero(int, mdb_env_set_mapsize(env, (size_t)1 << 28)));
    cr_assert(zero(int, mdb_env_open(env, play.directory, 0, 0600)));
    cr_assert(zero(int, mdb_txn_begin(env, NULL, 0, &txn)));
    cr_assert(zero(int, mdb_dbi_open(txn, "checkpoint", 0, &dbi)));
    if (signers == 0) {
        cr_assert(zero(int, mdb_del(txn, dbi, &key_value, NULL)));
    } else {
        cr_assert(zero(int, mdb_put(txn, dbi, &key_value, &value, 0)));
    }
    cr_assert(zero(int, mdb_txn_commit(txn)));
    mdb_env_close(env);
}

// By the key of that epoch, of both auditors.
static void expect_clean(const char *when)
{
    for (int i = 0; i < 2; i++) {
        int code = play_run(&play, "verify %s --key %s", play.directory, key_files[i]);
        cr_expect(eq(int, code, 0), "when %s, key %d: %s", when, i, play.output);
        cr_expect(play_said(&play, "certificates            1"), "%s", play.output);
        memcpy(play.key_file, key_files[i], sizeof play.key_file);
        code = play_check(&play, play.directory);
        cr_expect(eq(int, code, 0), "when %s, key %d: %s", when, i, play.output);
    }
}

static void expect_fault(const char *when, uint64_t from, uint64_t to, const char *why)
{
    char place[96];
    for (int i = 0; i < 2; i++) {
        if (from == to)
            snprintf(place, sizeof place, "first bad: event %" PRIu64, from);
        else
            snprintf(place, sizeof place, "first bad: events %" PRIu64 " to %" PRIu64, from, to);
        int code = play_run(&play, "verify %s --key %s", play.directory, key_files[i]);
        cr_expect(eq(int, code, 2), "when %s, key %d: %s", when, i, play.output);
        cr_expect(play_said(&play, place), "when %s, key %d: no '%s' in %s", when, i, place,
                  play.output);
        cr_expect(play_said(&play, why), "when %s, key %d: no '%s' in %s", when, i, why,
                  play.output);
        memcpy(play.key_file, key_files[i], sizeof play.key_file);
        code = play_check(&play, play.directory);
        cr_expect(eq(int, code, 2), "when %s, key %d: %s", when, i, play.output);
        cr_expect(play_said(&play, place), "checker, when %s, key %d: no '%s' in %s", when, i,
                  place, play.output);
    }
}

Test(rotation, is_clean_by_either_key)
{
    play_rotation();
    expect_clean("nothing was done");
    int code = play_run(&play, "verify %s --key %s --json", play.directory, key_files[1]);
    cr_expect(eq(int, code, 0));
    cr_expect(play_said(&play, "\"certificates\": 1"), "%s", play.output);
    cr_expect(play_said(&play, "\"epochs\": 2"), "%s", play.output);
    put_head(rotation, 1);
    put_head(rotation + 2, 2);
    expect_clean("more heads are kept");
    code = play_run(&play, "rebuild %s --key %s", play.directory, key_files[0]);
    cr_expect(eq(int, code, 0), "%s", play.output);
}

Test(rotation, binds_each_head_to_the_keys_of_its_size)
{
    play_rotation();
    const struct {
        const char *when;
        uint64_t    size;
        uint32_t    signers;
        uint64_t    from, to;
        const char *why;
    } rows[] = {
        {"the new key signs the past",    rotation,     2, 100,          rotation - 1, "did not sign it"  },
        {"the new key joins the past",    rotation,     3, 100,          rotation - 1, "had not begun"    },
        {"the old line is missing",       rotation + 1, 2, 100,          rotation,     "ends did not sign"},
        {"the new line is missing",       rotation + 1, 1, 100,          rotation,     "begins did not"   },
        {"the head of both is gone",      rotation + 1, 0, rotation,     rotation,     "is not there"     },
        {"a stranger signs that of both", rotation + 1, 4, 100,          rotation,     "sign"             },
        {"the old key goes on",           rotation + 2, 1, rotation + 1, rotation + 1, "was over"         },
        {"the old key joins in",          rotation + 2, 3, rotation + 1, rotation + 1, "was over"         },
        {"the old key has the last word", size,         1, rotation + 1, size - 1,     "was over"         },
        {"the old key joins the newest",  size,         3, rotation + 1, size - 1,     "was over"         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        seal();
        put_head(rows[i].size, rows[i].signers);
        expect_fault(rows[i].when, rows[i].from, rows[i].to, rows[i].why);
    }
}

// --- Events -----------------------------------------------------------------

static struct leaf leaf;

static void read_rotation(void)
{
    cr_assert(leaf_read(play_view(&play, rotation), &leaf));
}

// Sealed by the old key throughout: ledger_rotate() would take part in none of it.
Test(rotation, by_another_root_is_none)
{
    rotation = propose_rotation("another root");
    cr_assert(eq(int, play.decision.verdict.code, BAD_CERTIFICATE));
    consume(AFTER);
    play_seal(&play);
    const int code = play_run(&play, "verify %s --key %s", play.directory, key_files[0]);
    cr_expect(eq(int, code, 0), "it was refused: %s", play.output);

    read_rotation();
    leaf.verdict = (struct verdict){.code = ACCEPTED, .node = NODE_NONE};
    play_put(&play, rotation, &leaf);
    play_seal(&play);
    char place[64];
    snprintf(place, sizeof place, "first bad: event %" PRIu64, rotation);
    cr_expect(eq(int, play_run(&play, "verify %s --key %s", play.directory, key_files[0]), 2));
    cr_expect(play_said(&play, place), "%s", play.output);
    cr_expect(play_said(&play, "recovery key did not sign the certificate"), "%s", play.output);
    cr_expect(eq(int, play_check(&play, play.directory), 2));
    cr_expect(play_said(&play, place), "%s", play.output);
}

Test(rotation, by_who_may_not_is_found_by_who_knows_the_rules)
{
    uint8_t signature[SIGNATURE_SIZE];
    rotation = propose_rotation("recovery");
    consume(AFTER);
    read_rotation();
    leaf.author = actor_at(play.state, actor_by_name(play.state, bytes_of_text("dealer")))->id;
    play_sign(leaf.proposal, &play.dealer, signature);
    leaf.signature = (struct bytes){signature, sizeof signature};
    play_put(&play, rotation, &leaf);
    seal();
    char place[64];
    snprintf(place, sizeof place, "first bad: event %" PRIu64, rotation);
    cr_expect(eq(int, play_run(&play, "verify %s --key %s", play.directory, key_files[0]), 4));
    cr_expect(play_said(&play, place), "%s", play.output);
    cr_expect(play_said(&play, "the rules say FORBIDDEN"), "%s", play.output);
}

// A key that the ledger never had, under its name; alone, and beside one that it had.
Test(rotation, vouches_for_no_key_that_it_does_not_bring)
{
    char path[96], room[KEY_TEXT_SIZE_MAX + 1];
    play_rotation();
    int code = play_run(&play, "verify %s --key %s", play.directory, key_files[2]);
    cr_expect(eq(int, code, 2), "%s", play.output);
    cr_expect(play_said(&play, "first bad: event 0 "), "%s", play.output);
    cr_expect(play_said(&play, "another ledger key"), "%s", play.output);
    memcpy(play.key_file, key_files[2], sizeof play.key_file);
    cr_expect(eq(int, play_check(&play, play.directory), 2), "%s", play.output);
    cr_expect(play_said(&play, "first bad: event 0:"), "%s", play.output);

    snprintf(path, sizeof path, "%s/policy", play.root);
    FILE *file = fopen(path, "w");
    for (int i = 2; i >= 1; i--) {
        struct buffer text = buffer_over(room, sizeof room);
        verifier_print(&keys[i].verifier, &text);
        fprintf(file, "log %s\n", buffer_text(&text));
    }
    fprintf(file, "quorum none\n");
    fclose(file);
    code = play_run(&play, "verify %s --policy %s", play.directory, path);
    unlink(path);
    cr_expect(eq(int, code, 2), "the books open by the first of them only: %s", play.output);
}

// The opening names the given key, so that it seems to be theirs; but it signed nothing.
Test(rotation, is_not_believed_because_the_opening_names_a_key)
{
    play_rotation();
    put_head(100, 2);
    put_head(rotation + 1, 2);
    const int code = play_run(&play, "verify %s --key %s", play.directory, key_files[0]);
    cr_expect(eq(int, code, 2), "%s", play.output);
}
