#include "api/daemon/proposals.h"

#include "api/daemon/answer.h"
#include "api/daemon/preview.h"
#include "projections/access.h"
#include "projections/actors.h"
#include "projections/foresight.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/retries.h"

#include <assert.h>
#include <string.h>

// One proposal on its way.
struct passage {
    struct daemon       *daemon;
    const struct ask    *ask;
    uint32_t             actor;
    struct bytes         packed, signature;
    enum signature_state signature_state;
    struct proposal      proposal;
    const char          *offence;  // why the bytes are no proposal
    bool                 is_read;  // into proposal
    size_t               size_max; // of the answer; see struct outcome
};

// --- Refusals that are not the rules' ---------------------------------------

static void refuse_plainly(struct passage *passage, enum refusal code, const char *name,
                           struct buffer *reply)
{
    struct daemon *daemon = passage->daemon;
    struct why    *why = &daemon->decision.why;
    why_init(why, 0);
    struct question question = {.state = daemon->state, .actor = passage->actor, .why = why};
    refuse_name(&question, code, bytes_of_text(name));
    const struct verdict verdict = {.code = code, .node = NODE_NONE};
    const struct outcome outcome = {.verdict = &verdict,
                                    .why = why,
                                    .seq = NODE_NONE,
                                    .time_ms = daemon->now_ms,
                                    .size_max = passage->size_max};
    answer_outcome(reply, daemon->state, &outcome);
}

// What was found on the connection's thread counts for the key it was found with.
static bool is_signed(const struct passage *passage)
{
    const struct connection_credential *credential = &passage->ask->credential;
    const struct actor                 *author = actor_at(passage->daemon->state, passage->actor);
    if (credential->is_set && memcmp(credential->key, author->key, sizeof author->key) == 0) {
        return passage->signature_state == SIGNATURE_GOOD;
    }
    return ask_verify(passage->daemon->origin, author->key, passage->packed, passage->signature);
}

// A signature stands where no session may vouch, and one that is there must be good.
// An author may have been removed by a proposal before in the same request.
static bool is_authentic(const struct passage *passage)
{
    const struct state *state = passage->daemon->state;
    if (actor_at(state, passage->actor)->is_removed) return false;
    if (passage->signature_state == SIGNATURE_NONE) {
        return !actor_must_sign(state, passage->actor, passage->proposal.event.kind);
    }
    return is_signed(passage);
}

// --- Retries ----------------------------------------------------------------

// Whether a held unit gives access now: what the reply to a consumption carries.
static void look_at_access(struct passage *passage, struct outcome *outcome)
{
    const struct event *event = &passage->proposal.event;
    const struct state *state = passage->daemon->state;
    uint8_t             room[NAME_SIZE_MAX];
    if (event->kind != CONSUMPTION || outcome->verdict->code != ACCEPTED) return;
    const uint32_t resource = resource_find(state, event->of.consumption.resource);
    if (resource == 0) return;
    const enum resource_kind kind = (enum resource_kind)resource_at(state, resource)->kind;
    const struct bytes       unit = unit_fold(kind, event->of.consumption.unit, room);
    const uint32_t           at = holding_find(state, resource, unit);
    outcome->has_access = true;
    outcome->is_access =
        at != 0 && holding_access(state, at, passage->daemon->now_ms).code == ACCEPTED;
}

// As the rules hide the places of reasons: an actor reads its subtree and its own path. A group
// that is gone is read by who reads everything.
static bool is_read_at(const struct passage *passage, entity_id node)
{
    const struct state *state = passage->daemon->state;
    const uint32_t      group = node == NODE_NONE ? 0 : group_by_id(state, node);
    if (group == 0) return actor_is_server_wide(state, passage->actor);
    return actor_reads(state, passage->actor, group) ||
           group_is_within(state, actor_at(state, passage->actor)->group, group);
}

