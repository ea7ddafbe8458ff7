// Asks for sync_file_range().
#define _GNU_SOURCE // NOLINT
#include "ledger/snapshot_file.h"

#include "core/base/monotonic.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "snapshot-"
#define SUFFIX ".new" // not whole yet

enum {
    NAME_SIZE = 64,
    STRETCH_SIZE = 1024 * 1024, // written out before more of the file is written
    CUT_SIZE = 8 * 1024 * 1024, // given back to the file system at once
    CUT_PAUSE_NS = 2 * 1000 * 1000,
    PAUSE_NS_MAX = 500 * 1000 * 1000,
};

struct snapshot_file {
    int                directory_fd, fd;
    struct hash_stream stream;
    uint64_t           size;         // bytes
    uint64_t           written_size; // of these written out to the disk, or on their way
    enum status        status;
    char               name[NAME_SIZE], unfinished[NAME_SIZE];
};

static int open_directory(const char *directory)
{
    return open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void name_of(uint64_t size, char name[static NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, PREFIX "%llu", (unsigned long long)size);
}

// --- The directory ----------------------------------------------------------

// False for a name that is none of ours.
static bool read_name(const char *name, uint64_t *size, bool *is_whole)
{
    struct bytes rest = bytes_of_text(name);
    if (!bytes_starts_with(rest, bytes_of_text(PREFIX))) return false;
    rest = bytes_after(rest, sizeof PREFIX - 1);
    const size_t suffix = sizeof SUFFIX - 1;
    *is_whole = rest.size <= suffix || memcmp(rest.at + rest.size - suffix, SUFFIX, suffix) != 0;
    if (!*is_whole) rest.size -= suffix;
    return bytes_to_decimal(rest, INT64_MAX, size);
}

struct listed {
    uint64_t size;
    bool     is_whole;
};

static bool next_listed(DIR *stream, struct listed *listed)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this thread's own.
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (read_name(entry->d_name, &listed->size, &listed->is_whole)) return true;
    }
    return false;
}

uint64_t snapshot_file_below(const char *directory, uint64_t bound)
{
    DIR          *stream = opendir(directory);
    uint64_t      greatest = 0;
    struct listed listed;
    if (stream == NULL) return 0;
    while (next_listed(stream, &listed)) {
        if (listed.is_whole && listed.size < bound && listed.size > greatest) {
            greatest = listed.size;
        }
    }
    (void)closedir(stream);
    return greatest;
}

// A disk that discards what is freed is busy with a large file for long, and the log's flushes with
// it: so it is cut off in pieces, from the end.
static void cut_down(int fd)
{
    struct stat file;
    if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || file.st_nlink != 0) return;
    for (off_t left = file.st_size - CUT_SIZE; left > 0; left -= CUT_SIZE) {
        if (ftruncate(fd, left) != 0 || fsync(fd) != 0) return;
        monotonic_rest(CUT_PAUSE_NS, CUT_PAUSE_NS);
    }
}

// First its name goes: a piece of one is no snapshot. Whoever has it open goes on reading.
static void remove_file(int directory_fd, const char *name)
{
    const int fd = openat(directory_fd, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    (void)unlinkat(directory_fd, name, 0);
    if (fd < 0) return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) cut_down(fd);
    (void)close(fd);
}

static void remove_listed(int directory_fd, struct listed listed)
{
    char name[NAME_SIZE], unfinished[NAME_SIZE + sizeof SUFFIX];
    name_of(listed.size, name);
    (void)snprintf(unfinished, sizeof unfinished, "%s" SUFFIX, name);
    remove_file(directory_fd, listed.is_whole ? name : unfinished);
}

void snapshot_file_keep(const char *directory, uint64_t size, uint64_t other_size)
{
    DIR          *stream = opendir(directory);
    struct listed listed;
    if (stream == NULL) return;
    while (next_listed(stream, &listed)) {
        if (listed.is_whole && listed.size != size && listed.size != other_size) {
            remove_listed(dirfd(stream), listed);
        }
    }
    (void)closedir(stream);
}

static void remove_unfinished(const char *directory)
{
    DIR          *stream = opendir(directory);
    struct listed listed;
    if (stream == NULL) return;
    while (next_listed(stream, &listed)) {
        if (!listed.is_whole) remove_listed(dirfd(stream), listed);
    }
    (void)closedir(stream);
}

// --- Writing ----------------------------------------------------------------

