// meaning.h - the second half of an audit: would the rules have decided so?
//
// The log is replayed into a fresh state. Each event must be one that a ledger would have made: in
// canonical form, by an author who was enrolled, signed where it must be, after a boundary where an
// edge was due, never twice; and its verdict is decided again.
#ifndef REPLAY_MEANING_H
#define REPLAY_MEANING_H

#include "projections/catch_up.h"
#include "projections/rules.h"
#include "replay/report.h"
#include "replay/signatures.h"
#include "replay/snapshots.h"
#include "replay/trust.h"

struct meaning {
    const struct trust    *trust;
    struct meaning_report *report;
    struct signatures     *signatures; // NULL: those of authors are not verified
    struct snapshots      *snapshots;  // NULL: what the log says of them is not compared
    // Called with each event that is right, before it is recorded; may be NULL.
    void (*watch)(void *context, const struct state *state, const struct catch_up_event *event,
                  const struct decision *decision);
    void           *context;
    uint64_t        archived; // events before are in files of 256: none of one is read alone
    struct decision decision; // of the newest event
    uint8_t         room[LEAF_SIZE_MAX]; // to write it again
};

// Ends at the first event that is wrong, which stands in the report; the state is then that before
// it. True when all were right.
bool meaning_replay(struct meaning *meaning, struct state *state, struct ledger_scan *scan);

#endif
