#include "projections/ledger_keys.h"

#include "core/proof/crypto.h"
#include "core/proof/key_certificate.h"
#include "projections/actors.h"

#include <assert.h>
#include <string.h>

void ledger_key_load(const struct state *state, struct verifier *key, uint32_t *epoch)
{
    const struct server *server = server_at(state);
    const uint32_t       at = server->newest_epoch;
    const uint8_t       *bytes = at == 0 ? server->ledger_key : epoch_at(state, at)->key;
    const enum status    status =
        verifier_init(key, text_of(state, server->origin), KEY_ED25519, bytes);
    assert(status == OK); // it was looked at when it came
    *epoch = at == 0 ? 0 : epoch_at(state, at)->number;
}

bool ledger_key_is_known(const struct state *state, const uint8_t key[static 32])
{
    uint32_t at = server_at(state)->newest_epoch;
    while (at != 0 && memcmp(epoch_at(state, at)->key, key, 32) != 0) {
        at = epoch_at(state, at)->next;
    }
    return at != 0 || memcmp(server_at(state)->ledger_key, key, 32) == 0;
}

// Lines of a head name their key by its id: two of a ledger cannot have the same.
static bool is_id_taken(const struct state *state, const struct verifier *current,
                        const struct verifier *key)
{
    struct verifier   first;
    const enum status status =
        verifier_init(&first, verifier_name(current), KEY_ED25519, server_at(state)->ledger_key);
    uint32_t at = server_at(state)->newest_epoch;
    assert(status == OK);
    while (at != 0 && epoch_at(state, at)->keyid != key->keyid) {
        at = epoch_at(state, at)->next;
    }
    return at != 0 || verifier_is_same(&first, key);
}

// A keyid as people read it.
struct keyid_text {
    uint8_t at[2 * KEY_ID_SIZE];
};

static struct bytes print_keyid(uint32_t keyid, struct keyid_text *text)
{
    uint8_t       room[KEY_ID_SIZE];
    struct buffer id = buffer_over(room, sizeof room);
    struct buffer hex = buffer_over(text->at, sizeof text->at);
    key_id_add(&id, keyid);
    crypto_hex_add(&hex, buffer_bytes(&id));
    return buffer_bytes(&hex);
}

// Each names what would be right.
static void refuse_flaw(struct question *question, enum key_certificate_flaw flaw,
                        const struct key_succession *succession, uint64_t size_from)
{
    const struct verifier *current = succession->current;
    struct constraint      constraint = {
             .limit = LIMIT_NONE, .used = LIMIT_NONE, .until_ms = TIME_NEVER};
    struct keyid_text text;
    switch (flaw) {
    case CERTIFICATE_FITS:
        return;
    case CERTIFICATE_MALFORMED:
        refuse_malformed(question, "certificate");
        return;
    case CERTIFICATE_UNTRUSTED:
        constraint.code = BAD_CERTIFICATE;
        break;
    case CERTIFICATE_OTHER_LEDGER:
        constraint.code = WRONG_LEDGER;
        constraint.name = verifier_name(current);
        break;
    case CERTIFICATE_OUT_OF_TURN:
        constraint.code = KEY_OUT_OF_TURN;
        constraint.limit = succession->epoch + 1;
        constraint.name = print_keyid(current->keyid, &text);
        break;
    case CERTIFICATE_TOO_EARLY:
    case CERTIFICATE_TOO_LATE:
        constraint.code = CERTIFICATE_NOT_VALID;
        constraint.limit = size_from;
        break;
    }
    refuse(question, constraint);
}

void key_rotation_judge(struct question *question, const struct event *event)
{
    const struct state    *state = question->state;
    const struct bytes     certificate = event->of.key_rotation.certificate;
    struct verifier        root, current;
    struct key_certificate read;
    struct key_succession  succession = {.root = &root,
                                         .current = &current,
                                         .seq = server_at(state)->size,
                                         .time_ms = question->now_ms};
    uint32_t               epoch = 0;
    ledger_key_load(state, &current, &epoch);
    succession.epoch = epoch;
    if (key_root_init(&root, verifier_name(&current), server_at(state)->recovery_key) != OK) {
        refuse_malformed(question, "certificate"); // no root can have signed it
        return;
    }
    const enum key_certificate_flaw flaw = key_certificate_judge(certificate, &succession, &read);
    if (flaw != CERTIFICATE_FITS) {
        refuse_flaw(question, flaw, &succession, read.size_from);
    } else if (is_id_taken(state, &current, &read.key) || actor_by_key(state, read.key.key) != 0) {
        refuse_name(question, KEY_TAKEN, verifier_name(&current));
    } else if (epoch + 1 == EPOCH_MAX) {
        refuse(question, (struct constraint){.code = TOO_MANY,
                                             .limit = EPOCH_MAX,
                                             .used = EPOCH_MAX + 1,
                                             .until_ms = TIME_NEVER});
    }
}

void key_rotation_apply(struct change_context *context, const struct event *event)
{
    struct state          *state = context->state;
    struct key_certificate certificate;
    const enum status      status =
        key_certificate_read(event->of.key_rotation.certificate, &certificate);
    assert(status == OK); // it was accepted
    const uint32_t       at = state_take(state, POOL_EPOCH);
    struct epoch_record *epoch = epoch_edit(state, at);
    epoch->seq = context->seq;
    epoch->number = (uint32_t)certificate.epoch;
    epoch->keyid = certificate.key.keyid;
    memcpy(epoch->key, certificate.key.key, sizeof epoch->key);
    epoch->next = server_at(state)->newest_epoch;
    server_edit(state)->newest_epoch = at;
}
