// licet-bench: rounds of slices, each load beside its floors; see bench/run, which sets the scene.
#include "api/wire/file.h"
#include "bench/echo.h"
#include "bench/limits.h"
#include "bench/report.h"
#include "bench/rows.h"
#include "bench/storage.h"
#include "core/base/version.h"
#include "core/proof/crypto.h"
#include "core/proof/hash.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUPS_SIZE_MAX = GROUP_COUNT_MAX * 64,
    URL_TEXT_MAX = 4096,
    ROUNDS = 5,
    ECHO_LEAST = 8, // bytes of a message that can say how long its answer shall be
};

#define SLICE_NS       ((uint64_t)600 * 1000 * 1000)
#define QUICK_SLICE_NS ((uint64_t)80 * 1000 * 1000)

struct bench {
    const char *agent_file, *admin_file, *limits_file, *ledger_key_file, *groups_file, *scratch,
        *json;
    uint64_t           slice_ns;
    uint32_t           round_count;
    const char        *only; // rows whose name begins with it; NULL: all
    struct load_target target;
    struct signer      ledger_signer, admin;
    char               groups[GROUPS_SIZE_MAX];
    pid_t              echo_server;
    struct load       *load;
    struct echo       *echo;
    struct storage    *storage;
    struct result      rounds[ROW_COUNT][ROUND_MAX];
    struct result      results[ROW_COUNT];
};

// --- Options ----------------------------------------------------------------

enum option_key {
    KEY_URL = 1000,
    KEY_AGENT,
    KEY_ADMIN,
    KEY_LIMITS,
    KEY_LEDGER,
    KEY_GROUPS,
    KEY_DAEMON,
    KEY_SCRATCH,
    KEY_JSON,
    KEY_QUICK,
    KEY_SECONDS,
    KEY_ONLY,
};

// clang-format off
static const struct argp_option option_rows[] = {
    {"url", KEY_URL, "URL", 0, "of licetd", 0},
    {"agent", KEY_AGENT, "FILE", 0, "private key of the agent that consumes", 0},
    {"admin", KEY_ADMIN, "FILE", 0, "private key of the server_admin who saves limits", 0},
    {"limits", KEY_LIMITS, "FILE", 0, "limits to save first: a path and a count on a line", 0},
    {"ledger-key", KEY_LEDGER, "FILE", 0, "private key of the floor's ledger", 0},
    {"groups", KEY_GROUPS, "FILE", 0, "paths of the groups to charge, one a line", 0},
    {"daemon", KEY_DAEMON, "PID", 0, "process whose time is told", 0},
    {"scratch", KEY_SCRATCH, "DIR", 0, "where the floors write", 0},
    {"json", KEY_JSON, "FILE", 0, "where the results go, besides standard output", 0},
    {"quick", KEY_QUICK, NULL, 0, "short slices", 0},
    {"seconds", KEY_SECONDS, "S", 0, "the length of a slice", 0},
    {"only", KEY_ONLY, "NAME", 0, "the load alone, of the rows whose name begins so", 0},
    {0},
};
// clang-format on

static const char **text_of(struct bench *bench, int key)
{
    const struct {
        int          key;
        const char **text;
    } texts[] = {
        {KEY_URL,     &bench->target.url     },
        {KEY_AGENT,   &bench->agent_file     },
        {KEY_ADMIN,   &bench->admin_file     },
        {KEY_LIMITS,  &bench->limits_file    },
        {KEY_LEDGER,  &bench->ledger_key_file},
        {KEY_GROUPS,  &bench->groups_file    },
        {KEY_SCRATCH, &bench->scratch        },
        {KEY_JSON,    &bench->json           },
        {KEY_ONLY,    &bench->only           },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].key == key) return texts[i].text;
    }
    return NULL;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct bench *bench = state->input;
    const char  **text = text_of(bench, key);
    if (text != NULL)
        *text = value;
    else if (key == KEY_DAEMON)
        bench->target.daemon = (pid_t)strtol(value, NULL, 10);
    else if (key == KEY_QUICK)
        bench->slice_ns = QUICK_SLICE_NS;
    else if (key == KEY_SECONDS)
        bench->slice_ns = (uint64_t)(strtod(value, NULL) * 1e9);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

// --- The scene --------------------------------------------------------------

