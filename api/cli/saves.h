// saves.h - the licences of groups as the lines of one file leave them: what a later line of the
// same file saves from, before the daemon could tell.
#ifndef API_CLI_SAVES_H
#define API_CLI_SAVES_H

#include "core/base/index.h"
#include "core/base/limits.h"
#include "core/base/pool.h"
#include "core/event/event.h"

enum { SAVES_MAX = 1024 * 1024 };

struct save {
    uint64_t version;
    bool     is_restricted, is_oversubscribed;
    bool     is_bare; // a new group: no packages
    uint32_t path_size;
    uint8_t  path[PATH_SIZE_MAX];
};

struct saves {
    struct pool  pool;
    struct index index;
};

MUST_CHECK enum status saves_init(struct saves *saves);
void                   saves_release(struct saves *saves);

// What the lines before left of the group; NULL: they say nothing of it, so the ledger is asked.
const struct save *saves_find(const struct saves *saves, struct bytes path);

// An event that the file's next lines stand on.
void saves_note(struct saves *saves, const struct event *event);
// Something came out otherwise than the lines say.
void saves_forget(struct saves *saves);

#endif
