#include "projections/actors.h"

#include "core/base/name.h"
#include "core/proof/crypto.h"
#include "projections/groups.h"
#include "projections/ledger_keys.h"

#include <assert.h>
#include <string.h>

uint32_t actor_by_key(const struct state *state, const uint8_t key[static 32])
{
    uint32_t at = state_first(state, INDEX_ACTOR, state_hash(state, 0, (struct bytes){key, 32}));
    while (at != 0 && memcmp(actor_at(state, at)->key, key, 32) != 0) {
        at = state_next(state, INDEX_ACTOR, at);
    }
    return at;
}

uint32_t actor_by_name(const struct state *state, struct bytes name)
{
    uint32_t at = state_first(state, INDEX_ACTOR_NAME, state_hash(state, 0, name));
    while (at != 0 && !text_is(state, actor_at(state, at)->name, name)) {
        at = state_next(state, INDEX_ACTOR_NAME, at);
    }
    return at;
}

uint32_t actor_by_id(const struct state *state, entity_id id)
{
    uint32_t at = state_first(state, INDEX_ACTOR_ID, state_hash_number(state, 0, id));
    while (at != 0 && actor_at(state, at)->id != id) {
        at = state_next(state, INDEX_ACTOR_ID, at);
    }
    return at;
}

bool actor_reaches(const struct state *state, uint32_t actor, struct bytes path, enum reach reach)
{
    uint8_t        room[PATH_SIZE_MAX];
    struct buffer  own = buffer_over(room, sizeof room);
    const uint32_t group = actor_at(state, actor)->group;
    if (reach == NEVER) return false;
    if (group == SERVER_GROUP) return reach == WITHIN || !path_is_server(path);
    group_add_path(state, group, &own);
    if (reach == BELOW && bytes_is_equal(path, buffer_bytes(&own))) return false;
    return path_is_within(path, buffer_bytes(&own));
}

bool actor_reads(const struct state *state, uint32_t actor, uint32_t group)
{
    return group_is_within(state, group, actor_at(state, actor)->group);
}

bool actor_sees(const struct state *state, uint32_t actor, uint32_t group)
{
    return group_is_seen(state, group, actor_at(state, actor)->group);
}

bool actor_is_server_wide(const struct state *state, uint32_t actor)
{
    return actor == 0 || actor_at(state, actor)->group == SERVER_GROUP;
}

bool actor_must_sign(const struct state *state, uint32_t actor, enum kind kind)
{
    return kind_row((uint64_t)kind)->is_administrative || server_at(state)->must_sign ||
           actor_at(state, actor)->must_sign;
}

// Whom an actor of the role may enrol and remove, beside the server_admin who may all.
static enum reach reach_of(enum role author, enum role enrolled)
{
    if (author != SITE_ADMIN) return NEVER;
    if (enrolled == AGENT) return WITHIN;
    return enrolled == SITE_ADMIN ? BELOW : NEVER;
}

bool actor_enrolment_is_allowed(const struct question *question, const struct event *event)
{
    const struct actor_enrolment *enrolment = &event->of.actor_enrolment;
    const enum role               role = (enum role)enrolment->role;
    const enum role author = (enum role)actor_at(question->state, question->actor)->role;
    if (author == RECOVERY) return role == SERVER_ADMIN;
    return actor_reaches(question->state, question->actor, enrolment->group,
                         reach_of(author, role));
}

void actor_enrolment_judge(struct question *question, const struct event *event)
{
    const struct actor_enrolment *enrolment = &event->of.actor_enrolment;
    const struct state           *state = question->state;
    if (!crypto_is_valid_point(enrolment->key.at)) {
        refuse_malformed(question, "key");
        return;
    }
    if (group_find(state, enrolment->group) == 0) {
        refuse_name(question, UNKNOWN_GROUP, enrolment->group);
    }
    if (actor_by_name(state, enrolment->name) != 0) {
        refuse_name(question, NAME_TAKEN, enrolment->name);
    }
    if (actor_by_key(state, enrolment->key.at) != 0 ||
        ledger_key_is_known(state, enrolment->key.at)) {
        refuse_name(question, KEY_TAKEN, enrolment->name);
    }
}

