#include "replay/meaning.h"

#include "core/proof/crypto.h"
#include "projections/actors.h"
#include "projections/retries.h"
#include "projections/schedule.h"

#include <inttypes.h>
#include <string.h>

// What is wrong goes into the report here; the status only ends the replay.
static enum status refute(struct meaning *meaning, const struct catch_up_event *event,
                          enum outcome outcome, const char *why)
{
    const struct fault fault = {.outcome = outcome,
                                .what = "event",
                                .from = event->leaf.seq,
                                .to = event->leaf.seq,
                                .number = FAULT_NO_NUMBER};
    faults_add(&meaning->report->faults, fault, "%s", why);
    return STATUS_CORRUPT;
}

// --- Form -------------------------------------------------------------------

static bool is_canonical(struct meaning *meaning, const struct catch_up_event *event)
{
    struct buffer leaf = buffer_over(meaning->room, sizeof meaning->room);
    leaf_write(&event->leaf, &leaf);
    if (leaf.is_full || !bytes_is_equal(buffer_bytes(&leaf), event->packed)) return false;
    struct buffer proposal = buffer_over(meaning->room, sizeof meaning->room);
    proposal_write(&event->proposal, &proposal);
    return !proposal.is_full && bytes_is_equal(buffer_bytes(&proposal), event->leaf.proposal);
}

static const char *judge_opening(const struct meaning *meaning, const struct catch_up_event *event)
{
    const struct verifier *ledger = &meaning->trust->ledger;
    const struct opening  *opening = &event->proposal.event.of.opening;
    if (event->proposal.event.kind != OPENING) return "the first event is not an opening";
    if (!bytes_is_equal(opening->origin, verifier_name(ledger))) {
        return "it opens a ledger of another origin than that of the given key";
    }
    return NULL;
}

// --- Author -----------------------------------------------------------------

// The ledger enrols the first server_admin by itself, right after its opening.
static const char *judge_own(const struct catch_up_event *event)
{
    const struct kind_row *row = kind_row((uint64_t)event->proposal.event.kind);
    if (event->leaf.signature.size != 0) return "the ledger itself is said to have signed it";
    if (!row->is_administrative) return NULL;
    if (event->leaf.seq == 1 && row->kind == ACTOR_ENROLMENT) return NULL;
    return "it must carry its author's signature, but the ledger is said to be its author";
}

static const char *judge_author(const struct state *state, const struct catch_up_event *event,
                                uint32_t actor)
{
    if (event->leaf.author == AUTHOR_LEDGER) return judge_own(event);
    if (actor == 0) return "its author was never enrolled";
    if (actor_at(state, actor)->is_removed) return "its author had been removed before";
    if (event->leaf.signature.size == 0 &&
        actor_must_sign(state, actor, event->proposal.event.kind)) {
        return "it must carry its author's signature and has none";
    }
    return NULL;
}

// --- Place ------------------------------------------------------------------

static const char *judge_place(const struct state *state, const struct catch_up_event *event)
{
    const struct leaf *leaf = &event->leaf;
    const enum kind    kind = event->proposal.event.kind;
    uint64_t           seq = 0;
    // Leases begin anew before it is asked which are over.
    if (kind != BOUNDARY && kind != RESUMPTION && schedule_is_late(state, leaf->time_ms)) {
        return "an edge was due before it, and no boundary says so";
    }
    if (leaf->author != AUTHOR_LEDGER &&
        retry_find(state, leaf->author, event->proposal.id, event->proposal.not_after_ms, &seq)) {
        return "its author's id stands in the log already";
    }
    if (!refusal_row((uint64_t)leaf->verdict.code)->is_logged) {
        return "it was refused with a word that is never kept in the log";
    }
    return NULL;
}

// --- Verdict ----------------------------------------------------------------

static bool is_same_verdict(const struct verdict *a, const struct verdict *b)
{
    return a->code == b->code && a->node == b->node && a->limit == b->limit && a->used == b->used &&
           a->index == b->index;
}

static void print_verdict(const struct verdict *verdict, struct buffer *buffer)
{
    buffer_add_text(buffer, refusal_word(verdict->code));
    if (verdict->node != NODE_NONE) {
        buffer_printf(buffer, " at group %" PRIu64 ".%" PRIu64, entity_seq(verdict->node),
                      verdict->node & ((1U << ENTITY_INDEX_BITS) - 1));
    }
    if (verdict->code == ACCEPTED) return;
    buffer_printf(buffer, " limit %" PRIu64 " used %" PRIu64 " index %" PRIu32, verdict->limit,
                  verdict->used, verdict->index);
}

