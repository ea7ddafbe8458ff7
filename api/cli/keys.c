#include "api/cli/keys.h"

#include "api/cli/json.h"
#include "api/cli/propose.h"
#include "api/cli/query.h"
#include "api/wire/file.h"
#include "core/event/license.h"
#include "core/proof/crypto.h"
#include "core/proof/note.h"

#include <string.h>

enum { TEXT_SIZE_MAX = 4096, NOTE_MODE = 0644 };

// clang-format 14 crashes on these tables.
// clang-format off
static const struct field new_fields[] = {
    {.name = "name", .type = FIELD_TEXT, .max = KEY_NAME_SIZE_MAX,
     .help = "what the key is called: no spaces, no +"},
    {.name = "file", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX, .help = "where it goes; a new file"},
};
static const struct field show_fields[] = {
    {.name = "file", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX, .help = "a private key"},
};
static const struct field sign_fields[] = {
    {.name = "file", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX, .help = "the licence's text; - for standard input"},
    {.name = "key", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX, .help = "the vendor's private key (a file)"},
    {.name = "output", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "a new file for the signed licence; unless told, standard output"},
};
// clang-format on
const struct record keys_new_parameters = {"key", new_fields, 2, 0};
const struct record keys_show_parameters = {"key", show_fields, 1, 0};
const struct record keys_sign_parameters = {"license", sign_fields, 3, 0};

static void print_verifier(const struct call *call, const struct verifier *verifier)
{
    uint8_t       memory[KEY_TEXT_SIZE_MAX + 1];
    struct buffer text = buffer_over(memory, sizeof memory);
    verifier_print(verifier, &text);
    if (!call->globals.is_json) {
        (void)fprintf(call->out, "%s\n", buffer_text(&text));
        return;
    }
    uint8_t       packed_memory[2 * KEY_TEXT_SIZE_MAX];
    struct buffer packed = buffer_over(packed_memory, sizeof packed_memory);
    pack_map(&packed, 2);
    pack_key(&packed, "key");
    pack_key(&packed, buffer_text(&text));
    pack_key(&packed, "name");
    pack_key(&packed, verifier->name);
    json_print_packed(buffer_bytes(&packed), call->out);
}

enum exit_code keys_complain(struct call *call, const char *file, enum status status)
{
    const bool is_disk = status == STATUS_IO || status == STATUS_FULL;
    return complain(call, is_disk ? EXIT_UNREACHABLE : EXIT_USAGE, "%s: %s", file,
                    status_sentence(status));
}

enum status keys_read_public(const char *text, struct verifier *verifier)
{
    const enum status status = verifier_parse(verifier, bytes_of_text(text));
    return status == OK ? OK : file_read_verifier(text, verifier);
}

enum exit_code keys_new_run(struct call *call)
{
    uint8_t     seed[CRYPTO_SEED_SIZE];
    const char *name = call_text(call, "name");
    const char *file = call_text(call, "file");
    crypto_random(seed, sizeof seed);
    enum status status = signer_init(&call->signer, bytes_of_text(name), KEY_ED25519, seed);
    crypto_wipe(seed, sizeof seed);
    if (status != OK) {
        return complain(call, EXIT_USAGE, "'%s' is not a name for a key: %s", name,
                        status_sentence(status));
    }
    status = file_write_signer(file, &call->signer);
    if (status != OK) return keys_complain(call, file, status);
    print_verifier(call, &call->signer.verifier);
    return EXIT_DONE;
}

enum exit_code keys_show_run(struct call *call)
{
    const char       *file = call_text(call, "file");
    const enum status status = file_read_signer(file, &call->signer);
    if (status != OK) return keys_complain(call, file, status);
    print_verifier(call, &call->signer.verifier);
    return EXIT_DONE;
}

// --- Licence files ----------------------------------------------------------

static bool is_license(struct call *call, const char *file, struct bytes text)
{
    static struct license license;
    struct license_fault  fault = {.reason = ""};
    if (!license_read(text, &license, &fault)) {
        return is_wrong(call, "%s:%u: %s", file, fault.line, fault.reason);
    }
    if (note_is_text(text)) return true;
    return is_wrong(call, "%s: control characters other than line ends, or no line end at the end",
                    file);
}

