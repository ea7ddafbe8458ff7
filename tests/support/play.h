// play.h - plays a table of script.h within a Criterion test: every answer is expected.
#ifndef TESTS_SUPPORT_PLAY_H
#define TESTS_SUPPORT_PLAY_H

#include "tests/support/check.h"
#include "tests/support/script.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static inline void expect_said(struct company *company, const char *say, const char *want)
{
    const char *answer = company_say(company, say);
    cr_expect(strcmp(answer, want) == 0, "%s\n  answers \"%s\"\n  and not \"%s\"", say, answer,
              want);
}

// Only how the answer begins: more may stand behind it.
static inline void expect_begin(struct company *company, const char *say, const char *want)
{
    const char *answer = company_say(company, say);
    cr_expect(strncmp(answer, want, strlen(want)) == 0,
              "%s\n  answers \"%s\"\n  and does not begin with \"%s\"", say, answer, want);
}

static inline void play_on(struct company *company, const struct turn *turns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_said(company, turns[i].say, turns[i].answer);
}

static inline void play(const struct turn *turns, size_t count)
{
    struct company *company = company_open();
    play_on(company, turns, count);
    company_close(company);
}

// The turns after those of a base: play_after(TURNS(base), TURNS(turns)). Then the state must hold
// together.
static inline void play_after(const struct turn *base, size_t base_count, const struct turn *turns,
                              size_t count)
{
    struct company *company = company_open();
    play_on(company, base, base_count);
    play_on(company, turns, count);
    const char *fault = state_check(company_state(company));
    cr_expect(fault == NULL, "%s", fault);
    company_close(company);
}

#endif
