// audit.h - a ledger opened by an auditor, and the whole check of it.
#ifndef REPLAY_AUDIT_H
#define REPLAY_AUDIT_H

#include "ledger/log.h"
#include "replay/options.h"
#include "replay/report.h"

// Opens read-only, with the archive where one is named, and believes nothing: the newest head is
// not judged. Sets report->size. On failure the reason stands in report->others.
MUST_CHECK enum status audit_open(const struct options *options, struct report *report,
                                  struct ledger **ledger);

// Content and meaning beside each other, then the rest of the ledger's own books. Where the first
// events are not there, the meaning begins with a snapshot that the log tells of. With progress on
// stderr when is_told.
void audit_run(struct ledger *ledger, const struct options *options, struct report *report,
               bool is_told);

// Whether its daemon has dropped archived events since it was opened: what was missed then need not
// be missing.
bool audit_was_overtaken(struct ledger *ledger);
// Forgets what was found, and says that nobody could look.
void audit_give_up(struct report *report);

#endif
