// client.h - one connection to a daemon: frames out, frames in, each wait with an end.
//
// nng's byte streams carry it (ipc, tcp, tls+tcp); its sockets would send again what was not
// answered before anybody has logged in. nng's threads only mark what is done; everything else
// happens in the thread that calls. Deadlines are of client_clock_ms().
#ifndef API_CLIENT_CLIENT_H
#define API_CLIENT_CLIENT_H

#include "api/wire/frame.h"
#include "core/base/bytes.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct client;

// The monotonic clock in milliseconds.
uint64_t client_clock_ms(void);

// Files may be NULL. STATUS_USAGE for another scheme, STATUS_NOT_FOUND for files that do not serve,
// STATUS_OUT_OF_MEMORY.
MUST_CHECK enum status client_open(const char *url, const char *ca_file,
                                   const char *certificate_file, struct client **client);
void                   client_close(struct client *client); // NULL is fine

enum frame_transport client_transport(const struct client *client);
const char          *client_detail(const struct client *client); // of the newest failure

// Connects, and says the hello of a REQ socket. STATUS_UNREACHABLE, STATUS_BAD_SIGNATURE for a
// certificate that is not to be trusted, STATUS_UNSUPPORTED when no REP socket answers.
MUST_CHECK enum status client_dial(struct client *client, uint64_t deadline_ms);
void                   client_hang_up(struct client *client); // without a connection does nothing
bool                   client_is_connected(const struct client *client);

// Starts to send. The bytes stay where they are until client_wait() says how many were taken, maybe
// not all; nothing else is sent until then.
void client_send(struct client *client, struct bytes bytes);
bool client_is_sending(struct client *client);

// The payload of the next frame that has come whole. A view until the next client_wait().
// STATUS_NOT_FOUND when none has; STATUS_MALFORMED: hang up.
MUST_CHECK enum status client_receive(struct client *client, struct bytes *payload);

// Until bytes have come or a send is done. STATUS_TIMED_OUT; STATUS_IO: the connection is lost,
// hang up.
MUST_CHECK enum status client_wait(struct client *client, uint64_t deadline_ms, size_t *size_sent);

#endif
