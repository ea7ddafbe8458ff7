// matter.h - one event to decide, and the answers to it: what the parts of the oracle share.
//
// Each decide_ function looks at one kind, in the order of X08 behind LIMITED_MODE, and applies
// what it accepts to the draft. A part is one noun: server, groups, users, holdings, reminders.
#ifndef TESTS_ORACLE_MATTER_H
#define TESTS_ORACLE_MATTER_H

#include "tests/oracle/oracle.h"

// On a draft of the facts, which the oracle takes over when all goes well.
struct matter {
    struct facts    *facts;
    entity_id        id; // what the event creates would have
    uint64_t         now_ms;
    struct actor_row author;
    struct bytes     reach; // path of the author's group
};

// --- Answers
// --------------------------------------------------------------------------------------

struct oracle_answer answer_accepted(void);
// Granted, but no news: not appended.
struct oracle_answer answer_unchanged(void);
struct oracle_answer answer_refused(enum refusal code);
struct oracle_answer answer_refused_at(enum refusal code, const struct group_row *node,
                                       uint64_t limit, uint64_t used);
struct oracle_answer answer_malformed(const char *offence);
struct oracle_answer answer_found(const struct findings *findings);

// --- Who may, and when
// ----------------------------------------------------------------------------

// X08. The field that is not in form although it reads well, or NULL.
const char *oracle_offence(const struct facts *facts, const struct event *event);
// R.
bool        oracle_may(const struct matter *matter, const struct event *event);
bool        oracle_is_within(const struct matter *matter, struct bytes path);
// T13. What limited mode refuses.
bool        oracle_is_setting(const struct matter *matter, const struct event *event);

// --- Decisions by noun
// ----------------------------------------------------------------------------

typedef struct oracle_answer decide(struct matter *matter, const struct event *event);

decide decide_license, decide_eula, decide_password, decide_software, decide_vendor, decide_policy;
decide decide_counted;
decide decide_snapshot;
decide decide_rotation;
decide decide_archive;
decide decide_enrolment, decide_actor_removal;
decide decide_group, decide_update, decide_move, decide_group_removal, decide_block;
decide decide_allocation;
decide decide_user, decide_user_removal, decide_membership, decide_assignment;
decide decide_consumption, decide_renewal, decide_release, decide_transfer;
decide decide_reminder_policy, decide_reminder, decide_delivery;

// T20-T23. Enters limited mode, or moves the latest reason.
void oracle_trigger(struct facts *facts, enum mode_reason reason, uint64_t now_ms);

// X08. Held by the same group and user already: granted before every check of state. False when it
// is not.
bool     oracle_ask_again(struct matter *matter, const struct consumption *consumption,
                          struct oracle_answer *answer);
// B42, B26. What the user's other groups and assignments object to one more unit.
void     oracle_check_holder(const struct matter *matter, entity_id user, entity_id charged,
                             struct bytes resource, struct findings *findings);
// X11. TIME_NEVER without a lease, and while no lease ends.
uint64_t oracle_lease_end(const struct facts *facts, const struct holding_row *holding);
// Those that end at the instant, as time passes on to another one.
void     oracle_end_leases(struct facts *facts, uint64_t ms, uint64_t to_ms);

// B39. The packages of the group were saved, or its policy was.
void     oracle_watch_packages(struct facts *facts, const struct group_row *group, uint64_t now_ms);
void     oracle_watch_policy(struct facts *facts, const struct group_row *group, uint64_t now_ms);
// The next instant of the policy; TIME_NEVER: none.
uint64_t oracle_watch_next(const struct facts *facts, const struct watch_row *watch);
void     oracle_pass_watches(struct facts *facts, uint64_t ms);

// X18. Looks at every node once more; at those of one path; at those where a window begins or ends.
void oracle_update_notices(struct facts *facts, uint64_t ms);
void oracle_update_path(struct facts *facts, entity_id group, struct bytes resource, uint64_t ms);
void oracle_update_edges(struct facts *facts, uint64_t edge_ms, uint64_t ms);

// D5. Everything that ends or begins after the first instant, up to the second one.
void     oracle_pass_time(struct facts *facts, uint64_t from_ms, uint64_t to_ms);
uint64_t oracle_next_instant(const struct facts *facts, uint64_t after_ms);

#endif
