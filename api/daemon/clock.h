// clock.h - ledger time: from the machine's clocks, which may be wrong, or set by command (X07).
//
// Ledger time is the wall clock, never before the last event. A wall clock that runs away from the
// boot clock by more than CLOCK_AHEAD_MS, or that is more than CLOCK_START_MS past the last event
// at the start, is not believed: ledger time holds until a server_admin confirms the step. Times
// are arguments, so that tests need no clock.
#ifndef API_DAEMON_CLOCK_H
#define API_DAEMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_BACK_MS  ((uint64_t)2000)
#define CLOCK_AHEAD_MS ((uint64_t)60000)
#define CLOCK_START_MS ((uint64_t)7 * 24 * 3600 * 1000)

struct clock_reading {
    uint64_t wall_ms; // since 1970
    uint64_t boot_ms; // since the machine started, never set
};

struct clock {
    bool     is_test; // time is set by clock_set only
    bool     is_held; // the wall clock is not believed
    uint64_t now_ms;  // ledger time when it was last looked at
    uint64_t last_wall_ms;
    uint64_t trusted_wall_ms, trusted_boot_ms; // they agreed here
    uint64_t step_back_count;
    uint64_t step_back_ms; // the greatest
};

struct clock_reading clock_read(void);

// last_event_ms: time of the newest event in the log; a fresh ledger's opening is not held.
void     clock_init(struct clock *clock, struct clock_reading reading, uint64_t last_event_ms,
                    bool is_test);
// Ledger time. True in *is_step when the clock was found to have stepped back or ahead just now.
uint64_t clock_look(struct clock *clock, struct clock_reading reading, bool *is_step);
// A server_admin believes the wall clock.
void     clock_confirm(struct clock *clock, struct clock_reading reading);
// Moves a test clock forward; false when it is none, or the time lies in the past.
bool     clock_set(struct clock *clock, uint64_t ms);

#endif
