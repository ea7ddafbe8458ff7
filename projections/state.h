// state.h - what the log means, in memory: records in pools, and the undo journal over them.
//
// The log is the only source; everything here can be rebuilt from it. Every change to a record goes
// through an _edit function, and every record comes and goes through state_take and state_give, so
// that the journal can put back what was there: commit forgets it, rollback walks it backwards.
//
// Records name each other by pool index; 0 is none. Relations, top down:
//
//   group -> parent, children (list), packages -> entries, members, accounts, actors
//   group -> reminder policy -> reminders that wait; package -> reminding
//   resource (a licensed name) -> lines of the licence files, holdings in log order
//   account (group x resource) -> parent account, children, holdings, steps of the sums below
//   holding -> account, user, leasehold -> lease          user -> memberships, holdings
#ifndef PROJECTIONS_STATE_H
#define PROJECTIONS_STATE_H

#include "core/base/index.h"
#include "core/base/limits.h"
#include "core/base/pool.h"
#include "core/base/status.h"
#include "core/base/window.h"
#include "core/event/license.h"
#include "core/event/proposal.h"

#include <stdbool.h>
#include <stdint.h>

#define LIMIT_NONE UINT64_MAX // no limit of its own

enum { SERVER_GROUP = 1 }; // the top of every path

// A text of a record: which pool holds it, and where. 0 is no text.
struct text_ref {
    uint32_t at;
};

// Leases stand apart in the schedule: none of them ends while the server is limited.
enum edge_heap { HEAP_LEASES, HEAP_OTHERS, HEAP_COUNT };

// The one record of its kind: what holds for the whole ledger.
struct server {
    uint64_t        size;    // events applied: the next seq
    uint64_t        time_ms; // of the last event
    struct text_ref origin, name, software_version, eula_version;
    uint8_t         ledger_key[32], recovery_key[32];
    uint64_t        limited_since_ms;
    uint64_t        edge_ms;               // of the newest boundary
    uint64_t        lease_base_ms;         // from here on leases run, if not renewed later (X11)
    uint64_t snapshot_size, snapshot_seq;  // the newest snapshot, and the event that tells of it
    uint64_t archived_below, archived_seq; // likewise of the newest archive; 0: there is none
    uint32_t limited_reason;               // enum limited_reason, 0 while normal
    uint32_t first_vendor, newest_actor, newest_resource;
    uint32_t earliest_edge[HEAP_COUNT];
    uint32_t first_user, last_user;
    uint32_t first_due, last_due;           // remindings
    uint32_t first_reminder, last_reminder; // that wait to be delivered, oldest first
    uint32_t server_admin_count;
    uint32_t refusal_rate;               // logged refusals a minute and author (X06)
    uint32_t first_cut, cut_group_count; // see removals.h
    uint32_t newest_epoch;               // 0: the opening's key signs still
    bool     has_test_clock;
    bool     must_sign; // no session vouches
};

enum limited_reason {
    NOT_LIMITED,
    EULA_NOT_ACCEPTED,
    LICENSE_UPDATED,
    PASSWORD_CHANGED,
    EULA_CHANGED,
};

struct group {
    entity_id       id;
    uint64_t        placed_seq; // it has stood below this parent by this name since that event
    struct text_ref name, label;
    uint32_t        parent;                                  // 0: cut off, see removals.h
    uint32_t        first_child, last_child, next, previous; // siblings
    uint32_t        first_package, last_package;
    uint32_t        first_account, first_member;
    uint32_t        first_actor, last_actor; // in the order of their enrolment
    uint32_t        first_place, place_count;
    uint32_t        child_count, member_count;
    uint32_t        version;
    uint32_t        reminder_policy; // 0: none was ever saved
    bool            is_restricted, is_oversubscribed, is_blocked;
};

// Where a group stood for a while, see places.h.
struct place_record {
    uint64_t        since_seq, until_seq;
    entity_id       parent;
    struct text_ref name;
    uint32_t        next; // the one before
};

