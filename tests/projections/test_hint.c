// What would help, said with the numbers that are known; and that it helps.
#include "projections/hint.h"
#include "tests/support/script.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static const char *hint_of(const struct reason *reason)
{
    static uint8_t room[2048];
    struct buffer  hint = buffer_over(room, sizeof room - 1);
    hint_add(reason, &hint);
    room[hint.size] = 0;
    return (const char *)room;
}

#define NOTHING LIMIT_NONE

Test(hint, X08_says_the_smallest_change)
{
    static const struct {
        enum refusal code;
        uint64_t     limit, used, until_ms;
        uint32_t     further;
        const char  *name, *path, *want;
    } rows[] = {
        {LIMIT_REACHED,          20,      20,      TIME_NEVER,    0,  "sip",        "A/b",
         "raise the limit of A/b to 21, or release a unit below it"                                                              },
        {LIMIT_REACHED,          20,      18,      TIME_NEVER,    15, "cam",        "/",
         "upload a licence file with at least 34, or release a unit"                                                             },
        {VERSION_CONFLICT,       7,       5,       TIME_NEVER,    0,  "",           "A",   "read A again and save from version 7"},
        {CHILD_EXCEEDS_ANCESTOR, 30,      31,      TIME_NEVER,    0,  "sip_number", "R2",
         "let R2 have 31 of sip_number, or each group below it at most 30"                                                       },
        {EXPIRED,                0,       3,       1796083200000, 0,  "sip",        "A",
         "give A a package with 4 of sip that has not ended (it did 2026-12-01T00:00:00Z)"                                       },
        {NO_LICENSE,             NOTHING, NOTHING, TIME_NEVER,    0,  "ukey2",      "/",
         "upload a licence file with ukey2"                                                                                      },
        {LIMIT_REACHED,          NOTHING, NOTHING, TIME_NEVER,    0,  "",           "A",
         "raise the limit of A to …, or release a unit below it"                                                               },
        {UNIT_HELD,              NOTHING, NOTHING, TIME_NEVER,    0,  "1001",       "",
         "release 1001 first, or take another unit"                                                                              },
        {MALFORMED,              NOTHING, NOTHING, TIME_NEVER,    0,  "group",      "",    "correct group"                       },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct reason reason = {
            .constraint = {.code = rows[i].code,
                           .limit = rows[i].limit,
                           .used = rows[i].used,
                           .until_ms = rows[i].until_ms,
                           .name = bytes_of_text(rows[i].name)},
            .path = bytes_of_text(rows[i].path),
            .further = rows[i].further,
        };
        const char *got = hint_of(&reason);
        cr_expect(zero(int, strcmp(got, rows[i].want)), "%s", got);
    }
}

