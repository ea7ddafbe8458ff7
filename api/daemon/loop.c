#include "api/daemon/loop.h"

#include "api/daemon/access_view.h"
#include "api/daemon/answer.h"
#include "api/daemon/contacts.h"
#include "api/daemon/explanation_view.h"
#include "api/daemon/forecast_view.h"
#include "api/daemon/group_view.h"
#include "api/daemon/history.h"
#include "api/daemon/holding_view.h"
#include "api/daemon/people_view.h"
#include "api/daemon/proofs.h"
#include "api/daemon/proposals.h"
#include "api/daemon/reminder_view.h"
#include "api/daemon/reminding.h"
#include "api/daemon/report.h"
#include "api/daemon/server_view.h"
#include "api/daemon/wide_view.h"
#include "core/base/monotonic.h"
#include "core/base/reserve.h"
#include "projections/actors.h"
#include "projections/schedule.h"

#include <assert.h>
#include <string.h>

enum {
    GROUP_MAX = 1024,      // requests of one turn
    LEAF_BATCH_MAX = 8192, // leaves of one commit
    PARKED_MAX = 4096,
    TICK_MS = 200,   // the longest sleep: deadlines and the doorbell hang on it
    CARE_MS = 10000, // between looks at what is never urgent
    FULL_ALARM_PERCENT = 70,
};

#define REPLIES_SIZE_MAX   ((size_t)64 << 20)
#define REPLIES_FLUSH_SIZE ((size_t)8 << 20)

// A reply that waits for the commit of what it may depend on.
struct staged {
    struct request *request;
    size_t          offset, size;
    bool            is_after_append; // depends on the batch that is open
};

// A request that waits for something to happen.
struct parked {
    struct request request;
    uint64_t       until_ms; // monotonic
    bool           is_answered;
};

struct loop {
    struct daemon     *daemon;
    struct publishing *publishing;
    struct request     requests[GROUP_MAX];
    struct staged      staged[GROUP_MAX];
    size_t             staged_count;
    struct buffer      replies;
    struct parked      parked[PARKED_MAX];
    size_t             parked_count;
    uint64_t           parked_size; // events when the parked ones were last looked at
    uint64_t           cared_ms;
    bool               is_full_told;
    bool               is_publishing; // some subscribers still lack something
};

// --- The batch --------------------------------------------------------------

enum status daemon_begin(struct daemon *daemon)
{
    if (daemon->is_batch_open || daemon->batch_status != OK) return daemon->batch_status;
    daemon->batch_status = ledger_begin(daemon->ledger);
    daemon->is_batch_open = true;
    daemon->batch_count = 0;
    daemon->batch_mark = state_mark(daemon->state);
    return daemon->batch_status;
}

enum status daemon_append(struct daemon *daemon, const struct leaf *leaf,
                          const struct proposal *proposal)
{
    static uint8_t    room[LEAF_SIZE_MAX];
    struct buffer     packed = buffer_over(room, sizeof room);
    const bool        is_accepted = leaf->verdict.code == ACCEPTED;
    const enum status begun = daemon_begin(daemon);
    if (begun != OK) return begun;
    leaf_write(leaf, &packed);
    assert(!packed.is_full);
    daemon->batch_status = ledger_append(daemon->ledger, buffer_bytes(&packed));
    if (daemon->batch_status == OK && is_accepted) {
        daemon->batch_status = contacts_forget(daemon, &proposal->event);
    }
    if (daemon->batch_status == OK && is_accepted && proposal->event.kind == KEY_ROTATION) {
        daemon->batch_status = rotation_append(daemon);
    }
    if (daemon->batch_status != OK) return daemon->batch_status;
    rules_record(daemon->state, leaf, proposal);
    daemon->batch_count++;
    if (is_accepted && proposal->event.kind == CLOCK_STEP) {
        daemon->is_clock_confirmed = true; // once it is durable
    }
    return OK;
}

