#include "ledger/state.h"

#include "ledger/big_endian.h"
#include "ledger/head.h"
#include "ledger/rotations.h"

#include <assert.h>

enum { REHASH_MAX = 256 }; // leaves, from the last one back

// The voices that must agree. The signed one wins; the others help to say who is wrong.
struct check {
    struct store                *store;
    const struct ledger_options *options;
    struct ledger_complaint     *complaint;
    struct state                *state;
    struct head                  head;
    struct checkpoint            sealed; // zero and the empty root while nothing was committed
    uint64_t                     leaves_end;
};

static enum status complain(const struct check *check, enum status status, const char *what,
                            const char *why, uint64_t index)
{
    *check->complaint = (struct ledger_complaint){.what = what, .why = why, .index = index};
    return status;
}

// A failure that needs no other words than its own.
static enum status pass_on(const struct check *check, enum status status, const char *what,
                           uint64_t index)
{
    return complain(check, status, what, status_sentence(status), index);
}

static enum status complain_of_tile(const struct check *check, enum status status,
                                    struct tile_place place, const char *why)
{
    *check->complaint = (struct ledger_complaint){
        .what = "tile", .why = why, .index = place.number, .level = place.level};
    return status;
}

// --- Leaves -----------------------------------------------------------------

enum status state_span(struct store *store, uint64_t *begin, uint64_t *end)
{
    static const uint8_t zeros[BIG_ENDIAN_SIZE];
    struct bytes         first = {zeros, sizeof zeros};
    struct bytes         last, leaf;
    enum status          status = store_load_from(store, STORE_LEAF, &first, &leaf);
    if (status == STATUS_NOT_FOUND) {
        *begin = *end = 0;
        return OK;
    }
    if (status != OK) return status;
    if (first.size != BIG_ENDIAN_SIZE) return STATUS_CORRUPT;
    *begin = big_endian_get(first.at); // the view ends with the next call
    status = store_load_last(store, STORE_LEAF, &last, &leaf);
    if (status != OK) return status;
    if (last.size != BIG_ENDIAN_SIZE) return STATUS_CORRUPT;
    *end = big_endian_get(last.at) + 1;
    return *end <= TREE_SIZE_MAX && *begin < *end ? OK : STATUS_CORRUPT;
}

static enum status check_span(struct check *check)
{
    uint64_t    begin = 0;
    uint64_t    count = 0;
    enum status status = state_span(check->store, &begin, &check->leaves_end);
    if (status != OK) return pass_on(check, status, "leaf", LEDGER_NO_INDEX);
    status = store_count(check->store, STORE_LEAF, &count);
    if (status != OK) return pass_on(check, status, "leaf", LEDGER_NO_INDEX);
    if (count == 0) check->leaves_end = begin = check->head.first;
    if (begin != check->head.first) {
        return complain(check, STATUS_CORRUPT, "leaf", "the first one is not there", begin);
    }
    if (count != check->leaves_end - begin) {
        return complain(check, STATUS_CORRUPT, "leaf", "some in the middle are not there", begin);
    }
    check->state->end = check->leaves_end;
    // Exported files may end before: the others are kept elsewhere.
    if (store_is_bundle(check->store)) check->leaves_end = check->head.tree.size;
    return OK;
}

static enum status check_leaf(const struct check *check, uint64_t seq)
{
    uint8_t           key[BIG_ENDIAN_SIZE];
    struct bytes      leaf;
    struct hash       stored;
    const enum status status = tiles_node(&check->state->tiles, check->store, 0, seq, &stored);
    if (status != OK) return pass_on(check, status, "leaf", seq);
    big_endian_put(seq, key);
    const enum status loaded =
        store_load(check->store, STORE_LEAF, (struct bytes){key, sizeof key}, &leaf);
    if (loaded != OK) return pass_on(check, loaded, "leaf", seq);
    const struct hash hash = hash_leaf(leaf);
    if (hash_is_equal(&hash, &stored)) return OK;
    return complain(check, STATUS_CORRUPT, "leaf", "its hash is not the one in its tile", seq);
}

static enum status check_last_leaves(const struct check *check)
{
    const uint64_t end = check->state->end;
    uint64_t       from = end > REHASH_MAX ? end - REHASH_MAX : 0;
    if (from < check->head.first) from = check->head.first;
    for (uint64_t seq = from; seq < end; seq++) {
        const enum status status = check_leaf(check, seq);
        if (status != OK) return status;
    }
    return OK;
}

// --- Checkpoint and head ----------------------------------------------------

