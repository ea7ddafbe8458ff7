// holding_view.h - the verbs that look at what is held: access, holdings. Each writes one whole
// reply; the actor is logged in.
#ifndef API_DAEMON_HOLDING_VIEW_H
#define API_DAEMON_HOLDING_VIEW_H

#include "api/daemon/daemon.h"

void access_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply);
void holdings_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                     struct buffer *reply);

#endif
