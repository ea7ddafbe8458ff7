#include "projections/server.h"

#include "core/proof/crypto.h"
#include "core/proof/key.h"
#include "projections/actors.h"
#include "projections/mode.h"
#include "projections/vendors.h"

#include <string.h>

void opening_judge(struct question *question, const struct event *event)
{
    const struct opening *opening = &event->of.opening;
    struct list_reader    vendors = list_start(opening->vendors);
    if (server_at(question->state)->size != 0) {
        refuse_malformed(question, "kind");
    } else if (!key_is_name(opening->origin)) {
        refuse_malformed(question, "origin");
    } else if (!crypto_is_valid_point(opening->ledger_key.at)) {
        refuse_malformed(question, "ledger_key");
    } else if (!crypto_is_valid_point(opening->recovery_key.at)) {
        refuse_malformed(question, "recovery_key");
    }
    for (struct vendor_key vendor; list_next(&vendors, &vendor_key_record, &vendor);) {
        if (!vendor_is_key(vendor.name, vendor.key)) refuse_malformed(question, "vendors");
    }
}

void opening_apply(struct change_context *context, const struct event *event)
{
    const struct opening *opening = &event->of.opening;
    struct state         *state = context->state;
    struct server        *server = server_edit(state);
    struct list_reader    vendors = list_start(opening->vendors);
    server->origin = text_add(state, opening->origin);
    server->name = text_add(state, opening->server);
    server->software_version = text_add(state, opening->software_version);
    server->eula_version = text_add(state, opening->eula_version);
    memcpy(server->ledger_key, opening->ledger_key.at, sizeof server->ledger_key);
    memcpy(server->recovery_key, opening->recovery_key.at, sizeof server->recovery_key);
    server->has_test_clock = opening->has_test_clock;
    server->refusal_rate = REFUSAL_RATE_DEFAULT;
    mode_enter(context, EULA_NOT_ACCEPTED); // T23
    for (struct vendor_key vendor; list_next(&vendors, &vendor_key_record, &vendor);) {
        vendor_trust(context, vendor.name, vendor.key);
    }
    const struct actor_enrolment recovery = {.name = bytes_of_text("recovery"),
                                             .key = opening->recovery_key,
                                             .role = RECOVERY,
                                             .group = bytes_of_text("/")};
    context->id = AUTHOR_RECOVERY;
    actor_enrol(context, &recovery);
}

// --- The policy -------------------------------------------------------------

void policy_apply(struct change_context *context, const struct event *event)
{
    struct server *server = server_edit(context->state);
    server->must_sign = event->of.policy.must_sign;
    server->refusal_rate = (uint32_t)event->of.policy.refusal_rate;
}
