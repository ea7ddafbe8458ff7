// report.h - the results as a table for people and as JSON for programs.
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/rows.h"

void report_table(const struct result results[static ROW_COUNT]);

struct report_terms {
    uint32_t round_count;
    uint64_t slice_ns;
    size_t   leaf_size;
};

MUST_CHECK enum status report_json(const char *path, const struct report_terms *terms,
                                   const struct result results[static ROW_COUNT]);

#endif
