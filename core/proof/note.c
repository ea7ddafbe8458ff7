#include "core/proof/note.h"

#include "core/proof/text.h"

#include <assert.h>

#define LINE_PREFIX "\xe2\x80\x94 " // em dash, space

enum {
    PAYLOAD_SIZE_MAX = KEY_ID_SIZE + KEY_PAYLOAD_SIZE_MAX,
    HEAD_SIZE = 8, // characters of base64 that hold the keyid, and a byte of the payload at least
};
static_assert((PAYLOAD_SIZE_MAX + 2) / 3 * 4 == 104, "as NOTE_LINE_SIZE_MAX counts it");
static_assert(KEY_SET_MAX == 64, "signed_by has a bit for each");

static bool parse_line(struct bytes line, struct note_signature *signature)
{
    const struct bytes prefix = bytes_of_text(LINE_PREFIX);
    uint8_t            head[HEAD_SIZE / 4 * 3];
    size_t             size = 0;

    if (!bytes_starts_with(line, prefix)) return false;
    struct bytes       base64 = bytes_after(line, prefix.size);
    const struct bytes name = bytes_cut(&base64, ' ');
    if (!text_is_name(name)) return false;
    if (base64.size < HEAD_SIZE) return false;
    if (!crypto_base64_decode((struct bytes){base64.at, HEAD_SIZE}, head, sizeof head, &size)) {
        return false;
    }
    if (size <= KEY_ID_SIZE) return false;
    *signature = (struct note_signature){.name = name, .keyid = key_id_of(head), .base64 = base64};
    return true;
}

bool note_next_signature(struct bytes *lines, struct note_signature *signature)
{
    if (lines->size == 0) return false;
    const struct bytes line = bytes_cut(lines, '\n');
    const bool         is_parsed = parse_line(line, signature);
    assert(is_parsed); // note_parse() has looked at it
    return true;
}

static bool has_signatures(struct bytes lines, uint32_t *count)
{
    uint32_t found = 0;
    if (lines.size == 0 || lines.at[lines.size - 1] != '\n') return false;
    while (lines.size > 0) {
        struct note_signature signature;
        if (found == NOTE_SIGNATURE_MAX) return false;
        if (!parse_line(bytes_cut(&lines, '\n'), &signature)) return false;
        if (!crypto_is_base64(signature.base64)) return false;
        found++;
    }
    *count = found;
    return true;
}

// The offset after the last LF LF; false when there is none.
static bool find_signatures(struct bytes bytes, size_t *offset)
{
    for (size_t i = bytes.size; i >= 2; i--) {
        if (bytes.at[i - 1] != '\n' || bytes.at[i - 2] != '\n') continue;
        *offset = i;
        return true;
    }
    return false;
}

enum status note_parse(struct bytes bytes, struct note *note)
{
    size_t   offset = 0;
    uint32_t count = 0;
    if (bytes.size > NOTE_SIZE_MAX) return STATUS_TOO_LARGE;
    if (!text_is_lines(bytes)) return STATUS_MALFORMED;
    if (!find_signatures(bytes, &offset)) return STATUS_MALFORMED;
    const struct bytes signatures = bytes_after(bytes, offset);
    if (!has_signatures(signatures, &count)) return STATUS_MALFORMED;
    *note = (struct note){
        .text = {bytes.at, offset - 1},
          .signatures = signatures, .signature_count = count
    };
    return OK;
}

static bool is_by(const struct note_signature *signature, const struct verifier *verifier)
{
    return signature->keyid == verifier->keyid &&
           bytes_is_equal(signature->name, verifier_name(verifier));
}

// The index of the key that the line names, or the count of keys.
static uint32_t find_key(const struct key_set *keys, const struct note_signature *signature)
{
    uint32_t i = 0;
    while (i < keys->count && !is_by(signature, &keys->at[i])) {
        i++;
    }
    return i;
}

static bool verify_line(const struct note_signature *signature, const struct verifier *verifier,
                        struct bytes text)
{
    uint8_t memory[PAYLOAD_SIZE_MAX];
    size_t  size = 0;
    if (!crypto_base64_decode(signature->base64, memory, sizeof memory, &size)) return false;
    const struct bytes payload = {memory + KEY_ID_SIZE, size - KEY_ID_SIZE};
    return verifier_verify(verifier, text, payload);
}

enum status note_verify(const struct note *note, const struct key_set *keys, uint64_t *signed_by)
{
    struct bytes          lines = note->signatures;
    struct note_signature signature;
    uint64_t              found = 0;

    assert(keys->count <= KEY_SET_MAX);
    if (!key_set_is_distinct(keys)) return STATUS_USAGE;
    while (note_next_signature(&lines, &signature)) {
        const uint32_t key = find_key(keys, &signature);
        if (key == keys->count) continue;
        const uint64_t bit = (uint64_t)1 << key;
        if ((found & bit) != 0) continue;
        if (!verify_line(&signature, &keys->at[key], note->text)) return STATUS_BAD_SIGNATURE;
        found |= bit;
    }
    if (found == 0) return STATUS_UNKNOWN_KEY;
    *signed_by = found;
    return OK;
}

bool note_cosigned_at(const struct note *note, const struct verifier *verifier, uint64_t *time_s)
{
    struct bytes          lines = note->signatures;
    struct note_signature signature;
    uint8_t               memory[PAYLOAD_SIZE_MAX];
    size_t                size = 0;

    if (verifier->type != KEY_COSIGNATURE) return false;
    while (note_next_signature(&lines, &signature)) {
        if (!is_by(&signature, verifier)) continue;
        if (!crypto_base64_decode(signature.base64, memory, sizeof memory, &size)) return false;
        if (size != PAYLOAD_SIZE_MAX) return false;
        *time_s = key_payload_time((struct bytes){memory + KEY_ID_SIZE, size - KEY_ID_SIZE});
        return true;
    }
    return false;
}

bool note_is_text(struct bytes text)
{
    return text.size > 0 && text.at[text.size - 1] == '\n' && text_is_lines(text);
}

void note_begin(struct bytes text, struct buffer *buffer)
{
    assert(note_is_text(text));
    buffer_add(buffer, text);
    buffer_add_byte(buffer, '\n');
}

static void begin_line(struct bytes name, struct buffer *buffer)
{
    buffer_add_text(buffer, LINE_PREFIX);
    buffer_add(buffer, name);
    buffer_add_byte(buffer, ' ');
}

void note_add_signature(const struct note_signature *signature, struct buffer *buffer)
{
    begin_line(signature->name, buffer);
    buffer_add(buffer, signature->base64);
    buffer_add_byte(buffer, '\n');
}

void note_sign(struct bytes text, const struct signer *signer, uint64_t time_s,
               struct buffer *buffer)
{
    uint8_t       memory[PAYLOAD_SIZE_MAX];
    struct buffer payload = buffer_over(memory, sizeof memory);

    assert(note_is_text(text));
    key_id_add(&payload, signer->verifier.keyid);
    signer_sign(signer, text, time_s, &payload);
    assert(!payload.is_full);
    begin_line(verifier_name(&signer->verifier), buffer);
    crypto_base64_add(buffer, buffer_bytes(&payload));
    buffer_add_byte(buffer, '\n');
}
