#include "ledger/log.h"

#include "core/base/limits.h"
#include "ledger/big_endian.h"
#include "ledger/census.h"
#include "ledger/checkpoints.h"
#include "ledger/contacts.h"
#include "ledger/head.h"
#include "ledger/rotations.h"
#include "ledger/state.h"
#include "ledger/store.h"
#include "ledger/tiles.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct ledger {
    struct store            *store;
    struct store            *archive; // of the leaves below now.first; NULL: none is at hand
    uint64_t                 archive_first;
    struct ledger_options    options;
    bool                     is_batch_open;
    enum status              batch_failure; // of an append; the batch can only be aborted
    struct state             now;
    struct state             before; // the batch; outside one, room for a check
    // Read-only: the newest checkpoint at now's size, or why there is none. The writer may have
    // dropped it since.
    enum status              newest_status;
    struct checkpoint_record newest;
    uint8_t                  newest_note[NOTE_SIZE_MAX];
};

struct ledger_scan {
    struct store_scan *archived; // of the leaves below; NULL: none of them is wanted
    uint64_t           archived_end;
    struct store_scan *leaves;
    uint64_t           next;
    uint64_t           end;
};

// --- Opening ----------------------------------------------------------------

enum status ledger_create(const char *directory, const struct ledger_options *options)
{
    const struct store_options store_options = {.map_size = options->map_size};
    const struct head          empty = {.first = 0};
    struct head                found;
    struct store              *store = NULL;

    enum status status = store_create(directory, &store_options, &store);
    if (status != OK) return status;
    status = store_look(store);
    if (status == OK) status = head_load(&found, store);
    if (status == OK) status = STATUS_EXISTS;
    if (status == STATUS_NOT_FOUND) status = store_begin(store);
    if (status != OK) goto out;
    status = head_put(&empty, store);
    if (status == OK) status = store_commit(store);
out:
    store_close(store);
    return status;
}

static enum status copy_newest(struct ledger *ledger)
{
    struct checkpoint_record record;
    const enum status        status = checkpoints_load_newest(ledger->store, &record);
    if (status != OK) return status;
    if (record.note.size > NOTE_SIZE_MAX) return STATUS_CORRUPT;
    memcpy(ledger->newest_note, record.note.at, record.note.size);
    record.note.at = ledger->newest_note;
    ledger->newest = record;
    return OK;
}

static enum status load(struct ledger *ledger, struct state *state,
                        struct ledger_complaint *complaint)
{
    *complaint = (struct ledger_complaint){.what = "directory", .index = LEDGER_NO_INDEX};
    const enum status status = store_look(ledger->store);
    complaint->why = status_sentence(status);
    if (status != OK) return status;
    return state_load(state, ledger->store, &ledger->options, complaint);
}

static enum status load_first(struct ledger *ledger, struct ledger_complaint *complaint)
{
    if (!ledger->options.is_unchecked) return load(ledger, &ledger->now, complaint);
    const enum status status = store_look(ledger->store);
    complaint->why = status_sentence(status);
    if (status != OK) return status;
    const enum status loaded = state_load_unchecked(&ledger->now, ledger->store, complaint);
    if (loaded == OK) epochs_init(&ledger->now.epochs, &ledger->options.keys.at[0], NULL);
    return loaded;
}

enum status ledger_open(const char *directory, const struct ledger_options *options,
                        struct ledger **ledger, struct ledger_complaint *complaint)
{
    assert(options->is_read_only || !options->is_unchecked);
    const struct store_options store_options = {.map_size = options->map_size,
                                                .is_read_only = options->is_read_only};
    struct ledger             *made = calloc(1, sizeof *made);
    *complaint = (struct ledger_complaint){.what = "directory",
                                           .why = status_sentence(STATUS_OUT_OF_MEMORY),
                                           .index = LEDGER_NO_INDEX};
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    made->options = *options;

    enum status status = store_open(directory, &store_options, &made->store);
    complaint->why =
        status == STATUS_USAGE ? "it is on a network file system" : status_sentence(status);
    if (status == OK) status = load_first(made, complaint);
    if (status == OK && options->is_read_only) made->newest_status = copy_newest(made);
    if (status != OK) {
        ledger_close(made);
        return status;
    }
    store_look_away(made->store);
    *ledger = made;
    return OK;
}

