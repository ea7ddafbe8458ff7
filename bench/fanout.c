// licet-bench-fanout: how long after its commit a change is heard by 1, 100 and 1,000 subscribers,
// and what they cost who writes; see bench/fanout, which sets the scene.
#include "bench/contest.h"
#include "bench/figure.h"
#include "bench/ledger.h"
#include "bench/listeners.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 5, PACE = 20000 };

#define SLICE_NS ((uint64_t)2000 * 1000 * 1000)

// clang-format off
static const struct row {
    const char       *name;
    uint32_t          listener_count;
    struct load_shape shape;
    uint32_t          alone; // the row of the same load without subscribers
} rows[] = {
    {"paced, no subscriber",          0,    {LOAD_CONSUME, 1, 64, 1, PACE}, 0},
    {"paced, 1 subscriber",           1,    {LOAD_CONSUME, 1, 64, 1, PACE}, 0},
    {"paced, 100 subscribers",        100,  {LOAD_CONSUME, 1, 64, 1, PACE}, 0},
    {"paced, 1,000 subscribers",      1000, {LOAD_CONSUME, 1, 64, 1, PACE}, 0},
    {"64 in flight, no subscriber",   0,    {LOAD_CONSUME, 1, 64, 1, 0},    4},
    {"64 in flight, 1,000 subscribers", 1000, {LOAD_CONSUME, 1, 64, 1, 0},  4},
};
// clang-format on

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

struct fanout {
    struct scene       scene;
    uint32_t           scope_count;
    struct load_target target;
    struct load       *load;
    struct listeners  *listeners;
    struct contender   contenders[ROW_COUNT];
    struct contender   heard[ROW_COUNT]; // by the subscribers, in the same slices
};

enum option_key { KEY_SCOPES = 2000 };

static const struct argp_option option_rows[] = {
    {"scopes", KEY_SCOPES, "N", 0, "addresses that licetd publishes at, scope-0.sock and so on", 0},
    {0    },
};

// NOLINTNEXTLINE(readability-non-const-parameter): the type is of argp
static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct fanout *fanout = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &fanout->scene;
    } else if (key == KEY_SCOPES) {
        fanout->scope_count = (uint32_t)strtoul(value, NULL, 10);
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

// --- Rounds -----------------------------------------------------------------

static void hear_reply(void *context, uint64_t seq)
{
    struct fanout *fanout = context;
    if (fanout->listeners != NULL) listeners_note(fanout->listeners, seq);
}

static enum status run_listened(struct fanout *fanout, uint32_t number, uint32_t round)
{
    struct contender *contender = &fanout->contenders[number];
    struct measure   *measure = &contender->rounds[round];
    enum status       status = listeners_open(fanout->scene.scratch, fanout->scope_count,
                                              rows[number].listener_count, &fanout->listeners);
    if (status != OK) return status;
    status = listeners_start(fanout->listeners);
    if (status == OK) {
        status = load_run(fanout->load, &contender->shape, fanout->scene.slice_ns, measure);
        const enum status stopped =
            listeners_stop(fanout->listeners, &fanout->heard[number].rounds[round]);
        if (status == OK) status = stopped;
    }
    // The subscribers are threads of this process, but not the load.
    measure->own_cores -= fanout->heard[number].rounds[round].own_cores;
    listeners_close(fanout->listeners);
    fanout->listeners = NULL;
    return status;
}

static enum status run_rounds(struct fanout *fanout)
{
    const uint32_t round_count = fanout->scene.round_count;
    for (uint32_t round = 0; round < round_count; round++) {
        for (uint32_t i = 0; i < ROW_COUNT; i++) {
            const enum status status = run_listened(fanout, i, round);
            if (status != OK) return status;
        }
    }
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        struct contender *contender = &fanout->contenders[i], *heard = &fanout->heard[i];
        contender->median = measure_median(contender->rounds, round_count);
        heard->median = measure_median(heard->rounds, round_count);
    }
    return OK;
}

// --- Results ----------------------------------------------------------------

static void print_heard(const struct fanout *fanout)
{
    printf("\n%-47s %9s %9s %9s %8s\n", "messages of groups, after the reply", "k/s", "p50 us",
           "p99 us", "reading");
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        const struct measure *median = &fanout->heard[i].median;
        if (rows[i].listener_count == 0) continue;
        printf("%-47s %9.1f %9.0f %9.0f %7.0f%%\n", rows[i].name, median->rate / 1e3,
               median->p50_us, median->p99_us, median->own_cores * 100);
    }
}

// What listening adds to the daemon's work on one operation, and takes from the writer's rate.
static uint32_t find_figures(const struct fanout *fanout, struct figure figures[static ROW_COUNT])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        const struct contender *contender = &fanout->contenders[i];
        const struct contender *alone = &fanout->contenders[rows[i].alone];
        const bool              is_paced = contender->shape.rate > 0;
        if (rows[i].listener_count == 0) continue;
        figures[count++] = (struct figure){
            .name = contender->name,
            .value = is_paced ? contender_cost_us(contender) : contender->median.rate / 1e3,
            .unit = is_paced ? "us" : "k/s",
            .beside = is_paced ? contender_cost_us(alone) : alone->median.rate / 1e3,
            .beside_name = "no subscriber"};
    }
    return count;
}

static enum status report(const struct fanout *fanout)
{
    struct figure  figures[ROW_COUNT];
    const uint32_t count = find_figures(fanout, figures);
    contest_print(fanout->contenders, ROW_COUNT);
    print_heard(fanout);
    figures_print(figures, count);
    if (fanout->scene.json == NULL) return OK;
    return figures_save(
        json_pack("{s:i, s:i, s:o, s:o, s:o}", "leaves", (int)fanout->scene.tree->leaf_count,
                  "scopes", (int)fanout->scope_count, "rows",
                  contest_json(fanout->contenders, ROW_COUNT), "heard",
                  contest_json(fanout->heard, ROW_COUNT), "figures", figures_json(figures, count)),
        fanout->scene.json);
}

static enum status run(void *data)
{
    struct fanout *fanout = data;
    enum status    status = fanout->scope_count == 0 ? STATUS_USAGE : scene_open(&fanout->scene);
    fanout->target = (struct load_target){.system = &ledger_system,
                                          .address = fanout->scene.url,
                                          .signer = &fanout->scene.agent,
                                          .process = fanout->scene.daemon,
                                          .tree = fanout->scene.tree,
                                          .hear = hear_reply,
                                          .context = fanout};
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        fanout->contenders[i].name = fanout->heard[i].name = rows[i].name;
        fanout->contenders[i].shape = fanout->heard[i].shape = rows[i].shape;
    }
    if (status == OK) status = load_open(&fanout->target, &fanout->load);
    if (status == OK) status = run_rounds(fanout);
    return status == OK ? report(fanout) : status;
}

static void close_all(void *data)
{
    struct fanout *fanout = data;
    load_close(fanout->load);
    scene_close(&fanout->scene);
}

int main(int count, char **words)
{
    static struct fanout fanout = {
        .scene = {.slice_ns = SLICE_NS, .round_count = ROUNDS}
    };
    static const struct scene_program program = {.name = "licet-bench-fanout",
                                                 .doc =
                                                     "Loads licetd while many subscribers listen.",
                                                 .options = option_rows,
                                                 .parse = parse_option,
                                                 .run = run,
                                                 .close = close_all};
    return scene_main(&program, &fanout, count, words);
}
