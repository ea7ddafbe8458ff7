// session.h - who is behind a connection: a challenge, answered with a signature (PROTOCOL.md 3).
//
// A session lives as long as its connection. It names its actor by id, so that a key that is
// removed has no session any more.
#ifndef API_DAEMON_SESSION_H
#define API_DAEMON_SESSION_H

#include "api/daemon/connections.h"
#include "core/proof/crypto.h"
#include "projections/state.h"

enum { CHALLENGE_SIZE = 32, SESSION_MAX = 1 << 16 };

struct session {
    uint32_t  generation; // of the connection that it belongs to
    bool      has_challenge, is_logged_in;
    uint8_t   challenge[CHALLENGE_SIZE];
    entity_id actor;
};

struct sessions {
    struct session *at; // by slot
};

MUST_CHECK enum status sessions_init(struct sessions *sessions);
void                   sessions_release(struct sessions *sessions);

// Never NULL: a new connection in the slot gets a fresh session.
struct session *session_of(struct sessions *sessions, struct connection_id id);
// A fresh challenge; the one before is void.
void            session_challenge(struct session *session);
// The actor's record when the signature answers the challenge; 0 otherwise. The challenge is used
// up either way.
uint32_t session_login(struct session *session, const struct state *state, struct bytes origin,
                       const uint8_t key[static CRYPTO_KEY_SIZE],
                       const uint8_t signature[static CRYPTO_SIGNATURE_SIZE]);
// 0 when nobody is logged in, or the key has been removed since.
uint32_t session_actor(const struct session *session, const struct state *state);

#endif
