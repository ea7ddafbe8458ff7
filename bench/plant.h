// plant.h - the tree of groups and their limits, saved in plans, each signed by who saves it.
#ifndef BENCH_PLANT_H
#define BENCH_PLANT_H

#include "bench/tree.h"
#include "core/base/status.h"
#include "core/proof/key.h"

// The top of the tree is there already, without a limit. STATUS_USAGE, and a line on standard
// error, for a plan that was not accepted.
MUST_CHECK enum status plant(const char *url, const struct signer *admin, const struct tree *tree);

#endif
