#include "projections/snapshot.h"

#include "core/base/name.h"
#include "core/base/pack.h"
#include "core/base/reserve.h"
#include "projections/digest.h"
#include "projections/retries.h"
#include "projections/snapshot_rows.h"

#include <assert.h>
#include <endian.h>
#include <pthread.h>
#include <string.h>

void snapshot_judge(struct question *question, const struct event *event)
{
    const struct server *server = server_at(question->state);
    const uint64_t       size = event->of.snapshot.size;
    if (size <= server->snapshot_seq || size > server->size) refuse_malformed(question, "size");
}

void snapshot_apply(struct change_context *context, const struct event *event)
{
    struct server *server = server_edit(context->state);
    server->snapshot_size = event->of.snapshot.size;
    server->snapshot_seq = context->seq;
}

static const char word[] = "licet/snapshot/v2";

enum { HEADER_VALUE_COUNT = 7, ORIGIN_SIZE_MAX = 128 };

// --- Writing ----------------------------------------------------------------

enum { PIECE_SIZE = 64 * 1024 };

// A record that was met, and whose turn to be written comes.
struct met {
    uint32_t pool, record;
};

struct writer {
    const struct state         *state;
    const struct snapshot_sink *sink;
    uint32_t                   *numbers[SNAPSHOT_POOL_COUNT]; // by record; 0: not met yet
    size_t                      sizes[SNAPSHOT_POOL_COUNT];
    uint32_t                    counts[SNAPSHOT_POOL_COUNT];
    struct met                 *met;
    size_t                      met_count, met_max, met_size;
    struct buffer               piece;
    uint8_t                     room[PIECE_SIZE];
};

static enum status open_writer(struct writer *writer)
{
    for (uint32_t i = 0; i < SNAPSHOT_POOL_COUNT; i++) {
        const uint32_t count = state_count(writer->state, (enum pool_name)i);
        const size_t   slots = (size_t)count + state_room(writer->state, (enum pool_name)i) + 1;
        writer->sizes[i] = slots * sizeof *writer->numbers[i];
        writer->numbers[i] = memory_reserve(writer->sizes[i]);
        if (writer->numbers[i] == NULL) return STATUS_OUT_OF_MEMORY;
        writer->met_max += count;
    }
    writer->met_size = writer->met_max * sizeof *writer->met;
    writer->met = memory_reserve(writer->met_size);
    return writer->met == NULL ? STATUS_OUT_OF_MEMORY : OK;
}

static void close_writer(struct writer *writer)
{
    for (uint32_t i = 0; i < SNAPSHOT_POOL_COUNT; i++) {
        memory_return(writer->numbers[i], writer->sizes[i]);
    }
    memory_return(writer->met, writer->met_size);
    memory_return(writer, sizeof *writer);
}

static void flush(struct writer *writer)
{
    assert(!writer->piece.is_full);
    writer->sink->add(writer->sink->context, buffer_bytes(&writer->piece));
    writer->piece.size = 0;
}

static uint32_t number_of(struct writer *writer, enum pool_name pool, uint32_t record)
{
    if (record == 0) return 0;
    uint32_t *number = &writer->numbers[pool][record];
    if (*number != 0) return *number;
    *number = ++writer->counts[pool];
    assert(writer->met_count < writer->met_max);
    writer->met[writer->met_count++] = (struct met){pool, record};
    return *number;
}

static uint64_t bits_of(const void *at, size_t size)
{
    uint64_t wide = 0;
    uint32_t narrow = 0;
    if (size == sizeof wide) {
        memcpy(&wide, at, sizeof wide);
        return wide;
    }
    if (size == sizeof narrow) {
        memcpy(&narrow, at, sizeof narrow);
        return narrow;
    }
    assert(size == 1);
    return *(const uint8_t *)at;
}

