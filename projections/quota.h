// quota.h - how much of a resource a node may use, uses, and keeps: accounts and the paths of them.
//
// D1: what is available is the least room on the path up to the server. X03: which holdings are
// suspended follows from one cut per account. Holdings of a subtree stand in log order; an account
// whose limit is smaller than what survives below it keeps the oldest `limit` of those and cuts off
// the rest. A holding gives access when no account on its path cuts it off:
//
//     server      limit 4   below 5   keeps #1 #2 #3 #5      cuts #6
//     ├─ A        limit 2   below 3   keeps #1 #3            cuts #4     (#4 takes no room above)
//     └─ B        no limit  below 3   keeps #2 #5 #6
//
// So no holding carries a mark, and only accounts over their limit cost anything.
#ifndef PROJECTIONS_QUOTA_H
#define PROJECTIONS_QUOTA_H

#include "projections/limits.h"
#include "projections/state.h"

// 0 when nothing of the resource was ever held or saved at or below the group.
// Before it: see state_fetch and state_fetch_first.
void     account_fetch(const struct state *state, uint32_t group, uint32_t resource);
void     account_fetch_first(const struct state *state, uint32_t group, uint32_t resource);
uint32_t account_find(const struct state *state, uint32_t group, uint32_t resource);
// Makes it, and those of the groups above, where they are missing.
uint32_t account_open(struct state *state, uint32_t group, uint32_t resource);

// The node's own limit as of the ledger's time, whatever is settled: of the server by its current
// file. The only way to read it.
uint64_t account_limit(const struct state *state, uint32_t account);

// --- The path ---------------------------------------------------------------

struct quota_node {
    uint32_t group;
    uint32_t account; // 0: nothing held or saved there
    uint64_t limit;   // own; LIMIT_NONE
    uint64_t used;
};

// nodes[0] is the group that is asked, nodes[count - 1] the server.
struct quota_path {
    uint32_t          count;
    struct quota_node nodes[PATH_NODE_MAX];
};

void     quota_path(const struct state *state, uint32_t group, uint32_t resource,
                    struct quota_path *path);
uint64_t quota_room(const struct quota_node *node); // LIMIT_NONE when the node has no limit
// The least own limit on the path, LIMIT_NONE never: the server always has one.
uint64_t quota_maximum(const struct quota_path *path);
// The node with the least room; of equals the one nearest to the group.
const struct quota_node *quota_bottleneck(const struct quota_path *path);
// The maximum at another instant.
uint64_t quota_maximum_at(const struct state *state, uint32_t group, uint32_t resource,
                          uint64_t ms);

// All holdings of a resource; of all resources.
uint32_t quota_held(const struct state *state, uint32_t resource);
uint32_t quota_total(const struct state *state);

// --- Changing ---------------------------------------------------------------

// A new holding, younger than all others of its resource, is charged to its account. Before it is
// linked to the resource's list.
void quota_charge(struct state *state, uint32_t account);
// A holding goes; it still stands in all its lists.
void quota_discharge(struct state *state, uint32_t holding);
// So many holdings more of the account are bound or serve a service; they are charged already.
void quota_tie(struct state *state, uint32_t account, int count);
// The account's own limit is computed anew for the instant; cuts follow, up to the server.
void quota_settle(struct state *state, uint32_t account, uint64_t now_ms);
// The same, where the account's own limit may have changed since it was settled.
void quota_refresh(struct state *state, uint32_t account);
// An account with all below it leaves its place in the tree, for good or for another one. The sums
// of the nodes below are the caller's: sum_contribute before and after.
void quota_detach(struct state *state, uint32_t account);
void quota_move(struct state *state, uint32_t account, uint32_t parent);
// Takes one record off the group's first account, which holds nothing and has none below: a step
// of its sums, or the account itself.
void account_reclaim(struct state *state, uint32_t group);

// --- Suspension -------------------------------------------------------------

// An edge has come to an account and it is not settled yet: its new limit tells at once where it is
// 0 or leaves room for all. What lies between follows within the slices of the boundary.

// Whether the account itself, of whose subtree the holding is, does not cut it off.
bool     account_keeps(const struct state *state, uint32_t account, uint32_t holding);
bool     holding_is_kept(const struct state *state, uint32_t holding);
// The nearest account that cuts the holding off; 0 when none does.
uint32_t holding_cut_by(const struct state *state, uint32_t holding);
// How many holdings of the subtree no account cuts off, up to one at or above it.
uint32_t quota_kept(const struct state *state, uint32_t account, uint32_t top);
// How many holdings of the subtree are suspended, by whatever node.
uint32_t quota_suspended(const struct state *state, uint32_t account);

// The next holding of the account's subtree after `after` (0: from the start), in no order of
// seniority: all of an account, then those of the accounts below.
struct holding_walk {
    uint32_t root, account, holding;
};

struct holding_walk holding_walk(uint32_t account);
uint32_t            holding_walk_next(const struct state *state, struct holding_walk *walk);

// --- Sums over the nodes below (B23) ----------------------------------------

// What the nearest restricted nodes below are allowed in all, over time: start before all instants,
// then ask for instants in ascending order.
struct sum_cursor {
    const struct state *state;
    uint32_t            step;
    int64_t             sum;
};

struct sum_cursor sum_cursor(const struct state *state, uint32_t account); // 0: always 0
uint64_t          sum_at_instant(struct sum_cursor *cursor, uint64_t ms);
void instants_add_sums(struct instants *instants, const struct state *state, uint32_t account);

// The nearest restricted accounts below root, one after another; start with root itself. 0 at the
// end.
uint32_t quota_next_restricted(const struct state *state, uint32_t root, uint32_t at);

// Adds (sign 1) or takes away (sign -1) what the account's node contributes to the sums above: its
// own packages when it is restricted, else what stands below it.
void sum_contribute(struct state *state, uint32_t account, int sign);

// Makes a record that is whole be found: a new one, or one that was read from a snapshot.
void account_index(struct state *state, uint32_t at);

#endif
