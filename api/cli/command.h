// command.h - what `licet` can be told to do: rows of data, and what one run of a row was given.
//
// A command's parameters are field rows (core/base/field.h): those of the kind that it proposes, or
// rows of its own with the arguments of the verb that it asks. From them follow the options, the
// help, what is checked and what is sent.
#ifndef API_CLI_COMMAND_H
#define API_CLI_COMMAND_H

#include "api/client/licet.h"
#include "core/base/field.h"
#include "core/event/event.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum exit_code { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, EXIT_UNREACHABLE };

enum command_way {
    OFFLINE,  // works on files
    ASKS,     // a query
    PROPOSES, // an event
};

struct call;
struct saves;
struct value_maker;

struct command {
    const char      *path;    // "group create"
    const char      *heading; // of the section in the list of commands; NULL: as the row before
    enum command_way way;
    enum kind        kind; // of what it proposes
    const char      *verb; // that it asks
    // The arguments in their order, each a field's name: "user group", "[resource]" may be left
    // out, "unit…" may come many times. What is not an argument is an option.
    const char      *arguments;
    const char      *renamed;  // "key:vkeyfile size:at": what a field is called on the command line
    const char      *fixed;    // "member=true": fields that are nobody's choice; "from=" is absent
    const char      *found;    // "key": fields that the command finds out itself
    const char      *defaults; // "group=/"
    const char      *summary;  // one line
    const char      *details;  // more, or NULL
    void (*more)(struct buffer *help); // and more that rows elsewhere say; or NULL
    const char          *example;      // without the leading "licet "; lines are separated by "\n"
    const struct record *parameters;   // where the kind has none, or beside those of the kind
    enum exit_code (*run)(struct call *call);
    // Adds the event where the rows do not say all of it; may ask the daemon. NULL: they do.
    enum exit_code (*make)(struct call *call, struct value_maker *maker, struct buffer *event);
    void (*view)(struct call *call, struct bytes map); // of a query's answer, for a person
};

// The rows end with one without a path.
extern const struct command commands[];

enum { FIELD_COUNT_MAX = 24, TEXT_COUNT_MAX = 2048, COMPLAINT_SIZE = 1024 };

// A text of the command line, for a field.
struct given {
    const struct field *field;
    const char         *text;
};

struct globals {
    const char *url, *key_file, *ca_file, *certificate_file, *origin;
    const char *reason, *receipt;
    uint32_t    timeout_ms;
    bool        is_json, is_preview;
};

struct call {
    const struct command *command;
    const struct field   *fields[FIELD_COUNT_MAX]; // of the kind, then of its own
    uint32_t              field_count;
    struct given          given[TEXT_COUNT_MAX];
    uint32_t              given_count;
    struct globals        globals;
    struct signer         signer;
    struct licet         *licet;      // where the command needs one
    const struct saves   *saves;      // of the file that the call is a line of; NULL: it is none
    bool                  has_to_ask; // what was made without a daemon is not all yet
    FILE                 *out;
    char                  complaint[COMPLAINT_SIZE]; // why it ended, for stderr; may have lines
    uint8_t               event[2 * PLAN_SIZE_MAX];  // what is proposed, or asked
    uint8_t               memory[2 * PLAN_SIZE_MAX]; // files, and the proposal around the event
};

// Takes a row as the command, with nothing given.
void call_begin(struct call *call, const struct command *command);

// What a field is called on the command line; a list's option has no plural s.
void command_name_of(const struct command *command, const struct field *field, struct buffer *name);

// The next word of `arguments`, which it steps over; NULL at the end.
struct argument {
    const struct field *field;
    bool                is_optional, is_repeated;
};
bool call_next_argument(const struct call *call, const char **arguments, struct argument *argument);

// Fields that are neither arguments nor fixed nor found.
bool call_is_option(const struct call *call, const struct field *field);

const struct field *call_field(const struct call *call, const char *name); // NULL: no such
const char         *call_text(const struct call *call, const char *name);  // NULL: not given
uint32_t            call_count(const struct call *call, const struct field *field);
bool                call_has_flag(const struct call *call, const char *name);
MUST_CHECK bool     call_give(struct call *call, const struct field *field, const char *text);
// The value that a row fixes or gives in place of nothing; NULL: none.
bool call_preset(const char *presets, const struct field *field, struct bytes *value);

// The row that the words begin with, and how many of them; NULL: none.
const struct command *command_find(int count, char **words, int *used);

// Writes the complaint and returns the code.
enum exit_code complain(struct call *call, enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Writes a complaint about the usage; returns false.
bool is_wrong(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
