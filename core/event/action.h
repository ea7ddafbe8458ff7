// action.h - what people do with what is licensed, and at the server: rows of data (B32 to B37,
// T14, T15).
//
// An action takes nothing: it asks for a feature, or for a unit that gives its user access. Those
// that are views or settings are closed while the server is limited.
#ifndef CORE_EVENT_ACTION_H
#define CORE_EVENT_ACTION_H

#include "core/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum action_of {
    ACTION_OF_USER,
    ACTION_OF_ADMIN,  // the site_admin of a group, or who stands above
    ACTION_OF_ANYBODY // user or actor
};

struct action {
    const char    *name;     // "settings.*": each that begins so
    const char    *feature;  // which must be on; NULL: none
    const char    *resource; // of which the user must have a unit with access; NULL: none
    enum action_of of;
    bool           is_closed; // while limited
};

// NULL when there is no such action.
const struct action *action_find(struct bytes name);
// The rows; NULL beyond the last.
const struct action *action_at(uint32_t index);

#endif
