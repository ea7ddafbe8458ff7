#include "projections/quota.h"

#include "projections/notices.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const struct state *state, uint32_t group, uint32_t resource)
{
    return state_hash_number(state, group, resource);
}

void account_fetch(const struct state *state, uint32_t group, uint32_t resource)
{
    state_fetch(state, INDEX_ACCOUNT, hash_of(state, group, resource));
}

void account_fetch_first(const struct state *state, uint32_t group, uint32_t resource)
{
    state_fetch_first(state, INDEX_ACCOUNT, hash_of(state, group, resource));
}

uint32_t account_find(const struct state *state, uint32_t group, uint32_t resource)
{
    uint32_t at = state_first(state, INDEX_ACCOUNT, hash_of(state, group, resource));
    for (; at != 0; at = state_next(state, INDEX_ACCOUNT, at)) {
        const struct account *account = account_at(state, at);
        if (account->group == group && account->resource == resource) return at;
    }
    return 0;
}

static void link_account(struct state *state, uint32_t at, uint32_t parent)
{
    struct account *account = account_edit(state, at);
    struct account *above = account_edit(state, parent);
    account->parent = parent;
    account->next = above->first_child;
    if (account->next != 0) account_edit(state, account->next)->previous = at;
    above->first_child = at;
}

void account_index(struct state *state, uint32_t at)
{
    const struct account *account = account_at(state, at);
    state_index_add(state, INDEX_ACCOUNT, at, hash_of(state, account->group, account->resource));
}

static uint32_t account_make(struct state *state, uint32_t group, uint32_t resource,
                             uint32_t parent)
{
    const uint32_t  at = state_take(state, POOL_ACCOUNT);
    struct account *account = account_edit(state, at);
    struct group   *owner = group_edit(state, group);
    const uint64_t  now_ms = server_at(state)->time_ms;
    *account = (struct account){.group = group,
                                .resource = resource,
                                .next_of_group = owner->first_account,
                                .limit = limit_cutting_at(state, group, resource, now_ms),
                                .next_ms = limit_next_edge(state, group, resource, now_ms),
                                .last_kept = ACCOUNT_KEEPS_ALL};
    owner->first_account = at;
    if (parent != 0) link_account(state, at, parent);
    account_index(state, at);
    return at;
}

uint32_t account_open(struct state *state, uint32_t group, uint32_t resource)
{
    uint32_t missing[PATH_NODE_MAX];
    uint32_t count = 0, found = 0;
    for (uint32_t at = group; at != 0; at = group_at(state, at)->parent) {
        found = account_find(state, at, resource);
        if (found != 0) break;
        assert(count < PATH_NODE_MAX);
        missing[count++] = at;
    }
    while (count > 0) {
        found = account_make(state, missing[--count], resource, found);
    }
    return found;
}

// --- The limit ---------------------------------------------------------------

// Whether another limit may hold than the one it was settled with.
static bool is_stale(const struct state *state, const struct account *account)
{
    return account->next_ms <= server_at(state)->time_ms;
}

uint64_t account_limit(const struct state *state, uint32_t account)
{
    const struct account *own = account_at(state, account);
    if (own->group != SERVER_GROUP && !is_stale(state, own)) return own->limit;
    return limit_at(state, own->group, own->resource, server_at(state)->time_ms);
}

// --- The path ---------------------------------------------------------------

void quota_path(const struct state *state, uint32_t group, uint32_t resource,
                struct quota_path *path)
{
    uint32_t account = 0;
    path->count = 0;
    for (uint32_t at = group; at != 0; at = group_at(state, at)->parent) {
        assert(path->count < PATH_NODE_MAX);
        struct quota_node *node = &path->nodes[path->count++];
        if (account == 0) account = account_find(state, at, resource);
        if (account == 0) {
            // Nothing was ever saved here: a restricted node has 0 of it (B07, B09).
            *node =
                (struct quota_node){at, 0, group_at(state, at)->is_restricted ? 0 : LIMIT_NONE, 0};
            if (at == SERVER_GROUP) {
                node->limit = limit_at(state, at, resource, server_at(state)->time_ms);
            }
            continue;
        }
        const struct account *own = account_at(state, account);
        *node = (struct quota_node){at, account, account_limit(state, account), own->used};
        account = own->parent;
    }
}

