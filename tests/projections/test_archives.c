// What the log may say of leaves that were moved elsewhere.
#include "projections/digest.h"
#include "tests/support/play.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct turn opened[] = {
    {"license sip 5 per-server", "ok"},
    {"eula 1",                   "ok"},
};

static const uint8_t   zeros[HASH_SIZE];
static struct company *company;

static const struct server *server(void)
{
    return server_at(company_state(company));
}

static void setup(void)
{
    const struct event event = {.kind = POLICY, .of.policy.refusal_rate = 7};
    company = company_open();
    play_on(company, TURNS(opened));
    while (server()->size < 600)
        cr_assert(eq(int, company_propose(company, &event), ACCEPTED));
}

static void teardown(void)
{
    company_close(company);
}

TestSuite(archives, .init = setup, .fini = teardown, .timeout = 60);

static enum refusal tell_of_snapshot(uint64_t size)
{
    const struct event event = {
        .kind = SNAPSHOT, .of.snapshot = {size, {zeros, HASH_SIZE}, {zeros, HASH_SIZE}}
    };
    return company_propose_own(company, &event);
}

static struct event archive_below(uint64_t below)
{
    return (struct event){
        .kind = ARCHIVE, .of.archive = {below, {zeros, HASH_SIZE}}
    };
}

Test(archives, are_of_full_files_and_leave_what_a_start_needs)
{
    const struct {
        const char  *when;
        uint64_t     snapshot_size; // told of before; 0: none
        uint64_t     below;
        enum refusal want;
    } rows[] = {
        {"there is no snapshot",                           0,   256, MALFORMED},
        {"the snapshot covers one less",                   255, 256, MALFORMED},
        {"nothing is archived",                            601, 0,   MALFORMED},
        {"one is left out of the file",                    0,   255, MALFORMED},
        {"one more than the file holds",                   0,   257, MALFORMED},
        {"the snapshot covers less than the second file",  0,   768, MALFORMED},
        {"the first file is",                              0,   256, ACCEPTED },
        {"it was already",                                 0,   256, MALFORMED},
        {"less than what was already",                     0,   0,   MALFORMED},
        {"the second file is, which the snapshot covers",  0,   512, ACCEPTED },
        {"there is nothing more that the snapshot covers", 0,   768, MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct event event = archive_below(rows[i].below);
        if (rows[i].snapshot_size > 0)
            cr_assert(eq(int, tell_of_snapshot(rows[i].snapshot_size), ACCEPTED));
        const uint64_t seq = server()->size;
        cr_expect(eq(int, company_propose_own(company, &event), rows[i].want), "when %s",
                  rows[i].when);
        if (rows[i].want != ACCEPTED) continue;
        cr_expect(eq(u64, server()->archived_below, rows[i].below));
        cr_expect(eq(u64, server()->archived_seq, seq));
    }
}

Test(archives, up_to_the_very_size_of_the_snapshot)
{
    const struct event event = archive_below(512);
    cr_assert(eq(int, tell_of_snapshot(512), ACCEPTED));
    cr_expect(eq(int, company_propose_own(company, &event), ACCEPTED));
}

Test(archives, are_told_of_by_the_ledger_alone)
{
    const struct event event = archive_below(256);
    cr_assert(eq(int, tell_of_snapshot(600), ACCEPTED));
    cr_expect(eq(int, company_propose(company, &event), FORBIDDEN));
}

Test(archives, are_in_the_digest)
{
    struct hash        before, after;
    const struct event event = archive_below(256);
    cr_assert(eq(int, tell_of_snapshot(600), ACCEPTED));
    cr_assert(eq(int, company_propose_own(company, &event), ACCEPTED));
    cr_assert(eq(int, digest_of(company_state(company), &before), OK));
    server_edit(company_state(company))->archived_below = 512;
    cr_assert(eq(int, digest_of(company_state(company), &after), OK));
    cr_expect(zero(int, hash_is_equal(&before, &after)));
}
