// Files beside the log: whole or not there, and known by their hash.
#include "ledger/snapshot_file.h"
#include "ledger/snapshot_reading.h"
#include "tests/ledger/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct fixture fixture;

static void setup(void)
{
    fixture_init(&fixture);
}

static void teardown(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", fixture.root);
    cr_assert(eq(int, system(command), 0));
    signer_release(&fixture.signer);
}

TestSuite(snapshot_file, .init = setup, .fini = teardown);

static struct hash write_one(uint64_t size, const char *text)
{
    struct snapshot_file *file = NULL;
    struct hash           hash;
    cr_assert(eq(int, snapshot_file_begin(fixture.root, size, &file), OK));
    snapshot_file_add(file, bytes_of_text(text));
    snapshot_file_add(file, bytes_of_text(" and more"));
    cr_assert(eq(int, snapshot_file_finish(file, &hash), OK));
    return hash;
}

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", fixture.root, name);
    return path;
}

static enum status load(uint64_t size)
{
    struct snapshot_reading *reading = NULL;
    struct hash              told;
    const enum status        status = snapshot_reading_open(fixture.root, size, &reading, &told);
    return status == OK ? snapshot_reading_finish(reading) : status;
}

Test(snapshot_file, what_was_written_is_read_with_its_hash)
{
    const struct hash        hash = write_one(17, "one");
    const struct hash        own = hash_bytes(bytes_of_text("one and more"));
    struct snapshot_reading *reading = NULL;
    struct hash              told;
    struct stat              file;
    cr_expect(hash_is_equal(&hash, &own));
    cr_assert(eq(int, snapshot_reading_open(fixture.root, 17, &reading, &told), OK));
    cr_expect(bytes_is_equal(snapshot_reading_next(reading, 0), bytes_of_text("one and more")));
    cr_expect(bytes_is_equal(snapshot_reading_next(reading, 4), bytes_of_text("and more")));
    cr_expect(eq(sz, snapshot_reading_next(reading, 8).size, 0));
    cr_expect(eq(sz, snapshot_reading_next(reading, 0).size, 0));
    cr_assert(eq(int, snapshot_reading_finish(reading), OK));
    cr_expect(hash_is_equal(&told, &own));
    cr_assert(eq(int, stat(path_of("snapshot-17"), &file), 0));
    cr_expect(eq(u32, file.st_mode & 07777, 0600));
}

Test(snapshot_file, files_are_found_from_the_greatest_size_down)
{
    cr_expect(eq(u64, snapshot_file_below(fixture.root, UINT64_MAX), 0));
    write_one(9, "a");
    write_one(100, "b");
    write_one(20, "c");
    for (const char *const *name = (const char *const[]){"snapshot-", "snapshot-007", "snapshot-x",
                                                         "snapshot-300.new", "snapshots-400", NULL};
         *name != NULL; name++)
        cr_assert(ge(int, close(open(path_of(*name), O_CREAT | O_WRONLY, 0600)), 0));
    cr_expect(eq(u64, snapshot_file_below(fixture.root, UINT64_MAX), 100));
    cr_expect(eq(u64, snapshot_file_below(fixture.root, 100), 20));
    cr_expect(eq(u64, snapshot_file_below(fixture.root, 20), 9));
    cr_expect(eq(u64, snapshot_file_below(fixture.root, 9), 0));
    snapshot_file_keep(fixture.root, 100, 9);
    cr_expect(eq(u64, snapshot_file_below(fixture.root, 100), 9));
    cr_expect(eq(int, access(path_of("snapshot-x"), F_OK), 0), "it is not ours");
}

// More than is cut off at once when it is removed.
static void write_large(uint64_t size)
{
    static uint8_t        piece[1024 * 1024];
    struct snapshot_file *file = NULL;
    struct hash           hash;
    cr_assert(eq(int, snapshot_file_begin(fixture.root, size, &file), OK));
    for (int i = 0; i < 20; i++)
        snapshot_file_add(file, (struct bytes){piece, sizeof piece});
    cr_assert(eq(int, snapshot_file_finish(file, &hash), OK));
}

Test(snapshot_file, one_that_is_read_stays_whole_when_it_is_removed)
{
    struct snapshot_reading *reading = NULL;
    struct hash              told;
    write_large(3);
    cr_assert(eq(int, snapshot_reading_open(fixture.root, 3, &reading, &told), OK));
    snapshot_file_keep(fixture.root, 9, 100);
    cr_expect(eq(u64, snapshot_file_below(fixture.root, UINT64_MAX), 0));
    cr_expect(eq(int, snapshot_reading_finish(reading), OK));
    cr_expect(eq(int, load(3), STATUS_NOT_FOUND));
}

