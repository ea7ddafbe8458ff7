// survey.h - questions about every group of a subtree, answered in pages of bounded cost.
//
// Groups are looked at in path order, parents first. An answer ends when its page is full or so
// much was looked at, whatever was found; `next` tells where to go on. It names a group and a place
// in it by what does not change: what happens between two pages makes none of the others come twice
// or not at all.
#ifndef API_DAEMON_SURVEY_H
#define API_DAEMON_SURVEY_H

#include "api/daemon/answer.h"
#include "api/daemon/daemon.h"

enum { SURVEY_CURSOR_SIZE = 16, SURVEY_LOOK_MAX = 4096 };

struct survey {
    struct daemon          *daemon;
    const struct state     *state;
    const struct arguments *arguments;
    uint32_t                top;
    uint32_t                group; // that is looked at
    uint64_t                item;  // of the group, what was told last; 0: nothing yet
    uint32_t                look_count;
    struct page            *page;
};

struct survey_row {
    const char *key; // of the list in the answer; before "next"
    // Adds what there is to tell of the group from behind survey->item on. False: the rest of it is
    // for the next page.
    bool (*look)(struct survey *survey);
};

// Whether one more thing of the group may be looked at and told.
bool survey_has_room(const struct survey *survey);

void survey_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   const struct survey_row *row, struct buffer *reply);

#endif
