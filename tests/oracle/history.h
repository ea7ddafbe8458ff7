// history.h - random histories of a company, each made by one number.
//
// What people would do, mostly well-formed, often wrong: a few names so that they collide, few
// shared edges so that they meet, time that lands before, on and after them. The generator knows
// only what it was told of its proposals; it knows no rule. Words: a step is one proposal.
#ifndef TESTS_ORACLE_HISTORY_H
#define TESTS_ORACLE_HISTORY_H

#include "core/event/proposal.h"

#include <stdbool.h>
#include <stdint.h>

struct history;

// compose_start() comes before.
struct history *history_open(uint64_t seed);
void            history_close(struct history *history);

// The opening's proposal, which is compose_opening()'s; seq 0.
struct bytes history_opening(struct history *history);

struct history_step {
    uint64_t     time_ms;
    entity_id    author;
    struct bytes packed;     // until the next step
    bool         is_restart; // the ledger was stopped before it, and started again
};

struct history_step history_next(struct history *history);

// What became of the last step, as event seq where it was accepted.
void history_learn(struct history *history, bool is_accepted, uint64_t seq);

// A reminder stands in the log: there is something to deliver.
void history_learn_reminder(struct history *history, uint64_t seq);

// Names that a history may use; NULL beyond the last.
const char *history_resource(uint32_t index);
const char *history_feature(uint32_t index);
const char *history_user(uint32_t index);

#endif
