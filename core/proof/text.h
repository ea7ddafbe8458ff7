// text.h - what may stand in a signed note: UTF-8, lines, names.
//
// Format: C2SP signed-note, and UTF-8 as RFC 3629 has it: shortest form, no surrogates.
#ifndef CORE_PROOF_TEXT_H
#define CORE_PROOF_TEXT_H

#include "core/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

// Takes the next character off *rest, which is not empty; false when it is not UTF-8.
bool text_next(struct bytes *rest, uint32_t *character);

// UTF-8 without control characters below U+0020 but LF; may be empty.
bool text_is_lines(struct bytes text);

// Not empty, UTF-8 without control characters below U+0020, Unicode spaces and '+'.
bool text_is_name(struct bytes text);

#endif
