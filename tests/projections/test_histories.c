// Random histories, decided twice: by the rules and by the oracle. They agree on every verdict, on
// what is logged, on what is seen afterwards; and the log alone makes the same state again, also in
// the middle of it.
//
//   LICET_SEED=7          plays one history, and LICET_TRACE=1 tells it
//   LICET_HISTORIES=5000  plays so many, and says how often each refusal came
#include "projections/actors.h"
#include "projections/digest.h"
#include "projections/reminder_content.h"
#include "projections/rules.h"
#include "projections/schedule.h"
#include "projections/snapshot.h"
#include "tests/oracle/compose.h"
#include "tests/oracle/history.h"
#include "tests/oracle/oracle.h"
#include "tests/support/agreement.h"
#include "tests/support/tell.h"
#include "tests/support/written.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEP_COUNT = 500,
    HISTORY_COUNT = 1000,
    PART_COUNT = 4, // tests of their own, so that they can run side by side
    CARE = 20,      // once in so many steps a snapshot and an archive are told of, or tried to
    LOOK_EVERYWHERE = 25, // once in so many steps, and at every boundary
    VOUCHED_EVERY = 3,    // of so many steps one comes without its author's signature
    LEAF_ROOM = 64 * 1024,
};

struct play {
    uint64_t        seed;
    uint64_t        seq;
    uint64_t        time_ms;
    uint64_t        last_ms; // of the last event
    uint32_t        step;
    struct history *history;
    struct oracle  *oracle;
    struct state   *state;
    struct bytes   *leaves; // the log
};

static uint32_t times_refused[REFUSAL_CODE_MAX + 1];

// --- The log ------------------------------------------------------------------------------------

static void record(struct state *state, const struct leaf *leaf)
{
    struct proposal proposal;
    const char     *offence = NULL;
    cr_assert(proposal_read(leaf->proposal, &proposal, &offence), "%s", offence);
    rules_record(state, leaf, &proposal);
}

static void append(struct play *play, entity_id author, struct bytes packed,
                   const struct verdict *verdict)
{
    static uint8_t    room[LEAF_ROOM];
    struct buffer     buffer = buffer_over(room, sizeof room);
    const struct leaf leaf = {
        .version = RULES_VERSION,
        .seq = play->seq++,
        .time_ms = play->time_ms,
        .author = author,
        .proposal = packed,
        .verdict = *verdict,
    };
    leaf_write(&leaf, &buffer);
    cr_assert(not(buffer.is_full));
    play->leaves = realloc(play->leaves, play->seq * sizeof *play->leaves);
    uint8_t *copy = malloc(buffer.size);
    cr_assert(play->leaves != NULL && copy != NULL);
    memcpy(copy, buffer.at, buffer.size);
    play->leaves[leaf.seq] = (struct bytes){copy, buffer.size};
    record(play->state, &leaf);
    state_commit(play->state);
    play->last_ms = play->time_ms;
}

static struct hash digest(const struct state *state)
{
    struct hash hash;
    cr_assert(eq(int, digest_of(state, &hash), OK));
    return hash;
}

// --- Verdicts -----------------------------------------------------------------------------------

// Whether numbers of the code are laid down to the last one.
static bool has_numbers(enum refusal code)
{
    return code == LIMIT_REACHED || code == CHILD_EXCEEDS_ANCESTOR || code == OVERSUBSCRIBED ||
           code == LIMIT_BELOW_USED || code == NEEDS_EXCEEDED || code == USER_EXCEEDS_GROUP;
}

static bool has_node(enum refusal code)
{
    return has_numbers(code) || code == NO_LICENSE || code == EXPIRED || code == NOT_YET_VALID ||
           code == STRICTEST_GROUP || code == USER_LIMIT || code == BLOCKED;
}

static bool is_same(const struct verdict *got, const struct verdict *wanted)
{
    if (got->code != wanted->code) return false;
    if (wanted->node == NODE_ANY) return true;
    if (has_node(got->code) && got->node != wanted->node) return false;
    if (!has_numbers(got->code)) return true;
    return got->limit == wanted->limit && got->used == wanted->used;
}