struct package_record {
    struct window   window;
    struct text_ref name;
    uint32_t        group, next, first_entry, edge;
    uint32_t        reminding; // 0: the group has no reminder policy, or the package no end
};

struct entry_record {
    uint64_t count; // ENTRY_FEATURE: a feature
    uint32_t resource, next;
};

// When the admins of a group are reminded of the ends of its packages (B39); as it was saved last.
struct reminder_policy_record {
    uint64_t days;    // DAYS_ABSENT: from date_ms on
    uint64_t date_ms; // TIME_NEVER: days before the end
    uint32_t group;
    uint32_t frequency;                     // enum frequency
    uint32_t first_reminder, last_reminder; // of the group, that wait to be delivered, oldest first
    bool     is_enabled, is_copied;
};

// How far the reminders of one package have come. It goes with the package, which is known by its
// name and its end: a save that has the same again keeps it.
struct reminding {
    uint64_t due_ms;  // the instant of a reminder that is due and not yet an event; TIME_NEVER
    uint64_t last_ms; // the instant of the last one that became an event; TIME_NEVER
    uint64_t last_seq;
    uint32_t package, edge;
    uint32_t next_due, previous_due; // those with a reminder due, in the order they became so
    bool     is_delivered;           // the last one
};

// A reminder that went out and waits to be delivered (B40).
struct reminder_record {
    uint64_t        seq, until_ms, due_ms;
    struct text_ref package;
    uint32_t        group, failure_count;
    uint32_t        next, previous;                   // of all, oldest first
    uint32_t        next_of_group, previous_of_group; // oldest first
};

// A name that a licence file or a package has: a counted resource or a feature.
struct resource {
    entity_id       id; // of the event that first named it
    struct text_ref name;
    uint32_t        kind;       // enum resource_kind, as of the newest file with it
    uint32_t        vendor;     // of the current file that has it; 0: none has
    uint32_t        needs;      // another resource
    uint32_t        first_line; // licence entries
    uint32_t        first_holding, last_holding; // in log order
    uint32_t        holding_count;
    uint32_t        most_of_user; // no user ever held more at once
    uint32_t        next;         // the one made before
    bool            has_kind;     // stood in a licence file
};

// One entry of a licence file. Besides the current file, that of before the limited mode counts
// while the mode lasts (T16).
struct line {
    struct window window;
    uint64_t      count;
    uint32_t      resource, vendor, next, next_of_vendor, edge;
    bool          is_current, is_before;
};

struct vendor {
    entity_id       id;
    uint64_t        serial;
    uint64_t        file_seq; // where the current file stands in the log
    struct text_ref name;
    uint8_t         key[32];
    uint8_t         file_hash[32];
    uint32_t        next, first_line;
    bool            is_trusted, has_file;
};

// Quota of one resource at one node. Exists wherever something is held at or below, or saved at or
// below, and then in every node above up to the server.
//
//   I1  used is the number of holdings in the subtree
//   I2  below is the number of those that survive every account strictly below this one: the own
//       holdings and what the children keep
//   I3  kept is the lesser of below and the limit
//   I4  last_kept is the holding where the limit cuts: ACCOUNT_KEEPS_ALL iff kept is below, 0 when
//       kept is 0, else the kept-th oldest of those counted in below
//   I5  tied is the number of holdings in the subtree that are bound or serve a service (B12)
//   I6  the steps sum up, over time, what the nearest restricted nodes below are allowed
//
// All of it is as of the instant at which the account was last settled. From next_ms on another
// limit may hold: then readers compute it anew, and it is settled when a boundary comes to it, or
// before it is charged (see quota.h).
struct account {
    uint64_t limit;   // own, that cuts; LIMIT_NONE when unrestricted
    uint64_t next_ms; // the limit may be another from here on; TIME_NEVER
    uint64_t changed_seq;
    uint64_t notice_seq;                          // of the event that raised the newest notice
    uint32_t notice;                              // enum notice, see notices.h
    uint32_t parent, first_child, next, previous; // accounts of the same resource
    uint32_t group, resource, next_of_group;
    uint32_t used, below, kept, last_kept;
    uint32_t first_holding, last_holding;
    uint32_t first_step, step_count;
    uint32_t tied;
};

