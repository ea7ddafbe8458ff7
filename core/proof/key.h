// key.h - named keys that sign notes, and their text forms.
//
//   verifier   ledger.example/lic1+7721fa45+AQOhB7/zzhC+...      name+id+base64(type || key)
//   signer     PRIVATE+KEY+ledger.example/lic1+7721fa45+AQAB...  ... base64(type || seed)
//
// Only the first two '+' after the name part the text; base64 may have more. Format: C2SP
// signed-note; the private form is that of Go's x/mod/sumdb/note. crypto_start() and hash_start()
// come before everything here.
#ifndef CORE_PROOF_KEY_H
#define CORE_PROOF_KEY_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/crypto.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    KEY_NAME_SIZE_MAX = 128,
    KEY_TEXT_SIZE_MAX = 12 + KEY_NAME_SIZE_MAX + 1 + 8 + 1 + 44, // of either form
    KEY_ID_SIZE = 4,
    KEY_PAYLOAD_SIZE_MAX = 8 + CRYPTO_SIGNATURE_SIZE, // of any type, without the id
    // What a cosignature may cover: its message is put together from two parts.
    KEY_COSIGNED_SIZE_MAX = 4096,
};

#define KEY_TIME_S_MAX ((uint64_t)INT64_MAX) // tlog-cosignature's bound

// One key has one type; it says what is signed and what a signature line carries.
enum key_type {
    KEY_ED25519 = 0x01,     // the text; signature
    KEY_COSIGNATURE = 0x04, // the text and a time; u64be time in seconds, signature
};

// A public key. The keyid is derived: SHA-256(name, LF, type, key), first four bytes.
struct verifier {
    char          name[KEY_NAME_SIZE_MAX + 1]; // ends with a zero
    uint32_t      name_size;
    uint32_t      keyid;
    enum key_type type;
    uint8_t       key[CRYPTO_KEY_SIZE];
};

// The key pair. Owns its secret: signer_release() when done. A zeroed one owns nothing.
struct signer {
    struct verifier      verifier;
    struct crypto_secret secret;
};

// 1..KEY_NAME_SIZE_MAX bytes of UTF-8 without Unicode space, control characters and '+'.
bool key_is_name(struct bytes name);

// STATUS_MALFORMED for a bad name, STATUS_UNSUPPORTED for an unknown type, STATUS_BAD_SIGNATURE
// for a key that crypto_is_valid_point() refuses.
MUST_CHECK enum status verifier_init(struct verifier *verifier, struct bytes name,
                                     enum key_type type, const uint8_t key[static CRYPTO_KEY_SIZE]);
// Also STATUS_MALFORMED when the id is not that of the key.
MUST_CHECK enum status verifier_parse(struct verifier *verifier, struct bytes text);
void                   verifier_print(const struct verifier *verifier, struct buffer *buffer);
struct bytes           verifier_name(const struct verifier *verifier); // lives with the verifier
bool                   verifier_is_same(const struct verifier *a, const struct verifier *b);
// Whether the payload of a signature line, without the id, signs the text.
bool verifier_verify(const struct verifier *verifier, struct bytes text, struct bytes payload);

// As for a verifier, and STATUS_OUT_OF_MEMORY. The caller wipes the seed or the text.
MUST_CHECK enum status signer_init(struct signer *signer, struct bytes name, enum key_type type,
                                   const uint8_t seed[static CRYPTO_SEED_SIZE]);
MUST_CHECK enum status signer_parse(struct signer *signer, struct bytes text);
void                   signer_release(struct signer *signer);
// The caller wipes the buffer.
void                   signer_print(const struct signer *signer, struct buffer *buffer);
// Adds the payload of a signature line, without the id. time_s, Unix seconds, counts only where the
// type carries one. A cosigned text is at most KEY_COSIGNED_SIZE_MAX.
void                   signer_sign(const struct signer *signer, struct bytes text, uint64_t time_s,
                                   struct buffer *payload);

// The time of a KEY_COSIGNATURE payload, which is long enough.
uint64_t key_payload_time(struct bytes payload);
// A keyid as signature lines carry it, big-endian.
uint32_t key_id_of(const uint8_t at[static KEY_ID_SIZE]);
void     key_id_add(struct buffer *buffer, uint32_t keyid);

// Whom a reader trusts; borrowed. At most KEY_SET_MAX.
enum { KEY_SET_MAX = 64 };

struct key_set {
    const struct verifier *at;
    uint32_t               count;
};

// No two have the same name and keyid; the set is ambiguous otherwise.
bool key_set_is_distinct(const struct key_set *keys);

#endif
