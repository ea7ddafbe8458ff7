// echo.h - a loop that answers every request with its own body, and publishes numbers.
//
// For tests of the sockets and of what stands on them. Its thread is the loop of connections.h.
#ifndef TESTS_SUPPORT_ECHO_H
#define TESTS_SUPPORT_ECHO_H

#include <stddef.h>
#include <stdint.h>

#include "api/daemon/connections.h"

struct echo;

// Aborts when it cannot: a test has no other use for it.
struct echo *echo_open(const struct connections_options *options, const struct listen *listens,
                       size_t listen_count);
void         echo_close(struct echo *echo);

// Of each subscriber: from now on its newest state is `number`. The message is "number/<decimal>"
// and then zeros up to size.
void echo_publish(struct echo *echo, uint64_t number, size_t size);

struct connections_counts echo_counts(struct echo *echo);
uint16_t                  echo_port(const struct echo *echo, size_t listen_index);

#endif
