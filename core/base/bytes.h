// bytes.h - a borrowed view of bytes, and a bounded buffer to put bytes into.
//
// A view never owns: one of the store dies with its transaction, one of a message with the message.
#ifndef CORE_BASE_BYTES_H
#define CORE_BASE_BYTES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *at; // may be NULL when size is 0
    size_t         size;
};

// The view of a C string without its final zero.
struct bytes bytes_of_text(const char *text);

bool bytes_is_equal(struct bytes a, struct bytes b);
// Byte by byte, a shorter prefix first; like memcmp.
int  bytes_compare(struct bytes a, struct bytes b);
bool bytes_starts_with(struct bytes whole, struct bytes start);

// From offset to the end; offset at most size.
static inline struct bytes bytes_after(struct bytes whole, size_t offset)
{
    assert(offset <= whole.size);
    if (offset == 0) return whole;
    return (struct bytes){whole.at + offset, whole.size - offset};
}

// Cuts the view up to the first separator off *rest and steps over it; without one, takes all.
struct bytes bytes_cut(struct bytes *rest, uint8_t separator);

// A decimal number without sign and without leading zeros, up to max; false when it is not one.
bool bytes_to_decimal(struct bytes text, uint64_t max, uint64_t *number);

// A sticky buffer over memory of the caller: nothing is written after the first overflow, so a
// writer writes straight through and looks at is_full once.
struct buffer {
    uint8_t *at;
    size_t   size; // bytes used
    size_t   size_max;
    bool     is_full; // something did not fit; the content is then useless
};

struct buffer buffer_over(void *memory, size_t size_max);
void          buffer_add(struct buffer *buffer, struct bytes bytes);
void          buffer_add_text(struct buffer *buffer, const char *text);
void          buffer_add_byte(struct buffer *buffer, uint8_t byte);
void          buffer_add_decimal(struct buffer *buffer, uint64_t number);
void          buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct bytes buffer_bytes(const struct buffer *buffer);
// Ends the text with a zero that does not count into size; sets is_full where there is no room.
const char  *buffer_text(struct buffer *buffer);

#endif
