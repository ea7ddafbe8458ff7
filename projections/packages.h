// packages.h - the licences of a group: one save replaces them all (B14).
#ifndef PROJECTIONS_PACKAGES_H
#define PROJECTIONS_PACKAGES_H

#include "projections/judgement.h"

// The record of a name, 0 when no file and no package ever named it.
uint32_t resource_find(const struct state *state, struct bytes name);
// Makes it where it is missing.
uint32_t resource_open(struct state *state, struct bytes name, entity_id id);

// Entries of packages and of assignments: a list of records in the pool, in the order given.
uint32_t entries_add(struct state *state, struct list entries, entity_id id);
void     entries_drop(struct state *state, uint32_t first_entry);

// Refuses with TOO_MANY when the names that nobody knew before do not fit any more, for names are
// kept for ever. The upper half of the room is kept for licence files.
enum { SAVED_NAME_MAX = RESOURCE_MAX / 2 };

void     names_judge(struct question *question, uint32_t fresh_count, uint32_t name_max);
// How many of the entries nobody knew before.
uint32_t entries_fresh_count(const struct state *state, struct list entries);

// Gives back the first package of the group.
void package_drop_first(struct state *state, uint32_t group);

void allocation_judge(struct question *question, const struct event *event);
void allocation_apply(struct change_context *context, const struct event *event);

// An edge of a package's window has come.
void package_pass(struct change_context *context, const struct edge *edge);

// The count of a name in a list of entries; 0 when it is not there or a feature.
uint64_t entries_count(struct list entries, struct bytes name);
// No count above that of what it needs (B10): in a package or an assignment. Refuses with the
// group.
void     entries_judge(struct question *question, struct list entries, uint32_t group);

// Makes a record that is whole be found: a new one, or one that was read from a snapshot.
void resource_index(struct state *state, uint32_t at);

#endif
