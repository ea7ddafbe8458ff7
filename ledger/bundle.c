#include "ledger/bundle.h"

#include "core/base/limits.h"
#include "core/proof/checkpoint.h"
#include "ledger/big_endian.h"
#include "ledger/tile_path.h"
#include "ledger/tiles.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LENGTH_SIZE = 2, DECIMAL_SIZE = 24 };

// A whole file, as it is.
struct file {
    const uint8_t *at; // mapped; NULL: none
    size_t         size;
};

// The leaves of one entry bundle.
struct leaves {
    struct file file;
    uint64_t    number;
    uint32_t    count;
    size_t      starts[TILE_WIDTH]; // of the lengths
};

// Where leaves are read: one for the bundle, one for each scan.
struct reader {
    int           directory_fd;
    uint64_t      size, first, end; // of the tree; the leaves that are here
    struct leaves leaves;
    uint8_t       key[BIG_ENDIAN_SIZE];
};

struct bundle {
    struct reader reader;
    struct file   file;       // of the last tile or head
    uint64_t     *head_sizes; // ascending, the newest last
    size_t        head_count;
    uint8_t       record[1 + NOTE_SIZE_MAX]; // of a checkpoint, as the store has it
};

struct bundle_scan {
    struct reader reader;
    uint64_t      next;
};

// --- Files ------------------------------------------------------------------

static void unmap(struct file *file)
{
    union {
        const uint8_t *given;
        void          *taken;
    } at = {.given = file->at};
    if (file->at != NULL) (void)munmap(at.taken, file->size);
    *file = (struct file){NULL, 0};
}

// An empty file is none.
static enum status map(int directory_fd, const char *path, size_t size_max, struct file *file)
{
    struct stat stat;
    const int   fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    unmap(file);
    if (fd < 0) return errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_IO;
    enum status status = OK;
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) status = STATUS_IO;
    if (status == OK && (stat.st_size <= 0 || (size_t)stat.st_size > size_max)) {
        status = STATUS_CORRUPT;
    }
    void *at = MAP_FAILED;
    if (status == OK) at = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    (void)close(fd);
    if (status != OK) return status;
    if (at == MAP_FAILED) return STATUS_OUT_OF_MEMORY;
    *file = (struct file){at, (size_t)stat.st_size};
    return OK;
}

