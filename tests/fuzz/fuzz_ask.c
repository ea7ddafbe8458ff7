// Any bytes as a request's body: the envelope is read within its bounds, and whoever prepared it
// finds in it only what the rows allow.
#include "api/daemon/ask.h"
#include "core/proof/crypto.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void check_text(struct bytes text, size_t size_max, struct bytes body)
{
    if (text.at == NULL) return;
    assert(text.size <= size_max);
    assert(text.at >= body.at);
    assert(text.at + text.size <= body.at + body.size);
}

static void check_arguments(const struct ask *ask, struct bytes body)
{
    const struct arguments *arguments = &ask->arguments;
    check_text(arguments->group, PATH_SIZE_MAX, body);
    check_text(arguments->resource, NAME_SIZE_MAX, body);
    check_text(arguments->unit, NAME_SIZE_MAX, body);
    check_text(arguments->user, NAME_SIZE_MAX, body);
    check_text(arguments->proposal, PLAN_SIZE_MAX, body);
    check_text(arguments->proposals, MESSAGE_SIZE_MAX, body);
    check_text(arguments->signature, SIGNATURE_SIZE, body);
    assert(arguments->wait <= WAIT_MS_MAX || arguments->wait == ARGUMENT_ABSENT);
    assert(arguments->limit <= PAGE_MAX || arguments->limit == ARGUMENT_ABSENT);
}

// As the loop does it.
static void step_proposals(const struct ask *ask)
{
    uint32_t           count = 0;
    struct pack_reader reader = ask_proposals(ask, &count);
    assert(count > 0);
    assert(count <= MESSAGE_PROPOSAL_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct bytes       signature;
        const struct bytes proposal = ask_next_proposal(&reader, &signature);
        assert(!reader.is_bad);
        assert(proposal.size <= PLAN_SIZE_MAX);
        assert(signature.size == 0 || signature.size == SIGNATURE_SIZE);
        if (signature.size == 0) assert(ask->signatures[i] == SIGNATURE_NONE);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ask                  ask;
    static const char                  origin_text[] = "ledger.example/fuzz";
    struct bytes                       origin = bytes_of_text(origin_text);
    const struct connection_credential credential = {.is_set = size % 2 == 0};
    struct request                     request = {
                            .body = {data, size},
                              .prepared = &ask
    };
    if (size > MESSAGE_SIZE_MAX || crypto_start() != OK) return 0;
    memset(&ask, 0, sizeof ask); // as connections do
    ask_prepare(&origin, &credential, &request);
    if (ask.offence != NULL) {
        assert(strlen(ask.offence) <= NAME_SIZE_MAX);
        return 0;
    }
    assert(ask.verb <= VERB_UNKNOWN);
    check_arguments(&ask, request.body);
    if (ask.verb == VERB_PROPOSE && ask.arguments.proposals.at != NULL) step_proposals(&ask);
    return 0;
}
