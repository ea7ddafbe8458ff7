#include "projections/reminders.h"

#include "projections/groups.h"
#include "projections/reminder_content.h"
#include "projections/schedule.h"

#include <assert.h>

static const uint64_t periods_ms[] = {
    [FREQUENCY_ONCE] = 0,
    [FREQUENCY_DAILY] = DAY_MS,
    [FREQUENCY_WEEKLY] = 7 * DAY_MS,
    [FREQUENCY_EVERY_30_DAYS] = 30 * DAY_MS,
};

struct grid reminder_grid(const struct reminder_policy_record *policy, uint64_t until_ms)
{
    const bool    is_dated = policy->days == DAYS_ABSENT;
    const int64_t back_ms = is_dated ? 0 : (int64_t)(policy->days * DAY_MS);
    assert(policy->frequency < sizeof periods_ms / sizeof periods_ms[0]);
    return (struct grid){.first_ms = (int64_t)(is_dated ? policy->date_ms : until_ms) - back_ms,
                         .period_ms = periods_ms[policy->frequency],
                         .end_ms = until_ms};
}

static const struct package_record *package_of(const struct state *state, uint32_t at)
{
    return package_at(state, reminding_at(state, at)->package);
}

static const struct reminder_policy_record *policy_of(const struct state *state, uint32_t at)
{
    const uint32_t group = package_of(state, at)->group;
    return reminder_policy_at(state, group_at(state, group)->reminder_policy);
}

static struct grid grid_of(const struct state *state, uint32_t at)
{
    return reminder_grid(policy_of(state, at), package_of(state, at)->window.until_ms);
}

uint64_t reminding_next(const struct state *state, uint32_t reminding)
{
    const uint32_t edge = reminding_at(state, reminding)->edge;
    return edge == 0 ? TIME_NEVER : edge_at(state, edge)->ms;
}

// --- What is due ------------------------------------------------------------

// A later instant takes the place of one that is still due: one is made up for, not the backlog.
static void set_due(struct state *state, uint32_t at, uint64_t ms)
{
    struct reminding *own = reminding_edit(state, at);
    const bool        is_listed = own->due_ms != TIME_NEVER;
    own->due_ms = ms;
    if (is_listed) return;
    struct server *server = server_edit(state);
    own->previous_due = server->last_due;
    if (server->last_due == 0) {
        server->first_due = at;
    } else {
        reminding_edit(state, server->last_due)->next_due = at;
    }
    server->last_due = at;
}

static void clear_due(struct state *state, uint32_t at)
{
    struct reminding *own = reminding_edit(state, at);
    const uint32_t    next = own->next_due, previous = own->previous_due;
    if (own->due_ms == TIME_NEVER) return;
    own->due_ms = TIME_NEVER;
    own->next_due = 0;
    own->previous_due = 0;
    struct server *server = server_edit(state);
    if (server->first_due == at) server->first_due = next;
    if (server->last_due == at) server->last_due = previous;
    if (previous != 0) reminding_edit(state, previous)->next_due = next;
    if (next != 0) reminding_edit(state, next)->previous_due = previous;
}

// Once is once for a package and its end, whatever is saved afterwards.
static bool is_to_remind(const struct state *state, uint32_t at)
{
    const struct reminder_policy_record *policy = policy_of(state, at);
    const bool was_reminded = reminding_at(state, at)->last_ms != TIME_NEVER;
    return policy->is_enabled && !(policy->frequency == FREQUENCY_ONCE && was_reminded);
}

static void start(struct change_context *context, uint32_t at, uint32_t ordinal)
{
    struct state     *state = context->state;
    const struct grid grid = grid_of(state, at);
    if (!is_to_remind(state, at)) return;
    if (grid_is_open(grid, context->now_ms)) set_due(state, at, context->now_ms);
    const struct edge edge = {.ms = grid_next(grid, context->now_ms),
                              .id = context->id,
                              .ordinal = ordinal,
                              .kind = EDGE_REMINDER,
                              .subject = at};
    const uint32_t    added = schedule_add(state, edge);
    reminding_edit(state, at)->edge = added;
}

