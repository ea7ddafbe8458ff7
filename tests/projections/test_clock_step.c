// Who may say that a clock that jumped is right: X07.
#include "tests/support/play.h"

Test(clock_step, x07_only_a_server_admin_believes_a_clock_and_also_while_limited)
{
    static const struct {
        const char  *actor;
        enum refusal code;
    } rows[] = {
        {"admin", ACCEPTED },
        {"site",  FORBIDDEN},
        {"pbx",   FORBIDDEN},
        {"audit", FORBIDDEN},
    };
    static const struct turn turns[] = {
        {"license sip 5 per-server", "ok"},
        {"eula 1",                   "ok"},
        {"group G",                  "ok"},
        {"enrol site site_admin G",  "ok"},
        {"enrol pbx agent /",        "ok"},
        {"enrol audit auditor /",    "ok"},
    };
    const struct event event = {
        .kind = CLOCK_STEP, .of.clock_step = {.wall_ms = 1, .reason = bytes_of_text("ntp")}
    };
    struct company *company = company_open();
    cr_expect(eq(int, company_propose(company, &event), ACCEPTED), "while limited");
    play_on(company, TURNS(turns));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        company_as(company, rows[i].actor);
        cr_expect(eq(int, company_propose(company, &event), rows[i].code), "by %s", rows[i].actor);
    }
    company_as(company, "admin");
    expect_said(company, "mode", "normal");
    cr_expect(state_check(company_state(company)) == NULL);
    company_close(company);
}
