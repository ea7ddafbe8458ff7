#include "core/proof/checkpoint.h"
#include "core/proof/tree.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct signer   ledger;
static struct signer   witness;
static struct verifier keys[4]; // ledger, witness, and others as a test needs them
static struct key_set  both = {keys, 2};

static void start(void)
{
    uint8_t seed[CRYPTO_SEED_SIZE];
    cr_assert(eq(int, hash_start(), OK));
    cr_assert(eq(int, crypto_start(), OK));
    for (uint8_t i = 0; i < sizeof seed; i++) {
        seed[i] = i;
    }
    cr_assert(
        eq(int, signer_init(&ledger, bytes_of_text("ledger.example/lic1"), KEY_ED25519, seed), OK));
    for (uint8_t i = 0; i < sizeof seed; i++) {
        seed[i] = 0x20 + i;
    }
    cr_assert(eq(int,
                 signer_init(&witness, bytes_of_text("witness.example/w1"), KEY_COSIGNATURE, seed),
                 OK));
    keys[0] = ledger.verifier;
    keys[1] = witness.verifier;
}

static void stop(void)
{
    signer_release(&ledger);
    signer_release(&witness);
}

TestSuite(checkpoint, .init = start, .fini = stop);

#define DASH   "\xe2\x80\x94 "
#define ORIGIN "ledger.example/lic1"
#define ROOT_8 "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="
#define EMPTY  "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define TEXT_8 ORIGIN "\n8\n" ROOT_8 "\n"
#define LEDGER_LINE_8                                                                        \
    DASH "ledger.example/lic1 "                                                              \
         "dyH6Rbl6ytlPIjGCf/q+YENmEJ5lKD0xrNZa+it3/OWSb0nXouL9ZnklW93UVZcSc5beDyfwlivZFj9kg" \
         "sGi0ou5bgE=\n"
#define WITNESS_LINE_8                                                                    \
    DASH "witness.example/w1 "                                                            \
         "IDJKvgAAAABlU/EAfvFVDORg/B78h3lkYZQyWR+Mm9zX7+yFuiqbUpZhzcnHWe3bVxLjQw6H+A+XqO" \
         "YRAqYECtrsaCRRDV++JNg5Cg==\n"
#define NOTE_0                                                                                 \
    ORIGIN "\n0\n" EMPTY "\n\n" DASH "ledger.example/lic1 "                                    \
           "dyH6RdwV/y26Jzc5nZcFdoTo9Lw1xpX6fCxnxIxnalNxmpxkXLP/CGa1kNB/LXQviaWroIZhhyFdzG8s7" \
           "ODlkmJHuQE=\n"

static struct hash root_of_text(const char *text)
{
    struct hash hash;
    size_t      size = 0;
    cr_assert(crypto_base64_decode(bytes_of_text(text), hash.at, HASH_SIZE, &size));
    cr_assert(eq(sz, size, HASH_SIZE));
    return hash;
}

Test(checkpoint, the_keys_are_those_of_the_known_ledger)
{
    static const char *const texts[] = {
        "ledger.example/lic1+7721fa45+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
    };
    for (size_t i = 0; i < 2; i++) {
        char          memory[KEY_TEXT_SIZE_MAX];
        struct buffer buffer = buffer_over(memory, sizeof memory);
        verifier_print(&keys[i], &buffer);
        cr_expect(bytes_is_equal(buffer_bytes(&buffer), bytes_of_text(texts[i])));
    }
}

Test(checkpoint, the_known_heads_are_sealed_byte_for_byte)
{
    char              memory[CHECKPOINT_SEALED_SIZE_MAX + NOTE_LINE_SIZE_MAX];
    struct buffer     buffer = buffer_over(memory, sizeof memory);
    struct note       note;
    struct checkpoint head = {.size = 8, .root = root_of_text(ROOT_8)};

    checkpoint_seal(&head, &ledger, &buffer);
    cr_assert(eq(int, note_parse(buffer_bytes(&buffer), &note), OK));
    cr_assert(eq(int, checkpoint_cosign(&note, &witness, 1700000000, &buffer), OK));
    cr_expect(bytes_is_equal(buffer_bytes(&buffer),
                             bytes_of_text(TEXT_8 "\n" LEDGER_LINE_8 WITNESS_LINE_8)));

    head = (struct checkpoint){.root = tree_root(&(struct tree){.size = 0})};
    buffer = buffer_over(memory, sizeof memory);
    checkpoint_seal(&head, &ledger, &buffer);
    cr_expect(bytes_is_equal(buffer_bytes(&buffer), bytes_of_text(NOTE_0)));
}

