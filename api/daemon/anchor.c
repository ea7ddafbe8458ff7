#include "api/daemon/anchor.h"

#include "api/daemon/report.h"
#include "api/wire/file.h"
#include "core/proof/checkpoint.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct anchor {
    const char     *path;
    pthread_t       thread;
    pthread_mutex_t lock; // over all that follows
    pthread_cond_t  is_called;
    bool            is_news, is_stopping;
    size_t          size;
    uint8_t         note[NOTE_SIZE_MAX]; // the newest
    // The thread's own.
    bool            is_failing; // said once
    uint8_t         written[NOTE_SIZE_MAX];
};

// --- Against the ledger -----------------------------------------------------

static enum status compare(const struct checkpoint *kept, struct ledger *ledger, const char **why)
{
    struct hash root;
    if (kept->size > ledger_size(ledger)) {
        *why = "the ledger is shorter than its anchor: it was cut, or an old copy stands in its "
               "place. Bring back the newest copy; where its last events are lost for good and "
               "everybody who relies on them knows, move the anchor away and start again";
        return STATUS_BEHIND;
    }
    const enum status status = ledger_root(ledger, kept->size, &root);
    *why = status_sentence(status);
    if (status != OK) return status;
    if (hash_is_equal(&root, &kept->root)) return OK;
    *why = "the ledger has other events than its anchor tells of: another history stands in its "
           "place. Keep both, they are evidence, and run licet-replay verify "
           "--trusted-checkpoint with the anchor";
    return STATUS_BEHIND;
}

static enum status check(const char *path, struct ledger *ledger, const char **why)
{
    static uint8_t       room[NOTE_SIZE_MAX];
    const struct key_set nobody = {NULL, 0};
    struct buffer        text = buffer_over(room, sizeof room);
    struct checkpoint    kept;
    uint64_t             signed_by = 0;
    enum status          status = file_read(path, &text);
    *why = status_sentence(status);
    if (status == STATUS_NOT_FOUND) return OK;
    if (status != OK) return status;
    status = ledger_verify(ledger, buffer_bytes(&text), &nobody, &kept, &signed_by);
    *why =
        "the file is no head that this ledger's key has signed; or it is one by a key that it was "
        "rotated to since, and an old copy of the ledger stands in its place";
    if (status != OK) return STATUS_CORRUPT;
    return compare(&kept, ledger, why);
}

// --- The thread -------------------------------------------------------------

static void write_newest(struct anchor *anchor, size_t size)
{
    const enum status status = file_replace(anchor->path, (struct bytes){anchor->written, size});
    if (status != OK && !anchor->is_failing) report_failure("the anchor", status);
    if (status == OK && anchor->is_failing) {
        report("info", "anchor_written", "path=\"%s\"", anchor->path);
    }
    anchor->is_failing = status != OK;
}

static void *work(void *context)
{
    struct anchor *anchor = context;
    pthread_mutex_lock(&anchor->lock);
    while (anchor->is_news || !anchor->is_stopping) {
        if (!anchor->is_news) {
            pthread_cond_wait(&anchor->is_called, &anchor->lock);
            continue;
        }
        const size_t size = anchor->size;
        memcpy(anchor->written, anchor->note, size);
        anchor->is_news = false;
        pthread_mutex_unlock(&anchor->lock);
        write_newest(anchor, size);
        pthread_mutex_lock(&anchor->lock);
    }
    pthread_mutex_unlock(&anchor->lock);
    return NULL;
}

enum status anchor_open(const char *path, struct ledger *ledger, struct anchor **anchor,
                        const char **why)
{
    const enum status status = check(path, ledger, why);
    if (status != OK) return status;
    struct anchor *made = calloc(1, sizeof *made);
    *why = status_sentence(STATUS_OUT_OF_MEMORY);
    if (made == NULL) return STATUS_OUT_OF_MEMORY;
    made->path = path;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->is_called, NULL);
    if (pthread_create(&made->thread, NULL, work, made) != 0) {
        pthread_cond_destroy(&made->is_called);
        pthread_mutex_destroy(&made->lock);
        free(made);
        return STATUS_OUT_OF_MEMORY;
    }
    anchor_keep(made, ledger);
    *anchor = made;
    return OK;
}

void anchor_close(struct anchor *anchor)
{
    if (anchor == NULL) return;
    pthread_mutex_lock(&anchor->lock);
    anchor->is_stopping = true;
    pthread_cond_signal(&anchor->is_called);
    pthread_mutex_unlock(&anchor->lock);
    (void)pthread_join(anchor->thread, NULL);
    pthread_cond_destroy(&anchor->is_called);
    pthread_mutex_destroy(&anchor->lock);
    free(anchor);
}

void anchor_keep(struct anchor *anchor, struct ledger *ledger)
{
    struct ledger_checkpoint newest;
    if (anchor == NULL || ledger_newest(ledger, &newest) != OK) return;
    pthread_mutex_lock(&anchor->lock);
    memcpy(anchor->note, newest.note.at, newest.note.size);
    anchor->size = newest.note.size;
    anchor->is_news = true;
    pthread_cond_signal(&anchor->is_called);
    pthread_mutex_unlock(&anchor->lock);
}
