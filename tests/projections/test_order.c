// X08: of two causes at once the earlier one of the order decides, and both are told.
#include "tests/support/script.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

// Lines are parted by "|". They stand on two groups A and A/B, and ten units of sip.
struct pair {
    enum refusal earlier, later;
    const char  *before, *say;
};

// A chain: each cause beside the next one of the order.
static const struct pair pairs[] = {
    {LIMITED_MODE,           UNKNOWN_GROUP,          "license sip 10 per-channel",                       "consume Z sip 1"                                },
    {LIMITED_MODE,           VERSION_CONFLICT,       "license sip 10 per-server",                        "allocate A version=7"                           },
    {LIMITED_MODE,           LIMIT_REACHED,          "license sip 0 per-channel",                        "consume A sip 1"                                },
    {UNKNOWN_GROUP,          UNKNOWN_USER,           "",                                                 "consume Z sip 1 user=eva"                       },
    {UNKNOWN_GROUP,          NAME_TAKEN,             "user eva A",                                       "user eva Z"                                     },
    {NOT_A_MEMBER,           BLOCKED,                "user eva A|block A/B",                             "consume A/B sip 1 user=eva"                     },
    {VERSION_CONFLICT,       NEEDS_EXCEEDED,
     "license sip 10 per-server; mob 10 per-server needs sip|eula 1",                                    "allocate A restricted version=7 p : mob=2 sip=1"},
    {VERSION_CONFLICT,       CHILD_EXCEEDS_ANCESTOR, "",                                                 "allocate A restricted version=7 p : sip=11"     },
    {VERSION_CONFLICT,       LIMIT_BELOW_USED,       "2 x consume A sip n#",
     "allocate A restricted version=7 p : sip=1"                                                                                                          },
    {BLOCKED,                UNIT_HELD,              "consume A sip 1|block A/B",                        "consume A/B sip 1"                              },
    {BLOCKED,                NO_LICENSE,             "block A",                                          "consume A cam 1"                                },
    {BLOCKED,                EXPIRED,
     "allocate A restricted p until=2027-01-01T00:00Z : sip=5|clock 2027-01-01T00:00Z|block A",          "consume A sip 1"                                },
    {UNIT_HELD,              NO_LICENSE,             "consume A sip 1|license cam 1 per-channel|eula 1",
     "consume A/B sip 1"                                                                                                                                  },
    {UNIT_HELD,              NOT_YET_VALID,
     "consume A sip 1|allocate A/B restricted p from=2027-01-01T00:00Z : sip=5",                         "consume A/B sip 1"                              },
    {UNIT_HELD,              LIMIT_REACHED,          "10 x consume A sip n#",                            "consume A/B sip n1"                             },
    {NO_LICENSE,             LIMIT_REACHED,          "allocate A restricted p : sip=1",                  "consume A cam 1"                                },
    {NO_LICENSE,             EXPIRED,
     "license sip 10 per-server; cam 9 per-server|eula 1|allocate A restricted p "
     "until=2027-01-01T00:00Z : cam=5|clock "
     "2027-01-01T00:00Z|license sip 10 per-server|eula 1",                                               "consume A cam 1"                                },
    {EXPIRED,                NOT_YET_VALID,
     "allocate A restricted p from=2028-01-01T00:00Z : sip=5|allocate A/B restricted p "
     "until=2027-01-01T00:00Z : sip=5|clock "
     "2027-01-01T00:00Z",                                                                                "consume A/B sip 1"                              },
    {EXPIRED,                LIMIT_REACHED,
     "allocate A/B restricted p : sip=1|consume A/B sip n|allocate A restricted p "
     "until=2027-01-01T00:00Z : sip=5|clock "
     "2027-01-01T00:00Z",                                                                                "consume A/B sip 1"                              },
    {NOT_YET_VALID,          LIMIT_REACHED,
     "allocate A/B restricted p : sip=1|consume A/B sip n|allocate A restricted force p "
     "from=2027-01-01T00:00Z : sip=5",                                                                   "consume A/B sip 1"                              },
    {LIMIT_REACHED,          STRICTEST_GROUP,
     "group C|allocate C restricted p : sip=1|user eva A|member add eva C|consume A sip n "
     "user=eva|9 x consume A sip n#",                                                                    "consume A sip 1 user=eva"                       },
    {LIMIT_REACHED,          USER_LIMIT,
     "user eva A|assign eva A sip=1|consume A sip n user=eva|9 x consume A sip n#",                      "consume A sip 1 user=eva"                       },
    {STRICTEST_GROUP,        USER_LIMIT,
     "group C|allocate C restricted p : sip=1|user eva A|assign eva A sip=1|member add eva "
     "C|consume A sip n user=eva",                                                                       "consume A sip 1 user=eva"                       },
    {LIMIT_REACHED,          NEEDED_UNIT_MISSING,
     "license sip 10 per-server; mob 0 per-server needs sip|eula 1",                                     "consume A mob m"                                },
    {USER_LIMIT,             NEEDED_UNIT_MISSING,
     "license sip 10 per-server; mob 5 per-server needs sip|eula 1|user eva A|assign eva A sip=1",       "consume A mob m user=eva"                       },
    {USER_LIMIT,             NEEDED_UNIT_BOUND,
     "license sip 10 per-server; mob 5 per-server needs sip|eula 1|user eva A|assign eva A sip=1 "
     "mob=1|consume A sip 1 user=eva|consume A mob m user=eva",                                          "consume A mob m2 user=eva"                      },
    {UNKNOWN_GROUP,          UNKNOWN_GROUP,          "",                                                 "move Y Z"                                       },
    {NEEDS_EXCEEDED,         CHILD_EXCEEDS_ANCESTOR,
     "license sip 10 per-server; mob 10 per-server needs sip|eula 1",                                    "allocate A restricted p : mob=12 sip=11"        },
    {CHILD_EXCEEDS_ANCESTOR, OVERSUBSCRIBED,         "",                                                 "allocate A restricted p : sip=11"               },
    {CHILD_EXCEEDS_ANCESTOR, LIMIT_BELOW_USED,
     "allocate A restricted p : sip=5|allocate A/B restricted p : sip=5|2 x consume A sip n#",           "allocate A restricted p : sip=1"                },
    {OVERSUBSCRIBED,         LIMIT_BELOW_USED,
     "group A/C|allocate A restricted p : sip=8|allocate A/B restricted p : sip=4|allocate A/C "
     "restricted p : sip=4|6 x "
     "consume A sip n#",                                                                                 "allocate A restricted p : sip=5"                },
};

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

