#include "replay/content.h"

#include "core/proof/checkpoint.h"
#include "core/proof/epochs.h"
#include "core/proof/tree.h"
#include "ledger/rotations.h"
#include "replay/heads.h"
#include "replay/own_event.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
    TILE_HEIGHT = 8,
    TILE_WIDTH = 256,
    LEVEL_MAX = 8,
};

// What stands in doubt until a signed root decides: the first place where bytes and tiles differ.
enum doubt {
    DOUBT_NONE,
    DOUBT_LEAF, // a leaf is not what its tile says
    DOUBT_TILE, // a tile is not what the one above says
};

struct content {
    struct ledger         *ledger;
    const struct trust    *trust;
    struct content_report *report;
    struct tree            made; // of the leaves' bytes
    struct tree  stored;         // of the hashes in the lowest tiles; the same while no leaf is in
                                 // doubt
    struct hash  tile[TILE_WIDTH]; // the lowest one, as it is stored
    size_t       tile_count;       // hashes of it
    enum doubt   doubt;
    struct fault suspect;        // what it would be
    uint64_t     sealed_size;    // of the newest head, good or not
    uint64_t     good_size;      // of the newest head that agreed
    uint64_t     archived_below; // as the log tells
    bool         has_head;       // the next one that is kept
    uint64_t     head_size;
    struct hash  head_root;    // where it is good
    uint64_t     rotated_size; // of the head that both keys must have signed; 0: none is awaited
    uint64_t     copied_seq;   // among absent leaves: of none before is there a copy
    bool         is_misled;    // a leaf was not where its number leads
    bool         is_over;      // the first bad place is certain
};

static bool is_leaf_in_doubt(const struct content *content)
{
    return content->doubt == DOUBT_LEAF;
}

static struct fault fault_at(enum outcome outcome, const char *what, uint64_t from, uint64_t to)
{
    return (struct fault){
        .outcome = outcome, .what = what, .from = from, .to = to, .number = FAULT_NO_NUMBER};
}

// --- Heads ------------------------------------------------------------------

// Of a head that follows one of the size `after`.
static void complain_of_later_head(struct content *content, uint64_t after, uint64_t size,
                                   const char *why)
{
    const uint64_t from = after < size ? after : size;
    struct fault   fault = fault_at(OUTCOME_INTEGRITY, "head", from, size > from ? size - 1 : from);
    fault.number = size;
    faults_add(&content->report->faults, fault, "the head of size %" PRIu64 ": %s", size, why);
}

static void complain_of_head(struct content *content, uint64_t size, const char *why)
{
    complain_of_later_head(content, content->good_size, size, why);
}

// What is wrong with a head that does not verify.
static const char *why_bad(const struct content *content, struct bytes note, enum status status)
{
    struct note       parsed;
    struct checkpoint head;
    const char       *why = NULL;
    if (status == STATUS_UNKNOWN_KEY && note_parse(note, &parsed) == OK &&
        checkpoint_parse(parsed.text, &head) == OK) {
        why = epochs_offence(&content->report->epochs, &parsed, head.size);
    }
    return why == NULL ? status_sentence(status) : why;
}

// Under the keys that the leaves before it tell of.
static bool is_head_good(struct content *content, const struct ledger_checkpoint *found,
                         struct checkpoint *head)
{
    const struct key_set keys = trust_policy_keys(&content->trust->policy);
    uint64_t             signed_by = 0;
    const enum status    status =
        epochs_verify(&content->report->epochs, found->note, &keys, head, &signed_by);
    if (status != OK) {
        complain_of_head(content, found->size, why_bad(content, found->note, status));
    } else if (head->size != found->size) {
        complain_of_head(content, found->size, "it stands at another size than it was signed for");
    }
    return status == OK && head->size == found->size;
}

// The next head that is kept: its keys are known when its leaves are.
static void next_head(struct content *content, uint64_t size_min)
{
    struct ledger_checkpoint found = {.size = 0};
    uint64_t                 from = size_min;
    content->has_head = false;
    while (!content->has_head && from != UINT64_MAX) {
        const enum status status = ledger_checkpoint_from(content->ledger, from, &found);
        if (status == STATUS_NOT_FOUND) return;
        if (status != OK && status != STATUS_CORRUPT) {
            complain_of_head(content, from, status_sentence(status));
            return;
        }
        if (status == STATUS_CORRUPT) {
            complain_of_head(content, found.size, "its record is none of a ledger");
        }
        content->has_head = status == OK;
        content->head_size = found.size;
        from = found.size == UINT64_MAX ? UINT64_MAX : found.size + 1;
    }
}

