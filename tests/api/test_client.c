#include "api/client/licet.h"
#include "core/event/proposal.h"
#include "tests/api/mock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct mock   mock;
static struct signer signer;

static void begin(mock_answer *answer)
{
    mock_init(&mock, answer, &signer);
}

static void end(void)
{
    mock_release(&mock, &signer);
}

static struct licet *open_client(uint32_t timeout_ms)
{
    struct licet              *licet = NULL;
    const struct licet_options options = {
        .url = mock.url, .signer = &signer, .timeout_ms = timeout_ms};
    cr_assert(eq(int, licet_open(&options, &licet), OK));
    return licet;
}

static struct bytes request_of(const char *verb)
{
    static uint8_t memory[64];
    struct buffer  request = buffer_over(memory, sizeof memory);
    message_begin_request(&request, verb, 0);
    return buffer_bytes(&request);
}

static bool answer_verb(struct mock *at, struct bytes verb, struct bytes arguments,
                        struct buffer *reply)
{
    (void)at;
    (void)arguments;
    message_begin_reply(reply, MESSAGE_OK, 1);
    pack_key(reply, "verb");
    pack_text(reply, verb);
    return true;
}

Test(client, it_says_hello_and_logs_in_before_the_first_request)
{
    struct licet_reply reply;
    begin(answer_verb);
    mock_start(&mock);
    struct licet *licet = open_client(0);
    cr_assert(eq(int, licet_call(licet, request_of("mode"), &reply), OK));
    cr_expect(eq(int, reply.outcome, MESSAGE_OK));
    cr_expect(mock_is(message_text(reply.map, "verb"), "mode"));
    cr_expect(eq(u32, mock.login_count, 1));

    const struct licet_session session = licet_session(licet);
    cr_expect(zero(int, strcmp(session.origin, MOCK_ORIGIN)));
    cr_expect(zero(int, strcmp(session.actor, "admin")));
    cr_expect(zero(int, strcmp(session.role, "server_admin")));
    cr_expect(licet_time_ms(licet) >= MOCK_TIME_MS);

    cr_assert(eq(int, licet_call(licet, request_of("status"), &reply), OK));
    cr_expect(eq(u32, mock.hello_count, 1), "the session is kept");
    licet_close(licet);
    mock_stop(&mock);
    end();
}

Test(client, nobody_there_is_unreachable_at_the_deadline)
{
    struct licet_reply reply;
    begin(answer_verb);
    struct licet *licet = open_client(150);
    cr_expect(eq(int, licet_call(licet, request_of("mode"), &reply), STATUS_UNREACHABLE));
    cr_expect(not(zero(int, strcmp(licet_detail(licet), ""))));
    licet_close(licet);
    end();
}

Test(client, a_key_that_is_not_enrolled_is_told_at_once)
{
    const uint8_t seed[CRYPTO_SEED_SIZE] = {9};
    begin(answer_verb);
    signer_release(&signer);
    cr_assert(eq(int, signer_init(&signer, bytes_of_text("other"), KEY_ED25519, seed), OK));
    mock_start(&mock);
    struct licet *licet = open_client(5000);
    cr_expect(eq(int, licet_connect(licet), STATUS_UNKNOWN_KEY));
    licet_close(licet);
    mock_stop(&mock);
    end();
}

Test(client, another_ledger_than_the_wanted_one_is_not_spoken_to)
{
    struct licet *licet = NULL;
    begin(answer_verb);
    mock_start(&mock);
    const struct licet_options options = {
        .url = mock.url, .signer = &signer, .origin = "ledger.example/other"};
    cr_assert(eq(int, licet_open(&options, &licet), OK));
    cr_expect(eq(int, licet_connect(licet), STATUS_UNSUPPORTED));
    cr_expect(eq(u32, mock.login_count, 0), "nothing is signed for it");
    licet_close(licet);
    mock_stop(&mock);
    end();
}

Test(client, an_address_of_another_scheme_is_a_wrong_argument)
{
    struct licet              *licet = NULL;
    const struct licet_options options = {.url = "http://localhost/"};
    cr_expect(eq(int, licet_open(&options, &licet), STATUS_USAGE));
}

// --- Retries ----------------------------------------------------------------

struct deaf {
    uint32_t ignored; // requests to keep silent about
    uint8_t  first[1024];
    size_t   first_size;
    bool     is_same;
};

