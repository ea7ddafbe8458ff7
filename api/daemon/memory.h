// memory.h - blocks of memory under one bound, used again and again.
//
// Sizes are rounded up to powers of two, so that a returned block fits the next who asks; what is
// bounded is their sum. Any thread.
#ifndef API_DAEMON_MEMORY_H
#define API_DAEMON_MEMORY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MEMORY_CLASS_COUNT = 12,    // 1 KiB, 2 KiB … 2 MiB, each with the block's own head
    MEMORY_KEPT_MAX = 16 << 20, // bytes kept for the next who asks
};

struct block {
    struct block *next; // the owner's
    size_t        size; // bytes used; the owner's
    size_t        size_max;
    size_t class;
    _Alignas(16) uint8_t at[];
};

struct memory {
    pthread_mutex_t lock;
    size_t          used; // bytes out, heads included
    size_t          max;
    size_t          kept;
    struct block   *free[MEMORY_CLASS_COUNT];
};

void memory_init(struct memory *memory, size_t max);
// All blocks must be back.
void memory_release(struct memory *memory);

// An empty block for at least this many bytes; NULL when the bound is reached, when the system has
// none left, or when no class is that large.
struct block *memory_take(struct memory *memory, size_t size);
// Gives back a list of blocks, linked by next; NULL is fine.
void          memory_give_back(struct memory *memory, struct block *blocks);

size_t memory_used(struct memory *memory);

#endif
