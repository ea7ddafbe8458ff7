// shelter.h - work on a ledger in a process of its own: a damaged file can crash the library that
// reads it, and an auditor must live to tell.
#ifndef REPLAY_SHELTER_H
#define REPLAY_SHELTER_H

#include <stdbool.h>
#include <stddef.h>

// Zeroed memory that a shelter's process and this one both see. NULL when there is none.
void *shelter_share(size_t size);
void  shelter_unshare(void *memory, size_t size);

struct shelter_end {
    bool is_finished; // work returned
    bool is_written;  // and what it printed went out
    int  result;      // what it returned
    int  signal;      // that ended it; 0: none
};

// Runs work in a child process and waits for it. Before any thread is started. False when no
// process can be made.
bool shelter_run(int (*work)(void *context), void *context, struct shelter_end *end);

#endif