uint64_t quota_room(const struct quota_node *node)
{
    if (node->limit == LIMIT_NONE) return LIMIT_NONE;
    return node->used >= node->limit ? 0 : node->limit - node->used;
}

uint64_t quota_maximum(const struct quota_path *path)
{
    uint64_t least = LIMIT_NONE;
    for (uint32_t i = 0; i < path->count; i++) {
        if (path->nodes[i].limit < least) least = path->nodes[i].limit;
    }
    return least;
}

const struct quota_node *quota_bottleneck(const struct quota_path *path)
{
    const struct quota_node *least = &path->nodes[0];
    for (uint32_t i = 1; i < path->count; i++) {
        if (quota_room(&path->nodes[i]) < quota_room(least)) least = &path->nodes[i];
    }
    return least;
}

uint64_t quota_maximum_at(const struct state *state, uint32_t group, uint32_t resource, uint64_t ms)
{
    uint64_t least = LIMIT_NONE;
    for (uint32_t at = group; at != 0; at = group_at(state, at)->parent) {
        const uint64_t limit = limit_at(state, at, resource, ms);
        if (limit < least) least = limit;
    }
    return least;
}

uint32_t quota_held(const struct state *state, uint32_t resource)
{
    const uint32_t account = account_find(state, SERVER_GROUP, resource);
    return account == 0 ? 0 : account_at(state, account)->used;
}

uint32_t quota_total(const struct state *state)
{
    uint32_t total = 0;
    uint32_t at = group_at(state, SERVER_GROUP)->first_account;
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        total += account_at(state, at)->used;
    }
    return total;
}

// --- Suspension -------------------------------------------------------------

static bool keeps(const struct state *state, const struct account *account, entity_id id)
{
    if (account->last_kept == ACCOUNT_KEEPS_ALL) return true;
    if (account->last_kept == 0) return false;
    return id <= holding_at(state, account->last_kept)->id;
}

// Where the account cuts, as far as its limit of now tells: last_kept of a record that is settled.
static struct account as_of_now(const struct state *state, uint32_t at)
{
    struct account account = *account_at(state, at);
    if (!is_stale(state, &account)) return account;
    const uint64_t limit =
        limit_cutting_at(state, account.group, account.resource, server_at(state)->time_ms);
    if (limit == 0) {
        account.kept = 0;
        account.last_kept = account.below == 0 ? ACCOUNT_KEEPS_ALL : 0;
    } else if (limit >= account.used) {
        account.kept = account.below;
        account.last_kept = ACCOUNT_KEEPS_ALL;
    }
    return account;
}

bool account_keeps(const struct state *state, uint32_t account, uint32_t holding)
{
    const struct account *own = account_at(state, account);
    const entity_id       id = holding_at(state, holding)->id;
    if (!is_stale(state, own)) return keeps(state, own, id);
    const struct account now = as_of_now(state, account);
    return keeps(state, &now, id);
}

uint32_t holding_cut_by(const struct state *state, uint32_t holding)
{
    uint32_t at = holding_at(state, holding)->account;
    while (at != 0 && account_keeps(state, at, holding)) {
        at = account_at(state, at)->parent;
    }
    return at;
}

bool holding_is_kept(const struct state *state, uint32_t holding)
{
    return holding_cut_by(state, holding) == 0;
}

// Whether the holding is of the account's subtree and survives every account strictly below.
static bool survives_below(const struct state *state, uint32_t account, uint32_t holding)
{
    const entity_id id = holding_at(state, holding)->id;
    uint32_t        at = holding_at(state, holding)->account;
    while (at != 0 && at != account) {
        if (!keeps(state, account_at(state, at), id)) return false;
        at = account_at(state, at)->parent;
    }
    return at == account;
}

struct holding_walk holding_walk(uint32_t account)
{
    return (struct holding_walk){.root = account};
}

static uint32_t next_account(const struct state *state, uint32_t account, uint32_t root)
{
    if (account_at(state, account)->first_child != 0) {
        return account_at(state, account)->first_child;
    }
    while (account != root && account_at(state, account)->next == 0) {
        account = account_at(state, account)->parent;
    }
    return account == root ? 0 : account_at(state, account)->next;
}