enum status daemon_append_own(struct daemon *daemon, const struct event *event)
{
    static uint8_t  room[PLAN_SIZE_MAX];
    struct buffer   packed = buffer_over(room, sizeof room);
    struct proposal proposal = {.not_after_ms = daemon->now_ms, .event = *event};
    crypto_random(proposal.id, sizeof proposal.id);
    proposal_write(&proposal, &packed);
    assert(!packed.is_full);
    rules_decide(daemon->state, &proposal, 0, daemon->now_ms, &daemon->decision);
    assert(daemon->decision.verdict.code == ACCEPTED);
    const struct leaf leaf = {.version = RULES_VERSION,
                              .seq = server_at(daemon->state)->size,
                              .time_ms = daemon->now_ms,
                              .author = AUTHOR_LEDGER,
                              .proposal = buffer_bytes(&packed),
                              .verdict = daemon->decision.verdict};
    return daemon_append(daemon, &leaf, &proposal);
}

// Ends the batch: all of it is durable, or none of it ever was.
static enum status end_batch(struct daemon *daemon)
{
    enum status status = daemon->batch_status;
    if (!daemon->is_batch_open) return OK;
    if (status == OK) {
        const uint64_t begin_ns = monotonic_ns();
        status = ledger_commit(daemon->ledger, rotation_signer(daemon));
        pace_add_commit(&daemon->pace, begin_ns, daemon->batch_count);
    } else {
        ledger_abort(daemon->ledger);
    }
    if (status == OK) {
        state_commit(daemon->state);
        anchor_keep(daemon->anchor, daemon->ledger);
    } else {
        state_rollback(daemon->state, daemon->batch_mark);
    }
    rotation_end(daemon, status == OK);
    refusals_end(&daemon->refusals, status == OK);
    witnesses_end(daemon->witnesses, status == OK);
    if (status == OK && daemon->is_resumed) daemon->is_resuming = false;
    if (status == OK && daemon->is_clock_confirmed) {
        clock_confirm(&daemon->clock, clock_read());
        daemon->is_resuming = true;
    }
    daemon->is_resumed = false;
    daemon->is_clock_confirmed = false;
    daemon->is_batch_open = false;
    daemon->batch_status = OK;
    if (status != OK) report_failure("commit", status);
    return status;
}

// Nobody could renew a lease while the ledger did not run, or while its clock was not believed:
// each runs one full length again, before it is asked which are over (X11).
static void resume(struct daemon *daemon)
{
    if (!daemon->is_resuming || daemon->is_resumed || daemon->clock.is_held) return;
    if (state_count(daemon->state, POOL_LEASE) == 0) {
        daemon->is_resuming = false;
        return;
    }
    const struct event event = {.kind = RESUMPTION,
                                .of.resumption = {server_at(daemon->state)->time_ms}};
    const enum status  status = daemon_append_own(daemon, &event);
    daemon->is_resumed = status == OK;
    if (status != OK) report_failure("resumption", status); // the batch ends with it
}

// What happened while nobody asked: edges that have passed become one event first (D5). A boundary
// settles so many edges and no more; the next turn goes on with the others.
static void pass_edges(struct daemon *daemon)
{
    if (schedule_next(daemon->state) > daemon->now_ms) return;
    const struct event event = {.kind = BOUNDARY, .of.boundary = {.edge_ms = daemon->now_ms}};
    const enum status  status = daemon_append_own(daemon, &event);
    if (status != OK) report_failure("boundary", status); // the batch ends with it
}

static void tell_refusals(struct daemon *daemon)
{
    const enum status status = refusals_tell(daemon);
    if (status != OK) report_failure("refusals_counted", status); // told again with the next batch
}

// What is the ledger's own to say, before anything else is judged at this time.
static void settle_due(struct daemon *daemon)
{
    bool is_step = false;
    daemon->now_ms = clock_look(&daemon->clock, clock_read(), &is_step);
    if (is_step) report_clock(&daemon->clock);
    resume(daemon);
    pass_edges(daemon);
    remind_due(daemon);
    snapshots_tell(daemon);
    archives_tell(daemon);
    if (refusals_are_due(&daemon->refusals, daemon->now_ms)) tell_refusals(daemon);
}

// --- Verbs that answer at once ----------------------------------------------