static bool answer_after_silence(struct mock *at, struct bytes verb, struct bytes arguments,
                                 struct buffer *reply)
{
    struct deaf       *deaf = at->context;
    const struct bytes proposal = message_binary(arguments, "proposal");
    (void)verb;
    if (deaf->ignored > 0) {
        deaf->ignored--;
        memcpy(deaf->first, proposal.at, proposal.size);
        deaf->first_size = proposal.size;
        return false;
    }
    deaf->is_same = bytes_is_equal(proposal, (struct bytes){deaf->first, deaf->first_size});
    message_begin_reply(reply, MESSAGE_OK, 2);
    pack_key(reply, "seq");
    pack_number(reply, 7);
    pack_key(reply, "time");
    pack_number(reply, MOCK_TIME_MS + 5);
    return true;
}

static struct bytes event_of_release(void)
{
    static uint8_t memory[128];
    struct buffer  event = buffer_over(memory, sizeof memory);
    pack_array(&event, 4);
    pack_number(&event, RELEASE);
    pack_key(&event, "sip_number");
    pack_key(&event, "1001");
    pack_nil(&event);
    return buffer_bytes(&event);
}

static void *restart(void *context)
{
    struct mock *at = context;
    while (at->request_count == 0)
        usleep(1000);
    mock_stop(at);
    mock_start(at);
    return NULL;
}

Test(client, a_lost_connection_sends_the_same_proposal_again, .timeout = 30)
{
    uint8_t               memory[PROPOSAL_SIZE_MAX];
    struct buffer         room = buffer_over(memory, sizeof memory);
    struct deaf           deaf = {.ignored = 1};
    struct licet_proposal proposal;
    struct licet_reply    reply;
    pthread_t             thread;
    begin(answer_after_silence);
    mock.context = &deaf;
    mock_start(&mock);
    struct licet *licet = open_client(20000);
    cr_assert(eq(int, licet_proposal_make(licet, event_of_release(), &room, &proposal), OK));
    cr_expect(not(proposal.is_signed), "a release may lean on the session");
    cr_assert(zero(int, pthread_create(&thread, NULL, restart, &mock)));
    cr_assert(eq(int, licet_propose(licet, &proposal, &reply), OK));
    cr_expect(eq(u64, message_number(reply.map, "seq", 0), 7));
    cr_expect(deaf.is_same);
    cr_expect(eq(u32, mock.request_count, 2));
    cr_expect(eq(u32, mock.login_count, 2), "logged in again");
    pthread_join(thread, NULL);
    licet_close(licet);
    mock_stop(&mock);
    end();
}

static bool answer_busy_twice(struct mock *at, struct bytes verb, struct bytes arguments,
                              struct buffer *reply)
{
    if (at->request_count > 2) return answer_verb(at, verb, arguments, reply);
    mock_error(reply, "OVERLOADED");
    return true;
}

Test(client, an_overloaded_daemon_is_asked_again)
{
    struct licet_reply reply;
    begin(answer_busy_twice);
    mock_start(&mock);
    struct licet *licet = open_client(5000);
    cr_assert(eq(int, licet_call(licet, request_of("mode"), &reply), OK));
    cr_expect(eq(int, reply.outcome, MESSAGE_OK));
    cr_expect(eq(u32, mock.request_count, 3));
    licet_close(licet);
    mock_stop(&mock);
    end();
}

static bool answer_never(struct mock *at, struct bytes verb, struct bytes arguments,
                         struct buffer *reply)
{
    (void)at;
    (void)verb;
    (void)arguments;
    (void)reply;
    return false;
}

Test(client, silence_ends_at_the_timeout_and_the_next_call_starts_anew)
{
    struct licet_reply reply;
    begin(answer_never);
    mock_start(&mock);
    struct licet *licet = open_client(100);
    cr_expect(eq(int, licet_call(licet, request_of("mode"), &reply), STATUS_TIMED_OUT));
    cr_expect(eq(int, licet_call(licet, request_of("mode"), &reply), STATUS_TIMED_OUT));
    cr_expect(eq(u32, mock.login_count, 2));
    licet_close(licet);
    mock_stop(&mock);
    end();
}

// --- Proposals --------------------------------------------------------------

Test(client, an_administrative_event_is_signed_for_this_ledger)
{
    uint8_t               memory[512], message_memory[1024];
    struct buffer         room = buffer_over(memory, sizeof memory);
    struct buffer         message = buffer_over(message_memory, sizeof message_memory);
    struct licet_proposal proposal;
    begin(answer_verb);
    mock.has_test_clock = true;
    mock_start(&mock);
    struct licet *licet = open_client(4000);
    pack_array(&room, 3);
    pack_number(&room, EULA_ACCEPTANCE);
    pack_key(&room, "1");
    pack_nil(&room);
    cr_assert(eq(int, licet_proposal_make(licet, buffer_bytes(&room), &room, &proposal), OK));
    cr_expect(eq(u64, proposal.not_after_ms, MOCK_TIME_MS + 4000));
    proposal_message(bytes_of_text(MOCK_ORIGIN), proposal.packed, &message);
    cr_expect(proposal.is_signed);
    cr_expect(crypto_verify(signer.verifier.key, buffer_bytes(&message), proposal.signature));
    licet_close(licet);
    mock_stop(&mock);
    end();
}

