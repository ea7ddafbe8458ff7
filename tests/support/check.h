// check.h - what must hold of any state, counted once more by brute force: the invariants of struct
// account (state.h), who is suspended by the walk of X03 in log order, the lists, the indexes, the
// schedule, and that every record of a pool is reached.
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include "projections/state.h"

// NULL, or the first thing that does not hold; lives until the next call. No edge may be due.
const char *state_check(const struct state *state);

#endif
