#include "api/daemon/history.h"

#include "api/daemon/answer.h"
#include "api/daemon/reminder_view.h"
#include "api/daemon/view.h"
#include "core/base/name.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/places.h"
#include "projections/quota.h"

#include <assert.h>
#include <string.h>

// --- The log ----------------------------------------------------------------

// The path that an event is about; no bytes for one about the server or a person's key.
static struct bytes event_path(const struct event *event)
{
    const struct kind_row *row = kind_row((uint64_t)event->kind);
    for (uint32_t i = 0; i < row->record->field_count; i++) {
        const struct field *field = &row->record->fields[i];
        if (field->type == FIELD_PATH) return field_bytes(field, &event->of);
    }
    return (struct bytes){NULL, 0};
}

// Of a group that was renamed. What happened in it while it stood elsewhere is for those alone who
// see all of the server.
static bool was_about(const struct state *state, uint64_t seq, struct bytes path, uint32_t top,
                      uint32_t actor)
{
    uint8_t       room[PATH_SIZE_MAX];
    struct buffer former = buffer_over(room, sizeof room);
    bool          is_elsewhere = false;
    if (!place_path(state, top, seq, &former, &is_elsewhere)) return false;
    if (is_elsewhere && !actor_is_server_wide(state, actor)) return false;
    return path_is_within(path, buffer_bytes(&former));
}

static bool is_about(const struct state *state, const struct leaf *leaf, const struct event *event,
                     uint32_t top, uint32_t actor)
{
    const struct bytes path = event_path(event);
    uint8_t            room[PATH_SIZE_MAX];
    struct buffer      own = buffer_over(room, sizeof room);
    if (top == SERVER_GROUP) return true;
    if (path.size == 0) {
        const bool     is_named = leaf->verdict.code == ACCEPTED && leaf->verdict.node != NODE_NONE;
        const uint32_t group = is_named ? group_by_id(state, leaf->verdict.node) : 0;
        return group != 0 && group_is_within(state, group, top);
    }
    // A path may have been another group's before, and the group may have had another one. Within a
    // plan it has both.
    const uint64_t placed_seq = group_placed(state, top);
    if (leaf->seq <= placed_seq && was_about(state, leaf->seq, path, top, actor)) return true;
    if (leaf->seq < placed_seq) return false;
    group_add_path(state, top, &own);
    return path_is_within(path, buffer_bytes(&own));
}

// All events of a plan must be, for the plan is told whole.
static bool is_plan_about(const struct state *state, const struct leaf *leaf,
                          const struct plan *plan, uint32_t top, uint32_t actor)
{
    struct list_reader events = list_start(plan->events);
    const char        *offence = NULL;
    for (struct bytes packed; list_next_packed(&events, &packed);) {
        struct event event;
        (void)event_read_packed(packed, &event, &offence);
        if (!is_about(state, leaf, &event, top, actor)) return false;
    }
    return true;
}

// A leaf is told whole or not at all: not one whose verdict names a group that the reader may not
// see, as the strictest of a user's groups.
static bool is_hidden(const struct state *state, const struct leaf *leaf, uint32_t actor)
{
    if (leaf->verdict.node == NODE_NONE) return false;
    const uint32_t group = group_by_id(state, leaf->verdict.node);
    return group == 0 || !actor_sees(state, actor, group);
}

static bool is_told(const struct daemon *daemon, const struct leaf *leaf, uint32_t top,
                    uint32_t actor)
{
    struct proposal proposal;
    const char     *offence = NULL;
    if (top == SERVER_GROUP) return true;
    if (is_hidden(daemon->state, leaf, actor)) return false;
    const bool is_own = leaf->author == actor_at(daemon->state, actor)->id;
    if (is_own && top == actor_at(daemon->state, actor)->group) return true;
    if (!proposal_read(leaf->proposal, &proposal, &offence)) return false;
    if (proposal.event.kind != PLAN) {
        return is_about(daemon->state, leaf, &proposal.event, top, actor);
    }
    return is_plan_about(daemon->state, leaf, &proposal.event.of.plan, top, actor);
}

