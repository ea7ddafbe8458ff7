#include "api/daemon/report.h"

#include "core/base/window.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_SIZE_MAX = 1024 };

// One write for the whole line, so that lines of several threads do not mix.
void report(const char *level, const char *event, const char *fields, ...)
{
    char    line[LINE_SIZE_MAX], text[LINE_SIZE_MAX / 2], time[TIME_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, fields);
    (void)vsnprintf(text, sizeof text, fields, arguments);
    va_end(arguments);
    (void)snprintf(line, sizeof line, "time=%s level=%s event=%s %s\n",
                   time_to_text(clock_read().wall_ms, time), level, event, text);
    (void)fputs(line, stderr);
}

void report_failure(const char *what, enum status status)
{
    report("error", "failure", "what=\"%s\" why=\"%s\"", what, status_sentence(status));
}

void report_clock(const struct clock *clock)
{
    report("warning", "clock_step", "held=%s steps_back=%llu greatest_ms=%llu",
           clock->is_held ? "yes" : "no", (unsigned long long)clock->step_back_count,
           (unsigned long long)clock->step_back_ms);
}

void report_passed_over(void *context, uint64_t size, const char *why)
{
    (void)context;
    report("warning", "snapshot_passed_over", "size=%llu why=\"%s\"", (unsigned long long)size,
           why);
}
