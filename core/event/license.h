// license.h - what a licence file says: the catalogue of the server's resources and features.
//
// The file is a signed note (proof/note.h); this is its text, one entry a line:
//
//   licet license v1
//   server cam-hq.example
//   serial 20261101
//   LICENSE_HIKVISION 20 per-channel
//   mobile_app 500 per-server needs sip_number
//   web_dialer feature from 2026-12-01T00:00:00Z until 2027-12-01T00:00:00Z
#ifndef CORE_EVENT_LICENSE_H
#define CORE_EVENT_LICENSE_H

#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "core/base/window.h"

#include <stdbool.h>
#include <stdint.h>

// T05. In the order of the words in license.c.
enum resource_kind { PER_CHANNEL, PER_SERVER, PER_DEVICE, FEATURE };

const char *resource_kind_word(enum resource_kind kind);

// Lines of one name are entries of their own; their counts add up (B08).
struct license_entry {
    struct bytes       name;
    enum resource_kind kind;
    uint64_t           count; // of a feature: 1
    struct window      window;
    struct bytes       needs; // a resource of the same file, or none (no bytes)
};

// Views live as long as the text.
struct license {
    struct bytes         server;
    uint64_t             serial;
    uint32_t             entry_count;
    struct license_entry entries[LICENSE_ENTRY_MAX];
};

// Why a text is not well formed: the number of the first line that is wrong, from 1, and a static
// sentence about it. Lines are looked at each for itself first, then for what they say of each
// other.
struct license_fault {
    uint32_t    line;
    const char *reason;
};

// False when the text is not well formed; *license is then of no use.
bool license_read(struct bytes text, struct license *license, struct license_fault *fault);

#endif
