// contacts.h - a side table for what people are called and how they are reached (X17).
//
// It is no part of the log: no leaf, no hash and no proof knows of it, so what is erased here is
// missed nowhere. What is in a record is not looked into.
#ifndef LEDGER_CONTACTS_H
#define LEDGER_CONTACTS_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "ledger/log.h"
#include "ledger/store.h"

// STATUS_NOT_FOUND where there is none.
MUST_CHECK enum status contacts_load(struct store *store, struct contact_key key,
                                     struct bytes *contact);
// Inside a batch.
MUST_CHECK enum status contacts_put(struct store *store, struct contact_key key,
                                    struct bytes contact);
// Inside a batch. OK as well when there was none.
MUST_CHECK enum status contacts_erase(struct store *store, struct contact_key key);

#endif
