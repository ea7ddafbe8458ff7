// Whatever the bytes behind a header of this very program: they are refused, or read. A file with
// such bytes would have to be told of in a signed log; the reader must not fall over all the same.
#include "core/base/pack.h"
#include "projections/snapshot.h"
#include "projections/snapshot_rows.h"

#include <assert.h>
#include <string.h>

enum { SNAPSHOT_SIZE_FUZZED = 16 * 1024, SIZE = 21 };

static const char origin[] = "ledger.example/test";

static void start(struct hash *layout)
{
    static struct hash known;
    static bool        is_started;
    if (!is_started) {
        enum status status = hash_start();
        assert(status == OK);
        status = snapshot_layout(&known);
        assert(status == OK);
        is_started = true;
    }
    *layout = known;
}

static void add_header(struct buffer *snapshot, const struct hash *layout)
{
    const struct hash digest = {{0}};
    pack_array(snapshot, 7);
    pack_key(snapshot, "licet/snapshot/v2");
    pack_binary(snapshot, hash_view(layout));
    pack_number(snapshot, RULES_VERSION);
    pack_key(snapshot, origin);
    pack_number(snapshot, SIZE);
    pack_number(snapshot, 1793491200000);
    pack_binary(snapshot, hash_view(&digest));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[SNAPSHOT_SIZE_FUZZED];
    struct buffer  snapshot = buffer_over(room, sizeof room);
    struct state  *state = NULL;
    struct hash    layout;
    start(&layout);
    add_header(&snapshot, &layout);
    buffer_add(&snapshot, (struct bytes){data, size});
    if (snapshot.is_full) return 0;
    const enum status opened = state_open(&state);
    assert(opened == OK);
    struct bytes                 rest = buffer_bytes(&snapshot);
    const struct snapshot_source source = snapshot_source_of(&rest);
    const enum status            status = snapshot_read(state, &source);
    assert(status == OK || status == STATUS_CORRUPT || status == STATUS_OVERLOADED);
    state_close(state);
    return 0;
}
