// queries.h - the verbs that only look. Each writes one whole reply; actor is logged in, or 0 for
// the verbs that are open to all.
#ifndef API_DAEMON_QUERIES_H
#define API_DAEMON_QUERIES_H

#include "api/daemon/daemon.h"

void status_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply);
void mode_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                 struct buffer *reply);
void license_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);
void state_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                  struct buffer *reply);
void tree_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                 struct buffer *reply);
void user_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                 struct buffer *reply);
void access_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply);
void holdings_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                     struct buffer *reply);
void actors_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply);

#endif
