// connections.h - the daemon's sockets: requests in, replies and publications out.
//
// Speaks SP (see api/wire/frame.h) as REP and as PUB over ipc, tcp and tls+tcp, on nng's byte
// streams. nng's threads read, cut and prepare requests; one thread, the loop, takes them all,
// answers and flushes:
//
//   connections_take      -> what waits, at most max
//     connections_reply      staged, copies the body; any number of requests in any order
//     connections_release    ends a request: its memory and its credit go back
//     connections_has_room, connections_publish
//   connections_flush     -> one send per connection carries all that was staged for it
//
// Everything here is called from the loop, but for what says otherwise. Nothing here blocks, but
// connections_take. Everything is bounded: connections, requests in flight per connection, bytes of
// waiting requests, bytes of waiting replies. Who is beyond a bound is not read any more (requests)
// or cut (replies). Times are monotonic milliseconds; sizes are bytes.
#ifndef API_DAEMON_CONNECTIONS_H
#define API_DAEMON_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/wire/frame.h"
#include "core/base/bytes.h"
#include "core/base/status.h"

struct connections;

// Names a connection for ever: a slot that is used again has another generation.
struct connection_id {
    uint32_t slot;
    uint32_t generation; // never 0: a zeroed id names nobody
};

enum { CREDENTIAL_SIZE = 32 };

// Whom a connection has proved to be, as connections_set_credential said.
struct connection_credential {
    bool    is_set;
    uint8_t key[CREDENTIAL_SIZE];
};

enum connection_role { ROLE_REPLY, ROLE_PUBLISH };

// An address to listen at. Texts are borrowed until connections_open returns.
struct listen {
    const char *url; // ipc://path (made with mode 0600), tcp://host:port, tls+tcp://host:port
    enum connection_role role;
    uint32_t             scope; // ROLE_PUBLISH: the caller's, given back with each subscriber
    const char          *certificate_file; // tls+tcp: PEM, the chain; ECDSA P-256, not Ed25519
    const char          *key_file;         // tls+tcp: PEM
    const char          *authority_file;   // tls+tcp: PEM, NULL: clients need no certificate
    bool                 is_plain_allowed; // tcp beyond loopback
};

struct request {
    struct connection_id from;
    uint32_t             listen_index; // where it came in, as given to connections_open
    struct bytes         body;         // until released or its body dropped
    void                *prepared;     // prepared_size bytes, as long as body; NULL when that is 0

    // Private.
    uint8_t        backtrace[FRAME_BACKTRACE_SIZE_MAX];
    uint32_t       backtrace_size;
    struct parcel *parcel;
};

// Zero stands for the default in parentheses.
struct connections_options {
    uint32_t connection_max;    // (4096); never more than the process may open files, less 64
    uint32_t in_flight_max;     // (1024) requests of one connection that are not released
    size_t   request_bytes_max; // (128 MiB) all requests together; what alone is larger never comes
    size_t   reply_bytes_max;   // (128 MiB) all replies and publications together
    size_t   anonymous_size_max; // (16 KiB) a message of a connection without credential
    uint32_t hello_ms;           // (5,000) from accept to the peer's hello, TLS handshake included
    uint32_t message_ms;         // (10,000) from the first byte of a message to its last
    uint32_t send_ms;            // (20,000) for the peer to read a block of at most 64 KiB
    uint32_t idle_ms;            // (300,000) without a byte in either direction; a plain
                                 // subscriber may be idle for ever

    // Decodes and verifies a request before it is queued; may be NULL. Runs on nng's threads, many
    // at once: pure, thread-safe, never blocks, fills request->prepared (zeroed before). Requests
    // which the peer sent before it knew of its login may still be prepared without a credential.
    void (*prepare)(void *context, const struct connection_credential *credential,
                    struct request *request);
    void  *prepare_context;
    size_t prepared_size;
};

// Listens at all addresses. STATUS_USAGE: an address that is not understood or not allowed;
// STATUS_UNREACHABLE: one that cannot be bound; STATUS_IO, STATUS_PERMISSION: a file of TLS;
// STATUS_MALFORMED: not a certificate, or its key does not fit. *failed is then its index. Ends
// with connections_close.
MUST_CHECK enum status connections_open(const struct connections_options *options,
                                        const struct listen *listens, size_t listen_count,
                                        struct connections **connections, size_t *failed);
// Cuts every connection without a further word, frees all. Every request that was taken must have
// been released. NULL is fine.
void                   connections_close(struct connections *connections);

// The bound port of a tcp or tls+tcp address, for those opened with port 0; 0 for ipc.
uint16_t connections_port(const struct connections *connections, size_t listen_index);

// Waits until a request waits, a subscriber is ready, connections_wake was called, or timeout_ms
// have passed; takes what waits, in order of arrival per connection. Flushes first. May return 0 at
// any time. Deadlines are kept in it, so the loop must come back to it several times a second.
size_t connections_take(struct connections *connections, struct request *requests, size_t max,
                        uint32_t timeout_ms);
// Ends a wait in connections_take, or the next one. From any thread and from a signal handler.
void   connections_wake(struct connections *connections);

// Stages the reply, at most MESSAGE_SIZE_MAX; at most one for a request and before its release. A
// connection that is gone takes nothing; one with too many unread replies is cut.
void connections_reply(struct connections *connections, const struct request *request,
                       struct bytes body);
// For a request that is answered much later: gives the memory of body and prepared back now.
void connections_drop_body(struct connections *connections, struct request *request);
// Ends the request, answered or not. Each one taken must be released once.
void connections_release(struct connections *connections, struct request *request);
// Hands all that was staged to the streams.
void connections_flush(struct connections *connections);

bool connections_is_open(const struct connections *connections, struct connection_id id);
// From now on the connection's requests are prepared with this key.
void connections_set_credential(struct connections *connections, struct connection_id id,
                                const uint8_t key[static CREDENTIAL_SIZE]);
// Cuts the connection at once; what was staged for it is lost.
void connections_close_one(struct connections *connections, struct connection_id id);

// There is no queue per subscriber: one with room is asked for what it lacks, one without is left
// out, and connections_take returns when it has room again.
struct subscriber {
    struct connection_id id;
    uint32_t             scope; // of its address
    // The caller's, 0 in the beginning: what it was sent up to.
    uint64_t             cursor;
    uint64_t             rung_size, rung_ms;
};

// They stand in no order, from index 0 on; index and pointer are good until the next
// connections_take.
uint32_t           connections_subscriber_count(const struct connections *connections);
struct subscriber *connections_subscriber(struct connections *connections, uint32_t index);
// Whether something may be staged for it. If not, connections_take returns when it may.
bool connections_has_room(struct connections *connections, const struct subscriber *subscriber);
// Stages one whole message. False: no room for more, this message was not taken.
bool connections_publish(struct connections *connections, const struct subscriber *subscriber,
                         struct bytes message);

enum connection_end {
    END_PEER,  // closed by the peer or the network
    END_HELLO, // another protocol
    END_FRAME, // not SP, too large, or a word from a subscriber
    END_SLOW,  // hello, message or send took too long, or too many unread replies
    END_IDLE,
    END_CALLER, // connections_close_one
    END_COUNT,
};

// Since opening, but for the first four, which are now. Any thread.
struct connections_counts {
    uint64_t open;
    uint64_t open_max; // in force
    uint64_t request_bytes;
    uint64_t reply_bytes;
    uint64_t accepted;
    uint64_t refused; // for want of a slot
    uint64_t ended[END_COUNT];
    uint64_t requests;
};
struct connections_counts connections_counts(struct connections *connections);

#endif
