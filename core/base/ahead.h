// ahead.h - memory that grows step by step is touched by another thread before it is used.
//
// Where memory is touched first the system has to find a page and clear it: 0.2 ms for a large one,
// and milliseconds where a host must find it, too. Whoever grows says how much it uses; a thread
// has the system fill in what comes next. What it leaves undone the first use does, as ever.
//
//   | used ........................ | at least AHEAD_LEAST | ... asked for | not touched yet
#ifndef CORE_BASE_AHEAD_H
#define CORE_BASE_AHEAD_H

#include "core/base/status.h"

#include <stddef.h>

struct ahead; // the thread and what it was asked for

MUST_CHECK enum status ahead_open(struct ahead **ahead);
void                   ahead_close(struct ahead *ahead); // NULL is fine

// Of one stretch of memory: how far from its start on it was asked for. Zero: nobody is asked.
struct ahead_mark {
    struct ahead *ahead; // borrowed; NULL
    size_t        asked;
};

enum { AHEAD_LEAST = 2 << 20 };

// What stays small is not worth it.
static inline struct ahead_mark ahead_mark(struct ahead *ahead)
{
    return (struct ahead_mark){.ahead = ahead, .asked = (size_t)2 * AHEAD_LEAST};
}

// Any thread, one at a time for the same mark. Never waits for the memory.
void ahead_ask(struct ahead_mark *mark, void *memory, size_t size, size_t used);

// So many bytes of the memory's size are used now. Costs nothing where no more has to be asked for.
static inline void ahead_note(struct ahead_mark *mark, void *memory, size_t size, size_t used)
{
    if (mark->ahead != NULL && used + AHEAD_LEAST > mark->asked) {
        ahead_ask(mark, memory, size, used);
    }
}

#endif