uint32_t holding_walk_next(const struct state *state, struct holding_walk *walk)
{
    if (walk->holding != 0) walk->holding = holding_at(state, walk->holding)->next_of_account;
    while (walk->holding == 0) {
        const uint32_t at =
            walk->account == 0 ? walk->root : next_account(state, walk->account, walk->root);
        if (at == 0) return 0;
        walk->account = at;
        walk->holding = account_at(state, at)->first_holding;
    }
    return walk->holding;
}

// Whether every holding of the resource stands below and survives there.
static bool counts_all(const struct state *state, const struct account *account)
{
    const uint32_t held = resource_at(state, account->resource)->holding_count;
    return account->below == account->used && account->used == held;
}

// The limit-th oldest of what survives below, from whichever end of the resource's list is nearer:
// it costs what lies between, and little for each where all of the list counts.
static uint32_t find_by_list(const struct state *state, uint32_t at, uint32_t limit)
{
    const struct account  *account = account_at(state, at);
    const struct resource *resource = resource_at(state, account->resource);
    const bool             is_all = counts_all(state, account);
    const uint32_t         cut_count = account->below - limit;
    const bool             is_from_old = limit <= cut_count;
    uint32_t               left = is_from_old ? limit : cut_count + 1;
    uint32_t               found = is_from_old ? resource->first_holding : resource->last_holding;
    for (;;) {
        assert(found != 0);
        if ((is_all || survives_below(state, at, found)) && --left == 0) return found;
        const struct holding *holding = holding_at(state, found);
        found = is_from_old ? holding->next : holding->previous;
    }
}

static int compare_ids(const void *left, const void *right)
{
    const entity_id a = *(const entity_id *)left;
    const entity_id b = *(const entity_id *)right;
    return (a > b) - (a < b);
}

enum { SMALL_SUBTREE = 1024 };

// The same for a small subtree of a resource that is much used elsewhere: all of it is collected.
static uint32_t find_by_walk(const struct state *state, uint32_t account, uint64_t limit)
{
    entity_id           ids[SMALL_SUBTREE];
    size_t              count = 0;
    struct holding_walk walk = holding_walk(account);
    for (uint32_t at; (at = holding_walk_next(state, &walk)) != 0;) {
        if (survives_below(state, account, at)) ids[count++] = holding_at(state, at)->id;
    }
    qsort(ids, count, sizeof ids[0], compare_ids);
    walk = holding_walk(account);
    uint32_t at = holding_walk_next(state, &walk);
    while (at != 0 && holding_at(state, at)->id != ids[limit - 1]) {
        at = holding_walk_next(state, &walk);
    }
    assert(at != 0);
    return at;
}

static uint32_t find_cut(const struct state *state, uint32_t at)
{
    const struct account *account = account_at(state, at);
    const uint64_t        limit = account->limit;
    if (account->below <= limit) return ACCOUNT_KEEPS_ALL;
    if (limit == 0) return 0;
    if (account->used <= SMALL_SUBTREE) return find_by_walk(state, at, limit);
    return find_by_list(state, at, (uint32_t)limit);
}

// How many survive below and at the account.
static uint32_t survivors(const struct account *account)
{
    return account->below < account->limit ? account->below : (uint32_t)account->limit;
}

// How many of the subtree survive every cut at or below the account and are older than the id.
static uint32_t count_kept(const struct state *state, uint32_t account, entity_id id_max)
{
    const struct account own = as_of_now(state, account);
    uint32_t             count = 0;
    struct holding_walk  walk = holding_walk(account);
    for (uint32_t at; (at = holding_walk_next(state, &walk)) != 0;) {
        const entity_id id = holding_at(state, at)->id;
        if (id > id_max || !keeps(state, &own, id)) continue;
        if (survives_below(state, account, at)) count++;
    }
    return count;
}