// Open questions: where the rules and the oracle read the domain differently. A history ends where
// the two would go on from different facts. What is answered goes away.
struct open_question {
    enum kind    kind;
    enum refusal got, wanted;
};

#define ANY_KIND  ((enum kind)KIND_MAX)
#define ANY_OTHER ((enum refusal)REFUSAL_CODE_MAX)

// X08    MALFORMED comes first, also where only the state shows it; the rules look later.
// T02    which of the two comes first is not laid down.
static const struct open_question open_questions[] = {
    {ANY_KIND,       FORBIDDEN,      MALFORMED },
    {ANY_KIND,       STALE_PROPOSAL, MALFORMED },
    {LICENSE_UPLOAD, KIND_CHANGED,   NAME_TAKEN},
};

// A plan may be refused for what stands behind the event that the question is about.
static bool is_about(const struct open_question *row, enum kind kind, enum refusal got)
{
    if (kind == PLAN) return row->got == got || row->got == ACCEPTED;
    return row->got == got && (row->kind == kind || row->kind == ANY_KIND);
}

static bool is_open_question(enum kind kind, enum refusal got, enum refusal wanted)
{
    for (size_t i = 0; i < sizeof open_questions / sizeof open_questions[0]; i++) {
        const struct open_question *row = &open_questions[i];
        if (!is_about(row, kind, got)) continue;
        if (row->wanted == ANY_OTHER || row->wanted == wanted) return true;
    }
    return false;
}

static bool is_among(const struct verdict *got, const struct oracle_answer *answer)
{
    if (got->index != answer->verdict.index) return false;
    if (is_same(got, &answer->verdict)) return true;
    for (uint32_t i = 0; i < answer->findings.count; i++) {
        if (is_same(got, &answer->findings.verdicts[i])) return true;
    }
    return false;
}

static void expect_verdict(const struct play *play, const struct decision *got,
                           const struct oracle_answer *wanted, enum kind kind)
{
    const bool is_same_answer =
        is_among(&got->verdict, wanted) && got->is_logged == wanted->is_appended;
    const bool is_agreed =
        is_same_answer || is_open_question(kind, got->verdict.code, wanted->verdict.code);
    times_refused[wanted->verdict.code]++;
    cr_assert(
        is_agreed,
        "seed %llu step %u, %s: got %s node %llu limit %llu used %llu index %u logged %d (%s), "
        "wanted %s node %llu limit %llu used %llu index %u logged %d (%s)",
        (unsigned long long)play->seed, play->step, kind_row((uint64_t)kind)->record->name,
        refusal_word(got->verdict.code), (unsigned long long)got->verdict.node,
        (unsigned long long)got->verdict.limit, (unsigned long long)got->verdict.used,
        got->verdict.index, got->is_logged, got->offence == NULL ? "" : got->offence,
        refusal_word(wanted->verdict.code), (unsigned long long)wanted->verdict.node,
        (unsigned long long)wanted->verdict.limit, (unsigned long long)wanted->verdict.used,
        wanted->verdict.index, wanted->is_appended, wanted->offence == NULL ? "" : wanted->offence);
}

// --- Agreement ----------------------------------------------------------------------------------

static void expect_agreement(const struct play *play, void (*look)(struct agreement *agreement))
{
    struct agreement agreement = agreement_between(play->state, play->oracle, play->time_ms);
    look(&agreement);
    cr_assert(not(agreement.is_broken), "seed %llu step %u: %s", (unsigned long long)play->seed,
              play->step, agreement.text);
}

static void tell(const struct play *play, entity_id author, const struct event *event,
                 const struct verdict *got)
{
    if (getenv("LICET_TRACE") == NULL) return;
    (void)fprintf(stderr, "step %u seq %llu time %llu author %llu: %s node %llu %llu %llu\n",
                  play->step, (unsigned long long)play->seq, (unsigned long long)play->time_ms,
                  (unsigned long long)author, refusal_word(got->code),
                  (unsigned long long)got->node, (unsigned long long)got->limit,
                  (unsigned long long)got->used);
    tell_event(event);
}

// --- Playing ------------------------------------------------------------------------------------

