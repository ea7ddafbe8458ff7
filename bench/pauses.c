// licet-bench-pauses: the longest that somebody who only asks has to wait while the loop has other
// things to do, and how long the other answers took; see bench/pauses, which sets the scene.
#include "api/client/licet.h"
#include "api/wire/file.h"
#include "bench/figure.h"
#include "bench/ledger.h"
#include "bench/scene.h"
#include "core/event/proposal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ANSWER_MS = 60 * 1000, GROWTH_SLICES = 15, BUCKET_COUNT = 10, AFTER_MS = 300 };

#define SLICE_NS ((uint64_t)1000 * 1000 * 1000)
#define GOAL_MS  20.0

static const struct load_shape load_shape = {LOAD_CONSUME, 1, 2, 256, 0};

// Upper ends; the last has none.
static const double bucket_ms[BUCKET_COUNT] = {0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 0};

struct outcome {
    struct measure answers;
    double         longest_ms;
    uint32_t       buckets[BUCKET_COUNT];
    double         job_ms; // how long the job took
    double         holdings;
    uint64_t       suspended; // of them, when the job was done
};

struct pauses {
    struct scene       scene;
    const char        *low_file, *high_file;
    struct load_target target;
    struct load       *load;
    struct licet      *asker, *admin;
    atomic_bool        is_over;
    enum status        asker_status;
    double             holding_count;
    struct samples     samples;
};

// --- Options ----------------------------------------------------------------

enum option_key { KEY_LOW = 2000, KEY_HIGH };

// clang-format off
static const struct argp_option option_rows[] = {
    {"low", KEY_LOW, "FILE", 0, "signed licence file of far less than is used", 0},
    {"high", KEY_HIGH, "FILE", 0, "one of more again", 0},
    {0},
};
// clang-format on

