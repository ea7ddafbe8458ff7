// log.h - the ledger: an append-only log of leaves under a Merkle tree and signed checkpoints, on
// disk.
//
// What is written is written in batches; each commit seals one checkpoint over all leaves, in the
// same transaction, and is durable when it returns. FORMAT.md says every byte.
//
//   ledger_begin   ledger_append ...   ledger_commit      the batch is there, whole and sealed
//                                      ledger_abort       it never was
//
// A ledger belongs to one thread. A scan may be used by another thread than its ledger, and
// ledger_scan_open_aside may be called there: both have a read transaction of their own, which
// LMDB (opened with MDB_NOTLS) allows on any thread, beside the one that writes.
// Views (leaves, notes, hashes of a tile) live until the next call with the same ledger or scan.
//
// Sizes and seqs count leaves; the leaf with seq n is leaf n of the tree. hash_start() and
// crypto_start() come before everything here.
//
// Failures of all functions here, besides those named: STATUS_IO, STATUS_CORRUPT.
#ifndef LEDGER_LOG_H
#define LEDGER_LOG_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/epochs.h"
#include "core/proof/hash.h"
#include "core/proof/key.h"
#include "core/proof/tree.h"

#include <stdbool.h>
#include <stdint.h>

struct ledger;
struct ledger_scan;

// Texts and keys are borrowed until the ledger is closed.
struct ledger_options {
    struct bytes   origin;       // the log's name, first line of each checkpoint
    struct key_set keys;         // one: that of any epoch of the ledger's (core/proof/epochs.h)
    uint64_t       map_size;     // bytes, the most data.mdb may grow to; 0: 64 GiB, or, read-only,
                                 // as the writer said
    bool           is_read_only; // beside a writer, or on a copy: changes nothing
    // Read-only, for an auditor who looks for the damage: opens what ledger_check refuses. Its size
    // is what the leaves say.
    bool           is_unchecked;
};

// Why a ledger is not opened. Texts are static; what names the place ("leaf", "tile", "head",
// "checkpoint", "rotation", "directory"), why is a sentence.
struct ledger_complaint {
    const char *what;
    const char *why;
    uint64_t
        index; // of the leaf, tile or rotation, size of the checkpoint; LEDGER_NO_INDEX without one
    uint32_t level; // of the tile
};

#define LEDGER_NO_INDEX UINT64_MAX

// An empty ledger: no leaf, no checkpoint. STATUS_EXISTS when there is one, STATUS_LOCKED when
// another process has it open, STATUS_PERMISSION when the directory is open to others, STATUS_USAGE
// on a network file system, STATUS_FULL. A creation that was cut short is begun again.
MUST_CHECK enum status ledger_create(const char *directory, const struct ledger_options *options);

// Opens and checks: the newest checkpoint verifies under the key of its epoch, covers exactly the
// stored leaves and their root, and the given key is vouched for; the frontier, the right edge of
// the tiles and the last leaves agree. Otherwise STATUS_CORRUPT, STATUS_BAD_SIGNATURE or
// STATUS_UNKNOWN_KEY, and the complaint says what, where. STATUS_NOT_FOUND without a ledger;
// STATUS_LOCKED when another process writes and options do not say read-only, or when this process
// has it open already. The complaint is written on every failure.
MUST_CHECK enum status ledger_open(const char *directory, const struct ledger_options *options,
                                   struct ledger **ledger, struct ledger_complaint *complaint);
void                   ledger_close(struct ledger *ledger); // NULL is fine; aborts an open batch

// What ledger_open checks, on demand, against the disk, and that there are no records besides;
// reads some 256 leaves and all checkpoints. Not inside a batch.
MUST_CHECK enum status ledger_check(struct ledger *ledger, struct ledger_complaint *complaint);

// Read-only: a ledger stays at the size it had when opened until it is refreshed. Checks again.
// Between calls it holds what its last call saw, and with it pages that the writer would use again:
// who waits for long closes it.
MUST_CHECK enum status ledger_refresh(struct ledger *ledger, struct ledger_complaint *complaint);

// Leaves, those of the open batch included.
uint64_t ledger_size(const struct ledger *ledger);
// Those below are not in the ledger itself any more; their hashes stay.
uint64_t ledger_archived(const struct ledger *ledger);
// The leaves [first, end) can be read. First is ledger_archived(), or less with an archive at hand;
// end is ledger_size() but for exported files that end before.
uint64_t ledger_first(const struct ledger *ledger);
uint64_t ledger_end(const struct ledger *ledger);
// Whether it stands as files (export.h), and was never a daemon's.
bool     ledger_is_exported(const struct ledger *ledger);

