#include "core/proof/epochs.h"

#include "core/proof/hash.h"
#include "core/proof/key_certificate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define ORIGIN "ledger.example/lic1"

enum { KEY_COUNT = 4, FIRST_SEQ = 10, SECOND_SEQ = 20 };

static struct signer root, keys[KEY_COUNT], witness;
static struct epochs epochs; // of the keys 0, 1 and 2

static void make(struct signer *signer, const char *name, enum key_type type, uint8_t first)
{
    uint8_t seed[CRYPTO_SEED_SIZE];
    memset(seed, first, sizeof seed);
    cr_assert(eq(int, signer_init(signer, bytes_of_text(name), type, seed), OK));
}

static const char *rotate(uint32_t to, uint64_t epoch, const struct signer *by, uint64_t seq)
{
    uint8_t                      room[KEY_CERTIFICATE_SIZE_MAX];
    struct buffer                note = buffer_over(room, sizeof room);
    const struct key_certificate certificate = {
        .key = keys[to].verifier,
        .epoch = epoch,
        .not_after_s = 1000,
        .previous = epochs.of[epochs.count - 1].keyid,
    };
    key_certificate_write(&certificate, by, &note);
    cr_assert(not(note.is_full));
    return epochs_rotate(&epochs, buffer_bytes(&note), seq, 1000);
}

static void start(void)
{
    cr_assert(eq(int, hash_start(), OK));
    cr_assert(eq(int, crypto_start(), OK));
    make(&root, "root." ORIGIN, KEY_ED25519, 9);
    make(&witness, "witness.example/w1", KEY_COSIGNATURE, 8);
    for (uint8_t i = 0; i < KEY_COUNT; i++) {
        make(&keys[i], ORIGIN, KEY_ED25519, i);
    }
    epochs_init(&epochs, &keys[0].verifier, root.verifier.key);
    cr_assert(rotate(1, 1, &root, FIRST_SEQ) == NULL);
    cr_assert(rotate(2, 2, &root, SECOND_SEQ) == NULL);
}

static void stop(void)
{
    signer_release(&root);
    signer_release(&witness);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        signer_release(&keys[i]);
    }
}

TestSuite(epochs, .init = start, .fini = stop);

// A head of that size with a line by each key whose bit is set.
static struct bytes head_of(uint64_t size, uint32_t signers)
{
    static uint8_t          room[4096];
    uint8_t                 text_room[CHECKPOINT_TEXT_SIZE_MAX];
    struct buffer           note = buffer_over(room, sizeof room);
    struct buffer           text = buffer_over(text_room, sizeof text_room);
    const struct checkpoint head = {.origin = bytes_of_text(ORIGIN), .size = size};
    checkpoint_print(&head, &text);
    note_begin(buffer_bytes(&text), &note);
    for (uint32_t i = 0; i < KEY_COUNT; i++) {
        if ((signers >> i & 1) != 0) note_sign(buffer_bytes(&text), &keys[i], 0, &note);
    }
    note_sign(buffer_bytes(&text), &witness, 7, &note);
    cr_assert(not(note.is_full));
    return buffer_bytes(&note);
}

static enum status verify(struct bytes note)
{
    const struct key_set nobody = {NULL, 0};
    struct checkpoint    head;
    uint64_t             signed_by = 0;
    return epochs_verify(&epochs, note, &nobody, &head, &signed_by);
}

// Every set of signers for every size around both rotations: the table of the header, row by row.
Test(epochs, a_head_has_the_lines_of_its_epoch_and_no_others)
{
    static const struct {
        uint64_t size;
        uint32_t signers; // a bit for each key
    } rows[] = {
        {1,              1    },
        {FIRST_SEQ - 1,  1    },
        {FIRST_SEQ,      1    },
        {FIRST_SEQ + 1,  1 | 2},
        {FIRST_SEQ + 2,  2    },
        {SECOND_SEQ,     2    },
        {SECOND_SEQ + 1, 2 | 4},
        {SECOND_SEQ + 2, 4    },
        {1000,           4    },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint32_t signers = 0; signers < 1U << KEY_COUNT; signers++) {
            const bool is_right = (signers & 7) == rows[i].signers; // nobody knows of key 3
            cr_expect(
                eq(int, verify(head_of(rows[i].size, signers)), is_right ? OK : STATUS_UNKNOWN_KEY),
                "size %d signers %d", (int)rows[i].size, (int)signers);
        }
    }
}

Test(epochs, what_is_wrong_with_a_head_is_said)
{
    static const struct {
        const char *when;
        uint64_t    size;
        uint32_t    signers;
        const char *word; // of the sentence
    } rows[] = {
        {"nobody signed",              5,             0, "of that time did not sign"},
        {"an old key goes on",         FIRST_SEQ + 2, 3, "was over"                 },
        {"a new key signs the past",   FIRST_SEQ,     3, "had not begun"            },
        {"the old key's line is gone", FIRST_SEQ + 1, 2, "ends did not sign"        },
        {"the new key's line is gone", FIRST_SEQ + 1, 1, "begins did not sign"      },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct note note;
        cr_assert(eq(int, note_parse(head_of(rows[i].size, rows[i].signers), &note), OK));
        const char *why = epochs_offence(&epochs, &note, rows[i].size);
        cr_assert(why != NULL, "when %s", rows[i].when);
        cr_expect(strstr(why, rows[i].word) != NULL, "when %s: %s", rows[i].when, why);
    }
}

