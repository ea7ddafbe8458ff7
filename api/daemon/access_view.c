#include "api/daemon/access_view.h"

#include "api/daemon/answer.h"
#include "api/daemon/view.h"
#include "projections/access.h"
#include "projections/actions.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/packages.h"
#include "projections/users.h"

// What is said of either question.
struct told {
    struct constraint access;
    uint32_t          holding; // 0: of no unit
    uint32_t          group;   // 0: none is told
    struct bytes      user;
};

static void put_told(struct buffer *reply, const struct daemon *daemon, uint32_t actor,
                     const struct told *told)
{
    const struct state      *state = daemon->state;
    const struct constraint *access = &told->access;
    answer_ok(reply, 10);
    put_flag(reply, "access", access->code == ACCEPTED);
    put_bound(reply, state, told->holding);
    put_text(reply, "code", bytes_of_text(refusal_word(access->code)));
    put_path(reply, "group", state, told->group);
    put_lease(reply, state, told->holding);
    if (access->group != 0 && !actor_sees(state, actor, access->group)) {
        put_text(reply, "node", bytes_of_text(OTHER_GROUP));
    } else {
        put_path(reply, "node", state, access->group);
    }
    put_seq(reply, daemon);
    put_now(reply, daemon);
    put_time(reply, "until", access->until_ms);
    put_optional_text(reply, "user", told->user);
}

// --- A unit -----------------------------------------------------------------

static void answer_unit(struct daemon *daemon, const struct arguments *arguments, uint32_t actor,
                        struct buffer *reply)
{
    const struct state *state = daemon->state;
    const uint32_t      resource = resource_find(state, arguments->resource);
    struct told         told = {
                .access = {.code = NOT_HELD, .until_ms = TIME_NEVER}
    };
    uint8_t  room[NAME_SIZE_MAX];
    uint32_t at = 0;
    if (resource != 0) {
        const enum resource_kind kind = (enum resource_kind)resource_at(state, resource)->kind;
        at = holding_find(state, resource, unit_fold(kind, arguments->unit, room));
    }
    if (at != 0) {
        const struct holding *holding = holding_at(state, at);
        const uint32_t        group = account_at(state, holding->account)->group;
        if (actor_reads(state, actor, group)) {
            told.access = holding_access(state, at, daemon->now_ms);
            told.holding = at;
            told.group = group;
            if (holding->user != 0) told.user = text_of(state, user_at(state, holding->user)->name);
        }
    }
    put_told(reply, daemon, actor, &told);
}

// --- An action --------------------------------------------------------------

// Who is outside of what the asker reads is not there; whoever sees the whole server hears so.
static struct acting find_acting(const struct state *state, const struct arguments *arguments,
                                 uint32_t asker)
{
    struct acting acting = {.user = user_find(state, arguments->who),
                            .actor = actor_by_name(state, arguments->who)};
    if (actor_is_server_wide(state, asker)) return acting;
    const uint32_t own = actor_at(state, asker)->group;
    if (acting.user != 0 && !user_is_within(state, acting.user, own)) acting.user = 0;
    if (acting.actor == 0) return acting;
    if (!actor_reads(state, asker, actor_at(state, acting.actor)->group)) acting.actor = 0;
    return acting;
}

static bool is_found(const struct action *action, const struct acting *acting)
{
    const bool is_user = acting->user != 0, is_actor = acting->actor != 0;
    if (action->of == ACTION_OF_ANYBODY) return is_user || is_actor;
    return action->of == ACTION_OF_USER ? is_user : is_actor;
}

static void answer_action(struct daemon *daemon, const struct arguments *arguments, uint32_t asker,
                          struct buffer *reply)
{
    const struct state  *state = daemon->state;
    const struct action *action = action_find(arguments->action);
    struct acting        acting = find_acting(state, arguments, asker);
    if (action == NULL) {
        answer_error(reply, "MALFORMED", bytes_of_text("action"));
        return;
    }
    if (!is_found(action, &acting) && !actor_is_server_wide(state, asker)) {
        answer_forbidden(reply);
        return;
    }
    if (action->of == ACTION_OF_ADMIN) {
        acting.group = asked_group(daemon, arguments->group, asker, reply);
        if (acting.group == 0) return;
    }
    struct told told = {.access = action_access(state, action, &acting, daemon->now_ms),
                        .group = acting.group};
    if (action->of != ACTION_OF_ADMIN) told.user = arguments->who;
    put_told(reply, daemon, asker, &told);
}

// One of both questions, whole. NULL, or the argument that is wrong.
static const char *offence_of(const struct arguments *arguments)
{
    const bool is_action = arguments->action.at != NULL;
    if (is_action && arguments->resource.at != NULL) return "resource";
    if (is_action && arguments->unit.at != NULL) return "unit";
    if (is_action) return arguments->who.at == NULL ? "who" : NULL;
    if (arguments->who.at != NULL) return "action";
    if (arguments->group.at != NULL) return "group";
    if (arguments->resource.at == NULL) return "resource";
    return arguments->unit.at == NULL ? "unit" : NULL;
}

void access_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply)
{
    const char *offence = offence_of(&ask->arguments);
    if (offence != NULL) {
        answer_error(reply, "MALFORMED", bytes_of_text(offence));
    } else if (ask->arguments.action.at != NULL) {
        answer_action(daemon, &ask->arguments, actor, reply);
    } else {
        answer_unit(daemon, &ask->arguments, actor, reply);
    }
}
