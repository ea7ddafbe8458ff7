// Any bytes, in any pieces, make the same requests as in one piece, or the same refusal.
//
// The first byte of the input chooses transport and piece size, the rest is what a peer sends.
#include "api/daemon/parcel.h"
#include "core/base/limits.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REQUEST_BYTES_MAX = 4 << 20, SIZE_MAX_HERE = 100 * 1000 };

struct outcome {
    size_t request_count;
    size_t body_bytes;
    size_t sum; // of positions and values, so that an exchanged byte shows
    bool   is_broken;
};

static void count_parcel(struct outcome *outcome, struct memory *memory, struct parcel *parcel)
{
    for (uint32_t i = 0; i < parcel->request_count; i++) {
        const struct request *request = &parcel->requests[i];
        assert(request->backtrace_size >= 4);
        assert(request->backtrace_size <= FRAME_BACKTRACE_SIZE_MAX);
        outcome->request_count++;
        outcome->body_bytes += request->body.size;
        for (size_t at = 0; at < request->body.size; at++)
            outcome->sum = outcome->sum * 31 + request->body.at[at];
    }
    memory_give_back(memory, parcel->block);
}

static enum intake_step drain(struct intake *intake, const struct intake_terms *terms,
                              struct outcome *outcome)
{
    for (;;) {
        struct parcel         *parcel = NULL;
        const enum intake_step step = intake_next(intake, terms, &parcel);
        if (step != INTAKE_PARCEL) return step;
        count_parcel(outcome, terms->memory, parcel);
    }
}

static struct outcome receive(const struct intake_terms *terms, struct bytes sent, size_t piece)
{
    static uint8_t buffer[INTAKE_SIZE];
    struct outcome outcome = {0};
    struct intake  intake = {.buffer = buffer};
    while (sent.size > 0 && !outcome.is_broken) {
        const struct buffer room = intake_room(&intake);
        assert(room.size_max > 0);
        size_t size = piece < room.size_max ? piece : room.size_max;
        if (size > sent.size) size = sent.size;
        memcpy(room.at, sent.at, size);
        intake_add(&intake, size);
        sent = bytes_after(sent, size);
        const enum intake_step step = drain(&intake, terms, &outcome);
        assert(step != INTAKE_NO_MEMORY);
        outcome.is_broken = step == INTAKE_BROKEN;
    }
    intake_clear(&intake, terms->memory);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct memory memory;
    memory_init(&memory, REQUEST_BYTES_MAX);
    const struct intake_terms terms = {
        .memory = &memory,
        .transport = (data[0] & 1) != 0 ? FRAME_OVER_IPC : FRAME_OVER_TCP,
        .size_max = SIZE_MAX_HERE,
        .request_max = 1 + (data[0] >> 1 & 3),
        .prepared_size = data[0] >> 5,
    };
    const struct bytes   sent = {data + 1, size - 1};
    const struct outcome whole = receive(&terms, sent, INTAKE_SIZE);
    const struct outcome pieces = receive(&terms, sent, 1 + (data[0] >> 3 & 3));
    assert(whole.request_count == pieces.request_count || whole.is_broken);
    assert(whole.is_broken == pieces.is_broken);
    assert(whole.is_broken || whole.sum == pieces.sum);
    assert(memory_used(&memory) == 0);
    memory_release(&memory);
    return 0;
}
