// Requests as they are asked: verbs, arguments, and signatures that verify or not.
#include "api/daemon/ask.h"
#include "core/proof/crypto.h"
#include "core/proof/hash.h"
#include "core/proof/key.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct ask                   ask;
static uint8_t                      room[MESSAGE_SIZE_MAX];
static struct buffer                body;
static struct bytes                 origin;
static struct connection_credential credential;

static void begin(void)
{
    cr_assert(eq(int, crypto_start(), OK));
    origin = bytes_of_text("ledger.example/test");
    body = buffer_over(room, sizeof room);
}

static void prepare(struct bytes bytes)
{
    struct request request = {.body = bytes, .prepared = &ask};
    memset(&ask, 0, sizeof ask); // as connections do
    ask_prepare(&origin, &credential, &request);
}

static void begin_request(const char *verb, uint32_t argument_count)
{
    body.size = 0;
    pack_array(&body, 2);
    pack_key(&body, verb);
    pack_map(&body, argument_count);
}

static void expect_offence(const char *want)
{
    prepare(buffer_bytes(&body));
    cr_assert(ask.offence != NULL, "no offence instead of %s", want);
    cr_expect(zero(int, strcmp(ask.offence, want)), "%s instead of %s", ask.offence, want);
}

TestSuite(ask, .init = begin);

Test(ask, arguments_that_are_not_there_are_absent)
{
    begin_request("tree", 1);
    pack_key(&body, "group");
    pack_key(&body, "A/b");
    prepare(buffer_bytes(&body));
    cr_assert(ask.offence == NULL);
    cr_expect(eq(int, ask.verb, VERB_TREE));
    cr_expect(bytes_is_equal(ask.arguments.group, bytes_of_text("A/b")));
    cr_expect(eq(u64, ask.arguments.after, ARGUMENT_ABSENT));
    cr_expect(eq(u64, ask.arguments.limit, ARGUMENT_ABSENT));
    cr_expect(eq(u64, ask.arguments.depth, ARGUMENT_ABSENT));
}

Test(ask, numbers_end_at_their_bounds)
{
    static const struct {
        const char *verb, *argument;
        uint64_t    most;
    } rows[] = {
        {"log",        "limit", PAGE_MAX   },
        {"log",        "wait",  WAIT_MS_MAX},
        {"log",        "after", INT64_MAX  },
        {"checkpoint", "size",  INT64_MAX  },
        {"clock",      "time",  TIME_MS_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint64_t beyond = 0; beyond < 2; beyond++) {
            begin_request(rows[i].verb, 1);
            pack_key(&body, rows[i].argument);
            pack_number(&body, rows[i].most + beyond);
            prepare(buffer_bytes(&body));
            cr_expect(eq(int, ask.offence != NULL, beyond == 1), "%s of %s", rows[i].argument,
                      rows[i].verb);
        }
    }
}

Test(ask, an_offence_is_named)
{
    begin_request("status", 1);
    pack_key(&body, "digests");
    pack_flag(&body, true);
    expect_offence("digests");

    begin_request("state", 0);
    expect_offence("group");

    begin_request("state", 1);
    pack_key(&body, "group");
    pack_key(&body, "a//b");
    expect_offence("group");

    begin_request("status", 0);
    pack_nil(&body);
    expect_offence("request");

    body.size = 0;
    expect_offence("request");

    // A name that is longer than the room for it.
    char long_name[200];
    memset(long_name, 'x', sizeof long_name);
    begin_request("status", 1);
    pack_text(&body, (struct bytes){(const uint8_t *)long_name, sizeof long_name});
    pack_nil(&body);
    prepare(buffer_bytes(&body));
    cr_assert(ask.offence != NULL);
    cr_expect(le(sz, strlen(ask.offence), (size_t)NAME_SIZE_MAX));
}

Test(ask, an_unknown_verb_is_no_offence)
{
    begin_request("stat", 0);
    prepare(buffer_bytes(&body));
    cr_expect(ask.offence == NULL);
    cr_expect(eq(int, ask.verb, VERB_UNKNOWN));
    cr_expect(zero(int, strcmp(verb_name(ask.verb), "unknown")));
    cr_expect(not(verb_is_open(ask.verb)));
}

