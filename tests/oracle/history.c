#include "tests/oracle/history.h"

#include "core/base/name.h"
#include "tests/oracle/compose.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUP_KNOWN_MAX = 64,
    ACTOR_KNOWN_MAX = 64,
    EDGE_KNOWN_MAX = 64,
    UNIT_KNOWN_MAX = 64,
    PATH_ROOM = 64,
    BUFFER_ROOM = 64 * 1024,
    HOUR_MS = 60 * 60 * 1000,
    VENDORS = 2,
};

static const char *const resources[] = {"sip_number", "mobile_app", "CAMERA", "ACS", "ghost", NULL};
static const char *const features[] = {"web_dialer", "ukey2", "phantom", NULL};
static const char *const users[] = {"anna", "bert", "carl", "dora", NULL};
static const char *const names[4][3] = {
    {"acme",  "beta",  "ac"},
    {"north", "south", "no"},
    {"a",     "b",     "c" },
    {"x",     "y",     "z" },
};
static const char *const first_groups[] = {"acme", "acme/north", "acme/south", "beta",
                                           "beta/north"};
static const char *const units[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};
static const char *const devices[] = {"AA:01", "aa-01", "AA02", "aa.02", "a a03",
                                      "AA:04", "AA05",  "aa06", "-",     "AA:07"};
static const char *const actor_names[] = {"root", "ops",  "dealer", "north-admin",
                                          "gate", "lift", "eye",    "boss"};

struct known_group {
    char     path[PATH_ROOM];
    uint64_t version;
};

struct known_actor {
    entity_id id;
    char      name[16];
    char      group[PATH_ROOM];
    enum role role;
};

struct known_unit {
    char resource[16];
    char unit[16];
};

struct history {
    uint64_t           random;
    uint64_t           time_ms;
    uint64_t           step; // how many so far
    uint64_t           key_number;
    uint64_t           serial;
    uint64_t           vendor_key[VENDORS];
    bool               is_limited; // as far as is known
    uint32_t           group_count, actor_count, edge_count, unit_count;
    struct known_group groups[GROUP_KNOWN_MAX];
    struct known_actor actors[ACTOR_KNOWN_MAX];
    struct known_unit  units[UNIT_KNOWN_MAX];
    uint64_t           edges[EDGE_KNOWN_MAX];
    char               path[PATH_ROOM]; // of the event that is being made
    uint8_t            key[CRYPTO_KEY_SIZE];
    struct buffer      packed, lists, file;
    uint8_t            packed_room[BUFFER_ROOM], list_room[BUFFER_ROOM], file_room[BUFFER_ROOM];
};

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof(array)[0]))

const char *history_resource(uint32_t index)
{
    return index < COUNT(resources) ? resources[index] : NULL;
}

const char *history_feature(uint32_t index)
{
    return index < COUNT(features) ? features[index] : NULL;
}

const char *history_user(uint32_t index)
{
    return index < COUNT(users) ? users[index] : NULL;
}

// --- Chance -------------------------------------------------------------------------------------

