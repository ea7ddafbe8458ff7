// index.h - finds records of a pool by the hash of their key, without a stall when it grows.
//
// Linear hashing: one bucket is split with each record that is added, so no insertion ever pays for
// all the others. Memory is reserved once for the greatest number of records, as in pool.h. The
// caller hashes keys, with a secret where strangers choose them, and compares them:
//
//   for (uint32_t at = index_first(index, hash); at != 0; at = index_next(index, at))
//       if (the record at `at` has the key) …
#ifndef CORE_BASE_INDEX_H
#define CORE_BASE_INDEX_H

#include "core/base/ahead.h"
#include "core/base/status.h"

#include <stdint.h>

struct index_link {
    uint32_t next; // record in the same bucket, 0 at the end
    uint32_t hash;
};

struct index {
    uint32_t          *buckets; // first record of each
    struct index_link *links;   // by record
    uint32_t           bucket_count;
    uint32_t           count; // records
    uint32_t           count_max;
    struct ahead_mark  touched_buckets, touched_links;
};

// Its memory is touched ahead, unless that is NULL; it must live as long as the index.
MUST_CHECK enum status index_init(struct index *index, uint32_t count_max, struct ahead *ahead);
void                   index_release(struct index *index);

void index_add(struct index *index, uint32_t record, uint64_t hash);
void index_remove(struct index *index, uint32_t record);
void index_empty(struct index *index);
// So many are about to come into an empty one: it is made as large as that takes, once.
void index_expect(struct index *index, uint32_t count);

// For many that come into it or are looked for one after another, some of them ahead: brings the
// place of the hash near, so that it is not waited for when its turn comes.
void     index_fetch(const struct index *index, uint64_t hash);
// Once that is there: the same for the first record in the place, which is returned; 0 for none.
uint32_t index_fetch_first(const struct index *index, uint64_t hash);
// The same for the buckets that so many additions will split.
void     index_fetch_splits(const struct index *index, uint32_t count);

// Candidates: the records whose key may have the hash.
uint32_t index_first(const struct index *index, uint64_t hash);
uint32_t index_next(const struct index *index, uint32_t record);

#endif
