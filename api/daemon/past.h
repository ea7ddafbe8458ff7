// past.h - a state that is told the log up to just before an event, and what it says of the event.
#ifndef API_DAEMON_PAST_H
#define API_DAEMON_PAST_H

#include "api/daemon/answer.h"
#include "api/daemon/explainer.h"
#include "projections/rules.h"

#include <stdatomic.h>

// All zero but for the ledger, where its snapshots are, and what the loop sets meanwhile.
struct past {
    const struct ledger         *ledger;
    const char                  *snapshots;
    const atomic_bool           *is_stopping; // breaks off
    const atomic_uint_least64_t *archived;    // events below may be gone at any moment
    struct state                *state;       // NULL: none yet
    struct decision              decision;
    struct page                  page;
};

// Writes one whole reply.
void past_answer(struct past *past, const struct past_question *question, struct buffer *reply);
// Gives the state up.
void past_release(struct past *past);

#endif