Test(client, what_is_not_an_event_is_named_and_not_sent)
{
    uint8_t               memory[512];
    struct buffer         room = buffer_over(memory, sizeof memory);
    struct licet_proposal proposal;
    begin(answer_verb);
    mock_start(&mock);
    struct licet *licet = open_client(0);
    pack_array(&room, 3);
    pack_number(&room, EULA_ACCEPTANCE);
    pack_key(&room, "");
    pack_nil(&room);
    cr_expect(eq(int, licet_proposal_make(licet, buffer_bytes(&room), &room, &proposal),
                 STATUS_MALFORMED));
    cr_expect(zero(int, strcmp(licet_detail(licet), "version")));
    licet_close(licet);
    mock_stop(&mock);
    end();
}

// --- Many in flight ---------------------------------------------------------

static bool answer_number(struct mock *at, struct bytes verb, struct bytes arguments,
                          struct buffer *reply)
{
    (void)at;
    (void)verb;
    message_begin_reply(reply, MESSAGE_OK, 1);
    pack_key(reply, "number");
    pack_number(reply, message_number(arguments, "number", 0));
    return true;
}

static struct bytes request_of_number(uint64_t number)
{
    static uint8_t memory[64];
    struct buffer  request = buffer_over(memory, sizeof memory);
    message_begin_request(&request, "count", 1);
    pack_key(&request, "number");
    pack_number(&request, number);
    return buffer_bytes(&request);
}

Test(client, as_many_requests_fly_as_may_and_each_gets_its_own_reply, .timeout = 60)
{
    struct licet_reply reply;
    uint64_t           ticket = 0;
    begin(answer_number);
    mock_start(&mock);
    struct licet *licet = open_client(20000);
    cr_expect(eq(int, licet_collect(licet, 10, &reply), STATUS_NOT_FOUND));
    for (uint64_t i = 0; i < LICET_FLIGHT_MAX; i++) {
        cr_assert(eq(int, licet_submit(licet, request_of_number(i), &ticket), OK));
        cr_assert(eq(u64, ticket, i));
    }
    cr_expect(eq(int, licet_submit(licet, request_of_number(0), &ticket), STATUS_OVERLOADED));
    cr_expect(eq(int, licet_call(licet, request_of_number(0), &reply), STATUS_USAGE));
    for (uint64_t i = 0; i < 3 * (uint64_t)LICET_FLIGHT_MAX; i++) {
        cr_assert(eq(int, licet_collect(licet, 20000, &reply), OK));
        cr_assert(eq(u64, message_number(reply.map, "number", 0), reply.ticket));
        const uint64_t next = i + LICET_FLIGHT_MAX;
        if (next < 3 * (uint64_t)LICET_FLIGHT_MAX)
            cr_assert(eq(int, licet_submit(licet, request_of_number(next), &ticket), OK));
    }
    cr_expect(zero(u32, licet_in_flight(licet)));
    cr_expect(eq(u32, mock.hello_count, 1));
    licet_close(licet);
    mock_stop(&mock);
    end();
}

// --- Watching ---------------------------------------------------------------

struct story {
    uint64_t asked[4]; // the cursors that came
    uint32_t count;
};

// Two events at once, then one; `next` says that there was more.
static bool answer_log(struct mock *at, struct bytes verb, struct bytes arguments,
                       struct buffer *reply)
{
    struct story *story = at->context;
    cr_assert(mock_is(verb, "log"));
    story->asked[story->count++] = message_number(arguments, "after", 99);
    message_begin_reply(reply, MESSAGE_OK, 2);
    pack_key(reply, "next");
    if (story->count == 1)
        pack_number(reply, 5);
    else
        pack_nil(reply);
    pack_key(reply, "seq");
    pack_number(reply, 8);
    return true;
}

Test(client, a_watch_goes_on_where_the_reply_ended)
{
    struct story       story = {.count = 0};
    struct licet_watch watch = {.verb = LICET_LOG, .cursor = 3, .wait_ms = 10};
    struct licet_reply reply;
    begin(answer_log);
    mock.context = &story;
    mock_start(&mock);
    struct licet *licet = open_client(0);
    for (int i = 0; i < 3; i++)
        cr_assert(eq(int, licet_watch_next(licet, &watch, &reply), OK));
    cr_expect(eq(u64, story.asked[0], 3));
    cr_expect(eq(u64, story.asked[1], 5), "there was more");
    cr_expect(eq(u64, story.asked[2], 8), "all of it was seen");
    licet_close(licet);
    mock_stop(&mock);
    mock.answer = answer_never;
    end();
}