#define ACCOUNT_KEEPS_ALL UINT32_MAX

struct step {
    uint64_t ms;
    int64_t  delta;
    uint32_t next;
};

struct holding {
    entity_id       id; // seniority
    struct text_ref unit;
    uint32_t        account, user;
    uint32_t        next, previous; // of the resource
    uint32_t        next_of_account, previous_of_account;
    uint32_t        next_of_user, previous_of_user;
    uint32_t        leasehold;  // 0: held for good
    uint32_t        bound;      // to another holding (B11), which names this one; see bindings.h
    uint8_t         directions; // bit 1 << enum direction; 0 for other kinds
    bool            is_service; // its purpose (B12)
    bool            is_needed;  // the other one stands on it
};

// Holdings for a time; see leases.h.
struct lease {
    entity_id       id; // of the event that made it
    uint64_t        renewed_ms, length_ms;
    struct text_ref set; // a name within its group; none: of one holding
    uint32_t        first_leasehold, last_leasehold, edge;
};

struct leasehold {
    uint32_t lease, holding, next, previous; // of the lease
};

struct user {
    entity_id       id;
    struct text_ref name;
    uint32_t        first_member, member_count, first_holding, holding_count;
    uint32_t        next, previous; // all of them, oldest first
};

// A user in a group, with the assignment where there is one.
struct member {
    entity_id     id;
    struct window window; // of the assignment
    uint32_t      user, group;
    uint32_t      next_of_user, next_of_group, previous_of_group;
    uint32_t      first_entry, edge;
    bool          has_assignment;
};

struct actor {
    entity_id       id;
    struct text_ref name;
    uint8_t         key[32];
    uint32_t        role; // enum role
    uint32_t        group;
    uint32_t        next;                             // the one enrolled before
    uint32_t        next_of_group, previous_of_group; // of those that were not removed
    bool            is_removed, must_sign;
};

// A key that was rotated in, see ledger_keys.h.
struct epoch_record {
    uint64_t seq; // of the rotation
    uint32_t number, keyid;
    uint32_t next; // the one before
    uint8_t  key[32];
};

// What an edge is of; see schedule.h.
enum edge_kind { EDGE_LEASE, EDGE_PACKAGE, EDGE_LINE, EDGE_MEMBER, EDGE_REMINDER, EDGE_KIND_COUNT };

// The next instant at which something begins or ends; of a leftist heap, see schedule.c.
struct edge {
    uint64_t  ms;
    entity_id id;            // of the event that made the subject
    uint32_t  ordinal;       // of the subject, among those that the event made
    uint32_t  kind, subject; // enum edge_kind, the record
    uint32_t  parent, left, right, rank;
};

enum { RETRY_BUCKET_COUNT = 16, RETRY_SIZE = 40 }; // bytes of a struct retry

enum pool_name {
    POOL_SERVER,
    POOL_GROUP,
    POOL_PLACE,
    POOL_PACKAGE,
    POOL_ENTRY,
    POOL_RESOURCE,
    POOL_LINE,
    POOL_VENDOR,
    POOL_ACCOUNT,
    POOL_STEP,
    POOL_HOLDING,
    POOL_LEASE,
    POOL_LEASEHOLD,
    POOL_USER,
    POOL_MEMBER,
    POOL_ACTOR,
    POOL_REMINDER_POLICY,
    POOL_REMINDING,
    POOL_REMINDER,
    POOL_EDGE,
    POOL_EPOCH,
    POOL_TEXT, // one for each size of text
    POOL_TEXT_LAST = POOL_TEXT + 3,
    POOL_RETRY,
    POOL_RETRY_LAST = POOL_RETRY + RETRY_BUCKET_COUNT - 1,
    POOL_COUNT,
};

