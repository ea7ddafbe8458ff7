// daemon.h - what the parts of licetd share: one ledger, its state, who is connected. The loop's
// thread owns all of it.
#ifndef API_DAEMON_DAEMON_H
#define API_DAEMON_DAEMON_H

#include "api/daemon/anchor.h"
#include "api/daemon/archives.h"
#include "api/daemon/ask.h"
#include "api/daemon/clock.h"
#include "api/daemon/connections.h"
#include "api/daemon/explainer.h"
#include "api/daemon/pace.h"
#include "api/daemon/refusals.h"
#include "api/daemon/rotation.h"
#include "api/daemon/session.h"
#include "api/daemon/snapshots.h"
#include "api/daemon/witnesses.h"
#include "core/proof/key.h"
#include "ledger/log.h"
#include "projections/rules.h"
#include "projections/state.h"

struct daemon {
    struct ledger      *ledger;
    struct state       *state;
    struct connections *connections;
    struct explainer   *explainer;
    struct sessions     sessions;
    struct signer       signer; // the ledger's own key
    struct rotation     rotation;
    struct bytes        origin; // of a text that stays when the key does not: other threads read it
    struct anchor      *anchor; // NULL: none is kept
    struct witnesses   *witnesses; // NULL: no policy names any
    struct clock        clock;
    uint64_t            now_ms;     // ledger time of this turn
    uint64_t            started_ms; // ledger time
    struct decision     decision;   // of the proposal in hand
    struct refusals     refusals;
    struct snapshots    snapshots;
    struct archives     archives;
    struct pace         pace;
    bool                is_resuming; // leases are to begin anew before any may end (X11)

    // The batch that is open: the log's transaction and the state that goes with it.
    bool              is_batch_open;
    enum status       batch_status;       // what went wrong in it; nothing more is appended then
    uint32_t          batch_count;        // leaves in it
    bool              is_clock_confirmed; // by an event in it
    bool              is_resumed;         // likewise
    struct state_mark batch_mark;         // the state before it
};

// Opens a batch where none is, for what is written beside the log.
MUST_CHECK enum status daemon_begin(struct daemon *daemon);
// Appends a leaf and takes it into the state; opens a batch where none is. What fails is kept in
// batch_status too: the whole batch is given up when it ends.
MUST_CHECK enum status daemon_append(struct daemon *daemon, const struct leaf *leaf,
                                     const struct proposal *proposal);
// Proposes an event of the ledger's own, which the rules must accept.
MUST_CHECK enum status daemon_append_own(struct daemon *daemon, const struct event *event);

#endif