static void stop(struct state *state, uint32_t at)
{
    schedule_drop(state, reminding_at(state, at)->edge);
    reminding_edit(state, at)->edge = 0;
    clear_due(state, at);
}

void reminders_cut(struct state *state, uint32_t group)
{
    for (uint32_t at = server_at(state)->first_due; at != 0;) {
        const uint32_t next = reminding_at(state, at)->next_due;
        if (group_is_within(state, package_of(state, at)->group, group)) clear_due(state, at);
        at = next;
    }
}

void reminding_pass(struct change_context *context, const struct edge *edge)
{
    struct state     *state = context->state;
    const uint32_t    at = edge->subject;
    const struct grid grid = grid_of(state, at);
    struct edge       next = *edge;
    if (group_is_there(state, package_of(state, at)->group)) {
        set_due(state, at, grid_latest(grid, context->now_ms));
    }
    next.ms = grid_next(grid, context->now_ms);
    const uint32_t added = schedule_add(state, next);
    reminding_edit(state, at)->edge = added;
}

// --- Packages and policies --------------------------------------------------

static uint32_t open_reminding(struct state *state, uint32_t package)
{
    const uint32_t at = state_take(state, POOL_REMINDING);
    *reminding_edit(state, at) =
        (struct reminding){.due_ms = TIME_NEVER, .last_ms = TIME_NEVER, .package = package};
    package_edit(state, package)->reminding = at;
    return at;
}

// Of the same name and end, with what it has come to; 0 when there is none.
static uint32_t find_former(const struct state *state, uint32_t former, uint32_t package)
{
    const struct package_record *own = package_at(state, package);
    for (uint32_t at = former; at != 0; at = package_at(state, at)->next) {
        const struct package_record *other = package_at(state, at);
        if (other->reminding == 0 || other->window.until_ms != own->window.until_ms) continue;
        if (text_is(state, other->name, text_of(state, own->name))) return at;
    }
    return 0;
}

void reminding_follow(struct change_context *context, uint32_t group, uint32_t former)
{
    struct state *state = context->state;
    uint32_t      ordinal = 0;
    if (group_at(state, group)->reminder_policy == 0) return;
    uint32_t package = group_at(state, group)->first_package;
    for (; package != 0; package = package_at(state, package)->next, ordinal++) {
        if (package_at(state, package)->window.until_ms == TIME_NEVER) continue;
        const uint32_t same = find_former(state, former, package);
        if (same == 0) {
            start(context, open_reminding(state, package), ordinal);
            continue;
        }
        const uint32_t at = package_at(state, same)->reminding;
        package_edit(state, same)->reminding = 0;
        package_edit(state, package)->reminding = at;
        reminding_edit(state, at)->package = package;
    }
}

void reminding_drop(struct state *state, uint32_t reminding)
{
    if (reminding == 0) return;
    stop(state, reminding);
    state_give(state, POOL_REMINDING, reminding);
}

void reminder_policy_judge(struct question *question, const struct event *event)
{
    const struct bytes path = event->of.reminder_policy.group;
    if (group_find(question->state, path) == 0) refuse_name(question, UNKNOWN_GROUP, path);
}

static void save_policy(struct state *state, uint32_t group, const struct reminder_policy *policy)
{
    uint32_t at = group_at(state, group)->reminder_policy;
    if (at == 0) {
        at = state_take(state, POOL_REMINDER_POLICY);
        group_edit(state, group)->reminder_policy = at;
    }
    struct reminder_policy_record *own = reminder_policy_edit(state, at);
    own->days = policy->days;
    own->date_ms = policy->date_ms;
    own->group = group;
    own->frequency = (uint32_t)policy->frequency;
    own->is_enabled = policy->is_enabled;
    own->is_copied = policy->is_copied;
}

void reminder_policy_apply(struct change_context *context, const struct event *event)
{
    struct state  *state = context->state;
    const uint32_t group = group_find(state, event->of.reminder_policy.group);
    uint32_t       ordinal = 0;
    save_policy(state, group, &event->of.reminder_policy);
    uint32_t package = group_at(state, group)->first_package;
    for (; package != 0; package = package_at(state, package)->next, ordinal++) {
        if (package_at(state, package)->window.until_ms == TIME_NEVER) continue;
        uint32_t at = package_at(state, package)->reminding;
        if (at == 0) {
            at = open_reminding(state, package);
        } else {
            stop(state, at);
        }
        start(context, at, ordinal);
    }
    state_note_change(state, group, 0);
}

