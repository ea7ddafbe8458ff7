#include "api/daemon/clock.h"

#include <assert.h>
#include <time.h>

static uint64_t read_one(clockid_t id)
{
    struct timespec now;
    const int       result = clock_gettime(id, &now);
    assert(result == 0);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

struct clock_reading clock_read(void)
{
    return (struct clock_reading){read_one(CLOCK_REALTIME), read_one(CLOCK_BOOTTIME)};
}

static void trust(struct clock *clock, struct clock_reading reading)
{
    clock->trusted_wall_ms = reading.wall_ms;
    clock->trusted_boot_ms = reading.boot_ms;
    clock->last_wall_ms = reading.wall_ms;
}

void clock_init(struct clock *clock, struct clock_reading reading, uint64_t last_event_ms,
                bool is_test)
{
    *clock = (struct clock){.is_test = is_test, .now_ms = last_event_ms};
    trust(clock, reading);
    if (is_test) return;
    clock->is_held = reading.wall_ms > last_event_ms + CLOCK_START_MS;
    if (reading.wall_ms + CLOCK_BACK_MS >= last_event_ms) return;
    clock->step_back_count = 1;
    clock->step_back_ms = last_event_ms - reading.wall_ms;
}

static bool is_back(struct clock *clock, uint64_t wall_ms)
{
    if (wall_ms + CLOCK_BACK_MS >= clock->last_wall_ms) return false;
    const uint64_t step_ms = clock->last_wall_ms - wall_ms;
    clock->step_back_count++;
    if (step_ms > clock->step_back_ms) clock->step_back_ms = step_ms;
    return true;
}

static bool is_ahead(const struct clock *clock, struct clock_reading reading)
{
    const uint64_t passed_ms = reading.boot_ms - clock->trusted_boot_ms;
    return reading.wall_ms > clock->trusted_wall_ms + passed_ms + CLOCK_AHEAD_MS;
}

uint64_t clock_look(struct clock *clock, struct clock_reading reading, bool *is_step)
{
    *is_step = false;
    if (clock->is_test) return clock->now_ms;
    if (is_back(clock, reading.wall_ms)) {
        *is_step = true;
        trust(clock, reading);
    }
    if (!clock->is_held && is_ahead(clock, reading)) {
        *is_step = true;
        clock->is_held = true;
    }
    clock->last_wall_ms = reading.wall_ms;
    if (!clock->is_held && reading.wall_ms > clock->now_ms) clock->now_ms = reading.wall_ms;
    return clock->now_ms;
}

void clock_confirm(struct clock *clock, struct clock_reading reading)
{
    clock->is_held = false;
    trust(clock, reading);
}

bool clock_set(struct clock *clock, uint64_t ms)
{
    if (!clock->is_test || ms < clock->now_ms) return false;
    clock->now_ms = ms;
    return true;
}
