#include "api/daemon/preview.h"

#include "api/daemon/answer.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/quota.h"

enum { PREVIEW_MAX = 256 };

// The accounts that the proposal changes, as they were and as they would be.
struct preview {
    uint32_t             count;
    uint32_t             groups[PREVIEW_MAX], resources[PREVIEW_MAX];
    struct resource_view before[PREVIEW_MAX], after[PREVIEW_MAX];
};

static void add_pair(struct preview *preview, uint32_t group, uint32_t resource)
{
    for (uint32_t i = 0; i < preview->count; i++) {
        if (preview->groups[i] == group && preview->resources[i] == resource) return;
    }
    if (preview->count == PREVIEW_MAX) return;
    preview->groups[preview->count] = group;
    preview->resources[preview->count++] = resource;
}

// What a noted change touches: the group and the groups above, for one resource or for all.
static void add_change(struct preview *preview, const struct state *state,
                       const struct change *change)
{
    uint32_t group = change->group;
    if (!group_is_within(state, group, SERVER_GROUP)) return; // it is gone by then
    for (; group != 0; group = group_at(state, group)->parent) {
        uint32_t account = group_at(state, group)->first_account;
        for (; account != 0; account = account_at(state, account)->next_of_group) {
            const uint32_t resource = account_at(state, account)->resource;
            if (change->resource != 0 && change->resource != resource) continue;
            add_pair(preview, group, resource);
        }
        if (change->resource == 0) return;
    }
}

static bool is_same_view(const struct resource_view *a, const struct resource_view *b)
{
    return a->maximum == b->maximum && a->used == b->used && a->available == b->available &&
           a->suspended == b->suspended;
}

static void put_view(struct buffer *reply, const char *key, const struct resource_view *view)
{
    pack_key(reply, key);
    pack_map(reply, 4);
    put_number(reply, "available", view->available);
    put_number(reply, "maximum", view->maximum);
    put_number(reply, "suspended", view->suspended);
    put_number(reply, "used", view->used);
}

static void put_preview(struct buffer *reply, const struct state *state,
                        const struct preview *preview, uint32_t actor)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < preview->count; i++) {
        if (is_same_view(&preview->before[i], &preview->after[i])) continue;
        count += actor_reads(state, actor, preview->groups[i]);
    }
    pack_key(reply, "changes");
    pack_array(reply, count);
    for (uint32_t i = 0; i < preview->count; i++) {
        if (is_same_view(&preview->before[i], &preview->after[i])) continue;
        if (!actor_reads(state, actor, preview->groups[i])) continue;
        pack_map(reply, 4);
        put_view(reply, "after", &preview->after[i]);
        put_view(reply, "before", &preview->before[i]);
        put_path(reply, "group", state, preview->groups[i]);
        put_text(reply, "resource",
                 text_of(state, resource_at(state, preview->resources[i])->name));
    }
}

static void view_all(const struct state *state, struct preview *preview, uint64_t ms,
                     struct resource_view *views)
{
    for (uint32_t i = 0; i < preview->count; i++) {
        views[i] = view_resource(state, preview->groups[i], preview->resources[i], ms);
    }
}

// --- Units that lose access -------------------------------------------------

void put_losses(struct buffer *reply, const struct state *state, const struct losses *losses)
{
    pack_key(reply, "suspended");
    pack_array(reply, losses->count);
    for (uint32_t i = 0; i < losses->count; i++) {
        const struct holding *holding = holding_at(state, losses->holdings[i]);
        const uint32_t        resource = account_at(state, holding->account)->resource;
        pack_map(reply, 2);
        put_text(reply, "resource", text_of(state, resource_at(state, resource)->name));
        put_text(reply, "unit", text_of(state, holding->unit));
    }
    put_number(reply, "suspended_count", losses->total);
}

// --- The play ---------------------------------------------------------------

static void note_changes(const struct state *state, uint64_t first, struct preview *preview)
{
    const uint64_t last = state_change_count(state);
    for (uint64_t i = first; i < last; i++) {
        struct change change;
        if (state_change_at(state, i, &change)) add_change(preview, state, &change);
    }
}

// Done twice, looked at, and put back: only then is it known what to look at before. What is
// created on the way has no "before" and is left out.
static void play(struct daemon *daemon, const struct proposal *proposal, uint32_t actor,
                 struct preview *preview)
{
    struct losses          *losses = &daemon->decision.losses;
    struct state           *state = daemon->state;
    const struct state_mark mark = state_mark(state);
    const uint64_t          first = state_change_count(state);
    const struct leaf       leaf = {
              .seq = server_at(state)->size,
              .time_ms = daemon->now_ms,
              .author = AUTHOR_LEDGER,
              .verdict = {.code = ACCEPTED, .node = NODE_NONE}
    };
    preview->count = 0;
    rules_record(state, &leaf, proposal);
    note_changes(state, first, preview);
    state_rollback(state, mark);
    view_all(state, preview, daemon->now_ms, preview->before);
    rules_record(state, &leaf, proposal);
    view_all(state, preview, daemon->now_ms, preview->after);
    losses_note(state, mark, daemon->now_ms, losses);
    state_rollback(state, mark);
    losses_count(state, daemon->now_ms, actor, losses);
}

static struct preview played; // too large for a stack; the loop is one thread

void preview_accepted(struct daemon *daemon, const struct proposal *proposal, uint32_t actor,
                      struct buffer *reply)
{
    played.count = 0;
    if (daemon->decision.is_logged) play(daemon, proposal, actor, &played);
    const struct why *warnings = &daemon->decision.warnings;
    answer_ok(reply, warnings->count > 0 ? 6 : 5);
    put_preview(reply, daemon->state, &played, actor);
    pack_key(reply, "seq");
    pack_nil(reply);
    put_losses(reply, daemon->state, &daemon->decision.losses);
    put_number(reply, "time", daemon->now_ms);
    if (warnings->count > 0) put_warnings(reply, warnings);
}
