#include "replay/own_event.h"

#include "core/base/pack.h"

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

bool own_event_read(struct bytes packed, enum kind kind, struct proposal *proposal)
{
    struct leaf leaf;
    const char *offence = NULL;
    if (!is_of_ledger(packed) || !leaf_read(packed, &leaf)) return false;
    if (leaf.verdict.code != ACCEPTED) return false;
    return proposal_read(leaf.proposal, proposal, &offence) && proposal->event.kind == kind;
}
