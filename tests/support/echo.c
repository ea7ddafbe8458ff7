#include "tests/support/echo.h"

#include "core/base/limits.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAKE_MAX = 256 };

struct echo {
    struct connections  *connections;
    pthread_t            thread;
    atomic_bool          is_stopping;
    atomic_uint_fast64_t number;
    atomic_size_t        size;
};

static void publish(struct echo *echo)
{
    static uint8_t message[MESSAGE_SIZE_MAX];
    const uint64_t number = atomic_load(&echo->number);
    const size_t   size = atomic_load(&echo->size);
    snprintf((char *)message, sizeof message, "number/%llu", (unsigned long long)number);
    for (uint32_t i = 0; i < connections_subscriber_count(echo->connections); i++) {
        struct subscriber *subscriber = connections_subscriber(echo->connections, i);
        if (subscriber->cursor == number) continue;
        if (!connections_has_room(echo->connections, subscriber)) continue;
        if (connections_publish(echo->connections, subscriber, (struct bytes){message, size}))
            subscriber->cursor = number;
    }
}

static void *run(void *argument)
{
    struct echo   *echo = argument;
    struct request requests[TAKE_MAX];
    while (!atomic_load(&echo->is_stopping)) {
        const size_t count = connections_take(echo->connections, requests, TAKE_MAX, 60000);
        for (size_t i = 0; i < count; i++) {
            connections_reply(echo->connections, &requests[i], requests[i].body);
            connections_release(echo->connections, &requests[i]);
        }
        publish(echo);
        connections_flush(echo->connections);
    }
    return NULL;
}

struct echo *echo_open(const struct connections_options *options, const struct listen *listens,
                       size_t listen_count)
{
    size_t            failed = 0;
    struct echo      *echo = calloc(1, sizeof *echo);
    const enum status status =
        connections_open(options, listens, listen_count, &echo->connections, &failed);
    if (status != OK) {
        fprintf(stderr, "echo: %s: %s\n", listens[failed].url, status_sentence(status));
        abort();
    }
    if (pthread_create(&echo->thread, NULL, run, echo) != 0) abort();
    return echo;
}

void echo_close(struct echo *echo)
{
    atomic_store(&echo->is_stopping, true);
    connections_wake(echo->connections);
    pthread_join(echo->thread, NULL);
    connections_close(echo->connections);
    free(echo);
}

void echo_publish(struct echo *echo, uint64_t number, size_t size)
{
    atomic_store(&echo->size, size);
    atomic_store(&echo->number, number);
    connections_wake(echo->connections);
}

struct connections_counts echo_counts(struct echo *echo)
{
    return connections_counts(echo->connections);
}

uint16_t echo_port(const struct echo *echo, size_t listen_index)
{
    return connections_port(echo->connections, listen_index);
}
