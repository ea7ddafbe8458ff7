#include "bench/echo.h"

#include "core/base/limits.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    QUEUE_LENGTH = 1024, // above all that is ever in flight, so that nobody waits for room
    SIZE_SIZE = 4,       // a request ends in the size of its answer
    ANSWER_MS = 20 * 1000,
    SERVER_WAIT_MS = 5000,
};

#define LAST_WORD UINT32_C(0x80000000)

struct caller {
    struct echo   *echo;
    nng_socket     socket;
    uint32_t       in_flight, next;
    uint64_t       until_ns, done_count;
    enum status    status;
    uint64_t       sent_ns[QUEUE_LENGTH]; // by number of the request
    struct samples samples;
};

struct echo {
    pid_t             server;
    struct echo_shape shape;
    struct samples    samples; // of all callers
    struct caller     callers[CONNECTION_MAX];
};

static bool set_queues(nng_socket socket)
{
    return nng_socket_set_int(socket, NNG_OPT_SENDBUF, QUEUE_LENGTH) == 0 &&
           nng_socket_set_int(socket, NNG_OPT_RECVBUF, QUEUE_LENGTH) == 0 &&
           nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, 2 * MESSAGE_SIZE_MAX) == 0;
}

// --- The server -------------------------------------------------------------

static void serve(const char *url)
{
    nng_socket socket;
    nng_msg   *message = NULL;
    if (nng_rep0_open_raw(&socket) != 0 || !set_queues(socket)) return;
    if (nng_listen(socket, url, NULL, 0) != 0) return;
    while (nng_recvmsg(socket, &message, 0) == 0) {
        uint32_t size = 0;
        if (nng_msg_chop_u32(message, &size) != 0) return;
        if (nng_msg_realloc(message, size) != 0) return;
        if (nng_sendmsg(socket, message, 0) != 0) return;
    }
}

enum status echo_start(const char *url, pid_t *server)
{
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) return STATUS_OUT_OF_MEMORY;
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) serve(url);
        _exit(1);
    }
    *server = child;
    return OK;
}

void echo_stop(pid_t server)
{
    if (server == 0) return;
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
}

// --- Callers ----------------------------------------------------------------

static bool dial(struct caller *caller, const char *url)
{
    const uint64_t until_ns = measure_clock_ns() + (uint64_t)SERVER_WAIT_MS * 1000 * 1000;
    if (nng_req0_open_raw(&caller->socket) != 0 || !set_queues(caller->socket)) return false;
    if (nng_socket_set_ms(caller->socket, NNG_OPT_RECVTIMEO, ANSWER_MS) != 0) return false;
    while (nng_dial(caller->socket, url, NULL, 0) != 0) {
        if (measure_clock_ns() > until_ns) return false;
        nng_msleep(10);
    }
    return true;
}

enum status echo_open(const char *url, pid_t server, struct echo **echo)
{
    struct echo *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    opened->server = server;
    for (uint32_t i = 0; i < CONNECTION_MAX; i++) {
        opened->callers[i].echo = opened;
        if (!dial(&opened->callers[i], url)) {
            echo_close(opened);
            return STATUS_UNREACHABLE;
        }
    }
    *echo = opened;
    return OK;
}

void echo_close(struct echo *echo)
{
    if (echo == NULL) return;
    for (uint32_t i = 0; i < CONNECTION_MAX; i++) {
        (void)nng_close(echo->callers[i].socket);
    }
    free(echo);
}

// A request of the wanted size, which ends in the wanted size of its answer.
static enum status submit(struct caller *caller)
{
    const struct echo_shape *shape = &caller->echo->shape;
    nng_msg                 *message = NULL;
    const uint32_t           number = caller->next++;
    if (nng_msg_alloc(&message, shape->request_size - SIZE_SIZE) != 0) return STATUS_OUT_OF_MEMORY;
    if (nng_msg_append_u32(message, (uint32_t)shape->reply_size) != 0 ||
        nng_msg_header_append_u32(message, LAST_WORD | number) != 0) {
        nng_msg_free(message);
        return STATUS_OUT_OF_MEMORY;
    }
    caller->sent_ns[number % QUEUE_LENGTH] = measure_clock_ns();
    if (nng_sendmsg(caller->socket, message, 0) == 0) return OK;
    nng_msg_free(message);
    return STATUS_IO;
}

static enum status collect(struct caller *caller)
{
    nng_msg *message = NULL;
    uint32_t word = 0;
    if (nng_recvmsg(caller->socket, &message, 0) != 0) return STATUS_IO;
    const bool is_answer = nng_msg_header_trim_u32(message, &word) == 0;
    nng_msg_free(message);
    if (!is_answer) return STATUS_MALFORMED;
    const uint32_t number = word & ~LAST_WORD;
    samples_add(&caller->samples, measure_clock_ns() - caller->sent_ns[number % QUEUE_LENGTH]);
    caller->done_count += caller->echo->shape.per_request;
    return OK;
}

static void *work(void *context)
{
    struct caller *caller = context;
    enum status    status = OK;
    uint32_t       waiting_count = 0;
    for (; waiting_count < caller->in_flight && status == OK; waiting_count++) {
        status = submit(caller);
    }
    while (status == OK && waiting_count > 0) {
        status = collect(caller);
        waiting_count--;
        if (status != OK || measure_clock_ns() >= caller->until_ns) continue;
        status = submit(caller);
        waiting_count++;
    }
    caller->status = status;
    return NULL;
}

static enum status run_callers(struct echo *echo, uint64_t until_ns)
{
    const struct echo_shape *shape = &echo->shape;
    pthread_t                threads[CONNECTION_MAX];
    uint32_t                 started = 0;
    enum status              status = OK;
    for (; started < shape->connection_count; started++) {
        struct caller *caller = &echo->callers[started];
        const uint32_t share = shape->in_flight / shape->connection_count;
        caller->in_flight = share < ECHO_FLIGHT_MAX ? share : ECHO_FLIGHT_MAX;
        caller->until_ns = until_ns;
        caller->done_count = 0;
        caller->samples.count = 0;
        if (pthread_create(&threads[started], NULL, work, caller) != 0) break;
    }
    if (started < shape->connection_count) status = STATUS_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
        if (status == OK) status = echo->callers[i].status;
    }
    return status;
}

enum status echo_run(struct echo *echo, const struct echo_shape *shape, uint64_t duration_ns,
                     struct measure *measure)
{
    echo->shape = *shape;
    const struct stopwatch stopwatch = stopwatch_start(echo->server);
    const enum status      status = run_callers(echo, stopwatch.start_ns + duration_ns);
    if (status != OK) return status;
    uint64_t done_count = 0;
    echo->samples.count = 0;
    for (uint32_t i = 0; i < shape->connection_count; i++) {
        const struct caller *caller = &echo->callers[i];
        done_count += caller->done_count;
        for (uint32_t at = 0; at < caller->samples.count; at++) {
            samples_add(&echo->samples, caller->samples.ns[at]);
        }
    }
    *measure = stopwatch_stop(&stopwatch, done_count, &echo->samples);
    return OK;
}

enum status echo_once(struct echo *echo, const struct echo_shape *shape)
{
    struct caller *caller = &echo->callers[0];
    echo->shape = *shape;
    caller->samples.count = 0;
    const enum status status = submit(caller);
    return status == OK ? collect(caller) : status;
}
