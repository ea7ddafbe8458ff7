#include "api/cli/connect.h"

#include "api/wire/address.h"
#include "api/wire/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_TIMEOUT_MS = 2000 }; // a daemon that was started a moment ago

static const char *or_environment(const char *text, const char *name)
{
    // One thread reads the environment here, before others start.
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char *value = text != NULL ? text : getenv(name);
    return value == NULL || value[0] == 0 ? NULL : value;
}

static const char *url_of(const struct globals *globals)
{
    static char memory[URL_SIZE_MAX];
    const char *url = or_environment(globals->url, "LICET_URL");
    return url != NULL ? url : address_default(memory, sizeof memory);
}

static enum exit_code read_key(struct call *call, const char *key_file)
{
    const enum status status = file_read_signer(key_file, &call->signer);
    switch ((int)status) {
    case OK:
        return EXIT_DONE;
    case STATUS_PERMISSION:
        return complain(call, EXIT_USAGE,
                        "%s: a private key must be a file of your own that nobody else can read "
                        "(chmod 600), and no symbolic link",
                        key_file);
    default:
        return complain(call, EXIT_USAGE, "%s: not a usable private key: %s", key_file,
                        status_sentence(status));
    }
}

enum exit_code connect_complain(struct call *call, enum status status)
{
    const char *detail = call->licet == NULL ? "" : licet_detail(call->licet);
    const char *url = url_of(&call->globals);
    switch ((int)status) {
    case STATUS_UNREACHABLE:
    case STATUS_IO:
        return complain(call, EXIT_UNREACHABLE, "nobody answers at %s (%s); is licetd running?",
                        url, detail);
    case STATUS_TIMED_OUT:
        return complain(call, EXIT_UNREACHABLE, "no answer from %s within %u s", url,
                        call->globals.timeout_ms / 1000);
    case STATUS_BAD_SIGNATURE:
        return complain(call, EXIT_UNREACHABLE, "%s is not to be trusted: %s; see --ca", url,
                        detail);
    case STATUS_UNKNOWN_KEY:
        return complain(call, EXIT_REFUSED, "the ledger does not know this key (%s)", detail);
    case STATUS_UNSUPPORTED:
        return complain(call, EXIT_UNREACHABLE, "%s: %s", url, detail);
    case STATUS_USAGE:
        return complain(call, EXIT_USAGE, "%s is not an ipc://, tcp:// or tls+tcp:// address", url);
    default:
        return complain(call, EXIT_UNREACHABLE, "%s: %s %s", url, status_sentence(status), detail);
    }
}

enum exit_code connect_open(struct call *call)
{
    struct globals *globals = &call->globals;
    const char     *key_file = or_environment(globals->key_file, "LICET_KEY");
    if (globals->timeout_ms == 0) globals->timeout_ms = LICET_TIMEOUT_MS;
    if (key_file != NULL) {
        const enum exit_code code = read_key(call, key_file);
        if (code != EXIT_DONE) return code;
    } else if (call->command->way == PROPOSES) {
        return complain(call, EXIT_USAGE, "who proposes? name a private key: --key FILE");
    }
    const struct licet_options options = {
        .url = url_of(globals),
        .ca_file = or_environment(globals->ca_file, "LICET_CA"),
        .certificate_file = globals->certificate_file,
        .signer = key_file == NULL ? NULL : &call->signer,
        .origin = or_environment(globals->origin, "LICET_ORIGIN"),
        .timeout_ms = globals->timeout_ms,
        .connect_timeout_ms =
            globals->timeout_ms < CONNECT_TIMEOUT_MS ? globals->timeout_ms : CONNECT_TIMEOUT_MS,
    };
    enum status status = licet_open(&options, &call->licet);
    if (status == STATUS_NOT_FOUND) {
        return complain(call, EXIT_USAGE,
                        "the certificate files of --ca or --certificate cannot "
                        "be used");
    }
    if (status == OK) status = licet_connect(call->licet);
    return status == OK ? EXIT_DONE : connect_complain(call, status);
}

void connect_close(struct call *call)
{
    licet_close(call->licet);
    call->licet = NULL;
    signer_release(&call->signer);
}
