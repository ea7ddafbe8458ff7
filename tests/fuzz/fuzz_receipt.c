// Whatever the bytes: what parses prints alike, and only the one leaf that was logged verifies.
#include "core/proof/receipt.h"

#include <assert.h>

static struct verifier keys[2];

static void start(void)
{
    static const char *const texts[] = {
        "ledger.example/lic1+7721fa45+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
    };
    if (keys[0].name_size > 0) return;
    enum status status = hash_start();
    assert(status == OK);
    status = crypto_start();
    assert(status == OK);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        status = verifier_parse(&keys[i], bytes_of_text(texts[i]));
        assert(status == OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t       memory[RECEIPT_SIZE_MAX];
    static const uint8_t logged[] = {0x20, 0x21};
    static const uint8_t forged[] = {0x20, 0x22};
    const struct key_set set = {keys, 2};
    const struct bytes   origin = bytes_of_text("ledger.example/lic1");
    const struct bytes   bytes = {data, size};
    struct buffer        buffer = buffer_over(memory, sizeof memory);
    struct checkpoint    head;
    struct receipt       receipt;

    start();
    if (receipt_parse(bytes, &receipt) != OK) return 0;
    receipt_print(&receipt, &buffer);
    assert(!buffer.is_full);
    assert(bytes_is_equal(buffer_bytes(&buffer), bytes));

    const struct bytes forged_leaf = {forged, sizeof forged};
    const struct bytes logged_leaf = {logged, sizeof logged};
    const enum status  forged_status = receipt_verify(&receipt, forged_leaf, origin, &set, &head);
    assert(forged_status != OK);
    if (receipt_verify(&receipt, logged_leaf, origin, &set, &head) != OK) return 0;
    assert(receipt.index == 3);
    assert(head.size == 7 || head.size == 8);
    return 0;
}
