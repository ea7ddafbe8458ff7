// What would help, said with the numbers that are known.
#include "api/daemon/hint.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const char *hint_of(const struct reason *reason)
{
    static uint8_t room[512];
    struct buffer  hint = buffer_over(room, sizeof room - 1);
    hint_add(reason, &hint);
    room[hint.size] = 0;
    return (const char *)room;
}

#define NOTHING LIMIT_NONE

Test(hint, says_the_smallest_change)
{
    static const struct {
        enum refusal code;
        uint64_t     limit, used, until_ms;
        const char  *name, *path, *want;
    } rows[] = {
        {LIMIT_REACHED,          20,      20,      TIME_NEVER,    "",           "A/b",
         "raise the limit of A/b to 21, or release a unit below it"                                                          },
        {VERSION_CONFLICT,       7,       5,       TIME_NEVER,    "",           "A",   "read A again and save from version 7"},
        {CHILD_EXCEEDS_ANCESTOR, 30,      31,      TIME_NEVER,    "sip_number", "R2",
         "ask for at most 30 of sip_number, or raise it in R2 to 31"                                                         },
        {EXPIRED,                NOTHING, NOTHING, 1796083200000, "",           "A",
         "give A a package that has not ended (it did 2026-12-01T00:00:00Z)"                                                 },
        {NO_LICENSE,             NOTHING, NOTHING, TIME_NEVER,    "ukey2",      "",    "upload a licence file with ukey2"    },
        {LIMIT_REACHED,          NOTHING, NOTHING, TIME_NEVER,    "",           "A",
         "raise the limit of A to …, or release a unit below it"                                                           },
        {UNIT_HELD,              NOTHING, NOTHING, TIME_NEVER,    "1001",       "",    "release 1001 first"                  },
        {MALFORMED,              NOTHING, NOTHING, TIME_NEVER,    "group",      "",    ""                                    },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct reason reason = {
            .constraint = {.code = rows[i].code,
                           .limit = rows[i].limit,
                           .used = rows[i].used,
                           .until_ms = rows[i].until_ms,
                           .name = bytes_of_text(rows[i].name)},
            .path = bytes_of_text(rows[i].path),
        };
        const char *got = hint_of(&reason);
        cr_expect(zero(int, strcmp(got, rows[i].want)), "%s", got);
    }
}

Test(hint, says_nothing_of_what_is_hidden)
{
    const struct reason reason = {
        .constraint = {.code = LIMIT_REACHED, .limit = 1, .used = 1},
        .path = bytes_of_text("A"),
        .is_hidden = true,
    };
    cr_expect(zero(sz, strlen(hint_of(&reason))));
}

Test(hint, that_does_not_fit_is_none)
{
    uint8_t             room[16];
    struct buffer       hint = buffer_over(room, sizeof room);
    const struct reason reason = {
        .constraint = {.code = LIMIT_REACHED, .limit = 1, .used = 1},
          .path = bytes_of_text("A")
    };
    hint_add(&reason, &hint);
    cr_expect(zero(sz, hint.size));
}

// Every refusal a client may get: no word of a row is left unfilled.
Test(hint, leaves_no_braces)
{
    for (uint32_t i = 0; refusal_at(i) != NULL; i++) {
        const struct reason reason = {
            .constraint = {.code = refusal_at(i)->code,
                           .limit = 3,
                           .used = 2,
                           .until_ms = 1000,
                           .name = bytes_of_text("n")},
            .path = bytes_of_text("p"),
        };
        cr_expect(eq(int, strpbrk(hint_of(&reason), "{}") == NULL, true), "%s",
                  refusal_at(i)->word);
    }
}
