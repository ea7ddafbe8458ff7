// bundle.h - a ledger as files that were exported: read as a store, changed never.
//
// The paths are those of tile_path.h. Nothing is believed: what is missing, too short or too long
// comes out as a failure, what is in it is for the reader to verify. Keys and values are those of
// the store's tables. One thread; views live until the next call.
#ifndef LEDGER_BUNDLE_H
#define LEDGER_BUNDLE_H

#include "ledger/store.h"

struct bundle;
struct bundle_scan;

// STATUS_NOT_FOUND when the directory has no checkpoint, STATUS_CORRUPT when that says no size, or
// when the leaves that are said to be here are not some that it covers.
MUST_CHECK enum status bundle_open(int directory_fd, struct bundle **bundle);
void                   bundle_close(struct bundle *bundle); // NULL is fine

// As the functions of store.h. There is no STORE_HEAD.
MUST_CHECK enum status bundle_load(struct bundle *bundle, enum store_table table, struct bytes key,
                                   struct bytes *value);
MUST_CHECK enum status bundle_load_from(struct bundle *bundle, enum store_table table,
                                        struct bytes *key, struct bytes *value);
MUST_CHECK enum status bundle_load_last(struct bundle *bundle, enum store_table table,
                                        struct bytes *key, struct bytes *value);
uint64_t               bundle_count(const struct bundle *bundle, enum store_table table);
// Of the tree, as its checkpoint tells it: it may cover leaves that are kept elsewhere.
uint64_t               bundle_size(const struct bundle *bundle);

// Of leaves, with a view of files of its own.
MUST_CHECK enum status bundle_scan_open(const struct bundle *bundle, struct bytes from,
                                        struct bundle_scan **scan);
MUST_CHECK enum status bundle_scan_next(struct bundle_scan *scan, struct bytes *key,
                                        struct bytes *value);
void                   bundle_scan_close(struct bundle_scan *scan); // NULL is fine

#endif
