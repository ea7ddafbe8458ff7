// What a proposal may be made of (X16), plans (X14), and what is kept of a refusal (X06, X08).
#include "projections/digest.h"
#include "tests/support/check.h"
#include "tests/support/play.h"

#include <stdio.h>
#include <stdlib.h>

static const struct turn base[] = {
    {"license sip 5 per-server; cam 5 per-channel", "ok"},
    {"eula 1",                                      "ok"},
    {"group G",                                     "ok"},
    {"user maria G",                                "ok"},
    {"enrol helper agent G",                        "ok"},
};

static struct hash digest(struct company *company)
{
    struct hash hash = {{0}};
    cr_assert(eq(int, digest_of(company_state(company), &hash), OK));
    return hash;
}

static bool is_same(struct hash a, struct hash b)
{
    return memcmp(a.at, b.at, sizeof a.at) == 0;
}

// A refusal may be logged, and time and size go on with it: so a group's digest is compared between
// two companies, one of which never heard of the plan but of another refusal.
Test(rules, x14_a_plan_that_fails_at_its_last_event_leaves_nothing_behind)
{
    static const char *const plans[] = {
        "plan consume G sip a | consume G sip b | release sip k | group G",
        "plan release sip k | consume G sip k2 | consume G cam k | release cam k | group G",
        "plan group H | group H/I | allocate H restricted p until=2026-12-01 : sip=2 foo | user "
        "paul H | "
        "member add maria H | assign maria H sip=2 | consume H sip h user=maria | group G",
        "plan enrol x agent G | remove helper | trust other.example | group G",
        "plan member remove maria G cascade | user mara G | group G",
        "plan allocate G restricted force p : sip=0 | allocate G version=1 | group G",
        "plan eula 1 | group G",
    };
    static const struct turn more[] = {
        {"consume G sip k",            "ok"},
        {"consume G sip m user=maria", "ok"},
        {"assign maria G sip=2",       "ok"},
    };
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        struct company *told = company_open(), *spared = company_open();
        play_on(told, TURNS(base));
        play_on(told, TURNS(more));
        play_on(spared, TURNS(base));
        play_on(spared, TURNS(more));
        const char *answer = company_say(told, plans[i]);
        cr_expect(strstr(answer, "NAME_TAKEN G") != NULL, "%s: %s", plans[i], answer);
        expect_said(spared, "group G", "NAME_TAKEN G");
        cr_expect(is_same(digest(told), digest(spared)), "%s", plans[i]);
        const char *fault = state_check(company_state(told));
        cr_expect(fault == NULL, "%s: %s", plans[i], fault);
        expect_said(told, "held sip", "k m");
        expect_said(told, "access sip k", "yes");
        company_close(told);
        company_close(spared);
    }
}

Test(rules, x14_a_plan_is_judged_in_order_and_refused_with_the_failing_index)
{
    static const struct turn turns[] = {
        {"plan group H | group H/I | group H/I",                                             "2: NAME_TAKEN H/I"        },
        {"plan group H/I | group H",                                                         "0: UNKNOWN_GROUP H"       },
        {"plan group H | group H/I | user paul H/I | consume H/I sip h user=paul",           "ok"                       },
        {"state H sip",                                                                      "5/1/4"                    },
        {"plan consume G sip a | consume G sip b | consume G sip c | consume G sip d | "
         "consume G sip e",                                                         "4: LIMIT_REACHED / 5 of 5"},
        {"plan consume G sip a | release sip h | consume G sip b | consume G sip c | "
         "consume G sip d | consume G sip e",                                       "ok"                       },
        {"plan consume G sip a | consume G sip b",                                           "ok already"               },
        {"plan consume G sip a | release sip a | consume G sip a",                           "ok"                       },
        {"held sip",                                                                         "b c d e a"                },
        {"plan allocate G restricted p : sip=5 | allocate G restricted version=2 p : sip=6",
         "1: CHILD_EXCEEDS_ANCESTOR / 6 of 5 sip; OVERSUBSCRIBED / 6 of 5 sip"                                          },
        {"plan allocate G restricted p : sip=5 | allocate G restricted version=0 p : sip=5",
         "1: VERSION_CONFLICT G 0 of 1"                                                                                 },
        {"plan allocate G restricted version=0 p : sip=5 | allocate G restricted version=1 p : "
         "sip=5",                                                                   "ok"                       },
        {"as helper",                                                                        "ok"                       },
        {"plan release sip a | group G/X",                                                   "1: FORBIDDEN"             },
        {"held sip",                                                                         "b c d e a"                },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, turns, 9);
    for (size_t i = 10; i < sizeof turns / sizeof turns[0]; i++)
        expect_said(company, turns[i].say, turns[i].answer);
    company_close(company);
}

Test(rules, x14_a_plan_leaves_and_enters_the_limited_mode_in_order)
{
    static const struct turn turns[] = {
        {"plan group G | eula 1", "0: LIMITED_MODE /"         },
        {"plan eula 1 | group G", "ok"                        },
        {"plan eula 2 | group H", "0: EULA_VERSION_MISMATCH 1"},
    };
    play(TURNS(turns));
}