enum index_name {
    INDEX_GROUP,      // by parent and name
    INDEX_GROUP_ID,   // by id
    INDEX_RESOURCE,   // by name
    INDEX_ACCOUNT,    // by group and resource
    INDEX_UNIT,       // holdings by resource and unit
    INDEX_LEASE_SET,  // by group and name
    INDEX_USER,       // by name
    INDEX_MEMBER,     // by user and group
    INDEX_ACTOR,      // by key; those that were removed are not in it, nor in the next
    INDEX_ACTOR_NAME, // by name
    INDEX_ACTOR_ID,   // by id, also those that were removed
    INDEX_REMINDER,   // those that wait to be delivered, by seq
    INDEX_RETRY,      // by author and id; one for each bucket
    INDEX_RETRY_LAST = INDEX_RETRY + RETRY_BUCKET_COUNT - 1,
    INDEX_COUNT,
};

// What changed lately, for those who are told: (seq, group, resource). A ring; who falls behind
// reads the state instead.
struct change {
    uint64_t seq;
    uint32_t group;
    uint32_t resource; // 0: everything of the group
};

enum { CHANGE_RING_SIZE = 1 << 16 };

struct state;

MUST_CHECK enum status state_open(struct state **state);
void                   state_close(struct state *state); // NULL is fine

// --- The journal ------------------------------------------------------------

// A mark to roll back to: before a plan, a preview, a group of proposals.
struct state_mark {
    uint64_t journal_size;
    uint64_t change_count;
};

struct state_mark state_mark(const struct state *state);
void              state_rollback(struct state *state, struct state_mark mark);
void              state_commit(struct state *state); // forgets the journal
// False when a pool or the journal is so full that the next proposal may not fit: OVERLOADED.
bool              state_has_room(const struct state *state);

// What was edited or taken since a mark, the newest first; a record may come several times.
// `before` is its content until then, not aligned; NULL for one that was taken.
struct state_edits {
    uint64_t at, end; // in the journal
};

struct state_edit {
    enum pool_name pool;
    uint32_t       record;
    const uint8_t *before;
};

struct state_edits state_edits(const struct state *state, struct state_mark mark);
bool               state_edits_next(const struct state *state, struct state_edits *edits,
                                    struct state_edit *edit);

uint32_t state_take(struct state *state, enum pool_name pool);
void     state_give(struct state *state, enum pool_name pool, uint32_t record);
void    *state_edit(struct state *state, enum pool_name pool, uint32_t record);
void state_index_add(struct state *state, enum index_name index, uint32_t record, uint64_t hash);
void state_index_remove(struct state *state, enum index_name index, uint32_t record);

// Between these two nothing is kept in the journal, and what comes into an index can be found only
// afterwards: for a state that is read as a whole, and good for nothing when that fails. Meanwhile
// answers to retries may be one thread's, and all else another's.
void state_load_begin(struct state *state);
void state_load_end(struct state *state);
// All records of the pool are about to come into its indexes, which are empty.
void state_index_expect(struct state *state, enum pool_name pool);

const void *state_read(const struct state *state, enum pool_name pool, uint32_t record);
uint32_t    state_count(const struct state *state, enum pool_name pool);
uint32_t    state_room(const struct state *state, enum pool_name pool);
uint32_t    state_first(const struct state *state, enum index_name index, uint64_t hash);
uint32_t    state_next(const struct state *state, enum index_name index, uint32_t record);
// Brings near what state_first() of the hash will read, so that it is not waited for then; next,
// once that is there, the first record that may be found. Nothing else happens.
void        state_fetch(const struct state *state, enum index_name index, uint64_t hash);
void        state_fetch_first(const struct state *state, enum index_name index, uint64_t hash);
// The same for a record that is mostly another's: only as much of it as the index keeps.
void        state_fetch_link(const struct state *state, enum index_name index, uint64_t hash);
// What so many new records of the index will touch besides their own.
void        state_fetch_splits(const struct state *state, enum index_name index, uint32_t count);
void        state_fetch_record(const struct state *state, enum pool_name pool, uint32_t record);
// Secret to this process: strangers choose the names that are hashed.
uint64_t    state_hash(const struct state *state, uint32_t scope, struct bytes name);
// Of a number that the ledger gave out: nobody chooses it, so some multiplications do.
uint64_t    state_hash_number(const struct state *state, uint32_t scope, uint64_t number);

