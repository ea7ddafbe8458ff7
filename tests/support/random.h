// random.h - a company that does things at random: small limits, deep groups, many windows, so that
// everything that can get into another's way does.
#ifndef TESTS_SUPPORT_RANDOM_H
#define TESTS_SUPPORT_RANDOM_H

#include "tests/support/company.h"

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state; // the seed
};

uint32_t random_below(struct random *random, uint32_t count);

enum { RANDOM_LINE_SIZE = 1024 };

// The licence of the company, its groups, and some that is held before anything is restricted.
void random_begin(struct random *random, struct company *company);
// One line for company_say(): mostly sensible, at times refused. The clock only goes on.
void random_line(struct random *random, const struct company *company, char *line);

#endif
