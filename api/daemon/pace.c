#include "api/daemon/pace.h"

#include "api/daemon/report.h"

#include <time.h>

#define NS_PER_MS 1000000ULL

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

uint64_t pace_clock_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

void pace_begin(struct pace *pace)
{
    pace->begin_ns = pace_clock_ns();
    pace->processor_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    pace->commit_ns = 0;
    pace->event_count = 0;
}

void pace_add_commit(struct pace *pace, uint64_t begin_ns, uint32_t event_count)
{
    pace->commit_ns += pace_clock_ns() - begin_ns;
    pace->event_count += event_count;
}

void pace_end(struct pace *pace, size_t request_count)
{
    const uint64_t now_ns = pace_clock_ns();
    const uint64_t turn_ns = now_ns - pace->begin_ns;
    const uint64_t told_ns = pace->told_ns;
    if (turn_ns < PACE_SLOW_MS * NS_PER_MS) return;
    if (told_ns != 0 && now_ns - told_ns < PACE_REST_MS * NS_PER_MS) return;
    pace->told_ns = now_ns;
    report(
        "info", "slow_turn", "ms=%llu commit_ms=%llu processor_ms=%llu requests=%zu events=%llu",
        (unsigned long long)(turn_ns / NS_PER_MS),
        (unsigned long long)(pace->commit_ns / NS_PER_MS),
        (unsigned long long)((clock_ns(CLOCK_THREAD_CPUTIME_ID) - pace->processor_ns) / NS_PER_MS),
        request_count, (unsigned long long)pace->event_count);
}
