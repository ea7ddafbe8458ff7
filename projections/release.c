#include "projections/release.h"

#include "projections/actors.h"
#include "projections/bindings.h"
#include "projections/holdings.h"

enum { DIRECTIONS_BOTH = 1 << DIRECTION_IN | 1 << DIRECTION_OUT };

// The directions that are left; none, and the unit is free.
static uint8_t directions_after(const struct state *state, const struct release *release,
                                uint32_t at)
{
    const uint8_t bit = unit_direction(release->direction);
    return (uint8_t)(holding_at(state, at)->directions & ~(bit == 0 ? DIRECTIONS_BOTH : bit));
}

// B11: what another stands on goes with that one, or not at all.
static void judge_use(struct question *question, const struct release *release, uint32_t at)
{
    const struct state *state = question->state;
    const uint32_t      above = bound_above(state, at);
    if (above == 0 || release->is_cascade || directions_after(state, release, at) != 0) return;
    refuse(question, (struct constraint){.code = UNIT_IN_USE,
                                         .group = question->charged,
                                         .limit = LIMIT_NONE,
                                         .used = LIMIT_NONE,
                                         .until_ms = TIME_NEVER,
                                         .name = text_of(state, holding_at(state, above)->unit)});
}

void release_judge(struct question *question, const struct event *event)
{
    const struct release *release = &event->of.release;
    const struct state   *state = question->state;
    const uint32_t        at = unit_find(state, release->resource, release->unit);
    // What is held out of the asker's reach reads as not held.
    const bool is_seen = at != 0 && actor_reads(state, question->actor, holding_group(state, at));
    const uint8_t bit = unit_direction(release->direction);
    if (!is_seen) {
        refuse_name(question, NOT_HELD, release->unit);
        return;
    }
    const struct resource *resource = resource_at(state, holding_resource(state, at));
    question->charged = holding_group(state, at);
    if (bit != 0 && resource->kind != PER_DEVICE) {
        refuse_malformed(question, "direction");
    } else if (bit != 0 && (holding_at(state, at)->directions & bit) == 0) {
        refuse_name(question, NOT_HELD, release->unit);
    } else {
        judge_use(question, release, at);
    }
}

void release_apply(struct change_context *context, const struct event *event)
{
    const struct release *release = &event->of.release;
    struct state         *state = context->state;
    const uint32_t        at = unit_find(state, release->resource, release->unit);
    const uint8_t         left = directions_after(state, release, at);
    holding_edit(state, at)->directions = left;
    if (left == 0) holding_remove(state, at);
}
