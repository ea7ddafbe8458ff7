// contacts.h - the verb contact: who a user or an actor is to people (X17).
#ifndef API_DAEMON_CONTACTS_H
#define API_DAEMON_CONTACTS_H

#include "api/daemon/daemon.h"

// One whole reply; the actor is logged in.
void contact_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);

// Before an accepted event is taken into the state, inside its batch: whoever it removes is
// forgotten here too.
MUST_CHECK enum status contacts_forget(struct daemon *daemon, const struct event *event);

#endif
