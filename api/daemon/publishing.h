// publishing.h - what subscribers are sent: only the newest state, and only of their address's
// scope (PROTOCOL.md 8).
#ifndef API_DAEMON_PUBLISHING_H
#define API_DAEMON_PUBLISHING_H

#include "api/daemon/daemon.h"

enum { SCOPE_MAX = 64 };

struct scope {
    char group[PATH_SIZE_MAX + 1]; // empty: only the doorbell
};

struct publishing {
    struct scope scopes[SCOPE_MAX];
    uint32_t     scope_count;
    uint64_t     rung_size; // events at the last doorbell
    uint64_t     rung_ms;   // monotonic
};

// After a commit, and now and then: brings every subscriber with room to the newest state.
// tick_ms: monotonic.
void publish(struct publishing *publishing, struct daemon *daemon, uint64_t tick_ms);

#endif
