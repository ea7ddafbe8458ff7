#include "api/daemon/reminder_view.h"

#include "api/daemon/survey.h"
#include "core/event/event.h"
#include "projections/reminders.h"

// Of one group; the others follow when these are delivered.
enum { WAITING_TOLD_MAX = 64, NEWEST_TOLD_MAX = 4 };

static void put_waiting(struct buffer *items, const struct state *state, uint32_t at)
{
    const struct reminder_record *reminder = reminder_at(state, at);
    pack_map(items, 5);
    put_time(items, "due", reminder->due_ms);
    put_number(items, "event", reminder->seq);
    put_number(items, "failures", reminder->failure_count);
    put_text(items, "package", text_of(state, reminder->package));
    put_time(items, "until", reminder->until_ms);
}

static const char *delivery_word(const struct state *state, const struct reminding *reminding)
{
    const uint32_t waiting = reminder_find(state, reminding->last_seq);
    if (reminding->is_delivered) return "sent";
    if (waiting == 0) return "given_up";
    return reminder_at(state, waiting)->failure_count > 0 ? "failed" : "waiting";
}

static void put_last(struct buffer *items, const struct state *state,
                     const struct reminding *reminding)
{
    pack_key(items, "last");
    if (reminding->last_ms == TIME_NEVER) {
        pack_nil(items);
        return;
    }
    pack_map(items, 3);
    put_text(items, "delivery", bytes_of_text(delivery_word(state, reminding)));
    put_time(items, "due", reminding->last_ms);
    put_number(items, "event", reminding->last_seq);
}

static void put_packages(struct buffer *items, const struct state *state, uint32_t group)
{
    uint32_t count = 0;
    uint32_t at = group_at(state, group)->first_package;
    for (uint32_t i = at; i != 0; i = package_at(state, i)->next) {
        count += package_at(state, i)->reminding != 0;
    }
    pack_key(items, "packages");
    pack_array(items, count);
    for (; at != 0; at = package_at(state, at)->next) {
        const struct package_record *package = package_at(state, at);
        if (package->reminding == 0) continue;
        pack_map(items, 4);
        put_last(items, state, reminding_at(state, package->reminding));
        put_text(items, "name", text_of(state, package->name));
        put_time(items, "next", reminding_next(state, package->reminding));
        put_time(items, "until", package->window.until_ms);
    }
}

static uint32_t waiting_count(const struct state *state, uint32_t first)
{
    uint32_t count = 0;
    for (uint32_t at = first; at != 0; at = reminder_at(state, at)->next_of_group) {
        count++;
    }
    return count;
}

static void put_undelivered(struct buffer *items, const struct state *state, uint32_t first)
{
    const uint32_t count = waiting_count(state, first);
    uint32_t       at = first;
    pack_key(items, "undelivered");
    pack_array(items, count < WAITING_TOLD_MAX ? count : WAITING_TOLD_MAX);
    for (uint32_t i = 0; i < count && i < WAITING_TOLD_MAX; i++) {
        put_waiting(items, state, at);
        at = reminder_at(state, at)->next_of_group;
    }
    put_number(items, "undelivered_count", count);
}

static void put_policy(struct buffer *items, const struct state *state, uint32_t at)
{
    const struct reminder_policy_record *policy = reminder_policy_at(state, at);
    pack_map(items, 9);
    put_flag(items, "copies", policy->is_copied);
    put_time(items, "date", policy->date_ms);
    put_limit(items, "days", policy->days);
    put_flag(items, "enabled", policy->is_enabled);
    put_text(items, "frequency", bytes_of_text(frequency_word((enum frequency)policy->frequency)));
    put_path(items, "group", state, policy->group);
    put_packages(items, state, policy->group);
    put_undelivered(items, state, policy->first_reminder);
}

static bool look_at_reminders(struct survey *survey)
{
    const uint32_t at = group_at(survey->state, survey->group)->reminder_policy;
    if (at == 0) return true;
    const bool is_waiting = reminder_policy_at(survey->state, at)->first_reminder != 0;
    if (survey->arguments->is_undelivered && !is_waiting) return true;
    put_policy(&survey->page->items, survey->state, at);
    survey->page->count++;
    return true;
}

void reminders_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                      struct buffer *reply)
{
    static const struct survey_row row = {"groups", look_at_reminders};
    survey_answer(daemon, ask, actor, &row, reply);
}

void put_newest_reminders(struct buffer *reply, const struct state *state, uint32_t group)
{
    const uint32_t policy = group_at(state, group)->reminder_policy;
    const uint32_t last = policy == 0 ? 0 : reminder_policy_at(state, policy)->last_reminder;
    uint32_t       count = 0;
    for (uint32_t at = last; at != 0 && count < NEWEST_TOLD_MAX; count++) {
        at = reminder_at(state, at)->previous_of_group;
    }
    pack_key(reply, "reminders");
    pack_array(reply, count);
    for (uint32_t at = last; count > 0; count--) {
        put_waiting(reply, state, at);
        at = reminder_at(state, at)->previous_of_group;
    }
}
