// trust.h - what an auditor brings along: the ledger's public key, from outside of the ledger.
//
// The file holds one line, a vkey (core/proof/key.h); its name is the ledger's origin. Lines that
// begin with '#' and empty ones are skipped.
#ifndef REPLAY_TRUST_H
#define REPLAY_TRUST_H

#include "core/proof/key.h"

struct trust {
    struct verifier ledger;
};

// STATUS_NOT_FOUND, STATUS_PERMISSION, STATUS_IO; STATUS_MALFORMED and those of verifier_parse()
// for the text, STATUS_UNSUPPORTED for a key that does not sign checkpoints.
MUST_CHECK enum status trust_load(struct trust *trust, const char *path);

#endif
