#include "api/daemon/past.h"

#include "api/daemon/explanation_view.h"
#include "projections/actors.h"
#include "projections/catch_up.h"
#include "projections/explanation.h"
#include "projections/groups.h"
#include "projections/restore.h"

void past_release(struct past *past)
{
    state_close(past->state);
    past->state = NULL;
}

// --- Going there ------------------------------------------------------------

static enum status look_for_stop(void *context, struct state *state,
                                 const struct catch_up_event *event, struct catch_up_fault *fault)
{
    const struct past *past = context;
    (void)state;
    (void)event;
    (void)fault;
    return atomic_load(past->is_stopping) ? STATUS_OVERLOADED : OK;
}

// The log is the daemon's own and was checked when it was opened.
static enum status go_on(struct past *past, uint64_t seq)
{
    const struct catch_up_visitor visitor = {.visit = look_for_stop, .context = past};
    struct catch_up_fault         fault;
    struct ledger_scan           *scan = NULL;
    const uint64_t                from = server_at(past->state)->size;
    enum status                   status = ledger_scan_open_aside(past->ledger, from, seq, &scan);
    if (status != OK) return status;
    status = catch_up_scan(past->state, scan, &visitor, &fault);
    ledger_scan_close(scan);
    return status;
}

// From the first event on, or where that is archived from a snapshot.
static enum status begin(struct past *past, const struct past_question *question)
{
    struct snapshot_search search = {.ledger = past->ledger,
                                     .directory = past->snapshots,
                                     .log_size = question->size,
                                     .size_max = question->seq};
    if (atomic_load(past->archived) == 0) return state_open(&past->state);
    const enum status status = restore_snapshot(&search, &past->state);
    return status == STATUS_NOT_FOUND ? STATUS_ARCHIVED : status;
}

static enum status try_to_go(struct past *past, const struct past_question *question)
{
    const uint64_t size = past->state == NULL ? 0 : server_at(past->state)->size;
    // Neither back, nor on over what may be gone.
    if (size > question->seq || size < atomic_load(past->archived)) past_release(past);
    enum status status = past->state == NULL ? begin(past, question) : OK;
    if (status == OK) status = go_on(past, question->seq);
    if (status != OK) past_release(past);
    return status;
}

// The state as it was when the event was decided. What was still there when it began may have been
// dropped before it came by.
static enum status go_to(struct past *past, const struct past_question *question)
{
    const uint64_t    archived = atomic_load(past->archived);
    const enum status status = try_to_go(past, question);
    if (status != STATUS_CORRUPT || archived == atomic_load(past->archived)) return status;
    return try_to_go(past, question);
}

// --- What it says -----------------------------------------------------------

struct past_event {
    struct bytes    packed;
    struct leaf     leaf;
    struct proposal proposal;
    uint32_t        author, reader; // as of then: actor, group
};

static enum status read_event(struct ledger_scan *scan, struct past_event *event)
{
    const char       *offence = NULL;
    const enum status status = ledger_scan_next(scan, &event->packed);
    if (status != OK) return status;
    if (!leaf_read(event->packed, &event->leaf)) return STATUS_CORRUPT;
    if (!proposal_read(event->leaf.proposal, &event->proposal, &offence)) return STATUS_UNSUPPORTED;
    return OK;
}

// What was decided was decided; only the reasons are asked for.
static void judge_again(struct past *past, const struct past_question *question,
                        const struct past_event *event)
{
    const struct inquiry inquiry = {.proposal = &event->proposal,
                                    .actor = event->author,
                                    .now_ms = event->leaf.time_ms,
                                    .reader = event->reader,
                                    .from = (uint32_t)question->after};
    rules_explain(past->state, &inquiry, &past->decision);
}

static void gather_reasons(struct past *past, const struct past_question *question)
{
    const struct why *why = &past->decision.why;
    struct page      *page = &past->page;
    page_init(page, question->limit);
    while (page->count < why->count && page_has_room(page) && page->items.size < WHY_SIZE_MAX) {
        put_reason(&page->items, &why->reasons[page->count]);
        page->count++;
    }
    if (question->after + page->count < why->total) page->next = question->after + page->count;
}

