#include "core/proof/crypto.h"

#include <sodium.h>

#include <assert.h>
#include <string.h>

static_assert(CRYPTO_SEED_SIZE == crypto_sign_SEEDBYTES, "as libsodium has it");
static_assert(CRYPTO_KEY_SIZE == crypto_sign_PUBLICKEYBYTES, "as libsodium has it");
static_assert(CRYPTO_SIGNATURE_SIZE == crypto_sign_BYTES, "as libsodium has it");
static_assert(CRYPTO_SHORT_HASH_KEY_SIZE == crypto_shorthash_KEYBYTES, "as libsodium has it");
static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "a short hash is a number");

// Keys that no enrolment may let through. The second is a sound key plus the point of order 2,
// which the library's own check missed until 2025.
static bool refuses_weak_keys(const uint8_t key[static CRYPTO_KEY_SIZE])
{
    static const uint8_t identity[CRYPTO_KEY_SIZE] = {1};
    uint8_t              order_two[CRYPTO_KEY_SIZE] = {0xec};
    uint8_t              mixed[CRYPTO_KEY_SIZE] = {0};
    memset(order_two + 1, 0xff, CRYPTO_KEY_SIZE - 2);
    order_two[CRYPTO_KEY_SIZE - 1] = 0x7f;
    if (crypto_core_ed25519_add(mixed, key, order_two) != 0) return false;
    if (crypto_is_valid_point(identity)) return false;
    if (crypto_is_valid_point(order_two)) return false;
    if (crypto_is_valid_point(mixed)) return false;
    return crypto_is_valid_point(key);
}

// RFC 8032 7.1, test 1: the empty message.
static const uint8_t known_seed[CRYPTO_SEED_SIZE] = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
static const uint8_t known_key[CRYPTO_KEY_SIZE] = {
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
    0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
static const uint8_t known_signature[CRYPTO_SIGNATURE_SIZE] = {
    0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72, 0x90, 0x86, 0xe2, 0xcc, 0x80, 0x6e, 0x82, 0x8a,
    0x84, 0x87, 0x7f, 0x1e, 0xb8, 0xe5, 0xd9, 0x74, 0xd8, 0x73, 0xe0, 0x65, 0x22, 0x49, 0x01, 0x55,
    0x5f, 0xb8, 0x82, 0x15, 0x90, 0xa3, 0x3b, 0xac, 0xc6, 0x1e, 0x39, 0x70, 0x1c, 0xf9, 0xb4, 0x6b,
    0xd2, 0x5b, 0xf5, 0xf0, 0x59, 0x5b, 0xbe, 0x24, 0x65, 0x51, 0x41, 0x43, 0x8e, 0x7a, 0x10, 0x0b};

enum status crypto_start(void)
{
    uint8_t key[CRYPTO_KEY_SIZE];
    uint8_t pair[crypto_sign_SECRETKEYBYTES];
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];

    if (sodium_init() < 0) return STATUS_UNSUPPORTED;
    crypto_sign_seed_keypair(key, pair, known_seed);
    if (memcmp(key, known_key, sizeof key) != 0) return STATUS_UNSUPPORTED;
    crypto_sign_detached(signature, NULL, (const uint8_t *)"", 0, pair);
    if (memcmp(signature, known_signature, sizeof signature) != 0) return STATUS_UNSUPPORTED;
    if (!crypto_verify(key, (struct bytes){0}, signature)) return STATUS_UNSUPPORTED;
    signature[0] ^= 1;
    if (crypto_verify(key, (struct bytes){0}, signature)) return STATUS_UNSUPPORTED;
    return refuses_weak_keys(key) ? OK : STATUS_UNSUPPORTED;
}

enum status crypto_secret_init(struct crypto_secret *secret,
                               const uint8_t         seed[static CRYPTO_SEED_SIZE],
                               uint8_t               key[static CRYPTO_KEY_SIZE])
{
    uint8_t *pair = sodium_malloc(crypto_sign_SECRETKEYBYTES);
    if (pair == NULL) return STATUS_OUT_OF_MEMORY;
    // sodium_malloc() goes on when locking fails, so it is asked again.
    if (sodium_mlock(pair, crypto_sign_SECRETKEYBYTES) != 0) {
        sodium_free(pair);
        return STATUS_OUT_OF_MEMORY;
    }
    crypto_sign_seed_keypair(key, pair, seed);
    const int result = sodium_mprotect_readonly(pair);
    assert(result == 0);
    secret->at = pair;
    return OK;
}

void crypto_secret_release(struct crypto_secret *secret)
{
    sodium_free(secret->at);
    secret->at = NULL;
}

void crypto_secret_seed(const struct crypto_secret *secret, uint8_t seed[static CRYPTO_SEED_SIZE])
{
    crypto_sign_ed25519_sk_to_seed(seed, secret->at);
}

void crypto_secret_sign(const struct crypto_secret *secret, struct bytes message,
                        uint8_t signature[static CRYPTO_SIGNATURE_SIZE])
{
    crypto_sign_detached(signature, NULL, message.at, message.size, secret->at);
}

