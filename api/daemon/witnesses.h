// witnesses.h - the witnesses whom the ledger's policy names, and the heads that they have signed.
//
// A witness of a log keeps the largest head that it has seen, and signs only what is consistent
// with it (C2SP tlog-witness). A head that enough of them have signed cannot be taken back by
// whoever holds the ledger's key. Somebody brings such heads; their lines are kept with the head.
#ifndef API_DAEMON_WITNESSES_H
#define API_DAEMON_WITNESSES_H

#include "core/proof/key.h"
#include "ledger/log.h"

#include <stdbool.h>
#include <stdint.h>

struct witnesses;

struct witnesses_fault {
    const char *why;  // a sentence
    uint32_t    line; // of the policy; 0: about all of it
};

// Reads the policy (core/proof/trust_policy.h), which must name a key of the ledger's, and finds
// the greatest head that meets it. The fault is written on failure:
//   STATUS_MALFORMED, STATUS_TOO_LARGE, STATUS_UNSUPPORTED, STATUS_BAD_SIGNATURE   the policy
//   STATUS_UNKNOWN_KEY                                      it names no key of the ledger's
//   STATUS_NOT_FOUND, STATUS_PERMISSION, STATUS_IO, STATUS_CORRUPT, STATUS_OUT_OF_MEMORY
MUST_CHECK enum status witnesses_open(const char *path, struct ledger *ledger,
                                      struct witnesses **witnesses, struct witnesses_fault *fault);
void                   witnesses_close(struct witnesses *witnesses); // NULL is fine

// What a note that somebody brought is good for.
struct cosigning {
    const char  *code, *why; // why it is not taken; NULL: it is
    uint64_t     size;
    uint32_t     added_count; // lines that were not known; without one there is nothing to keep
    bool         is_met;      // enough witnesses have signed this head now
    struct bytes note;        // the head with all lines that are known; lives until the next call
};

// Looks, and changes nothing. Failures are the ledger's.
MUST_CHECK enum status witnesses_judge(struct witnesses *witnesses, struct ledger *ledger,
                                       struct bytes note, struct cosigning *cosigning);
// The note was put into the open batch, which is durable later, or never was.
void witnesses_take(struct witnesses *witnesses, const struct cosigning *cosigning);
void witnesses_end(struct witnesses *witnesses, bool is_durable); // NULL is fine

// Events under the greatest head that enough witnesses have signed; 0: none.
uint64_t               witnesses_size(const struct witnesses *witnesses);
// The smallest such head of at least that size; STATUS_NOT_FOUND.
MUST_CHECK enum status witnesses_head(const struct witnesses *witnesses, struct ledger *ledger,
                                      uint64_t size_min, struct ledger_checkpoint *head);

#endif
