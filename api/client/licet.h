// licet.h - the client library: a session with a ledger's daemon.
//
// One struct licet is one connection, one actor, one thread. It connects when first needed, says
// hello, logs in, and does all of it again when the connection is lost; what was not answered yet
// is then sent again, byte by byte the same, so that a proposal counts once whatever happens.
//
//   licet_open      no connection yet
//   licet_call      one request, its reply
//   licet_submit    many requests in flight (at most LICET_FLIGHT_MAX), ...
//   licet_collect   ... their replies in the order in which they come
//   licet_propose   a signed event, until its not_after
//   licet_watch_next  what is new, without a gap
//
// A reply that refuses, or that says an error, is data: the status is OK. Views in a reply live
// until the next call with the same struct licet. Times are milliseconds; those that end in
// timeout_ms are of this machine, all others are ledger time. Requests and replies: PROTOCOL.md.
//
// crypto_start() and hash_start() come before everything here.
#ifndef API_CLIENT_LICET_H
#define API_CLIENT_LICET_H

#include "api/wire/message.h"
#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "core/base/status.h"
#include "core/proof/key.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    LICET_FLIGHT_MAX = 1024, // requests in flight, as the daemon's own bound for a connection
    LICET_TIMEOUT_MS = 10 * 1000,
    LICET_ORIGIN_SIZE_MAX = 128,
};

// Texts and the signer are borrowed until licet_close.
struct licet_options {
    const char          *url;                // ipc://, tcp://, tls+tcp://
    const char          *ca_file;            // tls: whom to trust, PEM; NULL: nobody
    const char          *certificate_file;   // tls: own certificate and key, PEM; may be NULL
    const struct signer *signer;             // NULL: stays without a login
    const char          *origin;             // the only ledger to speak to; NULL: whoever answers
    uint32_t             timeout_ms;         // for an answer; 0: LICET_TIMEOUT_MS
    uint32_t             connect_timeout_ms; // of licet_connect; 0: timeout_ms
    bool                 signs_all;          // also where the ledger would not ask for it
};

// Who speaks with whom. Texts live until licet_close.
struct licet_session {
    const char *origin;
    bool        has_test_clock;
    const char *actor, *group, *role; // empty without a login
};

struct licet_reply {
    uint64_t             ticket; // of the request
    enum message_outcome outcome;
    struct bytes         packed; // the whole reply
    struct bytes         map;    // its second part; look into it with message.h
};

struct licet;

// STATUS_USAGE for an address of another scheme, STATUS_NOT_FOUND for an unusable certificate file,
// STATUS_OUT_OF_MEMORY.
MUST_CHECK enum status licet_open(const struct licet_options *options, struct licet **licet);
void                   licet_close(struct licet *licet); // NULL is fine

// Connects and logs in now, to know whether it works. Tries again until connect_timeout_ms.
//   STATUS_UNREACHABLE    nobody answers there
//   STATUS_BAD_SIGNATURE  the daemon's certificate is not to be trusted
//   STATUS_UNKNOWN_KEY    the ledger does not know the signer
//   STATUS_UNSUPPORTED    what answers is no licetd, or is one of another ledger than `origin`
// Every function below fails with these too, where it has to connect.
MUST_CHECK enum status licet_connect(struct licet *licet);
// Of the newest connection; all texts are empty before the first.
struct licet_session   licet_session(const struct licet *licet);
// What the newest failure was about, for a person; never NULL.
const char            *licet_detail(const struct licet *licet);

// Ledger time now: as of the newest reply that told it, and what has passed here since.
uint64_t licet_time_ms(const struct licet *licet);

// One request made with message_begin_request(); nothing else may be in flight (STATUS_USAGE).
// While the daemon is overloaded it asks again. STATUS_TIMED_OUT and STATUS_UNREACHABLE after
// options.timeout_ms: whether the request was carried out is then unknown.
MUST_CHECK enum status licet_call(struct licet *licet, struct bytes request,
                                  struct licet_reply *reply);

