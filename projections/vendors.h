// vendors.h - whose keys may sign licence files (T02).
#ifndef PROJECTIONS_VENDORS_H
#define PROJECTIONS_VENDORS_H

#include "projections/judgement.h"

uint32_t vendor_find(const struct state *state, struct bytes name); // 0: unknown
// Whether the name and the key make a verifier of notes.
bool     vendor_is_key(struct bytes name, struct bytes key);
// Without a question; a vendor that is known gets another key.
void     vendor_trust(struct change_context *context, struct bytes name, struct bytes key);

void vendor_enrolment_judge(struct question *question, const struct event *event);
void vendor_enrolment_apply(struct change_context *context, const struct event *event);

#endif
