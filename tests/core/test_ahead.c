// Memory that is touched before it is used: what was asked for is there, and what is in it stays.
#include "core/base/ahead.h"
#include "core/base/pool.h"
#include "core/base/reserve.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MIB  ((size_t)1 << 20)
#define SIZE (64 * MIB)

static struct ahead *ahead;
static uint8_t      *memory;

static void setup(void)
{
    cr_assert(eq(int, ahead_open(&ahead), OK));
    memory = memory_reserve(SIZE);
    cr_assert(ne(ptr, memory, NULL));
}

static void teardown(void)
{
    ahead_close(ahead);
    memory_return(memory, SIZE);
}

TestSuite(ahead, .init = setup, .fini = teardown);

static bool is_there(size_t at)
{
    unsigned char is_resident = 0;
    uint8_t      *page = memory + at - (uintptr_t)(memory + at) % (uintptr_t)getpagesize();
    cr_assert(eq(int, mincore(page, 1, &is_resident), 0));
    return (is_resident & 1) != 0;
}

static bool comes(size_t at)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; i < 5000 && !is_there(at); i++)
        nanosleep(&pause, NULL);
    return is_there(at);
}

// A kernel before 5.14 leaves it all to the first touch.
static bool can_touch(void)
{
    memory_touch(memory + SIZE - MIB, MIB);
    return is_there(SIZE - 1);
}

Test(ahead, what_stays_small_is_left_alone)
{
    struct ahead_mark mark = ahead_mark(ahead);
    ahead_note(&mark, memory, SIZE, 0);
    ahead_note(&mark, memory, SIZE, 2 * MIB);
    cr_expect(eq(sz, mark.asked, 4 * MIB));
    ahead_note(&mark, memory, SIZE, 2 * MIB + 1);
    cr_expect(eq(sz, mark.asked, 6 * MIB + 1));
}

Test(ahead, what_is_used_next_is_there_before)
{
    struct ahead_mark mark = ahead_mark(ahead);
    if (!can_touch()) cr_skip("this kernel touches nothing ahead");
    cr_expect(not(is_there(7 * MIB)));
    ahead_note(&mark, memory, SIZE, 5 * MIB);
    cr_expect(comes(4 * MIB));
    cr_expect(comes(9 * MIB - 1));
    cr_expect(not(is_there(20 * MIB)), "what nobody asked for");
}

Test(ahead, more_is_asked_for_when_less_than_the_least_is_left)
{
    struct ahead_mark mark = ahead_mark(ahead);
    ahead_note(&mark, memory, SIZE, 5 * MIB);
    cr_assert(eq(sz, mark.asked, 9 * MIB));
    ahead_note(&mark, memory, SIZE, 7 * MIB);
    cr_expect(eq(sz, mark.asked, 9 * MIB));
    ahead_note(&mark, memory, SIZE, 7 * MIB + 1);
    cr_expect(eq(sz, mark.asked, 11 * MIB + 1));
    ahead_note(&mark, memory, SIZE, SIZE - MIB);
    cr_expect(eq(sz, mark.asked, SIZE), "never beyond the end");
    ahead_note(&mark, memory, SIZE, SIZE);
    cr_expect(eq(sz, mark.asked, SIZE));
}

Test(ahead, what_is_written_meanwhile_stays)
{
    struct ahead_mark mark = ahead_mark(ahead);
    for (size_t at = 0; at < SIZE; at += 512) {
        memory[at] = (uint8_t)(at / 512 % 251 + 1);
        ahead_note(&mark, memory, SIZE, at + 512);
    }
    ahead_close(ahead);
    ahead = NULL;
    for (size_t at = 0; at < SIZE; at += 512)
        cr_assert(eq(u8, memory[at], (uint8_t)(at / 512 % 251 + 1)));
}

Test(ahead, it_ends_with_much_still_to_do)
{
    struct ahead_mark marks[100];
    for (size_t i = 0; i < 100; i++) { // more than wait
        marks[i] = ahead_mark(ahead);
        ahead_note(&marks[i], memory, SIZE, SIZE / 2);
    }
    ahead_close(ahead);
    ahead = NULL;
}

Test(ahead, a_pool_gives_zeroed_records_also_after_it_was_emptied)
{
    enum { RECORD = 64, COUNT = 1 << 18 };
    struct pool pool;
    cr_assert(eq(int, pool_init(&pool, RECORD, COUNT, ahead), OK));
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 1; i <= COUNT; i++) {
            uint64_t *record = pool_at(&pool, pool_take(&pool));
            cr_assert(zero(u64, record[0]));
            record[0] = i;
        }
        cr_expect(gt(sz, pool.touched.asked, 15 * MIB));
        pool_empty(&pool);
        cr_expect(eq(sz, pool.touched.asked, 4 * MIB));
    }
    ahead_close(ahead); // before what it may touch
    ahead = NULL;
    pool_release(&pool);
}