static void hello_answer(struct daemon *daemon, struct session *session, struct buffer *reply)
{
    session_challenge(session);
    answer_ok(reply, 5);
    put_binary(reply, "challenge", (struct bytes){session->challenge, sizeof session->challenge});
    put_text(reply, "origin", daemon->origin);
    put_number(reply, "protocol", 1);
    put_flag(reply, "test_clock", server_at(daemon->state)->has_test_clock);
    put_number(reply, "time", daemon->now_ms);
}

// An enrolment that is not durable yet may never have been: its place in the log could be
// another's.
static bool is_durable(const struct daemon *daemon, uint32_t actor)
{
    const uint64_t durable_size = server_at(daemon->state)->size - daemon->batch_count;
    return !daemon->is_batch_open || entity_seq(actor_at(daemon->state, actor)->id) < durable_size;
}

static void login_answer(struct daemon *daemon, const struct request *request,
                         struct session *session, struct buffer *reply)
{
    const struct ask       *ask = request->prepared;
    const struct arguments *arguments = &ask->arguments;
    const uint32_t actor = session_login(session, daemon->state, daemon->origin, arguments->key.at,
                                         arguments->signature.at);
    if (actor == 0 || !is_durable(daemon, actor)) {
        session->is_logged_in = false;
        answer_error(reply, "UNAUTHENTICATED",
                     bytes_of_text("the key is not enrolled, or did not sign the challenge"));
        return;
    }
    connections_set_credential(daemon->connections, request->from, arguments->key.at);
    answer_ok(reply, 4);
    put_text(reply, "actor", text_of(daemon->state, actor_at(daemon->state, actor)->name));
    put_path(reply, "group", daemon->state, actor_at(daemon->state, actor)->group);
    put_flag(reply, "must_sign", actor_must_sign(daemon->state, actor, CONSUMPTION));
    put_text(reply, "role",
             bytes_of_text(role_word((enum role)actor_at(daemon->state, actor)->role)));
}

static void clock_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                         struct buffer *reply)
{
    if (actor_at(daemon->state, actor)->role != SERVER_ADMIN) {
        answer_error(reply, "FORBIDDEN", bytes_of_text("only a server_admin sets the clock"));
    } else if (!clock_set(&daemon->clock, ask->arguments.time)) {
        answer_error(reply, "FORBIDDEN",
                     bytes_of_text("there is no test clock, or the time lies in the past"));
    } else {
        settle_due(daemon);
        answer_ok(reply, 1);
        put_number(reply, "time", ask->arguments.time);
    }
}

typedef void verb_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                         struct buffer *reply);

// The others need more than the state: see answer().
static verb_answer *const verb_answers[VERB_UNKNOWN] = {
    [VERB_ACCESS] = access_answer,
    [VERB_ACTORS] = actors_answer,
    [VERB_ARCHIVE] = archive_answer,
    [VERB_CHECKPOINT] = checkpoint_answer,
    [VERB_CLOCK] = clock_answer,
    [VERB_CONNECT] = connect_answer,
    [VERB_CONSISTENCY] = consistency_answer,
    [VERB_CONTACT] = contact_answer,
    [VERB_COSIGN] = cosign_answer,
    [VERB_EXPIRING] = expiring_answer,
    [VERB_FORECAST] = forecast_answer,
    [VERB_EXPLAIN] = explain_answer,
    [VERB_HOLDINGS] = holdings_answer,
    [VERB_LICENSE] = license_answer,
    [VERB_MODE] = mode_answer,
    [VERB_OUTCOME] = outcome_answer,
    [VERB_PREVIEW] = preview_answer,
    [VERB_PROPOSE] = propose_answer,
    [VERB_RECEIPT] = receipt_answer,
    [VERB_REMINDERS] = reminders_answer,
    [VERB_STATE] = state_answer,
    [VERB_STATUS] = status_answer,
    [VERB_TIGHT] = tight_answer,
    [VERB_TREE] = tree_answer,
    [VERB_USER] = user_answer,
    [VERB_WHO] = who_answer,
};

