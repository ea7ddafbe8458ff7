#include "core/event/action.h"

#include <string.h>

static const struct action rows[] = {
    {"sip.call",            ACTION_OF_USER,    NULL,                  "sip_number", false},
    {"mobile.use",          ACTION_OF_USER,    NULL,                  "mobile_app", false},
    {"door.open",           ACTION_OF_USER,    "remote_door_opening", "mobile_app", false},
    {"siri.use",            ACTION_OF_USER,    "siri",                "mobile_app", false},
    {"watch.use",           ACTION_OF_USER,    "apple_watch",         "mobile_app", false},
    {"guest.manage",        ACTION_OF_USER,    "guest_access",        NULL,         false},
    {"elevator.call",       ACTION_OF_USER,    "elevator",            NULL,         false},
    {"elevator.configure",  ACTION_OF_ADMIN,   "elevator",            NULL,         true },
    {"amenities.book",      ACTION_OF_USER,    "amenities",           NULL,         false},
    {"amenities.configure", ACTION_OF_ADMIN,   "amenities",           NULL,         true },
    {"lpr.configure",       ACTION_OF_ADMIN,   "lpr",                 NULL,         true },
    {"archive.view",        ACTION_OF_ANYBODY, NULL,                  NULL,         true },
    {"video.view",          ACTION_OF_ANYBODY, NULL,                  NULL,         true },
    {"operator.ui",         ACTION_OF_ANYBODY, NULL,                  NULL,         true },
 // The only way out of the limited mode.
    {"settings.license",    ACTION_OF_ADMIN,   NULL,                  NULL,         false},
    {"settings.eula",       ACTION_OF_ADMIN,   NULL,                  NULL,         false},
    {"settings.*",          ACTION_OF_ADMIN,   NULL,                  NULL,         true },
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

// A row that ends with '*' has all names that go on there.
static bool is_of(const struct action *action, struct bytes name)
{
    const struct bytes own = bytes_of_text(action->name);
    if (own.at[own.size - 1] != '*') return bytes_is_equal(own, name);
    return name.size >= own.size && memcmp(name.at, own.at, own.size - 1) == 0;
}

const struct action *action_find(struct bytes name)
{
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        if (is_of(&rows[i], name)) return &rows[i];
    }
    return NULL;
}

const struct action *action_at(uint32_t index)
{
    return index < ROW_COUNT ? &rows[index] : NULL;
}
