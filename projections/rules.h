// rules.h - what the ledger decides, and what follows from it: one row per kind of event.
//
// decide looks at a proposal and leaves the state as it was; record takes what was appended to the
// log, accepted or refused. The same two run in the daemon and in the auditor, which is why the
// auditor can tell whether the daemon decided rightly. Neither reads a clock: the time of an event
// is given.
#ifndef PROJECTIONS_RULES_H
#define PROJECTIONS_RULES_H

#include "projections/judgement.h"
#include "projections/losses.h"

struct decision {
    struct verdict verdict;
    bool           is_logged; // accepted with something to say, or a refusal that is kept
    const char    *offence;   // with MALFORMED: the field
    struct why     why;
    struct losses  losses;   // with LIMIT_BELOW_USED
    struct why     warnings; // with ACCEPTED: of packages that are clipped from above (B25)
};

// actor: the author's record, 0 for the ledger itself. The state must have room
// (state_has_room, retry_has_room). now_ms is not before the last event, and but for a boundary it
// is not late (schedule_is_late).
void rules_decide(struct state *state, const struct proposal *proposal, uint32_t actor,
                  uint64_t now_ms, struct decision *decision);

// The same decision, told to somebody: what rules_decide tells its author.
struct inquiry {
    const struct proposal *proposal;
    uint32_t               actor;
    uint64_t               now_ms;
    uint32_t               reader; // see struct question
    uint32_t               from;   // the first reason that is told
};

void rules_explain(struct state *state, const struct inquiry *inquiry, struct decision *decision);

// An event that stands in the log as seq = server_at(state)->size.
void rules_record(struct state *state, const struct leaf *leaf, const struct proposal *proposal);

#endif
