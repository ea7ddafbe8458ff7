// One hash over all that the state means.
#include "projections/digest.h"
#include "tests/support/play.h"
#include "tests/support/random.h"

#include <stdio.h>

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

// Names are hashed with a secret of the process, and records stand where they happen to: neither
// shows.
Test(digest, the_same_lines_make_the_same_digest)
{
    struct random   random = {7}, again_random = {7};
    struct company *company = company_open(), *again = company_open();
    char            line[RANDOM_LINE_SIZE];
    random_begin(&random, company);
    random_begin(&again_random, again);
    for (int i = 0; i < 200; i++) {
        random_line(&random, company, line);
        (void)company_say(company, line);
        (void)company_say(again, line);
        cr_assert(is_same(digest(company), digest(again)), "after line %d, %s", i, line);
    }
    company_close(company);
    company_close(again);
}

// Each line against the same company without it, where another refusal took its place in the log.
Test(digest, whatever_changes_shows)
{
    static const struct turn base[] = {
        {"license sip 5 per-server; dev 5 per-device; web feature",    "ok"},
        {"eula 1",                                                     "ok"},
        {"group G",                                                    "ok"},
        {"allocate G restricted p until=2026-12-01 : sip=3 dev=3 web", "ok"},
        {"user maria G",                                               "ok"},
        {"assign maria G sip=2",                                       "ok"},
        {"consume G sip n1",                                           "ok"},
        {"consume G dev d1 in",                                        "ok"},
        {"enrol helper agent G",                                       "ok"},
        {"group G/Q",                                                  "ok"},
    };
    static const char *const lines[] = {
        "group H",
        "rename G/Q R",
        "label G/Q dealer",
        "block G",
        "move G/Q /",
        "allocate G restricted p until=2026-12-01 : sip=3 dev=3 web",
        "allocate G restricted p until=2026-12-02 : sip=3 dev=3 web",
        "allocate G restricted p until=2026-12-01 : sip=4 dev=3 web",
        "allocate G restricted q until=2026-12-01 : sip=3 dev=3 web",
        "allocate / oversubscribed",
        "user paul G",
        "assign maria G sip=1",
        "unassign maria G",
        "member remove maria G",
        "consume G sip n2",
        "consume G sip n2 user=maria",
        "consume G dev d1 out",
        "release sip n1",
        "enrol other agent G",
        "remove helper",
        "trust other.example",
        "rotate next",
        "rotate other",
        "license sip 5 per-server; dev 5 per-device; web feature",
        "license sip 6 per-server; dev 5 per-device; web feature",
    };
    struct hash seen[sizeof lines / sizeof lines[0]];
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct company *changed = company_open(), *same = company_open();
        play_on(changed, TURNS(base));
        play_on(same, TURNS(base));
        expect_said(changed, lines[i], "ok");
        expect_said(same, "group G", "NAME_TAKEN G");
        seen[i] = digest(changed);
        cr_expect(not(is_same(seen[i], digest(same))), "%s", lines[i]);
        for (size_t j = 0; j < i; j++)
            cr_expect(not(is_same(seen[i], seen[j])), "%s and %s", lines[i], lines[j]);
        company_close(changed);
        company_close(same);
    }
}
