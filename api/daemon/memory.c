#include "api/daemon/memory.h"

#include <assert.h>
#include <stdlib.h>

static size_t class_size(size_t class)
{
    return (size_t)1024 << class;
}

static size_t class_for(size_t size)
{
    size_t class = 0;
    while (class < MEMORY_CLASS_COUNT && class_size(class) < size) {
        class ++;
    }
    return class;
}

void memory_init(struct memory *memory, size_t max)
{
    *memory = (struct memory){.max = max};
    pthread_mutex_init(&memory->lock, NULL);
}

void memory_release(struct memory *memory)
{
    assert(memory->used == 0);
    for (size_t class = 0; class < MEMORY_CLASS_COUNT; class ++) {
        while (memory->free[class] != NULL) {
            struct block *block = memory->free[class];
            memory->free[class] = block->next;
            free(block);
        }
    }
    pthread_mutex_destroy(&memory->lock);
}

// Counts the block as used before it exists, so that two threads cannot pass the bound together.
static struct block *take_kept(struct memory *memory, size_t class)
{
    struct block *block = memory->free[class];
    if (block == NULL) return NULL;
    memory->free[class] = block->next;
    memory->kept -= class_size(class);
    return block;
}

static void uncount(struct memory *memory, size_t size)
{
    pthread_mutex_lock(&memory->lock);
    assert(memory->used >= size);
    memory->used -= size;
    pthread_mutex_unlock(&memory->lock);
}

struct block *memory_take(struct memory *memory, size_t size)
{
    if (size > class_size(MEMORY_CLASS_COUNT - 1) - sizeof(struct block)) return NULL;
    const size_t class = class_for(size + sizeof(struct block));
    const size_t whole = class_size(class);

    pthread_mutex_lock(&memory->lock);
    const bool is_room = whole <= memory->max - memory->used;
    if (is_room) memory->used += whole;
    struct block *block = is_room ? take_kept(memory, class) : NULL;
    pthread_mutex_unlock(&memory->lock);
    if (!is_room) return NULL;

    if (block == NULL) block = malloc(whole);
    if (block == NULL) {
        uncount(memory, whole);
        return NULL;
    }
    block->next = NULL;
    block->size = 0;
    block->size_max = whole - sizeof(struct block);
    block->class = class;
    return block;
}

void memory_give_back(struct memory *memory, struct block *blocks)
{
    struct block *surplus = NULL;
    if (blocks == NULL) return;
    pthread_mutex_lock(&memory->lock);
    while (blocks != NULL) {
        struct block *block = blocks;
        const size_t  whole = class_size(block->class);
        blocks = block->next;
        assert(memory->used >= whole);
        memory->used -= whole;
        const bool     is_kept = memory->kept + whole <= MEMORY_KEPT_MAX;
        struct block **list = is_kept ? &memory->free[block->class] : &surplus;
        if (is_kept) memory->kept += whole;
        block->next = *list;
        *list = block;
    }
    pthread_mutex_unlock(&memory->lock);

    while (surplus != NULL) {
        struct block *block = surplus;
        surplus = block->next;
        free(block);
    }
}

size_t memory_used(struct memory *memory)
{
    pthread_mutex_lock(&memory->lock);
    const size_t used = memory->used;
    pthread_mutex_unlock(&memory->lock);
    return used;
}