uint32_t quota_kept(const struct state *state, uint32_t account, uint32_t top)
{
    const struct account own = as_of_now(state, account);
    entity_id            id_max = UINT64_MAX;
    for (uint32_t at = account; at != top;) {
        at = account_at(state, at)->parent;
        const uint32_t last = as_of_now(state, at).last_kept;
        if (last == ACCOUNT_KEEPS_ALL) continue;
        const entity_id id = last == 0 ? 0 : holding_at(state, last)->id;
        if (id < id_max) id_max = id;
    }
    return id_max == UINT64_MAX ? own.kept : count_kept(state, account, id_max);
}

uint32_t quota_suspended(const struct state *state, uint32_t account)
{
    uint32_t server = account;
    while (account_at(state, server)->parent != 0) {
        server = account_at(state, server)->parent;
    }
    return account_at(state, account)->used - quota_kept(state, account, server);
}

// --- Changing ---------------------------------------------------------------

static void note(struct state *state, uint32_t at)
{
    struct account *account = account_edit(state, at);
    account->changed_seq = server_at(state)->size;
}

// From an account up to the server: so many more are held below, and so many more survive below.
// What that is worth telling, is for the caller to look at (look_up).
static void climb(struct state *state, uint32_t account, int64_t used, int64_t gained)
{
    for (uint32_t at = account; at != 0; at = account_at(state, at)->parent) {
        struct account *node = account_edit(state, at);
        const uint32_t  kept = node->kept, cut = node->last_kept;
        node->used = (uint32_t)(node->used + used);
        node->below = (uint32_t)(node->below + gained);
        node->kept = survivors(node);
        node->last_kept = find_cut(state, at);
        gained = (int64_t)node->kept - kept;
        if (used != 0 || cut != node->last_kept || gained != 0) note(state, at);
    }
}

static void look_up(struct state *state, uint32_t account)
{
    for (uint32_t at = account; at != 0; at = account_at(state, at)->parent) {
        notice_look(state, at);
    }
}

void quota_settle(struct state *state, uint32_t account, uint64_t now_ms)
{
    struct account *own = account_edit(state, account);
    const uint32_t  kept = own->kept;
    own->limit = limit_cutting_at(state, own->group, own->resource, now_ms);
    own->next_ms = limit_next_edge(state, own->group, own->resource, now_ms);
    own->kept = survivors(own);
    own->last_kept = find_cut(state, account);
    note(state, account);
    // As many kept of the same ones: the same ones. Above, as many may be others.
    if (own->kept != kept) climb(state, own->parent, 0, (int64_t)own->kept - kept);
    notice_look(state, account);
    state_note_change(state, own->group, own->resource);
}

void quota_refresh(struct state *state, uint32_t account)
{
    if (!is_stale(state, account_at(state, account))) return;
    quota_settle(state, account, server_at(state)->time_ms);
}

static void refresh_path(struct state *state, uint32_t account)
{
    for (uint32_t at = account; at != 0; at = account_at(state, at)->parent) {
        quota_refresh(state, at);
    }
}

void quota_charge(struct state *state, uint32_t account)
{
    refresh_path(state, account); // there was room by the limit of now
    for (uint32_t at = account; at != 0; at = account_at(state, at)->parent) {
        struct account *own = account_edit(state, at);
        assert(own->last_kept == ACCOUNT_KEEPS_ALL);
        own->used++;
        own->below++;
        own->kept++;
        own->changed_seq = server_at(state)->size;
        notice_look(state, at);
    }
    state_note_change(state, account_at(state, account)->group,
                      account_at(state, account)->resource);
}

void quota_tie(struct state *state, uint32_t account, int count)
{
    for (uint32_t at = count == 0 ? 0 : account; at != 0; at = account_at(state, at)->parent) {
        struct account *own = account_edit(state, at);
        own->tied += (uint32_t)count;
        assert(own->tied <= own->used);
    }
}

// The next younger one that survives below, besides the one that goes; 0 when there is none.
static uint32_t next_survivor(const struct state *state, uint32_t account, uint32_t holding)
{
    while (holding != 0 && !survives_below(state, account, holding)) {
        holding = holding_at(state, holding)->next;
    }
    return holding;
}

// What an account loses and gains below it when one holding goes: `lost` survived below, `gained`
// (0: none) does so from now on, being younger. Gives what the account above loses and gains; false
// when it loses nothing.
struct exchange {
    uint32_t lost, gained;
};

