#include "core/proof/key_certificate.h"

#include "core/base/limits.h"
#include "core/proof/crypto.h"
#include "core/proof/note.h"

#include <assert.h>
#include <stddef.h>

#define FIRST_LINE  "licet/key-cert/v1"
#define ROOT_PREFIX "root."

enum { TEXT_SIZE_MAX = 512 };
static_assert(KEY_CERTIFICATE_SIZE_MAX >= TEXT_SIZE_MAX + 1 + NOTE_LINE_SIZE_MAX,
              "the largest that we make is read");

// --- The root ---------------------------------------------------------------

struct root_name {
    uint8_t at[sizeof ROOT_PREFIX + KEY_NAME_SIZE_MAX];
};

static struct bytes name_of_root(struct root_name *name, struct bytes origin)
{
    struct buffer buffer = buffer_over(name->at, sizeof name->at);
    buffer_add_text(&buffer, ROOT_PREFIX);
    buffer_add(&buffer, origin);
    return buffer.is_full ? (struct bytes){NULL, 0} : buffer_bytes(&buffer);
}

enum status key_root_init(struct verifier *root, struct bytes origin,
                          const uint8_t key[static CRYPTO_KEY_SIZE])
{
    struct root_name name;
    return verifier_init(root, name_of_root(&name, origin), KEY_ED25519, key);
}

enum status key_root_signer(struct signer *root, struct bytes origin, const struct signer *recovery)
{
    struct root_name name;
    uint8_t          seed[CRYPTO_SEED_SIZE];
    crypto_secret_seed(&recovery->secret, seed);
    const enum status status = signer_init(root, name_of_root(&name, origin), KEY_ED25519, seed);
    crypto_wipe(seed, sizeof seed);
    return status;
}

// --- Writing ----------------------------------------------------------------

static void add_number(struct buffer *text, const char *word, uint64_t number)
{
    buffer_add_text(text, word);
    buffer_add_decimal(text, number);
    buffer_add_byte(text, '\n');
}

static void add_keyid(struct buffer *text, const char *word, uint32_t keyid)
{
    uint8_t       room[KEY_ID_SIZE];
    struct buffer bytes = buffer_over(room, sizeof room);
    key_id_add(&bytes, keyid);
    buffer_add_text(text, word);
    crypto_hex_add(text, buffer_bytes(&bytes));
    buffer_add_byte(text, '\n');
}

static void print(const struct key_certificate *certificate, struct buffer *text)
{
    buffer_add_text(text, FIRST_LINE "\norigin ");
    buffer_add(text, verifier_name(&certificate->key));
    buffer_add_text(text, "\nvkey ");
    verifier_print(&certificate->key, text);
    buffer_add_byte(text, '\n');
    add_number(text, "epoch ", certificate->epoch);
    add_number(text, "size-from ", certificate->size_from);
    add_number(text, "not-before ", certificate->not_before_s);
    add_number(text, "not-after ", certificate->not_after_s);
    add_keyid(text, "previous ", certificate->previous);
}

void key_certificate_write(const struct key_certificate *certificate, const struct signer *root,
                           struct buffer *note)
{
    uint8_t       memory[TEXT_SIZE_MAX];
    struct buffer text = buffer_over(memory, sizeof memory);
    assert(certificate->key.type == KEY_ED25519);
    print(certificate, &text);
    assert(!text.is_full);
    note_begin(buffer_bytes(&text), note);
    note_sign(buffer_bytes(&text), root, 0, note);
}

// --- Reading ----------------------------------------------------------------

// The rest of the next line, which begins with the word; no bytes when it has another.
static struct bytes take(struct bytes *text, const char *word)
{
    const struct bytes line = bytes_cut(text, '\n');
    const struct bytes wanted = bytes_of_text(word);
    if (!bytes_starts_with(line, wanted)) return (struct bytes){NULL, 0};
    return bytes_after(line, wanted.size);
}

static bool take_number(struct bytes *text, const char *word, uint64_t max, uint64_t *number)
{
    return bytes_to_decimal(take(text, word), max, number);
}

