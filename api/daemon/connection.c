#include "api/daemon/connection.h"

#include "api/daemon/stream.h"
#include "api/daemon/turn.h"

#include <assert.h>
#include <string.h>
#include <time.h>

enum {
    STAGE_SIZE_MAX = 64 * 1024 - (int)sizeof(struct block),
    UNREAD_SIZE_MAX = 8 * 1024 * 1024, // with so many bytes of unread replies it is cut
};

// Not nng_clock(): as Debian builds it, that is the wall clock, and a step of it would cut
// everybody.
uint64_t connection_clock_ms(void)
{
    struct timespec now;
    const int       result = clock_gettime(CLOCK_MONOTONIC, &now);
    assert(result == 0);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// --- Life -------------------------------------------------------------------

void connection_init(struct connection *connection, struct connection_commons *commons,
                     uint32_t slot, uint8_t *buffer)
{
    connection->commons = commons;
    connection->id = (struct connection_id){.slot = slot, .generation = 1};
    connection->intake.buffer = buffer;
    connection->subscriber_index = UINT32_MAX;
    atomic_init(&connection->receive_deadline_ms, NEVER);
    atomic_init(&connection->send_deadline_ms, NEVER);
    atomic_init(&connection->idle_deadline_ms, NEVER);
    pthread_mutex_init(&connection->lock, NULL);
}

// The hello is the first thing that is sent.
static bool make_hello(struct connection *connection, enum connection_role role)
{
    struct block *block = memory_take(&connection->commons->replies, FRAME_HELLO_SIZE);
    if (block == NULL) return false;
    frame_hello(role == ROLE_REPLY ? FRAME_REPLY : FRAME_PUBLISH, block->at);
    block->size = FRAME_HELLO_SIZE;
    connection->outgoing = block;
    connection->outgoing_last = block;
    connection->outgoing_size = block->size;
    return true;
}

bool connection_start(struct connection *connection, struct nng_stream *stream,
                      const struct connection_entrance *entrance)
{
    if (!turn_prepare(connection) || !make_hello(connection, entrance->role)) {
        nng_stream_free(stream);
        return false;
    }
    atomic_fetch_add(&connection->commons->open, 1);
    pthread_mutex_lock(&connection->lock);
    connection->stream = stream;
    connection->entrance = *entrance;
    turn_begin(connection);
    pthread_mutex_unlock(&connection->lock);
    return true;
}

void connection_close(struct connection *connection, struct connection_id id,
                      enum connection_end end)
{
    pthread_mutex_lock(&connection->lock);
    if (connection->stream != NULL && connection->id.generation == id.generation) {
        turn_close(connection, end);
    }
    pthread_mutex_unlock(&connection->lock);
}

bool connection_is_open(struct connection *connection)
{
    pthread_mutex_lock(&connection->lock);
    const bool is_open = !connection->is_closing;
    pthread_mutex_unlock(&connection->lock);
    return is_open;
}

void connection_set_credential(struct connection *connection,
                               const uint8_t      key[static CREDENTIAL_SIZE])
{
    pthread_mutex_lock(&connection->lock);
    connection->credential.is_set = true;
    memcpy(connection->credential.key, key, CREDENTIAL_SIZE);
    pthread_mutex_unlock(&connection->lock);
}

static void forget_messages(struct connection *connection)
{
    struct connection_commons *commons = connection->commons;
    intake_clear(&connection->intake, &commons->requests);
    memory_give_back(&commons->replies, connection->outgoing);
    memory_give_back(&commons->replies, connection->staged);
    connection->outgoing = NULL;
    connection->outgoing_last = NULL;
    connection->outgoing_size = 0;
    connection->outgoing_sent = 0;
    connection->staged = NULL;
    connection->staged_last = NULL;
    connection->staged_size = 0;
    connection->released = 0;
    connection->in_flight = 0;
}

void connection_recycle(struct connection *connection)
{
    struct connection_commons *commons = connection->commons;
    // Who put it to ended may still hold the lock.
    pthread_mutex_lock(&connection->lock);
    assert(connection->is_ended);
    nng_stream_free(connection->stream);
    forget_messages(connection);
    connection->stream = NULL;
    connection->credential = (struct connection_credential){.is_set = false};
    connection->is_greeted = false;
    connection->is_closing = false;
    connection->is_ended = false;
    connection->is_left_out = false;
    connection->is_cut_short = false;
    connection->id.generation++;
    if (connection->id.generation == 0) connection->id.generation = 1;
    atomic_store(&connection->receive_deadline_ms, NEVER);
    atomic_store(&connection->send_deadline_ms, NEVER);
    atomic_store(&connection->idle_deadline_ms, NEVER);
    atomic_fetch_sub(&commons->open, 1);
    pthread_mutex_unlock(&connection->lock);
}

void connection_release(struct connection *connection)
{
    connection_close(connection, connection->id, END_CALLER);
    if (connection->receive_aio != NULL) nng_aio_stop(connection->receive_aio);
    if (connection->send_aio != NULL) nng_aio_stop(connection->send_aio);
    forget_messages(connection);
    if (connection->stream != NULL) nng_stream_free(connection->stream);
    nng_aio_free(connection->receive_aio);
    nng_aio_free(connection->send_aio);
    pthread_mutex_destroy(&connection->lock);
}

// --- The loop's side --------------------------------------------------------

// Blocks grow with what is staged: little for one reply, few of them for many.
static struct block *next_block(struct connection *connection, size_t size)
{
    size_t wanted = connection->staged_size > size ? connection->staged_size : size;
    if (wanted > STAGE_SIZE_MAX) wanted = STAGE_SIZE_MAX;
    struct block *block = memory_take(&connection->commons->replies, wanted);
    if (block == NULL) return NULL;
    if (connection->staged_last == NULL) {
        connection->staged = block;
    } else {
        connection->staged_last->next = block;
    }
    connection->staged_last = block;
    return block;
}

bool connection_stage(struct connection *connection, struct bytes bytes)
{
    if (connection->staged_size + bytes.size > UNREAD_SIZE_MAX) return false;
    while (bytes.size > 0) { // each round fills a block or ends
        struct block *block = connection->staged_last;
        if (block == NULL || block->size == block->size_max) {
            block = next_block(connection, bytes.size);
        }
        if (block == NULL) return false;
        const size_t room = block->size_max - block->size;
        const size_t size = bytes.size < room ? bytes.size : room;
        memcpy(block->at + block->size, bytes.at, size);
        block->size += size;
        connection->staged_size += size;
        bytes = bytes_after(bytes, size);
    }
    return true;
}

// Under the lock.
static void send_staged(struct connection *connection)
{
    if (connection->staged == NULL) return;
    if (connection->outgoing == NULL) {
        connection->outgoing = connection->staged;
    } else {
        connection->outgoing_last->next = connection->staged;
    }
    connection->outgoing_last = connection->staged_last;
    connection->outgoing_size += connection->staged_size;
    connection->staged = NULL;
    connection->staged_last = NULL;
    connection->staged_size = 0;
    turn_send(connection);
}

void connection_flush(struct connection *connection)
{
    pthread_mutex_lock(&connection->lock);
    assert(connection->released <= connection->in_flight);
    connection->in_flight -= connection->released;
    connection->released = 0;
    if (connection->is_cut_short) connection->is_left_out = true;
    connection->is_cut_short = false;
    if (!connection->is_closing) {
        send_staged(connection);
        if (connection->outgoing_size > UNREAD_SIZE_MAX) turn_close(connection, END_SLOW);
        turn_resume_when_due(connection);
    }
    pthread_mutex_unlock(&connection->lock);
}

void connection_feed(struct connection *connection)
{
    pthread_mutex_lock(&connection->lock);
    turn_resume_when_fed(connection);
    pthread_mutex_unlock(&connection->lock);
}

void connection_check_deadlines(struct connection *connection, uint64_t now_ms)
{
    const bool is_slow = atomic_load(&connection->receive_deadline_ms) < now_ms ||
                         atomic_load(&connection->send_deadline_ms) < now_ms;
    const bool is_idle = atomic_load(&connection->idle_deadline_ms) < now_ms;
    if (!is_slow && !is_idle) return;
    // The slot may have been left alone since; its id cannot have changed, that is the loop's.
    connection_close(connection, connection->id, is_slow ? END_SLOW : END_IDLE);
}

bool connection_has_room(struct connection *connection)
{
    pthread_mutex_lock(&connection->lock);
    const bool has_room = !connection->is_sending && !connection->is_closing;
    if (!has_room) connection->is_left_out = true;
    pthread_mutex_unlock(&connection->lock);
    return has_room;
}
