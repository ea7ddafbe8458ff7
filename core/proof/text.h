// text.h - what may stand in a signed note: lines and names of UTF-8 (base/name.h).
//
// Format: C2SP signed-note.
#ifndef CORE_PROOF_TEXT_H
#define CORE_PROOF_TEXT_H

#include "core/base/bytes.h"

#include <stdbool.h>

// UTF-8 without control characters below U+0020 but LF; may be empty.
bool text_is_lines(struct bytes text);

// Not empty, UTF-8 without control characters below U+0020, Unicode spaces and '+'.
bool text_is_name(struct bytes text);

#endif
