#include "api/daemon/holding_view.h"

#include "api/daemon/answer.h"
#include "api/daemon/view.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/users.h"

static uint32_t holding_group(const struct state *state, uint32_t holding)
{
    return account_at(state, holding_at(state, holding)->account)->group;
}

static struct bytes holding_user(const struct state *state, uint32_t holding)
{
    const uint32_t user = holding_at(state, holding)->user;
    return user == 0 ? (struct bytes){NULL, 0} : text_of(state, user_at(state, user)->name);
}

static void put_directions(struct buffer *items, uint8_t directions)
{
    static const char *const words[] = {"", "in", "out", "both"};
    put_optional_text(items, "directions", bytes_of_text(words[directions & 3]));
}

void put_holding(struct buffer *items, const struct daemon *daemon, uint32_t at)
{
    const struct state   *state = daemon->state;
    const struct holding *holding = holding_at(state, at);
    const uint32_t        resource = account_at(state, holding->account)->resource;
    pack_map(items, 7);
    put_directions(items, holding->directions);
    put_path(items, "group", state, holding_group(state, at));
    put_text(items, "resource", text_of(state, resource_at(state, resource)->name));
    put_number(items, "seq", entity_seq(holding->id));
    put_flag(items, "suspended", !holding_is_kept(state, at));
    put_text(items, "unit", text_of(state, holding->unit));
    put_optional_text(items, "user", holding_user(state, at));
}

// Which holdings are asked for.
struct filter {
    uint32_t group, resource, user;
    uint64_t after;
};

static bool matches(const struct state *state, const struct filter *filter, uint32_t at)
{
    const struct holding *holding = holding_at(state, at);
    if (filter->after != ARGUMENT_ABSENT && holding->id <= filter->after) return false;
    if (filter->user != 0 && holding->user != filter->user) return false;
    return group_is_within(state, holding_group(state, at), filter->group);
}

// The next holding of each resource that is asked for; the oldest of them is told next.
struct cursors {
    uint32_t count;
    uint32_t at[RESOURCE_MAX];
};

static uint32_t next_match(const struct state *state, const struct filter *filter, uint32_t at)
{
    while (at != 0 && !matches(state, filter, at)) {
        at = holding_at(state, at)->next;
    }
    return at;
}

static const struct cursors *start_cursors(const struct state *state, const struct filter *filter)
{
    static struct cursors cursors; // the loop is one thread
    uint32_t              resource = server_at(state)->newest_resource;
    cursors.count = 0;
    for (; resource != 0 && cursors.count < RESOURCE_MAX;
         resource = resource_at(state, resource)->next) {
        if (filter->resource != 0 && filter->resource != resource) continue;
        const uint32_t at = next_match(state, filter, resource_at(state, resource)->first_holding);
        if (at != 0) cursors.at[cursors.count++] = at;
    }
    return &cursors;
}

static uint32_t oldest(const struct state *state, const struct cursors *cursors)
{
    uint32_t found = 0;
    for (uint32_t i = 1; i < cursors->count; i++) {
        const uint32_t at = cursors->at[i], best = cursors->at[found];
        if (at == 0) continue;
        if (best == 0 || holding_at(state, at)->id < holding_at(state, best)->id) found = i;
    }
    return found;
}

static void add_holdings(const struct daemon *daemon, const struct filter *filter,
                         struct page *page)
{
    const struct state *state = daemon->state;
    struct cursors      cursors = *start_cursors(state, filter);
    while (cursors.count > 0) {
        const uint32_t i = oldest(state, &cursors);
        const uint32_t at = cursors.at[i];
        if (at == 0) break;
        if (!page_has_room(page)) return;
        put_holding(&page->items, daemon, at);
        page->next = holding_at(state, at)->id;
        page->count++;
        cursors.at[i] = next_match(state, filter, holding_at(state, at)->next);
    }
    page->next = ARGUMENT_ABSENT;
}

// False when something that is asked for is not there, so that nothing can match.
static bool read_filter(const struct daemon *daemon, const struct arguments *arguments,
                        struct filter *filter)
{
    if (arguments->user.at != NULL) {
        filter->user = user_find(daemon->state, arguments->user);
        if (filter->user == 0) return false;
    }
    if (arguments->resource.at == NULL) return true;
    filter->resource = resource_find(daemon->state, arguments->resource);
    return filter->resource != 0;
}

void holdings_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                     struct buffer *reply)
{
    static struct page      page;
    const struct arguments *arguments = &ask->arguments;
    struct filter           filter = {.group = asked_group(daemon, arguments->group, actor, reply),
                                      .after = arguments->after};
    if (filter.group == 0) return;
    page_init(&page, arguments->limit);
    if (read_filter(daemon, arguments, &filter)) add_holdings(daemon, &filter, &page);
    answer_ok(reply, 4);
    put_page(reply, "holdings", &page);
    put_limit(reply, "next", page.next);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}