static enum pool_name pool_of(const struct column *column, const void *record)
{
    if (column->type != COLUMN_SUBJECT) return column->pool;
    return snapshot_subject_pool((enum edge_kind)((const struct edge *)record)->kind);
}

static void put_number(struct buffer *piece, uint64_t number, size_t size)
{
    const uint64_t bytes = htobe64(number);
    buffer_add(piece, (struct bytes){(const uint8_t *)&bytes + sizeof bytes - size, size});
}

static void put_text(struct buffer *piece, struct bytes text)
{
    buffer_add_byte(piece, (uint8_t)text.size);
    buffer_add(piece, text);
}

static void write_value(struct writer *writer, const struct column *column, const void *record)
{
    const uint8_t *at = (const uint8_t *)record + column->offset;
    struct buffer *piece = &writer->piece;
    switch (column->type) {
    case COLUMN_NUMBER:
    case COLUMN_FLAG:
        put_number(piece, bits_of(at, column->size), column->size);
        return;
    case COLUMN_TEXT:
        put_text(piece, text_of(writer->state, (struct text_ref){(uint32_t)bits_of(at, 4)}));
        return;
    case COLUMN_BYTES:
        buffer_add(piece, (struct bytes){at, column->size});
        return;
    case COLUMN_CUT:
    case COLUMN_RECORD:
    case COLUMN_SUBJECT:
        break;
    }
    uint32_t   named = (uint32_t)bits_of(at, sizeof named);
    const bool is_none = column->type == COLUMN_CUT && named == ACCOUNT_KEEPS_ALL;
    if (!is_none) named = number_of(writer, pool_of(column, record), named);
    put_number(piece, named, sizeof named);
}

static void write_record(struct writer *writer, uint32_t pool, const struct snapshot_row *row,
                         const void *record)
{
    if (writer->piece.size + SNAPSHOT_RECORD_MAX > PIECE_SIZE) flush(writer);
    buffer_add_byte(&writer->piece, (uint8_t)pool);
    for (uint32_t i = 0; i < row->column_count; i++) {
        write_value(writer, &row->columns[i], record);
    }
}

static void write_records(struct writer *writer)
{
    (void)number_of(writer, POOL_SERVER, 1);
    (void)number_of(writer, POOL_GROUP, SERVER_GROUP);
    for (size_t i = 0; i < writer->met_count; i++) {
        const struct met met = writer->met[i];
        write_record(writer, met.pool, snapshot_row((enum pool_name)met.pool),
                     state_read(writer->state, (enum pool_name)met.pool, met.record));
    }
    for (uint32_t i = 0; i < SNAPSHOT_POOL_COUNT; i++) {
        assert(writer->counts[i] == state_count(writer->state, (enum pool_name)i));
    }
}

static void write_retries(struct writer *writer)
{
    for (uint32_t bucket = 0; bucket < RETRY_BUCKET_COUNT; bucket++) {
        const uint32_t count = state_count(writer->state, (enum pool_name)(POOL_RETRY + bucket));
        for (uint32_t i = 1; i <= count; i++) {
            write_record(writer, SNAPSHOT_POOL_COUNT, snapshot_retry_row(),
                         retry_at(writer->state, bucket, i));
        }
    }
}

static void write_header(struct writer *writer, const struct hash *layout,
                         const struct hash *digest)
{
    const struct server *server = server_at(writer->state);
    struct buffer       *piece = &writer->piece;
    pack_array(piece, HEADER_VALUE_COUNT);
    pack_key(piece, word);
    pack_binary(piece, hash_view(layout));
    pack_number(piece, RULES_VERSION);
    pack_text(piece, text_of(writer->state, server->origin));
    pack_number(piece, server->size);
    pack_number(piece, server->time_ms);
    pack_binary(piece, hash_view(digest));
}

