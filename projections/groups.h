// groups.h - the tree of groups under the server.
#ifndef PROJECTIONS_GROUPS_H
#define PROJECTIONS_GROUPS_H

#include "projections/judgement.h"
#include "projections/state.h"

// 0 when there is no such group; "/" is SERVER_GROUP.
uint32_t group_find(const struct state *state, struct bytes path);
// The same for as many as GROUP_FIND_MAX. A look at a record that is in no cache takes the time of
// some hundred instructions; those for one path must wait for each other, those for several
// overlap.
enum { GROUP_FIND_MAX = 16 };
void     group_find_many(const struct state *state, const struct bytes *paths, uint32_t *groups,
                         uint32_t count);
// The server's id is 0.
uint32_t group_by_id(const struct state *state, entity_id id);
uint32_t group_child(const struct state *state, uint32_t parent, struct bytes name);

// How many there are, without the server.
uint32_t group_count(const struct state *state);

// Whether group is root or stands below it.
bool group_is_within(const struct state *state, uint32_t group, uint32_t root);
// False for what was cut off with a removed group and is not taken apart yet: it must not be seen.
bool group_is_there(const struct state *state, uint32_t group);

// How many groups stand above it and it; of the server: 0.
uint32_t group_depth(const struct state *state, uint32_t group);

// The event since which the group has its path.
uint64_t group_placed(const struct state *state, uint32_t group);

// How many levels stand below it.
uint32_t group_height(const struct state *state, uint32_t group);

// The nearest restricted group on the path, the group itself included, or the server.
uint32_t group_bound(const struct state *state, uint32_t group);

// The nearest blocked group on the path, the group itself included; 0 when there is none (X12).
uint32_t group_blocked_by(const struct state *state, uint32_t group);

// R: who reads a group sees what is in it, and what stands above it. `reader` is that group, or one
// of these.
#define READS_ALL     ((uint32_t)0)
#define READS_NOTHING UINT32_MAX
bool group_is_seen(const struct state *state, uint32_t group, uint32_t reader);

// The path of a group, "/" for the server.
void group_add_path(const struct state *state, uint32_t group, struct buffer *path);

// The next group below root in path order, parents first; start with root itself. 0 at the end.
uint32_t group_walk(const struct state *state, uint32_t group, uint32_t root);

// Stands below another parent from now on, or, with 0, below none: then no path leads to it.
void group_relink(struct state *state, uint32_t group, uint32_t parent);
// Gives back the record of a group that has nothing left.
void group_forget(struct state *state, uint32_t group);

void group_creation_judge(struct question *question, const struct event *event);
void group_creation_apply(struct change_context *context, const struct event *event);
void group_update_judge(struct question *question, const struct event *event);
void group_update_apply(struct change_context *context, const struct event *event);
void group_block_judge(struct question *question, const struct event *event);
void group_block_apply(struct change_context *context, const struct event *event);

// Makes a record that is whole be found: a new one, or one that was read from a snapshot.
void group_index(struct state *state, uint32_t group);

#endif
