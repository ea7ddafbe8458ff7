#include "api/daemon/answer.h"

#include "api/daemon/ask.h"
#include "api/daemon/preview.h"
#include "projections/groups.h"
#include "projections/hint.h"
#include "projections/quota.h"

#include <assert.h>

void answer_ok(struct buffer *reply, uint32_t entry_count)
{
    pack_array(reply, 2);
    pack_key(reply, "ok");
    pack_map(reply, entry_count);
}

void answer_error(struct buffer *reply, const char *code, struct bytes detail)
{
    pack_array(reply, 2);
    pack_key(reply, "error");
    pack_map(reply, 2);
    put_text(reply, "code", bytes_of_text(code));
    put_text(reply, "detail", detail);
}

void answer_failure(struct buffer *reply, enum status status)
{
    const char *code = status == STATUS_NOT_FOUND    ? "NOT_FOUND"
                       : status == STATUS_OVERLOADED ? "OVERLOADED"
                                                     : "STORAGE_FAILED";
    if (status == STATUS_ARCHIVED) {
        answer_error(
            reply, "ARCHIVED",
            bytes_of_text("it is in the archive: licet-replay print, why and prove read it "
                          "with --archive DIR"));
        return;
    }
    answer_error(reply, code, bytes_of_text(status_sentence(status)));
}

// --- Values -----------------------------------------------------------------

void put_number(struct buffer *reply, const char *key, uint64_t number)
{
    pack_key(reply, key);
    pack_number(reply, number);
}

void put_limit(struct buffer *reply, const char *key, uint64_t number)
{
    pack_key(reply, key);
    if (number == UINT64_MAX) {
        pack_nil(reply);
    } else {
        pack_number(reply, number);
    }
}

void put_time(struct buffer *reply, const char *key, uint64_t ms)
{
    put_limit(reply, key, ms);
}

void put_text(struct buffer *reply, const char *key, struct bytes text)
{
    pack_key(reply, key);
    pack_text(reply, text);
}

void put_optional_text(struct buffer *reply, const char *key, struct bytes text)
{
    pack_key(reply, key);
    if (text.size == 0) {
        pack_nil(reply);
    } else {
        pack_text(reply, text);
    }
}

void put_binary(struct buffer *reply, const char *key, struct bytes binary)
{
    pack_key(reply, key);
    pack_binary(reply, binary);
}

void put_flag(struct buffer *reply, const char *key, bool flag)
{
    pack_key(reply, key);
    pack_flag(reply, flag);
}

