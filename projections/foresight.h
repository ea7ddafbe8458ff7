// foresight.h - brings near what some proposals will be judged by, before the first of them is.
//
// With a million groups most of what a consumption reads is in no cache of the processor, and each
// look waits for the one before. Over several proposals the waits overlap: all ask for their next
// record before the first of them uses its own. Nothing is decided or changed; whatever is found
// may be another when its turn comes.
#ifndef PROJECTIONS_FORESIGHT_H
#define PROJECTIONS_FORESIGHT_H

#include "projections/groups.h"

enum { FORESIGHT_MAX = GROUP_FIND_MAX };

struct foreseen {
    const struct proposal *proposal; // in; NULL: one that cannot be read
    entity_id              author;   // in
    uint32_t               group;    // out: where its path leads now, for state_note_found_group()
};

void foresee(const struct state *state, struct foreseen *foreseen, uint32_t count);

#endif
