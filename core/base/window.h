// window.h - a stretch of ledger time, half-open: [from, until). At until it is over (B13).
//
// Times are milliseconds since 1970-01-01 UTC. Text is RFC 3339 in UTC with 'Z'.
#ifndef CORE_BASE_WINDOW_H
#define CORE_BASE_WINDOW_H

#include "core/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

#define TIME_NEVER UINT64_MAX // after every instant

struct window {
    uint64_t from_ms;  // 0: always was
    uint64_t until_ms; // TIME_NEVER: has no end
};

#define WINDOW_ALWAYS ((struct window){0, TIME_NEVER})

bool     window_is_valid(struct window window);
bool     window_has(struct window window, uint64_t ms);
// The first edge after ms; TIME_NEVER when there is none.
uint64_t window_next_edge(struct window window, uint64_t ms);

enum { TIME_TEXT_SIZE = 32 };

// "2026-12-01T00:00:00Z", with milliseconds only where there are some; "never" for TIME_NEVER.
// text has room for TIME_TEXT_SIZE bytes, the final zero included. Returns text.
const char *time_to_text(uint64_t ms, char *text);
// Takes a date, a minute, a second or milliseconds: 2026-12-01, …T00:00Z, …T00:00:00Z,
// …T00:00:00.000Z. False for anything else, for days that do not exist, and before 1970.
bool        time_from_text(struct bytes text, uint64_t *ms);

// "90s", "10m", "2h", "30d", "1500ms": a whole number of the largest unit that leaves no rest. Text
// and result as of time_to_text().
const char *duration_to_text(uint64_t ms, char *text);
// False for anything else, and beyond ms_max.
bool        duration_from_text(struct bytes text, uint64_t ms_max, uint64_t *ms);

#endif