// A group that a path may lead to: where one was found last, or ahead. An event is judged and then
// applied, and each begins with the same path. It may be gone: the record of a group that is not
// there has no way up.
uint32_t state_found_group(const struct state *state);
void     state_note_found_group(const struct state *state, uint32_t group);

// Room for what is worked out between two events: twice as many pairs as there can be holdings.
// Nothing in it lasts; give it back with the size that was used.
struct scratch_pair {
    uint64_t key;
    uint32_t record, unused;
};

enum { SCRATCH_PAIR_MAX = 1 << 25 };

struct scratch_pair *state_scratch(struct state *state);
void                 state_scratch_return(struct state *state, uint32_t pair_count);

// Empties a bucket of answers to retries, outside of any journal: all in it are out of date.
void state_forget_bucket(struct state *state, uint32_t bucket);

// --- Texts ------------------------------------------------------------------

enum { TEXT_SIZE_MAX = 135 };

struct text_ref text_add(struct state *state, struct bytes text);
void            text_drop(struct state *state, struct text_ref text);
struct bytes    text_of(const struct state *state, struct text_ref text); // lives with the text
// As state_fetch_record.
void            text_fetch(const struct state *state, struct text_ref text);
bool            text_has_room(const struct state *state, size_t size);
bool            text_is(const struct state *state, struct text_ref text, struct bytes same);

// --- Changes ----------------------------------------------------------------

void     state_note_change(struct state *state, uint32_t group, uint32_t resource);
uint64_t state_change_count(const struct state *state); // ever noted
// False when the change has left the ring.
bool     state_change_at(const struct state *state, uint64_t number, struct change *change);
// As if the ring had run over since: whoever asks for a change before now reads the state.
void     state_forget_changes(struct state *state);

// --- Records by type --------------------------------------------------------

static inline const struct server *server_at(const struct state *state)
{
    return state_read(state, POOL_SERVER, 1);
}

static inline struct server *server_edit(struct state *state)
{
    return state_edit(state, POOL_SERVER, 1);
}

static inline const struct group *group_at(const struct state *state, uint32_t group)
{
    return state_read(state, POOL_GROUP, group);
}

static inline struct group *group_edit(struct state *state, uint32_t group)
{
    return state_edit(state, POOL_GROUP, group);
}

static inline const struct place_record *place_at(const struct state *state, uint32_t place)
{
    return state_read(state, POOL_PLACE, place);
}

static inline struct place_record *place_edit(struct state *state, uint32_t place)
{
    return state_edit(state, POOL_PLACE, place);
}

static inline const struct package_record *package_at(const struct state *state, uint32_t package)
{
    return state_read(state, POOL_PACKAGE, package);
}

static inline struct package_record *package_edit(struct state *state, uint32_t package)
{
    return state_edit(state, POOL_PACKAGE, package);
}

static inline const struct entry_record *entry_at(const struct state *state, uint32_t entry)
{
    return state_read(state, POOL_ENTRY, entry);
}

static inline struct entry_record *entry_edit(struct state *state, uint32_t entry)
{
    return state_edit(state, POOL_ENTRY, entry);
}

static inline const struct resource *resource_at(const struct state *state, uint32_t resource)
{
    return state_read(state, POOL_RESOURCE, resource);
}

static inline struct resource *resource_edit(struct state *state, uint32_t resource)
{
    return state_edit(state, POOL_RESOURCE, resource);
}

static inline const struct line *line_at(const struct state *state, uint32_t line)
{
    return state_read(state, POOL_LINE, line);
}

static inline struct line *line_edit(struct state *state, uint32_t line)
{
    return state_edit(state, POOL_LINE, line);
}

static inline const struct vendor *vendor_at(const struct state *state, uint32_t vendor)
{
    return state_read(state, POOL_VENDOR, vendor);
}

