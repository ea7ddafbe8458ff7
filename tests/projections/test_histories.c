// Random histories, decided twice: by the rules and by the oracle. They agree on every verdict, on
// what is logged, on what is seen afterwards; and the log alone makes the same state again.
//
//   HISTORY_SEED=7    plays one history, and HISTORY_TRACE=1 tells it
//   HISTORY_COUNT=5000    plays more of them, and says how often each refusal came
#include "core/base/name.h"
#include "projections/actors.h"
#include "projections/digest.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/mode.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/rules.h"
#include "projections/schedule.h"
#include "projections/users.h"
#include "projections/views.h"
#include "tests/oracle/compose.h"
#include "tests/oracle/history.h"
#include "tests/oracle/oracle.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEP_COUNT = 300,
    HISTORY_COUNT = 60,
    LOOK_EVERYWHERE = 25, // once in so many steps; else where something was done
    LEAF_ROOM = 64 * 1024,
};

struct play {
    uint64_t        seed;
    uint64_t        seq;
    uint64_t        time_ms;
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
           code == STRICTEST_GROUP || code == USER_LIMIT;
}

static bool is_same(const struct verdict *got, const struct verdict *wanted)
{
    if (got->code != wanted->code) return false;
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
// T13    refused is a unit that nobody holds, by the kind of its entry; the rules refuse one that
//        another holds as well, and one of a name that no file ever had.
// T13    keys may be removed, a vendor's too; the rules refuse it.
// X01    force is asked for wherever somebody is suspended; not so for a user's assignment.
// B10    a need counts while a current file names it; the rules remember it longer. Two rows.
// B23    holds for a server that no longer opts in; the rules do not look.
// T02    which of the two comes first is not laid down.
// X01    the rules ask also about who is suspended elsewhere in the tree, the oracle does not.
static const struct open_question open_questions[] = {
    {ANY_KIND,       FORBIDDEN,        MALFORMED },
    {ANY_KIND,       STALE_PROPOSAL,   MALFORMED },
    {LICENSE_UPLOAD, KIND_CHANGED,     NAME_TAKEN},
    {ALLOCATION,     LIMIT_BELOW_USED, ACCEPTED  },
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

// --- Views --------------------------------------------------------------------------------------

struct place {
    struct bytes path; // or a user
    const char  *name; // of the resource, the feature, the unit
};

static void agree(const struct play *play, struct place place, const char *what, uint64_t got,
                  uint64_t wanted)
{
    const bool is_agreed = got == wanted;
    cr_assert(is_agreed, "seed %llu step %u: %s of %s in %.*s is %llu, not %llu",
              (unsigned long long)play->seed, play->step, what, place.name, (int)place.path.size,
              (const char *)place.path.at, (unsigned long long)got, (unsigned long long)wanted);
}

static enum resource_status status_of(enum availability availability)
{
    switch (availability) {
    case IS_ON:
        return STATUS_ON;
    case IS_OFF:
        return STATUS_OFF;
    case IS_NOT_YET_VALID:
        return STATUS_NOT_YET_VALID;
    case IS_EXPIRED:
        return STATUS_EXPIRED;
    }
    abort();
}

static void compare_resource(const struct play *play, struct bytes path, const char *name)
{
    const struct state       *state = play->state;
    const struct bytes        resource = bytes_of_text(name);
    const struct place        place = {path, name};
    const uint32_t            known = resource_find(state, resource);
    const struct oracle_state wanted = oracle_state(play->oracle, play->time_ms, path, resource);
    if (known == 0) {
        agree(play, place, "maximum", 0, wanted.maximum);
        return;
    }
    const uint32_t             group = group_find(state, path);
    const struct resource_view got = view_resource(state, group, known, play->time_ms);
    agree(play, place, "maximum", got.maximum, wanted.maximum);
    agree(play, place, "used", got.used, wanted.used);
    agree(play, place, "available", got.available, wanted.available);
    agree(play, place, "own limit", got.own_limit, wanted.own_limit);
    agree(play, place, "over", got.over, wanted.over);
    agree(play, place, "suspended", got.suspended, wanted.suspended);
    // B16 speaks of what is on; what is not has no end to show.
    if (wanted.maximum > 0) agree(play, place, "until", got.until_ms, wanted.until_ms);
    agree(play, place, "next change", got.next_ms, wanted.next_ms);
    agree(play, place, "status", got.status, status_of(wanted.availability));
    agree(play, place, "bottleneck", got.bottleneck, group_find(state, wanted.bottleneck));
    if (wanted.next_ms != TIME_NEVER)
        agree(play, place, "next maximum", got.next_maximum, wanted.next_maximum);
    if (wanted.own_limit != UNLIMITED) {
        const int64_t unallocated = wanted.unallocated < 0 ? 0 : wanted.unallocated;
        agree(play, place, "unallocated", got.unallocated, unallocated);
    }
}

static void compare_feature(const struct play *play, struct bytes path, const char *name)
{
    const struct place          place = {path, name};
    const uint32_t              known = resource_find(play->state, bytes_of_text(name));
    const struct oracle_feature wanted =
        oracle_feature(play->oracle, play->time_ms, path, bytes_of_text(name));
    if (known == 0) {
        agree(play, place, "feature", 0, wanted.is_on);
        return;
    }
    const struct feature_view got =
        view_feature(play->state, group_find(play->state, path), known, play->time_ms);
    agree(play, place, "feature", got.is_on, wanted.is_on);
    if (wanted.is_on) agree(play, place, "until", got.until_ms, wanted.until_ms);
}

static void compare_group(const struct play *play, struct bytes path)
{
    cr_assert(group_find(play->state, path) != 0);
    for (uint32_t i = 0; history_resource(i) != NULL; i++) {
        compare_resource(play, path, history_resource(i));
    }
    for (uint32_t i = 0; history_feature(i) != NULL; i++) {
        compare_feature(play, path, history_feature(i));
    }
}

static void compare_holdings(const struct play *play)
{
    const struct facts *facts = oracle_facts(play->oracle);
    cr_assert(eq(u32, state_count(play->state, POOL_HOLDING), facts_count(facts, FACT_HOLDING)));
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *row = facts_at(facts, FACT_HOLDING, i);
        const uint32_t            resource = resource_find(play->state, row->resource);
        const uint32_t            holding = holding_find(play->state, resource, row->unit);
        char                      name[64];
        struct buffer             buffer = buffer_over(name, sizeof name);
        buffer_add(&buffer, row->resource);
        buffer_add_byte(&buffer, ' ');
        buffer_add(&buffer, row->unit);
        (void)buffer_text(&buffer);
        const struct place place = {facts_group_of_id(facts, row->group)->path, name};
        agree(play, place, "being held", holding != 0, true);
        const struct oracle_access wanted =
            oracle_access(play->oracle, play->time_ms, row->resource, row->unit);
        const struct constraint got = holding_access(play->state, holding, play->time_ms);
        agree(play, place, "access", got.code == ACCEPTED, wanted.is_granted);
        if (got.code == wanted.code && (got.code == EXPIRED || got.code == NOT_YET_VALID)) {
            agree(play, place, "denial's node", got.group, group_find(play->state, wanted.node));
        }
    }
}

static void compare_users(const struct play *play)
{
    const struct facts *facts = oracle_facts(play->oracle);
    for (uint32_t i = 0; i < facts_count(facts, FACT_USER); i++) {
        const struct user_row *row = facts_at(facts, FACT_USER, i);
        const uint32_t         user = user_find(play->state, row->name);
        cr_assert(user != 0);
        for (uint32_t j = 0; history_resource(j) != NULL; j++) {
            const char        *name = history_resource(j);
            const uint32_t     resource = resource_find(play->state, bytes_of_text(name));
            const struct place place = {row->name, name};
            if (resource == 0) continue;
            const struct oracle_user wanted =
                oracle_user(play->oracle, play->time_ms, row->name, bytes_of_text(name));
            const struct user_quota got = user_quota(play->state, user, resource, play->time_ms);
            agree(play, place, "user's maximum", got.maximum, wanted.maximum);
            agree(play, place, "user's use", got.used, wanted.used);
            agree(play, place, "user's available", got.available, wanted.available);
        }
    }
}

static void compare_server(const struct play *play)
{
    const struct place server = {bytes_of_text("/"), "all"};
    uint32_t           pending = 0;
    for (uint32_t i = 0; history_resource(i) != NULL; i++) {
        pending += oracle_pending_units(play->oracle, play->time_ms,
                                        bytes_of_text(history_resource(i)), NULL, 0);
    }
    agree(play, server, "mode", server_at(play->state)->limited_reason != NOT_LIMITED,
          oracle_mode(play->oracle).is_limited);
    agree(play, server, "pending", pending_count(play->state, play->time_ms), pending);
    agree(play, server, "next edge", schedule_next(play->state),
          oracle_next_edge(play->oracle, play->time_ms));
}

static void compare_all(const struct play *play)
{
    const struct facts *facts = oracle_facts(play->oracle);
    cr_assert(eq(u32, state_count(play->state, POOL_GROUP), facts_count(facts, FACT_GROUP)));
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        const struct group_row *row = facts_at(facts, FACT_GROUP, i);
        compare_group(play, row->path);
    }
    compare_holdings(play);
    compare_users(play);
    compare_server(play);
}