static enum status read_groups(struct bench *bench)
{
    struct buffer content = buffer_over(bench->groups, sizeof bench->groups - 1);
    enum status   status = file_read(bench->groups_file, &content);
    if (status != OK) return status;
    bench->groups[content.size] = 0;
    for (char *rest = bench->groups; *rest != 0;) {
        if (bench->target.group_count == GROUP_COUNT_MAX) return STATUS_TOO_LARGE;
        bench->target.groups[bench->target.group_count++] = rest;
        rest += strcspn(rest, "\n");
        if (*rest == '\n') *rest++ = 0;
    }
    return bench->target.group_count > 0 ? OK : STATUS_NOT_FOUND;
}

static enum status open_all(struct bench *bench)
{
    char url[URL_TEXT_MAX];
    (void)snprintf(url, sizeof url, "ipc://%s/echo.sock", bench->scratch);
    enum status status = echo_start(url, &bench->echo_server);
    if (status == OK) status = crypto_start();
    if (status == OK) status = hash_start();
    if (status == OK) status = read_groups(bench);
    if (status == OK) status = file_read_signer(bench->agent_file, &bench->target.agent);
    if (status == OK) status = file_read_signer(bench->ledger_key_file, &bench->ledger_signer);
    if (status == OK && bench->limits_file != NULL) {
        status = file_read_signer(bench->admin_file, &bench->admin);
        if (status == OK) {
            status = limits_save(bench->target.url, &bench->admin, bench->limits_file);
        }
    }
    if (status == OK) status = load_open(&bench->target, &bench->load);
    if (status == OK) status = echo_open(url, bench->echo_server, &bench->echo);
    if (status == OK) {
        status = storage_open(bench->scratch, &bench->ledger_signer, &bench->storage);
    }
    return status;
}

static void close_all(struct bench *bench)
{
    load_close(bench->load);
    echo_close(bench->echo);
    storage_close(bench->storage);
    echo_stop(bench->echo_server);
    signer_release(&bench->target.agent);
    signer_release(&bench->ledger_signer);
    signer_release(&bench->admin);
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
    while (now_ns < stopwatch.start_ns + bench->slice_ns) {
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
    enum status             status = echo_run(bench->echo, &shape, bench->slice_ns, &result->echo);
    if (!row->is_durable || status != OK) return status;
    status = storage_run_ledger(bench->storage, leaf_count, bench->slice_ns, &result->ledger);
    if (status == OK) {
        status = storage_run_disk(bench->storage, leaf_count, bench->slice_ns, &result->disk);
    }
    if (status != OK || row->load.in_flight > 1) return status;
    return run_one_by_one(bench, &shape, leaf_count, &result->one_by_one);
}

static enum status run_row(struct bench *bench, const struct row *row, struct result *result)
{
    enum status status = load_run(bench->load, &row->load, bench->slice_ns, &result->load);
    result->request_size = load_request_size(bench->load);
    result->reply_size = load_reply_size(bench->load);
    if (status != OK || bench->only != NULL) return status;
    return run_floors(bench, row, result);
}

static bool is_wanted(const struct bench *bench, const struct row *row)
{
    return bench->only == NULL || strncmp(row->name, bench->only, strlen(bench->only)) == 0;
}

static enum status run_rounds(struct bench *bench)
{
    for (uint32_t round = 0; round < bench->round_count; round++) {
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
    for (uint32_t i = 0; i < bench->round_count; i++) {
        memcpy(&measures[i], (const char *)&bench->rounds[row][i] + offset, sizeof measures[i]);
    }
    return measure_median(measures, bench->round_count);
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

static enum status run(struct bench *bench)
{
    enum status status = open_all(bench);
    if (status == OK) status = run_rounds(bench);
    if (status != OK) return status;
    find_medians(bench);
    report_table(bench->results);
    const struct report_terms terms = {.round_count = bench->round_count,
                                       .slice_ns = bench->slice_ns,
                                       .leaf_size = storage_leaf_size(bench->storage)};
    return bench->json == NULL ? OK : report_json(bench->json, &terms, bench->results);
}

int main(int count, char **words)
{
    static struct bench bench = {.slice_ns = SLICE_NS, .round_count = ROUNDS};
    const struct argp   parser = {.options = option_rows,
                                  .parser = parse_option,
                                  .doc = "Loads licetd, and measures what it stands on."};
    argp_program_version = "licet-bench " LICET_VERSION;
    if (argp_parse(&parser, count, words, 0, NULL, &bench) != 0) return 2;
    const enum status status = run(&bench);
    close_all(&bench);
    if (status == OK) return 0;
    (void)fprintf(stderr, "licet-bench: %s\n", status_sentence(status));
    return 1;
}
