// reminding.h - reminders that are due become events of the ledger's own (B39).
#ifndef API_DAEMON_REMINDING_H
#define API_DAEMON_REMINDING_H

#include "api/daemon/daemon.h"

// As many as one commit should hold; the others follow in the next turns, also after a restart, for
// what is due is a fact of the state. Nothing while an edge is due: boundaries come first.
void remind_due(struct daemon *daemon);
bool remind_has_due(const struct daemon *daemon);

#endif
