// publication.h - a directory with a ledger's newest head and the hashes under it, kept up to date,
// for any web server to serve: C2SP tlog-tiles without its entries. Who reads it can check heads
// and receipts against each other, and learns no event but those that rotate the ledger's key.
//
// It stands as files of export.h, and is at every moment what a head that was signed says: tiles
// come before the head that needs them, and go after one that does not. A reader who misses a
// partial tile reads the head anew.
#ifndef LEDGER_PUBLICATION_H
#define LEDGER_PUBLICATION_H

#include "ledger/log.h"

struct publication {
    const char *directory;
    uint64_t    size;       // events that the head there covers
    uint64_t    size_swept; // tiles below have no rests of earlier sizes; 0 at first
    bool        is_new;     // whether the last renewal changed anything
};

// Brings the directory to the size of the ledger. Made where it is missing. Writes only what is
// new; what a renewal that was cut short left behind goes too.
//   STATUS_BEHIND    the ledger is shorter, or another, than what is published
//   STATUS_CORRUPT   the directory has a checkpoint that is no head of this ledger
//   STATUS_IO, STATUS_PERMISSION, STATUS_FULL, and the failures of the ledger
MUST_CHECK enum status publication_renew(struct publication *publication, struct ledger *ledger);

#endif