// --- Telling ------------------------------------------------------------------------------------

static void tell_record(const struct record *record, const void *in)
{
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        if (field_is_absent(field, in) || field->type == FIELD_KEY) {
            continue;
        }
        (void)fprintf(stderr, " %s", field->name);
        if (field->type == FIELD_LIST) {
            struct list_reader items = list_start(field_list(field, in));
            uint64_t           item[32]; // room for any, and aligned
            (void)fprintf(stderr, "[");
            while (list_next(&items, field->item, item)) {
                tell_record(field->item, item);
                (void)fprintf(stderr, ";");
            }
            (void)fprintf(stderr, "]");
        } else if (field_is_numeric(field)) {
            (void)fprintf(stderr, "=%llu", (unsigned long long)field_number(field, in));
        } else if (field->type != FIELD_EVENTS) {
            const struct bytes text = field_bytes(field, in);
            (void)fprintf(stderr, "=%.*s", (int)text.size, (const char *)text.at);
        }
    }
}

static void tell_event(const struct event *event)
{
    const struct record *record = kind_row((uint64_t)event->kind)->record;
    (void)fprintf(stderr, "    %s", record->name);
    tell_record(record, &event->of);
    (void)fprintf(stderr, "\n");
    if (event->kind != PLAN) return;
    struct list_reader items = list_start(event->of.plan.events);
    const char        *offence = NULL;
    for (struct bytes packed; list_next_packed(&items, &packed);) {
        struct event inner;
        if (event_read_packed(packed, &inner, &offence)) tell_event(&inner);
    }
}

