// The sockets of the daemon, seen by clients of nng and by peers of plain sockets.
#include "api/daemon/connections.h"
#include "core/base/limits.h"
#include "tests/support/certificates.h"
#include "tests/support/echo.h"
#include "tests/support/peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/tls/tls.h>
#include <nng/supplemental/util/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/licet-connections-XXXXXX";
static char path[128];
static char url[160];

static void make_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(url, sizeof url, "ipc://%s", path);
}

static void remove_folder(void)
{
    char command[160];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    cr_assert(system(command) == 0);
}

TestSuite(connections, .init = make_folder, .fini = remove_folder, .timeout = 60);

static const struct connections_options roomy = {.anonymous_size_max = MESSAGE_SIZE_MAX};

static struct echo *echo_at(const char *address)
{
    const struct listen listen = {.url = address};
    return echo_open(&roomy, &listen, 1);
}

static nng_socket dial(const char *address)
{
    nng_socket socket;
    cr_assert(nng_req0_open(&socket) == 0);
    nng_socket_set_ms(socket, NNG_OPT_SENDTIMEO, 10000);
    nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, 10000);
    cr_assert(nng_dial(socket, address, NULL, 0) == 0, "%s", address);
    return socket;
}

static void expect_echo(nng_socket socket, size_t size)
{
    static uint8_t body[MESSAGE_SIZE_MAX];
    static uint8_t reply[MESSAGE_SIZE_MAX];
    size_t         reply_size = sizeof reply;
    for (size_t i = 0; i < size; i++)
        body[i] = (uint8_t)(i * 7 + size);
    cr_assert(nng_send(socket, body, size, 0) == 0, "size %zu", size);
    cr_assert(nng_recv(socket, reply, &reply_size, 0) == 0, "size %zu", size);
    cr_assert(eq(sz, reply_size, size));
    cr_expect(memcmp(body, reply, size) == 0, "size %zu", size);
}

// --- Clients of nng ----------------------------------------------------------

static const size_t sizes[] = {
    0,
    1,
    300,
    64 * 1024 - 14, // one byte less than the buffer, as much, and more
    64 * 1024 - 13,
    64 * 1024 - 12,
    100 * 1000,
    MESSAGE_SIZE_MAX - 4, // with its backtrace the largest
};

static void expect_all_sizes(nng_socket socket)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        expect_echo(socket, sizes[i]);
}

Test(connections, answer_requests_of_all_sizes_on_ipc)
{
    struct echo     *echo = echo_at(url);
    const nng_socket socket = dial(url);
    expect_all_sizes(socket);
    nng_close(socket);
    echo_close(echo);
}

Test(connections, answer_requests_of_all_sizes_on_tcp)
{
    char         address[64];
    struct echo *echo = echo_at("tcp://127.0.0.1:0");
    snprintf(address, sizeof address, "tcp://127.0.0.1:%u", echo_port(echo, 0));
    const nng_socket socket = dial(address);
    expect_all_sizes(socket);
    nng_close(socket);
    echo_close(echo);
}

Test(connections, ipc_is_for_its_owner_only)
{
    struct stat  facts;
    struct echo *echo = echo_at(url);
    cr_assert(stat(path, &facts) == 0);
    cr_expect(eq(u32, facts.st_mode & 0777, 0600));
    echo_close(echo);
    cr_expect(stat(path, &facts) != 0, "the path goes with its listener");
}

Test(connections, nngcat_is_answered)
{
    char         command[400];
    char         line[64] = "";
    struct echo *echo = echo_at(url);
    snprintf(command, sizeof command, "nngcat --req --dial '%s' --data hello --quoted", url);
    FILE *output = popen(command, "r");
    cr_assert(fgets(line, sizeof line, output) != NULL);
    cr_expect(strcmp(line, "\"hello\"\n") == 0, "%s", line);
    cr_expect(pclose(output) == 0);
    echo_close(echo);
}

enum { CONTEXT_COUNT = 64, ROUND_COUNT = 50 };

