// census.h - whether a store has the records of its ledger and no others. What nobody reads no hash
// covers, and an auditor who does not see it cannot say that nothing was added.
//
// Contacts are left out: they come and go.
#ifndef LEDGER_CENSUS_H
#define LEDGER_CENSUS_H

#include "ledger/store.h"

// Of a ledger of so many leaves, after store_look. STATUS_CORRUPT: *what is the table with a record
// too many or too few, a static text.
MUST_CHECK enum status census_take(struct store *store, uint64_t size, const char **what);

#endif
