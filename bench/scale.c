// licet-bench-scale: the same load on ledgers of different size at once, and the memory that groups
// and holdings take; see bench/scale, which starts a licetd for each.
#include "bench/contest.h"
#include "bench/figure.h"
#include "bench/ledger.h"
#include "bench/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 5, SIZE_COUNT = 3, PATH_TEXT_MAX = 512, STATUS_LINE_MAX = 256 };

#define SLICE_NS        ((uint64_t)1000 * 1000 * 1000)
#define GOAL            1.5 // times the cost with the fewest groups
#define MEMORY_GOAL_GIB 3

static const struct shape {
    const char       *name;
    struct load_shape load;
} shapes[] = {
    {"64 in flight",        {LOAD_CONSUME, 1, 64, 1, 0} },
    {"by 256, 4 in flight", {LOAD_CONSUME, 1, 4, 256, 0}},
};

enum {
    SHAPE_COUNT = sizeof shapes / sizeof shapes[0],
    ROW_COUNT = SHAPE_COUNT * SIZE_COUNT,
    FIGURE_COUNT = 2 * SHAPE_COUNT + 3,
};

// A ledger of one size.
struct size {
    struct scene       scene;
    char               url[PATH_TEXT_MAX], agent_file[PATH_TEXT_MAX], admin_file[PATH_TEXT_MAX];
    struct load_target target;
    struct load       *load;
    uint64_t           empty_bytes, planted_bytes, loaded_bytes;
    double             plant_s;
};

struct scale {
    struct scene     common; // options of all
    uint32_t         size_count;
    struct size      sizes[SIZE_COUNT];
    struct contender contenders[ROW_COUNT];
    char             names[ROW_COUNT][PATH_TEXT_MAX];
};

// --- Options ----------------------------------------------------------------

enum option_key { KEY_LEDGER = 2000 };

// clang-format off
static const struct argp_option option_rows[] = {
    {"ledger", KEY_LEDGER, "LEAVES:PID:DIR", 0,
     "a licetd, how many groups it is to get, and where its socket and its keys are", 0},
    {0},
};
// clang-format on

static bool parse_ledger(struct scale *scale, char *value)
{
    char *rest = value;
    if (scale->size_count == SIZE_COUNT) return false;
    struct size  *size = &scale->sizes[scale->size_count++];
    struct scene *scene = &size->scene;
    scene->tree = tree_of(strtoul(rest, &rest, 10));
    if (scene->tree == NULL || *rest != ':') return false;
    scene->daemon = (pid_t)strtol(rest + 1, &rest, 10);
    if (*rest != ':') return false;
    (void)snprintf(size->url, sizeof size->url, "ipc://%s/licetd.sock", rest + 1);
    (void)snprintf(size->agent_file, sizeof size->agent_file, "%s/agent.key", rest + 1);
    (void)snprintf(size->admin_file, sizeof size->admin_file, "%s/keys/admin.key", rest + 1);
    scene->url = size->url;
    scene->agent_file = size->agent_file;
    scene->admin_file = size->admin_file;
    return true;
}

// NOLINTNEXTLINE(readability-non-const-parameter): the type is of argp
static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct scale *scale = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &scale->common;
    } else if (key == KEY_LEDGER) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
        if (!parse_ledger(scale, value)) argp_error(state, "not a ledger: %s", value);
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

// --- Memory -----------------------------------------------------------------

// What is not of a file: the state, and none of the log's pages.
static uint64_t anonymous_bytes(pid_t process)
{
    char     path[PATH_TEXT_MAX], line[STATUS_LINE_MAX];
    uint64_t kib = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "RssAnon:", strlen("RssAnon:")) != 0) continue;
        kib = strtoull(line + strlen("RssAnon:"), NULL, 10);
    }
    (void)fclose(file);
    return kib * 1024;
}

// --- The ledgers ------------------------------------------------------------

static enum status open_size(struct size *size)
{
    struct scene *scene = &size->scene;
    size->empty_bytes = anonymous_bytes(scene->daemon);
    const uint64_t    start_ns = measure_clock_ns();
    const enum status status = scene_open(scene);
    size->plant_s = (double)(measure_clock_ns() - start_ns) / 1e9;
    size->planted_bytes = anonymous_bytes(scene->daemon);
    size->target = (struct load_target){.system = &ledger_system,
                                        .address = scene->url,
                                        .signer = &scene->agent,
                                        .process = scene->daemon,
                                        .tree = scene->tree};
    return status == OK ? load_open(&size->target, &size->load) : status;
}

static enum status open_all(struct scale *scale)
{
    enum status status = scale->size_count == SIZE_COUNT ? OK : STATUS_USAGE;
    for (uint32_t i = 0; i < SIZE_COUNT && status == OK; i++) {
        status = open_size(&scale->sizes[i]);
    }
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        struct size        *size = &scale->sizes[i % SIZE_COUNT];
        const struct shape *shape = &shapes[i / SIZE_COUNT];
        if (status != OK) continue;
        (void)snprintf(scale->names[i], sizeof scale->names[i], "%u groups, %s",
                       size->scene.tree->leaf_count, shape->name);
        scale->contenders[i] =
            (struct contender){.name = scale->names[i], .load = size->load, .shape = shape->load};
    }
    return status;
}