Test(connections, many_contexts_of_one_socket_get_their_own_answers)
{
    struct echo     *echo = echo_at(url);
    const nng_socket socket = dial(url);
    static nng_ctx   contexts[CONTEXT_COUNT];
    static nng_aio  *aios[CONTEXT_COUNT];
    for (size_t i = 0; i < CONTEXT_COUNT; i++) {
        cr_assert(nng_ctx_open(&contexts[i], socket) == 0);
        cr_assert(nng_aio_alloc(&aios[i], NULL, NULL) == 0);
    }
    for (size_t round = 0; round < ROUND_COUNT; round++) {
        for (size_t i = 0; i < CONTEXT_COUNT; i++) {
            nng_msg *message = NULL;
            nng_msg_alloc(&message, 0);
            nng_msg_append_u32(message, (uint32_t)(round * CONTEXT_COUNT + i));
            nng_aio_set_msg(aios[i], message);
            nng_ctx_send(contexts[i], aios[i]);
        }
        for (size_t i = 0; i < CONTEXT_COUNT; i++) {
            nng_aio_wait(aios[i]);
            cr_assert(nng_aio_result(aios[i]) == 0);
            nng_ctx_recv(contexts[i], aios[i]);
        }
        for (size_t i = 0; i < CONTEXT_COUNT; i++) {
            uint32_t number = 0;
            nng_aio_wait(aios[i]);
            cr_assert(nng_aio_result(aios[i]) == 0);
            nng_msg *message = nng_aio_get_msg(aios[i]);
            cr_assert(nng_msg_trim_u32(message, &number) == 0);
            cr_assert(eq(u32, number, (uint32_t)(round * CONTEXT_COUNT + i)));
            nng_msg_free(message);
        }
    }
    for (size_t i = 0; i < CONTEXT_COUNT; i++)
        nng_aio_free(aios[i]);
    nng_close(socket);
    echo_close(echo);
}

// --- TLS ---------------------------------------------------------------------

static struct certificates certificates;

static struct echo *secure_echo(char address[static 64])
{
    const struct listen listen = {
        .url = "tls+tcp://127.0.0.1:0",
        .certificate_file = certificates.server,
        .key_file = certificates.server_key,
        .authority_file = certificates.authority,
    };
    struct echo *echo = echo_open(&roomy, &listen, 1);
    snprintf(address, 64, "tls+tcp://localhost:%u", echo_port(echo, 0));
    return echo;
}

static nng_socket secure_dial(const char *address, const char *own, int *result)
{
    nng_socket      socket;
    nng_dialer      dialer;
    nng_tls_config *config = NULL;
    cr_assert(nng_req0_open(&socket) == 0);
    nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, 10000);
    cr_assert(nng_tls_config_alloc(&config, NNG_TLS_MODE_CLIENT) == 0);
    nng_tls_config_ca_file(config, certificates.authority);
    nng_tls_config_server_name(config, "localhost");
    if (own != NULL) cr_assert(nng_tls_config_cert_key_file(config, own, NULL) == 0);
    cr_assert(nng_dialer_create(&dialer, socket, address) == 0);
    nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, config);
    *result = nng_dialer_start(dialer, 0);
    nng_tls_config_free(config);
    return socket;
}

Test(connections, answer_requests_of_all_sizes_on_tls)
{
    char address[64];
    int  result = -1;
    certificates_make(folder, &certificates);
    struct echo     *echo = secure_echo(address);
    const nng_socket socket = secure_dial(address, certificates.client, &result);
    cr_assert(result == 0, "%s", nng_strerror(result));
    expect_all_sizes(socket);
    nng_close(socket);
    echo_close(echo);
}

Test(connections, tls_asks_for_a_certificate_of_the_authority)
{
    char address[64];
    certificates_make(folder, &certificates);
    struct echo *echo = secure_echo(address);
    const char  *owns[] = {NULL, certificates.stranger};
    for (size_t i = 0; i < 2; i++) {
        int              result = 0;
        const nng_socket socket = secure_dial(address, owns[i], &result);
        cr_expect(result != 0, "row %zu", i);
        nng_close(socket);
    }
    cr_expect(eq(u64, echo_counts(echo).requests, 0));
    echo_close(echo);
}

