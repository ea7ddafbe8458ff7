// turn.h - the two turns of a connection: what is out with nng's streams, and what its callbacks
// do.
//
// See connection.h for who holds a turn. All functions here are called under the connection's lock,
// but turn_prepare.
#ifndef API_DAEMON_TURN_H
#define API_DAEMON_TURN_H

#include "api/daemon/connection.h"

// What a slot needs before its first use. False: out of memory.
MUST_CHECK bool turn_prepare(struct connection *connection);

// The first send, of what is in outgoing, and the first receive.
void turn_begin(struct connection *connection);

// Sends what was put to outgoing, now or behind what is being sent.
void turn_send(struct connection *connection);

// Receives again if it paused, and what it lacked is there.
void turn_resume_when_fed(struct connection *connection); // memory, the caller says
void turn_resume_when_due(struct connection *connection); // credit

// Closes the stream. Puts the connection to the ended when no turn is out any more.
void turn_close(struct connection *connection, enum connection_end end);

#endif
