// notices.h - the marks in the use of a limit that somebody wants to hear of (X18).
//
// An account stands at the highest mark that its use has reached. Where that is a higher one than
// before, it is a notice: raised once, however often the use goes up and down around the mark, and
// again only after it fell five points below. A fact of the state like all others; who follows the
// changes finds it in them, with the event that raised it.
#ifndef PROJECTIONS_NOTICES_H
#define PROJECTIONS_NOTICES_H

#include "projections/state.h"

enum notice { NOTICE_NONE, NOTICE_80, NOTICE_95, NOTICE_100, NOTICE_OVER, NOTICE_COUNT };

const char *notice_word(enum notice notice); // "none", "80", "95", "100", "over"

// Where an account stands that stood before at one, given what is used of the limit now.
enum notice notice_after(enum notice before, uint64_t used, uint64_t limit);

// The use or the limit of the account is another now.
void notice_look(struct state *state, uint32_t account);

#endif
