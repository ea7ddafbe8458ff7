#include "ledger/export.h"

#include "core/base/limits.h"
#include "core/proof/note.h"
#include "ledger/rotations.h"
#include "ledger/tile_path.h"
#include "ledger/tiles.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = TILE_PATH_SIZE_MAX + 8, LENGTH_SIZE = 2 };

static const mode_t file_mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH; // less the caller's umask

// --- Files ------------------------------------------------------------------

enum status export_open(const char *directory, int *directory_fd)
{
    if (mkdir(directory, S_IRWXU | S_IRWXG | S_IRWXO) != 0 && errno != EEXIST) {
        return status_of_error(errno);
    }
    *directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *directory_fd < 0 ? status_of_error(errno) : OK;
}

static enum status make_directories(int directory_fd, const char *path)
{
    char part[PATH_SIZE];
    for (const char *at = strchr(path, '/'); at != NULL; at = strchr(at + 1, '/')) {
        (void)snprintf(part, sizeof part, "%.*s", (int)(at - path), path);
        if (mkdirat(directory_fd, part, S_IRWXU | S_IRWXG | S_IRWXO) != 0 && errno != EEXIST) {
            return status_of_error(errno);
        }
    }
    return OK;
}

static enum status write_all(int fd, struct bytes content)
{
    while (content.size > 0) {
        const ssize_t written = write(fd, content.at, content.size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return status_of_error(errno);
        content = bytes_after(content, (size_t)written);
    }
    return OK;
}

enum status export_file(int directory_fd, const char *path, struct bytes content)
{
    char beside[PATH_SIZE];
    assert(strlen(path) + sizeof ".new" <= sizeof beside);
    (void)snprintf(beside, sizeof beside, "%s.new", path);
    enum status status = make_directories(directory_fd, path);
    if (status != OK) return status;
    const int fd =
        openat(directory_fd, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file_mode);
    if (fd < 0) return status_of_error(errno);
    status = write_all(fd, content);
    if (close(fd) != 0 && status == OK) status = status_of_error(errno);
    if (status == OK && renameat(directory_fd, beside, directory_fd, path) != 0) {
        status = status_of_error(errno);
    }
    if (status != OK) (void)unlinkat(directory_fd, beside, 0);
    return status;
}

enum status export_read(int directory_fd, const char *path, struct buffer *content)
{
    const int fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return status_of_error(errno);
    ssize_t size = 0;
    do {
        content->size += (size_t)size;
        size = read(fd, content->at + content->size, content->size_max - content->size);
    } while (size > 0);
    const enum status status = size < 0 ? status_of_error(errno) : OK;
    (void)close(fd);
    return status == OK && content->size == content->size_max ? STATUS_TOO_LARGE : status;
}

// One for all of the files, which are too many for one each; Linux waits until it is done.
void export_sync(void)
{
    sync();
}

// --- Tiles ------------------------------------------------------------------

static uint64_t count_at(uint64_t size, uint32_t level)
{
    return size >> (TILE_HEIGHT * level);
}

static enum status write_tile(struct ledger *ledger, int directory_fd, uint32_t level,
                              uint64_t number)
{
    char              room[PATH_SIZE];
    struct buffer     path = buffer_over(room, sizeof room);
    struct bytes      hashes;
    const enum status status = ledger_tile(ledger, level, number, &hashes);
    if (status != OK) return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    tile_path_add(&path, level, number, (uint32_t)(hashes.size / HASH_SIZE));
    return export_file(directory_fd, room, hashes);
}

enum status export_tiles(struct ledger *ledger, int directory_fd, uint64_t size_before)
{
    const uint64_t size = ledger_size(ledger);
    for (uint32_t level = 0; level < TILE_LEVEL_COUNT && count_at(size, level) > 0; level++) {
        const uint64_t before = count_at(size_before, level), count = count_at(size, level);
        for (uint64_t i = before / TILE_WIDTH; i * TILE_WIDTH < count; i++) {
            if (before == count) break;
            const enum status status = write_tile(ledger, directory_fd, level, i);
            if (status != OK) return status;
        }
    }
    return OK;
}

// All of a tile's partial files but the one of that width; 0: of a full tile, which needs none.
static enum status sweep_tile(int directory_fd, uint32_t level, uint64_t number, uint32_t width)
{
    char           room[PATH_SIZE], wanted[16] = "";
    struct buffer  path = buffer_over(room, sizeof room);
    struct dirent *entry = NULL;
    tile_path_add(&path, level, number, 1);
    *strrchr(room, '/') = 0;
    if (width > 0) (void)snprintf(wanted, sizeof wanted, "%u", width);
    const int fd = openat(directory_fd, room, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? OK : status_of_error(errno);
    DIR *partials = fdopendir(fd);
    if (partials == NULL) {
        (void)close(fd);
        return STATUS_OUT_OF_MEMORY;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this thread's own
    while ((entry = readdir(partials)) != NULL) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, wanted) == 0) continue;
        (void)unlinkat(fd, entry->d_name, 0);
    }
    (void)closedir(partials);
    if (width == 0) (void)unlinkat(directory_fd, room, AT_REMOVEDIR);
    return OK;
}

