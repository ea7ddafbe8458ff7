#include "projections/catch_up.h"

#include "projections/retries.h"
#include "projections/rules.h"

#include <string.h>

static enum status fail(struct catch_up_fault *fault, enum status status, const char *why)
{
    fault->why = why;
    return status;
}

// A later version may know the kind; everything else that cannot be read is damage.
static enum status read_proposal(struct catch_up_event *event, struct catch_up_fault *fault)
{
    if (proposal_read(event->leaf.proposal, &event->proposal, &fault->field)) {
        fault->field = NULL;
        return OK;
    }
    if (strcmp(fault->field, "kind") != 0) {
        return fail(fault, STATUS_CORRUPT, "its proposal is not in the canonical form");
    }
    return fail(fault, STATUS_UNSUPPORTED, "it is of a kind that this version does not know");
}

static enum status read_event(const struct state *state, struct catch_up_event *event,
                              struct catch_up_fault *fault)
{
    const struct server *server = server_at(state);
    const struct leaf   *leaf = &event->leaf;
    if (!leaf_read(event->packed, &event->leaf)) {
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
    return read_proposal(event, fault);
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

enum status catch_up_scan(struct state *state, struct ledger_scan *scan,
                          const struct catch_up_visitor *visitor, struct catch_up_fault *fault)
{
    struct catch_up_event event;
    enum status           status = OK;
    while (status == OK) {
        *fault = (struct catch_up_fault){.seq = server_at(state)->size};
        status = ledger_scan_next(scan, &event.packed);
        if (status == STATUS_NOT_FOUND) return OK;
        fault->is_unread = status != OK;
        if (status != OK) return fail(fault, status, "it cannot be read from the store");
        status = read_event(state, &event, fault);
        if (status == OK && visitor != NULL) {
            status = visitor->visit(visitor->context, state, &event, fault);
        }
        if (status == OK) status = take(state, &event, fault);
    }
    return status;
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
    return status;
}
