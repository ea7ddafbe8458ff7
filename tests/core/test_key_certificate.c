#include "core/proof/key_certificate.h"

#include "core/base/limits.h"
#include "core/proof/hash.h"
#include "core/proof/note.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define ORIGIN "ledger.example/lic1"

static struct signer   root, ledger, next, foreign;
static struct verifier current;

static void make(struct signer *signer, const char *name, uint8_t first)
{
    uint8_t seed[CRYPTO_SEED_SIZE];
    for (uint8_t i = 0; i < sizeof seed; i++) {
        seed[i] = (uint8_t)(first + i);
    }
    cr_assert(eq(int, signer_init(signer, bytes_of_text(name), KEY_ED25519, seed), OK));
}

static void start(void)
{
    cr_assert(eq(int, hash_start(), OK));
    cr_assert(eq(int, crypto_start(), OK));
    make(&root, "root." ORIGIN, 0x40);
    make(&ledger, ORIGIN, 0x00);
    make(&next, ORIGIN, 0x60);
    make(&foreign, "ledger.example/lic2", 0x60);
    current = ledger.verifier;
}

static void stop(void)
{
    signer_release(&root);
    signer_release(&ledger);
    signer_release(&next);
    signer_release(&foreign);
}

TestSuite(key_certificate, .init = start, .fini = stop);

struct written {
    uint8_t      room[2 * KEY_CERTIFICATE_SIZE_MAX];
    struct bytes note;
};

static struct key_certificate usual(void)
{
    return (struct key_certificate){.key = next.verifier,
                                    .epoch = 3,
                                    .size_from = 100,
                                    .not_before_s = 1000,
                                    .not_after_s = 2000,
                                    .previous = current.keyid};
}

static struct written write(const struct key_certificate *certificate, const struct signer *signer)
{
    struct written written;
    struct buffer  buffer = buffer_over(written.room, sizeof written.room);
    key_certificate_write(certificate, signer, &buffer);
    cr_assert(not(buffer.is_full));
    written.note.size = buffer.size;
    return written;
}

// The views of a copy are the copy's.
static struct bytes note_of(struct written *written)
{
    written->note.at = written->room;
    return written->note;
}

static enum key_certificate_flaw judge(struct bytes note, uint64_t seq, uint64_t time_ms)
{
    struct key_certificate      read;
    const struct key_succession succession = {
        .root = &root.verifier, .current = &current, .epoch = 2, .seq = seq, .time_ms = time_ms};
    return key_certificate_judge(note, &succession, &read);
}

// --- Form -------------------------------------------------------------------

#define LINES                                                                          \
    "licet/key-cert/v1\n"                                                              \
    "origin ledger.example/lic1\n"                                                     \
    "vkey ledger.example/lic1+7721fa45+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n" \
    "epoch 3\n"                                                                        \
    "size-from 120431\n"                                                               \
    "not-before 1700000000\n"                                                          \
    "not-after 1707776000\n"                                                           \
    "previous 00000000\n"

static enum status read_signed(const char *text, struct key_certificate *certificate)
{
    static uint8_t room[4096];
    struct buffer  note = buffer_over(room, sizeof room);
    note_begin(bytes_of_text(text), &note);
    note_sign(bytes_of_text(text), &root, 0, &note);
    return key_certificate_read(buffer_bytes(&note), certificate);
}

Test(key_certificate, says_what_its_lines_say)
{
    struct key_certificate read;
    cr_assert(eq(int, read_signed(LINES, &read), OK));
    cr_expect(verifier_is_same(&read.key, &ledger.verifier));
    cr_expect(eq(u64, read.epoch, 3));
    cr_expect(eq(u64, read.size_from, 120431));
    cr_expect(eq(u64, read.not_before_s, 1700000000));
    cr_expect(eq(u64, read.not_after_s, 1707776000));
    cr_expect(eq(u32, read.previous, 0));
}

Test(key_certificate, is_written_as_the_page_draws_it)
{
    struct key_certificate read;
    cr_assert(eq(int, read_signed(LINES, &read), OK));
    struct written     written = write(&read, &root);
    const struct bytes lines = bytes_of_text(LINES);
    cr_assert(gt(sz, note_of(&written).size, lines.size));
    cr_expect(eq(int, memcmp(note_of(&written).at, lines.at, lines.size), 0));
}

Test(key_certificate, has_a_largest_size_that_is_read)
{
    char           name[KEY_NAME_SIZE_MAX + 1];
    struct signer  long_root = {0}, long_key = {0};
    const size_t   origin_size = KEY_NAME_SIZE_MAX - (sizeof "root." - 1);
    struct written written;
    memset(name, 'o', sizeof name);
    name[origin_size] = 0;
    make(&long_key, name, 0x10);
    cr_assert(eq(int, key_root_signer(&long_root, verifier_name(&long_key.verifier), &root), OK));
    struct key_certificate certificate = {.key = long_key.verifier,
                                          .epoch = UINT64_MAX,
                                          .size_from = INT64_MAX,
                                          .not_before_s = KEY_TIME_S_MAX - 1,
                                          .not_after_s = KEY_TIME_S_MAX,
                                          .previous = UINT32_MAX};
    written = write(&certificate, &long_root);
    cr_expect(eq(int, key_certificate_read(note_of(&written), &certificate), OK));
    signer_release(&long_root);
    signer_release(&long_key);
}

