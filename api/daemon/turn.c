#include "api/daemon/turn.h"

#include "api/daemon/stream.h"
#include "core/base/limits.h"

#include <assert.h>

enum {
    SEND_BLOCK_MAX = 8,              // what an aio of nng can carry
    UNREAD_PAUSE_SIZE = 1024 * 1024, // with so many bytes of unread replies it is not read
};

static struct connections_options *options_of(const struct connection *connection)
{
    return &connection->commons->options;
}

// --- Turns; all under the lock ---------------------------------------------

static void note_movement(struct connection *connection)
{
    const bool may_idle = connection->entrance.role == ROLE_PUBLISH && !connection->entrance.is_tls;
    const uint64_t until_ms = connection_clock_ms() + options_of(connection)->idle_ms;
    atomic_store(&connection->idle_deadline_ms, may_idle ? NEVER : until_ms);
}

static void submit_receive(struct connection *connection)
{
    assert(!connection->is_closing);
    const struct buffer room = intake_room(&connection->intake);
    nng_iov             iov = {.iov_buf = room.at, .iov_len = room.size_max};
    connection->is_receiving = true;
    nng_aio_set_iov(connection->receive_aio, 1, &iov);
    nng_stream_recv(connection->stream, connection->receive_aio);
}

// Runs the receive callback with no byte received, on a thread of nng.
static void resume_receive(struct connection *connection)
{
    assert(!connection->is_closing);
    assert(!connection->is_receiving);
    if (connection->pause == PAUSE_MEMORY) atomic_fetch_sub(&connection->commons->starved_count, 1);
    connection->pause = PAUSE_NONE;
    connection->is_receiving = nng_aio_begin(connection->receive_aio);
    if (connection->is_receiving) nng_aio_finish(connection->receive_aio, 0);
}

static void set_send_deadline(struct connection *connection)
{
    const uint64_t until_ms = connection_clock_ms() + options_of(connection)->send_ms;
    atomic_store(&connection->send_deadline_ms, until_ms);
}

static void submit_send(struct connection *connection)
{
    assert(!connection->is_closing);
    nng_iov      iov[SEND_BLOCK_MAX];
    unsigned int count = 0;
    size_t       sent = connection->outgoing_sent;
    for (struct block *block = connection->outgoing; block != NULL && count < SEND_BLOCK_MAX;
         block = block->next) {
        iov[count++] = (nng_iov){.iov_buf = block->at + sent, .iov_len = block->size - sent};
        sent = 0;
    }
    connection->is_sending = true;
    nng_aio_set_iov(connection->send_aio, count, iov);
    nng_stream_send(connection->stream, connection->send_aio);
}

static void close_stream(struct connection *connection, enum connection_end end)
{
    if (connection->is_closing) return;
    connection->is_closing = true;
    atomic_fetch_add(&connection->commons->ended[end], 1); // before the peer can know
    if (connection->pause == PAUSE_MEMORY) atomic_fetch_sub(&connection->commons->starved_count, 1);
    connection->pause = PAUSE_NONE;
    nng_stream_close(connection->stream);
}

// The last word of every function that closes, or brings a turn back.
static void end_when_still(struct connection *connection)
{
    if (!connection->is_closing || connection->is_ended) return;
    if (connection->is_receiving || connection->is_sending) return;
    connection->is_ended = true;
    mailbox_put_ended(&connection->commons->mailbox, connection);
}

static uint32_t credit(const struct connection *connection)
{
    const uint32_t max = options_of(connection)->in_flight_max;
    if (connection->outgoing_size > UNREAD_PAUSE_SIZE) return 0;
    return connection->in_flight < max ? max - connection->in_flight : 0;
}

// Any credit will do: it comes back by groups, and requests that are answered late must not keep
// it.
void turn_resume_when_due(struct connection *connection)
{
    if (connection->pause != PAUSE_CREDIT || connection->is_closing) return;
    if (credit(connection) == 0) return;
    resume_receive(connection);
}

// --- The receive turn; without the lock -------------------------------------

enum turn { TURN_RECEIVE, TURN_NO_CREDIT, TURN_NO_MEMORY, TURN_PEER_GONE, TURN_HELLO, TURN_FRAME };

