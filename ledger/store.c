#include "ledger/store.h"

#include "core/base/limits.h"
#include "ledger/bundle.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char *const table_names[STORE_TABLE_COUNT] = {
    [STORE_HEAD] = "head",         [STORE_LEAF] = "leaf",
    [STORE_TILE] = "tile",         [STORE_CHECKPOINT] = "checkpoint",
    [STORE_ROTATION] = "rotation", [STORE_CONTACT] = "contact",
};

enum {
    TABLE_MAX = 16,              // room for tables to come
    SCAN_RENEWAL = 4096,         // records between two looks of a scan: some milliseconds
    KEY_SIZE_MAX = 16,           // of the keys that are scanned
    AHEAD_SIZE = 256 * 1024,     // of zeros at once: a flush takes no longer for them
    ROOM_SIZE_MIN = 1024 * 1024, // with less than this left, EIO means: full
};
static_assert((int)STORE_TABLE_COUNT <= (int)TABLE_MAX, "every table has a handle");

struct store {
    struct bundle *bundle; // then all of the rest is unused
    MDB_env       *env;
    MDB_txn       *batch; // the open write transaction or NULL
    MDB_txn       *view;  // the read transaction, reset unless is_looking
    bool           is_looking;
    bool           is_read_only;
    bool           is_unknown; // a commit failed midway
    bool           is_old;     // read-only, without STORE_ROTATION
    int            lock_fd;    // holds the flock; -1 without
    uint64_t       file_size;  // of data.mdb at least, as known from writing ahead
    MDB_dbi        tables[STORE_TABLE_COUNT];
    dev_t          device; // of the directory
    ino_t          inode;
    struct store  *next_opened;
};

struct store_scan {
    struct bundle_scan *bundle; // then all of the rest is unused
    MDB_txn            *txn;
    MDB_cursor         *cursor;
    bool                is_positioned; // the cursor stands on the record that was given last
    bool                is_away;       // or will, once it looks again
    uint32_t            given_count;   // since the transaction was renewed
    size_t              key_size;
    uint8_t             key[KEY_SIZE_MAX]; // where to begin; of the record that was given last
};

// All open stores of this process: LMDB's locks, which belong to the process and the file, would be
// lost by closing a second environment of the same directory. Opening and closing are not for two
// threads at once.
static struct store *opened;

// --- What failed ------------------------------------------------------------

// LMDB's codes are negative, errno's positive; of these the lock's alone is told apart here.
static enum status status_of(int error)
{
    static const struct {
        int         error;
        enum status status;
    } rows[] = {
        {MDB_SUCCESS,          OK                    },
        {MDB_NOTFOUND,         STATUS_NOT_FOUND      },
        {MDB_KEYEXIST,         STATUS_EXISTS         },
        {MDB_MAP_FULL,         STATUS_FULL           },
        {MDB_CORRUPTED,        STATUS_CORRUPT        },
        {MDB_PAGE_NOTFOUND,    STATUS_CORRUPT        },
        {MDB_INVALID,          STATUS_CORRUPT        },
        {MDB_CURSOR_FULL,      STATUS_CORRUPT        }, // deeper than any tree: it leads to itself
        {MDB_BAD_TXN,          STATUS_CORRUPT        }, // what it says of each look after that
        {MDB_INCOMPATIBLE,     STATUS_CORRUPT        },
        {MDB_VERSION_MISMATCH, STATUS_UNSUPPORTED    },
        {MDB_READERS_FULL,     STATUS_OVERLOADED     },
        {MDB_TXN_FULL,         STATUS_OVERLOADED     },
        {MDB_PANIC,            STATUS_UNKNOWN_OUTCOME},
        {EWOULDBLOCK,          STATUS_LOCKED         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].error == error) return rows[i].status;
    }
    return status_of_error(error);
}

