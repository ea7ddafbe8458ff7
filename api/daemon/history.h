// history.h - the verbs about the log itself: events, changes, reasons.
//
// Two of them may wait: they answer false while there is nothing to tell, and are asked again after
// each commit, until their time is up. The log is then gone on from where it was looked at last.
#ifndef API_DAEMON_HISTORY_H
#define API_DAEMON_HISTORY_H

#include "api/daemon/daemon.h"

bool log_answer(struct daemon *daemon, struct ask *ask, uint32_t actor, bool is_last_call,
                struct buffer *reply);
bool changes_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, bool is_last_call,
                    struct buffer *reply);

// The leaf of an event that the actor may read; false after an error was answered.
bool history_read(struct daemon *daemon, uint64_t seq, uint32_t actor, struct bytes *packed,
                  struct buffer *reply);

// False when the explainer has the request now; otherwise an error was answered.
bool why_answer(struct daemon *daemon, const struct request *request, uint32_t actor,
                struct buffer *reply);

struct changed_group {
    uint32_t group;
    uint64_t seq; // of the newest change
};

// Groups that changed, each once, in order of their first change.
struct changed_groups {
    struct changed_group *groups; // memory of the caller
    uint32_t              count, max;
};

// Whether one more change can be noted, with all groups that it is noted for.
bool changed_groups_have_room(const struct changed_groups *changed);
// Notes the group of a change and those above it up to the top; for what happens above the top,
// which changes what may be used below, the top itself. Nothing for what happens elsewhere.
void changed_groups_note(const struct state *state, uint32_t top, const struct change *change,
                         struct changed_groups *changed);
// From change number *next on, within a subtree: the groups themselves and those above them up to
// the subtree's top. *next is then the number to go on from: not the end when max groups were
// found. False when the changes have left the ring.
bool changed_groups_find(const struct state *state, uint32_t top, uint64_t *next,
                         struct changed_groups *changed);

// {group, reminders, resources, seq}, and the reason of the event where there is one to be told:
// the newest state of the group.
void put_changed_group(struct buffer *reply, const struct state *state,
                       const struct changed_group *changed, const struct bytes *reason,
                       uint64_t now_ms);

#endif
