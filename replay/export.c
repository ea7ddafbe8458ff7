#include "replay/commands.h"

#include "ledger/export.h"
#include "replay/replaying.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char readme[] =
    "A licence ledger, exported: its events, the hashes over them, and its signed heads, in the\n"
    "layout of C2SP tlog-tiles. Whom to trust is in keys/ and policy: compare both with what you\n"
    "got from elsewhere before you believe them. Three commands check it, from this directory:\n"
    "\n"
    "  licet-replay verify . --policy policy       is it what it claims to be?\n"
    "  licet-replay print . --policy policy        what happened?\n"
    "  licet-replay rebuild . --policy policy      the digest of all that it means\n"
    "\n"
    "checkpoint         the newest signed head\n"
    "heads/             older ones\n"
    "tile/LEVEL/        hashes, 256 a file\n"
    "tile/entries/      events, 256 a file, each behind its length (two bytes)\n"
    "minimum            the first event that is in it, where that is not 0\n"
    "end                the first event that is not, where the checkpoint covers more\n"
    "keys/              the given public key; where the key was rotated, certificates of the "
    "others\n";

static enum outcome complain(const char *path, enum status status)
{
    (void)fprintf(stderr, "licet-replay: %s: %s\n", path, status_sentence(status));
    return outcome_of(status);
}

// What stands there already might be believed to belong to it.
static bool is_empty(const char *path)
{
    DIR           *directory = opendir(path);
    struct dirent *entry = NULL;
    bool           is_any = false;
    if (directory == NULL) return errno == ENOENT;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread
    while (!is_any && (entry = readdir(directory)) != NULL) {
        is_any = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    (void)closedir(directory);
    return !is_any;
}

static enum status write_trust(const struct options *options, int directory_fd)
{
    uint8_t       room[KEY_TEXT_SIZE_MAX + 1];
    struct buffer key = buffer_over(room, sizeof room);
    verifier_print(&options->trust.ledger, &key);
    buffer_add_byte(&key, '\n');
    enum status status = export_file(directory_fd, "keys/ledger.vkey", buffer_bytes(&key));
    if (status == OK) status = export_file(directory_fd, "policy", trust_text(&options->trust));
    if (status == OK) status = export_file(directory_fd, "README", bytes_of_text(readme));
    return status;
}

static enum outcome write_all(struct ledger *ledger, const struct options *options,
                              int directory_fd)
{
    const uint64_t first = ledger_first(ledger), to = ledger_end(ledger);
    const uint64_t from = options->from > first ? options->from : first;
    uint64_t       progress = 0;
    enum status    status = export_tiles(ledger, directory_fd, 0);
    if (status == OK) status = export_leaves(ledger, directory_fd, from, to, &progress);
    if (status == OK) status = export_bounds(ledger, directory_fd, from, to);
    if (status == STATUS_CORRUPT) {
        (void)fprintf(stderr,
                      "licet-replay: event %" PRIu64 ": its bytes do not make the hash that its "
                      "tile has: run verify\n",
                      progress);
        return OUTCOME_INTEGRITY;
    }
    if (status == OK) status = export_certificates(ledger, directory_fd);
    if (status == OK) status = export_rotations(ledger, directory_fd);
    if (status == OK) status = export_heads(ledger, directory_fd);
    if (status == OK) status = write_trust(options, directory_fd);
    if (status == OK) status = export_checkpoint(ledger, directory_fd);
    if (status != OK) return complain(options->directory, status);
    export_sync();
    (void)printf("%" PRIu64 " events, from %" PRIu64 ", to %s\n", to, from / 256 * 256,
                 options->directory);
    if (options->from >= first && to == ledger_size(ledger)) return OUTCOME_CLEAN;
    (void)fflush(stdout);
    (void)fprintf(stderr, "licet-replay: the others are not here: say where, --archive DIR\n");
    return OUTCOME_PARTIAL;
}

static enum outcome run(const struct options *options)
{
    static struct replaying replaying;
    int                     directory_fd = -1;
    enum outcome            outcome = replaying_open(&replaying, options);
    if (outcome == OUTCOME_CLEAN && options->from > ledger_size(replaying.ledger)) {
        (void)fprintf(stderr, "licet-replay: there is no event %" PRIu64 " yet\n", options->from);
        outcome = OUTCOME_USAGE;
    }
    if (outcome == OUTCOME_CLEAN) {
        const enum status status = export_open(options->directory, &directory_fd);
        outcome = status == OK ? write_all(replaying.ledger, options, directory_fd)
                               : complain(options->directory, status);
    }
    if (directory_fd >= 0) (void)close(directory_fd);
    replaying_close(&replaying);
    return outcome;
}

enum outcome export_run(const struct options *options)
{
    if (!is_empty(options->directory)) {
        (void)fprintf(stderr, "licet-replay: %s: is there already, and not empty\n",
                      options->directory);
        return OUTCOME_USAGE;
    }
    return sheltered(run, options);
}