static void join_group(struct state *state, uint32_t at, uint32_t group)
{
    struct actor *actor = actor_edit(state, at);
    struct group *owner = group_edit(state, group);
    actor->group = group;
    actor->previous_of_group = owner->last_actor;
    if (owner->last_actor == 0) {
        owner->first_actor = at;
    } else {
        actor_edit(state, owner->last_actor)->next_of_group = at;
    }
    owner->last_actor = at;
}

static void leave_group(struct state *state, uint32_t at)
{
    struct actor  *actor = actor_edit(state, at);
    struct group  *owner = group_edit(state, actor->group);
    const uint32_t next = actor->next_of_group, previous = actor->previous_of_group;
    if (owner->first_actor == at) owner->first_actor = next;
    if (owner->last_actor == at) owner->last_actor = previous;
    if (previous != 0) actor_edit(state, previous)->next_of_group = next;
    if (next != 0) actor_edit(state, next)->previous_of_group = previous;
    actor->group = 0; // it may go, and its record be another one's
    actor->next_of_group = 0;
    actor->previous_of_group = 0;
}

void actor_index(struct state *state, uint32_t at)
{
    const struct actor *actor = actor_at(state, at);
    const struct bytes  key = {actor->key, sizeof actor->key};
    const struct bytes  name = text_of(state, actor->name);
    state_index_add(state, INDEX_ACTOR_ID, at, state_hash_number(state, 0, actor->id));
    if (actor->is_removed) return;
    state_index_add(state, INDEX_ACTOR, at, state_hash(state, 0, key));
    state_index_add(state, INDEX_ACTOR_NAME, at, state_hash(state, 0, name));
}

void actor_enrol(struct change_context *context, const struct actor_enrolment *enrolment)
{
    struct state  *state = context->state;
    const uint32_t at = state_take(state, POOL_ACTOR);
    struct actor  *actor = actor_edit(state, at);
    actor->id = context->id;
    actor->name = text_add(state, enrolment->name);
    memcpy(actor->key, enrolment->key.at, sizeof actor->key);
    actor->role = (uint32_t)enrolment->role;
    actor->must_sign = enrolment->must_sign;
    join_group(state, at, group_find(state, enrolment->group));
    actor->next = server_at(state)->newest_actor;
    struct server *server = server_edit(state);
    server->newest_actor = at;
    if (actor->role == SERVER_ADMIN) server->server_admin_count++;
    actor_index(state, at);
}

void actor_enrolment_apply(struct change_context *context, const struct event *event)
{
    actor_enrol(context, &event->of.actor_enrolment);
}

// Unknown names read as foreign ones.
bool actor_removal_is_allowed(const struct question *question, const struct event *event)
{
    const struct state *state = question->state;
    const enum role     author = (enum role)actor_at(state, question->actor)->role;
    const uint32_t      at = actor_by_name(state, event->of.actor_removal.name);
    uint8_t             room[PATH_SIZE_MAX];
    struct buffer       path = buffer_over(room, sizeof room);
    if (at == 0) return false;
    group_add_path(state, actor_at(state, at)->group, &path);
    return actor_reaches(state, question->actor, buffer_bytes(&path),
                         reach_of(author, (enum role)actor_at(state, at)->role));
}

void actor_removal_judge(struct question *question, const struct event *event)
{
    const struct bytes name = event->of.actor_removal.name;
    const uint32_t     at = actor_by_name(question->state, name);
    if (at == 0 || actor_at(question->state, at)->role == RECOVERY) {
        refuse_name(question, UNKNOWN_ACTOR, name);
        return;
    }
    if (actor_at(question->state, at)->role != SERVER_ADMIN) return;
    if (server_at(question->state)->server_admin_count > 1) return;
    refuse_name(question, LAST_SERVER_ADMIN, name);
}

void actor_remove(struct state *state, uint32_t at)
{
    struct actor *actor = actor_edit(state, at);
    actor->is_removed = true;
    if (actor->role == SERVER_ADMIN) server_edit(state)->server_admin_count--;
    leave_group(state, at);
    state_index_remove(state, INDEX_ACTOR, at);
    state_index_remove(state, INDEX_ACTOR_NAME, at);
}

void actor_removal_apply(struct change_context *context, const struct event *event)
{
    actor_remove(context->state, actor_by_name(context->state, event->of.actor_removal.name));
}
