#include "projections/restore.h"

#include "ledger/snapshot_file.h"
#include "ledger/snapshot_reading.h"
#include "projections/snapshot.h"

#include <assert.h>
#include <string.h>

static bool tells_of(const struct leaf *leaf, const struct snapshot_header *header,
                     const struct hash *file)
{
    struct proposal proposal;
    const char     *offence = NULL;
    if (leaf->author != AUTHOR_LEDGER || leaf->verdict.code != ACCEPTED) return false;
    if (!proposal_read(leaf->proposal, &proposal, &offence)) return false;
    const struct snapshot *snapshot = &proposal.event.of.snapshot;
    return proposal.event.kind == SNAPSHOT && snapshot->size == header->size &&
           bytes_is_equal(snapshot->digest, hash_view(&header->digest)) &&
           bytes_is_equal(snapshot->file, hash_view(file));
}

// Whether an event behind those that it covers tells of it. Each leaf is compared with its tile
// when it is recorded, as all of the tail is.
static bool is_told(const struct ledger *ledger, uint64_t size,
                    const struct snapshot_header *header, const struct hash *file)
{
    struct ledger_scan *scan = NULL;
    struct bytes        packed;
    struct leaf         leaf;
    bool                is_found = false;
    if (header->size >= size) return false;
    if (ledger_scan_open_aside(ledger, header->size, size, &scan) != OK) return false;
    while (!is_found && ledger_scan_next(scan, &packed) == OK && leaf_read(packed, &leaf)) {
        is_found = tells_of(&leaf, header, file);
    }
    ledger_scan_close(scan);
    return is_found;
}

static_assert((int)SNAPSHOT_RECORD_MAX <= (int)SNAPSHOT_AHEAD, "a record is never cut");

static struct bytes next_piece(void *context, size_t used)
{
    return snapshot_reading_next(context, used);
}

// NULL when a state was read from what is there, told or not.
static const char *read_content(const struct snapshot_search *search, uint64_t size,
                                struct snapshot_reading *reading, const struct hash *hash,
                                struct state **state)
{
    const struct snapshot_source source = {next_piece, reading};
    struct snapshot_header       header;
    if (!snapshot_read_header(snapshot_reading_next(reading, 0), &header)) {
        return "it does not begin like a snapshot";
    }
    if (header.size != size) return "it is of another size than its name says";
    if (!is_told(search->ledger, search->log_size, &header, hash)) {
        return "the log does not tell of it";
    }
    enum status status = state_open(state);
    if (status == OK) status = snapshot_read(*state, &source);
    return status == OK ? NULL : status_sentence(status);
}

// NULL when the state was read from it. The hash is known last: what was read until then was held
// to its rows, and is thrown away where the hash is not that of the bytes.
static const char *read_file(const struct snapshot_search *search, uint64_t size,
                             struct state **state)
{
    struct snapshot_reading *reading = NULL;
    struct hash              hash;
    enum status status = snapshot_reading_open(search->directory, size, &reading, &hash);
    if (status != OK) return status_sentence(status);
    const char *why = read_content(search, size, reading, &hash, state);
    status = snapshot_reading_finish(reading);
    if (status != OK) why = status_sentence(status);
    if (why == NULL) return NULL;
    state_close(*state);
    *state = NULL;
    return why;
}

enum status restore_snapshot(struct snapshot_search *search, struct state **state)
{
    const uint64_t bound = search->size_max < UINT64_MAX ? search->size_max + 1 : UINT64_MAX;
    uint64_t       size = snapshot_file_below(search->directory, bound);
    for (; size > 0; size = snapshot_file_below(search->directory, size)) {
        const char *why = read_file(search, size, state);
        search->found = size;
        if (why == NULL) return OK;
        if (search->passed_over != NULL) search->passed_over(search->context, size, why);
    }
    search->found = 0;
    return STATUS_NOT_FOUND;
}

static enum status go_on(struct restore *restore, struct state **state)
{
    struct state          *restored = NULL;
    enum status            status = OK;
    struct snapshot_search search = {.ledger = restore->ledger,
                                     .directory = restore->directory,
                                     .log_size = ledger_size(restore->ledger),
                                     .size_max = UINT64_MAX,
                                     .passed_over = restore->passed_over,
                                     .context = restore->context};
    restore->fault = (struct catch_up_fault){.why = status_sentence(STATUS_OUT_OF_MEMORY)};
    if (restore_snapshot(&search, &restored) != OK) status = state_open(&restored);
    restore->from = search.found;
    if (status == OK) status = catch_up(restored, restore->ledger, restore->from, &restore->fault);
    if (status != OK) {
        state_close(restored);
        return status;
    }
    *state = restored;
    return OK;
}

enum status restore(struct restore *restore, struct state **state)
{
    enum status status = go_on(restore, state);
    if (status != STATUS_ARCHIVED || restore->archive == NULL) return status;
    status = ledger_use_archive(restore->ledger, restore->archive);
    restore->fault.why = "the archive cannot be read";
    if (status == OK) status = go_on(restore, state);
    ledger_leave_archive(restore->ledger);
    return status;
}

// --- Writing ----------------------------------------------------------------

static void add_piece(void *context, struct bytes piece)
{
    snapshot_file_add(context, piece);
}

enum status restore_write(const struct restore *restore, const struct state *state,
                          struct snapshot_told *told)
{
    struct snapshot_file *file = NULL;
    const uint64_t        size = server_at(state)->size;
    struct hash           digest, hash;
    enum status           status = snapshot_file_begin(restore->directory, size, &file);
    if (status != OK) return status;
    const struct snapshot_sink sink = {add_piece, file};
    status = snapshot_write(state, &sink, &digest);
    if (status != OK) {
        snapshot_file_drop(file);
        return status;
    }
    status = snapshot_file_finish(file, &hash);
    if (status != OK) return status;
    snapshot_file_keep(restore->directory, size, restore->from);
    *told = (struct snapshot_told){size, digest, hash};
    return OK;
}
