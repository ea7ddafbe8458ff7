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
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LENGTH_SIZE = 2, DECIMAL_SIZE = 24 };

#define LEAF_SUFFIX ".leaf"

// A whole file, as it is.
struct file {
    const uint8_t *at; // mapped; NULL: none
    size_t         size;
    bool           is_longer; // a full tile in the place of a partial one
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

// Ascending.
struct numbers {
    uint64_t *at;
    size_t    count;
};

struct bundle {
    struct reader  reader;
    struct file    file;                      // of the last tile or head
    struct file    rotation;                  // of the last copy
    struct numbers heads;                     // sizes, the newest last
    struct numbers rotations;                 // seqs of the leaves that are copied
    uint8_t        record[1 + NOTE_SIZE_MAX]; // of a checkpoint, as the store has it
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
    *file = (struct file){.at = NULL};
}

// An empty file is none.
static enum status map(int directory_fd, const char *path, size_t size_max, struct file *file)
{
    struct stat stat;
    const int   fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
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
    *file = (struct file){.at = at, .size = (size_t)stat.st_size};
    return OK;
}

// What a partial tile is called depends on the size of the whole; a full one may stand in its
// place, which has more behind it.
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
    file->is_longer = false;
    if (status != STATUS_NOT_FOUND || width == TILE_WIDTH) return status;
    path.size = 0;
    tile_path_add(&path, level, number, TILE_WIDTH);
    const enum status other = map(reader->directory_fd, room, size_max, file);
    file->is_longer = true;
    return other;
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
    return at == leaves->file.size || leaves->file.is_longer;
}

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
    const size_t size = (size_t)width * HASH_SIZE;
    if (bundle->file.size < size) return STATUS_CORRUPT;
    if (bundle->file.size > size && !bundle->file.is_longer) return STATUS_CORRUPT;
    *value = (struct bytes){bundle->file.at, size};
    return OK;
}

static enum status map_older_head(int directory_fd, uint64_t size, struct file *file)
{
    char          path[sizeof BUNDLE_HEADS + 1 + DECIMAL_SIZE];
    struct buffer name = buffer_over(path, sizeof path);
    buffer_add_text(&name, BUNDLE_HEADS "/");
    buffer_add_decimal(&name, size);
    return map(directory_fd, buffer_text(&name), NOTE_SIZE_MAX, file);
}

// The record of the store: flags, then the note.
static enum status load_head(struct bundle *bundle, size_t at, struct bytes *key,
                             struct bytes *value)
{
    const uint64_t    size = bundle->heads.at[at];
    const bool        is_newest = size == bundle->reader.size;
    const int         fd = bundle->reader.directory_fd;
    const enum status status = is_newest ? map(fd, BUNDLE_CHECKPOINT, NOTE_SIZE_MAX, &bundle->file)
                                         : map_older_head(fd, size, &bundle->file);
    const bool        is_none = status == STATUS_NOT_FOUND || status == STATUS_CORRUPT;
    if (status != OK && !is_none) return status;
    bundle->record[0] = is_newest ? 0 : 1; // its flags
    if (!is_none) memcpy(bundle->record + 1, bundle->file.at, bundle->file.size);
    big_endian_put(size, bundle->reader.key);
    *key = (struct bytes){bundle->reader.key, BIG_ENDIAN_SIZE};
    // A file that is none is a record without bytes: the walk goes on behind it.
    *value = (struct bytes){bundle->record, is_none ? 0 : 1 + bundle->file.size};
    return OK;
}

static size_t find_number(const struct numbers *numbers, uint64_t min)
{
    size_t at = 0;
    while (at < numbers->count && numbers->at[at] < min) {
        at++;
    }
    return at;
}

static bool has_number(const struct numbers *numbers, uint64_t number)
{
    const size_t at = find_number(numbers, number);
    return at < numbers->count && numbers->at[at] == number;
}

// The copy of a leaf that says which key signs.
static enum status load_rotation(struct bundle *bundle, size_t at, struct bytes *key,
                                 struct bytes *value)
{
    const uint64_t seq = bundle->rotations.at[at];
    char           path[sizeof BUNDLE_KEYS + 1 + DECIMAL_SIZE + sizeof LEAF_SUFFIX];
    struct buffer  name = buffer_over(path, sizeof path);
    buffer_printf(&name, BUNDLE_KEYS "/%" PRIu64 LEAF_SUFFIX, seq);
    const enum status status =
        map(bundle->reader.directory_fd, buffer_text(&name), LEAF_SIZE_MAX, &bundle->rotation);
    if (status != OK) return status;
    big_endian_put(seq, bundle->reader.key);
    *key = (struct bytes){bundle->reader.key, BIG_ENDIAN_SIZE};
    *value = (struct bytes){bundle->rotation.at, bundle->rotation.size};
    return OK;
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
    const uint64_t number = number_of(key);
    assert(table == STORE_ROTATION || table == STORE_CHECKPOINT);
    const bool            is_head = table == STORE_CHECKPOINT;
    const struct numbers *numbers = is_head ? &bundle->heads : &bundle->rotations;
    const size_t          at = find_number(numbers, number);
    if (!has_number(numbers, number)) return STATUS_NOT_FOUND;
    return is_head ? load_head(bundle, at, &key, value) : load_rotation(bundle, at, &key, value);
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
    if (table == STORE_ROTATION) {
        const size_t at = find_number(&bundle->rotations, from);
        if (at == bundle->rotations.count) return STATUS_NOT_FOUND;
        return load_rotation(bundle, at, key, value);
    }
    assert(table == STORE_CHECKPOINT);
    const size_t at = find_number(&bundle->heads, from);
    return at == bundle->heads.count ? STATUS_NOT_FOUND : load_head(bundle, at, key, value);
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
    return load_head(bundle, bundle->heads.count - 1, key, value);
}