static bool exchange_at(struct state *state, uint32_t at, struct exchange *exchange)
{
    struct account *account = account_edit(state, at);
    const uint32_t  last = account->last_kept;
    const bool      was_kept = keeps(state, account, holding_at(state, exchange->lost)->id);
    const bool      is_gain_kept =
        exchange->gained != 0 && keeps(state, account, holding_at(state, exchange->gained)->id);
    if (exchange->gained == 0) account->below--;
    if (last == ACCOUNT_KEEPS_ALL) {
        account->kept = account->below;
        return true;
    }
    account->kept = survivors(account);
    if (account->kept == account->below) account->last_kept = ACCOUNT_KEEPS_ALL;
    if (!was_kept) return false;
    if (is_gain_kept) return true;
    // One is missing: the oldest that was cut off so far takes its place.
    const uint32_t next = next_survivor(state, at, holding_at(state, last)->next);
    if (account->last_kept != ACCOUNT_KEEPS_ALL) account->last_kept = next;
    exchange->gained = next;
    return true;
}

void quota_discharge(struct state *state, uint32_t holding)
{
    const uint32_t  account = holding_at(state, holding)->account;
    struct exchange exchange = {.lost = holding};
    bool            is_exchange = true;
    for (uint32_t at = account; at != 0; at = account_at(state, at)->parent) {
        account_edit(state, at)->used--;
        note(state, at);
        notice_look(state, at);
        if (is_exchange) is_exchange = exchange_at(state, at, &exchange);
    }
    state_note_change(state, account_at(state, account)->group,
                      account_at(state, account)->resource);
    if (exchange.gained == 0) return;
    const uint32_t woken = holding_at(state, exchange.gained)->account;
    state_note_change(state, account_at(state, woken)->group, account_at(state, woken)->resource);
}

static void unlink_account(struct state *state, uint32_t at)
{
    const struct account own = *account_at(state, at);
    if (own.previous == 0) {
        account_edit(state, own.parent)->first_child = own.next;
    } else {
        account_edit(state, own.previous)->next = own.next;
    }
    if (own.next != 0) account_edit(state, own.next)->previous = own.previous;
    struct account *account = account_edit(state, at);
    account->parent = 0;
    account->next = 0;
    account->previous = 0;
}

void quota_detach(struct state *state, uint32_t account)
{
    refresh_path(state, account);
    const struct account own = *account_at(state, account);
    unlink_account(state, account);
    quota_tie(state, own.parent, -(int)own.tied);
    climb(state, own.parent, -(int64_t)own.used, -(int64_t)own.kept);
    look_up(state, own.parent);
}

void quota_move(struct state *state, uint32_t account, uint32_t parent)
{
    refresh_path(state, account);
    refresh_path(state, parent);
    const struct account own = *account_at(state, account);
    unlink_account(state, account);
    quota_tie(state, own.parent, -(int)own.tied);
    climb(state, own.parent, -(int64_t)own.used, -(int64_t)own.kept);
    link_account(state, account, parent);
    climb(state, parent, own.used, own.kept);
    quota_tie(state, parent, (int)own.tied);
    // Only now: what stands above both places has as much in use as before (X04).
    look_up(state, own.parent);
    look_up(state, parent);
}

// --- Sums over the nodes below ----------------------------------------------

struct sum_cursor sum_cursor(const struct state *state, uint32_t account)
{
    const uint32_t step = account == 0 ? 0 : account_at(state, account)->first_step;
    return (struct sum_cursor){.state = state, .step = step};
}

uint64_t sum_at_instant(struct sum_cursor *cursor, uint64_t ms)
{
    while (cursor->step != 0 && step_at(cursor->state, cursor->step)->ms <= ms) {
        cursor->sum += step_at(cursor->state, cursor->step)->delta;
        cursor->step = step_at(cursor->state, cursor->step)->next;
    }
    assert(cursor->sum >= 0);
    return (uint64_t)cursor->sum;
}

void instants_add_sums(struct instants *instants, const struct state *state, uint32_t account)
{
    if (account == 0) return;
    uint32_t at = account_at(state, account)->first_step;
    for (; at != 0; at = step_at(state, at)->next) {
        instants_add(instants, step_at(state, at)->ms);
    }
}

