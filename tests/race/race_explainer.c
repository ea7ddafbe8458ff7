// Questions about the past, answered while the ledger goes on: one thread decides and commits a
// random history, the explainer's reads it beside. ThreadSanitizer looks on.
#include "api/daemon/explainer.h"
#include "api/wire/message.h"
#include "core/proof/key.h"
#include "ledger/log.h"
#include "projections/actors.h"
#include "projections/rules.h"
#include "projections/schedule.h"
#include "tests/oracle/compose.h"
#include "tests/oracle/history.h"

#include <assert.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEP_COUNT = 1500, BATCH = 7, SLICE = 16, SEQ_MAX = 4 * STEP_COUNT };

static struct ledger    *ledger;
static struct signer     signer;
static char              root[] = "/tmp/licet-race-XXXXXX", directory[64];
static struct state     *state;
static struct explainer *explainer;
static enum refusal      codes[SEQ_MAX]; // what the log says
static uint64_t          committed, asked_count, answered_count, archived_count, released_count;
static bool              is_moving;
static sem_t             bell;

static void wake(void *context)
{
    sem_post(context);
}

static void append(entity_id author, uint64_t time_ms, struct bytes packed,
                   const struct verdict *verdict)
{
    static uint8_t    room[LEAF_SIZE_MAX];
    struct buffer     buffer = buffer_over(room, sizeof room);
    struct proposal   proposal;
    const char       *offence = NULL;
    const struct leaf leaf = {.version = RULES_VERSION,
                              .seq = ledger_size(ledger),
                              .time_ms = time_ms,
                              .author = author,
                              .proposal = packed,
                              .verdict = *verdict};
    leaf_write(&leaf, &buffer);
    assert(leaf.seq < SEQ_MAX);
    codes[leaf.seq] = verdict->code;
    enum status status = ledger_append(ledger, buffer_bytes(&buffer));
    assert(status == OK);
    const bool is_read = proposal_read(packed, &proposal, &offence);
    assert(is_read);
    rules_record(state, &leaf, &proposal);
    state_commit(state);
}

static bool decide(entity_id author, uint64_t time_ms, struct bytes packed)
{
    static struct decision decision;
    struct proposal        proposal;
    const char            *offence = NULL;
    uint32_t               actor = 0;
    if (!proposal_read(packed, &proposal, &offence)) return false;
    if (author != AUTHOR_LEDGER) {
        actor = actor_by_id(state, author);
        if (actor == 0 || actor_at(state, actor)->is_removed) return false;
    }
    rules_decide(state, &proposal, actor, time_ms, &decision);
    if (decision.is_logged) append(author, time_ms, packed, &decision.verdict);
    return decision.is_logged && decision.verdict.code == ACCEPTED;
}

static void pass_edges(uint64_t time_ms)
{
    uint8_t            room[64];
    struct buffer      buffer = buffer_over(room, sizeof room);
    const struct event event = {.kind = BOUNDARY, .of.boundary.edge_ms = time_ms};
    if (schedule_next(state) > time_ms) return;
    compose_proposal(&buffer, ledger_size(ledger), time_ms, &event);
    (void)decide(AUTHOR_LEDGER, time_ms, buffer_bytes(&buffer));
}

static void step(struct history *history)
{
    const struct history_step next = history_next(history);
    pass_edges(next.time_ms);
    const uint64_t seq = ledger_size(ledger);
    history_learn(history, decide(next.author, next.time_ms, next.packed), seq);
}

static void ask_of(uint64_t seq)
{
    const struct request       request = {.listen_index = (uint32_t)seq};
    const struct past_question question = {.seq = seq, .size = committed, .limit = 10};
    asked_count += explainer_ask(explainer, &request, &question);
}

// Forwards and backwards, so that the state goes on and begins anew.
static void ask(void)
{
    ask_of(asked_count * 31 % committed);
}

