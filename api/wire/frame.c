#include "api/wire/frame.h"

#include <string.h>

// What stands before the size on ipc.
enum { IPC_MARK = 1, SIZE_SIZE = 8, WORD_SIZE = 4, LAST_WORD = 0x80 };

void frame_hello(enum frame_protocol protocol, uint8_t hello[static FRAME_HELLO_SIZE])
{
    const uint8_t bytes[FRAME_HELLO_SIZE] = {0, 'S', 'P', 0, 0, (uint8_t)protocol, 0, 0};
    memcpy(hello, bytes, sizeof bytes);
}

bool frame_is_hello(const uint8_t hello[static FRAME_HELLO_SIZE], enum frame_protocol protocol)
{
    uint8_t expected[FRAME_HELLO_SIZE];
    frame_hello(protocol, expected);
    return memcmp(hello, expected, sizeof expected) == 0;
}

size_t frame_header_size(enum frame_transport transport)
{
    return transport == FRAME_OVER_IPC ? 1 + SIZE_SIZE : SIZE_SIZE;
}

void frame_add_header(struct buffer *out, enum frame_transport transport, uint64_t size)
{
    if (transport == FRAME_OVER_IPC) buffer_add_byte(out, IPC_MARK);
    for (int shift = 56; shift >= 0; shift -= 8) {
        buffer_add_byte(out, (uint8_t)(size >> shift));
    }
}

static uint64_t big_endian(const uint8_t at[static SIZE_SIZE])
{
    uint64_t number = 0;
    for (size_t i = 0; i < SIZE_SIZE; i++) {
        number = number << 8 | at[i];
    }
    return number;
}

enum frame_cut frame_cut(struct bytes received, enum frame_transport transport, size_t size_max,
                         struct bytes *payload, size_t *missing)
{
    const size_t header = frame_header_size(transport);
    if (transport == FRAME_OVER_IPC && received.size > 0 && received.at[0] != IPC_MARK) {
        return FRAME_BROKEN;
    }
    if (received.size < header) {
        *missing = header - received.size;
        return FRAME_PARTIAL;
    }
    const uint64_t size = big_endian(received.at + header - SIZE_SIZE);
    if (size > size_max) return FRAME_BROKEN;

    const size_t here = received.size - header;
    if (here < size) {
        *missing = (size_t)size - here;
        return FRAME_PARTIAL;
    }
    *payload = (struct bytes){received.at + header, (size_t)size};
    return FRAME_WHOLE;
}

size_t frame_backtrace_size(struct bytes payload)
{
    for (size_t at = 0; at < FRAME_BACKTRACE_SIZE_MAX; at += WORD_SIZE) {
        if (payload.size - at < WORD_SIZE) return 0;
        if ((payload.at[at] & LAST_WORD) != 0) return at + WORD_SIZE;
    }
    return 0;
}
