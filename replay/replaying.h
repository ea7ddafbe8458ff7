// replaying.h - a ledger's log told to a fresh state, for the commands that look at what comes out.
//
// The ledger must open like for its daemon: its newest head verifies and covers it. Every event is
// judged again on the way; authors' signatures and older heads are for verify.
#ifndef REPLAY_REPLAYING_H
#define REPLAY_REPLAYING_H

#include "replay/meaning.h"
#include "replay/options.h"

struct replaying {
    struct ledger        *ledger;
    struct state         *state;
    struct meaning_report report;
    struct meaning        meaning;
    struct snapshots      snapshots;
};

// All zero before. Says on stderr what is wrong. OUTCOME_CLEAN or why not; closing is due either
// way.
MUST_CHECK enum outcome replaying_open(struct replaying *replaying, const struct options *options);
// The same for one that its daemon would not open any more.
MUST_CHECK enum outcome replaying_open_unchecked(struct replaying     *replaying,
                                                 const struct options *options);
// Events [0, size). At the first one that is wrong it says so on stderr and stops before it.
MUST_CHECK enum outcome replaying_run(struct replaying *replaying, uint64_t size);
void                    replaying_close(struct replaying *replaying);

// Runs a command in a shelter; what it returns is the exit code.
enum outcome sheltered(enum outcome (*work)(const struct options *options),
                       const struct options *options);

#endif