Test(key_certificate, has_a_smallest_size)
{
    struct signer short_root = {0}, short_key = {0};
    make(&short_key, "o", 0x10);
    cr_assert(eq(int, key_root_signer(&short_root, bytes_of_text("o"), &root), OK));
    struct key_certificate certificate = {.key = short_key.verifier, .epoch = 1, .not_after_s = 1};
    struct written         written = write(&certificate, &short_root);
    cr_expect(eq(sz, note_of(&written).size, KEY_CERTIFICATE_SIZE_MIN));
    cr_expect(eq(int, key_certificate_read(note_of(&written), &certificate), OK));
    signer_release(&short_root);
    signer_release(&short_key);
}

Test(key_certificate, of_another_form_is_none)
{
#define KEY_LINE "vkey ledger.example/lic1+7721fa45+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"
#define BEGIN    "licet/key-cert/v1\norigin ledger.example/lic1\n" KEY_LINE
#define END      "not-before 1\nnot-after 2\nprevious 00000000\n"
    static const struct {
        const char *when, *text;
    } rows[] = {
        {"another first line",
         "licet/key-cert/v2\norigin " ORIGIN "\n" KEY_LINE "epoch 1\nsize-from 0\n" END         },
        {"no origin",                "licet/key-cert/v1\n" KEY_LINE "epoch 1\nsize-from 0\n" END},
        {"another origin",
         "licet/key-cert/v1\norigin ledger.example/lic2\n" KEY_LINE "epoch 1\nsize-from 0\n" END},
        {"no key",                   "licet/key-cert/v1\norigin " ORIGIN "\nvkey \nepoch 1\n"
                   "size-from 0\n" END                                        },
        {"a witness's key",
         "licet/key-cert/v1\norigin witness.example/w1\nvkey "
         "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X\n"
         "epoch 1\nsize-from 0\n" END                                                           },
        {"epoch 0",                  BEGIN "epoch 0\nsize-from 0\n" END                         },
        {"an epoch with a zero",     BEGIN "epoch 01\nsize-from 0\n" END                        },
        {"no epoch",                 BEGIN "size-from 0\n" END                                  },
        {"lines in another order",   BEGIN "size-from 0\nepoch 1\n" END                         },
        {"a size below nothing",     BEGIN "epoch 1\nsize-from -1\n" END                        },
        {"an empty window",          BEGIN "epoch 1\nsize-from 0\nnot-before 2\nnot-after 2\n"
                                  "previous 00000000\n"              },
        {"a window backwards",       BEGIN "epoch 1\nsize-from 0\nnot-before 2\nnot-after 1\n"
                                     "previous 00000000\n"        },
        {"a time of the far future",
         BEGIN "epoch 1\nsize-from 0\nnot-before 1\nnot-after 9223372036854775808\n"
               "previous 00000000\n"                                                            },
        {"an id in capitals",        BEGIN "epoch 1\nsize-from 0\nnot-before 1\nnot-after 2\n"
                                    "previous 0000000A\n"          },
        {"a short id",               BEGIN "epoch 1\nsize-from 0\nnot-before 1\nnot-after 2\n"
                             "previous 0000000\n"                         },
        {"a line too few",           BEGIN "epoch 1\nsize-from 0\nnot-before 1\nnot-after 2\n"  },
        {"a line too many",          BEGIN "epoch 1\nsize-from 0\n" END "more 1\n"              },
        {"two spaces",               BEGIN "epoch  1\nsize-from 0\n" END                        },
    };
    struct key_certificate read;
    cr_assert(eq(int, read_signed(BEGIN "epoch 1\nsize-from 0\n" END, &read), OK));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect(eq(int, read_signed(rows[i].text, &read), STATUS_MALFORMED), "when %s",
                  rows[i].when);
    }
    cr_expect(eq(int, key_certificate_read(bytes_of_text(LINES), &read), STATUS_MALFORMED));
}

Test(key_certificate, that_is_too_large_is_not_looked_at)
{
    struct key_certificate certificate = usual(), read;
    struct written         written = write(&certificate, &root);
    memset(written.room + written.note.size, '\n', 1);
    written.note.size = KEY_CERTIFICATE_SIZE_MAX + 1;
    cr_expect(eq(int, key_certificate_read(note_of(&written), &read), STATUS_TOO_LARGE));
}

// --- The root ---------------------------------------------------------------

