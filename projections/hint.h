// hint.h - the smallest change that would let a refused proposal pass, in words: one row per code
// (X08).
#ifndef PROJECTIONS_HINT_H
#define PROJECTIONS_HINT_H

#include "projections/judgement.h"

// Adds nothing where nothing would help. Of what the asker may not read it says no name and no
// number.
void hint_add(const struct reason *reason, struct buffer *hint);

#endif
