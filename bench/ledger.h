// ledger.h - licetd under load, by liblicet.
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include "bench/load.h"

extern const struct load_system ledger_system;

#endif
