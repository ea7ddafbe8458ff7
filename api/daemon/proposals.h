// proposals.h - the verbs that propose: judged, appended, answered (architecture: the way of a
// request).
#ifndef API_DAEMON_PROPOSALS_H
#define API_DAEMON_PROPOSALS_H

#include "api/daemon/daemon.h"

// Each writes one whole reply. actor is logged in.
void propose_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);
void preview_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);
void outcome_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);

#endif
