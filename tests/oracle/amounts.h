// amounts.h - the numbers that follow from the facts at an instant, counted anew at every question.
//
// Limits are pieces of constant value between the edges of windows, so what holds "at every
// instant" is looked at now and at each later edge.
#ifndef TESTS_ORACLE_AMOUNTS_H
#define TESTS_ORACLE_AMOUNTS_H

#include "tests/oracle/facts.h"

#define UNLIMITED UINT64_MAX

// Whose word counts at the server: the current files, or in limited mode what is enforced, the
// greater of them and of the files before the mode (T16).
enum files { CURRENT_FILES, ENFORCED_FILES };

struct moment {
    uint64_t   ms;
    enum files files;
};

// B08, B09. Of what a package has at an instant; 0 outside of its window.
uint64_t amounts_of_package(const struct package_row *package, struct bytes resource, uint64_t ms);
// Whatever the window: the count of the resource in the package.
uint64_t amounts_in_package(const struct package_row *package, struct bytes resource);

// B01, B05, B07, B08. A node's own limit; UNLIMITED for an unrestricted group.
uint64_t amounts_limit(const struct facts *facts, const struct group_row *node,
                       struct bytes resource, struct moment moment);
// Whether a window of the node that counts for the resource begins or ends at the instant.
bool     amounts_has_edge(const struct facts *facts, const struct group_row *node,
                          struct bytes resource, uint64_t ms);
// B22. Whether the node bounds what stands below it: not outside of all its windows.
bool     amounts_is_active(const struct facts *facts, const struct group_row *node, uint64_t ms);
bool     amounts_is_licensed(const struct facts *facts, struct bytes resource, enum files files);

// D1. Units held in the node's subtree.
uint64_t amounts_used(const struct facts *facts, const struct group_row *node,
                      struct bytes resource);
// Units held by the user in all groups.
uint64_t amounts_used_by(const struct facts *facts, entity_id user, struct bytes resource);
// D1. What is left in this one node, at least 0; UNLIMITED for an unrestricted group.
uint64_t amounts_room(const struct facts *facts, const struct group_row *node,
                      struct bytes resource, struct moment moment);
// The least limit and the least room on the path up to the server.
uint64_t amounts_maximum(const struct facts *facts, const struct group_row *group,
                         struct bytes resource, struct moment moment);
uint64_t amounts_available(const struct facts *facts, const struct group_row *group,
                           struct bytes resource, struct moment moment);
// B16. The first later instant at which the maximum becomes 0; TIME_NEVER: no time limit.
uint64_t amounts_until(const struct facts *facts, const struct group_row *group,
                       struct bytes resource, uint64_t now_ms);
// The node with the least room, nearest the leaf of equal ones.
const struct group_row *amounts_bottleneck(const struct facts *facts, const struct group_row *group,
                                           struct bytes resource, struct moment moment);

// The first node from the leaf with limit 0 because of a window (X08): EXPIRED or NOT_YET_VALID;
// ACCEPTED where there is none.
enum refusal amounts_closed(const struct facts *facts, const struct group_row *group,
                            struct bytes resource, struct moment moment,
                            const struct group_row **node);

// B23. The nearest restricted groups below the node: one after another, starting after `last` (NULL
// at first); NULL at the end.
const struct group_row *amounts_next_below(const struct facts *facts, const struct group_row *node,
                                           const struct group_row *last);
uint64_t                amounts_sum_below(const struct facts *facts, const struct group_row *node,
                                          struct bytes resource, struct moment moment);
// The nearest restricted group above, else the server; NULL for the server itself.
const struct group_row *amounts_bound_above(const struct facts     *facts,
                                            const struct group_row *group);

// B18.
bool amounts_has_feature(const struct facts *facts, const struct group_row *group,
                         struct bytes feature, struct moment moment);

// B26. What the user is assigned in the group: UNLIMITED without an assignment.
uint64_t amounts_cap(const struct facts *facts, entity_id user, entity_id group,
                     struct bytes resource, uint64_t ms);

// X03. For each holding, by its row: kept or not (holdings of other resources are not looked at),
// and the first node from the leaf that had no room. Both arrays have room for all holdings.
void amounts_walk(const struct facts *facts, struct bytes resource, struct moment moment,
                  bool *is_kept, const struct group_row **node);

// Instants in order, without doubles.
struct timeline {
    uint64_t *ms;
    uint32_t  count;
};

// Now and every later edge of any window.
struct timeline amounts_timeline(const struct facts *facts, uint64_t now_ms);
// The same of further facts.
void amounts_add_timeline(struct timeline *instants, const struct facts *facts, uint64_t now_ms);
void amounts_release(struct timeline *instants);

// Every resource that a package, a file, an assignment or a holding names, byte by byte in order.
struct names {
    struct bytes *names;
    uint32_t      count;
};

struct names amounts_resources(const struct facts *facts);
void         amounts_add_name(struct names *names, struct bytes name);
void         amounts_forget(struct names *names);

#endif