enum status snapshot_file_begin(const char *directory, uint64_t size, struct snapshot_file **file)
{
    struct snapshot_file *begun = calloc(1, sizeof *begun);
    if (begun == NULL) return STATUS_OUT_OF_MEMORY;
    begun->fd = -1;
    name_of(size, begun->name);
    (void)snprintf(begun->unfinished, sizeof begun->unfinished, PREFIX "%llu" SUFFIX,
                   (unsigned long long)size);
    remove_unfinished(directory);
    begun->directory_fd = open_directory(directory);
    enum status status = begun->directory_fd < 0 ? status_of_error(errno) : OK;
    if (status == OK) {
        begun->fd = openat(begun->directory_fd, begun->unfinished,
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (begun->fd < 0) status = status_of_error(errno);
    }
    if (status == OK) status = hash_stream_init(&begun->stream);
    if (status != OK) {
        snapshot_file_drop(begun);
        return status;
    }
    *file = begun;
    return OK;
}

static void write_all(struct snapshot_file *file, struct bytes piece)
{
    file->size += piece.size;
    if (file->size > SNAPSHOT_SIZE_MAX) file->status = STATUS_TOO_LARGE;
    while (file->status == OK && piece.size > 0) {
        const ssize_t written = write(file->fd, piece.at, piece.size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            file->status = written < 0 ? status_of_error(errno) : STATUS_IO;
            return;
        }
        piece = bytes_after(piece, (size_t)written);
    }
}

// The log beside it flushes many times a second, and each flush waits for all that the disk was
// given before. So it is given little at once, and is left alone for as long as that took.
static void write_out(struct snapshot_file *file)
{
    const unsigned how =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    const off_t    begin = (off_t)file->written_size;
    const uint64_t begin_ns = monotonic_ns();
    file->written_size = file->size;
    if (sync_file_range(file->fd, begin, (off_t)file->size - begin, how) != 0) {
        if (errno != ENOSYS) file->status = status_of_error(errno);
        return;
    }
    monotonic_rest(monotonic_ns() - begin_ns, PAUSE_NS_MAX);
}

void snapshot_file_add(struct snapshot_file *file, struct bytes piece)
{
    if (file->status != OK) return;
    hash_stream_add(&file->stream, piece);
    write_all(file, piece);
    const bool is_much = file->size - file->written_size >= STRETCH_SIZE;
    if (is_much && file->status == OK) write_out(file);
}

// The name comes last, so that what has it is whole.
static enum status put_in_place(struct snapshot_file *file)
{
    if (file->status != OK) return file->status;
    if (fsync(file->fd) != 0) return status_of_error(errno);
    if (renameat(file->directory_fd, file->unfinished, file->directory_fd, file->name) != 0) {
        return status_of_error(errno);
    }
    if (fsync(file->directory_fd) == 0) return OK;
    const enum status status = status_of_error(errno);
    (void)unlinkat(file->directory_fd, file->name, 0); // it might be gone tomorrow
    return status;
}

enum status snapshot_file_finish(struct snapshot_file *file, struct hash *hash)
{
    const struct hash own = hash_stream_finish(&file->stream);
    if (file->status == OK) write_all(file, hash_view(&own));
    const enum status status = put_in_place(file);
    if (status == OK) *hash = own;
    snapshot_file_drop(file); // its unfinished name is gone when it stands in place
    return status;
}

void snapshot_file_drop(struct snapshot_file *file)
{
    if (file == NULL) return;
    if (file->fd >= 0) {
        (void)unlinkat(file->directory_fd, file->unfinished, 0);
        (void)close(file->fd);
    }
    if (file->directory_fd >= 0) (void)close(file->directory_fd);
    hash_stream_release(&file->stream);
    free(file);
}

// --- Reading ----------------------------------------------------------------

static enum status judge_file(const struct stat *file)
{
    const bool is_ours_alone =
        file->st_uid == geteuid() && (file->st_mode & (S_IRWXG | S_IRWXO)) == 0;
    if (!S_ISREG(file->st_mode) || !is_ours_alone) return STATUS_PERMISSION;
    if (file->st_nlink == 0) return STATUS_NOT_FOUND; // by now
    if (file->st_size <= HASH_SIZE) return STATUS_CORRUPT;
    return (uint64_t)file->st_size > SNAPSHOT_SIZE_MAX ? STATUS_TOO_LARGE : OK;
}

// The lock is what remove_file() asks for.
static enum status judge(int fd, uint64_t *byte_count)
{
    struct stat file;
    if (flock(fd, LOCK_SH | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? STATUS_NOT_FOUND : status_of_error(errno);
    }
    if (fstat(fd, &file) != 0) return status_of_error(errno);
    const enum status status = judge_file(&file);
    if (status == OK) *byte_count = (uint64_t)file.st_size;
    return status;
}

enum status snapshot_file_open(const char *directory, uint64_t size, int *fd, uint64_t *byte_count)
{
    char      name[NAME_SIZE];
    const int directory_fd = open_directory(directory);
    if (directory_fd < 0) return status_of_error(errno);
    name_of(size, name);
    const int   opened = openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    enum status status = opened < 0 ? status_of_error(errno) : judge(opened, byte_count);
    (void)close(directory_fd);
    if (status == OK) {
        *fd = opened;
    } else if (opened >= 0) {
        (void)close(opened);
    }
    return status;
}
