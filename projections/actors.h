// actors.h - keys that may speak, and what their roles reach (domain R).
#ifndef PROJECTIONS_ACTORS_H
#define PROJECTIONS_ACTORS_H

#include "projections/judgement.h"

// What of the tree a role reaches with a kind of event.
enum reach {
    NEVER,
    WITHIN, // the actor's group and all below
    BELOW,  // only what is strictly below
};

// 0 when nobody has it. Those that were removed are found by id only.
uint32_t actor_by_key(const struct state *state, const uint8_t key[static 32]);
uint32_t actor_by_name(const struct state *state, struct bytes name);
uint32_t actor_by_id(const struct state *state, entity_id id);

// By the path's text, whether the group exists or not, so that an answer gives no hint.
bool actor_reaches(const struct state *state, uint32_t actor, struct bytes path, enum reach reach);
// Whether the actor may read what is in the group.
bool actor_reads(const struct state *state, uint32_t actor, uint32_t group);
// Whether it may be told of the group: one that it reads, or that stands above its own.
bool actor_sees(const struct state *state, uint32_t actor, uint32_t group);
// Whether the actor stands above all groups: its questions about names need no caution.
bool actor_is_server_wide(const struct state *state, uint32_t actor);

// Whether the author must sign an event of the kind: one that is administrative, or any when its
// session may vouch for nothing.
bool actor_must_sign(const struct state *state, uint32_t actor, enum kind kind);

bool actor_enrolment_is_allowed(const struct question *question, const struct event *event);
void actor_enrolment_judge(struct question *question, const struct event *event);
void actor_enrolment_apply(struct change_context *context, const struct event *event);

bool actor_removal_is_allowed(const struct question *question, const struct event *event);
void actor_removal_judge(struct question *question, const struct event *event);
void actor_removal_apply(struct change_context *context, const struct event *event);

// Removes without a question.
void actor_remove(struct state *state, uint32_t at);
// Enrols without a question: the recovery key, by the opening.
void actor_enrol(struct change_context *context, const struct actor_enrolment *enrolment);

// Makes a record that is whole be found: a new one, or one that was read from a snapshot.
void actor_index(struct state *state, uint32_t at);

#endif
