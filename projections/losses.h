// losses.h - who would be suspended: the holdings that give access before an event and not after it
// (X01).
//
// What an event takes away follows from what it changed, and the undo journal knows all of that:
//
//   mark; the event is applied
//   losses_note     whoever may have lost access by one of the changed records, and has none now
//   rollback
//   losses_count    those of them that had access before
//
// So the work is that of the event itself, of the units that are cut off, and of the users below a
// limit that falls below what one user may hold.
#ifndef PROJECTIONS_LOSSES_H
#define PROJECTIONS_LOSSES_H

#include "projections/judgement.h"

enum { LOSS_MAX = 100 }; // so many are told by name

struct losses {
    uint32_t suspect_count; // in the scratch of the state; once counted, those that lose
    uint64_t total;         // of those that the reader may see
    uint32_t count;         // told, the most senior first
    uint32_t holdings[LOSS_MAX];
};

// On the state as it would be, with the event applied since the mark.
void losses_note(struct state *state, struct state_mark mark, uint64_t ms, struct losses *losses);
// On the state as it was. For an actor, or 0 for the ledger, who reads all.
void losses_count(struct state *state, uint64_t ms, uint32_t reader, struct losses *losses);

bool              losses_any(const struct losses *losses);
// After losses_count, on the state as it would be once more: where it is decided, as a refusal
// tells it. The nearest node going up from the group whose cut takes somebody's access; where none
// does, what the groups of the most senior loser's user leave.
struct constraint losses_decisive(struct state *state, uint64_t ms, uint32_t group,
                                  const struct losses *losses);

#endif
