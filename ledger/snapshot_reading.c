#include "ledger/snapshot_reading.h"

#include "core/base/reserve.h"
#include "ledger/snapshot_file.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_SIZE = 256 * 1024, PIECE_COUNT = 8 };

// Piece n of the file is read into slot n % PIECE_COUNT. In front of it there is room for what is
// left of the one before, so that both can be looked at as one:
//
//   | room ... | what is left | piece n ............... |
//              ^ rest         ^ SNAPSHOT_AHEAD
//
// The thread writes to pieces alone, the other side to the room alone.
struct slot {
    uint8_t at[SNAPSHOT_AHEAD + PIECE_SIZE];
    size_t  size; // of the piece
};

struct snapshot_reading {
    int                fd;
    uint64_t           left; // bytes of the file that the thread has not read, without the hash
    struct hash        told;
    struct hash_stream stream;
    pthread_t          thread;
    pthread_mutex_t    lock;
    pthread_cond_t     changed;
    // Under the lock:
    uint64_t           read_count; // pieces
    uint64_t           done_count; // pieces that the other side needs no more
    bool               is_left;    // by the other side: the rest is only hashed
    bool               is_over;    // no more are read
    // Of the thread, until it ends:
    enum status        status;
    // Of the other side:
    struct bytes       rest;
    uint64_t           piece_count; // that were looked at
    struct slot        slots[PIECE_COUNT];
};

// --- The thread -------------------------------------------------------------

static void await_slot(struct snapshot_reading *reading)
{
    (void)pthread_mutex_lock(&reading->lock);
    while (!reading->is_left && reading->read_count == reading->done_count + PIECE_COUNT) {
        (void)pthread_cond_wait(&reading->changed, &reading->lock);
    }
    (void)pthread_mutex_unlock(&reading->lock);
}

static void tell(struct snapshot_reading *reading, uint64_t read_count, bool is_over)
{
    (void)pthread_mutex_lock(&reading->lock);
    reading->read_count = read_count;
    reading->is_over = is_over;
    (void)pthread_cond_signal(&reading->changed);
    (void)pthread_mutex_unlock(&reading->lock);
}

// Not mapped: a file that is cut meanwhile is an error here, and no signal.
static enum status read_all(int fd, uint8_t *at, size_t size)
{
    while (size > 0) {
        const ssize_t count = read(fd, at, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return status_of_error(errno);
        if (count == 0) return STATUS_CORRUPT;
        at += count;
        size -= (size_t)count;
    }
    return OK;
}

static enum status judge_hash(struct snapshot_reading *reading)
{
    const struct hash own = hash_stream_finish(&reading->stream);
    return hash_is_equal(&own, &reading->told) ? OK : STATUS_CORRUPT;
}

static enum status read_pieces(struct snapshot_reading *reading, uint64_t *count)
{
    while (reading->left > 0) {
        struct slot *slot = &reading->slots[*count % PIECE_COUNT];
        uint8_t     *piece = slot->at + SNAPSHOT_AHEAD;
        await_slot(reading);
        slot->size = reading->left < PIECE_SIZE ? (size_t)reading->left : PIECE_SIZE;
        const enum status status = read_all(reading->fd, piece, slot->size);
        if (status != OK) return status;
        reading->left -= slot->size;
        tell(reading, ++*count, false); // before it is hashed: both sides work on it
        hash_stream_add(&reading->stream, (struct bytes){piece, slot->size});
    }
    return judge_hash(reading);
}

static void *read_ahead(void *context)
{
    struct snapshot_reading *reading = context;
    uint64_t                 count = 0;
    reading->status = read_pieces(reading, &count);
    tell(reading, count, true);
    return NULL;
}

// --- The other side ---------------------------------------------------------

static enum status start(struct snapshot_reading *reading, uint64_t size)
{
    const off_t end = (off_t)(size - HASH_SIZE);
    reading->left = size - HASH_SIZE;
    (void)pthread_mutex_init(&reading->lock, NULL);
    (void)pthread_cond_init(&reading->changed, NULL);
    const ssize_t count = pread(reading->fd, reading->told.at, HASH_SIZE, end);
    if (count < 0) return status_of_error(errno);
    if (count != HASH_SIZE) return STATUS_CORRUPT;
    const enum status status = hash_stream_init(&reading->stream);
    if (status != OK) return status;
    const int error = pthread_create(&reading->thread, NULL, read_ahead, reading);
    return error == 0 ? OK : STATUS_OUT_OF_MEMORY;
}

static void release(struct snapshot_reading *reading)
{
    hash_stream_release(&reading->stream);
    (void)pthread_cond_destroy(&reading->changed);
    (void)pthread_mutex_destroy(&reading->lock);
    (void)close(reading->fd);
    memory_return(reading, sizeof *reading);
}

enum status snapshot_reading_open(const char *directory, uint64_t size,
                                  struct snapshot_reading **reading, struct hash *told)
{
    int         fd = -1;
    uint64_t    byte_count = 0;
    enum status status = snapshot_file_open(directory, size, &fd, &byte_count);
    if (status != OK) return status;
    struct snapshot_reading *opened = memory_reserve(sizeof *opened);
    if (opened == NULL) {
        (void)close(fd);
        return STATUS_OUT_OF_MEMORY;
    }
    opened->fd = fd;
    status = start(opened, byte_count);
    if (status != OK) {
        release(opened);
        return status;
    }
    *told = opened->told;
    *reading = opened;
    return OK;
}

// Whether there is another piece; the one before is done with.
static bool await_piece(struct snapshot_reading *reading)
{
    (void)pthread_mutex_lock(&reading->lock);
    reading->done_count = reading->piece_count;
    (void)pthread_cond_signal(&reading->changed);
    while (!reading->is_over && reading->read_count == reading->piece_count) {
        (void)pthread_cond_wait(&reading->changed, &reading->lock);
    }
    const bool is_there = reading->read_count > reading->piece_count;
    (void)pthread_mutex_unlock(&reading->lock);
    return is_there;
}

struct bytes snapshot_reading_next(struct snapshot_reading *reading, size_t used)
{
    assert(used <= reading->rest.size);
    const struct bytes rest = bytes_after(reading->rest, used);
    reading->rest = rest;
    if (rest.size >= SNAPSHOT_AHEAD) return rest;
    struct slot *slot = &reading->slots[reading->piece_count % PIECE_COUNT];
    uint8_t     *start = slot->at + SNAPSHOT_AHEAD - rest.size;
    if (rest.size > 0) memmove(start, rest.at, rest.size);
    reading->rest.at = start;
    if (!await_piece(reading)) return reading->rest;
    reading->rest.size += slot->size;
    reading->piece_count++;
    return reading->rest;
}

enum status snapshot_reading_finish(struct snapshot_reading *reading)
{
    (void)pthread_mutex_lock(&reading->lock);
    reading->is_left = true;
    (void)pthread_cond_signal(&reading->changed);
    (void)pthread_mutex_unlock(&reading->lock);
    (void)pthread_join(reading->thread, NULL);
    const enum status status = reading->status;
    release(reading);
    return status;
}
