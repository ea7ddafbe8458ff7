// The acceptance stories, told to the rules alone.
#include "tests/support/company.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static void expect_line(struct company *company, const char *group, const char *resource,
                        const char *want)
{
    const char *got = company_line(company, group, resource);
    cr_expect(strcmp(got, want) == 0, "%s of %s: %s instead of %s", resource, group, got, want);
}

static void expect(struct company *company, const char *line, enum refusal want)
{
    const enum refusal got = company_do(company, line);
    cr_expect(eq(int, got, want), "%s: %s instead of %s", line, refusal_word(got),
              refusal_word(want));
}

Test(stories, s1_seed_arithmetic)
{
    struct company *company = company_open();
    cr_assert(eq(int, company_license(company, "sip_number 500 per-server\nweb_dialer feature\n"),
                 ACCEPTED));
    company_accept_eula(company);
    expect(company, "group SmartHome", ACCEPTED);
    expect(company, "allocate SmartHome restricted base : sip_number=50 web_dialer", ACCEPTED);
    expect(company, "group SmartHome/A", ACCEPTED);
    expect(company, "allocate SmartHome/A restricted base until=2026-12-01T00:00Z : sip_number=50",
           ACCEPTED);
    expect(company, "group SmartHome/A/apt-11", ACCEPTED);
    expect(company, "group SmartHome/A/apt-12", ACCEPTED);
    expect(company,
           "allocate SmartHome/A/apt-12 restricted base until=2026-12-01T00:00Z : sip_number=50",
           ACCEPTED);
    company_clock(company, "2026-11-25");
    expect(company, "user maria SmartHome/A/apt-11", ACCEPTED);
    expect(company, "consume SmartHome/A/apt-11 sip_number 1001 user=maria", ACCEPTED);
    expect_line(company, "SmartHome", "sip_number", "50/1/49");
    expect_line(company, "SmartHome/A", "sip_number", "50/1/49");
    expect_line(company, "SmartHome/A/apt-12", "sip_number", "50/0/49");
    company_clock(company, "2026-11-30T23:59:59.999Z");
    cr_expect(eq(int, company_access(company, "sip_number", "1001").code, ACCEPTED));
    company_clock(company, "2026-12-01");
    expect_line(company, "SmartHome", "sip_number", "50/1/49");
    expect_line(company, "SmartHome/A", "sip_number", "0/1/0");
    expect_line(company, "SmartHome/A/apt-12", "sip_number", "0/0/0");
    cr_expect(eq(int, company_access(company, "sip_number", "1001").code, EXPIRED));
    expect(company, "allocate SmartHome/A restricted base until=2027-12-01 : sip_number=50",
           ACCEPTED);
    expect_line(company, "SmartHome/A", "sip_number", "50/1/49");
    cr_expect(eq(int, company_access(company, "sip_number", "1001").code, ACCEPTED));
    company_close(company);
}

Test(stories, s5_unrestricted_groups_and_over_allocation)
{
    struct company *company = company_open();
    (void)company_license(company, "sip_number 100 per-server\n");
    company_accept_eula(company);
    expect(company, "group R1", ACCEPTED);
    expect(company, "group R2", ACCEPTED);
    expect(company, "group R2/A", ACCEPTED);
    expect(company, "group R2/B", ACCEPTED);
    expect(company, "group R2/C", ACCEPTED);
    expect(company, "allocate R2 restricted p : sip_number=30", ACCEPTED);
    expect(company, "allocate R2/A restricted p : sip_number=20", ACCEPTED);
    expect_line(company, "R1", "sip_number", "100/0/100");
    expect_line(company, "R2/B", "sip_number", "30/0/30");
    char line[128];
    for (int i = 0; i < 15; i++) {
        (void)snprintf(line, sizeof line, "consume R2/B sip_number b%d", i);
        expect(company, line, ACCEPTED);
    }
    expect_line(company, "R2", "sip_number", "30/15/15");
    expect_line(company, "R2/A", "sip_number", "20/0/15");
    for (int i = 0; i < 15; i++) {
        (void)snprintf(line, sizeof line, "consume R2/A sip_number a%d", i);
        expect(company, line, ACCEPTED);
    }
    expect_line(company, "R2/A", "sip_number", "20/15/0");
    expect(company, "consume R2/A sip_number a16", LIMIT_REACHED);
    cr_expect(eq(u64, company_decision(company)->verdict.limit, 30));
    expect_line(company, "R1", "sip_number", "100/0/70");
    for (int i = 0; i < 70; i++) {
        (void)snprintf(line, sizeof line, "consume R1 sip_number r%d", i);
        expect(company, line, ACCEPTED);
    }
    expect(company, "consume R1 sip_number r70", LIMIT_REACHED);
    cr_expect(eq(u64, company_decision(company)->verdict.node, 0));
    expect(company, "allocate R2/A restricted p : sip_number=31", CHILD_EXCEEDS_ANCESTOR);
    cr_expect(eq(u64, company_decision(company)->verdict.limit, 30));
    expect(company, "allocate R2/C restricted p : sip_number=15", OVERSUBSCRIBED);
    cr_expect(eq(u64, company_decision(company)->verdict.used, 35));
    expect(company, "allocate R2 restricted oversubscribed p : sip_number=30", ACCEPTED);
    expect(company, "allocate R2/C restricted p : sip_number=15", ACCEPTED);
    expect_line(company, "R2/C", "sip_number", "15/0/0");
    company_close(company);
}

Test(stories, x02_s6_overlapping_windows)
{
    struct company *company = company_open();
    char            line[128];
    (void)company_license(company,
                          "sip_number 100 per-server\nsip_trunks feature\nukey2 feature\n");
    company_accept_eula(company);
    expect(company, "group G", ACCEPTED);
    expect(company,
           "allocate G restricted P1 from=2027-01-01 until=2027-07-01 : sip_number=10 sip_trunks; "
           "P2 from=2027-06-01 until=2027-09-01 : sip_number=5 ukey2",
           ACCEPTED);
    company_clock(company, "2026-12-31T23:59:59.999Z");
    expect_line(company, "G", "sip_number", "0/0/0");
    company_clock(company, "2027-01-01");
    expect_line(company, "G", "sip_number", "10/0/10");
    company_clock(company, "2027-06-15");
    for (int i = 1; i <= 12; i++) {
        (void)snprintf(line, sizeof line, "consume G sip_number n%02d", i);
        expect(company, line, ACCEPTED);
    }
    expect_line(company, "G", "sip_number", "15/12/3");
    company_clock(company, "2027-07-01");
    expect_line(company, "G", "sip_number", "5/12/0");
    cr_expect(eq(u32, company_view(company, "G", "sip_number").suspended, 7));
    cr_expect(eq(u64, company_view(company, "G", "sip_number").over, 7));
    cr_expect(eq(int, company_access(company, "sip_number", "n05").code, ACCEPTED));
    cr_expect(eq(int, company_access(company, "sip_number", "n06").code, LIMIT_REACHED));
    expect(company, "consume G sip_number n13", LIMIT_REACHED);
    company_clock(company, "2027-07-02");
    expect(company, "release sip_number n02", ACCEPTED);
    cr_expect(eq(int, company_access(company, "sip_number", "n06").code, ACCEPTED));
    cr_expect(eq(int, company_access(company, "sip_number", "n07").code, LIMIT_REACHED));
    company_close(company);
}
