// Who is behind a connection.
#include "api/daemon/session.h"
#include "core/proof/hash.h"
#include "core/proof/key.h"
#include "tests/support/company.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct sessions sessions;
static struct bytes    origin;
static uint8_t         signature[CRYPTO_SIGNATURE_SIZE];

static const struct connection_id first = {.slot = 3, .generation = 1};

static void sign(const struct session *session, const struct signer *signer, const char *prefix)
{
    uint8_t       room[512];
    struct buffer message = buffer_over(room, sizeof room);
    buffer_add_text(&message, prefix);
    buffer_add(&message, origin);
    buffer_add_byte(&message, '\n');
    buffer_add(&message, (struct bytes){session->challenge, CHALLENGE_SIZE});
    crypto_secret_sign(&signer->secret, buffer_bytes(&message), signature);
}

// As the company makes the keys of its people.
static void key_of(const char *name, struct signer *signer)
{
    const struct hash seed = hash_bytes(bytes_of_text(name));
    cr_assert(eq(int, signer_init(signer, bytes_of_text(name), KEY_ED25519, seed.at), OK));
}

static struct company *begin(void)
{
    struct company *company = company_open();
    origin = bytes_of_text("ledger.example/test");
    cr_assert(eq(int, sessions_init(&sessions), OK));
    return company;
}

static void end(struct company *company)
{
    sessions_release(&sessions);
    company_close(company);
}

static uint32_t login(struct session *session, const struct company *company,
                      const struct signer *signer)
{
    return session_login(session, company_state(company), origin, signer->verifier.key, signature);
}

Test(session, a_challenge_serves_once)
{
    struct company *company = begin();
    struct session *session = session_of(&sessions, first);
    struct signer   admin;
    key_of("admin", &admin);
    sign(session, &admin, "licet/login/v1\n"); // of zeros, before there is a challenge
    cr_expect(zero(u32, login(session, company, &admin)));
    session_challenge(session);
    sign(session, &admin, "licet/login/v1\n");
    cr_expect(ne(u32, login(session, company, &admin), 0));
    cr_expect(ne(u32, session_actor(session, company_state(company)), 0));
    cr_expect(zero(u32, login(session, company, &admin)));
    cr_expect(zero(u32, session_actor(session, company_state(company))));
    signer_release(&admin);
    end(company);
}

Test(session, what_was_signed_for_something_else_is_no_login)
{
    struct company *company = begin();
    struct session *session = session_of(&sessions, first);
    struct signer   admin;
    key_of("admin", &admin);
    session_challenge(session);
    sign(session, &admin, "licet/proposal/v1\n");
    cr_expect(zero(u32, login(session, company, &admin)));
    session_challenge(session);
    sign(session, &admin, "licet/login/v1\n");
    session_challenge(session); // the one before is void
    cr_expect(zero(u32, login(session, company, &admin)));
    session_challenge(session);
    sign(session, &admin, "licet/login/v1\n");
    origin = bytes_of_text("ledger.example/another");
    cr_expect(zero(u32, login(session, company, &admin)));
    signer_release(&admin);
    end(company);
}

Test(session, a_stranger_does_not_get_in)
{
    struct company *company = begin();
    struct session *session = session_of(&sessions, first);
    struct signer   stranger;
    key_of("stranger", &stranger);
    session_challenge(session);
    sign(session, &stranger, "licet/login/v1\n");
    cr_expect(zero(u32, login(session, company, &stranger)));
    signer_release(&stranger);
    end(company);
}

Test(session, a_key_that_is_removed_has_none)
{
    struct company *company = begin();
    struct session *session = session_of(&sessions, first);
    struct signer   guest;
    key_of("guest", &guest);
    cr_assert(eq(int, company_license(company, "x 1 per-server\n"), ACCEPTED));
    company_accept_eula(company);
    cr_assert(eq(int, company_do(company, "enrol guest auditor /"), ACCEPTED));
    session_challenge(session);
    sign(session, &guest, "licet/login/v1\n");
    cr_expect(ne(u32, login(session, company, &guest), 0));
    cr_assert(eq(int, company_do(company, "remove guest"), ACCEPTED));
    cr_expect(zero(u32, session_actor(session, company_state(company))));
    signer_release(&guest);
    end(company);
}

Test(session, another_connection_in_the_slot_begins_anew)
{
    struct company            *company = begin();
    struct session            *session = session_of(&sessions, first);
    const struct connection_id next = {.slot = first.slot, .generation = first.generation + 1};
    struct signer              admin;
    key_of("admin", &admin);
    session_challenge(session);
    sign(session, &admin, "licet/login/v1\n");
    cr_expect(ne(u32, login(session, company, &admin), 0));
    cr_expect(eq(ptr, session_of(&sessions, first), session));
    cr_expect(ne(u32, session_actor(session, company_state(company)), 0));
    cr_expect(eq(ptr, session_of(&sessions, next), session));
    cr_expect(zero(u32, session_actor(session, company_state(company))));
    cr_expect(not(session->has_challenge));
    signer_release(&admin);
    end(company);
}
