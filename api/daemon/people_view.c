#include "api/daemon/people_view.h"

#include "api/daemon/answer.h"
#include "api/daemon/view.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/users.h"

static void put_memberships(struct buffer *reply, const struct state *state, uint32_t user)
{
    pack_key(reply, "memberships");
    pack_array(reply, user_member_count(state, user));
    uint32_t at = user_first_member(state, user);
    for (; at != 0; at = user_next_member(state, at)) {
        const struct member *member = member_at(state, at);
        pack_map(reply, 3);
        pack_key(reply, "assignment");
        if (!member->has_assignment) {
            pack_nil(reply);
        } else {
            pack_map(reply, 3);
            put_entries(reply, state, member->first_entry);
            put_from(reply, member->window);
            put_time(reply, "until", member->window.until_ms);
        }
        put_path(reply, "blocked", state, group_blocked_by(state, member->group));
        put_path(reply, "group", state, member->group);
    }
}

static void put_user_resources(struct buffer *reply, const struct daemon *daemon, uint32_t user,
                               uint32_t actor)
{
    const struct state *state = daemon->state;
    const struct names *names = names_of(state, SERVER_GROUP, false);
    pack_key(reply, "resources");
    pack_array(reply, names->count);
    for (uint32_t i = names->count; i > 0; i--) {
        const uint32_t          at = names->at[i - 1];
        const struct user_quota quota = user_quota(state, user, at, daemon->now_ms);
        pack_map(reply, 6);
        put_flag(reply, "assigned", quota.is_own_limit);
        put_number(reply, "available", quota.available);
        put_number(reply, "maximum", quota.maximum);
        put_text(reply, "name", text_of(state, resource_at(state, at)->name));
        if (quota.group != 0 && !actor_reads(state, actor, quota.group)) {
            put_text(reply, "strictest", bytes_of_text(OTHER_GROUP));
        } else {
            put_path(reply, "strictest", state, quota.group);
        }
        put_number(reply, "used", quota.used);
    }
}

static bool user_has_feature(const struct daemon *daemon, uint32_t user, uint32_t feature,
                             struct feature_view *view)
{
    const struct state *state = daemon->state;
    uint32_t            at = user_first_member(state, user);
    *view = (struct feature_view){
        .is_on = at != 0, .status = at == 0 ? STATUS_OFF : STATUS_ON, .until_ms = TIME_NEVER};
    for (; at != 0 && view->is_on; at = user_next_member(state, at)) {
        struct feature_view here =
            view_feature(state, member_at(state, at)->group, feature, daemon->now_ms);
        const struct member *member = member_at(state, at);
        if (!member_feature_at(state, at, feature, daemon->now_ms)) {
            here.is_on = false;
            here.status = STATUS_OFF;
        } else if (member->has_assignment && here.until_ms > member->window.until_ms) {
            here.until_ms = member->window.until_ms;
        }
        if (here.is_on && here.until_ms > view->until_ms) here.until_ms = view->until_ms;
        *view = here;
    }
    return view->is_on;
}

void user_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor, struct buffer *reply)
{
    const struct state *state = daemon->state;
    const uint32_t      user = user_find(state, ask->arguments.user);
    const bool          is_seen =
        user != 0 && (actor_is_server_wide(state, actor) ||
                      user_is_all_within(state, user, actor_at(state, actor)->group));
    if (!is_seen) {
        if (actor_is_server_wide(state, actor)) {
            answer_error(reply, "NOT_FOUND", ask->arguments.user);
        } else {
            answer_forbidden(reply);
        }
        return;
    }
    answer_ok(reply, 6);
    const struct names *features = names_of(state, SERVER_GROUP, true);
    pack_key(reply, "features");
    pack_array(reply, features->count);
    for (uint32_t i = features->count; i > 0; i--) {
        struct feature_view view;
        (void)user_has_feature(daemon, user, features->at[i - 1], &view);
        put_feature(reply, state, features->at[i - 1], &view);
    }
    put_memberships(reply, state, user);
    put_user_resources(reply, daemon, user, actor);
    put_seq(reply, daemon);
    put_now(reply, daemon);
    put_text(reply, "user", ask->arguments.user);
}

void actors_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply)
{
    static struct page  page;
    const struct state *state = daemon->state;
    const uint64_t      after = ask->arguments.after;
    uint32_t            at = server_at(state)->newest_actor;
    page_init(&page, ask->arguments.limit);
    for (; at != 0; at = actor_at(state, at)->next) {
        const struct actor *other = actor_at(state, at);
        if (other->is_removed || !actor_reads(state, actor, other->group)) continue;
        if (after != ARGUMENT_ABSENT && other->id >= after) continue;
        if (!page_has_room(&page)) break;
        pack_map(&page.items, 6);
        put_path(&page.items, "group", state, other->group);
        put_number(&page.items, "id", other->id);
        put_binary(&page.items, "key", (struct bytes){other->key, sizeof other->key});
        put_flag(&page.items, "must_sign", other->must_sign);
        put_text(&page.items, "name", text_of(state, other->name));
        put_text(&page.items, "role", bytes_of_text(role_word((enum role)other->role)));
        page.next = other->id;
        page.count++;
    }
    if (at == 0) page.next = ARGUMENT_ABSENT;
    answer_ok(reply, 4);
    put_page(reply, "actors", &page);
    put_limit(reply, "next", page.next);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}