static void take(void)
{
    struct request request;
    struct bytes   reply;
    while (explainer_take(explainer, &request, &reply)) {
        enum message_outcome outcome;
        struct bytes         map;
        const bool           is_read = message_read_reply(reply, &outcome, &map);
        assert(is_read);
        answered_count++;
        if (is_moving && outcome == MESSAGE_ERROR) {
            assert(bytes_is_equal(message_text(map, "code"), bytes_of_text("ARCHIVED")));
            archived_count++;
            continue;
        }
        assert(outcome == MESSAGE_OK);
        assert(message_number(map, "seq", UINT64_MAX) == request.listen_index);
        const char *code = refusal_word(codes[request.listen_index]);
        assert(bytes_is_equal(message_text(map, "code"), bytes_of_text(code)));
    }
}

static void release(void *context, struct request *request)
{
    (void)context;
    (void)request;
    released_count++;
}

static void commit(void)
{
    const enum status status = ledger_commit(ledger, &signer);
    assert(status == OK);
    committed = ledger_size(ledger);
}

static void begin(void)
{
    const enum status status = ledger_begin(ledger);
    assert(status == OK);
}

static void await_all(void)
{
    while (answered_count < asked_count) {
        sem_wait(&bell);
        take();
    }
}

// The older half goes, slice by slice, while it is asked for. The state that stands at the
// beginning then leads nowhere any more.
static void move(void)
{
    const uint64_t below = committed / 2;
    await_all();
    ask_of(1);
    await_all();
    is_moving = true;
    explainer_archived(explainer, below);
    while (ledger_archived(ledger) < below) {
        const uint64_t next = ledger_archived(ledger) + SLICE;
        begin();
        const enum status status = ledger_drop(ledger, next < below ? next : below);
        assert(status == OK);
        commit();
        if (next > below / 2) ask();
        take();
    }
    ask_of(committed - 1);
    await_all();
    assert(archived_count > 0);
}

static void open_ledger(void)
{
    static const uint8_t seed[CRYPTO_SEED_SIZE] = {7};
    const struct bytes   origin = bytes_of_text("ledger.example/race");
    enum status          status = signer_init(&signer, origin, KEY_ED25519, seed);
    assert(status == OK);
    const char *made = mkdtemp(root);
    assert(made != NULL);
    snprintf(directory, sizeof directory, "%s/ledger", root);
    const struct ledger_options options = {
        .origin = origin, .keys = {&signer.verifier, 1},
             .map_size = (uint64_t)1 << 30
    };
    struct ledger_complaint complaint;
    status = ledger_create(directory, &options);
    assert(status == OK);
    status = ledger_open(directory, &options, &ledger, &complaint);
    assert(status == OK);
}

static void remove_ledger(void)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "writer.lock"};
    char                     path[128];
    ledger_close(ledger);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    rmdir(directory);
    rmdir(root);
}

int main(void)
{
    const struct verdict accepted = {.code = ACCEPTED, .node = NODE_NONE};
    compose_start();
    open_ledger();
    struct history *history = history_open(7);
    enum status     status = state_open(&state);
    assert(status == OK);
    sem_init(&bell, 0, 0);
    begin();
    append(AUTHOR_LEDGER, 0, history_opening(history), &accepted);
    commit();
    const struct explainer_options options = {
        .ledger = ledger, .snapshots = directory, .wake = wake, .wake_context = &bell};
    status = explainer_open(&options, &explainer);
    assert(status == OK);
    for (uint32_t i = 0; i < STEP_COUNT; i += BATCH) {
        begin();
        for (uint32_t j = 0; j < BATCH; j++)
            step(history);
        commit();
        ask();
        take();
    }
    while (answered_count < asked_count / 2) {
        sem_wait(&bell);
        take();
    }
    move();
    // The last questions are broken off.
    ask();
    ask();
    explainer_close(explainer, release, NULL);
    printf("%lu asked, %lu answered, %lu broken off\n", (unsigned long)asked_count,
           (unsigned long)answered_count, (unsigned long)released_count);
    const bool is_all = answered_count + released_count == asked_count && answered_count > 10;
    state_close(state);
    history_close(history);
    remove_ledger();
    return is_all ? 0 : 1;
}
