#include "core/proof/key.h"

#include "core/proof/hash.h"
#include "core/proof/text.h"

#include <assert.h>
#include <string.h>

#define PRIVATE_PREFIX "PRIVATE+KEY+"
static_assert(sizeof PRIVATE_PREFIX - 1 == 12, "as KEY_TEXT_SIZE_MAX counts it");

enum { TIME_SIZE = 8 };
static_assert(KEY_PAYLOAD_SIZE_MAX == TIME_SIZE + CRYPTO_SIGNATURE_SIZE, "the longest is timed");

// What a type signs and what its payload looks like.
struct type_row {
    enum key_type type;
    void (*sign)(const struct signer *, struct bytes text, uint64_t time_s, struct buffer *payload);
    bool (*verify)(const struct verifier *, struct bytes text, struct bytes payload);
};

static void sign_text(const struct signer *signer, struct bytes text, uint64_t time_s,
                      struct buffer *payload)
{
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    (void)time_s;
    crypto_secret_sign(&signer->secret, text, signature);
    buffer_add(payload, (struct bytes){signature, sizeof signature});
}

static bool verify_text(const struct verifier *verifier, struct bytes text, struct bytes payload)
{
    if (payload.size != CRYPTO_SIGNATURE_SIZE) return false;
    return crypto_verify(verifier->key, text, payload.at);
}

// tlog-cosignature: two lines before the text.
struct cosigned {
    uint8_t at[15 + 5 + 20 + 1 + KEY_COSIGNED_SIZE_MAX];
};

static struct bytes cosigned_message(struct cosigned *memory, struct bytes text, uint64_t time_s)
{
    struct buffer message = buffer_over(memory->at, sizeof memory->at);
    buffer_add_text(&message, "cosignature/v1\ntime ");
    buffer_add_decimal(&message, time_s);
    buffer_add_byte(&message, '\n');
    buffer_add(&message, text);
    assert(!message.is_full);
    return buffer_bytes(&message);
}

static void sign_timed(const struct signer *signer, struct bytes text, uint64_t time_s,
                       struct buffer *payload)
{
    uint8_t         signature[CRYPTO_SIGNATURE_SIZE];
    struct cosigned memory;
    assert(text.size <= KEY_COSIGNED_SIZE_MAX);
    assert(time_s <= KEY_TIME_S_MAX);
    crypto_secret_sign(&signer->secret, cosigned_message(&memory, text, time_s), signature);
    for (int shift = 56; shift >= 0; shift -= 8) {
        buffer_add_byte(payload, (uint8_t)(time_s >> shift));
    }
    buffer_add(payload, (struct bytes){signature, sizeof signature});
}

static bool verify_timed(const struct verifier *verifier, struct bytes text, struct bytes payload)
{
    struct cosigned memory;
    if (payload.size != TIME_SIZE + CRYPTO_SIGNATURE_SIZE) return false;
    if (text.size > KEY_COSIGNED_SIZE_MAX) return false;
    const uint64_t time_s = key_payload_time(payload);
    if (time_s > KEY_TIME_S_MAX) return false;
    return crypto_verify(verifier->key, cosigned_message(&memory, text, time_s),
                         payload.at + TIME_SIZE);
}

static const struct type_row type_rows[] = {
    {KEY_ED25519,     sign_text,  verify_text },
    {KEY_COSIGNATURE, sign_timed, verify_timed},
};

static const struct type_row *type_row(unsigned type)
{
    for (size_t i = 0; i < sizeof type_rows / sizeof type_rows[0]; i++) {
        if (type_rows[i].type == type) return &type_rows[i];
    }
    return NULL;
}

uint64_t key_payload_time(struct bytes payload)
{
    uint64_t time_s = 0;
    assert(payload.size >= TIME_SIZE);
    for (size_t i = 0; i < TIME_SIZE; i++) {
        time_s = time_s << 8 | payload.at[i];
    }
    return time_s;
}

uint32_t key_id_of(const uint8_t at[static KEY_ID_SIZE])
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

void key_id_add(struct buffer *buffer, uint32_t keyid)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        buffer_add_byte(buffer, (uint8_t)(keyid >> shift));
    }
}

bool key_is_name(struct bytes name)
{
    return name.size <= KEY_NAME_SIZE_MAX && text_is_name(name);
}

static uint32_t derive_keyid(const struct verifier *verifier)
{
    uint8_t       memory[KEY_NAME_SIZE_MAX + 2 + CRYPTO_KEY_SIZE];
    struct buffer buffer = buffer_over(memory, sizeof memory);
    buffer_add(&buffer, verifier_name(verifier));
    buffer_add_byte(&buffer, '\n');
    buffer_add_byte(&buffer, (uint8_t)verifier->type);
    buffer_add(&buffer, (struct bytes){verifier->key, CRYPTO_KEY_SIZE});
    assert(!buffer.is_full);
    const struct hash hash = hash_bytes(buffer_bytes(&buffer));
    return key_id_of(hash.at);
}

enum status verifier_init(struct verifier *verifier, struct bytes name, enum key_type type,
                          const uint8_t key[static CRYPTO_KEY_SIZE])
{
    if (!key_is_name(name)) return STATUS_MALFORMED;
    if (type_row(type) == NULL) return STATUS_UNSUPPORTED;
    if (!crypto_is_valid_point(key)) return STATUS_BAD_SIGNATURE;
    struct verifier made = {.name_size = (uint32_t)name.size, .type = type};
    memcpy(made.name, name.at, name.size);
    memcpy(made.key, key, CRYPTO_KEY_SIZE);
    made.keyid = derive_keyid(&made);
    *verifier = made;
    return OK;
}

