#include "tests/support/peer.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct peer connect_to(const struct sockaddr *address, socklen_t size,
                              enum frame_transport transport)
{
    const struct timeval patience = {.tv_sec = 10};
    struct peer peer = {socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), transport};
    if (peer.file < 0) return peer;
    setsockopt(peer.file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(peer.file, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(peer.file, address, size) != 0) peer_hang_up(&peer);
    return peer;
}

struct peer peer_dial_ipc(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return connect_to((const struct sockaddr *)&address, sizeof address, FRAME_OVER_IPC);
}

struct peer peer_dial_tcp(uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    return connect_to((const struct sockaddr *)&address, sizeof address, FRAME_OVER_TCP);
}

void peer_hang_up(struct peer *peer)
{
    if (peer->file >= 0) close(peer->file);
    peer->file = -1;
}

void peer_slam(struct peer *peer)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(peer->file, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    peer_hang_up(peer);
}

bool peer_send(struct peer peer, struct bytes bytes)
{
    while (bytes.size > 0) {
        const ssize_t sent = send(peer.file, bytes.at, bytes.size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes = bytes_after(bytes, (size_t)sent);
    }
    return true;
}

static bool receive_all(struct peer peer, uint8_t *at, size_t size)
{
    while (size > 0) {
        const ssize_t received = recv(peer.file, at, size, 0);
        if (received <= 0) return false;
        at += received;
        size -= (size_t)received;
    }
    return true;
}

bool peer_greet(struct peer peer, enum frame_protocol mine, enum frame_protocol its)
{
    uint8_t hello[FRAME_HELLO_SIZE];
    frame_hello(mine, hello);
    if (!peer_send(peer, (struct bytes){hello, sizeof hello})) return false;
    return receive_all(peer, hello, sizeof hello) && frame_is_hello(hello, its);
}

bool peer_send_request(struct peer peer, uint32_t id, struct bytes body)
{
    uint8_t       memory[FRAME_HEADER_SIZE_MAX + 4];
    struct buffer head = buffer_over(memory, sizeof memory);
    frame_add_header(&head, peer.transport, 4 + body.size);
    buffer_add_byte(&head, (uint8_t)(0x80 | id >> 24));
    for (int shift = 16; shift >= 0; shift -= 8)
        buffer_add_byte(&head, (uint8_t)(id >> shift));
    return peer_send(peer, buffer_bytes(&head)) && peer_send(peer, body);
}

bool peer_receive(struct peer peer, struct buffer *payload)
{
    uint8_t      header[FRAME_HEADER_SIZE_MAX];
    const size_t header_size = frame_header_size(peer.transport);
    if (!receive_all(peer, header, header_size)) return false;
    uint64_t size = 0;
    for (size_t i = header_size - 8; i < header_size; i++)
        size = size << 8 | header[i];
    if (size > payload->size_max) return false;
    payload->size = (size_t)size;
    return receive_all(peer, payload->at, (size_t)size);
}

bool peer_receive_reply(struct peer peer, uint32_t *id, struct buffer *body)
{
    if (!peer_receive(peer, body) || body->size < 4 || (body->at[0] & 0x80) == 0) return false;
    const uint8_t *at = body->at;
    *id = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    body->size -= 4;
    memmove(body->at, body->at + 4, body->size);
    return true;
}

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool peer_is_cut(struct peer peer, int wait_ms)
{
    const int64_t until_ms = clock_ms() + wait_ms;
    uint8_t       waste[4096];
    while (clock_ms() < until_ms) {
        struct pollfd poller = {.fd = peer.file, .events = POLLIN};
        if (poll(&poller, 1, (int)(until_ms - clock_ms())) <= 0) continue;
        if (recv(peer.file, waste, sizeof waste, 0) <= 0) return true;
    }
    return false;
}

size_t peer_open_files(void)
{
    size_t count = 0;
    DIR   *files = opendir("/proc/self/fd");
    if (files == NULL) return 0;
    while (readdir(files) != NULL)
        count++;
    closedir(files);
    return count - 3; // ".", ".." and the directory itself
}
