#include "projections/schedule.h"

#include "projections/packages.h"
#include "projections/server.h"
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
    [EDGE_LEASE] = {SORT_LEASE,    NULL        },
      [EDGE_PACKAGE] = {SORT_WINDOW,   package_pass},
    [EDGE_LINE] = {SORT_WINDOW,   line_pass   },
      [EDGE_MEMBER] = {SORT_WINDOW,   member_pass },
    [EDGE_REMINDER] = {SORT_REMINDER, NULL        },
};

static enum edge_heap heap_of(const struct edge *edge)
{
    return edge->kind == EDGE_LEASE ? HEAP_LEASES : HEAP_OTHERS;
}

// --- The heap ---------------------------------------------------------------

// A pairing heap: a tree in which no edge comes before its parent's. Children form a list; the
// first one's `previous` is the parent, the others' the sibling before.

static bool comes_before(const struct state *state, uint32_t left, uint32_t right)
{
    const struct edge *a = edge_at(state, left), *b = edge_at(state, right);
    if (a->ms != b->ms) return a->ms < b->ms;
    if (rows[a->kind].sort != rows[b->kind].sort) return rows[a->kind].sort < rows[b->kind].sort;
    if (a->id != b->id) return a->id < b->id;
    assert(a->ordinal != b->ordinal);
    return a->ordinal < b->ordinal;
}

// Two trees become one: the later top becomes the first child of the earlier.
static uint32_t meld(struct state *state, uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0) return a != 0 ? a : b;
    const uint32_t top = comes_before(state, a, b) ? a : b;
    const uint32_t under = top == a ? b : a;
    struct edge   *parent = edge_edit(state, top);
    struct edge   *child = edge_edit(state, under);
    child->next = parent->first_child;
    child->previous = top;
    if (child->next != 0) edge_edit(state, child->next)->previous = under;
    parent->first_child = under;
    parent->next = 0;
    parent->previous = 0;
    return top;
}

static uint32_t detach(struct state *state, uint32_t at)
{
    struct edge   *edge = edge_edit(state, at);
    const uint32_t next = edge->next;
    edge->next = 0;
    edge->previous = 0;
    return next;
}

// The children of a top that goes: melded in pairs, then from the last pair to the first.
static uint32_t meld_children(struct state *state, uint32_t first)
{
    uint32_t pairs = 0; // a stack, linked by next
    for (uint32_t a = first; a != 0;) {
        const uint32_t b = detach(state, a);
        const uint32_t rest = b == 0 ? 0 : detach(state, b);
        const uint32_t pair = meld(state, a, b);
        edge_edit(state, pair)->next = pairs;
        pairs = pair;
        a = rest;
    }
    uint32_t top = 0;
    while (pairs != 0) {
        const uint32_t pair = pairs;
        pairs = detach(state, pair);
        top = meld(state, top, pair);
    }
    return top;
}

uint32_t schedule_add(struct state *state, struct edge edge)
{
    if (edge.ms == TIME_NEVER) return 0;
    const enum edge_heap heap = heap_of(&edge);
    const uint32_t       at = state_take(state, POOL_EDGE);
    edge.first_child = 0;
    edge.next = 0;
    edge.previous = 0;
    *edge_edit(state, at) = edge;
    const uint32_t top = meld(state, server_at(state)->first_edge[heap], at);
    server_edit(state)->first_edge[heap] = top;
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
    const struct edge    own = *edge_at(state, edge);
    const enum edge_heap heap = heap_of(&own);
    const uint32_t       children = meld_children(state, own.first_child);
    if (own.previous == 0) {
        server_edit(state)->first_edge[heap] = children;
    } else {
        if (edge_at(state, own.previous)->first_child == edge) {
            edge_edit(state, own.previous)->first_child = own.next;
        } else {
            edge_edit(state, own.previous)->next = own.next;
        }
        if (own.next != 0) edge_edit(state, own.next)->previous = own.previous;
        const uint32_t top = meld(state, server_at(state)->first_edge[heap], children);
        server_edit(state)->first_edge[heap] = top;
    }
    state_give(state, POOL_EDGE, edge);
}

// 0 when no edge is to come.
static uint32_t earliest(const struct state *state)
{
    const struct server *server = server_at(state);
    const uint32_t       other = server->first_edge[HEAP_OTHERS];
    const uint32_t       lease =
        server->limited_reason == NOT_LIMITED ? server->first_edge[HEAP_LEASES] : 0;
    if (lease == 0 || other == 0) return lease != 0 ? lease : other;
    return comes_before(state, lease, other) ? lease : other;
}

uint64_t schedule_next(const struct state *state)
{
    const uint32_t at = earliest(state);
    return at == 0 ? TIME_NEVER : edge_at(state, at)->ms;
}

// --- The boundary -----------------------------------------------------------

void boundary_judge(struct question *question, const struct event *event)
{
    const uint64_t edge_ms = event->of.boundary.edge_ms;
    const bool     is_to_come = edge_ms > question->now_ms;
    const bool     is_for_nothing = schedule_next(question->state) > edge_ms;
    if (is_to_come || is_for_nothing) refuse_malformed(question, "edge");
}

void boundary_apply(struct change_context *context, const struct event *event)
{
    struct state         *state = context->state;
    const uint64_t        edge_ms = event->of.boundary.edge_ms;
    struct change_context as_of_edge = *context;
    as_of_edge.now_ms = edge_ms;
    server_edit(state)->edge_ms = edge_ms;
    while (schedule_next(state) <= edge_ms) {
        const uint32_t    at = earliest(state);
        const struct edge edge = *edge_at(state, at);
        schedule_drop(state, at);
        rows[edge.kind].pass(&as_of_edge, &edge);
    }
}