enum status snapshot_write(const struct state *state, const struct snapshot_sink *sink,
                           struct hash *digest)
{
    struct writer *writer = memory_reserve(sizeof *writer);
    struct hash    layout, own;
    enum status    status = writer == NULL ? STATUS_OUT_OF_MEMORY : snapshot_layout(&layout);
    if (status == OK) status = digest_of(state, &own);
    if (status == OK) {
        writer->state = state;
        writer->sink = sink;
        writer->piece = buffer_over(writer->room, sizeof writer->room);
        status = open_writer(writer);
    }
    if (status == OK) {
        write_header(writer, &layout, &own);
        write_records(writer);
        write_retries(writer);
        flush(writer);
        *digest = own;
    }
    if (writer != NULL) close_writer(writer);
    return status;
}

// --- Reading ----------------------------------------------------------------

struct reader {
    struct state                 *state;
    const struct snapshot_source *source;
    struct bytes                  rest;       // of what the source gave
    size_t                        piece_size; // all of it
    uint32_t    named[SNAPSHOT_POOL_COUNT];   // as many were taken, in the order of their names
    uint32_t    read[SNAPSHOT_POOL_COUNT];
    enum status status; // sticky
};

static void fail(struct reader *reader, enum status status)
{
    if (reader->status == OK) reader->status = status;
}

// Whether there is more: as much of it as a record takes.
static bool look_ahead(struct reader *reader)
{
    struct bytes *rest = &reader->rest;
    if (rest->size < SNAPSHOT_RECORD_MAX) {
        *rest = reader->source->next(reader->source->context, reader->piece_size - rest->size);
        reader->piece_size = rest->size;
    }
    return rest->size > 0;
}

static void read_hash(struct pack_reader *pack, struct hash *hash)
{
    const struct bytes bytes = pack_read_binary(pack, HASH_SIZE);
    if (bytes.size != HASH_SIZE) {
        pack->is_bad = true;
    } else {
        memcpy(hash->at, bytes.at, HASH_SIZE);
    }
}

// Steps over it.
static bool read_header(struct bytes *rest, struct snapshot_header *header)
{
    struct pack_reader pack = pack_reader(*rest);
    const uint32_t     count = pack_read_array(&pack, HEADER_VALUE_COUNT);
    const struct bytes own = pack_read_text(&pack, sizeof word);
    if (count != HEADER_VALUE_COUNT || !bytes_is_equal(own, bytes_of_text(word))) return false;
    read_hash(&pack, &header->layout);
    header->rules_version = pack_read_number(&pack, UINT64_MAX);
    header->origin = pack_read_text(&pack, ORIGIN_SIZE_MAX);
    header->size = pack_read_number(&pack, INT64_MAX);
    header->time_ms = pack_read_number(&pack, TIME_MS_MAX);
    read_hash(&pack, &header->digest);
    *rest = pack.rest;
    return !pack.is_bad && header->size > 0;
}

bool snapshot_read_header(struct bytes snapshot, struct snapshot_header *header)
{
    return read_header(&snapshot, header);
}

// A record that is named for the first time has the next number; it is taken here, and its values
// come later.
static uint32_t name(struct reader *reader, enum pool_name pool, uint64_t number)
{
    if (number <= reader->named[pool]) return (uint32_t)number;
    if (number != (uint64_t)reader->named[pool] + 1) {
        fail(reader, STATUS_CORRUPT);
    } else if (state_room(reader->state, pool) == 0) {
        fail(reader, STATUS_OVERLOADED);
    } else {
        const uint32_t record = state_take(reader->state, pool);
        assert(record == number);
        reader->named[pool]++;
        return record;
    }
    return 0;
}

static uint64_t number_at(const uint8_t *at, size_t size)
{
    if (size == sizeof(uint64_t)) return be64toh(bits_of(at, size));
    if (size == sizeof(uint32_t)) return be32toh((uint32_t)bits_of(at, size));
    return bits_of(at, size);
}