// A write that was cut short by a full disk or a file size limit comes out of LMDB as EIO.
static bool is_out_of_room(const struct store *store)
{
    struct statvfs   system;
    struct stat      file;
    struct rlimit    limit;
    mdb_filehandle_t fd;
    if (mdb_env_get_fd(store->env, &fd) != 0) return false;
    if (fstatvfs(fd, &system) == 0 && system.f_bavail * system.f_frsize < ROOM_SIZE_MIN) {
        return true;
    }
    if (fstat(fd, &file) != 0 || getrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    return limit.rlim_cur != RLIM_INFINITY && (rlim_t)file.st_size + ROOM_SIZE_MIN > limit.rlim_cur;
}

// LMDB writes its meta page last; where that fails it refuses every later transaction. So a failed
// commit after which one begins has left nothing.
static bool has_left_nothing(struct store *store)
{
    MDB_txn *probe;
    if (mdb_txn_begin(store->env, NULL, 0, &probe) != 0) return false;
    mdb_txn_abort(probe);
    return true;
}

// --- The directory ----------------------------------------------------------

#define LUSTRE_SUPER_MAGIC 0x0BD00BD0 // not in linux/magic.h

static bool is_network(long type)
{
    static const unsigned long types[] = {
        NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,  CIFS_SUPER_MAGIC,  SMB2_SUPER_MAGIC,
        NCP_SUPER_MAGIC, AFS_SUPER_MAGIC,  AFS_FS_MAGIC,      CODA_SUPER_MAGIC,
        V9FS_MAGIC,      CEPH_SUPER_MAGIC, OCFS2_SUPER_MAGIC, LUSTRE_SUPER_MAGIC,
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i] == ((unsigned long)type & 0xffffffff)) return true;
    }
    return false;
}

static bool is_ours_alone(const struct stat *file)
{
    return file->st_uid == geteuid() && (file->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

// A data.mdb that is missing is for the caller to judge.
static enum status judge_files(int directory_fd, const struct stat *directory)
{
    struct stat data;
    if (!is_ours_alone(directory)) return STATUS_PERMISSION;
    if (fstatat(directory_fd, "data.mdb", &data, AT_SYMLINK_NOFOLLOW) != 0) return OK;
    return is_ours_alone(&data) && S_ISREG(data.st_mode) ? OK : STATUS_PERMISSION;
}

static bool is_open_here(const struct stat *directory)
{
    for (const struct store *other = opened; other != NULL; other = other->next_opened) {
        if (other->device == directory->st_dev && other->inode == directory->st_ino) return true;
    }
    return false;
}

static enum status judge_directory(int directory_fd, bool is_read_only, struct stat *directory)
{
    struct statfs system;
    if (fstat(directory_fd, directory) != 0) return status_of(errno);
    if (fstatfs(directory_fd, &system) != 0) return status_of(errno);
    if (is_network((long)system.f_type)) return STATUS_USAGE;
    if (is_open_here(directory)) return STATUS_LOCKED;
    return is_read_only ? OK : judge_files(directory_fd, directory);
}

static enum status lock(int directory_fd, int *lock_fd)
{
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    const int fd = openat(directory_fd, "writer.lock", flags, S_IRUSR | S_IWUSR);
    if (fd < 0) return status_of(errno);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const enum status status = status_of(errno);
        close(fd);
        return status;
    }
    *lock_fd = fd;
    return OK;
}

// The names of new files are durable only when their directory is, and the directory's own
// likewise.
static enum status make_names_durable(int directory_fd)
{
    if (fsync(directory_fd) != 0) return status_of(errno);
    const int parent_fd = openat(directory_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent_fd < 0) return status_of(errno);
    const enum status status = fsync(parent_fd) == 0 ? OK : status_of(errno);
    close(parent_fd);
    return status;
}

// --- Opening ----------------------------------------------------------------

static enum status open_environment(struct store *store, const char *directory, uint64_t map_size)
{
    const unsigned   flags = MDB_NOTLS | MDB_NORDAHEAD | (store->is_read_only ? MDB_RDONLY : 0U);
    // A reader's map is as large as the writer's, which LMDB notes in the file.
    const uint64_t   size = map_size == 0 && !store->is_read_only ? STORE_MAP_SIZE : map_size;
    mdb_filehandle_t fd = -1;

    int error = mdb_env_create(&store->env);
    if (error == 0 && size != 0) error = mdb_env_set_mapsize(store->env, (size_t)size);
    if (error == 0) error = mdb_env_set_maxdbs(store->env, TABLE_MAX);
    if (error == 0) error = mdb_env_set_maxreaders(store->env, STORE_READER_MAX);
    if (error == 0) {
        const mode_t mask = umask(S_IRWXG | S_IRWXO);
        error = mdb_env_open(store->env, directory, flags, S_IRUSR | S_IWUSR);
        umask(mask);
    }
    if (error == 0) error = mdb_env_get_fd(store->env, &fd);
    if (error == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) error = errno;
    return status_of(error);
}

// A handle lives on only when the transaction that opened it is committed, even one that reads.
static enum status open_tables(struct store *store)
{
    MDB_txn *txn;
    int      error = mdb_txn_begin(store->env, NULL, store->is_read_only ? MDB_RDONLY : 0U, &txn);
    for (int i = 0; error == 0 && i < STORE_TABLE_COUNT; i++) {
        if (store->is_read_only && i == STORE_CONTACT) continue;
        const unsigned flags = store->is_read_only ? 0U : MDB_CREATE;
        error = mdb_dbi_open(txn, table_names[i], flags, &store->tables[i]);
        if (error == MDB_NOTFOUND && i == STORE_ROTATION) {
            store->is_old = true;
            error = 0;
        }
        if (error != 0) mdb_txn_abort(txn);
    }
    if (error == 0) error = mdb_txn_commit(txn);
    // Whoever only reads makes no tables: a file without them is none of a ledger.
    if (error == MDB_NOTFOUND) error = MDB_CORRUPTED;
    return status_of(error);
}

static enum status open_view(struct store *store)
{
    const int error = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->view);
    if (error != 0) {
        store->view = NULL;
        return status_of(error);
    }
    mdb_txn_reset(store->view);
    return store_clear_dead_readers(store);
}

