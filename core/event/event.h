// event.h - what can happen: one struct per kind, and the rows that describe them all.
//
// A client proposes an event; the ledger accepts or refuses it and appends what was proposed as it
// came. The rows are the only description: reading, writing, printing, JSON, command line and the
// protocol's page follow from them. Kinds and the order of fields are for ever: a change is a new
// kind or a new field at the end.
//
// Views in an event are borrowed from the bytes that it was read from.
#ifndef CORE_EVENT_EVENT_H
#define CORE_EVENT_EVENT_H

#include "core/base/field.h"
#include "core/base/window.h"

#include <stdbool.h>
#include <stdint.h>

enum kind {
    OPENING = 0,
    LICENSE_UPLOAD = 1,
    EULA_ACCEPTANCE = 2,
    ACTOR_ENROLMENT = 5,
    ACTOR_REMOVAL = 6,
    GROUP_CREATION = 7,
    ALLOCATION = 12,
    USER_CREATION = 14,
    MEMBERSHIP = 16,
    USER_ASSIGNMENT = 17,
    CONSUMPTION = 18,
    RELEASE = 20,
    PLAN = 22,
    VENDOR_ENROLMENT = 23,
    BOUNDARY = 25,
    CLOCK_STEP = 30,
};

enum { KIND_MAX = 40 };

// R. Stored in leaves; add, never renumber.
enum role {
    ROLE_NONE, // the ledger itself
    SERVER_ADMIN,
    SITE_ADMIN,
    AGENT,
    AUDITOR,
    RECOVERY, // the offline key named by the opening (X19)
};

const char *role_word(enum role role);

struct opening {
    struct bytes origin;
    struct bytes server;       // the name that licence files must be made for
    struct bytes ledger_key;   // signs the checkpoints
    struct bytes recovery_key; // X19
    struct bytes software_version;
    struct bytes eula_version;
    struct list  vendors; // of struct vendor_key
    bool         has_test_clock;
};

struct vendor_key {
    struct bytes name;
    struct bytes key;
};

struct license_upload {
    struct bytes file;   // the signed note as it came
    struct bytes source; // absent: a local file; else the address it was fetched from (T12)
    struct bytes reason;
};

struct eula_acceptance {
    struct bytes version;
    struct bytes reason;
};

struct actor_enrolment {
    struct bytes name;
    struct bytes key;
    uint64_t     role;  // enum role
    struct bytes group; // "/" for a server_admin
    struct bytes reason;
};

struct actor_removal {
    struct bytes name;
    struct bytes reason;
};

struct group_creation {
    struct bytes group;
    struct bytes label; // distributor, dealer, building …: a word for people, no logic
    struct bytes reason;
};

// One save of the whole licence window of a group (B14).
struct allocation {
    struct bytes group;
    uint64_t     version; // of the group that this save was made from
    bool         is_restricted;
    bool         is_oversubscribed; // opts in to B23's opposite
    bool         is_forced;         // X01
    struct list  packages;          // of struct package
    struct bytes reason;
};

struct package {
    struct bytes name;
    uint64_t     from_ms;  // absent: 0
    uint64_t     until_ms; // absent: TIME_NEVER
    struct list  entries;  // of struct entry
};

#define ENTRY_FEATURE UINT64_MAX // the count of an entry that is a feature

struct entry {
    struct bytes name;
    uint64_t     count; // ENTRY_FEATURE (nil on the wire): a feature, on
};

struct user_creation {
    struct bytes user;
    struct bytes group; // the first membership
    struct bytes reason;
};

struct membership {
    struct bytes user;
    struct bytes group;
    bool         is_member; // false removes
    bool         is_cascade;
    struct bytes reason;
};

// The whole assignment of a user in a group (B26); absent entries remove it.
struct user_assignment {
    struct bytes user;
    struct bytes group;
    uint64_t     from_ms;
    uint64_t     until_ms;
    struct list  entries; // of struct entry
    bool         is_forced;
    struct bytes reason;
};

// T10. A release may leave it out for both; other kinds of resource take none.
enum direction { DIRECTION_IN, DIRECTION_OUT };
#define DIRECTION_ABSENT UINT64_MAX

enum purpose { PURPOSE_USER, PURPOSE_SERVICE };

struct consumption {
    struct bytes group;
    struct bytes resource;
    struct bytes unit;
    struct bytes user;      // absent: nobody's
    uint64_t     direction; // of a per-device resource
};

struct release {
    struct bytes resource;
    struct bytes unit;
    uint64_t     direction;
};

struct plan {
    struct list  events; // packed [kind, fields…]
    struct bytes reason;
};

struct vendor_enrolment {
    struct bytes name;
    struct bytes key;
    bool         is_trusted; // false revokes
    struct bytes reason;
};

struct boundary {
    uint64_t edge_ms; // every edge up to here has passed
};

// A server_admin believes a clock that jumped (X07).
struct clock_step {
    uint64_t     wall_ms; // what the clock says
    struct bytes reason;
};

struct event {
    enum kind kind;
    union {
        struct opening          opening;
        struct license_upload   license_upload;
        struct eula_acceptance  eula_acceptance;
        struct actor_enrolment  actor_enrolment;
        struct actor_removal    actor_removal;
        struct group_creation   group_creation;
        struct allocation       allocation;
        struct user_creation    user_creation;
        struct membership       membership;
        struct user_assignment  user_assignment;
        struct consumption      consumption;
        struct release          release;
        struct plan             plan;
        struct vendor_enrolment vendor_enrolment;
        struct boundary         boundary;
        struct clock_step       clock_step;
    } of;
};

struct kind_row {
    enum kind            kind;
    bool                 is_administrative; // needs its author's signature (never vouched for)
    bool                 is_of_ledger;      // only author 0 writes it
    const struct record *record;            // of event.of
    const char          *help;
};

// NULL for a kind this version does not know.
const struct kind_row *kind_row(uint64_t kind);
const struct kind_row *kind_by_name(struct bytes name);
// Rows in the order of their numbers; NULL beyond the last.
const struct kind_row *kind_at(uint32_t index);

extern const struct record vendor_key_record;
extern const struct record package_record;
extern const struct record entry_record;

// [kind, fields…] without the array's head, since a proposal has more in front of it.
// Reading marks the reader bad on the first offence; *offence then names the field ("kind" when the
// kind is unknown).
void event_read(struct pack_reader *reader, struct event *event, const char **offence);
void event_write(const struct event *event, struct buffer *buffer);

// How many values stand after the kind.
uint32_t event_field_count(enum kind kind);

// What the rows cannot say and no state is needed for: windows that end after they begin, names
// that stand once, roles that can be given. NULL, or the field that is wrong.
const char *event_offence(const struct event *event);

// The event of a plan: the whole array [kind, fields…]. False when it is malformed.
bool event_read_packed(struct bytes packed, struct event *event, const char **offence);

#endif
