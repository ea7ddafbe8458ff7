// history.h - the verbs about the log itself: events, changes, checkpoints, receipts.
//
// Two of them may wait: they answer false while there is nothing to tell, and are asked again after
// each commit, until their time is up.
#ifndef API_DAEMON_HISTORY_H
#define API_DAEMON_HISTORY_H

#include "api/daemon/daemon.h"

bool log_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, bool is_last_call,
                struct buffer *reply);
bool changes_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, bool is_last_call,
                    struct buffer *reply);

void checkpoint_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                       struct buffer *reply);
void consistency_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                        struct buffer *reply);
void receipt_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply);

// Groups that changed from one change number on, within a subtree, each once, in order of their
// first change; with the groups above them up to the subtree's top. *next is the number to go on
// from: fewer than all when `max` groups were found. False when the changes have left the ring.
struct changed_group {
    uint32_t group;
    uint64_t seq; // of the newest change
};

bool changed_groups(const struct state *state, uint32_t top, uint64_t *next,
                    struct changed_group *groups, uint32_t *count, uint32_t max);

// {group, resources, seq}: the newest state of the group.
void put_changed_group(struct buffer *reply, const struct state *state,
                       const struct changed_group *changed, uint64_t now_ms);

#endif
