#include "core/proof/epochs.h"

#include "core/proof/key_certificate.h"

#include <assert.h>
#include <string.h>

static void add(struct epochs *epochs, const struct verifier *key, uint64_t seq)
{
    assert(epochs->count < EPOCH_MAX);
    struct epoch *epoch = &epochs->of[epochs->count++];
    epoch->seq = seq;
    epoch->keyid = key->keyid;
    memcpy(epoch->key, key->key, sizeof epoch->key);
}

void epochs_init(struct epochs *epochs, const struct verifier *first, const uint8_t *recovery_key)
{
    epochs->count = 0;
    epochs->root.name_size = 0;
    epochs->origin_size = first->name_size;
    memcpy(epochs->origin, first->name, first->name_size);
    add(epochs, first, 0);
    if (recovery_key == NULL) return;
    const enum status status = key_root_init(&epochs->root, verifier_name(first), recovery_key);
    if (status != OK) epochs->root.name_size = 0;
}

struct bytes epochs_origin(const struct epochs *epochs)
{
    return (struct bytes){(const uint8_t *)epochs->origin, epochs->origin_size};
}

// Made of its parts: the id was derived when the epoch began.
struct verifier epochs_key(const struct epochs *epochs, uint32_t epoch)
{
    assert(epoch < epochs->count);
    struct verifier key = {
        .name_size = epochs->origin_size, .keyid = epochs->of[epoch].keyid, .type = KEY_ED25519};
    memcpy(key.name, epochs->origin, epochs->origin_size);
    memcpy(key.key, epochs->of[epoch].key, sizeof key.key);
    return key;
}

static uint32_t find_keyid(const struct epochs *epochs, uint32_t keyid)
{
    uint32_t i = 0;
    while (i < epochs->count && epochs->of[i].keyid != keyid) {
        i++;
    }
    return i;
}

uint32_t epochs_find(const struct epochs *epochs, const struct verifier *key)
{
    const uint32_t epoch = find_keyid(epochs, key->keyid); // 4 bytes: others can have the same
    if (epoch == epochs->count || key->type != KEY_ED25519) return epochs->count;
    if (!bytes_is_equal(verifier_name(key), epochs_origin(epochs))) return epochs->count;
    const bool is_same = memcmp(epochs->of[epoch].key, key->key, sizeof key->key) == 0;
    return is_same ? epoch : epochs->count;
}

const char *epochs_rotate(struct epochs *epochs, struct bytes certificate, uint64_t seq,
                          uint64_t time_ms)
{
    struct key_certificate      read;
    const struct verifier       current = epochs_key(epochs, epochs->count - 1);
    const struct key_succession succession = {.root = &epochs->root,
                                              .current = &current,
                                              .epoch = epochs->count - 1,
                                              .seq = seq,
                                              .time_ms = time_ms};
    if (epochs->root.name_size == 0) return "the ledger has no root that could certify a key";
    if (seq <= epochs->of[epochs->count - 1].seq) return "the key was rotated there already";
    if (epochs->count == EPOCH_MAX) return "the key was rotated as often as it can be";
    const enum key_certificate_flaw flaw = key_certificate_judge(certificate, &succession, &read);
    if (flaw != CERTIFICATE_FITS) return key_certificate_flaw_sentence(flaw);
    if (find_keyid(epochs, read.key.keyid) < epochs->count) {
        return "the ledger has had the key of the certificate before";
    }
    add(epochs, &read.key, seq);
    return NULL;
}

// --- The rule ---------------------------------------------------------------

// The newest that a head of that size knows of.
static uint32_t epoch_at(const struct epochs *epochs, uint64_t size)
{
    uint32_t epoch = epochs->count - 1;
    while (epoch > 0 && epochs->of[epoch].seq >= size) {
        epoch--;
    }
    return epoch;
}

