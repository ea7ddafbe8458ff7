#include "bench/past/company.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    const char *name;
    uint64_t    flats;
} rows[COMPANY_LEVEL_COUNT] = {
    [REGION] = {"region", (uint64_t)50 * 40 * 25 * 10},
    [CITY] = {"city",   (uint64_t)50 * 40 * 25     },
    [DEALER] = {"dealer", (uint64_t)50 * 40          },
    [HOUSE] = {"house",  50                         },
    [FLAT] = {"flat",   1                          },
};

uint64_t company_flats(enum company_level level)
{
    return rows[level].flats;
}

uint64_t company_group_count(uint64_t flat_count)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < COMPANY_LEVEL_COUNT; i++) {
        count += (flat_count + rows[i].flats - 1) / rows[i].flats;
    }
    return count;
}

void company_path(uint64_t flat, enum company_level level, char path[static PATH_SIZE_MAX + 1])
{
    uint64_t rest = flat;
    int      size = snprintf(path, PATH_SIZE_MAX + 1, "acme");
    for (uint32_t i = 0; i <= (uint32_t)level; i++) {
        const uint64_t number = rest / rows[i].flats + 1;
        size += snprintf(path + size, PATH_SIZE_MAX + 1 - (size_t)size, "/%s-%" PRIu64,
                         rows[i].name, number);
        rest %= rows[i].flats;
    }
}
