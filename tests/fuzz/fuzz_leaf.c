// Whatever is read as a leaf is written again as the same bytes.
#include "core/event/proposal.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t     memory[LEAF_SIZE_MAX];
    const struct bytes packed = {data, size};
    struct leaf        leaf;
    if (!leaf_read(packed, &leaf)) return 0;
    struct buffer again = buffer_over(memory, sizeof memory);
    leaf_write(&leaf, &again);
    assert(bytes_is_equal(buffer_bytes(&again), packed));
    assert(refusal_row((uint64_t)leaf.verdict.code) != NULL);
    return 0;
}
