// holding_view.h - the verb that lists what is held.
#ifndef API_DAEMON_HOLDING_VIEW_H
#define API_DAEMON_HOLDING_VIEW_H

#include "api/daemon/daemon.h"

// One whole reply; the actor is logged in.
void holdings_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                     struct buffer *reply);

// One holding as it stands in answers.
void put_holding(struct buffer *items, const struct daemon *daemon, uint32_t at);

#endif