Test(checkpoint, the_known_heads_verify)
{
    const struct bytes origin = bytes_of_text(ORIGIN);
    const struct bytes bytes = bytes_of_text(TEXT_8 "\n" LEDGER_LINE_8 WITNESS_LINE_8);
    const struct hash  root_8 = root_of_text(ROOT_8);
    const struct hash  root_0 = root_of_text(EMPTY);
    struct checkpoint  head;
    struct note        note;
    uint64_t           signed_by = 0;
    uint64_t           time_s = 0;

    cr_assert(eq(int, checkpoint_verify(bytes, origin, &both, &head, &signed_by), OK));
    cr_expect(eq(u64, head.size, 8));
    cr_expect(hash_is_equal(&head.root, &root_8));
    cr_expect(bytes_is_equal(head.origin, origin));
    cr_expect(eq(u64, signed_by, 3));

    cr_assert(eq(int, note_parse(bytes, &note), OK));
    cr_assert(note_cosigned_at(&note, &keys[1], &time_s));
    cr_expect(eq(u64, time_s, 1700000000));
    cr_expect(not(note_cosigned_at(&note, &keys[0], &time_s)), "a ledger's line has no time");

    cr_assert(
        eq(int, checkpoint_verify(bytes_of_text(NOTE_0), origin, &both, &head, &signed_by), OK));
    cr_expect(eq(u64, head.size, 0));
    cr_expect(hash_is_equal(&head.root, &root_0));
    cr_expect(eq(u64, signed_by, 1));
    cr_assert(eq(int, note_parse(bytes_of_text(NOTE_0), &note), OK));
    cr_expect(not(note_cosigned_at(&note, &keys[1], &time_s)), "the witness has not signed");
}

