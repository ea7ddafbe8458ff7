#include "bench/plant.h"

#include "api/client/licet.h"
#include "core/event/proposal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    EVENT_MAX = 600, // of a plan; a group and its limit take less than 27 of PACK_ITEM_MAX items
    EVENT_SIZE_MAX = 384,
    LIST_SIZE_MAX = PLAN_SIZE_MAX - 1024, // leaves room for what stands around the events
    ANSWER_MS = 60 * 1000,
};
static_assert(EVENT_MAX / 2 * 27 < PACK_ITEM_MAX, "a plan can be read");
static_assert((int)EVENT_MAX <= (int)PLAN_PROPOSAL_MAX, "a plan may have so many");

struct planter {
    struct licet *licet;
    uint8_t       events[LIST_SIZE_MAX], event[PLAN_SIZE_MAX + 64], memory[PLAN_SIZE_MAX + 1024],
        request[MESSAGE_SIZE_MAX];
    struct buffer list;
    uint32_t      count; // of events in the list
};

// --- Plans ------------------------------------------------------------------

static enum status collect(struct planter *planter, uint32_t in_flight_max)
{
    while (licet_in_flight(planter->licet) > in_flight_max) {
        struct licet_reply reply;
        const enum status  status = licet_collect(planter->licet, ANSWER_MS, &reply);
        if (status != OK) return status;
        if (reply.outcome == MESSAGE_OK) continue;
        const struct bytes code = message_text(reply.map, "code");
        (void)fprintf(stderr, "bench: the tree was not saved: %.*s\n", (int)code.size,
                      (const char *)code.at);
        return STATUS_USAGE;
    }
    return OK;
}

static enum status submit(struct planter *planter)
{
    struct licet_proposal proposal;
    uint64_t              ticket = 0;
    struct buffer         event = buffer_over(planter->event, sizeof planter->event);
    struct buffer         memory = buffer_over(planter->memory, sizeof planter->memory);
    struct buffer         request = buffer_over(planter->request, sizeof planter->request);
    if (planter->count == 0) return OK;
    pack_array(&event, 3);
    pack_number(&event, PLAN);
    pack_array(&event, planter->count);
    buffer_add(&event, buffer_bytes(&planter->list));
    pack_nil(&event);
    planter->list.size = 0;
    planter->count = 0;
    enum status status =
        licet_proposal_make(planter->licet, buffer_bytes(&event), &memory, &proposal);
    if (status != OK) return status;
    licet_proposal_request(&proposal, false, &request);
    status = licet_submit(planter->licet, buffer_bytes(&request), &ticket);
    while (status == STATUS_OVERLOADED) { // more than waits for its answers at once
        status = collect(planter, licet_in_flight(planter->licet) - 1);
        if (status != OK) return status;
        status = licet_submit(planter->licet, buffer_bytes(&request), &ticket);
    }
    return status;
}

static enum status add(struct planter *planter, const struct event *event)
{
    const size_t before = planter->list.size;
    pack_array(&planter->list, 1 + event_field_count(event));
    event_write(event, &planter->list);
    assert(!planter->list.is_full);
    assert(planter->list.size - before <= EVENT_SIZE_MAX);
    planter->count++;
    const bool is_full =
        planter->count == EVENT_MAX || planter->list.size + EVENT_SIZE_MAX > LIST_SIZE_MAX;
    return is_full ? submit(planter) : OK;
}

// --- Groups and limits ------------------------------------------------------

static enum status add_limit(struct planter *planter, struct bytes group, uint64_t count)
{
    uint8_t       room[EVENT_SIZE_MAX];
    struct buffer entries = buffer_over(room, sizeof room);

    const struct entry entry = {bytes_of_text("sip_number"), count};
    pack_array(&entries, entry_record.field_count);
    record_write(&entry_record, &entry, &entries);
    struct buffer        packages = buffer_over(room + entries.size, sizeof room - entries.size);
    const struct package package = {
        .name = bytes_of_text("all"),
        .until_ms = TIME_NEVER,
        .entries = {buffer_bytes(&entries), 1}
    };
    pack_array(&packages, package_record.field_count);
    record_write(&package_record, &package, &packages);
    const struct event event = {
        .kind = ALLOCATION,
        .of.allocation = {
                          .group = group, .is_restricted = true, .packages = {buffer_bytes(&packages), 1}}
    };
    return add(planter, &event);
}

static enum status add_group(struct planter *planter, const struct tree *tree, uint32_t level,
                             uint32_t number)
{
    uint8_t       room[TREE_PATH_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    enum status   status = OK;
    tree_path(tree, level, number, &path);
    const struct event event = {.kind = GROUP_CREATION,
                                .of.group_creation.group = buffer_bytes(&path)};
    if (level > 0) status = add(planter, &event);
    if (status == OK) status = add_limit(planter, buffer_bytes(&path), tree_limit(tree, level));
    return status;
}

static enum status add_all(struct planter *planter, const struct tree *tree)
{
    for (uint32_t level = 0; level < TREE_LEVELS; level++) {
        const uint32_t count = tree_count(tree, level);
        for (uint32_t number = 0; number < count; number++) {
            const enum status status = add_group(planter, tree, level, number);
            if (status != OK) return status;
        }
    }
    const enum status status = submit(planter);
    return status == OK ? collect(planter, 0) : status;
}

enum status plant(const char *url, const struct signer *admin, const struct tree *tree)
{
    const struct licet_options options = {.url = url, .signer = admin};
    struct planter            *planter = calloc(1, sizeof *planter);
    if (planter == NULL) return STATUS_OUT_OF_MEMORY;
    planter->list = buffer_over(planter->events, sizeof planter->events);
    enum status status = licet_open(&options, &planter->licet);
    if (status == OK) status = licet_connect(planter->licet);
    if (status == OK) status = add_all(planter, tree);
    if (status != OK && planter->licet != NULL) {
        (void)fprintf(stderr, "bench: %s\n", licet_detail(planter->licet));
    }
    licet_close(planter->licet);
    free(planter);
    return status;
}
