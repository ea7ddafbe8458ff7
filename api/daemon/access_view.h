// access_view.h - the verb access: whether a held unit gives access, and whether somebody may act.
#ifndef API_DAEMON_ACCESS_VIEW_H
#define API_DAEMON_ACCESS_VIEW_H

#include "api/daemon/daemon.h"

// One whole reply; the actor is logged in.
void access_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply);

#endif
