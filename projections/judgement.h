// judgement.h - the question that a proposal puts to the rules, and the answer with its reasons.
//
// A judge looks and changes nothing. It names every constraint that fails, in the order of
// precedence in which it looks (X08); the first one decides.
#ifndef PROJECTIONS_JUDGEMENT_H
#define PROJECTIONS_JUDGEMENT_H

#include "projections/state.h"

enum { WHY_MAX = 100, WHY_TEXT_SIZE = (WHY_MAX + 1) * (PATH_SIZE_MAX + 256) };

struct constraint {
    enum refusal code;
    uint32_t     group;    // where; 0: nowhere
    uint64_t     limit;    // LIMIT_NONE: means nothing here
    uint64_t     used;     // or what was asked for, in saves; LIMIT_NONE likewise
    uint64_t     until_ms; // TIME_NEVER: means nothing here
    struct bytes name;     // resource, unit, package, user …
};

// A constraint as it is told: names and path are kept here, for a plan's groups are gone when its
// answer is read.
struct reason {
    struct constraint constraint;
    entity_id         node;      // NODE_NONE: nowhere
    struct bytes      path;      // of the group
    uint32_t          further;   // units that the same plan asks for there behind this one
    bool              is_hidden; // the asker may not read there (R)
};

// All reasons are counted; those from `from` on are kept, as far as they fit: a page of them. What
// lies out of the asker's sight is told once of each code, for its number would tell of it.
struct why {
    uint32_t      from, count, total;
    struct reason decisive; // the first, or the first that says MALFORMED
    struct reason reasons[WHY_MAX];
    bool          has_hidden[REFUSAL_CODE_MAX + 1];
    struct buffer text;
    uint8_t       room[WHY_TEXT_SIZE];
};

struct losses;

struct question {
    const struct state *state;
    uint64_t            now_ms; // ledger time of the event
    uint32_t            actor;  // the author's record; 0: the ledger itself
    uint32_t            reader; // who is told the reasons: see group_is_seen
    struct why         *why;
    bool                is_no_news; // nothing would change: granted, not appended
    const char         *offence;    // with MALFORMED: the field
    uint32_t            charged;    // the group an accepted event is about, where it does not say
    struct losses      *losses;     // with LIMIT_BELOW_USED: who would be suspended (X01)
    struct why         *warnings;   // of what may be accepted
};

// What apply is given besides the event: it cannot fail and does not judge.
struct change_context {
    struct state *state;
    uint64_t      now_ms;
    entity_id     id; // of what the event creates
    uint64_t      seq;
};

// Notes a constraint that fails.
void refuse(struct question *question, struct constraint constraint);
// The common ones: only a code and perhaps a name; or with a group.
void refuse_name(struct question *question, enum refusal code, struct bytes name);
void refuse_at(struct question *question, enum refusal code, uint32_t group);
// B25: from until_ms on, the named package lasts while the group above has nothing.
void warn(struct question *question, uint32_t group, struct bytes package, uint64_t until_ms);
// Malformed for a reason that only the rules can see; field names it.
void refuse_malformed(struct question *question, const char *field);

void why_init(struct why *why, uint32_t from);
bool is_refused(const struct question *question);

#endif
