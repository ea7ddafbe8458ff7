// crypto.h - Ed25519, random bytes, secrets in locked memory, base64 and hex.
//
// crypto_start() comes once, before threads and before anything else here; after it every function
// may be called from any thread. Ed25519 is RFC 8032, plain: messages are signed as they are. The
// library's own names begin with crypto_ too, so ours must be checked against it: a clash would
// replace its function by ours.
#ifndef CORE_PROOF_CRYPTO_H
#define CORE_PROOF_CRYPTO_H

#include "core/base/bytes.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CRYPTO_SEED_SIZE = 32,
    CRYPTO_KEY_SIZE = 32, // public
    CRYPTO_SIGNATURE_SIZE = 64,
    CRYPTO_SHORT_HASH_KEY_SIZE = 16,
};

// STATUS_UNSUPPORTED when the library does not start, computes something else than RFC 8032, or
// lets keys of small or mixed order through.
MUST_CHECK enum status crypto_start(void);

// A private key in memory that is locked, guarded on both sides, left out of core dumps and, once
// made, read-only. Each takes pages of its own: for the few keys that live long.
struct crypto_secret {
    uint8_t *at; // NULL: nothing to release
};

// Makes the pair of a seed and gives its public key. The seed stays the caller's, to be wiped.
// STATUS_OUT_OF_MEMORY also when no memory can be locked.
MUST_CHECK enum status crypto_secret_init(struct crypto_secret *secret,
                                          const uint8_t         seed[static CRYPTO_SEED_SIZE],
                                          uint8_t               key[static CRYPTO_KEY_SIZE]);
void                   crypto_secret_release(struct crypto_secret *secret);
// What the pair was made of; wipe it soon.
void crypto_secret_seed(const struct crypto_secret *secret, uint8_t seed[static CRYPTO_SEED_SIZE]);

void crypto_secret_sign(const struct crypto_secret *secret, struct bytes message,
                        uint8_t signature[static CRYPTO_SIGNATURE_SIZE]);
bool crypto_verify(const uint8_t key[static CRYPTO_KEY_SIZE], struct bytes message,
                   const uint8_t signature[static CRYPTO_SIGNATURE_SIZE]);
// A canonical point of the main subgroup. Asked once, when a key is enrolled: verifiers disagree
// about signatures by any other key.
bool crypto_is_valid_point(const uint8_t key[static CRYPTO_KEY_SIZE]);

void crypto_random(void *memory, size_t size);
void crypto_wipe(void *memory, size_t size);
bool crypto_is_equal(const void *a, const void *b, size_t size); // in constant time

// SipHash-2-4: fast, and its collisions cannot be guessed without the key.
uint64_t crypto_short_hash(const uint8_t key[static CRYPTO_SHORT_HASH_KEY_SIZE],
                           struct bytes  bytes);

// Base64 of RFC 4648 section 4, with padding. Decoding refuses everything that would not encode to
// the same characters again, and more than size_max bytes; it then writes neither *size nor
// anything to be relied on into memory.
void crypto_base64_add(struct buffer *buffer, struct bytes bytes);
bool crypto_base64_decode(struct bytes text, void *memory, size_t size_max, size_t *size);
bool crypto_is_base64(struct bytes text); // of any length, the empty one included

// Two lower case digits a byte. Decoding refuses all but exactly 2 * size of them.
void crypto_hex_add(struct buffer *buffer, struct bytes bytes);
bool crypto_hex_decode(struct bytes text, void *memory, size_t size);

#endif
