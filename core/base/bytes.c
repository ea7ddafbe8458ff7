#include "core/base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct bytes bytes_of_text(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

bool bytes_is_equal(struct bytes a, struct bytes b)
{
    if (a.size != b.size) return false;
    return a.size == 0 || memcmp(a.at, b.at, a.size) == 0;
}

int bytes_compare(struct bytes a, struct bytes b)
{
    const size_t shorter = a.size < b.size ? a.size : b.size;
    const int    order = shorter == 0 ? 0 : memcmp(a.at, b.at, shorter);
    if (order != 0) return order;
    return (a.size > b.size) - (a.size < b.size);
}

bool bytes_starts_with(struct bytes whole, struct bytes start)
{
    if (start.size > whole.size) return false;
    return bytes_is_equal((struct bytes){whole.at, start.size}, start);
}

struct bytes bytes_cut(struct bytes *rest, uint8_t separator)
{
    const struct bytes whole = *rest;
    const uint8_t     *found = whole.size == 0 ? NULL : memchr(whole.at, separator, whole.size);
    if (found == NULL) {
        *rest = bytes_after(whole, whole.size);
        return whole;
    }
    const size_t size = (size_t)(found - whole.at);
    *rest = bytes_after(whole, size + 1);
    return (struct bytes){whole.at, size};
}

bool bytes_to_decimal(struct bytes text, uint64_t max, uint64_t *number)
{
    uint64_t sum = 0;
    if (text.size == 0 || text.size > 20) return false;
    if (text.size > 1 && text.at[0] == '0') return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        const uint64_t digit = text.at[i] - (uint64_t)'0';
        if (sum > (UINT64_MAX - digit) / 10) return false;
        sum = sum * 10 + digit;
    }
    if (sum > max) return false;
    *number = sum;
    return true;
}

struct buffer buffer_over(void *memory, size_t size_max)
{
    return (struct buffer){.at = memory, .size_max = size_max};
}

void buffer_add(struct buffer *buffer, struct bytes bytes)
{
    if (buffer->is_full || bytes.size == 0) return;
    if (bytes.size > buffer->size_max - buffer->size) {
        buffer->is_full = true;
        return;
    }
    memcpy(buffer->at + buffer->size, bytes.at, bytes.size);
    buffer->size += bytes.size;
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, bytes_of_text(text));
}

void buffer_add_byte(struct buffer *buffer, uint8_t byte)
{
    buffer_add(buffer, (struct bytes){&byte, 1});
}

void buffer_add_decimal(struct buffer *buffer, uint64_t number)
{
    uint8_t digits[20];
    size_t  at = sizeof digits;
    do {
        digits[--at] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    buffer_add(buffer, (struct bytes){digits + at, sizeof digits - at});
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    if (buffer->is_full) return;
    const size_t room = buffer->size_max - buffer->size;
    va_list      arguments;
    va_start(arguments, format);
    const int size = vsnprintf((char *)buffer->at + buffer->size, room, format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= room) {
        buffer->is_full = true;
        return;
    }
    buffer->size += (size_t)size;
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
    return (struct bytes){buffer->at, buffer->size};
}

const char *buffer_text(struct buffer *buffer)
{
    if (buffer->size == buffer->size_max) buffer->is_full = true;
    if (buffer->is_full) return "";
    buffer->at[buffer->size] = 0;
    return (const char *)buffer->at;
}
