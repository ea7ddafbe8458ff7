#include "api/cli/apply.h"

#include "api/cli/bulk.h"
#include "api/cli/connect.h"
#include "api/cli/json.h"
#include "api/cli/query.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FAULT_SHOWN_MAX = 20, PATH_TEXT_SIZE = 4096, SUMMARY_SIZE = 256, ANSWER_SIZE = 16 };

// clang-format 14 crashes on these tables.
// clang-format off
static const struct field fields[] = {
    {.name = "path", .type = FIELD_TEXT, .help = "a command on each line; - for standard input"},
    {.name = "journal", .type = FIELD_FILE,
     .help = "where it is kept what has been done; FILE.applied unless told, nowhere for -"},
    {.name = "keep_going", .type = FIELD_FLAG, .help = "go on behind what is refused"},
    {.name = "yes", .type = FIELD_FLAG, .help = "do not ask, also at a terminal"},
};
// clang-format on
const struct record apply_parameters = {"apply", fields, sizeof fields / sizeof fields[0], 0};

static uint64_t clock_ms(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// --- The check --------------------------------------------------------------

static void print_fault(const struct bulk *bulk, const struct script_fault *fault)
{
    uint8_t       memory[COMPLAINT_SIZE + 64];
    struct buffer map = buffer_over(memory, sizeof memory);
    if (!bulk->call->globals.is_json) {
        (void)fprintf(stderr, "%s:%u: %s\n", bulk->script->file, fault->line, fault->text);
        return;
    }
    pack_map(&map, 2);
    pack_key(&map, "code");
    pack_key(&map, "MALFORMED");
    pack_key(&map, "detail");
    pack_key(&map, fault->text);
    json_print_verdict(fault->line, "error", buffer_bytes(&map), bulk->call->out);
}

// Every line, before anything is sent: a file with one wrong line does nothing.
static enum exit_code check_lines(struct bulk *bulk)
{
    struct call        *call = bulk->call;
    uint32_t            fault_count = 0;
    struct script_fault fault = {.line = 0};
    if (!script_part(bulk->script, &fault)) {
        print_fault(bulk, &fault);
        return complain(call, EXIT_USAGE, "nothing was sent");
    }
    if (bulk->script->count == 0) {
        return complain(call, EXIT_USAGE, "%s: no command in it", bulk->script->file);
    }
    bulk->reader.maker.now_ms = clock_ms(CLOCK_REALTIME);
    for (uint32_t i = 1; i <= bulk->script->count; i++) {
        struct buffer event = buffer_over(call->event, sizeof call->event);
        if (script_add_event(&bulk->reader, script_unit(bulk->script, i), &event, &fault) ==
            EXIT_DONE) {
            continue;
        }
        if (fault_count++ < FAULT_SHOWN_MAX) print_fault(bulk, &fault);
    }
    saves_forget(&bulk->reader.saves);
    if (fault_count == 0) return EXIT_DONE;
    return complain(call, EXIT_USAGE, "%u line%s not right; nothing was sent", fault_count,
                    fault_count == 1 ? " is" : "s are");
}

// --- What was done before ---------------------------------------------------

static const char *journal_path(const struct call *call, const char *file)
{
    static char memory[PATH_TEXT_SIZE];
    const char *told = call_text(call, "journal");
    if (told == NULL && strcmp(file, "-") == 0) return NULL;
    const int size = told != NULL ? snprintf(memory, sizeof memory, "%s", told)
                                  : snprintf(memory, sizeof memory, "%s.applied", file);
    if (size < 0 || (size_t)size >= sizeof memory) return NULL;
    // A preview leaves nothing behind.
    return call->globals.is_preview && access(memory, F_OK) != 0 ? NULL : memory;
}

static enum exit_code open_journal(struct bulk *bulk)
{
    struct call               *call = bulk->call;
    const struct licet_session session = licet_session(call->licet);
    const struct applied_owner owner = {session.origin, session.actor};
    const char                *path = journal_path(call, bulk->script->file);
    const enum status          status = applied_open(&bulk->applied, path, &owner, bulk->script);
    switch ((int)status) {
    case OK:
        return EXIT_DONE;
    case STATUS_LOCKED:
        return complain(call, EXIT_USAGE, "%s: another run of this file is not over", path);
    case STATUS_PERMISSION:
        return complain(call, EXIT_USAGE,
                        "%s tells of another ledger, or of another actor than %s; remove it to "
                        "apply the file anew",
                        path, session.actor);
    case STATUS_MALFORMED:
        return complain(call, EXIT_USAGE, "%s is not what this command has written", path);
    default:
        return complain(call, EXIT_UNREACHABLE, "%s: %s", path, status_sentence(status));
    }
}

// What was refused is tried again: somebody may have seen to it.
static void count_known(struct bulk *bulk)
{
    for (uint32_t i = 1; i <= bulk->script->count; i++) {
        struct unit *unit = script_unit(bulk->script, i);
        if (unit->state == UNIT_REFUSED) {
            unit->state = UNIT_LEFT;
            unit->attempt++;
            unit->not_after_ms = 0;
        }
        unit->is_old = unit->state == UNIT_DONE;
        bulk->old_count += unit->is_old;
    }
}

static enum exit_code take_up(struct bulk *bulk)
{
    uint8_t            memory[64];
    struct licet_reply reply;
    struct buffer      request = buffer_over(memory, sizeof memory);
    enum exit_code     code = open_journal(bulk);
    if (code != EXIT_DONE) return code;
    message_begin_request(&request, "status", 0);
    code = query_once(bulk->call, buffer_bytes(&request), &reply);
    if (code != EXIT_DONE) return code;
    const uint64_t size = message_number(reply.map, "size", 0);
    code = bulk_settle(bulk);
    count_known(bulk);
    bulk->accepted_count = 0; // they were accepted before this run
    if (code == EXIT_DONE && !bulk->call->globals.is_preview) {
        applied_begin_run(&bulk->applied, size);
    }
    return code;
}

// --- The end ----------------------------------------------------------------

static uint32_t left_count(const struct bulk *bulk)
{
    return bulk->script->count - bulk->accepted_count - bulk->refused_count - bulk->old_count;
}

static void print_json_summary(const struct bulk *bulk, uint64_t took_ms)
{
    uint8_t       memory[SUMMARY_SIZE];
    struct buffer map = buffer_over(memory, sizeof memory);
    const struct {
        const char *name;
        uint64_t    number;
    } rows[] = {
        {"accepted",    bulk->accepted_count},
        {"done_before", bulk->old_count     },
        {"left",        left_count(bulk)    },
        {"refused",     bulk->refused_count },
        {"took_ms",     took_ms             },
    };
    pack_map(&map, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pack_key(&map, rows[i].name);
        pack_number(&map, rows[i].number);
    }
    struct json *document = json_wrap("summary", json_of_packed(buffer_bytes(&map)));
    json_print_line(document, bulk->call->out);
    json_release(document);
}

static void print_summary(const struct bulk *bulk, uint64_t took_ms)
{
    FILE *out = bulk->call->out;
    if (isatty(STDERR_FILENO) != 0) (void)fputc('\r', stderr);
    if (bulk->call->globals.is_json) {
        print_json_summary(bulk, took_ms);
        return;
    }
    (void)fprintf(out, "%u accepted", bulk->accepted_count);
    if (bulk->old_count > 0) (void)fprintf(out, ", %u done before", bulk->old_count);
    if (bulk->refused_count > 0) (void)fprintf(out, ", %u refused", bulk->refused_count);
    if (left_count(bulk) > 0) (void)fprintf(out, ", %u left", left_count(bulk));
    (void)fprintf(out, " in %llu.%llu s\n", (unsigned long long)(took_ms / 1000),
                  (unsigned long long)(took_ms % 1000 / 100));
}

static enum exit_code send_all(struct bulk *bulk)
{
    const uint64_t start_ms = clock_ms(CLOCK_MONOTONIC);
    bulk_catch_signals();
    enum exit_code code = bulk_send(bulk);
    print_summary(bulk, clock_ms(CLOCK_MONOTONIC) - start_ms);
    if (code != EXIT_DONE) return code;
    if (bulk->refused_count > 0) return EXIT_REFUSED;
    if (left_count(bulk) == 0) return EXIT_DONE;
    return complain(bulk->call, EXIT_UNREACHABLE, "%s; the same command goes on where it was",
                    bulk_is_interrupted() ? "interrupted" : "not all could be done");
}

// --- Asking -----------------------------------------------------------------

static bool asks(const struct bulk *bulk)
{
    if (call_has_flag(bulk->call, "yes") || strcmp(bulk->script->file, "-") == 0) return false;
    return isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
}

static enum exit_code ask(struct bulk *bulk)
{
    char                 answer[ANSWER_SIZE] = "";
    const enum exit_code code = bulk_preview(bulk, false);
    saves_forget(&bulk->reader.saves);
    if (code != EXIT_DONE && code != EXIT_REFUSED) return code;
    (void)fprintf(stderr, "apply %u command%s to %s? [y/N] ", left_count(bulk),
                  left_count(bulk) == 1 ? "" : "s", licet_session(bulk->call->licet).origin);
    (void)fflush(stderr);
    if (fgets(answer, sizeof answer, stdin) == NULL) answer[0] = 0;
    if (answer[0] == 'y' || answer[0] == 'Y') return EXIT_DONE;
    return complain(bulk->call, EXIT_REFUSED, "nothing was sent");
}

static enum exit_code apply_connected(struct bulk *bulk)
{
    enum exit_code code = take_up(bulk);
    if (code != EXIT_DONE) return code;
    if (bulk->call->globals.is_preview) return bulk_preview(bulk, true);
    if (left_count(bulk) > 0 && asks(bulk)) code = ask(bulk);
    return code == EXIT_DONE ? send_all(bulk) : code;
}

enum exit_code apply_run(struct call *call)
{
    static struct script script;
    static struct bulk   bulk;
    const char          *file = call_text(call, "path");
    if (call->globals.receipt != NULL) {
        return complain(call, EXIT_USAGE,
                        "apply makes many events: ask for each, licet receipt SEQ");
    }
    bulk = (struct bulk){.call = call,
                         .script = &script,
                         .applied = {.descriptor = -1},
                         .keeps_going = call_has_flag(call, "keep_going")};
    enum status    status = script_read(&script, file);
    enum exit_code code = EXIT_USAGE;
    if (status == OK) status = line_reader_init(&bulk.reader, call);
    if (status != OK) {
        code = complain(call, EXIT_USAGE, "%s: %s", file, status_sentence(status));
    } else {
        code = check_lines(&bulk);
        if (code == EXIT_DONE) code = connect_open(call);
        if (code == EXIT_DONE) code = apply_connected(&bulk);
    }
    applied_close(&bulk.applied);
    line_reader_release(&bulk.reader);
    script_release(&script);
    return code;
}
