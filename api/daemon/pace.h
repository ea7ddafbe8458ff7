// pace.h - how long the turns of the loop take, and what takes it: a slow one is told to the
// operator, who then knows whether to look at the disk, at the processor, or at what was asked.
//
//   event=slow_turn ms=63 commit_ms=60 processor_ms=2 requests=16 events=16
#ifndef API_DAEMON_PACE_H
#define API_DAEMON_PACE_H

#include <stddef.h>
#include <stdint.h>

enum {
    PACE_SLOW_MS = 50,
    PACE_REST_MS = 1000, // after one was told
};

struct pace {
    uint64_t begin_ns, processor_ns; // when the turn began: the clock, the loop's processor time
    uint64_t commit_ns;              // of the turn, so far
    uint64_t event_count;            // likewise, what was made durable
    uint64_t told_ns;
};

void pace_begin(struct pace *pace);
// What made a batch durable began then (monotonic_ns), and it was so many events.
void pace_add_commit(struct pace *pace, uint64_t begin_ns, uint32_t event_count);
// Tells of it when it was slow.
void pace_end(struct pace *pace, size_t request_count);

#endif