static enum status compare_verdict(struct meaning *meaning, const struct catch_up_event *event)
{
    const struct decision *decision = &meaning->decision;
    char                   text[FAULT_TEXT_SIZE];
    struct buffer          why = buffer_over(text, sizeof text - 1);
    const bool             is_same = is_same_verdict(&event->leaf.verdict, &decision->verdict);
    if (is_same && decision->is_logged) return OK;
    if (is_same) {
        return refute(meaning, event, OUTCOME_DIVERGENCE,
                      "it changes nothing, so it would not have been kept");
    }
    buffer_add_text(&why, "the log says ");
    print_verdict(&event->leaf.verdict, &why);
    buffer_add_text(&why, ", the rules say ");
    print_verdict(&decision->verdict, &why);
    return refute(meaning, event, OUTCOME_DIVERGENCE, buffer_text(&why));
}

// --- Snapshots --------------------------------------------------------------

static enum status compare_snapshot(struct meaning *meaning, const struct state *state,
                                    const struct catch_up_event *event,
                                    struct catch_up_fault       *fault)
{
    enum snapshot_finding finding = SNAPSHOT_NONE;
    if (meaning->snapshots == NULL) return OK;
    const enum status status = snapshots_look(meaning->snapshots, state, event, &finding);
    if (status != OK) {
        fault->why = "no memory for the digest of a snapshot";
        return status;
    }
    if (finding == SNAPSHOT_RIGHT) meaning->report->snapshot_count++;
    if (finding != SNAPSHOT_WRONG) return OK;
    return refute(meaning, event, OUTCOME_DIVERGENCE,
                  "the digest that it tells of a snapshot is not that of the state");
}

// --- All of it --------------------------------------------------------------

static void count(struct meaning_report *report, const struct catch_up_event *event)
{
    report->event_count++;
    report->kind_counts[event->proposal.event.kind]++;
    if (event->leaf.verdict.code != ACCEPTED) report->refusal_count++;
    if (event->leaf.author == AUTHOR_LEDGER) {
        report->ledger_count++;
    } else if (event->leaf.signature.size == 0) {
        report->vouched_count++;
    } else {
        report->signed_count++;
    }
}

static const char *judge_form(struct meaning *meaning, const struct state *state,
                              const struct catch_up_event *event, uint32_t actor)
{
    if (!is_canonical(meaning, event)) return "it does not write to the same bytes again";
    if (event->leaf.seq == 0) {
        const char *why = judge_opening(meaning, event);
        if (why != NULL) return why;
    }
    const char *why = judge_author(state, event, actor);
    return why != NULL ? why : judge_place(state, event);
}

static enum status visit(void *context, struct state *state, const struct catch_up_event *event,
                         struct catch_up_fault *fault)
{
    struct meaning    *meaning = context;
    const struct leaf *leaf = &event->leaf;
    const uint32_t     actor = leaf->author == AUTHOR_LEDGER ? 0 : actor_by_id(state, leaf->author);
    const char        *why = judge_form(meaning, state, event, actor);
    if (why != NULL) return refute(meaning, event, OUTCOME_INTEGRITY, why);
    if (meaning->signatures != NULL && leaf->signature.size > 0) {
        signatures_add(meaning->signatures, leaf->seq, actor_at(state, actor)->key, leaf->signature,
                       leaf->proposal);
    }
    if (!state_has_room(state)) return OK; // catch_up says so
    rules_decide(state, &event->proposal, actor, leaf->time_ms, &meaning->decision);
    enum status status = compare_verdict(meaning, event);
    if (status == OK) status = compare_snapshot(meaning, state, event, fault);
    if (status != OK) return status;
    count(meaning->report, event);
    if (meaning->watch != NULL) meaning->watch(meaning->context, state, event, &meaning->decision);
    return OK;
}

// What the visitor said stands in the report already.
static void add_fault(struct meaning *meaning, enum status status,
                      const struct catch_up_fault *fault)
{
    const bool         is_file = fault->is_unread && fault->seq < meaning->archived;
    const struct fault place = {.outcome = outcome_of(status),
                                .what = "event",
                                .from = fault->seq,
                                .to = is_file ? fault->seq | (ARCHIVE_STEP - 1) : fault->seq,
                                .number = FAULT_NO_NUMBER};
    if (fault->why == NULL) return;
    faults_add(&meaning->report->faults, place, "%s%s%s", fault->why,
               fault->field == NULL ? "" : ": ", fault->field == NULL ? "" : fault->field);
}

bool meaning_replay(struct meaning *meaning, struct state *state, struct ledger_scan *scan)
{
    const struct catch_up_visitor visitor = {.visit = visit, .context = meaning};
    struct catch_up_fault         fault;
    const enum status             status = catch_up_scan(state, scan, &visitor, &fault);
    if (status != OK) add_fault(meaning, status, &fault);
    if (meaning->signatures == NULL) return status == OK;
    const struct signatures_result result = signatures_finish(meaning->signatures);
    meaning->report->verified_count = result.verified_count;
    if (result.first_bad == UINT64_MAX) return status == OK;
    const struct fault bad = {.outcome = OUTCOME_INTEGRITY,
                              .what = "event",
                              .from = result.first_bad,
                              .to = result.first_bad,
                              .number = FAULT_NO_NUMBER};
    faults_add(&meaning->report->faults, bad, "its author's signature does not verify");
    return false;
}
