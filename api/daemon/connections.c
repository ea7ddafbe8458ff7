#include "api/daemon/connections.h"

#include "api/daemon/connection.h"
#include "api/daemon/listener.h"
#include "core/base/limits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum {
    TICK_MS = 250,                    // how late a deadline may be noticed
    DESCRIPTOR_RESERVE = 64,          // for the store, listeners, logs
    SUBSCRIBER_SIZE_MAX = 512 * 1024, // staged for one subscriber at a time
};

struct connections {
    struct connection_commons commons;
    struct listener          *listeners;
    size_t                    listener_count;
    struct connection        *slots;
    uint8_t                  *buffers; // slots × INTAKE_SIZE, of which only what is used exists

    // The loop's.
    struct connection *first_dirty;
    struct parcel     *inbox; // taken from the mailbox; the first may be taken in part
    struct parcel     *inbox_last;
    struct subscriber *subscribers;
    uint32_t           subscriber_count;
    uint64_t           next_tick_ms;
};

// --- Opening and closing ----------------------------------------------------

static uint32_t number_or(uint32_t number, uint32_t otherwise)
{
    return number == 0 ? otherwise : number;
}

static size_t size_or(size_t size, size_t otherwise)
{
    return size == 0 ? otherwise : size;
}

static uint32_t descriptor_max(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur > UINT32_MAX) return UINT32_MAX;
    return files.rlim_cur > DESCRIPTOR_RESERVE ? (uint32_t)files.rlim_cur - DESCRIPTOR_RESERVE : 1;
}

static struct connections_options with_defaults(struct connections_options options)
{
    const uint32_t room = descriptor_max();
    options.connection_max = number_or(options.connection_max, 4096);
    if (options.connection_max > room) options.connection_max = room;
    options.in_flight_max = number_or(options.in_flight_max, 1024);
    options.request_bytes_max = size_or(options.request_bytes_max, (size_t)128 << 20);
    options.reply_bytes_max = size_or(options.reply_bytes_max, (size_t)128 << 20);
    options.anonymous_size_max = size_or(options.anonymous_size_max, (size_t)16 << 10);
    options.hello_ms = number_or(options.hello_ms, 5 * 1000);
    options.message_ms = number_or(options.message_ms, 10 * 1000);
    options.send_ms = number_or(options.send_ms, 20 * 1000);
    options.idle_ms = number_or(options.idle_ms, 300 * 1000);
    return options;
}

