// anchors.h - the third part of an audit: does the ledger go on from what was kept elsewhere?
//
// What signatures alone cannot show is that events were cut off and others put in their place, or
// that an old copy is shown. A receipt, a head that somebody wrote down, and a witness's signature
// can: each says that at some size the tree had this root.
#ifndef REPLAY_ANCHORS_H
#define REPLAY_ANCHORS_H

#include "ledger/log.h"
#include "replay/options.h"
#include "replay/report.h"

// After the content was checked: the stored tiles are believed, and the keys that it found. A file
// that cannot be read, or is no receipt of this ledger, is a fault too.
void anchors_check(struct ledger *ledger, const struct options *options,
                   const struct epochs *epochs, struct anchor_report *report);

#endif
