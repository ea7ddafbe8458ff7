#include "core/base/pool.h"

#include "core/base/reserve.h"

#include <assert.h>
#include <string.h>

static size_t slots(const struct pool *pool)
{
    return (size_t)pool->count_max + 1; // index 0 is none
}

enum status pool_init(struct pool *pool, size_t record_size, uint32_t count_max,
                      struct ahead *ahead)
{
    assert(record_size > 0 && count_max > 0 && count_max < UINT32_MAX);
    *pool = (struct pool){
        .record_size = record_size, .count_max = count_max, .top = 1, .touched = ahead_mark(ahead)};
    pool->records = memory_reserve(slots(pool) * record_size);
    pool->free = memory_reserve(slots(pool) * sizeof *pool->free);
    if (pool->records != NULL && pool->free != NULL) return OK;
    pool_release(pool);
    return STATUS_OUT_OF_MEMORY;
}

void pool_release(struct pool *pool)
{
    memory_return(pool->records, slots(pool) * pool->record_size);
    memory_return(pool->free, slots(pool) * sizeof *pool->free);
    *pool = (struct pool){.top = 1};
}

uint32_t pool_count(const struct pool *pool)
{
    return pool->top - 1 - pool->free_count;
}

uint32_t pool_room(const struct pool *pool)
{
    return pool->count_max - pool_count(pool);
}

static size_t used(const struct pool *pool)
{
    return pool->top * pool->record_size;
}

static uint32_t take_fresh(struct pool *pool)
{
    const uint32_t index = pool->top++; // fresh pages are zero
    ahead_note(&pool->touched, pool->records, slots(pool) * pool->record_size, used(pool));
    return index;
}

uint32_t pool_take(struct pool *pool)
{
    assert(pool_room(pool) > 0);
    if (pool->free_count == 0) return take_fresh(pool);
    const uint32_t index = pool->free[--pool->free_count];
    memset(pool_at(pool, index), 0, pool->record_size);
    return index;
}

void pool_give(struct pool *pool, uint32_t index)
{
    assert(index > 0 && index < pool->top);
    pool->free[pool->free_count++] = index;
}

// An index that was fresh when it was taken goes to the stack of free ones: what is taken next is
// the same index again, zeroed then.
void pool_untake(struct pool *pool, uint32_t index)
{
    pool_give(pool, index);
}

void pool_ungive(struct pool *pool, uint32_t index)
{
    assert(pool->free_count > 0);
    assert(pool->free[pool->free_count - 1] == index);
    pool->free_count--;
}

void pool_empty(struct pool *pool)
{
    memory_zero(pool->records, used(pool));
    pool->touched = ahead_mark(pool->touched.ahead);
    pool->top = 1;
    pool->free_count = 0;
}
