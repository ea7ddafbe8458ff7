// The fault countdown: one fixed scenario, in which the n-th call of the store to LMDB or of both
// to the system fails, for n from one until a whole run passes. Once, or from there on; with an
// error of the device, or of a full disk.
//
// Calls of ours to LMDB are wrapped by the linker (test_faults.options). Calls to the system are
// those of faults.h and of this file, which a program's shared libraries use before libc's.

#include "ledger/archive.h"
#include "tests/ledger/faults.h"
#include "tests/ledger/rotating.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <lmdb.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>

// --- Calls to LMDB ----------------------------------------------------------

#define WRAP(name, parameters, arguments)                       \
    int __real_##name parameters;                               \
    int __wrap_##name parameters;                               \
    int __wrap_##name parameters                                \
    {                                                           \
        return fails() ? fault.error : __real_##name arguments; \
    }

WRAP(mdb_env_create, (MDB_env * *env), (env))
WRAP(mdb_env_set_mapsize, (MDB_env * env, size_t size), (env, size))
WRAP(mdb_env_set_maxdbs, (MDB_env * env, MDB_dbi count), (env, count))
WRAP(mdb_env_set_maxreaders, (MDB_env * env, unsigned count), (env, count))
WRAP(mdb_env_open, (MDB_env * env, const char *path, unsigned flags, mdb_mode_t mode),
     (env, path, flags, mode))
WRAP(mdb_env_get_fd, (MDB_env * env, mdb_filehandle_t *fd), (env, fd))
WRAP(mdb_txn_begin, (MDB_env * env, MDB_txn *parent, unsigned flags, MDB_txn **txn),
     (env, parent, flags, txn))
WRAP(mdb_txn_renew, (MDB_txn * txn), (txn))
WRAP(mdb_dbi_open, (MDB_txn * txn, const char *name, unsigned flags, MDB_dbi *dbi),
     (txn, name, flags, dbi))
WRAP(mdb_put, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags),
     (txn, dbi, key, value, flags))
WRAP(mdb_get, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *value), (txn, dbi, key, value))
WRAP(mdb_del, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *value), (txn, dbi, key, value))
WRAP(mdb_cursor_open, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **cursor), (txn, dbi, cursor))
WRAP(mdb_cursor_get, (MDB_cursor * cursor, MDB_val *key, MDB_val *value, MDB_cursor_op how),
     (cursor, key, value, how))
WRAP(mdb_cursor_renew, (MDB_txn * txn, MDB_cursor *cursor), (txn, cursor))
WRAP(mdb_stat, (MDB_txn * txn, MDB_dbi dbi, MDB_stat *stat), (txn, dbi, stat))
WRAP(mdb_reader_check, (MDB_env * env, int *dead), (env, dead))

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    if (!fails()) return __real_mdb_txn_commit(txn);
    mdb_txn_abort(txn); // a commit frees its transaction also when it fails
    return fault.error;
}

// --- Calls to the system ----------------------------------------------------

