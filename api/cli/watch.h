// watch.h - commands that follow what happens: `log` and `watch`.
#ifndef API_CLI_WATCH_H
#define API_CLI_WATCH_H

#include "api/cli/command.h"

extern const struct record watch_log_parameters;
extern const struct record watch_changes_parameters;

// {author, leaf, node, seq} of an event, on one line; a plan has one more for each of its events.
void watch_print_event(const struct call *call, struct bytes item);

enum exit_code watch_log_run(struct call *call);
enum exit_code watch_changes_run(struct call *call);

#endif