static enum status load_sealed(struct check *check)
{
    const struct key_set     nobody = {NULL, 0};
    struct checkpoint_record record;
    uint64_t                 signed_by = 0;
    enum status              status = checkpoints_load_newest(check->store, &record);
    if (status == STATUS_NOT_FOUND && check->head.tree.size == 0) {
        check->sealed.root = tree_root(&(struct tree){.size = 0});
        return OK;
    }
    if (status != OK) return pass_on(check, status, "checkpoint", LEDGER_NO_INDEX);
    status = epochs_verify(&check->state->epochs, record.note, &nobody, &check->sealed, &signed_by);
    if (status == STATUS_MALFORMED || status == STATUS_TOO_LARGE) status = STATUS_CORRUPT;
    if (status != OK) return pass_on(check, status, "checkpoint", record.size);
    if (check->sealed.size != record.size) {
        return complain(check, STATUS_CORRUPT, "checkpoint", "it stands at another size",
                        record.size);
    }
    check->state->checkpoints = checkpoints_after(&record);
    return OK;
}

// Two voices against one say which is wrong.
static enum status check_sizes(const struct check *check)
{
    const uint64_t sealed = check->sealed.size;
    const uint64_t stored = check->leaves_end;
    const uint64_t told = check->head.tree.size;
    if (sealed == stored && sealed == told) return OK;
    if (sealed == stored) {
        return complain(check, STATUS_CORRUPT, "head", "its size is not that of the leaves", told);
    }
    if (stored == told) {
        return complain(check, STATUS_CORRUPT, "checkpoint", "the newest does not cover all leaves",
                        sealed);
    }
    return complain(check, STATUS_CORRUPT, "leaf",
                    "the leaves do not end with the newest checkpoint", stored);
}

static bool is_same_frontier(const struct tree *a, const struct tree *b, uint32_t *level)
{
    for (*level = 0; a->size >> *level != 0; (*level)++) {
        if ((a->size >> *level & 1) == 0) continue;
        if (!hash_is_equal(&a->left[*level], &b->left[*level])) return false;
    }
    return true;
}

// Head and tiles both tell the frontier; what is signed is its root.
static enum status check_root(const struct check *check)
{
    const struct tree *stored = &check->state->tiles.tree;
    const struct hash  root = tree_root(stored);
    uint32_t           level = 0;
    const bool         is_same = is_same_frontier(stored, &check->head.tree, &level);
    const bool         is_sealed = hash_is_equal(&root, &check->sealed.root);
    if (is_same && is_sealed) return OK;
    if (is_same) {
        return complain(check, STATUS_CORRUPT, "checkpoint", "its root is not that of the tiles",
                        stored->size);
    }
    if (is_sealed) {
        return complain(check, STATUS_CORRUPT, "head", "its frontier is not that of the tiles",
                        stored->size);
    }
    const uint32_t tile_level = level / TILE_HEIGHT;
    return complain_of_tile(
        check, STATUS_CORRUPT,
        (struct tile_place){stored->size >> (TILE_HEIGHT * (tile_level + 1)), tile_level},
        "the tiles do not make the signed root");
}

// --- Tiles ------------------------------------------------------------------

// The last full tile of a level against the hash that stands for it one level up.
static enum status check_full_tile(const struct check *check, uint32_t level)
{
    const struct tiles *tiles = &check->state->tiles;
    const uint64_t      count = tiles->tree.size >> (TILE_HEIGHT * (level + 1));
    if (count == 0) return OK;
    const struct tile_place place = {.number = count - 1, .level = level};
    const uint32_t          above = TILE_HEIGHT * (level + 1);
    struct hash             halves[2], stored;
    enum status             status = OK;
    for (uint64_t i = 0; status == OK && i < 2; i++) {
        status = tiles_node(tiles, check->store, above - 1, 2 * place.number + i, &halves[i]);
    }
    if (status == OK) status = tiles_node(tiles, check->store, above, place.number, &stored);
    if (status != OK) return complain_of_tile(check, status, place, status_sentence(status));
    const struct hash root = hash_node(&halves[0], &halves[1]);
    if (hash_is_equal(&root, &stored)) return OK;
    return complain_of_tile(check, STATUS_CORRUPT, place, "its root is not the one a level up");
}

static enum status check_tiles(const struct check *check)
{
    struct tile_place place = {0};
    enum status status = tiles_load(&check->state->tiles, check->store, check->sealed.size, &place);
    if (status != OK) {
        return complain_of_tile(check, status, place, "it is not as long as the size asks");
    }
    status = check_root(check);
    for (uint32_t level = 0; status == OK && level < TILE_LEVEL_COUNT - 1; level++) {
        status = check_full_tile(check, level);
    }
    return status;
}

// --- Keys -------------------------------------------------------------------

static enum status load_epochs(const struct check *check)
{
    const struct key_set *keys = &check->options->keys;
    uint64_t              seq = LEDGER_NO_INDEX;
    assert(keys->count <= 1);
    if (keys->count == 0 || !bytes_is_equal(verifier_name(&keys->at[0]), check->options->origin)) {
        return pass_on(check, STATUS_UNKNOWN_KEY, "checkpoint", LEDGER_NO_INDEX);
    }
    const enum status status =
        rotations_load(check->store, &keys->at[0], &check->state->epochs, &seq);
    if (status == OK) return OK;
    if (status == STATUS_CORRUPT) {
        return complain(check, status, "rotation", "its copy does not rotate the key", seq);
    }
    if (status != STATUS_UNKNOWN_KEY) return pass_on(check, status, "rotation", seq);
    return complain(check, status, "rotation", "no key of the ledger is the given one",
                    LEDGER_NO_INDEX);
}

