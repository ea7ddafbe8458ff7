#include "api/cli/publish.h"

#include "api/cli/json.h"
#include "api/wire/file.h"
#include "ledger/publication.h"

#include <inttypes.h>
#include <time.h>

enum { TEXT_SIZE_MAX = 4096, PERIOD_S = 1 };

// clang-format 14 crashes on these tables.
// clang-format off
static const struct field fields[] = {
    {.name = "directory", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "where to; made if it is not there"},
    {.name = "data", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "the directory of the ledger; it is only read"},
    {.name = "vkey", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "the ledger's public key (a file)"},
    {.name = "follow", .type = FIELD_FLAG, .help = "go on with what comes, every second"},
};
// clang-format on
const struct record publish_parameters = {"publish", fields, sizeof fields / sizeof fields[0], 0};

static const char *sentence_of(enum status status)
{
    switch ((int)status) {
    case STATUS_BEHIND:
        return "what is published there is of more events than the ledger has, or of others: it "
               "stays as it is. Keep it, and run licet-replay verify --trusted-checkpoint with its "
               "checkpoint";
    case STATUS_CORRUPT:
        return "its checkpoint is no head that this ledger's key has signed";
    default:
        return status_sentence(status);
    }
}

static void print_renewed(const struct call *call, const struct publication *publication)
{
    uint8_t       memory[TEXT_SIZE_MAX + 64];
    struct buffer packed = buffer_over(memory, sizeof memory);
    if (!call->globals.is_json) {
        (void)fprintf(call->out, "%s: %" PRIu64 " events%s\n", publication->directory,
                      publication->size, publication->is_new ? "" : ", as before");
        return;
    }
    pack_map(&packed, 3);
    pack_key(&packed, "directory");
    pack_key(&packed, publication->directory);
    pack_key(&packed, "new");
    pack_flag(&packed, publication->is_new);
    pack_key(&packed, "size");
    pack_number(&packed, publication->size);
    struct json *document = json_of_packed(buffer_bytes(&packed));
    json_print_line(document, call->out);
    json_release(document);
}

// The ledger is open only as long as it is read: the daemon uses pages again that nobody looks at.
static enum exit_code renew(struct call *call, const struct ledger_options *options,
                            struct publication *publication)
{
    struct ledger          *ledger = NULL;
    struct ledger_complaint complaint;
    const char             *data = call_text(call, "data");
    enum status             status = ledger_open(data, options, &ledger, &complaint);
    if (status != OK) {
        return complain(call, EXIT_UNREACHABLE, "%s: %s: %s", data, complaint.what, complaint.why);
    }
    status = publication_renew(publication, ledger);
    ledger_close(ledger);
    if (status == OK) return EXIT_DONE;
    const bool is_other = status == STATUS_BEHIND || status == STATUS_CORRUPT;
    return complain(call, is_other ? EXIT_REFUSED : EXIT_UNREACHABLE, "%s: %s",
                    publication->directory, sentence_of(status));
}

static enum exit_code follow(struct call *call, const struct ledger_options *options,
                             struct publication *publication)
{
    const struct timespec period = {.tv_sec = PERIOD_S};
    enum exit_code        code = EXIT_DONE;
    while (code == EXIT_DONE) { // until it is stopped from outside
        if (fflush(call->out) != 0) return EXIT_UNREACHABLE;
        (void)nanosleep(&period, NULL);
        code = renew(call, options, publication);
        if (code == EXIT_DONE && publication->is_new) print_renewed(call, publication);
    }
    return code;
}

enum exit_code publish_run(struct call *call)
{
    struct verifier    verifier;
    struct publication publication = {.directory = call_text(call, "directory")};
    const char        *key_file = call_text(call, "vkey");
    if (call_text(call, "data") == NULL || key_file == NULL) {
        return complain(call, EXIT_USAGE, "which ledger? --data DIR and --vkey FILE");
    }
    const enum status status = file_read_verifier(key_file, &verifier);
    if (status != OK) {
        return complain(call, EXIT_USAGE, "%s: %s", key_file, status_sentence(status));
    }
    const struct ledger_options options = {
        .origin = verifier_name(&verifier), .keys = {&verifier, 1},
             .is_read_only = true
    };
    const enum exit_code code = renew(call, &options, &publication);
    if (code != EXIT_DONE) return code;
    print_renewed(call, &publication);
    return call_has_flag(call, "follow") ? follow(call, &options, &publication) : EXIT_DONE;
}
