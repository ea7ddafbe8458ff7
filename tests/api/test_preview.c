// X13: a preview tells what applying the same at the same head does: over random histories, the
// verdict, the reasons, the differences per group and who is suspended.
//
//   PREVIEW_SEED=7    plays one history
#include "api/daemon/answer.h"
#include "api/daemon/preview.h"
#include "api/wire/message.h"
#include "projections/access.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "tests/oracle/compose.h"
#include "tests/support/chronicle.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HISTORY_COUNT = 40, STEP_COUNT = 300, PLACE_MAX = 4096, UNIT_MAX = 8192 };

// Every group with an account of a resource, as it looks.
struct place {
    entity_id            group;
    uint32_t             resource;
    struct resource_view view;
};

// A holding, and why it gives no access, if so.
struct unit {
    entity_id    id;
    enum refusal code;
};

struct look {
    uint32_t     place_count, unit_count;
    struct place places[PLACE_MAX];
    struct unit  units[UNIT_MAX];
};

static struct look   before, after;
static struct daemon previewing;
static uint8_t       room[ANSWER_SIZE_MAX];
static uint32_t      change_count, loss_count;

static void look(const struct state *state, uint64_t ms, struct look *seen)
{
    seen->place_count = 0;
    seen->unit_count = 0;
    for (uint32_t at = SERVER_GROUP; at != 0; at = group_walk(state, at, SERVER_GROUP)) {
        uint32_t account = group_at(state, at)->first_account;
        for (; account != 0; account = account_at(state, account)->next_of_group) {
            const uint32_t resource = account_at(state, account)->resource;
            cr_assert(lt(u32, seen->place_count, PLACE_MAX));
            seen->places[seen->place_count++] = (struct place){
                group_at(state, at)->id, resource, view_resource_now(state, at, resource, ms)};
        }
    }
    uint32_t resource = server_at(state)->newest_resource;
    for (; resource != 0; resource = resource_at(state, resource)->next) {
        uint32_t at = resource_at(state, resource)->first_holding;
        for (; at != 0; at = holding_at(state, at)->next) {
            cr_assert(lt(u32, seen->unit_count, UNIT_MAX));
            seen->units[seen->unit_count++] =
                (struct unit){holding_at(state, at)->id, holding_access(state, at, ms).code};
        }
    }
}

static const struct place *find(const struct look *seen, const struct place *place)
{
    for (uint32_t i = 0; i < seen->place_count; i++) {
        if (seen->places[i].group == place->group && seen->places[i].resource == place->resource) {
            return &seen->places[i];
        }
    }
    return NULL;
}

static enum refusal access_of(const struct look *seen, entity_id id)
{
    for (uint32_t i = 0; i < seen->unit_count; i++) {
        if (seen->units[i].id == id) return seen->units[i].code;
    }
    return NOT_HELD;
}

// A block suspends nobody (X12).
static bool is_lost(entity_id id)
{
    const enum refusal code = access_of(&after, id);
    return access_of(&before, id) == ACCEPTED && code != ACCEPTED && code != BLOCKED;
}

// What must be told: everything but what others leave available.
static bool is_told_difference(const struct resource_view *a, const struct resource_view *b)
{
    return a->maximum != b->maximum || a->used != b->used || a->suspended != b->suspended ||
           a->status != b->status || a->notice != b->notice;
}

static void expect_numbers(struct bytes told, const struct resource_view *view, const char *what)
{
    cr_expect(eq(u64, message_number(told, "maximum", 7777), view->maximum), "%s", what);
    cr_expect(eq(u64, message_number(told, "used", 7777), view->used), "%s", what);
    cr_expect(eq(u64, message_number(told, "available", 7777), view->available), "%s", what);
    cr_expect(eq(u64, message_number(told, "suspended", 7777), view->suspended), "%s", what);
    const char *status = resource_status_word(view->status);
    cr_expect(bytes_is_equal(message_text(told, "status"), bytes_of_text(status)), "%s", what);
}

// --- The reply against what then came ---------------------------------------

struct seen_change {
    entity_id    group;
    uint32_t     resource;
    struct bytes before, after;
    bool         was_there;
};

static struct seen_change changes[PLACE_MAX];

static uint32_t read_changes(const struct state *state, struct bytes map)
{
    struct message_items items = message_list(map, "changes");
    uint32_t             count = 0;
    cr_expect(eq(u64, message_number(map, "changes_count", 7777), items.count));
    for (struct bytes item; message_next(&items, &item);) {
        struct seen_change *one = &changes[count++];
        const uint32_t      group = group_find(state, message_text(item, "group"));
        cr_assert(ne(u32, group, 0));
        one->group = group_at(state, group)->id;
        one->resource = resource_find(state, message_text(item, "resource"));
        one->was_there = !message_is_nil(item, "before");
        cr_assert(message_find(item, "after", &one->after));
        if (one->was_there) cr_assert(message_find(item, "before", &one->before));
    }
    return count;
}