// NOLINTNEXTLINE(readability-non-const-parameter): the type is of argp
static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct pauses *pauses = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &pauses->scene;
    } else if (key == KEY_LOW) {
        pauses->low_file = value;
    } else if (key == KEY_HIGH) {
        pauses->high_file = value;
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

// --- What the loop has to do ------------------------------------------------

static enum status wait_for_slice(struct pauses *pauses)
{
    const uint64_t        ns = pauses->scene.slice_ns;
    const struct timespec time = {.tv_sec = (time_t)(ns / 1000000000),
                                  .tv_nsec = (long)(ns % 1000000000)};
    (void)nanosleep(&time, NULL);
    return OK;
}

static enum status take(struct pauses *pauses, uint64_t duration_ns)
{
    struct measure    measure;
    const uint64_t    start_ns = measure_clock_ns();
    const enum status status = load_run(pauses->load, &load_shape, duration_ns, &measure);
    if (status != OK) return status;
    pauses->holding_count += measure.rate * (double)(measure_clock_ns() - start_ns) / 1e9;
    return OK;
}

static enum status take_slice(struct pauses *pauses)
{
    return take(pauses, pauses->scene.slice_ns);
}

static enum status grow(struct pauses *pauses)
{
    return take(pauses, GROWTH_SLICES * pauses->scene.slice_ns);
}

static enum status save(struct pauses *pauses, const struct event *event)
{
    static uint8_t        packed[PROPOSAL_SIZE_MAX], memory[PROPOSAL_SIZE_MAX];
    struct buffer         written = buffer_over(packed, sizeof packed);
    struct buffer         room = buffer_over(memory, sizeof memory);
    struct licet_proposal proposal;
    struct licet_reply    reply;
    pack_array(&written, 1 + event_field_count(event));
    event_write(event, &written);
    enum status status =
        licet_proposal_make(pauses->admin, buffer_bytes(&written), &room, &proposal);
    if (status == OK) status = licet_propose(pauses->admin, &proposal, &reply);
    if (status != OK || reply.outcome == MESSAGE_OK) return status;
    const struct bytes code = message_text(reply.map, "code");
    (void)fprintf(stderr, "bench: the licence was not taken: %.*s\n", (int)code.size,
                  (const char *)code.at);
    return STATUS_USAGE;
}

// A file limits the server until its EULA is accepted; only then does it decide who has access.
static enum status upload(struct pauses *pauses, const char *path)
{
    static uint8_t file[LICENSE_FILE_SIZE_MAX];
    struct buffer  content = buffer_over(file, sizeof file);
    enum status    status = file_read(path, &content);
    if (status != OK) return status;
    const struct event license = {.kind = LICENSE_UPLOAD,
                                  .of.license_upload.file = buffer_bytes(&content)};
    const struct event acceptance = {.kind = EULA_ACCEPTANCE,
                                     .of.eula_acceptance.version = bytes_of_text("1")};
    status = save(pauses, &license);
    return status == OK ? save(pauses, &acceptance) : status;
}

static enum status shrink(struct pauses *pauses)
{
    return upload(pauses, pauses->low_file);
}

static enum status widen(struct pauses *pauses)
{
    return upload(pauses, pauses->high_file);
}

static const struct row {
    const char *name;
    enum status (*job)(struct pauses *pauses);
} rows[] = {
    {"nothing",                              wait_for_slice},
    {"consumption by 256, the first second", take_slice    },
    {"consumption by 256, indexes grow",     grow          },
    {"a licence far below what is used",     shrink        },
    {"a licence above it again",             widen         },
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

// --- Who asks meanwhile -----------------------------------------------------

static enum status ask_state(struct licet *licet, struct bytes group, struct licet_reply *reply)
{
    uint8_t       room[256];
    struct buffer request = buffer_over(room, sizeof room);
    message_begin_request(&request, "state", 2);
    pack_key(&request, "group");
    pack_text(&request, group);
    pack_key(&request, "resource");
    pack_text(&request, bytes_of_text("sip_number"));
    const enum status status = licet_call(licet, buffer_bytes(&request), reply);
    if (status != OK) return status;
    return reply->outcome == MESSAGE_OK ? OK : STATUS_USAGE;
}

static enum status find_suspended(struct pauses *pauses, uint64_t *suspended)
{
    struct licet_reply reply;
    struct bytes       resource = {0};
    const enum status  status = ask_state(pauses->admin, bytes_of_text("acme"), &reply);
    if (status != OK) return status;
    struct message_items resources = message_list(reply.map, "resources");
    if (!message_next(&resources, &resource)) return STATUS_MALFORMED;
    *suspended = message_number(resource, "suspended", 0);
    return OK;
}

static enum status ask_once(struct pauses *pauses, struct load_draw *draw)
{
    struct licet_reply reply;
    const uint64_t     start_ns = measure_clock_ns();
    const enum status  status = ask_state(pauses->asker, load_draw(draw).group, &reply);
    samples_add(&pauses->samples, measure_clock_ns() - start_ns);
    return status;
}

static void *ask(void *context)
{
    struct pauses   *pauses = context;
    struct load_draw draw = {.tree = pauses->scene.tree};
    enum status      status = OK;
    while (status == OK && !atomic_load(&pauses->is_over)) {
        status = ask_once(pauses, &draw);
    }
    pauses->asker_status = status;
    return NULL;
}

static void sort_out(const struct samples *samples, struct outcome *outcome)
{
    for (uint32_t i = 0; i < samples->count; i++) {
        const double ms = samples->ns[i] / 1e6;
        uint32_t     bucket = 0;
        while (bucket < BUCKET_COUNT - 1 && ms > bucket_ms[bucket]) {
            bucket++;
        }
        outcome->buckets[bucket]++;
        if (ms > outcome->longest_ms) outcome->longest_ms = ms;
    }
}

static enum status run_row(struct pauses *pauses, const struct row *row, struct outcome *outcome)
{
    const struct timespec  after = {.tv_nsec = (long)AFTER_MS * 1000 * 1000};
    const struct stopwatch stopwatch = stopwatch_start(pauses->scene.daemon);
    pthread_t              asker;
    pauses->samples.count = 0;
    atomic_store(&pauses->is_over, false);
    if (pthread_create(&asker, NULL, ask, pauses) != 0) return STATUS_OUT_OF_MEMORY;
    const uint64_t start_ns = measure_clock_ns();
    enum status    status = row->job(pauses);
    outcome->job_ms = (double)(measure_clock_ns() - start_ns) / 1e6;
    (void)nanosleep(&after, NULL); // what is done in slices goes on after the answer
    atomic_store(&pauses->is_over, true);
    (void)pthread_join(asker, NULL);
    if (status == OK) status = pauses->asker_status;
    if (status == OK) status = find_suspended(pauses, &outcome->suspended);
    outcome->holdings = pauses->holding_count;
    sort_out(&pauses->samples, outcome);
    outcome->answers = stopwatch_stop(&stopwatch, pauses->samples.count, &pauses->samples);
    return status;
}

// --- Results ----------------------------------------------------------------

static void print_table(const struct outcome outcomes[static ROW_COUNT])
{
    printf("\n%-39s %9s %9s %8s %8s %8s  answers that took up to so many ms\n", "while", "holdings",
           "suspended", "job ms", "p99 us", "max ms");
    printf("%-39s %9s %9s %8s %8s %8s ", "", "", "", "", "", "");
    for (uint32_t i = 0; i < BUCKET_COUNT - 1; i++) {
        printf(" %6g", bucket_ms[i]);
    }
    printf("  above\n");
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        const struct outcome *outcome = &outcomes[i];
        printf("%-39s %9.0f %9llu %8.0f %8.0f %8.2f ", rows[i].name, outcome->holdings,
               (unsigned long long)outcome->suspended, outcome->job_ms, outcome->answers.p99_us,
               outcome->longest_ms);
        for (uint32_t bucket = 0; bucket < BUCKET_COUNT; bucket++) {
            printf(" %6u", outcome->buckets[bucket]);
        }
        printf("\n");
    }
}

static json_t *json_of(const struct row *row, const struct outcome *outcome)
{
    json_t *buckets = json_array();
    for (uint32_t i = 0; i < BUCKET_COUNT; i++) {
        const bool is_last = i == BUCKET_COUNT - 1;
        (void)json_array_append_new(buckets,
                                    json_pack("{s:o, s:i}", "to_ms",
                                              is_last ? json_null() : json_real(bucket_ms[i]),
                                              "count", (int)outcome->buckets[i]));
    }
    return json_pack("{s:s, s:f, s:I, s:f, s:f, s:f, s:f, s:o}", "name", row->name, "holdings",
                     outcome->holdings, "suspended", (json_int_t)outcome->suspended, "job_ms",
                     outcome->job_ms, "p50_us", outcome->answers.p50_us, "p99_us",
                     outcome->answers.p99_us, "longest_ms", outcome->longest_ms, "answers",
                     buckets);
}

static enum status report(const struct pauses *pauses,
                          const struct outcome outcomes[static ROW_COUNT])
{
    struct figure figures[ROW_COUNT];
    json_t       *list = json_array();
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        figures[i] = (struct figure){.name = rows[i].name,
                                     .value = outcomes[i].longest_ms,
                                     .unit = "ms",
                                     .goal = i == 0 ? 0 : GOAL_MS};
        (void)json_array_append_new(list, json_of(&rows[i], &outcomes[i]));
    }
    print_table(outcomes);
    figures_print(figures, ROW_COUNT);
    json_t *all =
        json_pack("{s:o, s:o}", "rows", list, "figures", figures_json(figures, ROW_COUNT));
    return figures_save(all, pauses->scene.json);
}

