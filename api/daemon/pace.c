#include "api/daemon/pace.h"

#include "api/daemon/report.h"
#include "core/base/monotonic.h"

#include <time.h>

#define NS_PER_MS 1000000ULL

static uint64_t processor_ns(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

void pace_begin(struct pace *pace)
{
    pace->begin_ns = monotonic_ns();
    pace->processor_ns = processor_ns();
    pace->commit_ns = 0;
    pace->event_count = 0;
}

void pace_add_commit(struct pace *pace, uint64_t begin_ns, uint32_t event_count)
{
    pace->commit_ns += monotonic_ns() - begin_ns;
    pace->event_count += event_count;
}

void pace_end(struct pace *pace, size_t request_count)
{
    const uint64_t now_ns = monotonic_ns();
    const uint64_t turn_ns = now_ns - pace->begin_ns;
    const uint64_t told_ns = pace->told_ns;
    if (turn_ns < PACE_SLOW_MS * NS_PER_MS) return;
    if (told_ns != 0 && now_ns - told_ns < PACE_REST_MS * NS_PER_MS) return;
    pace->told_ns = now_ns;
    report("info", "slow_turn", "ms=%llu commit_ms=%llu processor_ms=%llu requests=%zu events=%llu",
           (unsigned long long)(turn_ns / NS_PER_MS),
           (unsigned long long)(pace->commit_ns / NS_PER_MS),
           (unsigned long long)((processor_ns() - pace->processor_ns) / NS_PER_MS), request_count,
           (unsigned long long)pace->event_count);
}