// --- Reminders that wait ----------------------------------------------------

static uint64_t seq_hash(const struct state *state, uint64_t seq)
{
    return state_hash_number(state, 0, seq);
}

uint32_t reminder_find(const struct state *state, uint64_t seq)
{
    uint32_t at = state_first(state, INDEX_REMINDER, seq_hash(state, seq));
    while (at != 0 && reminder_at(state, at)->seq != seq) {
        at = state_next(state, INDEX_REMINDER, at);
    }
    return at;
}

static void unlink_from_all(struct state *state, const struct reminder_record *reminder)
{
    struct server *server = server_edit(state);
    if (reminder->previous == 0) {
        server->first_reminder = reminder->next;
    } else {
        reminder_edit(state, reminder->previous)->next = reminder->next;
    }
    if (reminder->next == 0) {
        server->last_reminder = reminder->previous;
    } else {
        reminder_edit(state, reminder->next)->previous = reminder->previous;
    }
}

static void unlink_from_group(struct state *state, const struct reminder_record *reminder)
{
    const uint32_t                 at = group_at(state, reminder->group)->reminder_policy;
    struct reminder_policy_record *policy = reminder_policy_edit(state, at);
    const uint32_t next = reminder->next_of_group, previous = reminder->previous_of_group;
    if (previous == 0) {
        policy->first_reminder = next;
    } else {
        reminder_edit(state, previous)->next_of_group = next;
    }
    if (next == 0) {
        policy->last_reminder = previous;
    } else {
        reminder_edit(state, next)->previous_of_group = previous;
    }
}

static void drop_reminder(struct state *state, uint32_t at)
{
    const struct reminder_record reminder = *reminder_at(state, at);
    unlink_from_all(state, &reminder);
    unlink_from_group(state, &reminder);
    state_index_remove(state, INDEX_REMINDER, at);
    text_drop(state, reminder.package);
    state_give(state, POOL_REMINDER, at);
}

void reminder_index(struct state *state, uint32_t at)
{
    state_index_add(state, INDEX_REMINDER, at, seq_hash(state, reminder_at(state, at)->seq));
}

static void add_reminder(struct state *state, struct reminder_record reminder)
{
    const uint32_t                 at = state_take(state, POOL_REMINDER);
    const uint32_t                 own = group_at(state, reminder.group)->reminder_policy;
    struct reminder_policy_record *policy = reminder_policy_edit(state, own);
    struct server                 *server = server_edit(state);
    reminder.previous = server->last_reminder;
    reminder.previous_of_group = policy->last_reminder;
    *reminder_edit(state, at) = reminder;
    if (reminder.previous == 0) {
        server->first_reminder = at;
    } else {
        reminder_edit(state, reminder.previous)->next = at;
    }
    if (reminder.previous_of_group == 0) {
        policy->first_reminder = at;
    } else {
        reminder_edit(state, reminder.previous_of_group)->next_of_group = at;
    }
    server->last_reminder = at;
    policy->last_reminder = at;
    reminder_index(state, at);
}

void reminder_policy_reclaim(struct state *state, uint32_t group)
{
    const uint32_t at = group_at(state, group)->reminder_policy;
    const uint32_t waiting = reminder_policy_at(state, at)->first_reminder;
    assert(group_at(state, group)->first_package == 0);
    if (waiting != 0) {
        drop_reminder(state, waiting);
        return;
    }
    group_edit(state, group)->reminder_policy = 0;
    state_give(state, POOL_REMINDER_POLICY, at);
}

// --- The events -------------------------------------------------------------

// The package of the event, by group, name and end.
static uint32_t find_reminding(const struct state *state, const struct reminder *reminder)
{
    const uint32_t group = group_find(state, reminder->group);
    uint32_t       at = group == 0 ? 0 : group_at(state, group)->first_package;
    for (; at != 0; at = package_at(state, at)->next) {
        const struct package_record *package = package_at(state, at);
        if (package->window.until_ms != reminder->until_ms) continue;
        if (text_is(state, package->name, reminder->package)) return package->reminding;
    }
    return 0;
}

