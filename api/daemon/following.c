#include "api/daemon/following.h"

#include "projections/groups.h"

static_assert((FOLLOWING_MAX & (FOLLOWING_MAX - 1)) == 0, "a place is a remainder for ever");

// What was before the change is not known.
static void forget(struct following *following, uint64_t number)
{
    following->first = number;
    following->count = 0;
}

static void note(struct following *following, uint64_t number)
{
    uint64_t *place = &following->noted[following->count % FOLLOWING_MAX];
    if (following->count >= FOLLOWING_MAX) following->first = *place + 1; // that one is forgotten
    *place = number;
    following->count++;
}

// What happens above the top changes what may be used below it.
static bool matters(const struct state *state, uint32_t top, uint32_t changed)
{
    return group_is_within(state, changed, top) || group_is_within(state, top, changed);
}

void following_look(struct following *following, const struct state *state, uint32_t top)
{
    const uint64_t end = state_change_count(state);
    struct change  change;
    const bool     is_behind = end < following->next || end - following->next > CHANGE_RING_SIZE;
    if (top != following->top || is_behind) {
        forget(following, end);
        following->next = end;
    }
    following->top = top;
    for (; following->next < end; following->next++) {
        if (!state_change_at(state, following->next, &change)) {
            forget(following, following->next + 1);
        } else if (matters(state, top, change.group)) {
            note(following, following->next);
        }
    }
}

// The place of the first one noted at or behind a number.
static uint64_t place_from(const struct following *following, uint64_t number)
{
    const uint64_t end = following->count;
    uint64_t       low = end > FOLLOWING_MAX ? end - FOLLOWING_MAX : 0, high = end;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (following->noted[middle % FOLLOWING_MAX] < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool following_find(const struct following *following, const struct state *state, uint64_t *next,
                    struct changed_groups *changed)
{
    struct change change;
    changed->count = 0;
    if (*next < following->first) return false;
    for (uint64_t place = place_from(following, *next); place < following->count; place++) {
        *next = following->noted[place % FOLLOWING_MAX];
        if (!state_change_at(state, *next, &change)) return false;
        if (!changed_groups_have_room(changed)) return true;
        changed_groups_note(state, following->top, &change, changed);
    }
    *next = following->next;
    return true;
}
