#include "api/cli/propose.h"

#include "api/cli/connect.h"
#include "api/cli/json.h"
#include "api/cli/print.h"
#include "api/cli/refusal.h"
#include "api/wire/file.h"
#include "core/proof/crypto.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

enum { PRESET_SIZE = 128, RECEIPT_MODE = 0644 };

// --- The event --------------------------------------------------------------

static const struct field *repeated_field(const struct call *call)
{
    struct argument argument;
    const char     *arguments = call->command->arguments;
    while (call_next_argument(call, &arguments, &argument)) {
        if (argument.is_repeated && argument.field->type != FIELD_LIST) return argument.field;
    }
    return NULL;
}

uint32_t propose_event_count(const struct call *call)
{
    const struct field *repeated = repeated_field(call);
    const uint32_t      count = repeated == NULL ? 1 : call_count(call, repeated);
    return count == 0 ? 1 : count;
}

static const char *text_number(const struct call *call, const struct field *field, uint32_t index)
{
    for (uint32_t i = 0; i < call->given_count; i++) {
        if (call->given[i].field != field) continue;
        if (index-- == 0) return call->given[i].text;
    }
    return NULL;
}

static const char *preset_text(const char *presets, const struct field *field, char *memory)
{
    struct bytes value;
    if (!call_preset(presets, field, &value)) return NULL;
    (void)snprintf(memory, PRESET_SIZE, "%.*s", (int)value.size, (const char *)value.at);
    return memory;
}

// What stands for the field: fixed, given, or the row's default. "" and NULL: nothing.
static const char *text_of(const struct call *call, const struct field *field, uint32_t index,
                           char *memory)
{
    const char *text = preset_text(call->command->fixed, field, memory);
    if (text != NULL) return text;
    if (strcmp(field->name, "reason") == 0) return call->globals.reason;
    text = text_number(call, field, field == repeated_field(call) ? index : 0);
    return text != NULL ? text : preset_text(call->command->defaults, field, memory);
}

static bool add_list(struct call *call, struct value_maker *maker, const struct field *field,
                     struct buffer *out)
{
    const uint32_t count = call_count(call, field);
    if (count == 0 && field->is_optional) {
        pack_nil(out);
        return true;
    }
    pack_array(out, count);
    for (uint32_t i = 0; i < count; i++) {
        if (!value_add_item(maker, field->item, text_number(call, field, i), out)) return false;
    }
    return true;
}

static bool add_value(struct call *call, struct value_maker *maker, const struct field *field,
                      uint32_t index, struct buffer *out)
{
    char memory[PRESET_SIZE];
    if (field->type == FIELD_LIST) return add_list(call, maker, field, out);
    const char *text = text_of(call, field, index, memory);
    if (text != NULL && text[0] != 0) return value_add(maker, field, text, out);
    if (field->is_optional) {
        pack_nil(out);
    } else if (field->type == FIELD_FLAG) {
        pack_flag(out, false);
    } else {
        (void)snprintf(maker->reason, sizeof maker->reason, "is needed");
    }
    return field->type == FIELD_FLAG || field->is_optional;
}

static bool is_nil(struct bytes packed)
{
    struct pack_reader reader = pack_reader(packed);
    return pack_read_nil(&reader);
}

enum exit_code propose_add_by_rows(struct call *call, struct value_maker *maker, uint32_t index,
                                   struct buffer *out)
{
    static uint8_t       memory_of_fields[PLAN_SIZE_MAX];
    const struct record *record = kind_row((uint64_t)call->command->kind)->record;
    struct buffer        fields = buffer_over(memory_of_fields, sizeof memory_of_fields);
    struct bytes         written = {NULL, 0};
    uint32_t             written_count = 0;
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        const size_t        start = fields.size;
        if (add_value(call, maker, field, index, &fields)) {
            // An added field that is absent is left out when all behind it are.
            if (field->is_added && is_nil(bytes_after(buffer_bytes(&fields), start))) continue;
            written = buffer_bytes(&fields);
            written_count = i + 1;
            continue;
        }
        char          memory[PRESET_SIZE];
        struct buffer name = buffer_over(memory, sizeof memory);
        command_name_of(call->command, field, &name);
        return complain(call, EXIT_USAGE, "%s%s: %s", call_is_option(call, field) ? "--" : "",
                        buffer_text(&name), maker->reason);
    }
    pack_array(out, 1 + written_count);
    pack_number(out, (uint64_t)call->command->kind);
    buffer_add(out, written);
    if (!fields.is_full && !out->is_full) return EXIT_DONE;
    return complain(call, EXIT_USAGE, "that is more than one event can hold");
}

enum exit_code propose_add_event(struct call *call, struct value_maker *maker, uint32_t index,
                                 struct buffer *out)
{
    const struct command *command = call->command;
    if (command->make != NULL) return command->make(call, maker, out);
    return propose_add_by_rows(call, maker, index, out);
}

void propose_begin_plan(uint32_t event_count, struct buffer *out)
{
    pack_array(out, 3);
    pack_number(out, PLAN);
    pack_array(out, event_count);
}

