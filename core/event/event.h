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
    PASSWORD_CHANGE = 3,
    SOFTWARE_UPDATE = 4,
    ACTOR_ENROLMENT = 5,
    ACTOR_REMOVAL = 6,
    GROUP_CREATION = 7,
    GROUP_UPDATE = 8,
    GROUP_MOVE = 9,
    GROUP_REMOVAL = 10,
    GROUP_BLOCK = 11,
    ALLOCATION = 12,
    REMINDER_POLICY = 13,
    USER_CREATION = 14,
    USER_REMOVAL = 15,
    MEMBERSHIP = 16,
    USER_ASSIGNMENT = 17,
    CONSUMPTION = 18,
    RENEWAL = 19,
    RELEASE = 20,
    TRANSFER = 21,
    PLAN = 22,
    VENDOR_ENROLMENT = 23,
    POLICY = 24,
    BOUNDARY = 25,
    REMINDER = 26,
    REMINDER_DELIVERY = 27,
    SNAPSHOT = 28,
    ARCHIVE = 29,
    CLOCK_STEP = 30,
    RESUMPTION = 31,
    REFUSALS_COUNTED = 32,
    KEY_ROTATION = 34,
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

// Somebody's password changed at the server; of the user Admin it is a trigger (T21).
struct password_change {
    struct bytes account;
    struct bytes reason;
};

struct software_update {
    struct bytes software_version;
    struct bytes eula_version; // of the EULA that comes with it (T22)
    struct bytes reason;
};

