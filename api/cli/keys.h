// keys.h - `key` and `vendor`: making keys, showing them, signing licence files, trusting vendors.
#ifndef API_CLI_KEYS_H
#define API_CLI_KEYS_H

#include "api/cli/command.h"

extern const struct record keys_new_parameters;
extern const struct record keys_show_parameters;
extern const struct record keys_sign_parameters;

// Of a file that is no key, or cannot be read.
enum exit_code         keys_complain(struct call *call, const char *file, enum status status);
// A public key: itself, or the file with it.
MUST_CHECK enum status keys_read_public(const char *text, struct verifier *verifier);
// Of at most LICENSE_FILE_SIZE_MAX, to --output, a new file, or else to standard output.
enum exit_code         keys_write_note(struct call *call, struct bytes note);

enum exit_code keys_new_run(struct call *call);
enum exit_code keys_show_run(struct call *call);
enum exit_code keys_sign_run(struct call *call);
enum exit_code keys_make_trust(struct call *call, struct value_maker *maker, struct buffer *event);
enum exit_code keys_make_revocation(struct call *call, struct value_maker *maker,
                                    struct buffer *event);

#endif
