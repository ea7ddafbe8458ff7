// frame.h - the SP protocol on a stream of bytes: hello, frame, backtrace.
//
// As nng and nanomsg speak it. Both sides open with a hello of eight bytes:
//
//   00 'S' 'P' 00  protocol(be16)  00 00
//
// then come frames, on tcp and inside TLS
//
//   size(be64)  payload                         and on ipc   01  size(be64)  payload
//
// The payload of a request opens with a backtrace of 32-bit words: every hop puts one before it,
// the last word has its top bit set. What follows is the message. The reply carries the same words.
// A publication has no backtrace. Sizes are bytes.
#ifndef API_WIRE_FRAME_H
#define API_WIRE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"

enum {
    FRAME_HELLO_SIZE = 8,
    FRAME_HEADER_SIZE_MAX = 9,
    FRAME_BACKTRACE_SIZE_MAX = 8 * 4, // hops, as nng's own bound
};

enum frame_protocol {
    FRAME_PUBLISH = 0x20,
    FRAME_SUBSCRIBE = 0x21,
    FRAME_REQUEST = 0x30,
    FRAME_REPLY = 0x31,
};

enum frame_transport { FRAME_OVER_TCP, FRAME_OVER_IPC };

// Writes the hello of a side that speaks this protocol.
void frame_hello(enum frame_protocol protocol, uint8_t hello[static FRAME_HELLO_SIZE]);
bool frame_is_hello(const uint8_t hello[static FRAME_HELLO_SIZE], enum frame_protocol protocol);

// Adds the header of a payload of this size.
void   frame_add_header(struct buffer *out, enum frame_transport transport, uint64_t size);
size_t frame_header_size(enum frame_transport transport);

enum frame_cut { FRAME_WHOLE, FRAME_PARTIAL, FRAME_BROKEN };

// Looks at the frame that `received` opens with. Whole: *payload is a view into it, and the next
// frame begins behind the payload. Partial: *missing is how many bytes are known to lack, at least
// one. Broken: not a frame, or its payload is larger than size_max; the stream is lost.
enum frame_cut frame_cut(struct bytes received, enum frame_transport transport, size_t size_max,
                         struct bytes *payload, size_t *missing);

// The size of the backtrace that the payload of a request opens with; 0 when there is none that
// ends within FRAME_BACKTRACE_SIZE_MAX.
size_t frame_backtrace_size(struct bytes payload);

#endif
