// history_draw.h - what a history is made of, and how chance draws from it; the parts of history.h
// share it.
//
// draw_ functions draw a name or an instant, make_ functions an event, learn_ functions keep what
// was told of one.
#ifndef TESTS_ORACLE_HISTORY_DRAW_H
#define TESTS_ORACLE_HISTORY_DRAW_H

#include "core/base/window.h"
#include "tests/oracle/compose.h"
#include "tests/oracle/history.h"

enum {
    GROUP_KNOWN_MAX = 64,
    ACTOR_KNOWN_MAX = 64,
    EDGE_KNOWN_MAX = 64,
    UNIT_KNOWN_MAX = 64,
    MEMBER_KNOWN_MAX = 48,
    REMINDER_KNOWN_MAX = 16,
    NAME_ROOM = 24,
    PATH_ROOM = 192,
    BUFFER_ROOM = 64 * 1024,
    HOUR_MS = 60 * 60 * 1000,
    DAY_MS = 24 * HOUR_MS,
    VENDORS = 2,
};

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof(array)[0]))

struct known_group {
    char     path[PATH_ROOM];
    uint64_t version;
};

struct known_actor {
    entity_id id;
    char      name[NAME_ROOM];
    char      group[PATH_ROOM];
    enum role role;
};

struct known_unit {
    char     resource[NAME_ROOM];
    char     unit[NAME_ROOM];
    char     group[PATH_ROOM];
    char     user[NAME_ROOM];
    char     lease_set[NAME_ROOM];
    uint64_t lease_ms;
};

struct known_member {
    char user[NAME_ROOM];
    char group[PATH_ROOM];
};

// What some histories are about more than others; each shows what few would come across.
enum theme {
    THEME_NONE,
    THEME_CROWD, // users in many groups, many vendors
    THEME_DEPTH, // deep trees
    THEME_LEASES,
    THEME_MODE, // in and out of limited mode
    THEME_COUNT,
};

struct history {
    uint64_t            random;
    uint64_t            time_ms;
    uint64_t            step; // how many so far
    uint64_t            key_number;
    uint64_t            serial;
    uint64_t            vendor_key[VENDORS];
    uint64_t            epoch; // of the key that signs, as far as is known
    uint32_t            ledger_keyid;
    enum theme          theme;
    uint32_t            eula;            // its version's number, as far as is known
    bool                is_limited;      // as far as is known
    bool                is_last_instant; // the step comes one millisecond before an edge
    uint32_t            group_count, actor_count, edge_count, unit_count;
    uint32_t            member_count, reminder_count;
    struct known_group  groups[GROUP_KNOWN_MAX];
    struct known_actor  actors[ACTOR_KNOWN_MAX];
    struct known_unit   units[UNIT_KNOWN_MAX];
    struct known_member members[MEMBER_KNOWN_MAX];
    uint64_t            reminders[REMINDER_KNOWN_MAX];
    uint64_t            edges[EDGE_KNOWN_MAX];
    char                path[PATH_ROOM]; // of the event that is being made
    char                name[NAME_ROOM]; // of a version or a vendor in it
    uint8_t             key[CRYPTO_KEY_SIZE];
    struct buffer       packed, lists, file;
    uint8_t             packed_room[BUFFER_ROOM], list_room[BUFFER_ROOM], file_room[BUFFER_ROOM];
};

// --- Chance -------------------------------------------------------------------------------------

uint32_t below(struct history *history, uint32_t bound);
bool     chance(struct history *history, uint32_t percent);

// --- Time ---------------------------------------------------------------------------------------

void          move_time(struct history *history);
void          remember_edge(struct history *history, uint64_t ms);
uint64_t      draw_edge(struct history *history);
struct window draw_window(struct history *history);
uint64_t      draw_lease(struct history *history);

// --- Names --------------------------------------------------------------------------------------

struct bytes draw_path(struct history *history);
struct bytes draw_group(struct history *history);
// Mostly one in the author's reach.
struct bytes draw_group_of(struct history *history, const struct known_actor *author);
struct bytes draw_name_at(struct history *history, struct bytes path); // for the last of the path
struct bytes draw_user(struct history *history);
const char  *draw_resource(struct history *history);
struct bytes draw_unit(struct history *history, const char *resource);
struct bytes draw_set(struct history *history);
// Each is NULL where none is known.
const struct known_unit   *draw_known_unit(struct history *history);
const struct known_member *draw_member(struct history *history);
uint64_t                   version_of(const struct history *history, struct bytes path);

enum kind history_kind(struct history *history);

// --- Events and what is learnt of them
// ------------------------------------------------------------

struct event make_event(struct history *history, enum kind kind, const struct known_actor *author);
struct event make_upload(struct history *history, uint32_t vendor);
void         learn_event(struct history *history, const struct event *event, entity_id id);
void         keep_text(char *room, size_t size_max, struct bytes text);

#endif
