// The bytes of SP, as nng 1.5 was seen to send them.
#include "api/wire/frame.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

enum { SIZE_MAX_HERE = 1000 };

Test(frame, hello_names_the_protocol)
{
    uint8_t hello[FRAME_HELLO_SIZE];
    frame_hello(FRAME_REPLY, hello);
    cr_assert(memcmp(hello, "\0SP\0\0\x31\0\0", sizeof hello) == 0);
    cr_expect(frame_is_hello(hello, FRAME_REPLY));
    cr_expect(not(frame_is_hello(hello, FRAME_REQUEST)));
}

Test(frame, hello_is_refused_for_any_other_bit)
{
    for (size_t bit = 0; bit < 8 * FRAME_HELLO_SIZE; bit++) {
        uint8_t hello[FRAME_HELLO_SIZE];
        frame_hello(FRAME_REQUEST, hello);
        hello[bit / 8] ^= (uint8_t)(1U << bit % 8);
        cr_expect(not(frame_is_hello(hello, FRAME_REQUEST)), "bit %zu", bit);
    }
}

struct cut_row {
    const char          *when;
    enum frame_transport transport;
    const char          *bytes;
    size_t               size;
    enum frame_cut       cut;
    size_t               answer; // payload size or missing
};

static const struct cut_row cut_rows[] = {
    {"nothing came on tcp",          FRAME_OVER_TCP, "",                                   0,  FRAME_PARTIAL, 8   },
    {"nothing came on ipc",          FRAME_OVER_IPC, "",                                   0,  FRAME_PARTIAL, 9   },
    {"half a header",                FRAME_OVER_TCP, "\0\0\0",                             3,  FRAME_PARTIAL, 5   },
    {"a wrong mark at once",         FRAME_OVER_IPC, "\0",                                 1,  FRAME_BROKEN,  0   },
    {"a wrong mark, all there",      FRAME_OVER_IPC, "\2\0\0\0\0\0\0\0\1x",                10, FRAME_BROKEN,  0   },
    {"an empty payload",             FRAME_OVER_TCP, "\0\0\0\0\0\0\0\0",                   8,  FRAME_WHOLE,   0   },
    {"an empty payload on ipc",      FRAME_OVER_IPC, "\1\0\0\0\0\0\0\0\0",                 9,  FRAME_WHOLE,   0   },
    {"a payload of one",             FRAME_OVER_TCP, "\0\0\0\0\0\0\0\1x",                  9,  FRAME_WHOLE,   1   },
    {"a payload and more behind it", FRAME_OVER_IPC, "\1\0\0\0\0\0\0\0\2abcd",             13, FRAME_WHOLE,   2   },
    {"one byte lacks",               FRAME_OVER_TCP, "\0\0\0\0\0\0\0\2x",                  9,  FRAME_PARTIAL, 1   },
    {"the largest, only announced",  FRAME_OVER_TCP, "\0\0\0\0\0\0\x03\xe8",               8,  FRAME_PARTIAL, 1000},
    {"one more than the largest",    FRAME_OVER_TCP, "\0\0\0\0\0\0\x03\xe9",               8,  FRAME_BROKEN,  0   },
    {"2^64 - 32",                    FRAME_OVER_TCP, "\xff\xff\xff\xff\xff\xff\xff\xe0",   8,  FRAME_BROKEN,  0   },
    {"2^64 - 1 on ipc",              FRAME_OVER_IPC, "\1\xff\xff\xff\xff\xff\xff\xff\xff", 9,  FRAME_BROKEN,  0   },
    {"2^63",                         FRAME_OVER_TCP, "\x80\0\0\0\0\0\0\0",                 8,  FRAME_BROKEN,  0   },
};

Test(frame, cut_tells_whole_partial_and_broken)
{
    for (size_t i = 0; i < sizeof cut_rows / sizeof cut_rows[0]; i++) {
        const struct cut_row *row = &cut_rows[i];
        const struct bytes    received = {(const uint8_t *)row->bytes, row->size};
        struct bytes          payload = {0};
        size_t                missing = 0;
        const enum frame_cut  cut =
            frame_cut(received, row->transport, SIZE_MAX_HERE, &payload, &missing);
        cr_expect(eq(int, cut, row->cut), "when %s", row->when);
        if (row->cut == FRAME_WHOLE)
            cr_expect(eq(sz, payload.size, row->answer), "when %s", row->when);
        if (row->cut == FRAME_PARTIAL)
            cr_expect(eq(sz, missing, row->answer), "when %s", row->when);
    }
}

Test(frame, what_is_added_is_cut_again)
{
    for (int transport = FRAME_OVER_TCP; transport <= FRAME_OVER_IPC; transport++) {
        uint8_t       memory[64];
        struct buffer out = buffer_over(memory, sizeof memory);
        struct bytes  payload = {0};
        size_t        missing = 0;
        frame_add_header(&out, (enum frame_transport)transport, 5);
        cr_expect(eq(sz, out.size, frame_header_size((enum frame_transport)transport)));
        buffer_add_text(&out, "hello, and more");
        cr_assert(eq(int,
                     frame_cut(buffer_bytes(&out), (enum frame_transport)transport, SIZE_MAX_HERE,
                               &payload, &missing),
                     FRAME_WHOLE));
        cr_expect(bytes_is_equal(payload, bytes_of_text("hello")));
    }
}

struct backtrace_row {
    const char *when;
    const char *bytes;
    size_t      size;
    size_t      backtrace_size;
};

#define HOP "\0\0\0\1"
#define END "\x80\0\0\1"

static const struct backtrace_row backtrace_rows[] = {
    {"nothing is there",        "",                                      0,  0 },
    {"three bytes",             "\x80\0\0",                              3,  0 },
    {"one word and no body",    END,                                     4,  4 },
    {"one word and a body",     END "body",                              8,  4 },
    {"two words",               HOP END "body",                          12, 8 },
    {"it does not end",         HOP "bod",                               7,  0 },
    {"it ends where it must",   HOP HOP HOP HOP HOP HOP HOP END "b",     33, 32},
    {"it ends one hop too far", HOP HOP HOP HOP HOP HOP HOP HOP END "b", 37, 0 },
};

Test(frame, backtrace_ends_with_the_top_bit)
{
    for (size_t i = 0; i < sizeof backtrace_rows / sizeof backtrace_rows[0]; i++) {
        const struct backtrace_row *row = &backtrace_rows[i];
        const struct bytes          payload = {(const uint8_t *)row->bytes, row->size};
        cr_expect(eq(sz, frame_backtrace_size(payload), row->backtrace_size), "when %s", row->when);
    }
}
