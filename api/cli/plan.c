#include "api/cli/plan.h"

#include "api/cli/connect.h"
#include "api/cli/line.h"
#include "api/cli/propose.h"
#include "api/wire/file.h"

#include <stdio.h>
#include <string.h>

enum { PLAN_FILE_SIZE_MAX = 1024 * 1024 };

static const struct field fields[] = {
    {.name = "path", .type = FIELD_TEXT, .help = "a command on each line; - for standard input"},
};
const struct record plan_parameters = {"plan", fields, 1, 0};

// The lines that the events stand on, for messages.
static uint32_t    lines[PLAN_PROPOSAL_MAX];
static const char *plan_file;

static void describe_line(uint32_t index, FILE *out)
{
    if (index < PLAN_PROPOSAL_MAX) {
        (void)fprintf(out, "  because of %s, line %u; nothing was changed\n", plan_file,
                      lines[index]);
    }
}

struct plan_reader {
    struct call       *call;
    struct line_reader lines;
    struct buffer      events; // one after another
    uint32_t           count;
    uint32_t           line;
};

static enum exit_code add_line(struct plan_reader *reader, struct bytes line)
{
    struct call   *call = reader->call;
    const uint32_t first = reader->count;
    if (line_is_empty(line)) return EXIT_DONE;
    const enum exit_code code =
        line_add_events(&reader->lines, line, &reader->events, &reader->count);
    if (code != EXIT_DONE) {
        return complain(call, code, "%s:%u: %.*s", plan_file, reader->line,
                        (int)sizeof call->complaint / 2, reader->lines.complaint);
    }
    if (reader->count > PLAN_PROPOSAL_MAX) {
        return complain(call, EXIT_USAGE, "%s:%u: more than %d events", plan_file, reader->line,
                        PLAN_PROPOSAL_MAX);
    }
    for (uint32_t i = first; i < reader->count; i++) {
        lines[i] = reader->line;
    }
    return EXIT_DONE;
}

static enum exit_code add_lines(struct plan_reader *reader, struct bytes text)
{
    for (struct bytes rest = text; rest.size > 0;) {
        reader->line++;
        const enum exit_code code = add_line(reader, bytes_cut(&rest, '\n'));
        if (code != EXIT_DONE) return code;
    }
    if (reader->count > 0) return EXIT_DONE;
    return complain(reader->call, EXIT_USAGE, "%s: no event in it", plan_file);
}

static enum exit_code propose_lines(struct plan_reader *reader, struct bytes text)
{
    struct call         *call = reader->call;
    struct buffer        event = buffer_over(call->event, sizeof call->event);
    const enum exit_code code = add_lines(reader, text);
    if (code != EXIT_DONE) return code;
    if (reader->events.is_full) {
        return complain(call, EXIT_USAGE, "more than a plan can hold: %d bytes", PLAN_SIZE_MAX);
    }
    propose_begin_plan(reader->count, &event);
    buffer_add(&event, buffer_bytes(&reader->events));
    if (!propose_end_plan(call, &event)) return EXIT_USAGE;
    return propose_event(call, buffer_bytes(&event), describe_line);
}

enum exit_code plan_run(struct call *call)
{
    static uint8_t text[PLAN_FILE_SIZE_MAX], events[PLAN_SIZE_MAX];
    struct buffer  content = buffer_over(text, sizeof text);
    plan_file = call_text(call, "path");
    const enum status status = file_read(plan_file, &content);
    if (status != OK) {
        return complain(call, EXIT_USAGE, "%s: %s", plan_file, status_sentence(status));
    }
    enum exit_code code = connect_open(call);
    if (code != EXIT_DONE) return code;

    struct plan_reader reader = {.call = call, .events = buffer_over(events, sizeof events)};
    if (line_reader_init(&reader.lines, call) == OK) {
        reader.lines.licet = call->licet;
        reader.lines.maker.now_ms = licet_time_ms(call->licet);
        code = propose_lines(&reader, buffer_bytes(&content));
    } else {
        code = complain(call, EXIT_UNREACHABLE, "%s", status_sentence(STATUS_OUT_OF_MEMORY));
    }
    line_reader_release(&reader.lines);
    return code;
}
