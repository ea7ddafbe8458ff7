// following.h - the changes in one subtree, looked at once for all who listen there.
//
// Changes are numbered (state_change_at). Those before `first` are not known here; of [first, next)
// the numbers of those that matter are noted, oldest first.
#ifndef API_DAEMON_FOLLOWING_H
#define API_DAEMON_FOLLOWING_H

#include "api/daemon/history.h"

enum { FOLLOWING_MAX = 4096 }; // noted at once; a power of two

struct following {
    uint32_t top; // group
    uint64_t first, next;
    uint64_t count; // ever noted
    uint64_t noted[FOLLOWING_MAX];
};

// Goes on to the newest change. Another top than before begins anew: nothing older is known then.
// Outside of a batch.
void following_look(struct following *following, const struct state *state, uint32_t top);
// As changed_groups_find, for the top.
bool following_find(const struct following *following, const struct state *state, uint64_t *next,
                    struct changed_groups *changed);

#endif