// False when there is nothing to say yet.
static bool answer_waiting(struct daemon *daemon, struct ask *ask, uint32_t actor,
                           bool is_last_call, struct buffer *reply)
{
    if (ask->verb == VERB_LOG) return log_answer(daemon, ask, actor, is_last_call, reply);
    return changes_answer(daemon, ask, actor, is_last_call, reply);
}

static bool answer_session(struct daemon *daemon, const struct request *request,
                           struct session *session, bool is_last_call, struct buffer *reply)
{
    struct ask    *ask = request->prepared;
    const uint32_t actor = session_actor(session, daemon->state);
    if (actor == 0 && !verb_is_open(ask->verb)) {
        answer_error(reply, "UNAUTHENTICATED", bytes_of_text("log in first"));
        return true;
    }
    if (ask->verb == VERB_LOG || ask->verb == VERB_CHANGES) {
        return answer_waiting(daemon, ask, actor, is_last_call, reply);
    }
    if (ask->verb == VERB_WHY) return why_answer(daemon, request, actor, reply);
    verb_answers[ask->verb](daemon, ask, actor, reply);
    return true;
}

// Writes one whole reply. False when the request has to wait.
static bool answer(struct daemon *daemon, const struct request *request, bool is_last_call,
                   struct buffer *reply)
{
    const struct ask *ask = request->prepared;
    struct session   *session = session_of(&daemon->sessions, request->from);
    if (ask->offence != NULL) {
        answer_error(reply, "MALFORMED", bytes_of_text(ask->offence));
    } else if (ask->verb == VERB_UNKNOWN) {
        answer_error(reply, "UNKNOWN_VERB", bytes_of_text("there is no such verb"));
    } else if (ask->verb == VERB_HELLO) {
        hello_answer(daemon, session, reply);
    } else if (ask->verb == VERB_LOGIN) {
        login_answer(daemon, request, session, reply);
    } else {
        return answer_session(daemon, request, session, is_last_call, reply);
    }
    return true;
}

// --- Staging ----------------------------------------------------------------

static void fail_all(struct buffer *reply, enum status status)
{
    reply->size = 0;
    reply->is_full = false;
    answer_failure(reply, status);
}

// The reply is written behind those that wait already.
static bool stage(struct loop *loop, struct request *request, bool is_last_call)
{
    struct daemon *daemon = loop->daemon;
    const bool     is_after = daemon->is_batch_open;
    struct buffer  reply = buffer_over(loop->replies.at + loop->replies.size, ANSWER_SIZE_MAX);
    if (!answer(daemon, request, is_last_call, &reply)) return false;
    if (reply.is_full) {
        reply.size = 0;
        reply.is_full = false;
        answer_error(&reply, "OVERLOADED", bytes_of_text("the answer is too large: ask for less"));
    }
    loop->staged[loop->staged_count++] =
        (struct staged){request, loop->replies.size, reply.size, is_after || daemon->is_batch_open};
    loop->replies.size += reply.size;
    return true;
}

// What goes out, now that it is known whether the batch is durable.
static struct bytes final_body(struct loop *loop, const struct staged *staged, enum status status,
                               struct buffer *failed)
{
    const struct bytes body = {loop->replies.at + staged->offset, staged->size};
    if (status != OK && staged->is_after_append) {
        fail_all(failed, status);
        return buffer_bytes(failed);
    }
    if (!ask_wants_receipt(staged->request->prepared)) return body;
    return proofs_add_receipt(loop->daemon, body);
}

static void send_staged(struct loop *loop, enum status status)
{
    for (size_t i = 0; i < loop->staged_count; i++) {
        const struct staged *staged = &loop->staged[i];
        uint8_t              room[512];
        struct buffer        failed = buffer_over(room, sizeof room);
        connections_reply(loop->daemon->connections, staged->request,
                          final_body(loop, staged, status, &failed));
        connections_release(loop->daemon->connections, staged->request);
    }
    loop->staged_count = 0;
    loop->replies.size = 0;
    connections_flush(loop->daemon->connections);
}

// Commits what is open and lets the replies out. Only a failure that needs a restart is returned.
static enum status finish(struct loop *loop)
{
    const enum status status = end_batch(loop->daemon);
    if (status == STATUS_UNKNOWN_OUTCOME) return status;
    send_staged(loop, status);
    return OK;
}