bool history_read(struct daemon *daemon, uint64_t seq, uint32_t actor, struct bytes *packed,
                  struct buffer *reply)
{
    struct leaf leaf;
    enum status status = ledger_read(daemon->ledger, seq, packed);
    if (status == OK && !leaf_read(*packed, &leaf)) status = STATUS_CORRUPT;
    if (status != OK) {
        answer_failure(reply, status);
        return false;
    }
    if (is_told(daemon, &leaf, actor_at(daemon->state, actor)->group, actor)) return true;
    answer_forbidden(reply);
    return false;
}

static void put_event(struct buffer *items, const struct daemon *daemon, const struct leaf *leaf,
                      struct bytes packed)
{
    const struct state *state = daemon->state;
    const uint32_t      author = actor_by_id(state, leaf->author);
    const uint32_t      node =
        leaf->verdict.node == NODE_NONE ? 0 : group_by_id(state, leaf->verdict.node);
    pack_map(items, 4);
    put_optional_text(items, "author",
                      author == 0 ? (struct bytes){NULL, 0}
                                  : text_of(state, actor_at(state, author)->name));
    put_binary(items, "leaf", packed);
    put_path(items, "node", state, node);
    put_number(items, "seq", leaf->seq);
}

enum { LOG_SCAN_MAX = 4096 }; // leaves looked at for one answer

static enum status add_events(struct daemon *daemon, uint32_t top, uint32_t actor, uint64_t *seq,
                              struct page *page)
{
    const uint64_t size = server_at(daemon->state)->size;
    for (uint32_t i = 0; i < LOG_SCAN_MAX && *seq < size && page_has_room(page); i++) {
        struct bytes packed;
        struct leaf  leaf;
        enum status  status = ledger_read(daemon->ledger, *seq, &packed);
        if (status == OK && !leaf_read(packed, &leaf)) status = STATUS_CORRUPT;
        if (status != OK) return status;
        if (page->count > 0 && page->items.size + packed.size > PAGE_SIZE_MAX) return OK;
        if (is_told(daemon, &leaf, top, actor)) {
            put_event(&page->items, daemon, &leaf, packed);
            page->count++;
        }
        (*seq)++;
    }
    return OK;
}

bool log_answer(struct daemon *daemon, struct ask *ask, uint32_t actor, bool is_last_call,
                struct buffer *reply)
{
    static struct page page; // the loop is one thread
    const uint64_t     after = ask->arguments.after;
    const uint32_t     top = asked_group(daemon, ask->arguments.group, actor, reply);
    const uint64_t     first = ledger_archived(daemon->ledger);
    uint64_t           seq = after == ARGUMENT_ABSENT ? first : after; // what is left of it
    if (top == 0) return true;
    page_init(&page, ask->arguments.limit);
    const enum status status = add_events(daemon, top, actor, &seq, &page);
    if (status != OK) {
        answer_failure(reply, status);
        return true;
    }
    const bool is_end = seq >= server_at(daemon->state)->size;
    if (page.count == 0 && is_end && !is_last_call) {
        ask->arguments.after = seq; // what was passed over needs no second look
        return false;
    }
    answer_ok(reply, 5);
    put_page(reply, "events", &page);
    put_number(reply, "first", first);
    put_number(reply, "next", seq);
    put_seq(reply, daemon);
    put_now(reply, daemon);
    return true;
}

// --- Changes ----------------------------------------------------------------

static void note_group(struct changed_groups *changed, uint32_t group, uint64_t seq)
{
    for (uint32_t i = 0; i < changed->count; i++) {
        if (changed->groups[i].group != group) continue;
        changed->groups[i].seq = seq;
        return;
    }
    changed->groups[changed->count++] = (struct changed_group){group, seq};
}