void put_path(struct buffer *reply, const char *key, const struct state *state, uint32_t group)
{
    uint8_t       room[PATH_SIZE_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    if (group != 0) group_add_path(state, group, &path);
    put_optional_text(reply, key, buffer_bytes(&path));
}

void put_notice(struct buffer *reply, const struct resource_view *view)
{
    pack_key(reply, "notice");
    if (view->notice == NOTICE_NONE) {
        pack_nil(reply);
        return;
    }
    pack_map(reply, 2);
    put_text(reply, "mark", bytes_of_text(notice_word(view->notice)));
    put_number(reply, "seq", view->notice_seq);
}

void put_resource(struct buffer *reply, const struct state *state, uint32_t group,
                  uint32_t resource, uint64_t ms)
{
    const struct resource_view view = view_resource(state, group, resource, ms);
    const struct resource     *row = resource_at(state, resource);
    pack_map(reply, 15);
    put_limit(reply, "activatable", view.activatable);
    put_number(reply, "available", view.available);
    put_path(reply, "bottleneck", state, view.bottleneck);
    put_text(reply, "kind", bytes_of_text(resource_kind_word((enum resource_kind)row->kind)));
    put_number(reply, "maximum", view.maximum);
    put_text(reply, "name", text_of(state, row->name));
    pack_key(reply, "next");
    if (view.next_ms == TIME_NEVER) {
        pack_nil(reply);
    } else {
        pack_map(reply, 2);
        put_number(reply, "maximum", view.next_maximum);
        put_number(reply, "when", view.next_ms);
    }
    put_notice(reply, &view);
    put_number(reply, "over", view.over);
    put_limit(reply, "own_limit", view.own_limit);
    put_text(reply, "status", bytes_of_text(resource_status_word(view.status)));
    put_number(reply, "suspended", view.suspended);
    put_limit(reply, "unallocated", view.unallocated);
    put_time(reply, "until", view.until_ms);
    put_number(reply, "used", view.used);
}

// --- Pages ------------------------------------------------------------------

void page_init(struct page *page, uint64_t limit)
{
    page->items = buffer_over(page->room, sizeof page->room);
    page->count = 0;
    page->count_max = limit == ARGUMENT_ABSENT ? PAGE_DEFAULT : (uint32_t)limit;
    page->next = ARGUMENT_ABSENT;
}

bool page_has_room(const struct page *page)
{
    return page->count < page->count_max && page->items.size < PAGE_SIZE_MAX;
}

void put_page(struct buffer *reply, const char *key, const struct page *page)
{
    pack_key(reply, key);
    pack_array(reply, page->count);
    buffer_add(reply, buffer_bytes(&page->items));
    if (page->items.is_full) reply->is_full = true;
}

// --- Outcomes ---------------------------------------------------------------

// Of a group that is not told it is said at least that it is the user's: why else would it count?
static struct bytes hidden_place(enum refusal code)
{
    const bool is_users = code == STRICTEST_GROUP || code == USER_LIMIT || code == BLOCKED;
    return is_users ? bytes_of_text(OTHER_GROUP) : (struct bytes){NULL, 0};
}

static struct bytes place_of(const struct reason *reason)
{
    return reason->is_hidden ? hidden_place(reason->constraint.code) : reason->path;
}

void put_reason(struct buffer *reply, const struct reason *reason)
{
    const struct constraint *constraint = &reason->constraint;
    const bool               is_hidden = reason->is_hidden;
    uint8_t                  room[HINT_SIZE_MAX];
    struct buffer            hint = buffer_over(room, sizeof room);
    hint_add(reason, &hint);
    pack_map(reply, 7);
    put_optional_text(reply, "change", buffer_bytes(&hint));
    put_text(reply, "code", bytes_of_text(refusal_word(constraint->code)));
    put_limit(reply, "limit", is_hidden ? LIMIT_NONE : constraint->limit);
    put_optional_text(reply, "name", constraint->name);
    put_optional_text(reply, "node", place_of(reason));
    put_time(reply, "until", is_hidden ? TIME_NEVER : constraint->until_ms);
    put_limit(reply, "used", is_hidden ? LIMIT_NONE : constraint->used);
}

// As many as fit beside what else a refusal tells. Without reasons nobody knows how many there are
// any more: the present would give others.
static void put_why(struct buffer *reply, const struct why *why)
{
    static struct page page; // the loop is one thread
    page_init(&page, WHY_MAX);
    while (why != NULL && page.count < why->count && page.items.size < WHY_SIZE_MAX) {
        put_reason(&page.items, &why->reasons[page.count]);
        page.count++;
    }
    put_page(reply, "why", &page);
    put_limit(reply, "why_count", why == NULL ? LIMIT_NONE : why->total);
}

// The node of a verdict, as far as the asker may see it; nil after a group is gone.
static void put_node(struct buffer *reply, const struct state *state, const struct outcome *outcome)
{
    const struct verdict *verdict = outcome->verdict;
    const struct why     *why = outcome->why;
    if (why != NULL) {
        put_optional_text(reply, "node", place_of(&why->decisive));
        return;
    }
    const bool is_at_node = verdict->node != NODE_NONE;
    if (is_at_node && outcome->is_hidden) {
        put_optional_text(reply, "node", hidden_place(verdict->code));
    } else {
        put_path(reply, "node", state, is_at_node ? group_by_id(state, verdict->node) : 0);
    }
}

// "limit" and "used" of the constraint that decided.
static void put_decisive(struct buffer *reply, const char *key, const struct outcome *outcome,
                         uint64_t of_reason, uint64_t of_verdict)
{
    const struct why *why = outcome->why;
    if (why != NULL) {
        put_limit(reply, key, why->decisive.is_hidden ? LIMIT_NONE : of_reason);
        return;
    }
    const bool is_told = outcome->verdict->node != NODE_NONE && !outcome->is_hidden;
    put_limit(reply, key, is_told ? of_verdict : LIMIT_NONE);
}

static void answer_refused(struct buffer *reply, const struct state *state,
                           const struct outcome *outcome, bool is_short)
{
    const struct verdict     *verdict = outcome->verdict;
    const struct refusal_row *row = refusal_row((uint64_t)verdict->code);
    const struct why         *why = outcome->why;
    const struct constraint  *first = why == NULL ? NULL : &why->decisive.constraint;
    pack_array(reply, 2);
    pack_key(reply, "refused");
    const bool is_lossy = outcome->losses != NULL && !is_short;
    pack_map(reply, is_lossy ? 12 : 10);
    put_text(reply, "code", bytes_of_text(refusal_word(row->code)));
    put_number(reply, "index", verdict->index);
    put_decisive(reply, "limit", outcome, first == NULL ? 0 : first->limit, verdict->limit);
    if (is_short) {
        put_optional_text(reply, "node", (struct bytes){NULL, 0});
    } else {
        put_node(reply, state, outcome);
    }
    put_text(reply, "sentence", bytes_of_text(row->sentence));
    put_limit(reply, "seq", outcome->seq);
    if (is_lossy) put_losses(reply, state, outcome->losses);
    put_number(reply, "time", outcome->time_ms);
    put_decisive(reply, "used", outcome, first == NULL ? 0 : first->used, verdict->used);
    put_why(reply, is_short ? NULL : why);
}

void put_warnings(struct buffer *reply, const struct why *warnings)
{
    pack_key(reply, "warnings");
    pack_array(reply, warnings->count);
    for (uint32_t i = 0; i < warnings->count; i++) {
        const struct reason *reason = &warnings->reasons[i];
        pack_map(reply, 3);
        put_text(reply, "name", reason->constraint.name);
        put_optional_text(reply, "node",
                          reason->is_hidden ? (struct bytes){NULL, 0} : reason->path);
        put_time(reply, "when", reason->constraint.until_ms);
    }
}

static void answer_accepted(struct buffer *reply, const struct outcome *outcome, bool is_short)
{
    const bool is_warned = outcome->warnings != NULL && outcome->warnings->count > 0 && !is_short;
    answer_ok(reply, 2U + outcome->has_access + is_warned);
    if (outcome->has_access) put_flag(reply, "access", outcome->is_access);
    put_limit(reply, "seq", outcome->seq);
    put_number(reply, "time", outcome->time_ms);
    if (is_warned) put_warnings(reply, outcome->warnings);
}

static void answer_at_length(struct buffer *reply, const struct state *state,
                             const struct outcome *outcome, bool is_short)
{
    if (outcome->verdict->code == ACCEPTED) {
        answer_accepted(reply, outcome, is_short);
    } else {
        answer_refused(reply, state, outcome, is_short);
    }
}

void answer_outcome(struct buffer *reply, const struct state *state, const struct outcome *outcome)
{
    const size_t start = reply->size;
    answer_at_length(reply, state, outcome, false);
    const bool is_long = reply->is_full || reply->size - start > outcome->size_max;
    if (outcome->size_max == 0 || !is_long) return;
    reply->size = start;
    reply->is_full = false;
    answer_at_length(reply, state, outcome, true);
    assert(reply->size - start <= ANSWER_SHORT_SIZE);
}
