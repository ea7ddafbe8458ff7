// licet-bench-peers: the same work on licetd, Redis and PostgreSQL; see bench/peers, which starts
// them.
#include "bench/contest.h"
#include "bench/figure.h"
#include "bench/ledger.h"
#include "bench/postgres.h"
#include "bench/redis.h"
#include "bench/scene.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 5 };

#define SLICE_NS ((uint64_t)1000 * 1000 * 1000)

enum system { LICETD, REDIS, POSTGRES, SYSTEM_COUNT };

struct peers {
    struct scene       scene;
    const char        *addresses[SYSTEM_COUNT];
    pid_t              processes[SYSTEM_COUNT];
    double             plant_s[SYSTEM_COUNT];
    struct load_target targets[SYSTEM_COUNT];
    struct load       *loads[SYSTEM_COUNT];
};

// --- What is played ---------------------------------------------------------

// Who is compared with whom: of each system the best of its rows.
enum match { SINGLE, MANY };

#define CONSUME(connections, in_flight, per_request)         \
    {                                                        \
        LOAD_CONSUME, connections, in_flight, per_request, 0 \
    }

// clang-format off
static const struct row {
    const char       *name;
    enum system       system;
    enum match        match;
    struct load_shape shape;
} rows[] = {
    {"licetd, 64 in flight",                        LICETD,   SINGLE, CONSUME(1, 64, 1)},
    {"licetd, 64 in flight, 4 connections",         LICETD,   SINGLE, CONSUME(4, 64, 1)},
    {"Redis, 64 in flight",                         REDIS,    SINGLE, CONSUME(1, 64, 1)},
    {"Redis, 64 in flight, 4 connections",          REDIS,    SINGLE, CONSUME(4, 64, 1)},
    {"PostgreSQL, 4 clients",                       POSTGRES, SINGLE, CONSUME(1, 4, 1)},
    {"PostgreSQL, 16 clients",                      POSTGRES, SINGLE, CONSUME(1, 16, 1)},
    {"PostgreSQL, 64 clients",                      POSTGRES, SINGLE, CONSUME(1, 64, 1)},
    {"licetd by 256, 4 in flight",                  LICETD,   MANY,   CONSUME(1, 4, 256)},
    {"licetd by 256, 4 in flight, 4 connections",   LICETD,   MANY,   CONSUME(4, 4, 256)},
    {"Redis by 100, 1 in flight",                   REDIS,    MANY,   CONSUME(1, 1, 100)},
    {"Redis by 100, 10 in flight",                  REDIS,    MANY,   CONSUME(1, 10, 100)},
    {"Redis by 100, 8 in flight, 4 connections",    REDIS,    MANY,   CONSUME(4, 8, 100)},
    {"PostgreSQL by 100 in a transaction, 4 clients", POSTGRES, MANY, CONSUME(1, 4, 100)},
};

static const struct duel {
    const char  *name;
    enum match   match;
    enum system  peer;
    const char  *peer_name;
    double       goal; // at least so many times the peer; 0: none
} duels[] = {
    {"one at a time, 64 in flight",      SINGLE, REDIS,    "Redis",      1.5},
    {"one at a time, 64 in flight",      SINGLE, POSTGRES, "PostgreSQL", 15},
    {"many in a request, 1,000 in flight", MANY, REDIS,    "Redis",      3},
    {"many in a request, 1,000 in flight", MANY, POSTGRES, "PostgreSQL", 0},
};
// clang-format on

enum { ROW_COUNT = sizeof rows / sizeof rows[0], DUEL_COUNT = sizeof duels / sizeof duels[0] };

// --- Options ----------------------------------------------------------------

enum option_key { KEY_REDIS = 2000, KEY_REDIS_PID, KEY_POSTGRES, KEY_POSTGRES_PID };

// clang-format off
static const struct argp_option option_rows[] = {
    {"redis", KEY_REDIS, "PATH", 0, "socket of Redis", 0},
    {"redis-pid", KEY_REDIS_PID, "PID", 0, "its process", 0},
    {"postgres", KEY_POSTGRES, "TEXT", 0, "connection string of PostgreSQL", 0},
    {"postgres-pid", KEY_POSTGRES_PID, "PID", 0, "its first process", 0},
    {0},
};
// clang-format on

