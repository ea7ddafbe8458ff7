#include "core/proof/hash.h"
#include "core/proof/note.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct verifier keys[4]; // Peter, Enoch, example.com, a witness
static struct signer   peter;
static struct signer   enoch;

static void start(void)
{
    static const uint8_t     zeros[CRYPTO_SEED_SIZE];
    static const char *const texts[] = {
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
    };
    cr_assert(eq(int, hash_start(), OK));
    cr_assert(eq(int, crypto_start(), OK));
    for (size_t i = 0; i < 4; i++) {
        cr_assert(eq(int, verifier_parse(&keys[i], bytes_of_text(texts[i])), OK));
    }
    const struct bytes skey = bytes_of_text(
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
    cr_assert(eq(int, signer_parse(&peter, skey), OK));
    cr_assert(eq(int, signer_init(&enoch, bytes_of_text("EnochRoot"), KEY_ED25519, zeros), OK));
}

static void stop(void)
{
    signer_release(&peter);
    signer_release(&enoch);
}

TestSuite(note, .init = start, .fini = stop);

#define EXAMPLE_TEXT "This is an example message.\n"
#define EXAMPLE_LINE                                                                         \
    "\xe2\x80\x94 example.com/foo "                                                          \
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72In" \
    "eyaQM=\n"
#define TEXT                                                     \
    "If you think cryptography is the answer to your problem,\n" \
    "then you don't know what your problem is.\n"
#define PETER_BASE64                                                                         \
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyB" \
    "wJnAM="
#define ENOCH_BASE64                                                                         \
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1Rv" \
    "Mc+QQ="
#define DASH       "\xe2\x80\x94 "
#define PETER_LINE DASH "PeterNeumann " PETER_BASE64 "\n"
#define ENOCH_LINE DASH "EnochRoot " ENOCH_BASE64 "\n"
// Of a key that nobody here knows.
#define OTHER_LINE DASH "other.example AAAAAQI=\n"

static struct key_set first_keys(uint32_t count)
{
    return (struct key_set){keys, count};
}

static enum status verify(struct bytes bytes, struct key_set set, uint64_t *signed_by)
{
    struct note       note;
    const enum status status = note_parse(bytes, &note);
    if (status != OK) return status;
    return note_verify(&note, &set, signed_by);
}

Test(note, the_known_notes_verify)
{
    const struct bytes example = bytes_of_text(EXAMPLE_TEXT "\n" EXAMPLE_LINE);
    const struct bytes both = bytes_of_text(TEXT "\n" PETER_LINE ENOCH_LINE);
    struct note        note;
    uint64_t           signed_by = 0;

    cr_assert(eq(int, verify(example, first_keys(4), &signed_by), OK));
    cr_expect(eq(u64, signed_by, 4));
    cr_assert(eq(int, verify(both, first_keys(4), &signed_by), OK));
    cr_expect(eq(u64, signed_by, 3));

    cr_assert(eq(int, note_parse(both, &note), OK));
    cr_expect(bytes_is_equal(note.text, bytes_of_text(TEXT)));
    cr_expect(eq(u32, note.signature_count, 2));
    struct note_signature signature;
    cr_assert(note_next_signature(&note.signatures, &signature));
    cr_expect(bytes_is_equal(signature.name, bytes_of_text("PeterNeumann")));
    cr_expect(eq(u32, signature.keyid, 0xc74f20a3));
    cr_expect(bytes_is_equal(signature.base64, bytes_of_text(PETER_BASE64)));
    cr_assert(note_next_signature(&note.signatures, &signature));
    cr_expect(bytes_is_equal(signature.name, bytes_of_text("EnochRoot")));
    cr_expect(not(note_next_signature(&note.signatures, &signature)));
}

Test(note, the_known_note_is_made_byte_for_byte)
{
    char               memory[1024];
    struct buffer      buffer = buffer_over(memory, sizeof memory);
    const struct bytes text = bytes_of_text(TEXT);

    note_begin(text, &buffer);
    note_sign(text, &peter, 0, &buffer);
    note_sign(text, &enoch, 0, &buffer);
    cr_expect(
        bytes_is_equal(buffer_bytes(&buffer), bytes_of_text(TEXT "\n" PETER_LINE ENOCH_LINE)));
}

Test(note, a_buffer_too_small_says_so)
{
    const size_t needed = strlen(TEXT "\n" PETER_LINE);
    for (size_t size = 0; size <= needed; size++) {
        char          memory[1024];
        struct buffer buffer = buffer_over(memory, size);
        note_begin(bytes_of_text(TEXT), &buffer);
        note_sign(bytes_of_text(TEXT), &peter, 0, &buffer);
        cr_expect(eq(int, buffer.is_full, size < needed), "%zu bytes", size);
    }
}

Test(note, what_is_signed_counts_by_who_is_known)
{
    static const struct {
        const char *when, *note;
        uint32_t    key_count;
        enum status status;
        uint64_t    signed_by;
    } rows[] = {
        {"one of two is known",                     TEXT "\n" PETER_LINE ENOCH_LINE,                  1, OK,                   1},
        {"an unknown stands first",                 TEXT "\n" OTHER_LINE PETER_LINE,                  2, OK,                   1},
        {"an unknown stands last",                  TEXT "\n" PETER_LINE OTHER_LINE,                  2, OK,                   1},
        {"one signed twice",                        TEXT "\n" PETER_LINE PETER_LINE,                  2, OK,                   1},
        {"one signed twice, the second time badly",
         TEXT "\n" PETER_LINE DASH "PeterNeumann x08gowAA\n",                                         2, OK,                   1},
        {"one signed twice, the first time badly",
         TEXT "\n" DASH "PeterNeumann x08gowAA\n" PETER_LINE,                                         2, STATUS_BAD_SIGNATURE, 0},
        {"nobody is known",                         TEXT "\n" OTHER_LINE,                             2, STATUS_UNKNOWN_KEY,   0},
        {"nobody is trusted",                       TEXT "\n" PETER_LINE,                             0, STATUS_UNKNOWN_KEY,   0},
        {"another signs with the id",               TEXT "\n" DASH "PeterNeumanm " PETER_BASE64 "\n", 2,
         STATUS_UNKNOWN_KEY,                                                                                                   0},
        {"another signs with the name",             TEXT "\n" DASH "EnochRoot " PETER_BASE64 "\n",    2,
         STATUS_UNKNOWN_KEY,                                                                                                   0},
        {"a known one signed another text",         "x" TEXT "\n" PETER_LINE,                         2, STATUS_BAD_SIGNATURE, 0},
        {"the text has an empty line more",         TEXT "\n\n" PETER_LINE,                           2, STATUS_BAD_SIGNATURE, 0},
        {"one is right and one is wrong",           TEXT "\n" PETER_LINE DASH "EnochRoot rwz+eAAA\n", 2,
         STATUS_BAD_SIGNATURE,                                                                                                 0},
        {"a signature is a byte longer",
         TEXT
         "\n" DASH "PeterNeumann "
         "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyB"
         "wJnAMA\n",                                                                                  2, STATUS_BAD_SIGNATURE, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t          signed_by = 0;
        const enum status status =
            verify(bytes_of_text(rows[i].note), first_keys(rows[i].key_count), &signed_by);
        cr_expect(eq(int, status, rows[i].status), "when %s", rows[i].when);
        cr_expect(eq(u64, signed_by, rows[i].signed_by), "when %s", rows[i].when);
    }
}

Test(note, the_form_is_strict)
{
    static const struct {
        const char *when, *note;
    } rows[] = {
        {"nothing at all",                     ""                                                          },
        {"no signature",                       TEXT "\n"                                                   },
        {"no empty line",                      TEXT PETER_LINE                                             },
        {"no text",                            "\n" PETER_LINE                                             },
        {"the text does not end",              "abc" PETER_LINE                                            },
        {"a leading control character",        "\x01" TEXT "\n" PETER_LINE                                 },
        {"a tab",                              "\t" TEXT "\n" PETER_LINE                                   },
        {"a carriage return",                  "\r" TEXT "\n" PETER_LINE                                   },
        {"a byte that is not UTF-8",           "\xff" TEXT "\n" PETER_LINE                                 },
        {"a line after the signatures",        TEXT "\n" PETER_LINE "more\n"                               },
        {"an empty line after the signatures", TEXT "\n" PETER_LINE "\n"                                   },
        {"a line between the signatures",      TEXT "\n" PETER_LINE "more\n" ENOCH_LINE                    },
        {"the last line does not end",         TEXT "\n" DASH "PeterNeumann " PETER_BASE64                 },
        {"a name with a space",                TEXT "\n" DASH "Peter Neumann " PETER_BASE64 "\n"           },
        {"a name with a wide space",           TEXT "\n" DASH "Peter\xe2\x80\x83Neumann " PETER_BASE64 "\n"},
        {"a name with a plus",                 TEXT "\n" DASH "Peter+N " PETER_BASE64 "\n"                 },
        {"no name",                            TEXT "\n" DASH " " PETER_BASE64 "\n"                        },
        {"a name alone",                       TEXT "\n" DASH "PeterNeumann\n"                             },
        {"no signature after the name",        TEXT "\n" DASH "PeterNeumann \n"                            },
        {"two spaces",                         TEXT "\n" DASH "PeterNeumann  " PETER_BASE64 "\n"           },
        {"a space at the end",                 TEXT "\n" DASH "PeterNeumann " PETER_BASE64 " \n"           },
        {"a hyphen instead of the dash",       TEXT "\n- PeterNeumann " PETER_BASE64 "\n"                  },
        {"no space after the dash",            TEXT "\n\xe2\x80\x94PeterNeumann " PETER_BASE64 "\n"        },
        {"an id and no signature",             TEXT "\n" DASH "PeterNeumann x08gow==\n"                    },
        {"less than an id",                    TEXT "\n" DASH "PeterNeumann x08g\n"                        },
        {"bits that hang over, of an unknown", TEXT "\n" DASH "other.example AAAAAQJ=\n"                   },
        {"no padding, of an unknown",          TEXT "\n" PETER_LINE DASH "o AAAAAQI\n"                     },
        {"not base64, of an unknown",          TEXT "\n" PETER_LINE DASH "o AAAAAQIDAA*=\n"                },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct note note;
        cr_expect(eq(int, note_parse(bytes_of_text(rows[i].note), &note), STATUS_MALFORMED),
                  "when %s", rows[i].when);
    }
    struct note        note;
    const struct bytes zero = {(const uint8_t *)"\0" TEXT "\n" PETER_LINE,
                               1 + strlen(TEXT "\n" PETER_LINE)};
    cr_expect(eq(int, note_parse(zero, &note), STATUS_MALFORMED), "when there is a zero");
}

Test(note, the_last_empty_line_parts)
{
    static const struct {
        const char *note, *text;
    } rows[] = {
        {"a\n\nb\n\n" OTHER_LINE,            "a\n\nb\n"        },
        {"a\n\n" OTHER_LINE "\n" OTHER_LINE, "a\n\n" OTHER_LINE},
        {"a\n\n\n" OTHER_LINE,               "a\n\n"           },
        {"\n\n" OTHER_LINE,                  "\n"              },
        {"l\xc3\xb6we\n\n" OTHER_LINE,       "l\xc3\xb6we\n"   },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct note note;
        cr_assert(eq(int, note_parse(bytes_of_text(rows[i].note), &note), OK), "row %zu", i);
        cr_expect(bytes_is_equal(note.text, bytes_of_text(rows[i].text)), "row %zu", i);
    }
}

// No beginning of a note is a note, except where a line ends.
Test(note, a_note_cut_short_is_none)
{
    const struct bytes whole = bytes_of_text(TEXT "\n" PETER_LINE ENOCH_LINE);
    for (size_t size = 0; size < whole.size; size++) {
        struct note note;
        const bool  is_note = note_parse((struct bytes){whole.at, size}, &note) == OK;
        cr_expect(eq(int, is_note, size == strlen(TEXT "\n" PETER_LINE)), "%zu bytes", size);
    }
}

Test(note, every_byte_counts)
{
    char         bytes[] = TEXT "\n" PETER_LINE;
    const size_t size = sizeof bytes - 1;
    for (size_t i = 0; i < size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            uint64_t signed_by = 0;
            bytes[i] = (char)((unsigned char)bytes[i] ^ (1u << bit));
            const enum status status =
                verify((struct bytes){(uint8_t *)bytes, size}, first_keys(2), &signed_by);
            cr_assert(ne(int, status, OK), "bit %u of byte %zu", bit, i);
            bytes[i] = (char)((unsigned char)bytes[i] ^ (1u << bit));
        }
    }
}

Test(note, a_hundred_signatures_are_read_and_no_more)
{
    static const struct {
        uint32_t    count;
        enum status status;
    } rows[] = {
        {16,  OK              },
        {100, OK              },
        {101, STATUS_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static char   memory[NOTE_SIZE_MAX];
        struct buffer buffer = buffer_over(memory, sizeof memory);
        struct note   note;
        uint64_t      signed_by = 0;
        note_begin(bytes_of_text(TEXT), &buffer);
        for (uint32_t j = 1; j < rows[i].count; j++) {
            buffer_add_text(&buffer, OTHER_LINE);
        }
        note_sign(bytes_of_text(TEXT), &peter, 0, &buffer);
        cr_assert(eq(int, note_parse(buffer_bytes(&buffer), &note), rows[i].status));
        if (rows[i].status != OK) continue;
        cr_expect(eq(u32, note.signature_count, rows[i].count));
        cr_expect(eq(int, verify(buffer_bytes(&buffer), first_keys(2), &signed_by), OK));
        cr_expect(eq(u64, signed_by, 1));
    }
}

Test(note, its_size_has_a_bound)
{
    static uint8_t memory[NOTE_SIZE_MAX + 1];
    struct buffer  tail = buffer_over(memory, sizeof memory);
    struct note    note;
    const size_t   tail_size = strlen("\n\n" OTHER_LINE);
    memset(memory, 'a', sizeof memory);
    tail.size = NOTE_SIZE_MAX - tail_size;
    buffer_add_text(&tail, "\n\n" OTHER_LINE);
    cr_expect(eq(int, note_parse((struct bytes){memory, NOTE_SIZE_MAX}, &note), OK));
    memmove(memory + 1, memory, NOTE_SIZE_MAX);
    cr_expect(
        eq(int, note_parse((struct bytes){memory, NOTE_SIZE_MAX + 1}, &note), STATUS_TOO_LARGE));
}

// An algorithm that we do not have may need a line longer than any of ours.
Test(note, long_lines_of_unknown_keys_are_ignored)
{
    static uint8_t payload[2428];
    static char    memory[8192];
    struct buffer  buffer = buffer_over(memory, sizeof memory);
    uint64_t       signed_by = 0;
    note_begin(bytes_of_text(TEXT), &buffer);
    buffer_add_text(&buffer, DASH);
    for (int i = 0; i < 200; i++) {
        buffer_add_byte(&buffer, 'n');
    }
    buffer_add_byte(&buffer, ' ');
    crypto_base64_add(&buffer, (struct bytes){payload, sizeof payload});
    buffer_add_byte(&buffer, '\n');
    note_sign(bytes_of_text(TEXT), &peter, 0, &buffer);
    cr_expect(eq(int, verify(buffer_bytes(&buffer), first_keys(2), &signed_by), OK));
    cr_expect(eq(u64, signed_by, 1));
}

Test(note, the_same_key_twice_in_a_set_is_ambiguous)
{
    struct verifier    twice[3] = {keys[0], keys[1], keys[0]};
    const struct bytes bytes = bytes_of_text(TEXT "\n" ENOCH_LINE);
    uint64_t           signed_by = 0;
    cr_expect(eq(int, verify(bytes, (struct key_set){twice, 2}, &signed_by), OK));
    cr_expect(eq(int, verify(bytes, (struct key_set){twice, 3}, &signed_by), STATUS_USAGE));
    // Even where the second differs in what the id does not show.
    twice[2].key[0] ^= 1;
    cr_expect(eq(int, verify(bytes, (struct key_set){twice, 3}, &signed_by), STATUS_USAGE));
}

Test(note, lines_taken_over_are_the_same_bytes)
{
    const struct bytes    whole = bytes_of_text(TEXT "\n" PETER_LINE OTHER_LINE ENOCH_LINE);
    uint8_t               memory[1024];
    struct buffer         again = buffer_over(memory, sizeof memory);
    struct note           note;
    struct note_signature signature;
    cr_assert(eq(int, note_parse(whole, &note), OK));
    note_begin(note.text, &again);
    for (struct bytes lines = note.signatures; note_next_signature(&lines, &signature);) {
        note_add_signature(&signature, &again);
    }
    cr_expect(bytes_is_equal(buffer_bytes(&again), whole));
}

Test(note, only_texts_may_be_signed)
{
    static const struct {
        const char *when, *text;
        bool        is_text;
    } rows[] = {
        {"one line",             "a\n",      true },
        {"an empty line",        "\n",       true },
        {"empty lines inside",   "a\n\nb\n", true },
        {"nothing",              "",         false},
        {"no line feed at last", "a\nb",     false},
        {"a control character",  "a\x1f\n",  false},
        {"not UTF-8",            "a\xc3\n",  false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect(eq(int, note_is_text(bytes_of_text(rows[i].text)), rows[i].is_text), "when %s",
                  rows[i].when);
    }
}
