// The fault countdown of snapshot files: one is written and read back, and the n-th call to the
// system fails, for n from one until a whole run passes. Calls are those of faults.h and of this
// file.

// Asks for sync_file_range().
#define _GNU_SOURCE // NOLINT
#include "ledger/snapshot_file.h"
#include "ledger/snapshot_reading.h"
#include "tests/ledger/faults.h"
#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>

ssize_t read(int fd, void *at, size_t size)
{
    return fails() ? failed() : syscall(SYS_read, fd, at, size);
}

ssize_t pread(int fd, void *at, size_t size, off_t offset)
{
    return fails() ? failed() : syscall(SYS_pread64, fd, at, size, offset);
}

int fstat(int fd, struct stat *file)
{
    return (int)(fails() ? failed() : syscall(SYS_fstat, fd, file));
}

int unlinkat(int fd, const char *path, int flags)
{
    return (int)(fails() ? failed() : syscall(SYS_unlinkat, fd, path, flags));
}

int flock(int fd, int how)
{
    return (int)(fails() ? failed() : syscall(SYS_flock, fd, how));
}

int ftruncate(int fd, off_t size)
{
    return (int)(fails() ? failed() : syscall(SYS_ftruncate, fd, size));
}

int sync_file_range(int fd, off_t from, off_t size, unsigned flags)
{
    return (int)(fails() ? failed() : syscall(SYS_sync_file_range, fd, from, size, flags));
}

// --- The scenario -----------------------------------------------------------

enum { OF = 12, OLDER = 7, SIZE = 3 * 256 * 1024 + 99, PIECES = 3, OLDEST_SIZE = 20 * 1024 * 1024 };

static struct fixture f;
static uint8_t        content[PIECES * SIZE];

static enum status write_one(uint64_t size, struct hash *hash)
{
    struct snapshot_file *file = NULL;
    const enum status     status = snapshot_file_begin(f.root, size, &file);
    if (status != OK) return status;
    for (size_t i = 0; i < PIECES; i++)
        snapshot_file_add(file, (struct bytes){content + i * SIZE, SIZE});
    return snapshot_file_finish(file, hash);
}

// OK only when every byte came.
static enum status read_one(uint64_t size)
{
    struct snapshot_reading *reading = NULL;
    struct hash              told;
    size_t                   at = 0, used = 0;
    enum status              status = snapshot_reading_open(f.root, size, &reading, &told);
    if (status != OK) return status;
    for (;; at += used) {
        const struct bytes next = snapshot_reading_next(reading, used);
        if (next.size == 0) break;
        cr_assert(le(sz, at + next.size, sizeof content));
        cr_assert(eq(int, memcmp(next.at, content + at, next.size), 0), "fault %u", fault.fail_at);
        used = next.size;
    }
    status = snapshot_reading_finish(reading);
    if (status == OK) cr_assert(eq(sz, at, sizeof content), "fault %u", fault.fail_at);
    return status;
}

struct outcome {
    enum status written, read;
};

static struct outcome run(void)
{
    struct outcome outcome = {.read = STATUS_NOT_FOUND};
    struct hash    hash;
    fault.call_count = 0;
    fault.is_armed = true;
    outcome.written = write_one(OF, &hash);
    if (outcome.written == OK) {
        snapshot_file_keep(f.root, OF, OLDER);
        outcome.read = read_one(OF);
    }
    fault.is_armed = false;
    return outcome;
}

static void expect_recovered(const struct outcome *outcome)
{
    const enum status now = read_one(OF);
    struct hash       hash;
    if (outcome->written == OK) {
        cr_assert(eq(int, now, OK), "fault %u", fault.fail_at);
    } else if (!fault.is_lasting) {
        cr_assert(eq(int, now, STATUS_NOT_FOUND), "fault %u: it is there", fault.fail_at);
    } else {
        cr_assert(now == OK || now == STATUS_NOT_FOUND, "fault %u: it is not whole", fault.fail_at);
    }
    cr_assert(eq(int, read_one(OLDER), OK), "fault %u: the older one is gone", fault.fail_at);
    cr_assert(eq(int, write_one(OF, &hash), OK), "fault %u", fault.fail_at);
    cr_assert(eq(int, read_one(OF), OK), "fault %u", fault.fail_at);
}

static int open_file_count(void)
{
    int  count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void remove_all(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", f.root);
    cr_assert(eq(int, system(command), 0));
    signer_release(&f.signer);
}

// To be removed, and of more than is cut off at once.
static void make_oldest(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/snapshot-3", f.root);
    const int fd = open(path, O_CREAT | O_WRONLY, 0600);
    cr_assert(ge(int, fd, 0));
    cr_assert(eq(int, ftruncate(fd, OLDEST_SIZE), 0));
    close(fd);
}

// How many faults were told of.
static unsigned count_down(int error, bool is_lasting)
{
    unsigned told_count = 0;
    bool     is_whole = false;
    fault.error = error;
    fault.is_lasting = is_lasting;
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 37 >> 4);
    for (fault.fail_at = 1; !is_whole; fault.fail_at++) {
        struct hash hash;
        cr_assert(lt(u32, fault.fail_at, 1000));
        fixture_init(&f);
        cr_assert(eq(int, write_one(OLDER, &hash), OK));
        make_oldest();
        const int            files_before = open_file_count();
        const struct outcome outcome = run();
        is_whole = fault.call_count < fault.fail_at;
        told_count += outcome.written != OK || outcome.read != OK;
        if (is_whole) {
            cr_assert(outcome.written == OK && outcome.read == OK);
            cr_assert(eq(u64, snapshot_file_below(f.root, OLDER), 0), "the oldest is still there");
        }
        cr_assert(error == ENOSPC || outcome.written != STATUS_FULL, "fault %u", fault.fail_at);
        expect_recovered(&outcome);
        cr_assert(eq(int, open_file_count(), files_before), "fault %u", fault.fail_at);
        remove_all();
    }
    cr_expect(gt(u32, fault.fail_at, 20), "the scenario has more calls than that");
    return told_count;
}

// Only what tidies may fail without a word: removing what is not to stay.
Test(snapshot_faults, a_device_error_is_told, .timeout = 300)
{
    cr_expect(gt(u32, count_down(EIO, false), 18));
}

Test(snapshot_faults, a_device_that_stays_broken_is_told, .timeout = 300)
{
    cr_expect(gt(u32, count_down(EIO, true), 18));
}

Test(snapshot_faults, a_full_disk_is_told, .timeout = 300)
{
    cr_expect(gt(u32, count_down(ENOSPC, false), 18));
}

// Reads and writes go on; the others are as good as broken.
Test(snapshot_faults, an_interruption_does_not_matter_where_bytes_move, .timeout = 300)
{
    const unsigned told_count = count_down(EINTR, false);
    cr_expect(lt(u32, told_count, 14), "%u", told_count);
}
