#include "api/cli/arguments.h"

#include "core/base/limits.h"

#include <argp.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELD_KEY_BASE = 0x1000, // argp's key of the first field
    GLOBAL_KEY_BASE = 0x100,
    HELP_SIZE = 8 * 1024,
    NAME_TEXT_SIZE = 64,
    SECOND_MS = 1000,
    TIMEOUT_S_MAX = 600,
    DISTANCE_MAX = 3, // of a word that may have been meant
};

static const char *const version_text = "licet 0.1.0";

// argp and exit() are called by the one thread that there is.
// NOLINTBEGIN(concurrency-mt-unsafe)

// --- Global options ---------------------------------------------------------

enum global_key {
    GLOBAL_URL = GLOBAL_KEY_BASE,
    GLOBAL_KEY,
    GLOBAL_JSON,
    GLOBAL_TIMEOUT,
    GLOBAL_CA,
    GLOBAL_CERTIFICATE,
    GLOBAL_ORIGIN,
    GLOBAL_PREVIEW,
    GLOBAL_REASON,
    GLOBAL_RECEIPT,
};

static const struct argp_option global_options[] = {
    {NULL,                                           0, NULL, 0, "Of every command that speaks with a daemon:", 1},
    {"url",                                          GLOBAL_URL, "URL", 0, "its address (LICET_URL)", 1},
    {"key", GLOBAL_KEY, "FILE", 0, "the private key to log in and sign with (LICET_KEY)", 1},
    {"ca",                                              GLOBAL_CA, "FILE", 0, "PEM file of whom to trust on tls+tcp (LICET_CA)", 1},
    {"certificate",GLOBAL_CERTIFICATE, "FILE", 0, "PEM file with an own certificate and key", 1},
    {"origin",                                             GLOBAL_ORIGIN, "NAME", 0, "the only ledger to speak with (LICET_ORIGIN)", 1},
    {"timeout",                                             GLOBAL_TIMEOUT, "SECONDS", 0, "how long to wait for an answer; 10 unless told", 1},
    {"json",                                          GLOBAL_JSON, NULL, 0, "print JSON, as a program likes it", 1},
    {0                                       },
};

static const struct argp_option proposing_options[] = {
    {NULL,                               0, NULL, 0, "Of every command that proposes:", 2},
    {"preview",                              GLOBAL_PREVIEW, NULL, 0, "say what would happen; change nothing", 2},
    {"reason", GLOBAL_REASON, "TEXT", 0, "why, kept with the event; no personal data", 2},
    {"receipt",                                  GLOBAL_RECEIPT, "FILE", 0, "a new file for the proof that the event is in the log",
     2},
    {0},
};

static error_t take_timeout(struct globals *globals, const char *text)
{
    uint64_t seconds = 0;
    if (!bytes_to_decimal(bytes_of_text(text), TIMEOUT_S_MAX, &seconds) || seconds == 0) {
        return EINVAL;
    }
    globals->timeout_ms = (uint32_t)seconds * SECOND_MS;
    return 0;
}

