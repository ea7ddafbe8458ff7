// commands.h - what licet-replay can do, one file each. All return an enum outcome.
#ifndef REPLAY_COMMANDS_H
#define REPLAY_COMMANDS_H

#include "replay/options.h"

int verify_run(const struct options *options);
int rebuild_run(const struct options *options);
int print_run(const struct options *options);
int at_run(const struct options *options);

#endif
