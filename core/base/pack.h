// pack.h - MessagePack in its one canonical form: a bounded reader and a writer.
//
// Canonical: shortest integers and headers, no negative numbers, no floats, no extension types,
// UTF-8 text, map keys strictly ascending byte by byte. What is not canonical is refused, so bytes
// that were read can be written again identically, and a signature over them means one thing.
// The reader trusts no length: it never asks for memory and never reads past the end.
#ifndef CORE_BASE_PACK_H
#define CORE_BASE_PACK_H

#include "core/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

// Sticky: after the first offence is_bad stays set and every read returns 0, false or no bytes, so
// a reader reads straight through and looks once. Views point into the bytes that are read.
struct pack_reader {
    struct bytes rest;
    uint32_t     items; // values read so far, at most PACK_ITEM_MAX
    bool         is_bad;
};

struct pack_reader pack_reader(struct bytes packed);

uint64_t     pack_read_number(struct pack_reader *reader, uint64_t max);
bool         pack_read_flag(struct pack_reader *reader);
struct bytes pack_read_text(struct pack_reader *reader, size_t size_max);
struct bytes pack_read_binary(struct pack_reader *reader, size_t size_max);
uint32_t     pack_read_array(struct pack_reader *reader, uint32_t count_max);
uint32_t     pack_read_map(struct pack_reader *reader, uint32_t count_max);
// Steps over a nil when one stands next.
bool         pack_read_nil(struct pack_reader *reader);
// A text of at most NAME_SIZE_MAX bytes that must compare higher than *key (no bytes at first),
// which it then replaces.
struct bytes pack_read_key(struct pack_reader *reader, struct bytes *key);
// Any one value, checked as deep as PACK_DEPTH_MAX; its bytes.
struct bytes pack_read_any(struct pack_reader *reader);
// True when nothing was bad and nothing is left.
bool         pack_read_end(const struct pack_reader *reader);

enum pack_type {
    PACK_NOTHING, // at the end, or bad
    PACK_NIL,
    PACK_FLAG,
    PACK_NUMBER,
    PACK_TEXT,
    PACK_BINARY,
    PACK_ARRAY,
    PACK_MAP,
};

// What stands next, without reading it.
enum pack_type pack_next_type(const struct pack_reader *reader);

// The writer: into a sticky buffer.
void pack_nil(struct buffer *buffer);
void pack_flag(struct buffer *buffer, bool flag);
void pack_number(struct buffer *buffer, uint64_t number);
void pack_text(struct buffer *buffer, struct bytes text);
void pack_key(struct buffer *buffer, const char *key);
void pack_binary(struct buffer *buffer, struct bytes binary);
void pack_array(struct buffer *buffer, uint32_t count);
void pack_map(struct buffer *buffer, uint32_t count);

#endif
