// Whatever stands in the files of a directory: it is read as a ledger, or not, and what is given
// out lies within them. Nothing in it was signed by the key that is trusted, so it never opens as
// sound.
//
// The input is files, one after another: which one (a byte), how long (two bytes), and its content.
#include "ledger/log.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const paths[] = {
    "checkpoint",
    "minimum",
    "heads/1",
    "heads/3",
    "heads/300",
    "heads/nonsense",
    "tile/0/000",
    "tile/0/000.p/3",
    "tile/0/001.p/44",
    "tile/1/000.p/1",
    "tile/entries/000",
    "tile/entries/000.p/3",
    "tile/entries/001.p/44",
    "end",
    "keys/0.leaf",
    "keys/2.leaf",
    "keys/2.note",
};
static const char *const folders[] = {
    "keys",
    "heads",
    "tile",
    "tile/0",
    "tile/0/000.p",
    "tile/0/001.p",
    "tile/1",
    "tile/1/000.p",
    "tile/entries",
    "tile/entries/000.p",
    "tile/entries/001.p",
};

enum {
    PATH_COUNT = sizeof paths / sizeof paths[0],
    FOLDER_COUNT = sizeof folders / sizeof folders[0]
};

static char            directory[] = "/tmp/licet-fuzz-XXXXXX";
static int             directory_fd = -1;
static struct verifier key;

static void remove_files(void)
{
    for (size_t i = 0; i < PATH_COUNT; i++) {
        (void)unlinkat(directory_fd, paths[i], 0);
    }
}

static void finish(void)
{
    remove_files();
    for (size_t i = FOLDER_COUNT; i > 0; i--) {
        (void)unlinkat(directory_fd, folders[i - 1], AT_REMOVEDIR);
    }
    (void)rmdir(directory);
}

static void start(void)
{
    if (directory_fd >= 0) return;
    enum status status = crypto_start();
    if (status == OK) status = hash_start();
    if (status == OK) {
        status = verifier_parse(
            &key,
            bytes_of_text("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"));
    }
    assert(status == OK);
    const char *made = mkdtemp(directory);
    assert(made != NULL);
    directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert(directory_fd >= 0);
    for (size_t i = 0; i < FOLDER_COUNT; i++) {
        const int is_made = mkdirat(directory_fd, folders[i], 0700);
        assert(is_made == 0);
    }
    (void)atexit(finish);
}

static void write_file(const char *path, struct bytes content)
{
    const int     fd = openat(directory_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const ssize_t written = write(fd, content.at, content.size);
    assert(written == (ssize_t)content.size);
    (void)close(fd);
}

static void write_files(struct bytes input)
{
    while (input.size >= 3) {
        const char  *path = paths[input.at[0] % PATH_COUNT];
        const size_t told = (size_t)input.at[1] << 8 | input.at[2];
        input = bytes_after(input, 3);
        const size_t size = told < input.size ? told : input.size;
        write_file(path, (struct bytes){input.at, size});
        input = bytes_after(input, size);
    }
}

// Whoever reads out of bounds is seen here.
static uint64_t touch(struct bytes bytes)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        sum += bytes.at[i];
    }
    return sum;
}

static void walk_leaves(struct ledger *ledger)
{
    struct ledger_scan *scan = NULL;
    struct bytes        leaf;
    uint64_t            seq = ledger_first(ledger);
    if (ledger_scan_open(ledger, seq, ledger_end(ledger), &scan) != OK) return;
    while (ledger_scan_next(scan, &leaf) == OK) {
        struct bytes again;
        (void)touch(leaf);
        const enum status status = ledger_read(ledger, seq++, &again);
        assert(status == OK);
        assert(bytes_is_equal(leaf, again));
    }
    assert(seq <= 600); // no more than the files hold
    ledger_scan_close(scan);
}

static void walk_tiles(struct ledger *ledger)
{
    struct bytes hashes;
    for (uint32_t level = 0; level < 9; level++) {
        for (uint64_t number = 0; number < 3; number++) {
            if (ledger_tile(ledger, level, number, &hashes) != OK) continue;
            assert(hashes.size % HASH_SIZE == 0);
            (void)touch(hashes);
        }
    }
}

static void walk_heads(struct ledger *ledger)
{
    struct ledger_checkpoint found;
    uint64_t                 from = 0;
    for (uint32_t count = 0; from != UINT64_MAX; count++) {
        const enum status status = ledger_checkpoint_from(ledger, from, &found);
        if (status != OK && status != STATUS_CORRUPT) return;
        assert(found.size >= from);
        assert(count < 5); // one for each file
        if (status == OK) (void)touch(found.note);
        from = found.size == UINT64_MAX ? UINT64_MAX : found.size + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ledger_complaint complaint;
    struct ledger          *ledger = NULL;
    struct hash             root;
    start();
    const struct ledger_options options = {
        .origin = verifier_name(&key),
        .keys = {&key, 1},
        .is_read_only = true,
        .is_unchecked = true
    };
    write_files((struct bytes){data, size});
    if (ledger_open(directory, &options, &ledger, &complaint) == OK) {
        walk_leaves(ledger);
        walk_tiles(ledger);
        walk_heads(ledger);
        (void)ledger_root(ledger, ledger_size(ledger) / 2, &root);
        const enum status status = ledger_check(ledger, &complaint);
        assert(status != OK);
    }
    ledger_close(ledger);
    remove_files();
    return 0;
}