bool changed_groups_have_room(const struct changed_groups *changed)
{
    return changed->count + PATH_NODE_MAX <= changed->max;
}

void changed_groups_note(const struct state *state, uint32_t top, const struct change *change,
                         struct changed_groups *changed)
{
    if (!group_is_within(state, change->group, top)) {
        if (group_is_within(state, top, change->group)) note_group(changed, top, change->seq);
        return;
    }
    for (uint32_t at = change->group; at != 0; at = group_at(state, at)->parent) {
        note_group(changed, at, change->seq);
        if (at == top) break;
    }
}

bool changed_groups_find(const struct state *state, uint32_t top, uint64_t *next,
                         struct changed_groups *changed)
{
    const uint64_t end = state_change_count(state);
    struct change  change;
    changed->count = 0;
    for (; *next < end; (*next)++) {
        if (!state_change_at(state, *next, &change)) return false;
        if (!changed_groups_have_room(changed)) return true;
        changed_groups_note(state, top, &change, changed);
    }
    return true;
}

// The number of the first change at or after an event.
static uint64_t first_change(const struct state *state, uint64_t seq)
{
    const uint64_t end = state_change_count(state);
    uint64_t       low = end > CHANGE_RING_SIZE ? end - CHANGE_RING_SIZE : 0, high = end;
    struct change  change;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        const bool     is_kept = state_change_at(state, middle, &change);
        if (!is_kept || change.seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// Whether changes at or after the event may have left the ring.
static bool is_lost(const struct state *state, uint64_t since)
{
    const uint64_t end = state_change_count(state);
    struct change  oldest;
    if (end <= CHANGE_RING_SIZE) return false;
    return !state_change_at(state, end - CHANGE_RING_SIZE, &oldest) || oldest.seq >= since;
}

static bool is_account_told(const struct state *state, uint32_t account)
{
    const struct account  *own = account_at(state, account);
    const struct resource *resource = resource_at(state, own->resource);
    return resource->kind != FEATURE && (resource->vendor != 0 || own->used > 0);
}

static void put_accounts(struct buffer *reply, const struct state *state, uint32_t group,
                         uint64_t now_ms)
{
    uint32_t count = 0;
    uint32_t at = group_at(state, group)->first_account;
    for (uint32_t i = at; i != 0; i = account_at(state, i)->next_of_group) {
        count += is_account_told(state, i);
    }
    pack_key(reply, "resources");
    pack_array(reply, count);
    for (; at != 0; at = account_at(state, at)->next_of_group) {
        if (!is_account_told(state, at)) continue;
        put_resource(reply, state, group, account_at(state, at)->resource, now_ms);
    }
}

void put_changed_group(struct buffer *reply, const struct state *state,
                       const struct changed_group *changed, const struct bytes *reason,
                       uint64_t now_ms)
{
    pack_map(reply, reason == NULL ? 4 : 5);
    put_path(reply, "group", state, changed->group);
    if (reason != NULL) put_optional_text(reply, "reason", *reason);
    put_newest_reminders(reply, state, changed->group);
    put_accounts(reply, state, changed->group, now_ms);
    put_number(reply, "seq", changed->seq);
}

// Why the newest of the events was proposed, to who may read it (X22). A view of the store.
static struct bytes reason_told(struct daemon *daemon, uint64_t seq, uint32_t actor)
{
    const struct bytes nothing = {NULL, 0};
    const char        *offence = NULL;
    struct bytes       packed;
    struct leaf        leaf;
    struct proposal    proposal;
    if (ledger_read(daemon->ledger, seq, &packed) != OK || !leaf_read(packed, &leaf)) {
        return nothing;
    }
    if (!is_told(daemon, &leaf, actor_at(daemon->state, actor)->group, actor)) return nothing;
    if (!proposal_read(leaf.proposal, &proposal, &offence)) return nothing;
    return event_reason(&proposal.event);
}

enum { CHANGED_MAX = 512 };

// One change is told with all groups above it, whatever the limit.
static uint32_t changed_max(uint64_t limit)
{
    if (limit >= CHANGED_MAX) return CHANGED_MAX;
    return limit < PATH_NODE_MAX ? PATH_NODE_MAX : (uint32_t)limit;
}

// What was found, and where to go on from.
struct found {
    struct changed_groups changed;
    uint64_t              next; // seq
    bool                  is_reset;
};

// One event may change more groups than an answer holds: it cannot be gone on from, so whoever
// follows reads the states anew, as after a change that is forgotten.
static void find_changes(const struct state *state, uint64_t since, uint32_t top,
                         struct found *found)
{
    struct change pending = {.seq = server_at(state)->size};
    uint64_t      next = first_change(state, since);
    found->is_reset =
        is_lost(state, since) || !changed_groups_find(state, top, &next, &found->changed);
    if (next < state_change_count(state)) {
        if (!state_change_at(state, next, &pending) || pending.seq <= since) found->is_reset = true;
    }
    found->next = found->is_reset ? server_at(state)->size : pending.seq;
}

bool changes_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, bool is_last_call,
                    struct buffer *reply)
{
    static struct page          page; // the loop is one thread
    static struct changed_group groups[CHANGED_MAX];
    const struct state         *state = daemon->state;
    const uint32_t              top = asked_group(daemon, ask->arguments.group, actor, reply);
    struct found                found = {
                       .changed = {groups, 0, changed_max(ask->arguments.limit)}
    };
    if (top == 0) return true;
    find_changes(state, ask->arguments.since, top, &found);
    const uint32_t count = found.changed.count;
    if (count == 0 && !found.is_reset && !is_last_call) return false;
    page_init(&page, PAGE_MAX);
    for (uint32_t i = 0; i < count && page_has_room(&page); i++, page.count++) {
        const struct bytes reason = reason_told(daemon, groups[i].seq, actor);
        put_changed_group(&page.items, state, &groups[i], &reason, daemon->now_ms);
    }
    const bool is_cut = page.count < count;
    answer_ok(reply, 5);
    put_page(reply, "changes", &page);
    put_number(reply, "next", is_cut ? server_at(state)->size : found.next);
    put_flag(reply, "reset", found.is_reset || is_cut);
    put_seq(reply, daemon);
    put_now(reply, daemon);
    return true;
}

// --- Why --------------------------------------------------------------------

static bool is_committed(const struct daemon *daemon, uint64_t seq)
{
    const uint64_t fresh = daemon->is_batch_open ? daemon->batch_count : 0;
    return seq < server_at(daemon->state)->size - fresh;
}

static uint64_t or_else(uint64_t argument, uint64_t otherwise)
{
    return argument == ARGUMENT_ABSENT ? otherwise : argument;
}

bool why_answer(struct daemon *daemon, const struct request *request, uint32_t actor,
                struct buffer *reply)
{
    const struct arguments    *arguments = &((const struct ask *)request->prepared)->arguments;
    const struct past_question question = {
        .seq = arguments->seq,
        .size = server_at(daemon->state)->size - (daemon->is_batch_open ? daemon->batch_count : 0),
        .after = or_else(arguments->after, 0),
        .limit = or_else(arguments->limit, WHY_MAX),
        .reader = group_at(daemon->state, actor_at(daemon->state, actor)->group)->id};
    struct bytes packed;
    if (!history_read(daemon, arguments->seq, actor, &packed, reply)) return true;
    if (!is_committed(daemon, arguments->seq)) {
        answer_failure(reply, STATUS_NOT_FOUND);
        return true;
    }
    if (explainer_ask(daemon->explainer, request, &question)) return false;
    answer_error(reply, "OVERLOADED", bytes_of_text("others ask for the past: ask again later"));
    return true;
}