static void drop_step(struct state *state, uint32_t account, uint32_t previous, uint32_t at)
{
    const uint32_t next = step_at(state, at)->next;
    if (previous == 0) {
        account_edit(state, account)->first_step = next;
    } else {
        step_edit(state, previous)->next = next;
    }
    account_edit(state, account)->step_count--;
    state_give(state, POOL_STEP, at);
}

void account_reclaim(struct state *state, uint32_t group)
{
    const uint32_t       at = group_at(state, group)->first_account;
    const struct account own = *account_at(state, at);
    if (own.first_step != 0) {
        drop_step(state, at, 0, own.first_step);
        return;
    }
    assert(own.first_holding == 0);
    assert(own.first_child == 0);
    if (own.parent != 0) unlink_account(state, at);
    group_edit(state, group)->first_account = own.next_of_group;
    state_index_remove(state, INDEX_ACCOUNT, at);
    state_give(state, POOL_ACCOUNT, at);
}

static void insert_step(struct state *state, uint32_t account, uint32_t previous, struct step step)
{
    const uint32_t at = state_take(state, POOL_STEP);
    *step_edit(state, at) = step;
    if (previous == 0) {
        account_edit(state, account)->first_step = at;
    } else {
        step_edit(state, previous)->next = at;
    }
    account_edit(state, account)->step_count++;
}

static void add_step(struct state *state, uint32_t account, uint64_t ms, int64_t delta)
{
    uint32_t previous = 0, at = account_at(state, account)->first_step;
    if (ms == TIME_NEVER || delta == 0) return;
    while (at != 0 && step_at(state, at)->ms < ms) {
        previous = at;
        at = step_at(state, at)->next;
    }
    if (at == 0 || step_at(state, at)->ms != ms) {
        insert_step(state, account, previous, (struct step){ms, delta, at});
    } else if (step_at(state, at)->delta + delta == 0) {
        drop_step(state, account, previous, at);
    } else {
        step_edit(state, at)->delta += delta;
    }
}

// Up to the nearest restricted node, which hides from those above what stands below it.
static void add_above(struct state *state, uint32_t account, uint64_t ms, int64_t delta)
{
    uint32_t at = account_at(state, account)->parent;
    for (; at != 0; at = account_at(state, at)->parent) {
        add_step(state, at, ms, delta);
        if (group_at(state, account_at(state, at)->group)->is_restricted) return;
    }
}

static void contribute_packages(struct state *state, uint32_t account, int sign)
{
    const struct account *own = account_at(state, account);
    uint32_t              package = group_at(state, own->group)->first_package;
    for (; package != 0; package = package_at(state, package)->next) {
        uint32_t at = package_at(state, package)->first_entry;
        for (; at != 0; at = entry_at(state, at)->next) {
            const struct entry_record *entry = entry_at(state, at);
            if (entry->resource != own->resource || entry->count == ENTRY_FEATURE) continue;
            const struct window window = package_at(state, package)->window;
            add_above(state, account, window.from_ms, sign * (int64_t)entry->count);
            add_above(state, account, window.until_ms, -sign * (int64_t)entry->count);
        }
    }
}

uint32_t quota_next_restricted(const struct state *state, uint32_t root, uint32_t at)
{
    bool is_into = at == root; // what stands below a restricted one is not near
    do {
        if (is_into && account_at(state, at)->first_child != 0) {
            at = account_at(state, at)->first_child;
        } else {
            while (at != root && account_at(state, at)->next == 0) {
                at = account_at(state, at)->parent;
            }
            if (at == root) return 0;
            at = account_at(state, at)->next;
        }
        is_into = !group_at(state, account_at(state, at)->group)->is_restricted;
    } while (is_into);
    return at;
}

void sum_contribute(struct state *state, uint32_t account, int sign)
{
    const struct account *own = account_at(state, account);
    if (group_at(state, own->group)->is_restricted) {
        contribute_packages(state, account, sign);
        return;
    }
    for (uint32_t at = own->first_step; at != 0; at = step_at(state, at)->next) {
        add_above(state, account, step_at(state, at)->ms, sign * step_at(state, at)->delta);
    }
}
