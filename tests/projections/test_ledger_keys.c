// Which key may follow the one that signs the ledger, and who may say so: X19, T13.
#include "projections/ledger_keys.h"
#include "tests/support/play.h"

#include <stdio.h>

// The company's own key is called "ledger", its recovery key "recovery"; it begins at event 2, on
// 2026-11-01.
Test(ledger_keys, X19_one_follows_the_other_by_certificates_of_the_recovery_key)
{
    static const struct turn turns[] = {
        {"rotate k1 by=admin",            "BAD_CERTIFICATE"                 },
        {"rotate k1 by=ledger",           "BAD_CERTIFICATE"                 },
        {"rotate k1 of=ledger.example/b", "WRONG_LEDGER ledger.example/test"},
        {"rotate k1 epoch=2",             "KEY_OUT_OF_TURN limit 1"         },
        {"rotate k1 after=k2",            "KEY_OUT_OF_TURN limit 1"         },
        {"rotate ledger",                 "KEY_TAKEN ledger.example/test"   },
        {"rotate admin",                  "KEY_TAKEN ledger.example/test"   },
        {"rotate recovery",               "KEY_TAKEN ledger.example/test"   },
        {"rotate k1 size=11",             "CERTIFICATE_NOT_VALID limit 11"  }, // event 10
        {"rotate k1 size=11",             "ok"                              },
        {"rotate k2 epoch=1",             "KEY_OUT_OF_TURN limit 2"         },
        {"rotate k2 after=ledger",        "KEY_OUT_OF_TURN limit 2"         },
        {"rotate k1",                     "KEY_TAKEN ledger.example/test"   },
        {"rotate ledger",                 "KEY_TAKEN ledger.example/test"   },
        {"rotate k2 epoch=2 after=k1",    "ok"                              },
        {"rotate k3",                     "ok"                              },
    };
    struct company *company = company_open();
    struct verifier key;
    uint32_t        epoch = 9;
    ledger_key_load(company_state(company), &key, &epoch);
    cr_expect(eq(u32, epoch, 0));
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        expect_begin(company, turns[i].say, turns[i].answer);
    }
    ledger_key_load(company_state(company), &key, &epoch);
    cr_expect(eq(u32, epoch, 3));
    cr_expect(ledger_key_is_known(company_state(company), key.key));
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}

Test(ledger_keys, X19_a_certificate_holds_within_its_times)
{
    static const struct {
        const char *when, *line, *time;
        bool        is_ok;
    } rows[] = {
        {"before the first instant", "rotate k from=2026-11-02",  "2026-11-01T23:59:59.999Z", false},
        {"at the first instant",     "rotate k from=2026-11-02",  "2026-11-02",               true },
        {"just before the end",      "rotate k until=2026-11-02", "2026-11-01T23:59:59.999Z", true },
        {"at the end",               "rotate k until=2026-11-02", "2026-11-02",               false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct company *company = company_open();
        company_clock(company, rows[i].time);
        cr_expect(eq(int, company_do(company, rows[i].line),
                     rows[i].is_ok ? ACCEPTED : CERTIFICATE_NOT_VALID),
                  "when %s", rows[i].when);
        company_close(company);
    }
}

Test(ledger_keys, X19_T13_only_a_server_admin_rotates_and_also_while_limited)
{
    static const struct {
        const char  *actor;
        enum refusal code;
    } rows[] = {
        {"site",  FORBIDDEN},
        {"pbx",   FORBIDDEN},
        {"audit", FORBIDDEN},
        {"admin", ACCEPTED }
    };
    static const struct turn turns[] = {
        {"license sip 5 per-server", "ok"},
        {"eula 1",                   "ok"},
        {"group G",                  "ok"},
        {"enrol site site_admin G",  "ok"},
        {"enrol pbx agent /",        "ok"},
        {"enrol audit auditor /",    "ok"},
    };
    struct company *company = company_open();
    expect_said(company, "mode", "limited eula_not_accepted");
    expect_said(company, "rotate k0", "ok");
    play_on(company, TURNS(turns));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        company_as(company, rows[i].actor);
        cr_expect(eq(int, company_do(company, "rotate k1"), rows[i].code), "by %s", rows[i].actor);
    }
    company_close(company);
}

// Who signs for the ledger speaks for nobody else.
Test(ledger_keys, X19_no_actor_has_a_key_that_signs_or_signed_the_ledger)
{
    static const struct turn turns[] = {
        {"license sip 5 per-server", "ok"                           },
        {"eula 1",                   "ok"                           },
        {"enrol ledger agent /",     "KEY_TAKEN ledger"             },
        {"rotate k1",                "ok"                           },
        {"enrol k1 agent /",         "KEY_TAKEN k1"                 },
        {"enrol ledger agent /",     "KEY_TAKEN ledger"             },
        {"enrol k2 agent /",         "ok"                           },
        {"rotate k2",                "KEY_TAKEN ledger.example/test"},
    };
    play(TURNS(turns));
}

Test(ledger_keys, what_is_no_certificate_is_malformed)
{
    struct company    *company = company_open();
    const struct event event = {
        .kind = KEY_ROTATION, .of.key_rotation.certificate = bytes_of_text("licet/key-cert/v1\n")};
    cr_expect(eq(int, company_propose(company, &event), MALFORMED));
    cr_expect(eq(int, strcmp(company_decision(company)->offence, "certificate"), 0));
    company_close(company);
}

Test(ledger_keys, a_rotation_stands_in_no_plan)
{
    static const char *const lines[] = {"rotate k1"};
    struct company          *company = company_open();
    const uint64_t           size = server_at(company_state(company))->size;
    cr_expect(eq(int, company_plan(company, lines, 1), MALFORMED));
    cr_expect(eq(u64, server_at(company_state(company))->size, size));
    company_close(company);
}

// A preview, or a commit that fails, leaves the key where it was.
Test(ledger_keys, a_rotation_is_taken_back_whole)
{
    struct company *company = company_open();
    struct verifier key;
    uint32_t        epoch = 9;
    company_rehearse(company);
    cr_expect(eq(int, company_do(company, "rotate k1"), ACCEPTED));
    cr_expect(company_is_intact(company));
    company_preview(company, true);
    cr_expect(eq(int, company_do(company, "rotate k2"), ACCEPTED));
    company_preview(company, false);
    ledger_key_load(company_state(company), &key, &epoch);
    cr_expect(eq(u32, epoch, 1));
    company_close(company);
}

Test(ledger_keys, are_as_many_as_there_is_room_for)
{
    struct company *company = company_open();
    char            line[64];
    for (int i = 1; i <= EPOCH_MAX; i++) {
        (void)snprintf(line, sizeof line, "rotate k%d", i);
        cr_assert(eq(int, company_do(company, line), i < EPOCH_MAX ? ACCEPTED : TOO_MANY), "%s",
                  line);
    }
    cr_expect(state_has_room(company_state(company)), "all else goes on");
    company_close(company);
}