static void put_paths(struct past *past, const struct past_event *event, struct buffer *reply)
{
    const struct state *state = past->state;
    struct subjects     subjects;
    struct explanation  explanation;
    uint32_t            count = 0;
    explain_subjects(state, &event->proposal.event, &subjects);
    for (uint32_t i = 0; i < subjects.count; i++) {
        count += group_is_seen(state, subjects.at[i].group, event->reader);
    }
    pack_key(reply, "paths");
    pack_array(reply, count);
    for (uint32_t i = 0; i < subjects.count; i++) {
        const struct subject *subject = &subjects.at[i];
        if (!group_is_seen(state, subject->group, event->reader)) continue;
        explain(state, subject->group, subject->resource, event->leaf.time_ms, &explanation);
        pack_map(reply, 3);
        put_path(reply, "group", state, subject->group);
        put_nodes(reply, state, &explanation);
        put_text(reply, "resource", text_of(state, resource_at(state, subject->resource)->name));
    }
}

static struct bytes author_of(const struct past *past, const struct past_event *event)
{
    if (event->author == 0) return (struct bytes){NULL, 0};
    return text_of(past->state, actor_at(past->state, event->author)->name);
}

// A group that a refused plan would have made is known to its reasons only.
static void put_node(struct past *past, const struct past_event *event, struct buffer *reply)
{
    const entity_id      node = event->leaf.verdict.node;
    const struct reason *decisive = &past->decision.why.decisive;
    if (node != NODE_NONE && decisive->node == node) {
        put_optional_text(reply, "node", decisive->path);
    } else {
        put_path(reply, "node", past->state,
                 node == NODE_NONE ? 0 : group_by_id(past->state, node));
    }
}

static void explain_event(struct past *past, const struct past_question *question,
                          const struct past_event *event, struct buffer *reply)
{
    const struct leaf  *leaf = &event->leaf;
    const struct event *told = &event->proposal.event;
    judge_again(past, question, event);
    if (past->decision.verdict.code != leaf->verdict.code) {
        answer_error(reply, "STORAGE_FAILED",
                     bytes_of_text("the rules decide it otherwise now: run licet-replay verify"));
        return;
    }
    gather_reasons(past, question);
    answer_ok(reply, 13);
    put_optional_text(reply, "author", author_of(past, event));
    put_text(reply, "code", bytes_of_text(refusal_word(leaf->verdict.code)));
    put_number(reply, "from", question->after);
    put_text(reply, "kind", bytes_of_text(kind_row((uint64_t)told->kind)->record->name));
    put_binary(reply, "leaf", event->packed);
    put_limit(reply, "next", past->page.next);
    put_node(past, event, reply);
    put_paths(past, event, reply);
    put_optional_text(reply, "reason", event_reason(told));
    put_number(reply, "seq", leaf->seq);
    put_number(reply, "time", leaf->time_ms);
    put_page(reply, "why", &past->page);
    put_number(reply, "why_count", past->decision.why.total);
}

void past_answer(struct past *past, const struct past_question *question, struct buffer *reply)
{
    struct past_event   event = {.author = 0};
    struct ledger_scan *scan = NULL;
    enum status         status = go_to(past, question);
    if (status == OK) {
        status = ledger_scan_open_aside(past->ledger, question->seq, question->seq + 1, &scan);
    }
    if (status == OK) status = read_event(scan, &event);
    if (status == OK && !state_has_room(past->state)) status = STATUS_OVERLOADED;
    if (status == OK) {
        event.author =
            event.leaf.author == AUTHOR_LEDGER ? 0 : actor_by_id(past->state, event.leaf.author);
        event.reader = group_by_id(past->state, question->reader);
        if (event.reader == 0) event.reader = (uint32_t)READS_NOTHING; // the group came later
        explain_event(past, question, &event, reply);
    } else {
        answer_failure(reply, status);
    }
    ledger_scan_close(scan);
}
