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

// The ok reply to one proposal with the receipt of its event, once that is durable; the reply as it
// is where there is no event, or the storage fails: then the verb receipt may be asked later. Lives
// until the next call.
struct bytes proofs_add_receipt(struct daemon *daemon, struct bytes reply);

#endif