// --- Writing ----------------------------------------------------------------

// STATUS_UNKNOWN_OUTCOME after a commit said so, until the ledger is opened anew.
MUST_CHECK enum status ledger_begin(struct ledger *ledger);
// Its seq is the ledger_size() before. STATUS_TOO_LARGE above LEAF_SIZE_MAX changes nothing. After
// any other failure the batch is lost: ledger_abort, or ledger_commit, which says it again.
MUST_CHECK enum status ledger_append(struct ledger *ledger, struct bytes leaf);
// Behind the leaf that rotates the key: seals a checkpoint over all leaves up to it by both keys,
// which is kept for ever; from here on the next key seals. STATUS_MALFORMED when the leaf does not
// rotate the key so, STATUS_UNKNOWN_KEY when the keys are others; after a failure the batch is
// lost.
MUST_CHECK enum status ledger_rotate(struct ledger *ledger, const struct signer *current,
                                     const struct signer *next);
// Seals a checkpoint over all leaves and makes the batch durable. The batch is over, whatever the
// answer. STATUS_FULL: it never was, and the next one may try again. STATUS_UNKNOWN_OUTCOME:
// whether it is there is known after reopening; nothing is written until then. STATUS_UNKNOWN_KEY,
// nothing written: the signer is not the ledger's key of this epoch.
MUST_CHECK enum status ledger_commit(struct ledger *ledger, const struct signer *signer);
// Drops the leaves below from the ledger: some hundreds at once, for each costs time in the batch,
// which needs no leaf. Whether another has them is for the caller to know. `below` is at most the
// committed size. After a failure the batch is lost.
MUST_CHECK enum status ledger_drop(struct ledger *ledger, uint64_t below);
// Size, tree and tiles are as before ledger_begin. Without a batch it does nothing.
void                   ledger_abort(struct ledger *ledger);

// --- Leaves -----------------------------------------------------------------

// From here on leaves that are not in the ledger itself come out of the files in the directory
// (archive.h). Whether they are those that the tiles tell of is for the reader to
// compare. No scan is open. STATUS_NOT_FOUND where there is no archive, STATUS_CORRUPT when it is
// one of another origin.
MUST_CHECK enum status ledger_use_archive(struct ledger *ledger, const char *directory);
void                   ledger_leave_archive(struct ledger *ledger);

// STATUS_NOT_FOUND at or above ledger_end(), STATUS_ARCHIVED below ledger_first().
MUST_CHECK enum status ledger_read(struct ledger *ledger, uint64_t seq, struct bytes *leaf);
// Committed leaves [from, to), in order, for replay. `to` at most the committed size, else
// STATUS_NOT_FOUND; STATUS_ARCHIVED when `from` is below ledger_first(). The scan is closed before
// the ledger.
MUST_CHECK enum status ledger_scan_open(struct ledger *ledger, uint64_t from, uint64_t to,
                                        struct ledger_scan **scan);
// The same from any thread, as long as the ledger stays open: `to` is a size that was committed,
// and `from` is not archived, as its own thread has seen.
MUST_CHECK enum status ledger_scan_open_aside(const struct ledger *ledger, uint64_t from,
                                              uint64_t to, struct ledger_scan **scan);
// STATUS_NOT_FOUND after the last one; STATUS_CORRUPT where one is missing.
MUST_CHECK enum status ledger_scan_next(struct ledger_scan *scan, struct bytes *leaf);
// Of a scan that waits before it goes on: see ledger_look_away.
void                   ledger_scan_look_away(struct ledger_scan *scan);
void                   ledger_scan_close(struct ledger_scan *scan); // NULL is fine

// --- Hashes and proofs ------------------------------------------------------

// From the stored tiles, without reading a leaf; sizes up to ledger_size().
MUST_CHECK enum status ledger_inclusion(struct ledger *ledger, uint64_t index, uint64_t size,
                                        struct tree_proof *proof);
MUST_CHECK enum status ledger_consistency(struct ledger *ledger, uint64_t size_old,
                                          uint64_t size_new, struct tree_proof *proof);