static void step_head(struct content *content)
{
    next_head(content, content->head_size == UINT64_MAX ? UINT64_MAX : content->head_size + 1);
}

static bool is_next_good(struct content *content)
{
    struct ledger_checkpoint found = {.size = 0};
    struct checkpoint        head;
    const enum status status = ledger_checkpoint_from(content->ledger, content->head_size, &found);
    if (status != OK || found.size != content->head_size) {
        complain_of_head(content, content->head_size, status_sentence(status));
        return false;
    }
    if (!is_head_good(content, &found, &head)) return false;
    content->head_root = head.root;
    return true;
}

static void decide_doubt(struct content *content, const char *verdict)
{
    faults_add(&content->report->faults, content->suspect, "%s; %s", content->suspect.why, verdict);
    content->is_over = true;
}

// Neither bytes nor tiles make the signed root: somewhere since the last head that agreed.
static void complain_of_root(struct content *content)
{
    const uint64_t size = content->head_size;
    struct fault   fault = fault_at(OUTCOME_INTEGRITY, "event", content->good_size, size - 1);
    if (content->doubt == DOUBT_TILE) {
        if (content->suspect.from > fault.from) fault.from = content->suspect.from;
        if (content->suspect.to < fault.to) fault.to = content->suspect.to;
    }
    fault.number = size;
    const bool is_tile = size <= ledger_first(content->ledger); // there is no leaf of them
    faults_add(&content->report->faults, fault,
               "%s: they do not make the root that is signed for size %" PRIu64
               "; up to size %" PRIu64 " they do",
               is_tile ? "the tiles were changed" : "leaves and tiles were changed together", size,
               content->good_size);
    content->is_over = true;
}

static void compare_root(struct content *content)
{
    const struct hash made = tree_root(&content->made);
    const struct hash stored = is_leaf_in_doubt(content) ? tree_root(&content->stored) : made;
    if (hash_is_equal(&made, &content->head_root)) {
        content->report->head_count++;
        content->good_size = content->head_size;
        if (content->doubt != DOUBT_NONE) {
            decide_doubt(content, "the leaves make the signed root, so it is the tile");
        }
    } else if (hash_is_equal(&stored, &content->head_root)) {
        assert(is_leaf_in_doubt(content));
        decide_doubt(content, "the tiles make the signed root, so it is the leaf");
    } else {
        complain_of_root(content);
    }
}

static void compare_heads(struct content *content)
{
    while (!content->is_over && content->has_head && content->head_size == content->made.size) {
        if (content->head_size == content->rotated_size) content->rotated_size = 0;
        if (is_next_good(content)) compare_root(content);
        step_head(content);
    }
}

// --- Keys -------------------------------------------------------------------

static void complain_of_key(struct content *content, uint64_t seq, const char *why)
{
    faults_add(&content->report->faults, fault_at(OUTCOME_INTEGRITY, "event", seq, seq), "%s", why);
}

// The opening names the first key and who certifies others; without it the given key is all.
static void follow_key(struct content *content, uint64_t seq, struct bytes leaf)
{
    struct epochs *epochs = &content->report->epochs;
    if (seq == 0) {
        (void)rotations_begin(epochs, verifier_name(&content->trust->ledger), leaf);
    } else if (rotations_is_one(leaf)) {
        const char *why = rotations_add(epochs, leaf);
        if (why != NULL) {
            complain_of_key(content, seq, why);
            content->is_over = true; // by which key the next heads are is not known
            return;
        }
        content->report->certificate_count++;
        content->rotated_size = seq + 1;
    }
}

// Heads may be left out, but not the one with which a key ends.
static void expect_rotated(struct content *content)
{
    const uint64_t size = content->rotated_size;
    struct fault   fault = fault_at(OUTCOME_INTEGRITY, "head", size - 1, size - 1);
    if (size == 0 || content->is_over) return;
    content->rotated_size = 0;
    fault.number = size;
    faults_add(&content->report->faults, fault,
               "the head of size %" PRIu64 ", which both keys must have signed, is not there",
               size);
}

