// A file that is read piece by piece while it is hashed by another thread.
#include "ledger/snapshot_file.h"
#include "ledger/snapshot_reading.h"
#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>

enum { SIZE = 5 * 1024 * 1024 + 4321, OF = 12 }; // more pieces than are kept at once

static struct fixture fixture;
static uint8_t        content[SIZE];

// Of 1 to count.
static size_t random_step(uint64_t *state, size_t count)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return 1 + (size_t)(*state >> 33) % count;
}

static void setup(void)
{
    uint64_t              random = 7;
    struct snapshot_file *file = NULL;
    struct hash           hash;
    fixture_init(&fixture);
    for (size_t i = 0; i < SIZE; i++)
        content[i] = (uint8_t)random_step(&random, 256);
    cr_assert(eq(int, snapshot_file_begin(fixture.root, OF, &file), OK));
    snapshot_file_add(file, (struct bytes){content, SIZE});
    cr_assert(eq(int, snapshot_file_finish(file, &hash), OK));
}

static void teardown(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", fixture.root);
    cr_assert(eq(int, system(command), 0));
    signer_release(&fixture.signer);
}

TestSuite(snapshot_reading, .init = setup, .fini = teardown, .timeout = 120);

static struct snapshot_reading *open_it(void)
{
    struct snapshot_reading *reading = NULL;
    struct hash              told;
    cr_assert(eq(int, snapshot_reading_open(fixture.root, OF, &reading, &told), OK));
    return reading;
}

static int open_file(int flags)
{
    char path[128];
    snprintf(path, sizeof path, "%s/snapshot-%d", fixture.root, OF);
    const int fd = open(path, flags);
    cr_assert(ge(int, fd, 0));
    return fd;
}

// Uses up to step_max bytes at a time; how many it could have.
static size_t read_through(struct snapshot_reading *reading, size_t step_max, uint64_t seed)
{
    uint64_t random = seed;
    size_t   at = 0, used = 0;
    for (;;) {
        const struct bytes next = snapshot_reading_next(reading, used);
        if (next.size == 0) return at;
        cr_assert(next.size >= SNAPSHOT_AHEAD || at + next.size == SIZE, "%zu at %zu", next.size,
                  at);
        const size_t seen = next.size < SNAPSHOT_AHEAD ? next.size : SNAPSHOT_AHEAD;
        cr_assert(eq(int, memcmp(next.at, content + at, seen), 0), "at %zu", at);
        used = random_step(&random, step_max);
        if (used > next.size) used = next.size;
        cr_assert(eq(int, memcmp(next.at, content + at, used), 0), "at %zu", at);
        at += used;
    }
}

Test(snapshot_reading, gives_every_byte_once_whatever_the_steps)
{
    static const size_t steps[] = {100, 3000, SNAPSHOT_AHEAD, 100000, 1000000};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct snapshot_reading *reading = open_it();
        cr_expect(eq(sz, read_through(reading, steps[i], i), SIZE), "steps of %zu", steps[i]);
        cr_expect(eq(int, snapshot_reading_finish(reading), OK));
    }
}

Test(snapshot_reading, may_be_left_at_any_time_and_is_hashed_all_the_same)
{
    struct snapshot_reading *reading = open_it();
    cr_expect(eq(int, snapshot_reading_finish(reading), OK));
    reading = open_it();
    (void)snapshot_reading_next(reading, 0);
    cr_expect(eq(int, snapshot_reading_finish(reading), OK));
    reading = open_it();
    const struct bytes next = snapshot_reading_next(reading, 0);
    (void)snapshot_reading_next(reading, next.size - 1);
    cr_expect(eq(int, snapshot_reading_finish(reading), OK));
}

// In the first piece, in the last, in one that nobody asks for, in the hash.
Test(snapshot_reading, tells_of_one_other_byte_wherever_it_is)
{
    static const off_t places[] = {0, SIZE / 2, SIZE - 1, SIZE, SIZE + HASH_SIZE - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const int fd = open_file(O_RDWR);
        uint8_t   byte = 0, other = 0;
        cr_assert(eq(int, pread(fd, &byte, 1, places[i]), 1));
        other = byte ^ 1;
        cr_assert(eq(int, pwrite(fd, &other, 1, places[i]), 1));
        struct snapshot_reading *reading = open_it();
        cr_expect(eq(int, snapshot_reading_finish(reading), STATUS_CORRUPT), "%ld", places[i]);
        cr_assert(eq(int, pwrite(fd, &byte, 1, places[i]), 1));
        close(fd);
    }
    cr_expect(eq(int, snapshot_reading_finish(open_it()), OK));
}

// It ends there, and the end tells why.
Test(snapshot_reading, of_a_file_that_is_cut_meanwhile_ends_early)
{
    struct snapshot_reading *reading = open_it();
    const int                fd = open_file(O_RDWR);
    const struct bytes       next = snapshot_reading_next(reading, 0);
    size_t                   count = 0;
    cr_assert(eq(int, ftruncate(fd, SIZE / 4 * 3), 0));
    close(fd);
    for (size_t used = next.size; used > 0; count += used)
        used = snapshot_reading_next(reading, used).size;
    cr_expect(lt(sz, count, SIZE));
    cr_expect(eq(int, snapshot_reading_finish(reading), STATUS_CORRUPT));
}
