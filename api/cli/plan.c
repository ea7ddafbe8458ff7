#include "api/cli/plan.h"

#include "api/cli/arguments.h"
#include "api/cli/connect.h"
#include "api/cli/propose.h"
#include "api/cli/saves.h"
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
    struct value_maker maker;
    struct saves       saves;
    struct buffer      events; // one after another
    uint32_t           count;
    uint32_t           line;
};

// What an event says is what the lines behind it stand on.
static void note_event(struct plan_reader *reader, size_t start)
{
    struct event event;
    const char  *offence = NULL;
    if (event_read_packed(bytes_after(buffer_bytes(&reader->events), start), &event, &offence)) {
        saves_note(&reader->saves, &event);
    }
}

static enum exit_code add_events(struct plan_reader *reader, struct call *inner)
{
    const uint32_t count = propose_event_count(inner);
    for (uint32_t i = 0; i < count; i++) {
        const size_t start = reader->events.size;
        if (reader->count == PLAN_PROPOSAL_MAX) {
            return complain(inner, EXIT_USAGE, "more than %d events", PLAN_PROPOSAL_MAX);
        }
        lines[reader->count++] = reader->line;
        const enum exit_code code = propose_add_event(inner, &reader->maker, i, &reader->events);
        if (code != EXIT_DONE) return code;
        note_event(reader, start);
    }
    return EXIT_DONE;
}

static enum exit_code read_line(struct plan_reader *reader, struct words *words, struct call *inner)
{
    inner->globals = reader->call->globals;
    inner->globals.reason = NULL; // the plan's
    inner->complaint[0] = 0;
    inner->licet = reader->call->licet;
    inner->out = reader->call->out;
    inner->saves = &reader->saves;
    if (!arguments_read_line(words, inner)) return EXIT_USAGE;
    if (inner->command->run == propose_run) return add_events(reader, inner);
    return complain(inner, EXIT_USAGE, "'%s' cannot be part of a plan", inner->command->path);
}

static enum exit_code add_line(struct plan_reader *reader, struct bytes line)
{
    static struct words words;
    static struct call  inner;
    struct call        *call = reader->call;
    if (!words_split(line, &words)) {
        return complain(call, EXIT_USAGE, "%s:%u: an open quote, or too long", plan_file,
                        reader->line);
    }
    if (words.count == 0 || words.at[0][0] == '#') return EXIT_DONE;
    const enum exit_code code = read_line(reader, &words, &inner);
    if (code == EXIT_DONE) return code;
    return complain(call, code, "%s:%u: %.*s", plan_file, reader->line,
                    (int)sizeof call->complaint / 2,
                    inner.complaint[0] != 0 ? inner.complaint : "the ledger does not tell");
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

    struct plan_reader reader = {
        .call = call,
        .maker = {.now_ms = licet_time_ms(call->licet),
                  .files = buffer_over(call->memory, sizeof call->memory)},
        .events = buffer_over(events, sizeof events),
    };
    if (saves_init(&reader.saves) == OK) {
        code = propose_lines(&reader, buffer_bytes(&content));
    } else {
        code = complain(call, EXIT_UNREACHABLE, "%s", status_sentence(STATUS_OUT_OF_MEMORY));
    }
    saves_release(&reader.saves);
    return code;
}
