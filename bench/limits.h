// limits.h - the licences of the tree: each group saves its own limit, signed, as a person would.
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H

#include "core/base/status.h"
#include "core/proof/key.h"

// The file has a line 'PATH COUNT' for each group, parents first. STATUS_USAGE, and a line on
// standard error, for a save that was not accepted.
MUST_CHECK enum status limits_save(const char *url, const struct signer *admin, const char *file);

#endif
