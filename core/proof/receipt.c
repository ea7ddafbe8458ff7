#include "core/proof/receipt.h"

#include "core/proof/crypto.h"
#include "core/proof/hash.h"

#include <assert.h>

#define FIRST_LINE   "c2sp.org/tlog-proof@v1"
#define EXTRA_PREFIX "extra "
#define INDEX_PREFIX "index "

void receipt_print(const struct receipt *receipt, struct buffer *buffer)
{
    assert(receipt->proof.count <= TREE_PROOF_MAX);
    buffer_add_text(buffer, FIRST_LINE "\n");
    if (receipt->extra.size > 0) {
        buffer_add_text(buffer, EXTRA_PREFIX);
        buffer_add(buffer, receipt->extra);
        buffer_add_byte(buffer, '\n');
    }
    buffer_add_text(buffer, INDEX_PREFIX);
    buffer_add_decimal(buffer, receipt->index);
    buffer_add_byte(buffer, '\n');
    for (uint32_t i = 0; i < receipt->proof.count; i++) {
        crypto_base64_add(buffer, hash_view(&receipt->proof.hashes[i]));
        buffer_add_byte(buffer, '\n');
    }
    buffer_add_byte(buffer, '\n');
    buffer_add(buffer, receipt->checkpoint);
}

// Steps over the prefix of a line; false when it has another.
static bool take_prefix(struct bytes *line, const char *prefix)
{
    const struct bytes wanted = bytes_of_text(prefix);
    if (!bytes_starts_with(*line, wanted)) return false;
    *line = bytes_after(*line, wanted.size);
    return true;
}

// Up to the empty line, which ends the proof.
static bool parse_proof(struct bytes *rest, struct tree_proof *proof)
{
    while (rest->size > 0) {
        size_t             size = 0;
        const struct bytes line = bytes_cut(rest, '\n');
        if (line.size == 0) return true;
        if (proof->count == TREE_PROOF_MAX) return false;
        struct hash *hash = &proof->hashes[proof->count];
        if (!crypto_base64_decode(line, hash->at, HASH_SIZE, &size)) return false;
        if (size != HASH_SIZE) return false;
        proof->count++;
    }
    return false;
}

enum status receipt_parse(struct bytes text, struct receipt *receipt)
{
    struct receipt parsed = {.index = 0};

    if (text.size > RECEIPT_SIZE_MAX) return STATUS_TOO_LARGE;
    struct bytes line = bytes_cut(&text, '\n');
    if (!bytes_is_equal(line, bytes_of_text(FIRST_LINE))) return STATUS_MALFORMED;
    line = bytes_cut(&text, '\n');
    if (take_prefix(&line, EXTRA_PREFIX)) {
        if (line.size == 0 || !crypto_is_base64(line)) return STATUS_MALFORMED;
        parsed.extra = line;
        line = bytes_cut(&text, '\n');
    }
    if (!take_prefix(&line, INDEX_PREFIX)) return STATUS_MALFORMED;
    if (!bytes_to_decimal(line, TREE_SIZE_MAX - 1, &parsed.index)) return STATUS_MALFORMED;
    if (!parse_proof(&text, &parsed.proof)) return STATUS_MALFORMED;
    if (text.size == 0) return STATUS_MALFORMED;
    parsed.checkpoint = text;
    *receipt = parsed;
    return OK;
}

enum status receipt_verify(const struct receipt *receipt, struct bytes leaf, struct bytes origin,
                           const struct key_set *keys, struct checkpoint *checkpoint)
{
    struct checkpoint head;
    uint64_t          signed_by = 0;

    const enum status status =
        checkpoint_verify(receipt->checkpoint, origin, keys, &head, &signed_by);
    if (status != OK) return status;
    const struct hash hash = hash_leaf(leaf);
    if (!tree_verify_inclusion(&receipt->proof, receipt->index, head.size, &hash, &head.root)) {
        return STATUS_CORRUPT;
    }
    *checkpoint = head;
    return OK;
}
