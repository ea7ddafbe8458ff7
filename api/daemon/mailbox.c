// For sem_clockwait: a wait that does not follow the wall clock.
#define _GNU_SOURCE // NOLINT
#include "api/daemon/mailbox.h"

#include "api/daemon/connection.h"

#include <errno.h>
#include <time.h>

void mailbox_init(struct mailbox *mailbox)
{
    *mailbox = (struct mailbox){.first_parcel = NULL};
    pthread_mutex_init(&mailbox->lock, NULL);
    sem_init(&mailbox->bell, 0, 0);
}

void mailbox_release(struct mailbox *mailbox)
{
    pthread_mutex_destroy(&mailbox->lock);
    sem_destroy(&mailbox->bell);
}

// Ends what the callers began by locking.
static void unlock_and_ring(struct mailbox *mailbox)
{
    const bool is_needed = mailbox->is_loop_asleep;
    mailbox->is_loop_asleep = false;
    pthread_mutex_unlock(&mailbox->lock);
    if (is_needed) sem_post(&mailbox->bell);
}

void mailbox_put_parcel(struct mailbox *mailbox, struct parcel *parcel)
{
    parcel->next = NULL;
    pthread_mutex_lock(&mailbox->lock);
    if (mailbox->first_parcel == NULL) {
        mailbox->first_parcel = parcel;
    } else {
        mailbox->last_parcel->next = parcel;
    }
    mailbox->last_parcel = parcel;
    unlock_and_ring(mailbox);
}

void mailbox_put_arrived(struct mailbox *mailbox, struct connection *connection)
{
    pthread_mutex_lock(&mailbox->lock);
    connection->next_arrived = mailbox->arrived;
    mailbox->arrived = connection;
    unlock_and_ring(mailbox);
}

void mailbox_put_ended(struct mailbox *mailbox, struct connection *connection)
{
    pthread_mutex_lock(&mailbox->lock);
    connection->next_idle = mailbox->ended;
    mailbox->ended = connection;
    unlock_and_ring(mailbox);
}

void mailbox_put_ready(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->is_subscriber_ready = true;
    unlock_and_ring(mailbox);
}

void mailbox_wake(struct mailbox *mailbox)
{
    if (!atomic_exchange(&mailbox->is_woken, true)) sem_post(&mailbox->bell);
}

void mailbox_put_free(struct mailbox *mailbox, struct connection *connection)
{
    pthread_mutex_lock(&mailbox->lock);
    connection->next_idle = mailbox->free;
    mailbox->free = connection;
    pthread_mutex_unlock(&mailbox->lock);
}

struct connection *mailbox_take_free(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    struct connection *connection = mailbox->free;
    if (connection != NULL) mailbox->free = connection->next_idle;
    pthread_mutex_unlock(&mailbox->lock);
    return connection;
}

// True when there was something; otherwise notes that the loop goes to sleep, if it will.
static bool empty(struct mailbox *mailbox, bool will_sleep, struct mail *mail)
{
    pthread_mutex_lock(&mailbox->lock);
    *mail = (struct mail){
        .parcels = mailbox->first_parcel,
        .arrived = mailbox->arrived,
        .ended = mailbox->ended,
        .is_subscriber_ready = mailbox->is_subscriber_ready,
    };
    mailbox->first_parcel = NULL;
    mailbox->last_parcel = NULL;
    mailbox->arrived = NULL;
    mailbox->ended = NULL;
    mailbox->is_subscriber_ready = false;
    const bool is_found = mail->parcels != NULL || mail->arrived != NULL || mail->ended != NULL ||
                          mail->is_subscriber_ready;
    mailbox->is_loop_asleep = will_sleep && !is_found;
    pthread_mutex_unlock(&mailbox->lock);
    return is_found;
}

static void sleep_until_rung(struct mailbox *mailbox, uint32_t wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    // An interruption ends the wait as a call of mailbox_wake does; too early harms nobody.
    (void)sem_clockwait(&mailbox->bell, CLOCK_MONOTONIC, &until);
}

void mailbox_take(struct mailbox *mailbox, uint32_t wait_ms, struct mail *mail)
{
    const bool is_woken = atomic_exchange(&mailbox->is_woken, false);
    const bool will_sleep = wait_ms > 0 && !is_woken;
    if (!empty(mailbox, will_sleep, mail) && will_sleep) {
        sleep_until_rung(mailbox, wait_ms);
        (void)empty(mailbox, false, mail);
    }
    mail->is_woken = is_woken || atomic_exchange(&mailbox->is_woken, false);
}
