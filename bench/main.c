// licet-bench: rounds of slices, each load beside its floors; see bench/run, which sets the scene.
#include "api/wire/file.h"
#include "bench/echo.h"
#include "bench/ledger.h"
#include "bench/report.h"
#include "bench/rows.h"
#include "bench/scene.h"
#include "bench/storage.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    URL_TEXT_MAX = 4096,
    ROUNDS = 5,
    ECHO_LEAST = 8, // bytes of a message that can say how long its answer shall be
};

#define SLICE_NS ((uint64_t)600 * 1000 * 1000)

struct bench {
    struct scene       scene;
    const char        *ledger_key_file;
    const char        *only; // rows whose name begins with it; NULL: all
    struct load_target target;
    struct signer      ledger_signer;
    pid_t              echo_server;
    struct load       *load;
    struct echo       *echo;
    struct storage    *storage;
    struct result      rounds[ROW_COUNT][ROUND_MAX];
    struct result      results[ROW_COUNT];
};

// --- Options ----------------------------------------------------------------

enum option_key { KEY_LEDGER = 2000, KEY_ONLY };

// clang-format off
static const struct argp_option option_rows[] = {
    {"ledger-key", KEY_LEDGER, "FILE", 0, "private key of the floor's ledger", 0},
    {"only", KEY_ONLY, "NAME", 0, "the load alone, of the rows whose name begins so", 0},
    {0},
};
// clang-format on