// What a partial tile is called depends on the size of the whole; a full one may stand in its
// place.
static enum status map_tile(const struct reader *reader, uint32_t level, uint64_t number,
                            uint32_t width, struct file *file)
{
    const size_t  size_max = level == TILE_LEVEL_ENTRIES
                                 ? (size_t)TILE_WIDTH * (LENGTH_SIZE + LEAF_SIZE_MAX)
                                 : (size_t)TILE_SIZE;
    char          room[TILE_PATH_SIZE_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    tile_path_add(&path, level, number, width);
    const enum status status = map(reader->directory_fd, room, size_max, file);
    if (status != STATUS_NOT_FOUND || width == TILE_WIDTH) return status;
    path.size = 0;
    tile_path_add(&path, level, number, TILE_WIDTH);
    return map(reader->directory_fd, room, size_max, file);
}

// How many hashes of a level, or leaves, a tile has.
static uint32_t width_of(const struct reader *reader, uint32_t level, uint64_t number)
{
    const uint32_t height = level == TILE_LEVEL_ENTRIES ? 0 : level * TILE_HEIGHT;
    const uint64_t count = reader->size >> height;
    if (number < count / TILE_WIDTH) return TILE_WIDTH;
    return number == count / TILE_WIDTH ? (uint32_t)(count % TILE_WIDTH) : 0;
}

// --- Leaves -----------------------------------------------------------------

static bool find_starts(struct leaves *leaves, uint32_t width)
{
    size_t at = 0;
    for (leaves->count = 0; leaves->count < width; leaves->count++) {
        if (at + LENGTH_SIZE > leaves->file.size) return false;
        const size_t size = (size_t)leaves->file.at[at] << 8 | leaves->file.at[at + 1];
        leaves->starts[leaves->count] = at;
        at += LENGTH_SIZE + size;
        if (at > leaves->file.size) return false;
    }
    return true;
}

// What follows the last leaf of a partial one belongs to a larger ledger; a full one ends there.
static enum status load_leaves(struct reader *reader, uint64_t number)
{
    struct leaves *leaves = &reader->leaves;
    const uint32_t width = width_of(reader, TILE_LEVEL_ENTRIES, number);
    if (leaves->file.at != NULL && leaves->number == number) return OK;
    if (width == 0) return STATUS_NOT_FOUND;
    const enum status status = map_tile(reader, TILE_LEVEL_ENTRIES, number, width, &leaves->file);
    if (status != OK) return status;
    leaves->number = number;
    if (find_starts(leaves, width)) return OK;
    unmap(&leaves->file);
    return STATUS_CORRUPT;
}

static enum status load_leaf(struct reader *reader, uint64_t seq, struct bytes *leaf)
{
    const struct leaves *leaves = &reader->leaves;
    if (seq < reader->first || seq >= reader->end) return STATUS_NOT_FOUND;
    const enum status status = load_leaves(reader, seq / TILE_WIDTH);
    if (status != OK) return status;
    const uint8_t *at = leaves->file.at + leaves->starts[seq % TILE_WIDTH];
    *leaf = (struct bytes){at + LENGTH_SIZE, (size_t)at[0] << 8 | at[1]};
    return OK;
}

// --- Tiles and heads --------------------------------------------------------

static enum status load_tile(struct bundle *bundle, struct bytes key, struct bytes *value)
{
    assert(key.size == 1 + BIG_ENDIAN_SIZE);
    const uint32_t level = key.at[0];
    const uint64_t number = big_endian_get(key.at + 1);
    const uint32_t width = width_of(&bundle->reader, level, number);
    if (width == 0) return STATUS_NOT_FOUND;
    const enum status status = map_tile(&bundle->reader, level, number, width, &bundle->file);
    if (status != OK) return status;
    if (bundle->file.size < (size_t)width * HASH_SIZE) return STATUS_CORRUPT;
    *value = (struct bytes){bundle->file.at, (size_t)width * HASH_SIZE};
    return OK;
}

// The record of the store: flags, then the note.
static enum status load_head(struct bundle *bundle, size_t at, struct bytes *key,
                             struct bytes *value)
{
    const uint64_t size = bundle->head_sizes[at];
    const bool     is_newest = at + 1 == bundle->head_count;
    char           path[sizeof BUNDLE_HEADS + 1 + DECIMAL_SIZE];
    struct buffer  name = buffer_over(path, sizeof path);
    if (is_newest) {
        buffer_add_text(&name, BUNDLE_CHECKPOINT);
    } else {
        buffer_add_text(&name, BUNDLE_HEADS "/");
        buffer_add_decimal(&name, size);
    }
    const enum status status =
        map(bundle->reader.directory_fd, buffer_text(&name), NOTE_SIZE_MAX, &bundle->file);
    if (status != OK) return status;
    bundle->record[0] = is_newest ? 0 : 1;
    memcpy(bundle->record + 1, bundle->file.at, bundle->file.size);
    big_endian_put(size, bundle->reader.key);
    *key = (struct bytes){bundle->reader.key, BIG_ENDIAN_SIZE};
    *value = (struct bytes){bundle->record, 1 + bundle->file.size};
    return OK;
}

static size_t find_head(const struct bundle *bundle, uint64_t size_min)
{
    size_t at = 0;
    while (at < bundle->head_count && bundle->head_sizes[at] < size_min) {
        at++;
    }
    return at;
}

// --- The store's functions --------------------------------------------------

static uint64_t number_of(struct bytes key)
{
    assert(key.size == BIG_ENDIAN_SIZE);
    return big_endian_get(key.at);
}

enum status bundle_load(struct bundle *bundle, enum store_table table, struct bytes key,
                        struct bytes *value)
{
    if (table == STORE_LEAF) return load_leaf(&bundle->reader, number_of(key), value);
    if (table == STORE_TILE) return load_tile(bundle, key, value);
    assert(table == STORE_CHECKPOINT);
    const uint64_t size = number_of(key);
    const size_t   at = find_head(bundle, size);
    if (at == bundle->head_count || bundle->head_sizes[at] != size) return STATUS_NOT_FOUND;
    return load_head(bundle, at, &key, value);
}

// The keys are those that the checkpoint tells of; a leaf that cannot be had is one without bytes
// here, so that whoever looks for the damage comes to its place.
static enum status load_leaf_from(struct bundle *bundle, uint64_t seq, struct bytes *key,
                                  struct bytes *value)
{
    struct reader *reader = &bundle->reader;
    if (seq < reader->first) seq = reader->first;
    if (seq >= reader->end) return STATUS_NOT_FOUND;
    big_endian_put(seq, reader->key);
    *key = (struct bytes){reader->key, BIG_ENDIAN_SIZE};
    if (load_leaf(reader, seq, value) != OK) *value = (struct bytes){NULL, 0};
    return OK;
}

enum status bundle_load_from(struct bundle *bundle, enum store_table table, struct bytes *key,
                             struct bytes *value)
{
    const uint64_t from = number_of(*key);
    if (table == STORE_LEAF) return load_leaf_from(bundle, from, key, value);
    assert(table == STORE_CHECKPOINT);
    const size_t at = find_head(bundle, from);
    return at == bundle->head_count ? STATUS_NOT_FOUND : load_head(bundle, at, key, value);
}

enum status bundle_load_last(struct bundle *bundle, enum store_table table, struct bytes *key,
                             struct bytes *value)
{
    const struct reader *reader = &bundle->reader;
    if (table == STORE_LEAF) {
        if (reader->end == reader->first) return STATUS_NOT_FOUND;
        return load_leaf_from(bundle, reader->end - 1, key, value);
    }
    assert(table == STORE_CHECKPOINT);
    return load_head(bundle, bundle->head_count - 1, key, value);
}

uint64_t bundle_count(const struct bundle *bundle, enum store_table table)
{
    if (table == STORE_CHECKPOINT) return bundle->head_count;
    assert(table == STORE_LEAF);
    return bundle->reader.end - bundle->reader.first;
}

uint64_t bundle_size(const struct bundle *bundle)
{
    return bundle->reader.size;
}

// --- Opening ----------------------------------------------------------------

// The size that the checkpoint tells, before anybody verified it.
static enum status read_size(struct bundle *bundle)
{
    struct note       note;
    struct checkpoint head;
    enum status       status =
        map(bundle->reader.directory_fd, BUNDLE_CHECKPOINT, NOTE_SIZE_MAX, &bundle->file);
    if (status != OK) return status;
    status = note_parse((struct bytes){bundle->file.at, bundle->file.size}, &note);
    if (status == OK) status = checkpoint_parse(note.text, &head);
    if (status != OK) return STATUS_CORRUPT;
    bundle->reader.size = head.size;
    return OK;
}

// A number in a file of its own, at most the size; as it was where there is no such file.
static enum status read_bound(struct bundle *bundle, const char *path, uint64_t *bound)
{
    const enum status status = map(bundle->reader.directory_fd, path, DECIMAL_SIZE, &bundle->file);
    if (status == STATUS_NOT_FOUND) return OK;
    if (status != OK) return status;
    struct bytes       text = {bundle->file.at, bundle->file.size};
    const struct bytes line = bytes_cut(&text, '\n');
    return bytes_to_decimal(line, bundle->reader.size, bound) ? OK : STATUS_CORRUPT;
}

// Leaves are left out by whole files.
static enum status read_bounds(struct bundle *bundle)
{
    struct reader *reader = &bundle->reader;
    enum status    status = read_bound(bundle, BUNDLE_MINIMUM, &reader->first);
    reader->end = reader->size;
    if (status == OK) status = read_bound(bundle, BUNDLE_END, &reader->end);
    if (status != OK) return status;
    const bool is_whole = reader->end % TILE_WIDTH == 0 || reader->end == reader->size;
    return is_whole && reader->first <= reader->end ? OK : STATUS_CORRUPT;
}

static int compare_sizes(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static enum status add_size(struct bundle *bundle, uint64_t size)
{
    uint64_t *grown = realloc(bundle->head_sizes, (bundle->head_count + 1) * sizeof *grown);
    if (grown == NULL) return STATUS_OUT_OF_MEMORY;
    bundle->head_sizes = grown;
    grown[bundle->head_count++] = size;
    return OK;
}

static enum status read_names(struct bundle *bundle, DIR *heads)
{
    enum status    status = OK;
    struct dirent *entry = NULL;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this thread's own
    while (status == OK && (entry = readdir(heads)) != NULL) {
        uint64_t size = 0;
        if (!bytes_to_decimal(bytes_of_text(entry->d_name), UINT64_MAX, &size)) continue;
        if (size < bundle->reader.size) status = add_size(bundle, size);
    }
    return status;
}

// The older heads, and the checkpoint as the newest.
static enum status list_heads(struct bundle *bundle)
{
    const int fd =
        openat(bundle->reader.directory_fd, BUNDLE_HEADS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum status status = OK;
    DIR        *heads = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && heads == NULL) (void)close(fd);
    if (heads != NULL) {
        status = read_names(bundle, heads);
        (void)closedir(heads);
    }
    if (status != OK) return status;
    if (bundle->head_count > 0) {
        qsort(bundle->head_sizes, bundle->head_count, sizeof *bundle->head_sizes, compare_sizes);
    }
    return add_size(bundle, bundle->reader.size);
}

enum status bundle_open(int directory_fd, struct bundle **bundle)
{
    struct bundle *made = calloc(1, sizeof *made);
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    made->reader.directory_fd = fcntl(directory_fd, F_DUPFD_CLOEXEC, 0);
    enum status status = made->reader.directory_fd < 0 ? STATUS_IO : OK;
    if (status == OK) status = read_size(made);
    if (status == OK) status = read_bounds(made);
    if (status == OK) status = list_heads(made);
    if (status != OK) {
        bundle_close(made);
        return status;
    }
    *bundle = made;
    return OK;
}

void bundle_close(struct bundle *bundle)
{
    if (bundle == NULL) return;
    unmap(&bundle->reader.leaves.file);
    unmap(&bundle->file);
    if (bundle->reader.directory_fd >= 0) (void)close(bundle->reader.directory_fd);
    free(bundle->head_sizes);
    free(bundle);
}

// --- Scans ------------------------------------------------------------------

enum status bundle_scan_open(const struct bundle *bundle, struct bytes from,
                             struct bundle_scan **scan)
{
    struct bundle_scan *made = calloc(1, sizeof *made);
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    made->reader = bundle->reader;
    made->reader.leaves = (struct leaves){.count = 0};
    made->next = number_of(from);
    made->reader.directory_fd = fcntl(bundle->reader.directory_fd, F_DUPFD_CLOEXEC, 0);
    if (made->reader.directory_fd < 0) {
        free(made);
        return STATUS_IO;
    }
    *scan = made;
    return OK;
}

enum status bundle_scan_next(struct bundle_scan *scan, struct bytes *key, struct bytes *value)
{
    struct reader *reader = &scan->reader;
    if (scan->next < reader->first) scan->next = reader->first;
    if (scan->next >= reader->end) return STATUS_NOT_FOUND;
    const enum status status = load_leaf(reader, scan->next, value);
    if (status != OK) return status;
    big_endian_put(scan->next++, reader->key);
    *key = (struct bytes){reader->key, BIG_ENDIAN_SIZE};
    return OK;
}

void bundle_scan_close(struct bundle_scan *scan)
{
    if (scan == NULL) return;
    unmap(&scan->reader.leaves.file);
    (void)close(scan->reader.directory_fd);
    free(scan);
}
