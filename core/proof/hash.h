// hash.h - SHA-256, and the two hashes of a Merkle tree (RFC 6962).
//
// hash_start() comes once, before threads and before anything else here. Each thread that hashes
// makes its context with its first hash and loses it when it ends; without memory for that the
// process stops. Only streams allocate besides.
#ifndef CORE_PROOF_HASH_H
#define CORE_PROOF_HASH_H

#include "core/base/bytes.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { HASH_SIZE = 32 };

struct hash {
    uint8_t at[HASH_SIZE];
};

// Fetches SHA-256 and tries it on known answers. STATUS_UNSUPPORTED when the library has none or
// computes something else, STATUS_OUT_OF_MEMORY. A second call does nothing.
MUST_CHECK enum status hash_start(void);

struct hash  hash_bytes(struct bytes bytes);
struct hash  hash_leaf(struct bytes leaf);                                 // SHA256(0x00 || leaf)
struct hash  hash_node(const struct hash *left, const struct hash *right); // SHA256(0x01 || ...)
bool         hash_is_equal(const struct hash *a, const struct hash *b);
struct bytes hash_view(const struct hash *hash); // lives as long as the hash

// SHA-256 of what comes piece by piece. init, add any number of times, finish once; release always.
struct hash_stream {
    void *context; // NULL: nothing to release
};

MUST_CHECK enum status hash_stream_init(struct hash_stream *stream); // STATUS_OUT_OF_MEMORY
void                   hash_stream_add(struct hash_stream *stream, struct bytes piece);
struct hash            hash_stream_finish(struct hash_stream *stream);
void                   hash_stream_release(struct hash_stream *stream);

#endif
