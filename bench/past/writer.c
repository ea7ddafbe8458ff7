#include "bench/past/writer.h"

#include "ledger/log.h"
#include "projections/actors.h"
#include "projections/catch_up.h"
#include "projections/retries.h"
#include "projections/rules.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { COMMIT_COUNT = 8192, VALID_MS = 60 * 1000, SECOND_MS = 1000, MILLISECOND_NS = 1000 * 1000 };

struct writer {
    const struct writer_options *options;
    struct ledger               *ledger;
    struct state                *state;
    uint64_t                     pending_count; // appended, not durable yet
    struct decision              decision;
    uint8_t                      proposal_room[PLAN_SIZE_MAX];
    uint8_t                      message_room[PROPOSAL_MESSAGE_SIZE(PLAN_SIZE_MAX)];
    uint8_t                      leaf_room[LEAF_SIZE_MAX];
    uint8_t                      signature[SIGNATURE_SIZE];
};

static enum status open_all(struct writer *writer)
{
    struct ledger_complaint     complaint;
    struct catch_up_fault       fault;
    const struct verifier      *key = &writer->options->ledger_key->verifier;
    const struct ledger_options options = {
        .origin = verifier_name(key), .keys = {key, 1}
    };
    enum status status =
        ledger_open(writer->options->directory, &options, &writer->ledger, &complaint);
    if (status == OK) status = state_open(&writer->state);
    return status == OK ? catch_up(writer->state, writer->ledger, 0, &fault) : status;
}

enum status writer_open(const struct writer_options *options, struct writer **writer)
{
    struct writer *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    opened->options = options;
    const enum status status = open_all(opened);
    if (status != OK) {
        writer_close(opened);
        return status;
    }
    *writer = opened;
    return OK;
}

void writer_close(struct writer *writer)
{
    if (writer == NULL) return;
    state_close(writer->state);
    ledger_close(writer->ledger);
    free(writer);
}

// Not before the event before.
static uint64_t clock_ms(const struct writer *writer)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    const uint64_t ms = (uint64_t)now.tv_sec * SECOND_MS + (uint64_t)now.tv_nsec / MILLISECOND_NS;
    const uint64_t last_ms = server_at(writer->state)->time_ms;
    return ms > last_ms ? ms : last_ms;
}

// The signature that the kind asks for; none where a session would vouch.
static struct bytes sign(struct writer *writer, const struct signer *author, uint32_t actor,
                         struct bytes packed, enum kind kind)
{
    struct buffer message = buffer_over(writer->message_room, sizeof writer->message_room);
    struct buffer signature = buffer_over(writer->signature, sizeof writer->signature);
    if (!actor_must_sign(writer->state, actor, kind)) return (struct bytes){NULL, 0};
    proposal_message(verifier_name(&writer->options->ledger_key->verifier), packed, &message);
    signer_sign(author, buffer_bytes(&message), 0, &signature);
    return buffer_bytes(&signature);
}

static enum status append(struct writer *writer, const struct leaf *leaf,
                          const struct proposal *proposal)
{
    struct buffer packed = buffer_over(writer->leaf_room, sizeof writer->leaf_room);
    enum status   status = writer->pending_count == 0 ? ledger_begin(writer->ledger) : OK;
    leaf_write(leaf, &packed);
    if (status == OK) status = ledger_append(writer->ledger, buffer_bytes(&packed));
    if (status != OK) return status;
    rules_record(writer->state, leaf, proposal);
    state_commit(writer->state);
    return ++writer->pending_count < COMMIT_COUNT ? OK : writer_commit(writer);
}

enum status writer_propose(struct writer *writer, const struct signer *author,
                           const struct event *event)
{
    const uint64_t  now_ms = clock_ms(writer);
    const uint32_t  actor = actor_by_key(writer->state, author->verifier.key);
    struct proposal proposal = {.not_after_ms = now_ms + VALID_MS, .event = *event};
    struct buffer   packed = buffer_over(writer->proposal_room, sizeof writer->proposal_room);
    crypto_random(proposal.id, sizeof proposal.id);
    proposal_write(&proposal, &packed);
    if (actor == 0 || packed.is_full) return STATUS_USAGE;
    if (!state_has_room(writer->state)) return STATUS_OVERLOADED;
    if (!retry_has_room(writer->state, proposal.not_after_ms)) return STATUS_OVERLOADED;
    rules_decide(writer->state, &proposal, actor, now_ms, &writer->decision);
    const struct leaf leaf = {.version = RULES_VERSION,
                              .seq = server_at(writer->state)->size,
                              .time_ms = now_ms,
                              .author = actor_at(writer->state, actor)->id,
                              .signature =
                                  sign(writer, author, actor, buffer_bytes(&packed), event->kind),
                              .proposal = buffer_bytes(&packed),
                              .verdict = writer->decision.verdict};
    if (leaf.verdict.code == ACCEPTED) return append(writer, &leaf, &proposal);
    (void)fprintf(stderr, "licet-past: event %" PRIu64 " would be refused: %s\n", leaf.seq,
                  refusal_word(leaf.verdict.code));
    return STATUS_USAGE;
}

enum status writer_commit(struct writer *writer)
{
    if (writer->pending_count == 0) return OK;
    writer->pending_count = 0;
    return ledger_commit(writer->ledger, writer->options->ledger_key);
}