static inline struct vendor *vendor_edit(struct state *state, uint32_t vendor)
{
    return state_edit(state, POOL_VENDOR, vendor);
}

static inline const struct account *account_at(const struct state *state, uint32_t account)
{
    return state_read(state, POOL_ACCOUNT, account);
}

static inline struct account *account_edit(struct state *state, uint32_t account)
{
    return state_edit(state, POOL_ACCOUNT, account);
}

static inline const struct step *step_at(const struct state *state, uint32_t step)
{
    return state_read(state, POOL_STEP, step);
}

static inline struct step *step_edit(struct state *state, uint32_t step)
{
    return state_edit(state, POOL_STEP, step);
}

static inline const struct holding *holding_at(const struct state *state, uint32_t holding)
{
    return state_read(state, POOL_HOLDING, holding);
}

static inline struct holding *holding_edit(struct state *state, uint32_t holding)
{
    return state_edit(state, POOL_HOLDING, holding);
}

static inline const struct lease *lease_at(const struct state *state, uint32_t lease)
{
    return state_read(state, POOL_LEASE, lease);
}

static inline struct lease *lease_edit(struct state *state, uint32_t lease)
{
    return state_edit(state, POOL_LEASE, lease);
}

static inline const struct leasehold *leasehold_at(const struct state *state, uint32_t leasehold)
{
    return state_read(state, POOL_LEASEHOLD, leasehold);
}

static inline struct leasehold *leasehold_edit(struct state *state, uint32_t leasehold)
{
    return state_edit(state, POOL_LEASEHOLD, leasehold);
}

static inline const struct user *user_at(const struct state *state, uint32_t user)
{
    return state_read(state, POOL_USER, user);
}

static inline struct user *user_edit(struct state *state, uint32_t user)
{
    return state_edit(state, POOL_USER, user);
}

static inline const struct member *member_at(const struct state *state, uint32_t member)
{
    return state_read(state, POOL_MEMBER, member);
}

static inline struct member *member_edit(struct state *state, uint32_t member)
{
    return state_edit(state, POOL_MEMBER, member);
}

static inline const struct actor *actor_at(const struct state *state, uint32_t actor)
{
    return state_read(state, POOL_ACTOR, actor);
}

static inline struct actor *actor_edit(struct state *state, uint32_t actor)
{
    return state_edit(state, POOL_ACTOR, actor);
}

static inline const struct reminder_policy_record *reminder_policy_at(const struct state *state,
                                                                      uint32_t            policy)
{
    return state_read(state, POOL_REMINDER_POLICY, policy);
}

static inline struct reminder_policy_record *reminder_policy_edit(struct state *state,
                                                                  uint32_t      policy)
{
    return state_edit(state, POOL_REMINDER_POLICY, policy);
}

static inline const struct reminding *reminding_at(const struct state *state, uint32_t reminding)
{
    return state_read(state, POOL_REMINDING, reminding);
}

static inline struct reminding *reminding_edit(struct state *state, uint32_t reminding)
{
    return state_edit(state, POOL_REMINDING, reminding);
}

static inline const struct reminder_record *reminder_at(const struct state *state,
                                                        uint32_t            reminder)
{
    return state_read(state, POOL_REMINDER, reminder);
}

static inline struct reminder_record *reminder_edit(struct state *state, uint32_t reminder)
{
    return state_edit(state, POOL_REMINDER, reminder);
}

static inline const struct edge *edge_at(const struct state *state, uint32_t edge)
{
    return state_read(state, POOL_EDGE, edge);
}

static inline struct edge *edge_edit(struct state *state, uint32_t edge)
{
    return state_edit(state, POOL_EDGE, edge);
}

static inline const struct epoch_record *epoch_at(const struct state *state, uint32_t epoch)
{
    return state_read(state, POOL_EPOCH, epoch);
}

static inline struct epoch_record *epoch_edit(struct state *state, uint32_t epoch)
{
    return state_edit(state, POOL_EPOCH, epoch);
}

#endif