static enum status open_locked(struct store *store, const char *directory, uint64_t map_size)
{
    enum status status = open_environment(store, directory, map_size);
    if (status != OK) return status;
    status = open_tables(store);
    if (status != OK) return status;
    return open_view(store);
}

static enum status open_in(int directory_fd, const char *directory,
                           const struct store_options *options, struct store **store)
{
    struct stat       here;
    const enum status judged = judge_directory(directory_fd, options->is_read_only, &here);
    if (judged != OK) return judged;

    struct store *made = calloc(1, sizeof *made);
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    made->lock_fd = -1;
    made->is_read_only = options->is_read_only;
    made->device = here.st_dev;
    made->inode = here.st_ino;
    made->next_opened = opened;
    opened = made;

    enum status status = options->is_read_only ? OK : lock(directory_fd, &made->lock_fd);
    if (status == OK) status = open_locked(made, directory, options->map_size);
    if (status != OK) {
        store_close(made);
        return status;
    }
    *store = made;
    return OK;
}

enum status store_create(const char *directory, const struct store_options *options,
                         struct store **store)
{
    assert(!options->is_read_only);
    struct store *made = NULL;
    const mode_t  mask = umask(S_IRWXG | S_IRWXO);
    const int     made_directory = mkdir(directory, S_IRWXU);
    umask(mask);
    if (made_directory != 0 && errno != EEXIST) return status_of(errno);

    const int directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory_fd < 0) return status_of(errno);
    enum status status = open_in(directory_fd, directory, options, &made);
    if (status == OK) status = make_names_durable(directory_fd);
    close(directory_fd);
    if (status != OK) {
        store_close(made);
        return status;
    }
    *store = made;
    return OK;
}