// splitmix64.
static uint64_t draw(struct history *history)
{
    history->random += 0x9e3779b97f4a7c15;
    uint64_t mixed = history->random;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

static uint32_t below(struct history *history, uint32_t bound)
{
    return (uint32_t)(draw(history) % bound);
}

static bool chance(struct history *history, uint32_t percent)
{
    return below(history, 100) < percent;
}

// --- Time ---------------------------------------------------------------------------------------

static void remember_edge(struct history *history, uint64_t ms)
{
    if (ms <= history->time_ms) return;
    const bool     is_full = history->edge_count == EDGE_KNOWN_MAX;
    const uint32_t at = is_full ? below(history, EDGE_KNOWN_MAX) : history->edge_count++;
    history->edges[at] = ms;
}

static uint64_t next_edge(const struct history *history)
{
    uint64_t next = history->time_ms + 24 * HOUR_MS;
    for (uint32_t i = 0; i < history->edge_count; i++) {
        const uint64_t edge = history->edges[i];
        if (edge > history->time_ms && edge < next) next = edge;
    }
    return next;
}

static void move_time(struct history *history)
{
    const uint32_t dice = below(history, 100);
    if (dice < 60) return;
    if (dice < 85)
        history->time_ms += below(history, 5000);
    else if (dice < 88)
        history->time_ms += below(history, 2 * HOUR_MS);
    else if (dice < 98)
        history->time_ms = next_edge(history) - 1 + below(history, 3);
    else
        history->time_ms += below(history, 12) * HOUR_MS;
}

// Whole hours around now, so that windows share their edges.
static uint64_t draw_edge(struct history *history)
{
    const uint64_t hour = history->time_ms / HOUR_MS - 2 + below(history, 10);
    remember_edge(history, hour * HOUR_MS);
    return hour * HOUR_MS;
}

static struct window draw_window(struct history *history)
{
    struct window window = WINDOW_ALWAYS;
    if (chance(history, 50)) return window;
    if (chance(history, 60)) window.from_ms = draw_edge(history);
    if (chance(history, 80)) window.until_ms = draw_edge(history);
    if (window.from_ms < window.until_ms || chance(history, 10)) return window;
    window.until_ms = window.from_ms + HOUR_MS;
    remember_edge(history, window.until_ms);
    return window;
}

// --- Names --------------------------------------------------------------------------------------

static struct bytes draw_path(struct history *history)
{
    const uint32_t depth = 1 + below(history, COUNT(names));
    size_t         size = 0;
    for (uint32_t i = 0; i < depth; i++) {
        const uint32_t which = chance(history, 96) ? below(history, 2) : 2;
        size += (size_t)snprintf(history->path + size, PATH_ROOM - size, "%s%s", i == 0 ? "" : "/",
                                 names[i][which]);
    }
    return bytes_of_text(history->path);
}

static struct bytes draw_group(struct history *history)
{
    if (chance(history, 6)) return draw_path(history);
    const struct known_group *group = &history->groups[below(history, history->group_count)];
    return bytes_of_text(group->path);
}

// Mostly one in the author's reach.
static struct bytes draw_group_of(struct history *history, const struct known_actor *author)
{
    struct bytes path = draw_group(history);
    for (int i = 0; i < 6 && !path_is_within(path, bytes_of_text(author->group)); i++) {
        path = draw_group(history);
    }
    return path;
}

static uint64_t version_of(const struct history *history, struct bytes path)
{
    for (uint32_t i = 0; i < history->group_count; i++) {
        if (bytes_is_equal(bytes_of_text(history->groups[i].path), path)) {
            return history->groups[i].version;
        }
    }
    return 0;
}

static struct bytes draw_user(struct history *history)
{
    return bytes_of_text(users[below(history, COUNT(users) - 1)]);
}

static const char *draw_resource(struct history *history)
{
    static const uint8_t weights[] = {40, 15, 20, 23, 2};
    uint32_t             dice = below(history, 100);
    uint32_t             which = 0;
    for (; dice >= weights[which]; which++) {
        dice -= weights[which];
    }
    return resources[which];
}

static struct bytes draw_unit(struct history *history, const char *resource)
{
    if (strcmp(resource, "ACS") == 0) return bytes_of_text(devices[below(history, COUNT(devices))]);
    return bytes_of_text(units[below(history, COUNT(units))]);
}

// --- Events -------------------------------------------------------------------------------------

// Small at depth, since ancestors must hold them; sometimes too many all the same.
static uint64_t draw_count(struct history *history, struct bytes path)
{
    uint32_t depth = path_is_server(path) ? 0 : 1;
    for (size_t i = 0; i < path.size; i++) {
        if (path.at[i] == '/') depth++;
    }
    if (chance(history, 8)) return below(history, 20);
    return below(history, depth > 3 ? 3 : 9 - 2 * depth);
}

static void draw_entries(struct history *history, struct bytes path, struct compose_entry *entries)
{
    uint32_t count = 0;
    for (uint32_t i = 0; resources[i] != NULL; i++) {
        if (!chance(history, strcmp(resources[i], "ghost") == 0 ? 2 : 60)) continue;
        uint64_t units_wanted = draw_count(history, path);
        if (strcmp(resources[i], "mobile_app") == 0 && chance(history, 85)) {
            const bool has_some = count > 0 && entries[0].count != ENTRY_FEATURE;
            units_wanted = has_some ? below(history, (uint32_t)entries[0].count + 1) : 0;
        }
        // The same word now and then as a feature, or a feature's as a resource.
        if (chance(history, 3)) units_wanted = ENTRY_FEATURE;
        entries[count++] = (struct compose_entry){resources[i], units_wanted};
    }
    for (uint32_t i = 0; features[i] != NULL && count < COMPOSE_ENTRY_MAX; i++) {
        if (chance(history, 40)) {
            const uint64_t units_wanted = chance(history, 98) ? ENTRY_FEATURE : below(history, 3);
            entries[count++] = (struct compose_entry){features[i], units_wanted};
        }
    }
    if (count > 0 && count < COMPOSE_ENTRY_MAX && chance(history, 1)) entries[count] = entries[0];
}

static struct list draw_packages(struct history *history, struct bytes path)
{
    static const char *const package_names[] = {"P1", "P2", "P3", "P4"};
    struct compose_package   packages[COUNT(package_names)] = {{.name = NULL}};
    const uint32_t           count = below(history, 3) + chance(history, 20);
    for (uint32_t i = 0; i < count; i++) {
        const struct window window = draw_window(history);
        packages[i].name = package_names[chance(history, 2) ? 0 : i];
        packages[i].from_ms = window.from_ms;
        packages[i].until_ms = window.until_ms;
        draw_entries(history, path, packages[i].entries);
    }
    return compose_packages(&history->lists, packages, count);
}

static struct event make_allocation(struct history *history, const struct known_actor *author)
{
    struct allocation allocation = {.group = draw_group_of(history, author)};
    allocation.version = version_of(history, allocation.group) + chance(history, 3);
    allocation.is_restricted = chance(history, 80);
    allocation.is_oversubscribed = chance(history, 25);
    allocation.is_forced = chance(history, 20);
    if (path_is_server(allocation.group) && chance(history, 80)) {
        allocation.is_restricted = false;
        allocation.packages = compose_packages(&history->lists, NULL, 0);
    } else {
        allocation.packages = draw_packages(history, allocation.group);
    }
    return (struct event){.kind = ALLOCATION, .of.allocation = allocation};
}

static struct event make_consumption(struct history *history, const struct known_actor *author)
{
    const char        *resource = draw_resource(history);
    struct consumption consumption = {
        .group = draw_group_of(history, author),
        .resource = bytes_of_text(resource),
        .unit = draw_unit(history, resource),
        .direction = DIRECTION_ABSENT,
    };
    const bool is_device = strcmp(resource, "ACS") == 0;
    if (is_device != chance(history, 2)) consumption.direction = below(history, 2);
    if (chance(history, 45)) consumption.user = draw_user(history);
    return (struct event){.kind = CONSUMPTION, .of.consumption = consumption};
}

static struct event make_release(struct history *history)
{
    const char    *resource = draw_resource(history);
    struct release release = {.resource = bytes_of_text(resource),
                              .unit = draw_unit(history, resource),
                              .direction = DIRECTION_ABSENT};
    if (history->unit_count > 0 && chance(history, 85)) {
        const struct known_unit *unit = &history->units[below(history, history->unit_count)];
        release.resource = bytes_of_text(unit->resource);
        release.unit = bytes_of_text(unit->unit);
        resource = unit->resource;
    }
    if (chance(history, strcmp(resource, "ACS") == 0 ? 60 : 2)) {
        release.direction = below(history, 2);
    }
    return (struct event){.kind = RELEASE, .of.release = release};
}

static struct event make_enrolment(struct history *history, const struct known_actor *author)
{
    static const enum role roles[] = {SERVER_ADMIN, SITE_ADMIN, SITE_ADMIN, AGENT,
                                      AGENT,        AGENT,      AUDITOR};
    struct actor_enrolment enrolment = {
        .name = bytes_of_text(actor_names[below(history, COUNT(actor_names))]),
        .role = (uint64_t)roles[below(history, COUNT(roles))],
        .group = draw_group_of(history, author),
    };
    if (chance(history, 2)) enrolment.role = chance(history, 50) ? ROLE_NONE : RECOVERY;
    if (enrolment.role == SERVER_ADMIN && chance(history, 80)) enrolment.group = bytes_of_text("/");
    if (enrolment.role == AGENT && author->role == SERVER_ADMIN && chance(history, 30)) {
        enrolment.group = bytes_of_text("/");
    }
    const uint64_t key_number = chance(history, 90) ? ++history->key_number : KEY_ACTOR + 1;
    compose_key(key_number, history->key);
    enrolment.key = (struct bytes){history->key, sizeof history->key};
    return (struct event){.kind = ACTOR_ENROLMENT, .of.actor_enrolment = enrolment};
}

static struct event make_removal(struct history *history)
{
    const struct known_actor *actor = &history->actors[below(history, history->actor_count)];
    const char               *name = chance(history, 80) ? actor->name : "nobody";
    return (struct event){.kind = ACTOR_REMOVAL, .of.actor_removal.name = bytes_of_text(name)};
}

static struct event make_user(struct history *history, const struct known_actor *author)
{
    const struct user_creation creation = {
        .user = draw_user(history),
        .group = draw_group_of(history, author),
    };
    return (struct event){.kind = USER_CREATION, .of.user_creation = creation};
}

static struct event make_membership(struct history *history, const struct known_actor *author)
{
    const struct membership membership = {
        .user = draw_user(history),
        .group = draw_group_of(history, author),
        .is_member = chance(history, 65),
        .is_cascade = chance(history, 30),
    };
    return (struct event){.kind = MEMBERSHIP, .of.membership = membership};
}

static struct event make_assignment(struct history *history, const struct known_actor *author)
{
    const struct window    window = draw_window(history);
    struct compose_entry   entries[COMPOSE_ENTRY_MAX + 1] = {{.name = NULL}};
    struct user_assignment assignment = {
        .user = draw_user(history),
        .group = draw_group_of(history, author),
        .from_ms = window.from_ms,
        .until_ms = window.until_ms,
        .is_forced = chance(history, 25),
    };
    if (chance(history, 75)) {
        draw_entries(history, assignment.group, entries);
        assignment.entries = compose_entries(&history->lists, entries);
    }
    return (struct event){.kind = USER_ASSIGNMENT, .of.user_assignment = assignment};
}

// --- Licence files ------------------------------------------------------------------------------

static void add_license_line(struct history *history, struct buffer *text, const char *line,
                             const char *needs)
{
    char                from[TIME_TEXT_SIZE];
    char                until[TIME_TEXT_SIZE];
    const struct window window = draw_window(history);
    buffer_add_text(text, line);
    if (window.from_ms > 0) buffer_printf(text, " from %s", time_to_text(window.from_ms, from));
    if (window.until_ms != TIME_NEVER) {
        buffer_printf(text, " until %s", time_to_text(window.until_ms, until));
    }
    buffer_printf(text, "%s\n", needs);
}

// Each line: name, words after the count, words after the window; features have no count.
struct license_line {
    const char *name, *kind, *needs;
};

static void write_license_lines(struct history *history, struct buffer *text, uint32_t vendor)
{
    static const struct license_line lines[VENDORS][3] = {
        {{"sip_number", "per-server", ""},
         {"mobile_app", "per-server", " needs sip_number"},
         {"web_dialer", NULL, ""}                                                        },
        {{"CAMERA", "per-channel", ""},    {"ACS", "per-device", ""}, {"ukey2", NULL, ""}},
    };
    for (uint32_t i = 0; i < COUNT(lines[0]); i++) {
        const struct license_line *line = &lines[vendor][i];
        char                       head[64];
        if (i > 0 && chance(history, 8)) continue; // no longer in the file
        const char *kind = chance(history, 3) ? "per-server" : line->kind;
        for (int again = chance(history, 25); again >= 0; again--) {
            if (line->kind == NULL)
                (void)snprintf(head, sizeof head, "%s feature", line->name);
            else
                (void)snprintf(head, sizeof head, "%s %u %s", line->name, 3 + below(history, 12),
                               kind);
            add_license_line(history, text, head, line->needs);
        }
    }
    if (chance(history, 3)) add_license_line(history, text, "ACS 4 per-device", "");
    if (chance(history, 3)) add_license_line(history, text, "web_dialer feature", "");
    if (chance(history, 2)) buffer_add_text(text, "what 3 per-person\n");
}

static struct event make_upload(struct history *history, uint32_t vendor)
{
    char           room[4096];
    struct buffer  text = buffer_over(room, sizeof room);
    const uint64_t key = chance(history, 95) ? history->vendor_key[vendor] : KEY_LEDGER;
    const bool     is_again = history->file.size > 0 && chance(history, 10);
    if (!is_again) {
        history->serial++;
        buffer_printf(&text, "licet license v1\nserver %s\nserial %llu\n",
                      chance(history, 96) ? COMPOSE_SERVER : "elsewhere.example",
                      (unsigned long long)(history->serial - (chance(history, 8) ? 2 : 0)));
        write_license_lines(history, &text, vendor);
        history->file.size = 0;
        compose_license(&history->file, vendor, key, buffer_bytes(&text));
        if (chance(history, 4)) history->file.at[40] ^= 1; // still a line of text
    }
    return (struct event){.kind = LICENSE_UPLOAD,
                          .of.license_upload.file = buffer_bytes(&history->file)};
}

static struct event make_acceptance(struct history *history)
{
    const char *version = chance(history, 93) ? COMPOSE_EULA : "eula-0";
    return (struct event){.kind = EULA_ACCEPTANCE,
                          .of.eula_acceptance.version = bytes_of_text(version)};
}

static struct event make_vendor(struct history *history)
{
    const uint32_t          vendor = below(history, VENDORS);
    struct vendor_enrolment enrolment = {
        .name = bytes_of_text(compose_vendor(vendor)),
        .is_trusted = chance(history, 70),
    };
    compose_key(chance(history, 80) ? history->vendor_key[vendor] : KEY_LEDGER, history->key);
    enrolment.key = (struct bytes){history->key, sizeof history->key};
    return (struct event){.kind = VENDOR_ENROLMENT, .of.vendor_enrolment = enrolment};
}

// --- Who does what ------------------------------------------------------------------------------

static struct event make_group(struct history *history)
{
    return (struct event){.kind = GROUP_CREATION, .of.group_creation.group = draw_path(history)};
}

struct weight {
    uint32_t  weight;
    enum kind kind;
};

static enum kind draw_kind(struct history *history)
{
    static const struct weight weights[] = {
        {340, CONSUMPTION     },
        {120, RELEASE         },
        {170, ALLOCATION      },
        {80,  GROUP_CREATION  },
        {40,  USER_CREATION   },
        {70,  MEMBERSHIP      },
        {70,  USER_ASSIGNMENT },
        {40,  ACTOR_ENROLMENT },
        {6,   ACTOR_REMOVAL   },
        {12,  LICENSE_UPLOAD  },
        {8,   EULA_ACCEPTANCE },
        {4,   VENDOR_ENROLMENT},
        {38,  PLAN            },
        {1,   BOUNDARY        },
        {1,   CLOCK_STEP      },
    };
    if (history->is_limited && chance(history, 12)) return EULA_ACCEPTANCE;
    uint32_t dice = below(history, 1000);
    uint32_t at = 0;
    for (; dice >= weights[at].weight; at++) {
        dice -= weights[at].weight;
    }
    return weights[at].kind;
}

static struct event make_plan(struct history *history, const struct known_actor *author);

static struct event make_event(struct history *history, enum kind kind,
                               const struct known_actor *author)
{
    switch (kind) {
    case CONSUMPTION:
        return make_consumption(history, author);
    case RELEASE:
        return make_release(history);
    case ALLOCATION:
        return make_allocation(history, author);
    case GROUP_CREATION:
        return make_group(history);
    case USER_CREATION:
        return make_user(history, author);
    case MEMBERSHIP:
        return make_membership(history, author);
    case USER_ASSIGNMENT:
        return make_assignment(history, author);
    case ACTOR_ENROLMENT:
        return make_enrolment(history, author);
    case ACTOR_REMOVAL:
        return make_removal(history);
    case LICENSE_UPLOAD:
        return make_upload(history, below(history, VENDORS));
    case EULA_ACCEPTANCE:
        return make_acceptance(history);
    case VENDOR_ENROLMENT:
        return make_vendor(history);
    case PLAN:
        return make_plan(history, author);
    case CLOCK_STEP:
        return (struct event){.kind = CLOCK_STEP, .of.clock_step.wall_ms = history->time_ms};
    case BOUNDARY:
    case OPENING:
    case PASSWORD_CHANGE:
    case SOFTWARE_UPDATE:
    case GROUP_UPDATE:
    case GROUP_MOVE:
    case GROUP_REMOVAL:
    case GROUP_BLOCK:
    case REMINDER_POLICY:
    case USER_REMOVAL:
    case RENEWAL:
    case TRANSFER:
    case POLICY:
    case REMINDER:
    case REMINDER_DELIVERY:
    case RESUMPTION:
    case REFUSALS_COUNTED:
        return (struct event){.kind = BOUNDARY, .of.boundary.edge_ms = history->time_ms};
    }
    abort();
}

// Nobody removes actors in a plan: the author would be gone midway. Boundaries are the ledger's.
static bool fits_plan(enum kind kind)
{
    return kind != PLAN && kind != ACTOR_REMOVAL && kind != BOUNDARY;
}

static struct event make_plan(struct history *history, const struct known_actor *author)
{
    uint8_t         room[BUFFER_ROOM / 4];
    struct buffer   events = buffer_over(room, sizeof room);
    const uint32_t  count = 1 + below(history, 5);
    const enum kind main_kind = draw_kind(history);
    for (uint32_t i = 0; i < count; i++) {
        enum kind kind = chance(history, 60) ? main_kind : draw_kind(history);
        if (!fits_plan(kind)) kind = CONSUMPTION;
        const struct event event = make_event(history, kind, author);
        compose_event(&events, &event);
    }
    assert(!events.is_full);
    const size_t start = history->lists.size;
    buffer_add(&history->lists, buffer_bytes(&events));
    const struct bytes packed = {history->lists.at + start, events.size};
    return (struct event){
        .kind = PLAN, .of.plan.events = {packed, count}
    };
}

static bool is_for_agents(enum kind kind)
{
    return kind == CONSUMPTION || kind == RELEASE || kind == PLAN;
}

// Mostly somebody whose role has to do with it.
static struct known_actor draw_author(struct history *history, enum kind kind)
{
    struct known_actor author = {.role = ROLE_NONE, .group = "/"};
    if (chance(history, 1)) author.id = AUTHOR_RECOVERY;
    if (chance(history, 1)) author.id = entity_id_of(history->step, 0);
    if (author.id != 0 || history->actor_count == 0) return author;
    for (int i = 0; i < 6; i++) {
        author = history->actors[below(history, history->actor_count)];
        if (author.role == SERVER_ADMIN) break;
        if (author.role == AGENT && is_for_agents(kind)) break;
        if (author.role == SITE_ADMIN && kind != CONSUMPTION && chance(history, 50)) break;
    }
    return author;
}

// The first steps make a company out of nothing.
static bool draw_beginning(struct history *history, struct known_actor *author, struct event *event)
{
    if (history->step == 1) {
        compose_key(++history->key_number, history->key);
        *author = (struct known_actor){.id = AUTHOR_RECOVERY, .group = "/"};
        *event = (struct event){
            .kind = ACTOR_ENROLMENT,
            .of.actor_enrolment = {
                                   .name = bytes_of_text("root"),
                                   .key = {history->key, sizeof history->key},
                                   .role = SERVER_ADMIN,
                                   .group = bytes_of_text("/"),
                                   }
        };
        return true;
    }
    const uint32_t after = (uint32_t)history->step - 1;
    *author = history->actors[0];
    if (after <= VENDORS) {
        *event = make_upload(history, after % VENDORS);
    } else if (after == VENDORS + 1) {
        *event = make_acceptance(history);
    } else if (after <= VENDORS + 1 + COUNT(first_groups)) {
        const char *path = first_groups[after - VENDORS - 2];
        *event =
            (struct event){.kind = GROUP_CREATION, .of.group_creation.group = bytes_of_text(path)};
    } else if (after <= VENDORS + 1 + COUNT(first_groups) + COUNT(users)) {
        *event = make_user(history, author);
    } else {
        return false;
    }
    return true;
}

struct history_step history_next(struct history *history)
{
    struct known_actor author;
    struct event       event;
    history->step++;
    history->packed = buffer_over(history->packed_room, sizeof history->packed_room);
    history->lists = buffer_over(history->list_room, sizeof history->list_room);
    move_time(history);
    const bool is_beginning = draw_beginning(history, &author, &event);
    if (!is_beginning) {
        const enum kind kind = draw_kind(history);
        author = draw_author(history, kind);
        event = make_event(history, kind, &author);
    }
    uint64_t not_after_ms = history->time_ms + below(history, NOT_AFTER_MS_MAX + 1);
    if (!is_beginning && chance(history, 2)) {
        not_after_ms = history->time_ms - 1 + below(history, 2) * (NOT_AFTER_MS_MAX + 2);
    }
    compose_proposal(&history->packed, history->step, not_after_ms, &event);
    if (!is_beginning && chance(history, 1)) {
        history->packed.at[below(history, (uint32_t)history->packed.size)] ^=
            (uint8_t)(1U << below(history, 8));
    }
    return (struct history_step){history->time_ms, author.id, buffer_bytes(&history->packed)};
}

// --- What is learnt -----------------------------------------------------------------------------

static void keep_text(char *room, size_t size_max, struct bytes text)
{
    struct buffer buffer = buffer_over(room, size_max);
    buffer_add(&buffer, text);
    (void)buffer_text(&buffer);
    assert(!buffer.is_full);
}

static void learn_allocation(struct history *history, struct bytes path)
{
    for (uint32_t i = 0; i < history->group_count; i++) {
        struct known_group *group = &history->groups[i];
        if (bytes_is_equal(bytes_of_text(group->path), path)) group->version++;
    }
}

static void learn_actor(struct history *history, const struct actor_enrolment *enrolment,
                        entity_id id)
{
    if (history->actor_count == ACTOR_KNOWN_MAX) return;
    struct known_actor *actor = &history->actors[history->actor_count++];
    *actor = (struct known_actor){.id = id, .role = (enum role)enrolment->role};
    keep_text(actor->name, sizeof actor->name, enrolment->name);
    keep_text(actor->group, sizeof actor->group, enrolment->group);
}

static void learn_removal(struct history *history, struct bytes name)
{
    for (uint32_t i = 0; i < history->actor_count; i++) {
        if (!bytes_is_equal(bytes_of_text(history->actors[i].name), name)) continue;
        if (chance(history, 10)) return; // tries to speak again
        history->actors[i] = history->actors[--history->actor_count];
        return;
    }
}

// Forgets any unit when there are too many: only a guess at what to release.
static void learn_unit(struct history *history, const struct consumption *consumption)
{
    const bool         is_full = history->unit_count == UNIT_KNOWN_MAX;
    const uint32_t     at = is_full ? below(history, UNIT_KNOWN_MAX) : history->unit_count++;
    struct known_unit *unit = &history->units[at];
    keep_text(unit->resource, sizeof unit->resource, consumption->resource);
    keep_text(unit->unit, sizeof unit->unit, consumption->unit);
}

static void learn_release(struct history *history, const struct release *release)
{
    for (uint32_t i = 0; i < history->unit_count; i++) {
        if (!bytes_is_equal(bytes_of_text(history->units[i].unit), release->unit)) continue;
        if (!bytes_is_equal(bytes_of_text(history->units[i].resource), release->resource)) continue;
        history->units[i] = history->units[--history->unit_count];
        return;
    }
}

static void learn_event(struct history *history, const struct event *event, entity_id id)
{
    switch (event->kind) {
    case GROUP_CREATION:
        if (history->group_count == GROUP_KNOWN_MAX) return;
        keep_text(history->groups[history->group_count].path, PATH_ROOM,
                  event->of.group_creation.group);
        history->groups[history->group_count++].version = 0;
        return;
    case ALLOCATION:
        learn_allocation(history, event->of.allocation.group);
        return;
    case ACTOR_ENROLMENT:
        learn_actor(history, &event->of.actor_enrolment, id);
        return;
    case ACTOR_REMOVAL:
        learn_removal(history, event->of.actor_removal.name);
        return;
    case CONSUMPTION:
        learn_unit(history, &event->of.consumption);
        return;
    case RELEASE:
        learn_release(history, &event->of.release);
        return;
    case LICENSE_UPLOAD:
        history->is_limited = true;
        return;
    case EULA_ACCEPTANCE:
        history->is_limited = false;
        return;
    case OPENING:
    case USER_CREATION:
    case MEMBERSHIP:
    case USER_ASSIGNMENT:
    case PLAN:
    case VENDOR_ENROLMENT:
    case BOUNDARY:
    case CLOCK_STEP:
    case PASSWORD_CHANGE:
    case SOFTWARE_UPDATE:
    case GROUP_UPDATE:
    case GROUP_MOVE:
    case GROUP_REMOVAL:
    case GROUP_BLOCK:
    case REMINDER_POLICY:
    case USER_REMOVAL:
    case RENEWAL:
    case TRANSFER:
    case POLICY:
    case REMINDER:
    case REMINDER_DELIVERY:
    case RESUMPTION:
    case REFUSALS_COUNTED:
        return;
    }
}

void history_learn(struct history *history, bool is_accepted, uint64_t seq)
{
    struct proposal proposal;
    const char     *offence = NULL;
    if (!is_accepted) return;
    if (!proposal_read(buffer_bytes(&history->packed), &proposal, &offence)) abort();
    if (proposal.event.kind != PLAN) {
        learn_event(history, &proposal.event, entity_id_of(seq, 0));
        return;
    }
    struct list_reader events = list_start(proposal.event.of.plan.events);
    struct event       event;
    uint32_t           index = 0;
    for (struct bytes packed; list_next_packed(&events, &packed); index++) {
        if (!event_read_packed(packed, &event, &offence)) abort();
        learn_event(history, &event, entity_id_of(seq, index));
    }
}

struct history *history_open(uint64_t seed)
{
    struct history *history = calloc(1, sizeof *history);
    if (history == NULL) abort();
    history->random = seed;
    history->key_number = KEY_ACTOR;
    for (uint32_t i = 0; i < VENDORS; i++) {
        history->vendor_key[i] = KEY_VENDOR + i;
    }
    const uint64_t start_ms = 1767225600000; // 2026-01-01
    history->time_ms = start_ms + below(history, 24) * HOUR_MS;
    keep_text(history->groups[history->group_count++].path, PATH_ROOM, bytes_of_text("/"));
    history->file = buffer_over(history->file_room, sizeof history->file_room);
    return history;
}

void history_close(struct history *history)
{
    free(history);
}

struct bytes history_opening(struct history *history)
{
    history->packed = buffer_over(history->packed_room, sizeof history->packed_room);
    compose_opening(&history->packed);
    return buffer_bytes(&history->packed);
}
