// caller.h - a struct licet from inside: its connection, who is logged in, what is in flight.
#ifndef API_CLIENT_CALLER_H
#define API_CLIENT_CALLER_H

#include "api/client/client.h"
#include "api/client/flight.h"
#include "api/client/licet.h"

enum { CALLER_DETAIL_SIZE = 200, CALLER_NAME_SIZE = 128 + 1, CALLER_PATH_SIZE = PATH_SIZE_MAX + 1 };

struct licet {
    struct licet_options options; // with the defaults filled in
    struct client       *client;
    uint32_t             failure_count; // connections lost since the last reply
    char                 origin[CALLER_NAME_SIZE], actor[CALLER_NAME_SIZE];
    char                 role[CALLER_NAME_SIZE], group[CALLER_PATH_SIZE];
    bool                 has_test_clock;
    bool                 must_sign;                 // no session vouches for this key
    uint64_t             ledger_ms, ledger_read_ms; // ledger time, and when it was told here
    char                 detail[CALLER_DETAIL_SIZE];
    struct flight        flight;
    uint8_t              request[MESSAGE_SIZE_MAX]; // being made; the flight takes a copy
    uint8_t              scratch[MESSAGE_SIZE_MAX]; // of the handshake, and for what is signed
};

// Connected and logged in, or why not at the deadline. A new connection has sent nothing of what is
// in flight.
MUST_CHECK enum status caller_ensure(struct licet *licet, uint64_t deadline_ms);
// Parts word and message of a payload; false when it is no reply.
bool caller_read_reply(struct bytes payload, uint32_t *word, struct licet_reply *reply);
// Learns the ledger's time from a reply that tells it.
void caller_note_time(struct licet *licet, const struct licet_reply *reply);
void caller_say(struct licet *licet, const char *format, ...) __attribute__((format(printf, 2, 3)));
// One request and its reply, with nothing else in flight.
MUST_CHECK enum status exchange_one(struct licet *licet, struct bytes request, uint32_t timeout_ms,
                                    struct licet_reply *reply);
// Waits a while, longer each time, a little at random, and not beyond the deadline.
void                   caller_pause(uint32_t failure_count, uint64_t deadline_ms);

#endif