static void print_note(const struct call *call, struct bytes note)
{
    static uint8_t memory[LICENSE_FILE_SIZE_MAX + 64];
    struct buffer  packed = buffer_over(memory, sizeof memory);
    if (!call->globals.is_json) {
        (void)fwrite(note.at, 1, note.size, call->out);
        return;
    }
    pack_map(&packed, 1);
    pack_key(&packed, "note");
    pack_text(&packed, note);
    json_print_packed(buffer_bytes(&packed), call->out);
}

enum exit_code keys_write_note(struct call *call, struct bytes note)
{
    const char *output = call_text(call, "output");
    if (output != NULL) {
        const enum status status = file_write_new(output, NOTE_MODE, note);
        if (status != OK) return keys_complain(call, output, status);
    }
    if (output == NULL || call->globals.is_json) print_note(call, note);
    return EXIT_DONE;
}

enum exit_code keys_sign_run(struct call *call)
{
    struct buffer content = buffer_over(call->event, sizeof call->event);
    struct buffer note = buffer_over(call->memory, LICENSE_FILE_SIZE_MAX);
    const char   *file = call_text(call, "file");
    const char   *key_file = call_text(call, "key");
    if (key_file == NULL) return complain(call, EXIT_USAGE, "who signs? --key FILE");
    enum status status = file_read(file, &content);
    if (status != OK) return keys_complain(call, file, status);
    if (!is_license(call, file, buffer_bytes(&content))) return EXIT_USAGE;
    status = file_read_signer(key_file, &call->signer);
    if (status != OK) return keys_complain(call, key_file, status);
    note_begin(buffer_bytes(&content), &note);
    note_sign(buffer_bytes(&content), &call->signer, 0, &note);
    if (note.is_full) {
        return complain(call, EXIT_USAGE, "%s: more than %d bytes when signed", file,
                        LICENSE_FILE_SIZE_MAX);
    }
    return keys_write_note(call, buffer_bytes(&note));
}

// --- Vendors ----------------------------------------------------------------

// The name of a vendor is that of its key.
enum exit_code keys_make_trust(struct call *call, struct value_maker *maker, struct buffer *event)
{
    static struct verifier verifier;
    const char            *file = call_text(call, "key");
    const enum status      status = keys_read_public(file, &verifier);
    if (status != OK) return keys_complain(call, file, status);
    if (!call_give(call, call_field(call, "name"), verifier.name)) return EXIT_USAGE;
    return propose_add_by_rows(call, maker, 0, event);
}

static bool find_vendor(struct bytes map, const char *name, struct verifier *verifier)
{
    struct message_items vendors = message_list(map, "vendors");
    for (struct bytes vendor; message_next(&vendors, &vendor);) {
        const struct bytes key = message_binary(vendor, "key");
        if (!bytes_is_equal(message_text(vendor, "name"), bytes_of_text(name))) continue;
        return key.size == CRYPTO_KEY_SIZE &&
               verifier_init(verifier, bytes_of_text(name), KEY_ED25519, key.at) == OK;
    }
    return false;
}

// Who revokes names the vendor; the key is as the ledger has it. Without a daemon the line is only
// checked: then there is no event yet.
enum exit_code keys_make_revocation(struct call *call, struct value_maker *maker,
                                    struct buffer *event)
{
    static uint8_t     memory[KEY_TEXT_SIZE_MAX + 1];
    uint8_t            request_memory[32];
    struct verifier    verifier;
    struct licet_reply reply;
    struct buffer      text = buffer_over(memory, sizeof memory);
    struct buffer      request = buffer_over(request_memory, sizeof request_memory);
    const char        *name = call_text(call, "name");
    call->has_to_ask = call->licet == NULL;
    if (call->has_to_ask) return EXIT_DONE;
    message_begin_request(&request, "license", 0);
    const enum exit_code code = query_once(call, buffer_bytes(&request), &reply);
    if (code != EXIT_DONE) return code;
    if (!find_vendor(reply.map, name, &verifier)) {
        return complain(call, EXIT_REFUSED, "the ledger knows no vendor %s", name);
    }
    verifier_print(&verifier, &text);
    if (!call_give(call, call_field(call, "key"), buffer_text(&text))) return EXIT_USAGE;
    return propose_add_by_rows(call, maker, 0, event);
}