// With all leaves read: lines of keys that came later than a head that has them.
static void check_later_lines(struct content *content)
{
    struct epochs           *epochs = &content->report->epochs;
    const uint32_t           count = epochs->count;
    struct ledger_checkpoint found;
    uint64_t                 after = 0, from = 0;
    while (heads_next(content->ledger, &from, &found)) {
        struct note note;
        if (note_parse(found.note, &note) != OK) continue;
        epochs->count = 1;
        while (epochs->count < count && epochs->of[epochs->count].seq < found.size) {
            epochs->count++;
        }
        const char *said = epochs_offence(epochs, &note, found.size); // when it was reached
        epochs->count = count;
        const char *why = epochs_offence(epochs, &note, found.size);
        if (said == NULL && why != NULL) {
            complain_of_later_head(content, after, found.size, why);
        } else {
            after = found.size;
        }
    }
}

// Whoever writes a ledger names the keys in it, so it takes the given one to have signed: each key
// that is named has, the head of its rotation at least, and that covers the opening.
static void check_given(struct content *content)
{
    const struct epochs *epochs = &content->report->epochs;
    bool                 is_known = false;
    for (uint32_t i = 0; i < epochs->count && !is_known; i++) {
        const struct verifier key = epochs_key(epochs, i);
        is_known = trust_has_key(content->trust, &key);
    }
    if (is_known) return;
    complain_of_key(content, 0,
                    "it names another ledger key than the given one, and no rotation brings that");
}

// --- Tiles ------------------------------------------------------------------

static void complain_of_tile(struct content *content, uint64_t number, enum status status)
{
    const uint64_t end = ledger_size(content->ledger);
    const uint64_t from = number * TILE_WIDTH;
    const uint64_t to = from + TILE_WIDTH < end ? from + TILE_WIDTH - 1 : end - 1;
    const bool     is_missing = status == STATUS_NOT_FOUND || status == STATUS_CORRUPT;
    // Leaves behind the newest head were never sealed, and no tile was either: that is said there.
    if (is_missing && to + 1 == end && content->sealed_size < end) return;
    struct fault fault =
        fault_at(is_missing ? OUTCOME_INTEGRITY : outcome_of(status), "tile", from, to);
    fault.number = number;
    faults_add(&content->report->faults, fault,
               "tile %" PRIu64 " of level 0 is not there or too short", number);
}

static void load_tile(struct content *content, uint64_t number)
{
    struct bytes      hashes = {NULL, 0};
    const enum status status = ledger_tile(content->ledger, 0, number, &hashes);
    content->tile_count = 0;
    if (status != OK) {
        complain_of_tile(content, number, status);
        return;
    }
    memcpy(content->tile, hashes.at, hashes.size);
    content->tile_count = hashes.size / HASH_SIZE;
    content->report->tile_count++;
}

static void suspect_tile(struct content *content, uint32_t level, uint64_t index, const char *why)
{
    const uint32_t height = TILE_HEIGHT * level;
    struct fault   fault =
        fault_at(OUTCOME_INTEGRITY, "tile", index << height, ((index + 1) << height) - 1);
    if (content->doubt != DOUBT_NONE) return;
    fault.level = level;
    fault.number = index / TILE_WIDTH;
    (void)snprintf(fault.why, sizeof fault.why,
                   "hash %" PRIu64 " of tile %" PRIu64 " of level %" PRIu32 " %s",
                   index % TILE_WIDTH, fault.number, level, why);
    content->suspect = fault;
    content->doubt = DOUBT_TILE;
}

// The hash that stands for a whole tile against the one stored in the tile above.
static void compare_above(struct content *content, uint32_t level, uint64_t index,
                          const struct hash *root)
{
    struct bytes      hashes;
    const size_t      at = (size_t)(index % TILE_WIDTH) * HASH_SIZE;
    const enum status status = ledger_tile(content->ledger, level, index / TILE_WIDTH, &hashes);
    if (status != OK || hashes.size < at + HASH_SIZE) {
        suspect_tile(content, level, index, "is not there");
        return;
    }
    if (index % TILE_WIDTH == 0) content->report->tile_count++;
    if (memcmp(hashes.at + at, root->at, HASH_SIZE) == 0) return;
    suspect_tile(content, level, index, "is not that of the tile below");
}