// The answer that was given before, out of the log. False when the id stands for other bytes.
static bool answer_again(struct passage *passage, uint64_t seq, struct buffer *reply)
{
    struct daemon *daemon = passage->daemon;
    struct bytes   packed;
    struct leaf    leaf;
    enum status    status = ledger_read(daemon->ledger, seq, &packed);
    if (status == OK && !leaf_read(packed, &leaf)) status = STATUS_CORRUPT;
    if (status != OK) {
        answer_failure(reply, status);
        return true;
    }
    if (!bytes_is_equal(leaf.proposal, passage->packed)) return false;
    struct outcome outcome = {.verdict = &leaf.verdict,
                              .is_hidden = !is_read_at(passage, leaf.verdict.node),
                              .seq = leaf.seq,
                              .time_ms = leaf.time_ms,
                              .size_max = passage->size_max};
    look_at_access(passage, &outcome);
    answer_outcome(reply, daemon->state, &outcome);
    return true;
}

// --- Appending --------------------------------------------------------------

static enum status append(struct passage *passage, uint64_t *seq)
{
    struct daemon    *daemon = passage->daemon;
    const struct leaf leaf = {.version = RULES_VERSION,
                              .seq = server_at(daemon->state)->size,
                              .time_ms = daemon->now_ms,
                              .author = actor_at(daemon->state, passage->actor)->id,
                              .signature = passage->signature,
                              .proposal = passage->packed,
                              .verdict = daemon->decision.verdict};
    *seq = leaf.seq;
    return daemon_append(daemon, &leaf, &passage->proposal);
}

// A refusal too many is counted instead, and not remembered (X06).
static enum status keep(struct passage *passage, uint64_t *seq)
{
    struct daemon     *daemon = passage->daemon;
    const entity_id    author = actor_at(daemon->state, passage->actor)->id;
    const enum refusal code = daemon->decision.verdict.code;
    const uint32_t     rate = server_at(daemon->state)->refusal_rate;
    if (!daemon->decision.is_logged) return OK;
    if (code == ACCEPTED || refusals_is_logged(&daemon->refusals, author, rate, daemon->now_ms)) {
        return append(passage, seq);
    }
    refusals_count(&daemon->refusals, author, code, daemon->now_ms);
    return OK;
}

static void answer_decision(struct passage *passage, uint64_t seq, struct buffer *reply)
{
    struct daemon   *daemon = passage->daemon;
    struct decision *decision = &daemon->decision;
    if (decision->verdict.code == MALFORMED) {
        refuse_plainly(passage, MALFORMED, decision->offence == NULL ? "" : decision->offence,
                       reply);
        return;
    }
    const bool     is_loss = decision->verdict.code == LIMIT_BELOW_USED;
    struct outcome outcome = {.verdict = &decision->verdict,
                              .why = &decision->why,
                              .warnings = &decision->warnings,
                              .seq = seq,
                              .time_ms = daemon->now_ms,
                              .size_max = passage->size_max};
    if (is_loss) outcome.losses = &decision->losses;
    look_at_access(passage, &outcome);
    answer_outcome(reply, daemon->state, &outcome);
}

// The rules are asked before an id that is used twice or a held clock may say anything: whoever may
// not propose this at all learns no more.
static bool is_forbidden(const struct passage *passage)
{
    return passage->daemon->decision.verdict.code == FORBIDDEN;
}

// What the rules accept may still lack the private key: then it is not even tried.
static const char *prepare(struct passage *passage)
{
    const struct decision *decision = &passage->daemon->decision;
    const struct event    *event = &passage->proposal.event;
    if (event->kind != KEY_ROTATION || decision->verdict.code != ACCEPTED) return NULL;
    return rotation_prepare(passage->daemon, event->of.key_rotation.certificate);
}

static void decide(struct passage *passage, bool is_id_taken, struct buffer *reply)
{
    struct daemon *daemon = passage->daemon;
    uint64_t       seq = NODE_NONE;
    if (!state_has_room(daemon->state) ||
        !retry_has_room(daemon->state, passage->proposal.not_after_ms)) {
        answer_failure(reply, STATUS_OVERLOADED);
        return;
    }
    if (!refusals_have_room(&daemon->refusals)) {
        const enum status told = refusals_tell(daemon);
        if (told != OK) {
            answer_failure(reply, told);
            return;
        }
    }
    rules_decide(daemon->state, &passage->proposal, passage->actor, daemon->now_ms,
                 &daemon->decision);
    if (is_id_taken && !is_forbidden(passage)) {
        refuse_plainly(passage, ID_CONFLICT, "id", reply);
        return;
    }
    if (daemon->clock.is_held && passage->proposal.event.kind != CLOCK_STEP &&
        !is_forbidden(passage)) {
        refuse_plainly(passage, CLOCK_JUMP, "", reply);
        return;
    }
    const char *lacking = prepare(passage);
    if (lacking != NULL) {
        answer_error(reply, "NEXT_KEY", bytes_of_text(lacking));
        return;
    }
    const enum status status = keep(passage, &seq);
    if (status != OK) {
        answer_failure(reply, status);
    } else {
        answer_decision(passage, seq, reply);
    }
}

