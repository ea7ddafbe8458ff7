#include "tests/support/random.h"

#include "projections/groups.h"
#include "projections/packages.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

// splitmix64
uint32_t random_below(struct random *random, uint32_t count)
{
    uint64_t word = random->state += 0x9e3779b97f4a7c15ULL;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ word >> 27) * 0x94d049bb133111ebULL;
    return (uint32_t)((word ^ word >> 31) % count);
}

static const char *const groups[] = {"A",   "A/B",   "A/B/C", "A/B/C/D", "A/B/E",
                                     "A/F", "A/F/G", "H",     "H/I"};
static const char *const resources[] = {"sip", "sip", "sip", "mob", "cam"};

enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

static bool one_in(struct random *random, uint32_t count)
{
    return random_below(random, count) == 0;
}

static const char *first_group(struct random *random)
{
    return groups[random_below(random, GROUP_COUNT)];
}

// Mostly one that is there, wherever it stands by now.
static const char *group(struct random *random, const struct company *company)
{
    static char         paths[4][PATH_SIZE_MAX + 1];
    static unsigned     turn = 0;
    const struct state *state = company_state(company);
    uint32_t            at = SERVER_GROUP;
    if (one_in(random, 8)) return first_group(random);
    for (uint32_t i = 1 + random_below(random, GROUP_COUNT); i > 0; i--) {
        const uint32_t next = group_walk(state, at, SERVER_GROUP);
        if (next == 0) break;
        at = next;
    }
    if (at == SERVER_GROUP) return first_group(random);
    uint8_t       room[PATH_SIZE_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    group_add_path(state, at, &path);
    char *text = paths[turn++ % 4];
    (void)snprintf(text, sizeof paths[0], "%.*s", (int)path.size, (const char *)path.at);
    return text;
}

void random_begin(struct random *random, struct company *company)
{
    (void)company_license(company, "sip 14 per-server\nmob 6 per-server\ncam 4 per-channel\n"
                                   "web feature\n");
    company_accept_eula(company);
    (void)company_do(company, "allocate / oversubscribed");
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "group %s", groups[i]);
        (void)company_do(company, line);
    }
    (void)company_do(company, "user m0 A/B/C");
    (void)company_do(company, "user m1 H");
    for (uint32_t i = 0, count = random_below(random, 15); i < count; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "consume %s sip u%u", first_group(random), i);
        (void)company_do(company, line);
    }
}

struct text {
    char  *at;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int size =
        vsnprintf(text->at + text->size, RANDOM_LINE_SIZE - text->size, format, arguments);
    va_end(arguments);
    assert(size >= 0 && text->size + (size_t)size < RANDOM_LINE_SIZE);
    text->size += (size_t)size;
}

static void add_time(struct text *text, const char *key, uint64_t ms)
{
    char time[TIME_TEXT_SIZE];
    add(text, " %s%s", key, time_to_text(ms, time));
}

static void add_window(struct random *random, const struct company *company, struct text *text)
{
    const uint64_t day = company_now(company) / DAY_MS;
    const uint64_t from = day - 2 + random_below(random, 6);
    if (one_in(random, 3)) add_time(text, "from=", from * DAY_MS);
    if (one_in(random, 3)) add_time(text, "until=", (from + 1 + random_below(random, 4)) * DAY_MS);
}

static void add_entries(struct random *random, struct text *text)
{
    if (!one_in(random, 8)) add(text, " sip=%u", random_below(random, 6));
    if (one_in(random, 2)) add(text, " mob=%u", random_below(random, 4));
    if (one_in(random, 2)) add(text, " cam=%u", random_below(random, 4));
    if (one_in(random, 4)) add(text, " web");
}

static void add_allocation(struct random *random, const struct company *company, struct text *text)
{
    add(text, "allocate %s", group(random, company));
    if (!one_in(random, 5)) add(text, " restricted");
    if (!one_in(random, 3)) add(text, " oversubscribed");
    if (!one_in(random, 4)) add(text, " force");
    for (uint32_t i = 0, count = random_below(random, 4); i < count; i++) {
        add(text, " p%u", i);
        add_window(random, company, text);
        add(text, " :");
        add_entries(random, text);
        add(text, " ;");
    }
}

static void add_consumption(struct random *random, const struct company *company, struct text *text)
{
    add(text, "consume %s %s u%u", group(random, company), resources[random_below(random, 5)],
        random_below(random, 20));
    if (one_in(random, 4)) add(text, " user=m%u", random_below(random, 3));
}

