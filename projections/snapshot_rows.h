// snapshot_rows.h - the records of the state as rows of data, field by field: what a snapshot
// writes and reads.
//
// A field of a record that has no column here would be lost at a start from a snapshot: a new one
// comes with its column. Nothing of it is for ever, since a snapshot can always be made again from
// the log: snapshot_layout() changes with every row, and one of another layout is not read.
#ifndef PROJECTIONS_SNAPSHOT_ROWS_H
#define PROJECTIONS_SNAPSHOT_ROWS_H

#include "core/proof/hash.h"
#include "projections/state.h"

enum column_type {
    COLUMN_NUMBER,  // an unsigned integer of `size` bytes, at most max; a signed one as its bits
    COLUMN_FLAG,    // bool
    COLUMN_RECORD,  // uint32_t: a record of `pool`, 0 for none
    COLUMN_CUT,     // the same, or ACCOUNT_KEEPS_ALL
    COLUMN_SUBJECT, // the same, of the pool that goes with the kind of the edge, which comes before
    COLUMN_TEXT,    // struct text_ref
    COLUMN_BYTES,   // `size` bytes
};

struct column {
    const char      *name;
    enum column_type type;
    enum pool_name   pool;
    size_t           offset, size;
    uint64_t         max; // 0: whatever fits
};

struct snapshot_row {
    const char          *name;
    const struct column *columns;
    uint32_t             column_count;
    size_t               record_size;
    void (*index)(struct state *state, uint32_t record); // NULL: nobody looks for it
};

// All pools whose records are reached from the server's, which is the first. Behind them POOL_TEXT:
// texts stand in their records.
enum { SNAPSHOT_POOL_COUNT = POOL_TEXT };

const struct snapshot_row *snapshot_row(enum pool_name pool);
// Of what is remembered of an answer: a struct retry, which no record names.
const struct snapshot_row *snapshot_retry_row(void);
enum pool_name             snapshot_subject_pool(enum edge_kind kind);

// One hash over all rows. STATUS_OUT_OF_MEMORY.
MUST_CHECK enum status snapshot_layout(struct hash *layout);

#endif
