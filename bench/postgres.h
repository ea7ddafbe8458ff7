// postgres.h - PostgreSQL under the same load, by libpq: a function counts six levels where there
// is room, adds a row for the unit and one for the audit. Each connection has one transaction in
// flight, so a client holds as many connections as requests; many operations of one request are one
// transaction.
//
// It does less than a ledger: no identity of a request, nobody's name, no chain and no signature.
#ifndef BENCH_POSTGRES_H
#define BENCH_POSTGRES_H

#include "bench/load.h"

extern const struct load_system postgres_system; // its address is libpq's connection string

MUST_CHECK enum status postgres_plant(const char *address, const struct tree *tree);

#endif