// --- Results ----------------------------------------------------------------

static uint32_t group_count(const struct tree *tree)
{
    uint32_t count = 0;
    for (uint32_t level = 0; level < TREE_LEVELS; level++) {
        count += tree_count(tree, level);
    }
    return count;
}

// Of all slices on the ledger; the rates are those of the rounds.
static double holding_count(const struct scale *scale, uint32_t size)
{
    double count = 0;
    for (uint32_t i = size; i < ROW_COUNT; i += SIZE_COUNT) {
        for (uint32_t round = 0; round < scale->common.round_count; round++) {
            count += scale->contenders[i].rounds[round].rate * (double)scale->common.slice_ns / 1e9;
        }
    }
    return count;
}

static void compare(const struct contender *least, const struct contender *most,
                    struct figure figures[static 2])
{
    figures[0] = (struct figure){.name = most->name,
                                 .value = contender_cost_us(most),
                                 .unit = "us",
                                 .beside = contender_cost_us(least),
                                 .beside_name = "processor, fewest",
                                 .goal = GOAL};
    figures[1] = (struct figure){.name = most->name,
                                 .value = 1e6 / most->median.rate,
                                 .unit = "us",
                                 .beside = 1e6 / least->median.rate,
                                 .beside_name = "end to end, fewest",
                                 .goal = GOAL};
}

static void weigh(const struct scale *scale, struct figure figures[static 3])
{
    const struct size *most = &scale->sizes[SIZE_COUNT - 1];
    const double       group =
        (double)(most->planted_bytes - most->empty_bytes) / group_count(most->scene.tree);
    const double holding =
        (double)(most->loaded_bytes - most->planted_bytes) / holding_count(scale, SIZE_COUNT - 1);
    figures[0] =
        (struct figure){.name = "memory of a group with a limit", .value = group, .unit = "bytes"};
    figures[1] = (struct figure){.name = "memory of a holding", .value = holding, .unit = "bytes"};
    figures[2] = (struct figure){.name = "memory of 1 M groups and 10 M holdings, by these",
                                 .value = (1e6 * group + 1e7 * holding) / (1 << 30),
                                 .unit = "GiB",
                                 .goal = MEMORY_GOAL_GIB};
}

static enum status report(struct scale *scale)
{
    struct figure figures[FIGURE_COUNT];
    json_t       *sizes = json_array();
    for (uint32_t i = 0; i < SIZE_COUNT; i++) {
        struct size *size = &scale->sizes[i];
        size->loaded_bytes = anonymous_bytes(size->scene.daemon);
        printf("%7u leaf groups: made in %.1f s, %.1f MiB; with %.0f holdings %.1f MiB\n",
               size->scene.tree->leaf_count, size->plant_s, (double)size->planted_bytes / 1048576,
               holding_count(scale, i), (double)size->loaded_bytes / 1048576);
        (void)json_array_append_new(
            sizes,
            json_pack("{s:i, s:f, s:I, s:I, s:f, s:I}", "leaves", (int)size->scene.tree->leaf_count,
                      "plant_s", size->plant_s, "empty_bytes", (json_int_t)size->empty_bytes,
                      "planted_bytes", (json_int_t)size->planted_bytes, "holdings",
                      holding_count(scale, i), "loaded_bytes", (json_int_t)size->loaded_bytes));
    }
    for (uint32_t i = 0; i < SHAPE_COUNT; i++) {
        const struct contender *least = &scale->contenders[(size_t)i * SIZE_COUNT];
        compare(least, least + SIZE_COUNT - 1, &figures[(size_t)2 * i]);
    }
    weigh(scale, &figures[(size_t)2 * SHAPE_COUNT]);
    contest_print(scale->contenders, ROW_COUNT);
    figures_print(figures, FIGURE_COUNT);
    json_t *all = json_pack("{s:o, s:o, s:o}", "sizes", sizes, "rows",
                            contest_json(scale->contenders, ROW_COUNT), "figures",
                            figures_json(figures, FIGURE_COUNT));
    return figures_save(all, scale->common.json);
}

static enum status run(void *data)
{
    struct scale *scale = data;
    enum status   status = open_all(scale);
    if (status == OK) status = contest_run(scale->contenders, ROW_COUNT, &scale->common);
    return status == OK ? report(scale) : status;
}

static void close_all(void *data)
{
    struct scale *scale = data;
    for (uint32_t i = 0; i < SIZE_COUNT; i++) {
        load_close(scale->sizes[i].load);
        scene_close(&scale->sizes[i].scene);
    }
}

int main(int count, char **words)
{
    static struct scale scale = {
        .common = {.slice_ns = SLICE_NS, .round_count = ROUNDS, .json = "/dev/null"}
    };
    static const struct scene_program program = {
        .name = "licet-bench-scale",
        .doc = "Plays the same load on ledgers of different size.",
        .options = option_rows,
        .parse = parse_option,
        .run = run,
        .close = close_all};
    return scene_main(&program, &scale, count, words);
}