static const struct seen_change *find_change(uint32_t count, const struct place *place)
{
    for (uint32_t i = 0; i < count; i++) {
        if (changes[i].group == place->group && changes[i].resource == place->resource) {
            return &changes[i];
        }
    }
    return NULL;
}

// On the state after the event, of which both looks and the reply are told.
static void compare_changes(const struct state *state, struct bytes map)
{
    const uint32_t count = read_changes(state, map);
    for (uint32_t i = 0; i < after.place_count; i++) {
        const struct place       *is = &after.places[i];
        const struct place       *was = find(&before, is);
        const struct seen_change *told = find_change(count, is);
        const bool                must_be_told =
            was == NULL ? is->view.used > 0 : is_told_difference(&was->view, &is->view);
        if (told == NULL) {
            cr_expect(not(must_be_told));
            continue;
        }
        expect_numbers(told->after, &is->view, "after");
        if (was != NULL) expect_numbers(told->before, &was->view, "before");
        change_count++;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct place place = {.group = changes[i].group, .resource = changes[i].resource};
        cr_expect(ne(ptr, (void *)(uintptr_t)find(&after, &place), NULL));
    }
}

// Whoever had access and is there without it; what was given back is no loss.
static void compare_losses(const struct state *state, struct bytes map)
{
    struct message_items items = message_list(map, "suspended");
    uint32_t             lost = 0;
    for (struct bytes item; message_next(&items, &item);) {
        const uint32_t at =
            unit_find(state, message_text(item, "resource"), message_text(item, "unit"));
        cr_assert(ne(u32, at, 0));
        cr_expect(is_lost(holding_at(state, at)->id));
    }
    uint32_t resource = server_at(state)->newest_resource;
    for (; resource != 0; resource = resource_at(state, resource)->next) {
        uint32_t at = resource_at(state, resource)->first_holding;
        for (; at != 0; at = holding_at(state, at)->next) {
            lost += holding_is_there(state, at) && is_lost(holding_at(state, at)->id);
        }
    }
    cr_expect(eq(u64, message_number(map, "suspended_count", 7777), lost));
    cr_expect(eq(u32, items.count, lost < LOSS_MAX ? lost : (uint32_t)LOSS_MAX));
    loss_count += lost;
}

// --- A history --------------------------------------------------------------

static bool is_same_decision(const struct decision *a, const struct decision *b)
{
    if (a->verdict.code != b->verdict.code || a->verdict.node != b->verdict.node) return false;
    if (a->why.total != b->why.total || a->why.count != b->why.count) return false;
    for (uint32_t i = 0; i < a->why.count; i++) {
        const struct reason *one = &a->why.reasons[i], *other = &b->why.reasons[i];
        if (one->constraint.code != other->constraint.code || one->node != other->node)
            return false;
        if (one->constraint.limit != other->constraint.limit) return false;
        if (one->constraint.used != other->constraint.used) return false;
    }
    return true;
}

static void step(struct chronicle *chronicle)
{
    struct state        *state = chronicle->state;
    struct buffer        reply = buffer_over(room, sizeof room);
    enum message_outcome outcome;
    struct bytes         map = {NULL, 0};
    chronicle_next(chronicle);
    previewing.state = state;
    previewing.now_ms = chronicle->time_ms;
    rules_decide(state, &chronicle->proposal, chronicle->actor, chronicle->time_ms,
                 &previewing.decision);
    const bool is_accepted = previewing.decision.verdict.code == ACCEPTED;
    look(state, chronicle->time_ms, &before);
    if (is_accepted) {
        preview_accepted(&previewing, &chronicle->proposal, 1, &reply);
        cr_assert(not(reply.is_full));
        cr_assert(message_read_reply(buffer_bytes(&reply), &outcome, &map));
    }
    chronicle_take(chronicle);
    cr_expect(is_same_decision(&previewing.decision, &chronicle->decision));
    if (!is_accepted) return;
    look(state, chronicle->time_ms, &after);
    compare_changes(state, map);
    compare_losses(state, map);
}

static void play(uint64_t seed)
{
    struct chronicle *chronicle = chronicle_open(seed);
    for (uint32_t i = 0; i < STEP_COUNT; i++) {
        step(chronicle);
    }
    chronicle_close(chronicle);
}

Test(preview, X13_tells_what_applying_does)
{
    const char *seed = getenv("PREVIEW_SEED");
    compose_start();
    for (uint64_t i = 1; seed == NULL && i <= HISTORY_COUNT; i++) {
        play(i);
    }
    if (seed != NULL) play(strtoull(seed, NULL, 10));
    cr_expect(gt(u32, change_count, 100));
    cr_expect(gt(u32, loss_count, 5));
}
