// Random companies: what must hold of any state does, and what is rolled back leaves no trace.
//
//   STATE_SEED=7 plays one company      STATE_COUNT=100000 plays so many
#include "projections/digest.h"
#include "tests/support/check.h"
#include "tests/support/play.h"
#include "tests/support/random.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_COUNT = 70 };

static uint64_t number_of(const char *variable, uint64_t absent)
{
    const char *text = getenv(variable);
    return text == NULL ? absent : strtoull(text, NULL, 10);
}

static bool is_told(void)
{
    return getenv("STATE_SEED") != NULL;
}

// Lines until the first one after which something does not hold.
static void check_one(uint64_t seed)
{
    struct random   random = {seed};
    struct company *company = company_open();
    const char     *fault = NULL;
    char            line[RANDOM_LINE_SIZE];
    random_begin(&random, company);
    for (int i = 0; i < LINE_COUNT && fault == NULL; i++) {
        random_line(&random, company, line);
        const char *answer = company_say(company, line);
        if (is_told()) (void)fprintf(stderr, "%3d %s -> %s\n", i, line, answer);
        fault = state_check(company_state(company));
        cr_expect(fault == NULL, "STATE_SEED=%llu, line %d, %s: %s", (unsigned long long)seed, i,
                  line, fault);
    }
    company_close(company);
}

Test(state, every_invariant_holds_after_every_step_of_random_companies, .timeout = 600)
{
    const uint64_t first = number_of("STATE_SEED", 1);
    const uint64_t count = is_told() ? 1 : number_of("STATE_COUNT", 300);
    for (uint64_t i = 0; i < count; i++)
        check_one(first + i);
}

static struct hash digest(struct company *company)
{
    struct hash hash = {{0}};
    cr_assert(eq(int, digest_of(company_state(company), &hash), OK));
    return hash;
}

// Two companies hear the same lines; one of them rehearses each.
static void rehearse_one(uint64_t seed)
{
    struct random   random = {seed};
    struct company *plain = company_open(), *rehearsed = company_open();
    char            line[RANDOM_LINE_SIZE], said[4096];
    bool            is_same = true;
    company_rehearse(rehearsed);
    struct random again_random = random;
    random_begin(&again_random, rehearsed);
    random_begin(&random, plain);
    for (int i = 0; i < LINE_COUNT && is_same; i++) {
        random_line(&random, plain, line);
        (void)snprintf(said, sizeof said, "%s", company_say(plain, line));
        const char       *again = company_say(rehearsed, line);
        const struct hash a = digest(plain), b = digest(rehearsed);
        if (is_told()) (void)fprintf(stderr, "%3d %s -> %s\n", i, line, said);
        is_same = strcmp(said, again) == 0 && memcmp(a.at, b.at, sizeof a.at) == 0 &&
                  company_is_intact(rehearsed) && state_check(company_state(rehearsed)) == NULL;
        cr_expect(is_same, "STATE_SEED=%llu, line %d, %s: %s, rehearsed: %s",
                  (unsigned long long)seed, i, line, said, again);
    }
    company_close(plain);
    company_close(rehearsed);
}

Test(state, what_is_rolled_back_leaves_no_trace, .timeout = 600)
{
    const uint64_t first = number_of("STATE_SEED", 1);
    const uint64_t count = is_told() ? 1 : number_of("STATE_COUNT", 100);
    for (uint64_t i = 0; i < count; i++)
        rehearse_one(first + i);
}

// The unit that is taken gets the record of the one that was given back: put back in the index,
// that one must be found by its own name.
Test(state, a_record_that_was_given_and_taken_again_comes_back_under_its_own_name)
{
    static const struct turn turns[] = {
        {"license sip 2 per-server",                             "ok"             },
        {"eula 1",                                               "ok"             },
        {"group G",                                              "ok"             },
        {"consume G sip a",                                      "ok"             },
        {"plan release sip a | consume G sip b | group G",       "2: NAME_TAKEN G"},
        {"access sip a",                                         "yes"            },
        {"access sip b",                                         "NOT_HELD"       },
        {"plan release sip a | consume G sip b | release sip b", "ok"             },
        {"held sip",                                             ""               },
    };
    play(TURNS(turns));
}

// The ring of changes goes round: what a plan notes before it is rolled back must not be told later
// in the place of what was there.
Test(state, changes_that_are_rolled_back_take_no_place_of_those_that_are_told)
{
    struct company *company = company_open();
    struct state   *state = company_state(company);
    struct change   change = {0};
    const uint64_t  first = state_change_count(state);
    for (uint32_t i = 0; i < CHANGE_RING_SIZE; i++)
        state_note_change(state, SERVER_GROUP, i);
    const struct state_mark mark = state_mark(state);
    for (uint32_t i = 0; i < CHANGE_RING_SIZE; i++)
        state_note_change(state, SERVER_GROUP, 77);
    state_rollback(state, mark);
    cr_expect(eq(u64, state_change_count(state), first + CHANGE_RING_SIZE));
    for (uint32_t i = 0; i < CHANGE_RING_SIZE; i += CHANGE_RING_SIZE - 1) {
        cr_expect(state_change_at(state, first + i, &change));
        cr_expect(eq(u32, change.resource, i));
    }
    // One more than there is place for: the oldest is lost, and is known to be.
    for (uint32_t i = 0; i <= CHANGE_RING_SIZE; i++)
        state_note_change(state, SERVER_GROUP, 78);
    state_rollback(state, mark);
    cr_expect(not(state_change_at(state, first, &change)));
    cr_expect(state_change_at(state, first + 1, &change));
    cr_expect(eq(u32, change.resource, 1));
    company_close(company);
}
