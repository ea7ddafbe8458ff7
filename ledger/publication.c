#include "ledger/publication.h"

#include "core/proof/checkpoint.h"
#include "ledger/export.h"
#include "ledger/tile_path.h"

#include <unistd.h>

// A ledger that was put back, or is another one, must not take back what others have read.
static enum status compare(struct ledger *ledger, const struct checkpoint *published)
{
    struct hash root;
    if (published->size > ledger_size(ledger)) return STATUS_BEHIND;
    const enum status status = ledger_root(ledger, published->size, &root);
    if (status != OK) return status;
    return hash_is_equal(&root, &published->root) ? OK : STATUS_BEHIND;
}

// The size that is published: 0 where nothing is.
static enum status load(int directory_fd, struct ledger *ledger, struct buffer *note,
                        uint64_t *size)
{
    const struct key_set nobody = {NULL, 0};
    struct checkpoint    published;
    uint64_t             signed_by = 0;
    enum status          status = export_read(directory_fd, BUNDLE_CHECKPOINT, note);
    *size = 0;
    if (status == STATUS_NOT_FOUND) return OK;
    if (status != OK) return status == STATUS_TOO_LARGE ? STATUS_CORRUPT : status;
    status = ledger_verify(ledger, buffer_bytes(note), &nobody, &published, &signed_by);
    if (status != OK) return STATUS_CORRUPT;
    *size = published.size;
    return compare(ledger, &published);
}

static enum status write_news(int directory_fd, struct ledger *ledger, uint64_t size_before)
{
    enum status status = export_tiles(ledger, directory_fd, size_before);
    if (status == OK) status = export_certificates(ledger, directory_fd);
    if (status == OK) status = export_rotation_heads(ledger, directory_fd);
    if (status != OK) return status;
    export_sync();
    return export_checkpoint(ledger, directory_fd);
}

static enum status renew(struct publication *publication, int directory_fd, struct ledger *ledger)
{
    static uint8_t           room[NOTE_SIZE_MAX + 1]; // one thread publishes
    struct buffer            note = buffer_over(room, sizeof room);
    struct ledger_checkpoint newest;
    uint64_t                 size_before = 0;
    enum status              status = load(directory_fd, ledger, &note, &size_before);
    if (status == OK) status = ledger_newest(ledger, &newest);
    if (status != OK) return status;
    publication->is_new = !bytes_is_equal(newest.note, buffer_bytes(&note));
    if (publication->is_new) status = write_news(directory_fd, ledger, size_before);
    if (status == OK) status = export_sweep(ledger, directory_fd, publication->size_swept);
    if (status != OK) return status;
    publication->size = publication->size_swept = ledger_size(ledger);
    if (publication->is_new) export_sync();
    return OK;
}

enum status publication_renew(struct publication *publication, struct ledger *ledger)
{
    int         directory_fd = -1;
    enum status status = export_open(publication->directory, &directory_fd);
    if (status != OK) return status;
    status = renew(publication, directory_fd, ledger);
    (void)close(directory_fd);
    return status;
}
