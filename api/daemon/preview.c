#include "api/daemon/preview.h"

#include "api/daemon/answer.h"
#include "projections/actors.h"
#include "projections/differences.h"

enum { PREVIEW_SIZE_MAX = 128 * 1024 }; // of the differences that are told

struct preview {
    struct differences differences;
    struct page        page;
    uint64_t           total; // of the differences that the reader may see; LIMIT_NONE: unknown
};

// --- What would be different ------------------------------------------------

static void put_view(struct buffer *reply, const char *key, bool is_there,
                     const struct resource_view *view)
{
    pack_key(reply, key);
    if (!is_there) {
        pack_nil(reply);
        return;
    }
    pack_map(reply, 6);
    put_number(reply, "available", view->available);
    put_number(reply, "maximum", view->maximum);
    put_notice(reply, view);
    put_text(reply, "status", bytes_of_text(resource_status_word(view->status)));
    put_number(reply, "suspended", view->suspended);
    put_number(reply, "used", view->used);
}

static void add_difference(struct page *page, const struct state *state,
                           const struct difference *one)
{
    pack_map(&page->items, 4);
    put_view(&page->items, "after", one->is_there, &one->after);
    put_view(&page->items, "before", one->was_there, &one->before);
    put_path(&page->items, "group", state, one->group);
    put_text(&page->items, "resource", text_of(state, resource_at(state, one->resource)->name));
    page->count++;
}

// On the state as it would be, where the groups have the paths that they would have. A group that
// goes is not among them.
static void tell_differences(const struct state *state, uint32_t actor, struct preview *preview)
{
    const struct differences *differences = &preview->differences;
    struct page              *page = &preview->page;
    for (uint32_t i = 0; i < differences->count; i++) {
        const struct difference *one = &differences->at[i];
        if (!one->is_there || !actor_reads(state, actor, one->group)) continue;
        preview->total++;
        if (!page_has_room(page) || page->items.size >= PREVIEW_SIZE_MAX) continue;
        add_difference(page, state, one);
    }
    if (differences->is_cut) preview->total = LIMIT_NONE;
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

static void preview_init(struct preview *preview)
{
    preview->total = 0;
    page_init(&preview->page, PAGE_MAX);
}

// Done twice, looked at, and put back: only then is it known what to look at before.
static void play(struct daemon *daemon, const struct proposal *proposal, uint32_t actor,
                 struct preview *preview)
{
    struct losses          *losses = &daemon->decision.losses;
    struct state           *state = daemon->state;
    struct differences     *differences = &preview->differences;
    const struct state_mark mark = state_mark(state);
    const uint64_t          first = state_change_count(state);
    const struct leaf       leaf = {
              .seq = server_at(state)->size,
              .time_ms = daemon->now_ms,
              .author = AUTHOR_LEDGER,
              .verdict = {.code = ACCEPTED, .node = NODE_NONE}
    };
    rules_record(state, &leaf, proposal);
    differences_gather(state, first, daemon->now_ms, differences);
    state_rollback(state, mark);
    differences_before(state, daemon->now_ms, differences);
    rules_record(state, &leaf, proposal);
    differences_after(state, daemon->now_ms, differences);
    tell_differences(state, actor, preview);
    losses_note(state, mark, daemon->now_ms, losses);
    state_rollback(state, mark);
    losses_count(state, daemon->now_ms, actor, losses);
}

static struct preview played; // too large for a stack; the loop is one thread

void preview_accepted(struct daemon *daemon, const struct proposal *proposal, uint32_t actor,
                      struct buffer *reply)
{
    preview_init(&played);
    if (daemon->decision.is_logged) play(daemon, proposal, actor, &played);
    const struct why *warnings = &daemon->decision.warnings;
    answer_ok(reply, warnings->count > 0 ? 7 : 6);
    put_page(reply, "changes", &played.page);
    put_limit(reply, "changes_count", played.total);
    pack_key(reply, "seq");
    pack_nil(reply);
    put_losses(reply, daemon->state, &daemon->decision.losses);
    put_number(reply, "time", daemon->now_ms);
    if (warnings->count > 0) put_warnings(reply, warnings);
}
