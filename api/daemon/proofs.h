// proofs.h - the verbs about signed heads and what they prove: checkpoint, consistency, cosign,
// receipt.
#ifndef API_DAEMON_PROOFS_H
#define API_DAEMON_PROOFS_H

#include "api/daemon/daemon.h"

void checkpoint_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                       struct buffer *reply);
void consistency_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                        struct buffer *reply);
void cosign_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply);
void receipt_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);

#endif
