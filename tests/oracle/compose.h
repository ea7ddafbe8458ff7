// compose.h - writes what people and vendors would send: proposals, packages, licence files, keys.
//
// For tests only: keys come from small numbers, so that anybody can make them again.
#ifndef TESTS_ORACLE_COMPOSE_H
#define TESTS_ORACLE_COMPOSE_H

#include "core/base/bytes.h"
#include "core/event/proposal.h"
#include "core/proof/crypto.h"

#include <stdbool.h>
#include <stdint.h>

// Starts what signs and hashes; comes once, before everything else here and the oracle.
void compose_start(void);

enum { COMPOSE_ENTRY_MAX = 8 };

struct compose_entry {
    const char *name;
    uint64_t    count; // ENTRY_FEATURE
};

struct compose_package {
    const char          *name;
    uint64_t             from_ms;
    uint64_t             until_ms;                   // 0: no end
    struct compose_entry entries[COMPOSE_ENTRY_MAX]; // up to the first without a name
};

// The lists view what was added to the buffer.
struct list compose_packages(struct buffer *buffer, const struct compose_package *packages,
                             uint32_t count);
struct list compose_entries(struct buffer *buffer, const struct compose_entry *entries);
// An event of a plan; count them for the list, which begins at the first.
void        compose_event(struct buffer *buffer, const struct event *event);

// The id is made of the number.
void compose_proposal(struct buffer *buffer, uint64_t number, uint64_t not_after_ms,
                      const struct event *event);

// Public key of the pair whose seed is made of the number.
void compose_key(uint64_t number, uint8_t key[static CRYPTO_KEY_SIZE]);

// The name of a vendor, and the text signed with the key of the number under that name.
const char *compose_vendor(uint32_t vendor);
void        compose_license(struct buffer *buffer, uint32_t vendor, uint64_t key_number,
                            struct bytes text);

// The keys of the ledger, by their number; and a certificate for one, signed by the root that has
// the key of `by`.
struct compose_certificate {
    uint64_t key, epoch, size_from, from_s, until_s, by;
    uint32_t previous;
    bool     is_foreign; // the key is one of another ledger
};

void     compose_certificate(struct buffer *buffer, const struct compose_certificate *certificate);
uint32_t compose_ledger_keyid(uint64_t number);

// The server and the EULA that compose_opening() names; two vendors, with keys 1 and 2; the
// ledger's key is 3, the recovery key 4.
#define COMPOSE_ORIGIN "ledger.example/histories"
#define COMPOSE_SERVER "cam-hq.example"
#define COMPOSE_EULA   "eula-1"

enum { KEY_VENDOR = 1, KEY_LEDGER = 3, KEY_RECOVERY = 4, KEY_ACTOR = 16 };

void compose_opening(struct buffer *buffer);

#endif
