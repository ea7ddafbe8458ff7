#include "projections/schedule.h"

#include "projections/quota.h"

#include <assert.h>

// A pairing heap: a tree in which no edge comes before its parent's. Children form a list; the
// first one's `previous` is the parent, the others' the sibling before.

static bool comes_before(const struct state *state, uint32_t a, uint32_t b)
{
    if (edge_at(state, a)->ms != edge_at(state, b)->ms) {
        return edge_at(state, a)->ms < edge_at(state, b)->ms;
    }
    return a < b;
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

uint32_t schedule_add(struct state *state, enum edge_subject kind, uint32_t subject,
                      struct window window, uint64_t ms)
{
    const uint64_t edge_ms = window_next_edge(window, ms);
    if (edge_ms == TIME_NEVER) return 0;
    const uint32_t at = state_take(state, POOL_EDGE);
    *edge_edit(state, at) =
        (struct edge){.ms = edge_ms, .subject_kind = (uint32_t)kind, .subject = subject};
    const uint32_t top = meld(state, server_at(state)->first_edge, at);
    server_edit(state)->first_edge = top;
    return at;
}

void schedule_drop(struct state *state, uint32_t edge)
{
    if (edge == 0) return;
    const struct edge own = *edge_at(state, edge);
    const uint32_t    children = meld_children(state, own.first_child);
    if (own.previous == 0) {
        server_edit(state)->first_edge = children;
    } else {
        if (edge_at(state, own.previous)->first_child == edge) {
            edge_edit(state, own.previous)->first_child = own.next;
        } else {
            edge_edit(state, own.previous)->next = own.next;
        }
        if (own.next != 0) edge_edit(state, own.next)->previous = own.previous;
        const uint32_t top = meld(state, server_at(state)->first_edge, children);
        server_edit(state)->first_edge = top;
    }
    state_give(state, POOL_EDGE, edge);
}

uint64_t schedule_next(const struct state *state)
{
    const uint32_t first = server_at(state)->first_edge;
    return first == 0 ? TIME_NEVER : edge_at(state, first)->ms;
}

void boundary_judge(struct question *question, const struct event *event)
{
    const uint64_t edge_ms = event->of.boundary.edge_ms;
    const bool     is_to_come = edge_ms > question->now_ms;
    const bool     is_for_nothing = schedule_next(question->state) > edge_ms;
    if (is_to_come || is_for_nothing) refuse_malformed(question, "edge");
}

static void settle_package(struct state *state, uint32_t at, uint64_t now_ms)
{
    const struct package_record *package = package_at(state, at);
    for (uint32_t i = package->first_entry; i != 0; i = entry_at(state, i)->next) {
        const uint32_t account = account_find(state, package->group, entry_at(state, i)->resource);
        if (account != 0) quota_settle(state, account, now_ms);
    }
    state_note_change(state, package->group, 0);
}

static void settle_line(struct state *state, uint32_t at, uint64_t now_ms)
{
    const uint32_t account = account_find(state, SERVER_GROUP, line_at(state, at)->resource);
    if (account != 0) quota_settle(state, account, now_ms);
    state_note_change(state, SERVER_GROUP, line_at(state, at)->resource);
}

// The subject's window has come to its edge; its next one goes into the schedule.
static void pass(struct state *state, const struct edge *edge, uint64_t now_ms)
{
    const uint32_t at = edge->subject;
    switch ((enum edge_subject)edge->subject_kind) {
    case EDGE_PACKAGE:
        package_edit(state, at)->edge =
            schedule_add(state, EDGE_PACKAGE, at, package_at(state, at)->window, now_ms);
        settle_package(state, at, now_ms);
        return;
    case EDGE_LINE:
        line_edit(state, at)->edge =
            schedule_add(state, EDGE_LINE, at, line_at(state, at)->window, now_ms);
        settle_line(state, at, now_ms);
        return;
    case EDGE_MEMBER:
        member_edit(state, at)->edge =
            schedule_add(state, EDGE_MEMBER, at, member_at(state, at)->window, now_ms);
        state_note_change(state, member_at(state, at)->group, 0);
        return;
    }
}

void boundary_apply(struct change_context *context, const struct event *event)
{
    struct state  *state = context->state;
    const uint64_t edge_ms = event->of.boundary.edge_ms;
    server_edit(state)->edge_ms = edge_ms;
    while (schedule_next(state) <= edge_ms) {
        const uint32_t    at = server_at(state)->first_edge;
        const struct edge edge = *edge_at(state, at);
        schedule_drop(state, at);
        pass(state, &edge, edge_ms);
    }
}
