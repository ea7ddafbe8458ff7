// Whatever is read as a proposal is written again as the same bytes, and its lists step through.
#include "core/event/proposal.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk_entries(struct list list)
{
    struct list_reader entries = list_start(list);
    for (struct entry entry; list_next(&entries, &entry_record, &entry);)
        assert(entry.name.size > 0);
}

static void walk_lists(const struct event *event)
{
    if (event->kind == USER_ASSIGNMENT) walk_entries(event->of.user_assignment.entries);
    if (event->kind == OPENING) {
        struct list_reader vendors = list_start(event->of.opening.vendors);
        for (struct vendor_key vendor; list_next(&vendors, &vendor_key_record, &vendor);)
            assert(vendor.key.size == 32);
    }
    if (event->kind != ALLOCATION) return;
    struct list_reader packages = list_start(event->of.allocation.packages);
    for (struct package package; list_next(&packages, &package_record, &package);)
        walk_entries(package.entries);
}

static void walk_plan(const struct plan *plan)
{
    const char        *offence = NULL;
    struct list_reader events = list_start(plan->events);
    for (struct bytes packed; list_next_packed(&events, &packed);) {
        struct event event;
        const bool   is_read = event_read_packed(packed, &event, &offence);
        assert(is_read);
        assert(event.kind != PLAN);
        walk_lists(&event);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t     memory[LEAF_SIZE_MAX];
    const char        *offence = NULL;
    const struct bytes packed = {data, size};
    struct proposal    proposal;
    if (!proposal_read(packed, &proposal, &offence)) {
        assert(offence != NULL && strlen(offence) > 0);
        return 0;
    }
    struct buffer again = buffer_over(memory, sizeof memory);
    proposal_write(&proposal, &again);
    assert(bytes_is_equal(buffer_bytes(&again), packed));
    walk_lists(&proposal.event);
    if (proposal.event.kind == PLAN) walk_plan(&proposal.event.of.plan);
    // The generic reader takes for one value what the rows take for a record.
    struct pack_reader reader = pack_reader(packed);
    assert(pack_read_any(&reader).size == size);
    return 0;
}
