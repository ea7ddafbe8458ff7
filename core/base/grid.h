// grid.h - evenly spaced instants of ledger time before an end: first, first + period, first + two
// periods … All of them lie before the end, which is none of them.
#ifndef CORE_BASE_GRID_H
#define CORE_BASE_GRID_H

#include <stdbool.h>
#include <stdint.h>

struct grid {
    int64_t  first_ms;  // before 1970 where so many days are reckoned back from an early end
    uint64_t period_ms; // 0: there is only the first
    uint64_t end_ms;    // at most TIME_MS_MAX
};

#define DAY_MS ((uint64_t)24 * 3600 * 1000)

// Whether the instant lies between the first and the end, half-open as a window is.
bool     grid_is_open(struct grid grid, uint64_t ms);
// The first instant of the grid after ms; TIME_NEVER when there is none.
uint64_t grid_next(struct grid grid, uint64_t ms);
// The latest at or before ms; TIME_NEVER when there is none. What lies before 1970 reads as 0.
uint64_t grid_latest(struct grid grid, uint64_t ms);

#endif
