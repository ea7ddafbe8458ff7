// ask.h - a request as it was asked: which verb, with which arguments, and whether the signatures
// in it verify. Made on the connection's thread, before the loop sees the request.
//
// The verbs and their arguments are rows; PROTOCOL.md says the same in words.
#ifndef API_DAEMON_ASK_H
#define API_DAEMON_ASK_H

#include "api/daemon/connections.h"
#include "core/base/field.h"
#include "core/base/limits.h"
#include "core/event/proposal.h"

enum verb {
    VERB_ACCESS,
    VERB_ACTORS,
    VERB_ARCHIVE,
    VERB_CHANGES,
    VERB_CHECKPOINT,
    VERB_CLOCK,
    VERB_CONNECT,
    VERB_CONSISTENCY,
    VERB_CONTACT,
    VERB_COSIGN,
    VERB_EXPIRING,
    VERB_FORECAST,
    VERB_EXPLAIN,
    VERB_HELLO,
    VERB_HOLDINGS,
    VERB_LICENSE,
    VERB_LOG,
    VERB_LOGIN,
    VERB_MODE,
    VERB_OUTCOME,
    VERB_PREVIEW,
    VERB_PROPOSE,
    VERB_RECEIPT,
    VERB_REMINDERS,
    VERB_STATE,
    VERB_STATUS,
    VERB_TIGHT,
    VERB_TREE,
    VERB_USER,
    VERB_WHO,
    VERB_WHY,
    VERB_UNKNOWN,
};

// All arguments of all verbs; a verb's rows say which of them it takes. Views borrow from the body.
struct arguments {
    struct bytes group, resource, unit, user;
    struct bytes key, signature, proposal, proposals, id, cursor;
    struct bytes action, who, version, receipt;
    struct bytes actor, name, mail, phone, note;
    uint64_t     after, limit, wait, since, depth, within, below;
    uint64_t     seq, size, from, to, time, not_after;
    bool         has_digest, is_erased, is_undelivered, stops;
};

#define ARGUMENT_ABSENT UINT64_MAX

enum { WAIT_MS_MAX = 60 * 1000, PAGE_MAX = 1000, PAGE_DEFAULT = 100 };

// A signature that came with a proposal.
enum signature_state { SIGNATURE_NONE, SIGNATURE_GOOD, SIGNATURE_BAD };

struct ask {
    enum verb        verb;
    const char      *offence; // an argument that is wrong, by name; NULL
    char             offence_room[NAME_SIZE_MAX + 1];
    struct arguments arguments;
    uint8_t          signatures[MESSAGE_PROPOSAL_MAX]; // enum signature_state of each proposal
    // With whose key they were verified: that of the session when the request came in. Another may
    // have logged in before the loop takes it.
    struct connection_credential credential;
};

const char          *verb_name(enum verb verb);
// Answered before login.
bool                 verb_is_open(enum verb verb);
// The arguments of a verb, for tests that hold PROTOCOL.md to the rows.
const struct record *verb_arguments(enum verb verb);

// Of a proposal: that the answer brings the receipt of its event.
bool ask_wants_receipt(const struct ask *ask);

// The prepare function of connections: context is the ledger's origin, a struct bytes.
void ask_prepare(void *context, const struct connection_credential *credential,
                 struct request *request);

// Whether the key signed the proposal. From any thread.
bool ask_verify(struct bytes origin, const uint8_t key[static CREDENTIAL_SIZE],
                struct bytes proposal, struct bytes signature);

// Steps through [[proposal, signature or nil]…]; start with ask_proposals(ask).
struct pack_reader ask_proposals(const struct ask *ask, uint32_t *count);
struct bytes       ask_next_proposal(struct pack_reader *reader, struct bytes *signature);

#endif
