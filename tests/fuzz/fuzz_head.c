// Whatever bytes stand in the store as its head, and as a checkpoint: what is read writes to the
// same bytes again, and only what the ledger's key has signed verifies, with witnesses' lines or
// without.
#include "core/proof/checkpoint.h"
#include "ledger/checkpoints.h"
#include "ledger/head.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORIGIN "ledger.example/lic1"

static struct verifier keys[2];
static struct store   *store;
static char            directory[] = "/tmp/licet-fuzz-XXXXXX";

static void finish(void)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "writer.lock"};
    char                     path[64];
    store_close(store);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(directory);
}

static void start(void)
{
    static const char *const texts[] = {
        ORIGIN "+7721fa45+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
    };
    const struct store_options options = {.map_size = (uint64_t)1 << 24};
    if (store != NULL) return;
    enum status status = crypto_start();
    if (status == OK) status = hash_start();
    for (size_t i = 0; i < 2 && status == OK; i++) {
        status = verifier_parse(&keys[i], bytes_of_text(texts[i]));
    }
    assert(status == OK);
    const char *made = mkdtemp(directory);
    assert(made != NULL);
    status = store_create(directory, &options, &store);
    assert(status == OK);
    (void)atexit(finish);
}

static void look_at_head(struct bytes bytes)
{
    static const struct bytes key = {(const uint8_t *)"head", 4};
    struct head               head;
    struct bytes              written;
    enum status               status = store_put(store, STORE_HEAD, key, bytes);
    assert(status == OK);
    status = head_load(&head, store);
    if (status != OK) {
        assert(status == STATUS_CORRUPT || status == STATUS_UNSUPPORTED);
        return;
    }
    static uint8_t room[4096];
    assert(bytes.size <= sizeof room);
    memcpy(room, bytes.at, bytes.size);
    status = head_put(&head, store);
    if (status == OK) status = store_load(store, STORE_HEAD, key, &written);
    assert(status == OK);
    assert(bytes_is_equal(written, (struct bytes){room, bytes.size}));
}

// The first byte is the length of the key, within bounds.
static void look_at_checkpoint(struct bytes bytes)
{
    static const uint8_t     zeros[16];
    const struct key_set     set = {keys, 2};
    const struct bytes       key = {zeros, 1 + (size_t)bytes.at[0] % sizeof zeros};
    struct checkpoint_record record;
    struct checkpoint        head;
    uint64_t                 signed_by = 0;
    enum status status = store_put(store, STORE_CHECKPOINT, key, bytes_after(bytes, 1));
    assert(status == OK);
    status = checkpoints_load_newest(store, &record);
    assert(status == OK || status == STATUS_CORRUPT);
    assert(record.size == 0);
    if (status != OK) return;
    assert(key.size == 8);
    if (checkpoint_verify(record.note, bytes_of_text(ORIGIN), &set, &head, &signed_by) != OK)
        return;
    assert((signed_by & 1) != 0);
    assert(bytes_is_equal(head.origin, bytes_of_text(ORIGIN)));
    assert(head.size == 7 || head.size == 8); // the only ones that it ever signed
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes bytes = {data, size};
    start();
    if (size == 0 || size > 4096) return 0;
    const enum status status = store_begin(store);
    assert(status == OK);
    look_at_head(bytes);
    look_at_checkpoint(bytes);
    store_abort(store);
    return 0;
}
