#include "replay/commands.h"

#include "core/base/limits.h"
#include "core/proof/crypto.h"
#include "core/proof/receipt.h"
#include "replay/replaying.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum outcome complain(uint64_t seq, enum status status)
{
    (void)fprintf(stderr, "licet-replay: event %" PRIu64 ": %s\n", seq, status_sentence(status));
    return outcome_of(status);
}

// Views end with the next question: each is copied before.
struct parts {
    uint8_t       note[NOTE_SIZE_MAX];
    uint8_t       leaf[(LEAF_SIZE_MAX + 2) / 3 * 4];
    struct buffer note_text, leaf_text;
    uint64_t      size;
};

static enum status read_head(struct ledger *ledger, struct parts *parts)
{
    struct ledger_checkpoint newest;
    const enum status        status = ledger_newest(ledger, &newest);
    if (status != OK) return status;
    parts->size = newest.size;
    parts->note_text = buffer_over(parts->note, sizeof parts->note);
    buffer_add(&parts->note_text, newest.note);
    return parts->note_text.is_full ? STATUS_TOO_LARGE : OK;
}

// Nothing is proved of bytes that are not those of the tree.
static enum status read_leaf(struct ledger *ledger, uint64_t seq, struct parts *parts)
{
    struct bytes leaf;
    struct hash  stored;
    enum status  status = ledger_read(ledger, seq, &leaf);
    if (status != OK) return status;
    const struct hash hash = hash_leaf(leaf);
    parts->leaf_text = buffer_over(parts->leaf, sizeof parts->leaf);
    crypto_base64_add(&parts->leaf_text, leaf);
    status = ledger_leaf_hash(ledger, seq, &stored);
    if (status != OK) return status;
    return hash_is_equal(&hash, &stored) ? OK : STATUS_CORRUPT;
}

static enum outcome print(struct ledger *ledger, uint64_t seq)
{
    static struct parts parts; // too large for a stack
    static uint8_t      room[RECEIPT_SIZE_MAX];
    struct buffer       text = buffer_over(room, sizeof room);
    struct receipt      receipt = {.index = seq};
    enum status         status = read_head(ledger, &parts);
    if (status == OK) status = read_leaf(ledger, seq, &parts);
    if (status == OK) status = ledger_inclusion(ledger, seq, parts.size, &receipt.proof);
    if (status != OK) return complain(seq, status);
    receipt.extra = buffer_bytes(&parts.leaf_text);
    receipt.checkpoint = buffer_bytes(&parts.note_text);
    receipt_print(&receipt, &text);
    if (text.is_full) return complain(seq, STATUS_TOO_LARGE);
    (void)fwrite(text.at, 1, text.size, stdout);
    return OUTCOME_CLEAN;
}

static enum outcome prove(const struct options *options)
{
    static struct replaying replaying;
    enum outcome            outcome = replaying_open(&replaying, options);
    if (outcome == OUTCOME_CLEAN && options->seq >= ledger_end(replaying.ledger)) {
        outcome = complain(options->seq, STATUS_NOT_FOUND);
    }
    if (outcome == OUTCOME_CLEAN) outcome = print(replaying.ledger, options->seq);
    replaying_close(&replaying);
    return outcome;
}

enum outcome prove_run(const struct options *options)
{
    return sheltered(prove, options);
}
