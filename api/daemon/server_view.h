// server_view.h - the verbs that look at the server: status, mode, connect, license. Each writes
// one whole reply; the actor is logged in.
#ifndef API_DAEMON_SERVER_VIEW_H
#define API_DAEMON_SERVER_VIEW_H

#include "api/daemon/daemon.h"

void status_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply);
void mode_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                 struct buffer *reply);
void connect_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);
void license_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);

#endif