// What never reaches the rules: bytes that do not read, authors that are not there, and those for
// whom no session may vouch.
static bool is_turned_away(struct play *play, struct oracle_question *question,
                           struct proposal *proposal, uint32_t *actor)
{
    const char *offence = NULL;
    const bool  is_read = proposal_read(question->packed, proposal, &offence);
    *actor = actor_by_id(play->state, question->author);
    if (is_read && kind_row((uint64_t)proposal->event.kind)->is_administrative) {
        question->is_vouched = false; // never; the daemon sees to that
    }
    bool is_there = question->author == AUTHOR_LEDGER ||
                    (*actor != 0 && !actor_at(play->state, *actor)->is_removed);
    if (is_read && *actor != 0 && is_there && question->is_vouched) {
        is_there = !actor_must_sign(play->state, *actor, proposal->event.kind);
    }
    if (is_read && is_there) return false;
    const struct oracle_answer wanted = oracle_propose(play->oracle, question);
    times_refused[wanted.verdict.code]++;
    const bool is_turned_away =
        wanted.verdict.code == MALFORMED || (is_read && wanted.verdict.code == UNAUTHENTICATED);
    cr_assert(is_turned_away, "seed %llu step %u: %s", (unsigned long long)play->seed, play->step,
              refusal_word(wanted.verdict.code));
    return true;
}

// False where the history ends.
static bool decide_both(struct play *play, entity_id author, struct bytes packed, bool is_asked)
{
    static struct decision decision; // holds its reasons
    struct proposal        proposal;
    uint32_t               actor = 0;
    struct oracle_question question = {
        .seq = play->seq,
        .time_ms = play->time_ms,
        .author = author,
        .packed = packed,
        .is_vouched = author != AUTHOR_LEDGER && play->step % VOUCHED_EVERY == 0,
    };
    if (is_turned_away(play, &question, &proposal, &actor)) return true;
    cr_assert(state_has_room(play->state));
    rules_decide(play->state, &proposal, actor, play->time_ms, &decision);
    const struct oracle_answer wanted = oracle_propose(play->oracle, &question);
    tell(play, author, &proposal.event, &decision.verdict);
    expect_verdict(play, &decision, &wanted, proposal.event.kind);
    const uint64_t seq = play->seq;
    const bool     is_accepted = decision.verdict.code == ACCEPTED;
    if (decision.is_logged) append(play, author, packed, &decision.verdict);
    if (is_asked) history_learn(play->history, decision.is_logged && is_accepted, seq);
    return is_accepted == (wanted.verdict.code == ACCEPTED);
}

// D5: what has begun or ended becomes an event before anything else is decided.
static void pass_edges(struct play *play)
{
    uint8_t            room[64];
    struct buffer      buffer = buffer_over(room, sizeof room);
    const struct event event = {.kind = BOUNDARY, .of.boundary.edge_ms = play->time_ms};
    if (schedule_next(play->state) > play->time_ms) return;
    compose_proposal(&buffer, play->seq, play->time_ms, &event);
    cr_assert(decide_both(play, AUTHOR_LEDGER, buffer_bytes(&buffer), false));
    expect_agreement(play, agreement_on_all);
}

// B39. What has fallen due becomes an event each.
static void say_reminders(struct play *play)
{
    static struct reminder_content content;
    static uint8_t                 room[PROPOSAL_SIZE_MAX];
    while (server_at(play->state)->first_due != 0) {
        struct buffer  buffer = buffer_over(room, sizeof room);
        const uint64_t seq = play->seq;
        reminder_compose(play->state, server_at(play->state)->first_due, play->time_ms, &content);
        const struct event event = {.kind = REMINDER, .of.reminder = content.reminder};
        compose_proposal(&buffer, play->seq, play->time_ms, &event);
        cr_assert(decide_both(play, AUTHOR_LEDGER, buffer_bytes(&buffer), false));
        history_learn_reminder(play->history, seq);
    }
    cr_assert(oracle_due_count(play->oracle) == 0, "seed %llu step %u: a reminder is due",
              (unsigned long long)play->seed, play->step);
}

