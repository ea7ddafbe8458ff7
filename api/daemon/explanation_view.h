// explanation_view.h - the verb explain: what a resource comes to at a group, node by node.
#ifndef API_DAEMON_EXPLANATION_VIEW_H
#define API_DAEMON_EXPLANATION_VIEW_H

#include "api/daemon/daemon.h"
#include "projections/explanation.h"

// Writes one whole reply; the actor is logged in.
void explain_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);

// "nodes" of a path, from the group up to the server, without what only its own readers see. From
// any thread.
void put_nodes(struct buffer *reply, const struct state *state,
               const struct explanation *explanation);

#endif
