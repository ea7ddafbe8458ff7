// report.h - what the daemon says to its operator: one structured line per event, to stderr.
//
//   time=2026-11-22T05:00:00Z level=info event=started origin="ledger.example/1" size=120
//
// Never a secret, never a name of a person.
#ifndef API_DAEMON_REPORT_H
#define API_DAEMON_REPORT_H

#include "api/daemon/clock.h"
#include "core/base/status.h"

// fields: printf of key=value pairs.
void report(const char *level, const char *event, const char *fields, ...)
    __attribute__((format(printf, 3, 4)));
void report_failure(const char *what, enum status status);
void report_clock(const struct clock *clock);
// For restore.h: a snapshot that does not count.
void report_passed_over(void *context, uint64_t size, const char *why);

#endif
