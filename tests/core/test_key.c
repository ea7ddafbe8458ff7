#include "core/proof/hash.h"
#include "core/proof/key.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static void start(void)
{
    cr_assert(eq(int, hash_start(), OK));
    cr_assert(eq(int, crypto_start(), OK));
}

TestSuite(key, .init = start);

static void expect_text(const char *got, const char *want, const char *when)
{
    cr_expect(strcmp(got, want) == 0, "when %s: got %s, want %s", when, got, want);
}

#define EXAMPLE_VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define PETER_VKEY   "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_SKEY   "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
#define ENOCH_VKEY   "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
#define LEDGER_VKEY  "ledger.example/lic1+7721fa45+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define WITNESS_VKEY "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"

static enum status parse_verifier(const char *text, struct verifier *verifier)
{
    return verifier_parse(verifier, bytes_of_text(text));
}

static const char *print_verifier(const struct verifier *verifier)
{
    static char   text[KEY_TEXT_SIZE_MAX + 1];
    struct buffer buffer = buffer_over(text, sizeof text);
    verifier_print(verifier, &buffer);
    return buffer_text(&buffer);
}

Test(key, verifiers_are_read_and_printed_alike)
{
    static const struct {
        const char   *text, *name;
        uint32_t      keyid;
        enum key_type type;
    } rows[] = {
        {EXAMPLE_VKEY, "example.com/foo",     0x530d903a, KEY_ED25519    },
        {PETER_VKEY,   "PeterNeumann",        0xc74f20a3, KEY_ED25519    },
        {ENOCH_VKEY,   "EnochRoot",           0xaf0cfe78, KEY_ED25519    },
        {LEDGER_VKEY,  "ledger.example/lic1", 0x7721fa45, KEY_ED25519    },
        {WITNESS_VKEY, "witness.example/w1",  0x20324abe, KEY_COSIGNATURE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct verifier verifier;
        cr_assert(eq(int, parse_verifier(rows[i].text, &verifier), OK), "%s", rows[i].text);
        expect_text(verifier.name, rows[i].name, "known");
        cr_expect(eq(u32, verifier.keyid, rows[i].keyid));
        cr_expect(eq(int, verifier.type, rows[i].type));
        expect_text(print_verifier(&verifier), rows[i].text, rows[i].text);
    }
}

Test(key, signers_make_their_verifiers)
{
    struct signer signer;
    char          text[KEY_TEXT_SIZE_MAX + 1];
    struct buffer buffer = buffer_over(text, sizeof text);

    cr_assert(eq(int, signer_parse(&signer, bytes_of_text(PETER_SKEY)), OK));
    expect_text(print_verifier(&signer.verifier), PETER_VKEY, "known");
    signer_print(&signer, &buffer);
    expect_text(buffer_text(&buffer), PETER_SKEY, "known");
    signer_release(&signer);

    static const uint8_t zeros[CRYPTO_SEED_SIZE];
    const struct bytes   enoch = bytes_of_text("EnochRoot");
    cr_assert(eq(int, signer_init(&signer, enoch, KEY_ED25519, zeros), OK));
    expect_text(print_verifier(&signer.verifier), ENOCH_VKEY, "known");
    signer_release(&signer);
    signer_release(&signer);
}

// One key for two purposes would be two keys: the type is part of the id.
Test(key, the_type_changes_the_id)
{
    struct verifier log;
    struct verifier witness;
    cr_assert(eq(int, parse_verifier(LEDGER_VKEY, &log), OK));
    cr_assert(eq(int, verifier_init(&witness, verifier_name(&log), KEY_COSIGNATURE, log.key), OK));
    cr_expect(ne(u32, witness.keyid, log.keyid));
    cr_expect(not(verifier_is_same(&witness, &log)));
}

Test(key, no_part_of_a_key_is_a_key)
{
    const struct bytes public = bytes_of_text(PETER_VKEY);
    const struct bytes private = bytes_of_text(PETER_SKEY);
    struct verifier verifier;
    struct signer   signer;
    for (size_t from = 0; from <= public.size; from++) {
        for (size_t size = 0; size <= public.size - from; size++) {
            if (size == public.size) continue;
            const struct bytes part = {public.at + from, size};
            cr_assert(ne(int, verifier_parse(&verifier, part), OK), "%zu from %zu", size, from);
        }
    }
    for (size_t from = 0; from <= private.size; from++) {
        for (size_t size = 0; size <= private.size - from; size++) {
            if (size == private.size) continue;
            const struct bytes part = {private.at + from, size};
            cr_assert(ne(int, signer_parse(&signer, part), OK), "%zu from %zu", size, from);
        }
    }
}

Test(key, no_byte_of_a_key_may_differ)
{
    struct verifier verifier;
    struct signer   signer;
    char public[] = PETER_VKEY;
    char private[] = PETER_SKEY;
    for (size_t i = 0; i < sizeof public - 1; i++) {
        public[i]++;
        cr_expect(ne(int, parse_verifier(public, &verifier), OK), "byte %zu", i);
        public[i]--;
    }
    cr_expect(eq(int, parse_verifier(public, &verifier), OK));
    for (size_t i = 0; i < sizeof private - 1; i++) {
        private[i]++;
        cr_expect(ne(int, signer_parse(&signer, bytes_of_text(private)), OK), "byte %zu", i);
        private[i]--;
    }
}

Test(key, refusals_have_their_reason)
{
    static const struct {
        const char *when, *text;
        enum status status;
    } rows[] = {
        {"too long, with the right id",
         "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",                                  STATUS_MALFORMED  },
        {"of an unknown type, with the right id",
         "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",                                          STATUS_UNSUPPORTED},
        {"of another name",                       "PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
         STATUS_MALFORMED                                                                                                                 },
        {"an id in upper case",
         "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",                                          STATUS_MALFORMED  },
        {"no name",                               "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",             STATUS_MALFORMED  },
        {"no content",                            "PeterNeumann+c74f20a3+",                                             STATUS_MALFORMED  },
        {"no id",                                 "PeterNeumann++ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",         STATUS_MALFORMED  },
        {"a line feed at the end",                PETER_VKEY "\n",                                                      STATUS_MALFORMED  },
        {"a private key",                         PETER_SKEY,                                                           STATUS_MALFORMED  },
        {"nothing",                               "",                                                                   STATUS_MALFORMED  },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct verifier verifier;
        cr_expect(eq(int, parse_verifier(rows[i].text, &verifier), rows[i].status), "when %s",
                  rows[i].when);
    }
    struct signer signer;
    cr_expect(eq(int, signer_parse(&signer, bytes_of_text(PETER_VKEY)), STATUS_MALFORMED));
    cr_expect(eq(int, signer_parse(&signer, bytes_of_text("PRIVATE+KEY+")), STATUS_MALFORMED));

    static const uint8_t identity[CRYPTO_KEY_SIZE] = {1};
    const struct bytes   name = bytes_of_text("name");
    struct verifier      verifier;
    struct signer        none = {0};
    static const uint8_t zeros[CRYPTO_SEED_SIZE];
    cr_expect(eq(int, verifier_init(&verifier, name, KEY_ED25519, identity), STATUS_BAD_SIGNATURE));
    cr_expect(eq(int, signer_init(&none, name, (enum key_type)0x06, zeros), STATUS_UNSUPPORTED));
    cr_expect(
        eq(int, signer_init(&none, bytes_of_text("a b"), KEY_ED25519, zeros), STATUS_MALFORMED));
    cr_expect(eq(ptr, none.secret.at, NULL));
}

Test(key, names_have_no_space_no_plus_and_an_end)
{
    static const struct {
        const char *when, *name;
        bool        is_name;
    } rows[] = {
        {"like a URL",                "ledger.example/lic1",         true },
        {"one letter",                "a",                           true },
        {"umlauts and beyond",        "l\xc3\xb6we\xf0\x9f\xa6\x81", true },
        {"nothing",                   "",                            false},
        {"a plus",                    "a+b",                         false},
        {"a space",                   "a b",                         false},
        {"a tab",                     "a\tb",                        false},
        {"a line feed",               "a\n",                         false},
        {"a control character",       "a\x01",                       false},
        {"next line",                 "a\xc2\x85",                   false},
        {"a no-break space",          "a\xc2\xa0",                   false},
        {"the one before it",         "a\xc2\x9f",                   true },
        {"ogham space",               "a\xe1\x9a\x80",               false},
        {"before the en quad",        "a\xe1\xbf\xbf",               true },
        {"en quad",                   "a\xe2\x80\x80",               false},
        {"hair space",                "a\xe2\x80\x8a",               false},
        {"after the hair space",      "a\xe2\x80\x8b",               true },
        {"line separator",            "a\xe2\x80\xa8",               false},
        {"paragraph separator",       "a\xe2\x80\xa9",               false},
        {"narrow no-break space",     "a\xe2\x80\xaf",               false},
        {"mathematical space",        "a\xe2\x81\x9f",               false},
        {"ideographic space",         "a\xe3\x80\x80",               false},
        {"not UTF-8",                 "a\xff",                       false},
        {"a lone continuation",       "\x80",                        false},
        {"cut short",                 "a\xe2\x80",                   false},
        {"longer than needed, 2",     "\xc1\xbf",                    false},
        {"longer than needed, 3",     "\xe0\x9f\xbf",                false},
        {"longer than needed, 4",     "\xf0\x8f\xbf\xbf",            false},
        {"just as long as needed, 2", "\xc2\xa1",                    true },
        {"just as long as needed, 3", "\xe0\xa0\x80",                true },
        {"just as long as needed, 4", "\xf0\x90\x80\x80",            true },
        {"a surrogate, the first",    "\xed\xa0\x80",                false},
        {"a surrogate, the last",     "\xed\xbf\xbf",                false},
        {"before the surrogates",     "\xed\x9f\xbf",                true },
        {"after the surrogates",      "\xee\x80\x80",                true },
        {"the last character",        "\xf4\x8f\xbf\xbf",            true },
        {"beyond the last character", "\xf4\x90\x80\x80",            false},
        {"five bytes",                "\xf8\x88\x80\x80\x80",        false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect(eq(int, key_is_name(bytes_of_text(rows[i].name)), rows[i].is_name), "when %s",
                  rows[i].when);
    }
    uint8_t long_name[KEY_NAME_SIZE_MAX + 1];
    memset(long_name, 'n', sizeof long_name);
    cr_expect(key_is_name((struct bytes){long_name, KEY_NAME_SIZE_MAX}));
    cr_expect(not(key_is_name((struct bytes){long_name, KEY_NAME_SIZE_MAX + 1})));
    cr_expect(not(key_is_name((struct bytes){(const uint8_t *)"a\0b", 3})));
}

Test(key, the_longest_texts_fit_their_bound)
{
    static const uint8_t zeros[CRYPTO_SEED_SIZE];
    struct signer        signer;
    uint8_t              name[KEY_NAME_SIZE_MAX];
    char                 text[KEY_TEXT_SIZE_MAX];
    struct buffer        buffer = buffer_over(text, sizeof text);
    memset(name, 'n', sizeof name);
    cr_assert(
        eq(int, signer_init(&signer, (struct bytes){name, sizeof name}, KEY_ED25519, zeros), OK));
    signer_print(&signer, &buffer);
    cr_expect(eq(sz, buffer.size, KEY_TEXT_SIZE_MAX));
    cr_expect(not(buffer.is_full));

    struct signer again;
    cr_assert(eq(int, signer_parse(&again, buffer_bytes(&buffer)), OK));
    cr_expect(verifier_is_same(&again.verifier, &signer.verifier));
    signer_release(&again);
    signer_release(&signer);
}

Test(key, a_set_is_distinct_by_name_and_id)
{
    struct verifier keys[3];
    cr_assert(eq(int, parse_verifier(PETER_VKEY, &keys[0]), OK));
    cr_assert(eq(int, parse_verifier(ENOCH_VKEY, &keys[1]), OK));
    keys[2] = keys[0];
    cr_expect(key_set_is_distinct(&(struct key_set){keys, 0}));
    cr_expect(key_set_is_distinct(&(struct key_set){keys, 2}));
    cr_expect(not(key_set_is_distinct(&(struct key_set){keys, 3})));
    keys[2].keyid++;
    cr_expect(key_set_is_distinct(&(struct key_set){keys, 3}), "the same name, another id");
    keys[2] = keys[0];
    keys[2].name[0]++;
    cr_expect(key_set_is_distinct(&(struct key_set){keys, 3}), "the same id, another name");
}
