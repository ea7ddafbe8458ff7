// company.h - the tree that a long past is told of: a pure function of how many groups there are.
//
//   acme/region-1/city-2/dealer-3/house-4/flat-5       10, 25, 40 and 50 below each, regions as
//   many
//                                                      as it takes
//
// acme is there already; each group has a limit of its own, which what is used never reaches.
#ifndef BENCH_PAST_COMPANY_H
#define BENCH_PAST_COMPANY_H

#include "core/base/limits.h"

#include <stdint.h>

enum company_level { REGION, CITY, DEALER, HOUSE, FLAT, COMPANY_LEVEL_COUNT };

// Flats below one group of the level; 1 of a flat.
uint64_t company_flats(enum company_level level);
// Groups of all levels around so many flats.
uint64_t company_group_count(uint64_t flat_count);
// The path down to the level, of the group around that flat.
void     company_path(uint64_t flat, enum company_level level, char path[static PATH_SIZE_MAX + 1]);

#endif
