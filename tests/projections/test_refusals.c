// Refusals that were counted instead of logged, as an event of the ledger's own: X06.
#include "core/base/pack.h"
#include "projections/refusals.h"
#include "tests/support/play.h"

static struct list list_of(const struct refusal_count *counts, uint32_t count, struct buffer *room)
{
    for (uint32_t i = 0; i < count; i++) {
        pack_array(room, refusal_count_record.field_count);
        record_write(&refusal_count_record, &counts[i], room);
    }
    return (struct list){buffer_bytes(room), count};
}

Test(refusals, x06_only_the_ledger_counts_and_only_what_would_have_been_logged)
{
    static const struct {
        const char          *when;
        uint32_t             count;
        struct refusal_count counts[2];
        int64_t              from_ms; // since now
        enum refusal         code;
    } rows[] = {
        {"one was counted",        1, {{.code = LIMIT_REACHED, .count = 900}},                              -1, ACCEPTED },
        {"just now",               1, {{.code = LIMITED_MODE, .count = 1}},                                 0,  ACCEPTED },
        {"not yet",                1, {{.code = LIMITED_MODE, .count = 1}},                                 1,  MALFORMED},
        {"two were counted",
         2,                           {{.code = EXPIRED, .count = 1}, {.code = BAD_SIGNATURE, .count = 2}},
         0,                                                                                                     ACCEPTED },
        {"none was",               0, {{.code = LIMIT_REACHED, .count = 1}},                                0,  MALFORMED},
        {"none of a code was",     1, {{.code = LIMIT_REACHED, .count = 0}},                                0,  MALFORMED},
        {"never logged are those", 1, {{.code = FORBIDDEN, .count = 1}},                                    0,  MALFORMED},
        {"no code at all",         1, {{.code = REFUSAL_CODE_MAX, .count = 1}},                             0,  MALFORMED},
        {"no refusal at all",      1, {{.code = ACCEPTED, .count = 1}},                                     0,  MALFORMED},
        {"the second is wrong",
         2,                           {{.code = EXPIRED, .count = 1}, {.code = MALFORMED, .count = 1}},
         0,                                                                                                     MALFORMED},
    };
    struct company *company = company_open();
    uint8_t         room[512];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct refusal_count counts[2] = {rows[i].counts[0], rows[i].counts[1]};
        struct buffer        packed = buffer_over(room, sizeof room);
        counts[0].actor = bytes_of_text("admin");
        counts[1].actor = bytes_of_text("loop");
        const struct event event = {
            .kind = REFUSALS_COUNTED,
            .of.refusals_counted = {.from_ms = company_now(company) + (uint64_t)rows[i].from_ms,
                                    .counts = list_of(counts, rows[i].count, &packed)}
        };
        cr_expect(eq(int, company_propose_own(company, &event), rows[i].code), "when %s",
                  rows[i].when);
        if (rows[i].code == ACCEPTED) {
            cr_expect(eq(int, company_propose(company, &event), FORBIDDEN), "by another");
        }
    }
    company_close(company);
}
