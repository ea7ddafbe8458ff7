#include "core/base/name.h"
#include "projections/groups.h"
#include "projections/schedule.h"
#include "replay/commands.h"
#include "replay/group_state.h"
#include "replay/json.h"
#include "replay/replaying.h"

#include <inttypes.h>
#include <stdio.h>

// How much of the log is told, and up to when its windows are settled.
struct moment {
    uint64_t size;
    uint64_t ms; // TIME_NEVER: the time of the last event
};

static enum status time_of(struct ledger *ledger, uint64_t seq, uint64_t *ms)
{
    struct bytes packed;
    struct leaf  leaf;
    enum status  status = ledger_read(ledger, seq, &packed);
    if (status != OK) return status;
    if (!leaf_read(packed, &leaf)) return STATUS_CORRUPT;
    *ms = leaf.time_ms;
    return OK;
}

// How many events are not after the instant; their times never decrease.
static enum status size_at(struct ledger *ledger, uint64_t ms, uint64_t *size)
{
    uint64_t low = ledger_first(ledger), high = ledger_end(ledger);
    while (low < high) {
        const uint64_t    middle = low + (high - low) / 2;
        uint64_t          time_ms = 0;
        const enum status status = time_of(ledger, middle, &time_ms);
        if (status != OK) return status;
        if (time_ms <= ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *size = low;
    return OK;
}

static enum outcome find_moment(struct ledger *ledger, const char *when, struct moment *moment)
{
    uint64_t     seq = 0;
    struct bytes text = bytes_of_text(when);
    moment->ms = TIME_NEVER;
    if (bytes_to_decimal(text, UINT64_MAX - 1, &seq)) {
        moment->size = seq + 1;
        if (seq < ledger_end(ledger)) return OUTCOME_CLEAN;
        (void)fprintf(stderr, "licet-replay: there is no event %s yet\n", when);
        return OUTCOME_USAGE;
    }
    if (!time_from_text(text, &moment->ms)) {
        (void)fprintf(stderr, "licet-replay: '%s' is neither a seq nor a time\n", when);
        return OUTCOME_USAGE;
    }
    const enum status status = size_at(ledger, moment->ms, &moment->size);
    if (status == OK && moment->size > 0) return OUTCOME_CLEAN;
    (void)fprintf(stderr, "licet-replay: %s\n",
                  status == OK ? "the ledger was not open then" : status_sentence(status));
    return status == OK ? OUTCOME_USAGE : OUTCOME_INTEGRITY;
}

// What the next boundaries would have done.
static void settle(struct state *state, uint64_t ms)
{
    const uint64_t        seq = server_at(state)->size;
    struct change_context context = {state, ms, entity_id_of(seq, 0), seq};
    const struct event    boundary = {.kind = BOUNDARY, .of.boundary = {.edge_ms = ms}};
    server_edit(state)->time_ms = ms;
    while (schedule_next(state) <= ms) {
        boundary_apply(&context, &boundary);
    }
}

static enum outcome show(const struct replaying *replaying, const struct options *options,
                         uint64_t ms)
{
    const struct bytes path = bytes_of_text(options->group);
    const uint32_t     group = path_is_valid(path) ? group_find(replaying->state, path) : 0;
    struct group_state shown;
    if (group == 0) {
        (void)fprintf(stderr, "licet-replay: there was no group %s then\n", options->group);
        return OUTCOME_USAGE;
    }
    group_state_init(&shown, replaying->state, group, ms);
    if (options->is_json) {
        json_print_state(&shown, stdout);
    } else {
        group_state_print(&shown, stdout);
    }
    return OUTCOME_CLEAN;
}

static enum outcome at(const struct options *options)
{
    static struct replaying replaying;
    struct moment           moment = {.size = 0};
    enum outcome            outcome = replaying_open(&replaying, options);
    if (outcome == OUTCOME_CLEAN) outcome = find_moment(replaying.ledger, options->when, &moment);
    if (outcome == OUTCOME_CLEAN) outcome = replaying_run(&replaying, moment.size);
    if (outcome == OUTCOME_CLEAN) {
        if (moment.ms == TIME_NEVER) {
            moment.ms = server_at(replaying.state)->time_ms;
        } else {
            settle(replaying.state, moment.ms);
        }
        outcome = show(&replaying, options, moment.ms);
    }
    replaying_close(&replaying);
    return outcome;
}

enum outcome at_run(const struct options *options)
{
    return sheltered(at, options);
}
