#include "api/cli/bulk.h"

#include "api/cli/connect.h"
#include "api/cli/json.h"
#include "api/cli/query.h"
#include "api/cli/refusal.h"
#include "core/event/proposal.h"

#include <assert.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    WINDOW_MS = 5 * 60 * 1000, // how long a proposal may be on its way
    LATE_MS = 1000,            // ledger time is known a little less well than that
    ROUND_MAX = 4,             // of sending again what came too late
    PROGRESS_MS = 100,
    LOG_PAGE = 1000,
    REQUEST_SIZE_MAX = 256,
    ITEM_OVERHEAD = 128,
};

static volatile sig_atomic_t is_interrupted;

static void take_signal(int number)
{
    (void)number;
    is_interrupted = 1;
}

void bulk_catch_signals(void)
{
    const struct sigaction action = {.sa_handler = take_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool bulk_is_interrupted(void)
{
    return is_interrupted != 0;
}

static uint64_t clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void show_progress(struct bulk *bulk)
{
    const uint64_t now_ms = clock_ms();
    const uint32_t known = bulk->accepted_count + bulk->refused_count + bulk->old_count;
    if (now_ms - bulk->shown_ms < PROGRESS_MS || isatty(STDERR_FILENO) == 0) return;
    bulk->shown_ms = now_ms;
    (void)fprintf(stderr, "\r%u of %u ", known, bulk->script->count);
    (void)fflush(stderr);
}

// --- What became of a unit --------------------------------------------------

static void take_accepted(struct bulk *bulk, struct unit *unit, uint64_t seq)
{
    unit->state = UNIT_DONE;
    unit->seq = seq;
    bulk->accepted_count++;
    applied_note_done(&bulk->applied, unit);
}

// What the lines behind it stand on is not as they say.
static void take_refused(struct bulk *bulk, struct unit *unit, struct bytes code)
{
    unit->state = UNIT_REFUSED;
    bulk->refused_count++;
    saves_forget(&bulk->reader.saves);
    if (!bulk->keeps_going) bulk->is_stopping = true;
    applied_note_refused(&bulk->applied, unit, code);
}

static void try_anew(struct unit *unit)
{
    unit->state = UNIT_LEFT;
    unit->attempt++;
    unit->not_after_ms = 0;
    unit->is_late = false;
}

static void print_verdict(struct bulk *bulk, const struct unit *unit, enum message_outcome outcome,
                          struct bytes map)
{
    if (bulk->call->globals.is_json) {
        json_print_verdict(unit->line, message_outcome_word(outcome), map, bulk->call->out);
        return;
    }
    if (outcome == MESSAGE_OK) return;
    const uint64_t index = message_number(map, "index", UINT64_MAX);
    (void)fprintf(stderr, "%s%s:%u: ", isatty(STDERR_FILENO) != 0 ? "\r" : "", bulk->script->file,
                  index == UINT64_MAX ? unit->line : script_line_of(&bulk->reader, unit, index));
    refusal_print_map(outcome, map, stderr);
}

// Neither says that it was not accepted: an earlier copy may have been.
static bool is_unsettling(struct bytes code, struct unit *unit)
{
    const bool is_late = bytes_is_equal(code, bytes_of_text("STALE_PROPOSAL"));
    unit->is_late = unit->is_late || is_late;
    return is_late || bytes_is_equal(code, bytes_of_text("ID_CONFLICT"));
}

static bool is_nil(struct bytes packed)
{
    struct pack_reader reader = pack_reader(packed);
    return pack_read_nil(&reader);
}

static enum exit_code take_verdict(struct bulk *bulk, struct unit *unit, struct bytes packed)
{
    enum message_outcome outcome = MESSAGE_ERROR;
    struct bytes         map;
    if (is_nil(packed)) {
        unit->state = UNIT_LEFT; // behind what was refused
        return EXIT_DONE;
    }
    if (!message_read_reply(packed, &outcome, &map)) {
        return complain(bulk->call, EXIT_UNREACHABLE, "the daemon's answer is malformed");
    }
    const struct bytes code = message_text(map, "code");
    if (outcome == MESSAGE_OK) {
        take_accepted(bulk, unit, message_number(map, "seq", UNIT_WITHOUT_SEQ));
    } else if (outcome == MESSAGE_REFUSED && is_unsettling(code, unit)) {
        bulk->is_unsettled = true;
        return EXIT_DONE;
    } else if (outcome == MESSAGE_REFUSED) {
        take_refused(bulk, unit, code);
    } else {
        bulk->is_stopping = true;
    }
    print_verdict(bulk, unit, outcome, map);
    return outcome == MESSAGE_ERROR ? EXIT_UNREACHABLE : EXIT_DONE;
}

// --- Answers ----------------------------------------------------------------

static enum exit_code take_reply(struct bulk *bulk, const struct batch *batch,
                                 const struct licet_reply *reply)
{
    enum exit_code code = EXIT_DONE;
    struct bytes   verdict;
    if (reply->outcome != MESSAGE_OK) {
        bulk->is_stopping = true;
        return refusal_print(bulk->call, reply);
    }
    struct message_items verdicts = message_list(reply->map, "verdicts");
    if (verdicts.count != batch->count) {
        return complain(bulk->call, EXIT_UNREACHABLE, "the daemon's answer is malformed");
    }
    for (uint32_t i = 0; message_next(&verdicts, &verdict); i++) {
        struct unit         *unit = script_unit(bulk->script, batch->units[i]);
        const enum exit_code taken = take_verdict(bulk, unit, verdict);
        if (taken != EXIT_DONE) code = taken;
    }
    show_progress(bulk);
    return code;
}

static struct batch *batch_of(struct bulk *bulk, uint64_t ticket)
{
    uint32_t i = 0;
    while (i < bulk->in_flight_count && bulk->in_flight[i].ticket != ticket) {
        i++;
    }
    assert(i < bulk->in_flight_count);
    return &bulk->in_flight[i];
}

static enum exit_code collect_one(struct bulk *bulk)
{
    struct licet_reply reply;
    struct call       *call = bulk->call;
    const enum status  status = licet_collect(call->licet, call->globals.timeout_ms, &reply);
    if (status != OK) {
        bulk->is_stopping = true;
        return connect_complain(call, status);
    }
    struct batch        *batch = batch_of(bulk, reply.ticket);
    const enum exit_code code = take_reply(bulk, batch, &reply);
    *batch = bulk->in_flight[--bulk->in_flight_count];
    return code;
}

static enum exit_code drain(struct bulk *bulk)
{
    enum exit_code code = EXIT_DONE;
    while (bulk->in_flight_count > 0) {
        const uint32_t       before = bulk->in_flight_count;
        const enum exit_code collected = collect_one(bulk);
        if (collected != EXIT_DONE) code = collected;
        if (bulk->in_flight_count == before) return code; // no answer came
    }
    return code;
}

// --- Sending ----------------------------------------------------------------

static enum exit_code note_open(struct bulk *bulk)
{
    for (uint32_t i = 0; i < bulk->open.count; i++) {
        struct unit *unit = script_unit(bulk->script, bulk->open.units[i]);
        unit->state = UNIT_SENT;
        applied_note_sent(&bulk->applied, unit);
    }
    const enum status status = applied_flush(&bulk->applied);
    if (status == OK) return EXIT_DONE;
    bulk->is_stopping = true;
    return complain(bulk->call, EXIT_UNREACHABLE, "%s.applied: %s", bulk->script->file,
                    status_sentence(status));
}

// What was not judged is sent in the next round, and what stands behind it not before.
static bool is_halted(const struct bulk *bulk)
{
    return bulk->is_stopping || is_interrupted || (bulk->is_unsettled && !bulk->keeps_going);
}

// Until another request may go out. What stops at a refusal has one on its way at a time: nothing
// that stands behind the refusal has gone out by then.
static enum exit_code wait_for_turn(struct bulk *bulk)
{
    const uint32_t max = bulk->keeps_going ? BATCH_MAX : 1;
    enum exit_code code = EXIT_DONE;
    while (bulk->in_flight_count >= max && code == EXIT_DONE) {
        code = collect_one(bulk);
    }
    return code;
}

static enum exit_code submit(struct bulk *bulk, struct bytes request)
{
    enum status status = licet_submit(bulk->call->licet, request, &bulk->open.ticket);
    while (status == STATUS_OVERLOADED && bulk->in_flight_count > 0) {
        const enum exit_code code = collect_one(bulk);
        if (code != EXIT_DONE) return code;
        status = licet_submit(bulk->call->licet, request, &bulk->open.ticket);
    }
    return status == OK ? EXIT_DONE : connect_complain(bulk->call, status);
}

static enum exit_code send_open(struct bulk *bulk)
{
    const enum licet_many way = bulk->keeps_going ? LICET_PROPOSE : LICET_PROPOSE_AND_STOP;
    struct buffer         request = buffer_over(bulk->request, sizeof bulk->request);
    if (bulk->open.count == 0) return EXIT_DONE;
    enum exit_code code = wait_for_turn(bulk);
    if (code != EXIT_DONE || is_halted(bulk)) return code;
    code = note_open(bulk);
    if (code != EXIT_DONE) return code;
    licet_proposals_request(bulk->open.count, buffer_bytes(&bulk->items), way, &request);
    code = submit(bulk, buffer_bytes(&request));
    if (code == EXIT_DONE) bulk->in_flight[bulk->in_flight_count++] = bulk->open;
    bulk->open.count = 0;
    bulk->items.size = 0;
    return code;
}

// Before the ledger is asked for something.
static enum exit_code send_and_drain(void *context)
{
    struct bulk         *bulk = context;
    const enum exit_code code = send_open(bulk);
    return code == EXIT_DONE ? drain(bulk) : code;
}

static enum exit_code complain_line(struct bulk *bulk, enum exit_code code,
                                    const struct script_fault *fault)
{
    struct call *call = bulk->call;
    bulk->is_stopping = true;
    return complain(call, code, "%s:%u: %.*s", bulk->script->file, fault->line,
                    (int)sizeof call->complaint / 2, fault->text);
}

// The proposal of a unit, over the call's memory.
static enum exit_code make_proposal(struct bulk *bulk, struct unit *unit,
                                    struct licet_proposal *proposal)
{
    struct call         *call = bulk->call;
    struct script_fault  fault = {.line = unit->line};
    struct buffer        event = buffer_over(call->event, sizeof call->event);
    struct buffer        memory = buffer_over(call->memory, sizeof call->memory);
    const enum exit_code code = script_add_event(&bulk->reader, unit, &event, &fault);
    if (code != EXIT_DONE) return complain_line(bulk, code, &fault);
    if (unit->not_after_ms == 0) unit->not_after_ms = licet_time_ms(call->licet) + WINDOW_MS;
    *proposal = (struct licet_proposal){.not_after_ms = unit->not_after_ms};
    applied_id(&bulk->applied, unit, proposal->id);
    const enum status status =
        licet_proposal_make_as(call->licet, buffer_bytes(&event), &memory, proposal);
    if (status == OK) return EXIT_DONE;
    if (status != STATUS_MALFORMED && status != STATUS_TOO_LARGE) {
        return connect_complain(call, status);
    }
    (void)snprintf(fault.text, sizeof fault.text,
                   "%s: missing, out of bounds, or at odds with the "
                   "rest",
                   licet_detail(call->licet));
    return complain_line(bulk, EXIT_USAGE, &fault);
}

static enum exit_code add_unit(struct bulk *bulk, uint32_t index)
{
    struct licet_proposal proposal = {.is_signed = false};
    struct unit          *unit = script_unit(bulk->script, index);
    enum exit_code        code = make_proposal(bulk, unit, &proposal);
    if (code != EXIT_DONE) return code;
    const size_t room = bulk->items.size_max - bulk->items.size;
    if (bulk->open.count == BATCH_UNIT_MAX || room < proposal.packed.size + ITEM_OVERHEAD) {
        code = send_open(bulk);
    }
    if (code != EXIT_DONE || is_halted(bulk)) return code;
    licet_proposal_add(&proposal, false, &bulk->items);
    bulk->open.units[bulk->open.count++] = index;
    return EXIT_DONE;
}

static enum exit_code send_round(struct bulk *bulk)
{
    enum exit_code code = EXIT_DONE;
    bulk->is_unsettled = false;
    bulk->items = buffer_over(bulk->items_memory, BATCH_SIZE_MAX);
    bulk->open.count = 0;
    for (uint32_t i = 1; i <= bulk->script->count && code == EXIT_DONE; i++) {
        if (is_halted(bulk)) break;
        if (script_unit(bulk->script, i)->state == UNIT_LEFT) code = add_unit(bulk, i);
    }
    if (code == EXIT_DONE) code = send_open(bulk);
    const enum exit_code drained = drain(bulk);
    return code == EXIT_DONE ? drained : code;
}

enum exit_code bulk_send(struct bulk *bulk)
{
    enum exit_code code = EXIT_DONE;
    bulk->reader.licet = bulk->call->licet;
    bulk->reader.maker.now_ms = licet_time_ms(bulk->call->licet);
    bulk->reader.settle = send_and_drain;
    bulk->reader.context = bulk;
    for (uint32_t round = 0; round < ROUND_MAX && code == EXIT_DONE; round++) {
        code = send_round(bulk);
        if (code != EXIT_DONE || !bulk->is_unsettled) break;
        code = bulk_settle(bulk);
        if (bulk->is_stopping || is_interrupted) break;
    }
    const enum status status = applied_flush(&bulk->applied);
    if (status == OK || code != EXIT_DONE) return code;
    return complain(bulk->call, EXIT_UNREACHABLE, "%s.applied: %s", bulk->script->file,
                    status_sentence(status));
}

// --- What is not known ------------------------------------------------------

// Asks for the outcome of the id, while the ledger remembers it.
static enum exit_code settle_by_outcome(struct bulk *bulk, struct unit *unit)
{
    uint8_t            memory[REQUEST_SIZE_MAX], id[PROPOSAL_ID_SIZE];
    struct licet_reply reply;
    struct buffer      request = buffer_over(memory, sizeof memory);
    applied_id(&bulk->applied, unit, id);
    message_begin_request(&request, "outcome", 2);
    pack_key(&request, "id");
    pack_binary(&request, (struct bytes){id, sizeof id});
    pack_key(&request, "not_after");
    pack_number(&request, unit->not_after_ms);
    const enum exit_code code = query_once(bulk->call, buffer_bytes(&request), &reply);
    if (code != EXIT_DONE) return code;
    if (!message_flag(reply.map, "known")) {
        const bool is_late = licet_time_ms(bulk->call->licet) > unit->not_after_ms + LATE_MS;
        unit->is_late = unit->is_late || is_late;
        if (!unit->is_late) unit->state = UNIT_LEFT; // under the same id
    } else if (message_flag(reply.map, "accepted")) {
        take_accepted(bulk, unit, message_number(reply.map, "seq", UNIT_WITHOUT_SEQ));
    } else {
        try_anew(unit);
    }
    return EXIT_DONE;
}

// Late units by the ids under which they may be in the log.
struct late {
    struct bulk *bulk;
    struct index by_id;
    uint32_t     count;
};

static uint64_t hash_of_id(const uint8_t id[PROPOSAL_ID_SIZE])
{
    uint64_t hash = 0;
    memcpy(&hash, id, sizeof hash);
    return hash;
}

static bool find_late(struct bulk *bulk, struct late *late)
{
    *late = (struct late){.bulk = bulk};
    if (index_init(&late->by_id, UNIT_MAX, NULL) != OK) return false;
    for (uint32_t i = 1; i <= bulk->script->count; i++) {
        uint8_t            id[PROPOSAL_ID_SIZE];
        const struct unit *unit = script_unit(bulk->script, i);
        if (unit->state != UNIT_SENT) continue;
        applied_id(&bulk->applied, unit, id);
        index_add(&late->by_id, i, hash_of_id(id));
        late->count++;
    }
    return true;
}

static void look_at_leaf(struct late *late, struct bytes packed)
{
    struct leaf     leaf;
    struct proposal proposal;
    const char     *offence = NULL;
    if (!leaf_read(packed, &leaf) || !proposal_read(leaf.proposal, &proposal, &offence)) return;
    uint32_t at = index_first(&late->by_id, hash_of_id(proposal.id));
    for (; at != 0; at = index_next(&late->by_id, at)) {
        uint8_t      id[PROPOSAL_ID_SIZE];
        struct unit *unit = script_unit(late->bulk->script, at);
        applied_id(&late->bulk->applied, unit, id);
        if (unit->state != UNIT_SENT || memcmp(id, proposal.id, sizeof id) != 0) continue;
        if (leaf.verdict.code == ACCEPTED) take_accepted(late->bulk, unit, leaf.seq);
    }
}

static enum exit_code ask_log(struct bulk *bulk, uint64_t after, struct licet_reply *reply)
{
    uint8_t       memory[REQUEST_SIZE_MAX];
    struct buffer request = buffer_over(memory, sizeof memory);
    message_begin_request(&request, "log", 2);
    pack_key(&request, "after");
    pack_number(&request, after);
    pack_key(&request, "limit");
    pack_number(&request, LOG_PAGE);
    return query_once(bulk->call, buffer_bytes(&request), reply);
}

// What is not in the log when its not_after has passed never will be.
static enum exit_code settle_by_log(struct bulk *bulk)
{
    struct late    late;
    enum exit_code code = EXIT_DONE;
    if (!find_late(bulk, &late)) {
        return complain(bulk->call, EXIT_UNREACHABLE, "%s", status_sentence(STATUS_OUT_OF_MEMORY));
    }
    for (uint64_t after = bulk->applied.from; late.count > 0 && code == EXIT_DONE;) {
        struct licet_reply reply;
        struct bytes       event;
        code = ask_log(bulk, after, &reply);
        if (code != EXIT_DONE) break;
        struct message_items events = message_list(reply.map, "events");
        while (message_next(&events, &event)) {
            look_at_leaf(&late, message_binary(event, "leaf"));
        }
        after = message_number(reply.map, "next", after);
        if (after >= message_number(reply.map, "seq", 0)) break;
    }
    index_release(&late.by_id);
    for (uint32_t i = 1; i <= bulk->script->count && code == EXIT_DONE; i++) {
        struct unit *unit = script_unit(bulk->script, i);
        if (unit->state == UNIT_SENT) try_anew(unit);
    }
    return code;
}

enum exit_code bulk_settle(struct bulk *bulk)
{
    enum exit_code code = EXIT_DONE;
    for (uint32_t i = 1; i <= bulk->script->count && code == EXIT_DONE; i++) {
        struct unit *unit = script_unit(bulk->script, i);
        if (unit->state == UNIT_SENT) code = settle_by_outcome(bulk, unit);
    }
    return code == EXIT_DONE ? settle_by_log(bulk) : code;
}

// --- Preview ----------------------------------------------------------------

static enum exit_code add_to_preview(struct bulk *bulk, uint32_t index, bool *is_full)
{
    struct licet_proposal proposal = {.is_signed = false};
    const enum exit_code  code = make_proposal(bulk, script_unit(bulk->script, index), &proposal);
    if (code != EXIT_DONE) return code;
    const size_t room = bulk->items.size_max - bulk->items.size;
    *is_full =
        bulk->open.count == MESSAGE_PROPOSAL_MAX || room < proposal.packed.size + ITEM_OVERHEAD;
    if (*is_full) return EXIT_DONE;
    licet_proposal_add(&proposal, true, &bulk->items);
    bulk->open.units[bulk->open.count++] = index;
    return EXIT_DONE;
}

static enum exit_code print_previews(struct bulk *bulk, struct bytes map, bool prints_all)
{
    enum exit_code       code = EXIT_DONE;
    struct message_items verdicts = message_list(map, "verdicts");
    struct bytes         packed;
    for (uint32_t i = 0; i < bulk->open.count && message_next(&verdicts, &packed); i++) {
        enum message_outcome outcome = MESSAGE_ERROR;
        struct bytes         verdict;
        const struct unit   *unit = script_unit(bulk->script, bulk->open.units[i]);
        if (!message_read_reply(packed, &outcome, &verdict)) continue;
        if (outcome != MESSAGE_OK) code = EXIT_REFUSED;
        if (prints_all || outcome != MESSAGE_OK) print_verdict(bulk, unit, outcome, verdict);
        if (!prints_all || outcome != MESSAGE_OK || bulk->call->globals.is_json) continue;
        (void)fprintf(bulk->call->out, "%s:%u: would be accepted\n", bulk->script->file,
                      unit->line);
    }
    return code;
}

enum exit_code bulk_preview(struct bulk *bulk, bool prints_all)
{
    enum exit_code     code = EXIT_DONE;
    bool               is_full = false;
    struct licet_reply reply;
    struct buffer      request = buffer_over(bulk->request, sizeof bulk->request);
    bulk->reader.licet = bulk->call->licet;
    bulk->reader.maker.now_ms = licet_time_ms(bulk->call->licet);
    bulk->items = buffer_over(bulk->items_memory, sizeof bulk->items_memory);
    bulk->open.count = 0;
    for (uint32_t i = 1; i <= bulk->script->count && !is_full && code == EXIT_DONE; i++) {
        if (script_unit(bulk->script, i)->state != UNIT_LEFT) continue;
        code = add_to_preview(bulk, i, &is_full);
    }
    if (code != EXIT_DONE || bulk->open.count == 0) return code;
    licet_proposals_request(bulk->open.count, buffer_bytes(&bulk->items), LICET_PREVIEW, &request);
    code = query_once(bulk->call, buffer_bytes(&request), &reply);
    if (code == EXIT_DONE) code = print_previews(bulk, reply.map, prints_all);
    if (is_full && !bulk->call->globals.is_json) {
        (void)fprintf(stderr, "those behind line %u are looked at when these are done\n",
                      script_unit(bulk->script, bulk->open.units[bulk->open.count - 1])->line);
    }
    return code;
}
