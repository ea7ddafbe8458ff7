#include "api/daemon/parcel.h"

#include "core/base/limits.h"

#include <assert.h>
#include <string.h>

enum { ALIGNMENT = 16 };

static_assert(INTAKE_SIZE > FRAME_HEADER_SIZE_MAX + FRAME_BACKTRACE_SIZE_MAX,
              "a header is complete before a message is found to be large");

static_assert(PARCEL_REQUEST_MAX * (sizeof(struct request) + PREPARED_SIZE_MAX) + INTAKE_SIZE <
                  ((size_t)1024 << (MEMORY_CLASS_COUNT - 1)) / 4 * 3,
              "the largest parcel of small messages fits a block");
static_assert(MESSAGE_SIZE_MAX + PREPARED_SIZE_MAX < 512 * 1024, "and so does a large message");

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

struct buffer intake_room(const struct intake *intake)
{
    if (intake->large != NULL) return buffer_over(intake->large_at, intake->large_missing);
    return buffer_over(intake->buffer + intake->end, INTAKE_SIZE - intake->end);
}

void intake_add(struct intake *intake, size_t size)
{
    assert(size <= intake_room(intake).size_max);
    if (intake->large == NULL) {
        intake->end += size;
        return;
    }
    intake->large_at += size;
    intake->large_missing -= size;
}

bool intake_is_midway(const struct intake *intake)
{
    return intake->large != NULL || intake->begin < intake->end;
}

void intake_clear(struct intake *intake, struct memory *memory)
{
    if (intake->large != NULL) memory_give_back(memory, intake->large->block);
    *intake = (struct intake){.buffer = intake->buffer};
}

// An empty parcel with room for so many requests and the bytes of their payloads.
static struct parcel *parcel_for(const struct intake_terms *terms, uint32_t request_count,
                                 size_t payloads_size, uint8_t **payloads)
{
    const size_t requests_size =
        aligned(sizeof(struct parcel) + request_count * sizeof(struct request));
    const size_t  prepared_size = aligned(terms->prepared_size);
    const size_t  head = requests_size + request_count * prepared_size;
    struct block *block = memory_take(terms->memory, head + payloads_size);
    if (block == NULL) return NULL;

    struct parcel *parcel = (struct parcel *)(void *)block->at;
    uint8_t       *prepared = block->at + requests_size;
    *parcel = (struct parcel){
        .block = block, .request_count = request_count, .holder_count = request_count};
    memset(prepared, 0, request_count * prepared_size);
    for (uint32_t i = 0; i < request_count; i++) {
        parcel->requests[i] = (struct request){
            .from = terms->from,
            .listen_index = terms->listen_index,
            .prepared = prepared_size == 0 ? NULL : prepared + i * prepared_size,
            .parcel = parcel,
        };
    }
    *payloads = block->at + head;
    return parcel;
}

// The payload stands where it will stay. False when it has no backtrace.
static bool address(struct request *request, struct bytes payload)
{
    const size_t size = frame_backtrace_size(payload);
    if (size == 0) return false;
    memcpy(request->backtrace, payload.at, size);
    request->backtrace_size = (uint32_t)size;
    request->body = bytes_after(payload, size);
    return true;
}

static struct bytes uncut(const struct intake *intake)
{
    return (struct bytes){intake->buffer + intake->begin, intake->end - intake->begin};
}

struct survey {
    enum frame_cut stopped_by; // WHOLE: by request_max
    uint32_t       request_count;
    size_t         payloads_size;
    size_t         frames_size; // where the first frame that is not counted begins
    size_t         missing;
};

static struct survey survey(const struct intake *intake, const struct intake_terms *terms)
{
    struct survey  found = {.stopped_by = FRAME_WHOLE};
    const uint32_t max =
        terms->request_max < PARCEL_REQUEST_MAX ? terms->request_max : PARCEL_REQUEST_MAX;
    struct bytes rest = uncut(intake);
    while (found.request_count < max) {
        struct bytes payload = {0};
        found.stopped_by =
            frame_cut(rest, terms->transport, terms->size_max, &payload, &found.missing);
        if (found.stopped_by != FRAME_WHOLE) break;
        const size_t frame_size = frame_header_size(terms->transport) + payload.size;
        rest = bytes_after(rest, frame_size);
        found.frames_size += frame_size;
        found.payloads_size += payload.size;
        found.request_count++;
    }
    return found;
}

static enum intake_step pack(struct intake *intake, const struct intake_terms *terms,
                             const struct survey *found, struct parcel **parcel)
{
    uint8_t       *to = NULL;
    struct parcel *packed = parcel_for(terms, found->request_count, found->payloads_size, &to);
    if (packed == NULL) return INTAKE_NO_MEMORY;

    struct bytes rest = uncut(intake);
    for (uint32_t i = 0; i < found->request_count; i++) {
        struct bytes         payload = {0};
        size_t               missing = 0;
        const enum frame_cut cut =
            frame_cut(rest, terms->transport, terms->size_max, &payload, &missing);
        assert(cut == FRAME_WHOLE);
        rest = bytes_after(rest, frame_header_size(terms->transport) + payload.size);
        if (payload.size > 0) memcpy(to, payload.at, payload.size);
        if (!address(&packed->requests[i], (struct bytes){to, payload.size})) {
            memory_give_back(terms->memory, packed->block);
            return INTAKE_BROKEN;
        }
        to += payload.size;
    }
    intake->begin += found->frames_size;
    *parcel = packed;
    return INTAKE_PARCEL;
}

static enum intake_step begin_large(struct intake *intake, const struct intake_terms *terms,
                                    size_t missing)
{
    const struct bytes here = bytes_after(uncut(intake), frame_header_size(terms->transport));
    uint8_t           *payload = NULL;
    struct parcel     *parcel = parcel_for(terms, 1, here.size + missing, &payload);
    if (parcel == NULL) return INTAKE_NO_MEMORY;

    if (here.size > 0) memcpy(payload, here.at, here.size);
    parcel->requests[0].body = (struct bytes){payload, here.size + missing};
    intake->large = parcel;
    intake->large_at = payload + here.size;
    intake->large_missing = missing;
    intake->begin = 0;
    intake->end = 0;
    return INTAKE_MORE;
}

static enum intake_step finish_large(struct intake *intake, const struct intake_terms *terms,
                                     struct parcel **parcel)
{
    struct parcel *large = intake->large;
    intake->large = NULL;
    if (!address(&large->requests[0], large->requests[0].body)) {
        memory_give_back(terms->memory, large->block);
        return INTAKE_BROKEN;
    }
    *parcel = large;
    return INTAKE_PARCEL;
}

// Moves the beginning of a message to the front, so that the rest of it has room.
static void move_up(struct intake *intake)
{
    const struct bytes rest = uncut(intake);
    if (intake->begin > 0 && rest.size > 0) memmove(intake->buffer, rest.at, rest.size);
    intake->begin = 0;
    intake->end = rest.size;
}

enum intake_step intake_next(struct intake *intake, const struct intake_terms *terms,
                             struct parcel **parcel)
{
    assert(terms->request_max > 0);
    if (intake->large != NULL) {
        if (intake->large_missing > 0) return INTAKE_MORE;
        return finish_large(intake, terms, parcel);
    }
    const struct survey found = survey(intake, terms);
    if (found.request_count > 0) return pack(intake, terms, &found, parcel);
    if (found.stopped_by == FRAME_BROKEN) return INTAKE_BROKEN;
    if (uncut(intake).size + found.missing > INTAKE_SIZE) {
        return begin_large(intake, terms, found.missing);
    }
    move_up(intake);
    return INTAKE_MORE;
}