// NOLINTNEXTLINE(readability-non-const-parameter): the type is of argp
static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct bench *bench = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &bench->scene;
    } else if (key == KEY_LEDGER) {
        bench->ledger_key_file = value;
    } else if (key == KEY_ONLY) {
        bench->only = value;
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

// --- The scene --------------------------------------------------------------

static enum status open_all(struct bench *bench)
{
    char url[URL_TEXT_MAX];
    (void)snprintf(url, sizeof url, "ipc://%s/echo.sock", bench->scene.scratch);
    enum status status = echo_start(url, &bench->echo_server);
    if (status == OK) status = scene_open(&bench->scene);
    if (status == OK) status = file_read_signer(bench->ledger_key_file, &bench->ledger_signer);
    bench->target = (struct load_target){.system = &ledger_system,
                                         .address = bench->scene.url,
                                         .signer = &bench->scene.agent,
                                         .process = bench->scene.daemon,
                                         .tree = bench->scene.tree};
    if (status == OK) status = load_open(&bench->target, &bench->load);
    if (status == OK) status = echo_open(url, bench->echo_server, &bench->echo);
    if (status == OK) {
        status = storage_open(bench->scene.scratch, &bench->ledger_signer, &bench->storage);
    }
    return status;
}

static void close_all(void *data)
{
    struct bench *bench = data;
    load_close(bench->load);
    echo_close(bench->echo);
    storage_close(bench->storage);
    echo_stop(bench->echo_server);
    signer_release(&bench->ledger_signer);
    scene_close(&bench->scene);
}

// --- Rounds -----------------------------------------------------------------

static struct echo_shape echo_shape_of(const struct row *row, const struct result *result)
{
    return (struct echo_shape){
        .connection_count = row->load.connection_count,
        .in_flight = row->load.in_flight,
        .per_request = row->load.per_request,
        .request_size = result->request_size < ECHO_LEAST ? ECHO_LEAST : result->request_size,
        .reply_size = result->reply_size};
}

static enum status run_one_by_one(struct bench *bench, const struct echo_shape *shape,
                                  uint32_t leaf_count, struct measure *measure)
{
    static struct samples  samples;
    const struct stopwatch stopwatch = stopwatch_start(0);
    uint64_t               now_ns = stopwatch.start_ns;
    uint64_t               done_count = 0;
    samples.count = 0;
    while (now_ns < stopwatch.start_ns + bench->scene.slice_ns) {
        enum status status = echo_once(bench->echo, shape);
        if (status == OK) status = storage_commit_once(bench->storage, leaf_count);
        if (status != OK) return status;
        const uint64_t then_ns = now_ns;
        now_ns = measure_clock_ns();
        samples_add(&samples, now_ns - then_ns);
        done_count += leaf_count;
    }
    *measure = stopwatch_stop(&stopwatch, done_count, &samples);
    return OK;
}

static enum status run_floors(struct bench *bench, const struct row *row, struct result *result)
{
    const struct echo_shape shape = echo_shape_of(row, result);
    const uint32_t          leaf_count = row_leaves(row);
    enum status status = echo_run(bench->echo, &shape, bench->scene.slice_ns, &result->echo);
    if (!row->is_durable || status != OK) return status;
    status = storage_run_ledger(bench->storage, leaf_count, bench->scene.slice_ns, &result->ledger);
    if (status == OK) {
        status = storage_run_disk(bench->storage, leaf_count, bench->scene.slice_ns, &result->disk);
    }
    if (status != OK || row->load.in_flight > 1) return status;
    return run_one_by_one(bench, &shape, leaf_count, &result->one_by_one);
}

static enum status run_row(struct bench *bench, const struct row *row, struct result *result)
{
    enum status status = load_run(bench->load, &row->load, bench->scene.slice_ns, &result->load);
    load_sizes(bench->load, &result->request_size, &result->reply_size);
    if (status != OK || bench->only != NULL) return status;
    return run_floors(bench, row, result);
}

static bool is_wanted(const struct bench *bench, const struct row *row)
{
    return bench->only == NULL || strncmp(row->name, bench->only, strlen(bench->only)) == 0;
}

static enum status run_rounds(struct bench *bench)
{
    for (uint32_t round = 0; round < bench->scene.round_count; round++) {
        for (uint32_t i = 0; i < ROW_COUNT; i++) {
            if (!is_wanted(bench, &rows[i])) continue;
            const enum status status = run_row(bench, &rows[i], &bench->rounds[i][round]);
            if (status != OK) return status;
        }
    }
    return OK;
}

static struct measure median_of(const struct bench *bench, uint32_t row, size_t offset)
{
    struct measure measures[ROUND_MAX];
    for (uint32_t i = 0; i < bench->scene.round_count; i++) {
        memcpy(&measures[i], (const char *)&bench->rounds[row][i] + offset, sizeof measures[i]);
    }
    return measure_median(measures, bench->scene.round_count);
}

static void find_medians(struct bench *bench)
{
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        bench->results[i] = (struct result){
            .load = median_of(bench, i, offsetof(struct result, load)),
            .echo = median_of(bench, i, offsetof(struct result, echo)),
            .ledger = median_of(bench, i, offsetof(struct result, ledger)),
            .disk = median_of(bench, i, offsetof(struct result, disk)),
            .one_by_one = median_of(bench, i, offsetof(struct result, one_by_one)),
            .request_size = bench->rounds[i][0].request_size,
            .reply_size = bench->rounds[i][0].reply_size,
        };
    }
}

static enum status run(void *data)
{
    struct bench *bench = data;
    enum status   status = open_all(bench);
    if (status == OK) status = run_rounds(bench);
    if (status != OK) return status;
    find_medians(bench);
    report_table(bench->results);
    const struct report_terms terms = {.round_count = bench->scene.round_count,
                                       .slice_ns = bench->scene.slice_ns,
                                       .leaf_size = storage_leaf_size(bench->storage)};
    return bench->scene.json == NULL ? OK : report_json(bench->scene.json, &terms, bench->results);
}

int main(int count, char **words)
{
    static struct bench bench = {
        .scene = {.slice_ns = SLICE_NS, .round_count = ROUNDS}
    };
    static const struct scene_program program = {
        .name = "licet-bench",
        .doc = "Loads licetd, and measures what it stands on.",
        .options = option_rows,
        .parse = parse_option,
        .run = run,
        .close = close_all};
    return scene_main(&program, &bench, count, words);
}