// --- The whole --------------------------------------------------------------

static enum status open_caller(struct pauses *pauses, const struct signer *signer,
                               struct licet **licet)
{
    const struct licet_options options = {
        .url = pauses->scene.url, .signer = signer, .timeout_ms = ANSWER_MS};
    const enum status status = licet_open(&options, licet);
    return status == OK ? licet_connect(*licet) : status;
}

static enum status open_all(struct pauses *pauses)
{
    enum status status = scene_open(&pauses->scene);
    pauses->target = (struct load_target){.system = &ledger_system,
                                          .address = pauses->scene.url,
                                          .signer = &pauses->scene.agent,
                                          .process = pauses->scene.daemon,
                                          .tree = pauses->scene.tree};
    if (status == OK) status = load_open(&pauses->target, &pauses->load);
    if (status == OK) status = open_caller(pauses, &pauses->scene.agent, &pauses->asker);
    if (status == OK) status = open_caller(pauses, &pauses->scene.admin, &pauses->admin);
    return status;
}

static enum status run(void *data)
{
    struct pauses        *pauses = data;
    static struct outcome outcomes[ROW_COUNT];
    enum status           status = open_all(pauses);
    for (uint32_t i = 0; i < ROW_COUNT && status == OK; i++) {
        status = run_row(pauses, &rows[i], &outcomes[i]);
    }
    return status == OK ? report(pauses, outcomes) : status;
}

static void close_all(void *data)
{
    struct pauses *pauses = data;
    load_close(pauses->load);
    licet_close(pauses->asker);
    licet_close(pauses->admin);
    scene_close(&pauses->scene);
}

int main(int count, char **words)
{
    static struct pauses pauses = {
        .scene = {.slice_ns = SLICE_NS, .json = "/dev/null"}
    };
    static const struct scene_program program = {
        .name = "licet-bench-pauses",
        .doc = "Asks licetd while its loop has other things to do.",
        .options = option_rows,
        .parse = parse_option,
        .run = run,
        .close = close_all};
    return scene_main(&program, &pauses, count, words);
}
