#include "api/cli/rotation.h"

#include "api/cli/keys.h"
#include "api/cli/propose.h"
#include "api/cli/value.h"
#include "api/wire/file.h"
#include "core/base/limits.h"
#include "core/base/window.h"
#include "core/proof/key_certificate.h"

#include <time.h>

enum { TEXT_SIZE_MAX = 4096 };

#define VALID_MS ((uint64_t)30 * 24 * 3600 * 1000)

// clang-format 14 crashes on these tables.
// clang-format off
static const struct field certify_fields[] = {
    {.name = "vkey", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "the new public key: `licet key new` prints it; a file, or itself"},
    {.name = "root", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "the ledger's recovery key (a file)"},
    {.name = "previous", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "the public key that signs until then; a file, or itself"},
    {.name = "epoch", .type = FIELD_TEXT, .max = 20,
     .help = "how many rotations there are with this one: 1 for the first"},
    {.name = "size_from", .type = FIELD_TEXT, .max = 20,
     .help = "the rotation is no event before this one; 0 unless told"},
    {.name = "from", .type = FIELD_TEXT, .max = 64,
     .help = "the rotation is not before this time; any time unless told"},
    {.name = "until", .type = FIELD_TEXT, .max = 64,
     .help = "and is before this one; 30 days from now unless told"},
    {.name = "output", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "a new file for the certificate; unless told, standard output"},
};
// clang-format on
const struct record rotation_certify_parameters = {
    "certificate", certify_fields, sizeof certify_fields / sizeof certify_fields[0], 0};

// --- What is asked for ------------------------------------------------------

static bool read_key(struct call *call, const char *name, struct verifier *key)
{
    const char *text = call_text(call, name);
    if (text == NULL) return is_wrong(call, "a certificate needs --root, --previous and --epoch");
    const enum status status = keys_read_public(text, key);
    if (status != OK) return is_wrong(call, "%s: %s", text, status_sentence(status));
    if (key->type == KEY_ED25519) return true;
    return is_wrong(call, "%s: a key of a witness signs no heads of its own", text);
}

static bool read_number(struct call *call, const char *name, uint64_t *number)
{
    const char *text = call_text(call, name);
    if (text == NULL || bytes_to_decimal(bytes_of_text(text), INT64_MAX, number)) return true;
    return is_wrong(call, "'%s' is not a number of events or rotations", text);
}

static uint64_t clock_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// Whole seconds, downwards.
static bool read_time(struct call *call, const char *name, uint64_t otherwise_ms, uint64_t *time_s)
{
    const char *text = call_text(call, name);
    uint64_t    ms = otherwise_ms;
    if (text != NULL && (!value_time(text, clock_now_ms(), &ms) || ms > TIME_MS_MAX)) {
        return is_wrong(call, "--%s: '%s' is not a time like 2026-12-01T00:00Z or +30d", name,
                        text);
    }
    *time_s = ms / 1000;
    return true;
}

static bool read_certificate(struct call *call, struct key_certificate *certificate)
{
    struct verifier previous = {.keyid = 0};
    if (!read_key(call, "vkey", &certificate->key) || !read_key(call, "previous", &previous) ||
        !read_number(call, "epoch", &certificate->epoch) ||
        !read_number(call, "size_from", &certificate->size_from) ||
        !read_time(call, "from", 0, &certificate->not_before_s) ||
        !read_time(call, "until", clock_now_ms() + VALID_MS, &certificate->not_after_s)) {
        return false;
    }
    if (certificate->epoch == 0) return is_wrong(call, "--epoch: 1 for the first rotation");
    if (certificate->not_before_s >= certificate->not_after_s) {
        return is_wrong(call, "--until comes after --from");
    }
    if (!bytes_is_equal(verifier_name(&certificate->key), verifier_name(&previous))) {
        return is_wrong(call,
                        "the new key is called %s, the one before %s: a ledger's keys are "
                        "all called as the ledger",
                        certificate->key.name, previous.name);
    }
    certificate->previous = previous.keyid;
    return true;
}

// --- The certificate --------------------------------------------------------

enum exit_code rotation_certify_run(struct call *call)
{
    uint8_t                room[KEY_CERTIFICATE_SIZE_MAX];
    struct buffer          note = buffer_over(room, sizeof room);
    struct key_certificate certificate = {.epoch = 0};
    struct signer          root = {0};
    const char            *root_file = call_text(call, "root");
    if (root_file == NULL) return complain(call, EXIT_USAGE, "who certifies it? --root FILE");
    if (!read_certificate(call, &certificate)) return EXIT_USAGE;
    enum status status = file_read_signer(root_file, &call->signer);
    if (status != OK) return keys_complain(call, root_file, status);
    status = key_root_signer(&root, verifier_name(&certificate.key), &call->signer);
    if (status == STATUS_MALFORMED) {
        return complain(call, EXIT_USAGE, "%s: too long a name for a root above it",
                        certificate.key.name);
    }
    if (status != OK) return keys_complain(call, root_file, status);
    key_certificate_write(&certificate, &root, &note);
    signer_release(&root);
    return keys_write_note(call, buffer_bytes(&note));
}

// --- The rotation -----------------------------------------------------------

enum exit_code rotation_rotate_run(struct call *call)
{
    const enum exit_code code = propose_run(call);
    if (code != EXIT_DONE || call->globals.is_json || call->globals.is_preview) return code;
    (void)fprintf(call->out,
                  "the ledger signs with its new key. Now\n"
                  "  start licetd with it from here on: --key is the file that --next-key named\n"
                  "  destroy the old private key, and every copy of it\n"
                  "  hand out the new public key: whoever has the old one still verifies, by "
                  "licet-replay verify\n");
    return code;
}
