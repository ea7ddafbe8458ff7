// contest.h - several loads beside one another: slices in turn, round by round, so that whatever
// else the machine does meets them all; then the medians.
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include "bench/load.h"
#include "bench/scene.h"

#include <jansson.h>

struct contender {
    const char       *name;
    struct load      *load; // borrowed
    struct load_shape shape;
    struct measure    rounds[ROUND_MAX];
    struct measure    median;
};

// All slices are as long, and as many, as the scene says.
MUST_CHECK enum status contest_run(struct contender *contenders, uint32_t count,
                                   const struct scene *scene);

void    contest_print(const struct contender *contenders, uint32_t count);
json_t *contest_json(const struct contender *contenders, uint32_t count);

// Processor time of the system for one operation, microseconds.
static inline double contender_cost_us(const struct contender *contender)
{
    const struct measure *median = &contender->median;
    return median->rate == 0 ? 0 : median->daemon_cores * 1e6 / median->rate;
}

#endif