// What both text forms hold after their prefix.
struct parts {
    struct bytes name;
    uint32_t     keyid;
    uint8_t      type;
    uint8_t      content[CRYPTO_KEY_SIZE]; // public key or seed
};
static_assert(CRYPTO_KEY_SIZE == CRYPTO_SEED_SIZE, "one text form for both");

static enum status parse_parts(struct bytes text, struct parts *parts)
{
    uint8_t      keyid[KEY_ID_SIZE];
    uint8_t      content[1 + CRYPTO_KEY_SIZE];
    size_t       size = 0;
    enum status  status = STATUS_MALFORMED;
    struct bytes rest = text;

    parts->name = bytes_cut(&rest, '+');
    const struct bytes hex = bytes_cut(&rest, '+');
    if (!crypto_hex_decode(hex, keyid, sizeof keyid)) goto out;
    if (!crypto_base64_decode(rest, content, sizeof content, &size)) goto out;
    if (size == 0) goto out;
    status = STATUS_UNSUPPORTED;
    if (type_row(content[0]) == NULL) goto out;
    status = STATUS_MALFORMED;
    if (size != sizeof content) goto out;
    parts->keyid = key_id_of(keyid);
    parts->type = content[0];
    memcpy(parts->content, content + 1, CRYPTO_KEY_SIZE);
    status = OK;
out:
    crypto_wipe(content, sizeof content);
    return status;
}

static void print_parts(const struct verifier *verifier, const uint8_t content[CRYPTO_KEY_SIZE],
                        struct buffer *buffer)
{
    uint8_t       memory[KEY_ID_SIZE];
    uint8_t       typed[1 + CRYPTO_KEY_SIZE];
    struct buffer keyid = buffer_over(memory, sizeof memory);
    key_id_add(&keyid, verifier->keyid);
    typed[0] = (uint8_t)verifier->type;
    memcpy(typed + 1, content, CRYPTO_KEY_SIZE);
    buffer_add(buffer, verifier_name(verifier));
    buffer_add_byte(buffer, '+');
    crypto_hex_add(buffer, buffer_bytes(&keyid));
    buffer_add_byte(buffer, '+');
    crypto_base64_add(buffer, (struct bytes){typed, sizeof typed});
    crypto_wipe(typed, sizeof typed);
}

enum status verifier_parse(struct verifier *verifier, struct bytes text)
{
    struct parts    parts = {0};
    struct verifier made;
    enum status     status = parse_parts(text, &parts);
    if (status != OK) return status;
    status = verifier_init(&made, parts.name, (enum key_type)parts.type, parts.content);
    if (status != OK) return status;
    if (made.keyid != parts.keyid) return STATUS_MALFORMED;
    *verifier = made;
    return OK;
}

void verifier_print(const struct verifier *verifier, struct buffer *buffer)
{
    print_parts(verifier, verifier->key, buffer);
}

struct bytes verifier_name(const struct verifier *verifier)
{
    return (struct bytes){(const uint8_t *)verifier->name, verifier->name_size};
}

bool verifier_is_same(const struct verifier *a, const struct verifier *b)
{
    return a->keyid == b->keyid && bytes_is_equal(verifier_name(a), verifier_name(b));
}

bool verifier_verify(const struct verifier *verifier, struct bytes text, struct bytes payload)
{
    const struct type_row *row = type_row(verifier->type);
    assert(row != NULL);
    return row->verify(verifier, text, payload);
}

enum status signer_init(struct signer *signer, struct bytes name, enum key_type type,
                        const uint8_t seed[static CRYPTO_SEED_SIZE])
{
    uint8_t       key[CRYPTO_KEY_SIZE];
    struct signer made = {0};
    enum status   status = crypto_secret_init(&made.secret, seed, key);
    if (status != OK) return status;
    status = verifier_init(&made.verifier, name, type, key);
    if (status != OK) {
        crypto_secret_release(&made.secret);
        return status;
    }
    *signer = made;
    return OK;
}

enum status signer_parse(struct signer *signer, struct bytes text)
{
    const struct bytes prefix = bytes_of_text(PRIVATE_PREFIX);
    struct parts       parts = {0};
    struct signer      made = {0};
    if (!bytes_starts_with(text, prefix)) return STATUS_MALFORMED;
    enum status status = parse_parts(bytes_after(text, prefix.size), &parts);
    if (status == OK) {
        status = signer_init(&made, parts.name, (enum key_type)parts.type, parts.content);
    }
    if (status == OK && made.verifier.keyid != parts.keyid) status = STATUS_MALFORMED;
    crypto_wipe(&parts, sizeof parts);
    if (status != OK) {
        signer_release(&made);
        return status;
    }
    *signer = made;
    return OK;
}

void signer_release(struct signer *signer)
{
    crypto_secret_release(&signer->secret);
}

void signer_print(const struct signer *signer, struct buffer *buffer)
{
    uint8_t seed[CRYPTO_SEED_SIZE];
    crypto_secret_seed(&signer->secret, seed);
    buffer_add_text(buffer, PRIVATE_PREFIX);
    print_parts(&signer->verifier, seed, buffer);
    crypto_wipe(seed, sizeof seed);
}

void signer_sign(const struct signer *signer, struct bytes text, uint64_t time_s,
                 struct buffer *payload)
{
    const struct type_row *row = type_row(signer->verifier.type);
    assert(row != NULL);
    row->sign(signer, text, time_s, payload);
}

bool key_set_is_distinct(const struct key_set *keys)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (verifier_is_same(&keys->at[i], &keys->at[j])) return false;
        }
    }
    return true;
}