// --- Addresses ---------------------------------------------------------------

struct address_row {
    const char   *when;
    struct listen listen;
    enum status   status;
};

static const struct address_row address_rows[] = {
    {"no scheme",                   {.url = "/tmp/socket"},                                      STATUS_USAGE      },
    {"another scheme",              {.url = "ws://127.0.0.1:0/"},                                STATUS_USAGE      },
    {"inproc",                      {.url = "inproc://x"},                                       STATUS_USAGE      },
    {"everywhere",                  {.url = "tcp://0.0.0.0:0"},                                  STATUS_USAGE      },
    {"everywhere by a star",        {.url = "tcp://*:0"},                                        STATUS_USAGE      },
    {"everywhere by nothing",       {.url = "tcp://:0"},                                         STATUS_USAGE      },
    {"another machine's network",   {.url = "tcp://192.0.2.1:0"},                                STATUS_USAGE      },
    {"everywhere, asked for",       {.url = "tcp://0.0.0.0:0", .is_plain_allowed = true},        OK                },
    {"loopback",                    {.url = "tcp://127.0.0.1:0"},                                OK                },
    {"loopback by name",            {.url = "tcp://localhost:0"},                                OK                },
    {"an address that is not ours",
     {.url = "tcp://192.0.2.1:0", .is_plain_allowed = true},
     STATUS_UNREACHABLE                                                                                            },
    {"a folder that is not there",  {.url = "ipc:///nowhere/at/all"},                            STATUS_UNREACHABLE},
    {"tls without a certificate",   {.url = "tls+tcp://127.0.0.1:0"},                            STATUS_USAGE      },
    {"tls without its file",
     {.url = "tls+tcp://127.0.0.1:0", .certificate_file = "/nowhere", .key_file = "/nowhere"},
     STATUS_IO                                                                                                     },
    {"tls with something else",
     {.url = "tls+tcp://127.0.0.1:0", .certificate_file = "/dev/null", .key_file = "/dev/null"},
     STATUS_PERMISSION                                                                                             },
};

Test(connections, addresses_are_checked)
{
    for (size_t i = 0; i < sizeof address_rows / sizeof address_rows[0]; i++) {
        const struct address_row *row = &address_rows[i];
        struct connections       *connections = NULL;
        size_t                    failed = 1;
        const enum status status = connections_open(&roomy, &row->listen, 1, &connections, &failed);
        cr_expect(eq(int, status, row->status), "when %s", row->when);
        if (status != OK) cr_expect(eq(sz, failed, 0), "when %s", row->when);
        connections_close(connections);
    }
}

Test(connections, the_address_that_failed_is_named)
{
    const struct listen listens[] = {{.url = url}, {.url = "tcp://0.0.0.0:0"}};
    struct connections *connections = NULL;
    size_t              failed = 0;
    cr_expect(eq(int, connections_open(&roomy, listens, 2, &connections, &failed), STATUS_USAGE));
    cr_expect(eq(sz, failed, 1));
}

// --- The loop's side, without a thread -----------------------------------------

enum { TAKE_MAX = 64 };

static struct connections *open_with(struct connections_options options)
{
    const struct listen listen = {.url = url};
    struct connections *connections = NULL;
    size_t              failed = 0;
    cr_assert(connections_open(&options, &listen, 1, &connections, &failed) == OK);
    return connections;
}

static struct peer greeted_peer(void)
{
    const struct peer peer = peer_dial_ipc(path);
    cr_assert(peer.file >= 0);
    cr_assert(peer_greet(peer, FRAME_REQUEST, FRAME_REPLY));
    return peer;
}

// Until `count` requests have been taken, or nothing came for a while.
static size_t take(struct connections *connections, struct request *requests, size_t count)
{
    size_t taken = 0;
    while (taken < count) {
        const size_t more = connections_take(connections, requests + taken, count - taken, 300);
        if (more == 0) break;
        taken += more;
    }
    return taken;
}

