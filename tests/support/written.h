// written.h - takes the pieces of a snapshot that is written, in memory.
#ifndef TESTS_SUPPORT_WRITTEN_H
#define TESTS_SUPPORT_WRITTEN_H

#include "core/base/bytes.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct written {
    uint8_t *at; // of malloc
    size_t   size;
};

static inline void add_piece(void *context, struct bytes piece)
{
    struct written *written = context;
    written->at = realloc(written->at, written->size + piece.size);
    cr_assert(written->at != NULL);
    memcpy(written->at + written->size, piece.at, piece.size);
    written->size += piece.size;
}

#endif