static void tell(const struct play *play, entity_id author, const struct event *event,
                 const struct verdict *got)
{
    if (getenv("HISTORY_TRACE") == NULL) return;
    (void)fprintf(stderr, "step %u seq %llu time %llu author %llu: %s node %llu %llu %llu\n",
                  play->step, (unsigned long long)play->seq, (unsigned long long)play->time_ms,
                  (unsigned long long)author, refusal_word(got->code),
                  (unsigned long long)got->node, (unsigned long long)got->limit,
                  (unsigned long long)got->used);
    tell_event(event);
}

// --- Playing ------------------------------------------------------------------------------------

// False where the history ends.
static bool decide_both(struct play *play, entity_id author, struct bytes packed)
{
    static struct decision       decision; // holds its reasons
    struct proposal              proposal;
    const char                  *offence = NULL;
    uint32_t                     actor = 0;
    const struct oracle_question question = {play->seq, play->time_ms, author, packed};
    const struct oracle_answer   wanted = oracle_propose(play->oracle, &question);
    if (!proposal_read(packed, &proposal, &offence)) {
        cr_assert(eq(int, wanted.verdict.code, MALFORMED));
        return true;
    }
    if (author != AUTHOR_LEDGER) {
        actor = actor_by_id(play->state, author);
        if (actor == 0 || actor_at(play->state, actor)->is_removed) {
            cr_assert(wanted.verdict.code == UNAUTHENTICATED || wanted.verdict.code == MALFORMED);
            return true;
        }
    }
    cr_assert(state_has_room(play->state));
    rules_decide(play->state, &proposal, actor, play->time_ms, &decision);
    tell(play, author, &proposal.event, &decision.verdict);
    expect_verdict(play, &decision, &wanted, proposal.event.kind);
    const uint64_t seq = play->seq;
    if (decision.is_logged) append(play, author, packed, &decision.verdict);
    if (author != AUTHOR_LEDGER) {
        history_learn(play->history, decision.is_logged && decision.verdict.code == ACCEPTED, seq);
    }
    return (decision.verdict.code == ACCEPTED) == (wanted.verdict.code == ACCEPTED);
}

// D5: what has begun or ended becomes an event before anything else is decided.
static void pass_edges(struct play *play)
{
    uint8_t            room[64];
    struct buffer      buffer = buffer_over(room, sizeof room);
    const struct event event = {.kind = BOUNDARY, .of.boundary.edge_ms = play->time_ms};
    if (schedule_next(play->state) > play->time_ms) return;
    compose_proposal(&buffer, play->seq, play->time_ms, &event);
    cr_assert(decide_both(play, AUTHOR_LEDGER, buffer_bytes(&buffer)));
    compare_all(play);
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

// The log alone makes the same state.
static void replay(const struct play *play)
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
    cr_assert(eq(int, memcmp(&first, &second, sizeof first), 0), "seed %llu",
              (unsigned long long)play->seed);
    state_close(again);
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
        pass_edges(&play);
        if (!decide_both(&play, step.author, step.packed)) break;
        if (play.step % LOOK_EVERYWHERE == 0)
            compare_all(&play);
        else
            compare_server(&play);
    }
    replay(&play);
    close_play(&play);
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

Test(histories, rules_and_oracle_agree_on_every_verdict_and_view)
{
    const uint64_t seed = number_of("HISTORY_SEED", 0);
    const uint64_t count = number_of("HISTORY_COUNT", HISTORY_COUNT);
    compose_start();
    if (seed != 0) {
        play_history(seed);
        return;
    }
    for (uint64_t i = 1; i <= count; i++) {
        play_history(i);
    }
    for (uint32_t i = 0; refusal_at(i) != NULL; i++) {
        const struct refusal_row *row = refusal_at(i);
        if (getenv("HISTORY_COUNT") != NULL) {
            (void)fprintf(stderr, "%8u %s\n", times_refused[row->code], row->word);
        }
    }
}
