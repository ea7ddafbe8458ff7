// Whatever stands in the files of an exported ledger or an archive: it is refused, or its leaves
// are read within its bounds, each once, and nothing falls over.
//
// The input is five files, each behind its length (two bytes, big-endian): checkpoint, minimum,
// end, the leaves of the first file, the hashes of the first tile.
#include "core/proof/hash.h"
#include "ledger/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 128 };

static char directory[PATH_SIZE];

static const char *const folders[] = {"", "/tile", "/tile/0", "/tile/entries"};
static const char *const files[] = {"checkpoint", "minimum", "end", "tile/entries/000",
                                    "tile/0/000"};

static void stop(void)
{
    char path[PATH_SIZE + 32];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, files[i]);
        (void)unlink(path);
    }
    for (size_t i = sizeof folders / sizeof folders[0]; i > 0; i--) {
        (void)snprintf(path, sizeof path, "%s%s", directory, folders[i - 1]);
        (void)rmdir(path);
    }
}

static void start(void)
{
    char path[PATH_SIZE + 32];
    if (directory[0] != 0) return;
    const enum status status = hash_start();
    assert(status == OK);
    (void)snprintf(directory, sizeof directory, "%s/licet-fuzz-%d",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", directory, folders[i]);
        (void)mkdir(path, S_IRWXU);
    }
    (void)atexit(stop);
}

// An absent file is one of no bytes.
static struct bytes put(const char *name, struct bytes rest)
{
    char path[PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    (void)unlink(path);
    if (rest.size < 2) return (struct bytes){NULL, 0};
    size_t size = (size_t)rest.at[0] << 8 | rest.at[1];
    rest = bytes_after(rest, 2);
    if (size > rest.size) size = rest.size;
    FILE *file = size == 0 ? NULL : fopen(path, "w");
    if (file != NULL) {
        (void)fwrite(rest.at, 1, size, file);
        (void)fclose(file);
    }
    return bytes_after(rest, size);
}

static void read_all(struct ledger *ledger)
{
    struct ledger_scan *scan = NULL;
    struct bytes        leaf;
    const uint64_t      first = ledger_first(ledger), end = ledger_end(ledger);
    uint64_t            count = 0;
    assert(first <= end);
    assert(end <= ledger_size(ledger));
    if (ledger_scan_open(ledger, first, end, &scan) != OK) return;
    while (ledger_scan_next(scan, &leaf) == OK) {
        (void)hash_leaf(leaf);
        count++;
    }
    ledger_scan_close(scan);
    assert(count <= end - first);
    if (count > 0) {
        const enum status status = ledger_read(ledger, first, &leaf);
        assert(status == OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ledger_options options = {
        .origin = bytes_of_text("ledger.example/lic1"), .is_read_only = true, .is_unchecked = true};
    struct ledger_complaint complaint;
    struct ledger          *ledger = NULL;
    struct bytes            rest = {data, size};
    start();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        rest = put(files[i], rest);
    if (ledger_open(directory, &options, &ledger, &complaint) == OK) read_all(ledger);
    ledger_close(ledger);
    return 0;
}