static void open_play(struct play *play, uint64_t seed)
{
    *play = (struct play){.seed = seed, .history = history_open(seed)};
    const struct bytes   opening = history_opening(play->history);
    const struct verdict accepted = {.code = ACCEPTED, .node = NODE_NONE};
    cr_assert(eq(int, state_open(&play->state), OK));
    play->oracle = oracle_open(opening);
    append(play, AUTHOR_LEDGER, opening, &accepted);
}

// The log alone makes the same state, whatever was decided, looked at or rolled back meanwhile.
static struct state *state_from_log(const struct play *play)
{
    struct state *again = NULL;
    cr_assert(eq(int, state_open(&again), OK));
    for (uint64_t seq = 0; seq < play->seq; seq++) {
        struct leaf leaf;
        cr_assert(leaf_read(play->leaves[seq], &leaf));
        record(again, &leaf);
        state_commit(again);
    }
    const struct hash first = digest(play->state);
    const struct hash second = digest(again);
    cr_assert(eq(int, memcmp(&first, &second, sizeof first), 0), "seed %llu step %u",
              (unsigned long long)play->seed, play->step);
    return again;
}

static bool has_lease(const struct facts *facts)
{
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *row = facts_at(facts, FACT_HOLDING, i);
        if (row->lease_ms > 0) return true;
    }
    return false;
}

// X11. The first event after a start, where there are leases.
static void resume(struct play *play)
{
    uint8_t            room[64];
    struct buffer      buffer = buffer_over(room, sizeof room);
    const struct event event = {.kind = RESUMPTION, .of.resumption.since_ms = play->last_ms};
    if (!has_lease(oracle_facts(play->oracle))) return;
    compose_proposal(&buffer, play->seq, play->time_ms, &event);
    cr_assert(decide_both(play, AUTHOR_LEDGER, buffer_bytes(&buffer), false));
}

static struct written snapshot_of(const struct state *state)
{
    struct written             written = {NULL, 0};
    const struct snapshot_sink sink = {add_piece, &written};
    struct hash                told;
    cr_assert(eq(int, snapshot_write(state, &sink, &told), OK));
    const struct hash own = digest(state);
    cr_assert(hash_is_equal(&told, &own));
    return written;
}

static void expect_same(const struct play *play, struct written one, struct written other)
{
    cr_assert(one.size == other.size && memcmp(one.at, other.at, one.size) == 0,
              "seed %llu step %u: another snapshot", (unsigned long long)play->seed, play->step);
}

// Writes it, and reads it back: the same bytes from the state that has seen every question and
// rollback, from the one that the log alone made, and from the one that was read.
static struct state *state_from_snapshot(const struct play *play, const struct state *from_log)
{
    const struct written         first = snapshot_of(play->state);
    const struct written         second = snapshot_of(from_log);
    struct state                *again = NULL;
    struct bytes                 rest = {first.at, first.size};
    const struct snapshot_source source = snapshot_source_of(&rest);
    expect_same(play, first, second);
    cr_assert(eq(int, state_open(&again), OK));
    cr_assert(eq(int, snapshot_read(again, &source), OK));
    const struct written third = snapshot_of(again);
    expect_same(play, first, third);
    free(first.at);
    free(second.at);
    free(third.at);
    return again;
}

// The log tells of one, of now or of a size that cannot be.
static void tell_of_snapshot(struct play *play)
{
    static const uint8_t hash[HASH_SIZE];
    uint8_t              room[256];
    struct buffer        buffer = buffer_over(room, sizeof room);
    const uint64_t       sizes[] = {play->seq, server_at(play->state)->snapshot_seq, play->seq + 1};
    const struct event   event = {
          .kind = SNAPSHOT,
          .of.snapshot = {sizes[play->seq % 3], {hash, HASH_SIZE}, {hash, HASH_SIZE}}
    };
    compose_proposal(&buffer, play->seq, play->time_ms, &event);
    cr_assert(decide_both(play, AUTHOR_LEDGER, buffer_bytes(&buffer), false));
}

