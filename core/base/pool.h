// pool.h - records of one size in one stretch of memory, named by 32-bit index.
//
// A pool reserves the address space of its greatest size once; the system fills in pages as they
// are first used. So records never move, nothing is allocated on the path, and nothing is copied to
// grow. Index 0 is never given out: it means "none".
#ifndef CORE_BASE_POOL_H
#define CORE_BASE_POOL_H

#include "core/base/ahead.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool {
    uint8_t          *records;
    size_t            record_size;
    uint32_t         *free; // a stack of indexes that were given back
    uint32_t          free_count;
    uint32_t          top;       // indexes from here on were never used
    uint32_t          count_max; // live records at once
    struct ahead_mark touched;   // of the records
};

// Its records are touched ahead, unless that is NULL; it must live as long as the pool.
MUST_CHECK enum status pool_init(struct pool *pool, size_t record_size, uint32_t count_max,
                                 struct ahead *ahead);
void                   pool_release(struct pool *pool);

// The pool must have room. The record is zeroed.
uint32_t pool_take(struct pool *pool);
// The record keeps its content until the index is taken again.
void     pool_give(struct pool *pool, uint32_t index);

// Gives all records back at once, and their memory to the system.
void pool_empty(struct pool *pool);

// The opposites of the last take or give, for undoing them in reverse order.
void pool_untake(struct pool *pool, uint32_t index);
void pool_ungive(struct pool *pool, uint32_t index);

uint32_t pool_count(const struct pool *pool); // live records
uint32_t pool_room(const struct pool *pool);  // how many can still be taken

static inline void *pool_at(const struct pool *pool, uint32_t index)
{
    return pool->records + pool->record_size * index;
}

#endif
