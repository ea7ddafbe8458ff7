// facts.h - what the oracle remembers: every accepted fact is a row of a plain growing table.
//
// Nothing is derived here. Tables are searched from the start; a fact that ends is cut out of its
// table, so rows stand in the order of the log. Bytes that a row views are kept until the memory is
// released, so that a copy of the facts is a copy of the tables. The server is the group of row 0.
//
// Test code: it allocates as it likes and stops the process when there is nothing to have.
#ifndef TESTS_ORACLE_FACTS_H
#define TESTS_ORACLE_FACTS_H

#include "core/event/event.h"
#include "core/event/license.h"
#include "core/event/proposal.h"
#include "core/proof/key.h"

#include <stdbool.h>
#include <stdint.h>

enum fact {
    FACT_GROUP,
    FACT_USER,
    FACT_MEMBERSHIP,
    FACT_ASSIGNMENT,
    FACT_HOLDING,
    FACT_ACTOR,
    FACT_VENDOR,
    FACT_UPLOAD,
    FACT_WATCH,
    FACT_REMINDER,
    FACT_NOTICE,
    FACT_EPOCH,
    FACT_COUNT,
};

struct table {
    uint8_t *rows;
    size_t   row_size; // bytes
    uint32_t count;
};

// A package of a group, or what a user is assigned in one.
struct package_row {
    struct bytes        name;
    struct window       window;
    uint32_t            entry_count;
    const struct entry *entries;
};

// B39. When the admins of a group are reminded; nobody is where it is not enabled.
struct policy_row {
    bool           is_enabled;
    enum frequency frequency;
    uint64_t       days;    // DAYS_ABSENT: from the date on
    uint64_t       date_ms; // TIME_NEVER: days before the end
    bool           is_copied;
};

struct group_row {
    entity_id                 id;
    struct bytes              path;
    struct bytes              label;
    uint64_t                  version;
    bool                      is_restricted; // not of the server: its files always limit it
    bool                      is_oversubscribed;
    bool                      is_blocked; // X12; not what blocks it from above
    uint32_t                  package_count;
    const struct package_row *packages;
    struct policy_row         policy;
};

struct user_row {
    entity_id    id;
    struct bytes name;
};

struct membership_row {
    entity_id user;
    entity_id group;
};

struct assignment_row {
    entity_id          user;
    entity_id          group;
    struct package_row package;
};

#define USER_NONE  UINT64_MAX
#define BOUND_NONE UINT64_MAX

struct holding_row {
    entity_id    id; // of the event that took it
    entity_id    group;
    entity_id    user; // USER_NONE: nobody's
    struct bytes resource;
    struct bytes unit;            // of a device: folded (T10)
    bool         is_connected[2]; // by enum direction; of a device
    enum purpose purpose;         // B12
    entity_id    bound_to;        // B11: the holding of the needed resource; BOUND_NONE
    uint64_t     lease_ms;        // X11; 0: without a lease
    uint64_t     renewed_ms;
    struct bytes lease_set; // of the group; all its members have the same lease
};

struct actor_row {
    entity_id    id;
    struct bytes name;
    struct bytes key;
    enum role    role;
    entity_id    group;
    bool         must_sign;
};

struct vendor_row {
    struct bytes name;
    struct bytes key;
    bool         is_trusted; // one that was revoked keeps its current file
};

// Every file that was ever accepted; the last one of a vendor is its current one.
struct upload_row {
    struct bytes          vendor;
    struct bytes          file;
    const struct license *license;
};

// B39. How far the reminders of one package have come; name and end are its identity.
struct watch_row {
    entity_id    group;
    struct bytes package;
    uint64_t     until_ms;
    uint64_t     after_ms; // what the policy says up to here is done with
    uint64_t     due_ms;   // not yet an event; TIME_NEVER: nothing is due
    bool         is_told;  // there was one, or one is due
};

// A reminder that became an event.
struct reminder_row {
    uint64_t  seq;
    entity_id group;
    bool      is_sent; // delivered
};

