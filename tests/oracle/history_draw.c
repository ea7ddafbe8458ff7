#include "tests/oracle/history_draw.h"

#include "core/base/name.h"

#include <stdio.h>
#include <string.h>

static const char *const resources[] = {"sip_number", "mobile_app", "CAMERA", "ACS", "ghost", NULL};
static const char *const features[] = {"web_dialer", "ukey2",   "remote_door_opening",
                                       "elevator",   "phantom", NULL};
static const char *const users[] = {"anna", "bert", "carl", "dora", NULL};
static const char *const names[4][3] = {
    {"acme",  "beta",  "ac"},
    {"north", "south", "no"},
    {"a",     "b",     "c" },
    {"x",     "y",     "z" },
};
static const char *const units[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};
static const char *const devices[] = {"AA:01", "aa-01", "AA02", "aa.02", "a a03",
                                      "AA:04", "AA05",  "aa06", "-",     "AA:07"};

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

uint32_t below(struct history *history, uint32_t bound)
{
    return (uint32_t)(draw(history) % bound);
}

bool chance(struct history *history, uint32_t percent)
{
    return below(history, 100) < percent;
}

// --- Time ---------------------------------------------------------------------------------------

void remember_edge(struct history *history, uint64_t ms)
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

// Mostly nothing or little passes; often an edge is met: one before it, on it, one behind.
void move_time(struct history *history)
{
    const uint32_t dice = below(history, 1000);
    history->is_last_instant = false;
    if (dice < 600) return;
    if (dice < 840) {
        history->time_ms += below(history, 5000);
    } else if (dice < 870) {
        history->time_ms += below(history, 2 * HOUR_MS);
    } else if (dice < 975) {
        const uint32_t which = below(history, 3);
        history->time_ms = next_edge(history) - 1 + which;
        history->is_last_instant = which == 0;
    } else if (dice < 993) {
        history->time_ms += below(history, 12) * HOUR_MS;
    } else {
        history->time_ms += below(history, 5) * DAY_MS;
    }
}

// Whole hours around now, so that windows share their edges; or whole days, with the days before.
uint64_t draw_edge(struct history *history)
{
    const uint64_t hour = history->time_ms / HOUR_MS - 2 + below(history, 10);
    if (chance(history, 80)) {
        remember_edge(history, hour * HOUR_MS);
        return hour * HOUR_MS;
    }
    const uint64_t day = history->time_ms / DAY_MS + below(history, 12);
    for (uint32_t i = 0; i < 3; i++) {
        remember_edge(history, (day - i) * DAY_MS);
    }
    return day * DAY_MS;
}

uint64_t draw_lease(struct history *history)
{
    static const uint64_t lengths[] = {LEASE_MS_MIN, 90 * 1000, 600 * 1000, HOUR_MS};
    const uint64_t        lease_ms = lengths[below(history, COUNT(lengths))];
    remember_edge(history, history->time_ms + lease_ms);
    return chance(history, 2) ? LEASE_MS_MIN - 1 : lease_ms;
}

struct window draw_window(struct history *history)
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

static uint32_t depth_of(struct bytes path)
{
    uint32_t     depth = 0;
    struct bytes name;
    for (struct bytes rest = path_names(path); path_next(&rest, &name);) {
        depth++;
    }
    return depth;
}

struct bytes draw_name_at(struct history *history, struct bytes path)
{
    const uint32_t depth = depth_of(path);
    const uint32_t row = depth == 0 ? 0 : (depth - 1) % COUNT(names);
    return bytes_of_text(names[row][below(history, COUNT(names[0]))]);
}

// A name below a known group, of the deepest where trees are to be deep.
static struct bytes draw_child(struct history *history)
{
    const char *parent = history->groups[below(history, history->group_count)].path;
    for (uint32_t i = 0; i < history->group_count && history->theme == THEME_DEPTH; i++) {
        const char *path = history->groups[i].path;
        if (depth_of(bytes_of_text(path)) > depth_of(bytes_of_text(parent))) parent = path;
    }
    const uint32_t depth = depth_of(bytes_of_text(parent));
    const char    *name = names[depth % COUNT(names)][below(history, COUNT(names[0]))];
    if (depth == 0)
        (void)snprintf(history->path, PATH_ROOM, "%s", name);
    else
        (void)snprintf(history->path, PATH_ROOM, "%.*s/%s", PATH_ROOM - NAME_ROOM, parent, name);
    return bytes_of_text(history->path);
}

struct bytes draw_path(struct history *history)
{
    const uint32_t depth = 1 + below(history, COUNT(names));
    size_t         size = 0;
    if (chance(history, history->theme == THEME_DEPTH ? 70 : 15)) return draw_child(history);
    for (uint32_t i = 0; i < depth; i++) {
        const uint32_t which = chance(history, 96) ? below(history, 2) : 2;
        size += (size_t)snprintf(history->path + size, PATH_ROOM - size, "%s%s", i == 0 ? "" : "/",
                                 names[i][which]);
    }
    return bytes_of_text(history->path);
}

struct bytes draw_group(struct history *history)
{
    if (chance(history, 6)) return draw_path(history);
    const struct known_group *group = &history->groups[below(history, history->group_count)];
    return bytes_of_text(group->path);
}

// Mostly one in the author's reach.
struct bytes draw_group_of(struct history *history, const struct known_actor *author)
{
    struct bytes path = draw_group(history);
    for (int i = 0; i < 6 && !path_is_within(path, bytes_of_text(author->group)); i++) {
        path = draw_group(history);
    }
    return path;
}

uint64_t version_of(const struct history *history, struct bytes path)
{
    for (uint32_t i = 0; i < history->group_count; i++) {
        if (bytes_is_equal(bytes_of_text(history->groups[i].path), path)) {
            return history->groups[i].version;
        }
    }
    return 0;
}

struct bytes draw_user(struct history *history)
{
    if (history->theme == THEME_CROWD && chance(history, 70)) return bytes_of_text(users[0]);
    return bytes_of_text(users[below(history, COUNT(users) - 1)]);
}

const char *draw_resource(struct history *history)
{
    static const uint8_t weights[] = {40, 15, 20, 23, 2};
    uint32_t             dice = below(history, 100);
    uint32_t             which = 0;
    for (; dice >= weights[which]; which++) {
        dice -= weights[which];
    }
    return resources[which];
}

struct bytes draw_unit(struct history *history, const char *resource)
{
    if (strcmp(resource, "ACS") == 0) return bytes_of_text(devices[below(history, COUNT(devices))]);
    return bytes_of_text(units[below(history, COUNT(units))]);
}

struct bytes draw_set(struct history *history)
{
    return bytes_of_text(chance(history, 60) ? "lift" : "gate");
}

const struct known_unit *draw_known_unit(struct history *history)
{
    if (history->unit_count == 0) return NULL;
    return &history->units[below(history, history->unit_count)];
}

const struct known_member *draw_member(struct history *history)
{
    if (history->member_count == 0) return NULL;
    return &history->members[below(history, history->member_count)];
}
