#include "api/cli/upload.h"

#include "api/cli/fetch.h"
#include "api/cli/propose.h"
#include "core/base/name.h"

#include <unistd.h>

static const struct field fields[] = {
    {.name = "from_ca",
     .type = FIELD_TEXT,
     .max = 4096,
     .help = "PEM file of whom to trust there; unless told, whom the system trusts"},
};
const struct record upload_parameters = {"upload", fields, sizeof fields / sizeof fields[0], 0};

static enum exit_code complain_fetch(struct call *call, const struct fetch *fetch,
                                     enum status status)
{
    const struct bytes source = fetch_source(fetch->address);
    const bool         is_usage = status == STATUS_USAGE || status == STATUS_NOT_FOUND ||
                          status == STATUS_TOO_LARGE || status == STATUS_MALFORMED;
    return complain(call, is_usage ? EXIT_USAGE : EXIT_UNREACHABLE, "%.*s: %s", (int)source.size,
                    (const char *)source.at,
                    fetch->detail[0] != 0 ? fetch->detail : status_sentence(status));
}

static enum exit_code add_fetched(struct call *call, struct buffer *event)
{
    static uint8_t memory[LICENSE_FILE_SIZE_MAX];
    struct buffer  content = buffer_over(memory, sizeof memory);
    struct fetch   fetch = {.address = call_text(call, "source"),
                            .ca_file = call_text(call, "from_ca"),
                            .has_progress = isatty(STDERR_FILENO) != 0};
    enum status    status = fetch_text(&fetch, &content);
    if (status == OK && (content.size == 0 || !text_is_utf8(buffer_bytes(&content)))) {
        status = STATUS_MALFORMED;
    }
    if (status != OK) return complain_fetch(call, &fetch, status);
    pack_array(event, 1 + kind_row(LICENSE_UPLOAD)->record->field_count);
    pack_number(event, LICENSE_UPLOAD);
    pack_text(event, buffer_bytes(&content));
    pack_text(event, fetch_source(fetch.address));
    if (call->globals.reason == NULL) {
        pack_nil(event);
    } else {
        pack_key(event, call->globals.reason);
    }
    return EXIT_DONE;
}

enum exit_code upload_make(struct call *call, struct value_maker *maker, struct buffer *event)
{
    const bool has_file = call_text(call, "file") != NULL;
    const bool has_source = call_text(call, "source") != NULL;
    if (has_file == has_source) {
        return complain(call, EXIT_USAGE, "name a file, or an address to fetch it from: --from");
    }
    if (has_file) return propose_add_by_rows(call, maker, 0, event);
    call->has_to_ask = call->licet == NULL;
    if (call->has_to_ask) return EXIT_DONE;
    return add_fetched(call, event);
}
