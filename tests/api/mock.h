// mock.h - something that answers like licetd, for the tests of its clients: hello and login are
// real, the rest is what the test says. On nng's REP socket, in a thread of its own.
#ifndef TESTS_API_MOCK_H
#define TESTS_API_MOCK_H

#include "api/wire/message.h"
#include "core/base/limits.h"
#include "core/proof/crypto.h"
#include "core/proof/hash.h"
#include "core/proof/key.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOCK_ORIGIN "ledger.example/mock"

enum { MOCK_TIME_MS = 1000000 };

struct mock;

// Writes the reply; false keeps silent.
typedef bool mock_answer(struct mock *mock, struct bytes verb, struct bytes arguments,
                         struct buffer *reply);

struct mock {
    char             directory[32], url[64];
    nng_socket       socket;
    pthread_t        thread;
    mock_answer     *answer;
    void            *context;
    bool             has_test_clock;
    struct verifier  actor; // who may log in
    uint8_t          challenge[32];
    _Atomic uint32_t hello_count, login_count, request_count;
    nng_msg         *held; // the request being answered
};

static inline bool mock_is(struct bytes verb, const char *word)
{
    return bytes_is_equal(verb, bytes_of_text(word));
}

static inline void mock_error(struct buffer *reply, const char *code)
{
    message_begin_reply(reply, MESSAGE_ERROR, 2);
    pack_key(reply, "code");
    pack_key(reply, code);
    pack_key(reply, "detail");
    pack_key(reply, "as the test says");
}

static inline void mock_hello(struct mock *mock, struct buffer *reply)
{
    mock->hello_count++;
    crypto_random(mock->challenge, sizeof mock->challenge);
    message_begin_reply(reply, MESSAGE_OK, 5);
    pack_key(reply, "challenge");
    pack_binary(reply, (struct bytes){mock->challenge, sizeof mock->challenge});
    pack_key(reply, "origin");
    pack_key(reply, MOCK_ORIGIN);
    pack_key(reply, "protocol");
    pack_number(reply, 1);
    pack_key(reply, "test_clock");
    pack_flag(reply, mock->has_test_clock);
    pack_key(reply, "time");
    pack_number(reply, MOCK_TIME_MS);
}

static inline void mock_login(struct mock *mock, struct bytes arguments, struct buffer *reply)
{
    uint8_t            memory[256];
    struct buffer      message = buffer_over(memory, sizeof memory);
    const struct bytes signature = message_binary(arguments, "signature");
    const struct bytes key = message_binary(arguments, "key");
    buffer_add_text(&message, "licet/login/v1\n" MOCK_ORIGIN "\n");
    buffer_add(&message, (struct bytes){mock->challenge, sizeof mock->challenge});
    const bool is_known = bytes_is_equal(key, (struct bytes){mock->actor.key, CRYPTO_KEY_SIZE}) &&
                          signature.size == CRYPTO_SIGNATURE_SIZE &&
                          crypto_verify(mock->actor.key, buffer_bytes(&message), signature.at);
    crypto_random(mock->challenge, sizeof mock->challenge);
    if (!is_known) {
        mock_error(reply, "UNAUTHENTICATED");
        return;
    }
    mock->login_count++;
    message_begin_reply(reply, MESSAGE_OK, 3);
    pack_key(reply, "actor");
    pack_key(reply, "admin");
    pack_key(reply, "group");
    pack_key(reply, "/");
    pack_key(reply, "role");
    pack_key(reply, "server_admin");
}

static inline bool mock_answer_any(struct mock *mock, struct bytes request, struct buffer *reply)
{
    struct bytes verb, arguments;
    if (!message_read_request(request, &verb, &arguments)) abort();
    if (mock_is(verb, "hello")) {
        mock_hello(mock, reply);
        return true;
    }
    if (mock_is(verb, "login")) {
        mock_login(mock, arguments, reply);
        return true;
    }
    mock->request_count++;
    return mock->answer(mock, verb, arguments, reply);
}

static inline void *mock_run(void *context)
{
    struct mock   *mock = context;
    static uint8_t memory[MESSAGE_SIZE_MAX];
    while (nng_recvmsg(mock->socket, &mock->held, 0) == 0) {
        struct buffer      reply = buffer_over(memory, sizeof memory);
        const struct bytes request = {nng_msg_body(mock->held), nng_msg_len(mock->held)};
        const bool         is_answered = mock_answer_any(mock, request, &reply);
        if (reply.is_full) abort();
        nng_msg_clear(mock->held);
        if (!is_answered || nng_msg_append(mock->held, reply.at, reply.size) != 0 ||
            nng_sendmsg(mock->socket, mock->held, 0) != 0) {
            nng_msg_free(mock->held);
        }
    }
    return NULL;
}

static inline void mock_start(struct mock *mock)
{
    if (nng_rep0_open(&mock->socket) != 0) abort();
    if (nng_listen(mock->socket, mock->url, NULL, 0) != 0) abort();
    if (pthread_create(&mock->thread, NULL, mock_run, mock) != 0) abort();
}

static inline void mock_stop(struct mock *mock)
{
    (void)nng_close(mock->socket);
    (void)pthread_join(mock->thread, NULL);
}

// A signer whom the mock knows.
static inline void mock_init(struct mock *mock, mock_answer *answer, struct signer *signer)
{
    const uint8_t seed[CRYPTO_SEED_SIZE] = {1, 2, 3};
    if (crypto_start() != OK || hash_start() != OK) abort();
    if (signer_init(signer, bytes_of_text("admin"), KEY_ED25519, seed) != OK) abort();
    *mock = (struct mock){.answer = answer, .actor = signer->verifier};
    (void)snprintf(mock->directory, sizeof mock->directory, "/tmp/licet-XXXXXX");
    if (mkdtemp(mock->directory) == NULL) abort();
    (void)snprintf(mock->url, sizeof mock->url, "ipc://%s/s", mock->directory);
}

static inline void mock_release(struct mock *mock, struct signer *signer)
{
    (void)unlink(mock->url + strlen("ipc://"));
    (void)rmdir(mock->directory);
    signer_release(signer);
}

#endif
