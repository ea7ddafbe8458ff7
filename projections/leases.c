#include "projections/leases.h"

#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/schedule.h"

#include <assert.h>

static uint32_t lease_at_holding(const struct state *state, uint32_t holding)
{
    const uint32_t leasehold = holding_at(state, holding)->leasehold;
    return leasehold == 0 ? 0 : leasehold_at(state, leasehold)->lease;
}

const struct lease *lease_of(const struct state *state, uint32_t holding)
{
    const uint32_t lease = lease_at_holding(state, holding);
    return lease == 0 ? NULL : lease_at(state, lease);
}

// What the end is, or will be no earlier than while the server is limited.
static uint64_t end_of(const struct state *state, const struct lease *lease)
{
    const uint64_t base_ms = server_at(state)->lease_base_ms;
    return (lease->renewed_ms > base_ms ? lease->renewed_ms : base_ms) + lease->length_ms;
}

static uint64_t end_now(const struct state *state, const struct lease *lease)
{
    if (server_at(state)->limited_reason != NOT_LIMITED) return TIME_NEVER;
    return end_of(state, lease);
}

uint64_t lease_end(const struct state *state, uint32_t holding)
{
    const struct lease *lease = lease_of(state, holding);
    return lease == NULL ? TIME_NEVER : end_now(state, lease);
}

bool lease_is_over(const struct state *state, uint32_t holding, uint64_t ms)
{
    return lease_end(state, holding) <= ms;
}

// --- Sets -------------------------------------------------------------------

// One that is over waits to be released only: what comes under its name is another.
static uint32_t set_find(const struct state *state, uint32_t group, struct bytes name, uint64_t ms)
{
    uint32_t at = state_first(state, INDEX_LEASE_SET, state_hash(state, group, name));
    for (; at != 0; at = state_next(state, INDEX_LEASE_SET, at)) {
        const struct lease *lease = lease_at(state, at);
        const uint32_t      first = leasehold_at(state, lease->first_leasehold)->holding;
        if (!text_is(state, lease->set, name) || holding_group(state, first) != group) continue;
        if (end_now(state, lease) > ms) return at;
    }
    return 0;
}

static void join(struct state *state, uint32_t lease, uint32_t holding)
{
    const uint32_t    at = state_take(state, POOL_LEASEHOLD);
    struct lease     *own = lease_edit(state, lease);
    struct leasehold *leasehold = leasehold_edit(state, at);
    *leasehold =
        (struct leasehold){.lease = lease, .holding = holding, .previous = own->last_leasehold};
    if (own->last_leasehold == 0) {
        own->first_leasehold = at;
    } else {
        leasehold_edit(state, own->last_leasehold)->next = at;
    }
    own->last_leasehold = at;
    holding_edit(state, holding)->leasehold = at;
}

void lease_index(struct state *state, uint32_t at)
{
    const struct lease *lease = lease_at(state, at);
    if (lease->set.at == 0) return;
    const uint32_t holding = leasehold_at(state, lease->first_leasehold)->holding;
    state_index_add(state, INDEX_LEASE_SET, at,
                    state_hash(state, holding_group(state, holding), text_of(state, lease->set)));
}

static void open_and_join(struct change_context *context, uint32_t holding, struct bytes set)
{
    struct state  *state = context->state;
    const uint32_t at = state_take(state, POOL_LEASE);
    struct lease  *lease = lease_edit(state, at);
    *lease = (struct lease){.id = context->id};
    join(state, at, holding);
    if (set.size == 0) return;
    lease->set = text_add(state, set);
    lease_index(state, at);
}

static void drop(struct state *state, uint32_t at)
{
    const struct lease lease = *lease_at(state, at);
    schedule_drop(state, lease.edge);
    if (lease.set.at != 0) state_index_remove(state, INDEX_LEASE_SET, at);
    text_drop(state, lease.set);
    state_give(state, POOL_LEASE, at);
}

void lease_leave(struct state *state, uint32_t holding)
{
    const uint32_t at = holding_at(state, holding)->leasehold;
    if (at == 0) return;
    const struct leasehold leasehold = *leasehold_at(state, at);
    struct lease          *lease = lease_edit(state, leasehold.lease);
    holding_edit(state, holding)->leasehold = 0;
    if (leasehold.previous == 0) {
        lease->first_leasehold = leasehold.next;
    } else {
        leasehold_edit(state, leasehold.previous)->next = leasehold.next;
    }
    if (leasehold.next == 0) {
        lease->last_leasehold = leasehold.previous;
    } else {
        leasehold_edit(state, leasehold.next)->previous = leasehold.previous;
    }
    state_give(state, POOL_LEASEHOLD, at);
    if (lease->first_leasehold == 0) drop(state, leasehold.lease);
}

// --- Time -------------------------------------------------------------------

static void put_edge(struct state *state, uint32_t at, uint64_t ms)
{
    const entity_id id = lease_at(state, at)->id;
    const uint32_t  edge =
        schedule_add(state, (struct edge){.ms = ms, .kind = EDGE_LEASE, .subject = at, .id = id});
    lease_edit(state, at)->edge = edge;
}

