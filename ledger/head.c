#include "ledger/head.h"

#include "ledger/big_endian.h"

#include <string.h>

// FORMAT.md draws it: format, size, first, then the frontier from the largest node down.
enum {
    FORMAT = 1,
    FIXED_SIZE = 3 * BIG_ENDIAN_SIZE,
    RECORD_SIZE_MAX = FIXED_SIZE + 64 * HASH_SIZE,
};

static const struct bytes record_key = {(const uint8_t *)"head", 4};

static void add_number(struct buffer *buffer, uint64_t number)
{
    uint8_t at[BIG_ENDIAN_SIZE];
    big_endian_put(number, at);
    buffer_add(buffer, (struct bytes){at, sizeof at});
}

enum status head_put(const struct head *head, struct store *store)
{
    uint8_t       memory[RECORD_SIZE_MAX];
    struct buffer buffer = buffer_over(memory, sizeof memory);
    add_number(&buffer, FORMAT);
    add_number(&buffer, head->tree.size);
    add_number(&buffer, head->first);
    for (int level = 63; level >= 0; level--) {
        if ((head->tree.size >> level & 1) == 0) continue;
        buffer_add(&buffer, hash_view(&head->tree.left[level]));
    }
    return store_put(store, STORE_HEAD, record_key, buffer_bytes(&buffer));
}

enum status head_load(struct head *head, struct store *store)
{
    struct bytes      rest;
    struct head       made = {0};
    const enum status status = store_load(store, STORE_HEAD, record_key, &rest);
    if (status != OK) return status;
    if (rest.size < BIG_ENDIAN_SIZE) return STATUS_CORRUPT;
    if (big_endian_get(rest.at) != FORMAT) return STATUS_UNSUPPORTED;
    if (rest.size < FIXED_SIZE) return STATUS_CORRUPT;
    made.tree.size = big_endian_get(rest.at + BIG_ENDIAN_SIZE);
    made.first = big_endian_get(rest.at + 2 * (ptrdiff_t)BIG_ENDIAN_SIZE);
    if (made.tree.size > TREE_SIZE_MAX || made.first > made.tree.size) return STATUS_CORRUPT;

    rest = bytes_after(rest, FIXED_SIZE);
    for (int level = 63; level >= 0; level--) {
        if ((made.tree.size >> level & 1) == 0) continue;
        if (rest.size < HASH_SIZE) return STATUS_CORRUPT;
        memcpy(made.tree.left[level].at, rest.at, HASH_SIZE);
        rest = bytes_after(rest, HASH_SIZE);
    }
    if (rest.size != 0) return STATUS_CORRUPT;
    *head = made;
    return OK;
}
