// kept.h - receipts and signed heads that were kept outside of the ledger's reach, read and
// verified by public keys alone.
#ifndef REPLAY_KEPT_H
#define REPLAY_KEPT_H

#include "core/base/limits.h"
#include "core/proof/checkpoint.h"
#include "core/proof/epochs.h"
#include "core/proof/receipt.h"
#include "replay/trust.h"

// Views are of the text that it was read from, but the leaf's, which is decoded.
struct kept {
    struct bytes      note;
    struct checkpoint head;
    uint64_t          signed_by; // of the policy's keys
    bool              is_receipt;
    struct receipt    receipt;
    struct bytes      leaf; // no bytes: the receipt does not bring it
    uint8_t           room[LEAF_SIZE_MAX];
};

// *why is a static sentence on failure. epochs: the keys of one ledger as its log has them, by
// which its heads are judged; NULL: those of the trust alone are known.
//   STATUS_MALFORMED, STATUS_TOO_LARGE   no receipt, no note
//   STATUS_UNKNOWN_KEY                   not of a log that is trusted
//   STATUS_BAD_SIGNATURE                 a known key's signature is wrong
//   STATUS_CORRUPT                       the leaf that it brings is not what it proves
struct kept_trust {
    const struct trust  *given;
    const struct epochs *epochs;
};

MUST_CHECK enum status kept_read_receipt(struct kept *kept, struct bytes text,
                                         const struct kept_trust *trust, const char **why);
MUST_CHECK enum status kept_read_head(struct kept *kept, struct bytes text,
                                      const struct kept_trust *trust, const char **why);

#endif