// NOLINTNEXTLINE(readability-non-const-parameter): the type is of argp
static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct peers *peers = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &peers->scene;
    } else if (key == KEY_REDIS) {
        peers->addresses[REDIS] = value;
    } else if (key == KEY_POSTGRES) {
        peers->addresses[POSTGRES] = value;
    } else if (key == KEY_REDIS_PID) {
        peers->processes[REDIS] = (pid_t)strtol(value, NULL, 10);
    } else if (key == KEY_POSTGRES_PID) {
        peers->processes[POSTGRES] = (pid_t)strtol(value, NULL, 10);
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

// --- The systems ------------------------------------------------------------

static enum status plant_all(struct peers *peers)
{
    enum status status = OK;
    for (uint32_t i = 0; i < SYSTEM_COUNT && status == OK; i++) {
        const uint64_t start_ns = measure_clock_ns();
        if (i == LICETD) status = scene_open(&peers->scene);
        if (i == REDIS) status = redis_plant(peers->addresses[i], peers->scene.tree);
        if (i == POSTGRES) status = postgres_plant(peers->addresses[i], peers->scene.tree);
        peers->plant_s[i] = (double)(measure_clock_ns() - start_ns) / 1e9;
    }
    return status;
}

static enum status open_all(struct peers *peers)
{
    static const struct load_system *const systems[SYSTEM_COUNT] = {
        [LICETD] = &ledger_system, [REDIS] = &redis_system, [POSTGRES] = &postgres_system};
    enum status status = plant_all(peers);
    peers->addresses[LICETD] = peers->scene.url;
    peers->processes[LICETD] = peers->scene.daemon;
    for (uint32_t i = 0; i < SYSTEM_COUNT && status == OK; i++) {
        peers->targets[i] = (struct load_target){.system = systems[i],
                                                 .address = peers->addresses[i],
                                                 .signer = &peers->scene.agent,
                                                 .process = peers->processes[i],
                                                 .tree = peers->scene.tree};
        status = load_open(&peers->targets[i], &peers->loads[i]);
    }
    if (status != OK) return status;
    printf("%u groups with a limit each on six levels, made in %.1f s (licetd), %.1f s (Redis), "
           "%.1f s (PostgreSQL)\n",
           peers->scene.tree->leaf_count, peers->plant_s[LICETD], peers->plant_s[REDIS],
           peers->plant_s[POSTGRES]);
    return OK;
}

// --- Results ----------------------------------------------------------------

static double best_of(const struct contender *contenders, enum match match, enum system system)
{
    double best = 0;
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].match != match || rows[i].system != system) continue;
        if (contenders[i].median.rate > best) best = contenders[i].median.rate;
    }
    return best / 1e3;
}

static enum status report(const struct peers *peers, const struct contender *contenders)
{
    struct figure figures[DUEL_COUNT];
    for (uint32_t i = 0; i < DUEL_COUNT; i++) {
        figures[i] = (struct figure){.name = duels[i].name,
                                     .value = best_of(contenders, duels[i].match, LICETD),
                                     .unit = "k/s",
                                     .beside = best_of(contenders, duels[i].match, duels[i].peer),
                                     .beside_name = duels[i].peer_name,
                                     .goal = duels[i].goal,
                                     .is_least = true};
    }
    contest_print(contenders, ROW_COUNT);
    figures_print(figures, DUEL_COUNT);
    if (peers->scene.json == NULL) return OK;
    return figures_save(
        json_pack("{s:i, s:i, s:f, s:[fff], s:o, s:o}", "leaves",
                  (int)peers->scene.tree->leaf_count, "rounds", (int)peers->scene.round_count,
                  "slice_s", (double)peers->scene.slice_ns / 1e9, "plant_s", peers->plant_s[0],
                  peers->plant_s[1], peers->plant_s[2], "rows", contest_json(contenders, ROW_COUNT),
                  "figures", figures_json(figures, DUEL_COUNT)),
        peers->scene.json);
}

static enum status run(void *data)
{
    struct peers           *peers = data;
    static struct contender contenders[ROW_COUNT];
    enum status             status = open_all(peers);
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        contenders[i] = (struct contender){
            .name = rows[i].name, .load = peers->loads[rows[i].system], .shape = rows[i].shape};
    }
    if (status == OK) status = contest_run(contenders, ROW_COUNT, &peers->scene);
    return status == OK ? report(peers, contenders) : status;
}

static void close_all(void *data)
{
    struct peers *peers = data;
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        load_close(peers->loads[i]);
    }
    scene_close(&peers->scene);
}

int main(int count, char **words)
{
    static struct peers peers = {
        .scene = {.slice_ns = SLICE_NS, .round_count = ROUNDS}
    };
    static const struct scene_program program = {
        .name = "licet-bench-peers",
        .doc = "Plays the same load on licetd, Redis and PostgreSQL.",
        .options = option_rows,
        .parse = parse_option,
        .run = run,
        .close = close_all};
    return scene_main(&program, &peers, count, words);
}
