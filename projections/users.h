// users.h - people, the groups they belong to, and what of a group's licences they have (B26, B42).
#ifndef PROJECTIONS_USERS_H
#define PROJECTIONS_USERS_H

#include "projections/judgement.h"

uint32_t user_find(const struct state *state, struct bytes name);
// The membership of the user in the group; 0 when there is none.
uint32_t member_find(const struct state *state, uint32_t user, uint32_t group);
// What the user is in and what the user holds, one after another; 0 at the end. What was removed
// with a group is passed over.
uint32_t user_first_member(const struct state *state, uint32_t user);
uint32_t user_next_member(const struct state *state, uint32_t member);
uint32_t user_member_count(const struct state *state, uint32_t user);
uint32_t user_first_held(const struct state *state, uint32_t user);
uint32_t user_next_held(const struct state *state, uint32_t holding);
// Whether one of the user's groups is the group or stands below it.
bool     user_is_within(const struct state *state, uint32_t user, uint32_t group);
// Whether all of them are; false for a user without a group.
bool     user_is_all_within(const struct state *state, uint32_t user, uint32_t group);

// Whether the asker may be told that there is such a user (R): one of a group that it reads. False
// of 0.
bool user_is_told(const struct question *question, uint32_t user);

// What an assignment leaves of a resource at an instant; LIMIT_NONE without an assignment.
uint64_t member_cap_at(const struct state *state, uint32_t member, uint32_t resource, uint64_t ms);
bool member_feature_at(const struct state *state, uint32_t member, uint32_t resource, uint64_t ms);

// The holdings of the user of one resource, over all groups.
uint32_t user_held(const struct state *state, uint32_t user, uint32_t resource);

// What the strictest of the user's groups leaves (B42). `group` is the one that decides the
// maximum; is_own_limit when that is by the user's assignment there.
struct user_quota {
    uint64_t maximum, available;
    uint64_t used;
    uint32_t group;
    bool     is_own_limit;
};

struct user_quota user_quota(const struct state *state, uint32_t user, uint32_t resource,
                             uint64_t ms);
// The most that gives the user access: by what is enforced, for while the limited mode lasts a
// smaller file suspends nobody yet (T16).
struct user_quota user_quota_enforced(const struct state *state, uint32_t user, uint32_t resource,
                                      uint64_t ms);

// The blocked groups that the user is in otherwise than through the charged one (B42).
void user_judge_blocks(struct question *question, uint32_t user, uint32_t charged);
// What the user's groups and assignments object to one more unit charged to the group.
void user_judge_unit(struct question *question, uint32_t user, uint32_t resource, uint32_t group);

// Removes without a question.
void member_remove(struct state *state, uint32_t at);

bool user_event_is_allowed(const struct question *question, const struct event *event);

void user_creation_judge(struct question *question, const struct event *event);
void user_creation_apply(struct change_context *context, const struct event *event);
void user_removal_judge(struct question *question, const struct event *event);
void user_removal_apply(struct change_context *context, const struct event *event);
void membership_judge(struct question *question, const struct event *event);
void membership_apply(struct change_context *context, const struct event *event);
void user_assignment_judge(struct question *question, const struct event *event);
void user_assignment_apply(struct change_context *context, const struct event *event);
// An edge of an assignment's window has come.
void member_pass(struct change_context *context, const struct edge *edge);

// Makes a record that is whole be found: a new one, or one that was read from a snapshot.
void user_index(struct state *state, uint32_t at);
void member_index(struct state *state, uint32_t at);

#endif
