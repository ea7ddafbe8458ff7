#include "api/daemon/session.h"

#include "core/base/reserve.h"
#include "projections/actors.h"

#include <assert.h>

enum status sessions_init(struct sessions *sessions)
{
    sessions->at = memory_reserve(SESSION_MAX * sizeof *sessions->at);
    return sessions->at == NULL ? STATUS_OUT_OF_MEMORY : OK;
}

void sessions_release(struct sessions *sessions)
{
    memory_return(sessions->at, SESSION_MAX * sizeof *sessions->at);
    sessions->at = NULL;
}

struct session *session_of(struct sessions *sessions, struct connection_id id)
{
    assert(id.slot < SESSION_MAX);
    struct session *session = &sessions->at[id.slot];
    if (session->generation != id.generation) {
        *session = (struct session){.generation = id.generation};
    }
    return session;
}

void session_challenge(struct session *session)
{
    crypto_random(session->challenge, sizeof session->challenge);
    session->has_challenge = true;
}

uint32_t session_login(struct session *session, const struct state *state, struct bytes origin,
                       const uint8_t key[static CRYPTO_KEY_SIZE],
                       const uint8_t signature[static CRYPTO_SIGNATURE_SIZE])
{
    uint8_t        room[512];
    struct buffer  message = buffer_over(room, sizeof room);
    const uint32_t actor = actor_by_key(state, key);
    const bool     has_challenge = session->has_challenge;
    buffer_add_text(&message, "licet/login/v1\n");
    buffer_add(&message, origin);
    buffer_add_byte(&message, '\n');
    buffer_add(&message, (struct bytes){session->challenge, sizeof session->challenge});
    session->has_challenge = false;
    session->is_logged_in = false;
    if (!has_challenge || message.is_full || actor == 0) return 0;
    if (!crypto_verify(key, buffer_bytes(&message), signature)) return 0;
    session->is_logged_in = true;
    session->actor = actor_at(state, actor)->id;
    return actor;
}

uint32_t session_actor(const struct session *session, const struct state *state)
{
    if (!session->is_logged_in) return 0;
    const uint32_t actor = actor_by_id(state, session->actor);
    return actor == 0 || actor_at(state, actor)->is_removed ? 0 : actor;
}