MUST_CHECK enum status ledger_root(struct ledger *ledger, uint64_t size, struct hash *root);
// The stored hash, not one of the stored leaf.
MUST_CHECK enum status ledger_leaf_hash(struct ledger *ledger, uint64_t index, struct hash *hash);
// The stored hashes of a tile as tlog-tiles has them: 32 to 8,192 bytes, as many as belong to
// ledger_size(). STATUS_NOT_FOUND for a tile that is empty at that size.
MUST_CHECK enum status ledger_tile(struct ledger *ledger, uint32_t level, uint64_t number,
                                   struct bytes *hashes);

// --- Checkpoints ------------------------------------------------------------

// Kept are the newest, the first one in each 4,096 leaves, those that rotate the key, and all that
// were witnessed.
struct ledger_checkpoint {
    uint64_t     size;
    bool         is_witnessed;
    struct bytes note; // C2SP checkpoint; a view
};

// STATUS_NOT_FOUND while nothing was ever committed.
MUST_CHECK enum status ledger_newest(struct ledger *ledger, struct ledger_checkpoint *checkpoint);
// The kept one of the smallest size >= size_min, so of that very size where it is kept: to walk
// all, go on from size + 1. STATUS_NOT_FOUND past the newest. Where the record is damaged
// (STATUS_CORRUPT) the size alone is told, and the walk can go on; UINT64_MAX is the last there is.
MUST_CHECK enum status ledger_checkpoint_from(struct ledger *ledger, uint64_t size_min,
                                              struct ledger_checkpoint *checkpoint);
// Inside a batch: keeps for ever the checkpoint of `size` with the cosignatures that were added to
// its note. The note must verify under the key of its epoch and tell this tree's root:
// else STATUS_MALFORMED, STATUS_BAD_SIGNATURE, STATUS_UNKNOWN_KEY, STATUS_CORRUPT.
MUST_CHECK enum status ledger_witness(struct ledger *ledger, uint64_t size, struct bytes note);

// The keys that sign checkpoints, as far as the leaves go, the open batch included. Lives until the
// next call. While nothing was rotated they know no root.
const struct epochs   *ledger_epochs(const struct ledger *ledger);
// The opening, and the rotation with the least seq of at least seq_min: also where the leaves
// themselves are archived. STATUS_NOT_FOUND.
MUST_CHECK enum status ledger_opening(struct ledger *ledger, struct bytes *leaf);
MUST_CHECK enum status ledger_rotation_from(struct ledger *ledger, uint64_t seq_min, uint64_t *seq,
                                            struct bytes *leaf);
// As epochs_verify(): a checkpoint of this ledger, kept here or elsewhere; the root is for the
// caller to compare.
MUST_CHECK enum status ledger_verify(const struct ledger *ledger, struct bytes note,
                                     const struct key_set *others, struct checkpoint *checkpoint,
                                     uint64_t *signed_by);

// --- Contacts ---------------------------------------------------------------

// A side table that no proof knows of (X17): what it holds can be erased. Not where read-only.
enum contact_of { CONTACT_OF_USER = 1, CONTACT_OF_ACTOR = 2 }; // stored; add, never renumber

struct contact_key {
    enum contact_of of;
    uint64_t        id; // entity_id: a name that is used again is another one's
};

// STATUS_NOT_FOUND where there is none. Sees the open batch.
MUST_CHECK enum status ledger_contact_load(struct ledger *ledger, struct contact_key key,
                                           struct bytes *contact);
// Inside a batch, which needs no leaf. After a failure the batch is lost.
MUST_CHECK enum status ledger_contact_put(struct ledger *ledger, struct contact_key key,
                                          struct bytes contact);
// OK as well when there was none.
MUST_CHECK enum status ledger_contact_erase(struct ledger *ledger, struct contact_key key);

// --- Care -------------------------------------------------------------------

// For whoever reads a ledger that is written to, once it has read: what it saw last and still holds
// keeps the writer from using freed pages again, so that the file grows with each batch. Ends all
// views; the next question looks anew. Done at opening.
void                   ledger_look_away(struct ledger *ledger);
// Frees what dead processes that read still hold. Done at opening; worth doing every ten seconds.
MUST_CHECK enum status ledger_clear_dead_readers(struct ledger *ledger);

struct ledger_usage {
    uint64_t bytes_used; // of data.mdb
    uint64_t bytes_max;  // alarm at 70 %: a larger map_size takes a restart
};
struct ledger_usage ledger_usage(const struct ledger *ledger);

#endif
