#include "bench/contest.h"

#include <stdio.h>

enum status contest_run(struct contender *contenders, uint32_t count, const struct scene *scene)
{
    for (uint32_t round = 0; round < scene->round_count; round++) {
        for (uint32_t i = 0; i < count; i++) {
            struct contender *contender = &contenders[i];
            const enum status status = load_run(contender->load, &contender->shape, scene->slice_ns,
                                                &contender->rounds[round]);
            if (status != OK) return status;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        contenders[i].median = measure_median(contenders[i].rounds, scene->round_count);
    }
    return OK;
}

void contest_print(const struct contender *contenders, uint32_t count)
{
    printf("\n%-47s %9s %9s %9s %8s %8s %8s\n", "", "", "", "", "of one", "core", "");
    printf("%-47s %9s %9s %9s %8s %8s %8s\n", "thousands a second", "k/s", "p50 us", "p99 us",
           "load", "system", "us each");
    for (uint32_t i = 0; i < count; i++) {
        const struct measure *median = &contenders[i].median;
        printf("%-47s %9.1f %9.0f %9.0f %7.0f%% %7.0f%% %8.1f\n", contenders[i].name,
               median->rate / 1e3, median->p50_us, median->p99_us, median->own_cores * 100,
               median->daemon_cores * 100, contender_cost_us(&contenders[i]));
    }
}

json_t *contest_json(const struct contender *contenders, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        const struct contender  *contender = &contenders[i];
        const struct load_shape *shape = &contender->shape;
        const struct measure    *median = &contender->median;
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f}", "name", contender->name,
                      "connections", (int)shape->connection_count, "in_flight",
                      (int)shape->in_flight, "per_request", (int)shape->per_request, "rate",
                      median->rate, "p50_us", median->p50_us, "p99_us", median->p99_us, "own_cores",
                      median->own_cores, "system_cores", median->daemon_cores, "cost_us",
                      contender_cost_us(contender)));
    }
    return list;
}
