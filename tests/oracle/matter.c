#include "tests/oracle/matter.h"

struct oracle_answer answer_found(const struct findings *findings)
{
    const struct verdict accepted = {.code = ACCEPTED, .node = NODE_NONE};
    struct oracle_answer answer = {
        .verdict = findings->count == 0 ? accepted : findings->verdicts[0],
        .findings = *findings,
    };
    const enum refusal code = answer.verdict.code;
    answer.is_appended = code == ACCEPTED || refusal_row(code)->is_logged;
    return answer;
}

static struct oracle_answer answer_of(struct verdict verdict)
{
    return answer_found(&(struct findings){.verdicts = {verdict}, .count = 1});
}

struct oracle_answer answer_refused(enum refusal code)
{
    return answer_of((struct verdict){.code = code, .node = NODE_NONE});
}

struct oracle_answer answer_refused_at(enum refusal code, const struct group_row *node,
                                       uint64_t limit, uint64_t used)
{
    return answer_of(
        (struct verdict){.code = code, .node = node->id, .limit = limit, .used = used});
}

struct oracle_answer answer_malformed(const char *offence)
{
    struct oracle_answer answer = answer_refused(MALFORMED);
    answer.offence = offence;
    return answer;
}

struct oracle_answer answer_accepted(void)
{
    return answer_refused(ACCEPTED);
}

struct oracle_answer answer_unchanged(void)
{
    struct oracle_answer answer = answer_accepted();
    answer.is_appended = false;
    return answer;
}
