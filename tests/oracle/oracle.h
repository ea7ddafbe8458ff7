// oracle.h - the rules of the domain said a second time: slow, obvious, from the facts alone.
//
// Nothing here is shared with what it is compared to but the words of core/. Each answer is counted
// anew from the list of facts (facts.h, amounts.h, access.h, saves.h); rule ids stand where a rule
// is said. Time is an argument and never goes back. Its parts, by noun, stand behind matter.h; to
// add a kind: who may in rights.c, whether it is a setting there, and a decide_ function.
#ifndef TESTS_ORACLE_ORACLE_H
#define TESTS_ORACLE_ORACLE_H

#include "tests/oracle/facts.h"
#include "tests/oracle/saves.h"

#include <stdbool.h>
#include <stdint.h>

struct oracle;

// The proposal of the opening, as any other: [id, not_after, kind, fields…]; it must be one.
// crypto_start() and hash_start() come before.
struct oracle *oracle_open(struct bytes packed_opening);
void           oracle_close(struct oracle *oracle);

struct oracle_answer {
    struct verdict  verdict;
    // Refusals of a save: all that the deciding rule finds, the verdict first. The rules do not say
    // which resource is named when several fail.
    struct findings findings;
    bool            is_appended;
    const char     *offence; // of MALFORMED: the field
};

// What is asked: packed by the author at ledger time, to become the event seq.
struct oracle_question {
    uint64_t     seq;
    uint64_t     time_ms;
    entity_id    author;
    struct bytes packed;
    bool         is_vouched; // not signed by the author, whose session speaks for it
};

// Decides, and applies what is accepted.
struct oracle_answer oracle_propose(struct oracle *oracle, const struct oracle_question *question);
// Decides only (X13).
struct oracle_answer oracle_preview(struct oracle *oracle, const struct oracle_question *question);
// Lets time pass up to there without anything being asked (D5).
void                 oracle_pass(struct oracle *oracle, uint64_t time_ms);

enum availability { IS_ON, IS_OFF, IS_NOT_YET_VALID, IS_EXPIRED, IS_BLOCKED };

struct oracle_state {
    enum availability availability;
    uint64_t          maximum;
    uint64_t          used;
    uint64_t          available;
    uint64_t          own_limit;   // UNLIMITED
    int64_t           unallocated; // below 0 when oversubscribed; INT64_MAX when UNLIMITED
    uint64_t          over;
    uint64_t          suspended;    // in the subtree
    uint64_t          pending;      // would be suspended if limited mode were left now
    uint64_t          until_ms;     // TIME_NEVER
    uint64_t          next_ms;      // TIME_NEVER: the maximum stays
    uint64_t          next_maximum; // from then on
    uint64_t          activatable;  // B12; UNLIMITED where nothing is needed
    struct bytes      bottleneck;   // path of the node with the least room
};

// B15. The group must be there.
struct oracle_state oracle_state(const struct oracle *oracle, uint64_t time_ms, struct bytes group,
                                 struct bytes resource);

struct oracle_feature {
    bool     is_on;
    uint64_t until_ms; // TIME_NEVER
};

struct oracle_feature oracle_feature(const struct oracle *oracle, uint64_t time_ms,
                                     struct bytes group, struct bytes feature);

struct oracle_access {
    bool         is_granted;
    enum refusal code; // NOT_HELD, or why not
    struct bytes node; // path of the node that decided
};

// B30. The unit as it came: folded here.
struct oracle_access oracle_access(const struct oracle *oracle, uint64_t time_ms,
                                   struct bytes resource, struct bytes unit);

// B42. Over all memberships and assignments of the user; 0 of everything without a membership.
struct oracle_user {
    uint64_t maximum;
    uint64_t used;
    uint64_t available;
};

struct oracle_user oracle_user(const struct oracle *oracle, uint64_t time_ms, struct bytes user,
                               struct bytes resource);

struct oracle_mode {
    bool             is_limited;
    enum mode_reason reason; // the latest
    uint64_t         since_ms;
};

struct oracle_mode oracle_mode(const struct oracle *oracle);

// T19. ACCEPTED or CLIENT_TOO_OLD; a version is "major.minor" and whatever follows.
enum refusal oracle_connect(const struct oracle *oracle, struct bytes version);

// B32-B37. What the user may do, where nothing limits but features and units. NULL beyond the last.
const char *oracle_user_action(uint32_t index);
bool        oracle_user_may(const struct oracle *oracle, uint64_t time_ms, struct bytes user,
                            const char *action);
// What an admin may configure in a group; closed while limited, as all settings.
const char *oracle_admin_action(uint32_t index);
bool        oracle_admin_may(const struct oracle *oracle, uint64_t time_ms, struct bytes actor,
                             struct bytes group, const char *action);
// T14, T15. Whether the mode leaves a view or a setting open.
bool        oracle_leaves_open(const struct oracle *oracle, const char *action);

// Whether no session may vouch for the actor (R).
bool oracle_must_sign(const struct oracle *oracle, struct bytes actor, enum kind kind);

// X18.
enum level { LEVEL_NONE, LEVEL_80, LEVEL_95, LEVEL_100, LEVEL_OVER };

enum level oracle_notice(const struct oracle *oracle, struct bytes group, struct bytes resource);

// B39-B41. A reminder that is due and has not become an event.
struct oracle_reminder {
    struct bytes group; // path
    struct bytes package;
    uint64_t     until_ms;
    uint64_t     due_ms;
    uint64_t     days_left;
    struct names actors;  // for whom it is
    struct names copies;  // who gets a copy
    struct names touched; // paths of groups below
};

uint32_t               oracle_due_count(const struct oracle *oracle);
struct oracle_reminder oracle_due(const struct oracle *oracle, uint32_t index, uint64_t time_ms);
void                   oracle_forget_reminder(struct oracle_reminder *reminder);

// Units without access for want of room, in log order; those that do not fit count all the same.
uint32_t oracle_suspended_units(const struct oracle *oracle, uint64_t time_ms,
                                struct bytes resource, struct bytes *units, uint32_t unit_max);
// T16. Units that would be suspended if limited mode were left now, and are not yet.
uint32_t oracle_pending_units(const struct oracle *oracle, uint64_t time_ms, struct bytes resource,
                              struct bytes *units, uint32_t unit_max);

// The next edge of any window after the time; TIME_NEVER.
uint64_t oracle_next_edge(const struct oracle *oracle, uint64_t time_ms);

// T10. A device is the same in any case and with any of the usual signs between its digits; other
// units stand for themselves. Lives as long as the oracle, or as the unit that was given.
struct bytes oracle_unit(const struct facts *facts, struct bytes resource, struct bytes unit);

// What there is to ask about.
const struct facts *oracle_facts(const struct oracle *oracle);

#endif
