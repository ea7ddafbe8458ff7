// server.h - the licensed server: licence files and their vendors, EULA, limited mode (domain T).
#ifndef PROJECTIONS_SERVER_H
#define PROJECTIONS_SERVER_H

#include "projections/judgement.h"

const char *limited_reason_word(uint32_t reason); // static; of NOT_LIMITED: "none"

// How many holdings leaving the mode would suspend beyond those that are (T16).
uint32_t pending_count(const struct state *state, uint64_t ms);

void opening_judge(struct question *question, const struct event *event);
void opening_apply(struct change_context *context, const struct event *event);
void license_upload_judge(struct question *question, const struct event *event);
void license_upload_apply(struct change_context *context, const struct event *event);
// An edge of a licence entry's window has come.
void line_pass(struct change_context *context, const struct edge *edge);
void eula_acceptance_judge(struct question *question, const struct event *event);
void eula_acceptance_apply(struct change_context *context, const struct event *event);
void vendor_enrolment_judge(struct question *question, const struct event *event);
void vendor_enrolment_apply(struct change_context *context, const struct event *event);

#endif
