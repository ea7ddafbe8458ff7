// rotation.h - the ledger's private key, and the one that is to follow it.
//
// The next key lies in a file that need not be there before it is needed. An accepted key_rotation
// takes it into memory, seals its head with both, and once that is durable the old one is wiped.
#ifndef API_DAEMON_ROTATION_H
#define API_DAEMON_ROTATION_H

#include "core/proof/key.h"

#include <stdbool.h>

struct daemon;

struct rotation {
    const char   *next_file; // NULL: the key cannot be rotated
    struct signer next;      // while the batch that brings it is open
    bool          is_open;
};

// Reads the key that signs: of key_file, or where that is not there any more the next one.
MUST_CHECK enum status rotation_read_key(struct daemon *daemon, const char *key_file);
// With the log read: goes on with the next key where that is the ledger's by now. False: neither
// is, which is reported.
MUST_CHECK bool        rotation_choose_key(struct daemon *daemon);

// Before a rotation is appended: takes the next key into memory. NULL, or a sentence that says why
// it is not the one that the certificate names, or cannot be had.
const char            *rotation_prepare(struct daemon *daemon, struct bytes certificate);
// Behind its leaf.
MUST_CHECK enum status rotation_append(struct daemon *daemon);
// The key that seals the open batch.
const struct signer   *rotation_signer(const struct daemon *daemon);
// The batch is over.
void                   rotation_end(struct daemon *daemon, bool is_durable);
void                   rotation_release(struct daemon *daemon); // both keys

#endif
