#include "api/daemon/proofs.h"

#include "api/daemon/answer.h"
#include "api/daemon/history.h"
#include "api/daemon/view.h"
#include "api/wire/message.h"
#include "core/proof/receipt.h"
#include "projections/actors.h"

#include <assert.h>
#include <string.h>

// The kept checkpoint of that very size; the newest when none is named.
static enum status find_checkpoint(struct daemon *daemon, uint64_t size,
                                   struct ledger_checkpoint *checkpoint)
{
    if (size == ARGUMENT_ABSENT) return ledger_newest(daemon->ledger, checkpoint);
    const enum status status = ledger_checkpoint_from(daemon->ledger, size, checkpoint);
    if (status == OK && checkpoint->size != size) return STATUS_NOT_FOUND;
    return status;
}

void checkpoint_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                       struct buffer *reply)
{
    struct ledger_checkpoint checkpoint;
    const enum status        status = find_checkpoint(daemon, ask->arguments.size, &checkpoint);
    (void)actor;
    if (status != OK) {
        answer_failure(reply, status);
        return;
    }
    answer_ok(reply, 1);
    put_text(reply, "note", checkpoint.note);
}

void consistency_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                        struct buffer *reply)
{
    const struct arguments *arguments = &ask->arguments;
    struct tree_proof       proof = {.count = 0};
    enum status             status = OK;
    (void)actor;
    if (arguments->from > arguments->to || arguments->to > server_at(daemon->state)->size) {
        status = STATUS_NOT_FOUND;
    } else if (arguments->from > 0) {
        status = ledger_consistency(daemon->ledger, arguments->from, arguments->to, &proof);
    }
    if (status != OK) {
        answer_failure(reply, status);
        return;
    }
    answer_ok(reply, 1);
    pack_key(reply, "hashes");
    pack_array(reply, proof.count);
    for (uint32_t i = 0; i < proof.count; i++) {
        pack_binary(reply, hash_view(&proof.hashes[i]));
    }
}

// --- Witnesses --------------------------------------------------------------

static enum status keep_cosigned(struct daemon *daemon, const struct cosigning *cosigning)
{
    const enum status begun = daemon_begin(daemon);
    if (begun != OK) return begun;
    daemon->batch_status = ledger_witness(daemon->ledger, cosigning->size, cosigning->note);
    if (daemon->batch_status == OK) witnesses_take(daemon->witnesses, cosigning);
    return daemon->batch_status;
}

static void put_cosigning(struct buffer *reply, const struct daemon *daemon,
                          const struct cosigning *cosigning)
{
    answer_ok(reply, 5);
    put_number(reply, "added", cosigning->added_count);
    put_flag(reply, "met", cosigning->is_met);
    put_seq(reply, daemon);
    put_number(reply, "size", cosigning->size);
    put_now(reply, daemon);
}

// Whoever brings the note, the witness's signature speaks for itself; but each costs the loop some
// verifications, so not everybody is listened to.
void cosign_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   struct buffer *reply)
{
    struct cosigning cosigning;
    if (!actor_is_server_wide(daemon->state, actor)) {
        answer_forbidden(reply);
        return;
    }
    if (daemon->witnesses == NULL) {
        answer_error(reply, "UNKNOWN_WITNESS",
                     bytes_of_text("the ledger has no policy that names one: licetd --policy"));
        return;
    }
    enum status status =
        witnesses_judge(daemon->witnesses, daemon->ledger, ask->arguments.note, &cosigning);
    if (status == OK && cosigning.code != NULL) {
        answer_error(reply, cosigning.code, bytes_of_text(cosigning.why));
        return;
    }
    if (status == OK && cosigning.added_count > 0) status = keep_cosigned(daemon, &cosigning);
    if (status != OK) {
        answer_failure(reply, status);
    } else {
        put_cosigning(reply, daemon, &cosigning);
    }
}

// --- Receipts ---------------------------------------------------------------

// The head that is named; unless one is, the smallest one over the event that witnesses have
// signed, for then its proof binds the ledger's operator too; else the newest.
static enum status find_proving(struct daemon *daemon, const struct arguments *arguments,
                                struct ledger_checkpoint *checkpoint)
{
    if (daemon->witnesses != NULL && arguments->size == ARGUMENT_ABSENT) {
        const enum status status =
            witnesses_head(daemon->witnesses, daemon->ledger, arguments->seq + 1, checkpoint);
        if (status != STATUS_NOT_FOUND) return status;
    }
    return find_checkpoint(daemon, arguments->size, checkpoint);
}

