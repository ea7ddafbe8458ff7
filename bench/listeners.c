#include "bench/listeners.h"

#include "api/wire/frame.h"
#include "api/wire/message.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    READ_MAX = 32 * 1024,
    MESSAGE_MAX = 8 * 1024, // one of a single resource is far smaller
    EVENT_MAX = 64,         // sockets to read at one waking
    NOTE_COUNT = 1 << 20,   // events that are remembered
    WAKE_MS = 20,
};

struct listener {
    int     file;
    size_t  size; // bytes read, of frames that are not whole yet
    uint8_t received[MESSAGE_MAX + READ_MAX];
};

struct note {
    _Atomic uint64_t seq, ns;
};

struct listeners {
    int              poll;
    uint32_t         count;
    pthread_t        thread;
    struct stopwatch stopwatch;
    atomic_bool      is_over;
    enum status      status;
    uint64_t         message_count;
    double           own_cores;
    struct samples   samples;
    struct note      notes[NOTE_COUNT]; // by seq
    struct listener  listeners[LISTENER_MAX];
};

// --- Connections ------------------------------------------------------------

static enum status greet(struct listener *listener)
{
    uint8_t hello[FRAME_HELLO_SIZE];
    frame_hello(FRAME_SUBSCRIBE, hello);
    if (send(listener->file, hello, sizeof hello, MSG_NOSIGNAL) != (ssize_t)sizeof hello) {
        return STATUS_IO;
    }
    if (recv(listener->file, hello, sizeof hello, MSG_WAITALL) != (ssize_t)sizeof hello) {
        return STATUS_IO;
    }
    return frame_is_hello(hello, FRAME_PUBLISH) ? OK : STATUS_UNSUPPORTED;
}

static enum status dial(const char *directory, uint32_t scope, struct listener *listener)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    listener->file = -1;
    const int size =
        snprintf(address.sun_path, sizeof address.sun_path, "%s/scope-%u.sock", directory, scope);
    if (size < 0 || (size_t)size >= sizeof address.sun_path) return STATUS_TOO_LARGE;
    listener->file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener->file < 0) return STATUS_IO;
    if (connect(listener->file, (const struct sockaddr *)&address, sizeof address) != 0) {
        return STATUS_UNREACHABLE;
    }
    return greet(listener);
}

static void allow_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

enum status listeners_open(const char *directory, uint32_t scope_count, uint32_t count,
                           struct listeners **listeners)
{
    struct listeners *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    allow_files();
    opened->poll = epoll_create1(EPOLL_CLOEXEC);
    enum status status = opened->poll < 0 ? STATUS_IO : OK;
    for (; opened->count < count && status == OK; opened->count++) {
        struct listener   *listener = &opened->listeners[opened->count];
        struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = listener};
        status = dial(directory, opened->count % scope_count, listener);
        if (status == OK && epoll_ctl(opened->poll, EPOLL_CTL_ADD, listener->file, &wanted) != 0) {
            status = STATUS_IO;
        }
    }
    if (status != OK) {
        listeners_close(opened);
        return status;
    }
    *listeners = opened;
    return OK;
}

void listeners_close(struct listeners *listeners)
{
    if (listeners == NULL) return;
    for (uint32_t i = 0; i < listeners->count; i++) {
        if (listeners->listeners[i].file >= 0) (void)close(listeners->listeners[i].file);
    }
    if (listeners->poll >= 0) (void)close(listeners->poll);
    free(listeners);
}

// --- Messages ---------------------------------------------------------------

void listeners_note(struct listeners *listeners, uint64_t seq)
{
    struct note *note = &listeners->notes[seq % NOTE_COUNT];
    atomic_store(&note->ns, measure_clock_ns());
    atomic_store(&note->seq, seq);
}

// The doorbell is for everybody alike; what a group tells is what is waited for.
static void hear(struct listeners *listeners, struct bytes message, uint64_t now_ns)
{
    struct bytes       map = message;
    const struct bytes topic = bytes_cut(&map, 0);
    if (bytes_starts_with(topic, bytes_of_text("/"))) return;
    const uint64_t     seq = message_number(map, "seq", 0);
    const struct note *note = &listeners->notes[seq % NOTE_COUNT];
    const bool         is_noted = atomic_load(&note->seq) == seq;
    const uint64_t     noted_ns = is_noted ? atomic_load(&note->ns) : now_ns;
    samples_add(&listeners->samples, noted_ns < now_ns ? now_ns - noted_ns : 0);
    listeners->message_count++;
}

static enum status hear_all(struct listeners *listeners, struct listener *listener)
{
    const uint64_t now_ns = measure_clock_ns();
    struct bytes   rest = {listener->received, listener->size};
    for (;;) {
        struct bytes         payload;
        size_t               missing = 0;
        const enum frame_cut cut = frame_cut(
            rest, FRAME_OVER_IPC, MESSAGE_MAX - FRAME_HEADER_SIZE_MAX, &payload, &missing);
        if (cut == FRAME_BROKEN) return STATUS_MALFORMED;
        if (cut == FRAME_PARTIAL) break;
        hear(listeners, payload, now_ns);
        rest = bytes_after(rest, (size_t)(payload.at - rest.at) + payload.size);
    }
    memmove(listener->received, rest.at, rest.size);
    listener->size = rest.size;
    return OK;
}

static enum status read_some(struct listeners *listeners, struct listener *listener)
{
    const ssize_t size = recv(listener->file, listener->received + listener->size,
                              sizeof listener->received - listener->size, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return OK;
    if (size <= 0) return STATUS_IO;
    listener->size += (size_t)size;
    return hear_all(listeners, listener);
}

// --- The thread -------------------------------------------------------------

static uint64_t thread_cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void *listen_to_all(void *context)
{
    struct listeners *listeners = context;
    const uint64_t    start_ns = measure_clock_ns();
    enum status       status = OK;
    while (status == OK && !atomic_load(&listeners->is_over)) {
        struct epoll_event events[EVENT_MAX];
        const int          count = epoll_wait(listeners->poll, events, EVENT_MAX, WAKE_MS);
        for (int i = 0; i < count && status == OK; i++) {
            status = read_some(listeners, events[i].data.ptr);
        }
    }
    listeners->status = status;
    listeners->own_cores = (double)thread_cpu_ns() / (double)(measure_clock_ns() - start_ns);
    return NULL;
}

enum status listeners_start(struct listeners *listeners)
{
    listeners->stopwatch = stopwatch_start(0);
    if (pthread_create(&listeners->thread, NULL, listen_to_all, listeners) == 0) return OK;
    return STATUS_OUT_OF_MEMORY;
}

enum status listeners_stop(struct listeners *listeners, struct measure *measure)
{
    atomic_store(&listeners->is_over, true);
    (void)pthread_join(listeners->thread, NULL);
    *measure = stopwatch_stop(&listeners->stopwatch, listeners->message_count, &listeners->samples);
    measure->own_cores = listeners->own_cores;
    return listeners->status;
}