// TURN_RECEIVE: greeted, go on; or not yet, receive more when intake has none left.
static enum turn greet(struct connection *connection)
{
    struct intake            *intake = &connection->intake;
    const enum frame_protocol peer =
        connection->entrance.role == ROLE_REPLY ? FRAME_REQUEST : FRAME_SUBSCRIBE;
    if (intake->end - intake->begin < FRAME_HELLO_SIZE) return TURN_RECEIVE;
    if (!frame_is_hello(intake->buffer + intake->begin, peer)) return TURN_HELLO;
    intake->begin += FRAME_HELLO_SIZE;
    connection->is_greeted = true;
    atomic_store(&connection->receive_deadline_ms, NEVER);
    if (peer == FRAME_SUBSCRIBE) mailbox_put_arrived(&connection->commons->mailbox, connection);
    return TURN_RECEIVE;
}

static void deliver(struct connection *connection, const struct connection_credential *credential,
                    struct parcel *parcel)
{
    const struct connections_options *options = options_of(connection);
    for (uint32_t i = 0; options->prepare != NULL && i < parcel->request_count; i++) {
        options->prepare(options->prepare_context, credential, &parcel->requests[i]);
    }
    atomic_fetch_add(&connection->commons->request_count, parcel->request_count);

    // Counted before the loop can release it.
    pthread_mutex_lock(&connection->lock);
    connection->in_flight += parcel->request_count;
    pthread_mutex_unlock(&connection->lock);
    mailbox_put_parcel(&connection->commons->mailbox, parcel);
}

static struct intake_terms terms_of(struct connection            *connection,
                                    struct connection_credential *credential)
{
    const struct connections_options *options = options_of(connection);
    pthread_mutex_lock(&connection->lock);
    *credential = connection->credential;
    const uint32_t request_max = connection->is_closing ? 0 : credit(connection);
    pthread_mutex_unlock(&connection->lock);
    return (struct intake_terms){
        .memory = &connection->commons->requests,
        .transport = connection->entrance.transport,
        .size_max = credential->is_set ? MESSAGE_SIZE_MAX : options->anonymous_size_max,
        .request_max = request_max,
        .prepared_size = options->prepared_size,
        .from = connection->id,
        .listen_index = connection->entrance.listen_index,
    };
}

// Cuts what has been received into parcels until something lacks.
static enum turn cut_requests(struct connection *connection, bool *is_any_delivered)
{
    for (;;) { // each round takes a message out of the buffer, or ends
        struct connection_credential credential;
        const struct intake_terms    terms = terms_of(connection, &credential);
        struct parcel               *parcel = NULL;
        if (terms.request_max == 0) return TURN_NO_CREDIT;
        switch (intake_next(&connection->intake, &terms, &parcel)) {
        case INTAKE_PARCEL:
            deliver(connection, &credential, parcel);
            *is_any_delivered = true;
            break;
        case INTAKE_MORE:
            return TURN_RECEIVE;
        case INTAKE_NO_MEMORY:
            return TURN_NO_MEMORY;
        case INTAKE_BROKEN:
            return TURN_FRAME;
        }
    }
}

// A message has its time from its first byte to its last. While we do not read, it has all time.
static void set_receive_deadline(struct connection *connection, enum turn turn, bool is_new_message)
{
    const uint64_t until_ms = connection_clock_ms() + options_of(connection)->message_ms;
    const bool     is_awaited = turn == TURN_RECEIVE && intake_is_midway(&connection->intake);
    const uint64_t current_ms = atomic_load(&connection->receive_deadline_ms);
    if (!is_awaited) {
        atomic_store(&connection->receive_deadline_ms, NEVER);
    } else if (is_new_message || current_ms == NEVER) {
        atomic_store(&connection->receive_deadline_ms, until_ms);
    }
}

static enum turn digest(struct connection *connection)
{
    const int result = nng_aio_result(connection->receive_aio);
    if (result != 0) return TURN_PEER_GONE;
    intake_add(&connection->intake, nng_aio_count(connection->receive_aio));
    if (!connection->is_greeted) {
        const enum turn turn = greet(connection);
        if (turn != TURN_RECEIVE || !connection->is_greeted) return turn;
    }
    if (connection->entrance.role == ROLE_PUBLISH) {
        return intake_is_midway(&connection->intake) ? TURN_FRAME : TURN_RECEIVE;
    }

    bool            is_any_delivered = false;
    const enum turn turn = cut_requests(connection, &is_any_delivered);
    set_receive_deadline(connection, turn, is_any_delivered);
    return turn;
}