bool propose_end_plan(struct call *call, struct buffer *out)
{
    if (call->globals.reason == NULL) {
        pack_nil(out);
    } else {
        pack_key(out, call->globals.reason);
    }
    if (!out->is_full) return true;
    return is_wrong(call, "that is more than one plan can hold: %d bytes", PLAN_SIZE_MAX);
}

// --- The answer -------------------------------------------------------------

// Of packages that last while a group above has nothing.
static void print_warnings(struct call *call, struct bytes map)
{
    char                 text[TIME_TEXT_SIZE];
    struct message_items warnings = message_list(map, "warnings");
    for (struct bytes warning; message_next(&warnings, &warning);) {
        (void)fputs("warning: ", call->out);
        print_text(call->out, message_text(warning, "name"));
        (void)fputs(" is clipped: ", call->out);
        print_text(call->out, message_text(warning, "node"));
        (void)fprintf(call->out, " has nothing from %s on\n",
                      print_time(message_number(warning, "when", 0), text));
    }
}

static void print_accepted(struct call *call, struct bytes map)
{
    char           text[TIME_TEXT_SIZE];
    const uint64_t seq = message_number(map, "seq", UINT64_MAX);
    struct bytes   access;
    if (seq == UINT64_MAX) {
        (void)fprintf(call->out, "nothing to do: it is so already\n");
    } else {
        (void)fprintf(call->out, "accepted as event %llu at %s\n", (unsigned long long)seq,
                      print_time(message_number(map, "time", 0), text));
    }
    if (message_find(map, "access", &access) && !message_flag(map, "access")) {
        (void)fprintf(call->out, "the unit is held, and gives no access now\n");
    }
    print_warnings(call, map);
}

// "50/1/49 expired, 1 suspended, NOTICE 95"; nothing of a group that is not there.
static void add_numbers(struct table *table, struct bytes change, const char *key)
{
    char          memory[256];
    struct buffer text = buffer_over(memory, sizeof memory);
    struct bytes  numbers, notice;
    if (!message_find(change, key, &numbers) || message_is_nil(change, key)) {
        table_add(table, "%s", "");
        return;
    }
    const struct bytes status = message_text(numbers, "status");
    const uint64_t     suspended = message_number(numbers, "suspended", 0);
    buffer_printf(&text, "%llu/%llu/%llu",
                  (unsigned long long)message_number(numbers, "maximum", 0),
                  (unsigned long long)message_number(numbers, "used", 0),
                  (unsigned long long)message_number(numbers, "available", 0));
    if (status.size > 0 && !bytes_is_equal(status, bytes_of_text("on"))) {
        buffer_add_byte(&text, ' ');
        buffer_add(&text, status);
    }
    if (suspended > 0) {
        buffer_printf(&text, ", %llu suspended", (unsigned long long)suspended);
    }
    if (message_find(numbers, "notice", &notice) && !message_is_nil(numbers, "notice")) {
        buffer_add_text(&text, ", NOTICE ");
        buffer_add(&text, message_text(notice, "mark"));
    }
    table_add_bytes(table, buffer_bytes(&text));
}

// More than an answer holds, or than anybody has counted.
static void print_total(const struct call *call, struct bytes map, uint32_t told)
{
    const uint64_t total = message_number(map, "changes_count", UINT64_MAX);
    if (total == UINT64_MAX && message_is_nil(map, "changes_count")) {
        (void)fprintf(call->out, "and more: it changes too much to be counted\n");
    } else if (total != UINT64_MAX && total > told) {
        (void)fprintf(call->out, "and %llu more\n", (unsigned long long)(total - told));
    }
}

static void print_changes(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"GROUP",                       TABLE_LEFT},
        {"RESOURCE",                    TABLE_LEFT},
        {"BEFORE (MAX/USED/AVAILABLE)", TABLE_LEFT},
        {"AFTER",                       TABLE_LEFT},
    };
    struct table        *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items changes = message_list(map, "changes");
    for (struct bytes change; message_next(&changes, &change);) {
        table_add_bytes(table, message_text(change, "group"));
        table_add_bytes(table, message_text(change, "resource"));
        add_numbers(table, change, "before");
        add_numbers(table, change, "after");
    }
    if (changes.count > 0) table_flush(table, call->out);
    print_total(call, map, changes.count);
    refusal_print_suspended(map, call->out);
    print_warnings(call, map);
}

static void print_ok(struct call *call, struct bytes map)
{
    if (call->globals.is_json) {
        struct json *document = json_of_packed(map);
        json_print(document, call->out);
        json_release(document);
        return;
    }
    if (!call->globals.is_preview) {
        print_accepted(call, map);
        return;
    }
    (void)fprintf(call->out, "would be accepted; nothing was changed\n");
    print_changes(call, map);
}

// Known before anything is proposed: what was accepted cannot be taken back for want of a file.
static bool may_keep_receipt(struct call *call)
{
    const char *path = call->globals.receipt;
    if (path == NULL) return true;
    if (call->globals.is_preview) return is_wrong(call, "a preview has no receipt");
    if (access(path, F_OK) != 0) return true;
    return is_wrong(call, "%s: is there already", path);
}

