#include "core/base/reserve.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// What grows beyond this is looked up at random: large pages then save most of the misses of the
// page tables. What stays small takes small pages.
#define SMALL_SIZE ((uintptr_t)2 << 20)

static void prefer_large_pages(void *memory, size_t size)
{
    const uintptr_t at = (uintptr_t)memory;
    const uintptr_t large = (at + 2 * SMALL_SIZE - 1) / SMALL_SIZE * SMALL_SIZE;
    if (size <= large - at) return;
    // A wish: without it everything is as it was.
    (void)madvise((uint8_t *)memory + (large - at), size - (large - at), MADV_HUGEPAGE);
}

void *memory_reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    prefer_large_pages(memory, size);
    return memory;
}

void memory_return(void *memory, size_t size)
{
    if (memory != NULL) (void)munmap(memory, size);
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 // Linux 5.14; before it nothing is done
#endif

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void memory_touch(void *memory, size_t size)
{
    const size_t before = (uintptr_t)memory % page_size(); // it takes whole pages
    (void)madvise((uint8_t *)memory - before, before + size, MADV_POPULATE_WRITE);
}

void memory_zero(void *memory, size_t size)
{
    const uintptr_t page = page_size();
    const uintptr_t at = (uintptr_t)memory;
    const size_t    head = (size_t)((page - at % page) % page);
    if (size < head + page) {
        memset(memory, 0, size);
        return;
    }
    const size_t whole = (size - head) / page * page;
    uint8_t     *start = memory;
    memset(start, 0, head);
    (void)madvise(start + head, whole, MADV_DONTNEED);
    memset(start + head + whole, 0, size - head - whole);
}
