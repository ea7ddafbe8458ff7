// refusals.h - which refusals are logged, and which are only counted: beyond so many a minute of
// ledger time a looping client must not fill the disk (X06).
//
// A refusal that is counted is none that was answered: who asks again under the same id is judged
// again (X05). What was counted becomes an event of the ledger's own when the minute is over, when
// there is no room to count more, and before the daemon stops.
#ifndef API_DAEMON_REFUSALS_H
#define API_DAEMON_REFUSALS_H

#include "core/base/limits.h"
#include "core/base/status.h"
#include "core/event/proposal.h"
#include "core/event/refusal.h"

#include <stdbool.h>
#include <stdint.h>

struct daemon;

enum { REFUSAL_METER_COUNT = 4096 }; // authors that are refused in one minute

// Of one author, in this minute.
struct refusal_meter {
    entity_id author; // 0: free
    uint64_t  logged_count;
};

struct refusal_sum {
    entity_id    author;
    enum refusal code;
    uint64_t     count;
};

struct refusal_sums {
    uint64_t           from_ms; // of the first
    uint32_t           count;
    struct refusal_sum sums[REFUSAL_COUNT_MAX];
};

struct refusals {
    uint64_t             minute;
    struct refusal_meter meters[REFUSAL_METER_COUNT];
    struct refusal_sums  counted;
    struct refusal_sums  told; // by an event that is not durable yet
};

// Whether one more refusal of the author is logged, at so many a minute. An author who finds no
// meter is one too many: nothing of it is logged until the minute is over.
bool refusals_is_logged(struct refusals *refusals, entity_id author, uint64_t rate,
                        uint64_t now_ms);
// Counts one that is not. There must be room.
void refusals_count(struct refusals *refusals, entity_id author, enum refusal code,
                    uint64_t now_ms);
// Whether one more can be counted, whosever it is; else tell those first.
bool refusals_have_room(const struct refusals *refusals);

// Whether something was counted in a minute that is over.
bool                   refusals_are_due(const struct refusals *refusals, uint64_t now_ms);
// Appends what was counted, if anything was.
MUST_CHECK enum status refusals_tell(struct daemon *daemon);
// The event is durable, or never was: then it is all to be told again.
void                   refusals_end(struct refusals *refusals, bool is_durable);

#endif