void ledger_close(struct ledger *ledger)
{
    if (ledger == NULL) return;
    store_close(ledger->archive);
    store_close(ledger->store);
    free(ledger);
}

enum status ledger_check(struct ledger *ledger, struct ledger_complaint *complaint)
{
    assert(!ledger->is_batch_open);
    enum status status = load(ledger, &ledger->before, complaint);
    if (status != OK || store_is_bundle(ledger->store)) return status;
    *complaint = (struct ledger_complaint){.index = LEDGER_NO_INDEX};
    status = census_take(ledger->store, ledger->before.tiles.tree.size, &complaint->what);
    complaint->why =
        status == STATUS_CORRUPT ? "there are other records than its own" : status_sentence(status);
    store_look_away(ledger->store);
    return status;
}

enum status ledger_refresh(struct ledger *ledger, struct ledger_complaint *complaint)
{
    assert(ledger->options.is_read_only);
    enum status status = OK;
    if (ledger->options.is_unchecked) {
        status = load_first(ledger, complaint);
    } else {
        status = load(ledger, &ledger->before, complaint);
        if (status == OK) ledger->now = ledger->before;
    }
    if (status == OK) ledger->newest_status = copy_newest(ledger);
    store_look_away(ledger->store);
    return status;
}

uint64_t ledger_size(const struct ledger *ledger)
{
    return ledger->now.tiles.tree.size;
}

uint64_t ledger_archived(const struct ledger *ledger)
{
    return ledger->now.first;
}

uint64_t ledger_first(const struct ledger *ledger)
{
    const bool is_less = ledger->archive != NULL && ledger->archive_first < ledger->now.first;
    return is_less ? ledger->archive_first : ledger->now.first;
}

uint64_t ledger_end(const struct ledger *ledger)
{
    return store_is_bundle(ledger->store) ? ledger->now.end : ledger_size(ledger);
}

bool ledger_is_exported(const struct ledger *ledger)
{
    return store_is_bundle(ledger->store);
}

static uint64_t committed_size(const struct ledger *ledger)
{
    return ledger->is_batch_open ? ledger->before.tiles.tree.size : ledger_size(ledger);
}

// --- Writing ----------------------------------------------------------------

enum status ledger_begin(struct ledger *ledger)
{
    assert(!ledger->is_batch_open);
    const enum status status = store_begin(ledger->store);
    if (status != OK) return status;
    ledger->before = ledger->now;
    ledger->is_batch_open = true;
    ledger->batch_failure = OK;
    return OK;
}

static enum status append(struct ledger *ledger, struct bytes leaf)
{
    const struct big_endian_key key = big_endian_key(ledger_size(ledger));
    const struct hash           hash = hash_leaf(leaf);
    const enum status status = store_append(ledger->store, STORE_LEAF, big_endian_view(&key), leaf);
    if (status == STATUS_EXISTS) return STATUS_CORRUPT;
    if (status != OK) return status;
    if (ledger_size(ledger) == 0) {
        const enum status copied = rotations_put(ledger->store, 0, leaf);
        if (copied != OK) return copied;
    }
    return tiles_append(&ledger->now.tiles, ledger->store, &hash);
}

enum status ledger_append(struct ledger *ledger, struct bytes leaf)
{
    assert(ledger->is_batch_open);
    if (leaf.size > LEAF_SIZE_MAX) return STATUS_TOO_LARGE;
    if (ledger->batch_failure == OK) ledger->batch_failure = append(ledger, leaf);
    return ledger->batch_failure;
}

