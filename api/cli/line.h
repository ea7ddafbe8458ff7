// line.h - a line of a file as the events that it proposes: for `plan` and `apply`.
//
// A command as on the command line, or as JSON:
//   group create a/b --label project
//   {"command": "group create", "path": "a/b", "label": "project"}
#ifndef API_CLI_LINE_H
#define API_CLI_LINE_H

#include "api/cli/command.h"
#include "api/cli/saves.h"
#include "api/cli/value.h"

struct line_reader {
    struct call       *call;  // of the command that reads the file
    struct licet      *licet; // whom to ask for what no line says; NULL: lines are only checked
    struct value_maker maker;
    struct saves       saves;
    const char        *reason;    // of lines that have none of their own; may be NULL
    const char        *complaint; // about the newest line, where it is none
    // Comes before the ledger is asked, since nothing may be in flight then. NULL: nothing is.
    enum exit_code (*settle)(void *context);
    void *context;
};

MUST_CHECK enum status line_reader_init(struct line_reader *reader, struct call *call);
void                   line_reader_release(struct line_reader *reader);

// Nothing, or a remark.
bool line_is_empty(struct bytes line);

// Adds the events one after another, and how many they are to *count. A line that is only checked
// may add none.
enum exit_code line_add_events(struct line_reader *reader, struct bytes text, struct buffer *events,
                               uint32_t *count);
// How many a line makes that has been read before.
uint32_t       line_event_count(const struct line_reader *reader, struct bytes text);

#endif
