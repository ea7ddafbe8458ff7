#include "api/daemon/wide_view.h"

#include "api/daemon/holding_view.h"
#include "api/daemon/survey.h"
#include "api/daemon/view.h"
#include "projections/actors.h"
#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/quota.h"

// --- Who holds a unit -------------------------------------------------------

static uint32_t find_unit(const struct state *state, struct bytes resource_name, struct bytes unit)
{
    const uint32_t resource = resource_find(state, resource_name);
    uint8_t        room[NAME_SIZE_MAX];
    if (resource == 0) return 0;
    const enum resource_kind kind = (enum resource_kind)resource_at(state, resource)->kind;
    return holding_find(state, resource, unit_fold(kind, unit, room));
}

// When the event was that took the unit: the log says it, unless it is archived.
static enum status since(struct daemon *daemon, uint32_t holding, uint64_t *ms)
{
    struct bytes      packed;
    struct leaf       leaf;
    const entity_id   id = holding_at(daemon->state, holding)->id;
    const enum status status = ledger_read(daemon->ledger, entity_seq(id), &packed);
    if (status == STATUS_ARCHIVED) return OK;
    if (status != OK) return status;
    if (!leaf_read(packed, &leaf)) return STATUS_CORRUPT;
    *ms = leaf.time_ms;
    return OK;
}

// A unit that nobody holds and one that is held out of sight read the same.
void who_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, struct buffer *reply)
{
    const struct state *state = daemon->state;
    uint32_t            at = find_unit(state, ask->arguments.resource, ask->arguments.unit);
    uint64_t            since_ms = TIME_NEVER;
    if (at != 0 && !actor_reads(state, actor, holding_group(state, at))) at = 0;
    const enum status status = at == 0 ? OK : since(daemon, at, &since_ms);
    if (status != OK) {
        answer_failure(reply, status);
        return;
    }
    answer_ok(reply, 5);
    put_flag(reply, "held", at != 0);
    pack_key(reply, "holding");
    if (at == 0) {
        pack_nil(reply);
    } else {
        put_holding(reply, daemon, at);
    }
    put_seq(reply, daemon);
    put_time(reply, "since", since_ms);
    put_now(reply, daemon);
}

// --- What ends soon ---------------------------------------------------------

// The place in a group: its packages come first, then, of the server, the entries of the licence
// files by their number, then the assignments, the newest first, by the id of the membership.
#define PLACE_LINES   ((uint64_t)1 << 62)
#define PLACE_MEMBERS ((uint64_t)2 << 62)
#define PLACE_MASK    (((uint64_t)1 << 62) - 1)

static bool ends_soon(const struct survey *survey, struct window window)
{
    const uint64_t now_ms = survey->daemon->now_ms;
    return window.until_ms > now_ms && window.until_ms != TIME_NEVER &&
           window.until_ms - now_ms <= survey->arguments->within;
}

static void put_end(struct survey *survey, const char *kind, struct bytes name, uint32_t user,
                    uint64_t until_ms)
{
    struct buffer *items = &survey->page->items;
    pack_map(items, 5);
    put_path(items, "group", survey->state, survey->group);
    put_text(items, "kind", bytes_of_text(kind));
    put_optional_text(items, "name", name);
    put_time(items, "until", until_ms);
    put_optional_text(items, "user",
                      user == 0 ? (struct bytes){NULL, 0}
                                : text_of(survey->state, user_at(survey->state, user)->name));
    survey->page->count++;
}

static void look_at_packages(struct survey *survey)
{
    uint32_t at = group_at(survey->state, survey->group)->first_package;
    for (; at != 0; at = package_at(survey->state, at)->next) {
        const struct package_record *package = package_at(survey->state, at);
        survey->look_count++;
        if (!ends_soon(survey, package->window)) continue;
        put_end(survey, "package", text_of(survey->state, package->name), 0,
                package->window.until_ms);
    }
}

