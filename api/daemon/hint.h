// hint.h - the smallest change that would let a refused proposal pass, in words (X08).
#ifndef API_DAEMON_HINT_H
#define API_DAEMON_HINT_H

#include "projections/judgement.h"

// Adds nothing where nothing would help, or where the asker may not read.
void hint_add(const struct reason *reason, struct buffer *hint);

#endif