static void put_bits(void *at, size_t size, uint64_t bits)
{
    const uint32_t narrow = (uint32_t)bits;
    if (size == sizeof bits) {
        memcpy(at, &bits, sizeof bits);
    } else if (size == sizeof narrow) {
        memcpy(at, &narrow, sizeof narrow);
    } else {
        assert(size == 1);
        *(uint8_t *)at = (uint8_t)bits;
    }
}

static uint64_t read_number(struct reader *reader, const struct column *column, uint64_t number)
{
    const uint64_t max = column->type == COLUMN_FLAG ? 1 : column->max;
    if (max != 0 && number > max) fail(reader, STATUS_CORRUPT);
    return number;
}

// Behind its size, which was read.
static uint32_t read_text(struct reader *reader, uint64_t size, struct bytes *rest)
{
    const struct bytes text = {rest->at, (size_t)size};
    if (size > TEXT_SIZE_MAX || size > rest->size || !text_is_utf8(text)) {
        fail(reader, STATUS_CORRUPT);
        return 0;
    }
    *rest = bytes_after(*rest, text.size);
    if (text_has_room(reader->state, text.size)) return text_add(reader->state, text).at;
    fail(reader, STATUS_OVERLOADED);
    return 0;
}

// What was read of the column, and what may stand behind it, as the record keeps it.
static uint64_t read_bits(struct reader *reader, const struct column *column, const void *record,
                          uint64_t number, struct bytes *rest)
{
    switch (column->type) {
    case COLUMN_NUMBER:
    case COLUMN_FLAG:
        return read_number(reader, column, number);
    case COLUMN_TEXT:
        return read_text(reader, number, rest);
    case COLUMN_CUT:
        if (number == ACCOUNT_KEEPS_ALL) return number;
        return name(reader, column->pool, number);
    case COLUMN_RECORD:
        return name(reader, column->pool, number);
    case COLUMN_SUBJECT:
        return name(reader, pool_of(column, record), number);
    case COLUMN_BYTES:
        break;
    }
    assert(false);
    return 0;
}

static void read_values(struct reader *reader, const struct snapshot_row *row, void *record)
{
    struct bytes rest = reader->rest;
    for (uint32_t i = 0; i < row->column_count && reader->status == OK; i++) {
        const struct column *column = &row->columns[i];
        const size_t         size = column->type == COLUMN_TEXT ? 1 : column->size;
        uint8_t             *to = (uint8_t *)record + column->offset;
        const uint8_t       *from = rest.at;
        if (size > rest.size) {
            fail(reader, STATUS_CORRUPT);
            return;
        }
        rest = bytes_after(rest, size);
        if (column->type == COLUMN_BYTES) {
            memcpy(to, from, size);
        } else {
            const uint64_t number = number_at(from, size);
            put_bits(to, column->size, read_bits(reader, column, record, number, &rest));
        }
    }
    reader->rest = rest;
}

static void read_record(struct reader *reader)
{
    const uint8_t pool = *reader->rest.at;
    reader->rest = bytes_after(reader->rest, 1);
    if (pool >= SNAPSHOT_POOL_COUNT || reader->read[pool] == reader->named[pool]) {
        fail(reader, STATUS_CORRUPT);
    } else {
        const uint32_t record = ++reader->read[pool];
        read_values(reader, snapshot_row((enum pool_name)pool),
                    state_edit(reader->state, (enum pool_name)pool, record));
    }
}

static bool is_at_retries(const struct reader *reader)
{
    return *reader->rest.at == SNAPSHOT_POOL_COUNT;
}

static void read_records(struct reader *reader)
{
    reader->named[POOL_SERVER] = 1;
    reader->named[POOL_GROUP] = SERVER_GROUP;
    while (reader->status == OK && look_ahead(reader) && !is_at_retries(reader)) {
        read_record(reader);
    }
    for (uint32_t i = 0; i < SNAPSHOT_POOL_COUNT; i++) {
        if (reader->read[i] != reader->named[i]) fail(reader, STATUS_CORRUPT);
    }
}