Test(snapshot_file, one_with_another_name_stays_whole_there)
{
    write_large(3);
    char other[128];
    snprintf(other, sizeof other, "%s/kept", fixture.root);
    cr_assert(eq(int, link(path_of("snapshot-3"), other), 0));
    snapshot_file_keep(fixture.root, 9, 100);
    cr_expect(eq(int, load(3), STATUS_NOT_FOUND));
    cr_assert(eq(int, rename(other, path_of("snapshot-3")), 0));
    cr_expect(eq(int, load(3), OK));
}

// As when it is opened right before: what its name was is no snapshot any more.
Test(snapshot_file, one_that_is_being_removed_is_not_there)
{
    write_large(3);
    const int remover = open(path_of("snapshot-3"), O_WRONLY);
    cr_assert(eq(int, flock(remover, LOCK_EX | LOCK_NB), 0));
    cr_expect(eq(int, load(3), STATUS_NOT_FOUND));
    close(remover);
    cr_expect(eq(int, load(3), OK));
}

Test(snapshot_file, one_that_is_not_finished_is_not_there)
{
    struct snapshot_file *file = NULL;
    write_one(5, "old");
    cr_assert(eq(int, snapshot_file_begin(fixture.root, 5, &file), OK));
    snapshot_file_add(file, bytes_of_text("new"));
    cr_expect(eq(int, load(5), OK));
    snapshot_file_drop(file);
    cr_expect(eq(int, load(5), OK));
    cr_expect(lt(int, access(path_of("snapshot-5.new"), F_OK), 0));

    cr_assert(ge(int, close(open(path_of("snapshot-8.new"), O_CREAT | O_WRONLY, 0600)), 0));
    write_one(6, "next");
    cr_expect(lt(int, access(path_of("snapshot-8.new"), F_OK), 0), "what was left is removed");
}

Test(snapshot_file, damage_is_told)
{
    static const struct {
        const char *when;
        off_t       size; // cut to it
        off_t       flip; // byte; -1: none
        mode_t      mode;
        enum status want;
    } rows[] = {
        {"nothing is wrong",        44, -1, 0600, OK               },
        {"the first byte is other", 44, 0,  0600, STATUS_CORRUPT   },
        {"the last of its content", 44, 11, 0600, STATUS_CORRUPT   },
        {"the last byte is other",  44, 43, 0600, STATUS_CORRUPT   },
        {"a byte is missing",       43, -1, 0600, STATUS_CORRUPT   },
        {"only a hash is there",    32, -1, 0600, STATUS_CORRUPT   },
        {"it is empty",             0,  -1, 0600, STATUS_CORRUPT   },
        {"others may read it",      44, -1, 0640, STATUS_PERMISSION},
        {"others may write it",     44, -1, 0602, STATUS_PERMISSION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t byte = 0;
        write_one(3, "one");
        const int fd = open(path_of("snapshot-3"), O_RDWR);
        cr_assert(ge(int, fd, 0));
        cr_assert(eq(int, ftruncate(fd, rows[i].size), 0));
        if (rows[i].flip >= 0) {
            cr_assert(eq(int, pread(fd, &byte, 1, rows[i].flip), 1));
            byte ^= 4;
            cr_assert(eq(int, pwrite(fd, &byte, 1, rows[i].flip), 1));
        }
        cr_assert(eq(int, fchmod(fd, rows[i].mode), 0));
        close(fd);
        cr_expect(eq(int, load(3), rows[i].want), "when %s", rows[i].when);
    }
    cr_expect(eq(int, load(4), STATUS_NOT_FOUND));
    cr_assert(eq(int, symlink("snapshot-3", path_of("snapshot-4")), 0));
    cr_expect(ne(int, load(4), OK), "it is a link");
}

// As on a full disk.
Test(snapshot_file, what_does_not_fit_leaves_nothing)
{
    static uint8_t        large[64 * 1024];
    const struct rlimit   small = {40 * 1024, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};
    struct snapshot_file *file = NULL;
    struct hash           hash;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(eq(int, snapshot_file_begin(fixture.root, 7, &file), OK));
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &small), 0));
    snapshot_file_add(file, (struct bytes){large, sizeof large});
    snapshot_file_add(file, bytes_of_text("more"));
    const enum status status = snapshot_file_finish(file, &hash);
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &none), 0));
    cr_expect(eq(int, status, STATUS_FULL));
    cr_expect(lt(int, access(path_of("snapshot-7"), F_OK), 0));
    cr_expect(lt(int, access(path_of("snapshot-7.new"), F_OK), 0));
}
