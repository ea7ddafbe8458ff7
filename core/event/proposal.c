#include "core/event/proposal.h"

#include <assert.h>
#include <string.h>

enum {
    PROPOSAL_HEAD_COUNT = 3, // id, not_after, kind
    LEAF_FIELD_COUNT = 7,
    VERDICT_COUNT = 5,
};

// Each event of a plan is read once here, so that later readers may trust the whole.
static bool is_plan_well_formed(const struct plan *plan, const char **offence)
{
    struct list_reader events = list_start(plan->events);
    struct event       event;
    *offence = "events";
    if (plan->events.count == 0) return false;
    for (struct bytes packed; list_next_packed(&events, &packed);) {
        if (!event_read_packed(packed, &event, offence)) return false;
        *offence = "events";
        // A rotation is found by its seq alone, and a clock is believed by itself.
        if (event.kind == PLAN || event.kind == CLOCK_STEP) return false;
        if (event.kind == KEY_ROTATION) return false;
        const char *field = event_offence(&event);
        if (field != NULL) {
            *offence = field;
            return false;
        }
    }
    return true;
}

bool proposal_read(struct bytes packed, struct proposal *proposal, const char **offence)
{
    struct pack_reader reader = pack_reader(packed);
    *offence = "proposal";
    if (packed.size > PLAN_SIZE_MAX) return false;
    const uint32_t count = pack_read_array(&reader, PACK_ITEM_MAX);
    if (reader.is_bad) return false;
    *offence = "id";
    const struct bytes id = pack_read_binary(&reader, PROPOSAL_ID_SIZE);
    if (id.size != PROPOSAL_ID_SIZE) return false;
    memcpy(proposal->id, id.at, PROPOSAL_ID_SIZE);
    *offence = "not_after";
    proposal->not_after_ms = pack_read_number(&reader, TIME_MS_MAX);
    if (reader.is_bad) return false;
    *offence = "kind";
    if (count < PROPOSAL_HEAD_COUNT) return false;
    event_read(&reader, count - PROPOSAL_HEAD_COUNT, &proposal->event, offence);
    if (reader.is_bad) return false;
    *offence = "fields";
    if (!pack_read_end(&reader)) return false;
    const char *field = event_offence(&proposal->event);
    if (field != NULL) {
        *offence = field;
        return false;
    }
    if (proposal->event.kind == PLAN) return is_plan_well_formed(&proposal->event.of.plan, offence);
    *offence = "proposal";
    // The greatest save of B14, and a reminder with long paths, take more than any other event.
    const bool is_large = proposal->event.kind == ALLOCATION || proposal->event.kind == REMINDER;
    return is_large || packed.size <= PROPOSAL_SIZE_MAX;
}

void proposal_write(const struct proposal *proposal, struct buffer *buffer)
{
    pack_array(buffer, PROPOSAL_HEAD_COUNT + event_field_count(&proposal->event));
    pack_binary(buffer, (struct bytes){proposal->id, PROPOSAL_ID_SIZE});
    pack_number(buffer, proposal->not_after_ms);
    event_write(&proposal->event, buffer);
}

void proposal_message(struct bytes origin, struct bytes packed, struct buffer *message)
{
    buffer_add_text(message, "licet/proposal/v1\n");
    buffer_add(message, origin);
    buffer_add_byte(message, '\n');
    buffer_add(message, packed);
}

static void verdict_write(const struct verdict *verdict, struct buffer *buffer)
{
    if (verdict->code == ACCEPTED) {
        pack_array(buffer, verdict->node == NODE_NONE ? 1 : 2);
        pack_number(buffer, 0);
        if (verdict->node != NODE_NONE) pack_number(buffer, verdict->node);
        return;
    }
    pack_array(buffer, VERDICT_COUNT);
    pack_number(buffer, (uint64_t)verdict->code);
    if (verdict->node == NODE_NONE) {
        pack_nil(buffer);
    } else {
        pack_number(buffer, verdict->node);
    }
    pack_number(buffer, verdict->limit);
    pack_number(buffer, verdict->used);
    pack_number(buffer, verdict->index);
}

static void verdict_read(struct pack_reader *reader, struct verdict *verdict)
{
    const uint32_t            count = pack_read_array(reader, VERDICT_COUNT);
    const struct refusal_row *row = refusal_row(pack_read_number(reader, REFUSAL_CODE_MAX));
    *verdict = (struct verdict){.code = ACCEPTED, .node = NODE_NONE};
    const bool is_accepted = row != NULL && row->code == ACCEPTED;
    if (row == NULL || (is_accepted ? count < 1 || count > 2 : count != VERDICT_COUNT)) {
        reader->is_bad = true;
        return;
    }
    verdict->code = row->code;
    if (count == 1) return;
    if (is_accepted || !pack_read_nil(reader)) {
        verdict->node = pack_read_number(reader, UINT64_MAX - 1);
    }
    if (is_accepted) return;
    verdict->limit = pack_read_number(reader, UINT64_MAX);
    verdict->used = pack_read_number(reader, UINT64_MAX);
    verdict->index = (uint32_t)pack_read_number(reader, PLAN_PROPOSAL_MAX - 1);
}

bool leaf_read(struct bytes packed, struct leaf *leaf)
{
    struct pack_reader reader = pack_reader(packed);
    if (packed.size > LEAF_SIZE_MAX) return false;
    if (pack_read_array(&reader, LEAF_FIELD_COUNT) != LEAF_FIELD_COUNT) return false;
    leaf->version = pack_read_number(&reader, UINT32_MAX);
    leaf->seq = pack_read_number(&reader, UINT64_MAX >> ENTITY_INDEX_BITS);
    leaf->time_ms = pack_read_number(&reader, TIME_MS_MAX);
    leaf->author = pack_read_number(&reader, UINT64_MAX);
    leaf->signature = pack_read_binary(&reader, SIGNATURE_SIZE);
    leaf->proposal = pack_read_binary(&reader, PLAN_SIZE_MAX);
    verdict_read(&reader, &leaf->verdict);
    if (leaf->signature.size != 0 && leaf->signature.size != SIGNATURE_SIZE) return false;
    return pack_read_end(&reader);
}

void leaf_write(const struct leaf *leaf, struct buffer *buffer)
{
    pack_array(buffer, LEAF_FIELD_COUNT);
    pack_number(buffer, leaf->version);
    pack_number(buffer, leaf->seq);
    pack_number(buffer, leaf->time_ms);
    pack_number(buffer, leaf->author);
    pack_binary(buffer, leaf->signature);
    pack_binary(buffer, leaf->proposal);
    verdict_write(&leaf->verdict, buffer);
}