enum status export_sweep(struct ledger *ledger, int directory_fd, uint64_t size_before)
{
    const uint64_t size = ledger_size(ledger);
    for (uint32_t level = 0; level < TILE_LEVEL_COUNT && count_at(size, level) > 0; level++) {
        const uint64_t last = count_at(size, level) / TILE_WIDTH;
        for (uint64_t i = count_at(size_before, level) / TILE_WIDTH; i <= last; i++) {
            const uint32_t    width = i < last ? 0 : (uint32_t)(count_at(size, level) % TILE_WIDTH);
            const enum status status = sweep_tile(directory_fd, level, i, width);
            if (status != OK) return status;
        }
    }
    return OK;
}

// --- Leaves -----------------------------------------------------------------

enum { ENTRIES_SIZE_MAX = TILE_WIDTH * (LENGTH_SIZE + LEAF_SIZE_MAX) };

// The leaves of one tile, put together and compared with its hashes.
static enum status gather(struct ledger_scan *scan, struct bytes hashes, struct buffer *entries,
                          uint64_t *progress)
{
    for (size_t i = 0; i < hashes.size; i += HASH_SIZE) {
        struct bytes      leaf;
        const enum status status = ledger_scan_next(scan, &leaf);
        if (status != OK) return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
        const struct hash hash = hash_leaf(leaf);
        if (memcmp(hash.at, hashes.at + i, HASH_SIZE) != 0) return STATUS_CORRUPT;
        buffer_add_byte(entries, (uint8_t)(leaf.size >> 8));
        buffer_add_byte(entries, (uint8_t)leaf.size);
        buffer_add(entries, leaf);
        (*progress)++;
    }
    return OK;
}

static enum status write_entries(struct ledger *ledger, int directory_fd, struct ledger_scan *scan,
                                 struct buffer *entries, uint64_t *progress)
{
    const uint64_t number = *progress / TILE_WIDTH;
    char           room[PATH_SIZE];
    struct buffer  path = buffer_over(room, sizeof room);
    struct bytes   hashes;
    enum status    status = ledger_tile(ledger, 0, number, &hashes);
    if (status != OK) return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    entries->size = 0;
    status = gather(scan, hashes, entries, progress);
    if (status != OK) return status;
    tile_path_add(&path, TILE_LEVEL_ENTRIES, number, (uint32_t)(hashes.size / HASH_SIZE));
    return export_file(directory_fd, room, buffer_bytes(entries));
}

enum status export_leaves(struct ledger *ledger, int directory_fd, uint64_t from, uint64_t to,
                          uint64_t *progress)
{
    struct ledger_scan *scan = NULL;
    uint8_t            *room = malloc(ENTRIES_SIZE_MAX);
    assert(to % TILE_WIDTH == 0 || to == ledger_size(ledger));
    *progress = from / TILE_WIDTH * TILE_WIDTH;
    if (room == NULL) return STATUS_OUT_OF_MEMORY;
    struct buffer entries = buffer_over(room, ENTRIES_SIZE_MAX);
    enum status   status = ledger_scan_open(ledger, *progress, to, &scan);
    while (status == OK && *progress < to) {
        status = write_entries(ledger, directory_fd, scan, &entries, progress);
    }
    ledger_scan_close(scan);
    free(room);
    return status;
}

static enum status write_number(int directory_fd, const char *path, uint64_t number)
{
    char          room[32];
    struct buffer text = buffer_over(room, sizeof room);
    buffer_add_decimal(&text, number);
    buffer_add_byte(&text, '\n');
    return export_file(directory_fd, path, buffer_bytes(&text));
}

