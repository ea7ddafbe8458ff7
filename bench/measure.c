#include "bench/measure.h"

#include <dirent.h>
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

enum { STAT_SIZE_MAX = 1024, STAT_PARENT = 3, STAT_USER = 13, STAT_SYSTEM = 14 };

struct process {
    uint64_t parent;
    uint64_t cpu_ns;
};

// From /proc/PID/stat, whose times are in clock ticks. The second word has no space in it here.
static bool read_process(const char *name, struct process *process)
{
    char path[64], text[STAT_SIZE_MAX];
    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) return false;
    const size_t size = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[size] = 0;
    uint64_t    words[STAT_SYSTEM + 1] = {0};
    const char *at = text;
    for (int i = 0; i <= STAT_SYSTEM && at != NULL; i++) {
        words[i] = strtoull(at, NULL, 10);
        at = strchr(at, ' ');
        if (at != NULL) at++;
    }
    process->parent = words[STAT_PARENT];
    process->cpu_ns =
        (words[STAT_USER] + words[STAT_SYSTEM]) * (SECOND_NS / (uint64_t)sysconf(_SC_CLK_TCK));
    return true;
}

// Of the process and its children.
static uint64_t other_cpu_ns(pid_t pid)
{
    struct process process;
    uint64_t       sum_ns = 0;
    DIR           *all = pid == 0 ? NULL : opendir("/proc");
    if (all == NULL) return 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this directory stream
    for (const struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all)) {
        if (strspn(entry->d_name, "0123456789") == 0) continue;
        if (!read_process(entry->d_name, &process)) continue;
        const bool is_it = strtoull(entry->d_name, NULL, 10) == (uint64_t)pid;
        if (is_it || process.parent == (uint64_t)pid) sum_ns += process.cpu_ns;
    }
    (void)closedir(all);
    return sum_ns;
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
