// monotonic.h - how long something takes: no time of day, and nothing that is decided by.
#ifndef CORE_BASE_MONOTONIC_H
#define CORE_BASE_MONOTONIC_H

#include <stdint.h>
#include <time.h>

static inline uint64_t monotonic_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Rests for as long as something took, but no longer than the greatest time.
static inline void monotonic_rest(uint64_t ns, uint64_t ns_max)
{
    const uint64_t        rest_ns = ns < ns_max ? ns : ns_max;
    const struct timespec rest = {.tv_sec = (time_t)(rest_ns / 1000000000),
                                  .tv_nsec = (long)(rest_ns % 1000000000)};
    (void)nanosleep(&rest, NULL);
}

#endif