// Takes a copy of the request. STATUS_OVERLOADED: as many are in flight as may be, collect first;
// STATUS_TOO_LARGE above MESSAGE_SIZE_MAX. Sends while collecting, and here where it can at once.
MUST_CHECK enum status licet_submit(struct licet *licet, struct bytes request, uint64_t *ticket);
// The next reply. STATUS_NOT_FOUND: nothing is in flight. After STATUS_TIMED_OUT and
// STATUS_UNREACHABLE all stays in flight: collect again, or forget.
MUST_CHECK enum status licet_collect(struct licet *licet, uint32_t timeout_ms,
                                     struct licet_reply *reply);
uint32_t               licet_in_flight(const struct licet *licet);
// Nothing is in flight any more; late answers go unseen.
void                   licet_forget(struct licet *licet);

// --- Proposals --------------------------------------------------------------

struct licet_proposal {
    uint8_t      id[PROPOSAL_ID_SIZE];
    uint64_t     not_after_ms;
    struct bytes packed; // a view of the caller's memory
    bool         is_signed;
    uint8_t      signature[CRYPTO_SIGNATURE_SIZE];
    bool         wants_receipt; // with the answer, as its "receipt"; the caller sets it
};

// Of an event packed as [kind, fields...]: a random id, not_after as far ahead as the timeout, the
// signature where the kind or the options ask for one. Connects first, to know origin and time.
// STATUS_MALFORMED: not a proposal, licet_detail() names the field. STATUS_TOO_LARGE: no room in
// memory. STATUS_USAGE without a signer.
MUST_CHECK enum status licet_proposal_make(struct licet *licet, struct bytes event,
                                           struct buffer *memory, struct licet_proposal *proposal);
// The same with the id and the not_after_ms that stand in *proposal already: for what must count
// once although the program that proposes it may end before it hears of it.
MUST_CHECK enum status licet_proposal_make_as(struct licet *licet, struct bytes event,
                                              struct buffer         *memory,
                                              struct licet_proposal *proposal);
// Many in one request, each with a verdict of its own: adds one to the items, and the request of so
// many items. One that stops judges nothing behind the first that is not accepted.
enum licet_many { LICET_PREVIEW, LICET_PROPOSE, LICET_PROPOSE_AND_STOP };
void licet_proposal_add(const struct licet_proposal *proposal, bool is_preview,
                        struct buffer *items);
void licet_proposals_request(uint32_t count, struct bytes items, enum licet_many way,
                             struct buffer *request);
// Add the request to propose it, or to ask what that would do.
void licet_proposal_request(const struct licet_proposal *proposal, bool is_preview,
                            struct buffer *request);
// As licet_call. The same proposal may be proposed again after a failure: it counts once.
MUST_CHECK enum status licet_propose(struct licet *licet, const struct licet_proposal *proposal,
                                     struct licet_reply *reply);
MUST_CHECK enum status licet_preview(struct licet *licet, const struct licet_proposal *proposal,
                                     struct licet_reply *reply);

// --- Watching ---------------------------------------------------------------

enum licet_watch_verb { LICET_CHANGES, LICET_LOG };

// The cursor is the first seq not seen yet: keep it, and a later watch goes on where this one was.
struct licet_watch {
    enum licet_watch_verb verb;
    struct bytes          group; // none: everything one may see (log only)
    uint64_t              cursor;
    uint32_t              wait_ms; // how long the daemon waits for something new, at most 60,000
    uint32_t              limit;   // items in a reply; 0: the daemon's own
};

// The next reply, which may have nothing new after wait_ms. Where the flag "reset" of changes is
// true, more has changed than the daemon remembers: read the states anew, then go on. The cursor
// moves when it is there and not before, so a failure loses nothing: call again.
MUST_CHECK enum status licet_watch_next(struct licet *licet, struct licet_watch *watch,
                                        struct licet_reply *reply);

#endif