// And of an archive, of as much as there is in full or of what cannot be.
static void tell_of_archive(struct play *play)
{
    static const uint8_t hash[HASH_SIZE];
    uint8_t              room[256];
    struct buffer        buffer = buffer_over(room, sizeof room);
    const uint64_t       size = server_at(play->state)->snapshot_size;
    const uint64_t       belows[] = {size / ARCHIVE_STEP * ARCHIVE_STEP, size,
                                     size / ARCHIVE_STEP * ARCHIVE_STEP + ARCHIVE_STEP};
    const struct event   event = {
          .kind = ARCHIVE, .of.archive = {belows[play->seq % 3], {hash, HASH_SIZE}}
    };
    compose_proposal(&buffer, play->seq, play->time_ms, &event);
    cr_assert(decide_both(play, AUTHOR_LEDGER, buffer_bytes(&buffer), false));
}

// Goes on with what a snapshot says.
static void restart(struct play *play)
{
    struct state *from_log = state_from_log(play);
    struct state *again = state_from_snapshot(play, from_log);
    state_close(from_log);
    state_close(play->state);
    play->state = again;
    resume(play);
}

static void close_play(struct play *play)
{
    for (uint64_t seq = 0; seq < play->seq; seq++) {
        free((void *)(uintptr_t)play->leaves[seq].at);
    }
    free(play->leaves);
    state_close(play->state);
    oracle_close(play->oracle);
    history_close(play->history);
}

static void play_history(uint64_t seed)
{
    struct play play;
    open_play(&play, seed);
    for (play.step = 1; play.step <= STEP_COUNT; play.step++) {
        const struct history_step step = history_next(play.history);
        play.time_ms = step.time_ms;
        if (step.is_restart) restart(&play);
        pass_edges(&play);
        say_reminders(&play);
        if (step.is_restart || play.step % CARE == 0) {
            tell_of_snapshot(&play);
            tell_of_archive(&play);
        }
        if (!decide_both(&play, step.author, step.packed, true)) break;
        say_reminders(&play);
        expect_agreement(&play,
                         play.step % LOOK_EVERYWHERE == 0 ? agreement_on_all : agreement_on_server);
    }
    state_close(state_from_log(&play));
    close_play(&play);
}

// --- Parts --------------------------------------------------------------------------------------

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

// Refusals that no history comes to.
static const enum refusal not_of_histories[] = {
    ID_CONFLICT,    // X05: retries are answered before the rules are asked
    CLOCK_JUMP,     // X07: by the daemon, which reads the clock
    CLIENT_TOO_OLD, // T19: an answer to a question
    FEATURE_OFF,    // B32-B37: likewise
    TOO_MANY_EDGES, // B23: more instants than a history has
};

static bool is_of_histories(enum refusal code)
{
    for (size_t i = 0; i < sizeof not_of_histories / sizeof not_of_histories[0]; i++) {
        if (not_of_histories[i] == code) return false;
    }
    return true;
}

static void play_part(uint32_t part)
{
    const uint64_t seed = number_of("LICET_SEED", 0);
    const uint64_t count = number_of("LICET_HISTORIES", HISTORY_COUNT) / PART_COUNT;
    const bool     is_standard = seed == 0 && getenv("LICET_HISTORIES") == NULL;
    compose_start();
    if (seed != 0) {
        if (part == 0) play_history(seed);
        return;
    }
    for (uint64_t i = 1; i <= count; i++) {
        play_history(part * count + i);
    }
    for (uint32_t i = 0; refusal_at(i) != NULL; i++) {
        const struct refusal_row *row = refusal_at(i);
        if (!is_standard) (void)fprintf(stderr, "%8u %s\n", times_refused[row->code], row->word);
        if (!is_standard || !is_of_histories(row->code)) continue;
        cr_expect(times_refused[row->code] > 0, "no history of part %u comes to %s", part + 1,
                  row->word);
    }
}

Test(histories, part_1_rules_and_oracle_agree_on_every_verdict_and_view)
{
    play_part(0);
}

Test(histories, part_2_rules_and_oracle_agree_on_every_verdict_and_view)
{
    play_part(1);
}

Test(histories, part_3_rules_and_oracle_agree_on_every_verdict_and_view)
{
    play_part(2);
}

Test(histories, part_4_rules_and_oracle_agree_on_every_verdict_and_view)
{
    play_part(3);
}
