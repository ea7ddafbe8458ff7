// peer.h - a peer made of plain sockets, which may be as rude as it likes.
#ifndef TESTS_SUPPORT_PEER_H
#define TESTS_SUPPORT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/wire/frame.h"
#include "core/base/bytes.h"

struct peer {
    int                  file; // -1: nobody answered
    enum frame_transport transport;
};

// Reads and writes of the peer give up after ten seconds.
struct peer peer_dial_ipc(const char *path);
struct peer peer_dial_tcp(uint16_t port);
void        peer_hang_up(struct peer *peer);
// With RST instead of FIN on tcp.
void        peer_slam(struct peer *peer);

bool peer_send(struct peer peer, struct bytes bytes);
// Sends the hello and checks the daemon's.
bool peer_greet(struct peer peer, enum frame_protocol mine, enum frame_protocol its);
// One frame: backtrace of one word, then body.
bool peer_send_request(struct peer peer, uint32_t id, struct bytes body);
// One frame with a backtrace of one word. False: cut, or not such a frame, or larger than body_max.
bool peer_receive_reply(struct peer peer, uint32_t *id, struct buffer *body);
// One frame without backtrace.
bool peer_receive(struct peer peer, struct buffer *payload);
// Reads whatever comes until the daemon closes; false when it does not within wait_ms.
bool peer_is_cut(struct peer peer, int wait_ms);

// How many descriptors this process has open.
size_t peer_open_files(void);

#endif