static enum status open_bundle(int directory_fd, struct store **store)
{
    struct store *made = calloc(1, sizeof *made);
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    made->lock_fd = -1;
    made->is_read_only = true;
    const enum status status = bundle_open(directory_fd, &made->bundle);
    if (status != OK) {
        store_close(made);
        return status;
    }
    *store = made;
    return OK;
}

enum status store_open(const char *directory, const struct store_options *options,
                       struct store **store)
{
    struct stat data;
    const int   directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory_fd < 0) return status_of(errno);
    enum status status = OK;
    if (fstatat(directory_fd, "data.mdb", &data, 0) != 0) status = status_of(errno);
    // To open a pipe would wait for somebody who writes.
    if (status == OK && !S_ISREG(data.st_mode)) status = STATUS_IO;
    if (status == OK) {
        status = open_in(directory_fd, directory, options, store);
    } else if (status == STATUS_NOT_FOUND && options->is_read_only) {
        status = open_bundle(directory_fd, store);
    }
    close(directory_fd);
    return status;
}

bool store_is_bundle(const struct store *store)
{
    return store->bundle != NULL;
}

uint64_t store_bundle_size(const struct store *store)
{
    return bundle_size(store->bundle);
}

static void forget(const struct store *store)
{
    for (struct store **other = &opened; *other != NULL; other = &(*other)->next_opened) {
        if (*other != store) continue;
        *other = store->next_opened;
        return;
    }
}

void store_close(struct store *store)
{
    if (store == NULL) return;
    store_abort(store);
    bundle_close(store->bundle);
    if (store->view != NULL) mdb_txn_abort(store->view);
    if (store->env != NULL) mdb_env_close(store->env);
    if (store->lock_fd >= 0) close(store->lock_fd);
    forget(store);
    free(store);
}

// --- Batches ----------------------------------------------------------------

static bool has_room_ahead(const struct store *store, const struct store_usage *usage)
{
    return store->file_size >= usage->bytes_max ||
           store->file_size >= usage->bytes_used + AHEAD_SIZE / 2;
}

// A page beyond the end of the file is new to the file system, too, which then has to flush its
// journal with each batch, behind all that others wait for in it. So zeros stand ahead, where the
// next pages will. What fails here fails again, and is told, where a page needs it.
static void write_ahead(struct store *store)
{
    static const uint8_t     zeros[AHEAD_SIZE];
    const struct store_usage usage = store_usage(store);
    struct stat              file;
    mdb_filehandle_t         fd;
    if (has_room_ahead(store, &usage)) return;
    if (mdb_env_get_fd(store->env, &fd) != 0 || fstat(fd, &file) != 0) return;
    store->file_size = (uint64_t)file.st_size;
    if (has_room_ahead(store, &usage)) return;
    const ssize_t written = pwrite(fd, zeros, sizeof zeros, file.st_size);
    if (written > 0) store->file_size += (uint64_t)written;
}

enum status store_begin(struct store *store)
{
    assert(!store->is_read_only);
    assert(store->batch == NULL);
    if (store->is_unknown) return STATUS_UNKNOWN_OUTCOME;
    store_look_away(store);
    write_ahead(store);
    const int error = mdb_txn_begin(store->env, NULL, 0, &store->batch);
    if (error == 0) return OK;
    store->batch = NULL;
    return status_of(error);
}

enum status store_commit(struct store *store)
{
    assert(store->batch != NULL);
    const int error = mdb_txn_commit(store->batch); // frees it, whatever the answer
    store->batch = NULL;
    if (error == 0) return OK;
    const bool is_full = status_of(error) == STATUS_FULL || (error == EIO && is_out_of_room(store));
    if (is_full && has_left_nothing(store)) return STATUS_FULL;
    store->is_unknown = true;
    return STATUS_UNKNOWN_OUTCOME;
}

void store_abort(struct store *store)
{
    if (store->batch == NULL) return;
    mdb_txn_abort(store->batch);
    store->batch = NULL;
}

