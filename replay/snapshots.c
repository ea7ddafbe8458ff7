#include "replay/snapshots.h"

#include "core/base/pack.h"
#include "projections/digest.h"

#define NONE UINT64_MAX

// The ledger's own events are few: all others are passed over after their author.
static bool is_of_ledger(struct bytes packed)
{
    struct pack_reader reader = pack_reader(packed);
    (void)pack_read_array(&reader, UINT8_MAX);
    for (int i = 0; i < 3; i++) {
        (void)pack_read_number(&reader, UINT64_MAX); // version, seq, time
    }
    return pack_read_number(&reader, UINT64_MAX) == AUTHOR_LEDGER && !reader.is_bad;
}

static bool is_snapshot(struct bytes packed, uint64_t *size)
{
    struct leaf     leaf;
    struct proposal proposal;
    const char     *offence = NULL;
    if (!is_of_ledger(packed) || !leaf_read(packed, &leaf)) return false;
    if (!proposal_read(leaf.proposal, &proposal, &offence)) return false;
    *size = proposal.event.of.snapshot.size;
    return proposal.event.kind == SNAPSHOT && leaf.verdict.code == ACCEPTED;
}

// What cannot be read ends the replay there, too, and is said there.
static void find_next(struct snapshots *snapshots)
{
    struct bytes packed;
    snapshots->seq = NONE;
    snapshots->is_computed = false;
    while (snapshots->ahead != NULL && ledger_scan_next(snapshots->ahead, &packed) == OK) {
        const uint64_t seq = snapshots->next_seq++;
        if (!is_snapshot(packed, &snapshots->size)) continue;
        snapshots->seq = seq;
        return;
    }
    snapshots_close(snapshots);
}

enum status snapshots_open(struct snapshots *snapshots, struct ledger *ledger, uint64_t to)
{
    const uint64_t first = ledger_first(ledger);
    *snapshots = (struct snapshots){.next_seq = first, .seq = NONE};
    const enum status status = ledger_scan_open(ledger, first, to, &snapshots->ahead);
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