// With the leaf as extra data, so that it stands alone.
static enum status make_receipt(struct daemon *daemon, const struct arguments *arguments,
                                struct buffer *receipt)
{
    static uint8_t           extra_room[LEAF_SIZE_MAX / 3 * 4 + 8]; // the loop is one thread
    struct buffer            extra = buffer_over(extra_room, sizeof extra_room);
    struct bytes             leaf;
    struct ledger_checkpoint checkpoint;
    uint8_t                  note[64 * 1024];
    struct tree_proof        proof;
    enum status              status = find_proving(daemon, arguments, &checkpoint);
    if (status != OK) return status;
    if (arguments->seq >= checkpoint.size) return STATUS_NOT_FOUND;
    assert(checkpoint.note.size <= sizeof note);
    memcpy(note, checkpoint.note.at, checkpoint.note.size); // the proof ends the view
    const struct bytes kept = {note, checkpoint.note.size};
    status = ledger_inclusion(daemon->ledger, arguments->seq, checkpoint.size, &proof);
    if (status == OK) status = ledger_read(daemon->ledger, arguments->seq, &leaf);
    if (status != OK) return status;
    crypto_base64_add(&extra, leaf);
    const struct receipt parts = {
        .index = arguments->seq, .proof = proof, .extra = buffer_bytes(&extra), .checkpoint = kept};
    receipt_print(&parts, receipt);
    return receipt->is_full ? STATUS_TOO_LARGE : OK;
}

void receipt_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    static uint8_t room[RECEIPT_SIZE_MAX]; // the loop is one thread
    struct buffer  receipt = buffer_over(room, sizeof room);
    struct bytes   packed;
    if (!history_read(daemon, ask->arguments.seq, actor, &packed, reply)) return;
    enum status status = make_receipt(daemon, &ask->arguments, &receipt);
    if (status == OK) status = ledger_read(daemon->ledger, ask->arguments.seq, &packed);
    if (status != OK) {
        answer_failure(reply, status);
        return;
    }
    answer_ok(reply, 2);
    put_binary(reply, "leaf", packed);
    put_text(reply, "receipt", buffer_bytes(&receipt));
}

// --- Receipts that come with the answer -------------------------------------

// Adds the entries of the map up to a key, or those from there on.
static void add_entries(struct bytes map, const char *key, bool is_before, struct buffer *out)
{
    const struct bytes wanted = bytes_of_text(key);
    struct pack_reader reader = pack_reader(map);
    struct bytes       last = {NULL, 0};
    const uint32_t     count = pack_read_map(&reader, PACK_ITEM_MAX);
    for (uint32_t i = 0; i < count; i++) {
        const struct bytes entry = reader.rest;
        const struct bytes name = pack_read_key(&reader, &last);
        (void)pack_read_any(&reader);
        assert(!reader.is_bad); // it is our own
        if ((bytes_compare(name, wanted) < 0) != is_before) continue;
        buffer_add(out, (struct bytes){entry.at, entry.size - reader.rest.size});
    }
}

struct bytes proofs_add_receipt(struct daemon *daemon, struct bytes reply)
{
    static uint8_t       receipt_room[RECEIPT_SIZE_MAX], room[ANSWER_SIZE_MAX]; // one thread
    struct buffer        receipt = buffer_over(receipt_room, sizeof receipt_room);
    struct buffer        longer = buffer_over(room, sizeof room);
    enum message_outcome outcome;
    struct bytes         map;
    if (!message_read_reply(reply, &outcome, &map) || outcome != MESSAGE_OK) return reply;
    const struct arguments arguments = {.seq = message_number(map, "seq", ARGUMENT_ABSENT),
                                        .size = ARGUMENT_ABSENT};
    if (arguments.seq == ARGUMENT_ABSENT) return reply; // it was so already
    if (make_receipt(daemon, &arguments, &receipt) != OK) return reply;
    struct pack_reader reader = pack_reader(map);
    answer_ok(&longer, pack_read_map(&reader, PACK_ITEM_MAX) + 1);
    add_entries(map, "receipt", true, &longer);
    put_text(&longer, "receipt", buffer_bytes(&receipt));
    add_entries(map, "receipt", false, &longer);
    return longer.is_full ? reply : buffer_bytes(&longer);
}
