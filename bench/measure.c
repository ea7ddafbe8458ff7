#include "bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS ((uint64_t)1000000000)

uint64_t measure_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

void samples_add(struct samples *samples, uint64_t ns)
{
    if (samples->count == SAMPLE_MAX) return;
    samples->ns[samples->count++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

// --- Processor time ---------------------------------------------------------

static uint64_t time_ns(struct timeval time)
{
    return (uint64_t)time.tv_sec * SECOND_NS + (uint64_t)time.tv_usec * 1000;
}

static uint64_t own_cpu_ns(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return time_ns(usage.ru_utime) + time_ns(usage.ru_stime);
}

// The 14th and 15th number of /proc/PID/stat, in clock ticks; the name in parentheses has no space.
static uint64_t other_cpu_ns(pid_t process)
{
    char               path[64];
    unsigned long long user = 0, system = 0;
    if (process == 0) return 0;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0;
    const int count = fscanf(file,
                             "%*d %*s %*s %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
                             "%llu %llu",
                             &user, &system);
    (void)fclose(file);
    const uint64_t tick_ns = SECOND_NS / (uint64_t)sysconf(_SC_CLK_TCK);
    return count == 2 ? (user + system) * tick_ns : 0;
}

struct stopwatch stopwatch_start(pid_t other)
{
    return (struct stopwatch){.other = other,
                              .start_ns = measure_clock_ns(),
                              .own_ns = own_cpu_ns(),
                              .other_ns = other_cpu_ns(other)};
}

// --- Order ------------------------------------------------------------------

static int compare_ns(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static double percentile_us(const struct samples *samples, uint32_t percent)
{
    if (samples->count == 0) return 0;
    const uint64_t at = (uint64_t)(samples->count - 1) * percent / 100;
    return samples->ns[at] / 1e3;
}

struct measure stopwatch_stop(const struct stopwatch *stopwatch, uint64_t operation_count,
                              struct samples *samples)
{
    const double wall_ns = (double)(measure_clock_ns() - stopwatch->start_ns);
    qsort(samples->ns, samples->count, sizeof samples->ns[0], compare_ns);
    return (struct measure){
        .rate = (double)operation_count * 1e9 / wall_ns,
        .p50_us = percentile_us(samples, 50),
        .p99_us = percentile_us(samples, 99),
        .own_cores = (double)(own_cpu_ns() - stopwatch->own_ns) / wall_ns,
        .daemon_cores = (double)(other_cpu_ns(stopwatch->other) - stopwatch->other_ns) / wall_ns,
    };
}

static int compare_doubles(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(const struct measure *measures, uint32_t count, size_t offset)
{
    double values[ROUND_MAX];
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&values[i], (const char *)&measures[i] + offset, sizeof values[i]);
    }
    qsort(values, count, sizeof values[0], compare_doubles);
    return values[count / 2];
}

struct measure measure_median(const struct measure *measures, uint32_t count)
{
    return (struct measure){
        .rate = median(measures, count, offsetof(struct measure, rate)),
        .p50_us = median(measures, count, offsetof(struct measure, p50_us)),
        .p99_us = median(measures, count, offsetof(struct measure, p99_us)),
        .own_cores = median(measures, count, offsetof(struct measure, own_cores)),
        .daemon_cores = median(measures, count, offsetof(struct measure, daemon_cores)),
    };
}
