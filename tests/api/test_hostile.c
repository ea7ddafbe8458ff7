// Peers that break off, lie, trickle, fall silent or flood, while a good client is served.
//
// Each of these stops or starves nng's own listeners in some version.
#include "core/base/limits.h"
#include "tests/support/certificates.h"
#include "tests/support/echo.h"
#include "tests/support/peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    HELLO_MS = 2000,
    MESSAGE_MS = 600,
    SEND_MS = 800,
    IDLE_MS = 3000,
    CUT_MS = 6000, // any of these, and a slow machine
    WINDOW = 8,
};

static char                folder[] = "/tmp/licet-hostile-XXXXXX";
static char                path[128];
static struct echo        *echo;
static struct certificates certificates;
static uint16_t            port;
static uint16_t            secure_port;
static size_t              files_before;

// --- The good client -----------------------------------------------------------

static pthread_t            good_thread;
static atomic_bool          is_good_stopping;
static atomic_uint_fast32_t good_count;

// NULL: all went well.
static const char *serve_oneself(struct peer *peer)
{
    uint32_t sent = 0;
    uint32_t received = 0;
    while (!atomic_load(&is_good_stopping) || received < sent) {
        for (; !atomic_load(&is_good_stopping) && sent < received + WINDOW; sent++) {
            const struct bytes body = {(const uint8_t *)&sent, sizeof sent};
            if (!peer_send_request(*peer, sent, body)) return "a request could not be sent";
        }
        if (received == sent) continue;
        uint8_t       memory[64];
        struct buffer body = buffer_over(memory, sizeof memory);
        uint32_t      id = 0;
        if (!peer_receive_reply(*peer, &id, &body)) return "a reply did not come";
        if (id != received) return "replies came in another order";
        if (body.size != sizeof id || memcmp(body.at, &id, sizeof id) != 0) return "another body";
        received++;
        atomic_store(&good_count, received);
    }
    return NULL;
}

static struct peer good_peer;
static const char *good_complaint;

static void *be_good(void *unused)
{
    (void)unused;
    good_complaint = serve_oneself(&good_peer);
    return NULL;
}

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static void begin(void)
{
    char url[160];
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(url, sizeof url, "ipc://%s", path);
    certificates_make(folder, &certificates);
    const struct listen secure = {
        .url = "tls+tcp://127.0.0.1:0",
        .certificate_file = certificates.server,
        .key_file = certificates.server_key,
    };
    const struct listen              plain = {.url = "tcp://127.0.0.1:0"};
    const struct listen              listens[] = {{.url = url}, plain, secure};
    const struct connections_options options = {
        .anonymous_size_max = MESSAGE_SIZE_MAX,
        .hello_ms = HELLO_MS,
        .message_ms = MESSAGE_MS,
        .send_ms = SEND_MS,
        .idle_ms = IDLE_MS,
    };
    echo = echo_open(&options, listens, 3);
    port = echo_port(echo, 1);
    secure_port = echo_port(echo, 2);
    good_peer = peer_dial_ipc(path);
    cr_assert(peer_greet(good_peer, FRAME_REQUEST, FRAME_REPLY));
    pthread_create(&good_thread, NULL, be_good, NULL);
    files_before = peer_open_files();
}

static bool is_quiet(void)
{
    return peer_open_files() == files_before && echo_counts(echo).open == 1;
}

static void expect_files_back(void)
{
    for (int i = 0; i < CUT_MS / 20 && !is_quiet(); i++)
        pause_ms(20);
    cr_expect(eq(sz, peer_open_files(), files_before));
    cr_expect(eq(u64, echo_counts(echo).open, 1));
}

static void expect_good_service(void)
{
    const uint_fast32_t before = atomic_load(&good_count);
    for (int i = 0; i < CUT_MS / 20 && atomic_load(&good_count) < before + 100; i++)
        pause_ms(20);
    cr_expect(atomic_load(&good_count) >= before + 100, "the good client is still served");
    atomic_store(&is_good_stopping, true);
    pthread_join(good_thread, NULL);
    cr_expect(good_complaint == NULL, "the good client: %s", good_complaint);
    peer_hang_up(&good_peer);
}

// The last line of each test: what fails in .fini does not fail the test.
static void expect_all_is_well(void)
{
    struct rusage usage;
    expect_files_back();
    expect_good_service();
    echo_close(echo);
    getrusage(RUSAGE_SELF, &usage);
    cr_expect(usage.ru_maxrss < 600 * 1024, "%ld KiB", usage.ru_maxrss);
}

