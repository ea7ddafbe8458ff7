// mode.h - the limited mode: what enters it, what leaves it, what waits for that (T13 to T23, D4).
#ifndef PROJECTIONS_MODE_H
#define PROJECTIONS_MODE_H

#include "projections/judgement.h"

const char *limited_reason_word(uint32_t reason); // static; of NOT_LIMITED: "none"

// A trigger. What the server had until now holds on while the mode lasts (T16).
void mode_enter(struct change_context *context, enum limited_reason reason);
// Every counted resource of the server is judged anew: the file or the mode has changed.
void mode_settle(struct state *state, uint64_t now_ms);

// Whether a client of that version may connect: ACCEPTED, or CLIENT_TOO_OLD (T19).
enum refusal mode_connect(const struct state *state, struct bytes version);

// What leaving the mode would suspend beyond what is: how many, and the oldest of them (T16).
enum { PENDING_MAX = 100 };

struct pending {
    uint32_t total, count;
    uint32_t holdings[PENDING_MAX]; // oldest first
};

uint32_t pending_count(const struct state *state, uint64_t ms);
void     pending_list(const struct state *state, uint64_t ms, struct pending *pending);

void eula_acceptance_judge(struct question *question, const struct event *event);
void eula_acceptance_apply(struct change_context *context, const struct event *event);
void password_change_apply(struct change_context *context, const struct event *event);
void software_update_apply(struct change_context *context, const struct event *event);

#endif
