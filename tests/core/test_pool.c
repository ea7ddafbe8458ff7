// The pool of records and its undoing.
#include "core/base/pool.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct record {
    uint64_t number;
    uint8_t  rest[40];
};

static struct pool pool_of(uint32_t count_max)
{
    struct pool pool;
    cr_assert(eq(int, pool_init(&pool, sizeof(struct record), count_max, NULL), OK));
    return pool;
}

static uint64_t *number(const struct pool *pool, uint32_t index)
{
    return &((struct record *)pool_at(pool, index))->number;
}

Test(pool, gives_out_every_index_once_and_never_none)
{
    enum { COUNT = 1000 };
    struct pool pool = pool_of(COUNT);
    bool        is_taken[COUNT + 1] = {false};
    for (uint32_t i = 0; i < COUNT; i++) {
        cr_assert(eq(u32, pool_count(&pool), i));
        cr_assert(eq(u32, pool_room(&pool), COUNT - i));
        const uint32_t index = pool_take(&pool);
        cr_assert(gt(u32, index, 0));
        cr_assert(le(u32, index, COUNT));
        cr_assert(not(is_taken[index]));
        cr_assert(zero(u64, *number(&pool, index)));
        *number(&pool, index) = index; // the whole stretch is there
        is_taken[index] = true;
    }
    cr_expect(zero(u32, pool_room(&pool)));
    pool_release(&pool);
}

Test(pool, a_record_taken_again_is_zeroed)
{
    struct pool    pool = pool_of(2);
    const uint32_t index = pool_take(&pool);
    memset(pool_at(&pool, index), 0xff, sizeof(struct record));
    pool_give(&pool, index);
    cr_expect(ne(u64, *number(&pool, index), 0), "it keeps its content until then");
    cr_assert(eq(u32, pool_take(&pool), index));
    static const struct record zeroed;
    cr_expect(zero(int, memcmp(pool_at(&pool, index), &zeroed, sizeof zeroed)));
    pool_release(&pool);
}

Test(pool, a_full_one_is_not_taken_from, .signal = SIGABRT)
{
    struct pool pool = pool_of(1);
    (void)pool_take(&pool);
    (void)pool_take(&pool);
}

Test(pool, none_is_not_given_back, .signal = SIGABRT)
{
    struct pool pool = pool_of(1);
    (void)pool_take(&pool);
    pool_give(&pool, 0);
}

Test(pool, what_was_never_taken_is_not_given_back, .signal = SIGABRT)
{
    struct pool pool = pool_of(2);
    (void)pool_take(&pool);
    pool_give(&pool, 2);
}

Test(pool, undoing_out_of_order_is_a_bug, .signal = SIGABRT)
{
    struct pool    pool = pool_of(2);
    const uint32_t first = pool_take(&pool);
    const uint32_t second = pool_take(&pool);
    pool_give(&pool, first);
    pool_give(&pool, second);
    pool_ungive(&pool, first);
}

Test(pool, release_of_one_that_never_was_is_fine)
{
    struct pool pool = {0};
    pool_release(&pool);
}

// --- Undo -------------------------------------------------------------------

enum { MODEL_MAX = 64 };

// What the next takes would give: the same before a group of steps and after undoing it.
static uint32_t forecast(struct pool *pool, uint32_t *indexes)
{
    uint32_t count = 0;
    while (pool_room(pool) > 0)
        indexes[count++] = pool_take(pool);
    for (uint32_t i = count; i > 0; i--)
        pool_untake(pool, indexes[i - 1]);
    return count;
}

struct step {
    uint32_t index;
    bool     is_take;
};

struct live {
    uint32_t indexes[MODEL_MAX];
    uint32_t count;
};

static struct step go(struct pool *pool, struct live *live)
{
    const bool is_take = live->count == 0 || (pool_room(pool) > 0 && rand() % 2 == 0);
    if (is_take) {
        const uint32_t index = pool_take(pool);
        live->indexes[live->count++] = index;
        return (struct step){index, true};
    }
    const uint32_t at = (uint32_t)rand() % live->count;
    const uint32_t index = live->indexes[at];
    live->indexes[at] = live->indexes[--live->count];
    pool_give(pool, index);
    return (struct step){index, false};
}

static void undo(struct pool *pool, struct step step)
{
    if (step.is_take)
        pool_untake(pool, step.index);
    else
        pool_ungive(pool, step.index);
}

Test(pool, steps_undone_in_reverse_leave_the_same_future)
{
    struct pool pool = pool_of(MODEL_MAX);
    struct live live = {.count = 0};
    srand(1);
    for (int round = 0; round < 2000; round++) {
        uint32_t          before[MODEL_MAX], after[MODEL_MAX];
        struct step       steps[32];
        const struct live kept = live;
        const uint32_t    count = forecast(&pool, before);
        const int         step_count = rand() % 32;
        for (int i = 0; i < step_count; i++)
            steps[i] = go(&pool, &live);
        if (rand() % 2 == 0) continue; // this group is committed
        for (int i = step_count; i > 0; i--)
            undo(&pool, steps[i - 1]);
        live = kept;
        cr_assert(eq(u32, pool_count(&pool), live.count), "round %d", round);
        cr_assert(eq(u32, forecast(&pool, after), count), "round %d", round);
        cr_assert(zero(int, memcmp(before, after, count * sizeof *before)), "round %d", round);
    }
    pool_release(&pool);
}

// A record given and taken again in one group is live after the undo, but its bytes were zeroed by
// the take: the undo journal brings them back, not the pool.
Test(pool, an_undone_give_does_not_bring_the_content_back)
{
    struct pool    pool = pool_of(2);
    const uint32_t index = pool_take(&pool);
    *number(&pool, index) = 7;
    pool_give(&pool, index);
    cr_assert(eq(u32, pool_take(&pool), index));
    pool_untake(&pool, index);
    pool_ungive(&pool, index);
    cr_expect(eq(u32, pool_count(&pool), 1));
    cr_expect(zero(u64, *number(&pool, index)));
    pool_release(&pool);
}
