#include "api/daemon/refusals.h"

#include "api/daemon/daemon.h"
#include "projections/actors.h"

#include <assert.h>
#include <string.h>

#define MINUTE_MS ((uint64_t)60 * 1000)

static struct refusal_meter *meter_of(struct refusals *refusals, entity_id author)
{
    for (uint32_t i = 0; i < REFUSAL_METER_COUNT; i++) {
        const uint64_t        at = (author + i) % REFUSAL_METER_COUNT;
        struct refusal_meter *meter = &refusals->meters[at];
        if (meter->author == 0) meter->author = author;
        if (meter->author == author) return meter;
    }
    return NULL;
}

bool refusals_is_logged(struct refusals *refusals, entity_id author, uint64_t rate, uint64_t now_ms)
{
    const uint64_t minute = now_ms / MINUTE_MS;
    if (refusals->minute != minute) {
        memset(refusals->meters, 0, sizeof refusals->meters);
        refusals->minute = minute;
    }
    struct refusal_meter *meter = meter_of(refusals, author);
    if (meter == NULL || meter->logged_count >= rate) return false;
    meter->logged_count++;
    return true;
}

static bool add(struct refusal_sums *sums, const struct refusal_sum *more)
{
    for (uint32_t i = 0; i < sums->count; i++) {
        struct refusal_sum *sum = &sums->sums[i];
        if (sum->author != more->author || sum->code != more->code) continue;
        sum->count += more->count;
        return true;
    }
    if (sums->count == REFUSAL_COUNT_MAX) return false;
    sums->sums[sums->count++] = *more;
    return true;
}

// What does not fit is lost: many more authors than there is room for were refused too often, and
// the storage failed.
static void merge(struct refusal_sums *into, const struct refusal_sums *sums)
{
    if (sums->count == 0) return;
    if (into->count == 0 || sums->from_ms < into->from_ms) into->from_ms = sums->from_ms;
    for (uint32_t i = 0; i < sums->count; i++) {
        (void)add(into, &sums->sums[i]);
    }
}

void refusals_count(struct refusals *refusals, entity_id author, enum refusal code, uint64_t now_ms)
{
    const struct refusal_sum one = {author, code, 1};
    if (refusals->counted.count == 0) refusals->counted.from_ms = now_ms;
    const bool is_added = add(&refusals->counted, &one);
    assert(is_added);
}

bool refusals_have_room(const struct refusals *refusals)
{
    return refusals->counted.count < REFUSAL_COUNT_MAX;
}

bool refusals_are_due(const struct refusals *refusals, uint64_t now_ms)
{
    return refusals->counted.count > 0 &&
           refusals->counted.from_ms / MINUTE_MS != now_ms / MINUTE_MS;
}

static void write_sum(const struct state *state, const struct refusal_sum *sum,
                      struct buffer *packed)
{
    const struct actor        *author = actor_at(state, actor_by_id(state, sum->author));
    const struct refusal_count count = {text_of(state, author->name), (uint64_t)sum->code,
                                        sum->count};
    pack_array(packed, refusal_count_record.field_count);
    record_write(&refusal_count_record, &count, packed);
}

enum status refusals_tell(struct daemon *daemon)
{
    static uint8_t       room[PROPOSAL_SIZE_MAX]; // the loop is one thread
    struct refusal_sums *counted = &daemon->refusals.counted;
    struct buffer        packed = buffer_over(room, sizeof room);
    if (counted->count == 0) return OK;
    for (uint32_t i = 0; i < counted->count; i++) {
        write_sum(daemon->state, &counted->sums[i], &packed);
    }
    const struct event event = {
        .kind = REFUSALS_COUNTED,
        .of.refusals_counted = {.from_ms = counted->from_ms,
                                .counts = {buffer_bytes(&packed), counted->count}}
    };
    const enum status status = daemon_append_own(daemon, &event);
    if (status == OK) {
        merge(&daemon->refusals.told, counted);
        counted->count = 0;
    }
    return status;
}

void refusals_end(struct refusals *refusals, bool is_durable)
{
    if (!is_durable) merge(&refusals->counted, &refusals->told);
    refusals->told.count = 0;
}
