#include "projections/judgement.h"

#include "projections/groups.h"

#include <string.h>

void why_init(struct why *why, uint32_t from)
{
    why->from = from;
    why->count = 0;
    why->total = 0;
    why->decisive = (struct reason){.constraint = {.code = ACCEPTED}, .node = NODE_NONE};
    memset(why->has_hidden, 0, sizeof why->has_hidden);
    why->text = buffer_over(why->room, sizeof why->room);
}

static struct bytes keep(struct why *why, struct bytes text)
{
    const size_t start = why->text.size;
    buffer_add(&why->text, text);
    if (why->text.is_full) return (struct bytes){NULL, 0};
    return (struct bytes){why->room + start, text.size};
}

static bool is_seen(const struct question *question, uint32_t group)
{
    return group == 0 || group_is_seen(question->state, group, question->reader);
}

static struct reason reason_of(const struct question *question, struct why *why,
                               struct constraint constraint)
{
    struct reason reason = {.constraint = constraint, .node = NODE_NONE};
    uint8_t       room[PATH_SIZE_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    reason.constraint.name = keep(why, constraint.name);
    reason.is_hidden = !is_seen(question, constraint.group);
    if (constraint.group == 0) return reason;
    group_add_path(question->state, constraint.group, &path);
    reason.path = keep(why, buffer_bytes(&path));
    reason.node = group_at(question->state, constraint.group)->id;
    return reason;
}

static void add_reason(struct question *question, struct why *why, struct constraint constraint)
{
    const bool is_decisive = why->total == 0 || (constraint.code == MALFORMED &&
                                                 why->decisive.constraint.code != MALFORMED);
    const bool is_hidden = !is_seen(question, constraint.group);
    if (is_hidden && why->has_hidden[constraint.code]) return;
    const bool is_kept = why->total >= why->from && why->count < WHY_MAX;
    why->has_hidden[constraint.code] = is_hidden || why->has_hidden[constraint.code];
    why->total++;
    if (!is_decisive && !is_kept) return;
    const struct reason reason = reason_of(question, why, constraint);
    if (is_decisive) why->decisive = reason;
    if (is_kept) why->reasons[why->count++] = reason;
}

void refuse(struct question *question, struct constraint constraint)
{
    add_reason(question, question->why, constraint);
}

void warn(struct question *question, uint32_t group, struct bytes package, uint64_t until_ms)
{
    add_reason(question, question->warnings,
               (struct constraint){.code = ACCEPTED,
                                   .group = group,
                                   .limit = LIMIT_NONE,
                                   .used = LIMIT_NONE,
                                   .until_ms = until_ms,
                                   .name = package});
}

static struct constraint plain(enum refusal code)
{
    return (struct constraint){
        .code = code, .limit = LIMIT_NONE, .used = LIMIT_NONE, .until_ms = TIME_NEVER};
}

void refuse_name(struct question *question, enum refusal code, struct bytes name)
{
    struct constraint constraint = plain(code);
    constraint.name = name;
    refuse(question, constraint);
}

void refuse_at(struct question *question, enum refusal code, uint32_t group)
{
    struct constraint constraint = plain(code);
    constraint.group = group;
    refuse(question, constraint);
}

void refuse_malformed(struct question *question, const char *field)
{
    question->offence = field;
    refuse_name(question, MALFORMED, bytes_of_text(field));
}

bool is_refused(const struct question *question)
{
    return question->why->total > 0;
}
