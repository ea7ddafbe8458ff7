// archive.h - the leaves below a bound as files that grow: written, read back, and compared.
//
// The files are those of export.h: all hashes, the heads, and the leaves [0, below). They are a
// ledger of their own for who reads them, of which the leaves behind are kept elsewhere. What is
// there already stays what it was: whatever moment ends the writing, it can be begun again.
//
// Nothing is dropped here: that is for who knows that the log tells of the archive.
#ifndef LEDGER_ARCHIVE_H
#define LEDGER_ARCHIVE_H

#include "ledger/log.h"

struct archiving {
    const char                  *directory;     // made where it is missing, mode 0700
    const struct ledger_options *options;       // under which the ledger was opened
    uint64_t                     below;         // a multiple of ARCHIVE_STEP, at most ledger_size()
    void (*tell)(void *context, uint64_t done); // now and then: leaves written, then read back
    void       *context;
    const char *why;  // a static sentence, after a failure
    uint64_t    seq;  // of the leaf that it is about; LEDGER_NO_INDEX: of none
    struct hash root; // of the leaves below
};

// Of a ledger whose leaves before ledger_archived(), a multiple of ARCHIVE_STEP, the directory has
// already.
// Durable when OK. Failures: of the directory STATUS_PERMISSION (others may enter it), STATUS_USAGE
// (it is a ledger's own), STATUS_BEHIND (what is there is of another ledger, or of more events than
// this one has), STATUS_ARCHIVED (it has not what was archived before), STATUS_NOT_FOUND,
// STATUS_FULL; STATUS_CORRUPT where a leaf has not the hash of its tile, or was not read back as it
// was written.
MUST_CHECK enum status archive_write(struct archiving *archiving, struct ledger *ledger);

#endif
