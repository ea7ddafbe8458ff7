// audit.h - a ledger opened by an auditor, and the whole check of it.
#ifndef REPLAY_AUDIT_H
#define REPLAY_AUDIT_H

#include "ledger/log.h"
#include "replay/report.h"
#include "replay/trust.h"

// Opens read-only and believes nothing: the newest head is not judged. Sets report->size. On
// failure the reason stands in report->others.
MUST_CHECK enum status audit_open(const char *directory, const struct trust *trust,
                                  struct report *report, struct ledger **ledger);

// Content and meaning beside each other, then the rest of the ledger's own books. With progress on
// stderr when is_told.
void audit_run(struct ledger *ledger, const struct trust *trust, struct report *report,
               bool is_told);

#endif
