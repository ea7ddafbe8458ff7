#include "replay/trust.h"

#include <errno.h>
#include <stdio.h>

enum { FILE_SIZE_MAX = 4096 };

static enum status load(const char *path, uint8_t *room, struct bytes *text)
{
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT) return STATUS_NOT_FOUND;
    if (file == NULL) return errno == EACCES ? STATUS_PERMISSION : STATUS_IO;
    const size_t size = fread(room, 1, FILE_SIZE_MAX, file);
    const bool   is_read = ferror(file) == 0;
    (void)fclose(file);
    if (!is_read) return STATUS_IO;
    *text = (struct bytes){room, size};
    return size < FILE_SIZE_MAX ? OK : STATUS_TOO_LARGE;
}

static bool is_said(struct bytes line)
{
    return line.size > 0 && line.at[0] != '#';
}

enum status trust_load(struct trust *trust, const char *path)
{
    uint8_t      room[FILE_SIZE_MAX];
    struct bytes text;
    struct bytes said = {NULL, 0};
    enum status  status = load(path, room, &text);
    if (status != OK) return status;
    while (text.size > 0) {
        const struct bytes line = bytes_cut(&text, '\n');
        if (!is_said(line)) continue;
        if (said.size > 0) return STATUS_MALFORMED;
        said = line;
    }
    status = verifier_parse(&trust->ledger, said);
    if (status != OK) return status;
    return trust->ledger.type == KEY_ED25519 ? OK : STATUS_UNSUPPORTED;
}
