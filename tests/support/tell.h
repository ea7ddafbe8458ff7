// tell.h - events as a person reads them, from their rows alone; to standard error.
#ifndef TESTS_SUPPORT_TELL_H
#define TESTS_SUPPORT_TELL_H

#include "core/event/event.h"

// One line; those of a plan each on one of its own.
void tell_event(const struct event *event);

#endif
