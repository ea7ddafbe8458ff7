// figure.h - what a bench found, in one form: a name, a value with its unit, beside what it stands
// and what is wanted. Printed in the columns that docs/PERFORMANCE.md has, and as JSON.
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include "core/base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct figure {
    const char *name;
    double      value;
    const char *unit;
    double      beside;      // the floor's, the peer's or the smaller one's; 0: not measured
    const char *beside_name; // NULL: nothing
    double      goal;        // of value : beside; of the value, where it stands alone; 0: none
    bool        is_least;    // the goal is to be reached; else not to be passed
};

void    figures_print(const struct figure *figures, uint32_t count);
json_t *figures_json(const struct figure *figures, uint32_t count);

// Gives `all` up, which may be NULL. STATUS_IO.
MUST_CHECK enum status figures_save(json_t *all, const char *path);

#endif
