#include "core/proof/checkpoint.h"

#include "core/proof/tree.h"

#include <assert.h>

static_assert(CHECKPOINT_TEXT_SIZE_MAX <= (int)KEY_COSIGNED_SIZE_MAX,
              "what we make can be cosigned");

void checkpoint_print(const struct checkpoint *checkpoint, struct buffer *buffer)
{
    buffer_add(buffer, checkpoint->origin);
    buffer_add_byte(buffer, '\n');
    buffer_add_decimal(buffer, checkpoint->size);
    buffer_add_byte(buffer, '\n');
    crypto_base64_add(buffer, hash_view(&checkpoint->root));
    buffer_add_byte(buffer, '\n');
}

// Extension lines say nothing to us, but an empty line would be none.
static bool has_only_lines(struct bytes text)
{
    if (text.size > 0 && text.at[text.size - 1] != '\n') return false;
    while (text.size > 0) {
        if (bytes_cut(&text, '\n').size == 0) return false;
    }
    return true;
}

enum status checkpoint_parse(struct bytes text, struct checkpoint *checkpoint)
{
    struct checkpoint parsed = {.size = 0};
    size_t            root_size = 0;

    if (!note_is_text(text) || !has_only_lines(text)) return STATUS_MALFORMED;
    parsed.origin = bytes_cut(&text, '\n');
    const struct bytes size = bytes_cut(&text, '\n');
    const struct bytes root = bytes_cut(&text, '\n');
    if (!bytes_to_decimal(size, TREE_SIZE_MAX, &parsed.size)) return STATUS_MALFORMED;
    if (!crypto_base64_decode(root, parsed.root.at, HASH_SIZE, &root_size)) return STATUS_MALFORMED;
    if (root_size != HASH_SIZE) return STATUS_MALFORMED;
    const struct hash root_empty = tree_root(&(struct tree){.size = 0});
    if (parsed.size == 0 && !hash_is_equal(&parsed.root, &root_empty)) return STATUS_MALFORMED;
    *checkpoint = parsed;
    return OK;
}

static struct bytes print_named(const struct checkpoint *checkpoint, const struct signer *ledger,
                                struct buffer *text)
{
    struct checkpoint named = *checkpoint;
    assert(ledger->verifier.type == KEY_ED25519);
    assert(checkpoint->size <= TREE_SIZE_MAX);
    named.origin = verifier_name(&ledger->verifier);
    checkpoint_print(&named, text);
    assert(!text->is_full);
    return buffer_bytes(text);
}

void checkpoint_seal(const struct checkpoint *checkpoint, const struct signer *ledger,
                     struct buffer *buffer)
{
    uint8_t            memory[CHECKPOINT_TEXT_SIZE_MAX];
    struct buffer      room = buffer_over(memory, sizeof memory);
    const struct bytes text = print_named(checkpoint, ledger, &room);
    note_begin(text, buffer);
    note_sign(text, ledger, 0, buffer);
}

void checkpoint_seal_rotation(const struct checkpoint *checkpoint, const struct signer *current,
                              const struct signer *next, struct buffer *buffer)
{
    uint8_t            memory[CHECKPOINT_TEXT_SIZE_MAX];
    struct buffer      room = buffer_over(memory, sizeof memory);
    const struct bytes text = print_named(checkpoint, current, &room);
    note_begin(text, buffer);
    note_sign(text, current, 0, buffer);
    note_sign(text, next, 0, buffer);
}

static bool is_by_ledger(const struct key_set *keys, uint64_t signed_by, struct bytes origin)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        if ((signed_by >> i & 1) == 0) continue;
        if (keys->at[i].type != KEY_ED25519) continue;
        if (bytes_is_equal(verifier_name(&keys->at[i]), origin)) return true;
    }
    return false;
}

enum status checkpoint_verify(struct bytes note, struct bytes origin, const struct key_set *keys,
                              struct checkpoint *checkpoint, uint64_t *signed_by)
{
    struct note       parsed;
    struct checkpoint found;
    uint64_t          signers = 0;

    enum status status = note_parse(note, &parsed);
    if (status != OK) return status;
    status = note_verify(&parsed, keys, &signers);
    if (status != OK) return status;
    status = checkpoint_parse(parsed.text, &found);
    if (status != OK) return status;
    if (!bytes_is_equal(found.origin, origin)) return STATUS_UNKNOWN_KEY;
    if (!is_by_ledger(keys, signers, origin)) return STATUS_UNKNOWN_KEY;
    *checkpoint = found;
    *signed_by = signers;
    return OK;
}

enum status checkpoint_cosign(const struct note *note, const struct signer *witness,
                              uint64_t time_s, struct buffer *line)
{
    assert(witness->verifier.type == KEY_COSIGNATURE);
    if (note->text.size > KEY_COSIGNED_SIZE_MAX) return STATUS_TOO_LARGE;
    note_sign(note->text, witness, time_s, line);
    return OK;
}
