#include "core/event/action.h"

#include <string.h>

static const struct action rows[] = {
    {"sip.call",            NULL,                  "sip_number", ACTION_OF_USER,    false},
    {"mobile.use",          NULL,                  "mobile_app", ACTION_OF_USER,    false},
    {"door.open",           "remote_door_opening", "mobile_app", ACTION_OF_USER,    false},
    {"siri.use",            "siri",                "mobile_app", ACTION_OF_USER,    false},
    {"watch.use",           "apple_watch",         "mobile_app", ACTION_OF_USER,    false},
    {"guest.manage",        "guest_access",        NULL,         ACTION_OF_USER,    false},
    {"elevator.call",       "elevator",            NULL,         ACTION_OF_USER,    false},
    {"elevator.configure",  "elevator",            NULL,         ACTION_OF_ADMIN,   true },
    {"amenities.book",      "amenities",           NULL,         ACTION_OF_USER,    false},
    {"amenities.configure", "amenities",           NULL,         ACTION_OF_ADMIN,   true },
    {"lpr.configure",       "lpr",                 NULL,         ACTION_OF_ADMIN,   true },
    {"archive.view",        NULL,                  NULL,         ACTION_OF_ANYBODY, true },
    {"video.view",          NULL,                  NULL,         ACTION_OF_ANYBODY, true },
    {"operator.ui",         NULL,                  NULL,         ACTION_OF_ANYBODY, true },
 // The only way out of the limited mode.
    {"settings.license",    NULL,                  NULL,         ACTION_OF_ADMIN,   false},
    {"settings.eula",       NULL,                  NULL,         ACTION_OF_ADMIN,   false},
    {"settings.*",          NULL,                  NULL,         ACTION_OF_ADMIN,   true },
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