// The copies are those of the log.
static enum status check_copy(const struct check *check, uint64_t seq, struct bytes leaf)
{
    struct hash       stored;
    const struct hash hash = hash_leaf(leaf);
    const enum status status = tiles_node(&check->state->tiles, check->store, 0, seq, &stored);
    if (status != OK) return pass_on(check, status, "rotation", seq);
    if (hash_is_equal(&hash, &stored)) return OK;
    return complain(check, STATUS_CORRUPT, "rotation", "its copy is not the leaf of the log", seq);
}

// A key that signs no more has signed one head at least that covers all up to the rotation that
// ended it: that it is trusted says who may have begun the next one.
static enum status check_trusted(const struct check *check)
{
    const struct epochs     *epochs = &check->state->epochs;
    const struct key_set     nobody = {NULL, 0};
    const uint32_t           epoch = epochs_find(epochs, &check->options->keys.at[0]);
    struct checkpoint_record record;
    struct checkpoint        head;
    struct tree              tree;
    uint64_t                 signed_by = 0;
    if (epoch + 1 >= epochs->count) return OK; // it signed the newest
    const uint64_t size = epochs->of[epoch + 1].seq + 1;
    enum status    status = checkpoints_load_from(check->store, size, &record);
    if (status == STATUS_NOT_FOUND || (status == OK && record.size != size)) {
        return complain(check, STATUS_CORRUPT, "checkpoint",
                        "the one with which the given key was rotated is not there", size);
    }
    if (status == OK) status = epochs_verify(epochs, record.note, &nobody, &head, &signed_by);
    if (status == OK) status = tiles_tree_at(&check->state->tiles, check->store, size, &tree);
    if (status != OK) return pass_on(check, status, "checkpoint", size);
    const struct hash root = tree_root(&tree);
    if (head.size == size && hash_is_equal(&root, &head.root)) return OK;
    return complain(check, STATUS_CORRUPT, "checkpoint", "its root is not that of the tiles", size);
}

static enum status check_rotations(const struct check *check)
{
    struct bytes leaf;
    uint64_t     seq = 0;
    enum status  status = OK;
    if (check->state->epochs.count == 1) return OK;
    status = rotations_load_opening(check->store, &leaf);
    if (status != OK) return pass_on(check, status, "rotation", 0);
    status = check_copy(check, 0, leaf);
    for (uint64_t from = 1; status == OK; from = seq + 1) {
        const enum status found = rotations_load_from(check->store, from, &seq, &leaf);
        if (found == STATUS_NOT_FOUND) return check_trusted(check);
        if (found != OK) return pass_on(check, found, "rotation", from);
        status = check_copy(check, seq, leaf);
    }
    return status;
}

// --- All of it --------------------------------------------------------------

// Exported files have no head: it is what their newest checkpoint and their tiles say.
static enum status load_head(struct check *check)
{
    struct checkpoint_record record;
    struct tile_place        place = {0};
    struct head             *head = &check->head;
    uint64_t                 end = 0;
    if (!store_is_bundle(check->store)) return head_load(head, check->store);
    enum status status = checkpoints_load_newest(check->store, &record);
    if (status == OK) status = state_span(check->store, &head->first, &end);
    if (status != OK) return status;
    status = tiles_load(&check->state->tiles, check->store, record.size, &place);
    head->tree = check->state->tiles.tree;
    return status;
}

enum status state_load(struct state *state, struct store *store,
                       const struct ledger_options *options, struct ledger_complaint *complaint)
{
    struct check check = {
        .store = store, .options = options, .complaint = complaint, .state = state};
    *state = (struct state){.first = 0};
    enum status status = load_head(&check);
    if (status != OK) return pass_on(&check, status, "head", LEDGER_NO_INDEX);
    state->first = check.head.first;
    status = check_span(&check);
    if (status != OK) return status;
    status = load_epochs(&check);
    if (status != OK) return status;
    status = load_sealed(&check);
    if (status != OK) return status;
    status = check_sizes(&check);
    if (status != OK) return status;
    status = check_tiles(&check);
    if (status != OK) return status;
    status = check_rotations(&check);
    if (status != OK) return status;
    return check_last_leaves(&check);
}

enum status state_load_unchecked(struct state *state, struct store *store,
                                 struct ledger_complaint *complaint)
{
    const struct check check = {.complaint = complaint};
    *state = (struct state){.first = 0};
    const enum status status = state_span(store, &state->first, &state->end);
    if (status != OK) return pass_on(&check, status, "leaf", LEDGER_NO_INDEX);
    const uint64_t size = store_is_bundle(store) ? store_bundle_size(store) : state->end;
    state->tiles.tree.size = size;
    state->tiles.size_written = size;
    return OK;
}
