// own_event.h - what the ledger itself says in its log, found among all leaves.
#ifndef REPLAY_OWN_EVENT_H
#define REPLAY_OWN_EVENT_H

#include "core/event/proposal.h"

#include <stdbool.h>

// Whether the leaf is an accepted event of that kind by the ledger; its fields are views of the
// leaf. What cannot be read is none.
bool own_event_read(struct bytes packed, enum kind kind, struct proposal *proposal);

#endif
