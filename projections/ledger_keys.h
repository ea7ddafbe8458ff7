// ledger_keys.h - the keys that sign the ledger's checkpoints, one after another (X19).
//
// The opening names the first; each rotation brings the next, certified by the recovery key. What
// the state knows of them is what a certificate is judged by, and which key the daemon needs; who
// must have signed a head is said by core/proof/epochs.h.
#ifndef PROJECTIONS_LEDGER_KEYS_H
#define PROJECTIONS_LEDGER_KEYS_H

#include "core/proof/key.h"
#include "projections/judgement.h"

void key_rotation_judge(struct question *question, const struct event *event);
void key_rotation_apply(struct change_context *context, const struct event *event);

// The key that signs now, and its epoch: how often the key was rotated. There was an opening.
void ledger_key_load(const struct state *state, struct verifier *key, uint32_t *epoch);
// Whether the key signs the ledger, or once did.
bool ledger_key_is_known(const struct state *state, const uint8_t key[static 32]);

#endif
