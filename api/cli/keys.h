// keys.h - `key` and `vendor`: making keys, showing them, signing licence files, trusting vendors.
#ifndef API_CLI_KEYS_H
#define API_CLI_KEYS_H

#include "api/cli/command.h"

extern const struct record keys_new_parameters;
extern const struct record keys_show_parameters;
extern const struct record keys_sign_parameters;

enum exit_code keys_new_run(struct call *call);
enum exit_code keys_show_run(struct call *call);
enum exit_code keys_sign_run(struct call *call);
enum exit_code keys_make_trust(struct call *call, struct value_maker *maker, struct buffer *event);
enum exit_code keys_make_revocation(struct call *call, struct value_maker *maker,
                                    struct buffer *event);

#endif
