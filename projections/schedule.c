#include "projections/schedule.h"

#include "projections/leases.h"
#include "projections/license.h"
#include "projections/packages.h"
#include "projections/reminders.h"
#include "projections/users.h"

#include <assert.h>

// What comes first at one instant (D5).
enum sort { SORT_LEASE, SORT_WINDOW, SORT_REMINDER };

struct edge_row {
    enum sort sort;
    // The instant has come; the edge is out of the schedule. Done as of the boundary's edge.
    void (*pass)(struct change_context *context, const struct edge *edge);
};

static const struct edge_row rows[EDGE_KIND_COUNT] = {
    [EDGE_LEASE] = {SORT_LEASE,    lease_pass    },
    [EDGE_PACKAGE] = {SORT_WINDOW,   package_pass  },
    [EDGE_LINE] = {SORT_WINDOW,   line_pass     },
    [EDGE_MEMBER] = {SORT_WINDOW,   member_pass   },
    [EDGE_REMINDER] = {SORT_REMINDER, reminding_pass},
};

static enum edge_heap heap_of(const struct edge *edge)
{
    return edge->kind == EDGE_LEASE ? HEAP_LEASES : HEAP_OTHERS;
}

// --- The heap ---------------------------------------------------------------

// A leftist heap: a binary tree in which no edge comes before its parent's, and in which the way
// down by the right children is the shortest way out. Its length is the rank, so nothing here takes
// more steps than the logarithm of how many edges there are, however they came and go: edges that
// come all at one instant make no pause.

static bool comes_before(const struct state *state, uint32_t left, uint32_t right)
{
    const struct edge *a = edge_at(state, left), *b = edge_at(state, right);
    if (a->ms != b->ms) return a->ms < b->ms;
    if (rows[a->kind].sort != rows[b->kind].sort) return rows[a->kind].sort < rows[b->kind].sort;
    if (a->id != b->id) return a->id < b->id;
    assert(a->ordinal != b->ordinal);
    return a->ordinal < b->ordinal;
}

static uint32_t rank_of(const struct state *state, uint32_t at)
{
    return at == 0 ? 0 : edge_at(state, at)->rank;
}

// Puts the child with the longer way out to the left. Whether the rank is another now.
static bool balance(struct state *state, uint32_t at)
{
    struct edge   *edge = edge_edit(state, at);
    const uint32_t before = edge->rank;
    if (rank_of(state, edge->left) < rank_of(state, edge->right)) {
        const uint32_t left = edge->left;
        edge->left = edge->right;
        edge->right = left;
    }
    edge->rank = rank_of(state, edge->right) + 1;
    return edge->rank != before;
}

static void set_right(struct state *state, uint32_t parent, uint32_t child)
{
    edge_edit(state, parent)->right = child;
    if (child != 0) edge_edit(state, child)->parent = parent;
}

// Two trees become one: down both ways to the right, the earlier edge first, then up again.
static uint32_t meld(struct state *state, uint32_t a, uint32_t b)
{
    uint32_t last = 0;
    if (a == 0 || b == 0) return a != 0 ? a : b;
    const uint32_t top = comes_before(state, a, b) ? a : b;
    while (a != 0 && b != 0) {
        const uint32_t first = comes_before(state, a, b) ? a : b;
        const uint32_t other = first == a ? b : a;
        if (last != 0) set_right(state, last, first);
        last = first;
        a = edge_at(state, first)->right;
        b = other;
    }
    set_right(state, last, a != 0 ? a : b);
    edge_edit(state, top)->parent = 0;
    for (uint32_t at = last; at != 0; at = edge_at(state, at)->parent) {
        (void)balance(state, at);
    }
    return top;
}

uint32_t schedule_add(struct state *state, struct edge edge)
{
    if (edge.ms == TIME_NEVER) return 0;
    const enum edge_heap heap = heap_of(&edge);
    const uint32_t       at = state_take(state, POOL_EDGE);
    edge.parent = 0;
    edge.left = 0;
    edge.right = 0;
    edge.rank = 1;
    *edge_edit(state, at) = edge;
    const uint32_t top = meld(state, server_at(state)->earliest_edge[heap], at);
    server_edit(state)->earliest_edge[heap] = top;
    return at;
}

uint32_t schedule_add_window(struct state *state, struct edge edge, struct window window,
                             uint64_t ms)
{
    edge.ms = window_next_edge(window, ms);
    return schedule_add(state, edge);
}

void schedule_drop(struct state *state, uint32_t edge)
{
    if (edge == 0) return;
    const struct edge own = *edge_at(state, edge);
    const uint32_t    below = meld(state, own.left, own.right);
    if (below != 0) edge_edit(state, below)->parent = own.parent;
    if (own.parent == 0) {
        server_edit(state)->earliest_edge[heap_of(&own)] = below;
    } else if (edge_at(state, own.parent)->left == edge) {
        edge_edit(state, own.parent)->left = below;
    } else {
        edge_edit(state, own.parent)->right = below;
    }
    for (uint32_t at = own.parent; at != 0; at = edge_at(state, at)->parent) {
        if (!balance(state, at)) break;
    }
    state_give(state, POOL_EDGE, edge);
}

// 0 when no edge is to come.
static uint32_t earliest(const struct state *state)
{
    const struct server *server = server_at(state);
    const uint32_t       other = server->earliest_edge[HEAP_OTHERS];
    const uint32_t       lease =
        server->limited_reason == NOT_LIMITED ? server->earliest_edge[HEAP_LEASES] : 0;
    if (lease == 0 || other == 0) return lease != 0 ? lease : other;
    return comes_before(state, lease, other) ? lease : other;
}

uint64_t schedule_next(const struct state *state)
{
    const uint32_t at = earliest(state);
    return at == 0 ? TIME_NEVER : edge_at(state, at)->ms;
}

// --- The boundary -----------------------------------------------------------

bool schedule_is_late(const struct state *state, uint64_t ms)
{
    return schedule_next(state) <= ms && server_at(state)->edge_ms < ms;
}

void boundary_judge(struct question *question, const struct event *event)
{
    const uint64_t edge_ms = event->of.boundary.edge_ms;
    const bool     is_to_come = edge_ms > question->now_ms;
    const bool     is_back = edge_ms < server_at(question->state)->edge_ms;
    const bool     is_for_nothing = schedule_next(question->state) > edge_ms;
    if (is_to_come || is_back || is_for_nothing) refuse_malformed(question, "edge");
}

void boundary_apply(struct change_context *context, const struct event *event)
{
    struct state         *state = context->state;
    const uint64_t        edge_ms = event->of.boundary.edge_ms;
    struct change_context as_of_edge = *context;
    as_of_edge.now_ms = edge_ms;
    server_edit(state)->edge_ms = edge_ms;
    for (uint32_t i = 0; i < BOUNDARY_EDGE_MAX && schedule_next(state) <= edge_ms; i++) {
        const uint32_t    at = earliest(state);
        const struct edge edge = *edge_at(state, at);
        schedule_drop(state, at);
        rows[edge.kind].pass(&as_of_edge, &edge);
    }
}
