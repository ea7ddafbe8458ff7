// trust.h - what an auditor brings along, from outside of the ledger: whom to believe.
//
// A policy (core/proof/trust_policy.h), or only the ledger's public key: a file with one vkey, its
// name the ledger's origin; lines that begin with '#' and empty ones are skipped. That is the
// policy of one log and no witness.
#ifndef REPLAY_TRUST_H
#define REPLAY_TRUST_H

#include "core/proof/trust_policy.h"

struct trust {
    struct trust_policy policy; // views the text
    struct verifier     ledger; // the log of the policy that is looked at, any key of its
    size_t              text_size;
    uint8_t             text[TRUST_SIZE_MAX];
};

// Why a file is no policy: line 0 says that it is about the whole file.
struct trust_complaint {
    enum status status;
    uint32_t    line;
};

// The first log of the policy becomes the ledger. STATUS_NOT_FOUND, STATUS_PERMISSION, STATUS_IO;
// for the text those of verifier_parse() and trust_policy_parse(), STATUS_MALFORMED for a policy
// without a log, STATUS_UNSUPPORTED for a key that does not sign checkpoints.
MUST_CHECK bool trust_load_key(struct trust *trust, const char *path,
                               struct trust_complaint *complaint);
MUST_CHECK bool trust_load_policy(struct trust *trust, const char *path,
                                  struct trust_complaint *complaint);

// The policy as it was written. Lives with the trust.
struct bytes trust_text(const struct trust *trust);

// Whether a log of the policy has this key and name.
bool trust_has_key(const struct trust *trust, const struct verifier *key);

// The log of that name; NULL when the policy has none. Lives with the trust.
const struct verifier *trust_log(const struct trust *trust, struct bytes origin);

#endif
