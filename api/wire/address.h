// address.h - where a daemon answers and a client asks unless they are told.
#ifndef API_WIRE_ADDRESS_H
#define API_WIRE_ADDRESS_H

#include <stddef.h>

// ipc://$XDG_RUNTIME_DIR/licetd.sock where that variable is set, else ipc:///run/licet/licetd.sock.
// Reads the environment: before other threads start. Returns text, cut where it is too small.
const char *address_default(char *text, size_t size);

#endif
