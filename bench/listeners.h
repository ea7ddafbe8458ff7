// listeners.h - very many subscribers of a publishing licetd in one thread: plain sockets that
// speak SP, since a thousand of a library's would cost more than what is measured.
#ifndef BENCH_LISTENERS_H
#define BENCH_LISTENERS_H

#include "bench/measure.h"

enum { LISTENER_MAX = 1000 };

struct listeners;

// So many subscribers of everything, in turn on the sockets `directory`/scope-N.sock for N below
// scope_count.
MUST_CHECK enum status listeners_open(const char *directory, uint32_t scope_count, uint32_t count,
                                      struct listeners **listeners);
void                   listeners_close(struct listeners *listeners); // NULL is fine

// From here on they read, until listeners_stop. With that the measure: messages of groups a second,
// how long after listeners_note each was read, and the share of a core that reading took.
MUST_CHECK enum status listeners_start(struct listeners *listeners);
MUST_CHECK enum status listeners_stop(struct listeners *listeners, struct measure *measure);

// The event `seq` is known to be durable now, as far as its author can tell. Any thread. A message
// that is read before this counts as read at once.
void listeners_note(struct listeners *listeners, uint64_t seq);

#endif
