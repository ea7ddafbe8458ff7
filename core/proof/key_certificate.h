// key_certificate.h - the root's word that a key may sign for a ledger, from an epoch on.
//
//   licet/key-cert/v1
//   origin ledger.example/lic1                     the ledger, and the name of its keys
//   vkey ledger.example/lic1+7721fa45+AQOhB7/z...  the new key
//   epoch 3                                        of the new key; that of the opening's is 0
//   size-from 120431                               no event before this one rotates
//   not-before 1700000000                          it rotates from this second on
//   not-after 1707776000                           and before this one
//   previous 7721fa45                              id of the key of the epoch before
//
//   - root.ledger.example/lic1 ...                 by the recovery key, under the root's name
//
// A signed note (note.h). What it bounds in time is the rotation: a key that was rotated in signs
// until the next one is.
#ifndef CORE_PROOF_KEY_CERTIFICATE_H
#define CORE_PROOF_KEY_CERTIFICATE_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/key.h"

#include <stdint.h>

enum { KEY_CERTIFICATE_SIZE_MIN = 256 }; // no note is smaller; KEY_CERTIFICATE_SIZE_MAX the most

struct key_certificate {
    struct verifier key; // its name is the origin
    uint64_t        epoch;
    uint64_t        size_from;                 // the least seq of the event that rotates
    uint64_t        not_before_s, not_after_s; // Unix seconds, half-open
    uint32_t        previous;
};

// The root of a ledger: its recovery key under the name "root." origin. STATUS_MALFORMED where the
// origin leaves no room for that, STATUS_BAD_SIGNATURE for a key that is none.
MUST_CHECK enum status key_root_init(struct verifier *root, struct bytes origin,
                                     const uint8_t key[static CRYPTO_KEY_SIZE]);
// The same with the private key, whatever name that has. STATUS_OUT_OF_MEMORY.
MUST_CHECK enum status key_root_signer(struct signer *root, struct bytes origin,
                                       const struct signer *recovery);

// Adds the note, signed by the root.
void key_certificate_write(const struct key_certificate *certificate, const struct signer *root,
                           struct buffer *note);

// Looks at the form only: nobody vouches for what it says. STATUS_MALFORMED, STATUS_TOO_LARGE.
MUST_CHECK enum status key_certificate_read(struct bytes note, struct key_certificate *certificate);

// --- Whether it fits --------------------------------------------------------

// Where a ledger stands when an event would rotate its key.
struct key_succession {
    const struct verifier *root;
    const struct verifier *current; // the key that signs now
    uint64_t               epoch;   // of that key
    uint64_t               seq, time_ms;
};

// In the order in which they are looked for.
enum key_certificate_flaw {
    CERTIFICATE_FITS,
    CERTIFICATE_MALFORMED,
    CERTIFICATE_UNTRUSTED,    // the root did not sign it
    CERTIFICATE_OTHER_LEDGER, // signed, but for keys of another origin
    CERTIFICATE_OUT_OF_TURN,  // another epoch than the next one, or another key before it
    CERTIFICATE_TOO_EARLY,    // before size_from or not_before_s
    CERTIFICATE_TOO_LATE,     // from not_after_s on
};

// *certificate is written unless it is malformed. Whether the key was another's before is for the
// caller to know.
MUST_CHECK enum key_certificate_flaw key_certificate_judge(struct bytes                 note,
                                                           const struct key_succession *succession,
                                                           struct key_certificate *certificate);
// A sentence without its end; static.
const char                          *key_certificate_flaw_sentence(enum key_certificate_flaw flaw);

#endif
