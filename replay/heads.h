// heads.h - walks the kept heads of a ledger that may be damaged.
#ifndef REPLAY_HEADS_H
#define REPLAY_HEADS_H

#include "ledger/log.h"

// The next one of at least that size whose record can be read; *from moves past it. False at the
// end, and where the store gives no more.
bool heads_next(struct ledger *ledger, uint64_t *from, struct ledger_checkpoint *found);

#endif