// Its edge goes along at once: one that came too early would be a boundary for nothing.
static void renew(struct change_context *context, uint32_t at, uint64_t length_ms)
{
    struct state *state = context->state;
    struct lease *lease = lease_edit(state, at);
    lease->renewed_ms = context->now_ms;
    lease->length_ms = length_ms;
    schedule_drop(state, lease->edge);
    put_edge(state, at, end_of(state, lease));
}

bool lease_is_news(const struct state *state, uint32_t holding, const struct lease_told *told,
                   uint64_t ms)
{
    const struct lease *lease = lease_of(state, holding);
    if (lease == NULL) return told->length_ms != 0;
    if (lease->renewed_ms != ms) return true;
    if (told->length_ms == 0) return false;
    return told->length_ms != lease->length_ms || !text_is(state, lease->set, told->set);
}

void lease_take(struct change_context *context, uint32_t holding, const struct lease_told *told)
{
    struct state       *state = context->state;
    const struct lease *lease = lease_of(state, holding);
    uint64_t            length_ms = told->length_ms;
    if (length_ms == 0) {
        if (lease == NULL) return;
        length_ms = lease->length_ms;
    } else if (lease == NULL || !text_is(state, lease->set, told->set)) {
        lease_leave(state, holding);
        const uint32_t set = told->set.size == 0 ? 0
                                                 : set_find(state, holding_group(state, holding),
                                                            told->set, context->now_ms);
        if (set != 0) {
            join(state, set, holding);
        } else {
            open_and_join(context, holding, told->set);
        }
    }
    renew(context, lease_at_holding(state, holding), length_ms);
}

void leases_resume(struct change_context *context)
{
    server_edit(context->state)->lease_base_ms = context->now_ms;
}

// One of the set at a time, so that a large one takes no longer than as many leases. What is left
// has its edge again before any goes, for the last that goes takes the lease and its edge along.
void lease_pass(struct change_context *context, const struct edge *edge)
{
    struct state       *state = context->state;
    const uint32_t      at = edge->subject;
    const struct lease *lease = lease_edit(state, at);
    const uint64_t      end_ms = end_of(state, lease);
    const bool          is_over = end_ms <= context->now_ms;
    lease_edit(state, at)->edge = 0;
    if (!is_over || lease->first_leasehold != lease->last_leasehold) put_edge(state, at, end_ms);
    if (is_over) holding_remove(state, leasehold_at(state, lease->first_leasehold)->holding);
}

// --- Renewal ----------------------------------------------------------------

// What is renewed, by a unit or by the name of a set.
struct renewed {
    uint32_t     holding; // one of those whose lease it is
    struct bytes name;
};

static struct renewed find_renewed(const struct state *state, const struct renewal *renewal,
                                   uint64_t ms)
{
    struct renewed found = {.name = renewal->unit};
    if (renewal->lease_set.at == NULL) {
        found.holding = unit_find(state, renewal->resource, renewal->unit);
        return found;
    }
    const uint32_t group = group_find(state, renewal->group);
    const uint32_t set = group == 0 ? 0 : set_find(state, group, renewal->lease_set, ms);
    found.name = renewal->lease_set;
    if (set == 0) return found;
    found.holding = leasehold_at(state, lease_at(state, set)->first_leasehold)->holding;
    return found;
}

// Everyone who consumes; the judge hides what lies outside of the asker's reach.
bool renewal_is_allowed(const struct question *question, const struct event *event)
{
    (void)event;
    return actor_at(question->state, question->actor)->role == AGENT;
}

void renewal_judge(struct question *question, const struct event *event)
{
    const struct state     *state = question->state;
    const struct renewed    found = find_renewed(state, &event->of.renewal, question->now_ms);
    const struct lease_told nothing = {.length_ms = 0};
    const bool              is_seen = found.holding != 0 &&
                         !lease_is_over(state, found.holding, question->now_ms) &&
                         actor_reads(state, question->actor, holding_group(state, found.holding));
    if (!is_seen) {
        refuse_name(question, NOT_HELD, found.name);
        return;
    }
    question->charged = holding_group(state, found.holding);
    question->is_no_news = !lease_is_news(state, found.holding, &nothing, question->now_ms);
}

void renewal_apply(struct change_context *context, const struct event *event)
{
    const struct renewed found = find_renewed(context->state, &event->of.renewal, context->now_ms);
    const struct lease_told nothing = {.length_ms = 0};
    lease_take(context, found.holding, &nothing);
}

// --- Resumption -------------------------------------------------------------

// Of no use where nothing is leased, and only from the last event on.
void resumption_judge(struct question *question, const struct event *event)
{
    const struct state *state = question->state;
    const bool          is_after_last = event->of.resumption.since_ms == server_at(state)->time_ms;
    if (!is_after_last || state_count(state, POOL_LEASE) == 0) refuse_malformed(question, "since");
}

void resumption_apply(struct change_context *context, const struct event *event)
{
    (void)event;
    leases_resume(context);
}
