#include "api/cli/line.h"

#include "api/cli/arguments.h"
#include "api/cli/json.h"
#include "api/cli/propose.h"

#include <string.h>

enum status line_reader_init(struct line_reader *reader, struct call *call)
{
    *reader = (struct line_reader){
        .call = call, .maker = {.files = buffer_over(call->memory, sizeof call->memory)}};
    return saves_init(&reader->saves);
}

void line_reader_release(struct line_reader *reader)
{
    saves_release(&reader->saves);
}

static struct bytes without_spaces(struct bytes line)
{
    while (line.size > 0 && (line.at[0] == ' ' || line.at[0] == '\t')) {
        line = bytes_after(line, 1);
    }
    return line;
}

bool line_is_empty(struct bytes line)
{
    const struct bytes rest = without_spaces(line);
    return rest.size == 0 || rest.at[0] == '#' || rest.at[0] == '\r';
}

// What an event says is what the lines behind it stand on.
static enum exit_code note_events(struct line_reader *reader, struct call *inner,
                                  struct bytes packed)
{
    struct event event;
    const char  *offence = NULL;
    if (packed.size == 0) return EXIT_DONE;
    if (event_read_packed(packed, &event, &offence)) offence = event_offence(&event);
    if (offence != NULL) {
        return complain(inner, EXIT_USAGE, "%s: missing, out of bounds, or at odds with the rest",
                        offence);
    }
    saves_note(&reader->saves, &event);
    return EXIT_DONE;
}

// What the rows do not say is asked for only where the line needs it.
static enum exit_code add_event(struct line_reader *reader, struct call *inner, uint32_t index,
                                struct buffer *events)
{
    const size_t start = events->size;
    reader->maker.files.size = 0;
    inner->licet = NULL;
    inner->has_to_ask = false;
    enum exit_code code = propose_add_event(inner, &reader->maker, index, events);
    if (code == EXIT_DONE && inner->has_to_ask && reader->licet != NULL) {
        events->size = start;
        reader->maker.files.size = 0;
        inner->licet = reader->licet;
        if (reader->settle != NULL) code = reader->settle(reader->context);
        if (code == EXIT_DONE) code = propose_add_event(inner, &reader->maker, index, events);
    }
    if (code != EXIT_DONE) return code;
    return note_events(reader, inner, bytes_after(buffer_bytes(events), start));
}

static enum exit_code read_words(struct bytes line, struct words *words, struct call *inner)
{
    const struct bytes rest = without_spaces(line);
    if (rest.size > 0 && rest.at[0] == '{') {
        const char *wrong = json_read_words(rest, words);
        return wrong == NULL ? EXIT_DONE : complain(inner, EXIT_USAGE, "%s", wrong);
    }
    if (words_split(line, words)) return EXIT_DONE;
    return complain(inner, EXIT_USAGE, "an open quote, or too long");
}

// What is read of a line: the call points into the words. Too large for a stack.
struct line {
    struct call  call;
    struct words words;
};

static enum exit_code read_line(const struct line_reader *reader, struct bytes text,
                                struct line *line)
{
    struct call *inner = &line->call;
    inner->globals = reader->call->globals;
    inner->globals.reason = NULL; // the line's own
    inner->complaint[0] = 0;
    inner->out = reader->call->out;
    inner->saves = &reader->saves;
    const enum exit_code code = read_words(text, &line->words, inner);
    if (code != EXIT_DONE) return code;
    if (!arguments_read_line(&line->words, inner)) return EXIT_USAGE;
    if (inner->command->run != propose_run) {
        return complain(inner, EXIT_USAGE, "'%s' cannot be a line of a file", inner->command->path);
    }
    const bool has_place = call_field(inner, "reason") != NULL;
    if (inner->globals.reason != NULL && !has_place) {
        return complain(inner, EXIT_USAGE, "a %s keeps no reason", inner->command->path);
    }
    if (inner->globals.reason == NULL && has_place) inner->globals.reason = reader->reason;
    return EXIT_DONE;
}

uint32_t line_event_count(const struct line_reader *reader, struct bytes text)
{
    static struct line counted; // another line may be half done
    if (read_line(reader, text, &counted) != EXIT_DONE) return 0;
    return propose_event_count(&counted.call);
}

enum exit_code line_add_events(struct line_reader *reader, struct bytes text, struct buffer *events,
                               uint32_t *count)
{
    static struct line line;
    struct call       *inner = &line.call;
    reader->complaint = inner->complaint;
    enum exit_code code = read_line(reader, text, &line);
    if (code != EXIT_DONE) return code;
    const uint32_t event_count = propose_event_count(inner);
    for (uint32_t i = 0; i < event_count; i++) {
        code = add_event(reader, inner, i, events);
        if (code == EXIT_DONE) continue;
        if (inner->complaint[0] == 0) (void)complain(inner, code, "the ledger does not tell");
        return code;
    }
    *count += event_count;
    return EXIT_DONE;
}
