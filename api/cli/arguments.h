// arguments.h - the command line into a call: words, options, --help, and lines of a plan's file.
#ifndef API_CLI_ARGUMENTS_H
#define API_CLI_ARGUMENTS_H

#include "api/cli/command.h"
#include "api/cli/words.h"

// Reads all of the command line: what it says stands in *call then. Prints help and exits where it
// is asked to, and exits with EXIT_USAGE where something is wrong.
void arguments_read(int count, char **texts, struct call *call);

// A command that proposes, as a line of a plan: without global options. False: the complaint says
// why.
bool arguments_read_line(struct words *words, struct call *call);

#endif
