// propose.h - commands that propose: from their fields to an event, to an answer.
#ifndef API_CLI_PROPOSE_H
#define API_CLI_PROPOSE_H

#include "api/cli/command.h"
#include "api/cli/value.h"

// Adds the event [kind, fields…] of what the call was given; the repeated argument, if the command
// has one, is its text number `index`. Where it cannot, the call's complaint says why.
enum exit_code propose_add_event(struct call *call, struct value_maker *maker, uint32_t index,
                                 struct buffer *out);
// The same by the rows alone, for a command's own `make`.
enum exit_code propose_add_by_rows(struct call *call, struct value_maker *maker, uint32_t index,
                                   struct buffer *out);

// How many events the call makes: one, or one for each text of the repeated argument.
uint32_t propose_event_count(const struct call *call);

// Adds the head of a plan of so many events; they follow, and then propose_end_plan().
void propose_begin_plan(uint32_t event_count, struct buffer *out);
bool propose_end_plan(struct call *call, struct buffer *out);

// Proposes or previews the event, and prints what comes of it. describe says for what stands at an
// index of a plan; NULL: nothing.
enum exit_code propose_event(struct call *call, struct bytes event,
                             void (*describe)(uint32_t index, FILE *out));

// Connects, and does all of it: the way of most commands.
enum exit_code propose_run(struct call *call);

#endif
