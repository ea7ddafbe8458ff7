#include "tests/support/chronicle.h"

#include "projections/actors.h"
#include "projections/schedule.h"
#include "tests/oracle/compose.h"

#include <assert.h>
#include <stdlib.h>

static void record(struct chronicle *chronicle, entity_id author, struct bytes packed,
                   const struct verdict *verdict)
{
    struct proposal   proposal;
    const char       *offence = NULL;
    const struct leaf leaf = {.version = RULES_VERSION,
                              .seq = server_at(chronicle->state)->size,
                              .time_ms = chronicle->time_ms,
                              .author = author,
                              .proposal = packed,
                              .verdict = *verdict};
    const bool        is_read = proposal_read(packed, &proposal, &offence);
    assert(is_read);
    rules_record(chronicle->state, &leaf, &proposal);
    state_commit(chronicle->state);
}

struct chronicle *chronicle_open(uint64_t seed)
{
    const struct verdict accepted = {.code = ACCEPTED, .node = NODE_NONE};
    struct chronicle    *chronicle = calloc(1, sizeof *chronicle);
    assert(chronicle != NULL);
    const enum status status = state_open(&chronicle->state);
    assert(status == OK);
    chronicle->history = history_open(seed);
    record(chronicle, AUTHOR_LEDGER, history_opening(chronicle->history), &accepted);
    return chronicle;
}

void chronicle_close(struct chronicle *chronicle)
{
    history_close(chronicle->history);
    state_close(chronicle->state);
    free(chronicle);
}

static void decide(struct chronicle *chronicle, struct bytes packed,
                   const struct proposal *proposal, entity_id author)
{
    assert(state_has_room(chronicle->state));
    rules_decide(chronicle->state, proposal, author == AUTHOR_LEDGER ? 0 : chronicle->actor,
                 chronicle->time_ms, &chronicle->decision);
    if (!chronicle->decision.is_logged) return;
    record(chronicle, author, packed, &chronicle->decision.verdict);
}

static void pass_edges(struct chronicle *chronicle)
{
    uint8_t         room[64];
    struct buffer   buffer = buffer_over(room, sizeof room);
    struct proposal proposal = {
        .event = {.kind = BOUNDARY, .of.boundary.edge_ms = chronicle->time_ms}
    };
    if (schedule_next(chronicle->state) > chronicle->time_ms) return;
    compose_proposal(&buffer, server_at(chronicle->state)->size, chronicle->time_ms,
                     &proposal.event);
    decide(chronicle, buffer_bytes(&buffer), &proposal, AUTHOR_LEDGER);
}

static bool may_speak(struct chronicle *chronicle)
{
    chronicle->actor = 0;
    if (chronicle->author == AUTHOR_LEDGER) return true;
    chronicle->actor = actor_by_id(chronicle->state, chronicle->author);
    return chronicle->actor != 0 && !actor_at(chronicle->state, chronicle->actor)->is_removed;
}

void chronicle_next(struct chronicle *chronicle)
{
    const char *offence = NULL;
    do {
        const struct history_step step = history_next(chronicle->history);
        chronicle->time_ms = step.time_ms;
        chronicle->author = step.author;
        chronicle->packed = step.packed;
        pass_edges(chronicle);
    } while (!proposal_read(chronicle->packed, &chronicle->proposal, &offence) ||
             !may_speak(chronicle));
}

void chronicle_take(struct chronicle *chronicle)
{
    const uint64_t seq = server_at(chronicle->state)->size;
    decide(chronicle, chronicle->packed, &chronicle->proposal, chronicle->author);
    const struct decision *decision = &chronicle->decision;
    if (chronicle->author == AUTHOR_LEDGER) return;
    history_learn(chronicle->history, decision->is_logged && decision->verdict.code == ACCEPTED,
                  seq);
}
