// reasons.h - an event, why it was decided so, and what there was of what it is about: from the
// state just before it.
#ifndef REPLAY_REASONS_H
#define REPLAY_REASONS_H

#include "projections/explanation.h"
#include "replay/event_line.h"

enum { REASON_TEXT_SIZE = PATH_SIZE_MAX + 512 };

struct reasons {
    struct state                *state;
    const struct catch_up_event *event;
    uint32_t                     author; // actor; 0: the ledger
    struct subjects              subjects;
    struct decision              decision; // with the page of reasons in hand
};

// Judges the event anew.
void reasons_init(struct reasons *reasons, struct state *state, const struct catch_up_event *event);
// The following reasons, 100 at a time; false when all were told.
bool reasons_next(struct reasons *reasons);

void reasons_print(struct reasons *reasons, FILE *file);

#endif
