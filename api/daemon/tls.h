// tls.h - certificate, key and authority of an address, from their files.
#ifndef API_DAEMON_TLS_H
#define API_DAEMON_TLS_H

#include "api/daemon/connections.h"
#include "core/base/status.h"

struct nng_tls_config;

// STATUS_IO: a file cannot be read; STATUS_TOO_LARGE: larger than 64 KiB; STATUS_PERMISSION: the
// key file is open to others than its owner; STATUS_MALFORMED: not PEM, or the key does not fit.
// With an authority every client must show a certificate that it signed. The caller frees *config.
MUST_CHECK enum status tls_config_open(const struct listen *listen, struct nng_tls_config **config);

#endif
