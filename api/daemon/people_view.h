// people_view.h - the verbs that look at people and keys: user, actors. Each writes one whole
// reply; the actor is logged in.
#ifndef API_DAEMON_PEOPLE_VIEW_H
#define API_DAEMON_PEOPLE_VIEW_H

#include "api/daemon/daemon.h"

void user_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                 struct buffer *reply);
void actors_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply);

#endif
