// view.h - what several queries share: what an answer stands on, which group is meant, and values
// that stand in more than one answer.
#ifndef API_DAEMON_VIEW_H
#define API_DAEMON_VIEW_H

#include "api/daemon/daemon.h"
#include "projections/views.h"

// What each answer stands on: "seq" and "time".
void put_seq(struct buffer *reply, const struct daemon *daemon);
void put_now(struct buffer *reply, const struct daemon *daemon);

void     answer_forbidden(struct buffer *reply);
// The group that is asked about, the actor's own where no path is given; 0 after an error was
// answered. What may not be seen reads the same whether it is there or not.
uint32_t asked_group(struct daemon *daemon, struct bytes path, uint32_t actor,
                     struct buffer *reply);

// "from" of a window; nil for one that always was.
void put_from(struct buffer *reply, struct window window);
// "entries" of a package or an assignment.
void put_entries(struct buffer *reply, const struct state *state, uint32_t first);
void put_feature(struct buffer *reply, const struct state *state, uint32_t resource,
                 const struct feature_view *view);

// "bound": what a holding is bound to, or what is bound to it (B11); nil, as for holding 0.
void put_bound(struct buffer *reply, const struct state *state, uint32_t holding);

// "lease" of a holding (X11); nil without one, as for holding 0.
void put_lease(struct buffer *reply, const struct state *state, uint32_t holding);

// Resources, or features, that stand in a current file, or of which something is held at the group;
// the newest first. Good until the next call.
struct names {
    uint32_t count;
    uint32_t at[RESOURCE_MAX];
};

const struct names *names_of(const struct state *state, uint32_t group, bool is_feature);

#endif
