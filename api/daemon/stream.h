// stream.h - nng's byte streams, the only part of nng that the daemon uses.
//
// Not its sockets, listeners and HTTP server: those of version 1.5 can be stopped by any stranger.
// Rules of the streams that the files including this keep:
//   - Nothing is submitted on a stream after nng_stream_close: it would never complete.
//   - A callback never blocks: few threads serve all connections.
//   - An aio that once slept reports timeouts as success, so a timer has an aio of its own.
//   - No timeouts on the aios of a stream: inside TLS they may never fire. Closing always works.
#ifndef API_DAEMON_STREAM_H
#define API_DAEMON_STREAM_H

#include <nng/nng.h>
#include <nng/supplemental/tls/tls.h>
#include <nng/supplemental/util/platform.h>

#endif
