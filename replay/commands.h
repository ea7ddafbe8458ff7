// commands.h - what licet-replay can do, one file each. What they return is
// the exit code.
#ifndef REPLAY_COMMANDS_H
#define REPLAY_COMMANDS_H

#include "replay/options.h"
#include "replay/report.h"

enum outcome verify_run(const struct options *options);
enum outcome rebuild_run(const struct options *options);
enum outcome print_run(const struct options *options);
enum outcome at_run(const struct options *options);
enum outcome receipt_run(const struct options *options);
enum outcome export_run(const struct options *options);
enum outcome prove_run(const struct options *options);
enum outcome why_run(const struct options *options);

#endif
