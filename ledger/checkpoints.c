#include "ledger/checkpoints.h"

#include "ledger/big_endian.h"

#include <assert.h>
#include <string.h>

// The first byte of a record; the note follows.
enum { FLAG_KEPT = 1, FLAG_WITNESSED = 2, FLAGS_ALL = FLAG_KEPT | FLAG_WITNESSED };

// Of a key of another length the place where it stands among those that have eight bytes.
static uint64_t size_of(struct bytes key)
{
    uint8_t room[BIG_ENDIAN_SIZE] = {0};
    memcpy(room, key.at, key.size < sizeof room ? key.size : sizeof room);
    return big_endian_get(room);
}

static enum status parse(struct bytes key, struct bytes value, struct checkpoint_record *record)
{
    *record = (struct checkpoint_record){.size = size_of(key)};
    if (key.size != BIG_ENDIAN_SIZE || value.size < 1) return STATUS_CORRUPT;
    const uint8_t flags = value.at[0];
    if ((flags & ~FLAGS_ALL) != 0) return STATUS_CORRUPT;
    *record = (struct checkpoint_record){
        .size = record->size,
        .is_kept = (flags & FLAG_KEPT) != 0,
        .is_witnessed = (flags & FLAG_WITNESSED) != 0,
        .note = bytes_after(value, 1),
    };
    return OK;
}

enum status checkpoints_load_newest(struct store *store, struct checkpoint_record *record)
{
    struct bytes      key, value;
    const enum status status = store_load_last(store, STORE_CHECKPOINT, &key, &value);
    if (status != OK) return status;
    return parse(key, value, record);
}

enum status checkpoints_load_from(struct store *store, uint64_t size_min,
                                  struct checkpoint_record *record)
{
    const struct big_endian_key from = big_endian_key(size_min);
    struct bytes                key = big_endian_view(&from);
    struct bytes                value;
    const enum status           status = store_load_from(store, STORE_CHECKPOINT, &key, &value);
    // Where the store itself is damaged there is no place to go on from.
    if (status == STATUS_CORRUPT) *record = (struct checkpoint_record){.size = UINT64_MAX};
    if (status != OK) return status;
    return parse(key, value, record);
}

struct checkpoints checkpoints_after(const struct checkpoint_record *newest)
{
    return (struct checkpoints){.is_any = true,
                                .is_newest_kept = newest->is_kept || newest->is_witnessed,
                                .newest_size = newest->size};
}

static enum status drop(struct store *store, uint64_t size)
{
    const struct big_endian_key key = big_endian_key(size);
    const enum status status = store_delete(store, STORE_CHECKPOINT, big_endian_view(&key));
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

// Whoever signs: beside the key of the ledger, where it is rotated, the one that follows it.
struct signers {
    const struct signer *current, *next; // next NULL: current alone
};

static enum status append(struct store *store, const struct checkpoint *checkpoint, uint8_t flags,
                          const struct signers *signers)
{
    const struct big_endian_key key = big_endian_key(checkpoint->size);
    uint8_t                     memory[1 + CHECKPOINT_SEALED_SIZE_MAX];
    struct buffer               record = buffer_over(memory, sizeof memory);
    buffer_add_byte(&record, flags);
    if (signers->next == NULL) {
        checkpoint_seal(checkpoint, signers->current, &record);
    } else {
        checkpoint_seal_rotation(checkpoint, signers->current, signers->next, &record);
    }
    assert(!record.is_full);
    const enum status status =
        store_append(store, STORE_CHECKPOINT, big_endian_view(&key), buffer_bytes(&record));
    return status == STATUS_EXISTS ? STATUS_CORRUPT : status;
}

static bool is_first_of_span(const struct checkpoints *checkpoints, uint64_t size)
{
    if (!checkpoints->is_any) return true;
    return size / CHECKPOINT_SPAN != checkpoints->newest_size / CHECKPOINT_SPAN;
}

static enum status seal(struct checkpoints *checkpoints, struct store *store,
                        const struct checkpoint *checkpoint, const struct signers *signers)
{
    const uint64_t size = checkpoint->size;
    const bool     is_kept = signers->next != NULL || is_first_of_span(checkpoints, size);
    if (checkpoints->is_any && !checkpoints->is_newest_kept) {
        const enum status status = drop(store, checkpoints->newest_size);
        if (status != OK) return status;
    }
    const enum status status = append(store, checkpoint, is_kept ? FLAG_KEPT : 0, signers);
    if (status != OK) return status;
    *checkpoints = (struct checkpoints){true, is_kept, size};
    return OK;
}

enum status checkpoints_seal(struct checkpoints *checkpoints, struct store *store,
                             const struct checkpoint *checkpoint, const struct signer *signer)
{
    const struct signers signers = {.current = signer};
    assert(checkpoint->size >= checkpoints->newest_size);
    if (checkpoints->is_any && checkpoint->size == checkpoints->newest_size) return OK;
    return seal(checkpoints, store, checkpoint, &signers);
}

enum status checkpoints_seal_rotation(struct checkpoints *checkpoints, struct store *store,
                                      const struct checkpoint *checkpoint,
                                      const struct signer *current, const struct signer *next)
{
    const struct signers signers = {.current = current, .next = next};
    assert(checkpoint->size > checkpoints->newest_size);
    return seal(checkpoints, store, checkpoint, &signers);
}

static enum status load_flags(struct store *store, uint64_t size, uint8_t *flags)
{
    struct checkpoint_record record;
    const enum status        status = checkpoints_load_from(store, size, &record);
    *flags = 0;
    if (status == STATUS_NOT_FOUND) return OK;
    if (status != OK) return status;
    if (record.size == size && record.is_kept) *flags = FLAG_KEPT;
    return OK;
}

enum status checkpoints_witness(struct checkpoints *checkpoints, struct store *store, uint64_t size,
                                struct bytes note)
{
    uint8_t       memory[1 + NOTE_SIZE_MAX];
    struct buffer record = buffer_over(memory, sizeof memory);
    uint8_t       flags;
    if (note.size > NOTE_SIZE_MAX) return STATUS_TOO_LARGE;
    enum status status = load_flags(store, size, &flags);
    if (status != OK) return status;
    buffer_add_byte(&record, flags | FLAG_WITNESSED);
    buffer_add(&record, note);
    const struct big_endian_key key = big_endian_key(size);
    status = store_put(store, STORE_CHECKPOINT, big_endian_view(&key), buffer_bytes(&record));
    if (status != OK) return status;
    if (size == checkpoints->newest_size) checkpoints->is_newest_kept = true;
    return OK;
}
