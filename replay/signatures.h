// signatures.h - the authors' signatures of a log, verified on all processors.
//
// One thread adds, in the order of the log; others verify. Full of work that nobody has taken yet,
// adding waits. crypto_start() comes before.
#ifndef REPLAY_SIGNATURES_H
#define REPLAY_SIGNATURES_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/crypto.h"

#include <stdint.h>

struct signatures;

// origin is borrowed until signatures_close(). STATUS_OUT_OF_MEMORY, also without threads.
MUST_CHECK enum status signatures_open(struct signatures **signatures, struct bytes origin);
// The signature is of CRYPTO_SIGNATURE_SIZE; everything is copied.
void                   signatures_add(struct signatures *signatures, uint64_t seq,
                                      const uint8_t key[static CRYPTO_KEY_SIZE], struct bytes signature,
                                      struct bytes proposal);

struct signatures_result {
    uint64_t verified_count;
    uint64_t first_bad; // seq; UINT64_MAX: none
};

// Waits until all are verified. Nothing may be added after.
struct signatures_result signatures_finish(struct signatures *signatures);
void                     signatures_close(struct signatures *signatures); // NULL is fine

#endif
