#include "api/cli/archive.h"

#include "api/cli/connect.h"
#include "api/cli/json.h"
#include "api/cli/query.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD_MS = 100 };

// clang-format 14 crashes on these tables.
// clang-format off
static const struct field fields[] = {
    {.name = "below", .type = FIELD_NUMBER, .max = INT64_MAX,
     .help = "the events before this one; down to a multiple of 256"},
    {.name = "wait", .type = FIELD_FLAG, .help = "until it is done"},
};
// clang-format on
const struct record archive_parameters = {"archive", fields, sizeof fields / sizeof fields[0], 0};

// What was begun.
struct begun {
    uint64_t first, below;
    uint64_t asked;
};

static enum exit_code begin(struct call *call, struct begun *begun)
{
    struct licet_reply reply;
    uint64_t           below = 0;
    struct buffer      request = buffer_over(call->event, sizeof call->event);
    const char        *text = call_text(call, "below");
    if (text == NULL) return complain(call, EXIT_USAGE, "which events? --below SEQ");
    if (!bytes_to_decimal(bytes_of_text(text), INT64_MAX, &below)) {
        return complain(call, EXIT_USAGE, "--below: '%s' is not a number", text);
    }
    enum exit_code code = connect_open(call);
    if (code != EXIT_DONE) return code;
    message_begin_request(&request, call->command->verb, 1);
    pack_key(&request, "below");
    pack_number(&request, below);
    code = query_once(call, buffer_bytes(&request), &reply);
    if (code != EXIT_DONE) return code;
    begun->asked = below;
    begun->first = message_number(reply.map, "first", 0);
    begun->below = message_number(reply.map, "below", 0);
    return EXIT_DONE;
}

// --- Waiting ----------------------------------------------------------------

static void show_progress(const struct begun *begun, struct bytes archive)
{
    const uint64_t done = message_number(archive, "done", 0);
    const bool     is_writing =
        bytes_is_equal(message_text(archive, "stage"), bytes_of_text("writing"));
    if (isatty(STDERR_FILENO) == 0) return;
    (void)fprintf(stderr, "\r%s: %" PRIu64 " of %" PRIu64 " events ",
                  is_writing ? "written" : "taken out of the ledger",
                  is_writing || done < begun->first ? done : done - begun->first,
                  begun->below - begun->first);
}

// EXIT_DONE with *is_over false: it goes on.
static enum exit_code look(struct call *call, const struct begun *begun, bool *is_over)
{
    struct licet_reply reply;
    struct buffer      request = buffer_over(call->event, sizeof call->event);
    struct bytes       archive = {NULL, 0};
    message_begin_request(&request, "status", 0);
    const enum exit_code code = query_once(call, buffer_bytes(&request), &reply);
    if (code != EXIT_DONE) return code;
    *is_over = true;
    if (!message_find(reply.map, "archive", &archive)) archive.size = 0;
    const struct bytes failed = message_text(archive, "failed");
    if (failed.size > 0) {
        return complain(call, EXIT_REFUSED, "nothing was archived: %.*s", (int)failed.size,
                        (const char *)failed.at);
    }
    if (message_number(reply.map, "first", 0) >= begun->below) return EXIT_DONE;
    if (message_number(archive, "below", 0) == 0) {
        return complain(call, EXIT_REFUSED, "nothing was archived: the daemon was started anew");
    }
    *is_over = false;
    show_progress(begun, archive);
    return EXIT_DONE;
}

static enum exit_code wait_for(struct call *call, const struct begun *begun)
{
    const struct timespec period = {.tv_nsec = PERIOD_MS * 1000000L};
    bool                  is_over = false;
    enum exit_code        code = look(call, begun, &is_over);
    while (code == EXIT_DONE && !is_over) {
        (void)nanosleep(&period, NULL);
        code = look(call, begun, &is_over);
    }
    if (isatty(STDERR_FILENO) != 0) (void)fputc('\n', stderr);
    return code;
}

// --- All of it --------------------------------------------------------------

static void print(const struct call *call, const struct begun *begun, bool is_done)
{
    uint8_t       memory[128];
    struct buffer packed = buffer_over(memory, sizeof memory);
    if (!call->globals.is_json) {
        (void)fprintf(call->out, "events %" PRIu64 " to %" PRIu64 " %s", begun->first,
                      begun->below - 1,
                      is_done ? "are in the archive, and no longer in the ledger"
                              : "are being archived: licet status");
        if (begun->below < begun->asked) {
            (void)fprintf(call->out, " (whole files of 256 alone: %" PRIu64 " and on stay)",
                          begun->below);
        }
        (void)fputc('\n', call->out);
        return;
    }
    pack_map(&packed, 3);
    pack_key(&packed, "below");
    pack_number(&packed, begun->below);
    pack_key(&packed, "done");
    pack_flag(&packed, is_done);
    pack_key(&packed, "first");
    pack_number(&packed, begun->first);
    struct json *document = json_of_packed(buffer_bytes(&packed));
    json_print(document, call->out);
    json_release(document);
}

enum exit_code archive_run(struct call *call)
{
    struct begun   begun = {.below = 0};
    const bool     is_awaited = call_has_flag(call, "wait");
    enum exit_code code = begin(call, &begun);
    if (code == EXIT_DONE && is_awaited) code = wait_for(call, &begun);
    if (code == EXIT_DONE) print(call, &begun, is_awaited);
    return code;
}
