// rotating.h - leaves by which a ledger's key is rotated, for tests: an opening and rotations, as a
// daemon would have appended them.
#ifndef TESTS_LEDGER_ROTATING_H
#define TESTS_LEDGER_ROTATING_H

#include "core/event/proposal.h"
#include "core/proof/key_certificate.h"
#include "tests/ledger/fixture.h"

enum { ROTATING_KEY_MAX = 4 };

struct rotating {
    struct signer keys[ROTATING_KEY_MAX]; // the first is the fixture's own
    struct signer root;
    struct bytes  leaf; // the last that was made
    uint8_t       room[4096];
};

static inline void rotating_init(struct rotating *rotating)
{
    for (uint8_t i = 0; i < ROTATING_KEY_MAX; i++) {
        fixture_init_signer(&rotating->keys[i], FIXTURE_ORIGIN, (uint8_t)(7 + i));
    }
    fixture_init_signer(&rotating->root, "root." FIXTURE_ORIGIN, 99);
}

static inline void rotating_release(struct rotating *rotating)
{
    for (uint8_t i = 0; i < ROTATING_KEY_MAX; i++) {
        signer_release(&rotating->keys[i]);
    }
    signer_release(&rotating->root);
}

static inline struct bytes rotating_leaf(struct rotating *rotating, uint64_t seq,
                                         const struct event *event)
{
    uint8_t         room[2048];
    struct buffer   packed = buffer_over(room, sizeof room);
    struct buffer   leaf = buffer_over(rotating->room, sizeof rotating->room);
    struct proposal proposal = {.event = *event};
    proposal_write(&proposal, &packed);
    leaf_write(
        &(struct leaf){
            .version = RULES_VERSION,
            .seq = seq,
            .time_ms = 1000,
            .proposal = buffer_bytes(&packed),
            .verdict = {.code = ACCEPTED, .node = NODE_NONE}
    },
        &leaf);
    assert(!packed.is_full);
    assert(!leaf.is_full);
    return buffer_bytes(&leaf);
}

static inline struct bytes rotating_opening(struct rotating *rotating)
{
    const struct event event = {
        .kind = OPENING,
        .of.opening = {.origin = bytes_of_text(FIXTURE_ORIGIN),
                       .server = bytes_of_text("server"),
                       .ledger_key = {rotating->keys[0].verifier.key, 32},
                       .recovery_key = {rotating->root.verifier.key, 32},
                       .software_version = bytes_of_text("1"),
                       .eula_version = bytes_of_text("1")}
    };
    return rotating_leaf(rotating, 0, &event);
}

// From the key before to keys[epoch].
static inline struct bytes rotating_to(struct rotating *rotating, uint64_t seq, uint32_t epoch)
{
    uint8_t                      room[KEY_CERTIFICATE_SIZE_MAX];
    struct buffer                note = buffer_over(room, sizeof room);
    const struct key_certificate certificate = {.key = rotating->keys[epoch].verifier,
                                                .epoch = epoch,
                                                .not_after_s = 1000,
                                                .previous =
                                                    rotating->keys[epoch - 1].verifier.keyid};
    key_certificate_write(&certificate, &rotating->root, &note);
    const struct event event = {.kind = KEY_ROTATION,
                                .of.key_rotation.certificate = buffer_bytes(&note)};
    return rotating_leaf(rotating, seq, &event);
}

#endif
