// agreement.h - what a state shows, held against what the oracle says of the same history.
//
// Both answer the same questions; the first that they answer differently ends it.
#ifndef TESTS_SUPPORT_AGREEMENT_H
#define TESTS_SUPPORT_AGREEMENT_H

#include "projections/state.h"
#include "tests/oracle/oracle.h"

#include <stdbool.h>

struct agreement {
    const struct state  *state;
    const struct oracle *oracle;
    uint64_t             time_ms;
    bool                 is_broken;
    char                 text[256]; // what was answered differently; empty while it holds
};

struct agreement agreement_between(const struct state *state, const struct oracle *oracle,
                                   uint64_t time_ms);

// The server: mode, versions, what is pending, the next instant at which something happens.
void agreement_on_server(struct agreement *agreement);
// Every group with each resource and feature, every unit and whether it gives access, every user
// and what may be done, every reminder that is due.
void agreement_on_all(struct agreement *agreement);

#endif
