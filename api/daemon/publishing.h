// publishing.h - what subscribers are sent: only the newest state, and only of their address's
// scope (PROTOCOL.md 8).
#ifndef API_DAEMON_PUBLISHING_H
#define API_DAEMON_PUBLISHING_H

#include "api/daemon/daemon.h"
#include "api/daemon/following.h"

enum { SCOPE_MAX = 64 };

struct scope {
    char             group[PATH_SIZE_MAX + 1]; // empty: only the doorbell
    struct following following;                // while somebody listens
};

struct publishing {
    struct scope scopes[SCOPE_MAX];
    uint32_t     scope_count;
    uint32_t     next; // subscriber that is looked at first
};

// After a commit, and now and then: brings subscribers with room to the newest state, so many that
// nobody who asks waits long. True: others still lack something, and are to come at once.
// tick_ms: monotonic.
MUST_CHECK bool publish(struct publishing *publishing, struct daemon *daemon, uint64_t tick_ms);

#endif