static void end(void)
{
    char command[160];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    cr_assert(system(command) == 0);
}

TestSuite(hostile, .init = begin, .fini = end, .timeout = 60);

static struct peer dial(int number)
{
    return number % 2 == 0 ? peer_dial_ipc(path) : peer_dial_tcp(port);
}

// At both addresses there is still somebody to let a client in.
static void expect_open_doors(void)
{
    for (int i = 0; i < 2; i++) {
        struct peer peer = dial(i);
        cr_expect(peer_greet(peer, FRAME_REQUEST, FRAME_REPLY), "address %d", i);
        peer_hang_up(&peer);
    }
}

// --- Breaking off ----------------------------------------------------------------

Test(hostile, bursts_of_port_probes)
{
    enum { BURST = 20, BURST_COUNT = 20 };
    for (int burst = 0; burst < 2 * BURST_COUNT; burst++) {
        struct peer peers[BURST];
        for (int i = 0; i < BURST; i++)
            peers[i] = dial(burst);
        for (int i = 0; i < BURST; i++)
            if (i % 2 == 0)
                peer_slam(&peers[i]);
            else
                peer_hang_up(&peers[i]);
    }
    expect_open_doors();
    expect_all_is_well();
}

static void ask_until_killed(struct peer peer)
{
    static uint8_t body[1000];
    for (uint32_t id = 0; id < 32; id++)
        (void)peer_send_request(peer, id, (struct bytes){body, sizeof body});
    for (;;)
        pause();
}

Test(hostile, clients_killed_with_requests_in_flight)
{
    for (int i = 0; i < 100; i++) {
        struct peer peer = dial(i);
        cr_assert(peer_greet(peer, FRAME_REQUEST, FRAME_REPLY));
        const pid_t client = fork();
        cr_assert(client >= 0);
        if (client == 0) ask_until_killed(peer);
        peer_hang_up(&peer); // the client's copy is the last
        pause_ms(i % 5);
        kill(client, SIGKILL);
        waitpid(client, NULL, 0);
    }
    expect_open_doors();
    expect_all_is_well();
}

Test(hostile, a_storm_of_clients_that_do_not_wait_for_the_answer)
{
    for (int i = 0; i < 1000; i++) {
        struct peer peer = dial(i);
        cr_assert(peer_greet(peer, FRAME_REQUEST, FRAME_REPLY));
        cr_assert(peer_send_request(peer, 1, bytes_of_text("never mind")));
        if (i % 3 == 0)
            peer_slam(&peer);
        else
            peer_hang_up(&peer);
    }
    expect_open_doors();
    expect_all_is_well();
}

// --- Lies ------------------------------------------------------------------------

struct lie {
    const char *when;
    const char *bytes;
    size_t      size;
};

#define HELLO "\0SP\0\0\x30\0\0"

// As tcp frames; on ipc with the mark before the size.
static const struct lie lies[] = {
    {"a browser calls",              "GET / HTTP/1.1\r\n\r\n",                                   18},
    {"a publisher calls",            "\0SP\0\0\x20\0\0",                                         8 },
    {"a hello of another version",   "\0SP\1\0\x30\0\0",                                         8 },
    {"a size of 2^64 - 32",          HELLO "\xff\xff\xff\xff\xff\xff\xff\xe0",                   16},
    {"a size of 2^63",               HELLO "\x80\0\0\0\0\0\0\0",                                 16},
    {"one more than the largest",    HELLO "\0\0\0\0\0\4\0\1",                                   16},
    {"a size of 0",                  HELLO "\0\0\0\0\0\0\0\0",                                   16},
    {"a size of 3",                  HELLO "\0\0\0\0\0\0\0\3xyz",                                19},
    {"a backtrace without end",      HELLO "\0\0\0\0\0\0\0\x08\0\0\0\1\0\0\0\1",                 24},
    {"a backtrace of too many hops",
     HELLO "\0\0\0\0\0\0\0\x28"
           "\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\x80\0\0\1", 56},
};

