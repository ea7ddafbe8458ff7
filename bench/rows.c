#include "bench/rows.h"

#define CONSUME(connections, in_flight, per_request)         \
    {                                                        \
        LOAD_CONSUME, connections, in_flight, per_request, 0 \
    }

// clang-format off
const struct row rows[ROW_COUNT] = {
    {"consume, 1 in flight",                    CONSUME(1, 1, 1),     true,
     "p50 at most 1.1 x (nng round trip + commit)"},
    {"consume, 16 in flight",                   CONSUME(1, 16, 1),    true,  NULL},
    {"consume, 64 in flight",                   CONSUME(1, 64, 1),    true,
     "1.5 x Redis, which bench/peers plays beside it"},
    {"consume, 256 in flight",                  CONSUME(1, 256, 1),   true,  NULL},
    {"consume, 4 in flight, 4 connections",     CONSUME(4, 4, 1),     true,  NULL},
    {"consume, 16 in flight, 4 connections",    CONSUME(4, 16, 1),    true,  NULL},
    {"consume, 64 in flight, 4 connections",    CONSUME(4, 64, 1),    true,  NULL},
    {"consume, 256 in flight, 4 connections",   CONSUME(4, 256, 1),   true,  NULL},
    {"consume by 256, 1 in flight",             CONSUME(1, 1, 256),   true,  NULL},
    {"consume by 256, 4 in flight",             CONSUME(1, 4, 256),   true,
     "60 % of the ledger alone; 3 x Redis: bench/peers"},
    {"consume by 256, 4 in flight, 4 connections", CONSUME(4, 4, 256), true, NULL},
    {"state of a group, 1 in flight",           {LOAD_STATE, 1, 1, 1, 0}, false,
     "p50 at most 1.0 x nng round trip"},
};
// clang-format on
