// wide_view.h - the verbs that ask about the whole of what one may see (X21): who holds a unit,
// what ends soon, where it gets tight.
#ifndef API_DAEMON_WIDE_VIEW_H
#define API_DAEMON_WIDE_VIEW_H

#include "api/daemon/daemon.h"

void who_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, struct buffer *reply);
void expiring_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                     struct buffer *reply);
void tight_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                  struct buffer *reply);

#endif
