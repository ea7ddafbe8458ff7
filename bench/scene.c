#include "bench/scene.h"

#include "api/wire/file.h"
#include "bench/measure.h"
#include "bench/plant.h"
#include "core/base/version.h"
#include "core/proof/crypto.h"
#include "core/proof/hash.h"

#include <stdio.h>
#include <stdlib.h>

#define QUICK_SLICE_NS ((uint64_t)80 * 1000 * 1000)

enum { LEAVES_DEFAULT = 1000, QUICK_ROUNDS = 3 };

// --- Options ----------------------------------------------------------------

enum option_key {
    KEY_URL = 1000,
    KEY_AGENT,
    KEY_ADMIN,
    KEY_DAEMON,
    KEY_SCRATCH,
    KEY_JSON,
    KEY_LEAVES,
    KEY_PLANTED,
    KEY_QUICK,
    KEY_SECONDS,
    KEY_ROUNDS,
};

// clang-format off
static const struct argp_option option_rows[] = {
    {"url", KEY_URL, "URL", 0, "of licetd", 0},
    {"agent", KEY_AGENT, "FILE", 0, "private key of the agent that consumes", 0},
    {"admin", KEY_ADMIN, "FILE", 0, "private key of the server_admin who saves groups and limits", 0},
    {"daemon", KEY_DAEMON, "PID", 0, "process whose time is told", 0},
    {"scratch", KEY_SCRATCH, "DIR", 0, "where files of a run stand", 0},
    {"json", KEY_JSON, "FILE", 0, "where the results go, besides standard output", 0},
    {"leaves", KEY_LEAVES, "N", 0, "groups to charge: 1000, 10000, 100000 or 1000000", 0},
    {"planted", KEY_PLANTED, NULL, 0, "they are there already", 0},
    {"quick", KEY_QUICK, NULL, 0, "few and short slices", 0},
    {"seconds", KEY_SECONDS, "S", 0, "the length of a slice", 0},
    {"rounds", KEY_ROUNDS, "N", 0, "how many slices each has", 0},
    {0},
};
// clang-format on

static const char **text_of(struct scene *scene, int key)
{
    const struct {
        int          key;
        const char **text;
    } texts[] = {
        {KEY_URL,     &scene->url       },
        {KEY_AGENT,   &scene->agent_file},
        {KEY_ADMIN,   &scene->admin_file},
        {KEY_SCRATCH, &scene->scratch   },
        {KEY_JSON,    &scene->json      },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].key == key) return texts[i].text;
    }
    return NULL;
}

static error_t parse_number(struct scene *scene, int key, const char *value,
                            const struct argp_state *state)
{
    const double number = value == NULL ? 0 : strtod(value, NULL);
    if (key == KEY_DAEMON) {
        scene->daemon = (pid_t)number;
    } else if (key == KEY_LEAVES) {
        scene->tree = tree_of((uint64_t)number);
        // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
        if (scene->tree == NULL) argp_error(state, "no tree has %s leaf groups", value);
    } else if (key == KEY_PLANTED) {
        scene->is_planted = true;
    } else if (key == KEY_QUICK) {
        scene->slice_ns = QUICK_SLICE_NS;
        scene->round_count = QUICK_ROUNDS;
    } else if (key == KEY_SECONDS) {
        scene->slice_ns = (uint64_t)(number * 1e9);
    } else if (key == KEY_ROUNDS) {
        if (!(number >= 1 && number <= ROUND_MAX)) {
            // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
            argp_error(state, "from 1 to %d rounds", ROUND_MAX);
        }
        scene->round_count = (uint32_t)number;
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct scene *scene = state->input;
    const char  **text = text_of(scene, key);
    if (text == NULL) return parse_number(scene, key, value, state);
    *text = value;
    return 0;
}

int scene_main(const struct scene_program *program, void *data, int count, char **words)
{
    static char             version[128]; // argp keeps it
    const struct argp       options = {.options = option_rows, .parser = parse_option};
    const struct argp_child children[] = {
        {&options, 0, NULL, 0},
        {0   }
    };
    const struct argp parser = {.options = program->options,
                                .parser = program->parse,
                                .children = children,
                                .doc = program->doc};
    (void)snprintf(version, sizeof version, "%s %s", program->name, LICET_VERSION);
    argp_program_version = version;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
    if (argp_parse(&parser, count, words, 0, NULL, data) != 0) return 2;
    const enum status status = program->run(data);
    program->close(data);
    if (status == OK) return 0;
    (void)fprintf(stderr, "%s: %s\n", program->name, status_sentence(status));
    return 1;
}

// --- The ledger -------------------------------------------------------------

enum status scene_open(struct scene *scene)
{
    if (scene->tree == NULL) scene->tree = tree_of(LEAVES_DEFAULT);
    enum status status = crypto_start();
    if (status == OK) status = hash_start();
    if (status == OK) status = file_read_signer(scene->agent_file, &scene->agent);
    if (status == OK) status = file_read_signer(scene->admin_file, &scene->admin);
    if (status != OK || scene->is_planted) return status;
    return plant(scene->url, &scene->admin, scene->tree);
}

void scene_close(struct scene *scene)
{
    signer_release(&scene->agent);
    signer_release(&scene->admin);
}
