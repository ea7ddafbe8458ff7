#include "projections/transfer.h"

#include "projections/actors.h"
#include "projections/consumption.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/packages.h"
#include "projections/users.h"

// What becomes of a holding.
struct passing {
    uint32_t     at; // 0: it is not held
    struct bytes unit;
    uint32_t     user;
    bool         is_renamed, is_passed;
    uint8_t      room[NAME_SIZE_MAX];
};

static void find_passing(const struct state *state, const struct transfer *transfer,
                         struct passing *passing)
{
    passing->at = unit_find(state, transfer->resource, transfer->unit);
    passing->user = transfer->to_user.at == NULL ? 0 : user_find(state, transfer->to_user);
    passing->is_renamed = false;
    passing->is_passed = false;
    if (passing->at == 0) return;
    const struct holding    *holding = holding_at(state, passing->at);
    const struct resource   *resource = resource_at(state, holding_resource(state, passing->at));
    const enum resource_kind kind = (enum resource_kind)resource->kind;
    passing->is_passed = passing->user != 0 && passing->user != holding->user;
    passing->unit = text_of(state, holding->unit);
    if (transfer->to_unit.at == NULL) return;
    passing->unit = unit_fold(kind, transfer->to_unit, passing->room);
    passing->is_renamed = !text_is(state, holding->unit, passing->unit);
}

bool transfer_is_allowed(const struct question *question, const struct event *event)
{
    (void)event;
    return actor_at(question->state, question->actor)->role == AGENT;
}

// As for one more unit of the resource.
static void judge_one_more(struct question *question, uint32_t user, uint32_t holding)
{
    const uint32_t resource = holding_resource(question->state, holding);
    user_judge_unit(question, user, resource, question->charged);
}

// What it is bound to goes along.
static void judge_user(struct question *question, const struct passing *passing)
{
    const struct state *state = question->state;
    const uint32_t      bound = holding_at(state, passing->at)->bound;
    if (!passing->is_passed) return;
    judge_one_more(question, passing->user, passing->at);
    if (bound != 0) judge_one_more(question, passing->user, bound);
}

static void judge_passing(struct question *question, const struct transfer *transfer,
                          const struct passing *passing)
{
    const struct state *state = question->state;
    question->charged = holding_group(state, passing->at);
    if (passing->user != 0 && member_find(state, passing->user, question->charged) == 0) {
        refuse_at(question, NOT_A_MEMBER, question->charged);
    }
    const uint32_t held = holding_find(state, holding_resource(state, passing->at), passing->unit);
    if (passing->is_renamed && held != 0) unit_judge_held(question, held, transfer->to_unit);
    judge_user(question, passing);
    question->is_no_news = !passing->is_renamed && !passing->is_passed;
}

// A device of which nothing is left without its signs (T10).
static bool is_no_unit(const struct state *state, const struct transfer *transfer)
{
    uint8_t        room[NAME_SIZE_MAX];
    const uint32_t resource = resource_find(state, transfer->resource);
    if (resource == 0 || transfer->to_unit.at == NULL) return false;
    const enum resource_kind kind = (enum resource_kind)resource_at(state, resource)->kind;
    return unit_fold(kind, transfer->to_unit, room).size == 0;
}

void transfer_judge(struct question *question, const struct event *event)
{
    const struct transfer *transfer = &event->of.transfer;
    const struct state    *state = question->state;
    struct passing         passing;
    if (is_no_unit(state, transfer)) {
        refuse_malformed(question, "to_unit");
        return;
    }
    find_passing(state, transfer, &passing);
    // What is held out of the asker's reach reads as not held.
    const bool is_seen = passing.at != 0 &&
                         actor_reads(state, question->actor, holding_group(state, passing.at)) &&
                         !lease_is_over(state, passing.at, question->now_ms);
    const bool is_known = transfer->to_user.at == NULL || user_is_told(question, passing.user);
    if (!is_known) refuse_name(question, UNKNOWN_USER, transfer->to_user);
    if (!is_seen) {
        refuse_name(question, NOT_HELD, transfer->unit);
    } else if (is_known) {
        judge_passing(question, transfer, &passing);
    }
}

void transfer_apply(struct change_context *context, const struct event *event)
{
    struct state  *state = context->state;
    struct passing passing;
    find_passing(state, &event->of.transfer, &passing);
    const uint32_t bound = holding_at(state, passing.at)->bound;
    if (passing.is_renamed) holding_rename(state, passing.at, passing.unit);
    if (passing.is_passed) {
        holding_pass(state, passing.at, passing.user);
        if (bound != 0) holding_pass(state, bound, passing.user);
    }
    state_note_change(state, holding_group(state, passing.at), holding_resource(state, passing.at));
}
