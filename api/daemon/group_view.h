// group_view.h - the verbs that look at groups: state, tree. Each writes one whole reply; the actor
// is logged in.
#ifndef API_DAEMON_GROUP_VIEW_H
#define API_DAEMON_GROUP_VIEW_H

#include "api/daemon/daemon.h"

void state_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                  struct buffer *reply);
void tree_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                 struct buffer *reply);

#endif