static bool is_turn_full(const struct loop *loop)
{
    return loop->replies.size >= REPLIES_FLUSH_SIZE ||
           loop->daemon->batch_count >= LEAF_BATCH_MAX || loop->staged_count == GROUP_MAX;
}

// --- Parked requests --------------------------------------------------------

static uint64_t wait_of(const struct request *request)
{
    const struct ask *ask = request->prepared;
    return ask->arguments.wait == ARGUMENT_ABSENT ? 0 : ask->arguments.wait;
}

static void park(struct loop *loop, const struct request *request, uint64_t tick_ms)
{
    loop->parked[loop->parked_count++] =
        (struct parked){.request = *request, .until_ms = tick_ms + wait_of(request)};
}

// Those for whom something has happened, or whose time is up, are answered.
static enum status answer_parked(struct loop *loop, uint64_t tick_ms, bool is_news)
{
    enum status status = OK;
    for (size_t i = 0; i < loop->parked_count && status == OK; i++) {
        struct parked *parked = &loop->parked[i];
        const bool     is_over = tick_ms >= parked->until_ms ||
                             !connections_is_open(loop->daemon->connections, parked->request.from);
        if (!is_news && !is_over) continue;
        parked->is_answered = stage(loop, &parked->request, is_over);
        if (is_turn_full(loop)) status = finish(loop);
    }
    return status == OK ? finish(loop) : status;
}

static enum status look_at_parked(struct loop *loop, uint64_t tick_ms)
{
    const uint64_t    size = server_at(loop->daemon->state)->size;
    const enum status status = answer_parked(loop, tick_ms, size != loop->parked_size);
    size_t            kept = 0;
    for (size_t i = 0; i < loop->parked_count; i++) {
        if (!loop->parked[i].is_answered) loop->parked[kept++] = loop->parked[i];
    }
    loop->parked_count = kept;
    loop->parked_size = size;
    return status;
}

// --- Questions about the past -----------------------------------------------

static bool is_explained(const struct request *request)
{
    const struct ask *ask = request->prepared;
    return ask->verb == VERB_WHY;
}

// What the explainer answers stands on what was durable when it was asked.
static void send_explained(struct daemon *daemon)
{
    struct request request;
    struct bytes   reply;
    while (explainer_take(daemon->explainer, &request, &reply)) {
        connections_reply(daemon->connections, &request, reply);
        connections_release(daemon->connections, &request);
    }
}

static void release_one(void *context, struct request *request)
{
    connections_release(context, request);
}

static void wake(void *context)
{
    connections_wake(context);
}

static enum status open_explainer(struct daemon *daemon)
{
    const struct explainer_options options = {.ledger = daemon->ledger,
                                              .snapshots = daemon->snapshots.directory,
                                              .wake = wake,
                                              .wake_context = daemon->connections};
    const enum status              status = explainer_open(&options, &daemon->explainer);
    if (status != OK) return status;
    explainer_archived(daemon->explainer, server_at(daemon->state)->archived_below);
    return OK;
}

// --- Turns ------------------------------------------------------------------

static enum status take_one(struct loop *loop, struct request *request, uint64_t tick_ms)
{
    if (stage(loop, request, wait_of(request) == 0 || loop->parked_count == PARKED_MAX)) {
        return is_turn_full(loop) ? finish(loop) : OK;
    }
    if (is_explained(request)) return OK; // the explainer keeps it
    park(loop, request, tick_ms);
    return OK;
}

static enum status turn(struct loop *loop, size_t count, uint64_t tick_ms)
{
    // A boundary that cannot be written keeps every proposal of the turn from being, too.
    enum status status = OK;
    settle_due(loop->daemon);
    for (size_t i = 0; i < count && status == OK; i++) {
        status = take_one(loop, &loop->requests[i], tick_ms);
    }
    return status == OK ? finish(loop) : status;
}

