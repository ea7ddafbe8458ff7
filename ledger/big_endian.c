#include "ledger/big_endian.h"

void big_endian_put(uint64_t number, uint8_t at[static BIG_ENDIAN_SIZE])
{
    for (int i = BIG_ENDIAN_SIZE - 1; i >= 0; i--, number >>= 8) {
        at[i] = (uint8_t)number;
    }
}

uint64_t big_endian_get(const uint8_t at[static BIG_ENDIAN_SIZE])
{
    uint64_t number = 0;
    for (int i = 0; i < BIG_ENDIAN_SIZE; i++) {
        number = number << 8 | at[i];
    }
    return number;
}

struct big_endian_key big_endian_key(uint64_t number)
{
    struct big_endian_key key;
    big_endian_put(number, key.at);
    return key;
}

struct bytes big_endian_view(const struct big_endian_key *key)
{
    return (struct bytes){key->at, sizeof key->at};
}
