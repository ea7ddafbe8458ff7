// licet-past: gives a ledger a long past, quickly. See bench/restart, which measures what it costs.
#include "api/wire/file.h"
#include "bench/past/company.h"
#include "bench/past/writer.h"
#include "core/base/version.h"
#include "core/proof/crypto.h"
#include "core/proof/hash.h"

#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAVE_SIZE_MAX = PATH_SIZE_MAX + 256,
    SAVED_MAX = 100,  // groups of one plan
    STRIDE = 7919,    // prime, so that neighbours in time are none in the tree
    ROOM = 1000,      // of each flat beyond what is consumed here, for a load
    UNIT_FIRST = 100, // an own choice of names: "n100" and on
};

struct past {
    const char    *data, *ledger_key_file, *admin_key_file, *agent_key_file;
    uint64_t       flat_count, event_count;
    struct signer  ledger_key, admin_key, agent_key;
    struct writer *writer;
    struct buffer  plan; // packed events of the next plan
    uint32_t       planned_count;
    uint8_t        room[PLAN_SIZE_MAX];
};

// --- Options ----------------------------------------------------------------

// clang-format off
static const struct argp_option option_rows[] = {
    {"data", 'd', "DIR", 0, "the ledger, whose daemon is stopped", 0},
    {"ledger-key", 'k', "FILE", 0, "its private key", 0},
    {"admin", 'a', "FILE", 0, "private key of a server_admin", 0},
    {"agent", 'c', "FILE", 0, "private key of an agent at acme", 0},
    {"groups", 'g', "N", 0, "groups to charge; those above them come on top", 0},
    {"events", 'e', "N", 0, "consumptions", 0},
    {0},
};
// clang-format on

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct past *past = state->input;
    switch (key) {
    case 'd':
        past->data = value;
        return 0;
    case 'k':
        past->ledger_key_file = value;
        return 0;
    case 'a':
        past->admin_key_file = value;
        return 0;
    case 'c':
        past->agent_key_file = value;
        return 0;
    case 'g':
        past->flat_count = strtoull(value, NULL, 10);
        return past->flat_count > 0 ? 0 : EINVAL;
    case 'e':
        past->event_count = strtoull(value, NULL, 10);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

// --- Groups -----------------------------------------------------------------

static enum status finish_plan(struct past *past)
{
    const struct event plan = {
        .kind = PLAN, .of.plan = {.events = {buffer_bytes(&past->plan), past->planned_count}}};
    const enum status status =
        past->planned_count == 0 ? OK : writer_propose(past->writer, &past->admin_key, &plan);
    past->plan.size = 0;
    past->planned_count = 0;
    return status;
}

static void add_to_plan(struct past *past, const struct event *event)
{
    pack_array(&past->plan, 1 + event_field_count(event));
    event_write(event, &past->plan);
    past->planned_count++;
}

// One package of one entry, without an end.
static struct list packages_of(uint64_t limit, struct buffer *entries, struct buffer *packages)
{
    const struct entry entry = {bytes_of_text("sip_number"), limit};
    pack_array(entries, entry_record.field_count);
    record_write(&entry_record, &entry, entries);
    const struct package package = {
        .name = bytes_of_text("all"),
        .until_ms = TIME_NEVER,
        .entries = {buffer_bytes(entries), 1}
    };
    pack_array(packages, package_record.field_count);
    record_write(&package_record, &package, packages);
    return (struct list){buffer_bytes(packages), 1};
}

static uint64_t limit_of(const struct past *past, enum company_level level)
{
    const uint64_t of_flat = past->event_count / past->flat_count + ROOM;
    return of_flat * company_flats(level);
}

static enum status add_group(struct past *past, uint64_t flat, enum company_level level)
{
    char          path[PATH_SIZE_MAX + 1];
    uint8_t       room[2][SAVE_SIZE_MAX];
    struct buffer entries = buffer_over(room[0], sizeof room[0]);
    struct buffer packages = buffer_over(room[1], sizeof room[1]);
    company_path(flat, level, path);
    const struct event creation = {.kind = GROUP_CREATION,
                                   .of.group_creation = {.group = bytes_of_text(path)}};
    const struct event save = {
        .kind = ALLOCATION,
        .of.allocation = {.group = bytes_of_text(path),
                          .is_restricted = true,
                          .packages = packages_of(limit_of(past, level), &entries, &packages)}
    };
    add_to_plan(past, &creation);
    add_to_plan(past, &save);
    return past->planned_count < 2 * SAVED_MAX ? OK : finish_plan(past);
}

static enum status add_groups(struct past *past)
{
    enum status status = OK;
    for (uint64_t flat = 0; flat < past->flat_count && status == OK; flat++) {
        for (uint32_t i = 0; i < COMPANY_LEVEL_COUNT && status == OK; i++) {
            const enum company_level level = (enum company_level)i;
            if (flat % company_flats(level) == 0) status = add_group(past, flat, level);
        }
    }
    if (status == OK) status = finish_plan(past);
    return status == OK ? writer_commit(past->writer) : status;
}

// --- Consumptions -----------------------------------------------------------

static enum status consume(struct past *past, uint64_t number)
{
    char path[PATH_SIZE_MAX + 1], unit[32];
    company_path(number * STRIDE % past->flat_count, FLAT, path);
    (void)snprintf(unit, sizeof unit, "n%" PRIu64, number + UNIT_FIRST);
    const struct event event = {
        .kind = CONSUMPTION,
        .of.consumption = {.group = bytes_of_text(path),
                           .resource = bytes_of_text("sip_number"),
                           .unit = bytes_of_text(unit),
                           .direction = DIRECTION_ABSENT}
    };
    return writer_propose(past->writer, &past->agent_key, &event);
}

static enum status consume_all(struct past *past)
{
    enum status status = OK;
    for (uint64_t i = 0; i < past->event_count && status == OK; i++) {
        status = consume(past, i);
    }
    return status == OK ? writer_commit(past->writer) : status;
}

// --- All of it --------------------------------------------------------------

// Of the process, without what is mapped from files, in bytes.
static uint64_t own_memory(void)
{
    static const char word[] = "RssAnon:";
    char              line[128];
    uint64_t          kib = 0;
    FILE             *file = fopen("/proc/self/status", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, word, sizeof word - 1) == 0) {
            kib = strtoull(line + sizeof word - 1, NULL, 10);
        }
    }
    if (file != NULL) (void)fclose(file);
    return kib * 1024;
}

