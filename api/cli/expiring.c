#include "api/cli/expiring.h"

#include "api/cli/json.h"
#include "api/cli/query.h"

#include <stdlib.h>
#include <string.h>

// One thing that ends: where its packed value stands.
struct end {
    uint64_t until_ms;
    size_t   offset, size;
};

// All of them, as they came.
struct ends {
    struct end *rows;
    size_t      count, room;
    uint8_t    *packed;
    size_t      packed_size, packed_room;
    bool        is_short; // of memory
};

// Room for so much more; false without memory.
static bool grow(void **memory, size_t *room, size_t size, size_t item_size)
{
    size_t wanted = *room == 0 ? 1024 : *room;
    while (wanted < size) {
        wanted *= 2;
    }
    if (*room >= size) return true;
    void *larger = realloc(*memory, wanted * item_size);
    if (larger == NULL) return false;
    *memory = larger;
    *room = wanted;
    return true;
}

static void add(struct ends *ends, struct bytes end)
{
    void      *rows = ends->rows, *packed = ends->packed;
    const bool is_grown =
        grow(&rows, &ends->room, ends->count + 1, sizeof(struct end)) &&
        grow(&packed, &ends->packed_room, ends->packed_size + end.size, sizeof(uint8_t));
    ends->rows = rows;
    ends->packed = packed;
    if (!is_grown) {
        ends->is_short = true;
        return;
    }
    memcpy(ends->packed + ends->packed_size, end.at, end.size);
    ends->rows[ends->count++] =
        (struct end){message_number(end, "until", UINT64_MAX), ends->packed_size, end.size};
    ends->packed_size += end.size;
}

static void take(void *context, struct bytes map)
{
    struct ends         *ends = context;
    struct message_items items = message_list(map, "ends");
    for (struct bytes end; message_next(&items, &end);) {
        add(ends, end);
    }
}

// Of the same instant, as they came.
static int compare(const void *left, const void *right)
{
    const struct end *a = left, *b = right;
    if (a->until_ms != b->until_ms) return a->until_ms < b->until_ms ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

enum { CHUNK_COUNT = 256, CHUNK_SIZE = 512 * 1024 };

// {"ends": [...]} of so many from `first` on.
static struct bytes chunk_of(const struct ends *ends, size_t first, size_t count)
{
    static uint8_t memory[CHUNK_SIZE];
    struct buffer  chunk = buffer_over(memory, sizeof memory);
    pack_map(&chunk, 1);
    pack_key(&chunk, "ends");
    pack_array(&chunk, (uint32_t)count);
    for (size_t i = first; i < first + count; i++) {
        buffer_add(&chunk, (struct bytes){ends->packed + ends->rows[i].offset, ends->rows[i].size});
    }
    return buffer_bytes(&chunk);
}

static void print(struct call *call, const struct ends *ends)
{
    struct json *document = NULL;
    size_t       first = 0;
    do {
        const size_t       left = ends->count - first;
        const size_t       count = left < CHUNK_COUNT ? left : CHUNK_COUNT;
        const struct bytes chunk = chunk_of(ends, first, count);
        if (!call->globals.is_json) {
            call->command->view(call, chunk);
        } else if (document == NULL) {
            document = json_of_packed(chunk);
        } else {
            json_extend(document, chunk);
        }
        first += count;
    } while (first < ends->count);
    if (call->globals.is_json) json_print(document, call->out);
    json_release(document);
}

enum exit_code expiring_run(struct call *call)
{
    struct ends    ends = {.count = 0};
    enum exit_code code = query_begin(call);
    if (code == EXIT_DONE) code = query_pages(call, take, &ends);
    if (code == EXIT_DONE && ends.is_short) {
        code = complain(call, EXIT_UNREACHABLE, "there is no memory for so many");
    }
    if (code == EXIT_DONE) {
        if (ends.count > 0) qsort(ends.rows, ends.count, sizeof ends.rows[0], compare);
        print(call, &ends);
    }
    free(ends.rows);
    free(ends.packed);
    return code;
}