Test(ask, rows_stand_in_the_order_of_their_names)
{
    for (int verb = 0; verb < VERB_UNKNOWN; verb++) {
        const struct record *record = verb_arguments((enum verb)verb);
        cr_expect(zero(int, strcmp(record->name, verb_name((enum verb)verb))));
        for (uint32_t i = 1; i < record->field_count; i++) {
            cr_expect(lt(int, strcmp(record->fields[i - 1].name, record->fields[i].name), 0));
        }
    }
}

// --- Signatures -------------------------------------------------------------

static uint8_t       signatures[3][SIGNATURE_SIZE];
static struct signer signer;

static const struct bytes proposal = {(const uint8_t *)"a proposal", 10};

static void sign(void)
{
    uint8_t       message_room[PROPOSAL_MESSAGE_SIZE(16)];
    struct buffer message = buffer_over(message_room, sizeof message_room);
    cr_assert(eq(int, hash_start(), OK));
    const struct hash seed = hash_bytes(bytes_of_text("test"));
    cr_assert(eq(int, signer_init(&signer, bytes_of_text("test"), KEY_ED25519, seed.at), OK));
    credential.is_set = true;
    memcpy(credential.key, signer.verifier.key, sizeof credential.key);
    proposal_message(origin, proposal, &message);
    crypto_secret_sign(&signer.secret, buffer_bytes(&message), signatures[0]);
    memcpy(signatures[1], signatures[0], SIGNATURE_SIZE);
    signatures[1][40] ^= 1;
}

static struct bytes signature(int i)
{
    return (struct bytes){signatures[i], SIGNATURE_SIZE};
}

static void ask_single(struct bytes with)
{
    begin_request("propose", with.size > 0 ? 2 : 1);
    pack_key(&body, "proposal");
    pack_binary(&body, proposal);
    if (with.size > 0) {
        pack_key(&body, "signature");
        pack_binary(&body, with);
    }
    prepare(buffer_bytes(&body));
}

Test(ask, signatures_are_verified_with_the_key_of_the_session)
{
    sign();
    ask_single(signature(0));
    cr_expect(eq(int, ask.signatures[0], SIGNATURE_GOOD));
    ask_single(signature(1));
    cr_expect(eq(int, ask.signatures[0], SIGNATURE_BAD));
    ask_single((struct bytes){NULL, 0});
    cr_expect(eq(int, ask.signatures[0], SIGNATURE_NONE));
    ask_single((struct bytes){signatures[0], SIGNATURE_SIZE - 1});
    cr_expect(ask.offence != NULL);

    origin = bytes_of_text("ledger.example/another");
    ask_single(signature(0));
    cr_expect(eq(int, ask.signatures[0], SIGNATURE_BAD));
    origin = bytes_of_text("ledger.example/test");

    credential.is_set = false;
    ask_single(signature(0));
    cr_expect(eq(int, ask.signatures[0], SIGNATURE_BAD));
    signer_release(&signer);
}

Test(ask, each_of_many_has_its_own_signature)
{
    sign();
    begin_request("propose", 1);
    pack_key(&body, "proposals");
    pack_array(&body, 3);
    for (int i = 0; i < 3; i++) {
        pack_array(&body, 2);
        pack_binary(&body, proposal);
        if (i == 2)
            pack_nil(&body);
        else
            pack_binary(&body, signature(i));
    }
    prepare(buffer_bytes(&body));
    cr_assert(ask.offence == NULL);
    cr_expect(eq(int, ask.signatures[0], SIGNATURE_GOOD));
    cr_expect(eq(int, ask.signatures[1], SIGNATURE_BAD));
    cr_expect(eq(int, ask.signatures[2], SIGNATURE_NONE));
    signer_release(&signer);
}

Test(ask, one_proposal_or_many_but_not_both)
{
    begin_request("propose", 0);
    expect_offence("proposal");

    begin_request("propose", 2);
    pack_key(&body, "proposal");
    pack_binary(&body, proposal);
    pack_key(&body, "proposals");
    pack_array(&body, 0);
    expect_offence("proposal");

    begin_request("propose", 1);
    pack_key(&body, "proposals");
    pack_array(&body, 0);
    expect_offence("proposals");

    begin_request("propose", 1);
    pack_key(&body, "proposals");
    pack_nil(&body);
    prepare(buffer_bytes(&body));
    cr_expect(ask.offence != NULL);
}