static error_t take_global(int key, char *text, struct argp_state *state)
{
    struct globals *globals = &((struct call *)state->input)->globals;
    switch (key) {
    case GLOBAL_URL:
        globals->url = text;
        return 0;
    case GLOBAL_KEY:
        globals->key_file = text;
        return 0;
    case GLOBAL_CA:
        globals->ca_file = text;
        return 0;
    case GLOBAL_CERTIFICATE:
        globals->certificate_file = text;
        return 0;
    case GLOBAL_ORIGIN:
        globals->origin = text;
        return 0;
    case GLOBAL_JSON:
        globals->is_json = true;
        return 0;
    case GLOBAL_PREVIEW:
        globals->is_preview = true;
        return 0;
    case GLOBAL_REASON:
        globals->reason = text;
        return 0;
    case GLOBAL_RECEIPT:
        globals->receipt = text;
        return 0;
    case GLOBAL_TIMEOUT:
        if (take_timeout(globals, text) != 0) {
            argp_error(state, "--timeout wants 1 to %d seconds", TIMEOUT_S_MAX);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option offline_options[] = {
    {"json", GLOBAL_JSON, NULL, 0, "print JSON, as a program likes it", 1},
    {0 },
};

static const struct argp offline_argp = {
    offline_options, take_global, NULL, NULL, NULL, NULL, NULL};
static const struct argp global_argp = {global_options, take_global, NULL, NULL, NULL, NULL, NULL};
static const struct argp proposing_argp = {
    proposing_options, take_global, NULL, NULL, NULL, NULL, NULL};

// --- A command's own options ------------------------------------------------

// What argp is told about one command; the texts are made from its rows.
struct manual {
    struct argp_option options[FIELD_COUNT_MAX + 1];
    char               names[FIELD_COUNT_MAX][NAME_TEXT_SIZE];
    char               placeholders[FIELD_COUNT_MAX][NAME_TEXT_SIZE]; // of lists
    char               arguments[HELP_SIZE];
    char               help[HELP_SIZE];
};

static bool is_reason(const struct field *field)
{
    return strcmp(field->name, "reason") == 0;
}

static const char *placeholder_of(const struct field *field)
{
    static const char *const of_type[] = {
        [FIELD_NUMBER] = "NUMBER", [FIELD_TIME] = "TIME",
        [FIELD_CHOICE] = "WORD",   [FIELD_DURATION] = "DURATION",
        [FIELD_NAME] = "NAME",     [FIELD_PATH] = "PATH",
        [FIELD_TEXT] = "TEXT",     [FIELD_FILE] = "FILE",
        [FIELD_KEY] = "FILE",      [FIELD_ID] = "ID",
        [FIELD_EVENTS] = NULL, // those without take none
    };
    return of_type[field->type];
}

static void add_upper(const struct command *command, const struct field *field, struct buffer *out)
{
    const size_t start = out->size;
    command_name_of(command, field, out);
    for (size_t i = start; i < out->size; i++) {
        if (out->at[i] >= 'a' && out->at[i] <= 'z') out->at[i] = (uint8_t)(out->at[i] - 'a' + 'A');
    }
}

static void make_options(const struct call *call, struct manual *manual)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < call->field_count; i++) {
        const struct field *field = call->fields[i];
        if (!call_is_option(call, field) || is_reason(field)) continue;
        struct buffer name = buffer_over(manual->names[i], NAME_TEXT_SIZE);
        command_name_of(call->command, field, &name);
        if (field->type == FIELD_LIST) {
            struct buffer placeholder = buffer_over(manual->placeholders[i], NAME_TEXT_SIZE);
            add_upper(call->command, field, &placeholder);
            (void)buffer_text(&placeholder);
        }
        manual->options[count++] = (struct argp_option){
            .name = buffer_text(&name),
            .key = FIELD_KEY_BASE + (int)i,
            .arg = field->type == FIELD_LIST ? manual->placeholders[i] : placeholder_of(field),
            .doc = field->help,
        };
    }
    manual->options[count] = (struct argp_option){0};
}

static const char *make_arguments(const struct call *call, char *memory)
{
    struct argument argument;
    struct buffer   out = buffer_over(memory, HELP_SIZE);
    const char     *arguments = call->command->arguments;
    while (call_next_argument(call, &arguments, &argument)) {
        if (out.size > 0) buffer_add_byte(&out, ' ');
        if (argument.is_optional) buffer_add_byte(&out, '[');
        add_upper(call->command, argument.field, &out);
        if (argument.is_repeated) buffer_add_text(&out, "...");
        if (argument.is_optional) buffer_add_byte(&out, ']');
    }
    return buffer_text(&out);
}

static void add_argument_help(const struct call *call, struct buffer *out)
{
    struct argument argument;
    const char     *arguments = call->command->arguments;
    while (call_next_argument(call, &arguments, &argument)) {
        buffer_add_text(out, "\n  ");
        const size_t start = out->size;
        add_upper(call->command, argument.field, out);
        for (size_t size = out->size - start; size < 12; size++) {
            buffer_add_byte(out, ' ');
        }
        buffer_printf(out, " %s", argument.field->help);
    }
}

static void add_example(const char *example, struct buffer *out)
{
    struct bytes rest = bytes_of_text(example == NULL ? "" : example);
    if (rest.size > 0) buffer_add_text(out, "\nExample:");
    while (rest.size > 0) {
        const struct bytes line = bytes_cut(&rest, '\n');
        const bool         is_continued = line.size > 0 && line.at[0] == ' ';
        buffer_printf(out, is_continued ? "\n    %.*s" : "\n  licet %.*s", (int)line.size,
                      (const char *)line.at);
    }
    buffer_add_text(out, "\n");
}

static const char *make_help(const struct call *call, char *memory)
{
    const struct command *command = call->command;
    struct buffer         out = buffer_over(memory, HELP_SIZE);
    buffer_add_text(&out, command->summary);
    if (command->details != NULL) buffer_printf(&out, "\n\n%s", command->details);
    if (command->arguments != NULL) {
        buffer_add_text(&out, "\n");
        add_argument_help(call, &out);
    }
    buffer_add_byte(&out, '\v');
    if (command->more != NULL) command->more(&out);
    add_example(command->example, &out);
    buffer_add_text(&out, "\nExit codes: 0 done, 1 refused by the rules, 2 wrong usage, 3 nobody "
                          "answers or storage failed.\n");
    return buffer_text(&out);
}

// Where the next argument goes; NULL: there is no room for it.
static const struct field *next_argument_field(const struct call *call)
{
    struct argument argument;
    const char     *arguments = call->command->arguments;
    while (call_next_argument(call, &arguments, &argument)) {
        if (argument.is_repeated || call_count(call, argument.field) == 0) return argument.field;
    }
    return NULL;
}

// True when an argument that must be there is not.
static bool lacks_argument(const struct call *call)
{
    struct argument argument;
    const char     *arguments = call->command->arguments;
    while (call_next_argument(call, &arguments, &argument)) {
        if (!argument.is_optional && call_count(call, argument.field) == 0) return true;
    }
    return false;
}

enum { CHILD_COUNT_MAX = 2 };

static const struct argp_child children_of_way[][CHILD_COUNT_MAX + 1] = {
    [OFFLINE] = {{&offline_argp, 0, NULL, 0}, {0}},
    [ASKS] = {                          {&global_argp, 0, NULL, 0},                        {0}   },
    [PROPOSES] = { {&global_argp, 0, NULL, 0},                        {&proposing_argp, 0, NULL, 0},                           {0}},
};

static void give_inputs(struct call *call, void **inputs)
{
    const struct argp_child *children = children_of_way[call->command->way];
    for (size_t i = 0; children[i].argp != NULL; i++) {
        inputs[i] = call;
    }
}

static error_t take_own(int key, char *text, struct argp_state *state)
{
    struct call        *call = state->input;
    const struct field *field = NULL;
    if (key == ARGP_KEY_INIT) {
        give_inputs(call, state->child_inputs);
        return 0;
    }
    if (key == ARGP_KEY_END && lacks_argument(call)) argp_usage(state);
    if (key == ARGP_KEY_ARG) {
        field = next_argument_field(call);
        if (field == NULL) argp_error(state, "'%s' is one argument too many", text);
    } else {
        if (key < FIELD_KEY_BASE || key >= FIELD_KEY_BASE + (int)call->field_count) {
            return ARGP_ERR_UNKNOWN;
        }
        field = call->fields[key - FIELD_KEY_BASE];
    }
    if (!call_give(call, field, text == NULL ? "true" : text)) {
        argp_error(state, "more than %d arguments", TEXT_COUNT_MAX);
    }
    return 0;
}

static void read_command(int count, char **texts, int used, struct call *call)
{
    static struct manual manual;
    static char          name[NAME_TEXT_SIZE];

    make_options(call, &manual);
    const struct argp argp = {
        // An empty table makes argp's help leak.
        .options = manual.options[0].name == NULL ? NULL : manual.options,
        .parser = take_own,
        .args_doc = make_arguments(call, manual.arguments),
        .doc = make_help(call, manual.help),
        .children = children_of_way[call->command->way],
    };
    (void)snprintf(name, sizeof name, "licet %s", call->command->path);
    texts[used - 1] = name; // what argp calls the program
    (void)argp_parse(&argp, count - used + 1, texts + used - 1, 0, NULL, call);
}

// --- The list of commands, and what was meant -------------------------------

static void print_commands(FILE *out, const char *start)
{
    const char *heading = NULL;
    for (const struct command *row = commands; row->path != NULL; row++) {
        if (row->heading != NULL) heading = row->heading;
        if (strncmp(row->path, start, strlen(start)) != 0) continue;
        if (heading != NULL) (void)fprintf(out, "\n%s\n", heading);
        heading = NULL;
        (void)fprintf(out, "  %-18s %s\n", row->path, row->summary);
    }
}

static void print_overview(void)
{
    (void)printf("Usage: licet [OPTION...] COMMAND [ARGUMENT...]\n"
                 "Licet keeps who may use how much of what, at every level of a hierarchy, and can "
                 "prove it.\n");
    print_commands(stdout, "");
    (void)printf(
        "\nOptions of every command that speaks with a daemon\n"
        "  --url URL          its address; else LICET_URL; else\n"
        "                     ipc://$XDG_RUNTIME_DIR/licetd.sock where that variable is set, else\n"
        "                     ipc:///run/licet/licetd.sock\n"
        "  --key FILE         the private key to log in and sign with; else LICET_KEY\n"
        "  --ca FILE          whom to trust on tls+tcp:// (PEM); else LICET_CA\n"
        "  --origin NAME      the only ledger to speak with; else LICET_ORIGIN\n"
        "  --timeout SECONDS  how long to wait for an answer; 10 unless told\n"
        "  --json             print JSON, as a program likes it\n"
        "  --preview          of what proposes: say what would happen, change nothing\n"
        "  --reason TEXT      of what proposes: why, kept with the event\n"
        "\n'licet COMMAND --help' tells all about a command.\n"
        "Exit codes: 0 done, 1 refused by the rules, 2 wrong usage, 3 nobody answers or storage "
        "failed.\n");
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// How many letters are to be put in, taken out or changed.
static size_t distance(const char *from, const char *to)
{
    size_t       row[NAME_TEXT_SIZE + 1];
    const size_t to_size = strlen(to);
    assert(to_size <= NAME_TEXT_SIZE);
    for (size_t j = 0; j <= to_size; j++) {
        row[j] = j;
    }
    for (size_t i = 1; from[i - 1] != 0; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= to_size; j++) {
            const size_t changed = diagonal + (from[i - 1] != to[j - 1]);
            diagonal = row[j];
            row[j] = least(changed, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[to_size];
}

static const struct command *nearest(const char *word, const char *two_words)
{
    const struct command *found = NULL;
    size_t                found_distance = DISTANCE_MAX + 1;
    for (const struct command *row = commands; row->path != NULL; row++) {
        const size_t far = least(distance(word, row->path), distance(two_words, row->path));
        if (far >= found_distance) continue;
        found = row;
        found_distance = far;
    }
    return found;
}

static bool is_first_word(const char *word)
{
    const size_t size = strlen(word);
    for (const struct command *row = commands; row->path != NULL; row++) {
        if (strncmp(row->path, word, size) == 0 && row->path[size] == ' ') return true;
    }
    return false;
}

static void reject_command(int count, char **words)
{
    char        two_words[NAME_TEXT_SIZE];
    char        start[NAME_TEXT_SIZE];
    const char *second = count > 1 ? words[1] : "";
    (void)snprintf(start, sizeof start, "%s ", words[0]);
    (void)snprintf(two_words, sizeof two_words, "%s %s", words[0], second);
    const bool is_help = strcmp(second, "--help") == 0 || strcmp(second, "-?") == 0;
    if (is_first_word(words[0]) && (second[0] == 0 || second[0] == '-')) {
        print_commands(is_help ? stdout : stderr, start);
        exit(is_help ? EXIT_DONE : EXIT_USAGE);
    }
    const struct command *meant = nearest(words[0], two_words);
    (void)fprintf(stderr, "licet: there is no command '%s'\n",
                  is_first_word(words[0]) ? two_words : words[0]);
    if (meant != NULL) (void)fprintf(stderr, "       did you mean '%s'?\n", meant->path);
    (void)fprintf(stderr, "       'licet --help' lists them all\n");
    exit(EXIT_USAGE);
}

// --- All of it --------------------------------------------------------------

struct opening_words {
    struct call *call;
    int          next; // index of the command's first word; 0: none
};

// NOLINTNEXTLINE(readability-non-const-parameter): argp says so
static error_t take_opening(int key, char *text, struct argp_state *state)
{
    (void)text;
    struct opening_words *words = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->child_inputs[1] = words->call;
        return 0;
    }
    if (key == '?') {
        print_overview();
        exit(EXIT_DONE);
    }
    if (key == 'V') {
        (void)puts(version_text);
        exit(EXIT_DONE);
    }
    if (key != ARGP_KEY_ARG) return ARGP_ERR_UNKNOWN;
    words->next = state->next - 1;
    state->next = state->argc;
    return 0;
}

void arguments_read(int count, char **texts, struct call *call)
{
    static const struct argp_option help[] = {
        {"help", '?', NULL, 0, NULL, 0},
        {"version",  'V', NULL, 0, NULL, 0},
        {0 }
    };
    static const struct argp_child children[] = {
        {&global_argp, 0, NULL, 0},
        {&proposing_argp,        0, NULL, 0},
        {0           }
    };
    static const struct argp argp = {.options = help, .parser = take_opening, .children = children};
    struct opening_words     words = {.call = call};
    int                      used = 0;
    argp_err_exit_status = EXIT_USAGE;
    (void)argp_parse(&argp, count, texts, ARGP_IN_ORDER | ARGP_NO_HELP, NULL, &words);
    if (words.next == 0) {
        print_overview();
        exit(EXIT_USAGE);
    }
    const struct command *command = command_find(count - words.next, texts + words.next, &used);
    if (command == NULL) reject_command(count - words.next, texts + words.next);
    call_begin(call, command);
    read_command(count - words.next, texts + words.next, used, call);
}

// NOLINTEND(concurrency-mt-unsafe)

// --- Lines of a plan --------------------------------------------------------

static bool is_argument(const struct call *call, const struct field *field)
{
    struct argument argument;
    const char     *arguments = call->command->arguments;
    while (call_next_argument(call, &arguments, &argument)) {
        if (argument.field == field) return true;
    }
    return false;
}

// In a file arguments may be named as options are.
static const struct field *option_field(const struct call *call, struct bytes name)
{
    for (uint32_t i = 0; i < call->field_count; i++) {
        char                memory[NAME_TEXT_SIZE];
        const struct field *field = call->fields[i];
        struct buffer       own = buffer_over(memory, sizeof memory);
        command_name_of(call->command, field, &own);
        if (is_reason(field)) continue;
        if (!call_is_option(call, field) && !is_argument(call, field)) continue;
        if (bytes_is_equal(name, buffer_bytes(&own))) return field;
        if (bytes_is_equal(name, bytes_of_text(field->name))) return field;
    }
    return NULL;
}

// What a line's option wants: "--name=value" or "--name value"; *at is the word, and then the last
// word it took. NULL: there is none.
static const char *take_line_value(const struct words *words, uint32_t *at)
{
    const char *equals = strchr(words->at[*at], '=');
    if (equals != NULL) return equals + 1;
    return *at + 1 < words->count ? words->at[++*at] : NULL;
}

static const char *take_line_option(const struct words *words, uint32_t *at, struct call *call)
{
    struct bytes        rest = bytes_of_text(words->at[*at] + 2);
    const struct bytes  name = bytes_cut(&rest, '=');
    const bool          is_why = bytes_is_equal(name, bytes_of_text("reason"));
    const struct field *field = option_field(call, name);
    if (field == NULL && !is_why) return "is not an option of this command";
    if (!is_why && field->type == FIELD_FLAG) {
        return call_give(call, field, "true") ? NULL : "is too much";
    }
    const char *text = take_line_value(words, at);
    if (text == NULL) return "wants a value";
    if (is_why) {
        call->globals.reason = text;
        return NULL;
    }
    return call_give(call, field, text) ? NULL : "is too much";
}

static const char *take_line_word(const struct words *words, uint32_t *at, struct call *call)
{
    const char *word = words->at[*at];
    if (strncmp(word, "--", 2) == 0 && word[2] != 0) return take_line_option(words, at, call);
    const struct field *field = next_argument_field(call);
    if (field == NULL) return "is one argument too many";
    return call_give(call, field, word) ? NULL : "is too much";
}

bool arguments_read_line(struct words *words, struct call *call)
{
    int                   used = 0;
    const struct command *command = command_find((int)words->count, words->at, &used);
    if (command == NULL || command->way != PROPOSES) {
        return is_wrong(call, "'%s' is not a command that proposes", words->at[0]);
    }
    call_begin(call, command);
    for (uint32_t i = (uint32_t)used; i < words->count; i++) {
        const char *word = words->at[i];
        const char *wrong = take_line_word(words, &i, call);
        if (wrong == NULL) continue;
        return is_wrong(call, "'%s' %s", word, wrong);
    }
    if (!lacks_argument(call)) return true;
    return is_wrong(call, "'%s' wants more arguments", command->path);
}
