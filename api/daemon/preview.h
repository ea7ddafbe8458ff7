// preview.h - what a proposal would change: done on the state, looked at, and put back.
#ifndef API_DAEMON_PREVIEW_H
#define API_DAEMON_PREVIEW_H

#include "api/daemon/daemon.h"

enum { LOSS_MAX = 256 }; // so many are told; how many there are stands in the changes

// Units that would lose access, the most senior first.
struct losses {
    uint32_t count;
    uint32_t holdings[LOSS_MAX];
};

// Writes the whole reply for a proposal that daemon->decision accepts.
void preview_accepted(struct daemon *daemon, const struct proposal *proposal, uint32_t actor,
                      struct buffer *reply);
// Of a save that is refused for what is in use alone: what forcing it would suspend. NULL for other
// proposals. Good until the next preview.
const struct losses *preview_losses(struct daemon *daemon, const struct proposal *proposal,
                                    uint32_t actor);
void put_losses(struct buffer *reply, const struct state *state, const struct losses *losses);

#endif
