// refusal.h - answers that are not "ok", for a person: what, where, the numbers, what would help.
#ifndef API_CLI_REFUSAL_H
#define API_CLI_REFUSAL_H

#include "api/cli/command.h"

// For an outcome that is not MESSAGE_OK: prints it (as JSON to call->out, else to stderr) and
// returns the code to exit with.
enum exit_code refusal_print(struct call *call, const struct licet_reply *reply);

// The same of one of many answers, to a file and for a person.
void refusal_print_map(enum message_outcome outcome, struct bytes map, FILE *out);
// The "why" of a refusal: what, where, the numbers, what would help.
void refusal_print_reasons(struct bytes map, FILE *out);

// ": 20 of 20 used", in the words of the refusal; nothing where the numbers mean nothing.
void refusal_print_numbers(struct bytes code, uint64_t used, uint64_t limit, FILE *out);

// A line with the units that would lose access, where the answer names them.
void refusal_print_suspended(struct bytes map, FILE *out);

#endif
