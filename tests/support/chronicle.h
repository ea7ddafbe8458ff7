// chronicle.h - a random history (tests/oracle/history.h) told to a state as the daemon would: what
// comes to be judged can be looked at first.
//
//   struct chronicle *chronicle = chronicle_open(seed);
//   for (uint32_t i = 0; i < 300; i++) {
//       chronicle_next(chronicle);      the edges before it have passed
//       ... look at chronicle->proposal, on chronicle->state ...
//       chronicle_take(chronicle);      decided, recorded
//   }
#ifndef TESTS_SUPPORT_CHRONICLE_H
#define TESTS_SUPPORT_CHRONICLE_H

#include "projections/rules.h"
#include "tests/oracle/history.h"

struct chronicle {
    struct state   *state;
    struct history *history;
    uint64_t        time_ms;
    entity_id       author;
    uint32_t        actor;
    struct bytes    packed;
    struct proposal proposal;
    struct decision decision; // of chronicle_take
};

// compose_start() comes before.
struct chronicle *chronicle_open(uint64_t seed);
void              chronicle_close(struct chronicle *chronicle);
// The next proposal that is well formed and by somebody who may speak.
void              chronicle_next(struct chronicle *chronicle);
void              chronicle_take(struct chronicle *chronicle);

#endif
