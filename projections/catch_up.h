// catch_up.h - the log told to the state, leaf by leaf: how a daemon starts and an auditor replays.
//
// Each leaf is read and its form judged; a visitor may look at it while the state is still that in
// which it was decided; then it is recorded. Nothing here asks for a time or decides anew.
#ifndef PROJECTIONS_CATCH_UP_H
#define PROJECTIONS_CATCH_UP_H

#include "core/event/proposal.h"
#include "ledger/log.h"
#include "projections/state.h"

struct catch_up_fault {
    uint64_t    seq;       // the first leaf that cannot be taken
    const char *why;       // a static sentence
    const char *field;     // the field of its proposal, static; NULL: none
    bool        is_unread; // it did not come out of the store
};

// Views of the store: they live until the visitor returns.
struct catch_up_event {
    struct bytes    packed; // the whole leaf
    struct leaf     leaf;
    struct proposal proposal;
};

// May ask the rules, but leaves the state as it was. Anything but OK ends the catching up there,
// and is its answer; the leaf is not recorded.
struct catch_up_visitor {
    enum status (*visit)(void *context, struct state *state, const struct catch_up_event *event,
                         struct catch_up_fault *fault);
    void *context;
};

// All leaves of the ledger from `from` on, which is server_at(state)->size. Each must have the hash
// that its tile says: what the newest checkpoint covers is what is recorded. The state is
// committed; after a failure it stands before the leaf that fault names.
//
//   STATUS_CORRUPT       no leaf, another seq than its place, earlier than the one before, not the
//                        hash of its tile
//   STATUS_UNSUPPORTED   a kind or a version of the rules that this program does not know
//   STATUS_OVERLOADED    the state is full
//
// and those of the ledger. fault is written on every failure.
MUST_CHECK enum status catch_up(struct state *state, struct ledger *ledger, uint64_t from,
                                struct catch_up_fault *fault);

// The same for the leaves of a scan that begins there, with a visitor and without tiles: what the
// bytes are worth is for the caller to know. The visitor must refuse what the rules would not have
// decided so, unless the ledger is trusted: recording does not judge.
MUST_CHECK enum status catch_up_scan(struct state *state, struct ledger_scan *scan,
                                     const struct catch_up_visitor *visitor,
                                     struct catch_up_fault         *fault);

#endif
