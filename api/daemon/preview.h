// preview.h - what a proposal would change: done on the state, looked at, and put back.
#ifndef API_DAEMON_PREVIEW_H
#define API_DAEMON_PREVIEW_H

#include "api/daemon/daemon.h"

// Writes the whole reply for a proposal that daemon->decision accepts.
void preview_accepted(struct daemon *daemon, const struct proposal *proposal, uint32_t actor,
                      struct buffer *reply);
// "suspended", "suspended_count": who would lose access, as far as the asker may see.
void put_losses(struct buffer *reply, const struct state *state, const struct losses *losses);

#endif