Test(hostile, lies_are_cut)
{
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        const struct lie  *lie = &lies[i];
        const struct bytes bytes = {(const uint8_t *)lie->bytes, lie->size};
        struct peer        peer = peer_dial_tcp(port);
        cr_expect(peer_send(peer, bytes), "when %s", lie->when);
        cr_expect(peer_is_cut(peer, CUT_MS), "when %s", lie->when);
        peer_hang_up(&peer);

        peer = peer_dial_ipc(path);
        const size_t hello_size = bytes.size < FRAME_HELLO_SIZE ? bytes.size : FRAME_HELLO_SIZE;
        (void)peer_send(peer, (struct bytes){bytes.at, hello_size});
        (void)peer_send(peer, bytes_of_text("\1"));
        (void)peer_send(peer, bytes_after(bytes, hello_size));
        cr_expect(peer_is_cut(peer, CUT_MS), "on ipc, when %s", lie->when);
        peer_hang_up(&peer);
    }
    const struct connections_counts counts = echo_counts(echo);
    cr_expect(counts.ended[END_HELLO] + counts.ended[END_FRAME] >= 10);
    cr_expect(eq(u64, counts.ended[END_IDLE], 0), "none of them had to be waited for");
    expect_all_is_well();
}

// --- Silence and trickles ---------------------------------------------------------

// Sends a byte every 30 ms until it is cut; false when that takes too long.
static bool trickle(struct peer peer, struct bytes bytes)
{
    for (int i = 0; i < CUT_MS / 30; i++) {
        const uint8_t byte = (size_t)i < bytes.size ? bytes.at[i] : 'x';
        if (!peer_send(peer, (struct bytes){&byte, 1})) return true;
        if (peer_is_cut(peer, 30)) return true;
    }
    return false;
}

Test(hostile, a_trickle_is_cut_by_the_time_of_the_whole)
{
    static const uint8_t half[] = {0, 'S', 'P', 0, 0, 0x30, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0};
    static const uint8_t half_hello[] = {0, 'S', 'P'};
    struct peer          silent = peer_dial_tcp(port);
    struct peer          half_silent = peer_dial_tcp(port);
    struct peer          trickling = peer_dial_tcp(port);
    cr_assert(peer_send(half_silent, (struct bytes){half_hello, sizeof half_hello}));
    cr_expect(trickle(trickling, (struct bytes){half, sizeof half}));
    cr_expect(peer_is_cut(silent, CUT_MS));
    cr_expect(peer_is_cut(half_silent, CUT_MS));
    peer_hang_up(&silent);
    peer_hang_up(&half_silent);
    peer_hang_up(&trickling);
    cr_expect(eq(u64, echo_counts(echo).ended[END_SLOW], 3));
    expect_all_is_well();
}

Test(hostile, large_halves_are_cut_and_their_memory_is_back)
{
    enum { COUNT = 50 };
    static uint8_t most[MESSAGE_SIZE_MAX - 100];
    static uint8_t header[] = {0, 0, 0, 0, 0, 4, 0, 0};
    struct peer    peers[COUNT];
    static_assert(MESSAGE_SIZE_MAX == 0x40000, "what the header says");
    for (int i = 0; i < COUNT; i++) {
        peers[i] = peer_dial_tcp(port);
        cr_assert(peer_greet(peers[i], FRAME_REQUEST, FRAME_REPLY));
        cr_assert(peer_send(peers[i], (struct bytes){header, sizeof header}));
        cr_assert(peer_send(peers[i], (struct bytes){most, sizeof most}));
    }
    for (int i = 0; i < COUNT; i++) {
        cr_expect(peer_is_cut(peers[i], CUT_MS));
        peer_hang_up(&peers[i]);
    }
    expect_files_back();
    cr_expect(echo_counts(echo).request_bytes < 64 * 1024);
    expect_all_is_well();
}

Test(hostile, who_never_reads_is_cut)
{
    static uint8_t body[200 * 1000];
    for (int i = 0; i < 2; i++) {
        struct peer peer = dial(i);
        cr_assert(peer_greet(peer, FRAME_REQUEST, FRAME_REPLY));
        uint32_t id = 0;
        while (id < 10000 && peer_send_request(peer, id, (struct bytes){body, sizeof body}))
            id++;
        cr_expect(id < 1000, "address %d took %u requests", i, id);
        peer_hang_up(&peer);
    }
    cr_expect(eq(u64, echo_counts(echo).ended[END_SLOW], 2));
    expect_all_is_well();
}

Test(hostile, many_that_are_idle_are_cut)
{
    enum { COUNT = 480 };
    static struct peer peers[COUNT];
    for (int i = 0; i < COUNT; i++) {
        peers[i] = dial(i);
        cr_assert(peer_greet(peers[i], FRAME_REQUEST, FRAME_REPLY), "peer %d", i);
    }
    for (int i = 0; i < COUNT; i++) {
        cr_expect(peer_is_cut(peers[i], CUT_MS));
        peer_hang_up(&peers[i]);
    }
    cr_expect(eq(u64, echo_counts(echo).ended[END_IDLE], COUNT));
    expect_all_is_well();
}

