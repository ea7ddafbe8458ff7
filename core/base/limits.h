// limits.h - every bound of the product, with its reason and the relations between them.
//
// Nothing grows without a number here. Sizes are bytes, counts are items, times are milliseconds.
#ifndef CORE_BASE_LIMITS_H
#define CORE_BASE_LIMITS_H

#include <assert.h>
#include <stdint.h>

#ifdef NDEBUG
#error "assertions stay on in every build"
#endif

enum {
    // Names and the tree (X16).
    NAME_SIZE_MAX = 64,
    DEPTH_MAX = 16,                                      // groups below the server
    PATH_SIZE_MAX = DEPTH_MAX * (NAME_SIZE_MAX + 1) - 1, // names joined by '/'
    PATH_NODE_MAX = DEPTH_MAX + 1,                       // with the server on top
    REASON_SIZE_MAX = 200,                               // X22
    URL_SIZE_MAX = 512,

    // Licence windows of a group (B14) and instants a save may have to look at (B23).
    PACKAGE_MAX = 32,
    PACKAGE_ENTRY_MAX = 64,
    EDGE_MAX = 4096,

    // The licence file, its vendors, and the names it brings.
    LICENSE_ENTRY_MAX = 512,
    LICENSE_FILE_SIZE_MAX = 12 * 1024,
    VENDOR_MAX = 16,
    RESOURCE_MAX = 4096, // names ever seen: resources and features together

    // Keys of one ledger, one after another: a rotation a week for nearly five years.
    EPOCH_MAX = 256,
    KEY_CERTIFICATE_SIZE_MAX = 1024,

    MEMBERSHIP_MAX = 16, // groups of one user (B42)

    LEASE_MS_MIN = 60 * 1000, // X11

    ARCHIVE_STEP = 256, // events of a full file of an archive: no part of one is archived

    BOUNDARY_EDGE_MAX = 1000, // edges that one boundary settles; others wait for the next

    REMINDED_MAX = 32,            // actors and groups that a reminder names; it counts the others
    REMINDED_TOUCHED_SIZE = 5632, // bytes of the groups that it names
    REMINDED_LOOK_MAX = 4096,     // groups below that it looks at, for those whose end it is
    REMINDER_WAITING_MAX = 1024 * 1024, // not delivered yet; beyond, the oldest is given up
    REFUSAL_COUNT_MAX = 128,            // rows of one refusals_counted
    REFUSAL_RATE_DEFAULT = 600,         // logged refusals a minute and author (X06)

    // MessagePack from outside.
    PACK_DEPTH_MAX = 8,
    PACK_ITEM_MAX = 8192,

    // The event (architecture: a leaf is small, a plan fits the tile format's 64 KiB entry).
    LEAF_SIZE_MAX = 64 * 1024 - 1,
    PROPOSAL_SIZE_MAX = 15 * 1024,
    PLAN_SIZE_MAX = 60 * 1024,
    PLAN_PROPOSAL_MAX = 1024,
    PROPOSAL_ID_SIZE = 16,
    NOT_AFTER_MS_MAX = 10 * 60 * 1000, // X05: how far ahead of ledger time

    // Messages.
    MESSAGE_SIZE_MAX = 256 * 1024,
    MESSAGE_PROPOSAL_MAX = 1024, // proposals in one request (X14)
};

#define COUNT_MAX    INT32_MAX // X16
#define LEASE_MS_MAX ((uint64_t)366 * 24 * 3600 * 1000)
#define TIME_MS_MAX  ((uint64_t)253402300799999) // 9999-12-31T23:59:59.999Z

static_assert(PLAN_SIZE_MAX + 1024 <= LEAF_SIZE_MAX, "a plan and its envelope fit a leaf");
static_assert(PROPOSAL_SIZE_MAX + 1024 <= 16 * 1024, "a single proposal makes a leaf of 16 KiB");
static_assert(LICENSE_FILE_SIZE_MAX + 1024 <= PROPOSAL_SIZE_MAX, "a licence file fits a proposal");
static_assert(PLAN_SIZE_MAX < MESSAGE_SIZE_MAX, "a plan fits a message");

#endif
