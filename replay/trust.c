#include "replay/trust.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { KEY_FILE_SIZE_MAX = 4096 };

static enum status load(const char *path, struct buffer *text)
{
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT) return STATUS_NOT_FOUND;
    if (file == NULL) return errno == EACCES ? STATUS_PERMISSION : STATUS_IO;
    text->size = fread(text->at, 1, text->size_max, file);
    const bool is_read = ferror(file) == 0;
    const bool is_whole = text->size < text->size_max || fgetc(file) == EOF;
    (void)fclose(file);
    if (!is_read) return STATUS_IO;
    return is_whole ? OK : STATUS_TOO_LARGE;
}

static bool take_policy(struct trust *trust, struct bytes text, struct trust_complaint *complaint)
{
    trust->text_size = text.size;
    complaint->status = trust_policy_parse(text, &trust->policy, &complaint->line);
    if (complaint->status != OK) return false;
    complaint->line = 0;
    if (trust->policy.log_count == 0) complaint->status = STATUS_MALFORMED;
    if (complaint->status != OK) return false;
    uint32_t log = 0;
    while ((trust->policy.logs >> log & 1) == 0) {
        log++;
    }
    trust->ledger = trust->policy.verifiers[log];
    return true;
}

bool trust_load_policy(struct trust *trust, const char *path, struct trust_complaint *complaint)
{
    struct buffer text = buffer_over(trust->text, sizeof trust->text);
    *complaint = (struct trust_complaint){.status = load(path, &text)};
    return complaint->status == OK && take_policy(trust, buffer_bytes(&text), complaint);
}

static bool is_said(struct bytes line)
{
    return line.size > 0 && line.at[0] != '#';
}

static enum status read_key(struct bytes text, struct verifier *verifier)
{
    struct bytes said = {NULL, 0};
    while (text.size > 0) {
        const struct bytes line = bytes_cut(&text, '\n');
        if (!is_said(line)) continue;
        if (said.size > 0) return STATUS_MALFORMED;
        said = line;
    }
    return verifier_parse(verifier, said);
}

bool trust_load_key(struct trust *trust, const char *path, struct trust_complaint *complaint)
{
    uint8_t         room[KEY_FILE_SIZE_MAX];
    struct buffer   file = buffer_over(room, sizeof room);
    struct buffer   text = buffer_over(trust->text, sizeof trust->text);
    struct verifier verifier;
    *complaint = (struct trust_complaint){.status = load(path, &file)};
    if (complaint->status == OK) {
        complaint->status = read_key(buffer_bytes(&file), &verifier);
    }
    if (complaint->status != OK) return false;
    buffer_add_text(&text, "log ");
    verifier_print(&verifier, &text);
    buffer_add_text(&text, "\nquorum none\n");
    const bool is_taken = take_policy(trust, buffer_bytes(&text), complaint);
    complaint->line = 0; // the lines are ours, not the file's
    return is_taken;
}

struct bytes trust_text(const struct trust *trust)
{
    return (struct bytes){trust->text, trust->text_size};
}

const struct verifier *trust_log(const struct trust *trust, struct bytes origin)
{
    for (uint32_t i = 0; i < trust->policy.verifier_count; i++) {
        const struct verifier *verifier = &trust->policy.verifiers[i];
        if ((trust->policy.logs >> i & 1) == 0) continue;
        if (bytes_is_equal(verifier_name(verifier), origin)) return verifier;
    }
    return NULL;
}

bool trust_has_key(const struct trust *trust, const struct verifier *key)
{
    for (uint32_t i = 0; i < trust->policy.verifier_count; i++) {
        const struct verifier *verifier = &trust->policy.verifiers[i];
        if ((trust->policy.logs >> i & 1) == 0 || !verifier_is_same(verifier, key)) continue;
        if (memcmp(verifier->key, key->key, sizeof key->key) == 0) return true;
    }
    return false;
}