static void send_numbered(struct peer peer, uint32_t first, uint32_t count)
{
    for (uint32_t id = first; id < first + count; id++)
        cr_assert(peer_send_request(peer, id, (struct bytes){(const uint8_t *)&id, sizeof id}));
}

static void expect_reply(struct peer peer, uint32_t expected_id)
{
    uint8_t       memory[256];
    struct buffer body = buffer_over(memory, sizeof memory);
    uint32_t      id = 0;
    cr_assert(peer_receive_reply(peer, &id, &body));
    cr_assert(eq(u32, id, expected_id));
}

Test(connections, who_has_no_credit_is_not_read)
{
    struct connections *connections = open_with((struct connections_options){.in_flight_max = 8});
    struct peer         peer = greeted_peer();
    struct request      requests[TAKE_MAX];
    send_numbered(peer, 0, 20);
    cr_assert(eq(sz, take(connections, requests, TAKE_MAX), 8));
    connections_release(connections, &requests[0]);
    cr_assert(eq(sz, take(connections, requests + 8, TAKE_MAX - 8), 1), "one for one");
    for (size_t i = 1; i < 4; i++)
        connections_release(connections, &requests[i]);
    cr_assert(eq(sz, take(connections, requests + 9, TAKE_MAX - 9), 3));
    for (size_t i = 4; i < 12; i++)
        connections_release(connections, &requests[i]);
    cr_expect(eq(sz, take(connections, requests, TAKE_MAX), 8));
    for (size_t i = 0; i < 8; i++)
        connections_release(connections, &requests[i]);
    peer_hang_up(&peer);
    connections_close(connections);
}

Test(connections, requests_wait_while_memory_lacks_and_all_come)
{
    // Four requests of 20 KiB at a time fit, with what a parcel needs beside.
    struct connections *connections = open_with((struct connections_options){
        .request_bytes_max = 128 * 1024, .anonymous_size_max = MESSAGE_SIZE_MAX});
    struct peer         peers[3] = {greeted_peer(), greeted_peer(), greeted_peer()};
    static uint8_t      body[20 * 1024];
    for (size_t i = 0; i < 12; i++)
        cr_assert(peer_send_request(peers[i % 3], (uint32_t)i, (struct bytes){body, sizeof body}));
    size_t taken = 0;
    while (taken < 12) {
        struct request request;
        cr_assert(eq(sz, take(connections, &request, 1), 1), "after %zu", taken);
        cr_expect(connections_counts(connections).request_bytes <= 128 * 1024);
        cr_expect(eq(sz, request.body.size, sizeof body));
        connections_release(connections, &request);
        taken++;
    }
    for (size_t i = 0; i < 3; i++)
        peer_hang_up(&peers[i]);
    connections_close(connections);
}

Test(connections, a_late_answer_needs_no_body)
{
    struct connections *connections = open_with(roomy);
    struct peer         peer = greeted_peer();
    struct request      requests[2];
    send_numbered(peer, 1, 2);
    cr_assert(eq(sz, take(connections, requests, 2), 2));
    connections_drop_body(connections, &requests[0]);
    connections_drop_body(connections, &requests[1]);
    cr_expect(eq(u64, connections_counts(connections).request_bytes, 0));
    for (uint32_t i = 2; i > 0; i--) { // in any order
        connections_reply(connections, &requests[i - 1], bytes_of_text("late"));
        connections_release(connections, &requests[i - 1]);
    }
    connections_flush(connections);
    expect_reply(peer, 2);
    expect_reply(peer, 1);
    peer_hang_up(&peer);
    connections_close(connections);
}