static enum exit_code keep_receipt(struct call *call, struct bytes map)
{
    const char        *path = call->globals.receipt;
    const uint64_t     seq = message_number(map, "seq", UINT64_MAX);
    const struct bytes receipt = message_text(map, "receipt");
    if (path == NULL || seq == UINT64_MAX) return EXIT_DONE; // nothing was appended
    enum status status = STATUS_NOT_FOUND;
    if (receipt.size > 0) status = file_write_new(path, RECEIPT_MODE, receipt);
    if (status == OK) return EXIT_DONE;
    return complain(
        call, EXIT_UNREACHABLE,
        "%s: the event was accepted, but its receipt is not kept: %s; ask for it: licet "
        "receipt %llu",
        path, status_sentence(status), (unsigned long long)seq);
}

// An answer that never came: the same proposal may be asked about later.
static enum exit_code complain_unknown(struct call *call, const struct licet_proposal *proposal,
                                       enum status status)
{
    char                 text[TIME_TEXT_SIZE], before[COMPLAINT_SIZE / 2];
    uint8_t              memory[2 * PROPOSAL_ID_SIZE + 1];
    struct buffer        id = buffer_over(memory, sizeof memory);
    const enum exit_code code = connect_complain(call, status);
    (void)snprintf(before, sizeof before, "%.*s", (int)sizeof before - 1, call->complaint);
    crypto_hex_add(&id, (struct bytes){proposal->id, sizeof proposal->id});
    return complain(call, code,
                    "%s\n       whether it was accepted is not known; later ask: licet outcome %s "
                    "%s",
                    before, buffer_text(&id), time_to_text(proposal->not_after_ms, text));
}

enum exit_code propose_event(struct call *call, struct bytes event,
                             void (*describe)(uint32_t index, FILE *out))
{
    struct licet_proposal proposal;
    struct licet_reply    reply;
    struct buffer         memory = buffer_over(call->memory, sizeof call->memory);
    if (!may_keep_receipt(call)) return EXIT_USAGE;
    enum status status = licet_proposal_make(call->licet, event, &memory, &proposal);
    if (status == STATUS_MALFORMED) {
        return complain(call, EXIT_USAGE, "%s: missing, out of bounds, or at odds with the rest",
                        licet_detail(call->licet));
    }
    if (status == STATUS_TOO_LARGE) {
        return complain(call, EXIT_USAGE, "that is more than one event can hold");
    }
    if (status != OK) return connect_complain(call, status);

    const bool is_preview = call->globals.is_preview;
    proposal.wants_receipt = call->globals.receipt != NULL;
    status = is_preview ? licet_preview(call->licet, &proposal, &reply)
                        : licet_propose(call->licet, &proposal, &reply);
    if (status != OK && is_preview) return connect_complain(call, status);
    if (status != OK) return complain_unknown(call, &proposal, status);
    if (reply.outcome == MESSAGE_OK) {
        print_ok(call, reply.map);
        return keep_receipt(call, reply.map);
    }
    const enum exit_code code = refusal_print(call, &reply);
    const uint64_t       index = message_number(reply.map, "index", UINT64_MAX);
    if (describe != NULL && index <= PLAN_PROPOSAL_MAX && !call->globals.is_json) {
        describe((uint32_t)index, stderr);
    }
    return code;
}

// --- The usual way ----------------------------------------------------------

static const struct call *described; // whose repeated argument an index is about

static void describe_repeated(uint32_t index, FILE *out)
{
    const struct field *field = repeated_field(described);
    const char         *text = field == NULL ? NULL : text_number(described, field, index);
    if (text != NULL) {
        (void)fprintf(out, "  because of %s %s; nothing was changed\n", field->name, text);
    }
}

static enum exit_code add_all(struct call *call, struct value_maker *maker, struct buffer *out)
{
    const uint32_t count = propose_event_count(call);
    if (count == 1) return propose_add_event(call, maker, 0, out);
    propose_begin_plan(count, out);
    for (uint32_t i = 0; i < count; i++) {
        const enum exit_code code = propose_add_event(call, maker, i, out);
        if (code != EXIT_DONE) return code;
    }
    return propose_end_plan(call, out) ? EXIT_DONE : EXIT_USAGE;
}

enum exit_code propose_run(struct call *call)
{
    enum exit_code code = connect_open(call);
    if (code != EXIT_DONE) return code;
    struct value_maker maker = {.now_ms = licet_time_ms(call->licet),
                                .files = buffer_over(call->memory, sizeof call->memory)};
    struct buffer      event = buffer_over(call->event, sizeof call->event);
    code = add_all(call, &maker, &event);
    if (code != EXIT_DONE) return code;
    const bool is_plan = propose_event_count(call) > 1;
    const bool has_reason = is_plan || call_field(call, "reason") != NULL;
    if (call->globals.reason != NULL && !has_reason) {
        return complain(call, EXIT_USAGE, "a %s keeps no reason", call->command->path);
    }
    described = call;
    return propose_event(call, buffer_bytes(&event), is_plan ? describe_repeated : NULL);
}