// Mostly something that is held.
static void add_release(struct random *random, const struct company *company, struct text *text)
{
    const struct state *state = company_state(company);
    const char         *name = resources[random_below(random, 5)];
    const uint32_t      resource = resource_find(state, bytes_of_text(name));
    uint32_t            at = resource == 0 ? 0 : resource_at(state, resource)->first_holding;
    for (uint32_t i = random_below(random, 8); i > 0 && at != 0; i--)
        at = holding_at(state, at)->next;
    if (at == 0) {
        add(text, "release %s u%u", name, random_below(random, 12));
        return;
    }
    const struct bytes unit = text_of(state, holding_at(state, at)->unit);
    add(text, "release %s %.*s", name, (int)unit.size, (const char *)unit.at);
}

static void add_license(struct random *random, const struct company *company, struct text *text)
{
    add(text, "license sip %u per-server; mob %u per-server; cam %u per-channel",
        random_below(random, 15), random_below(random, 7), random_below(random, 5));
    if (one_in(random, 2)) {
        char           time[TIME_TEXT_SIZE];
        const uint64_t day = company_now(company) / DAY_MS + 1 + random_below(random, 4);
        add(text, "; sip 2 per-server until %s", time_to_text(day * DAY_MS, time));
    }
}

static void add_person(struct random *random, const struct company *company, struct text *text)
{
    const uint32_t what = random_below(random, 5);
    const uint32_t user = random_below(random, 3);
    if (what == 0) {
        add(text, "user m%u %s", user, group(random, company));
    } else if (what == 1) {
        add(text, "member add m%u %s", user, group(random, company));
    } else if (what == 2) {
        add(text, "member remove m%u %s%s", user, group(random, company),
            one_in(random, 2) ? " cascade" : "");
    } else if (what == 3) {
        add(text, "unassign m%u %s", user, group(random, company));
    } else {
        add(text, "assign m%u %s", user, group(random, company));
        add_window(random, company, text);
        add_entries(random, text);
    }
}

static void add_group_line(struct random *random, const struct company *company, struct text *text)
{
    const uint32_t what = random_below(random, 12);
    if (what >= 11) {
        add(text, "drop %s%s", group(random, company), one_in(random, 3) ? "" : " cascade");
    } else if (what < 6) {
        add(text, "move %s %s", group(random, company),
            one_in(random, 6) ? "/" : group(random, company));
        if (!one_in(random, 3)) add(text, " force");
    } else if (what < 8) {
        add(text, "%s %s", one_in(random, 3) ? "block" : "unblock", group(random, company));
    } else if (what < 9) {
        add(text, "rename %s N%u", group(random, company), random_below(random, 4));
    } else {
        add(text, "group %s", first_group(random));
    }
}

static void add_plan(struct random *random, const struct company *company, struct text *text)
{
    add(text, "plan ");
    for (uint32_t i = 0, count = 2 + random_below(random, 4); i < count; i++) {
        if (i > 0) add(text, " | ");
        switch (random_below(random, 6)) {
        case 2:
            add_group_line(random, company, text);
            break;
        case 3:
            add_allocation(random, company, text);
            break;
        case 0:
            add_release(random, company, text);
            break;
        case 1:
            add_person(random, company, text);
            break;
        default:
            add_consumption(random, company, text);
            break;
        }
    }
}

void random_line(struct random *random, const struct company *company, char *line)
{
    struct text    text = {line, 0};
    const uint32_t what = random_below(random, 37);
    const bool     is_limited = server_at(company_state(company))->limited_reason != NOT_LIMITED;
    if (is_limited && one_in(random, 3)) {
        add(&text, "eula 1");
    } else if (what < 12) {
        add_consumption(random, company, &text);
    } else if (what < 18) {
        add_release(random, company, &text);
    } else if (what < 24) {
        add_allocation(random, company, &text);
    } else if (what < 26) {
        const uint64_t hours = 6 + random_below(random, 60);
        add(&text, "clock");
        add_time(&text, "", company_now(company) + hours * DAY_MS / 24);
    } else if (what < 28) {
        add_person(random, company, &text);
    } else if (what < 30) {
        add_plan(random, company, &text);
    } else if (what < 32) {
        add_license(random, company, &text);
    } else {
        add_group_line(random, company, &text);
    }
}
