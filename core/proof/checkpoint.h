// checkpoint.h - the ledger's signed head: origin, size and root of its tree as a note.
//
//   ledger.example/lic1                              origin, the name of the ledger's key
//   8                                                leaves
//   XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=     root
//
//   — ledger.example/lic1 dyH6Rbl6ytlP...            type KEY_ED25519
//   — witness.example/w1 IDJKvgAAAABlU/EA...         type KEY_COSIGNATURE, zero or more
//
// Formats: C2SP tlog-checkpoint and tlog-cosignature. Extension lines are never made; those of
// others are signed with the rest and otherwise ignored.
#ifndef CORE_PROOF_CHECKPOINT_H
#define CORE_PROOF_CHECKPOINT_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/hash.h"
#include "core/proof/key.h"
#include "core/proof/note.h"

#include <stdint.h>

enum {
    CHECKPOINT_TEXT_SIZE_MAX = KEY_NAME_SIZE_MAX + 1 + 20 + 1 + 44 + 1, // that we make
    CHECKPOINT_SEALED_SIZE_MAX = CHECKPOINT_TEXT_SIZE_MAX + 1 + 2 * NOTE_LINE_SIZE_MAX,
};

struct checkpoint {
    struct bytes origin; // a view: of the note when parsed, of the signer when sealed
    uint64_t     size;   // leaves, at most TREE_SIZE_MAX
    struct hash  root;
};

// The text without signatures.
void                   checkpoint_print(const struct checkpoint *checkpoint, struct buffer *buffer);
MUST_CHECK enum status checkpoint_parse(struct bytes text, struct checkpoint *checkpoint);

// Adds the note, signed by the ledger's key: the origin is the name of the signer, whatever stands
// in checkpoint->origin.
void checkpoint_seal(const struct checkpoint *checkpoint, const struct signer *ledger,
                     struct buffer *buffer);

// The same with a line by each of two keys of the ledger: the head of a rotation (epochs.h).
void checkpoint_seal_rotation(const struct checkpoint *checkpoint, const struct signer *current,
                              const struct signer *next, struct buffer *buffer);

// Parses the note, and verifies it against the ledger's keys and any number of witnesses' keys.
// Failures as of note_parse() and note_verify(), and STATUS_UNKNOWN_KEY for another origin or when
// no key of type KEY_ED25519 named as the origin signed. signed_by as in note_verify().
MUST_CHECK enum status checkpoint_verify(struct bytes note, struct bytes origin,
                                         const struct key_set *keys, struct checkpoint *checkpoint,
                                         uint64_t *signed_by);

// Adds a witness's line to a note that it has verified and found consistent with all before: at
// time_s, Unix seconds, this is the largest head it knows. STATUS_TOO_LARGE when the text is above
// KEY_COSIGNED_SIZE_MAX.
MUST_CHECK enum status checkpoint_cosign(const struct note *note, const struct signer *witness,
                                         uint64_t time_s, struct buffer *line);

#endif
