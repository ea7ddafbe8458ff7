// mailbox.h - what nng's threads leave for the loop: requests, arrivals, ends. And the free slots.
//
// The putting side never blocks. The bell is rung only when the loop may be asleep.
#ifndef API_DAEMON_MAILBOX_H
#define API_DAEMON_MAILBOX_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct connection;
struct parcel;

struct mailbox {
    sem_t              bell;
    atomic_bool        is_woken;
    pthread_mutex_t    lock; // the innermost: under it no other is taken. It guards all below.
    bool               is_loop_asleep;
    bool               is_subscriber_ready;
    struct parcel     *first_parcel;
    struct parcel     *last_parcel;
    struct connection *arrived; // subscribers, by next_arrived
    struct connection *ended;   // by next_idle
    struct connection *free;    // by next_idle
};

// What the loop finds: lists as in struct mailbox, now its own.
struct mail {
    struct parcel     *parcels;
    struct connection *arrived;
    struct connection *ended;
    bool               is_subscriber_ready;
    bool               is_woken; // mailbox_wake was called
};

void mailbox_init(struct mailbox *mailbox);
void mailbox_release(struct mailbox *mailbox);

void mailbox_put_parcel(struct mailbox *mailbox, struct parcel *parcel);
void mailbox_put_arrived(struct mailbox *mailbox, struct connection *connection);
void mailbox_put_ended(struct mailbox *mailbox, struct connection *connection);
// A subscriber that had no room has room again.
void mailbox_put_ready(struct mailbox *mailbox);
// Async-signal-safe.
void mailbox_wake(struct mailbox *mailbox);

// The loop's: empties the box. When there is nothing, it waits that long for something.
void mailbox_take(struct mailbox *mailbox, uint32_t wait_ms, struct mail *mail);

void               mailbox_put_free(struct mailbox *mailbox, struct connection *connection);
struct connection *mailbox_take_free(struct mailbox *mailbox); // NULL: none left

#endif
