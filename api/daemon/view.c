#include "api/daemon/view.h"

#include "api/daemon/answer.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/quota.h"

void put_seq(struct buffer *reply, const struct daemon *daemon)
{
    put_number(reply, "seq", server_at(daemon->state)->size);
}

void put_now(struct buffer *reply, const struct daemon *daemon)
{
    put_number(reply, "time", daemon->now_ms);
}

void answer_forbidden(struct buffer *reply)
{
    answer_error(reply, "FORBIDDEN", bytes_of_text("not within what this key may see"));
}

uint32_t asked_group(struct daemon *daemon, struct bytes path, uint32_t actor, struct buffer *reply)
{
    if (path.at == NULL) return actor_at(daemon->state, actor)->group;
    if (!actor_reaches(daemon->state, actor, path, WITHIN)) {
        answer_forbidden(reply);
        return 0;
    }
    const uint32_t group = group_find(daemon->state, path);
    if (group == 0) answer_error(reply, "NOT_FOUND", path);
    return group;
}

void put_from(struct buffer *reply, struct window window)
{
    put_time(reply, "from", window.from_ms == 0 ? TIME_NEVER : window.from_ms);
}

void put_entries(struct buffer *reply, const struct state *state, uint32_t first)
{
    uint32_t count = 0;
    for (uint32_t at = first; at != 0; at = entry_at(state, at)->next) {
        count++;
    }
    pack_key(reply, "entries");
    pack_array(reply, count);
    for (uint32_t at = first; at != 0; at = entry_at(state, at)->next) {
        pack_map(reply, 2);
        put_limit(reply, "count", entry_at(state, at)->count);
        put_text(reply, "name",
                 text_of(state, resource_at(state, entry_at(state, at)->resource)->name));
    }
}

void put_feature(struct buffer *reply, const struct state *state, uint32_t resource,
                 const struct feature_view *view)
{
    pack_map(reply, 4);
    put_text(reply, "name", text_of(state, resource_at(state, resource)->name));
    put_flag(reply, "on", view->is_on);
    put_text(reply, "status", bytes_of_text(resource_status_word(view->status)));
    put_time(reply, "until", view->until_ms);
}

void put_bound(struct buffer *reply, const struct state *state, uint32_t holding)
{
    const uint32_t at = holding == 0 ? 0 : holding_at(state, holding)->bound;
    pack_key(reply, "bound");
    if (at == 0) {
        pack_nil(reply);
        return;
    }
    pack_map(reply, 2);
    put_text(reply, "resource",
             text_of(state, resource_at(state, holding_resource(state, at))->name));
    put_text(reply, "unit", text_of(state, holding_at(state, at)->unit));
}

void put_lease(struct buffer *reply, const struct state *state, uint32_t holding)
{
    const struct lease *lease = holding == 0 ? NULL : lease_of(state, holding);
    pack_key(reply, "lease");
    if (lease == NULL) {
        pack_nil(reply);
        return;
    }
    pack_map(reply, 3);
    put_number(reply, "length", lease->length_ms);
    put_optional_text(reply, "set", text_of(state, lease->set));
    put_time(reply, "until", lease_end(state, holding));
}

static bool is_named(const struct state *state, uint32_t group, uint32_t at, bool is_feature)
{
    const struct resource *resource = resource_at(state, at);
    const bool             is_licensed = resource->vendor != 0;
    if (is_licensed) return (resource->kind == FEATURE) == is_feature;
    const uint32_t account = account_find(state, group, at);
    return !is_feature && account != 0 && account_at(state, account)->used > 0;
}

const struct names *names_of(const struct state *state, uint32_t group, bool is_feature)
{
    static struct names names; // the loop is one thread
    uint32_t            at = server_at(state)->newest_resource;
    names.count = 0;
    for (; at != 0 && names.count < RESOURCE_MAX; at = resource_at(state, at)->next) {
        if (is_named(state, group, at, is_feature)) names.at[names.count++] = at;
    }
    return &names;
}
