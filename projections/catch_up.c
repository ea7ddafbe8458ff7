#include "projections/catch_up.h"

#include "projections/foresight.h"
#include "projections/retries.h"
#include "projections/rules.h"

#include <string.h>

static enum status fail(struct catch_up_fault *fault, enum status status, const char *why)
{
    fault->why = why;
    return status;
}

// Leaves that were taken out of the scan together, so that what they need is brought near at once.
struct convoy {
    struct catch_up_event events[FORESIGHT_MAX];
    bool                  is_leaf[FORESIGHT_MAX]; // what its bytes are
    const char           *offence[FORESIGHT_MAX]; // why a leaf's proposal is none; NULL
    uint32_t              count;
    size_t                size; // of room that is used
    uint8_t               room[2 * LEAF_SIZE_MAX];
};

// A later version may know the kind; everything else that cannot be read is damage.
static enum status judge_proposal(const char *offence, struct catch_up_fault *fault)
{
    if (offence == NULL) return OK;
    fault->field = offence;
    if (strcmp(offence, "kind") != 0) {
        return fail(fault, STATUS_CORRUPT, "its proposal is not in the canonical form");
    }
    return fail(fault, STATUS_UNSUPPORTED, "it is of a kind that this version does not know");
}

static enum status judge_form(const struct state *state, const struct convoy *convoy, uint32_t at,
                              struct catch_up_fault *fault)
{
    const struct server *server = server_at(state);
    const struct leaf   *leaf = &convoy->events[at].leaf;
    if (!convoy->is_leaf[at]) {
        return fail(fault, STATUS_CORRUPT, "it is not in the canonical form of a leaf");
    }
    if (leaf->version > RULES_VERSION) {
        return fail(fault, STATUS_UNSUPPORTED, "a later version of the rules judged it");
    }
    if (leaf->version != RULES_VERSION) {
        return fail(fault, STATUS_CORRUPT, "no version of the rules judged it");
    }
    if (leaf->seq != server->size) {
        return fail(fault, STATUS_CORRUPT, "the seq that it tells is not its place in the log");
    }
    if (leaf->time_ms < server->time_ms) {
        return fail(fault, STATUS_CORRUPT, "its time is before that of the event before it");
    }
    return judge_proposal(convoy->offence[at], fault);
}

static enum status take(struct state *state, const struct catch_up_event *event,
                        struct catch_up_fault *fault)
{
    if (!state_has_room(state) || !retry_has_room(state, event->proposal.not_after_ms)) {
        return fail(fault, STATUS_OVERLOADED, "the state has no room for it");
    }
    rules_record(state, &event->leaf, &event->proposal);
    state_commit(state);
    return OK;
}

// What the scan says after the last leaf that it gave.
static enum status load(struct convoy *convoy, struct ledger_scan *scan)
{
    enum status status = OK;
    convoy->count = 0;
    convoy->size = 0;
    while (convoy->count < FORESIGHT_MAX && sizeof convoy->room - convoy->size >= LEAF_SIZE_MAX) {
        struct catch_up_event *event = &convoy->events[convoy->count];
        uint8_t               *at = convoy->room + convoy->size;
        const char           **offence = &convoy->offence[convoy->count];
        struct bytes           packed;
        status = ledger_scan_next(scan, &packed);
        if (status != OK) break;
        if (packed.size > LEAF_SIZE_MAX) packed.size = 0; // no leaf, whatever it is
        if (packed.size > 0) memcpy(at, packed.at, packed.size);
        convoy->size += packed.size;
        event->packed = (struct bytes){at, packed.size};
        *offence = NULL;
        const bool is_leaf = leaf_read(event->packed, &event->leaf);
        convoy->is_leaf[convoy->count++] = is_leaf;
        if (is_leaf && proposal_read(event->leaf.proposal, &event->proposal, offence)) {
            *offence = NULL;
        }
    }
    return status;
}

