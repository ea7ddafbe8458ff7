// reminder_content.h - what a reminder says: computed by one function, for the daemon that makes
// the event and for the rules that judge it.
#ifndef PROJECTIONS_REMINDER_CONTENT_H
#define PROJECTIONS_REMINDER_CONTENT_H

#include "core/event/event.h"
#include "projections/state.h"

struct reminder_content {
    struct reminder reminder;   // views of the rooms below, and of the state
    uint32_t        look_count; // groups below that were looked at: what it cost
    uint8_t         path[PATH_SIZE_MAX];
    uint8_t         resources[PACKAGE_ENTRY_MAX * (NAME_SIZE_MAX + 30)];
    uint8_t         actors[REMINDED_MAX * (NAME_SIZE_MAX + 4)];
    uint8_t         touched[REMINDED_TOUCHED_SIZE];
};

static_assert(sizeof(struct reminder_content) - sizeof(struct reminder) + NAME_SIZE_MAX + 100 <
                  PROPOSAL_SIZE_MAX,
              "the event fits a proposal");

// Of one that is due, at an instant of ledger time.
//
// Whom: the site_admins of the group, else of the nearest group above that has one, else the
// server_admins (B40); then, where the policy says so, the site_admins of the groups that are
// touched.
// Touched: groups below whose own maximum of a resource of the package becomes 0 at the package's
// end because the group's does (B41). The first REMINDED_LOOK_MAX groups below are looked at; of
// those found, as many are named as fit, and all are counted.
void reminder_compose(const struct state *state, uint32_t reminding, uint64_t now_ms,
                      struct reminder_content *content);

#endif
