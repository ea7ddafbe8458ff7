#include "tests/support/script.h"

#include "projections/actions.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/mode.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/reminders.h"
#include "projections/users.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_SIZE = 16 * 1024, LINE_SIZE = 4096 };

static char   answer[ANSWER_SIZE];
static size_t answer_size;

__attribute__((format(printf, 1, 2))) static void add(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int size =
        vsnprintf(answer + answer_size, sizeof answer - answer_size, format, arguments);
    va_end(arguments);
    assert(size >= 0 && (size_t)size < sizeof answer - answer_size);
    answer_size += (size_t)size;
}

static void add_bytes(struct bytes text)
{
    add("%.*s", (int)text.size, (const char *)text.at);
}

static void add_group(const struct state *state, uint32_t group)
{
    uint8_t       room[PATH_SIZE_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    group_add_path(state, group, &path);
    add_bytes(buffer_bytes(&path));
}

static void add_time(uint64_t ms)
{
    char text[TIME_TEXT_SIZE];
    add("%s", time_to_text(ms, text));
}

static void add_numbers(const struct constraint *constraint)
{
    if (constraint->used != LIMIT_NONE && constraint->limit != LIMIT_NONE) {
        add(" %llu of %llu", (unsigned long long)constraint->used,
            (unsigned long long)constraint->limit);
    } else if (constraint->limit != LIMIT_NONE) {
        add(" limit %llu", (unsigned long long)constraint->limit);
    } else if (constraint->used != LIMIT_NONE) {
        add(" used %llu", (unsigned long long)constraint->used);
    }
    if (constraint->until_ms != TIME_NEVER) {
        add(" until ");
        add_time(constraint->until_ms);
    }
}

// What stands against taking a unit is about the resource that was asked for, which the line says.
static bool is_taking;

static bool is_of_unit(enum refusal code)
{
    return is_taking && (code == LIMIT_REACHED || code == EXPIRED || code == NOT_YET_VALID ||
                         code == STRICTEST_GROUP || code == USER_LIMIT);
}

static void add_reason(const struct reason *reason)
{
    add("%s", refusal_word(reason->constraint.code));
    if (reason->is_hidden) {
        add(" hidden");
        return;
    }
    if (reason->path.size > 0) {
        add(" ");
        add_bytes(reason->path);
    }
    add_numbers(&reason->constraint);
    if (reason->constraint.name.size > 0 && !is_of_unit(reason->constraint.code)) {
        add(" ");
        add_bytes(reason->constraint.name);
    }
}

static const char *say_decision(struct company *company)
{
    const struct decision *decision = company_decision(company);
    if (decision->verdict.code == ACCEPTED) {
        add(decision->is_logged ? "ok" : "ok already");
    } else if (decision->why.count == 0) {
        add("%s %s", refusal_word(decision->verdict.code), decision->offence);
    }
    for (uint32_t i = 0; i < decision->why.count; i++) {
        if (i > 0) add("; ");
        add_reason(&decision->why.reasons[i]);
    }
    return answer;
}

// --- Words ------------------------------------------------------------------

static bool starts(const char **line, const char *word)
{
    const size_t size = strlen(word);
    if (strncmp(*line, word, size) != 0) return false;
    if ((*line)[size] != ' ' && (*line)[size] != 0) return false;
    *line += size;
    while (**line == ' ')
        (*line)++;
    return true;
}

static struct bytes word_of(const char **line)
{
    const char *start = *line;
    while (**line != ' ' && **line != 0)
        (*line)++;
    const struct bytes word = {(const uint8_t *)start, (size_t)(*line - start)};
    while (**line == ' ')
        (*line)++;
    return word;
}

// --- Questions --------------------------------------------------------------

struct place {
    uint32_t group, resource;
    char     group_text[PATH_SIZE_MAX + 1], resource_text[NAME_SIZE_MAX + 1];
};

static struct place place_of(struct company *company, const char *line)
{
    struct place       place;
    const struct bytes group = word_of(&line);
    const struct bytes resource = word_of(&line);
    place.group = group_find(company_state(company), group);
    place.resource = resource_find(company_state(company), resource);
    (void)snprintf(place.group_text, sizeof place.group_text, "%.*s", (int)group.size,
                   (const char *)group.at);
    (void)snprintf(place.resource_text, sizeof place.resource_text, "%.*s", (int)resource.size,
                   (const char *)resource.at);
    return place;
}

static const char *say_state(struct company *company, const char *line)
{
    const struct place place = place_of(company, line);
    add("%s", place.group == 0 || place.resource == 0
                  ? "unknown"
                  : company_line(company, place.group_text, place.resource_text));
    return answer;
}

static void add_count(const char *word, uint64_t count)
{
    if (count > 0) add(" %s %llu", word, (unsigned long long)count);
}

static const char *say_more(struct company *company, const char *line)
{
    const struct place         place = place_of(company, line);
    const struct resource_view view = company_view(company, place.group_text, place.resource_text);
    add("%s own ", resource_status_word(view.status));
    if (view.own_limit == LIMIT_NONE)
        add("unlimited");
    else
        add("%llu unallocated %llu", (unsigned long long)view.own_limit,
            (unsigned long long)view.unallocated);
    add_count("over", view.over);
    add_count("suspended", view.suspended);
    if (view.activatable != LIMIT_NONE)
        add(" activatable %llu", (unsigned long long)view.activatable);
    add(" at ");
    add_group(company_state(company), view.bottleneck);
    if (view.until_ms != TIME_NEVER) {
        add(" until ");
        add_time(view.until_ms);
    }
    if (view.next_ms == TIME_NEVER) return answer;
    add(" next ");
    add_time(view.next_ms);
    add("=%llu", (unsigned long long)view.next_maximum);
    return answer;
}

static const char *say_notice(struct company *company, const char *line)
{
    const struct place         place = place_of(company, line);
    const struct resource_view view = company_view(company, place.group_text, place.resource_text);
    const bool is_new = view.notice_seq + 1 == server_at(company_state(company))->size;
    add("%s%s", notice_word(view.notice), is_new && view.notice != NOTICE_NONE ? " new" : "");
    return answer;
}

static const char *say_feature(struct company *company, const char *line)
{
    const struct place        place = place_of(company, line);
    const struct feature_view view =
        company_feature(company, place.group_text, place.resource_text);
    assert(view.is_on == (view.status == STATUS_ON));
    add("%s", resource_status_word(view.status));
    if (view.until_ms == TIME_NEVER) return answer;
    add(" until ");
    add_time(view.until_ms);
    return answer;
}

static const char *say_denial(const struct state *state, const struct constraint *access)
{
    add("%s", access->code == ACCEPTED ? "yes" : refusal_word(access->code));
    if (access->code == ACCEPTED || access->code == NOT_HELD) return answer;
    if (access->group != 0) {
        add(" ");
        add_group(state, access->group);
    }
    add_numbers(access);
    return answer;
}

static const char *say_may(struct company *company, const char *line)
{
    const struct state  *state = company_state(company);
    const struct bytes   who = word_of(&line);
    const struct action *action = action_find(word_of(&line));
    const struct acting  acting = {.user = user_find(state, who),
                                   .actor = actor_by_name(state, who),
                                   .group = *line == 0 ? 0 : group_find(state, word_of(&line))};
    if (action == NULL) {
        add("no such action");
        return answer;
    }
    const struct constraint access = action_access(state, action, &acting, company_now(company));
    return say_denial(state, &access);
}

static const char *say_access(struct company *company, const char *line)
{
    char                resource[NAME_SIZE_MAX + 1];
    const struct bytes  name = word_of(&line);
    const struct state *state = company_state(company);
    (void)snprintf(resource, sizeof resource, "%.*s", (int)name.size, (const char *)name.at);
    const struct constraint access = company_access(company, resource, line);
    return say_denial(state, &access);
}

static const char *say_held(struct company *company, const char *line)
{
    const struct state *state = company_state(company);
    const uint32_t      name = resource_find(state, word_of(&line));
    uint32_t            at = name == 0 ? 0 : resource_at(state, name)->first_holding;
    for (; at != 0; at = holding_at(state, at)->next) {
        const struct bytes unit = text_of(state, holding_at(state, at)->unit);
        const bool         is_kept = holding_is_kept(state, at);
        add("%s%s%.*s%s", answer_size > 0 ? " " : "", is_kept ? "" : "(", (int)unit.size,
            (const char *)unit.at, is_kept ? "" : ")");
    }
    return answer;
}

static const char *say_bound(struct company *company, const char *line)
{
    const struct state *state = company_state(company);
    const uint32_t      resource = resource_find(state, word_of(&line));
    const uint32_t      at = resource == 0 ? 0 : holding_find(state, resource, word_of(&line));
    assert(at != 0);
    const uint32_t bound = holding_at(state, at)->bound;
    if (bound == 0)
        add("none");
    else
        add_bytes(text_of(state, holding_at(state, bound)->unit));
    return answer;
}

static const char *say_lease(struct company *company, const char *line)
{
    const struct state *state = company_state(company);
    const struct bytes  resource = word_of(&line);
    const uint32_t      at = unit_find(state, resource, word_of(&line));
    assert(at != 0);
    if (lease_of(state, at) == NULL)
        add("none");
    else if (lease_end(state, at) == TIME_NEVER)
        add("held");
    else
        add_time(lease_end(state, at));
    return answer;
}

static const char *say_mode(struct company *company)
{
    const struct state *state = company_state(company);
    const uint32_t      reason = server_at(state)->limited_reason;
    const uint32_t      pending = pending_count(state, company_now(company));
    if (reason == NOT_LIMITED)
        add("normal");
    else
        add("limited %s", limited_reason_word(reason));
    if (pending > 0) add(" pending %u", pending);
    return answer;
}

static const char *say_pending(struct company *company)
{
    const struct state *state = company_state(company);
    struct pending      pending;
    pending_list(state, company_now(company), &pending);
    for (uint32_t i = 0; i < pending.count; i++) {
        if (i > 0) add(" ");
        add_bytes(text_of(state, holding_at(state, pending.holdings[i])->unit));
    }
    if (pending.count < pending.total) add(" of %u", pending.total);
    return answer;
}

static const char *say_connect(struct company *company, const char *line)
{
    const enum refusal code = mode_connect(company_state(company), bytes_of_text(line));
    add("%s", code == ACCEPTED ? "yes" : refusal_word(code));
    return answer;
}

static const char *say_person(struct company *company, const char *line)
{
    const struct state *state = company_state(company);
    const uint32_t      user = user_find(state, word_of(&line));
    const uint32_t      resource = resource_find(state, word_of(&line));
    assert(user != 0 && resource != 0);
    const struct user_quota quota = user_quota(state, user, resource, company_now(company));
    add("%llu/%llu/%llu", (unsigned long long)quota.maximum, (unsigned long long)quota.used,
        (unsigned long long)quota.available);
    if (quota.group == 0) return answer;
    add(quota.is_own_limit ? " assigned in " : " by ");
    add_group(state, quota.group);
    return answer;
}

static void add_instant(const char *word, uint64_t ms)
{
    if (ms == TIME_NEVER) return;
    add(" %s ", word);
    add_time(ms);
}

static const char *say_reminders(struct company *company, const char *line)
{
    const struct state *state = company_state(company);
    const uint32_t      group = group_find(state, word_of(&line));
    const uint32_t      policy = group == 0 ? 0 : group_at(state, group)->reminder_policy;
    uint32_t            at = group == 0 ? 0 : group_at(state, group)->first_package;
    for (; at != 0; at = package_at(state, at)->next) {
        const uint32_t reminding = package_at(state, at)->reminding;
        if (reminding == 0) continue;
        if (answer_size > 0) add("; ");
        add_bytes(text_of(state, package_at(state, at)->name));
        add_instant("next", reminding_next(state, reminding));
        add_instant("due", reminding_at(state, reminding)->due_ms);
        add_instant("last", reminding_at(state, reminding)->last_ms);
    }
    at = policy == 0 ? 0 : reminder_policy_at(state, policy)->first_reminder;
    for (; at != 0; at = reminder_at(state, at)->next_of_group) {
        const struct reminder_record *reminder = reminder_at(state, at);
        add("; %u waits", (unsigned)reminder->seq);
        add_count("failed", reminder->failure_count);
    }
    return answer;
}

// --- What is done -----------------------------------------------------------

static const char *say_license(struct company *company, const char *line)
{
    char   text[LICENSE_FILE_SIZE_MAX];
    size_t size = 0;
    for (; *line != 0; line++) {
        if (*line == ' ' && size > 0 && text[size - 1] == '\n') continue;
        text[size++] = *line == ';' ? '\n' : *line;
        assert(size + 2 < sizeof text);
    }
    if (size > 0 && text[size - 1] != '\n') text[size++] = '\n';
    text[size] = 0;
    (void)company_license(company, text);
    return say_decision(company);
}

static const char *say_plan(struct company *company, const char *text)
{
    static char room[LINE_SIZE * 4];
    const char *lines[64];
    size_t      count = 0;
    (void)snprintf(room, sizeof room, "%s", text);
    for (char *at = room; at != NULL && count < 64;) {
        char *bar = strstr(at, " | ");
        if (bar != NULL) *bar = 0;
        lines[count++] = at;
        at = bar == NULL ? NULL : bar + 3;
    }
    const enum refusal code = company_plan(company, lines, count);
    if (code != ACCEPTED) add("%u: ", company_decision(company)->verdict.index);
    return say_decision(company);
}

static const char *say_many(struct company *company, long count, const char *line)
{
    char        text[LINE_SIZE];
    const char *said = "ok";
    for (long i = 1; i <= count && strcmp(said, "ok") == 0; i++) {
        size_t size = 0;
        for (const char *at = line; *at != 0; at++) {
            if (*at == '#')
                size += (size_t)snprintf(text + size, sizeof text - size, "%ld", i);
            else
                text[size++] = *at;
            assert(size < sizeof text - 24);
        }
        text[size] = 0;
        said = company_say(company, text);
    }
    return said;
}

static void add_warnings(const struct why *warnings)
{
    for (uint32_t i = 0; i < warnings->count; i++) {
        const struct reason *reason = &warnings->reasons[i];
        add(i == 0 ? " clipped: " : "; ");
        add_bytes(reason->constraint.name);
        add(" at ");
        add_bytes(reason->path);
        add(" from ");
        add_time(reason->constraint.until_ms);
    }
}

static const char *say_preview(struct company *company, const char *line)
{
    company_preview(company, true);
    (void)company_say(company, line);
    company_preview(company, false);
    const struct state  *state = company_state(company);
    const struct losses *losses = &company_decision(company)->losses;
    add_warnings(&company_decision(company)->warnings);
    if (losses->total == 0) return answer;
    add(" suspends %llu:", (unsigned long long)losses->total);
    for (uint32_t i = 0; i < losses->count; i++) {
        add(" ");
        add_bytes(text_of(state, holding_at(state, losses->holdings[i])->unit));
    }
    return answer;
}

static const char *say_done(void)
{
    add("ok");
    return answer;
}

static const char *say_setting(struct company *company, const char *line)
{
    if (starts(&line, "clock")) {
        company_clock(company, line);
    } else if (starts(&line, "resume")) {
        add("%s", company_resume(company, line) == ACCEPTED ? "ok" : "refused");
        return answer;
    } else if (starts(&line, "as")) {
        company_as(company, line);
    } else if (starts(&line, "silence")) {
        company_silence(company, true);
    } else if (starts(&line, "speak")) {
        company_silence(company, false);
    } else {
        (void)company_do(company, line);
        return say_decision(company);
    }
    return say_done();
}

const char *company_say(struct company *company, const char *line)
{
    char      *after = NULL;
    const long count = strtol(line, &after, 10);
    answer_size = 0;
    answer[0] = 0;
    is_taking = strstr(line, "consume ") != NULL;
    if (count > 0 && strncmp(after, " x ", 3) == 0) return say_many(company, count, after + 3);
    if (starts(&line, "state")) return say_state(company, line);
    if (starts(&line, "more")) return say_more(company, line);
    if (starts(&line, "feature")) return say_feature(company, line);
    if (starts(&line, "access")) return say_access(company, line);
    if (starts(&line, "held")) return say_held(company, line);
    if (starts(&line, "bound")) return say_bound(company, line);
    if (starts(&line, "lease")) return say_lease(company, line);
    if (starts(&line, "mode")) return say_mode(company);
    if (starts(&line, "notice")) return say_notice(company, line);
    if (starts(&line, "may")) return say_may(company, line);
    if (starts(&line, "pending")) return say_pending(company);
    if (starts(&line, "connect")) return say_connect(company, line);
    if (starts(&line, "person")) return say_person(company, line);
    if (starts(&line, "preview")) return say_preview(company, line);
    if (starts(&line, "reminders")) return say_reminders(company, line);
    if (starts(&line, "told")) return company_told(company);
    if (starts(&line, "license")) return say_license(company, line);
    if (starts(&line, "plan")) return say_plan(company, line);
    return say_setting(company, line);
}
