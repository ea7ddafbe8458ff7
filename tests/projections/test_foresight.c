// What is brought near is only that: nothing is another afterwards, and every path leads where it
// would.
#include "projections/digest.h"
#include "projections/foresight.h"
#include "tests/support/play.h"

static const struct turn base[] = {
    {"license sip 5 per-server",        "ok"},
    {"eula 1",                          "ok"},
    {"group a",                         "ok"},
    {"group a/b",                       "ok"},
    {"allocate a restricted p : sip=3", "ok"},
    {"consume a/b sip n1",              "ok"},
};

struct asked {
    const char *group, *resource, *unit;
    bool        is_found;
};

static const struct asked asked[] = {
    {"a/b", "sip",     "n1", true },
    {"a",   "sip",     "n2", true },
    {"/",   "channel", "c1", true },
    {"a/c", "sip",     "n3", false},
    {"a/b", "nothing", "n4", true },
    {"b",   "nothing", "n5", false},
};

enum { ASKED_COUNT = sizeof asked / sizeof asked[0] };

static struct proposal proposal_of(const struct asked *row)
{
    struct proposal proposal = {.not_after_ms = 60000, .event = {.kind = CONSUMPTION}};
    proposal.event.of.consumption = (struct consumption){.group = bytes_of_text(row->group),
                                                         .resource = bytes_of_text(row->resource),
                                                         .unit = bytes_of_text(row->unit),
                                                         .direction = DIRECTION_ABSENT};
    return proposal;
}

Test(foresight, finds_where_paths_lead_and_changes_nothing)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    const struct state *state = company_state(company);
    struct proposal     proposals[FORESIGHT_MAX];
    struct foreseen     foreseen[FORESIGHT_MAX];
    struct hash         before, after;
    cr_assert(eq(int, digest_of(state, &before), OK));
    for (uint32_t i = 0; i < FORESIGHT_MAX; i++) {
        proposals[i] = proposal_of(&asked[i % ASKED_COUNT]);
        foreseen[i] = (struct foreseen){.proposal = &proposals[i], .author = 4096, .group = 99};
    }
    proposals[3].event.kind = EULA_ACCEPTANCE; // has no path
    foreseen[4].proposal = NULL;               // could not be read
    for (uint32_t count = 0; count <= FORESIGHT_MAX; count++) {
        foresee(state, foreseen, count);
        for (uint32_t i = 0; i < count; i++) {
            const struct asked *row = &asked[i % ASKED_COUNT];
            const bool          is_looked_for = i != 3 && i != 4 && row->is_found;
            const uint32_t want = is_looked_for ? group_find(state, bytes_of_text(row->group)) : 0;
            cr_expect(eq(u32, foreseen[i].group, want), "%u of %u", i, count);
        }
    }
    cr_assert(eq(int, digest_of(state, &after), OK));
    cr_expect(hash_is_equal(&before, &after));
    company_close(company);
}
