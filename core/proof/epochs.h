// epochs.h - which keys of a ledger must have signed a head, and whether they did.
//
// A ledger begins with the key of its opening, epoch 0. The event with seq S that rotates the key
// in begins the next epoch:
//
//   heads of size    <= S     S + 1             > S + 1
//   signed by        old      old and new       new
//
// A signature out of its epoch is as wrong as one that is missing, in both directions: who has
// stolen an old key must not go on with it, and who holds the new one must not sign anew what was
// before it. Each rotation brings a certificate by the root (key_certificate.h), which the opening
// names; so whoever trusts any one of the keys knows the others, once a head under that key covers
// the opening.
#ifndef CORE_PROOF_EPOCHS_H
#define CORE_PROOF_EPOCHS_H

#include "core/base/limits.h"
#include "core/proof/checkpoint.h"
#include "core/proof/key.h"
#include "core/proof/note.h"

#include <stdbool.h>
#include <stdint.h>

struct epoch {
    uint64_t seq; // of the event that began it
    uint32_t keyid;
    uint8_t  key[CRYPTO_KEY_SIZE];
};

// E1  count is 1 at least; epochs begin at ever later events
// E2  no two have the same keyid
struct epochs {
    struct verifier root; // name_size 0: there is none, so nothing rotates
    char            origin[KEY_NAME_SIZE_MAX];
    uint32_t        origin_size;
    uint32_t        count;
    struct epoch    of[EPOCH_MAX];
};

// The first epoch, by the key that the opening names. An origin too long to name a root has none,
// and so has a ledger of which only a key is known: recovery_key is NULL then.
void epochs_init(struct epochs *epochs, const struct verifier *first, const uint8_t *recovery_key);

// Begins the next epoch with the event of that seq. NULL, or a sentence that says why it does not.
const char *epochs_rotate(struct epochs *epochs, struct bytes certificate, uint64_t seq,
                          uint64_t time_ms);

struct bytes    epochs_origin(const struct epochs *epochs); // lives with them
struct verifier epochs_key(const struct epochs *epochs, uint32_t epoch);
// The epoch of the key; the count when it is of none.
uint32_t        epochs_find(const struct epochs *epochs, const struct verifier *key);

enum { EPOCH_SIGNER_MAX = 2 };

// Who must have signed a head of that size, and nobody else of the ledger: the key of its epoch;
// before that the one it follows, where the head is that of the rotation. How many they are.
uint32_t epochs_signers(const struct epochs *epochs, uint64_t size,
                        struct verifier keys[static EPOCH_SIGNER_MAX]);

// Whose lines a note of that size has that it must not have, or lacks. NULL, or a sentence. Looks
// at names and ids only.
const char *epochs_offence(const struct epochs *epochs, const struct note *note, uint64_t size);

// As checkpoint_verify() for the ledger's own lines; STATUS_UNKNOWN_KEY where epochs_offence()
// objects. The lines of others, witnesses for one, may be missing: bit i of *signed_by is for
// others->at[i], and a wrong line of one of them is STATUS_BAD_SIGNATURE likewise.
MUST_CHECK enum status epochs_verify(const struct epochs *epochs, struct bytes note,
                                     const struct key_set *others, struct checkpoint *checkpoint,
                                     uint64_t *signed_by);

#endif
