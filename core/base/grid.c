#include "core/base/grid.h"

#include "core/base/limits.h"
#include "core/base/window.h"

bool grid_is_open(struct grid grid, uint64_t ms)
{
    return (int64_t)ms >= grid.first_ms && ms < grid.end_ms;
}

// How far after the first instant; ms is not before it.
static uint64_t since_first(struct grid grid, uint64_t ms)
{
    return (uint64_t)((int64_t)ms - grid.first_ms);
}

uint64_t grid_next(struct grid grid, uint64_t ms)
{
    assert(grid.end_ms <= TIME_MS_MAX && ms <= TIME_MS_MAX);
    int64_t next_ms = grid.first_ms;
    if ((int64_t)ms >= grid.first_ms) {
        if (grid.period_ms == 0) return TIME_NEVER;
        const uint64_t passed = since_first(grid, ms) / grid.period_ms;
        next_ms += (int64_t)((passed + 1) * grid.period_ms);
    }
    return next_ms < (int64_t)grid.end_ms ? (uint64_t)next_ms : TIME_NEVER;
}

uint64_t grid_latest(struct grid grid, uint64_t ms)
{
    assert(grid.end_ms <= TIME_MS_MAX && ms <= TIME_MS_MAX);
    if (grid.first_ms >= (int64_t)grid.end_ms || (int64_t)ms < grid.first_ms) return TIME_NEVER;
    const uint64_t last_ms = ms < grid.end_ms ? ms : grid.end_ms - 1;
    int64_t        latest_ms = grid.first_ms;
    if (grid.period_ms != 0) {
        latest_ms += (int64_t)(since_first(grid, last_ms) / grid.period_ms * grid.period_ms);
    }
    return latest_ms < 0 ? 0 : (uint64_t)latest_ms;
}