// Before the leaf is added, which completes tiles: their roots are made of it and the frontier.
static void compare_tiles_above(struct content *content, const struct tree *tree,
                                const struct hash *leaf)
{
    uint64_t    index = tree->size;
    struct hash root = *leaf;
    for (uint32_t level = 1; level < LEVEL_MAX && index % TILE_WIDTH == TILE_WIDTH - 1; level++) {
        for (uint32_t i = 0; i < TILE_HEIGHT; i++) {
            root = hash_node(&tree->left[(level - 1) * TILE_HEIGHT + i], &root);
        }
        index /= TILE_WIDTH;
        compare_above(content, level, index, &root);
    }
}

// --- Leaves -----------------------------------------------------------------

static void suspect_leaf(struct content *content, uint64_t seq)
{
    if (content->doubt != DOUBT_NONE) return;
    content->suspect = fault_at(OUTCOME_INTEGRITY, "event", seq, seq);
    (void)snprintf(content->suspect.why, sizeof content->suspect.why,
                   "its bytes do not make the hash that its tile has");
    content->doubt = DOUBT_LEAF;
    content->stored = content->made;
}

// A walk goes from leaf to leaf; whoever asks for one goes down by its number, through pages that
// the walk does not depend on. Both must come to the same.
static void look_up(struct content *content, struct bytes leaf)
{
    const uint64_t    seq = content->made.size;
    struct bytes      found = {NULL, 0};
    const enum status status = ledger_read(content->ledger, seq, &found);
    if (content->is_misled) return;
    if (status == OK && (found.at == leaf.at || bytes_is_equal(found, leaf))) return;
    content->is_misled = true;
    faults_add(&content->report->faults, fault_at(OUTCOME_INTEGRITY, "event", seq, seq),
               "it is there, but its number does not lead to it");
}

// What the log says of an archive must be so: the root is that of the leaves, whoever has them.
static void look_for_archive(struct content *content, struct bytes leaf)
{
    struct proposal proposal;
    struct hash     root;
    const uint64_t  seq = content->made.size;
    if (!own_event_read(leaf, ARCHIVE, &proposal)) return;
    const struct archive *archive = &proposal.event.of.archive;
    content->archived_below = archive->below;
    const enum status status = archive->below <= seq
                                   ? ledger_root(content->ledger, archive->below, &root)
                                   : STATUS_CORRUPT;
    if (status == OK && bytes_is_equal(archive->root, hash_view(&root))) return;
    faults_add(&content->report->faults, fault_at(OUTCOME_INTEGRITY, "event", seq, seq),
               "the root that it tells of the archived events is not theirs");
}

// A rotation that is archived stands beside the log as well, and the opening.
static void follow_absent_key(struct content *content, uint64_t seq, const struct hash *stored)
{
    struct bytes copy = {NULL, 0};
    uint64_t     found = seq;
    if (seq < content->copied_seq) return;
    enum status status = seq == 0 ? ledger_opening(content->ledger, &copy)
                                  : ledger_rotation_from(content->ledger, seq, &found, &copy);
    content->copied_seq = status == OK ? found : UINT64_MAX;
    if (status != OK || found != seq) return;
    const struct hash hash = hash_leaf(copy);
    if (hash_is_equal(&hash, stored)) follow_key(content, seq, copy);
    content->copied_seq = seq + 1; // or later
}

// Of a leaf that is not there its tile tells the hash.
static void pass_leaf(struct content *content)
{
    const uint64_t seq = content->made.size;
    if (seq % TILE_WIDTH == 0) load_tile(content, seq / TILE_WIDTH);
    if (seq % TILE_WIDTH >= content->tile_count) {
        content->is_over = true; // load_tile said so
        return;
    }
    const struct hash *stored = &content->tile[seq % TILE_WIDTH];
    compare_tiles_above(content, is_leaf_in_doubt(content) ? &content->stored : &content->made,
                        stored);
    if (is_leaf_in_doubt(content)) tree_append(&content->stored, stored);
    tree_append(&content->made, stored);
    content->report->absent_count++;
    follow_absent_key(content, seq, stored);
    compare_heads(content);
    expect_rotated(content);
}

static void pass_leaves(struct content *content, uint64_t end)
{
    while (!content->is_over && content->made.size < end) {
        pass_leaf(content);
    }
}