static void read_proposal(struct passage *passage)
{
    passage->is_read = proposal_read(passage->packed, &passage->proposal, &passage->offence);
}

static void pass(struct passage *passage, struct buffer *reply)
{
    struct daemon *daemon = passage->daemon;
    uint64_t       seq = 0;
    bool           is_id_taken = false;
    if (!passage->is_read) {
        refuse_plainly(passage, MALFORMED, passage->offence, reply);
        return;
    }
    if (!is_authentic(passage)) {
        refuse_plainly(passage, UNAUTHENTICATED, "signature", reply);
        return;
    }
    const entity_id author = actor_at(daemon->state, passage->actor)->id;
    if (retry_find(daemon->state, author, passage->proposal.id, passage->proposal.not_after_ms,
                   &seq)) {
        if (answer_again(passage, seq, reply)) return;
        is_id_taken = true;
    }
    decide(passage, is_id_taken, reply);
}

static_assert(MESSAGE_PROPOSAL_MAX * ANSWER_SHORT_SIZE + 1024 < ANSWER_SIZE_MAX,
              "what was appended can be told, if only in short");

static bool is_ok(struct bytes verdict)
{
    struct pack_reader reader = pack_reader(verdict);
    (void)pack_read_array(&reader, 2);
    return bytes_is_equal(pack_read_text(&reader, NAME_SIZE_MAX), bytes_of_text("ok"));
}

// Some proposals of a request, read together so that what they need is brought near at once.
struct convoy {
    struct passage  passages[FORESIGHT_MAX];
    struct foreseen foreseen[FORESIGHT_MAX];
    uint32_t        count;
};

static void read_some(struct convoy *convoy, const struct passage *like, uint32_t first,
                      struct pack_reader *reader)
{
    const struct ask *ask = like->ask;
    for (uint32_t i = 0; i < convoy->count; i++) {
        struct passage *passage = &convoy->passages[i];
        *passage = *like;
        passage->signature_state = (enum signature_state)ask->signatures[first + i];
        passage->packed = ask_next_proposal(reader, &passage->signature);
        read_proposal(passage);
        convoy->foreseen[i] =
            (struct foreseen){.proposal = passage->is_read ? &passage->proposal : NULL,
                              .author = actor_at(like->daemon->state, like->actor)->id};
    }
    foresee(like->daemon->state, convoy->foreseen, convoy->count);
}

// Asked to stop, it judges nothing behind the first that is not accepted.
static void propose_many(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                         struct buffer *reply)
{
    static struct convoy convoy; // the loop is one thread
    const struct passage like = {.daemon = daemon, .ask = ask, .actor = actor};
    uint32_t             count = 0;
    bool                 is_stopped = false;
    struct pack_reader   reader = ask_proposals(ask, &count);
    answer_ok(reply, 1);
    pack_key(reply, "verdicts");
    pack_array(reply, count);
    for (uint32_t i = 0; i < count; i++) {
        const size_t    start = reply->size;
        struct passage *passage = &convoy.passages[i % FORESIGHT_MAX];
        if (is_stopped) {
            pack_nil(reply);
            continue;
        }
        if (i % FORESIGHT_MAX == 0) {
            convoy.count = count - i < FORESIGHT_MAX ? count - i : FORESIGHT_MAX;
            read_some(&convoy, &like, i, &reader);
        }
        passage->size_max = reply->size_max - start - (size_t)(count - i - 1) * ANSWER_SHORT_SIZE;
        state_note_found_group(daemon->state, convoy.foreseen[i % FORESIGHT_MAX].group);
        pass(passage, reply);
        is_stopped = ask->arguments.stops && !is_ok(bytes_after(buffer_bytes(reply), start));
    }
}

