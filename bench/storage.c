#include "bench/storage.h"

#include "core/event/proposal.h"
#include "ledger/log.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_TEXT_MAX = 4096, LEAF_ROOM = 512 };

struct storage {
    struct ledger       *ledger;
    const struct signer *signer;
    int                  file;
    uint64_t             leaf_count; // ever appended
    size_t               leaf_size;
    struct samples       samples;
    uint8_t              bytes[LEAF_BATCH_MAX * LEAF_ROOM];
};

// A leaf as a consumption of the load makes one.
static struct bytes make_leaf(struct storage *storage, uint8_t room[static LEAF_ROOM])
{
    uint8_t         proposal_room[LEAF_ROOM];
    struct buffer   packed = buffer_over(proposal_room, sizeof proposal_room);
    struct buffer   leaf = buffer_over(room, LEAF_ROOM);
    struct proposal proposal = {
        .not_after_ms = 1795564800000 + storage->leaf_count,
        .event = {.kind = CONSUMPTION,
                  .of.consumption = {
                      .group = bytes_of_text("acme/region-1/city-1/dealer-1/house-1/flat-1"),
                      .resource = bytes_of_text("sip_number"),
                      .unit = bytes_of_text("n0-1000000"),
                      .direction = DIRECTION_ABSENT}}
    };
    memcpy(proposal.id, &storage->leaf_count, sizeof storage->leaf_count);
    proposal_write(&proposal, &packed);
    const struct leaf written = {
        .version = RULES_VERSION,
        .seq = 1000 * 1000 + storage->leaf_count,
        .time_ms = proposal.not_after_ms,
        .author = entity_id_of(2000, 0),
        .proposal = buffer_bytes(&packed),
        .verdict = {.code = ACCEPTED, .node = NODE_NONE},
    };
    leaf_write(&written, &leaf);
    assert(!leaf.is_full);
    storage->leaf_count++;
    return buffer_bytes(&leaf);
}

enum status storage_open(const char *directory, const struct signer *signer,
                         struct storage **storage)
{
    char                    path[PATH_TEXT_MAX];
    struct ledger_complaint complaint;
    struct storage         *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    opened->signer = signer;
    const struct ledger_options options = {
        .origin = verifier_name(&signer->verifier), .keys = {&signer->verifier, 1}
    };
    (void)snprintf(path, sizeof path, "%s/floor.file", directory);
    opened->file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    (void)snprintf(path, sizeof path, "%s/floor", directory);
    enum status status = opened->file < 0 ? STATUS_IO : ledger_create(path, &options);
    if (status == OK) status = ledger_open(path, &options, &opened->ledger, &complaint);
    if (status != OK) {
        storage_close(opened);
        return status;
    }
    opened->leaf_size = make_leaf(opened, opened->bytes).size;
    *storage = opened;
    return OK;
}

void storage_close(struct storage *storage)
{
    if (storage == NULL) return;
    ledger_close(storage->ledger);
    if (storage->file >= 0) (void)close(storage->file);
    free(storage);
}

size_t storage_leaf_size(const struct storage *storage)
{
    return storage->leaf_size;
}

enum status storage_commit_once(struct storage *storage, uint32_t batch_count)
{
    enum status status = ledger_begin(storage->ledger);
    if (status != OK) return status;
    for (uint32_t i = 0; i < batch_count && status == OK; i++) {
        uint8_t room[LEAF_ROOM];
        status = ledger_append(storage->ledger, make_leaf(storage, room));
    }
    if (status == OK) return ledger_commit(storage->ledger, storage->signer);
    ledger_abort(storage->ledger);
    return status;
}

static enum status write_once(struct storage *storage, uint32_t batch_count)
{
    const size_t size = batch_count * storage->leaf_size;
    assert(size <= sizeof storage->bytes);
    if (write(storage->file, storage->bytes, size) != (ssize_t)size) return STATUS_IO;
    return fdatasync(storage->file) == 0 ? OK : STATUS_IO;
}

typedef enum status run_once(struct storage *storage, uint32_t batch_count);

static enum status run(struct storage *storage, run_once *once, uint32_t batch_count,
                       uint64_t duration_ns, struct measure *measure)
{
    const struct stopwatch stopwatch = stopwatch_start(0);
    uint64_t               done_count = 0;
    uint64_t               now_ns = stopwatch.start_ns;
    assert(batch_count <= LEAF_BATCH_MAX);
    storage->samples.count = 0;
    while (now_ns < stopwatch.start_ns + duration_ns) {
        const enum status status = once(storage, batch_count);
        if (status != OK) return status;
        const uint64_t then_ns = now_ns;
        now_ns = measure_clock_ns();
        samples_add(&storage->samples, now_ns - then_ns);
        done_count += batch_count;
    }
    *measure = stopwatch_stop(&stopwatch, done_count, &storage->samples);
    return OK;
}

enum status storage_run_ledger(struct storage *storage, uint32_t batch_count, uint64_t duration_ns,
                               struct measure *measure)
{
    return run(storage, storage_commit_once, batch_count, duration_ns, measure);
}

enum status storage_run_disk(struct storage *storage, uint32_t batch_count, uint64_t duration_ns,
                             struct measure *measure)
{
    return run(storage, write_once, batch_count, duration_ns, measure);
}