struct actor_enrolment {
    struct bytes name;
    struct bytes key;
    uint64_t     role;  // enum role
    struct bytes group; // "/" for a server_admin
    struct bytes reason;
    bool         must_sign; // also what a session could vouch for
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

// What is absent stays as it is.
struct group_update {
    struct bytes group;
    struct bytes name; // the new last name of its path
    struct bytes label;
    struct bytes reason;
};

struct group_move {
    struct bytes group;
    struct bytes parent;    // "/" makes it a root group
    bool         is_forced; // X01
    struct bytes reason;
};

struct group_removal {
    struct bytes group;
    bool         is_cascade; // with all that is below and held there
    struct bytes reason;
};

struct group_block {
    struct bytes group;
    bool         is_blocked; // false unblocks
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

// B39. Stored in leaves; add, never renumber.
enum frequency { FREQUENCY_ONCE, FREQUENCY_DAILY, FREQUENCY_WEEKLY, FREQUENCY_EVERY_30_DAYS };
#define DAYS_ABSENT UINT64_MAX

const char *frequency_word(enum frequency frequency);

// When the admins of a group are reminded of the end of each of its packages.
struct reminder_policy {
    struct bytes group;
    bool         is_enabled;
    uint64_t     frequency; // enum frequency
    uint64_t     days;      // before the end; DAYS_ABSENT: from date_ms on
    uint64_t     date_ms;   // TIME_NEVER: days before the end
    bool         is_copied; // to the site_admins of the groups below that it touches (B41)
    struct bytes reason;
};

struct user_creation {
    struct bytes user;
    struct bytes group; // the first membership
    struct bytes reason;
};

struct user_removal {
    struct bytes user;
    bool         is_cascade; // releases what the user holds
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
    uint64_t     purpose;   // enum purpose (B12)
    struct bytes needed;    // unit of the needed resource to bind; absent: the oldest (B11)
    uint64_t     lease_ms;  // 0: without a lease (X11)
    struct bytes lease_set; // the set of holdings in the group that share one lease
};

// The lease begins anew: of one unit, or of a named set of its group (X11).
struct renewal {
    struct bytes resource, unit;
    struct bytes group, lease_set;
};

struct release {
    struct bytes resource;
    struct bytes unit;
    uint64_t     direction;
    bool         is_cascade; // and the unit that is bound to it (B11)
};

// X20. What is absent stays as it is.
struct transfer {
    struct bytes resource;
    struct bytes unit;
    struct bytes to_unit;
    struct bytes to_user; // of the same group
    struct bytes reason;
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

// How the ledger itself is run.
struct policy {
    bool         must_sign;    // nobody's session vouches: consumption, renewal and release too
    uint64_t     refusal_rate; // logged refusals a minute and author; beyond, counted (X06)
    struct bytes reason;
};

struct boundary {
    uint64_t edge_ms; // every edge up to here has passed
};

// One reminder that fell due (B39–B41): what a template needs.
struct reminder {
    struct bytes group;
    struct bytes package;
    uint64_t     until_ms;
    uint64_t     due_ms;    // the instant of the policy that it is for
    uint64_t     days_left; // whole days from due_ms until until_ms
    struct list  resources; // of struct reminded_resource
    struct list  actors;    // of struct reminded_actor; the first REMINDED_MAX
    uint64_t     actor_count;
    struct list  touched; // of struct reminded_group: below; the first REMINDED_MAX
    uint64_t     touched_count;
};

struct reminded_resource {
    struct bytes name;
    uint64_t     maximum, used, available;
};

struct reminded_actor {
    struct bytes name;
    bool         is_copy; // of a group below (B41)
};

struct reminded_group {
    struct bytes path;
};

struct reminder_delivery {
    uint64_t     reminder; // its seq
    bool         is_sent;  // false: failed
    struct bytes detail;   // no personal data
    struct bytes reason;
};

// All that the first `size` events mean was written to a file, so that a start need not read them.
struct snapshot {
    uint64_t     size;
    struct bytes digest; // of the state, which an auditor computes again
    struct bytes file;   // the hash at its end, by which a start knows it
};

// The leaves below were written to another place and read back: the log keeps their hashes.
struct archive {
    uint64_t     below; // a multiple of ARCHIVE_STEP
    struct bytes root;  // of the tree of the leaves below
};

// The daemon runs again: leases begin anew (X11).
struct resumption {
    uint64_t since_ms; // the last event before it stopped
};

// Refusals beyond the rate, which are not events (X06).
struct refusals_counted {
    uint64_t    from_ms; // those from here on
    struct list counts;  // of struct refusal_count
};

struct refusal_count {
    struct bytes actor;
    uint64_t     code; // enum refusal
    uint64_t     count;
};

// A server_admin believes a clock that jumped (X07).
struct clock_step {
    uint64_t     wall_ms; // what the clock says
    struct bytes reason;
};

// Another key signs the checkpoints from here on (core/proof/epochs.h).
struct key_rotation {
    struct bytes certificate; // core/proof/key_certificate.h, as it came
    struct bytes reason;
};

struct event {
    enum kind kind;
    union {
        struct password_change   password_change;
        struct software_update   software_update;
        struct group_update      group_update;
        struct group_move        group_move;
        struct group_removal     group_removal;
        struct group_block       group_block;
        struct reminder_policy   reminder_policy;
        struct user_removal      user_removal;
        struct renewal           renewal;
        struct transfer          transfer;
        struct policy            policy;
        struct reminder          reminder;
        struct reminder_delivery reminder_delivery;
        struct snapshot          snapshot;
        struct archive           archive;
        struct resumption        resumption;
        struct refusals_counted  refusals_counted;
        struct opening           opening;
        struct license_upload    license_upload;
        struct eula_acceptance   eula_acceptance;
        struct actor_enrolment   actor_enrolment;
        struct actor_removal     actor_removal;
        struct group_creation    group_creation;
        struct allocation        allocation;
        struct user_creation     user_creation;
        struct membership        membership;
        struct user_assignment   user_assignment;
        struct consumption       consumption;
        struct release           release;
        struct plan              plan;
        struct vendor_enrolment  vendor_enrolment;
        struct boundary          boundary;
        struct clock_step        clock_step;
        struct key_rotation      key_rotation;
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
extern const struct record reminded_resource_record;
extern const struct record reminded_actor_record;
extern const struct record reminded_group_record;
extern const struct record refusal_count_record;

// [kind, fields…] without the array's head, since a proposal has more in front of it.
// Reading marks the reader bad on the first offence; *offence then names the field ("kind" when the
// kind is unknown, "fields" when it cannot have so many).
void event_read(struct pack_reader *reader, uint32_t field_count, struct event *event,
                const char **offence);
void event_write(const struct event *event, struct buffer *buffer);

// How many values stand after the kind.
uint32_t event_field_count(const struct event *event);

// What the rows cannot say and no state is needed for: windows that end after they begin, names
// that stand once, roles that can be given. NULL, or the field that is wrong.
const char *event_offence(const struct event *event);

// Why an administrative event was proposed (X22); no bytes where nothing was said.
struct bytes event_reason(const struct event *event);

// The event of a plan: the whole array [kind, fields…]. False when it is malformed.
bool event_read_packed(struct bytes packed, struct event *event, const char **offence);

#endif