bool crypto_verify(const uint8_t key[static CRYPTO_KEY_SIZE], struct bytes message,
                   const uint8_t signature[static CRYPTO_SIGNATURE_SIZE])
{
    return crypto_sign_verify_detached(signature, message.at, message.size, key) == 0;
}

bool crypto_is_valid_point(const uint8_t key[static CRYPTO_KEY_SIZE])
{
    return crypto_core_ed25519_is_valid_point(key) == 1;
}

void crypto_random(void *memory, size_t size)
{
    randombytes_buf(memory, size);
}

void crypto_wipe(void *memory, size_t size)
{
    sodium_memzero(memory, size);
}

bool crypto_is_equal(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

uint64_t crypto_short_hash(const uint8_t key[static CRYPTO_SHORT_HASH_KEY_SIZE], struct bytes bytes)
{
    uint64_t number = 0;
    static_assert(sizeof number == crypto_shorthash_BYTES, "all of the hash");
    crypto_shorthash((uint8_t *)&number, bytes.at, bytes.size, key);
    return number;
}

// Base64 goes piece by piece, so that no length needs memory of its own.
enum { PIECE_SIZE = 48, PIECE_TEXT_SIZE = 64 };
static_assert(PIECE_SIZE / 3 * 4 == PIECE_TEXT_SIZE, "a piece has no padding");

static void encode(struct bytes bytes, char text[static PIECE_TEXT_SIZE + 1])
{
    assert(bytes.size <= PIECE_SIZE);
    sodium_bin2base64(text, PIECE_TEXT_SIZE + 1, bytes.at, bytes.size,
                      sodium_base64_VARIANT_ORIGINAL);
}

static bool decode(struct bytes text, uint8_t piece[static PIECE_SIZE], size_t *size)
{
    char      again[PIECE_TEXT_SIZE + 1];
    const int result = sodium_base642bin(piece, PIECE_SIZE, (const char *)text.at, text.size, NULL,
                                         size, NULL, sodium_base64_VARIANT_ORIGINAL);
    if (result != 0) return false;
    encode((struct bytes){piece, *size}, again);
    return bytes_is_equal(bytes_of_text(again), text);
}

void crypto_base64_add(struct buffer *buffer, struct bytes bytes)
{
    char text[PIECE_TEXT_SIZE + 1];
    while (bytes.size > 0) {
        const size_t size = bytes.size < PIECE_SIZE ? bytes.size : PIECE_SIZE;
        encode((struct bytes){bytes.at, size}, text);
        buffer_add_text(buffer, text);
        bytes = bytes_after(bytes, size);
    }
    crypto_wipe(text, sizeof text);
}

// Hands the decoded pieces to the buffer, or nowhere when it is NULL.
static bool decode_all(struct bytes text, struct buffer *buffer)
{
    uint8_t piece[PIECE_SIZE];
    bool    is_decoded = true;
    while (is_decoded && text.size > 0) {
        const bool   is_last = text.size <= PIECE_TEXT_SIZE;
        const size_t text_size = is_last ? text.size : PIECE_TEXT_SIZE;
        size_t       size = 0;
        is_decoded = decode((struct bytes){text.at, text_size}, piece, &size);
        if (!is_last && size != PIECE_SIZE) is_decoded = false; // padding in the middle
        if (is_decoded && buffer != NULL) buffer_add(buffer, (struct bytes){piece, size});
        text = bytes_after(text, text_size);
    }
    crypto_wipe(piece, sizeof piece);
    return is_decoded;
}

bool crypto_base64_decode(struct bytes text, void *memory, size_t size_max, size_t *size)
{
    struct buffer buffer = buffer_over(memory, size_max);
    if (!decode_all(text, &buffer) || buffer.is_full) return false;
    *size = buffer.size;
    return true;
}

bool crypto_is_base64(struct bytes text)
{
    return decode_all(text, NULL);
}

void crypto_hex_add(struct buffer *buffer, struct bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        buffer_add_byte(buffer, (uint8_t)digits[bytes.at[i] >> 4]);
        buffer_add_byte(buffer, (uint8_t)digits[bytes.at[i] & 15]);
    }
}

static bool hex_digit(uint8_t digit, unsigned *value)
{
    const bool is_decimal = digit >= '0' && digit <= '9';
    const bool is_letter = digit >= 'a' && digit <= 'f';
    if (!is_decimal && !is_letter) return false;
    *value = is_decimal ? digit - (unsigned)'0' : digit - (unsigned)'a' + 10;
    return true;
}

bool crypto_hex_decode(struct bytes text, void *memory, size_t size)
{
    uint8_t *bytes = memory;
    if (text.size != 2 * size) return false;
    for (size_t i = 0; i < size; i++) {
        unsigned high = 0;
        unsigned low = 0;
        if (!hex_digit(text.at[2 * i], &high) || !hex_digit(text.at[2 * i + 1], &low)) return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