static void look_ahead(const struct state *state, const struct convoy *convoy,
                       struct foreseen *foreseen)
{
    for (uint32_t i = 0; i < convoy->count; i++) {
        const bool is_read = convoy->is_leaf[i] && convoy->offence[i] == NULL;
        foreseen[i] =
            (struct foreseen){.proposal = is_read ? &convoy->events[i].proposal : NULL,
                              .author = convoy->is_leaf[i] ? convoy->events[i].leaf.author : 0};
    }
    foresee(state, foreseen, convoy->count);
}

static enum status take_all(struct state *state, const struct convoy *convoy,
                            const struct catch_up_visitor *visitor, struct catch_up_fault *fault)
{
    struct foreseen foreseen[FORESIGHT_MAX];
    enum status     status = OK;
    look_ahead(state, convoy, foreseen);
    for (uint32_t i = 0; i < convoy->count && status == OK; i++) {
        *fault = (struct catch_up_fault){.seq = server_at(state)->size};
        state_note_found_group(state, foreseen[i].group);
        status = judge_form(state, convoy, i, fault);
        if (status == OK && visitor != NULL) {
            status = visitor->visit(visitor->context, state, &convoy->events[i], fault);
        }
        if (status == OK) status = take(state, &convoy->events[i], fault);
    }
    return status;
}

enum status catch_up_scan(struct state *state, struct ledger_scan *scan,
                          const struct catch_up_visitor *visitor, struct catch_up_fault *fault)
{
    struct convoy convoy;
    for (;;) { // to the end of the scan
        const enum status loaded = load(&convoy, scan);
        const enum status status = take_all(state, &convoy, visitor, fault);
        if (status != OK) return status;
        if (loaded == STATUS_NOT_FOUND) return OK;
        *fault = (struct catch_up_fault){.seq = server_at(state)->size};
        fault->is_unread = loaded != OK;
        if (loaded != OK) return fail(fault, loaded, "it cannot be read from the store");
    }
}

// --- Against the tiles ------------------------------------------------------

enum { TILE_WIDTH = 256 };

struct tile_view {
    struct ledger *ledger;
    uint64_t       number; // UINT64_MAX: none yet
    struct bytes   hashes; // lives until the ledger is asked again, which only load_tile does
};

static enum status load_tile(struct tile_view *tile, uint64_t seq)
{
    if (tile->number == seq / TILE_WIDTH) return OK;
    const enum status status = ledger_tile(tile->ledger, 0, seq / TILE_WIDTH, &tile->hashes);
    if (status == OK) tile->number = seq / TILE_WIDTH;
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status compare_hash(void *context, struct state *state,
                                const struct catch_up_event *event, struct catch_up_fault *fault)
{
    struct tile_view *tile = context;
    const size_t      at = (size_t)(event->leaf.seq % TILE_WIDTH) * HASH_SIZE;
    const struct hash hash = hash_leaf(event->packed);
    const enum status status = load_tile(tile, event->leaf.seq);
    (void)state;
    if (status != OK) return fail(fault, status, "its tile cannot be read");
    if (tile->hashes.at == NULL || at + HASH_SIZE > tile->hashes.size) {
        return fail(fault, STATUS_CORRUPT, "its tile has no hash for it");
    }
    if (memcmp(tile->hashes.at + at, hash.at, HASH_SIZE) == 0) return OK;
    return fail(fault, STATUS_CORRUPT, "its hash is not the one in its tile");
}

enum status catch_up(struct state *state, struct ledger *ledger, uint64_t from,
                     struct catch_up_fault *fault)
{
    struct tile_view              tile = {.ledger = ledger, .number = UINT64_MAX};
    const struct catch_up_visitor visitor = {.visit = compare_hash, .context = &tile};
    struct ledger_scan           *scan = NULL;
    *fault = (struct catch_up_fault){.seq = from};
    enum status status = ledger_scan_open(ledger, from, ledger_size(ledger), &scan);
    if (status != OK) return fail(fault, status, "it cannot be read from the store");
    status = catch_up_scan(state, scan, &visitor, fault);
    ledger_scan_close(scan);
    ledger_look_away(ledger);
    return status;
}