static struct bytes pack(const struct reminder *reminder, uint8_t room[static PROPOSAL_SIZE_MAX])
{
    const struct event event = {.kind = REMINDER, .of.reminder = *reminder};
    struct buffer      packed = buffer_over(room, PROPOSAL_SIZE_MAX);
    event_write(&event, &packed);
    assert(!packed.is_full);
    return buffer_bytes(&packed);
}

void reminder_judge(struct question *question, const struct event *event)
{
    const struct reminder  *reminder = &event->of.reminder;
    const struct state     *state = question->state;
    const uint32_t          at = find_reminding(state, reminder);
    const uint64_t          due_ms = at == 0 ? TIME_NEVER : reminding_at(state, at)->due_ms;
    struct reminder_content content;
    uint8_t                 said_room[PROPOSAL_SIZE_MAX], known_room[PROPOSAL_SIZE_MAX];
    if (due_ms == TIME_NEVER || due_ms != reminder->due_ms) {
        refuse_malformed(question, "due");
        return;
    }
    reminder_compose(state, at, question->now_ms, &content);
    const struct bytes said = pack(reminder, said_room);
    const struct bytes known = pack(&content.reminder, known_room);
    if (!bytes_is_equal(said, known)) refuse_malformed(question, "reminder");
}

void reminder_apply(struct change_context *context, const struct event *event)
{
    const struct reminder *reminder = &event->of.reminder;
    struct state          *state = context->state;
    const uint32_t         at = find_reminding(state, reminder);
    clear_due(state, at);
    struct reminding *own = reminding_edit(state, at);
    own->last_ms = reminder->due_ms;
    own->last_seq = context->seq;
    own->is_delivered = false;
    if (state_count(state, POOL_REMINDER) == REMINDER_WAITING_MAX) {
        drop_reminder(state, server_at(state)->first_reminder);
    }
    const uint32_t group = package_of(state, at)->group;
    add_reminder(state, (struct reminder_record){.seq = context->seq,
                                                 .until_ms = reminder->until_ms,
                                                 .due_ms = reminder->due_ms,
                                                 .package = text_add(state, reminder->package),
                                                 .group = group});
    state_note_change(state, group, 0);
}

// The package may have gone, or another reminder of it gone out.
static void note_delivery(struct state *state, uint32_t group, uint64_t seq)
{
    uint32_t at = group_at(state, group)->first_package;
    for (; at != 0; at = package_at(state, at)->next) {
        const uint32_t reminding = package_at(state, at)->reminding;
        if (reminding == 0 || reminding_at(state, reminding)->last_seq != seq) continue;
        reminding_edit(state, reminding)->is_delivered = true;
    }
}

bool delivery_is_allowed(const struct question *question, const struct event *event)
{
    const struct actor *actor = actor_at(question->state, question->actor);
    (void)event;
    return actor->role == AGENT && actor->group == SERVER_GROUP;
}

void delivery_judge(struct question *question, const struct event *event)
{
    const struct state *state = question->state;
    const uint32_t      at = reminder_find(state, event->of.reminder_delivery.reminder);
    if (at == 0 || !group_is_there(state, reminder_at(state, at)->group)) {
        refuse_name(question, UNKNOWN_REMINDER, (struct bytes){NULL, 0});
    } else {
        question->charged = reminder_at(state, at)->group;
    }
}

void delivery_apply(struct change_context *context, const struct event *event)
{
    const struct reminder_delivery *delivery = &event->of.reminder_delivery;
    struct state                   *state = context->state;
    const uint32_t                  at = reminder_find(state, delivery->reminder);
    const uint32_t                  group = reminder_at(state, at)->group;
    if (delivery->is_sent) {
        note_delivery(state, group, delivery->reminder);
        drop_reminder(state, at);
    } else {
        reminder_edit(state, at)->failure_count++;
    }
    state_note_change(state, group, 0);
}
