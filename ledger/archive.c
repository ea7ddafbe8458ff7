#include "ledger/archive.h"

#include "core/base/limits.h"
#include "core/proof/checkpoint.h"
#include "core/proof/note.h"
#include "ledger/export.h"
#include "ledger/tile_path.h"
#include "ledger/tiles.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STRIDE = 64 * TILE_WIDTH }; // leaves between two tellings

static_assert((int)ARCHIVE_STEP == (int)TILE_WIDTH, "a file of leaves is archived whole");

static enum status fail(struct archiving *archiving, enum status status, const char *why)
{
    archiving->why = why;
    return status;
}

// A failure that needs no other words than its own.
static enum status pass_on(struct archiving *archiving, enum status status)
{
    return status == OK ? OK : fail(archiving, status, status_sentence(status));
}

static void tell(const struct archiving *archiving, uint64_t done)
{
    if (archiving->tell != NULL) archiving->tell(archiving->context, done);
}

// --- The directory ----------------------------------------------------------

static enum status judge_directory(struct archiving *archiving, int directory_fd)
{
    struct stat directory, data;
    if (fstat(directory_fd, &directory) != 0) return pass_on(archiving, status_of_error(errno));
    if (directory.st_uid != geteuid() || (directory.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(archiving, STATUS_PERMISSION, "others may enter the archive's directory");
    }
    if (fstatat(directory_fd, "data.mdb", &data, AT_SYMLINK_NOFOLLOW) == 0) {
        return fail(archiving, STATUS_USAGE, "the archive's directory is a ledger's own");
    }
    return OK;
}

static enum status open_directory(struct archiving *archiving, int *directory_fd)
{
    if (mkdir(archiving->directory, S_IRWXU) != 0 && errno != EEXIST) {
        return pass_on(archiving, status_of_error(errno));
    }
    const enum status status = pass_on(archiving, export_open(archiving->directory, directory_fd));
    return status == OK ? judge_directory(archiving, *directory_fd) : status;
}

// The size that its checkpoint tells, which must be one that this ledger had: 0 where there is
// none.
static enum status read_size(struct archiving *archiving, struct ledger *ledger, int directory_fd,
                             uint64_t *size)
{
    uint8_t           room[NOTE_SIZE_MAX + 1];
    struct buffer     text = buffer_over(room, sizeof room);
    struct note       note;
    struct checkpoint head;
    struct hash       root;
    enum status       status = export_read(directory_fd, BUNDLE_CHECKPOINT, &text);
    *size = 0;
    if (status == STATUS_NOT_FOUND) return OK;
    if (status == OK) status = note_parse(buffer_bytes(&text), &note);
    if (status == OK) status = checkpoint_parse(note.text, &head);
    if (status != OK) return fail(archiving, status, "the archive's checkpoint is none");
    const bool is_ours =
        bytes_is_equal(head.origin, archiving->options->origin) && head.size <= ledger_size(ledger);
    if (is_ours) {
        status = ledger_root(ledger, head.size, &root);
        if (status != OK) return pass_on(archiving, status);
    }
    if (!is_ours || !hash_is_equal(&root, &head.root)) {
        return fail(archiving, STATUS_BEHIND, "what is in the directory is not of this ledger");
    }
    *size = head.size;
    return OK;
}

// What was archived before must be there, or the archive would be none of all leaves below.
static enum status judge_former(struct archiving *archiving, struct ledger *ledger, uint64_t size)
{
    struct ledger_complaint complaint;
    struct ledger          *former = NULL;
    struct ledger_options   options = *archiving->options;
    struct verifier         keys[EPOCH_SIGNER_MAX];
    const uint64_t          archived = ledger_archived(ledger);
    if (archived == 0) return OK;
    (void)epochs_signers(ledger_epochs(ledger), size, keys);
    options.keys = (struct key_set){keys, 1}; // which may have been rotated since
    const bool is_there = size > 0 &&
                          ledger_open(archiving->directory, &options, &former, &complaint) == OK &&
                          ledger_first(former) == 0 && ledger_end(former) >= archived;
    ledger_close(former);
    if (is_there) return OK;
    return fail(archiving, STATUS_ARCHIVED, "the directory has not what was archived before");
}

// --- Writing ----------------------------------------------------------------

static enum status write_leaves(struct archiving *archiving, struct ledger *ledger,
                                int directory_fd)
{
    const uint64_t first = ledger_archived(ledger);
    enum status    status = OK;
    for (uint64_t from = first; status == OK && from < archiving->below;) {
        const uint64_t rest = archiving->below - from;
        const uint64_t to = rest > STRIDE ? from + STRIDE : archiving->below;
        status = export_leaves(ledger, directory_fd, from, to, &archiving->seq);
        from = to;
        tell(archiving, (from - first) / 2);
    }
    if (status != STATUS_CORRUPT) archiving->seq = LEDGER_NO_INDEX;
    return status;
}

// The checkpoint comes behind what it covers, and what it must cover behind it.
static enum status write_files(struct archiving *archiving, struct ledger *ledger, int directory_fd,
                               uint64_t size_before)
{
    enum status status = export_tiles(ledger, directory_fd, size_before);
    if (status == OK) status = write_leaves(archiving, ledger, directory_fd);
    if (status == OK) status = export_heads(ledger, directory_fd);
    if (status != OK) return pass_on(archiving, status);
    export_sync();
    status = export_certificates(ledger, directory_fd);
    if (status == OK) status = export_rotations(ledger, directory_fd);
    if (status == OK) status = export_checkpoint(ledger, directory_fd);
    if (status == OK) status = export_bounds(ledger, directory_fd, 0, archiving->below);
    if (status == OK) status = export_sweep(ledger, directory_fd, size_before);
    export_sync();
    return pass_on(archiving, status);
}

// --- Reading back -----------------------------------------------------------

// The file of the leaf against the tile of the ledger, hash by hash: a hash covers every byte.
static enum status compare_file(struct archiving *archiving, struct ledger *ledger,
                                struct ledger_scan *scan, uint64_t from)
{
    struct bytes hashes, leaf;
    enum status  status = ledger_tile(ledger, 0, from / TILE_WIDTH, &hashes);
    for (uint64_t i = 0; status == OK && i < TILE_WIDTH; i++) {
        archiving->seq = from + i;
        status = ledger_scan_next(scan, &leaf);
        if (status != OK) break;
        const struct hash hash = hash_leaf(leaf);
        if (memcmp(hash.at, hashes.at + i * HASH_SIZE, HASH_SIZE) != 0) status = STATUS_CORRUPT;
    }
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status compare_leaves(struct archiving *archiving, struct ledger *ledger,
                                  struct ledger *written)
{
    struct ledger_scan *scan = NULL;
    const uint64_t      first = ledger_archived(ledger), below = archiving->below;
    enum status         status = ledger_scan_open(written, first, below, &scan);
    for (uint64_t from = first; status == OK && from < below; from += TILE_WIDTH) {
        status = compare_file(archiving, ledger, scan, from);
        if (from % STRIDE == 0) tell(archiving, (below - first + from - first) / 2);
    }
    ledger_scan_close(scan);
    if (status == OK) archiving->seq = LEDGER_NO_INDEX;
    return status;
}

static enum status compare_roots(struct archiving *archiving, struct ledger *ledger,
                                 struct ledger *written)
{
    struct hash root;
    enum status status = ledger_root(ledger, archiving->below, &archiving->root);
    if (status == OK) status = ledger_root(written, archiving->below, &root);
    if (status != OK) return status;
    return hash_is_equal(&root, &archiving->root) ? OK : STATUS_CORRUPT;
}

// As any reader opens it, who has the ledger's public key and nothing else.
static enum status read_back(struct archiving *archiving, struct ledger *ledger)
{
    struct ledger_complaint complaint;
    struct ledger          *written = NULL;
    enum status             status =
        ledger_open(archiving->directory, archiving->options, &written, &complaint);
    if (status == OK) status = compare_leaves(archiving, ledger, written);
    if (status == OK) status = compare_roots(archiving, ledger, written);
    ledger_close(written);
    if (status == OK) return OK;
    return fail(archiving, status, "the archive was not read back as it was written");
}

enum status archive_write(struct archiving *archiving, struct ledger *ledger)
{
    int         directory_fd = -1;
    uint64_t    size_before = 0;
    enum status status = open_directory(archiving, &directory_fd);
    archiving->seq = LEDGER_NO_INDEX;
    assert(ledger_archived(ledger) % TILE_WIDTH == 0);
    assert(archiving->below % TILE_WIDTH == 0);
    assert(archiving->below <= ledger_size(ledger));
    if (status == OK) status = read_size(archiving, ledger, directory_fd, &size_before);
    if (status == OK) status = judge_former(archiving, ledger, size_before);
    if (status == OK) status = write_files(archiving, ledger, directory_fd, size_before);
    if (directory_fd >= 0) (void)close(directory_fd);
    return status == OK ? read_back(archiving, ledger) : status;
}