Test(checkpoint, the_text_has_one_form)
{
    static const struct {
        const char *when, *text;
        enum status status;
    } rows[] = {
        {"as it is",                   TEXT_8,                                                 OK              },
        {"an empty tree",              "o\n0\n" EMPTY "\n",                                    OK              },
        {"an origin with spaces",      "go.sum database tree\n8\n" ROOT_8 "\n",                OK              },
        {"an extension line",          TEXT_8 "ext\n",                                         OK              },
        {"two extension lines",        TEXT_8 "ext\nension 2\n",                               OK              },
        {"the greatest size",          "o\n4611686018427387904\n" ROOT_8 "\n",                 OK              },
        {"above the greatest size",    "o\n4611686018427387905\n" ROOT_8 "\n",                 STATUS_MALFORMED},
        {"far above it",               "o\n99999999999999999999\n" ROOT_8 "\n",                STATUS_MALFORMED},
        {"an empty extension line",    TEXT_8 "\n",                                            STATUS_MALFORMED},
        {"an empty one among them",    TEXT_8 "a\n\nb\n",                                      STATUS_MALFORMED},
        {"an extension cut short",     TEXT_8 "ext",                                           STATUS_MALFORMED},
        {"an empty tree's other root", "o\n0\n" ROOT_8 "\n",                                   STATUS_MALFORMED},
        {"no origin",                  "\n8\n" ROOT_8 "\n",                                    STATUS_MALFORMED},
        {"a leading zero",             "o\n08\n" ROOT_8 "\n",                                  STATUS_MALFORMED},
        {"a sign",                     "o\n+8\n" ROOT_8 "\n",                                  STATUS_MALFORMED},
        {"a space after the size",     "o\n8 \n" ROOT_8 "\n",                                  STATUS_MALFORMED},
        {"no size",                    "o\n\n" ROOT_8 "\n",                                    STATUS_MALFORMED},
        {"a root without padding",     "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg\n",
         STATUS_MALFORMED                                                                                      },
        {"a root with other bits",     "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",
         STATUS_MALFORMED                                                                                      },
        {"a root too short",           "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQw==\n",
         STATUS_MALFORMED                                                                                      },
        {"a root too long",            "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQygA\n",
         STATUS_MALFORMED                                                                                      },
        {"no root",                    "o\n8\n",                                               STATUS_MALFORMED},
        {"no last line feed",          "o\n8\n" ROOT_8,                                        STATUS_MALFORMED},
        {"nothing",                    "",                                                     STATUS_MALFORMED},
        {"a tab in the origin",        "o\t\n8\n" ROOT_8 "\n",                                 STATUS_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct checkpoint head;
        cr_expect(eq(int, checkpoint_parse(bytes_of_text(rows[i].text), &head), rows[i].status),
                  "when %s", rows[i].when);
    }
}

Test(checkpoint, what_is_parsed_prints_alike)
{
    char              memory[CHECKPOINT_TEXT_SIZE_MAX];
    struct buffer     buffer = buffer_over(memory, sizeof memory);
    struct checkpoint head;
    cr_assert(eq(int, checkpoint_parse(bytes_of_text(TEXT_8), &head), OK));
    checkpoint_print(&head, &buffer);
    cr_expect(bytes_is_equal(buffer_bytes(&buffer), bytes_of_text(TEXT_8)));
}

// Signs any text with any key, as a dishonest holder of keys could.
static struct bytes forge(const char *text, const struct signer *signer, struct buffer *buffer)
{
    note_begin(bytes_of_text(text), buffer);
    note_sign(bytes_of_text(text), signer, 1700000000, buffer);
    return buffer_bytes(buffer);
}

Test(checkpoint, only_the_named_ledger_may_sign_its_head)
{
    static const uint8_t seed[CRYPTO_SEED_SIZE] = {7};
    const struct bytes   origin = bytes_of_text(ORIGIN);
    struct signer        other;
    struct signer        namesake;
    struct checkpoint    head = {.size = 99};
    uint64_t             signed_by = 77;
    char                 memory[5][1024];
    struct buffer        buffers[5];
    for (size_t i = 0; i < 5; i++) {
        buffers[i] = buffer_over(memory[i], sizeof memory[i]);
    }
    cr_assert(eq(int, signer_init(&other, bytes_of_text("other.example"), KEY_ED25519, seed), OK));
    cr_assert(eq(int, signer_init(&namesake, origin, KEY_COSIGNATURE, seed), OK));
    keys[2] = other.verifier;
    keys[3] = namesake.verifier;
    const struct {
        const char  *when;
        struct bytes note;
        enum status  status;
    } rows[] = {
        {"another ledger signs this origin",     forge(TEXT_8,                              &other,                                             &buffers[0]),
         STATUS_UNKNOWN_KEY},
        {"only a witness signs",                     forge(TEXT_8,                                                              &witness,                                                                                           &buffers[1]), STATUS_UNKNOWN_KEY},
        {"a witness of the ledger's name signs",                              forge(TEXT_8,&namesake,&buffers[4]),
         STATUS_UNKNOWN_KEY},
        {"the ledger signs another origin",
         forge("other.example\n8\n" ROOT_8 "\n", &ledger,                                             &buffers[2]), STATUS_UNKNOWN_KEY},
        {"the ledger signs no head",                     forge("hello\n",                                                              &ledger,                                                                                &buffers[3]), STATUS_MALFORMED},
        {"the witness's line is of another head",
         bytes_of_text(TEXT_8 "\n" LEDGER_LINE_8 "\xe2\x80\x94 witness.example/w1 "
                              "IDJKvgAAAABlU/"
                              "EAawjxSq1c4ggMPYL/"
                              "7V4yij6T4pkqWkdYPj28B9jGxHuKpG9J5KsPpdEyFIkBDvKCcXtXb0UYbgLH6nh+"
                              "dTh9Ag==\n"),
         STATUS_BAD_SIGNATURE                                               },
        {"it is no note",             bytes_of_text(TEXT_8),                   STATUS_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct key_set all = {keys, 4};
        const enum status status = checkpoint_verify(rows[i].note, origin, &all, &head, &signed_by);
        cr_expect(eq(int, status, rows[i].status), "when %s", rows[i].when);
        cr_expect(eq(u64, head.size, 99), "when %s", rows[i].when);
        cr_expect(eq(u64, signed_by, 77), "when %s", rows[i].when);
    }
    const struct bytes good = bytes_of_text(TEXT_8 "\n" LEDGER_LINE_8);
    cr_expect(eq(int, checkpoint_verify(good, bytes_of_text("other"), &both, &head, &signed_by),
                 STATUS_UNKNOWN_KEY),
              "when the reader wants another ledger");
    signer_release(&namesake);
    signer_release(&other);
}

// The key of a rotation: the same name, another id; either line is enough for a reader that
// trusts both.
Test(checkpoint, two_generations_of_a_key_may_sign_one_head)
{
    static const uint8_t seed[CRYPTO_SEED_SIZE] = {9};
    struct signer        next;
    struct checkpoint    head;
    uint64_t             signed_by = 0;
    char                 memory[1024];
    struct buffer        buffer = buffer_over(memory, sizeof memory);
    cr_assert(eq(int, signer_init(&next, bytes_of_text(ORIGIN), KEY_ED25519, seed), OK));
    keys[2] = next.verifier;
    buffer_add_text(&buffer, TEXT_8 "\n" LEDGER_LINE_8);
    note_sign(bytes_of_text(TEXT_8), &next, 0, &buffer);
    const struct key_set all = {keys, 3};
    cr_expect(
        eq(int,
           checkpoint_verify(buffer_bytes(&buffer), bytes_of_text(ORIGIN), &all, &head, &signed_by),
           OK));
    cr_expect(eq(u64, signed_by, 5));
    signer_release(&next);
}

Test(checkpoint, extension_lines_are_signed_and_cosigned_with_the_rest)
{
    char              memory[1024];
    struct buffer     buffer = buffer_over(memory, sizeof memory);
    struct checkpoint head;
    uint64_t          signed_by = 0;
    forge(TEXT_8 "extension\n", &ledger, &buffer);
    note_sign(bytes_of_text(TEXT_8 "extension\n"), &witness, 5, &buffer);
    const struct bytes origin = bytes_of_text(ORIGIN);
    cr_expect(
        eq(int, checkpoint_verify(buffer_bytes(&buffer), origin, &both, &head, &signed_by), OK));
    cr_expect(eq(u64, signed_by, 3));
    char *word = strstr(memory, "extension");
    *word = 'E';
    cr_expect(eq(int, checkpoint_verify(buffer_bytes(&buffer), origin, &both, &head, &signed_by),
                 STATUS_BAD_SIGNATURE));
}

Test(checkpoint, a_cosignature_holds_for_its_time_alone)
{
    struct checkpoint head;
    uint64_t          signed_by = 0;
    char note[] = TEXT_8 "\n" LEDGER_LINE_8 WITNESS_LINE_8;
    char                                   *time = strstr(note, "IDJKvgAAAABlU/EA");
    const struct bytes                      origin = bytes_of_text(ORIGIN);
    cr_assert(ne(ptr, time, NULL));
    memcpy(time, "IDJKvgAAAABlU/EB", 16);
    cr_expect(eq(int, checkpoint_verify(bytes_of_text(note), origin, &both, &head, &signed_by),
                 STATUS_BAD_SIGNATURE));
}

Test(checkpoint, times_of_a_cosignature_have_both_ends)
{
    static const uint64_t times_s[] = {0, 1, 1700000000, KEY_TIME_S_MAX};
    for (size_t i = 0; i < sizeof times_s / sizeof times_s[0]; i++) {
        char          memory[1024];
        struct buffer buffer = buffer_over(memory, sizeof memory);
        struct note   note;
        uint64_t      signed_by = 0;
        uint64_t      time_s = 99;
        note_begin(bytes_of_text(TEXT_8), &buffer);
        note_sign(bytes_of_text(TEXT_8), &witness, times_s[i], &buffer);
        cr_assert(eq(int, note_parse(buffer_bytes(&buffer), &note), OK));
        cr_expect(eq(int, note_verify(&note, &both, &signed_by), OK));
        cr_assert(note_cosigned_at(&note, &witness.verifier, &time_s));
        cr_expect(eq(u64, time_s, times_s[i]));
    }
}

// The format ends a second before 2^63, even for a signature that is right otherwise.
Test(checkpoint, a_cosignature_has_its_size_and_its_greatest_time)
{
    static const struct {
        const char *when, *line;
        uint64_t    time_s;
        size_t      size;
        bool        is_good;
    } rows[] = {
        {"the time is the greatest", "time 9223372036854775807\n", KEY_TIME_S_MAX,     72, true },
        {"the time is above",        "time 9223372036854775808\n", KEY_TIME_S_MAX + 1, 72, false},
        {"a byte is missing",        "time 9223372036854775807\n", KEY_TIME_S_MAX,     71, false},
        {"a byte is too many",       "time 9223372036854775807\n", KEY_TIME_S_MAX,     73, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char          memory[256];
        uint8_t       payload[KEY_PAYLOAD_SIZE_MAX + 1] = {0};
        struct buffer message = buffer_over(memory, sizeof memory);
        buffer_add_text(&message, "cosignature/v1\n");
        buffer_add_text(&message, rows[i].line);
        buffer_add_text(&message, TEXT_8);
        for (size_t j = 0; j < 8; j++) {
            payload[j] = (uint8_t)(rows[i].time_s >> (56 - 8 * j));
        }
        crypto_secret_sign(&witness.secret, buffer_bytes(&message), payload + 8);
        cr_expect(eq(int,
                     verifier_verify(&witness.verifier, bytes_of_text(TEXT_8),
                                     (struct bytes){payload, rows[i].size}),
                     rows[i].is_good),
                  "when %s", rows[i].when);
    }
}

Test(checkpoint, a_text_too_long_is_not_cosigned)
{
    static char   text[KEY_COSIGNED_SIZE_MAX + 2];
    static char   memory[8192];
    struct buffer line = buffer_over(memory, sizeof memory);
    struct note   note = {.signature_count = 1};
    memset(text, 'x', sizeof text - 1);
    text[KEY_COSIGNED_SIZE_MAX] = '\n';
    note.text = (struct bytes){(uint8_t *)text, KEY_COSIGNED_SIZE_MAX + 1};
    cr_expect(eq(int, checkpoint_cosign(&note, &witness, 1, &line), STATUS_TOO_LARGE));
    cr_expect(eq(sz, line.size, 0));
    const struct bytes payload = {(uint8_t *)memory, KEY_PAYLOAD_SIZE_MAX};
    cr_expect(not(verifier_verify(&witness.verifier, note.text, payload)));
    note.text = bytes_after(note.text, 1);
    cr_expect(eq(int, checkpoint_cosign(&note, &witness, 1, &line), OK));
}

Test(checkpoint, the_longest_head_fits_its_bound)
{
    static const uint8_t seed[CRYPTO_SEED_SIZE];
    uint8_t              name[KEY_NAME_SIZE_MAX];
    char                 memory[CHECKPOINT_SEALED_SIZE_MAX];
    struct buffer        buffer = buffer_over(memory, sizeof memory);
    struct signer        longest;
    struct checkpoint    head = {.size = TREE_SIZE_MAX};
    memset(name, 'n', sizeof name);
    cr_assert(
        eq(int, signer_init(&longest, (struct bytes){name, sizeof name}, KEY_ED25519, seed), OK));
    checkpoint_seal(&head, &longest, &buffer);
    cr_expect(not(buffer.is_full));
    signer_release(&longest);
}
