// trust_policy.h - whom a verifier trusts: logs, witnesses, and how many witnesses are enough.
//
//   # The ledger, and two witnesses of which one is enough
//   log     ledger.example/lic1+7721fa45+AQOhB7/z…
//   witness north witness.example/w1+20324abe+BCmsuuFB…
//   witness south witness.example/w2+…
//   group   either any north south
//   quorum  either
//
// A line per definition; words are parted by spaces and tabs; a group and the quorum name only what
// stands above them. Format: C2SP tlog-policy.
#ifndef CORE_PROOF_TRUST_POLICY_H
#define CORE_PROOF_TRUST_POLICY_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/key.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    TRUST_SIZE_MAX = 64 * 1024,
    TRUST_LOG_MAX = 32,
    TRUST_NAME_MAX = 64, // witnesses and groups together; of witnesses at most 32
    TRUST_WITNESS_MAX = 32,
};

// A witness, or a group of what stands before it.
struct trust_name {
    struct bytes name;      // a view of the text
    uint64_t     members;   // of a group, by place among the names
    uint32_t     threshold; // how many of them; 0: a witness
    uint32_t     key;       // of a witness, its place among the verifiers
    bool         is_member; // of a group: once at most
};

// Its names are views of the text that it was read from.
struct trust_policy {
    struct verifier   verifiers[KEY_SET_MAX]; // of logs and witnesses, as they stand
    uint32_t          verifier_count, log_count, witness_count;
    uint64_t          logs; // which of the verifiers are logs'
    struct trust_name names[TRUST_NAME_MAX];
    uint32_t          name_count;
    uint32_t          quorum; // its place among the names; name_count: none is needed
};

// *line is the first that is wrong, from 1; behind the last line: there is no quorum. Failures:
// STATUS_TOO_LARGE above the bounds; STATUS_MALFORMED; those of verifier_parse(), and
// STATUS_UNSUPPORTED for a key whose type does not do what the line says.
MUST_CHECK enum status trust_policy_parse(struct bytes text, struct trust_policy *policy,
                                          uint32_t *line);

struct key_set trust_policy_keys(const struct trust_policy *policy); // lives with it

// signed_by as note_verify() gives it for trust_policy_keys().
bool     trust_policy_is_met(const struct trust_policy *policy, uint64_t signed_by);
// How many witnesses have signed.
uint32_t trust_policy_witness_count(const struct trust_policy *policy, uint64_t signed_by);

#endif