void propose_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    if (ask->arguments.proposals.at != NULL) {
        propose_many(daemon, ask, actor, reply);
        return;
    }
    struct passage passage = {.daemon = daemon,
                              .ask = ask,
                              .actor = actor,
                              .packed = ask->arguments.proposal,
                              .signature = ask->arguments.signature,
                              .signature_state = (enum signature_state)ask->signatures[0]};
    read_proposal(&passage);
    pass(&passage, reply);
}

// --- Preview ----------------------------------------------------------------

static void preview_one(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                        struct buffer *reply)
{
    struct passage passage = {
        .daemon = daemon, .ask = ask, .actor = actor, .packed = ask->arguments.proposal};
    const char *offence = NULL;
    if (!proposal_read(passage.packed, &passage.proposal, &offence)) {
        refuse_plainly(&passage, MALFORMED, offence, reply);
        return;
    }
    if (!state_has_room(daemon->state)) {
        answer_failure(reply, STATUS_OVERLOADED);
        return;
    }
    rules_decide(daemon->state, &passage.proposal, actor, daemon->now_ms, &daemon->decision);
    if (daemon->decision.verdict.code == ACCEPTED) {
        preview_accepted(daemon, &passage.proposal, actor, reply);
    } else {
        answer_decision(&passage, NODE_NONE, reply);
    }
}

// Done on the state, so that the next is judged on it; the caller puts all back.
static void preview_next(struct passage *passage, struct buffer *reply)
{
    struct daemon *daemon = passage->daemon;
    const char    *offence = NULL;
    if (!proposal_read(passage->packed, &passage->proposal, &offence)) {
        refuse_plainly(passage, MALFORMED, offence, reply);
        return;
    }
    if (!state_has_room(daemon->state)) {
        answer_failure(reply, STATUS_OVERLOADED);
        return;
    }
    rules_decide(daemon->state, &passage->proposal, passage->actor, daemon->now_ms,
                 &daemon->decision);
    if (daemon->decision.verdict.code == ACCEPTED && daemon->decision.is_logged) {
        const struct leaf leaf = {.seq = server_at(daemon->state)->size,
                                  .time_ms = daemon->now_ms,
                                  .author = actor_at(daemon->state, passage->actor)->id,
                                  .verdict = daemon->decision.verdict};
        rules_record(daemon->state, &leaf, &passage->proposal);
    }
    answer_decision(passage, NODE_NONE, reply);
}

static void preview_many(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                         struct buffer *reply)
{
    uint32_t                count = 0;
    const struct state_mark mark = state_mark(daemon->state);
    struct pack_reader      reader = ask_proposals(ask, &count);
    answer_ok(reply, 1);
    pack_key(reply, "verdicts");
    pack_array(reply, count);
    for (uint32_t i = 0; i < count; i++) {
        struct passage passage = {.daemon = daemon, .ask = ask, .actor = actor};
        passage.packed = ask_next_proposal(&reader, &passage.signature);
        passage.size_max =
            reply->size_max - reply->size - (size_t)(count - i - 1) * ANSWER_SHORT_SIZE;
        preview_next(&passage, reply);
    }
    state_rollback(daemon->state, mark);
}

void preview_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    if (ask->arguments.proposals.at != NULL) {
        preview_many(daemon, ask, actor, reply);
    } else {
        preview_one(daemon, ask, actor, reply);
    }
}

// --- Outcome ----------------------------------------------------------------

void outcome_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    const struct arguments *arguments = &ask->arguments;
    const entity_id         author = actor_at(daemon->state, actor)->id;
    struct bytes            packed;
    struct leaf             leaf;
    uint64_t                seq = 0;
    if (!retry_find(daemon->state, author, arguments->id.at, arguments->not_after, &seq)) {
        answer_ok(reply, 1);
        put_flag(reply, "known", false);
        return;
    }
    enum status status = ledger_read(daemon->ledger, seq, &packed);
    if (status == OK && !leaf_read(packed, &leaf)) status = STATUS_CORRUPT;
    if (status != OK) {
        answer_failure(reply, status);
        return;
    }
    answer_ok(reply, 5);
    put_flag(reply, "accepted", leaf.verdict.code == ACCEPTED);
    put_text(reply, "code", bytes_of_text(refusal_word(leaf.verdict.code)));
    put_flag(reply, "known", true);
    put_number(reply, "seq", leaf.seq);
    put_number(reply, "time", leaf.time_ms);
}