// LMDB's views are not const, but it does not write to keys and values.
static MDB_val value_of(struct bytes bytes)
{
    union {
        const uint8_t *given;
        void          *taken;
    } at = {.given = bytes.at};
    return (MDB_val){bytes.size, at.taken};
}

static struct bytes bytes_of(MDB_val value)
{
    return (struct bytes){value.mv_data, value.mv_size};
}

static enum status put(struct store *store, enum store_table table, struct bytes key,
                       struct bytes value, unsigned flags)
{
    assert(store->batch != NULL);
    MDB_val key_view = value_of(key);
    MDB_val value_view = value_of(value);
    return status_of(mdb_put(store->batch, store->tables[table], &key_view, &value_view, flags));
}

enum status store_put(struct store *store, enum store_table table, struct bytes key,
                      struct bytes value)
{
    return put(store, table, key, value, 0);
}

enum status store_append(struct store *store, enum store_table table, struct bytes key,
                         struct bytes value)
{
    return put(store, table, key, value, MDB_APPEND);
}

enum status store_delete(struct store *store, enum store_table table, struct bytes key)
{
    assert(store->batch != NULL);
    MDB_val key_view = value_of(key);
    return status_of(mdb_del(store->batch, store->tables[table], &key_view, NULL));
}

// --- Reads ------------------------------------------------------------------

enum status store_look(struct store *store)
{
    if (store->batch != NULL || store->bundle != NULL) return OK;
    store_look_away(store);
    const int error = mdb_txn_renew(store->view);
    store->is_looking = error == 0;
    return status_of(error);
}

void store_look_away(struct store *store)
{
    if (store->is_looking) mdb_txn_reset(store->view);
    store->is_looking = false;
}

static MDB_txn *reading(const struct store *store)
{
    assert(store->batch != NULL || store->is_looking);
    return store->batch != NULL ? store->batch : store->view;
}

enum status store_load(struct store *store, enum store_table table, struct bytes key,
                       struct bytes *value)
{
    if (store->bundle != NULL) return bundle_load(store->bundle, table, key, value);
    if (table == STORE_ROTATION && store->is_old) return STATUS_NOT_FOUND;
    MDB_val   key_view = value_of(key);
    MDB_val   found;
    const int error = mdb_get(reading(store), store->tables[table], &key_view, &found);
    if (error == 0) *value = bytes_of(found);
    return status_of(error);
}

static enum status load_by(struct store *store, enum store_table table, MDB_cursor_op how,
                           struct bytes *key, struct bytes *value)
{
    MDB_cursor *cursor;
    MDB_val     key_view = value_of(*key);
    MDB_val     found;
    int         error = mdb_cursor_open(reading(store), store->tables[table], &cursor);
    if (error != 0) return status_of(error);
    error = mdb_cursor_get(cursor, &key_view, &found, how);
    mdb_cursor_close(cursor);
    if (error != 0) return status_of(error);
    *key = bytes_of(key_view);
    *value = bytes_of(found);
    return OK;
}

enum status store_load_from(struct store *store, enum store_table table, struct bytes *key,
                            struct bytes *value)
{
    if (store->bundle != NULL) return bundle_load_from(store->bundle, table, key, value);
    if (table == STORE_ROTATION && store->is_old) return STATUS_NOT_FOUND;
    return load_by(store, table, MDB_SET_RANGE, key, value);
}

enum status store_load_last(struct store *store, enum store_table table, struct bytes *key,
                            struct bytes *value)
{
    if (store->bundle != NULL) return bundle_load_last(store->bundle, table, key, value);
    *key = (struct bytes){NULL, 0};
    return load_by(store, table, MDB_LAST, key, value);
}

enum status store_count(struct store *store, enum store_table table, uint64_t *count)
{
    MDB_stat stat;
    if (store->bundle != NULL) {
        *count = bundle_count(store->bundle, table);
        return OK;
    }
    const int error = mdb_stat(reading(store), store->tables[table], &stat);
    if (error == 0) *count = stat.ms_entries;
    return status_of(error);
}