static void check_leaf(struct content *content, struct bytes leaf)
{
    const uint64_t    seq = content->made.size;
    const struct hash made = hash_leaf(leaf);
    look_up(content, leaf);
    if (seq % TILE_WIDTH == 0) load_tile(content, seq / TILE_WIDTH);
    const bool         is_stored = seq % TILE_WIDTH < content->tile_count;
    const struct hash *stored = is_stored ? &content->tile[seq % TILE_WIDTH] : &made;
    if (!hash_is_equal(stored, &made)) suspect_leaf(content, seq);
    compare_tiles_above(content, is_leaf_in_doubt(content) ? &content->stored : &content->made,
                        stored);
    if (is_leaf_in_doubt(content)) tree_append(&content->stored, stored);
    look_for_archive(content, leaf);
    tree_append(&content->made, &made);
    content->report->leaf_count++;
    content->report->archived_count += seq < ledger_archived(content->ledger);
    content->report->byte_count += leaf.size;
    follow_key(content, seq, leaf);
    compare_heads(content);
    expect_rotated(content);
}

// --- The ends ---------------------------------------------------------------

// The head that was to come next says more, where it is bad. Its keys are known: each rotation
// keeps a head of its own.
static void complain_of_gap(struct content *content, enum status status)
{
    const uint64_t seq = content->made.size;
    const char    *why = status == STATUS_CORRUPT ? "it is not there" : status_sentence(status);
    uint64_t       to = seq;
    content->is_over = true;
    if (content->has_head) (void)is_next_good(content);
    if (seq < ledger_archived(content->ledger)) { // a file has 256
        why = "the archive has not the file of it, or not all of that";
        to = seq / TILE_WIDTH * TILE_WIDTH + TILE_WIDTH - 1;
    }
    faults_add(&content->report->faults, fault_at(outcome_of(status), "event", seq, to), "%s", why);
}

// What went from the ledger itself went because an event says so.
static void check_archived(struct content *content)
{
    const uint64_t first = ledger_archived(content->ledger);
    if (first <= content->archived_below || ledger_is_exported(content->ledger)) return;
    faults_add(&content->report->faults,
               fault_at(OUTCOME_INTEGRITY, "event", content->archived_below, first - 1),
               "they are gone from the ledger, and no event tells that they were archived");
}

// Heads that are signed for more than there is: up to the newest of those that are good.
static bool is_any_beyond(struct content *content)
{
    bool is_any = false;
    while (content->has_head) {
        if (is_next_good(content)) {
            content->sealed_size = content->head_size;
            is_any = true;
        }
        step_head(content);
    }
    return is_any;
}

// Nothing was decided by a signed root to the end.
static void check_end(struct content *content)
{
    const uint64_t size = content->made.size;
    struct faults *faults = &content->report->faults;
    if (size == 0 && !content->has_head) {
        faults_add(faults, fault_at(OUTCOME_INTEGRITY, "event", 0, 0),
                   "it is not there: no ledger is without its opening");
    } else if (content->doubt != DOUBT_NONE) {
        decide_doubt(content, "no signed head says whether it is the leaf or the tile");
    } else if (is_any_beyond(content)) {
        faults_add(faults, fault_at(OUTCOME_INTEGRITY, "event", size, content->sealed_size - 1),
                   "the signed head of size %" PRIu64 " covers it, but it is not there",
                   content->sealed_size);
    } else if (content->good_size < size) {
        faults_add(faults, fault_at(OUTCOME_INTEGRITY, "event", content->good_size, size - 1),
                   "no signed head covers it: the newest that agrees is of size %" PRIu64,
                   content->good_size);
    }
}

void content_check(struct ledger *ledger, struct ledger_scan *scan, const struct trust *trust,
                   struct content_report *report)
{
    struct content           content = {.ledger = ledger, .trust = trust, .report = report};
    struct bytes             leaf;
    enum status              status = OK;
    struct ledger_checkpoint newest = {.size = 0};
    if (ledger_newest(ledger, &newest) == OK) content.sealed_size = newest.size;
    epochs_init(&report->epochs, &trust->ledger, NULL);
    next_head(&content, 0);
    compare_heads(&content);
    pass_leaves(&content, ledger_first(ledger));
    while (!content.is_over && status == OK) {
        status = ledger_scan_next(scan, &leaf);
        if (status == OK) {
            check_leaf(&content, leaf);
        } else if (status != STATUS_NOT_FOUND) {
            complain_of_gap(&content, status);
        }
    }
    if (ledger_end(ledger) < ledger_size(ledger)) pass_leaves(&content, ledger_size(ledger));
    if (!content.is_over) check_end(&content);
    if (!content.is_over) check_archived(&content);
    if (!content.is_over) check_given(&content);
    if (report->epochs.count > 1) check_later_lines(&content);
}
