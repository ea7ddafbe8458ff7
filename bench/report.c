#include "bench/report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

// --- The table --------------------------------------------------------------

static void print_rate(double rate, double ours)
{
    if (rate == 0) {
        printf(" %15s", "-");
    } else {
        printf(" %9.1f %4.2fx", rate / 1e3, ours / rate);
    }
}

static void print_row(const struct row *row, const struct result *result)
{
    const double ours = result->load.rate;
    printf("%-43s %7.1f %8.0f %8.0f", row->name, ours / 1e3, result->load.p50_us,
           result->load.p99_us);
    print_rate(result->echo.rate, ours);
    print_rate(result->ledger.rate, ours);
    print_rate(result->disk.rate, ours);
    printf(" %5.0f%% %6.0f%% %7.1f\n", result->load.own_cores * 100,
           result->load.daemon_cores * 100, result->load.daemon_cores * 1e6 / ours);
}

static void print_latency(const char *name, double ours_us, double floor_us)
{
    printf("%-43s %7.0f us %8.0f us %6.2fx\n", name, ours_us, floor_us, ours_us / floor_us);
}

void report_table(const struct result results[static ROW_COUNT])
{
    printf("\n%-43s %25s %15s %15s %15s %14s\n", "", "ours", "nng echo", "ledger alone",
           "fdatasync", "of one core");
    printf("%-43s %7s %8s %8s %9s %5s %9s %5s %9s %5s %6s %7s %7s\n", "thousands a second", "k/s",
           "p50 us", "p99 us", "k/s", "ours", "k/s", "ours", "k/s", "ours", "load", "licetd",
           "us each");
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        if (results[i].load.rate == 0) continue;
        print_row(&rows[i], &results[i]);
    }
    printf("\n%-43s %10s %11s %7s\n", "one request at a time, p50", "ours", "floor", "ratio");
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        const struct result *result = &results[i];
        if (rows[i].load.in_flight > 1 || result->echo.rate == 0) continue;
        const bool is_durable = result->one_by_one.p50_us > 0;
        print_latency(rows[i].name, result->load.p50_us,
                      is_durable ? result->one_by_one.p50_us : result->echo.p50_us);
    }
    printf("\ngoals\n");
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].goal != NULL) printf("%-43s %s\n", rows[i].name, rows[i].goal);
    }
}

// --- JSON -------------------------------------------------------------------

static json_t *json_of(const struct measure *measure)
{
    if (measure->rate == 0) return json_null();
    return json_pack("{s:f, s:f, s:f, s:f, s:f}", "rate", measure->rate, "p50_us", measure->p50_us,
                     "p99_us", measure->p99_us, "own_cores", measure->own_cores, "other_cores",
                     measure->daemon_cores);
}

static json_t *json_of_row(const struct row *row, const struct result *result)
{
    return json_pack(
        "{s:s, s:i, s:i, s:i, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:s?}", "name", row->name,
        "connections", (int)row->load.connection_count, "in_flight", (int)row->load.in_flight,
        "per_request", (int)row->load.per_request, "request_size", (json_int_t)result->request_size,
        "reply_size", (json_int_t)result->reply_size, "ours", json_of(&result->load), "echo",
        json_of(&result->echo), "ledger", json_of(&result->ledger), "disk", json_of(&result->disk),
        "echo_then_commit", json_of(&result->one_by_one), "goal", row->goal);
}

enum status report_json(const char *path, const struct report_terms *terms,
                        const struct result results[static ROW_COUNT])
{
    double load[3] = {0};
    (void)getloadavg(load, 3);
    json_t *list = json_array();
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        (void)json_array_append_new(list, json_of_row(&rows[i], &results[i]));
    }
    json_t *all =
        json_pack("{s:i, s:f, s:I, s:[fff], s:o}", "rounds", (int)terms->round_count, "slice_s",
                  (double)terms->slice_ns / 1e9, "leaf_size", (json_int_t)terms->leaf_size,
                  "load_average", load[0], load[1], load[2], "rows", list);
    const int failed = all == NULL || json_dump_file(all, path, JSON_INDENT(1)) != 0;
    json_decref(all);
    return failed ? STATUS_IO : OK;
}
