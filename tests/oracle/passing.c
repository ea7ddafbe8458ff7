// The part of matter.h that lets time pass (D5): at each instant lease ends, then windows, then
// reminders. Windows need no doing, for whoever asks looks at them; but a notice compares what is
// used then with what is allowed once all has passed (X18).
#include "tests/oracle/matter.h"

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t later(uint64_t ms, uint64_t after_ms)
{
    return ms > after_ms ? ms : TIME_NEVER;
}

uint64_t oracle_next_instant(const struct facts *facts, uint64_t after_ms)
{
    struct timeline instants = amounts_timeline(facts, after_ms);
    uint64_t        next_ms = instants.count > 1 ? instants.ms[1] : TIME_NEVER;
    amounts_release(&instants);
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        next_ms = least(next_ms,
                        later(oracle_lease_end(facts, facts_at(facts, FACT_HOLDING, i)), after_ms));
    }
    for (uint32_t i = 0; i < facts_count(facts, FACT_WATCH); i++) {
        next_ms = least(next_ms,
                        later(oracle_watch_next(facts, facts_at(facts, FACT_WATCH, i)), after_ms));
    }
    return next_ms;
}

void oracle_pass_time(struct facts *facts, uint64_t from_ms, uint64_t to_ms)
{
    if (to_ms == from_ms) return;
    for (uint64_t ms = oracle_next_instant(facts, from_ms); ms <= to_ms;
         ms = oracle_next_instant(facts, ms)) {
        oracle_end_leases(facts, ms, to_ms);
        oracle_update_edges(facts, ms, to_ms);
        oracle_pass_watches(facts, ms);
    }
}