static void pause_receive(struct connection *connection, enum connection_pause pause)
{
    connection->is_receiving = false;
    if (connection->is_closing) return;
    connection->pause = pause;
    if (pause == PAUSE_MEMORY) atomic_fetch_add(&connection->commons->starved_count, 1);
    turn_resume_when_due(connection);
}

static void end_receive_turn(struct connection *connection, enum turn turn)
{
    switch (turn) {
    case TURN_RECEIVE:
        if (connection->is_closing) break;
        submit_receive(connection);
        return;
    case TURN_NO_CREDIT:
        pause_receive(connection, PAUSE_CREDIT);
        return;
    case TURN_NO_MEMORY:
        pause_receive(connection, PAUSE_MEMORY);
        return;
    case TURN_PEER_GONE:
        close_stream(connection, END_PEER);
        break;
    case TURN_HELLO:
        close_stream(connection, END_HELLO);
        break;
    case TURN_FRAME:
        close_stream(connection, END_FRAME);
        break;
    }
    connection->is_receiving = false;
}

static void received(void *argument)
{
    struct connection *connection = argument;
    const enum turn    turn = digest(connection);
    pthread_mutex_lock(&connection->lock);
    note_movement(connection);
    end_receive_turn(connection, turn);
    end_when_still(connection);
    pthread_mutex_unlock(&connection->lock);
}

// --- The send turn ----------------------------------------------------------

// Takes what has been sent off outgoing; whole blocks are returned.
static struct block *take_sent(struct connection *connection, size_t size)
{
    struct block *sent = NULL;
    assert(size <= connection->outgoing_size);
    connection->outgoing_size -= size;
    connection->outgoing_sent += size;
    while (connection->outgoing != NULL &&
           connection->outgoing_sent >= connection->outgoing->size) {
        struct block *block = connection->outgoing;
        connection->outgoing_sent -= block->size;
        connection->outgoing = block->next;
        block->next = sent;
        sent = block;
    }
    if (connection->outgoing == NULL) connection->outgoing_last = NULL;
    return sent;
}

static void go_on_sending(struct connection *connection, bool is_progress)
{
    if (connection->outgoing != NULL) {
        // The time runs per block, not per byte.
        if (is_progress) set_send_deadline(connection);
        submit_send(connection);
        return;
    }
    atomic_store(&connection->send_deadline_ms, NEVER);
    if (connection->is_left_out) mailbox_put_ready(&connection->commons->mailbox);
    connection->is_left_out = false;
}

static void sent(void *argument)
{
    struct connection *connection = argument;
    struct block      *blocks = NULL;
    pthread_mutex_lock(&connection->lock);
    connection->is_sending = false;
    if (nng_aio_result(connection->send_aio) != 0) close_stream(connection, END_PEER);
    if (!connection->is_closing) {
        blocks = take_sent(connection, nng_aio_count(connection->send_aio));
        note_movement(connection);
        go_on_sending(connection, blocks != NULL);
        turn_resume_when_due(connection);
    }
    end_when_still(connection);
    pthread_mutex_unlock(&connection->lock);
    memory_give_back(&connection->commons->replies, blocks);
}

// --- For the connection ---------------------------------------------------------------

bool turn_prepare(struct connection *connection)
{
    if (connection->receive_aio == NULL &&
        nng_aio_alloc(&connection->receive_aio, received, connection) != 0) {
        return false;
    }
    return connection->send_aio != NULL ||
           nng_aio_alloc(&connection->send_aio, sent, connection) == 0;
}

void turn_begin(struct connection *connection)
{
    const uint64_t until_ms = connection_clock_ms() + options_of(connection)->hello_ms;
    atomic_store(&connection->receive_deadline_ms, until_ms);
    set_send_deadline(connection);
    note_movement(connection);
    submit_send(connection);
    submit_receive(connection);
}

void turn_send(struct connection *connection)
{
    if (connection->is_sending) return;
    set_send_deadline(connection);
    submit_send(connection);
}

void turn_resume_when_fed(struct connection *connection)
{
    if (connection->pause == PAUSE_MEMORY) resume_receive(connection);
}

void turn_close(struct connection *connection, enum connection_end end)
{
    close_stream(connection, end);
    end_when_still(connection);
}
