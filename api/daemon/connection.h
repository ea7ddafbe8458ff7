// connection.h - one connection: its two turns, its deadlines, its end.
//
// A connection is a slot that is used again. nng's threads and the loop meet in it, under its lock.
//
// The receive turn is held by nng while a receive is out, then by its callback, which cuts and
// prepares requests without the lock; it ends by submitting again, by pausing, or because the
// connection is closing. The send turn is held by nng while a send is out. Who holds a turn alone
// touches what belongs to it.
//
//   free -> start -> (receive turn, send turn)* -> close -> both turns back: ended -> loop: free
//
//   1. Nothing is submitted once is_closing is set.
//   2. A connection is put to mailbox.ended once, by who brings the last turn back after closing.
//   3. Only the loop makes an ended connection free and changes its generation.
//   4. outgoing_size is the sum of what is in outgoing and not sent yet.
//
// Locks, outer first: connection.lock, then one of mailbox.lock, memory.lock, or nng's own.
#ifndef API_DAEMON_CONNECTION_H
#define API_DAEMON_CONNECTION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/daemon/connections.h"
#include "api/daemon/mailbox.h"
#include "api/daemon/memory.h"
#include "api/daemon/parcel.h"

struct nng_aio;
struct nng_stream;

// A deadline that never comes.
#define NEVER UINT64_MAX

// What all connections of the daemon have in common.
struct connection_commons {
    struct connections_options options; // no zeros left
    struct memory              requests;
    struct memory              replies;
    struct mailbox             mailbox;
    atomic_uint                starved_count; // connections that wait for memory of requests
    atomic_uint_fast64_t       open;
    atomic_uint_fast64_t       accepted;
    atomic_uint_fast64_t       refused;
    atomic_uint_fast64_t       request_count;
    atomic_uint_fast64_t       ended[END_COUNT];
};

// Of the address that it came in by.
struct connection_entrance {
    enum connection_role role;
    enum frame_transport transport;
    bool                 is_tls;
    uint32_t             scope;
    uint32_t             listen_index;
};

enum connection_pause { PAUSE_NONE, PAUSE_CREDIT, PAUSE_MEMORY };

struct connection {
    struct connection_commons *commons;
    struct connection_id       id;
    struct connection         *next_arrived; // the mailbox's
    struct connection         *next_idle;    // the mailbox's

    // The receive turn's.
    struct intake   intake;
    bool            is_greeted; // the peer's hello came
    struct nng_aio *receive_aio;
    struct nng_aio *send_aio;

    pthread_mutex_t              lock; // for all up to the loop's
    struct connection_entrance   entrance;
    struct connection_credential credential;
    struct nng_stream           *stream;
    bool                         is_receiving; // the receive turn is out
    bool                         is_sending;   // the send turn is out
    bool                         is_closing;
    bool                         is_ended;
    bool                         is_left_out; // a subscriber that the loop passed over
    enum connection_pause        pause;
    uint32_t                     in_flight; // requests put to the mailbox and not released
    struct block                *outgoing;
    struct block                *outgoing_last;
    size_t                       outgoing_size;
    size_t                       outgoing_sent; // of the first block

    // The loop's.
    struct block      *staged;
    struct block      *staged_last;
    size_t             staged_size;
    uint32_t           released;
    bool               is_dirty;     // something is staged or released
    bool               is_cut_short; // a subscriber for which there was more
    struct connection *next_dirty;
    uint32_t           subscriber_index; // UINT32_MAX: none

    // Milliseconds of connection_clock_ms; written by the turns, read by the loop.
    _Atomic uint64_t receive_deadline_ms;
    _Atomic uint64_t send_deadline_ms;
    _Atomic uint64_t idle_deadline_ms;
};

uint64_t connection_clock_ms(void);

// Makes a zeroed slot usable, with a buffer of INTAKE_SIZE bytes.
void connection_init(struct connection *connection, struct connection_commons *commons,
                     uint32_t slot, uint8_t *buffer);
// Stops what runs, waits for it, and frees. The only function here that waits.
void connection_release(struct connection *connection);

// Takes over the stream, even when it fails for want of memory: then it is closed and the slot is
// still free. On a thread of nng.
MUST_CHECK bool connection_start(struct connection *connection, struct nng_stream *stream,
                                 const struct connection_entrance *entrance);
// Any thread. Does nothing to one that closes already, or that had become another generation.
void            connection_close(struct connection *connection, struct connection_id id,
                                 enum connection_end end);

bool connection_is_open(struct connection *connection);
void connection_set_credential(struct connection *connection,
                               const uint8_t      key[static CREDENTIAL_SIZE]);

// The loop's functions.

// Copies bytes behind what is staged. False: no memory, and what is staged is useless.
MUST_CHECK bool connection_stage(struct connection *connection, struct bytes bytes);
// Hands what is staged and released to the turns.
void            connection_flush(struct connection *connection);
// Receives again when it waited for memory.
void            connection_feed(struct connection *connection);
// Closes it when a deadline has passed.
void            connection_check_deadlines(struct connection *connection, uint64_t now_ms);
// Of a subscriber: nothing is on its way to it. Otherwise it will be put ready when it has room.
bool            connection_has_room(struct connection *connection);
// From ended to free.
void            connection_recycle(struct connection *connection);

#endif