static void read_retry(struct reader *reader)
{
    struct retry retry = {0};
    if (!is_at_retries(reader)) fail(reader, STATUS_CORRUPT);
    reader->rest = bytes_after(reader->rest, 1);
    read_values(reader, snapshot_retry_row(), &retry);
    if (reader->status != OK) return;
    if (!retry_has_room(reader->state, retry.not_after_ms)) {
        fail(reader, STATUS_OVERLOADED);
    } else {
        (void)retry_put(reader->state, &retry);
    }
}

static void read_retries(struct reader *reader)
{
    while (reader->status == OK && look_ahead(reader)) {
        read_retry(reader);
    }
}

// --- The indexes ------------------------------------------------------------

static void index_retries(struct state *state)
{
    for (uint32_t bucket = 0; bucket < RETRY_BUCKET_COUNT; bucket++) {
        const enum pool_name pool = (enum pool_name)(POOL_RETRY + bucket);
        state_index_expect(state, pool);
        for (uint32_t at = 1; at <= state_count(state, pool); at++) {
            retry_index(state, bucket, at);
        }
    }
}

static void *index_records(void *context)
{
    struct state *state = context;
    for (uint32_t i = 0; i < SNAPSHOT_POOL_COUNT; i++) {
        const struct snapshot_row *row = snapshot_row((enum pool_name)i);
        const uint32_t             count = state_count(state, (enum pool_name)i);
        state_index_expect(state, (enum pool_name)i);
        for (uint32_t at = 1; row->index != NULL && at <= count; at++) {
            row->index(state, at);
        }
    }
    return NULL;
}

// All records are there: another thread makes them be found while this one goes on.
static void index_all(struct reader *reader)
{
    pthread_t  thread;
    const bool is_begun = pthread_create(&thread, NULL, index_records, reader->state) == 0;
    if (!is_begun) (void)index_records(reader->state);
    read_retries(reader);
    if (reader->status == OK) index_retries(reader->state);
    if (is_begun) (void)pthread_join(thread, NULL);
}

static enum status judge_header(const struct snapshot_header *header)
{
    struct hash       layout;
    const enum status status = snapshot_layout(&layout);
    if (status != OK) return status;
    if (!hash_is_equal(&layout, &header->layout)) return STATUS_UNSUPPORTED;
    return header->rules_version == RULES_VERSION ? OK : STATUS_UNSUPPORTED;
}

// The header is a view of a piece, which is gone when the records are read.
static enum status judge_server(const struct reader *reader, const struct snapshot_header *header,
                                struct bytes origin)
{
    const struct server *server = server_at(reader->state);
    if (server->size != header->size || server->time_ms != header->time_ms) return STATUS_CORRUPT;
    return text_is(reader->state, server->origin, origin) ? OK : STATUS_CORRUPT;
}

enum status snapshot_read(struct state *state, const struct snapshot_source *source)
{
    struct reader          reader = {.state = state, .source = source};
    struct snapshot_header header;
    uint8_t                room[ORIGIN_SIZE_MAX];
    struct buffer          origin = buffer_over(room, sizeof room);
    (void)look_ahead(&reader);
    if (!read_header(&reader.rest, &header)) return STATUS_CORRUPT;
    buffer_add(&origin, header.origin);
    reader.status = judge_header(&header);
    state_load_begin(state);
    if (reader.status == OK) read_records(&reader);
    if (reader.status == OK) reader.status = judge_server(&reader, &header, buffer_bytes(&origin));
    if (reader.status == OK) index_all(&reader);
    state_load_end(state);
    if (reader.status != OK) return reader.status;
    state_forget_changes(state);
    return OK;
}

static struct bytes next_of_rest(void *context, size_t used)
{
    struct bytes *rest = context;
    *rest = bytes_after(*rest, used);
    return *rest;
}

struct snapshot_source snapshot_source_of(struct bytes *rest)
{
    return (struct snapshot_source){next_of_rest, rest};
}
