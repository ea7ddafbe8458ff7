// proposal.h - an event as somebody asks for it, and the leaf that keeps it.
//
//   proposal = msgpack [id(16), not_after_ms, kind, fields…]
//   leaf     = msgpack [version, seq, time_ms, author, signature, proposal, verdict]
//   verdict  = [0], [0, node] or [code, node, limit, used, index]     node: id of a group, or nil
//              an accepted event that does not say which group it is about has its node
//
// The bytes are hashed and signed as they came, never as written again. FORMAT.md draws them.
#ifndef CORE_EVENT_PROPOSAL_H
#define CORE_EVENT_PROPOSAL_H

#include "core/base/limits.h"
#include "core/event/event.h"
#include "core/event/refusal.h"

enum { RULES_VERSION = 1, SIGNATURE_SIZE = 64 };

// What was created by an event is known by the event's place for ever: its sequence number, and its
// index inside a plan (0 outside of one).
typedef uint64_t entity_id; // the one typedef: a number with a meaning of its own

enum { ENTITY_INDEX_BITS = 12 };
static_assert(PLAN_PROPOSAL_MAX < (1 << ENTITY_INDEX_BITS), "an index in a plan fits an id");

#define AUTHOR_LEDGER   ((entity_id)0) // signs nothing of its own; the checkpoint vouches
#define AUTHOR_RECOVERY ((entity_id)1) // the recovery key that the opening names

static inline entity_id entity_id_of(uint64_t seq, uint32_t index)
{
    return seq << ENTITY_INDEX_BITS | index;
}

static inline uint64_t entity_seq(entity_id id)
{
    return id >> ENTITY_INDEX_BITS;
}

struct proposal {
    uint8_t      id[PROPOSAL_ID_SIZE];
    uint64_t     not_after_ms;
    struct event event;
};

// False when the bytes are not canonical or a field is out of bounds; *offence then names it.
// Views in *proposal live as long as packed. A plan's events are looked into as well.
bool proposal_read(struct bytes packed, struct proposal *proposal, const char **offence);
void proposal_write(const struct proposal *proposal, struct buffer *buffer);

// The bytes that an author signs: "licet/proposal/v1\n" origin "\n" proposal. The buffer has room
// for PROPOSAL_MESSAGE_SIZE(size of the proposal).
#define PROPOSAL_MESSAGE_SIZE(proposal_size) ((proposal_size) + 256)
void proposal_message(struct bytes origin, struct bytes packed, struct buffer *message);

#define NODE_NONE UINT64_MAX // no group decided

struct verdict {
    enum refusal code;
    entity_id    node;  // the group that decided; NODE_NONE where none did
    uint64_t     limit; // of that node
    uint64_t     used;  // in that node; the failing index for a plan is in `index`
    uint32_t     index; // in a plan: the event that was refused
};

struct leaf {
    uint64_t       version; // of the rules that judged
    uint64_t       seq;
    uint64_t       time_ms;
    entity_id      author;
    struct bytes   signature; // SIGNATURE_SIZE bytes, or none where the session vouched
    struct bytes   proposal;  // packed
    struct verdict verdict;
};

bool leaf_read(struct bytes packed, struct leaf *leaf);
void leaf_write(const struct leaf *leaf, struct buffer *buffer);

#endif
