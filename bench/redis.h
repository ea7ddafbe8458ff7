// redis.h - Redis under the same load, by hiredis: a script checks and counts six levels, sets the
// unit and adds an audit entry to a stream. One command a consumption, any number of them in flight
// on one connection.
//
// It does less than a ledger: no identity of a request, nobody's name, no chain and no signature.
#ifndef BENCH_REDIS_H
#define BENCH_REDIS_H

#include "bench/load.h"

extern const struct load_system redis_system; // its address is the path of a socket

MUST_CHECK enum status redis_plant(const char *address, const struct tree *tree);

#endif