static bool is_told(const struct why *why, enum refusal code)
{
    for (uint32_t i = 0; i < why->count; i++) {
        if (why->reasons[i].constraint.code == code) return true;
    }
    return false;
}

Test(order, X08_the_earlier_cause_decides_and_the_later_is_told)
{
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct pair *pair = &pairs[i];
        struct company    *company = company_open();
        do_all(company, "license sip 10 per-server|eula 1|group A|group A/B");
        do_all(company, pair->before);
        const char            *answer = company_say(company, pair->say);
        const struct decision *decision = company_decision(company);
        cr_expect(eq(int, decision->verdict.code, pair->earlier), "%s: %s", pair->say, answer);
        cr_expect(eq(int, decision->why.reasons[0].constraint.code, pair->earlier), "%s",
                  pair->say);
        cr_expect(is_told(&decision->why, pair->later), "%s: %s: %s", refusal_word(pair->later),
                  pair->say, answer);
        company_close(company);
    }
}

// What stands before the state is asked: nothing is told beside it.
Test(order, X08_who_may_not_or_comes_late_is_told_nothing_else)
{
    struct company *company = company_open();
    do_all(company, "license sip 10 per-server|eula 1|group A|enrol helper agent A");
    company_validity(company, -1);
    cr_expect(zero(int, strcmp(company_say(company, "consume Z sip 1"), "STALE_PROPOSAL")));
    company_as(company, "helper");
    cr_expect(zero(int, strcmp(company_say(company, "consume Z sip 1"), "FORBIDDEN")));
    company_close(company);
}

// The reasons of one refusal stand in the order of the codes.
Test(order, X08_reasons_stand_in_order_of_precedence)
{
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct company *company = company_open();
        do_all(company, "license sip 10 per-server|eula 1|group A|group A/B");
        do_all(company, pairs[i].before);
        (void)company_say(company, pairs[i].say);
        const struct why *why = &company_decision(company)->why;
        for (uint32_t j = 1; j < why->count; j++) {
            const enum refusal before = why->reasons[j - 1].constraint.code;
            const enum refusal code = why->reasons[j].constraint.code;
            const bool         is_window = before == EXPIRED && code == NOT_YET_VALID;
            cr_expect(is_window || before <= code, "%s: %s before %s", pairs[i].say,
                      refusal_word(before), refusal_word(code));
        }
        company_close(company);
    }
}