uint64_t bundle_count(const struct bundle *bundle, enum store_table table)
{
    if (table == STORE_CHECKPOINT) return bundle->heads.count;
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

static int compare_numbers(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static enum status add_number(struct numbers *numbers, uint64_t number)
{
    uint64_t *grown = realloc(numbers->at, (numbers->count + 1) * sizeof *grown);
    if (grown == NULL) return STATUS_OUT_OF_MEMORY;
    numbers->at = grown;
    grown[numbers->count++] = number;
    return OK;
}

// What names in a directory begin with, where they go on as the suffix and are below the end.
struct naming {
    const char *directory, *suffix;
    uint64_t    end;
};

static enum status read_names(const struct naming *naming, DIR *directory, struct numbers *numbers)
{
    enum status    status = OK;
    struct dirent *entry = NULL;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this thread's own
    while (status == OK && (entry = readdir(directory)) != NULL) {
        struct bytes       name = bytes_of_text(entry->d_name);
        const struct bytes suffix = bytes_of_text(naming->suffix);
        uint64_t           number = 0;
        if (name.size < suffix.size) continue;
        name.size -= suffix.size;
        if (memcmp(name.at + name.size, suffix.at, suffix.size) != 0) continue;
        if (!bytes_to_decimal(name, UINT64_MAX, &number) || number >= naming->end) continue;
        status = add_number(numbers, number);
    }
    return status;
}

static void sort(struct numbers *numbers)
{
    if (numbers->count == 0) return;
    qsort(numbers->at, numbers->count, sizeof *numbers->at, compare_numbers);
}

static enum status list_names(const struct bundle *bundle, const struct naming *naming,
                              struct numbers *numbers)
{
    const int fd =
        openat(bundle->reader.directory_fd, naming->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum status status = OK;
    DIR        *directory = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && directory == NULL) (void)close(fd);
    if (directory != NULL) {
        status = read_names(naming, directory, numbers);
        (void)closedir(directory);
    }
    if (status == OK) sort(numbers);
    return status;
}

// Of the newest size there may be the checkpoint once more, where somebody laid an older one in its
// place; another one of that size is none of a ledger.
static enum status compare_newest(struct bundle *bundle)
{
    struct file file = {.at = NULL};
    const int   fd = bundle->reader.directory_fd;
    enum status status = map(fd, BUNDLE_CHECKPOINT, NOTE_SIZE_MAX, &bundle->file);
    if (status == OK) status = map_older_head(fd, bundle->reader.size, &file);
    if (status == OK &&
        (file.size != bundle->file.size || memcmp(file.at, bundle->file.at, file.size) != 0)) {
        status = STATUS_CORRUPT;
    }
    unmap(&file);
    return status;
}

// The older heads, and the checkpoint. Heads of more events than the checkpoint's are kept in
// sight: whoever looks at the whole must not take it for the newest then.
static enum status list_heads(struct bundle *bundle)
{
    const struct naming naming = {.directory = BUNDLE_HEADS, .suffix = "", .end = UINT64_MAX};
    enum status         status = list_names(bundle, &naming, &bundle->heads);
    if (status != OK) return status;
    if (has_number(&bundle->heads, bundle->reader.size)) return compare_newest(bundle);
    status = add_number(&bundle->heads, bundle->reader.size);
    if (status == OK) sort(&bundle->heads);
    return status;
}

static enum status list_rotations(struct bundle *bundle)
{
    const struct naming naming = {
        .directory = BUNDLE_KEYS, .suffix = LEAF_SUFFIX, .end = bundle->reader.size};
    return list_names(bundle, &naming, &bundle->rotations);
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
    if (status == OK) status = list_rotations(made);
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
    unmap(&bundle->rotation);
    if (bundle->reader.directory_fd >= 0) (void)close(bundle->reader.directory_fd);
    free(bundle->heads.at);
    free(bundle->rotations.at);
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