Test(connections, an_answer_to_one_that_is_gone_is_dropped)
{
    struct connections *connections = open_with((struct connections_options){.connection_max = 1});
    struct peer         peer = greeted_peer();
    struct request      requests[2];
    send_numbered(peer, 1, 1);
    cr_assert(eq(sz, take(connections, requests, 1), 1));
    cr_expect(connections_is_open(connections, requests[0].from));
    peer_hang_up(&peer);
    while (connections_counts(connections).open > 0)
        connections_take(connections, requests + 1, 1, 20);
    cr_expect(not(connections_is_open(connections, requests[0].from)));

    // The next one sits in the same slot, and must not get it.
    peer = greeted_peer();
    send_numbered(peer, 2, 1);
    cr_assert(eq(sz, take(connections, requests + 1, 1), 1));
    cr_expect(eq(u32, requests[0].from.slot, requests[1].from.slot));
    connections_reply(connections, &requests[0], bytes_of_text("old"));
    connections_release(connections, &requests[0]);
    connections_reply(connections, &requests[1], bytes_of_text("new"));
    connections_release(connections, &requests[1]);
    connections_flush(connections);
    expect_reply(peer, 2);
    peer_hang_up(&peer);
    connections_close(connections);
}

struct seen {
    bool    is_set;
    uint8_t key_byte;
    size_t  size;
};

static void note_credential(void *context, const struct connection_credential *credential,
                            struct request *request)
{
    struct seen *seen = request->prepared;
    cr_assert(context == folder);
    cr_assert(eq(sz, seen->size, 0), "zeroed before");
    *seen = (struct seen){credential->is_set, credential->key[31], request->body.size};
}

Test(connections, requests_are_prepared_with_the_credential)
{
    const uint8_t       key[CREDENTIAL_SIZE] = {[31] = 7};
    struct connections *connections = open_with((struct connections_options){
        .prepare = note_credential,
        .prepare_context = folder,
        .prepared_size = sizeof(struct seen),
    });
    struct peer         peer = greeted_peer();
    struct request      requests[2];
    send_numbered(peer, 1, 1);
    cr_assert(eq(sz, take(connections, requests, 1), 1));
    const struct seen *before = requests[0].prepared;
    cr_expect(not(before->is_set));
    cr_expect(eq(sz, before->size, 4));

    connections_set_credential(connections, requests[0].from, key);
    send_numbered(peer, 2, 1);
    cr_assert(eq(sz, take(connections, requests + 1, 1), 1));
    const struct seen *after = requests[1].prepared;
    cr_expect(after->is_set);
    cr_expect(eq(u32, after->key_byte, 7));
    connections_release(connections, &requests[0]);
    connections_release(connections, &requests[1]);
    peer_hang_up(&peer);
    connections_close(connections);
}

Test(connections, only_one_with_a_credential_may_be_long)
{
    static uint8_t      body[2000];
    const uint8_t       key[CREDENTIAL_SIZE] = {1};
    struct connections *connections =
        open_with((struct connections_options){.anonymous_size_max = 1000});
    struct request request;
    struct peer    peer = greeted_peer();
    cr_assert(peer_send_request(peer, 1, (struct bytes){body, 996}));
    cr_assert(eq(sz, take(connections, &request, 1), 1));
    connections_set_credential(connections, request.from, key);
    connections_release(connections, &request);
    cr_assert(peer_send_request(peer, 2, (struct bytes){body, 2000}));
    cr_expect(eq(sz, take(connections, &request, 1), 1));
    connections_release(connections, &request);

    struct peer stranger = greeted_peer();
    (void)peer_send_request(stranger, 1, (struct bytes){body, 997}); // may be cut at the header
    cr_expect(eq(sz, take(connections, &request, 1), 0));
    cr_expect(peer_is_cut(stranger, 5000));
    cr_expect(eq(u64, connections_counts(connections).ended[END_FRAME], 1));
    peer_hang_up(&peer);
    peer_hang_up(&stranger);
    connections_close(connections);
}

Test(connections, one_is_cut_when_the_loop_says_so)
{
    struct connections *connections = open_with(roomy);
    struct request      request;
    struct peer         peer = greeted_peer();
    send_numbered(peer, 1, 1);
    cr_assert(eq(sz, take(connections, &request, 1), 1));
    connections_close_one(connections, request.from);
    cr_expect(not(connections_is_open(connections, request.from)));
    connections_reply(connections, &request, bytes_of_text("too late"));
    connections_release(connections, &request);
    cr_expect(eq(sz, take(connections, &request, 1), 0));
    cr_expect(peer_is_cut(peer, 5000));
    cr_expect(eq(u64, connections_counts(connections).ended[END_CALLER], 1));
    peer_hang_up(&peer);
    connections_close(connections);
}

