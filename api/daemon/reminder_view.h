// reminder_view.h - the verb about reminders: policies, what comes next, what went out and what
// became of it.
#ifndef API_DAEMON_REMINDER_VIEW_H
#define API_DAEMON_REMINDER_VIEW_H

#include "api/daemon/daemon.h"

void reminders_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                      struct buffer *reply);

// "reminders" of a changed group: those that wait, the newest first and only a few.
void put_newest_reminders(struct buffer *reply, const struct state *state, uint32_t group);

#endif
