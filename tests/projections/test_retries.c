// Asking again under the same id (X05).
#include "projections/actors.h"
#include "projections/retries.h"
#include "tests/support/play.h"

enum { MINUTE_MS = 60 * 1000 };

static bool is_known(struct company *company, const char *actor, uint32_t id, uint64_t not_after_ms,
                     uint64_t *seq)
{
    const struct state *state = company_state(company);
    const uint32_t      at = actor_by_name(state, bytes_of_text(actor));
    uint8_t             room[PROPOSAL_ID_SIZE] = {0};
    cr_assert(at != 0);
    memcpy(room, &id, sizeof id);
    return retry_find(state, actor_at(state, at)->id, room, not_after_ms, seq);
}

static const struct turn base[] = {
    {"license sip 2 per-server", "ok"},
    {"eula 1",                   "ok"},
    {"group G",                  "ok"},
    {"enrol helper agent G",     "ok"},
};

Test(retries, x05_accepted_and_kept_refusals_are_remembered_with_their_place_by_author)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    const uint64_t not_after_ms = company_now(company) + MINUTE_MS;
    const uint64_t size = server_at(company_state(company))->size;
    uint64_t       seq = 0;
    company_id(company, 1000);
    expect_said(company, "consume G sip a", "ok");
    expect_said(company, "group G", "NAME_TAKEN G");
    cr_expect(is_known(company, "admin", 1000, not_after_ms, &seq));
    cr_expect(eq(u64, seq, size));
    cr_expect(is_known(company, "admin", 1001, not_after_ms, &seq));
    cr_expect(eq(u64, seq, size + 1));
    cr_expect(not(is_known(company, "admin", 1002, not_after_ms, &seq)));
    cr_expect(not(is_known(company, "helper", 1000, not_after_ms, &seq)), "another author's id");
    // Neither what changed nothing nor what is not kept.
    expect_said(company, "consume G sip a", "ok already");
    expect_said(company, "as helper", "ok");
    expect_said(company, "group G/H", "FORBIDDEN");
    cr_expect(not(is_known(company, "admin", 1002, not_after_ms, &seq)));
    cr_expect(not(is_known(company, "helper", 1003, not_after_ms, &seq)));
    cr_expect(eq(u64, server_at(company_state(company))->size, size + 2));
    company_close(company);
}

// The bytes of a retry with a later not_after are others: that is a conflict, not a second unit.
Test(retries, x05_an_id_is_known_under_another_not_after_too_while_the_first_lasts)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    const uint64_t start_ms = company_now(company);
    uint64_t       seq = 0;
    company_validity(company, 5 * MINUTE_MS);
    company_id(company, 1000);
    expect_said(company, "consume G sip a", "ok");
    for (uint64_t minutes = 0; minutes <= 10; minutes++) {
        cr_expect(is_known(company, "admin", 1000, start_ms + minutes * MINUTE_MS + 1, &seq),
                  "%llu minutes", (unsigned long long)minutes);
    }
    expect_said(company, "clock 2026-11-01T00:05:00Z", "ok");
    expect_said(company, "consume G sip b", "ok"); // the ledger's time goes on with its events
    cr_expect(is_known(company, "admin", 1000, start_ms + 6 * MINUTE_MS, &seq));
    expect_said(company, "clock 2026-11-01T00:05:00.001Z", "ok");
    expect_said(company, "release sip b", "ok");
    cr_expect(not(is_known(company, "admin", 1000, start_ms + 6 * MINUTE_MS, &seq)));
    cr_expect(is_known(company, "admin", 1000, start_ms + 5 * MINUTE_MS, &seq), "the outcome");
    company_close(company);
}

Test(retries, x05_a_bucket_comes_round_empty_after_16_minutes)
{
    struct company *company = company_open();
    play_on(company, TURNS(base));
    const uint64_t not_after_ms = company_now(company) + MINUTE_MS;
    uint64_t       seq = 0;
    company_id(company, 1000);
    expect_said(company, "consume G sip a", "ok");
    expect_said(company, "clock 2026-11-01T00:16:00Z", "ok");
    expect_said(company, "consume G sip b", "ok");
    cr_expect(not(is_known(company, "admin", 1000, not_after_ms, &seq)));
    cr_expect(is_known(company, "admin", 1001, company_now(company) + MINUTE_MS, &seq));
    company_close(company);
}

Test(retries, x05_a_proposal_is_stale_after_its_not_after_and_more_than_10_minutes_before_it)
{
    static const struct {
        const char *when;
        int64_t     validity_ms;
        const char *say, *answer;
    } rows[] = {
        {"it ends now",                     0,                  "consume G sip a",      "ok"               },
        {"it ended a millisecond ago",      -1,                 "release sip a",        "STALE_PROPOSAL"   },
        {"it ends in 10 minutes",           10 * MINUTE_MS,     "release sip a",        "ok"               },
        {"it ends a millisecond later",     10 * MINUTE_MS + 1, "consume G sip a",      "STALE_PROPOSAL"   },
        {"that of a plan has ended",        -1,                 "plan consume G sip a", "0: STALE_PROPOSAL"},
        {"that of a refused one has ended", -1,                 "group G",              "STALE_PROPOSAL"   },
    };
    struct company *company = company_open();
    play_on(company, TURNS(base));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        company_validity(company, rows[i].validity_ms);
        const char *answer = company_say(company, rows[i].say);
        cr_expect(strcmp(answer, rows[i].answer) == 0, "when %s: %s", rows[i].when, answer);
        cr_expect(company_decision(company)->is_logged == (strcmp(answer, "ok") == 0));
    }
    company_close(company);
}

// What may not be archived: the bytes of a retry are compared by reading the event.
Test(retries, x05_the_oldest_that_may_be_asked_for_again_is_known_until_its_minute_is_over)
{
    struct company *company = company_open();
    const uint64_t  start_ms = company_now(company);
    play_on(company, TURNS(base));
    const struct state *state = company_state(company);
    company_validity(company, 5 * MINUTE_MS);
    const uint64_t later_seq = server_at(state)->size;
    expect_said(company, "consume G sip a", "ok");
    const uint64_t first_seq = retry_oldest(state, start_ms);
    cr_expect(lt(u64, first_seq, later_seq));
    cr_expect(eq(u64, retry_oldest(state, start_ms + 2 * MINUTE_MS - 1), first_seq));
    cr_expect(eq(u64, retry_oldest(state, start_ms + 2 * MINUTE_MS), later_seq));
    cr_expect(eq(u64, retry_oldest(state, start_ms + 6 * MINUTE_MS - 1), later_seq));
    cr_expect(eq(u64, retry_oldest(state, start_ms + 6 * MINUTE_MS), UINT64_MAX));
    company_close(company);
}