ssize_t pwrite(int fd, const void *at, size_t size, off_t offset)
{
    return fails() ? failed() : syscall(SYS_pwrite64, fd, at, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return fails() ? failed() : syscall(SYS_writev, fd, parts, count);
}

int mkdirat(int fd, const char *path, mode_t mode)
{
    return (int)(fails() ? failed() : syscall(SYS_mkdirat, fd, path, mode));
}

int fdatasync(int fd)
{
    return (int)(fails() ? failed() : syscall(SYS_fdatasync, fd));
}

int ftruncate(int fd, off_t size)
{
    return (int)(fails() ? failed() : syscall(SYS_ftruncate, fd, size));
}

int flock(int fd, int how)
{
    return (int)(fails() ? failed() : syscall(SYS_flock, fd, how));
}

int mkdir(const char *path, mode_t mode)
{
    return (int)(fails() ? failed() : syscall(SYS_mkdir, path, mode));
}

// --- The scenario -----------------------------------------------------------

// The third batch completes a tile; in the midst of the second the key is rotated.
enum { BATCH = 90, BATCH_COUNT = 3, ROTATION = BATCH + 30 };

struct outcome {
    uint64_t acknowledged; // leaves
    bool     is_unknown;
    bool     is_full;  // said of the last batch
    bool     is_whole; // nothing failed
};

static struct fixture  f;
static struct rotating r;

static struct bytes made_leaf(uint64_t seq)
{
    static struct text_leaf text;
    if (seq == 0) return rotating_opening(&r);
    if (seq == ROTATION) return rotating_to(&r, seq, 1);
    text = leaf_of(seq);
    return leaf_view(&text);
}

static const struct signer *signer_of(uint64_t size)
{
    return &r.keys[size > ROTATION ? 1 : 0];
}

static enum status append_next(void)
{
    const uint64_t    seq = ledger_size(f.ledger);
    const enum status status = ledger_append(f.ledger, made_leaf(seq));
    if (status != OK || seq != ROTATION) return status;
    return ledger_rotate(f.ledger, &r.keys[0], &r.keys[1]);
}

static enum status commit(uint64_t count)
{
    enum status status = ledger_begin(f.ledger);
    if (status != OK) return status;
    for (uint64_t i = 0; status == OK && i < count; i++)
        status = append_next();
    if (status == OK) return ledger_commit(f.ledger, signer_of(ledger_size(f.ledger)));
    ledger_abort(f.ledger);
    return status;
}

static void note_failure(struct outcome *outcome, enum status status)
{
    if (status != OK) outcome->is_whole = false;
}

static void run_batch(struct outcome *outcome)
{
    const enum status status = commit(BATCH);
    note_failure(outcome, status);
    if (status == OK) outcome->acknowledged += BATCH;
    if (status == STATUS_UNKNOWN_OUTCOME) outcome->is_unknown = true;
    // Only a full disk is called full, and what was called full goes on once there is room.
    cr_assert(status != STATUS_FULL || fault.error == ENOSPC, "fault %u", fault.fail_at);
    cr_assert(status == OK || !outcome->is_full || fault.is_lasting, "fault %u", fault.fail_at);
    outcome->is_full = status == STATUS_FULL;
    cr_assert(eq(u64, ledger_size(f.ledger), outcome->acknowledged), "fault %u", fault.fail_at);
}

static void run_reads(struct outcome *outcome)
{
    struct tree_proof        proof;
    struct ledger_scan      *scan = NULL;
    struct ledger_checkpoint newest;
    struct hash              root;
    struct bytes             leaf;
    const uint64_t           size = outcome->acknowledged;
    if (size == 0) return;
    enum status status = ledger_read(f.ledger, size - 1, &leaf);
    note_failure(outcome, status);
    if (status == OK) {
        cr_assert(bytes_is_equal(leaf, made_leaf(size - 1)), "fault %u", fault.fail_at);
    }
    note_failure(outcome, ledger_newest(f.ledger, &newest));
    note_failure(outcome, ledger_root(f.ledger, size, &root));
    status = ledger_inclusion(f.ledger, 1, size, &proof);
    note_failure(outcome, status);
    if (status == OK && ledger_root(f.ledger, size, &root) == OK) {
        const struct hash hash = leaf_hash(1);
        cr_assert(tree_verify_inclusion(&proof, 1, size, &hash, &root), "fault %u", fault.fail_at);
    }
    status = ledger_scan_open(f.ledger, 0, size, &scan);
    for (uint64_t i = 0; status == OK && i < size; i++)
        status = ledger_scan_next(scan, &leaf);
    note_failure(outcome, status);
    ledger_scan_close(scan);
}

static struct outcome run(void)
{
    struct outcome outcome = {.is_whole = true};
    fault.call_count = 0;
    fault.is_armed = true;
    enum status status = ledger_create(f.directory, &f.options);
    if (status == OK) status = fixture_open(&f);
    note_failure(&outcome, status);
    for (int i = 0; status == OK && i < BATCH_COUNT && !outcome.is_unknown; i++)
        run_batch(&outcome);
    if (outcome.is_unknown) cr_assert(eq(int, ledger_begin(f.ledger), STATUS_UNKNOWN_OUTCOME));
    if (status == OK) run_reads(&outcome);
    if (status == OK) note_failure(&outcome, ledger_clear_dead_readers(f.ledger));
    if (status != OK) cr_assert(zero(ptr, f.ledger));
    ledger_close(f.ledger);
    f.ledger = NULL;
    fault.is_armed = false;
    return outcome;
}

// What an operator finds afterwards.
static void expect_recovered(const struct outcome *outcome)
{
    enum status status = fixture_open(&f);
    if (status == STATUS_NOT_FOUND && outcome->acknowledged == 0) {
        status = ledger_create(f.directory, &f.options);
        if (status == OK) status = fixture_open(&f);
    }
    cr_assert(eq(int, status, OK), "fault %u: %s: %s", fault.fail_at, f.complaint.what,
              f.complaint.why);
    const uint64_t size = ledger_size(f.ledger);
    const bool     is_grown = outcome->is_unknown && size == outcome->acknowledged + BATCH;
    cr_assert(size == outcome->acknowledged || is_grown, "fault %u", fault.fail_at);
    for (uint64_t seq = 0; seq < size; seq++) {
        struct bytes leaf;
        cr_assert(eq(int, ledger_read(f.ledger, seq, &leaf), OK), "fault %u", fault.fail_at);
        cr_assert(bytes_is_equal(leaf, made_leaf(seq)), "fault %u", fault.fail_at);
    }
    cr_assert(eq(int, commit(1), OK), "fault %u", fault.fail_at);
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

static void count_down(int error, bool is_lasting)
{
    const int files_before = open_file_count();
    bool      is_whole = false;
    fault.error = error;
    fault.is_lasting = is_lasting;
    for (fault.fail_at = 1; !is_whole; fault.fail_at++) {
        cr_assert(lt(u32, fault.fail_at, 5000));
        fixture_init(&f);
        rotating_init(&r);
        const struct outcome outcome = run();
        is_whole = outcome.is_whole && fault.call_count < fault.fail_at;
        expect_recovered(&outcome);
        fixture_release(&f);
        rotating_release(&r);
        cr_assert(eq(int, open_file_count(), files_before), "fault %u", fault.fail_at);
    }
    cr_expect(gt(u32, fault.fail_at, 300), "the scenario has more calls than that");
}

// --- Leaves that are moved --------------------------------------------------

enum { MOVED = 512, MOVED_SIZE = 700, SLICE = 300 };

static char archive_directory[96];

static enum status move(void)
{
    const struct ledger_options options = {
        .origin = f.options.origin, .keys = f.options.keys, .is_read_only = true};
    struct archiving archiving = {
        .directory = archive_directory, .options = &options, .below = MOVED};
    // What was begun to be dropped is dropped first.
    enum status status = ledger_archived(f.ledger) == 0 ? archive_write(&archiving, f.ledger) : OK;
    while (status == OK && ledger_archived(f.ledger) < MOVED) {
        const uint64_t next = ledger_archived(f.ledger) + SLICE;
        status = ledger_begin(f.ledger);
        if (status != OK) return status;
        if (ledger_drop(f.ledger, next < MOVED ? next : MOVED) != OK) (void)next; // commit says it
        status = ledger_commit(f.ledger, &f.signer);
    }
    return status;
}

static void remove_archive(void)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf %s", archive_directory);
    cr_assert(zero(int, system(line)));
}

static void expect_all_somewhere(void)
{
    struct bytes leaf;
    cr_assert(eq(int, fixture_reopen(&f), OK), "fault %u: %s: %s", fault.fail_at, f.complaint.what,
              f.complaint.why);
    if (ledger_archived(f.ledger) > 0)
        cr_assert(eq(int, ledger_use_archive(f.ledger, archive_directory), OK));
    for (uint64_t seq = 0; seq < MOVED_SIZE; seq++) {
        const struct text_leaf expected = leaf_of(seq);
        cr_assert(eq(int, ledger_read(f.ledger, seq, &leaf), OK), "fault %u", fault.fail_at);
        cr_assert(bytes_is_equal(leaf, leaf_view(&expected)), "fault %u", fault.fail_at);
    }
    ledger_leave_archive(f.ledger);
    cr_assert(eq(int, move(), OK), "fault %u: it goes on", fault.fail_at);
}

static void count_down_move(int error, bool is_lasting)
{
    const int files_before = open_file_count();
    bool      is_whole = false;
    fault.error = error;
    fault.is_lasting = is_lasting;
    for (fault.fail_at = 1; !is_whole; fault.fail_at++) {
        cr_assert(lt(u32, fault.fail_at, 9000));
        fixture_init(&f);
        snprintf(archive_directory, sizeof archive_directory, "%s/archive", f.root);
        cr_assert(eq(int, fixture_create(&f), OK));
        cr_assert(eq(int, fixture_grow(&f, MOVED_SIZE, MOVED_SIZE), OK));
        fault.call_count = 0;
        fault.is_armed = true;
        const enum status status = move();
        fault.is_armed = false;
        is_whole = fault.call_count < fault.fail_at;
        cr_assert(status == OK || !is_whole, "%s", status_sentence(status));
        expect_all_somewhere();
        remove_archive();
        fixture_release(&f);
        cr_assert(eq(int, open_file_count(), files_before), "fault %u", fault.fail_at);
        if (fault.fail_at > 60 && !is_whole) fault.fail_at += fault.fail_at / 40; // then not each
    }
    cr_expect(gt(u32, fault.fail_at, 300), "the scenario has more calls than that");
}

Test(faults, a_device_error_loses_no_leaf_that_is_moved, .timeout = 300)
{
    count_down_move(EIO, false);
}

Test(faults, a_full_disk_loses_no_leaf_that_is_moved, .timeout = 300)
{
    count_down_move(ENOSPC, true);
}

Test(faults, a_device_error_loses_nothing, .timeout = 300)
{
    count_down(EIO, false);
}

Test(faults, a_device_that_stays_broken_loses_nothing, .timeout = 300)
{
    count_down(EIO, true);
}

Test(faults, a_moment_without_room_loses_nothing, .timeout = 300)
{
    count_down(ENOSPC, false);
}

Test(faults, a_full_disk_loses_nothing, .timeout = 300)
{
    count_down(ENOSPC, true);
}
