// big_endian.h - numbers as eight bytes, most significant first: they sort as they count.
#ifndef LEDGER_BIG_ENDIAN_H
#define LEDGER_BIG_ENDIAN_H

#include "core/base/bytes.h"

#include <stdint.h>

enum { BIG_ENDIAN_SIZE = 8 };

void     big_endian_put(uint64_t number, uint8_t at[static BIG_ENDIAN_SIZE]);
uint64_t big_endian_get(const uint8_t at[static BIG_ENDIAN_SIZE]);

// The key of a table whose records are found by a number.
struct big_endian_key {
    uint8_t at[BIG_ENDIAN_SIZE];
};
struct big_endian_key big_endian_key(uint64_t number);
struct bytes          big_endian_view(const struct big_endian_key *key); // lives with the key

#endif