Test(rules, x06_which_refusals_are_kept_in_the_log)
{
    static const struct {
        const char *actor, *say;
        bool        is_logged;
    } rows[] = {
        {"admin",  "group G",                          true },
        {"admin",  "consume G sip /",                  false},
        {"helper", "group G/H",                        false},
        {"admin",  "consume G foo u",                  true },
        {"admin",  "consume X sip u",                  true },
        {"admin",  "release sip u",                    true },
        {"admin",  "allocate G restricted version=7",  true },
        {"admin",  "eula 2",                           true },
        {"admin",  "license sip five per-server",      true },
        {"admin",  "plan group H | group G",           true },
        {"helper", "plan consume G sip u | group G/H", false},
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint64_t size = server_at(company_state(company))->size;
        company_as(company, rows[i].actor);
        (void)company_say(company, rows[i].say);
        cr_expect(company_decision(company)->verdict.code != ACCEPTED, "%s", rows[i].say);
        cr_expect(eq(u64, server_at(company_state(company))->size, size + rows[i].is_logged), "%s",
                  rows[i].say);
    }
    company_close(company);
}

static char *repeated(char *room, char letter, size_t count)
{
    memset(room, letter, count);
    room[count] = 0;
    return room;
}

Test(rules, x16_names_have_1_to_64_bytes_and_paths_16_names)
{
    char            line[2048], name[128];
    struct company *company = company_open();
    play_on(company, TURNS(base));
    for (size_t size = 63; size <= 65; size++) {
        const bool is_fine = size <= 64;
        (void)snprintf(line, sizeof line, "group %s", repeated(name, 'g', size));
        expect_said(company, line, is_fine ? "ok" : "MALFORMED group");
        (void)snprintf(line, sizeof line, "user %s G", repeated(name, 'u', size));
        expect_said(company, line, is_fine ? "ok" : "MALFORMED user");
        (void)snprintf(line, sizeof line, "consume G sip %s", repeated(name, 'n', size));
        expect_said(company, line, is_fine ? "ok" : "MALFORMED unit");
        (void)snprintf(line, sizeof line, "enrol %s agent G", repeated(name, 'a', size));
        expect_said(company, line, is_fine ? "ok" : "MALFORMED name");
    }
    size_t used = (size_t)snprintf(line, sizeof line, "group G");
    for (int depth = 2; depth <= 17; depth++) {
        used += (size_t)snprintf(line + used, sizeof line - used, "/%s", repeated(name, 'd', 64));
        expect_said(company, line, depth <= 16 ? "ok" : "MALFORMED group");
    }
    // The deepest group is as good as any other.
    (void)memcpy(line, "group G", 7);
    line[used - 65] = 0;
    char deep[4096];
    (void)snprintf(deep, sizeof deep, "consume %s sip deep", line + 6);
    expect_said(company, deep, "ok");
    expect_said(company, "state G sip", "5/3/2");
    (void)snprintf(deep, sizeof deep, "allocate %s restricted p : sip=1", line + 6);
    expect_said(company, deep, "ok");
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}

Test(rules, x16_names_without_slash_control_characters_and_outer_spaces_compared_byte_by_byte)
{
    static const struct {
        const char *when, *name;
        const char *want;
    } rows[] = {
        {"it is plain",                  "alpha",                    "ACCEPTED"  },
        {"another case is another name", "Alpha",                    "ACCEPTED"  },
        {"the same again",               "alpha",                    "NAME_TAKEN"},
        {"a space within",               "a b",                      "ACCEPTED"  },
        {"other alphabets",              "\xd0\xb4\xd0\xbe\xd0\xbc", "ACCEPTED"  },
        {"a leading space",              " a",                       "MALFORMED" },
        {"a trailing space",             "a ",                       "MALFORMED" },
        {"a newline",                    "a\nb",                     "MALFORMED" },
        {"a delete character",           "a\x7f",                    "MALFORMED" },
        {"half a character",             "a\xd0",                    "MALFORMED" },
        {"nothing",                      "",                         "MALFORMED" },
        {"an empty name in the path",    "G//a",                     "MALFORMED" },
        {"a slash at the end",           "G/",                       "MALFORMED" },
        {"a slash at the start",         "/G",                       "MALFORMED" },
        {"the server itself",            "/",                        "MALFORMED" },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct event event = {.kind = GROUP_CREATION,
                                    .of.group_creation = {.group = bytes_of_text(rows[i].name)}};
        const enum refusal code = company_propose(company, &event);
        cr_expect(strcmp(refusal_word(code), rows[i].want) == 0, "when %s: %s", rows[i].when,
                  refusal_word(code));
        if (code == MALFORMED) {
            cr_expect(strcmp(company_decision(company)->offence, "group") == 0, "when %s",
                      rows[i].when);
        }
    }
    company_close(company);
}

Test(rules, x16_counts_are_at_most_two_to_the_31_minus_1)
{
    static const struct turn turns[] = {
        {"license sip 2147483647 per-server",        "ok"                     },
        {"eula 1",                                   "ok"                     },
        {"allocate G restricted p : sip=2147483647", "ok"                     },
        {"state G sip",                              "2147483647/0/2147483647"},
        {"allocate G restricted p : sip=2147483648", "MALFORMED packages"     },
        {"allocate G restricted p : sip=0",          "ok"                     },
        {"state G sip",                              "0/0/0"                  },
        {"assign maria G sip=0",                     "ok"                     },
        {"assign maria G sip=2147483648",            "MALFORMED entries"      },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    play_on(company, TURNS(turns));
    company_close(company);
}

// A node that says of a release which group it was charged to.
Test(rules, a_release_says_in_the_log_where_it_was_charged)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    expect_said(company, "consume G sip a", "ok");
    cr_expect(eq(u64, company_decision(company)->verdict.node, NODE_NONE));
    expect_said(company, "release sip a", "ok");
    cr_expect(ne(u64, company_decision(company)->verdict.node, NODE_NONE));
    company_close(company);
}