Test(hint, says_no_name_and_no_number_of_what_is_hidden)
{
    for (uint32_t i = 0; refusal_at(i) != NULL; i++) {
        const struct reason reason = {
            .constraint = {.code = refusal_at(i)->code,
                           .limit = 77,
                           .used = 77,
                           .name = bytes_of_text("QQQ")},
            .path = bytes_of_text("QQQ"),
            .is_hidden = true,
        };
        const char *got = hint_of(&reason);
        cr_expect(eq(int, strstr(got, "7") == NULL && strstr(got, "QQQ") == NULL, true), "%s", got);
    }
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

Test(hint, X08_every_refusal_has_one_without_braces)
{
    for (uint32_t i = 0; refusal_at(i) != NULL; i++) {
        const struct refusal_row *row = refusal_at(i);
        const struct reason       reason = {
                  .constraint = {.code = row->code,
                                 .limit = 3,
                                 .used = 2,
                                 .until_ms = 1000,
                                 .name = bytes_of_text("n")},
                  .path = bytes_of_text("p"),
        };
        const char *got = hint_of(&reason);
        cr_expect(eq(int, strlen(got) > 0, row->code != ACCEPTED), "%s", row->word);
        cr_expect(eq(int, strpbrk(got, "{}") == NULL, true), "%s", row->word);
    }
}

// --- Doing what it says -----------------------------------------------------

// Lines are parted by "|". What is refused is said again once its hint was followed.
struct advice {
    enum refusal code;
    const char  *before, *say, *hint, *follow;
    const char  *say_again; // NULL: the same
};

static const struct advice advices[] = {
    {LIMITED_MODE,           "license sip 10 per-server",                                                   "group Z",
     "a server_admin accepts the current EULA with: licet eula accept",                                                                                                                                    "eula 1",                           NULL                   },
    {EULA_VERSION_MISMATCH,  "",                                                                            "eula 7",                            "accept version 1",                                       "",                                 "eula 1"               },
    {UNKNOWN_GROUP,          "",                                                                            "allocate Z restricted p : sip=1",   "create Z first, or correct the path",
     "group Z",                                                                                                                                                                                                                                NULL                   },
    {UNKNOWN_USER,           "",                                                                            "consume A sip 1 user=eva",          "create eva first, or correct the name",
     "user eva A",                                                                                                                                                                                                                             NULL                   },
    {NAME_TAKEN,             "",                                                                            "group A",                           "choose another name than A",                             "",                                 "group Z"              },
    {LAST_SERVER_ADMIN,      "",                                                                            "remove admin",                      "enrol another server_admin first",
     "enrol second server_admin /",                                                                                                                                                                                                            NULL                   },
    {NOT_A_MEMBER,           "user eva A",                                                                  "consume A/B sip 1 user=eva",        "add the user to A/B first",
     "member add eva A/B",                                                                                                                                                                                                                     NULL                   },
    {MEMBERSHIP_IN_USE,      "user eva A|consume A sip 1 user=eva",                                         "member remove eva A",
     "release the user's units in A first, or use cascade",                                                                                                                                                "release sip 1",                    NULL                   },
    {VERSION_CONFLICT,       "allocate A restricted p : sip=5",
     "allocate A restricted version=0 p : sip=6",                                                                                                "read A again and save from version 1",                   "",
     "allocate A restricted version=1 p : sip=6"                                                                                                                                                                                                                      },
    {UNIT_HELD,              "consume A sip 1",                                                             "consume A/B sip 1",                 "release 1 first, or take another unit",
     "release sip 1",                                                                                                                                                                                                                          NULL                   },
    {GROUP_NOT_EMPTY,        "consume A/B sip 1",                                                           "drop A/B",                          "empty A/B first, or use cascade",
     "release sip 1",                                                                                                                                                                                                                          NULL                   },
    {GROUP_NOT_EMPTY,        "consume A/B sip 1",                                                           "drop A/B",                          "empty A/B first, or use cascade",                        "",
     "drop A/B cascade"                                                                                                                                                                                                                                               },
    {CYCLE,                  "",                                                                            "move A A/B",                        "choose a parent outside of the group",                   "group C",                          "move A C"             },
    {BLOCKED,                "block A",                                                                     "consume A/B sip 1",                 "unblock A",                                              "unblock A",                        NULL                   },
    {UNIT_IN_USE,
     "license sip 10 per-server; mob 10 per-server needs sip|eula 1|consume A sip 1|consume A mob "
     "m",                                                                                                   "release sip 1",                     "release m first, or use cascade",                        "release mob m",                    NULL                   },
    {UNIT_IN_USE,
     "license sip 10 per-server; mob 10 per-server needs sip|eula 1|consume A sip 1|consume A mob "
     "m",                                                                                                   "release sip 1",                     "release m first, or use cascade",                        "",                                 "release sip 1 cascade"},
    {NEEDED_UNIT_MISSING,    "license sip 10 per-server; mob 10 per-server needs sip|eula 1",
     "consume A mob m",                                                                                                                          "consume sip in A first, for the same user",              "consume A sip 1",                  NULL                   },
    {NEEDED_UNIT_BOUND,
     "license sip 10 per-server; mob 10 per-server needs sip|eula 1|consume A sip 1|consume A mob "
     "m",                                                                                                   "consume A mob m2",                  "consume another unit of what it needs in A first",       "consume A sip 2",
     NULL                                                                                                                                                                                                                                                             },
    {UNKNOWN_REMINDER,       "",                                                                            "delivery 3 sent",                   "name one that waits: licet reminders lists them",        "",
     "group Z"                                                                                                                                                                                                                                                        },
    {NOT_HELD,               "",                                                                            "release sip 1",                     "take 1 first, or correct the unit",                      "consume A sip 1",                  NULL                   },
    {NO_LICENSE,             "",                                                                            "consume A cam 1",                   "upload a licence file with cam",
     "license sip 10 per-server; cam 1 per-channel|eula 1",                                                                                                                                                                                    NULL                   },
    {NOT_YET_VALID,          "allocate A restricted p from=2027-01-01T00:00Z : sip=5",                      "consume A sip 1",
     "wait until 2027-01-01T00:00:00Z, or give A a package with 1 of sip before",                                                                                                                          "allocate A restricted p : sip=1",  NULL                   },
    {NOT_YET_VALID,          "allocate A restricted p from=2027-01-01T00:00Z : sip=5",                      "consume A sip 1",
     "wait until 2027-01-01T00:00:00Z, or give A a package with 1 of sip before",                                                                                                                          "clock 2027-01-01T00:00Z",          NULL                   },
    {EXPIRED,
     "consume A sip 1|consume A sip 2|allocate A restricted p until=2027-01-01T00:00Z : "
     "sip=5|clock 2027-01-01T00:00Z",                                                                       "consume A/B sip 3",
     "give A a package with 3 of sip that has not ended (it did 2027-01-01T00:00:00Z)",                                                                                                                    "allocate A restricted p : sip=3",  NULL                   },
    {LIMIT_REACHED,          "10 x consume A sip n#",                                                       "consume A sip 1",
     "upload a licence file with at least 11, or release a unit",                                                                                                                                          "license sip 11 per-server|eula 1", NULL                   },
    {LIMIT_REACHED,          "allocate A restricted p : sip=2|2 x consume A sip n#",                        "consume A/B sip 1",
     "raise the limit of A to 3, or release a unit below it",                                                                                                                                              "allocate A restricted p : sip=3",
     NULL                                                                                                                                                                                                                                                             },
    {LIMIT_REACHED,          "allocate A restricted p : sip=2|2 x consume A sip n#",                        "consume A/B sip 1",
     "raise the limit of A to 3, or release a unit below it",                                                                                                                                              "release sip n1",                   NULL                   },
    {LIMIT_REACHED,          "allocate A restricted p : sip=2|consume A sip n",
     "plan consume A sip 1 + consume A/B sip 2 + consume A sip 3 + consume A sip n",                                                             "raise the limit of A to 4, or release a unit below it",  "allocate A restricted p : sip=4",
     NULL                                                                                                                                                                                                                                                             },
    {STRICTEST_GROUP,
     "group C|allocate C restricted p : sip=1|user eva A|member add eva C|consume A sip 1 user=eva",        "consume A sip 2 user=eva",          "raise the maximum of C to 2, or release a unit there",
     "allocate C restricted p : sip=2",                                                                                                                                                                                                        NULL                   },
    {STRICTEST_GROUP,
     "group C|group C/D|allocate C restricted p : sip=2|2 x consume C/D sip n#|user eva A|member "
     "add eva C/D",                                                                                         "consume A sip 2 user=eva",          "raise the maximum of C/D to 3, or release a unit there",
     "allocate C restricted p : sip=3",                                                                                                                                                                                                        NULL                   },
    {USER_LIMIT,             "user eva A|assign eva A sip=1|consume A sip 1 user=eva",
     "consume A sip 2 user=eva",                                                                                                                 "raise the user's own limit in A to 2",                   "assign eva A sip=2",
     NULL                                                                                                                                                                                                                                                             },
    {NEEDS_EXCEEDED,         "license sip 10 per-server; mob 10 per-server needs sip|eula 1",
     "allocate A restricted p : mob=5 sip=3",                                                                                                    "raise sip to 5",                                         "",
     "allocate A restricted p : mob=5 sip=5"                                                                                                                                                                                                                          },
    {CHILD_EXCEEDS_ANCESTOR, "allocate A restricted p : sip=3",                                             "allocate A/B restricted p : sip=5",
     "let A have 5 of sip, or each group below it at most 3",                                                                                                                                              "allocate A restricted p : sip=5",
     NULL                                                                                                                                                                                                                                                             },
    {CHILD_EXCEEDS_ANCESTOR, "allocate A restricted p : sip=3",                                             "allocate A/B restricted p : sip=5",
     "let A have 5 of sip, or each group below it at most 3",                                                                                                                                              "",
     "allocate A/B restricted p : sip=3"                                                                                                                                                                                                                              },
    {CHILD_EXCEEDS_ANCESTOR, "",                                                                            "allocate A restricted p : sip=12",
     "upload a licence file with 12 of sip, or let each group below have at most 10",                                                                                                                      "license sip 12 per-server|eula 1", NULL                   },
    {CHILD_EXCEEDS_ANCESTOR, "allocate A restricted p : sip=5|allocate A/B restricted p : sip=5",
     "allocate A restricted p : sip=3",                                                                                                          "let A have 5 of sip, or each group below it at most 3",
     "allocate A/B restricted p : sip=3",                                                                                                                                                                                                      NULL                   },
    {USER_EXCEEDS_GROUP,     "user eva A|allocate A restricted p : sip=3",                                  "assign eva A sip=4",
     "ask for at most 3 of sip",                                                                                                                                                                           "",                                 "assign eva A sip=3"   },
    {OVERSUBSCRIBED,         "group A/C|allocate A restricted p : sip=5|allocate A/B restricted p : sip=4",
     "allocate A/C restricted p : sip=4",                                                                                                        "raise sip of A to 8, or let A be oversubscribed",
     "allocate A restricted p : sip=8",                                                                                                                                                                                                        NULL                   },
    {OVERSUBSCRIBED,         "group A/C|allocate A restricted p : sip=5|allocate A/B restricted p : sip=4",
     "allocate A/C restricted p : sip=4",                                                                                                        "raise sip of A to 8, or let A be oversubscribed",
     "allocate A restricted oversubscribed p : sip=5",                                                                                                                                                                                         NULL                   },
    {LIMIT_BELOW_USED,       "3 x consume A sip n#",                                                        "allocate A restricted p : sip=2",
     "leave 3 of sip to A, release until 2 are used, or use force",                                                                                                                                        "",
     "allocate A restricted p : sip=3"                                                                                                                                                                                                                                },
    {LIMIT_BELOW_USED,       "3 x consume A sip n#",                                                        "allocate A restricted p : sip=2",
     "leave 3 of sip to A, release until 2 are used, or use force",                                                                                                                                        "release sip n1",                   NULL                   },
    {LIMIT_BELOW_USED,       "3 x consume A sip n#",                                                        "allocate A restricted p : sip=2",
     "leave 3 of sip to A, release until 2 are used, or use force",                                                                                                                                        "",
     "allocate A restricted force p : sip=2"                                                                                                                                                                                                                          },
};

// "plan A + B" is said to the company as "plan A | B".
static const char *say(struct company *company, const char *line)
{
    static char said[1024];
    (void)snprintf(said, sizeof said, "%s", line);
    for (char *at = said; strncmp(said, "plan ", 5) == 0 && (at = strchr(at, '+')) != NULL;) {
        *at = '|';
    }
    return company_say(company, said);
}

static void do_all(struct company *company, const char *lines)
{
    char  copy[1024];
    char *rest = copy;
    (void)snprintf(copy, sizeof copy, "%s", lines);
    for (char *line = strsep(&rest, "|"); line != NULL; line = strsep(&rest, "|")) {
        if (*line == 0) continue;
        const char *answer = company_say(company, line);
        cr_assert(zero(int, strncmp(answer, "ok", 2)), "%s: %s", line, answer);
    }
}

static void follow(const struct advice *advice)
{
    struct company *company = company_open();
    do_all(company, "license sip 10 per-server|eula 1|group A|group A/B");
    do_all(company, advice->before);
    (void)say(company, advice->say);
    const struct decision *decision = company_decision(company);
    cr_expect(eq(int, decision->verdict.code, advice->code), "%s", advice->say);
    const struct reason reason = decision->why.reasons[0];
    const char         *hint = hint_of(&reason);
    cr_expect(zero(int, strcmp(hint, advice->hint)), "%s: %s", advice->say, hint);
    do_all(company, advice->follow);
    const char *again = advice->say_again == NULL ? advice->say : advice->say_again;
    const char *answer = say(company, again);
    cr_expect(zero(int, strcmp(answer, "ok")), "%s: %s", again, answer);
    company_close(company);
}

Test(hint, X08_doing_what_it_says_lets_the_proposal_pass)
{
    for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++) {
        follow(&advices[i]);
    }
}
