// Whatever the bytes: what parses prints alike, and what verifies was signed with a private key.
#include "core/proof/checkpoint.h"
#include "core/proof/note.h"

#include <assert.h>
#include <string.h>

static struct verifier keys[5];

static void start(void)
{
    static const char *const texts[] = {
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "ledger.example/lic1+7721fa45+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
    };
    if (keys[0].name_size > 0) return;
    enum status status = hash_start();
    assert(status == OK);
    status = crypto_start();
    assert(status == OK);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        status = verifier_parse(&keys[i], bytes_of_text(texts[i]));
        assert(status == OK);
    }
}

// Puts the note together again from its views.
static struct bytes print_note(const struct note *note, struct buffer *buffer)
{
    struct bytes          lines = note->signatures;
    struct note_signature signature;
    uint32_t              count = 0;

    note_begin(note->text, buffer);
    while (note_next_signature(&lines, &signature)) {
        assert(signature.name.size > 0);
        buffer_add_text(buffer, "\xe2\x80\x94 ");
        buffer_add(buffer, signature.name);
        buffer_add_byte(buffer, ' ');
        buffer_add(buffer, signature.base64);
        buffer_add_byte(buffer, '\n');
        count++;
    }
    assert(count == note->signature_count);
    assert(!buffer->is_full);
    return buffer_bytes(buffer);
}

static void look_at_checkpoint(struct bytes text)
{
    static uint8_t    memory[NOTE_SIZE_MAX];
    struct buffer     buffer = buffer_over(memory, sizeof memory);
    struct checkpoint head;
    if (checkpoint_parse(text, &head) != OK) return;
    checkpoint_print(&head, &buffer);
    assert(bytes_starts_with(text, buffer_bytes(&buffer))); // extension lines may follow
}

static void look_at_key(struct bytes text)
{
    uint8_t         memory[KEY_TEXT_SIZE_MAX];
    struct buffer   buffer = buffer_over(memory, sizeof memory);
    struct verifier verifier;
    if (verifier_parse(&verifier, text) != OK) return;
    verifier_print(&verifier, &buffer);
    assert(bytes_is_equal(buffer_bytes(&buffer), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t       memory[NOTE_SIZE_MAX];
    const struct key_set set = {keys, sizeof keys / sizeof keys[0]};
    const struct bytes   bytes = {data, size};
    struct buffer        buffer = buffer_over(memory, sizeof memory);
    struct note          note;
    uint64_t             signed_by = 0;

    start();
    look_at_key(bytes);
    look_at_checkpoint(bytes);
    if (note_parse(bytes, &note) != OK) return 0;
    assert(note_is_text(note.text));
    assert(bytes_is_equal(print_note(&note, &buffer), bytes));
    look_at_checkpoint(note.text);

    const enum status status = note_verify(&note, &set, &signed_by);
    assert((status == OK) == (signed_by != 0));
    for (uint32_t i = 0; i < set.count; i++) {
        uint64_t time_s = 0;
        if ((signed_by >> i & 1) == 0) continue;
        const bool has_time = note_cosigned_at(&note, &keys[i], &time_s);
        assert(has_time == (keys[i].type == KEY_COSIGNATURE));
    }
    return 0;
}