// --- TLS ------------------------------------------------------------------------------

// A client that runs in a process of its own; what is sent to peer.file reaches the daemon inside
// TLS.
struct secure_client {
    pid_t       process;
    struct peer peer;
};

static struct secure_client secure_dial(void)
{
    int  pair[2];
    char address[64];
    snprintf(address, sizeof address, "127.0.0.1:%u", secure_port);
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    const pid_t process = fork();
    cr_assert(process >= 0);
    if (process == 0) {
        dup2(pair[1], STDIN_FILENO);
        dup2(pair[1], STDOUT_FILENO);
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        execlp("openssl", "openssl", "s_client", "-quiet", "-connect", address, NULL);
        _exit(127);
    }
    close(pair[1]);
    return (struct secure_client){
        process, {pair[0], FRAME_OVER_TCP}
    };
}

static void secure_kill(struct secure_client *client)
{
    kill(client->process, SIGKILL);
    waitpid(client->process, NULL, 0);
    peer_hang_up(&client->peer);
}

static void expect_secure_echo(void)
{
    uint8_t              memory[64];
    struct buffer        body = buffer_over(memory, sizeof memory);
    uint32_t             id = 0;
    struct secure_client client = secure_dial();
    cr_expect(peer_greet(client.peer, FRAME_REQUEST, FRAME_REPLY));
    cr_expect(peer_send_request(client.peer, 5, bytes_of_text("hello")));
    cr_expect(peer_receive_reply(client.peer, &id, &body));
    cr_expect(bytes_is_equal(buffer_bytes(&body), bytes_of_text("hello")));
    secure_kill(&client);
}

Test(hostile, clients_of_tls_killed_with_requests_in_flight)
{
    enum { COUNT = 15 };
    static uint8_t body[1000];
    for (int i = 0; i < COUNT; i++) {
        struct secure_client client = secure_dial();
        cr_expect(peer_greet(client.peer, FRAME_REQUEST, FRAME_REPLY));
        for (uint32_t id = 0; id < 32; id++)
            cr_expect(peer_send_request(client.peer, id, (struct bytes){body, sizeof body}));
        pause_ms(i);
        secure_kill(&client);
    }
    expect_secure_echo();
    expect_files_back();
    expect_all_is_well();
}

Test(hostile, no_handshake_is_cut)
{
    enum { COUNT = 40 };
    static const char *const noise[] = {"", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02"};
    struct peer              peers[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        peers[i] = peer_dial_tcp(secure_port);
        (void)peer_send(peers[i], bytes_of_text(noise[i % 3]));
        if (i % 4 == 0) peer_slam(&peers[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        if (peers[i].file < 0) continue;
        cr_expect(peer_is_cut(peers[i], CUT_MS), "peer %zu", i);
        peer_hang_up(&peers[i]);
    }
    expect_secure_echo();
    expect_all_is_well();
}

// --- Want of descriptors -------------------------------------------------------------

Test(hostile, accepting_goes_on_after_descriptors_ran_out)
{
    enum { COUNT = 10 };
    struct rlimit normal;
    struct rlimit tight;
    int           waiting[COUNT];
    struct peer   peers[COUNT];
    cr_assert(getrlimit(RLIMIT_NOFILE, &normal) == 0);
    // Clients and daemon share the process: take the clients' descriptors first.
    for (int i = 0; i < COUNT; i++)
        waiting[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    tight = normal;
    tight.rlim_cur = (rlim_t)waiting[COUNT - 1] + 1;
    cr_assert(setrlimit(RLIMIT_NOFILE, &tight) == 0);
    for (int i = 0; i < COUNT; i++) {
        close(waiting[i]);
        peers[i] = dial(i); // the kernel connects it; to accept it there may be no descriptor
    }
    pause_ms(200);
    cr_assert(setrlimit(RLIMIT_NOFILE, &normal) == 0);
    for (int i = 0; i < COUNT; i++) {
        if (peers[i].file >= 0) {
            cr_expect(peer_greet(peers[i], FRAME_REQUEST, FRAME_REPLY), "peer %d", i);
        }
        peer_hang_up(&peers[i]);
    }
    expect_open_doors();
    expect_all_is_well();
}
