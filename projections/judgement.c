#include "projections/judgement.h"

#include "projections/actors.h"
#include "projections/groups.h"

void why_init(struct why *why)
{
    why->count = 0;
    why->total = 0;
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
    if (group == 0 || question->actor == 0) return true;
    return actor_sees(question->state, question->actor, group);
}

static void add_reason(struct question *question, struct why *why, struct constraint constraint)
{
    why->total++;
    if (why->count == WHY_MAX) return;
    struct reason *reason = &why->reasons[why->count++];
    *reason = (struct reason){.constraint = constraint, .node = NODE_NONE};
    reason->constraint.name = keep(why, constraint.name);
    reason->is_hidden = !is_seen(question, constraint.group);
    if (constraint.group == 0) return;
    uint8_t       room[PATH_SIZE_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    group_add_path(question->state, constraint.group, &path);
    reason->path = keep(why, buffer_bytes(&path));
    reason->node = group_at(question->state, constraint.group)->id;
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
