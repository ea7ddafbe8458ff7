#include "api/cli/command.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

enum { WORD_COUNT_MAX = 2, PATH_TEXT_MAX = 64 };

static const char *const dots = "…";

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

enum exit_code complain(struct call *call, enum exit_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(call->complaint, sizeof call->complaint, format, arguments);
    va_end(arguments);
    return code;
}

bool is_wrong(struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(call->complaint, sizeof call->complaint, format, arguments);
    va_end(arguments);
    return false;
}

// --- Rows -------------------------------------------------------------------

static bool is_path(const struct command *command, int count, char **words)
{
    char   path[PATH_TEXT_MAX] = "";
    size_t size = 0;
    for (int i = 0; i < count; i++) {
        const int added =
            snprintf(path + size, sizeof path - size, i == 0 ? "%s" : " %s", words[i]);
        if (added < 0 || (size_t)added >= sizeof path - size) return false;
        size += (size_t)added;
    }
    return strcmp(path, command->path) == 0;
}

const struct command *command_find(int count, char **words, int *used)
{
    for (int wanted = count < WORD_COUNT_MAX ? count : WORD_COUNT_MAX; wanted > 0; wanted--) {
        for (const struct command *row = commands; row->path != NULL; row++) {
            if (!is_path(row, wanted, words)) continue;
            *used = wanted;
            return row;
        }
    }
    return NULL;
}

static void add_fields(struct call *call, const struct record *record)
{
    for (uint32_t i = 0; record != NULL && i < record->field_count; i++) {
        assert(call->field_count < FIELD_COUNT_MAX);
        call->fields[call->field_count++] = &record->fields[i];
    }
}

void call_begin(struct call *call, const struct command *command)
{
    call->command = command;
    call->field_count = 0;
    call->given_count = 0;
    if (command->way == PROPOSES) add_fields(call, kind_row((uint64_t)command->kind)->record);
    add_fields(call, command->parameters);
}

// --- Names ------------------------------------------------------------------

static bool is_name(struct bytes text, const char *name)
{
    return bytes_is_equal(text, bytes_of_text(name));
}

// The value of "name=value" or "name:value" among words; false when the name does not stand there.
static bool find_pair(const char *words, const char *name, uint8_t separator, struct bytes *value)
{
    struct bytes rest = bytes_of_text(or_empty(words));
    while (rest.size > 0) {
        struct bytes       pair = bytes_cut(&rest, ' ');
        const struct bytes first = bytes_cut(&pair, separator);
        if (!is_name(first, name)) continue;
        *value = pair;
        return true;
    }
    return false;
}

bool call_preset(const char *presets, const struct field *field, struct bytes *value)
{
    return find_pair(presets, field->name, '=', value);
}

void command_name_of(const struct command *command, const struct field *field, struct buffer *name)
{
    struct bytes renamed;
    struct bytes text = bytes_of_text(field->name);
    if (find_pair(command->renamed, field->name, ':', &renamed)) {
        text = renamed;
    } else if (field->type == FIELD_LIST && text.at[text.size - 1] == 's') {
        text.size--;
    }
    for (size_t i = 0; i < text.size; i++) {
        buffer_add_byte(name, text.at[i] == '_' ? '-' : text.at[i]);
    }
}

const struct field *call_field(const struct call *call, const char *name)
{
    for (uint32_t i = 0; i < call->field_count; i++) {
        if (strcmp(call->fields[i]->name, name) == 0) return call->fields[i];
    }
    return NULL;
}

bool call_next_argument(const struct call *call, const char **arguments, struct argument *argument)
{
    char         name[PATH_TEXT_MAX];
    struct bytes rest = bytes_of_text(or_empty(*arguments));
    if (rest.size == 0) return false;
    struct bytes word = bytes_cut(&rest, ' ');
    *arguments = (const char *)rest.at;
    *argument = (struct argument){.is_optional = word.at[0] == '['};
    if (argument->is_optional) word = (struct bytes){word.at + 1, word.size - 2};
    const size_t size_dots = strlen(dots);
    if (word.size > size_dots && is_name(bytes_after(word, word.size - size_dots), dots)) {
        argument->is_repeated = true;
        word.size -= size_dots;
    }
    (void)snprintf(name, sizeof name, "%.*s", (int)word.size, (const char *)word.at);
    argument->field = call_field(call, name);
    assert(argument->field != NULL);
    return true;
}

bool call_is_option(const struct call *call, const struct field *field)
{
    struct bytes    value;
    struct argument argument;
    const char     *arguments = call->command->arguments;
    if (call_preset(call->command->fixed, field, &value)) return false;
    if (find_pair(call->command->found, field->name, '=', &value)) return false;
    while (call_next_argument(call, &arguments, &argument)) {
        if (argument.field == field) return false;
    }
    return true;
}

// --- What was given ---------------------------------------------------------

bool call_give(struct call *call, const struct field *field, const char *text)
{
    if (call->given_count == TEXT_COUNT_MAX) return false;
    call->given[call->given_count++] = (struct given){field, text};
    return true;
}

const char *call_text(const struct call *call, const char *name)
{
    for (uint32_t i = call->given_count; i > 0; i--) { // the last one counts
        if (strcmp(call->given[i - 1].field->name, name) == 0) return call->given[i - 1].text;
    }
    return NULL;
}

uint32_t call_count(const struct call *call, const struct field *field)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < call->given_count; i++) {
        count += call->given[i].field == field;
    }
    return count;
}

bool call_has_flag(const struct call *call, const char *name)
{
    return call_text(call, name) != NULL;
}