static enum status open_all(struct past *past, struct writer_options *options)
{
    enum status status = crypto_start();
    if (status == OK) status = hash_start();
    if (status == OK) status = file_read_signer(past->ledger_key_file, &past->ledger_key);
    if (status == OK) status = file_read_signer(past->admin_key_file, &past->admin_key);
    if (status == OK) status = file_read_signer(past->agent_key_file, &past->agent_key);
    *options = (struct writer_options){past->data, &past->ledger_key};
    return status == OK ? writer_open(options, &past->writer) : status;
}

static enum status run(struct past *past)
{
    struct writer_options options;
    past->plan = buffer_over(past->room, sizeof past->room);
    enum status    status = open_all(past, &options);
    const uint64_t before = own_memory();
    if (status == OK) status = add_groups(past);
    const uint64_t between = own_memory();
    if (status == OK) status = consume_all(past);
    if (status != OK) return status;
    printf("{\"groups\": %" PRIu64 ", \"holdings\": %" PRIu64 ", \"group_bytes\": %" PRIu64
           ", \"holding_bytes\": %" PRIu64 "}\n",
           company_group_count(past->flat_count), past->event_count, between - before,
           own_memory() - between);
    return OK;
}

int main(int count, char **words)
{
    static struct past past;
    const struct argp  parser = {.options = option_rows,
                                 .parser = parse_option,
                                 .doc =
                                     "Gives a ledger groups and consumptions, as its daemon "
                                      "would have decided them, and prints what memory they take."};
    argp_program_version = "licet-past " LICET_VERSION;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
    if (argp_parse(&parser, count, words, 0, NULL, &past) != 0) return 2;
    const enum status status = run(&past);
    writer_close(past.writer);
    signer_release(&past.ledger_key);
    signer_release(&past.admin_key);
    signer_release(&past.agent_key);
    if (status == OK) return 0;
    (void)fprintf(stderr, "licet-past: %s\n", status_sentence(status));
    return 1;
}