static bool look_at_lines_of(struct survey *survey, uint32_t vendor, uint64_t *number)
{
    uint32_t at = vendor_at(survey->state, vendor)->first_line;
    for (; at != 0; at = line_at(survey->state, at)->next_of_vendor) {
        const struct line *line = line_at(survey->state, at);
        if (++*number <= (survey->item & PLACE_MASK)) continue;
        if (!survey_has_room(survey)) return false;
        survey->look_count++;
        survey->item = PLACE_LINES | *number;
        if (!line->is_current || !ends_soon(survey, line->window)) continue;
        put_end(survey, "entry",
                text_of(survey->state, resource_at(survey->state, line->resource)->name), 0,
                line->window.until_ms);
    }
    return true;
}

static bool look_at_lines(struct survey *survey)
{
    uint32_t vendor = server_at(survey->state)->first_vendor;
    uint64_t number = 0;
    for (; vendor != 0; vendor = vendor_at(survey->state, vendor)->next) {
        if (!look_at_lines_of(survey, vendor, &number)) return false;
    }
    return true;
}

static bool look_at_members(struct survey *survey)
{
    uint32_t at = group_at(survey->state, survey->group)->first_member;
    for (; at != 0; at = member_at(survey->state, at)->next_of_group) {
        const struct member *member = member_at(survey->state, at);
        if (member->id >= (survey->item & PLACE_MASK)) continue;
        if (!survey_has_room(survey)) return false;
        survey->look_count++;
        survey->item = PLACE_MEMBERS | member->id;
        if (!member->has_assignment || !ends_soon(survey, member->window)) continue;
        put_end(survey, "assignment", (struct bytes){NULL, 0}, member->user,
                member->window.until_ms);
    }
    return true;
}

static bool look_at_ends(struct survey *survey)
{
    if (survey->item == 0) {
        look_at_packages(survey);
        survey->item = PLACE_LINES;
    }
    if (survey->item < PLACE_MEMBERS) {
        if (survey->group == SERVER_GROUP && !look_at_lines(survey)) return false;
        survey->item = PLACE_MEMBERS | PLACE_MASK;
    }
    return look_at_members(survey);
}

void expiring_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                     struct buffer *reply)
{
    static const struct survey_row row = {"ends", look_at_ends};
    survey_answer(daemon, ask, actor, &row, reply);
}

// --- Where it gets tight ----------------------------------------------------

enum { TIGHT_PERCENT = 80 };

static bool is_tight(uint64_t limit, uint64_t used)
{
    return limit != LIMIT_NONE && used > 0 && used * 100 >= limit * TIGHT_PERCENT;
}

static void put_tight(struct survey *survey, uint32_t account, uint64_t limit)
{
    struct buffer        *items = &survey->page->items;
    const struct account *own = account_at(survey->state, account);
    pack_map(items, 6);
    put_path(items, "group", survey->state, survey->group);
    put_number(items, "limit", limit);
    put_text(items, "name",
             text_of(survey->state, resource_at(survey->state, own->resource)->name));
    put_number(items, "over", own->used > limit ? own->used - limit : 0);
    put_limit(items, "percent", limit == 0 ? LIMIT_NONE : (uint64_t)own->used * 100 / limit);
    put_number(items, "used", own->used);
    survey->page->count++;
}

// A resource's record stays where it is for ever: it is the place in the group.
static bool look_at_accounts(struct survey *survey)
{
    const struct state *state = survey->state;
    const uint32_t      last =
        survey->item == 0 ? 0 : account_find(state, survey->group, (uint32_t)survey->item);
    uint32_t at = last == 0 ? group_at(state, survey->group)->first_account
                            : account_at(state, last)->next_of_group;
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        if (!survey_has_room(survey)) return false;
        survey->look_count++;
        survey->item = account_at(state, at)->resource;
        const uint64_t limit = account_limit(state, at);
        if (is_tight(limit, account_at(state, at)->used)) put_tight(survey, at, limit);
    }
    return true;
}

void tight_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                  struct buffer *reply)
{
    static const struct survey_row row = {"limits", look_at_accounts};
    survey_answer(daemon, ask, actor, &row, reply);
}
