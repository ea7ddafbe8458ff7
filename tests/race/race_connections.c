// Everything that may happen to connections at once: pipelining, breaking off, waking, cutting,
// credentials, publishing, counting. ThreadSanitizer looks on; libnng itself is not instrumented.
#include "tests/support/echo.h"
#include "tests/support/peer.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUND_COUNT = 60, WINDOW = 50, TAKE_MAX = 64, PIPELINER_COUNT = 3 };

static char                path[128];
static struct connections *connections;
static atomic_bool         is_stopping;
static atomic_uint         prepared_count;

static void prepare(void *context, const struct connection_credential *credential,
                    struct request *request)
{
    uint32_t *sum = request->prepared;
    assert(context == path);
    *sum = credential->is_set ? credential->key[0] : 0;
    for (size_t i = 0; i < request->body.size; i++)
        *sum += request->body.at[i];
    atomic_fetch_add(&prepared_count, 1);
}

static void publish(uint64_t number)
{
    static uint8_t message[20 * 1000];
    for (uint32_t i = 0; i < connections_subscriber_count(connections); i++) {
        struct subscriber *subscriber = connections_subscriber(connections, i);
        if (subscriber->cursor == number) continue;
        if (!connections_has_room(connections, subscriber)) continue;
        const struct bytes bytes = {message, sizeof message};
        if (connections_publish(connections, subscriber, bytes)) subscriber->cursor = number;
    }
}

// Logs each connection in at its first request, and cuts some.
static void serve(struct request *request, uint64_t number)
{
    static const uint8_t key[CREDENTIAL_SIZE] = {1};
    const uint32_t      *sum = request->prepared;
    connections_set_credential(connections, request->from, key);
    if (number % 501 == 0) connections_close_one(connections, request->from);
    if (number % 3 == 0) connections_drop_body(connections, request);
    connections_reply(connections, request, number % 3 == 0 ? bytes_of_text("") : request->body);
    if (number % 3 != 0) assert(*sum < UINT32_MAX);
    connections_release(connections, request);
}

static void *loop(void *unused)
{
    struct request requests[TAKE_MAX];
    uint64_t       number = 0;
    uint64_t       turn = 0;
    (void)unused;
    while (!atomic_load(&is_stopping)) {
        const size_t count = connections_take(connections, requests, TAKE_MAX, 50);
        for (size_t i = 0; i < count; i++)
            serve(&requests[i], ++number);
        publish(++turn);
        connections_flush(connections);
    }
    return NULL;
}

static void *wake_and_count(void *unused)
{
    (void)unused;
    while (!atomic_load(&is_stopping)) {
        connections_wake(connections);
        const struct connections_counts counts = connections_counts(connections);
        assert(counts.open <= counts.open_max);
        usleep(500);
    }
    return NULL;
}

// Sends many, reads some or all, and leaves in one of two ways.
static void *pipeline(void *argument)
{
    static const uint8_t body[700];
    const size_t         which = (size_t)argument;
    for (uint32_t round = 0; round < ROUND_COUNT; round++) {
        uint8_t       memory[1000];
        struct peer   peer = peer_dial_ipc(path);
        struct buffer reply = buffer_over(memory, sizeof memory);
        uint32_t      id = 0;
        bool          is_open = peer_greet(peer, FRAME_REQUEST, FRAME_REPLY);
        for (uint32_t i = 0; is_open && i < WINDOW; i++)
            is_open = peer_send_request(peer, i, (struct bytes){body, sizeof body});
        for (uint32_t i = 0; is_open && i < WINDOW * (round % 3) / 2; i++)
            is_open = peer_receive_reply(peer, &id, &reply);
        if ((round + which) % 2 == 0)
            peer_slam(&peer);
        else
            peer_hang_up(&peer);
    }
    return NULL;
}

static void *subscribe(void *argument)
{
    static uint8_t memory[20 * 1000];
    const char    *publications = argument;
    for (uint32_t round = 0; round < ROUND_COUNT; round++) {
        struct peer peer = peer_dial_ipc(publications);
        bool        is_open = peer_greet(peer, FRAME_SUBSCRIBE, FRAME_PUBLISH);
        for (uint32_t i = 0; is_open && i < round % 20; i++) {
            struct buffer message = buffer_over(memory, sizeof memory);
            is_open = peer_receive(peer, &message);
        }
        peer_hang_up(&peer);
    }
    return NULL;
}

static void open_at(const char *requests_url, const char *publications_url)
{
    const struct listen listens[] = {
        {.url = requests_url  },
        { .url = publications_url, .role = ROLE_PUBLISH}
    };
    const struct connections_options options = {
        .connection_max = 64,
        .in_flight_max = 20,
        .request_bytes_max = 256 * 1024,
        .prepare = prepare,
        .prepare_context = path,
        .prepared_size = sizeof(uint32_t),
    };
    size_t            failed = 0;
    const enum status status = connections_open(&options, listens, 2, &connections, &failed);
    assert(status == OK);
}

int main(void)
{
    char      folder[] = "/tmp/licet-race-XXXXXX";
    char      publications[128];
    char      urls[2][160];
    pthread_t background[2];
    pthread_t clients[PIPELINER_COUNT + 1];
    if (mkdtemp(folder) == NULL) return 1;
    snprintf(path, sizeof path, "%s/requests", folder);
    snprintf(publications, sizeof publications, "%s/publications", folder);
    snprintf(urls[0], sizeof urls[0], "ipc://%s", path);
    snprintf(urls[1], sizeof urls[1], "ipc://%s", publications);
    open_at(urls[0], urls[1]);

    pthread_create(&background[0], NULL, loop, NULL);
    pthread_create(&background[1], NULL, wake_and_count, NULL);
    for (size_t i = 0; i < PIPELINER_COUNT; i++)
        pthread_create(&clients[i], NULL, pipeline, (void *)i);
    pthread_create(&clients[PIPELINER_COUNT], NULL, subscribe, publications);
    for (size_t i = 0; i <= PIPELINER_COUNT; i++)
        pthread_join(clients[i], NULL);
    atomic_store(&is_stopping, true);
    for (size_t i = 0; i < 2; i++)
        pthread_join(background[i], NULL);

    connections_close(connections);
    printf("%u requests\n", atomic_load(&prepared_count));
    rmdir(folder);
    return atomic_load(&prepared_count) > ROUND_COUNT ? 0 : 1;
}
