#include "ledger/rotations.h"

#include "core/base/pack.h"
#include "core/event/proposal.h"
#include "core/proof/key_certificate.h"
#include "ledger/big_endian.h"

enum status rotations_put(struct store *store, uint64_t seq, struct bytes leaf)
{
    const struct big_endian_key key = big_endian_key(seq);
    return store_put(store, STORE_ROTATION, big_endian_view(&key), leaf);
}

enum status rotations_load_opening(struct store *store, struct bytes *leaf)
{
    const struct big_endian_key key = big_endian_key(0);
    const enum status status = store_load(store, STORE_ROTATION, big_endian_view(&key), leaf);
    return status == STATUS_NOT_FOUND ? store_load(store, STORE_LEAF, big_endian_view(&key), leaf)
                                      : status;
}

enum status rotations_load_from(struct store *store, uint64_t seq_min, uint64_t *seq,
                                struct bytes *leaf)
{
    const struct big_endian_key from =
        big_endian_key(seq_min == 0 ? 1 : seq_min); // the first is the opening's
    struct bytes      key = big_endian_view(&from);
    const enum status status = store_load_from(store, STORE_ROTATION, &key, leaf);
    if (status != OK) return status;
    if (key.size != BIG_ENDIAN_SIZE) return STATUS_CORRUPT;
    *seq = big_endian_get(key.at);
    return OK;
}

// --- Epochs -----------------------------------------------------------------

static bool read_event(struct bytes packed, enum kind kind, struct leaf *leaf, struct event *event)
{
    struct proposal proposal;
    const char     *offence = NULL;
    if (!leaf_read(packed, leaf) || leaf->verdict.code != ACCEPTED) return false;
    if (!proposal_read(leaf->proposal, &proposal, &offence)) return false;
    *event = proposal.event;
    return event->kind == kind;
}

bool rotations_begin(struct epochs *epochs, struct bytes origin, struct bytes opening)
{
    struct leaf     leaf;
    struct event    event;
    struct verifier first;
    if (!read_event(opening, OPENING, &leaf, &event) || leaf.seq != 0) return false;
    if (!bytes_is_equal(event.of.opening.origin, origin)) return false;
    if (verifier_init(&first, origin, KEY_ED25519, event.of.opening.ledger_key.at) != OK) {
        return false;
    }
    epochs_init(epochs, &first, event.of.opening.recovery_key.at);
    return true;
}

const char *rotations_add(struct epochs *epochs, struct bytes packed)
{
    struct leaf  leaf;
    struct event event;
    if (!read_event(packed, KEY_ROTATION, &leaf, &event)) return "it does not rotate the key";
    return epochs_rotate(epochs, event.of.key_rotation.certificate, leaf.seq, leaf.time_ms);
}

// The proposal's kind, without a look at anything else.
static uint64_t peek_kind(struct bytes packed)
{
    struct pack_reader leaf = pack_reader(packed);
    (void)pack_read_array(&leaf, UINT8_MAX);
    for (int i = 0; i < 4; i++) {
        (void)pack_read_number(&leaf, UINT64_MAX); // version, seq, time, author
    }
    (void)pack_read_binary(&leaf, SIGNATURE_SIZE);
    struct pack_reader proposal = pack_reader(pack_read_binary(&leaf, PLAN_SIZE_MAX));
    (void)pack_read_array(&proposal, PACK_ITEM_MAX);
    (void)pack_read_binary(&proposal, PROPOSAL_ID_SIZE);
    (void)pack_read_number(&proposal, TIME_MS_MAX);
    const uint64_t kind = pack_read_number(&proposal, KIND_MAX);
    return leaf.is_bad || proposal.is_bad ? UINT64_MAX : kind;
}

bool rotations_is_one(struct bytes packed)
{
    struct leaf  leaf;
    struct event event;
    if (packed.size < KEY_CERTIFICATE_SIZE_MIN) return false; // as most leaves are
    return peek_kind(packed) == KEY_ROTATION && read_event(packed, KEY_ROTATION, &leaf, &event);
}

bool rotations_certificate(struct bytes packed, struct bytes *certificate)
{
    struct leaf  leaf;
    struct event event;
    if (!read_event(packed, KEY_ROTATION, &leaf, &event)) return false;
    *certificate = event.of.key_rotation.certificate;
    return true;
}

// The leaf of the place where it stands.
static bool add_at(struct epochs *epochs, uint64_t seq, struct bytes packed)
{
    return rotations_add(epochs, packed) == NULL && epochs->of[epochs->count - 1].seq == seq;
}

enum status rotations_load(struct store *store, const struct verifier *trusted,
                           struct epochs *epochs, uint64_t *seq)
{
    struct bytes leaf, opening;
    epochs_init(epochs, trusted, NULL);
    enum status status = rotations_load_from(store, 0, seq, &leaf);
    if (status != OK) return status == STATUS_NOT_FOUND ? OK : status;
    *seq = 0;
    status = rotations_load_opening(store, &opening);
    if (status != OK) return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    if (!rotations_begin(epochs, verifier_name(trusted), opening)) return STATUS_CORRUPT;
    for (uint64_t from = 1;; from = *seq + 1) {
        status = rotations_load_from(store, from, seq, &leaf);
        if (status == STATUS_NOT_FOUND) break;
        if (status != OK) return status;
        if (!add_at(epochs, *seq, leaf)) return STATUS_CORRUPT;
    }
    return epochs_find(epochs, trusted) < epochs->count ? OK : STATUS_UNKNOWN_KEY;
}