Test(connections, no_more_connections_than_slots)
{
    struct connections *connections = open_with((struct connections_options){.connection_max = 2});
    struct peer         peers[2] = {greeted_peer(), greeted_peer()};
    struct peer         third = peer_dial_ipc(path);
    cr_expect(peer_is_cut(third, 5000));
    cr_expect(eq(u64, connections_counts(connections).refused, 1));
    cr_expect(eq(u64, connections_counts(connections).open, 2));
    peer_hang_up(&third);
    peer_hang_up(&peers[0]);
    peer_hang_up(&peers[1]);
    connections_close(connections);
}

Test(connections, waking_ends_a_wait_now_and_later)
{
    struct connections *connections = open_with(roomy);
    struct request      request;
    const nng_time      begin_ms = nng_clock();
    connections_wake(connections);
    cr_expect(eq(sz, connections_take(connections, &request, 1, 20000), 0));
    cr_expect(nng_clock() - begin_ms < 10000);
    connections_close(connections);
}

// --- Subscribers -------------------------------------------------------------

static uint64_t number_of(const char *text)
{
    cr_assert(strncmp(text, "number/", 7) == 0);
    return strtoull(text + 7, NULL, 10);
}

Test(connections, a_plain_subscriber_of_nng_hears_what_it_subscribed_to)
{
    const struct listen listen = {.url = url, .role = ROLE_PUBLISH};
    struct echo        *echo = echo_open(&roomy, &listen, 1);
    nng_socket          socket;
    cr_assert(nng_sub0_open(&socket) == 0);
    cr_assert(nng_socket_set(socket, NNG_OPT_SUB_SUBSCRIBE, "number/", 7) == 0);
    cr_assert(nng_dial(socket, url, NULL, 0) == 0);
    for (uint64_t number = 1; number <= 100; number++) {
        char   text[32];
        size_t size = sizeof text;
        echo_publish(echo, number, 20);
        cr_assert(nng_recv(socket, text, &size, 0) == 0);
        cr_assert(eq(u64, number_of(text), number));
    }
    nng_close(socket);
    echo_close(echo);
}

Test(connections, a_slow_subscriber_gets_the_newest_state)
{
    enum { LAST = 500, SIZE = 100 * 1000 };
    static uint8_t      memory[SIZE];
    const struct listen listen = {.url = url, .role = ROLE_PUBLISH};
    struct echo        *echo = echo_open(&roomy, &listen, 1);
    struct peer         peer = peer_dial_ipc(path);
    uint64_t            number = 0;
    size_t              heard = 0;
    cr_assert(peer_greet(peer, FRAME_SUBSCRIBE, FRAME_PUBLISH));
    for (uint64_t i = 1; i <= LAST; i++)
        echo_publish(echo, i, SIZE);
    while (number < LAST) {
        struct buffer message = buffer_over(memory, sizeof memory);
        cr_assert(peer_receive(peer, &message));
        const uint64_t next = number_of((const char *)memory);
        cr_assert(next > number);
        number = next;
        heard++;
    }
    cr_expect(heard < LAST, "some were passed over");
    peer_hang_up(&peer);
    echo_close(echo);
}

Test(connections, a_subscriber_that_speaks_is_cut)
{
    const struct listen listen = {.url = url, .role = ROLE_PUBLISH};
    struct echo        *echo = echo_open(&roomy, &listen, 1);
    struct peer         peer = peer_dial_ipc(path);
    cr_assert(peer_greet(peer, FRAME_SUBSCRIBE, FRAME_PUBLISH));
    (void)peer_send_request(peer, 1, bytes_of_text("may I")); // may be cut at the first byte
    cr_expect(peer_is_cut(peer, 5000));
    peer_hang_up(&peer);

    peer = peer_dial_ipc(path);
    cr_expect(not(peer_greet(peer, FRAME_REQUEST, FRAME_REPLY)), "requests go elsewhere");
    cr_expect(peer_is_cut(peer, 5000));
    peer_hang_up(&peer);
    echo_close(echo);
}
