// store.h - LMDB, and the directory that holds it: the only file of the ledger that knows either.
//
// A store is a directory with data.mdb and lock.mdb (LMDB's own) and writer.lock (ours; whoever
// writes holds an flock on it). Tables are ordered maps from key to value; FORMAT.md says what is
// in them. One process opens a directory at most once: the locks of LMDB demand it, so a second
// opening is STATUS_LOCKED. No fork goes on using an open store.
//
// A store belongs to one thread; scans have a transaction of their own and may each have another.
// Keys and values that come out are views of the file: they live until the next call with the same
// store (or scan).
//
// Failures: STATUS_FULL when the disk or the map is full; STATUS_CORRUPT when LMDB finds its file
// damaged; STATUS_IO for the rest of the system's.
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include "core/base/bytes.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum store_table {
    STORE_HEAD,
    STORE_LEAF,
    STORE_TILE,
    STORE_CHECKPOINT,
    STORE_ROTATION, // empty where an older version wrote
    STORE_CONTACT,  // only where it is written: who reads the log has no business with it
    STORE_TABLE_COUNT
};

enum { STORE_READER_MAX = 512 }; // read transactions at once, of all processes

#define STORE_MAP_SIZE ((uint64_t)64 << 30) // address space, not disk: the file grows as it fills

struct store_options {
    uint64_t map_size;     // bytes, the most the file may grow to; 0 for STORE_MAP_SIZE, and for
                           // what the writer said where it is only read
    bool     is_read_only; // beside a writer or on a copy; takes no lock and changes no data
};

struct store;
struct store_scan;

// Makes the directory and its files (modes 0700 and 0600) where they are missing, the tables empty,
// everything durable, and opens it for writing. A store that exists is opened.
// STATUS_PERMISSION when others may enter the directory or own it, STATUS_LOCKED when another
// writes, STATUS_USAGE on a network file system.
MUST_CHECK enum status store_create(const char *directory, const struct store_options *options,
                                    struct store **store);
// STATUS_NOT_FOUND when there is none; otherwise as store_create. Read-only, a directory of
// exported files (bundle.h) will do as well.
MUST_CHECK enum status store_open(const char *directory, const struct store_options *options,
                                  struct store **store);
void                   store_close(struct store *store); // NULL is fine; aborts an open batch
bool                   store_is_bundle(const struct store *store);   // it has no STORE_HEAD then
uint64_t               store_bundle_size(const struct store *store); // of the tree

// One batch at a time; what it wrote is seen by this store's reads at once, by others after commit.
MUST_CHECK enum status store_begin(struct store *store);
// Durable when OK. STATUS_FULL: nothing was written, the store goes on. STATUS_UNKNOWN_OUTCOME:
// what is on disk is known only after reopening; every later store_begin says the same.
MUST_CHECK enum status store_commit(struct store *store);
void                   store_abort(struct store *store); // no batch open: does nothing

// Only inside a batch. After a failure the batch is good for store_abort only.
MUST_CHECK enum status store_put(struct store *store, enum store_table table, struct bytes key,
                                 struct bytes value);
// The key must be above every other of the table: else STATUS_EXISTS.
MUST_CHECK enum status store_append(struct store *store, enum store_table table, struct bytes key,
                                    struct bytes value);
MUST_CHECK enum status store_delete(struct store *store, enum store_table table, struct bytes key);

// Reads see the open batch, or what was committed at the last store_look. Looking again costs
// little.
MUST_CHECK enum status store_look(struct store *store);
// A look that nobody needs keeps the writer, whatever its process, from using freed pages again.
void                   store_look_away(struct store *store);
// STATUS_NOT_FOUND where there is no such key.
MUST_CHECK enum status store_load(struct store *store, enum store_table table, struct bytes key,
                                  struct bytes *value);
// *key in: the smallest that will do; out: the one found. STATUS_NOT_FOUND past the end.
MUST_CHECK enum status store_load_from(struct store *store, enum store_table table,
                                       struct bytes *key, struct bytes *value);
MUST_CHECK enum status store_load_last(struct store *store, enum store_table table,
                                       struct bytes *key, struct bytes *value);
MUST_CHECK enum status store_count(struct store *store, enum store_table table, uint64_t *count);

// Walks a table from a key upwards, over what is committed, for millions a second. Allocates. From
// any thread: it reads nothing of the store that changes while it is open.
MUST_CHECK enum status store_scan_open(struct store *store, enum store_table table,
                                       struct bytes from, struct store_scan **scan);
// STATUS_NOT_FOUND at the end. Renews its transaction now and then, so it holds no page for long
// and may see what was committed after it was opened.
MUST_CHECK enum status store_scan_next(struct store_scan *scan, struct bytes *key,
                                       struct bytes *value);
// Worth it for one that waits between two records: the next one is looked for anew.
void                   store_scan_look_away(struct store_scan *scan);
void                   store_scan_close(struct store_scan *scan); // before the store; NULL is fine

// Frees the slots of readers that died. Done at opening; worth doing every ten seconds.
MUST_CHECK enum status store_clear_dead_readers(struct store *store);

struct store_usage {
    uint64_t bytes_used; // of the file; pages that are free again count
    uint64_t bytes_max;  // the map
};
struct store_usage store_usage(const struct store *store);

#endif
