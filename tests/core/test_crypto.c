#include "core/proof/crypto.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static void start(void)
{
    cr_assert(eq(int, crypto_start(), OK));
}

TestSuite(crypto, .init = start);

static void expect_text(const char *got, const char *want, const char *when)
{
    cr_expect(strcmp(got, want) == 0, "when %s: got %s, want %s", when, got, want);
}

static const uint8_t seed[CRYPTO_SEED_SIZE] = {1, 2, 3};

Test(crypto, only_the_signed_message_verifies)
{
    struct crypto_secret secret = {0};
    uint8_t              key[CRYPTO_KEY_SIZE];
    uint8_t              signature[CRYPTO_SIGNATURE_SIZE];
    uint8_t              again[CRYPTO_SEED_SIZE];
    const struct bytes   message = bytes_of_text("consume 3");

    cr_assert(eq(int, crypto_secret_init(&secret, seed, key), OK));
    cr_expect(crypto_is_valid_point(key));
    crypto_secret_seed(&secret, again);
    cr_expect(crypto_is_equal(again, seed, sizeof seed));
    crypto_secret_sign(&secret, message, signature);
    cr_assert(crypto_verify(key, message, signature));
    cr_expect(not(crypto_verify(key, bytes_of_text("consume 4"), signature)));
    cr_expect(not(crypto_verify(key, bytes_of_text(""), signature)));
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_expect(not(crypto_verify(key, message, signature)), "bit %zu of the signature", bit);
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof key; bit++) {
        key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_expect(not(crypto_verify(key, message, signature)), "bit %zu of the key", bit);
        key[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    crypto_secret_release(&secret);
    crypto_secret_release(&secret);
}

// The order of the group added to S gives the same point, and another signature.
Test(crypto, a_signature_has_no_second_form)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    struct crypto_secret secret = {0};
    uint8_t              key[CRYPTO_KEY_SIZE];
    uint8_t              signature[CRYPTO_SIGNATURE_SIZE];
    unsigned             carry = 0;

    cr_assert(eq(int, crypto_secret_init(&secret, seed, key), OK));
    crypto_secret_sign(&secret, (struct bytes){0}, signature);
    for (size_t i = 0; i < sizeof order; i++) {
        carry += signature[32 + i] + (unsigned)order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    cr_expect(not(crypto_verify(key, (struct bytes){0}, signature)));
    crypto_secret_release(&secret);
}

Test(crypto, weak_points_are_refused)
{
    static const struct {
        const char *when, *point;
    } rows[] = {
        {"the neutral element",             "0100000000000000000000000000000000000000000000000000000000000000"},
        {"zero, of order 4",                "0000000000000000000000000000000000000000000000000000000000000000"},
        {"order 2",                         "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {"order 8",                         "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"},
        {"the prime itself, not canonical",
         "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"                                   },
        {"beyond the prime, not canonical",
         "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"                                   },
        {"no point at all",                 "0200000000000000000000000000000000000000000000000000000000000000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t point[CRYPTO_KEY_SIZE];
        cr_assert(crypto_hex_decode(bytes_of_text(rows[i].point), point, sizeof point));
        cr_expect(not(crypto_is_valid_point(point)), "when %s", rows[i].when);
    }
}

Test(crypto, base64_has_one_form_for_each_value)
{
    // RFC 4648 section 10 and the characters beyond letters.
    static const struct {
        const char *plain, *text;
    } rows[] = {
        {"",             ""        },
        {"f",            "Zg=="    },
        {"fo",           "Zm8="    },
        {"foo",          "Zm9v"    },
        {"foob",         "Zm9vYg=="},
        {"fooba",        "Zm9vYmE="},
        {"foobar",       "Zm9vYmFy"},
        {"\xfb\xff\xbf", "+/+/"    },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t       memory[16];
        char          text[16];
        size_t        size = 99;
        struct buffer buffer = buffer_over(text, sizeof text);
        crypto_base64_add(&buffer, bytes_of_text(rows[i].plain));
        expect_text(buffer_text(&buffer), rows[i].text, rows[i].text);
        cr_expect(crypto_is_base64(bytes_of_text(rows[i].text)));
        cr_assert(crypto_base64_decode(bytes_of_text(rows[i].text), memory, 6, &size), "%s",
                  rows[i].text);
        cr_expect(bytes_is_equal((struct bytes){memory, size}, bytes_of_text(rows[i].plain)));
    }
}

Test(crypto, base64_refuses_every_other_form)
{
    static const struct {
        const char *when, *text;
    } rows[] = {
        {"padding is missing",             "Zg"                                },
        {"half of the padding is missing", "Zg="                               },
        {"there is too much padding",      "Zg==="                             },
        {"padding alone",                  "===="                              },
        {"padding where none is due",      "Zm9v===="                          },
        {"bits hang over, one byte",       "Zh=="                              },
        {"bits hang over, two bytes",      "Zm9="                              },
        {"one character alone",            "Z"                                 },
        {"the alphabet is that of URLs",   "-_-_"                              },
        {"a space is inside",              "Zm 9v"                             },
        {"a line feed is at the end",      "Zm9v\n"                            },
        {"a line feed is inside",          "Zm\n9v"                            },
        {"padding is in the middle",       "Zg==Zg=="                          },
        {"a high byte is inside",          "Zm9\xc3"                           },
        {"padding ends the first piece",
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==AAAA"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t memory[64];
        size_t  size = 99;
        cr_expect(not(crypto_base64_decode(bytes_of_text(rows[i].text), memory, 64, &size)),
                  "when %s", rows[i].when);
        cr_expect(eq(sz, size, 99), "when %s", rows[i].when);
        cr_expect(not(crypto_is_base64(bytes_of_text(rows[i].text))), "when %s", rows[i].when);
    }
    const struct bytes zero = {(const uint8_t *)"Zm\0v", 4};
    cr_expect(not(crypto_is_base64(zero)), "when a zero is inside");
}

// All lengths over four pieces, and one byte of room less than needed.
Test(crypto, base64_comes_back_at_every_length)
{
    uint8_t plain[200];
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (uint8_t)(i * 37 + 11);
    }
    for (size_t size = 0; size <= sizeof plain; size++) {
        uint8_t       text[300];
        uint8_t       memory[sizeof plain];
        size_t        got = 0;
        struct buffer buffer = buffer_over(text, sizeof text);
        crypto_base64_add(&buffer, (struct bytes){plain, size});
        cr_assert(eq(sz, buffer.size, (size + 2) / 3 * 4));
        cr_assert(crypto_base64_decode(buffer_bytes(&buffer), memory, size, &got));
        cr_assert(bytes_is_equal((struct bytes){memory, got}, (struct bytes){plain, size}));
        if (size == 0) continue;
        cr_assert(not(crypto_base64_decode(buffer_bytes(&buffer), memory, size - 1, &got)));
    }
}

Test(crypto, hex_is_lower_case_and_of_the_asked_size)
{
    static const struct {
        const char *when, *text;
        bool        is_read;
    } rows[] = {
        {"as it is printed", "00ff1a9c",   true },
        {"upper case",       "00FF1a9c",   false},
        {"one digit less",   "00ff1a9",    false},
        {"a byte less",      "00ff1a",     false},
        {"a byte more",      "00ff1a9c00", false},
        {"nothing",          "",           false},
        {"a letter after f", "00ff1a9g",   false},
        {"the one before a", "00ff1a9`",   false},
        {"the one before 0", "00ff1a9/",   false},
        {"the one after 9",  "00ff1a9:",   false},
        {"a sign in front",  "+0ff1a9c",   false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t memory[4];
        char    text[9];
        bool    is_read = crypto_hex_decode(bytes_of_text(rows[i].text), memory, sizeof memory);
        cr_expect(eq(int, is_read, rows[i].is_read), "when %s", rows[i].when);
        if (!is_read) continue;
        struct buffer buffer = buffer_over(text, sizeof text);
        crypto_hex_add(&buffer, (struct bytes){memory, sizeof memory});
        expect_text(buffer_text(&buffer), rows[i].text, rows[i].text);
    }
}

// The reference vectors of SipHash-2-4: key 00..0f, input 00, 01, ...
Test(crypto, a_short_hash_is_siphash)
{
    uint8_t key[CRYPTO_SHORT_HASH_KEY_SIZE];
    uint8_t input[15];
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    memcpy(input, key, sizeof input);
    cr_expect(eq(u64, crypto_short_hash(key, (struct bytes){0}), 0x726fdb47dd0e0e31));
    cr_expect(eq(u64, crypto_short_hash(key, (struct bytes){input, 15}), 0xa129ca6149be45e5));
    key[0] ^= 1;
    cr_expect(ne(u64, crypto_short_hash(key, (struct bytes){input, 15}), 0xa129ca6149be45e5));
}

Test(crypto, random_bytes_differ_and_wiped_ones_are_zero)
{
    uint8_t a[32] = {0};
    uint8_t b[32] = {0};
    crypto_random(a, sizeof a);
    crypto_random(b, sizeof b);
    cr_expect(not(crypto_is_equal(a, b, sizeof a)));
    crypto_wipe(a, sizeof a);
    crypto_wipe(b, sizeof b);
    cr_expect(crypto_is_equal(a, b, sizeof a));
    cr_expect(eq(int, a[31], 0));
}

Test(crypto, a_second_start_does_nothing)
{
    cr_expect(eq(int, crypto_start(), OK));
}
