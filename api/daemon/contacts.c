#include "api/daemon/contacts.h"

#include "api/daemon/answer.h"
#include "api/daemon/view.h"
#include "core/event/contact.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/users.h"

// --- Who is gone ------------------------------------------------------------

static struct contact_key key_of_user(const struct state *state, uint32_t user)
{
    return (struct contact_key){CONTACT_OF_USER, user_at(state, user)->id};
}

static struct contact_key key_of_actor(const struct state *state, uint32_t actor)
{
    return (struct contact_key){CONTACT_OF_ACTOR, actor_at(state, actor)->id};
}

static enum status forget_user(struct daemon *daemon, struct bytes name)
{
    const uint32_t at = user_find(daemon->state, name);
    return at == 0 ? OK : ledger_contact_erase(daemon->ledger, key_of_user(daemon->state, at));
}

static enum status forget_actor(struct daemon *daemon, struct bytes name)
{
    const uint32_t at = actor_by_name(daemon->state, name);
    return at == 0 ? OK : ledger_contact_erase(daemon->ledger, key_of_actor(daemon->state, at));
}

// With a group go the actors who are enrolled there and below.
static enum status forget_actors_within(struct daemon *daemon, struct bytes path)
{
    const struct state *state = daemon->state;
    const uint32_t      group = group_find(state, path);
    uint32_t            at = group == 0 ? 0 : server_at(state)->newest_actor;
    enum status         status = OK;
    for (; at != 0 && status == OK; at = actor_at(state, at)->next) {
        if (!group_is_within(state, actor_at(state, at)->group, group)) continue;
        status = ledger_contact_erase(daemon->ledger, key_of_actor(state, at));
    }
    return status;
}

static enum status forget(struct daemon *daemon, const struct event *event)
{
    if (event->kind == USER_REMOVAL) return forget_user(daemon, event->of.user_removal.user);
    if (event->kind == ACTOR_REMOVAL) return forget_actor(daemon, event->of.actor_removal.name);
    if (event->kind != GROUP_REMOVAL) return OK;
    return forget_actors_within(daemon, event->of.group_removal.group);
}

// Who comes and goes in one plan never had a contact.
enum status contacts_forget(struct daemon *daemon, const struct event *event)
{
    if (event->kind != PLAN) return forget(daemon, event);
    struct list_reader events = list_start(event->of.plan.events);
    enum status        status = OK;
    for (struct bytes packed; status == OK && list_next_packed(&events, &packed);) {
        const char  *offence = NULL;
        struct event one;
        (void)event_read_packed(packed, &one, &offence);
        status = forget(daemon, &one);
    }
    return status;
}

// --- The verb ---------------------------------------------------------------

// Whose contact is asked for, and what the asker may do with it.
struct asked {
    struct contact_key key;
    bool               is_found, may_read, may_write;
};

static struct asked find_asked(const struct state *state, const struct arguments *arguments,
                               uint32_t asker)
{
    const struct actor *by = actor_at(state, asker);
    const bool          is_user = arguments->user.at != NULL;
    const uint32_t      at =
        is_user ? user_find(state, arguments->user) : actor_by_name(state, arguments->actor);
    struct asked asked = {.is_found = at != 0, .may_write = by->role == SERVER_ADMIN};
    if (at != 0) asked.key = is_user ? key_of_user(state, at) : key_of_actor(state, at);
    if (at != 0 && by->role == SITE_ADMIN) {
        asked.may_write = is_user ? user_is_all_within(state, at, by->group)
                                  : actor_reads(state, asker, actor_at(state, at)->group);
    }
    // An agent of the server sends the reminders.
    asked.may_read = asked.may_write || (by->role == AGENT && by->group == SERVER_GROUP);
    return asked;
}

static bool is_given(const struct contact *contact)
{
    return contact->name.at != NULL || contact->mail.at != NULL || contact->phone.at != NULL;
}

static const char *offence_of(const struct arguments *arguments, const struct contact *contact)
{
    if ((arguments->user.at == NULL) == (arguments->actor.at == NULL)) return "user";
    return arguments->is_erased && is_given(contact) ? "erase" : NULL;
}

// What fails is kept in the batch, which is given up then.
static enum status change(struct daemon *daemon, struct contact_key key,
                          const struct contact *contact)
{
    uint8_t           room[CONTACT_SIZE_MAX];
    struct buffer     packed = buffer_over(room, sizeof room);
    const enum status begun = daemon_begin(daemon);
    if (begun != OK) return begun;
    contact_write(contact, &packed);
    daemon->batch_status = is_given(contact)
                               ? ledger_contact_put(daemon->ledger, key, buffer_bytes(&packed))
                               : ledger_contact_erase(daemon->ledger, key);
    return daemon->batch_status;
}

static enum status look(struct daemon *daemon, struct contact_key key, struct contact *contact)
{
    struct bytes      packed;
    const enum status status = ledger_contact_load(daemon->ledger, key, &packed);
    if (status == STATUS_NOT_FOUND) return OK;
    if (status != OK) return status;
    return contact_read(packed, contact) ? OK : STATUS_CORRUPT;
}

static void put_contact(struct buffer *reply, const struct daemon *daemon,
                        const struct contact *contact)
{
    answer_ok(reply, 6);
    put_flag(reply, "known", is_given(contact));
    put_optional_text(reply, "mail", contact->mail);
    put_optional_text(reply, "name", contact->name);
    put_optional_text(reply, "phone", contact->phone);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}

void contact_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    const struct arguments *arguments = &ask->arguments;
    const struct asked      asked = find_asked(daemon->state, arguments, actor);
    struct contact          contact = {
                 .name = arguments->name, .mail = arguments->mail, .phone = arguments->phone};
    const char *offence = offence_of(arguments, &contact);
    const bool  is_change = arguments->is_erased || is_given(&contact);
    if (offence != NULL) {
        answer_error(reply, "MALFORMED", bytes_of_text(offence));
        return;
    }
    if (is_change ? !asked.may_write : !asked.may_read) {
        answer_forbidden(reply);
        return;
    }
    if (!asked.is_found) {
        answer_error(reply, "NOT_FOUND",
                     arguments->user.at != NULL ? arguments->user : arguments->actor);
        return;
    }
    const enum status status =
        is_change ? change(daemon, asked.key, &contact) : look(daemon, asked.key, &contact);
    if (status != OK) {
        answer_failure(reply, status);
    } else {
        put_contact(reply, daemon, &contact);
    }
}
