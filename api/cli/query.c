#include "api/cli/query.h"

#include "api/cli/connect.h"
#include "api/cli/json.h"
#include "api/cli/refusal.h"
#include "api/cli/value.h"

#include <assert.h>
#include <string.h>

enum { CURSOR_SIZE_MAX = PATH_SIZE_MAX + 16 };

static bool add_argument(struct call *call, struct value_maker *maker, const struct field *field,
                         struct buffer *out)
{
    pack_key(out, field->name);
    if (value_add(maker, field, call_text(call, field->name), out)) return true;
    return is_wrong(call, "%s: %s", field->name, maker->reason);
}

// The fields of a row stand in the order of their names, as the keys of a map must.
bool query_add_request(struct call *call, struct bytes after, struct buffer *out)
{
    struct value_maker maker = {.now_ms = licet_time_ms(call->licet),
                                .files = buffer_over(call->memory, sizeof call->memory)};
    uint32_t           count = 0;
    for (uint32_t i = 0; i < call->field_count; i++) {
        count += call_text(call, call->fields[i]->name) != NULL;
    }
    message_begin_request(out, call->command->verb, count + (after.size > 0));
    bool is_after_due = after.size > 0;
    for (uint32_t i = 0; i < call->field_count; i++) {
        const struct field *field = call->fields[i];
        assert(i == 0 || strcmp(call->fields[i - 1]->name, field->name) < 0);
        if (is_after_due && strcmp(field->name, "after") > 0) {
            pack_key(out, "after");
            buffer_add(out, after);
            is_after_due = false;
        }
        if (call_text(call, field->name) == NULL) continue;
        if (!add_argument(call, &maker, field, out)) return false;
    }
    if (is_after_due) {
        pack_key(out, "after");
        buffer_add(out, after);
    }
    return true;
}

enum exit_code query_once(struct call *call, struct bytes request, struct licet_reply *reply)
{
    const enum status status = licet_call(call->licet, request, reply);
    if (status != OK) return connect_complain(call, status);
    return reply->outcome == MESSAGE_OK ? EXIT_DONE : refusal_print(call, reply);
}

static enum exit_code ask_page(struct call *call, struct bytes after, struct licet_reply *reply)
{
    struct buffer request = buffer_over(call->event, sizeof call->event);
    if (!query_add_request(call, after, &request)) return EXIT_USAGE;
    return query_once(call, buffer_bytes(&request), reply);
}

// Where the following page begins; no bytes when there is none. Kept in memory: the reply goes.
static struct bytes next_page(struct bytes map, uint8_t memory[static CURSOR_SIZE_MAX])
{
    struct bytes next;
    if (!message_find(map, "next", &next) || message_is_nil(map, "next")) {
        return (struct bytes){NULL, 0};
    }
    if (next.size > CURSOR_SIZE_MAX) return (struct bytes){NULL, 0};
    memcpy(memory, next.at, next.size);
    return (struct bytes){memory, next.size};
}

enum exit_code query_pages(struct call *call, query_taker *take, void *context)
{
    uint8_t      memory[CURSOR_SIZE_MAX];
    struct bytes after = {NULL, 0};
    do {
        struct licet_reply   reply;
        const enum exit_code code = ask_page(call, after, &reply);
        if (code != EXIT_DONE) return code;
        take(context, reply.map);
        after = next_page(reply.map, memory);
    } while (after.size > 0);
    return EXIT_DONE;
}

static void show(void *context, struct bytes map)
{
    struct call *call = context;
    call->command->view(call, map);
}

static void extend(void *context, struct bytes map)
{
    struct json **document = context;
    if (*document == NULL) {
        *document = json_of_packed(map);
    } else {
        json_extend(*document, map);
    }
}

static enum exit_code print_json_pages(struct call *call)
{
    struct json         *document = NULL;
    const enum exit_code code = query_pages(call, extend, &document);
    if (code == EXIT_DONE) json_print(document, call->out);
    json_release(document);
    return code;
}

// What the row gives where nothing was given.
static bool give_defaults(struct call *call)
{
    static char memory[CURSOR_SIZE_MAX];
    for (uint32_t i = 0; i < call->field_count; i++) {
        struct bytes value;
        if (call_count(call, call->fields[i]) > 0) continue;
        if (!call_preset(call->command->defaults, call->fields[i], &value)) continue;
        (void)snprintf(memory, sizeof memory, "%.*s", (int)value.size, (const char *)value.at);
        return call_give(call, call->fields[i], memory); // no row has two
    }
    return true;
}

enum exit_code query_begin(struct call *call)
{
    return give_defaults(call) ? connect_open(call) : EXIT_USAGE;
}

enum exit_code query_run(struct call *call)
{
    const enum exit_code code = query_begin(call);
    if (code != EXIT_DONE) return code;
    return call->globals.is_json ? print_json_pages(call) : query_pages(call, show, call);
}