static uint32_t first_signer(const struct epochs *epochs, uint64_t size)
{
    const uint32_t epoch = epoch_at(epochs, size);
    return epoch > 0 && epochs->of[epoch].seq + 1 == size ? epoch - 1 : epoch;
}

uint32_t epochs_signers(const struct epochs *epochs, uint64_t size,
                        struct verifier keys[static EPOCH_SIGNER_MAX])
{
    const uint32_t first = first_signer(epochs, size), last = epoch_at(epochs, size);
    for (uint32_t i = first; i <= last; i++) {
        keys[i - first] = epochs_key(epochs, i);
    }
    return last - first + 1;
}

const char *epochs_offence(const struct epochs *epochs, const struct note *note, uint64_t size)
{
    const uint32_t        first = first_signer(epochs, size), last = epoch_at(epochs, size);
    struct bytes          lines = note->signatures;
    struct note_signature signature;
    bool                  has_first = false, has_last = false;
    while (note_next_signature(&lines, &signature)) {
        if (!bytes_is_equal(signature.name, epochs_origin(epochs))) continue;
        const uint32_t epoch = find_keyid(epochs, signature.keyid);
        if (epoch == epochs->count) continue;
        if (epoch < first) return "a key of the ledger signed it whose epoch was over";
        if (epoch > last) return "a key of the ledger signed it whose epoch had not begun";
        has_first = has_first || epoch == first;
        has_last = has_last || epoch == last;
    }
    if (has_first && has_last) return NULL;
    if (first == last) return "the ledger's key of that time did not sign it";
    return has_last ? "the key that the rotation ends did not sign it"
                    : "the key that the rotation begins did not sign it";
}

enum { PRESENT_MAX = EPOCH_SIGNER_MAX + 1 }; // with so many, one is wrong

// The keys of the ledger that the note has lines of.
static uint32_t find_present(const struct epochs *epochs, const struct note *note,
                             struct verifier keys[static PRESENT_MAX])
{
    struct bytes          lines = note->signatures;
    struct note_signature signature;
    uint32_t              count = 0;
    while (note_next_signature(&lines, &signature) && count < PRESENT_MAX) {
        const uint32_t epoch = find_keyid(epochs, signature.keyid);
        const bool     is_own = bytes_is_equal(signature.name, epochs_origin(epochs));
        if (!is_own || epoch == epochs->count) continue;
        uint32_t at = 0;
        while (at < count && keys[at].keyid != signature.keyid) {
            at++;
        }
        if (at == count) keys[count++] = epochs_key(epochs, epoch);
    }
    return count;
}

// Lines of none of the keys are none that are wrong.
static enum status verify_others(const struct note *note, const struct key_set *keys,
                                 uint64_t *signed_by)
{
    *signed_by = 0;
    const enum status status = note_verify(note, keys, signed_by);
    return status == STATUS_UNKNOWN_KEY ? OK : status;
}

// What is signed is verified before it is read.
enum status epochs_verify(const struct epochs *epochs, struct bytes note,
                          const struct key_set *others, struct checkpoint *checkpoint,
                          uint64_t *signed_by)
{
    struct verifier   own[PRESENT_MAX];
    struct key_set    keys = {.at = own};
    struct note       parsed;
    struct checkpoint head;
    uint64_t          signed_by_own = 0, signed_by_others = 0;
    enum status       status = note_parse(note, &parsed);
    if (status != OK) return status;
    keys.count = find_present(epochs, &parsed, own);
    status = note_verify(&parsed, &keys, &signed_by_own);
    if (status == OK) status = verify_others(&parsed, others, &signed_by_others);
    if (status == OK) status = checkpoint_parse(parsed.text, &head);
    if (status != OK) return status;
    if (!bytes_is_equal(head.origin, epochs_origin(epochs))) return STATUS_UNKNOWN_KEY;
    if (epochs_offence(epochs, &parsed, head.size) != NULL) return STATUS_UNKNOWN_KEY;
    *checkpoint = head;
    *signed_by = signed_by_others;
    return OK;
}
