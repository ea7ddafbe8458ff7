// big_endian.h - numbers as eight bytes, most significant first: they sort as they count.
#ifndef LEDGER_BIG_ENDIAN_H
#define LEDGER_BIG_ENDIAN_H

#include <stdint.h>

enum { BIG_ENDIAN_SIZE = 8 };

void     big_endian_put(uint64_t number, uint8_t at[static BIG_ENDIAN_SIZE]);
uint64_t big_endian_get(const uint8_t at[static BIG_ENDIAN_SIZE]);

#endif