// --- Scans ------------------------------------------------------------------

enum status store_scan_open(struct store *store, enum store_table table, struct bytes from,
                            struct store_scan **scan)
{
    assert(from.size <= KEY_SIZE_MAX);
    struct store_scan *made = calloc(1, sizeof *made);
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    if (store->bundle != NULL) {
        assert(table == STORE_LEAF);
        const enum status status = bundle_scan_open(store->bundle, from, &made->bundle);
        if (status == OK) *scan = made;
        if (status != OK) free(made);
        return status;
    }
    memcpy(made->key, from.at, from.size);
    made->key_size = from.size;

    int error = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &made->txn);
    if (error != 0) made->txn = NULL;
    if (error == 0) error = mdb_cursor_open(made->txn, store->tables[table], &made->cursor);
    if (error != 0) {
        made->cursor = NULL;
        store_scan_close(made);
        return status_of(error);
    }
    *scan = made;
    return OK;
}

void store_scan_look_away(struct store_scan *scan)
{
    if (scan->bundle != NULL || scan->is_away) return;
    scan->given_count = 0;
    scan->is_away = true;
    mdb_txn_reset(scan->txn);
}

// From the record that was given last.
static int look_again(struct store_scan *scan)
{
    MDB_val last = {scan->key_size, scan->key}, value;
    int     error = mdb_txn_renew(scan->txn);
    scan->is_away = error != 0;
    if (error == 0) error = mdb_cursor_renew(scan->txn, scan->cursor);
    if (error != 0 || !scan->is_positioned) return error;
    return mdb_cursor_get(scan->cursor, &last, &value, MDB_SET_KEY);
}

// Keeps the record's key, to look again from.
static enum status give(struct store_scan *scan, MDB_val key)
{
    if (key.mv_size > KEY_SIZE_MAX) return STATUS_CORRUPT; // none that this store writes
    memcpy(scan->key, key.mv_data, key.mv_size);
    scan->key_size = key.mv_size;
    scan->is_positioned = true;
    scan->given_count++;
    return OK;
}

enum status store_scan_next(struct store_scan *scan, struct bytes *key, struct bytes *value)
{
    if (scan->bundle != NULL) return bundle_scan_next(scan->bundle, key, value);
    MDB_val key_view = {scan->key_size, scan->key};
    MDB_val found;
    if (scan->given_count == SCAN_RENEWAL) store_scan_look_away(scan);
    int error = scan->is_away ? look_again(scan) : 0;
    if (error != 0) return error == MDB_NOTFOUND ? STATUS_CORRUPT : status_of(error);
    error = mdb_cursor_get(scan->cursor, &key_view, &found,
                           scan->is_positioned ? MDB_NEXT : MDB_SET_RANGE);
    if (error != 0) return status_of(error);
    *key = bytes_of(key_view);
    *value = bytes_of(found);
    return give(scan, key_view);
}

void store_scan_close(struct store_scan *scan)
{
    if (scan == NULL) return;
    bundle_scan_close(scan->bundle);
    if (scan->cursor != NULL) mdb_cursor_close(scan->cursor);
    if (scan->txn != NULL) mdb_txn_abort(scan->txn);
    free(scan);
}

// --- Care -------------------------------------------------------------------

enum status store_clear_dead_readers(struct store *store)
{
    int dead_count = 0;
    if (store->bundle != NULL) return OK;
    return status_of(mdb_reader_check(store->env, &dead_count));
}

struct store_usage store_usage(const struct store *store)
{
    MDB_envinfo info = {0};
    MDB_stat    stat = {0};
    if (store->bundle != NULL) return (struct store_usage){0};
    if (mdb_env_info(store->env, &info) != 0) return (struct store_usage){0};
    if (mdb_env_stat(store->env, &stat) != 0) return (struct store_usage){0};
    return (struct store_usage){(info.me_last_pgno + 1) * (uint64_t)stat.ms_psize, info.me_mapsize};
}