enum status export_bounds(struct ledger *ledger, int directory_fd, uint64_t from, uint64_t to)
{
    const uint64_t minimum = from / TILE_WIDTH * TILE_WIDTH;
    enum status    status = OK;
    if (minimum > 0) status = write_number(directory_fd, BUNDLE_MINIMUM, minimum);
    if (status != OK || to == ledger_size(ledger)) return status;
    return write_number(directory_fd, BUNDLE_END, to);
}

// --- Keys -------------------------------------------------------------------

static enum status write_key_file(int directory_fd, uint64_t seq, const char *suffix,
                                  struct bytes content)
{
    char          room[PATH_SIZE];
    struct buffer path = buffer_over(room, sizeof room);
    buffer_add_text(&path, BUNDLE_KEYS "/");
    buffer_add_decimal(&path, seq);
    buffer_add_text(&path, suffix);
    return export_file(directory_fd, buffer_text(&path), content);
}

static enum status write_certificate(int directory_fd, uint64_t seq, struct bytes leaf)
{
    struct bytes certificate;
    if (!rotations_certificate(leaf, &certificate)) return STATUS_CORRUPT;
    return write_key_file(directory_fd, seq, ".note", certificate);
}

static enum status write_leaf(int directory_fd, uint64_t seq, struct bytes leaf)
{
    return write_key_file(directory_fd, seq, ".leaf", leaf);
}

static enum status each_rotation(struct ledger *ledger, int directory_fd,
                                 enum status (*write)(int directory_fd, uint64_t seq,
                                                      struct bytes leaf))
{
    struct bytes leaf;
    uint64_t     seq = 0;
    enum status  status = OK;
    for (uint64_t from = 1; status == OK; from = seq + 1) {
        const enum status found = ledger_rotation_from(ledger, from, &seq, &leaf);
        if (found != OK) return found == STATUS_NOT_FOUND ? OK : found;
        status = write(directory_fd, seq, leaf);
    }
    return status;
}

enum status export_certificates(struct ledger *ledger, int directory_fd)
{
    return each_rotation(ledger, directory_fd, write_certificate);
}

enum status export_rotations(struct ledger *ledger, int directory_fd)
{
    struct bytes leaf;
    uint64_t     seq = 0;
    enum status  status = ledger_rotation_from(ledger, 1, &seq, &leaf);
    if (status != OK) return status == STATUS_NOT_FOUND ? OK : status;
    status = ledger_opening(ledger, &leaf);
    if (status == OK) status = write_leaf(directory_fd, 0, leaf);
    if (status == OK) status = each_rotation(ledger, directory_fd, write_leaf);
    return status;
}

// --- Heads ------------------------------------------------------------------

static enum status write_head(int directory_fd, const struct ledger_checkpoint *head)
{
    char          room[PATH_SIZE];
    struct buffer path = buffer_over(room, sizeof room);
    buffer_add_text(&path, BUNDLE_HEADS "/");
    buffer_add_decimal(&path, head->size);
    return export_file(directory_fd, buffer_text(&path), head->note);
}

enum status export_rotation_heads(struct ledger *ledger, int directory_fd)
{
    struct ledger_checkpoint head = {.size = 0};
    struct bytes             leaf;
    uint64_t                 seq = 0;
    for (uint64_t from = 1;; from = seq + 1) {
        enum status status = ledger_rotation_from(ledger, from, &seq, &leaf);
        if (status != OK) return status == STATUS_NOT_FOUND ? OK : status;
        status = ledger_checkpoint_from(ledger, seq + 1, &head);
        if (status == OK && head.size != seq + 1) status = STATUS_CORRUPT;
        if (status == OK) status = write_head(directory_fd, &head);
        if (status != OK) return status;
    }
}

enum status export_heads(struct ledger *ledger, int directory_fd)
{
    struct ledger_checkpoint head = {.size = 0};
    for (uint64_t from = 0;; from = head.size + 1) {
        enum status status = ledger_checkpoint_from(ledger, from, &head);
        if (status != OK) return status == STATUS_NOT_FOUND ? OK : status;
        if (head.size == ledger_size(ledger)) return OK;
        status = write_head(directory_fd, &head);
        if (status != OK) return status;
    }
}

enum status export_checkpoint(struct ledger *ledger, int directory_fd)
{
    struct ledger_checkpoint newest;
    const enum status        status = ledger_newest(ledger, &newest);
    if (status != OK) return status;
    return export_file(directory_fd, BUNDLE_CHECKPOINT, newest.note);
}