Test(key_certificate, root_is_the_recovery_key_under_its_own_name)
{
    struct verifier made;
    struct signer   recovery = {0}, signer = {0};
    make(&recovery, "recovery", 0x40);
    cr_assert(eq(int, key_root_init(&made, bytes_of_text(ORIGIN), recovery.verifier.key), OK));
    cr_expect(verifier_is_same(&made, &root.verifier));
    cr_assert(eq(int, key_root_signer(&signer, bytes_of_text(ORIGIN), &recovery), OK));
    cr_expect(verifier_is_same(&signer.verifier, &root.verifier));
    signer_release(&signer);
    signer_release(&recovery);
}

Test(key_certificate, root_needs_room_for_its_name)
{
    char            name[KEY_NAME_SIZE_MAX + 1] = {0};
    struct verifier made;
    const size_t    fits = KEY_NAME_SIZE_MAX - (sizeof "root." - 1);
    memset(name, 'o', fits);
    cr_expect(eq(int, key_root_init(&made, bytes_of_text(name), root.verifier.key), OK));
    name[fits] = 'o';
    cr_expect(
        eq(int, key_root_init(&made, bytes_of_text(name), root.verifier.key), STATUS_MALFORMED));
}

// --- Whether it fits --------------------------------------------------------

Test(key_certificate, fits_from_its_seq_and_within_its_times)
{
    static const struct {
        const char               *when;
        uint64_t                  seq, time_ms;
        enum key_certificate_flaw flaw;
    } rows[] = {
        {"it is time",               100, 1500 * 1000,     CERTIFICATE_FITS     },
        {"an event too early",       99,  1500 * 1000,     CERTIFICATE_TOO_EARLY},
        {"long after the least seq", 999, 1500 * 1000,     CERTIFICATE_FITS     },
        {"a millisecond before",     100, 1000 * 1000 - 1, CERTIFICATE_TOO_EARLY},
        {"the first instant",        100, 1000 * 1000,     CERTIFICATE_FITS     },
        {"the last millisecond",     100, 2000 * 1000 - 1, CERTIFICATE_FITS     },
        {"the first instant after",  100, 2000 * 1000,     CERTIFICATE_TOO_LATE },
    };
    const struct key_certificate certificate = usual();
    struct written               written = write(&certificate, &root);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect(eq(int, judge(note_of(&written), rows[i].seq, rows[i].time_ms), rows[i].flaw),
                  "when %s", rows[i].when);
    }
}

Test(key_certificate, follows_exactly_one_key)
{
    struct key_certificate certificate = usual();
    for (uint64_t epoch = 1; epoch < 6; epoch++) {
        certificate.epoch = epoch;
        struct written written = write(&certificate, &root);
        cr_expect(eq(int, judge(note_of(&written), 100, 1500 * 1000),
                     epoch == 3 ? CERTIFICATE_FITS : CERTIFICATE_OUT_OF_TURN));
    }
    certificate = usual();
    certificate.previous ^= 1;
    struct written written = write(&certificate, &root);
    cr_expect(eq(int, judge(note_of(&written), 100, 1500 * 1000), CERTIFICATE_OUT_OF_TURN));
}

Test(key_certificate, is_worth_nothing_by_another_hand)
{
    const struct key_certificate certificate = usual();
    struct signer                other = {0}, nameless = {0};
    make(&other, "root." ORIGIN, 0x41);
    make(&nameless, "recovery", 0x40);
    struct written by_other = write(&certificate, &other);
    struct written by_ledger = write(&certificate, &ledger);
    struct written by_name = write(&certificate, &nameless);
    struct written changed = write(&certificate, &root);
    *strstr((char *)changed.room, "epoch 3") = 'E';
    cr_expect(eq(int, judge(note_of(&by_other), 100, 1500 * 1000), CERTIFICATE_UNTRUSTED));
    cr_expect(eq(int, judge(note_of(&by_ledger), 100, 1500 * 1000), CERTIFICATE_UNTRUSTED));
    cr_expect(eq(int, judge(note_of(&by_name), 100, 1500 * 1000), CERTIFICATE_UNTRUSTED));
    cr_expect(eq(int, judge(note_of(&changed), 100, 1500 * 1000), CERTIFICATE_MALFORMED));
    changed = write(&certificate, &root);
    *(strstr((char *)changed.room, "size-from 1") + 10) = '0' + 9;
    cr_expect(eq(int, judge(note_of(&changed), 999, 1500 * 1000), CERTIFICATE_UNTRUSTED));
    signer_release(&other);
    signer_release(&nameless);
}

Test(key_certificate, of_another_ledger_is_not_for_this_one)
{
    struct key_certificate certificate = usual();
    certificate.key = foreign.verifier;
    struct written written = write(&certificate, &root);
    cr_expect(eq(int, judge(note_of(&written), 100, 1500 * 1000), CERTIFICATE_OTHER_LEDGER));
}

Test(key_certificate, has_a_sentence_for_each_flaw)
{
    for (int flaw = CERTIFICATE_FITS; flaw <= CERTIFICATE_TOO_LATE; flaw++) {
        cr_expect(gt(sz, strlen(key_certificate_flaw_sentence(flaw)), 10));
    }
}