// X18. The highest threshold that was crossed and is not armed again.
struct notice_row {
    entity_id    group;
    struct bytes resource;
    uint32_t     level; // enum level
};

// A key that was rotated in; the last one signs.
struct epoch_row {
    uint64_t        seq;
    struct verifier key;
};

enum mode_reason { REASON_EULA, REASON_LICENSE, REASON_PASSWORD, REASON_EULA_CHANGED };

struct memory;

struct facts {
    struct memory   *memory; // shared by all copies
    struct table     tables[FACT_COUNT];
    struct bytes     origin;
    struct bytes     server;
    struct bytes     ledger_key;
    struct bytes     recovery_key;
    struct bytes     software_version;
    struct bytes     eula_version;
    bool             is_limited;
    uint64_t         snapshot_seq;   // of the newest event that told of one
    uint64_t         snapshot_size;  // what that one covers
    uint64_t         archived_below; // 0: nothing
    enum mode_reason reason;         // the latest trigger
    uint64_t         since_ms;
    uint32_t         uploads_before; // how many uploads there were before the mode (T16)
    uint64_t         leases_from_ms; // X11: no lease began before
    bool             must_sign;      // nobody's session vouches
    uint64_t         refusal_rate;
};

struct facts facts_open(void);
void         facts_close(struct facts *facts); // and the memory
struct facts facts_copy(const struct facts *facts);
void         facts_drop(struct facts *copy);

// Memory that lives until facts_close().
void        *facts_keep_room(const struct facts *facts, size_t size);
struct bytes facts_keep(const struct facts *facts, struct bytes bytes);

// Row of a table, and how many there are.
uint32_t facts_count(const struct facts *facts, enum fact fact);
void    *facts_at(const struct facts *facts, enum fact fact, uint32_t at);
void     facts_add(struct facts *facts, enum fact fact, const void *row);
void     facts_cut(struct facts *facts, enum fact fact, uint32_t at);
// What was bound to it is so no longer.
void     facts_cut_holding(struct facts *facts, entity_id id);

// Each is NULL when there is none. A row lives until the next change of its table.
struct group_row      *facts_group(const struct facts *facts, struct bytes path);
struct group_row      *facts_group_of_id(const struct facts *facts, entity_id id);
struct group_row      *facts_parent(const struct facts *facts, const struct group_row *group);
struct user_row       *facts_user(const struct facts *facts, struct bytes name);
struct membership_row *facts_membership(const struct facts *facts, entity_id user, entity_id group);
struct assignment_row *facts_assignment(const struct facts *facts, entity_id user, entity_id group);
struct holding_row    *facts_holding(const struct facts *facts, struct bytes resource,
                                     struct bytes unit);
struct holding_row    *facts_holding_of_id(const struct facts *facts, entity_id id);
// The holding that is bound to the one of the id (B11).
struct holding_row    *facts_bound(const struct facts *facts, entity_id id);
struct actor_row      *facts_actor(const struct facts *facts, struct bytes name);
struct actor_row      *facts_actor_of_id(const struct facts *facts, entity_id id);
struct vendor_row     *facts_vendor(const struct facts *facts, struct bytes name);

// The newest of the vendor's among the first upload_count files.
const struct upload_row *facts_file(const struct facts *facts, struct bytes vendor,
                                    uint32_t upload_count);
// Whether the upload at this row is the newest of its vendor among the first upload_count.
bool facts_is_newest(const struct facts *facts, uint32_t at, uint32_t upload_count);

// What the newest file with the name said, also where no current file has it any more. False when
// the name was never seen.
bool facts_kind(const struct facts *facts, struct bytes name, enum resource_kind *kind);

// What a current file says that the resource needs (T02); no bytes: nothing.
struct bytes facts_needed(const struct facts *facts, struct bytes resource);

// The packages of a list, kept.
const struct package_row *facts_keep_packages(const struct facts *facts, struct list list);
struct package_row        facts_keep_package(const struct facts *facts, struct list entries,
                                             struct window window);

#endif