static bool take_keyid(struct bytes *text, const char *word, uint32_t *keyid)
{
    uint8_t id[KEY_ID_SIZE];
    if (!crypto_hex_decode(take(text, word), id, sizeof id)) return false;
    *keyid = key_id_of(id);
    return true;
}

static bool take_key(struct bytes *text, struct verifier *key)
{
    const struct bytes origin = take(text, "origin ");
    if (verifier_parse(key, take(text, "vkey ")) != OK) return false;
    return key->type == KEY_ED25519 && bytes_is_equal(verifier_name(key), origin);
}

enum status key_certificate_read(struct bytes note, struct key_certificate *certificate)
{
    struct key_certificate read;
    struct note            parsed;
    if (note.size > KEY_CERTIFICATE_SIZE_MAX) return STATUS_TOO_LARGE;
    const enum status status = note_parse(note, &parsed);
    if (status != OK) return status;
    struct bytes text = parsed.text;
    const bool   is_read = bytes_is_equal(bytes_cut(&text, '\n'), bytes_of_text(FIRST_LINE)) &&
                         take_key(&text, &read.key) &&
                         take_number(&text, "epoch ", UINT64_MAX, &read.epoch) &&
                         take_number(&text, "size-from ", INT64_MAX, &read.size_from) &&
                         take_number(&text, "not-before ", KEY_TIME_S_MAX, &read.not_before_s) &&
                         take_number(&text, "not-after ", KEY_TIME_S_MAX, &read.not_after_s) &&
                         take_keyid(&text, "previous ", &read.previous);
    if (!is_read || text.size > 0) return STATUS_MALFORMED;
    if (read.epoch == 0 || read.not_before_s >= read.not_after_s) return STATUS_MALFORMED;
    *certificate = read;
    return OK;
}

// --- Whether it fits --------------------------------------------------------

static bool is_by_root(struct bytes note, const struct verifier *root)
{
    struct note parsed;
    uint64_t    signed_by = 0;
    return note_parse(note, &parsed) == OK &&
           note_verify(&parsed, &(struct key_set){root, 1}, &signed_by) == OK;
}

enum key_certificate_flaw key_certificate_judge(struct bytes                 note,
                                                const struct key_succession *succession,
                                                struct key_certificate      *certificate)
{
    const struct verifier *current = succession->current;
    const uint64_t         time_s = succession->time_ms / 1000;
    struct key_certificate read;
    if (key_certificate_read(note, &read) != OK) return CERTIFICATE_MALFORMED;
    *certificate = read;
    if (!is_by_root(note, succession->root)) return CERTIFICATE_UNTRUSTED;
    if (!bytes_is_equal(verifier_name(&read.key), verifier_name(current))) {
        return CERTIFICATE_OTHER_LEDGER;
    }
    if (read.epoch != succession->epoch + 1) return CERTIFICATE_OUT_OF_TURN;
    if (read.previous != current->keyid) return CERTIFICATE_OUT_OF_TURN;
    if (succession->seq < read.size_from || time_s < read.not_before_s) {
        return CERTIFICATE_TOO_EARLY;
    }
    return time_s < read.not_after_s ? CERTIFICATE_FITS : CERTIFICATE_TOO_LATE;
}

const char *key_certificate_flaw_sentence(enum key_certificate_flaw flaw)
{
    static const char *const sentences[] = {
        [CERTIFICATE_FITS] = "the certificate is in order",
        [CERTIFICATE_MALFORMED] = "it is no key certificate",
        [CERTIFICATE_UNTRUSTED] = "the ledger's recovery key did not sign the certificate",
        [CERTIFICATE_OTHER_LEDGER] = "the certificate is for another ledger",
        [CERTIFICATE_OUT_OF_TURN] =
            "the certificate does not follow the key that signed until then",
        [CERTIFICATE_TOO_EARLY] = "the certificate did not hold yet",
        [CERTIFICATE_TOO_LATE] = "the certificate held no longer",
    };
    assert((size_t)flaw < sizeof sentences / sizeof sentences[0]);
    return sentences[flaw];
}
