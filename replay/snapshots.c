#include "replay/snapshots.h"

#include "projections/digest.h"
#include "replay/own_event.h"

#define NONE UINT64_MAX

// What cannot be read ends the replay there, too, and is said there.
static void find_next(struct snapshots *snapshots)
{
    struct bytes    packed;
    struct proposal proposal;
    snapshots->seq = NONE;
    snapshots->is_computed = false;
    while (snapshots->ahead != NULL && ledger_scan_next(snapshots->ahead, &packed) == OK) {
        const uint64_t seq = snapshots->next_seq++;
        if (!own_event_read(packed, SNAPSHOT, &proposal)) continue;
        snapshots->size = proposal.event.of.snapshot.size;
        snapshots->seq = seq;
        ledger_scan_look_away(snapshots->ahead);
        return;
    }
    snapshots_close(snapshots);
}

enum status snapshots_open(struct snapshots *snapshots, struct ledger *ledger, uint64_t from,
                           uint64_t to)
{
    *snapshots = (struct snapshots){.next_seq = from, .seq = NONE};
    const enum status status = ledger_scan_open(ledger, from, to, &snapshots->ahead);
    if (status == OK) find_next(snapshots);
    return status;
}

void snapshots_close(struct snapshots *snapshots)
{
    ledger_scan_close(snapshots->ahead);
    snapshots->ahead = NULL;
}

enum status snapshots_look(struct snapshots *snapshots, const struct state *state,
                           const struct catch_up_event *event, enum snapshot_finding *finding)
{
    *finding = SNAPSHOT_NONE;
    if (snapshots->seq == NONE) return OK;
    if (server_at(state)->size == snapshots->size) {
        const enum status status = digest_of(state, &snapshots->digest);
        if (status != OK) return status;
        snapshots->is_computed = true;
    }
    if (event->leaf.seq != snapshots->seq) return OK;
    // Of a size that was not passed: the rules refuse it.
    if (snapshots->is_computed) {
        const struct bytes told = event->proposal.event.of.snapshot.digest;
        const bool         is_right = bytes_is_equal(told, hash_view(&snapshots->digest));
        *finding = is_right ? SNAPSHOT_RIGHT : SNAPSHOT_WRONG;
    }
    find_next(snapshots);
    return OK;
}
