// measure.h - what one slice of a benchmark says, clocks, and the median over its rounds.
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "core/base/bytes.h"
#include "core/base/status.h"

#include <stdint.h>
#include <sys/types.h>

enum {
    ROUND_MAX = 15,
    SAMPLE_MAX = 1 << 20, // latencies of a slice; later ones are left out
    CONNECTION_MAX = 4,
};

// Monotonic.
uint64_t measure_clock_ns(void);

// Latencies in the order in which they were seen, in nanoseconds.
struct samples {
    uint32_t count;
    uint32_t ns[SAMPLE_MAX];
};

void samples_add(struct samples *samples, uint64_t ns);

// Of a slice, or the medians of several: operations per second, latencies of a request in
// microseconds, and the share of one core that each side took (0.0 to the number of cores).
struct measure {
    double rate;
    double p50_us, p99_us;
    double own_cores;    // this process
    double daemon_cores; // the other side, a process and its children, where one can ask it
};

struct stopwatch {
    pid_t    other;
    uint64_t start_ns, own_ns, other_ns;
};

struct stopwatch stopwatch_start(pid_t other);
// operation_count in the time since the start. Sorts the samples.
struct measure   stopwatch_stop(const struct stopwatch *stopwatch, uint64_t operation_count,
                                struct samples *samples);

// Each member by itself.
struct measure measure_median(const struct measure *measures, uint32_t count);

#endif