Test(epochs, a_line_that_only_looks_like_the_keys_is_wrong)
{
    const struct bytes note = head_of(FIRST_SEQ + 1, 3);
    char               room[4096] = {0};
    memcpy(room, note.at, note.size);
    cr_assert(eq(int, verify((struct bytes){(uint8_t *)room, note.size}), OK));
    char *line = strstr(room, "\n\n") + 2;
    for (int i = 0; i < 2; i++) {
        char      *end = strchr(line, '\n');
        const char was = end[-10];
        end[-10] = was == 'A' ? 'B' : 'A'; // of the signature, not of the id
        cr_expect(eq(int, verify((struct bytes){(uint8_t *)room, note.size}), STATUS_BAD_SIGNATURE),
                  "line %d", i);
        end[-10] = was;
        line = end + 1;
    }
}

Test(epochs, the_lines_of_others_are_told_apart)
{
    const struct verifier others[] = {keys[3].verifier, witness.verifier};
    const struct key_set  set = {others, 2};
    struct checkpoint     head;
    uint64_t              signed_by = 0;
    cr_assert(eq(int, epochs_verify(&epochs, head_of(5, 1), &set, &head, &signed_by), OK));
    cr_expect(eq(u64, signed_by, 2));
    cr_expect(eq(u64, head.size, 5));
    cr_assert(eq(int, epochs_verify(&epochs, head_of(5, 1 | 8), &set, &head, &signed_by), OK));
    cr_expect(eq(u64, signed_by, 3));
}

Test(epochs, a_head_of_another_ledger_is_none_of_theirs)
{
    static struct epochs other;
    struct signer        stranger = {0};
    const struct key_set nobody = {NULL, 0};
    struct checkpoint    head;
    uint64_t             signed_by = 0;
    make(&stranger, "ledger.example/lic2", KEY_ED25519, 0);
    epochs_init(&other, &stranger.verifier, NULL);
    cr_expect(eq(int, epochs_verify(&other, head_of(5, 1), &nobody, &head, &signed_by),
                 STATUS_UNKNOWN_KEY));
    signer_release(&stranger);
}

Test(epochs, know_their_keys_by_all_of_their_bytes)
{
    struct verifier forged = keys[1].verifier;
    cr_expect(eq(u32, epochs_find(&epochs, &keys[1].verifier), 1));
    cr_expect(eq(u32, epochs_find(&epochs, &keys[3].verifier), 3), "none of theirs");
    memcpy(forged.key, keys[3].verifier.key, sizeof forged.key); // the id is that of key 1
    cr_expect(eq(u32, epochs_find(&epochs, &forged), 3));
    const struct verifier made = epochs_key(&epochs, 2);
    cr_expect(verifier_is_same(&made, &keys[2].verifier));
    cr_expect(eq(int, memcmp(made.key, keys[2].verifier.key, sizeof made.key), 0));
}

// --- Rotating ---------------------------------------------------------------

Test(epochs, go_on_by_certificates_of_the_root_alone)
{
    static const struct {
        const char *when;
        uint32_t    to;
        uint64_t    epoch, seq;
        bool        is_by_root;
        const char *word; // of the sentence; NULL: it goes on
    } rows[] = {
        {"the epoch is another",  3, 2, 30,         true,  "does not follow"},
        {"the key was the first", 0, 3, 30,         true,  "has had the key"},
        {"the key signs now",     2, 3, 30,         true,  "has had the key"},
        {"another signed it",     3, 3, 30,         false, "did not sign"   },
        {"at the same event",     3, 3, SECOND_SEQ, true,  "there already"  },
        {"all is well",           3, 3, 30,         true,  NULL             },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct signer *by = rows[i].is_by_root ? &root : &keys[0];
        const char          *why = rotate(rows[i].to, rows[i].epoch, by, rows[i].seq);
        if (rows[i].word == NULL) {
            cr_expect(why == NULL, "when %s: %s", rows[i].when, why);
            cr_expect(eq(u32, epochs.count, 4));
            continue;
        }
        cr_assert(why != NULL, "when %s", rows[i].when);
        cr_expect(strstr(why, rows[i].word) != NULL, "when %s: %s", rows[i].when, why);
        cr_expect(eq(u32, epochs.count, 3), "when %s", rows[i].when);
    }
}

Test(epochs, without_a_root_stay_as_they_are)
{
    epochs_init(&epochs, &keys[0].verifier, NULL);
    cr_expect(rotate(1, 1, &root, 5) != NULL);
    cr_expect(eq(u32, epochs.count, 1));
    cr_expect(eq(int, verify(head_of(1000, 1)), OK));
}

Test(epochs, are_as_many_as_there_is_room_for)
{
    uint8_t seed[CRYPTO_SEED_SIZE] = {0};
    epochs_init(&epochs, &keys[0].verifier, root.verifier.key);
    for (uint32_t i = 1; i <= EPOCH_MAX; i++) {
        signer_release(&keys[1]);
        seed[1] = (uint8_t)i;
        seed[2] = (uint8_t)(1 + i / 256);
        cr_assert(eq(int, signer_init(&keys[1], bytes_of_text(ORIGIN), KEY_ED25519, seed), OK));
        const char *why = rotate(1, i, &root, i);
        cr_assert(eq(int, why == NULL, i < EPOCH_MAX), "rotation %u: %s", i, why);
    }
    cr_expect(eq(u32, epochs.count, EPOCH_MAX));
}
