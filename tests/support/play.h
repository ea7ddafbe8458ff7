// play.h - plays a table of script.h within a Criterion test: every answer is expected.
#ifndef TESTS_SUPPORT_PLAY_H
#define TESTS_SUPPORT_PLAY_H

#include "tests/support/script.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static inline void play_on(struct company *company, const struct turn *turns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *answer = company_say(company, turns[i].say);
        cr_expect(strcmp(answer, turns[i].answer) == 0,
                  "%zu. %s\n  answers \"%s\"\n  and not \"%s\"", i + 1, turns[i].say, answer,
                  turns[i].answer);
    }
}

static inline void play(const struct turn *turns, size_t count)
{
    struct company *company = company_open();
    play_on(company, turns, count);
    company_close(company);
}

#endif
