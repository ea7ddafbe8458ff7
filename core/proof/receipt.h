// receipt.h - a file that proves one leaf to somebody who has only public keys.
//
//   c2sp.org/tlog-proof@v1
//   extra SGVsbG8=                                  optional, nobody vouches for it
//   index 3
//   ApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+c=    0..TREE_PROOF_MAX hashes, the leaf's sibling
//   first
//
//   checkpoint note, as it is
//
// Who verifies has the leaf's bytes, or takes them from the extra line, where our ledger puts them:
// nobody vouches for that line, but the proof does for the leaf. Format: C2SP tlog-proof.
#ifndef CORE_PROOF_RECEIPT_H
#define CORE_PROOF_RECEIPT_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/checkpoint.h"
#include "core/proof/key.h"
#include "core/proof/note.h"
#include "core/proof/tree.h"

#include <stdint.h>

enum { RECEIPT_SIZE_MAX = NOTE_SIZE_MAX + 4096 + (64 * 1024 / 3 + 1) * 4 }; // with a leaf

struct receipt {
    uint64_t          index; // of the leaf
    struct tree_proof proof;
    struct bytes      extra;      // base64 text; a view; empty when there is none
    struct bytes      checkpoint; // the note; a view
};

void                   receipt_print(const struct receipt *receipt, struct buffer *buffer);
// Looks at the form only. The views point into text. STATUS_TOO_LARGE above RECEIPT_SIZE_MAX,
// STATUS_MALFORMED.
MUST_CHECK enum status receipt_parse(struct bytes text, struct receipt *receipt);

// Whether the leaf stands at receipt->index of the ledger named origin, offline. Failures as of
// checkpoint_verify(), and STATUS_CORRUPT when the proof does not lead to the root. Who else
// signed, witnesses for one, checkpoint_verify() of receipt->checkpoint says.
MUST_CHECK enum status receipt_verify(const struct receipt *receipt, struct bytes leaf,
                                      struct bytes origin, const struct key_set *keys,
                                      struct checkpoint *checkpoint);

#endif
