// Events on their way to becoming leaves.
#include "core/event/proposal.h"

#include "api/client/caller.h"
#include "core/proof/crypto.h"

#include <string.h>

enum { HEAD_COUNT = 2 }; // id, not_after

static bool is_signature_needed(const struct licet *licet, const struct event *event)
{
    return licet->options.signs_all || licet->must_sign ||
           kind_row((uint64_t)event->kind)->is_administrative;
}

static void sign(struct licet *licet, struct licet_proposal *proposal)
{
    struct buffer message = buffer_over(licet->scratch, sizeof licet->scratch);
    proposal_message(bytes_of_text(licet->origin), proposal->packed, &message);
    crypto_secret_sign(&licet->options.signer->secret, buffer_bytes(&message), proposal->signature);
    proposal->is_signed = true;
}

enum status licet_proposal_make_as(struct licet *licet, struct bytes event, struct buffer *memory,
                                   struct licet_proposal *proposal)
{
    if (licet->options.signer == NULL) return STATUS_USAGE;
    const enum status status = licet_connect(licet);
    if (status != OK) return status;

    struct licet_proposal made = *proposal;
    struct pack_reader    reader = pack_reader(event);
    const uint32_t        count = pack_read_array(&reader, PACK_ITEM_MAX);
    const size_t          start = memory->size;
    pack_array(memory, HEAD_COUNT + count);
    pack_binary(memory, (struct bytes){made.id, sizeof made.id});
    pack_number(memory, made.not_after_ms);
    buffer_add(memory, reader.rest);
    if (memory->is_full) return STATUS_TOO_LARGE;
    made.packed = bytes_after(buffer_bytes(memory), start);

    struct proposal checked;
    const char     *offence = "";
    if (reader.is_bad || !proposal_read(made.packed, &checked, &offence)) {
        caller_say(licet, "%s", offence);
        return STATUS_MALFORMED;
    }
    made.is_signed = false;
    if (is_signature_needed(licet, &checked.event)) sign(licet, &made);
    *proposal = made;
    return OK;
}

enum status licet_proposal_make(struct licet *licet, struct bytes event, struct buffer *memory,
                                struct licet_proposal *proposal)
{
    if (licet->options.signer == NULL) return STATUS_USAGE;
    const enum status status = licet_connect(licet);
    if (status != OK) return status;
    const uint32_t ahead_ms =
        licet->options.timeout_ms < NOT_AFTER_MS_MAX ? licet->options.timeout_ms : NOT_AFTER_MS_MAX;
    struct licet_proposal made = {.not_after_ms = licet_time_ms(licet) + ahead_ms};
    crypto_random(made.id, sizeof made.id);
    const enum status result = licet_proposal_make_as(licet, event, memory, &made);
    if (result == OK) *proposal = made;
    return result;
}

void licet_proposal_add(const struct licet_proposal *proposal, bool is_preview,
                        struct buffer *items)
{
    pack_array(items, 2);
    pack_binary(items, proposal->packed);
    if (proposal->is_signed && !is_preview) {
        pack_binary(items, (struct bytes){proposal->signature, sizeof proposal->signature});
    } else {
        pack_nil(items);
    }
}

void licet_proposals_request(uint32_t count, struct bytes items, enum licet_many way,
                             struct buffer *request)
{
    const bool stops = way == LICET_PROPOSE_AND_STOP;
    message_begin_request(request, way == LICET_PREVIEW ? "preview" : "propose", stops ? 2 : 1);
    pack_key(request, "proposals");
    pack_array(request, count);
    buffer_add(request, items);
    if (!stops) return;
    pack_key(request, "stop");
    pack_flag(request, true);
}

void licet_proposal_request(const struct licet_proposal *proposal, bool is_preview,
                            struct buffer *request)
{
    const bool has_signature = proposal->is_signed && !is_preview;
    const bool wants_receipt = proposal->wants_receipt && !is_preview;
    message_begin_request(request, is_preview ? "preview" : "propose",
                          1U + has_signature + wants_receipt);
    pack_key(request, "proposal");
    pack_binary(request, proposal->packed);
    if (wants_receipt) {
        pack_key(request, "receipt");
        pack_key(request, "full");
    }
    if (!has_signature) return;
    pack_key(request, "signature");
    pack_binary(request, (struct bytes){proposal->signature, sizeof proposal->signature});
}

static enum status ask(struct licet *licet, const struct licet_proposal *proposal, bool is_preview,
                       struct licet_reply *reply)
{
    struct buffer request = buffer_over(licet->request, sizeof licet->request);
    licet_proposal_request(proposal, is_preview, &request);
    if (request.is_full) return STATUS_TOO_LARGE;
    return licet_call(licet, buffer_bytes(&request), reply);
}

enum status licet_propose(struct licet *licet, const struct licet_proposal *proposal,
                          struct licet_reply *reply)
{
    return ask(licet, proposal, false, reply);
}

enum status licet_preview(struct licet *licet, const struct licet_proposal *proposal,
                          struct licet_reply *reply)
{
    return ask(licet, proposal, true, reply);
}