// Until there is something to do: until the next edge, if that comes before the next tick.
static uint32_t sleep_ms(const struct loop *loop)
{
    const struct daemon *daemon = loop->daemon;
    const uint64_t       edge_ms = schedule_next(daemon->state);
    if (loop->is_publishing) return 0;
    if (remind_has_due(daemon)) return 1;
    if (archives_has_to_drop(daemon, clock_read().boot_ms)) return 1;
    if (edge_ms <= daemon->now_ms) return 1;
    if (daemon->clock.is_test || edge_ms == TIME_NEVER) return TICK_MS;
    return edge_ms - daemon->now_ms < TICK_MS ? (uint32_t)(edge_ms - daemon->now_ms) : TICK_MS;
}

// Once, early enough to choose the time of a restart with a larger --map-size.
static void warn_of_full(struct loop *loop)
{
    const struct ledger_usage usage = ledger_usage(loop->daemon->ledger);
    if (loop->is_full_told || usage.bytes_used < usage.bytes_max / 100 * FULL_ALARM_PERCENT) return;
    loop->is_full_told = true;
    report("warning", "map_filling", "used=%llu max=%llu", (unsigned long long)usage.bytes_used,
           (unsigned long long)usage.bytes_max);
}

static void care(struct loop *loop, uint64_t tick_ms)
{
    snapshots_look(loop->daemon);
    archives_look(loop->daemon);
    if (loop->cared_ms > 0 && tick_ms - loop->cared_ms < CARE_MS) return;
    loop->cared_ms = tick_ms;
    warn_of_full(loop);
    const enum status status = ledger_clear_dead_readers(loop->daemon->ledger);
    if (status != OK) report_failure("clear dead readers", status);
}

// In a batch of its own: should there be no room for it, nobody else's is given up.
static enum status drop_archived(struct loop *loop, uint64_t tick_ms)
{
    const uint64_t first = ledger_archived(loop->daemon->ledger);
    if (!archives_has_to_drop(loop->daemon, tick_ms)) return OK;
    archives_drop(loop->daemon);
    const enum status status = finish(loop);
    if (ledger_archived(loop->daemon->ledger) == first) archives_rest(loop->daemon, tick_ms);
    return status;
}

static void release_parked(struct loop *loop)
{
    for (size_t i = 0; i < loop->parked_count; i++) {
        connections_release(loop->daemon->connections, &loop->parked[i].request);
    }
    for (size_t i = 0; i < loop->staged_count; i++) {
        connections_release(loop->daemon->connections, loop->staged[i].request);
    }
}

static enum status run(struct loop *loop, const volatile sig_atomic_t *stop)
{
    struct daemon *daemon = loop->daemon;
    while (*stop == 0) {
        const size_t count =
            connections_take(daemon->connections, loop->requests, GROUP_MAX, sleep_ms(loop));
        const uint64_t tick_ms = clock_read().boot_ms;
        pace_begin(&daemon->pace);
        enum status status = turn(loop, count, tick_ms);
        if (status == OK) status = look_at_parked(loop, tick_ms);
        if (status == OK) status = drop_archived(loop, tick_ms);
        if (status != OK) return status;
        loop->is_publishing = publish(loop->publishing, daemon, tick_ms);
        send_explained(daemon);
        connections_flush(daemon->connections);
        care(loop, tick_ms);
        pace_end(&daemon->pace, count);
    }
    settle_due(daemon);
    tell_refusals(daemon);
    return finish(loop);
}

enum status loop_run(struct daemon *daemon, struct publishing *publishing,
                     const volatile sig_atomic_t *stop)
{
    struct loop *loop = memory_reserve(sizeof *loop);
    void        *replies = memory_reserve(REPLIES_SIZE_MAX);
    enum status  status = STATUS_OUT_OF_MEMORY;
    if (loop != NULL && replies != NULL) {
        loop->daemon = daemon;
        loop->publishing = publishing;
        loop->replies = buffer_over(replies, REPLIES_SIZE_MAX);
        status = open_explainer(daemon);
        if (status == OK) status = run(loop, stop);
        explainer_close(daemon->explainer, release_one, daemon->connections);
        release_parked(loop);
    }
    memory_return(replies, REPLIES_SIZE_MAX);
    memory_return(loop, sizeof *loop);
    return status;
}
