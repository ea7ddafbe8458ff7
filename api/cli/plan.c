#include "api/cli/plan.h"

#include "api/cli/arguments.h"
#include "api/cli/connect.h"
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
    struct value_maker maker;
    struct buffer      events; // one after another
    uint32_t           count;
    uint32_t           line;
};

static bool add_line(struct plan_reader *reader, struct bytes line)
{
    static struct words words;
    static struct call  inner;
    struct call        *call = reader->call;
    if (!words_split(line, &words)) {
        return is_wrong(call, "%s:%u: an open quote, or too long", plan_file, reader->line);
    }
    if (words.count == 0 || words.at[0][0] == '#') return true;
    inner.globals = (struct globals){0};
    bool is_good = arguments_read_line(&words, &inner);
    if (is_good && inner.command->run != propose_run) {
        is_good = is_wrong(&inner, "'%s' cannot be part of a plan", inner.command->path);
    }
    const uint32_t count = is_good ? propose_event_count(&inner) : 0;
    for (uint32_t i = 0; is_good && i < count; i++) {
        if (reader->count == PLAN_PROPOSAL_MAX) {
            return is_wrong(call, "more than %d events", PLAN_PROPOSAL_MAX);
        }
        lines[reader->count++] = reader->line;
        is_good = propose_add_event(&inner, &reader->maker, i, &reader->events);
    }
    if (is_good) return true;
    return is_wrong(call, "%s:%u: %.*s", plan_file, reader->line, (int)sizeof call->complaint / 2,
                    inner.complaint);
}

static bool add_lines(struct plan_reader *reader, struct bytes text)
{
    for (struct bytes rest = text; rest.size > 0;) {
        reader->line++;
        if (!add_line(reader, bytes_cut(&rest, '\n'))) return false;
    }
    if (reader->count > 0) return true;
    return is_wrong(reader->call, "%s: no event in it", plan_file);
}

enum exit_code plan_run(struct call *call)
{
    static uint8_t text[PLAN_FILE_SIZE_MAX], events[PLAN_SIZE_MAX];
    struct buffer  content = buffer_over(text, sizeof text);
    struct buffer  event = buffer_over(call->event, sizeof call->event);
    plan_file = call_text(call, "path");
    const enum status status = file_read(plan_file, &content);
    if (status != OK) {
        return complain(call, EXIT_USAGE, "%s: %s", plan_file, status_sentence(status));
    }
    const enum exit_code code = connect_open(call);
    if (code != EXIT_DONE) return code;

    struct plan_reader reader = {
        .call = call,
        .maker = {.now_ms = licet_time_ms(call->licet),
                  .files = buffer_over(call->memory, sizeof call->memory)},
        .events = buffer_over(events, sizeof events),
    };
    if (!add_lines(&reader, buffer_bytes(&content))) return EXIT_USAGE;
    if (reader.events.is_full) {
        return complain(call, EXIT_USAGE, "more than a plan can hold: %d bytes", PLAN_SIZE_MAX);
    }
    propose_begin_plan(reader.count, &event);
    buffer_add(&event, buffer_bytes(&reader.events));
    if (!propose_end_plan(call, &event)) return EXIT_USAGE;
    return propose_event(call, buffer_bytes(&event), describe_line);
}