static bool make_slots(struct connections *connections)
{
    const size_t count = connections->commons.options.connection_max;
    connections->slots = calloc(count, sizeof *connections->slots);
    connections->subscribers = calloc(count, sizeof *connections->subscribers);
    if (connections->slots == NULL || connections->subscribers == NULL) return false;
    void *buffers = mmap(NULL, count * INTAKE_SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (buffers == MAP_FAILED) return false;
    connections->buffers = buffers;
    for (size_t i = count; i > 0; i--) { // so that the first is used first
        struct connection *connection = &connections->slots[i - 1];
        uint8_t           *buffer = connections->buffers + (i - 1) * INTAKE_SIZE;
        connection_init(connection, &connections->commons, (uint32_t)(i - 1), buffer);
        mailbox_put_free(&connections->commons.mailbox, connection);
    }
    return true;
}

static enum status bind_all(struct connections *connections, const struct listen *listens,
                            size_t count, size_t *failed)
{
    connections->listeners = calloc(count, sizeof *connections->listeners);
    if (connections->listeners == NULL) return STATUS_OUT_OF_MEMORY;
    connections->listener_count = count;
    for (size_t i = 0; i < count; i++) {
        const enum status status = listener_init(&connections->listeners[i], &connections->commons,
                                                 &listens[i], (uint32_t)i);
        if (status != OK) {
            *failed = i;
            return status;
        }
    }
    return OK;
}

enum status connections_open(const struct connections_options *options,
                             const struct listen *listens, size_t listen_count,
                             struct connections **connections, size_t *failed)
{
    assert(listen_count > 0);
    assert(options->prepared_size <= PREPARED_SIZE_MAX);
    assert(options->anonymous_size_max <= MESSAGE_SIZE_MAX);
    struct connections *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    opened->commons.options = with_defaults(*options);
    memory_init(&opened->commons.requests, opened->commons.options.request_bytes_max);
    memory_init(&opened->commons.replies, opened->commons.options.reply_bytes_max);
    mailbox_init(&opened->commons.mailbox);

    enum status status = make_slots(opened) ? OK : STATUS_OUT_OF_MEMORY;
    if (status == OK) status = bind_all(opened, listens, listen_count, failed);
    if (status != OK) {
        connections_close(opened);
        return status;
    }
    for (size_t i = 0; i < listen_count; i++) {
        listener_start(&opened->listeners[i]);
    }
    *connections = opened;
    return OK;
}

static void give_back_parcels(struct connections *connections, struct parcel *parcels)
{
    while (parcels != NULL) {
        struct parcel *parcel = parcels;
        parcels = parcel->next;
        memory_give_back(&connections->commons.requests, parcel->block);
    }
}

static void release_slots(struct connections *connections)
{
    const size_t count = connections->commons.options.connection_max;
    struct mail  mail;
    if (connections->buffers == NULL) return;
    for (size_t i = 0; i < count; i++) {
        connection_release(&connections->slots[i]);
    }
    (void)mailbox_take(&connections->commons.mailbox, 0, &mail);
    give_back_parcels(connections, mail.parcels);
    give_back_parcels(connections, connections->inbox);
    munmap(connections->buffers, count * INTAKE_SIZE);
}

void connections_close(struct connections *connections)
{
    if (connections == NULL) return;
    for (size_t i = 0; i < connections->listener_count; i++) {
        listener_release(&connections->listeners[i]);
    }
    release_slots(connections);
    mailbox_release(&connections->commons.mailbox);
    memory_release(&connections->commons.requests);
    memory_release(&connections->commons.replies);
    free(connections->listeners);
    free(connections->slots);
    free(connections->subscribers);
    free(connections);
}

uint16_t connections_port(const struct connections *connections, size_t listen_index)
{
    assert(listen_index < connections->listener_count);
    return connections->listeners[listen_index].port;
}

// --- Slots ------------------------------------------------------------------

// NULL when the id's connection is gone. Only the loop changes generations, so it may look.
static struct connection *find(const struct connections *connections, struct connection_id id)
{
    if (id.generation == 0) return NULL;
    assert(id.slot < connections->commons.options.connection_max);
    struct connection *connection = &connections->slots[id.slot];
    return connection->id.generation == id.generation ? connection : NULL;
}

static void mark_dirty(struct connections *connections, struct connection *connection)
{
    if (connection->is_dirty) return;
    connection->is_dirty = true;
    connection->next_dirty = connections->first_dirty;
    connections->first_dirty = connection;
}

void connections_flush(struct connections *connections)
{
    while (connections->first_dirty != NULL) {
        struct connection *connection = connections->first_dirty;
        connections->first_dirty = connection->next_dirty;
        connection->is_dirty = false;
        connection_flush(connection);
    }
}

bool connections_is_open(const struct connections *connections, struct connection_id id)
{
    struct connection *connection = find(connections, id);
    return connection != NULL && connection_is_open(connection);
}

void connections_set_credential(struct connections *connections, struct connection_id id,
                                const uint8_t key[static CREDENTIAL_SIZE])
{
    struct connection *connection = find(connections, id);
    if (connection != NULL) connection_set_credential(connection, key);
}

void connections_close_one(struct connections *connections, struct connection_id id)
{
    struct connection *connection = find(connections, id);
    if (connection != NULL) connection_close(connection, id, END_CALLER);
}

// --- Subscribers ------------------------------------------------------------

static void add_subscriber(struct connections *connections, struct connection *connection)
{
    const uint32_t index = connections->subscriber_count++;
    connection->subscriber_index = index;
    connections->subscribers[index] = (struct subscriber){
        .id = connection->id,
        .scope = connection->entrance.scope,
    };
}

static void remove_subscriber(struct connections *connections, struct connection *connection)
{
    const uint32_t index = connection->subscriber_index;
    if (index == UINT32_MAX) return;
    connection->subscriber_index = UINT32_MAX;
    const struct subscriber last = connections->subscribers[--connections->subscriber_count];
    if (index == connections->subscriber_count) return;
    connections->subscribers[index] = last;
    connections->slots[last.id.slot].subscriber_index = index;
}

uint32_t connections_subscriber_count(const struct connections *connections)
{
    return connections->subscriber_count;
}

struct subscriber *connections_subscriber(struct connections *connections, uint32_t index)
{
    assert(index < connections->subscriber_count);
    return &connections->subscribers[index];
}

bool connections_has_room(struct connections *connections, const struct subscriber *subscriber)
{
    return connection_has_room(&connections->slots[subscriber->id.slot]);
}

bool connections_publish(struct connections *connections, const struct subscriber *subscriber,
                         struct bytes message)
{
    uint8_t            memory[FRAME_HEADER_SIZE_MAX];
    struct buffer      header = buffer_over(memory, sizeof memory);
    struct connection *connection = find(connections, subscriber->id);
    assert(connection != NULL);
    assert(message.size <= MESSAGE_SIZE_MAX);
    if (connection->staged_size + message.size > SUBSCRIBER_SIZE_MAX) {
        connection->is_cut_short = true;
        return false;
    }
    frame_add_header(&header, connection->entrance.transport, message.size);
    mark_dirty(connections, connection);
    if (connection_stage(connection, buffer_bytes(&header)) &&
        connection_stage(connection, message)) {
        return true;
    }
    connection_close(connection, subscriber->id, END_SLOW);
    return false;
}

// --- Taking -----------------------------------------------------------------

static void collect(struct connections *connections, struct mail *mail)
{
    while (mail->arrived != NULL) {
        struct connection *connection = mail->arrived;
        mail->arrived = connection->next_arrived;
        add_subscriber(connections, connection);
    }
    while (mail->ended != NULL) {
        struct connection *connection = mail->ended;
        mail->ended = connection->next_idle;
        assert(!connection->is_dirty);
        remove_subscriber(connections, connection);
        connection_recycle(connection);
        madvise(connection->intake.buffer, INTAKE_SIZE, MADV_DONTNEED);
        mailbox_put_free(&connections->commons.mailbox, connection);
    }
    if (mail->parcels == NULL) return;
    if (connections->inbox == NULL) {
        connections->inbox = mail->parcels;
    } else {
        connections->inbox_last->next = mail->parcels;
    }
    connections->inbox_last = mail->parcels;
    while (connections->inbox_last->next != NULL) {
        connections->inbox_last = connections->inbox_last->next;
    }
}

static size_t take_from_inbox(struct connections *connections, struct request *requests, size_t max)
{
    size_t count = 0;
    while (count < max && connections->inbox != NULL) {
        struct parcel *parcel = connections->inbox;
        const size_t   left = parcel->request_count - parcel->taken_count;
        const size_t   taken = left < max - count ? left : max - count;
        memcpy(requests + count, parcel->requests + parcel->taken_count, taken * sizeof *requests);
        parcel->taken_count += (uint32_t)taken;
        count += taken;
        if (parcel->taken_count == parcel->request_count) connections->inbox = parcel->next;
    }
    return count;
}

// Lets those receive who waited for memory, once there is a good deal of it again.
static void feed(struct connections *connections)
{
    struct connection_commons *commons = &connections->commons;
    if (atomic_load(&commons->starved_count) == 0) return;
    if (memory_used(&commons->requests) > commons->requests.max / 4 * 3) return;
    for (size_t i = 0; i < commons->options.connection_max; i++) {
        connection_feed(&connections->slots[i]);
    }
}

static uint32_t tick(struct connections *connections)
{
    const uint64_t now_ms = connection_clock_ms();
    if (now_ms >= connections->next_tick_ms) {
        for (size_t i = 0; i < connections->commons.options.connection_max; i++) {
            connection_check_deadlines(&connections->slots[i], now_ms);
        }
        connections->next_tick_ms = now_ms + TICK_MS;
    }
    feed(connections);
    return (uint32_t)(connections->next_tick_ms - now_ms);
}

size_t connections_take(struct connections *connections, struct request *requests, size_t max,
                        uint32_t timeout_ms)
{
    const uint64_t until_ms = connection_clock_ms() + timeout_ms;
    assert(max > 0);
    connections_flush(connections);
    for (;;) { // ends at until_ms at the latest
        const uint32_t tick_ms = tick(connections);
        const uint64_t now_ms = connection_clock_ms();
        const uint64_t left_ms = now_ms < until_ms ? until_ms - now_ms : 0;
        const uint32_t wait_ms = left_ms < tick_ms ? (uint32_t)left_ms : tick_ms;
        const bool     is_waiting = connections->inbox == NULL;
        struct mail    mail;
        mailbox_take(&connections->commons.mailbox, is_waiting ? wait_ms : 0, &mail);
        const bool is_for_caller =
            mail.is_woken || mail.is_subscriber_ready || mail.arrived != NULL || left_ms == 0;
        collect(connections, &mail);
        const size_t count = take_from_inbox(connections, requests, max);
        if (count > 0 || is_for_caller) return count;
    }
}

void connections_wake(struct connections *connections)
{
    mailbox_wake(&connections->commons.mailbox);
}

// --- Replies ----------------------------------------------------------------

void connections_reply(struct connections *connections, const struct request *request,
                       struct bytes body)
{
    uint8_t            memory[FRAME_HEADER_SIZE_MAX + FRAME_BACKTRACE_SIZE_MAX];
    struct buffer      head = buffer_over(memory, sizeof memory);
    struct connection *connection = find(connections, request->from);
    assert(body.size <= MESSAGE_SIZE_MAX);
    if (connection == NULL) return;
    frame_add_header(&head, connection->entrance.transport, request->backtrace_size + body.size);
    buffer_add(&head, (struct bytes){request->backtrace, request->backtrace_size});
    assert(!head.is_full);
    mark_dirty(connections, connection);
    if (connection_stage(connection, buffer_bytes(&head)) && connection_stage(connection, body)) {
        return;
    }
    connection_close(connection, request->from, END_SLOW);
}

void connections_drop_body(struct connections *connections, struct request *request)
{
    struct parcel *parcel = request->parcel;
    request->parcel = NULL;
    request->body = (struct bytes){NULL, 0};
    request->prepared = NULL;
    if (parcel == NULL) return;
    assert(parcel->holder_count > 0);
    parcel->holder_count--;
    if (parcel->holder_count == 0) memory_give_back(&connections->commons.requests, parcel->block);
}

void connections_release(struct connections *connections, struct request *request)
{
    struct connection *connection = find(connections, request->from);
    connections_drop_body(connections, request);
    request->from = (struct connection_id){0};
    if (connection == NULL) return;
    connection->released++;
    mark_dirty(connections, connection);
}

// --- Counts -----------------------------------------------------------------

struct connections_counts connections_counts(struct connections *connections)
{
    struct connection_commons *commons = &connections->commons;
    struct connections_counts  counts = {
         .open = atomic_load(&commons->open),
         .open_max = commons->options.connection_max,
         .request_bytes = memory_used(&commons->requests),
         .reply_bytes = memory_used(&commons->replies),
         .accepted = atomic_load(&commons->accepted),
         .refused = atomic_load(&commons->refused),
         .requests = atomic_load(&commons->request_count),
    };
    for (size_t i = 0; i < END_COUNT; i++) {
        counts.ended[i] = atomic_load(&commons->ended[i]);
    }
    return counts;
}
