#include "projections/vendors.h"

#include "core/proof/key.h"

#include <string.h>

uint32_t vendor_find(const struct state *state, struct bytes name)
{
    uint32_t at = server_at(state)->first_vendor;
    while (at != 0 && !text_is(state, vendor_at(state, at)->name, name)) {
        at = vendor_at(state, at)->next;
    }
    return at;
}

void vendor_trust(struct change_context *context, struct bytes name, struct bytes key)
{
    struct state *state = context->state;
    uint32_t      at = vendor_find(state, name);
    if (at == 0) {
        at = state_take(state, POOL_VENDOR);
        struct vendor *fresh = vendor_edit(state, at);
        fresh->id = context->id;
        fresh->name = text_add(state, name);
        fresh->next = server_at(state)->first_vendor;
        server_edit(state)->first_vendor = at;
    }
    struct vendor *vendor = vendor_edit(state, at);
    memcpy(vendor->key, key.at, sizeof vendor->key);
    vendor->is_trusted = true;
}

bool vendor_is_key(struct bytes name, struct bytes key)
{
    struct verifier verifier;
    return verifier_init(&verifier, name, KEY_ED25519, key.at) == OK;
}

void vendor_enrolment_judge(struct question *question, const struct event *event)
{
    const struct vendor_enrolment *enrolment = &event->of.vendor_enrolment;
    const uint32_t                 at = vendor_find(question->state, enrolment->name);
    if (!vendor_is_key(enrolment->name, enrolment->key)) {
        refuse_malformed(question, "key");
    } else if (!enrolment->is_trusted) {
        const bool is_known =
            at != 0 && vendor_at(question->state, at)->is_trusted &&
            memcmp(vendor_at(question->state, at)->key, enrolment->key.at, 32) == 0;
        if (!is_known) refuse_name(question, UNKNOWN_VENDOR, enrolment->name);
    } else if (at == 0 && state_count(question->state, POOL_VENDOR) >= VENDOR_MAX) {
        refuse(question, (struct constraint){.code = TOO_MANY,
                                             .limit = VENDOR_MAX,
                                             .used = VENDOR_MAX + 1,
                                             .until_ms = TIME_NEVER,
                                             .name = enrolment->name});
    }
}

void vendor_enrolment_apply(struct change_context *context, const struct event *event)
{
    const struct vendor_enrolment *enrolment = &event->of.vendor_enrolment;
    if (enrolment->is_trusted) {
        vendor_trust(context, enrolment->name, enrolment->key);
    } else {
        vendor_edit(context->state, vendor_find(context->state, enrolment->name))->is_trusted =
            false;
    }
}
