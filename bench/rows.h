// rows.h - what is measured: a load, and the floors under it.
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "bench/load.h"
#include "bench/measure.h"

enum { ROW_COUNT = 12 };

struct row {
    const char       *name;
    struct load_shape load;
    bool              is_durable; // it has a ledger and a disk under it
    const char       *goal;       // of docs/PERFORMANCE.md; NULL: none of its own
};

extern const struct row rows[ROW_COUNT];

// Of a row, by round; then the medians.
struct result {
    struct measure load, echo, ledger, disk;
    struct measure one_by_one; // an echo, then a commit of one leaf: where one request is in flight
    size_t         request_size, reply_size;
};

static inline uint32_t row_leaves(const struct row *row)
{
    return row->load.in_flight * row->load.per_request;
}

#endif
