// reserve.h - address space that the system fills with zeroed pages as they are first touched.
#ifndef CORE_BASE_RESERVE_H
#define CORE_BASE_RESERVE_H

#include <stddef.h>

// NULL when there is no address space left. memory_return takes NULL.
void *memory_reserve(size_t size);
void  memory_return(void *memory, size_t size);
// Has the system fill in pages now that would be filled in when they are touched first; what is in
// the memory stays, whoever writes to it meanwhile. Any thread.
void  memory_touch(void *memory, size_t size);
// Zeroes the memory, giving whole pages back to the system.
void  memory_zero(void *memory, size_t size);

#endif