static enum status drop(struct ledger *ledger)
{
    const struct big_endian_key key = big_endian_key(ledger->now.first);
    const enum status status = store_delete(ledger->store, STORE_LEAF, big_endian_view(&key));
    if (status == OK) ledger->now.first++;
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

enum status ledger_drop(struct ledger *ledger, uint64_t below)
{
    assert(ledger->is_batch_open);
    assert(below <= ledger->before.tiles.tree.size);
    while (ledger->batch_failure == OK && ledger->now.first < below) {
        ledger->batch_failure = drop(ledger);
    }
    return ledger->batch_failure;
}

static bool is_key_of_last(const struct epochs *epochs, const struct signer *signer)
{
    return epochs_find(epochs, &signer->verifier) == epochs->count - 1;
}

// All but the checkpoint, which covers it.
static enum status write_edge(struct ledger *ledger, struct checkpoint *checkpoint)
{
    struct state      *now = &ledger->now;
    const struct tree *tree = &now->tiles.tree;
    const struct head  head = {.first = now->first, .tree = *tree};
    *checkpoint = (struct checkpoint){
        .origin = ledger->options.origin, .size = tree->size, .root = tree_root(tree)};
    const enum status status = tiles_write_edge(&now->tiles, ledger->store);
    return status == OK ? head_put(&head, ledger->store) : status;
}

// What is sealed under another key would not be opened again.
static enum status seal(struct ledger *ledger, const struct signer *signer)
{
    struct state     *now = &ledger->now;
    struct checkpoint checkpoint;
    if (!is_key_of_last(&now->epochs, signer)) return STATUS_UNKNOWN_KEY;
    const enum status status = write_edge(ledger, &checkpoint);
    if (status != OK) return status;
    return checkpoints_seal(&now->checkpoints, ledger->store, &checkpoint, signer);
}

// The opening says who certifies; until the first rotation nobody has asked.
static enum status load_root(struct ledger *ledger)
{
    struct epochs *epochs = &ledger->now.epochs;
    struct bytes   opening;
    if (epochs->count > 1) return OK;
    const enum status status = rotations_load_opening(ledger->store, &opening);
    if (status != OK) return status;
    const bool is_begun = rotations_begin(epochs, ledger->options.origin, opening);
    return is_begun ? OK : STATUS_MALFORMED;
}

enum { ROTATION_SIZE_MAX = KEY_CERTIFICATE_SIZE_MAX + REASON_SIZE_MAX + 1024 }; // of its leaf

static enum status rotate(struct ledger *ledger, const struct signer *current,
                          const struct signer *next)
{
    struct epochs    *epochs = &ledger->now.epochs;
    const uint64_t    seq = ledger_size(ledger) - 1;
    uint8_t           room[ROTATION_SIZE_MAX];
    struct buffer     copy = buffer_over(room, sizeof room);
    struct checkpoint checkpoint;
    struct bytes      leaf;
    enum status       status = load_root(ledger);
    if (status != OK) return status;
    if (!is_key_of_last(epochs, current)) return STATUS_UNKNOWN_KEY;
    status = ledger_read(ledger, seq, &leaf);
    if (status != OK) return status;
    buffer_add(&copy, leaf); // the view ends with the next write
    if (copy.is_full || rotations_add(epochs, buffer_bytes(&copy)) != NULL) return STATUS_MALFORMED;
    if (!is_key_of_last(epochs, next)) return STATUS_UNKNOWN_KEY;
    status = rotations_put(ledger->store, seq, buffer_bytes(&copy));
    if (status == OK) status = write_edge(ledger, &checkpoint);
    if (status != OK) return status;
    return checkpoints_seal_rotation(&ledger->now.checkpoints, ledger->store, &checkpoint, current,
                                     next);
}

enum status ledger_rotate(struct ledger *ledger, const struct signer *current,
                          const struct signer *next)
{
    assert(ledger->is_batch_open);
    assert(ledger_size(ledger) > ledger->before.tiles.tree.size);
    if (ledger->batch_failure == OK) ledger->batch_failure = rotate(ledger, current, next);
    return ledger->batch_failure;
}

static void take_back(struct ledger *ledger)
{
    ledger->now = ledger->before;
    ledger->is_batch_open = false;
}

// The one place where a sealed batch becomes durable.
static enum status commit(struct ledger *ledger)
{
    const enum status status = store_commit(ledger->store);
    if (status != OK) take_back(ledger);
    ledger->is_batch_open = false;
    return status;
}

enum status ledger_commit(struct ledger *ledger, const struct signer *signer)
{
    assert(ledger->is_batch_open);
    enum status status = ledger->batch_failure;
    if (status == OK) status = seal(ledger, signer);
    if (status != OK) {
        ledger_abort(ledger);
        return status;
    }
    return commit(ledger);
}

void ledger_abort(struct ledger *ledger)
{
    if (!ledger->is_batch_open) return;
    store_abort(ledger->store);
    take_back(ledger);
}

// --- The archive ------------------------------------------------------------

static enum status judge_archive(const struct ledger *ledger, struct store *archive)
{
    struct checkpoint_record record;
    struct note              note;
    struct checkpoint        head;
    enum status              status = checkpoints_load_newest(archive, &record);
    if (status == OK) status = note_parse(record.note, &note);
    if (status == OK) status = checkpoint_parse(note.text, &head);
    if (status != OK) return status == STATUS_IO ? STATUS_IO : STATUS_CORRUPT;
    return bytes_is_equal(head.origin, ledger->options.origin) ? OK : STATUS_CORRUPT;
}

static enum status open_archive(const char *directory, struct ledger *ledger)
{
    const struct store_options options = {.is_read_only = true};
    struct store              *archive = NULL;
    uint64_t                   end = 0;
    enum status                status = store_open(directory, &options, &archive);
    if (status == OK && !store_is_bundle(archive)) status = STATUS_NOT_FOUND;
    if (status == OK) status = judge_archive(ledger, archive);
    if (status == OK) status = state_span(archive, &ledger->archive_first, &end);
    if (status == OK) {
        ledger->archive = archive;
    } else {
        store_close(archive);
    }
    return status;
}

void ledger_leave_archive(struct ledger *ledger)
{
    store_close(ledger->archive);
    ledger->archive = NULL;
}

enum status ledger_use_archive(struct ledger *ledger, const char *directory)
{
    ledger_leave_archive(ledger);
    return open_archive(directory, ledger);
}

// --- Leaves -----------------------------------------------------------------

enum status ledger_read(struct ledger *ledger, uint64_t seq, struct bytes *leaf)
{
    const struct big_endian_key key = big_endian_key(seq);
    const bool                  is_archived = seq < ledger->now.first;
    if (seq >= ledger_end(ledger)) return STATUS_NOT_FOUND;
    if (seq < ledger_first(ledger)) return STATUS_ARCHIVED;
    struct store *store = is_archived ? ledger->archive : ledger->store;
    enum status   status = store_look(store);
    if (status != OK) return status;
    status = store_load(store, STORE_LEAF, big_endian_view(&key), leaf);
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status open_leaves(struct store *store, uint64_t from, struct store_scan **leaves)
{
    const struct big_endian_key key = big_endian_key(from);
    return store_scan_open(store, STORE_LEAF, big_endian_view(&key), leaves);
}

// Of a ledger with an archive, which nobody writes to, the leaves below come first.
static enum status open_scan(const struct ledger *ledger, struct ledger_scan *scan)
{
    uint64_t    from = scan->next;
    enum status status = OK;
    if (ledger->archive != NULL && from < ledger->now.first) {
        scan->archived_end = from = ledger->now.first;
        status = open_leaves(ledger->archive, scan->next, &scan->archived);
    }
    return status == OK ? open_leaves(ledger->store, from, &scan->leaves) : status;
}

enum status ledger_scan_open_aside(const struct ledger *ledger, uint64_t from, uint64_t to,
                                   struct ledger_scan **scan)
{
    struct ledger_scan *made = calloc(1, sizeof *made);
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    made->next = from;
    made->end = to;
    const enum status status = open_scan(ledger, made);
    if (status != OK) {
        ledger_scan_close(made);
        return status;
    }
    *scan = made;
    return OK;
}

enum status ledger_scan_open(struct ledger *ledger, uint64_t from, uint64_t to,
                             struct ledger_scan **scan)
{
    if (to > committed_size(ledger)) return STATUS_NOT_FOUND;
    if (from < ledger_first(ledger)) return STATUS_ARCHIVED;
    return ledger_scan_open_aside(ledger, from, to, scan);
}

enum status ledger_scan_next(struct ledger_scan *scan, struct bytes *leaf)
{
    struct bytes key, value;
    const bool   is_archived = scan->next < scan->archived_end;
    if (scan->next >= scan->end) return STATUS_NOT_FOUND;
    const enum status status =
        store_scan_next(is_archived ? scan->archived : scan->leaves, &key, &value);
    if (status == STATUS_NOT_FOUND) return STATUS_CORRUPT;
    if (status != OK) return status;
    if (key.size != BIG_ENDIAN_SIZE || big_endian_get(key.at) != scan->next) return STATUS_CORRUPT;
    scan->next++;
    *leaf = value;
    return OK;
}

void ledger_scan_look_away(struct ledger_scan *scan)
{
    store_scan_look_away(scan->leaves); // nobody writes to archived ones
}

void ledger_scan_close(struct ledger_scan *scan)
{
    if (scan == NULL) return;
    store_scan_close(scan->archived);
    store_scan_close(scan->leaves);
    free(scan);
}

// --- Hashes and proofs ------------------------------------------------------

static enum status read_node(void *context, uint32_t level, uint64_t index, struct hash *hash)
{
    const struct ledger *ledger = context;
    return tiles_node(&ledger->now.tiles, ledger->store, level, index, hash);
}

enum status ledger_inclusion(struct ledger *ledger, uint64_t index, uint64_t size,
                             struct tree_proof *proof)
{
    const struct tree_reader reader = {.node = read_node, .context = ledger};
    if (size > ledger_size(ledger)) return STATUS_NOT_FOUND;
    const enum status status = store_look(ledger->store);
    if (status != OK) return status;
    return tree_inclusion(&reader, index, size, proof);
}

enum status ledger_consistency(struct ledger *ledger, uint64_t size_old, uint64_t size_new,
                               struct tree_proof *proof)
{
    const struct tree_reader reader = {.node = read_node, .context = ledger};
    if (size_new > ledger_size(ledger)) return STATUS_NOT_FOUND;
    const enum status status = store_look(ledger->store);
    if (status != OK) return status;
    return tree_consistency(&reader, size_old, size_new, proof);
}

enum status ledger_root(struct ledger *ledger, uint64_t size, struct hash *root)
{
    struct tree tree;
    enum status status = store_look(ledger->store);
    if (status != OK) return status;
    status = tiles_tree_at(&ledger->now.tiles, ledger->store, size, &tree);
    if (status != OK) return status;
    *root = tree_root(&tree);
    return OK;
}

enum status ledger_leaf_hash(struct ledger *ledger, uint64_t index, struct hash *hash)
{
    if (index >= ledger_size(ledger)) return STATUS_NOT_FOUND;
    const enum status status = store_look(ledger->store);
    if (status != OK) return status;
    return tiles_node(&ledger->now.tiles, ledger->store, 0, index, hash);
}

enum status ledger_tile(struct ledger *ledger, uint32_t level, uint64_t number,
                        struct bytes *hashes)
{
    const struct tile_place place = {.number = number, .level = level};
    const enum status       status = store_look(ledger->store);
    if (status != OK) return status;
    return tiles_tile(&ledger->now.tiles, ledger->store, place, hashes);
}

// --- Checkpoints ------------------------------------------------------------

static struct ledger_checkpoint checkpoint_of(const struct checkpoint_record *record)
{
    return (struct ledger_checkpoint){
        .size = record->size, .is_witnessed = record->is_witnessed, .note = record->note};
}

static enum status load_newest(const struct ledger *ledger, struct checkpoint_record *record)
{
    if (!ledger->options.is_read_only) return checkpoints_load_newest(ledger->store, record);
    if (ledger->newest_status == OK) *record = ledger->newest;
    return ledger->newest_status;
}

enum status ledger_newest(struct ledger *ledger, struct ledger_checkpoint *checkpoint)
{
    struct checkpoint_record record;
    enum status              status = store_look(ledger->store);
    if (status != OK) return status;
    status = load_newest(ledger, &record);
    if (status != OK) return status;
    *checkpoint = checkpoint_of(&record);
    return OK;
}

// Where the newest is damaged, the others can still be walked.
enum status ledger_checkpoint_from(struct ledger *ledger, uint64_t size_min,
                                   struct ledger_checkpoint *checkpoint)
{
    struct checkpoint_record newest, record;
    enum status              status = store_look(ledger->store);
    if (status != OK) return status;
    const enum status found = load_newest(ledger, &newest);
    if (found == STATUS_NOT_FOUND) return found;
    if (found == OK && size_min > newest.size) return STATUS_NOT_FOUND;
    status = checkpoints_load_from(ledger->store, size_min, &record);
    // The writer may have dropped it since, and sealed others.
    const bool is_past =
        status == STATUS_NOT_FOUND ||
        ((status == OK || status == STATUS_CORRUPT) && found == OK && record.size >= newest.size);
    if (found == OK && is_past) {
        *checkpoint = checkpoint_of(&newest);
        return OK;
    }
    if (status == OK || status == STATUS_CORRUPT) *checkpoint = checkpoint_of(&record);
    return status;
}

const struct epochs *ledger_epochs(const struct ledger *ledger)
{
    return &ledger->now.epochs;
}

enum status ledger_opening(struct ledger *ledger, struct bytes *leaf)
{
    const enum status status = store_look(ledger->store);
    return status == OK ? rotations_load_opening(ledger->store, leaf) : status;
}

enum status ledger_rotation_from(struct ledger *ledger, uint64_t seq_min, uint64_t *seq,
                                 struct bytes *leaf)
{
    enum status status = store_look(ledger->store);
    if (status == OK) status = rotations_load_from(ledger->store, seq_min, seq, leaf);
    return status == OK && *seq >= ledger_size(ledger) ? STATUS_NOT_FOUND : status;
}

enum status ledger_verify(const struct ledger *ledger, struct bytes note,
                          const struct key_set *others, struct checkpoint *checkpoint,
                          uint64_t *signed_by)
{
    return epochs_verify(&ledger->now.epochs, note, others, checkpoint, signed_by);
}

static enum status judge_witnessed(struct ledger *ledger, uint64_t size, struct bytes note)
{
    const struct key_set nobody = {NULL, 0};
    struct checkpoint    checkpoint;
    struct hash          root;
    uint64_t             signed_by = 0;
    const enum status    status = ledger_verify(ledger, note, &nobody, &checkpoint, &signed_by);
    if (status != OK) return status;
    if (checkpoint.size != size) return STATUS_CORRUPT;
    const enum status found = ledger_root(ledger, size, &root);
    if (found != OK) return found;
    return hash_is_equal(&root, &checkpoint.root) ? OK : STATUS_CORRUPT;
}

enum status ledger_witness(struct ledger *ledger, uint64_t size, struct bytes note)
{
    assert(ledger->is_batch_open);
    if (ledger->batch_failure != OK) return ledger->batch_failure;
    const enum status judged = judge_witnessed(ledger, size, note);
    if (judged != OK) return judged;
    ledger->batch_failure =
        checkpoints_witness(&ledger->now.checkpoints, ledger->store, size, note);
    return ledger->batch_failure;
}

// --- Contacts ---------------------------------------------------------------

enum status ledger_contact_load(struct ledger *ledger, struct contact_key key,
                                struct bytes *contact)
{
    assert(!ledger->options.is_read_only);
    const enum status status = store_look(ledger->store);
    if (status != OK) return status;
    return contacts_load(ledger->store, key, contact);
}

enum status ledger_contact_put(struct ledger *ledger, struct contact_key key, struct bytes contact)
{
    assert(ledger->is_batch_open);
    if (ledger->batch_failure == OK) {
        ledger->batch_failure = contacts_put(ledger->store, key, contact);
    }
    return ledger->batch_failure;
}

enum status ledger_contact_erase(struct ledger *ledger, struct contact_key key)
{
    assert(ledger->is_batch_open);
    if (ledger->batch_failure == OK) ledger->batch_failure = contacts_erase(ledger->store, key);
    return ledger->batch_failure;
}

// --- Care -------------------------------------------------------------------

void ledger_look_away(struct ledger *ledger)
{
    assert(!ledger->is_batch_open);
    store_look_away(ledger->store);
}

enum status ledger_clear_dead_readers(struct ledger *ledger)
{
    return store_clear_dead_readers(ledger->store);
}

struct ledger_usage ledger_usage(const struct ledger *ledger)
{
    const struct store_usage usage = store_usage(ledger->store);
    return (struct ledger_usage){usage.bytes_used, usage.bytes_max};
}
