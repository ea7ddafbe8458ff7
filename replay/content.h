// content.h - the first half of an audit: are the leaves the ones that were sealed?
//
// Every leaf is hashed anew and compared with its hash in the tiles, every tile with the one above,
// and at each kept head the signature and the root with what the leaves' bytes make. When two of
// the three voices (leaf, tile, signed root) agree, the third is the one that is wrong; where only
// the root disagrees, the last head that agreed and the first that does not say between which
// events.
#ifndef REPLAY_CONTENT_H
#define REPLAY_CONTENT_H

#include "core/base/status.h"
#include "ledger/log.h"
#include "replay/report.h"
#include "replay/trust.h"

// The ledger is opened unchecked, the scan covers all of it and is used up. Faults go into the
// report; the check ends early at the first one that is certain.
void content_check(struct ledger *ledger, struct ledger_scan *scan, const struct trust *trust,
                   struct content_report *report);

#endif
